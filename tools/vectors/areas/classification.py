"""Classification: every row of the table, from both sides, where it holds and where it just does not.

The first rule of a vector is the row that decides; the others are rows that nearly apply, and rules
that the vector turns on. tools/vectors/coverage.test.ts asks for each row in both parts.
"""

from psp import classify as c
from psp import jsontext as j
from psp import patch
from psp import protobuf as pb
from psp.area import Area

from . import samples as s
from .rebases import REBASES
from .states import (
    A1,
    A2,
    A3,
    A5,
    A6,
    B1,
    BORN,
    BORN_ELSEWHERE,
    GONE,
    NO_INSTANT,
    R0,
    R1,
    R12,
    R123,
    R1B,
    RB,
    UNDATED,
    V1,
    V1_LATER_TEXT,
    V1_OTHER_INSTANT,
    V2,
    V2_EARLIER_TEXT,
    changed,
    entry,
    resource,
    update,
    with_meta,
)

# The same ids as above, and other changes.
A1_COPY, A2_COPY = update(1, "gender", "male"), update(2, "birthDate", "2000-01-01")
A1_SPACED = {**A1, "payload": A1["payload"] + b" "}
A1_GONE = s.change(1, "DELETE", b"", "1")
A5_COPY, BORN_COPY = update(5, "gender", "male", ""), s.change(1, "INSERT", resource(gender="male"))
RM, RM2 = resource(gender="male"), resource(gender="male", birthDate="1990-01-01")
R2 = resource(birthDate="1990-01-01")
R1M2 = resource(gender="female", birthDate="2000-01-01")
TAG_WITH_BASE = changed(
    4,
    {
        "op": "add",
        "path": "/meta",
        "value": {"versionId": "1", "lastUpdated": V1["last_updated"], "tag": [{"code": "north"}]},
    },
)
TAGGED = with_meta(R0, V1, tag=[{"code": "north"}])
BORN_AGAIN = s.change(4, "INSERT", resource(), "2")
A1_RETOLD = {**A1, "recorded_at": "", "base_version_id": "0"}

