"""Entries: which SyncPayloads a receiver refuses, and with which code."""

import json

from psp import protobuf as pb
from psp.area import Area

from . import samples as s

JSON, KEY, ID = "ENTRY_JSON_INVALID", "ENTRY_KEY_FORBIDDEN", "ENTRY_ID_INVALID"
MISMATCH, CHANGES = "ENTRY_IDENTITY_MISMATCH", "ENTRY_CHANGES_INVALID"
PATCH, DIFFERS, LIMIT = "ENTRY_PATCH_INVALID", "ENTRY_CHANGES_MISMATCH", "ENTRY_LIMIT_EXCEEDED"
BASE = {"version_id": "3", "last_updated": "2026-05-01T08:00:00Z"}
PRISTINE = {"resource_type": "Patient", "resource_id": "p1", "resource": s.PATIENT, "base": BASE}


def _patient(body, ident="p1"):
    return b'{"resourceType":"Patient","id":"' + ident.encode() + b'"' + body + b"}"


def _created(resource, changes=None, ident="p1"):
    listed = [s.change(1, "INSERT", resource)] if changes is None else changes
    return {
        "resource_type": "Patient",
        "resource_id": ident,
        "resource": resource,
        "changes": listed,
    }


def _updated(patch, **more):
    octets = patch if isinstance(patch, bytes) else json.dumps(patch).encode()
    return {**s.ENTRY_UPDATED, "changes": [s.change(1, "UPDATE", octets, "3")], **more}


def _grown(before, patch, after):
    """Created, then updated by a patch."""
    changes = [
        s.change(1, "INSERT", _patient(before)),
        s.change(2, "UPDATE", json.dumps(patch).encode()),
    ]
    return _created(_patient(after), changes)


def _meta(**other):
    return {"versionId": "3", "lastUpdated": "2026-05-01T08:00:00Z", "tag": [], **other}


def _op(op, path, **more):
    return [{"op": op, "path": path, **more}]


def _good(a):
    born, grown = _patient(b',"active":true'), _patient(b',"active":false')
    off = s.change(2, "UPDATE", b'[{"op":"replace","path":"/active","value":false}]')
    cases = [
        (1, "server version without changes", PRISTINE, "PSP-DATA-3"),
        (2, "server version with an update", s.ENTRY_UPDATED, "PSP-CHG-6"),
        (3, "created here", s.ENTRY_CREATED, "PSP-CHG-13"),
        (4, "created, then updated", _created(grown, [s.change(1, "INSERT", born), off]), "PSP-CHG-9"),
        (5, "deleted here", s.ENTRY_DELETED, "PSP-CHG-12"),
        (6, "created, updated, deleted", _created(b"", [s.change(1, "INSERT", born), off,
                                                        s.change(3, "DELETE", b"")]), "PSP-CHG-4"),
        (7, "deleted on the server", {**PRISTINE, "resource": b""}, "PSP-CHG-12"),
        (8, "an id of 64 characters", _created(_patient(b"", "a" * 64), ident="a" * 64), "PSP-DATA-6"),
        (9, "the id “..”", _created(_patient(b"", ".."), ident=".."), "PSP-DATA-8"),
        (10, "depth 64", _created(_patient(b',"x":' + b"[" * 63 + b"]" * 63)), "PSP-DATA-4"),
        (11, "a number of 20 digits and one with a trailing zero",
         _created(_patient(b',"a":12345678901234567890,"b":1.10')), "PSP-DATA-1"),
        (12, "resourceType last", _created(b'{"id":"p1","resourceType":"Patient"}'), "PSP-DATA-7"),
        (13, "an escaped surrogate pair", _created(_patient(b',"a":"\\ud83e\\ude7a"')), "PSP-DATA-4"),
        (14, "changed server-owned meta is not compared", _created(
            _patient(b',"meta":{"versionId":"9","lastUpdated":"2026-05-01T08:00:00Z"}'),
            [s.change(1, "INSERT", _patient(b""))]), "PSP-CHG-9"),
        (15, "an update that tests, adds and removes", _updated(
            _op("test", "/gender", value="female") + _op("add", "/active", value=True)
            + _op("remove", "/active")), "PSP-CHG-6"),
        (16, "an update that changes nothing", _updated([]), "PSP-CHG-6"),
        (17, "all of meta replaced, with the values of the base", _updated(_op("replace", "/meta", value=_meta())), "PSP-CHG-8"),
        (18, "all of meta added, with the values of the base", _updated(_op("add", "/meta", value=_meta())), "PSP-CHG-8"),
        (19, "all of meta added to what has none", _grown(
            b"", _op("add", "/meta", value={"tag": []}), b',"meta":{"tag":[]}'), "PSP-CHG-8"),
        (20, "all of meta added, with the values of the INSERT", _grown(
            b',"meta":{"versionId":"7"}', _op("add", "/meta", value={"versionId": "7", "tag": []}),
            b',"meta":{"versionId":"7","tag":[]}'), "PSP-CHG-8"),
        (21, "a meta without server-owned members removed", _grown(
            b',"meta":{"tag":[]}', _op("remove", "/meta"), b""), "PSP-CHG-8"),
        (22, "all of meta replaced on a base without an instant", {
            **_updated(_op("replace", "/meta", value={"versionId": "3", "tag": []})),
            "base": {"version_id": "3"}}, "PSP-CHG-8"),
        (23, "a version id of 64 octets, and an instant of 64", {**PRISTINE, "base": {
            "version_id": "€" * 21 + "v", "last_updated": "2" * 64}}, "PSP-DATA-12"),
        (24, "1 000 operations", _updated(_op("test", "/gender", value="female") * 1000), "PSP-LIM-4"),
        (25, "depth 64 by a patch", _grown(b',"x":' + b"[" * 62 + b"]" * 62,
            _op("add", "/x" + "/0" * 61 + "/-", value=[]), b',"x":' + b"[" * 63 + b"]" * 63), "PSP-LIM-4"),
        (27, "a change id with the highest counter", {**_updated([]), "changes": [
            s.change(2**64 - 1, "UPDATE", b"[]", "3")]}, "PSP-CHG-16"),
        (28, "a recorded_at that is no instant", {**_updated([]), "changes": [
            {**s.change(1, "UPDATE", b"[]", "7"), "recorded_at": "yesterday"}]}, "PSP-CHG-17"),
        (29, "white space around the resource", _created(b"\r\n\t " + _patient(b"") + b" \n"), "PSP-DATA-4"),
        (26, "the members of an operation that are ignored", _updated(
            _op("add", "/active", value=True, **{"from": "/id", "note": {"why": "x"}})), "PSP-CHG-15"),
    ]  # fmt: skip
    for number, title, fields, rule in cases:
        a.valid(number, title, [rule], pb.encode("SyncPayload", fields), "acceptable")


