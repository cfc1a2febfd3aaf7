"""States of one patient for the vectors of classification and merging: short to write."""

import json

from . import samples as s

OTHER = s.octets("third replica", 16)
V1 = {"version_id": "1", "last_updated": "2026-05-01T08:00:00Z"}
V2 = {"version_id": "2", "last_updated": "2026-05-01T08:00:00.001Z"}
V1_LATER_TEXT = {"version_id": "9", "last_updated": "2026-05-01T11:00:00+03:00"}
V2_EARLIER_TEXT = {"version_id": "A", "last_updated": "2026-05-01T07:30:00-01:00"}
V1_OTHER_INSTANT = {"version_id": "1", "last_updated": "2026-05-03T08:00:00Z"}
UNDATED = {"version_id": "7"}
NO_INSTANT = {"version_id": "8", "last_updated": "2026-05-02"}


def resource(**fields):
    parts = "".join(f',"{k}":"{v}"' for k, v in fields.items())
    return f'{{"resourceType":"Patient","id":"p1"{parts}}}'.encode()


def with_meta(content, base, **more):
    """The content as a server gives it."""
    meta = {"versionId": base["version_id"], "lastUpdated": base["last_updated"], **more}
    return content.replace(b'"id":"p1"', b'"id":"p1","meta":' + json.dumps(meta).encode())


def operations_text(*operations):
    return json.dumps(operations, separators=(",", ":")).encode()


def changed(counter, *operations, base="1", author=s.SENDER_ID):
    return s.change(counter, "UPDATE", operations_text(*operations), base, author)


def update(counter, key, value, base="1", author=s.SENDER_ID, op="add"):
    text = f'[{{"op":"{op}","path":"/{key}","value":"{value}"}}]'.encode()
    return s.change(counter, "UPDATE", text, base, author)


def entry(content, base=None, changes=(), absorbed=()):
    fields = {"resource_type": "Patient", "resource_id": "p1", "resource": content, "base": base,
              "changes": list(changes), "absorbed": [c["id"] for c in absorbed]}  # fmt: skip
    return {k: v for k, v in fields.items() if v is not None}


A1, A2 = update(1, "gender", "female"), update(2, "birthDate", "1990-01-01")
A3 = update(3, "language", "sw")
B1 = update(1, "language", "sw", author=OTHER)
BORN = s.change(1, "INSERT", resource())
BORN_ELSEWHERE = s.change(1, "INSERT", resource(), author=OTHER)
A5, A6 = update(5, "gender", "female", ""), update(6, "birthDate", "1990-01-01", "")
A7 = update(7, "language", "sw", "")
GONE, GONE6 = s.change(3, "DELETE", b"", "1"), s.change(6, "DELETE", b"")
R0, R1 = resource(), resource(gender="female")
R12 = resource(gender="female", birthDate="1990-01-01")
RB = resource(language="sw")
R1B = resource(gender="female", language="sw")
R123 = resource(gender="female", birthDate="1990-01-01", language="sw")
