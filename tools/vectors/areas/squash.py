"""Squash: which single change stands for a list of changes, and which only looks like it.

For each list the generator adds two candidates of its own, the operations one after the other and
the difference of both contents. The verdict on every other candidate is written by hand and has to
be what applying both gives.
"""

from psp import jsontext as j
from psp import patch
from psp.area import Area

META = '"meta":{"versionId":"3","lastUpdated":"2026-05-01T08:00:00Z"}'


def patient(*members):
    return ("{" + ",".join(('"resourceType":"Patient","id":"p1"', META, *members)) + "}").encode()


def born(*members):
    return ("{" + ",".join(('"resourceType":"Patient","id":"p1"', *members)) + "}").encode()


def phones(*values):
    return '"telecom":[' + ",".join(f'{{"value":"{v}"}}' for v in values) + "]"


def op(kind, path, value=None):
    """`value` is JSON text."""
    return f'{{"op":"{kind}","path":"{path}"' + (f',"value":{value}' if value else "") + "}"


def phone(value):
    return f'{{"value":"{value}"}}'


def up(*operations):
    return {"type": "UPDATE", "payload": ("[" + ",".join(operations) + "]").encode()}


def insert(content):
    return {"type": "INSERT", "payload": content}


DELETE = {"type": "DELETE", "payload": b""}
NOTHING = None
Y, N = True, False
MALE, OTHER, FEMALE = (op("replace", "/gender", f'"{g}"') for g in ("male", "other", "female"))
GENDER = '"gender":"unknown"'

