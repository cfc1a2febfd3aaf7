"""Instants: exact order of FHIR instants."""

from psp.area import Area

PAIRS = [
    (1, "the same text", "2026-05-01T08:00:00Z", "2026-05-01T08:00:00Z", 0, []),
    (
        2,
        "the same moment at another offset",
        "2026-05-01T08:00:00Z",
        "2026-05-01T11:00:00+03:00",
        0,
        ["offset"],
    ),
    (
        3,
        "text order is wrong across offsets",
        "2026-05-01T09:00:00+03:00",
        "2026-05-01T08:00:00Z",
        -1,
        ["offset"],
    ),
    (
        4,
        "an offset over midnight",
        "2026-05-02T01:30:00+03:00",
        "2026-05-01T22:30:00Z",
        0,
        ["offset"],
    ),
    (
        5,
        "a negative offset over the year",
        "2025-12-31T23:30:00-05:00",
        "2026-01-01T04:30:00Z",
        0,
        ["offset"],
    ),
    (
        6,
        "no fraction and a zero fraction",
        "2026-05-01T08:00:00Z",
        "2026-05-01T08:00:00.000Z",
        0,
        ["fraction"],
    ),
    (
        7,
        "fractions of different length",
        "2026-05-01T08:00:00.5Z",
        "2026-05-01T08:00:00.50Z",
        0,
        ["fraction"],
    ),
    (
        8,
        "a microsecond",
        "2026-05-01T08:00:00.123456Z",
        "2026-05-01T08:00:00.123457Z",
        -1,
        ["fraction"],
    ),
    (
        9,
        "the twentieth digit",
        "2026-05-01T08:00:00.00000000000000000001Z",
        "2026-05-01T08:00:00Z",
        1,
        ["fraction"],
    ),
    (
        10,
        "fraction order is not number order of its digits",
        "2026-05-01T08:00:00.9Z",
        "2026-05-01T08:00:00.10Z",
        1,
        ["fraction"],
    ),
    (
        11,
        "a leap second follows :59",
        "2016-12-31T23:59:60Z",
        "2016-12-31T23:59:59.999Z",
        1,
        ["leap"],
    ),
    (
        12,
        "a leap second precedes the next minute",
        "2016-12-31T23:59:60.5Z",
        "2017-01-01T00:00:00Z",
        -1,
        ["leap"],
    ),
    (13, "29 February of a leap year", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z", -1, []),
    (14, "offset +14:00", "2026-05-01T14:00:00+14:00", "2026-05-01T00:00:00Z", 0, ["offset"]),
    (15, "offset -00:00", "2026-05-01T00:00:00-00:00", "2026-05-01T00:00:00Z", 0, ["offset"]),
    (16, "years far apart", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", -1, []),
]
BAD = [
    (101, "nothing", ""),
    (102, "a date", "2026-05-01"),
    (103, "no offset", "2026-05-01T08:00:00"),
    (104, "no seconds", "2026-05-01T08:00Z"),
    (105, "29 February of a common year", "2026-02-29T00:00:00Z"),
    (106, "month 13", "2026-13-01T00:00:00Z"),
    (107, "hour 24", "2026-05-01T24:00:00Z"),
    (108, "minute 60", "2026-05-01T08:60:00Z"),
    (109, "second 61", "2026-05-01T08:00:61Z"),
    (110, "a point without digits", "2026-05-01T08:00:00.Z"),
    (111, "a lower-case zone", "2026-05-01T08:00:00z"),
    (112, "a space for the T", "2026-05-01 08:00:00Z"),
    (113, "offset +15:00", "2026-05-01T08:00:00+15:00"),
    (114, "an offset without colon", "2026-05-01T08:00:00+0300"),
    (115, "white space at the end", "2026-05-01T08:00:00Z "),
    (116, "digits of another script", "2026-05-0١T08:00:00Z"),
]  # fmt: skip


def area():
    a = Area("instant", "INS", "Instants: exact order")
    a.flag("offset", "Failure means that devices in different zones order versions wrongly.")
    a.flag("fraction", "Failure means that two versions of one millisecond are taken for equal.")
    a.flag("leap", "Failure means that a valid FHIR instant is refused.")
    a.group("compare")
    for number, title, left, right, order, flags in PAIRS:
        a.valid(number, title, ["PSP-DATA-11"], {"left": left, "right": right}, order, flags)
    for number, title, text in BAD:
        data = {"left": text, "right": "2026-05-01T08:00:00Z"}
        a.invalid(number, title, ["PSP-DATA-11"], data, "NOT_AN_INSTANT")
    return a
