"""Messages of an invented next version (next/next.proto), and what version 1 makes of them."""

from psp import protobuf as pb
from psp.area import Area

from . import message as m
from . import samples as s

HINT = {"kind": 3, "content": b"new", "nested": [{"kind": 4}, {"content": bytes(40)}]}
BASE = {name: fields for name, fields, _ in m.MESSAGES}


def _next(name, change):
    fields = {**BASE[name], **change}
    return pb.message(name, fields, pb.NEXT), {
        "type": name,
        "fields": pb.as_read_by_v1(name, fields),
    }


def _fields(a):
    """New fields beside the known ones, in every message: ignored."""
    types = [{"resource_type": "Patient", "newest_only": 1}, {"resource_type": "Observation"}]
    counts = [{"resource_type": "Patient", "entries": 2, "octets": 12345}]
    outcome = {"sequence": 1, "entry_index": 2, "outcome": "REFUSED",
               "code": "ENTRY_CHANGES_INVALID", "why": HINT}  # fmt: skip
    changes = [
        ("Initiate", {"device_class": "tablet", "hints": [HINT, HINT], "minor_versions": [3, 900]}),
        ("Accept", {"hint": HINT}),
        ("Reject", {"hint": HINT}),
        ("Confirm", {"clock": 2**64 - 1}),
        ("Identity", {"former_names": ["Amina", ""]}),
        ("Request", {"consent": HINT, "params": {"types": types}}),
        ("Offer", {"total_octets": 2**40, "totals": counts}),
        ("Payload", {"digest": bytes(range(64))}),
        ("Ack", {"missing": [1, 2, 4], "outcomes": [outcome]}),
        ("Complete", {"digest": bytes(64), "entries": counts}),
        ("Receipt", {"took_milliseconds": 4000}),
        ("KeepAlive", {"load": 99}),
        ("Abort", {"hint": HINT}),
    ]
    for number, (name, change) in enumerate(changes, 1):
        data, expect = _next(name, change)
        a.valid(number, f"{name} with new fields", ["PSP-MSG-7"], data, expect)


def _values(a):
    """New values of enums, and new things in lists: the reader of the body keeps them as numbers."""
    share = {"secret_kind": "NFC", "share": bytes(range(32))}
    caps = [{"id": 1}, {"id": 8191, "value": pb.encode("Hint", HINT, pb.NEXT)}]
    must = [{"id": 1}, {"id": 8191, "critical": True}]
    reject = {"code": "QUOTA_EXCEEDED", "versions": [2, 3], "retry": "AFTER_CONSENT"}
    outcomes = [{"sequence": 1, "entry_index": 0, "outcome": "QUARANTINED"}]
    withheld = [{"resource_type": "Binary", "reason": r, "entries": 1} for r in ("CONSENT", "POLICY")]
    changes = [
        ("Initiate of versions 2 and 1", "Initiate", {"versions": [2, 1]}, "PSP-VER-1"),
        ("Initiate with a share of a new kind", "Initiate",
         {"pake_shares": [share, *s.INITIATE["pake_shares"]]}, "PSP-MSG-13"),
        ("Initiate of a new FHIR release", "Initiate", {"fhir_release": "R6"}, "PSP-CONV-2"),
        ("Initiate with a new capability", "Initiate", {"capabilities": caps}, "PSP-CAP-3"),
        ("Initiate with a new critical capability", "Initiate", {"capabilities": must}, "PSP-CAP-2"),
        ("Reject with a new code and retry class", "Reject", reject, "PSP-ABORT-5"),
        ("Abort with a new code", "Abort", {"code": "QUOTA_EXCEEDED"}, "PSP-ABORT-5"),
        ("Offer with a new cursor disposition", "Offer", {"cursor_disposition": "REBUILT"}, "PSP-CONV-2"),
        ("Offer with a new reason to withhold", "Offer", {"withheld": withheld}, "PSP-MSG-13"),
        ("Ack with a new outcome", "Ack", {"outcomes": outcomes}, "PSP-MSG-13"),
    ]  # fmt: skip
    for number, (title, name, change, requirement) in enumerate(changes, 101):
        data, expect = _next(name, change)
        a.valid(number, title, [requirement], data, expect)
    for number, count in ((151, 0), (152, 2**63)):
        a.valid(
            number,
            f"Progress, a new ignorable message, {count} entries",
            ["PSP-FRAME-11"],
            pb.message("Progress", {"entries": count}, pb.NEXT),
            {"type": "Ignorable", "fields": {}},
        )


