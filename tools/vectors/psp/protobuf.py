"""Protobuf by hand: field numbers are read from the schema's text, octets are put together here."""

import re
from pathlib import Path

SCHEMA = Path(__file__).resolve().parents[3] / "proto" / "fhirpeersync" / "v1"


def _schema():
    messages, enums = {}, {}
    for path in sorted(SCHEMA.glob("*.proto")):
        text = re.sub(r"//.*", "", path.read_text(encoding="utf-8"))
        for name, body in re.findall(r"message (\w+) \{(.*?)\n\}", text, re.S):
            fields = re.findall(r"(repeated )?([\w.]+) (\w+) = (\d+);", body)
            messages[name] = {f: (int(n), t, bool(rep)) for rep, t, f, n in fields}
        for name, body in re.findall(r"enum (\w+) \{(.*?)\n\}", text, re.S):
            prefix = re.sub(r"(?<!^)(?=[A-Z])", "_", name).upper() + "_"
            values = re.findall(r"(\w+) = (\d+);", body)
            enums[name] = {v.removeprefix(prefix): int(n) for v, n in values}
    return messages, enums


MESSAGES, ENUMS = _schema()
TYPES = {
    "Initiate": 0x01, "Accept": 0x02, "Reject": 0x03, "Confirm": 0x04, "Identity": 0x10,
    "Request": 0x11, "Offer": 0x12, "Payload": 0x13, "Ack": 0x14, "Complete": 0x15,
    "Receipt": 0x16, "KeepAlive": 0x1E, "Abort": 0x1F,
}  # fmt: skip


def varint(value, octets=1):
    """LEB128; `octets` asks for a longer, non-minimal form."""
    out = bytearray()
    while value > 0x7F or len(out) < octets - 1:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def tag(number, wire):
    return varint(number << 3 | wire)


def chunk(number, octets):
    return tag(number, 2) + varint(len(octets)) + octets


def number(n, value):
    return tag(n, 0) + varint(value)


def _one(n, kind, value):
    if kind in ("bytes", "string"):
        octets = value.encode() if isinstance(value, str) else value
        return chunk(n, octets)
    if kind in MESSAGES:
        return chunk(n, encode(kind, value))
    if kind in ENUMS and isinstance(value, str):
        value = ENUMS[kind][value]
    return number(n, int(value))


def encode(name, fields):
    """The profile of the golden vectors: ascending fields, defaults left out, scalars packed."""
    unknown = set(fields) - set(MESSAGES[name])
    assert not unknown, f"{name} has no {unknown}"
    out = b""
    for field, (n, kind, repeated) in sorted(MESSAGES[name].items(), key=lambda i: i[1][0]):
        value = fields.get(field)
        if value is None or (not repeated and value in (0, "", b"", False)):
            continue
        if not repeated:
            out += _one(n, kind, value)
        elif kind in ("uint32", "uint64") and value:
            out += chunk(n, b"".join(varint(v) for v in value))
        else:
            out += b"".join(_one(n, kind, v) for v in value)
    return out


def message(name, fields):
    return bytes([TYPES[name]]) + encode(name, fields)