# number, title, content before, changes, candidates: title, candidate, whether it stands for them
CASES = [
    (1, "one member twice", patient(GENDER), [up(MALE), up(OTHER)], [
        ("the last operation", up(OTHER), Y),
        ("the first operation", up(MALE), N),
        ("the other way round", up(OTHER, MALE), N),
        ("nothing", NOTHING, N),
        ("a deletion", DELETE, N)]),
    (2, "an element goes, then a later one is changed", patient(phones(1, 2, 3)),
     [up(op("remove", "/telecom/0")), up(op("replace", "/telecom/1/value", '"three"'))], [
        ("the other way round", up(op("replace", "/telecom/1/value", '"three"'), op("remove", "/telecom/0")), N),
        ("the other way round, at the position it has there",
         up(op("replace", "/telecom/2/value", '"three"'), op("remove", "/telecom/0")), Y),
        ("the whole array", up(op("replace", "/telecom", "[" + phone(2) + "," + phone("three") + "]")), Y)]),
    (3, "an element comes in front, then a later one is changed", patient(phones(1, 2)),
     [up(op("add", "/telecom/0", phone(0))), up(op("replace", "/telecom/1/value", '"one"'))], [
        ("the other way round", up(op("replace", "/telecom/1/value", '"one"'), op("add", "/telecom/0", phone(0))), N),
        ("the other way round, at the position it has there",
         up(op("replace", "/telecom/0/value", '"one"'), op("add", "/telecom/0", phone(0))), Y)]),
    (4, "two elements go from one position", patient(phones(1, 2, 3)),
     [up(op("remove", "/telecom/0")), up(op("remove", "/telecom/0"))], [
        ("one operation for one path", up(op("remove", "/telecom/0")), N),
        ("from the end", up(op("remove", "/telecom/1"), op("remove", "/telecom/0")), Y),
        ("positions of the first content in ascending order",
         up(op("remove", "/telecom/0"), op("remove", "/telecom/1")), N)]),
    (5, "two elements come to one position", patient(phones(1)),
     [up(op("add", "/telecom/0", phone("a"))), up(op("add", "/telecom/0", phone("b")))], [
        ("one operation for one path", up(op("add", "/telecom/0", phone("b"))), N),
        ("the other way round", up(op("add", "/telecom/0", phone("b")), op("add", "/telecom/0", phone("a"))), N),
        ("the second behind the first", up(op("add", "/telecom/0", phone("b")), op("add", "/telecom/1", phone("a"))), Y)]),
    (6, "two elements come to the end", patient(phones(1)),
     [up(op("add", "/telecom/-", phone("a"))), up(op("add", "/telecom/-", phone("b")))], [
        ("one operation for one path", up(op("add", "/telecom/-", phone("b"))), N),
        ("the other way round", up(op("add", "/telecom/-", phone("b")), op("add", "/telecom/-", phone("a"))), N),
        ("by number", up(op("add", "/telecom/1", phone("a")), op("add", "/telecom/2", phone("b"))), Y)]),
    (7, "an element comes and is changed", patient(phones(1)),
     [up(op("add", "/telecom/0", phone("a"))), up(op("replace", "/telecom/0/value", '"b"'))], [
        ("it comes changed", up(op("add", "/telecom/0", phone("b"))), Y),
        ("it is only changed", up(op("replace", "/telecom/0/value", '"b"')), N)]),
    (8, "a member goes and comes back with another value", patient(GENDER),
     [up(op("remove", "/gender")), up(op("add", "/gender", '"other"'))], [
        ("one replace", up(OTHER), Y),
        ("the add alone", up(op("add", "/gender", '"other"')), Y),
        ("the remove alone", up(op("remove", "/gender")), N),
        ("the other way round", up(op("add", "/gender", '"other"'), op("remove", "/gender")), N),
        ("nothing", NOTHING, N)]),
    (9, "a member comes and goes", patient(),
     [up(op("add", "/gender", '"other"')), up(op("remove", "/gender"))], [
        ("nothing", NOTHING, Y),
        ("no operation", up(), Y),
        ("the remove alone", up(op("remove", "/gender")), N),
        ("an empty value", up(op("add", "/gender", "null")), N)]),
    (10, "a part, then the whole", patient('"name":[{"family":"A","given":["B"]}]'),
     [up(op("replace", "/name/0/family", '"C"')), up(op("replace", "/name", '[{"family":"D"}]'))], [
        ("the whole alone", up(op("replace", "/name", '[{"family":"D"}]')), Y),
        ("sorted by path", up(op("replace", "/name", '[{"family":"D"}]'), op("replace", "/name/0/family", '"C"')), N)]),
    (11, "the whole, then a part", patient('"name":[{"family":"A"}]'),
     [up(op("replace", "/name", '[{"family":"D"},{"family":"E"}]')), up(op("replace", "/name/1/family", '"F"'))], [
        ("the part inside the whole", up(op("replace", "/name", '[{"family":"D"},{"family":"F"}]')), Y),
        ("the part first", up(op("replace", "/name/1/family", '"F"'),
                              op("replace", "/name", '[{"family":"D"},{"family":"E"}]')), N)]),
    (12, "tests that hold", patient('"gender":"male"'),
     [up(op("test", "/gender", '"male"'), FEMALE), up(op("test", "/gender", '"female"'), OTHER)], [
        ("without the tests", up(OTHER), Y),
        ("the tests first", up(op("test", "/gender", '"male"'), op("test", "/gender", '"female"'), OTHER), N),
        ("the first test", up(op("test", "/gender", '"male"'), OTHER), Y)]),
    (13, "a number with a trailing zero", patient('"multipleBirthInteger":1'),
     [up(op("replace", "/multipleBirthInteger", "1.1")), up(op("replace", "/multipleBirthInteger", "1.10"))], [
        ("the number as it was written", up(op("replace", "/multipleBirthInteger", "1.10")), Y),
        ("the number as a program printed it", up(op("replace", "/multipleBirthInteger", "1.1")), N),
        ("the number with an exponent", up(op("replace", "/multipleBirthInteger", "1.10e0")), N),
        ("with a test by value", up(op("replace", "/multipleBirthInteger", "1.10"),
                                    op("test", "/multipleBirthInteger", "1.1")), Y),
        ("as text", up(op("replace", "/multipleBirthInteger", '"1.10"')), N)]),
    (14, "a number of twenty digits", patient('"multipleBirthInteger":1'),
     [up(op("replace", "/multipleBirthInteger", "12345678901234567890"))], [
        ("rounded", up(op("replace", "/multipleBirthInteger", "12345678901234567000")), N)]),
    (15, "a creation that was edited", None,
     [insert(born(GENDER, phones(1))), up(MALE), up(op("add", "/telecom/-", phone("a")))], [
        ("created as it is in the end", insert(born('"gender":"male"', phones(1, "a"))), Y),
        ("the same with other key order and white space",
         insert(b'{ "id":"p1","gender":"male",' + phones(1, "a").encode() + b',"resourceType":"Patient"}'), Y),
        ("created as it was", insert(born(GENDER, phones(1))), N),
        ("the edits alone", up(MALE, op("add", "/telecom/-", phone("a"))), N),
        ("a deletion", DELETE, N),
        ("nothing", NOTHING, N)]),
    (16, "a creation with a number", None,
     [insert(born('"multipleBirthInteger":2')), up(op("replace", "/multipleBirthInteger", "1.50"))], [
        ("created as a program printed it", insert(born('"multipleBirthInteger":1.5')), N)]),
    (17, "edited and deleted", patient(GENDER), [up(MALE), DELETE], [
        ("a deletion", DELETE, Y),
        ("the edit", up(MALE), N),
        ("every member taken away", up(op("remove", "/gender")), N),
        ("nothing", NOTHING, N)]),
    (18, "created, edited and deleted", None, [insert(born(GENDER)), up(MALE), DELETE], [
        ("nothing", NOTHING, Y),
        ("a deletion of what is not there", DELETE, N),
        ("a creation", insert(born(GENDER)), N)]),
    (19, "one element is taken to the front", patient(phones(1, 2)),
     [up(op("remove", "/telecom/1")), up(op("add", "/telecom/0", phone(2)))], [
        ("nothing, as the same elements are there", NOTHING, N),
        ("the values exchanged", up(op("replace", "/telecom/0/value", '"2"'), op("replace", "/telecom/1/value", '"1"')), Y),
        ("a move", up('{"op":"move","from":"/telecom/1","path":"/telecom/0"}'), N)]),
    (20, "names with escapes", patient('"x":{"y":1},"x/y":2,"x~1y":3'),
     [up(op("replace", "/x~1y", "20")), up(op("replace", "/x/y", "10")), up(op("replace", "/x~01y", "30"))], [
        ("another order", up(op("replace", "/x~01y", "30"), op("replace", "/x/y", "10"), op("replace", "/x~1y", "20")), Y),
        ("without escapes", up(op("replace", "/x/y", "20"), op("replace", "/x/y", "10"), op("replace", "/x~1y", "30")), N)]),
    (21, "a tag beside the server's own meta", patient(),
     [up(op("add", "/meta/tag", "[]")), up(op("add", "/meta/tag/0", '{"code":"north"}'))], [
        ("meta as a whole, the server's own members kept",
         up(op("replace", "/meta", '{"versionId":"3","lastUpdated":"2026-05-01T08:00:00Z","tag":[{"code":"north"}]}')), Y),
        ("meta as a whole, without them", up(op("replace", "/meta", '{"tag":[{"code":"north"}]}')), N),
        ("with a version of its own", up(op("add", "/meta/tag", '[{"code":"north"}]'),
                                         op("replace", "/meta/versionId", '"4"')), N)]),
    (22, "elements that are padded with null", patient('"name":[{"given":["A","B"],"_given":[null,{"id":"x"}]}]'),
     [up(op("remove", "/name/0/given/0"), op("remove", "/name/0/_given/0")), up(op("replace", "/name/0/given/0", '"C"'))], [
        ("without the twin", up(op("replace", "/name/0/given", '["C"]')), N),
        ("with the twin", up(op("replace", "/name/0/given", '["C"]'), op("replace", "/name/0/_given", '[{"id":"x"}]')), Y)]),
    (23, "an element becomes null", patient('"name":[{"given":["A","B"]}]'), [up(op("replace", "/name/0/given/0", "null"))], [
        ("the element is removed", up(op("remove", "/name/0/given/0")), N)]),
    (24, "no operation at all", patient(GENDER), [up(), up()], [
        ("nothing", NOTHING, Y),
        ("the same value again", up(op("replace", "/gender", '"unknown"')), Y),
        ("another value", up(OTHER), N)]),
    (25, "letters with marks", patient(), [up(op("add", "/language", '"\\u00e9"'))], [
        ("without escape", up(op("add", "/language", '"é"')), Y),
        ("in two characters", up(op("add", "/language", '"e\\u0301"')), N)]),
    (26, "an element is changed and goes", patient(phones(1, 2)),
     [up(op("replace", "/telecom/0/value", '"x"')), up(op("remove", "/telecom/0"))], [
        ("it goes", up(op("remove", "/telecom/0")), Y),
        ("the other way round", up(op("remove", "/telecom/0"), op("replace", "/telecom/0/value", '"x"')), N)]),
]  # fmt: skip