def _content(a):
    cases = [
        (101, "not UTF-8", _created(_patient(b',"a":"\xff"')), JSON, "PSP-DATA-4"),
        (102, "not JSON", _created(b'{"resourceType":"Patient","id":"p1",}'), JSON, "PSP-DATA-4"),
        (103, "octets after the resource", _created(_patient(b"") + b"x"), JSON, "PSP-DATA-4"),
        (104, "a byte order mark", _created(b"\xef\xbb\xbf" + _patient(b"")), JSON, "PSP-DATA-4"),
        (105, "a lone surrogate", _created(_patient(b',"a":"\\ud83e"')), JSON, "PSP-DATA-4"),
        (106, "a key twice", _created(_patient(b',"a":1,"a":2')), JSON, "PSP-DATA-4"),
        (107, "a key twice, once escaped", _created(_patient(b',"a":1,"\\u0061":2')), JSON, "PSP-DATA-4"),
        (108, "U+0000 escaped", _created(_patient(b',"a":"\\u0000"')), JSON, "PSP-DATA-4"),
        (109, "depth 65", _created(_patient(b',"x":' + b"[" * 64 + b"]" * 64)), LIMIT, "PSP-LIM-4"),
        (110, "an array", _created(b"[]"), JSON, "PSP-DATA-4"),
        (111, "key __proto__", _created(_patient(b',"__proto__":{}')), KEY, "PSP-DATA-5"),
        (122, "an empty INSERT", _created(_patient(b""), [s.change(1, "INSERT", b"")]), JSON, "PSP-DATA-4"),
        (123, "an empty UPDATE", _updated(b""), JSON, "PSP-DATA-4"),
        (124, "a version id of 65 octets", {**PRISTINE, "base": {"version_id": "v" * 65}}, "ENTRY_INVALID", "PSP-DATA-12"),
        (125, "a base without version id", {**PRISTINE, "base": {"last_updated": "2026-05-01T08:00:00Z"}}, "ENTRY_INVALID", "PSP-DATA-12"),
        (126, "a recorded_at of 65 octets", {**_updated([]), "changes": [{**s.change(1, "UPDATE", b"[]", "3"), "recorded_at": "2" * 65}]}, LIMIT, "PSP-CHG-17"),
        (127, "an instant of the base of 65 octets", {**PRISTINE, "base": {
            "version_id": "3", "last_updated": "2" * 65}}, "ENTRY_INVALID", "PSP-DATA-12"),
        (128, "a version id of 66 octets in 22 characters", {**PRISTINE, "base": {"version_id": "€" * 22}}, "ENTRY_INVALID", "PSP-DATA-12"),
        (129, "a base_version_id of 66 octets in 22 characters", {**_updated([]), "changes": [
            s.change(1, "UPDATE", b"[]", "€" * 22)]}, LIMIT, "PSP-CHG-17"),
        (130, "key __proto__ in a value of a patch", _updated(
            _op("add", "/a", value={"__proto__": {}})), KEY, "PSP-DATA-5"),
        (131, "key constructor as an ignored member of an operation", _updated(
            _op("add", "/a", value=1, constructor=1)), KEY, "PSP-DATA-5"),
        (132, "key prototype inside an ignored member", _updated(
            _op("remove", "/gender", note=[{"prototype": 1}])), KEY, "PSP-DATA-5"),
        (112, "key constructor", _created(_patient(b',"a":{"constructor":1}')), KEY, "PSP-DATA-5"),
        (113, "key prototype, escaped", _created(_patient(b',"\\u0070rototype":1')), KEY, "PSP-DATA-5"),
        (114, "an id of 65 characters", _created(_patient(b"", "a" * 65), ident="a" * 65), ID, "PSP-DATA-6"),
        (115, "an id with a slash", _created(_patient(b"", "a/b"), ident="a/b"), ID, "PSP-DATA-6"),
        (116, "an empty id", _created(_patient(b"", ""), ident=""), ID, "PSP-DATA-6"),
        (117, "a type in lower case", {**_created(_patient(b"")), "resource_type": "patient"}, ID, "PSP-DATA-6"),
        (118, "another id inside", _created(_patient(b"", "p2")), MISMATCH, "PSP-DATA-7"),
        (119, "another type inside", {**_created(_patient(b"")), "resource_type": "Person"}, MISMATCH, "PSP-DATA-7"),
        (120, "no id inside", _created(b'{"resourceType":"Patient"}'), MISMATCH, "PSP-DATA-7"),
        (121, "another id in the INSERT", _created(
            _patient(b""), [s.change(1, "INSERT", _patient(b"", "p2"))]), MISMATCH, "PSP-DATA-7"),
    ]  # fmt: skip
    for number, title, fields, code, rule in cases:
        a.invalid(number, title, [rule], pb.encode("SyncPayload", fields), code)