# number, title, rules, ours, theirs, relation
PLAIN = [
    (1, "nothing here, server version", "2", None, entry(R0, V1), "STORED"),
    (2, "nothing here, created", "2", None, entry(R0, None, [BORN]), "STORED"),
    (3, "nothing here, tombstone", "2", None, entry(b"", V1, [GONE]), "STORED"),
    (4, "the same again", "3", entry(R1, V1, [A1]), entry(R1, V1, [A1]), "DUPLICATE"),
    (5, "the same creation again", "3", entry(R0, None, [BORN]), entry(R0, None, [BORN]), "DUPLICATE"),
    (6, "the same changes on a newer base", "4 3", entry(R1, V1, [A1]), entry(R1, V2, [A1]), "FAST_FORWARDED"),
    (7, "the same changes on an older base", "4 3", entry(R1, V2, [A1]), entry(R1, V1, [A1]), "STALE"),
    (8, "the same changes, bases without order", "4 23", entry(R1, V1, [A1]), entry(R1, UNDATED, [A1]), "CONFLICT"),
    (9, "one change more than ours", "5", entry(R1, V1, [A1]), entry(R12, V1, [A1, A2]), "FAST_FORWARDED"),
    (10, "changes on what we have untouched", "5", entry(R0, V1), entry(R1, V1, [A1]), "FAST_FORWARDED"),
    (11, "deleted after what we have", "5", entry(R1, V1, [A1]), entry(b"", V1, [A1, GONE]), "FAST_FORWARDED"),
    (12, "fewer changes than ours", "6", entry(R12, V1, [A1, A2]), entry(R1, V1, [A1]), "STALE"),
    (13, "untouched, and we have changes", "6", entry(R1, V1, [A1]), entry(R0, V1), "STALE"),
    (14, "newer server version, both untouched", "7", entry(R0, V1), entry(R1, V2), "FAST_FORWARDED"),
    (15, "older server version, both untouched", "7", entry(R1, V2), entry(R0, V1), "STALE"),
    (16, "the same server version", "3 7", entry(R0, V1), entry(R0, V1), "DUPLICATE"),
    (17, "two versions of one instant, told apart by nothing", "7 23", entry(R0, V1),
     entry(R1, V1_LATER_TEXT), "CONFLICT"),
    (18, "a version without instant, both untouched", "7 23", entry(R0, V1), entry(R1, UNDATED), "CONFLICT"),
    (19, "newer version that absorbed all of ours", "8", entry(R1, V1, [A1]),
     entry(R1, V2, absorbed=[A1]), "FAST_FORWARDED"),
    (20, "newer version that absorbed ours and goes on", "8", entry(R1, V1, [A1]),
     entry(R12, V2, [update(2, "birthDate", "1990-01-01", "2")], [A1]), "FAST_FORWARDED"),
    (21, "ours absorbed all of theirs", "9", entry(R1, V2, absorbed=[A1]), entry(R1, V1, [A1]), "STALE"),
    (24, "edits on both sides of one base", "11 5 6", entry(RB, V1, [B1]), entry(R1, V1, [A1]), "CONFLICT"),
    (25, "delete against edit", "11", entry(RB, V1, [B1]), entry(b"", V1, [GONE]), "CONFLICT"),
    (26, "edit against delete", "11", entry(b"", V1, [GONE]), entry(RB, V1, [B1]), "CONFLICT"),
    (27, "two creations of one id", "11 3", entry(R0, None, [BORN_ELSEWHERE]), entry(R0, None, [BORN]), "CONFLICT"),
    (28, "created here, known to their server", "11 8", entry(R0, None, [BORN]), entry(R0, V1), "CONFLICT"),
    (30, "older version, and their edit is unknown to us", "11 9", entry(RB, V2), entry(R1, V1, [A1]), "CONFLICT"),
    (31, "our creation absorbed by their version", "8 23", entry(R0, None, [BORN]),
     entry(R0, V1, absorbed=[BORN]), "FAST_FORWARDED"),
    (32, "their creation absorbed by our version", "9 23", entry(R0, V1, absorbed=[BORN]),
     entry(R0, None, [BORN]), "STALE"),
    (33, "newer version, untouched there, edited by them, untouched here", "5 7", entry(R0, V1),
     entry(R1, V2, [update(1, "gender", "female", "2")]), "FAST_FORWARDED"),
    (34, "newer version, and their changes continue ours", "5", entry(R1, V1, [A1]),
     entry(R12, V2, [A1, A2]), "FAST_FORWARDED"),
    (35, "older version, and our changes continue theirs", "6", entry(R12, V2, [A1, A2]),
     entry(R1, V1, [A1]), "STALE"),
    (36, "newer version absorbed the first of ours, they carry the second", "8",
     entry(R12, V1, [A1, A2]), entry(R12, V2, [A2], [A1]), "FAST_FORWARDED"),
    (37, "ours absorbed the first of theirs, we carry the second", "9",
     entry(R12, V2, [A2], [A1]), entry(R12, V1, [A1, A2]), "STALE"),
    (38, "newer version absorbed the second of ours but not the first", "11 8 10",
     entry(R12, V1, [A1, A2]), entry(R12, V2, absorbed=[A2]), "CONFLICT"),
    (39, "an older version, untouched, and ours was edited", "6 7", entry(R1, V2, [A1]),
     entry(R0, V1), "STALE"),
    (40, "the same list in another order", "11 3", entry(R12, V1, [A1, A2]),
     entry(R12, V1, [A2, A1]), "CONFLICT"),
    (44, "created again on the server: a tombstone is not nothing", "7 2", entry(b"", V1),
     entry(R0, V2), "FAST_FORWARDED"),
    (45, "our newer base, and their changes continue ours", "11 5", entry(R1, V2, [A1]),
     entry(R12, V1, [A1, A2]), "CONFLICT"),
    (46, "their newer base, and our changes continue theirs", "11 6 10", entry(R12, V1, [A1, A2]),
     entry(R1, V2, [A1]), "CONFLICT"),
    (47, "bases without order, and their changes continue ours", "11 5 23", entry(R1, V1, [A1]),
     entry(R12, UNDATED, [A1, A2]), "CONFLICT"),
    (48, "bases without order, and our changes continue theirs", "11 6 23", entry(R12, UNDATED, [A1, A2]),
     entry(R1, V1, [A1]), "CONFLICT"),
    (49, "absorbed by their version of the same base", "6 8 24", entry(R1, V1, [A1]),
     entry(R0, V1, absorbed=[A1]), "STALE"),
    (50, "absorbed by their older version", "6 8", entry(R1, V2, [A1]), entry(R0, V1, absorbed=[A1]), "STALE"),
    (51, "absorbed by their version of no order", "11 8 23", entry(R1, V1, [A1]),
     entry(R1, UNDATED, absorbed=[A1]), "CONFLICT"),
    (52, "absorbed by our version of the same base", "5 9 24", entry(R0, V1, absorbed=[A1]),
     entry(R1, V1, [A1]), "FAST_FORWARDED"),
    (53, "absorbed by our version of no order", "11 9 23", entry(R1, UNDATED, absorbed=[A1]),
     entry(R1, V1, [A1]), "CONFLICT"),
    (54, "absorbed the first of ours, and they carry another second", "11 8 10", entry(R12, V1, [A1, A2]),
     entry(R1B, V2, [B1], [A1]), "CONFLICT"),
    (55, "absorbed the first of theirs, and we carry another second", "11 9",
     entry(R1B, V2, [B1], [A1]), entry(R12, V1, [A1, A2]), "CONFLICT"),
    (56, "absorbed the second of theirs but not the first", "11 9", entry(R12, V2, absorbed=[A2]),
     entry(R12, V1, [A1, A2]), "CONFLICT"),
    (57, "they list a change that their version absorbed", "8", entry(R12, V1, [A1, A2]),
     entry(R123, V2, [A2, A3], [A1, A2]), "FAST_FORWARDED"),
    (58, "a later instant with an earlier text", "7 23", entry(R0, V1), entry(R1, V2_EARLIER_TEXT), "FAST_FORWARDED"),
    (59, "an earlier instant with a later text", "7 23", entry(R1, V2), entry(R0, V1_LATER_TEXT), "STALE"),
    (60, "one version id with two instants is one base", "3 23", entry(R0, V1),
     entry(R0, V1_OTHER_INSTANT), "DUPLICATE"),
    (61, "a date is no instant", "7 23", entry(R0, V1), entry(R1, NO_INSTANT), "CONFLICT"),
    (62, "two versions without instants", "7 23", entry(R0, NO_INSTANT), entry(R1, UNDATED), "CONFLICT"),
    (63, "a version id is no number", "7 23", entry(R0, {**V2, "version_id": "10"}),
     entry(R1, {**V1, "version_id": "9"}), "STALE"),
    (64, "an edit of theirs on a version that ours replaced by a deletion", "11 9", entry(b"", V2),
     entry(R1, V1, [A1]), "CONFLICT"),
    (65, "deleted on the server since, and edited here", "11 7 10", entry(R1, V1, [A1]), entry(b"", V2), "CONFLICT"),
    (66, "they list a change that their version absorbed, and one more of ours", "8",
     entry(R123, V1, [A1, A2, A3]), entry(R123, V2, [A2, A3], [A1, A2]), "FAST_FORWARDED"),
    (67, "ours lists a change that our version absorbed, and one more of theirs", "9",
     entry(R123, V2, [A2, A3], [A1, A2]), entry(R123, V1, [A1, A2, A3]), "STALE"),
    (68, "they carry the second of ours and absorbed nothing", "11 8", entry(R12, V1, [A1, A2]),
     entry(R2, V2, [A2]), "CONFLICT"),
    (69, "ours carries the second of theirs and absorbed nothing", "11 9", entry(R2, V2, [A2]),
     entry(R12, V1, [A1, A2]), "CONFLICT"),
    (70, "newer version, and ours knew of other absorbed changes", "7 24", entry(R0, V1, absorbed=[B1]),
     entry(R1, V2, absorbed=[A1]), "FAST_FORWARDED"),
    (71, "absorbed all of ours, and ours knew of others", "8 24", entry(R1, V1, [A1], [B1]),
     entry(R1, V2, absorbed=[A1]), "FAST_FORWARDED"),
    (72, "the same again, and they know of an absorbed change", "3 24", entry(R0, V1, absorbed=[B1]),
     entry(R0, V1, absorbed=[A1, B1]), "DUPLICATE"),
    (73, "older, and they know of an absorbed change", "7 24", entry(R1, V2), entry(R0, V1, absorbed=[A1]), "STALE"),
    (74, "fewer changes than ours, and they know of an absorbed one", "6 24", entry(R1, V1, [A1]),
     entry(R0, V1, absorbed=[B1]), "STALE"),
    (75, "ours is newer: an older state of theirs does not get what our version absorbed", "11 24",
     entry(RB, V2, absorbed=[B1]), entry(R1, V1, [A1], [A2]), "CONFLICT"),
    (76, "bases without order: nothing tells which absorbed set holds for the other", "7 24",
     entry(R0, V1, absorbed=[B1]), entry(R1, UNDATED, absorbed=[A1]), "CONFLICT"),
    (77, "edits on both sides of one base, each with an absorbed set", "11 24", entry(RB, V1, [B1], [A2]),
     entry(R1, V1, [A1], [A3]), "CONFLICT"),
    (78, "their patch of all of meta keeps what the base says, which our text does not hold", "5 CHG-8",
     entry(R0, V1), entry(TAGGED, V1, [TAG_WITH_BASE]), "FAST_FORWARDED"),
    (92, "absorbed ids without a base, nothing here", "2 DATA-13", None,
     entry(R0, None, [BORN_AGAIN], [A1, GONE]), "STORED"),
    (93, "created again, with the absorbed ids of the life before, against that life", "11 DATA-13 24",
     entry(R0, V1), entry(R0, None, [BORN_AGAIN], [A1, GONE]), "CONFLICT"),
    (94, "the same creation again, with absorbed ids", "3 DATA-13 24", entry(R0, None, [BORN_AGAIN]),
     entry(R0, None, [BORN_AGAIN], [A1]), "DUPLICATE"),
    (95, "more than our creation, with absorbed ids", "5 DATA-13 24", entry(R0, None, [BORN]),
     entry(R1, None, [BORN, A5], [A1]), "FAST_FORWARDED"),
    (96, "their creation absorbed by our version, with absorbed ids of its own", "9 DATA-13 24",
     entry(R0, V1, absorbed=[BORN]), entry(R0, None, [BORN], [A1]), "STALE"),
]  # fmt: skip

