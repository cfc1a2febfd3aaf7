"""Merging: what a three-way merge makes of a conflict, and which conflicts it leaves to a fall-back.

Verdicts and contents are written by hand and have to be what psp/merge.py finds.
"""

from psp import classify as c
from psp import jsontext as j
from psp import merge as m
from psp import patch
from psp import protobuf as pb
from psp.area import Area

from . import samples as s
from .states import UNDATED, V1, V2

LOW, HIGH = bytes([1] * 16), bytes([2] * 16)
META = '"meta":{"versionId":"1","lastUpdated":"2026-05-01T08:00:00Z"}'


def text(*members, meta=META):
    parts = ['"resourceType":"Patient","id":"p1"', *([meta] if meta else []), *members]
    return ("{" + ",".join(parts) + "}").encode()


def put(name, value):
    return f'{{"op":"add","path":"/{name}","value":{value}}}'


def drop(name):
    return f'{{"op":"remove","path":"/{name}"}}'


def change(counter, author, *operations):
    return s.change(counter, "UPDATE", ("[" + ",".join(operations) + "]").encode(), "1", author)


def ours(*operations):
    return change(1, LOW, *operations)


def theirs(*operations):
    return change(1, HIGH, *operations)


MALE, OTHER = put("gender", '"male"'), put("gender", '"other"')
BORN, SINCE = put("birthDate", '"1990-01-01"'), '"birthDate":"1990-01-01"'
UNKNOWN, PHONES = '"gender":"unknown"', '"telecom":[{"value":"1"},{"value":"2"}]'
DOSE = '"valueQuantity":{"value":5,"unit":"mg"}'
SHARED = change(7, HIGH, put("gender", '"female"'))
GONE_HERE, GONE_THERE = s.change(2, "DELETE", b"", "1", LOW), s.change(2, "DELETE", b"", "1", HIGH)
CREATED = s.change(1, "INSERT", text(UNKNOWN, meta=None), "", HIGH)
CREATED_HERE = s.change(1, "INSERT", text(UNKNOWN, meta=None), "", LOW)
TAG, PROFILE = put("meta/tag", '[{"code":"n"}]'), put("meta/profile", '["https://a.example/p"]')
TAGGED = META[:-1] + ',"tag":[{"code":"n"}]}'
NAME = '[{"family":"A","given":["B"]}]'
NAMED = f'"name":{NAME}'
NAMED_OTHERWISE = '[ {"given":["B"], "family":"\\u0041"} ]'
STORY = '"text":{"status":"generated","div":"<div>a</div>"}'

BACK_OP = put("gender", '"unknown"')
BACK = change(2, LOW, BACK_OP)
TEST = '{"op":"test","path":"/gender","value":"unknown"}'

