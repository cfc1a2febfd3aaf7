"""Wild encodings: other ways to say the same, which every reader takes, and what none takes."""

from psp import protobuf as pb
from psp.area import Area

from . import samples as s


def _valid(a):
    abort = {"code": "CANCELLED", "retry": "NOW", "detail": "bye", "through_sequence": 7}
    expect = {"type": "Abort", "fields": abort}
    code, retry = pb.number(1, 16), pb.number(2, 1)
    detail, through = pb.chunk(3, b"bye"), pb.number(4, 7)
    plain = code + retry + detail + through
    t = b"\x1f"
    a.valid(
        1, "fields in descending order", ["PSP-MSG-1"], t + through + detail + retry + code, expect
    )
    a.valid(
        2, "a scalar twice, the last counts", ["PSP-MSG-2"], t + pb.number(1, 1) + plain, expect
    )
    a.valid(
        3, "a string twice, the last counts", ["PSP-MSG-2"], t + pb.chunk(3, b"no") + plain, expect
    )
    a.valid(
        4,
        "a value of 10 octets",
        ["PSP-MSG-4"],
        t + code + retry + detail + pb.tag(4, 0) + pb.varint(7, 10),
        expect,
    )
    a.valid(
        5,
        "a tag of 5 octets",
        ["PSP-MSG-4"],
        t + pb.varint(1 << 3, 5) + b"\x10" + plain[2:],
        expect,
    )
    a.valid(
        6,
        "a length of 3 octets",
        ["PSP-MSG-4"],
        t + code + retry + pb.tag(3, 2) + pb.varint(3, 3) + b"bye" + through,
        expect,
    )
    a.valid(
        7,
        "an explicit default before the value",
        ["PSP-MSG-5"],
        t + pb.number(4, 0) + plain,
        expect,
    )
    a.valid(8, "an unknown varint field", ["PSP-MSG-7"], t + pb.number(99, 5) + plain, expect)
    a.valid(
        9,
        "unknown fields of every wire type",
        ["PSP-MSG-7"],
        t + pb.tag(100, 1) + bytes(8) + plain + pb.tag(101, 5) + bytes(4) + pb.chunk(102, b"?"),
        expect,
    )
    a.valid(
        10,
        "grease fields 15000 and 15999",
        ["PSP-EXT-3"],
        t + pb.chunk(15000, b"\xff") + plain + pb.number(15999, 1),
        expect,
    )
    a.valid(
        11,
        "a known field with another wire type",
        ["PSP-MSG-7"],
        t + pb.chunk(4, b"\x01") + plain,
        expect,
    )
    a.valid(
        12, "field number 536870911", ["PSP-MSG-7"], t + pb.number(536870911, 1) + plain, expect
    )
    reject = {"code": "VERSION_UNSUPPORTED", "versions": [1, 2, 300], "retry": "AFTER_UPGRADE"}
    expect = {"type": "Reject", "fields": reject}
    head, tail = pb.number(1, 7), pb.number(3, 3)
    unpacked = pb.number(2, 1) + pb.number(2, 2) + pb.number(2, 300)
    a.valid(
        13, "a repeated scalar unpacked", ["PSP-MSG-6"], b"\x03" + head + unpacked + tail, expect
    )
    mixed = pb.chunk(2, b"\x01\x02") + pb.number(2, 300)
    a.valid(
        14,
        "a repeated scalar packed and unpacked",
        ["PSP-MSG-6"],
        b"\x03" + head + mixed + tail,
        expect,
    )
    a.valid(
        15,
        "a packed field in two pieces, one empty",
        ["PSP-MSG-6"],
        b"\x03" + head + pb.chunk(2, b"") + pb.chunk(2, b"\x01\x02\xac\x02") + tail,
        expect,
    )
    request = {
        "replica_id": s.RECEIVER_ID,
        "mode": "FULL",
        "window": {"max_unacked_payloads": 4, "max_unacked_octets": 9},
    }
    split = (
        pb.chunk(1, s.RECEIVER_ID)
        + pb.number(5, 1)
        + pb.chunk(7, pb.number(1, 3) + pb.number(2, 9))
        + pb.chunk(7, pb.number(1, 4))
    )
    a.valid(
        16,
        "a message field twice is merged",
        ["PSP-MSG-3"],
        b"\x11" + split,
        {"type": "Request", "fields": request},
        ["merge"],
    )
    _bits(a)