COPIES = [
    (80, "the same change, told with another time and version", "3 26", entry(R1, V1, [A1]),
     entry(R1, V1, [A1_RETOLD]), "DUPLICATE"),
    (81, "one id, two patches", "11 26 3", entry(R1, V1, [A1]), entry(RM, V1, [A1_COPY]), "CONFLICT"),
    (82, "one id, one patch with a space more", "11 26 3", entry(R1, V1, [A1]), entry(R1, V1, [A1_SPACED]), "CONFLICT"),
    (83, "one id, an update and a deletion", "11 26 3", entry(R1, V1, [A1]), entry(b"", V1, [A1_GONE]), "CONFLICT"),
    (84, "one id, two creations", "11 26 3", entry(R0, None, [BORN]), entry(RM, None, [BORN_COPY]), "CONFLICT"),
    (85, "one id, two patches, and their base is newer", "11 26 4", entry(R1, V1, [A1]),
     entry(RM, V2, [A1_COPY]), "CONFLICT"),
    (86, "one id, two patches, and they go on", "11 26 5", entry(R1, V1, [A1]), entry(RM2, V1, [A1_COPY, A2]), "CONFLICT"),
    (87, "one id, two patches, and ours goes on", "11 26 6", entry(RM2, V1, [A1_COPY, A2]), entry(R1, V1, [A1]), "CONFLICT"),
    (88, "absorbed the first of ours, and the second is another", "11 26 8", entry(R12, V1, [A1, A2]),
     entry(R1M2, V2, [A2_COPY], [A1]), "CONFLICT"),
    (89, "absorbed the first of theirs, and the second is another", "11 26 9",
     entry(R1M2, V2, [A2_COPY], [A1]), entry(R12, V1, [A1, A2]), "CONFLICT"),
    (90, "our rest begins theirs by its id alone", "11 26 25", entry(RM, V1, [A5_COPY], [BORN]),
     entry(R12, None, [BORN, A5, A6]), "CONFLICT", R0),
    (91, "absorbed by its id, whatever it was", "8 26", entry(RM, V1, [A1_COPY]),
     entry(R1, V2, absorbed=[A1]), "FAST_FORWARDED"),
]  # fmt: skip