# number, title, content at the base (None: created), our changes, theirs, resolution or obstacle,
# content of it
CASES = [
    (1, "two members", text(), [ours(MALE)], [theirs(BORN)], "merged", text('"gender":"male"', SINCE)),
    (2, "a member more on our side", text(UNKNOWN), [ours(MALE, BORN)], [theirs(MALE)], "ours", text('"gender":"male"', SINCE)),
    (3, "a member more on their side", text(UNKNOWN), [ours(MALE)], [theirs(MALE, BORN)], "theirs",
     text('"gender":"male"', SINCE)),
    (4, "one member, one value, and two others", text(), [ours(MALE, BORN)], [theirs(MALE, put("language", '"sw"'))],
     "merged", text('"gender":"male"', SINCE, '"language":"sw"')),
    (5, "the same on both sides, ours with the lower id", text(), [ours(MALE)], [theirs(MALE)], "ours", text('"gender":"male"')),
    (6, "the same on both sides, theirs with the lower id", text(), [theirs(MALE)], [ours(MALE)], "theirs", text('"gender":"male"')),
    (7, "the same on both sides, told apart by the counter", text(), [change(10, LOW, MALE)], [change(9, LOW, MALE)],
     "theirs", text('"gender":"male"')),
    (8, "one member, two values", text(UNKNOWN), [ours(MALE)], [theirs(OTHER)], "MEMBERS"),
    (9, "one member, two values, beside others that would do", text(), [ours(MALE, BORN)], [theirs(OTHER)], "MEMBERS"),
    (10, "two elements of one array", text(PHONES), [ours(put("telecom/-", '{"value":"3"}'))],
     [theirs(drop("telecom/0"))], "MEMBERS"),
    (11, "two properties of one element", text(PHONES), [ours(put("telecom/0/use", '"home"'))],
     [theirs(put("telecom/0/rank", "1"))], "MEMBERS"),
    (12, "an array on one side only", text(PHONES), [ours(drop("telecom/0"))], [theirs(MALE)], "merged",
     text('"gender":"male","telecom":[{"value":"2"}]')),
    (13, "one element on both sides, the same", text(PHONES), [ours(put("telecom/-", '{"value":"3"}'))],
     [theirs(put("telecom/-", '{"value":"3"}'))], "ours", text('"telecom":[{"value":"1"},{"value":"2"},{"value":"3"}]')),
    (14, "removed here, changed there", text(UNKNOWN), [ours(drop("gender"))], [theirs(OTHER)], "MEMBERS"),
    (15, "changed here, removed there", text(UNKNOWN), [ours(MALE)], [theirs(drop("gender"))], "MEMBERS"),
    (16, "removed here, another changed there", text(UNKNOWN), [ours(drop("gender"))], [theirs(BORN)], "merged", text(SINCE)),
    (17, "two removed, one on each side", text(UNKNOWN, SINCE), [ours(drop("gender"))], [theirs(drop("birthDate"))],
     "merged", text()),
    (18, "removed on both sides, and another here", text(UNKNOWN), [ours(drop("gender"), BORN)], [theirs(drop("gender"))],
     "ours", text(SINCE)),
    (20, "a value here, its extension there", text(SINCE), [ours(put("birthDate", '"1991"'))],
     [theirs(put("_birthDate", '{"id":"x"}'))], "MEMBERS"),
    (21, "a value with its extension here", text(SINCE), [ours(put("birthDate", '"1991"'), put("_birthDate", '{"id":"x"}'))],
     [theirs(MALE)], "merged", text('"birthDate":"1991","_birthDate":{"id":"x"},"gender":"male"')),
    (22, "extensions of two values", text(UNKNOWN, SINCE), [ours(put("_gender", '{"id":"x"}'))],
     [theirs(put("_birthDate", '{"id":"y"}'))], "merged",
     text(UNKNOWN, SINCE, '"_gender":{"id":"x"},"_birthDate":{"id":"y"}')),
    (23, "two types of one choice", text(), [ours(put("deceasedBoolean", "true"))],
     [theirs(put("deceasedDateTime", '"2026"'))], "MEMBERS"),
    (24, "a choice changes its type here", text('"deceasedBoolean":true'),
     [ours(drop("deceasedBoolean"), put("deceasedDateTime", '"2026"'))], [theirs(MALE)], "merged",
     text('"deceasedDateTime":"2026","gender":"male"')),
    (25, "a choice goes here and changes its type there", text('"deceasedBoolean":true'), [ours(drop("deceasedBoolean"))],
     [theirs(drop("deceasedBoolean"), put("deceasedDateTime", '"2026"'))], "MEMBERS"),
    (26, "one type of a choice, and the extension of another", text(), [ours(put("deceasedBoolean", "true"))],
     [theirs(put("_deceasedDateTime", '{"id":"x"}'))], "MEMBERS"),
    (27, "two choices", text(), [ours(put("deceasedBoolean", "true"))], [theirs(put("multipleBirthBoolean", "true"))],
     "merged", text('"deceasedBoolean":true,"multipleBirthBoolean":true')),
    (28, "half of a quantity each", text(DOSE), [ours(put("valueQuantity/value", "6"))],
     [theirs(put("valueQuantity/unit", '"g"'))], "MEMBERS"),
    (29, "the longest name of a type ends the name", text(), [ours(put("onsetCodeableConcept", '{"text":"a"}'))],
     [theirs(put("onsetRatioRange", '{"id":"x"}'))], "MEMBERS"),
    (30, "the narrative on both sides", text(STORY), [ours(put("text/div", '"<div>b</div>"'))],
     [theirs(put("text/div", '"<div>c</div>"'))], "MEMBERS"),
    (31, "the narrative on one side", text(STORY), [ours(put("text/div", '"<div>b</div>"'))], [theirs(MALE)], "merged",
     text(STORY.replace(">a<", ">b<"), '"gender":"male"')),
    (32, "extensions of the resource on both sides", text(), [ours(put("extension", '[{"url":"a"}]'))],
     [theirs(put("extension", '[{"url":"b"}]'))], "MEMBERS"),
    (33, "two parts of meta", text(), [ours(TAG)], [theirs(PROFILE)], "MEMBERS"),
    (34, "a tag here, a member there", text(), [ours(TAG)], [theirs(MALE)], "merged", text('"gender":"male"', meta=TAGGED)),
    (40, "one number with two precisions", text(), [ours(put("multipleBirthInteger", "1.10"))],
     [theirs(put("multipleBirthInteger", "1.1"))], "MEMBERS"),
    (41, "a number that nobody touched keeps its text", text('"multipleBirthInteger":1.10'), [ours(MALE)], [theirs(BORN)],
     "merged", text('"multipleBirthInteger":1.10,"gender":"male"', SINCE)),
    (42, "other key order, escapes and white space are no other value", text(), [ours(put("name", NAMED_OTHERWISE), MALE)],
     [theirs(put("name", NAME))], "ours", text(NAMED, '"gender":"male"')),
    (43, "changed here and changed back, changed there", text(UNKNOWN), [ours(MALE), BACK], [theirs(OTHER)], "MEMBERS"),
    (44, "changed back since they parted", text(UNKNOWN), [SHARED, ours(put("gender", '"unknown"'))],
     [SHARED, theirs(BORN)], "merged", text(UNKNOWN, SINCE)),
    (45, "several changes on each side", text(UNKNOWN), [ours(MALE), change(2, LOW, put("language", '"sw"'))],
     [theirs(BORN), change(2, HIGH, put("birthDate", '"1991"'))], "merged",
     text('"gender":"male","language":"sw","birthDate":"1991"')),
    (46, "changed here, changed there and changed back", text(UNKNOWN), [ours(MALE)],
     [theirs(OTHER), change(2, HIGH, put("gender", '"unknown"'))], "MEMBERS"),
    (47, "set and removed here, set there", text(), [ours(MALE), change(2, LOW, drop("gender"))], [theirs(MALE)], "MEMBERS"),
    (48, "an element added and removed here, another there", text(PHONES),
     [ours(put("telecom/-", '{"value":"3"}')), change(2, LOW, drop("telecom/2"))],
     [theirs(put("telecom/-", '{"value":"3"}'))], "MEMBERS"),
    (50, "edits of one creation", None, [CREATED, ours(MALE)], [CREATED, change(2, HIGH, BORN)], "merged",
     text('"gender":"male"', SINCE, meta=None)),
    (51, "edits of one creation, one member", None, [CREATED, ours(MALE)], [CREATED, change(2, HIGH, OTHER)], "MEMBERS"),
    (52, "two creations", None, [CREATED_HERE], [CREATED], "TWO_CREATIONS"),
    (53, "two creations with disjoint edits", None, [CREATED_HERE, change(2, LOW, BORN)],
     [CREATED, change(2, HIGH, put("language", '"sw"'))], "TWO_CREATIONS"),
    (54, "deleted there", text(UNKNOWN), [ours(MALE)], [GONE_THERE], "DELETED"),
    (55, "deleted here", text(UNKNOWN), [GONE_HERE], [theirs(MALE)], "DELETED"),
    (56, "edited and deleted there", text(UNKNOWN), [ours(MALE)], [theirs(BORN), GONE_THERE], "DELETED"),
    (57, "one id with two changes of two members", text(), [change(5, LOW, MALE)], [change(5, LOW, BORN)], "COPIED_STORE"),
    (58, "one id with two changes, one a deletion", text(), [change(2, LOW, MALE)], [GONE_HERE], "COPIED_STORE"),
    (59, "one id with two changes, behind disjoint ones", text(), [ours(MALE), change(5, LOW, put("language", '"sw"'))],
     [theirs(BORN), change(5, LOW, put("language", '"fr"'))], "COPIED_STORE"),
    (60, "changed back on both sides", text(UNKNOWN), [ours(MALE), BACK],
     [theirs(OTHER), change(2, HIGH, put("gender", '"unknown"'))], "ours", text(UNKNOWN)),
    (61, "changed back here only: the change on top says so", text(UNKNOWN), [ours(MALE), BACK], [theirs(BORN)], "merged",
     text(UNKNOWN, SINCE)),
    (62, "changed back there only: their list says so", text(UNKNOWN), [ours(BORN)], [theirs(MALE), change(2, HIGH, BACK_OP)],
     "merged", text(UNKNOWN, SINCE)),
    (63, "changed back here, and all else as there", text(UNKNOWN), [ours(MALE, BORN), BACK], [theirs(BORN)], "ours",
     text(UNKNOWN, SINCE)),
    (64, "changed back there, and all else as here", text(UNKNOWN), [ours(BORN)],
     [theirs(MALE, BORN), change(2, HIGH, BACK_OP)], "theirs", text(UNKNOWN, SINCE)),
    (65, "one type of a choice set and removed here, another set there", text(),
     [ours(put("deceasedBoolean", "true")), change(2, LOW, drop("deceasedBoolean"))],
     [theirs(put("deceasedDateTime", '"2026"'))], "MEMBERS"),
    (66, "a value that is as it was before", text(UNKNOWN), [ours(put("gender", '"unknown"'))], [theirs(OTHER)], "MEMBERS"),
    (67, "a test only looks", text(UNKNOWN), [ours(TEST, BORN)], [theirs(OTHER)], "merged", text('"gender":"other"', SINCE)),
    (68, "changed back on each side, of two members", text(UNKNOWN, SINCE), [ours(MALE), BACK],
     [theirs(put("birthDate", '"1991"')), change(2, HIGH, BORN)], "merged", text(UNKNOWN, SINCE)),
]  # fmt: skip
# The same, with what tells about the bases: theirs, and whether the content of ours is known.
BASES = [
    (70, "the content of the base is not known", V1, False, "BASE_UNKNOWN"),
    (71, "a newer base there", V2, True, "BASE_UNKNOWN"),
    (72, "bases without an order", UNDATED, True, "BASE_UNKNOWN"),
    (73, "one base, its content known", V1, True, "merged"),
]


