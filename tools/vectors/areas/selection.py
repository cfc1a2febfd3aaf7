"""Selection: which entries a mode selects. How search parameters match is the area `search`.

Every expectation is written by hand.
"""

from psp import protobuf as pb
from psp.area import Area

from .states import A1, BORN, GONE, R0, R1, UNDATED, V1, V1_LATER_TEXT, V2, entry

NEWER, OLDER, SAME = V2["last_updated"], "2026-05-01T07:59:59.999Z", V1["last_updated"]
SAME_MOMENT = V1_LATER_TEXT["last_updated"]
CREATED_AND_GONE = entry(b"", None, [BORN, {**GONE, "base_version_id": ""}])
PRISTINE, EDITED, CREATED = entry(R0, V1), entry(R1, V1, [A1]), entry(R0, None, [BORN])
DELETED, TOMBSTONE = entry(b"", V1, [GONE]), entry(b"", V1)
DATED_BY_DAY = entry(R0, {"version_id": "8", "last_updated": "2026-05-01"})
FEMALE, MALE = [{"name": "gender", "value": "female"}], [{"name": "gender", "value": "male"}]
Y, N = True, False


def patients(since="", parameters=()):
    return [{"resource_type": "Patient", "parameters": list(parameters), "last_updated": since}]


OTHERS = [{"resource_type": "Observation"}]
BOTH = patients() + OTHERS

# number, rule, mode, types asked for, entry, written after the cursor (None: no cursor), selected
ROWS = [
    (1, "1", "FULL", [], PRISTINE, None, Y),
    (2, "1", "FULL", patients(), PRISTINE, None, Y),
    (3, "1", "FULL", OTHERS, PRISTINE, None, N),
    (4, "1", "FULL", BOTH, CREATED, None, Y),
    (5, "1", "FULL", patients(NEWER), PRISTINE, None, Y),
    (10, "2", "CURSOR", [], PRISTINE, None, Y),
    (11, "2", "CURSOR", patients(), PRISTINE, True, Y),
    (12, "2", "CURSOR", patients(), PRISTINE, False, N),
    (13, "2", "CURSOR", patients(), EDITED, False, N),
    (14, "2", "CURSOR", OTHERS, PRISTINE, True, N),
    (15, "2", "CURSOR", patients(NEWER), PRISTINE, True, Y),
    (16, "2", "CURSOR", patients(), DELETED, False, N),
    (20, "3", "LAST_UPDATED", patients(OLDER), PRISTINE, None, Y),
    (21, "3", "LAST_UPDATED", patients(SAME), PRISTINE, None, Y),
    (22, "3", "LAST_UPDATED", patients(SAME_MOMENT), PRISTINE, None, Y),
    (23, "3", "LAST_UPDATED", patients(NEWER), PRISTINE, None, N),
    (24, "3", "LAST_UPDATED", patients(NEWER), EDITED, None, Y),
    (25, "3", "LAST_UPDATED", patients(NEWER), CREATED, None, Y),
    (26, "3", "LAST_UPDATED", patients(NEWER), entry(R0, UNDATED), None, Y),
    (27, "3", "LAST_UPDATED", patients(), PRISTINE, None, Y),
    (28, "3", "LAST_UPDATED", [], PRISTINE, None, Y),
    (29, "3", "LAST_UPDATED", patients("2026-05-02"), PRISTINE, None, Y),
    (30, "3", "LAST_UPDATED", patients(NEWER), DATED_BY_DAY, None, Y),
    (31, "3", "LAST_UPDATED", OTHERS, EDITED, None, N),
    (40, "4", "FULL", patients(), DELETED, None, Y),
    (41, "4", "FULL", patients(), CREATED_AND_GONE, None, Y),
    (42, "4", "FULL", OTHERS, DELETED, None, N),
    (43, "4", "LAST_UPDATED", patients(NEWER), DELETED, None, Y),
    (44, "4", "CURSOR", [], DELETED, True, Y),
    (45, "3", "LAST_UPDATED", patients(NEWER), TOMBSTONE, None, N),
    (50, "11", "FULL", patients("", FEMALE), EDITED, None, Y),
    (51, "11", "FULL", patients("", MALE), EDITED, None, N),
    (52, "11", "FULL", patients("", FEMALE), PRISTINE, None, N),
    (53, "11", "FULL", patients("", MALE), DELETED, None, Y),
    (54, "11", "FULL", patients("", MALE), TOMBSTONE, None, Y),
    (55, "11", "FULL", patients("", FEMALE + MALE), EDITED, None, N),
    (56, "11", "LAST_UPDATED", patients(NEWER, FEMALE), PRISTINE, None, N),
    (57, "11", "CURSOR", patients("", MALE), EDITED, True, N),
    (58, "11", "CURSOR", patients("", FEMALE), EDITED, True, Y),
]


def title(mode, types, payload, after):
    base, changes = payload.get("base"), len(payload["changes"])
    what = "tombstone" if not payload["resource"] else "resource"
    asked = " and ".join(t["resource_type"] for t in types) or "every type"
    where = {None: "", True: ", written after the cursor", False: ", written before the cursor"}
    dated = base.get("last_updated", "undated") if base else "no base"
    return f"{mode}, {asked}: {what}, {dated}, {changes} changes{where[after]}"


def area():
    a = Area("selection", "SEL", "Selection: which entries a mode selects")
    a.flag("lost", "Failure means that records are lost in silence.")
    a.flag("shared", "Failure means that records go out that nobody asked for.")
    a.group("select")
    for number, rule, mode, types, payload, after, expect in ROWS:
        data = {"mode": mode, "types": types, "entry": pb.encode("SyncPayload", payload)}
        data["written_after_cursor"] = after
        shown = title(mode, types, payload, after)
        flags = ["lost" if expect else "shared"]
        # What does not match is not to be sent either.
        rules = [f"PSP-SEL-{rule}"] + (["PSP-SEL-28"] if rule == "11" else [])
        a.valid(number, shown, rules, data, expect, flags)
    return a
