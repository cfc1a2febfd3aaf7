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
        a.invalid(number, f"Abort: {title}", [rule], data, "MALFORMED_MESSAGE", [flag])
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


def area():
    a = Area("wild", "WLD", "Wild encodings: other ways to say the same, and what no reader takes")
    a.flag("merge", "Failure means that the reader replaces a message field instead of merging it.")
    a.flag("zero-tag", "Failure means that the decoder stops in silence and drops what follows.")
    a.flag("silent-end", "Failure means that the decoder stops in silence and drops what follows.")
    a.flag("wire-type", "Failure means that reserved wire types pass.")
    a.flag("bounds", "Failure means that the decoder reads past the end of a message.")
    a.flag("utf-8", "Failure means that text is replaced instead of refused.")
    a.group("body")
    _valid(a)
    _invalid(a)
    return a
