"""Rows PSP-CLS-10 and PSP-CLS-25: where later changes go on top of a newer version, and where not."""

from . import samples as s
from .states import (
    A1,
    A2,
    A3,
    A5,
    A6,
    A7,
    B1,
    BORN,
    GONE,
    GONE6,
    R0,
    R1,
    R12,
    R123,
    R1B,
    RB,
    V1,
    V2,
    changed,
    entry,
    resource,
    with_meta,
)

S1 = with_meta(R0, V1, source="#first")
S2 = with_meta(R0, V2, source="#second")
NO_CHANGE = changed(9)
TAG = [{"code": "north"}]
META_TAG = {"op": "add", "path": "/meta/tag", "value": TAG}
MINE = {"op": "test", "path": "/meta/source", "value": "#first"}
A4_TAG, A4_SOURCE = changed(4, META_TAG), changed(4, MINE)
META_OF_V1 = {"op": "replace", "path": "/meta", "value": {
    "versionId": "1", "lastUpdated": V1["last_updated"], "tag": TAG}}  # fmt: skip
A4_META, A4_ADDED = changed(4, META_OF_V1), changed(4, {**META_OF_V1, "op": "add"})
A8_SOURCE = changed(8, {"op": "replace", "path": "/meta/source", "value": "#mine"}, base="")
A8_META = changed(8, {"op": "add", "path": "/meta", "value": {"tag": TAG}}, base="")
TAGGED1 = with_meta(R0, V1, source="#first", tag=TAG)
SOURCED = b'{"resourceType":"Patient","id":"p1","meta":{"source":"#first"}}'
BORN_SOURCED = s.change(1, "INSERT", SOURCED)
METATAGGED = b'{"resourceType":"Patient","id":"p1","meta":{"tag":[{"code":"north"}]}}'
SOURCED_OTHERWISE = SOURCED.replace(b"#first", b"#second")
A9_META = changed(9, META_OF_V1)
A9_SOURCES = changed(9, {"op": "add", "path": "/meta/sources", "value": "x"})
W110 = b'{"resourceType":"Patient","id":"p1","multipleBirthInteger":1.10}'
W11 = W110.replace(b"1.10", b"1.1")
WITH_GENDER = W110[:-1] + b',"gender":"female"}'
WIDE = entry(WITH_GENDER, V1, [A1])
BORN_110 = s.change(1, "INSERT", W110)
LONG, ROUND = "12345678901234567890.120", "12345678901234567000"


def numbers(text):
    return W110.replace(b"1.10", text.encode())


def server(text):
    """A newer version with that number."""
    return entry(numbers(text), V2)


def numbered(text, change, to=None):
    """Ours: that number on the server, and one change here."""
    content = numbers(to or text)
    return entry(content[:-1] + b',"gender":"female"}' if change is A1 else content, V1, [change])


def of_number(counter, op, text):
    return s.change(counter, "UPDATE",
                    f'[{{"op":"{op}","path":"/multipleBirthInteger","value":{text}}}]'.encode(), "1")  # fmt: skip


W_EDIT, W_TEST, LONG_TEST = (
    of_number(1, "replace", "2.50"),
    of_number(1, "test", "1.10"),
    of_number(1, "test", LONG),
)
ORDERED = b'{"id" : "p1", "resourceType":"\\u0050atient", "meta":{"versionId":"2"}}'

