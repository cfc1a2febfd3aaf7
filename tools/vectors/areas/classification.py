"""Classification: every row of the table, from both sides."""

from psp import protobuf as pb
from psp.area import Area

from . import samples as s

OTHER = s.octets("third replica", 16)
V1 = {"version_id": "1", "last_updated": "2026-05-01T08:00:00Z"}
V2 = {"version_id": "2", "last_updated": "2026-05-01T08:00:00.001Z"}
V1_LATER_TEXT = {"version_id": "9", "last_updated": "2026-05-01T11:00:00+03:00"}
UNDATED = {"version_id": "7"}


def resource(**fields):
    parts = "".join(f',"{k}":"{v}"' for k, v in fields.items())
    return f'{{"resourceType":"Patient","id":"p1"{parts}}}'.encode()


def update(counter, key, value, base="1", author=s.SENDER_ID, op="add"):
    patch = f'[{{"op":"{op}","path":"/{key}","value":"{value}"}}]'.encode()
    return s.change(counter, "UPDATE", patch, base, author)


def entry(content, base=None, changes=(), absorbed=()):
    fields = {"resource_type": "Patient", "resource_id": "p1", "resource": content, "base": base,
              "changes": list(changes), "absorbed": [c["id"] for c in absorbed]}  # fmt: skip
    return {k: v for k, v in fields.items() if v is not None}


A1, A2 = update(1, "gender", "female"), update(2, "birthDate", "1990-01-01")
B1 = update(1, "language", "sw", author=OTHER)
BORN = s.change(1, "INSERT", resource())
BORN_ELSEWHERE = s.change(1, "INSERT", resource(), author=OTHER)
A5 = update(5, "gender", "female", "")
GONE = s.change(3, "DELETE", b"", "1")
R0, R1 = resource(), resource(gender="female")
R12 = resource(gender="female", birthDate="1990-01-01")
RB = resource(language="sw")
R1B = resource(gender="female", language="sw")