def _own(content, changes, end):
    """The two ways that are always right."""
    if end is None:
        return [("by concatenation", DELETE if content is not None else NOTHING)]
    if content is None:
        return [("by concatenation", insert(j.write(end).encode()))]
    joined = b",".join(c["payload"].strip()[1:-1] for c in changes if len(c["payload"]) > 2)
    operations = patch.difference(content, end)
    return [
        ("by concatenation", {"type": "UPDATE", "payload": b"[" + joined + b"]"}),
        ("by difference", {"type": "UPDATE", "payload": j.write(operations).encode()}),
    ]


def stands_for(candidate, content, end):
    """Whether one change, or none, leads to the content that the list leads to."""
    try:
        return j.equal(patch.replay([candidate] if candidate else [], content), end)
    except patch.Fault:
        return False


def area():
    a = Area("squash", "SQU", "Squash: which single change stands for a list")
    a.flag("lost", "Failure means that a change is lost on its way to the server.")
    a.flag("cautious", "Failure means that changes are sent one by one that could go together.")
    a.group("candidate")
    for number, title, before, changes, candidates in CASES:
        content = j.parse(before) if before else None
        end = patch.replay(changes, content)
        own = [(name, candidate, Y) for name, candidate in _own(content, changes, end)]
        for index, (name, candidate, verdict) in enumerate(own + candidates):
            ident, shown = number * 20 + index, f"{title}: {name}"
            assert stands_for(candidate, content, end) == verdict, f"SQU-{ident:04d} {shown}"
            data = {"content": before, "changes": changes, "candidate": candidate}
            if verdict:
                expect = j.write(end).encode() if end is not None else None
                a.valid(ident, shown, ["PSP-CHG-9"], data, expect, ["cautious"])
            else:
                rules = ["PSP-CHG-9", "PSP-CHG-10"]
                a.invalid(ident, shown, rules, data, "NOT_EQUIVALENT", ["lost"])
    return a