def _check(state, base_content):
    """A state of these vectors is one that an endpoint may have."""
    octets, changes = state.get("resource"), state["changes"]
    content = j.parse(octets) if octets else None
    if "base" in state and base_content is None:
        return
    origin = None if "base" not in state else j.parse(base_content)
    assert j.equal(patch.replay(changes, origin, state.get("base")), content)


def _vector(a, number, title, rules, ours, theirs, relation, base_content=None):
    rules = [f"PSP-CLS-{rule}" if rule.isdigit() else f"PSP-{rule}" for rule in rules.split()]
    row, found, after = c.classify(ours, base_content, theirs)
    assert (row, found) == (rules[0], relation), f"CLS-{number:04d}: the table says {row} {found}"
    data = {
        "ours": pb.encode("SyncPayload", ours) if ours else None,
        "our_base_resource": base_content,
        "theirs": pb.encode("SyncPayload", theirs),
    }
    expect = {"relation": relation}
    if after is not None:
        expect["result"] = pb.encode("SyncPayload", after)
    else:
        states = c.resolved(ours, theirs)
        expect["resolved"] = {k: pb.encode("SyncPayload", v) for k, v in states.items()}
    _check(theirs, None)
    if ours:
        _check(ours, base_content)
    a.valid(number, title, rules, data, expect)


def area():
    a = Area("classification", "CLS", "Classification: every row of the table")
    a.group("pair")
    for rows in (PLAIN, COPIES, REBASES):
        for row in rows:
            _vector(a, *row)
    return a