def state(base, content, changes):
    after = patch.replay(changes, j.parse(content) if content else None)
    fields = {"resource_type": "Patient", "resource_id": "p1", "changes": changes, "absorbed": [],
              "resource": j.write(after).encode() if after is not None else b""}  # fmt: skip
    return {**fields, "base": base} if base else fields


def _vector(a, number, title, mine, base_content, other, verdict, content):
    assert (
        c.classify(mine, base_content, other)[1] == c.CONFLICT
    ), f"MRG-{number:04d} is no conflict"
    data = {
        "ours": pb.encode("SyncPayload", mine),
        "base_resource": base_content,
        "theirs": pb.encode("SyncPayload", other),
    }
    try:
        found, merged = m.merge(mine, base_content, other)
    except m.Obstacle as obstacle:
        assert str(obstacle) == verdict, f"MRG-{number:04d}: {obstacle}"
        rules = {"COPIED_STORE": ["PSP-CLS-26"], "BASE_UNKNOWN": ["PSP-CLS-12"]}
        flag = "lost" if verdict == "COPIED_STORE" else "mixed"
        a.invalid(number, title, rules.get(verdict, ["PSP-CLS-11"]), data, verdict, [flag])
        return
    assert found == verdict and merged == j.parse(content), f"MRG-{number:04d}: {found} {merged}"
    rules = {"merged": "PSP-CLS-20", "theirs": "PSP-CLS-14", "ours": "PSP-CLS-16"}
    a.valid(
        number, title, [rules[found]], data, {"resolution": found, "content": content}, ["cautious"]
    )


def area():
    a = Area("merge", "MRG", "Merge: what becomes of two states that part from one content")
    a.flag("mixed", "Failure means that the merged resource says what nobody wrote.")
    a.flag("lost", "Failure means that an edit vanishes behind another one of its name.")
    a.flag("cautious", "Failure means that a person is asked without need, or gets other content.")
    a.group("three-way")
    for number, title, before, mine, other, verdict, *content in CASES:
        base = V1 if before else None
        sides = state(base, before, mine), state(base, before, other)
        _vector(a, number, title, sides[0], before, sides[1], verdict, *content or [None])
    for number, title, their_base, known, verdict in BASES:
        before, merged = text(), text('"gender":"male"', SINCE)
        sides = state(V1, before, [ours(MALE)]), state(their_base, before, [theirs(BORN)])
        _vector(a, number, title, sides[0], before if known else None, sides[1], verdict, merged)
    return a