def _bits(a):
    """Values with more bits than their field has."""
    abort = {"code": "CANCELLED", "retry": "NOW", "through_sequence": 7}
    enum = pb.number(1, 2**32 + 16) + pb.number(2, 2**64 - 2**32 + 1) + pb.number(4, 7)
    expect = {"type": "Abort", "fields": abort}
    a.valid(17, "enums with bits above the 32nd", ["PSP-MSG-16"], b"\x1f" + enum, expect, ["bits"])
    # 10 octets hold 70 bits.
    wide = pb.tag(4, 0) + b"\x87" + b"\x80" * 8 + b"\x7e"
    data = b"\x1f" + pb.number(1, 16) + pb.number(2, 1) + wide
    a.valid(18, "a uint64 with bits above the 64th", ["PSP-MSG-19"], data, expect, ["bits"])
    packed = pb.chunk(
        2, b"\x01" + pb.varint(2**32 + 2) + b"\x80" * 9 + b"\x02" + pb.varint(2**63 + 3)
    )
    length = b"\x83" + b"\x80" * 8 + b"\x7e"
    data = b"\x1f" + pb.number(1, 16) + pb.number(2, 1) + pb.tag(3, 2) + length + b"bye"
    said = {"type": "Abort", "fields": {"code": "CANCELLED", "retry": "NOW", "detail": "bye"}}
    a.valid(24, "a length with bits above the 64th", ["PSP-MSG-19"], data, said, ["bits"])
    reject = {"code": "VERSION_UNSUPPORTED", "versions": [1, 2, 0, 3], "retry": "AFTER_UPGRADE"}
    data = b"\x03" + pb.number(1, 7) + packed + pb.number(3, 3)
    expect = {"type": "Reject", "fields": reject}
    a.valid(
        19, "uint32s with bits above the 32nd", ["PSP-MSG-16", "PSP-MSG-19"], data, expect, ["bits"]
    )
    offer = {"indeterminate": True, "cursor_disposition": "FRESH"}
    expect = {"type": "Offer", "fields": offer}
    for number, value, title in ((20, 2, "2"), (21, 2**32, "2^32"), (22, 2**63, "2^63")):
        data = b"\x12" + pb.number(2, value) + pb.number(4, 1)
        a.valid(number, f"a bool of {title}", ["PSP-MSG-18"], data, expect, ["bits"])
    data = b"\x12" + pb.number(2, 1) + pb.tag(2, 0) + b"\x80" * 9 + b"\x02" + pb.number(4, 1)
    expect = {"type": "Offer", "fields": {"cursor_disposition": "FRESH"}}
    a.valid(
        23,
        "a bool of 2^64, which is 0",
        ["PSP-MSG-18", "PSP-MSG-19"],
        data,
        expect,
        ["bits"],
    )