def _grammar(a):
    born = _patient(b"")
    insert, again = s.change(1, "INSERT", born), s.change(2, "INSERT", born)
    update, delete = s.change(2, "UPDATE", b"[]"), s.change(3, "DELETE", b"")
    cases = [
        (201, "neither base nor changes", {**PRISTINE, "base": None}, "PSP-DATA-3"),
        (202, "two INSERTs", _created(born, [insert, again]), "PSP-CHG-4"),
        (203, "an INSERT after an UPDATE", _created(born, [update, insert]), "PSP-CHG-4"),
        (204, "an UPDATE after a DELETE", _created(b"", [insert, delete, update]), "PSP-CHG-4"),
        (205, "two DELETEs", _created(b"", [insert, delete, s.change(4, "DELETE", b"")]), "PSP-CHG-4"),
        (206, "an INSERT with a base", {**_created(born), "base": BASE}, "PSP-CHG-5"),
        (207, "an UPDATE without base and INSERT", _created(born, [update]), "PSP-CHG-14"),
        (208, "a DELETE without base and INSERT", _created(b"", [delete]), "PSP-CHG-14"),
        (209, "an id twice", {**_updated([]), "changes": [s.change(1, "UPDATE", b"[]", "3")] * 2}, "PSP-CHG-11"),
        (210, "deleted, but a resource", {**s.ENTRY_DELETED, "resource": _patient(b"", "p2")}, "PSP-CHG-12"),
        (211, "no resource, but not deleted", {**s.ENTRY_UPDATED, "resource": b""}, "PSP-CHG-12"),
        (212, "an unknown kind of change", {**PRISTINE, "changes": [s.change(1, 9, b"[]", "3")]}, "PSP-CHG-4"),
        (214, "a change id of 15 octets", {**_updated([]), "changes": [{**s.change(1, "UPDATE", b"[]", "3"),
            "id": {"replica_id": bytes(15), "counter": 1}}]}, "PSP-CHG-16"),
        (215, "a change id with counter 0", {**_updated([]), "changes": [s.change(0, "UPDATE", b"[]", "3")]}, "PSP-CHG-16"),
        (216, "an absorbed id of 5 octets", {**PRISTINE, "absorbed": [
            {"replica_id": bytes(5), "counter": 1}]}, "PSP-CHG-16"),
        (213, "a DELETE with a payload", {**s.ENTRY_DELETED, "changes": [
            s.change(3, "DELETE", b"[]", "1")]}, "PSP-CHG-4"),
    ]  # fmt: skip
    for number, title, fields, rule in cases:
        fields = {k: v for k, v in fields.items() if v is not None}
        a.invalid(number, title, [rule], pb.encode("SyncPayload", fields), CHANGES)


