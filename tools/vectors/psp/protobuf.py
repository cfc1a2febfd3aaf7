"""Protobuf by hand: field numbers are read from the schema's text, octets are put together here."""

import re
from pathlib import Path

SCHEMA = Path(__file__).resolve().parents[3] / "proto" / "fhirpeersync" / "v1"
ADDITIONS = Path(__file__).resolve().parents[1] / "next"


class Schema:
    """Fields by message, values by enum; a message or enum that comes again adds to the first."""

    def __init__(self, *folders):
        self.messages, self.enums = {}, {}
        for path in (p for folder in folders for p in sorted(folder.glob("*.proto"))):
            self._read(re.sub(r"//.*", "", path.read_text(encoding="utf-8")))

    def _read(self, text):
        for name, body in re.findall(r"message (\w+) \{(.*?)\n\}", text, re.S):
            for repeated, kind, field, number in re.findall(
                r"(repeated )?([\w.]+) (\w+) = (\d+);", body
            ):
                fields = self.messages.setdefault(name, {})
                numbers = [n for n, _, _ in fields.values()]
                assert field not in fields and int(number) not in numbers, f"{name}.{field}"
                fields[field] = (int(number), kind, bool(repeated))
            self.messages.setdefault(name, {})
        for name, body in re.findall(r"enum (\w+) \{(.*?)\n\}", text, re.S):
            prefix = re.sub(r"(?<!^)(?=[A-Z])", "_", name).upper() + "_"
            for value, number in re.findall(r"(\w+) = (\d+);", body):
                values = self.enums.setdefault(name, {})
                assert int(number) not in values.values(), f"{name} has {number} twice"
                values[value.removeprefix(prefix)] = int(number)


V1 = Schema(SCHEMA)
#: An invented next version: it only ever adds.
NEXT = Schema(SCHEMA, ADDITIONS)
TYPES = {
    "Initiate": 0x01, "Accept": 0x02, "Reject": 0x03, "Confirm": 0x04, "Identity": 0x10,
    "Request": 0x11, "Offer": 0x12, "Payload": 0x13, "Ack": 0x14, "Complete": 0x15,
    "Receipt": 0x16, "KeepAlive": 0x1E, "Abort": 0x1F,
}
#: Message types of the invented next version: the first is critical, the other can be ignored.
NEXT_TYPES = {"Turn": 0x20, "Progress": 0x90}  # fmt: skip


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


def _one(n, kind, value, schema):
    if kind in ("bytes", "string"):
        octets = value.encode() if isinstance(value, str) else value
        return chunk(n, octets)
    if kind in schema.messages:
        return chunk(n, encode(kind, value, schema))
    if kind in schema.enums and isinstance(value, str):
        value = schema.enums[kind][value]
    return number(n, int(value))


def encode(name, fields, schema=V1):
    """The profile of the golden vectors: ascending fields, defaults left out, scalars packed."""
    unknown = set(fields) - set(schema.messages[name])
    assert not unknown, f"{name} has no {unknown}"
    out = b""
    for field, (n, kind, repeated) in sorted(
        schema.messages[name].items(), key=lambda item: item[1][0]
    ):
        value = fields.get(field)
        if value is None or (not repeated and value in (0, "", b"", False)):
            continue
        if not repeated:
            out += _one(n, kind, value, schema)
        elif kind in ("uint32", "uint64") and value:
            out += chunk(n, b"".join(varint(v) for v in value))
        else:
            out += b"".join(_one(n, kind, v, schema) for v in value)
    return out


def message(name, fields, schema=V1):
    octet = {**TYPES, **NEXT_TYPES}[name]
    return bytes([octet]) + encode(name, fields, schema)


def as_read_by_v1(name, fields):
    """What a reader of version 1 makes of fields that were written by the next version's schema."""
    known = {}
    for field, value in fields.items():
        if field not in V1.messages[name]:
            continue
        kind = V1.messages[name][field][1]

        def read(item, kind=kind):
            if kind in V1.messages:
                return as_read_by_v1(kind, item)
            if kind in V1.enums and item not in V1.enums[kind]:
                return NEXT.enums[kind].get(item, item)
            return item

        known[field] = [read(item) for item in value] if isinstance(value, list) else read(value)
    return known
