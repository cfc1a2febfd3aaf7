"""Frames: a stream of octets to bodies."""

from psp.area import Area
from psp.handshake import frame


def area():
    a = Area("frame", "FRM", "Frames: a stream of octets to bodies")
    a.flag(
        "refuse-early", "Failure means that a peer can make the reader spend memory on a promise."
    )
    a.flag("truncation", "Failure means that a cut session can pass for a finished one.")
    a.flag(
        "cut-anywhere",
        "Feed it whole, octet by octet, and split inside the length; all must agree.",
    )
    every = ["cut-anywhere"]
    a.group("reader", limit=8192)
    one, big = frame(b"\x1e"), bytes(range(256)) * 32
    clean = {"end": "boundary"}
    a.valid(
        1, "one frame of one octet", ["PSP-FRAME-1"], one, {"bodies": [b"\x1e"], **clean}, every
    )
    a.valid(
        2,
        "two frames",
        ["PSP-FRAME-1", "PSP-FRAME-8"],
        one + frame(b"\x1e\x08\x01"),
        {"bodies": [b"\x1e", b"\x1e\x08\x01"], **clean},
        every,
    )
    a.valid(3, "no frame at all", ["PSP-FRAME-1"], b"", {"bodies": [], **clean})
    a.valid(
        4,
        "a body of exactly the limit",
        ["PSP-FRAME-4"],
        frame(big),
        {"bodies": [big], **clean},
        every,
    )
    a.invalid(
        5,
        "a body of one octet more than the limit",
        ["PSP-FRAME-3", "PSP-FRAME-4"],
        (8193).to_bytes(4, "big"),
        "FRAME_TOO_LARGE",
        ["refuse-early"],
        bodies=[],
    )
    a.invalid(
        6,
        "the longest length there is",
        ["PSP-FRAME-3"],
        b"\xff\xff\xff\xff",
        "FRAME_TOO_LARGE",
        ["refuse-early"],
        bodies=[],
    )
    a.invalid(7, "length 0", ["PSP-FRAME-2"], bytes(4), "MALFORMED_FRAME", every, bodies=[])
    a.invalid(
        8,
        "length 0 after a good frame",
        ["PSP-FRAME-2"],
        one + bytes(4),
        "MALFORMED_FRAME",
        every,
        bodies=[b"\x1e"],
    )
    a.invalid(
        9,
        "the stream ends inside the length",
        ["PSP-FRAME-7"],
        one[:3],
        "TRUNCATED",
        ["truncation"],
        bodies=[],
    )
    a.invalid(
        10,
        "the stream ends before the body",
        ["PSP-FRAME-7"],
        one[:4],
        "TRUNCATED",
        ["truncation"],
        bodies=[],
    )
    a.invalid(
        11,
        "the stream ends one octet before the end of the body",
        ["PSP-FRAME-7"],
        frame(big)[:-1],
        "TRUNCATED",
        ["truncation"],
        bodies=[],
    )
    a.invalid(
        12,
        "a good frame, then a length in little-endian order",
        ["PSP-FRAME-1", "PSP-FRAME-3"],
        one + b"\x01\x00\x00\x00\x1e",
        "FRAME_TOO_LARGE",
        ["refuse-early"],
        bodies=[b"\x1e"],
    )
    a.group("reader", limit=65536)
    a.valid(
        13,
        "after keys: a body of exactly the announced limit",
        ["PSP-FRAME-5"],
        frame(bytes(65536)),
        {"bodies": [bytes(65536)], **clean},
    )
    a.invalid(
        14,
        "after keys: one octet more than the announced limit",
        ["PSP-FRAME-3", "PSP-FRAME-5"],
        (65537).to_bytes(4, "big"),
        "FRAME_TOO_LARGE",
        ["refuse-early"],
        bodies=[],
    )
    return a