def _patches(a):
    def created(patch, after):
        changes = [s.change(1, "INSERT", _patient(b',"name":[{"family":"A"}]')),
                   s.change(2, "UPDATE", json.dumps(patch).encode())]  # fmt: skip
        return _created(_patient(after), changes)

    same = b',"name":[{"family":"A"}]'
    cases = [
        (321, "a test of the id", _updated(_op("test", "/id", value="p1")), PATCH, "PSP-CHG-8"),
        (322, "a test of the type", _updated(_op("test", "/resourceType", value="Patient")), PATCH, "PSP-CHG-8"),
        (323, "a test of the version id", _updated(_op("test", "/meta/versionId", value="3")), PATCH, "PSP-CHG-8"),
        (324, "a test of all of meta", _updated(_op("test", "/meta", value=_meta())), PATCH, "PSP-CHG-8"),
        (325, "a test of all of meta where nothing in it is the server's", _grown(
            b',"meta":{"tag":[]}', _op("test", "/meta", value={"tag": []}), b',"meta":{"tag":[]}'), PATCH, "PSP-CHG-8"),
        (326, "a test of the whole document", _updated(_op("test", "", value={})), PATCH, "PSP-CHG-8"),
        (327, "all of meta removed", _updated(_op("remove", "/meta")), PATCH, "PSP-CHG-8"),
        (328, "all of meta added, with another version", _updated(
            _op("add", "/meta", value=_meta(versionId="4"))), PATCH, "PSP-CHG-8"),
        (329, "all of meta replaced, without the instant", _updated(
            _op("replace", "/meta", value={"versionId": "3"})), PATCH, "PSP-CHG-8"),
        (330, "all of meta replaced, with an empty instant where the base has none", {
            **_updated(_op("replace", "/meta", value={"versionId": "3", "lastUpdated": ""})),
            "base": {"version_id": "3"}}, PATCH, "PSP-CHG-8"),
        (331, "all of meta added to what has none, with a version", _grown(
            b"", _op("add", "/meta", value={"versionId": "1"}), b',"meta":{"versionId":"1"}'), PATCH, "PSP-CHG-8"),
        (332, "all of meta added to what has none, with a version that is null", _grown(
            b"", _op("add", "/meta", value={"versionId": None}), b',"meta":{"versionId":null}'), PATCH, "PSP-CHG-8"),
        (333, "a meta that holds a version removed", _grown(
            b',"meta":{"versionId":"1"}', _op("remove", "/meta"), b""), PATCH, "PSP-CHG-8"),
        (334, "depth 65 by a patch, for a moment", _grown(b',"x":' + b"[" * 63 + b"]" * 63,
            _op("add", "/x" + "/0" * 62 + "/-", value=[]) + _op("remove", "/x"), b""), LIMIT, "PSP-LIM-4"),
        (301, "a move", _updated([{"op": "move", "from": "/name", "path": "/x"}]), PATCH, "PSP-CHG-7"),
        (302, "a copy", _updated([{"op": "copy", "from": "/name", "path": "/x"}]), PATCH, "PSP-CHG-7"),
        (303, "an unknown operation", _updated(_op("merge", "/x", value=1)), PATCH, "PSP-CHG-7"),
        (304, "not an array", _updated(b"{}"), PATCH, "PSP-CHG-15"),
        (305, "an add without value", _updated(_op("add", "/x")), PATCH, "PSP-CHG-15"),
        (306, "the id", _updated(_op("replace", "/id", value="p1")), PATCH, "PSP-CHG-8"),
        (307, "the type", _updated(_op("replace", "/resourceType", value="Patient")), PATCH, "PSP-CHG-8"),
        (308, "the version id", _updated(_op("replace", "/meta/versionId", value="4")), PATCH, "PSP-CHG-8"),
        (309, "the last-updated instant", _updated(_op("remove", "/meta/lastUpdated")), PATCH, "PSP-CHG-8"),
        (310, "the whole document", _updated(_op("replace", "", value={})), PATCH, "PSP-CHG-8"),
        (311, "a segment __proto__", _updated(_op("add", "/__proto__/x", value=1)), KEY, "PSP-DATA-5"),
        (312, "1 001 operations", _updated(_op("test", "/gender", value="female") * 1001), LIMIT, "PSP-LIM-4"),
        (313, "a path that is not there", created(_op("replace", "/name/1/family", value="B"), same), PATCH, "PSP-CHG-10"),
        (314, "a test that fails", created(_op("test", "/name/0/family", value="B"), same), PATCH, "PSP-CHG-10"),
        (315, "an index with a leading zero", created(_op("replace", "/name/00/family", value="B"), same), PATCH, "PSP-CHG-10"),
        (316, "an index behind the end", created(_op("add", "/name/2", value={}), same), PATCH, "PSP-CHG-10"),
        (317, "a path without slash", _updated(_op("add", "x", value=1)), PATCH, "PSP-CHG-15"),
        (318, "a tilde that escapes nothing", _updated(_op("add", "/a~2", value=1)), PATCH, "PSP-CHG-15"),
        (319, "changes that do not lead to the resource",
         created(_op("replace", "/name/0/family", value="B"), same), DIFFERS, "PSP-CHG-9"),
        (320, "the same number with another precision", _created(
            _patient(b',"a":1.10'), [s.change(1, "INSERT", _patient(b',"a":1.1'))]), DIFFERS, "PSP-CHG-9"),
    ]  # fmt: skip
    for number, title, fields, code, rule in cases:
        a.invalid(number, title, [rule], pb.encode("SyncPayload", fields), code)