# The last column is the content of our base, where it is known and not our resource.
REBASES = [
    (22, "newer version absorbed a prefix, the rest is private", "10 12",
     entry(R12, V1, [A1, A2]), entry(R1, V2, absorbed=[A1]), "REBASED", R0),
    (23, "the same, but their content is another", "11 10 12",
     entry(R12, V1, [A1, A2]), entry(R1B, V2, absorbed=[A1]), "CONFLICT", R0),
    (29, "newer version, and our edit is unknown to it", "11 10", entry(R1, V1, [A1]), entry(RB, V2), "CONFLICT", R0),
    (41, "created here, uploaded by another, edited here since", "10",
     entry(R1, None, [BORN, A5]), entry(R0, V1, absorbed=[BORN]), "REBASED"),
    (42, "the same, but the server has other content", "11 10 12",
     entry(R1, None, [BORN, A5]), entry(RB, V1, absorbed=[BORN]), "CONFLICT"),
    (43, "absorbed a prefix, and ours had absorbed others before", "10 24",
     entry(R12, V1, [A1, A2], [B1]), entry(R1, V2, absorbed=[A1]), "REBASED", R0),
    (100, "a newer version with the same content: the prefix is empty", "10", entry(R1, V1, [A1]),
     entry(with_meta(R0, V2), V2), "REBASED", with_meta(R0, V1)),
    (101, "the rest is a deletion", "10", entry(b"", V1, [A1, GONE]), entry(R1, V2, absorbed=[A1]), "REBASED", R0),
    (102, "the content of our base is not known", "11 10 12", entry(R12, V1, [A1, A2]),
     entry(R1, V2, absorbed=[A1]), "CONFLICT"),
    (103, "they have a change on top of their version", "11 10", entry(R12, V1, [A1, A2]),
     entry(R1B, V2, [B1], [A1]), "CONFLICT", R0),
    (104, "absorbed the first and the third", "11 10", entry(R123, V1, [A1, A2, A3]),
     entry(R1, V2, absorbed=[A1, A3]), "CONFLICT", R0),
    (105, "the number has another precision", "10", WIDE, entry(W11, V2), "REBASED", W110),
    (106, "other key order, escapes and white space, and no meta but the server's", "10",
     entry(R1, V1, [A1]), entry(ORDERED, V2), "REBASED", R0),
    (107, "created here, not absorbed, and the server has that very content", "11 10",
     entry(R1, None, [BORN, A5]), entry(R0, V1), "CONFLICT"),
    (108, "the server noted another request in meta.source", "10",
     entry(with_meta(R1, V1, source="#first"), V1, [A1]), entry(S2, V2), "REBASED", S1),
    (109, "the server noted a request where there was none", "10", entry(R1, V1, [A1]), entry(S2, V2), "REBASED",
     with_meta(R0, V1)),
    (110, "another meta.source, and ours changes a tag beside it", "10",
     entry(TAGGED1, V1, [A4_TAG]), entry(S2, V2), "REBASED", S1),
    (111, "another meta.source, and ours tests it", "11 10", entry(S1, V1, [A4_SOURCE]), entry(S2, V2), "CONFLICT", S1),
    (112, "the same meta.source, and ours tests it", "10", entry(S1, V1, [A4_SOURCE]),
     entry(with_meta(R0, V2, source="#first"), V2), "REBASED", S1),
    (113, "another meta.source, and ours replaces meta", "11 10",
     entry(with_meta(R0, V1, tag=TAG), V1, [A4_META]), entry(S2, V2), "CONFLICT", S1),
    (114, "another tag in meta", "11 10 12", entry(with_meta(R1, V1, source="#first"), V1, [A1]),
     entry(with_meta(R0, V2, tag=TAG), V2), "CONFLICT", S1),
    (115, "they have a change on top that leads nowhere", "11 10", entry(R12, V1, [A1, A2]),
     entry(R1, V2, [NO_CHANGE], [A1]), "CONFLICT", R0),
    (116, "another meta.source and no version in the text, and ours replaces meta", "11 10",
     entry(METATAGGED, V1, [A9_META]), entry(SOURCED_OTHERWISE, V2), "CONFLICT", SOURCED),
    (117, "another meta.source, and ours adds a member of a longer name", "10",
     entry(with_meta(R0, V1, source="#first", sources="x"), V1, [A9_SOURCES]), entry(S2, V2), "REBASED", S1),
    (140, "a number of 23 digits, and what a double makes of it", "10", numbered(LONG, A1), server(ROUND),
     "REBASED", numbers(LONG)),
    (141, "the next double", "11 10 12", numbered(LONG, A1), server("12345678901234569000"), "CONFLICT", numbers(LONG)),
    (142, "another number", "11 10 12", WIDE, server("1.2"), "CONFLICT", W110),
    (143, "the number became a string", "11 10 12", WIDE, server('"1.1"'), "CONFLICT", W110),
    (144, "another way to write the number", "10", numbered("100", A1), server("1.0E2"), "REBASED", numbers("100")),
    (145, "zero with a sign", "10", numbered("0.0", A1), server("-0"), "REBASED", numbers("0.0")),
    (146, "two numbers that no double holds", "11 10 12", numbered("1e400", A1), server("1e401"), "CONFLICT",
     numbers("1e400")),
    (147, "one number that no double holds", "10", numbered("1e400", A1), server("1e400"), "REBASED", numbers("1e400")),
    (148, "another precision, and ours changes that number", "10", numbered("1.10", W_EDIT, to="2.50"), server("1.1"),
     "REBASED", W110),
    (149, "another precision, and ours tests the value", "10", numbered("1.10", W_TEST), server("1.1"), "REBASED", W110),
    (150, "fewer digits, and ours tests all of them", "11 10", numbered(LONG, LONG_TEST), server(ROUND), "CONFLICT",
     numbers(LONG)),
    (151, "numbers in arrays and members", "10", numbered("[1.10,[{\"x\":2.0}]]", A1), server("[1.1,[{\"x\":2}]]"),
     "REBASED", numbers("[1.10,[{\"x\":2.0}]]")),
    (152, "the server that took the creation wrote another precision", "25",
     entry(W11, V1, absorbed=[BORN_110]), entry(WITH_GENDER, None, [BORN_110, A5]), "REBASED"),
    (153, "the server that took the creation has another number", "11 25 12",
     entry(numbers("1.2"), V1, absorbed=[BORN_110]), entry(WITH_GENDER, None, [BORN_110, A5]), "CONFLICT"),
    (154, "the server that took the creation has a string", "11 25 12",
     entry(numbers('"1.1"'), V1, absorbed=[BORN_110]), entry(WITH_GENDER, None, [BORN_110, A5]), "CONFLICT"),
    (160, "the rest keeps what the older base says, as the text of the newer one does", "11 10 CHG-8",
     entry(with_meta(R1, V1, tag=TAG), V1, [A1, A4_META]), entry(with_meta(R1, V1), V2, absorbed=[A1]),
     "CONFLICT", with_meta(R0, V1)),
    (161, "absorbed a patch of all of meta that keeps what the base says, which the text of it does not hold",
     "10 CHG-8", entry(with_meta(R1, V1, tag=TAG), V1, [A4_ADDED, A1]),
     entry(with_meta(R0, V2, tag=TAG), V2, absorbed=[A4_ADDED]), "REBASED", R0),
    (120, "a creation that was handed on comes home", "25", entry(with_meta(R0, V1), V1, absorbed=[BORN]),
     entry(R1, None, [BORN, A5]), "REBASED"),
    (121, "the same, and ours has the beginning of the rest", "25", entry(R1, V1, [A5], [BORN]),
     entry(R12, None, [BORN, A5, A6]), "REBASED", R0),
    (122, "the same, and the creation was uploaded with an edit", "25", entry(R1, V1, absorbed=[BORN, A5]),
     entry(R12, None, [BORN, A5, A6]), "REBASED"),
    (123, "the rest is a deletion", "25", entry(R0, V1, absorbed=[BORN]), entry(b"", None, [BORN, GONE6]), "REBASED"),
    (124, "ours had absorbed others before", "25 24", entry(R0, V1, absorbed=[B1, BORN]),
     entry(R1, None, [BORN, A5]), "REBASED"),
    (125, "the server noted a request in meta.source", "25", entry(S1, V1, absorbed=[BORN]),
     entry(R1, None, [BORN, A5]), "REBASED"),
    (126, "the server noted another request, and theirs sets meta.source", "11 25",
     entry(with_meta(R0, V1, source="#second"), V1, absorbed=[BORN_SOURCED]),
     entry(SOURCED.replace(b"#first", b"#mine"), None, [BORN_SOURCED, A8_SOURCE]), "CONFLICT"),
    (139, "the server kept meta.source, and theirs sets it", "25",
     entry(S1, V1, absorbed=[BORN_SOURCED]),
     entry(SOURCED.replace(b"#first", b"#mine"), None, [BORN_SOURCED, A8_SOURCE]), "REBASED"),
    (127, "the rest replaces the server's own meta", "11 25", entry(with_meta(R0, V1), V1, absorbed=[BORN]),
     entry(METATAGGED, None, [BORN, A8_META]), "CONFLICT"),
    (128, "they begin with no INSERT", "11 25 12", entry(R1, V2, absorbed=[A1]), entry(R12, V1, [A1, A2]), "CONFLICT"),
    (129, "our server has other content", "11 25 12", entry(RB, V1, absorbed=[BORN]),
     entry(R1, None, [BORN, A5]), "CONFLICT"),
    (130, "absorbed the first and the third", "11 25", entry(R0, V1, absorbed=[BORN, A6]),
     entry(R12, None, [BORN, A5, A6]), "CONFLICT"),
    (131, "absorbed all but the INSERT", "11 25", entry(R1, V1, absorbed=[A5]), entry(R1, None, [BORN, A5]), "CONFLICT"),
    (132, "nothing of theirs is absorbed", "11 25", entry(R0, V1), entry(R1, None, [BORN, A5]), "CONFLICT"),
    (133, "the rest is absorbed too", "9 25", entry(R1, V1, absorbed=[BORN, A5]), entry(R1, None, [BORN, A5]), "STALE"),
    (134, "ours has all of the rest and goes on", "9 25", entry(R12, V1, [A5, A6], [BORN]),
     entry(R1, None, [BORN, A5]), "STALE", R0),
    (135, "ours went another way", "11 25", entry(RB, V1, [B1], [BORN]), entry(R1, None, [BORN, A5]), "CONFLICT", R0),
    (136, "ours has a later part of the rest", "11 25",
     entry(resource(birthDate="1990-01-01"), V1, [A6], [BORN]),
     entry(R123, None, [BORN, A5, A6, A7]), "CONFLICT", R0),
    (137, "the content of our base is not known", "11 25 12", entry(R1, V1, [A5], [BORN]),
     entry(R12, None, [BORN, A5, A6]), "CONFLICT"),
    (138, "our server has deleted it", "11 25", entry(b"", V1, absorbed=[BORN]), entry(R1, None, [BORN, A5]), "CONFLICT"),
]  # fmt: skip