def _refused(a):
    """What a next version cannot do to a reader of version 1."""
    for number, side in enumerate((0, 1, 2), 201):
        data = pb.message("Turn", {"side": side}, pb.NEXT)
        title = f"Turn, a new critical message, side {side}"
        a.invalid(number, title, ["PSP-FRAME-10"], data, "UNEXPECTED_MESSAGE")
    new = {"device_class": "tablet", "hints": [HINT]}
    changes = [
        ("no suite that version 1 has a field for", "Initiate", {"pake_suite": 0}, "PSP-CONV-2"),
        ("no FHIR release", "Initiate", {"fhir_release": 0}, "PSP-CONV-2"),
        ("a longer session nonce", "Initiate", {"session_nonce": bytes(32)}, "PSP-MSG-13"),
        ("a longer share of a known kind", "Initiate",
         {"pake_shares": [{"secret_kind": "DIGITS", "share": bytes(64)}]}, "PSP-MSG-13"),
        ("a longer share of a new kind", "Initiate",
         {"pake_shares": [{"secret_kind": "NFC", "share": bytes(64)}]}, "PSP-MSG-13"),
        ("shares moved to a new field", "Initiate", {"pake_shares": []}, "PSP-MSG-13"),
        ("20 versions", "Initiate", {"versions": list(range(1, 21))}, "PSP-VER-1"),
        ("a new capability twice", "Initiate", {"capabilities": [{"id": 8191}] * 2}, "PSP-CAP-8"),
        ("limits beyond the range of version 1", "Initiate",
         {"limits": {"max_frame_octets": 2**28}}, "PSP-LIM-2"),
    ]  # fmt: skip
    for number, (title, name, change, requirement) in enumerate(changes, 211):
        data, _ = _next(name, {**new, **change})
        a.invalid(number, f"{name}: {title}", [requirement], data, "MALFORMED_MESSAGE")
    more = [
        ("Accept", {"hint": HINT, "session_nonce": bytes(32)}, "PSP-MSG-13"),
        ("Confirm", {"clock": 1, "tag": bytes(32)}, "PSP-MSG-13"),
        ("Identity", {"former_names": ["x"], "replica_id": bytes(32)}, "PSP-ID-1"),
        ("Request", {"consent": HINT, "cursor": bytes(512)}, "PSP-MSG-13"),
        ("Offer", {"total_octets": 1, "cursor_disposition": 0}, "PSP-CONV-2"),
        ("Payload", {"digest": bytes(64), "encoding": 0}, "PSP-CONV-2"),
        ("Complete", {"digest": bytes(64), "cursor": bytes(300)}, "PSP-MSG-13"),
        ("Abort", {"hint": HINT, "detail": "x" * 300}, "PSP-MSG-13"),
    ]
    for number, (name, change, requirement) in enumerate(more, 231):
        data, _ = _next(name, change)
        title = f"{name} of the next version breaks a bound of version 1"
        a.invalid(number, title, [requirement], data, "MALFORMED_MESSAGE")
    for number, name in enumerate(("Offer", "Abort", "Initiate"), 251):
        data = _next(name, {})[0] + pb.tag(20, 2) + pb.varint(9) + b"cut"
        title = f"{name} whose new field is cut off"
        a.invalid(number, title, ["PSP-MSG-8"], data, "MALFORMED_MESSAGE")


def area():
    a = Area("future", "FUT", "Messages of an invented next version, as version 1 reads them")
    a.encode = "semantic"
    a.group("body", schema="tools/vectors/next/next.proto")
    _fields(a)
    _values(a)
    _refused(a)
    return a