def _several(a):
    """Two rules broken: the first in the order of the checks is reported."""
    born = _patient(b"")
    long = {**s.change(1, "INSERT", born), "recorded_at": "2" * 65}
    other = s.change(1, "INSERT", _patient(b"", "p2"))
    cases = [
        (401, "names before limits", {**_created(born, [long]), "resource_id": "a/b"}, ID, "PSP-DATA-6"),
        (402, "limits before the base", {**_created(born, [long]), "base": {"version_id": "v" * 65}}, LIMIT, "PSP-CHG-17"),
        (403, "the base before the change list", {**_created(born), "base": {"version_id": "v" * 65}},
         "ENTRY_INVALID", "PSP-DATA-12"),
        (404, "the change list before JSON", _created(b"{", [other, other]), CHANGES, "PSP-CHG-4"),
        (405, "a change id before JSON", _created(b"{", [s.change(0, "INSERT", born)]), CHANGES, "PSP-CHG-16"),
        (406, "JSON of a payload before the identity of the resource", _created(
            _patient(b"", "p2"), [s.change(1, "INSERT", b"{")]), JSON, "PSP-DATA-4"),
        (407, "JSON of the resource before that of a payload", _created(
            b"{", [s.change(1, "INSERT", _patient(b',"__proto__":1'))]), JSON, "PSP-DATA-4"),
        (408, "identity before patches", {**_updated(_op("copy", "/x")), "resource": _patient(b"", "p2")},
         MISMATCH, "PSP-DATA-7"),
        (409, "patches before where they lead", _grown(
            b"", _op("replace", "/id", value="p1"), b',"active":true'), PATCH, "PSP-CHG-8"),
        (410, "the number of operations before each of them", _updated(_op("copy", "/x") * 1001), LIMIT, "PSP-LIM-4"),
    ]  # fmt: skip
    for number, title, fields, code, rule in cases:
        a.invalid(number, title, [rule], pb.encode("SyncPayload", fields), code)


def area():
    a = Area("entry", "ENT", "Entries: which a receiver refuses, and with which code")
    a.group("sync-payload")
    for part in (_good, _content, _grammar, _patches, _several):
        part(a)
    return a