ROWS = [
    (1, "nothing here, server version", "PSP-CLS-2", None, entry(R0, V1), "STORED"),
    (2, "nothing here, created", "PSP-CLS-2", None, entry(R0, None, [BORN]), "STORED"),
    (3, "nothing here, tombstone", "PSP-CLS-2", None, entry(b"", V1, [GONE]), "STORED"),
    (4, "the same again", "PSP-CLS-3", entry(R1, V1, [A1]), entry(R1, V1, [A1]), "DUPLICATE"),
    (5, "the same creation again", "PSP-CLS-3", entry(R0, None, [BORN]), entry(R0, None, [BORN]), "DUPLICATE"),
    (6, "the same changes on a newer base", "PSP-CLS-4", entry(R1, V1, [A1]), entry(R1, V2, [A1]), "FAST_FORWARDED"),
    (7, "the same changes on an older base", "PSP-CLS-4", entry(R1, V2, [A1]), entry(R1, V1, [A1]), "STALE"),
    (8, "the same changes, bases without order", "PSP-CLS-4", entry(R1, V1, [A1]), entry(R1, UNDATED, [A1]), "CONFLICT"),
    (9, "one change more than ours", "PSP-CLS-5", entry(R1, V1, [A1]), entry(R12, V1, [A1, A2]), "FAST_FORWARDED"),
    (10, "changes on what we have untouched", "PSP-CLS-5", entry(R0, V1), entry(R1, V1, [A1]), "FAST_FORWARDED"),
    (11, "deleted after what we have", "PSP-CLS-5", entry(R1, V1, [A1]), entry(b"", V1, [A1, GONE]), "FAST_FORWARDED"),
    (12, "fewer changes than ours", "PSP-CLS-6", entry(R12, V1, [A1, A2]), entry(R1, V1, [A1]), "STALE"),
    (13, "untouched, and we have changes", "PSP-CLS-6", entry(R1, V1, [A1]), entry(R0, V1), "STALE"),
    (14, "newer server version, both untouched", "PSP-CLS-7", entry(R0, V1), entry(R1, V2), "FAST_FORWARDED"),
    (15, "older server version, both untouched", "PSP-CLS-7", entry(R1, V2), entry(R0, V1), "STALE"),
    (16, "the same server version", "PSP-CLS-7", entry(R0, V1), entry(R0, V1), "DUPLICATE"),
    (17, "two versions of one instant, told apart by nothing", "PSP-CLS-7", entry(R0, V1),
     entry(R1, V1_LATER_TEXT), "CONFLICT"),
    (18, "a version without instant, both untouched", "PSP-CLS-7", entry(R0, V1), entry(R1, UNDATED), "CONFLICT"),
    (19, "newer version that absorbed all of ours", "PSP-CLS-8", entry(R1, V1, [A1]),
     entry(R1, V2, absorbed=[A1]), "FAST_FORWARDED"),
    (20, "newer version that absorbed ours and goes on", "PSP-CLS-8", entry(R1, V1, [A1]),
     entry(R12, V2, [update(2, "birthDate", "1990-01-01", "2")], [A1]), "FAST_FORWARDED"),
    (21, "ours absorbed all of theirs", "PSP-CLS-9", entry(R1, V2, absorbed=[A1]), entry(R1, V1, [A1]), "STALE"),
    (22, "newer version absorbed a prefix, the rest is private", "PSP-CLS-10",
     entry(R12, V1, [A1, A2]), entry(R1, V2, absorbed=[A1]), "REBASED"),
    (23, "the same, but their content is another", "PSP-CLS-12",
     entry(R12, V1, [A1, A2]), entry(R1B, V2, absorbed=[A1]), "CONFLICT"),
    (24, "edits on both sides of one base", "PSP-CLS-11", entry(RB, V1, [B1]), entry(R1, V1, [A1]), "CONFLICT"),
    (25, "delete against edit", "PSP-CLS-11", entry(RB, V1, [B1]), entry(b"", V1, [GONE]), "CONFLICT"),
    (26, "edit against delete", "PSP-CLS-11", entry(b"", V1, [GONE]), entry(RB, V1, [B1]), "CONFLICT"),
    (27, "two creations of one id", "PSP-CLS-11", entry(R0, None, [BORN_ELSEWHERE]), entry(R0, None, [BORN]), "CONFLICT"),
    (28, "created here, known to their server", "PSP-CLS-11", entry(R0, None, [BORN]), entry(R0, V1), "CONFLICT"),
    (29, "newer version, and our edit is unknown to it", "PSP-CLS-11", entry(R1, V1, [A1]), entry(RB, V2), "CONFLICT"),
    (30, "older version, and their edit is unknown to us", "PSP-CLS-11", entry(RB, V2), entry(R1, V1, [A1]), "CONFLICT"),
    (31, "our creation absorbed by their version", "PSP-CLS-8", entry(R0, None, [BORN]),
     entry(R0, V1, absorbed=[BORN]), "FAST_FORWARDED"),
    (32, "their creation absorbed by our version", "PSP-CLS-9", entry(R0, V1, absorbed=[BORN]),
     entry(R0, None, [BORN]), "STALE"),
    (33, "newer version, untouched there, edited by them, untouched here", "PSP-CLS-5", entry(R0, V1),
     entry(R1, V2, [update(1, "gender", "female", "2")]), "FAST_FORWARDED"),
    (34, "newer version, and their changes continue ours", "PSP-CLS-5", entry(R1, V1, [A1]),
     entry(R12, V2, [A1, A2]), "FAST_FORWARDED"),
    (35, "older version, and our changes continue theirs", "PSP-CLS-6", entry(R12, V2, [A1, A2]),
     entry(R1, V1, [A1]), "STALE"),
    (36, "newer version absorbed the first of ours, they carry the second", "PSP-CLS-8",
     entry(R12, V1, [A1, A2]), entry(R12, V2, [A2], [A1]), "FAST_FORWARDED"),
    (37, "ours absorbed the first of theirs, we carry the second", "PSP-CLS-9",
     entry(R12, V2, [A2], [A1]), entry(R12, V1, [A1, A2]), "STALE"),
    (38, "newer version absorbed the second of ours but not the first", "PSP-CLS-11",
     entry(R12, V1, [A1, A2]), entry(R12, V2, absorbed=[A2]), "CONFLICT"),
    (39, "an older version, untouched, and ours was edited", "PSP-CLS-6", entry(R1, V2, [A1]),
     entry(R0, V1), "STALE"),
    (41, "created here, uploaded by another, edited here since", "PSP-CLS-10",
     entry(R1, None, [BORN, A5]), entry(R0, V1, absorbed=[BORN]), "REBASED"),
    (42, "the same, but the server has other content", "PSP-CLS-12",
     entry(R1, None, [BORN, A5]), entry(RB, V1, absorbed=[BORN]), "CONFLICT"),
    (43, "absorbed a prefix, and ours had absorbed others before", "PSP-CLS-24",
     entry(R12, V1, [A1, A2], [B1]), entry(R1, V2, absorbed=[A1]), "REBASED"),
    (40, "the same list in another order", "PSP-CLS-11", entry(R12, V1, [A1, A2]),
     entry(R12, V1, [A2, A1]), "CONFLICT"),
]  # fmt: skip
BASE_CONTENT = {22: R0, 23: R0, 29: R0, 43: R0}
REBASED = {
    22: entry(R12, V2, [A2], [A1]),
    41: entry(R1, V1, [A5], [BORN]),
    43: entry(R12, V2, [A2], [A1, B1]),
}


def area():
    a = Area("classification", "CLS", "Classification: every row of the table")
    a.group("pair")
    for number, title, rule, ours, theirs, relation in ROWS:
        data = {
            "ours": pb.encode("SyncPayload", ours) if ours else None,
            "our_base_resource": BASE_CONTENT.get(number),
            "theirs": pb.encode("SyncPayload", theirs),
        }
        expect = {"relation": relation}
        if relation == "REBASED":
            expect["result"] = pb.encode("SyncPayload", REBASED[number])
        a.valid(number, title, [rule], data, expect)
    return a
