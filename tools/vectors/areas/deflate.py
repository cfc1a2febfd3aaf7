"""Deflate: raw RFC 1951 streams, put together bit by bit so that no library's choices show."""

import zlib

from psp.area import Area


def stored(octets, last=True):
    out = b""
    pieces = [octets[i : i + 65535] for i in range(0, len(octets), 65535)] or [b""]
    for n, piece in enumerate(pieces):
        final = 1 if last and n == len(pieces) - 1 else 0
        out += bytes([final]) + len(piece).to_bytes(2, "little")
        out += (len(piece) ^ 0xFFFF).to_bytes(2, "little") + piece
    return out


class Bits:
    def __init__(self):
        self.value, self.count = 0, 0

    def low(self, value, bits):
        self.value |= value << self.count
        self.count += bits

    def code(self, value, bits):
        self.low(int(f"{value:0{bits}b}"[::-1], 2), bits)

    def octets(self):
        return self.value.to_bytes((self.count + 7) // 8, "little")


def repeated(octet, length):
    """One octet `length` times (1 + a multiple of 258), with the fixed Huffman code."""
    bits = Bits()
    bits.low(1, 1)
    bits.low(1, 2)
    assert octet < 144 and (length - 1) % 258 == 0
    bits.code(0x30 + octet, 8)
    for _ in range((length - 1) // 258):
        bits.code(0b11000101, 8)  # length 258
        bits.code(0, 5)  # distance 1
    bits.code(0, 7)
    return bits.octets()


def dense(octet, length):
    """The same in two bits for 258 octets: a block whose codes are made for it."""
    bits = Bits()
    bits.low(1, 1)
    bits.low(2, 2)
    bits.low(286 - 257, 5)
    bits.low(0, 5)
    bits.low(18 - 4, 4)
    for symbol in (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1):
        bits.low({18: 1, 1: 2, 2: 2}.get(symbol, 0), 3)

    def zeros(run):
        while run:
            step = min(run, 138)
            bits.code(0b0, 1)
            bits.low(step - 11, 7)
            run -= step

    zeros(octet)
    bits.code(0b11, 2)
    zeros(255 - octet)
    bits.code(0b11, 2)
    zeros(285 - 257)
    bits.code(0b10, 2)
    bits.code(0b10, 2)
    bits.code(0b10, 2)
    for _ in range((length - 1) // 258):
        bits.code(0b00, 2)
    bits.code(0b11, 2)
    return bits.octets()


def area():
    a = Area("deflate", "DEF", "Deflate: one raw RFC 1951 stream for each Payload")
    a.flag("bomb", "Failure means that a few octets can take the reader's memory.")
    a.flag("trailing", "Failure means that octets pass that no length and no digest covers.")
    a.group("inflate", ratio_max=200)

    def data(batch, declared):
        return {"batch": batch, "uncompressed_octets": declared}

    text = b"FHIR Peer Sync " * 10
    run = repeated(0x41, 1 + 258 * 4)
    assert zlib.decompress(run, -15) == b"A" * 1033
    a.valid(1, "a stored block", ["PSP-DEF-1"], data(stored(text), len(text)), text)
    a.valid(
        2,
        "two stored blocks",
        ["PSP-DEF-1"],
        data(stored(text, last=False) + stored(b"!"), len(text) + 1),
        text + b"!",
    )
    a.valid(3, "fixed Huffman codes", ["PSP-DEF-1"], data(run, 1033), b"A" * 1033)
    a.valid(4, "an empty stream", ["PSP-DEF-1", "PSP-PAY-8"], data(b"\x03\x00", 0), b"")
    edge = repeated(0x41, 1 + 258 * 12)
    assert 3097 <= 200 * len(edge)
    a.valid(5, "a ratio below 200", ["PSP-DEF-4"], data(edge, 3097), b"A" * 3097)
    wrong = "DECOMPRESSION_FAILED"
    a.invalid(
        6,
        "one octet more than declared",
        ["PSP-PAY-5"],
        data(stored(text), len(text) - 1),
        wrong,
        ["bomb"],
    )
    a.invalid(
        7, "one octet less than declared", ["PSP-PAY-5"], data(stored(text), len(text) + 1), wrong
    )
    a.invalid(
        8,
        "an octet after the end",
        ["PSP-DEF-2"],
        data(stored(text) + b"\0", len(text)),
        wrong,
        ["trailing"],
    )
    a.invalid(
        9,
        "a second stream after the end",
        ["PSP-DEF-2"],
        data(stored(text) + stored(b""), len(text)),
        wrong,
        ["trailing"],
    )
    a.invalid(10, "no final block", ["PSP-DEF-2"], data(stored(text, last=False), len(text)), wrong)
    a.invalid(11, "cut short", ["PSP-DEF-2"], data(stored(text)[:-1], len(text)), wrong)
    a.invalid(12, "a reserved block type", ["PSP-DEF-2"], data(b"\x07", 1), wrong)
    a.invalid(
        13,
        "a zlib header",
        ["PSP-DEF-1"],
        data(b"\x78\x01" + stored(text) + bytes(4), len(text)),
        wrong,
    )
    bomb = dense(0x41, 1 + 258 * 4000)
    assert zlib.decompress(bomb, -15) == b"A" * 1032001
    assert 1032001 > 200 * len(bomb)
    a.invalid(14, "a ratio above 200", ["PSP-DEF-4"], data(bomb, 1032001), wrong, ["bomb"])
    return a
