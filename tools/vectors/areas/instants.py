"""Instants: exact order of FHIR instants, and which texts are none.

Each flag is a part of the form; tools/vectors/coverage.test.ts asks for each in both parts.
"""

from psp.area import Area

T8 = "2026-05-01T08:00:00"

PAIRS = [
    (1, "the same text", T8 + "Z", T8 + "Z", 0, ["form"]),
    (2, "the same moment at another offset", T8 + "Z", "2026-05-01T11:00:00+03:00", 0, ["offset"]),
    (3, "text order is wrong across offsets", "2026-05-01T09:00:00+03:00", T8 + "Z", -1, ["offset"]),
    (4, "an offset over midnight", "2026-05-02T01:30:00+03:00", "2026-05-01T22:30:00Z", 0, ["offset"]),
    (5, "a negative offset over the year", "2025-12-31T23:30:00-05:00", "2026-01-01T04:30:00Z", 0, ["offset"]),
    (6, "no fraction and a zero fraction", T8 + "Z", T8 + ".000Z", 0, ["fraction"]),
    (7, "fractions of different length", T8 + ".5Z", T8 + ".50Z", 0, ["fraction"]),
    (8, "a microsecond", T8 + ".123456Z", T8 + ".123457Z", -1, ["fraction"]),
    (9, "the twentieth digit", T8 + ".00000000000000000001Z", T8 + "Z", 1, ["fraction"]),
    (10, "fraction order is not number order of its digits", T8 + ".9Z", T8 + ".10Z", 1, ["fraction"]),
    (11, "a leap second follows :59", "2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999Z", 1, ["leap", "time"]),
    (12, "a leap second precedes the next minute", "2016-12-31T23:59:60.5Z", "2017-01-01T00:00:00Z", -1, ["leap", "time"]),
    (13, "29 February of a leap year", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z", -1, ["day"]),
    (14, "offset +14:00", "2026-05-01T14:00:00+14:00", "2026-05-01T00:00:00Z", 0, ["offset"]),
    (15, "offset -00:00", "2026-05-01T00:00:00-00:00", "2026-05-01T00:00:00Z", 0, ["offset"]),
    (16, "years far apart", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", -1, ["year"]),
    (17, "29 February 2000", "2000-02-29T00:00:00Z", "2000-02-28T23:59:59Z", 1, ["day"]),
    (18, "the day after 28 February 1900", "1900-02-28T23:59:59.5Z", "1900-03-01T00:00:00Z", -1, ["day"]),
    (19, "offset -14:00", "2026-04-30T10:00:00-14:00", "2026-05-01T00:00:00Z", 0, ["offset"]),
    (20, "an offset that is no whole hour", "2026-05-01T13:45:00+05:45", T8 + "Z", 0, ["offset"]),
    (21, "the last second of a day", "2026-05-01T23:59:59Z", "2026-05-02T00:00:00Z", -1, ["time"]),
    (22, "a leap second at another offset", "2017-01-01T02:59:60+03:00", "2016-12-31T23:59:60Z", 0, ["leap", "offset"]),
    (23, "two fractions of one leap second", "2016-12-31T23:59:60.25Z", "2016-12-31T23:59:60.3Z", -1, ["leap"]),
    (24, "a leap second, whatever the tables say", "2026-05-01T07:59:60Z", T8 + "Z", -1, ["leap"]),
    (25, "before the first moment, by offset", "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z", -1, ["year", "offset"]),
    (26, "after the last moment, by offset", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59Z", 1, ["year", "offset"]),
    (27, "the first day of a month", "2026-04-30T23:59:59Z", "2026-05-01T00:00:00Z", -1, ["day"]),
]  # fmt: skip
BAD = [
    (101, "nothing", "", "form"),
    (102, "a date", "2026-05-01", "form"),
    (103, "no offset", T8, "offset"),
    (104, "no seconds", "2026-05-01T08:00Z", "form"),
    (105, "29 February of a common year", "2026-02-29T00:00:00Z", "day"),
    (106, "month 13", "2026-13-01T00:00:00Z", "day"),
    (107, "hour 24", "2026-05-01T24:00:00Z", "time"),
    (108, "minute 60", "2026-05-01T08:60:00Z", "time"),
    (109, "second 61", "2026-05-01T08:00:61Z", "leap"),
    (110, "a point without digits", T8 + ".Z", "fraction"),
    (111, "a lower-case zone", T8 + "z", "form"),
    (112, "a space for the T", "2026-05-01 08:00:00Z", "form"),
    (113, "offset +15:00", T8 + "+15:00", "offset"),
    (114, "an offset without colon", T8 + "+0300", "offset"),
    (115, "white space at the end", T8 + "Z ", "form"),
    (116, "digits of another script", "2026-05-0١T08:00:00Z", "form"),
    (117, "year 0000", "0000-12-31T00:00:00Z", "year"),
    (118, "a year of five digits", "10000-01-01T00:00:00Z", "year"),
    (119, "a year with a sign", "-2026-05-01T08:00:00Z", "year"),
    (120, "month 00", "2026-00-01T00:00:00Z", "day"),
    (121, "day 00", "2026-05-00T00:00:00Z", "day"),
    (122, "31 April", "2026-04-31T00:00:00Z", "day"),
    (123, "29 February 1900", "1900-02-29T00:00:00Z", "day"),
    (124, "a month of one digit", "2026-5-01T08:00:00Z", "form"),
    (125, "a lower-case T", "2026-05-01t08:00:00Z", "form"),
    (126, "white space before", " " + T8 + "Z", "form"),
    (127, "a line end", T8 + "Z\n", "form"),
    (128, "a comma for the point", T8 + ",5Z", "fraction"),
    (129, "offset +14:01", T8 + "+14:01", "offset"),
    (130, "offset minute 60", T8 + "+03:60", "offset"),
    (131, "an offset without minutes", T8 + "+03", "offset"),
    (132, "two zones", T8 + "Z+03:00", "offset"),
    (133, "no colons", "2026-05-01T080000Z", "form"),
    (134, "a sign for the minus", T8 + "−03:00", "offset"),
    (135, "offset -14:30", T8 + "-14:30", "offset"),
]  # fmt: skip


def area():
    a = Area("instant", "INS", "Instants: exact order")
    a.flag("form", "Failure means that a text is read in two ways.")
    a.flag("year", "Failure means that years are read or ordered wrongly.")
    a.flag("day", "Failure means that a day is taken that the month does not have, or the reverse.")
    a.flag("time", "Failure means that times of day are read or ordered wrongly.")
    a.flag("offset", "Failure means that devices in different zones order versions wrongly.")
    a.flag("fraction", "Failure means that two versions of one millisecond are taken for equal.")
    a.flag("leap", "Failure means that a valid FHIR instant is refused, or ordered wrongly.")
    a.group("compare")
    for number, title, left, right, order, flags in PAIRS:
        a.valid(number, title, ["PSP-DATA-11"], {"left": left, "right": right}, order, flags)
    for number, title, text, flag in BAD:
        data = {"left": text, "right": "2026-05-01T08:00:00Z"}
        a.invalid(number, title, ["PSP-DATA-11"], data, "NOT_AN_INSTANT", [flag])
    return a