def _invalid(a):
    cases = [
        (101, "tag 0", b"\x00\x00", "zero-tag"),
        (102, "field number 0", b"\x02\x00", "zero-tag"),
        (103, "wire type 6", b"\x0e", "wire-type"),
        (104, "wire type 7", b"\x0f", "wire-type"),
        (105, "an end-group without its group", b"\x0c", "silent-end"),
        (106, "a stray end-group, then more fields", b"\x0c" + pb.chunk(3, b"bye"), "silent-end"),
        (107, "a varint of 11 octets", b"\x20" + b"\x80" * 10 + b"\x01", "bounds"),
        (108, "a varint without end", b"\x20\x80\x80", "bounds"),
        (109, "a string longer than its message", b"\x1a\x05bye", "bounds"),
        (110, "a length of 2^63", b"\x1a" + pb.varint(2**63), "bounds"),
        (123, "a length of 2^32 and 3", b"\x1a" + pb.varint(2**32 + 3) + b"bye", "bounds"),
        (111, "a fixed64 cut short", pb.tag(100, 1) + bytes(7), "bounds"),
        (112, "a fixed32 cut short", pb.tag(100, 5) + bytes(3), "bounds"),
        (113, "a tag without its value", b"\x20", "bounds"),
        (114, "a string that is not UTF-8", pb.chunk(3, b"\xff"), "utf-8"),
        (115, "an overlong UTF-8 form", pb.chunk(3, b"\xc0\xaf"), "utf-8"),
        (116, "a surrogate in UTF-8", pb.chunk(3, b"\xed\xa0\x80"), "utf-8"),
        (117, "an unknown length-delimited field cut short", pb.tag(100, 2) + b"\x05ab", "bounds"),
    ]  # fmt: skip
    for number, title, octets, flag in cases:
        rule = "PSP-MSG-9" if flag == "utf-8" else "PSP-MSG-8"
        data = b"\x1f" + pb.number(1, 16) + pb.number(2, 1) + octets
        rules = [rule, "PSP-MSG-23" if flag == "utf-8" else "PSP-MSG-22"]
        a.invalid(number, f"Abort: {title}", rules, data, "MALFORMED_MESSAGE", [flag])
    nested = pb.chunk(7, pb.tag(1, 0) + b"\x80")
    data = b"\x11" + pb.chunk(1, s.RECEIVER_ID) + pb.number(5, 1) + nested
    a.invalid(
        118,
        "Request: a varint that runs past its nested message",
        ["PSP-MSG-8"],
        data,
        "MALFORMED_MESSAGE",
        ["bounds"],
    )
    # What is left over would be well-formed fields of the parent: only the bound tells.
    deep = pb.chunk(7, b"\x0a\x02")
    a.invalid(
        119,
        "Request: a nested field longer than its parent",
        ["PSP-MSG-8"],
        b"\x11" + pb.chunk(1, s.RECEIVER_ID) + pb.number(5, 1) + deep + b"\x28\x01\x28\x01",
        "MALFORMED_MESSAGE",
        ["bounds"],
    )
    tags = ((120, "a tag of 6 octets", b"\x88\x80\x80\x80\x80\x00"),
            (121, "a tag of 2^32 + 8", b"\x88\x80\x80\x80\x10"))  # fmt: skip
    for number, title, tag in tags:
        data = b"\x1f" + tag + b"\x10" + pb.number(2, 1)
        rules = ["PSP-MSG-15", "PSP-MSG-22"]
        a.invalid(number, f"Abort: {title}", rules, data, "MALFORMED_MESSAGE", ["bits"])
    # Put together the two would be well-formed, and the second one is by itself.
    pieces = pb.chunk(7, pb.number(2, 9) + b"\x08") + pb.chunk(7, b"\x08\x1a\x22\x21" + bytes(33))
    a.invalid(
        122,
        "Request: a message field that is cut off in its first occurrence",
        ["PSP-MSG-3", "PSP-MSG-8"],
        b"\x11" + pb.chunk(1, s.RECEIVER_ID) + pb.number(5, 1) + pieces,
        "MALFORMED_MESSAGE",
        ["bounds"],
    )


def area():
    a = Area("wild", "WLD", "Wild encodings: other ways to say the same, and what no reader takes")
    a.encode = "semantic"
    a.flag("merge", "Failure means that the reader replaces a message field instead of merging it.")
    a.flag("zero-tag", "Failure means that the decoder stops in silence and drops what follows.")
    a.flag("silent-end", "Failure means that the decoder stops in silence and drops what follows.")
    a.flag("wire-type", "Failure means that reserved wire types pass.")
    a.flag("bounds", "Failure means that the decoder reads past the end of a message.")
    a.flag("bits", "Failure means that bits which a field has no room for change its value.")
    a.flag("utf-8", "Failure means that text is replaced instead of refused.")
    a.group("body")
    _valid(a)
    _invalid(a)
    return a
