"""Change lists as the specification's chapter on the data model applies them, and differences.

Contents are values of `jsontext`; None is a resource that is not there.
"""

import copy
import re

from . import jsontext as j

SERVER_META = ("versionId", "lastUpdated")
PROTECTED = ["/resourceType", "/id", "/meta/versionId", "/meta/lastUpdated"]
VALUED = ("add", "replace", "test")
NOTHING = object()


class Fault(Exception):
    """A patch or a change that does not apply, or that no entry may have."""


def segments(pointer):
    if pointer == "":
        return []
    if not pointer.startswith("/") or re.search(r"~(?![01])", pointer):
        raise Fault("no pointer")
    return [s.replace("~1", "/").replace("~0", "~") for s in pointer[1:].split("/")]


def _index(text, length):
    if not re.fullmatch(r"0|[1-9][0-9]*", text) or int(text) >= length:
        raise Fault("no such element")
    return int(text)


def _parent(document, path):
    here = document
    for step in path[:-1]:
        if isinstance(here, list):
            here = here[_index(step, len(here))]
        elif isinstance(here, dict) and step in here:
            here = here[step]
        else:
            raise Fault("no such member")
    if not isinstance(here, (list, dict)):
        raise Fault("no container")
    return here, path[-1]


def _one(document, operation):
    op, path = operation["op"], segments(operation["path"])
    inside, last = _parent(document, path)
    if isinstance(inside, list) and op == "add":
        place = len(inside) if last == "-" else _index(last, len(inside) + 1)
        inside.insert(place, copy.deepcopy(operation["value"]))
        return
    key = _index(last, len(inside)) if isinstance(inside, list) else last
    if op != "add" and isinstance(inside, dict) and key not in inside:
        raise Fault("no such member")
    if op == "remove":
        del inside[key]
    elif op == "test":
        if not j.equal_by_value(inside[key], operation["value"]):
            raise Fault("a test fails")
    else:
        inside[key] = copy.deepcopy(operation["value"])


def _server_meta(document, base):
    """What the server owns in the old `meta`: as the base of an entry says, else as the content does."""
    if base is None:
        meta = document.get("meta")
        return meta if isinstance(meta, dict) else {}
    instant = base.get("last_updated", "")
    return {"versionId": base["version_id"], **({"lastUpdated": instant} if instant else {})}


def _check(operation, document, base):
    op, pointer = operation.get("op"), operation.get("path")
    if op not in ("add", "remove", "replace", "test") or not isinstance(pointer, str):
        raise Fault("no such operation")
    if op in VALUED and "value" not in operation:
        raise Fault("no value")
    if pointer == "" or any((pointer + "/").startswith(p + "/") for p in PROTECTED):
        raise Fault("nobody may touch this")
    if pointer == "/meta":
        before, after = _server_meta(document, base), operation.get("value", {})
        for name in SERVER_META:
            old = before.get(name, NOTHING)
            new = after.get(name, NOTHING) if isinstance(after, dict) else NOTHING
            if op == "test" or old is not new and old != new:
                raise Fault("the server's own meta")


def apply(document, payload, base=None):
    """The document after one UPDATE, of an entry with that base."""
    operations = j.parse(payload)
    if not isinstance(operations, list):
        raise Fault("no patch")
    document = copy.deepcopy(document)
    for operation in operations:
        _check(operation, document, base)
        _one(document, operation)
    return document


def replay(changes, content, base=None):
    """The content after changes, each with `type` and `payload`."""
    for change in changes:
        kind = change["type"]
        if (content is None) != (kind == "INSERT"):
            raise Fault("out of place")
        if kind == "INSERT":
            content = j.parse(change["payload"])
        elif kind == "UPDATE":
            content = apply(content, change["payload"], base)
        else:
            content = None
    return content


def difference(before, after, path=""):
    """Operations from one value to another: an array that differs is replaced whole."""
    if before == after:
        return []
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return [{"op": "replace", "path": path, "value": after}]
    out = []
    for key in [*before, *(k for k in after if k not in before)]:
        below = path + "/" + key.replace("~", "~0").replace("/", "~1")
        if below in PROTECTED:
            continue
        if key not in after:
            out.append({"op": "remove", "path": below})
        elif key not in before:
            out.append({"op": "add", "path": below, "value": after[key]})
        else:
            out += difference(before[key], after[key], below)
    return out
