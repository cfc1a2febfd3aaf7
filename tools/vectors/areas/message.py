"""Messages: the golden encoding of each, and what breaks the bounds of their fields."""

from psp import protobuf as pb
from psp.area import Area

from . import samples as s

WINDOW = {"max_unacked_payloads": 8, "max_unacked_octets": 8388608}
MESSAGES = [
    ("Initiate", s.INITIATE, []),
    ("Accept", s.ACCEPT, []),
    ("Reject", {"code": "VERSION_UNSUPPORTED", "versions": [1], "retry": "AFTER_UPGRADE"}, ["PSP-VER-3"]),
    ("Confirm", {"tag": s.TA}, []),
    ("Identity", {"replica_id": s.SENDER_ID, "display_name": "Amina’s phone", "server_url": s.URL}, []),
    ("Request", {"replica_id": s.RECEIVER_ID, "display_name": "Clinic", "server_url": s.URL,
                 "params": {"types": [{"resource_type": "Patient"}, {"resource_type": "Observation"}]},
                 "mode": "CURSOR", "cursor": s.CURSOR, "window": WINDOW}, []),
    ("Offer", {"totals": [{"resource_type": "Patient", "entries": 2},
                          {"resource_type": "Observation", "entries": 1}],
               "cursor_disposition": "RESUMED"}, []),
    ("Payload", {"sequence": 1, "encoding": "IDENTITY", "uncompressed_octets": len(s.BATCH),
                 "batch": s.BATCH, "cursor": s.CURSOR}, ["PSP-PAY-3"]),
    ("Ack", {"through_sequence": 1, "outcomes": [
        {"sequence": 1, "entry_index": 2, "outcome": "REFUSED", "code": "ENTRY_CHANGES_INVALID"}],
        "window": WINDOW}, ["PSP-ACK-3"]),
    ("Complete", {"payloads": 1, "entries": [{"resource_type": "Patient", "entries": 2},
                                             {"resource_type": "Observation", "entries": 1}],
                  "withheld": [{"resource_type": "Binary", "reason": "TOO_LARGE", "entries": 1}],
                  "cursor": s.CURSOR}, ["PSP-DONE-1"]),
    ("Receipt", {"counts": [{"resource_type": "Patient", "outcome": "STORED", "entries": 2},
                            {"resource_type": "Observation", "outcome": "REFUSED", "entries": 1}]},
     ["PSP-DONE-5"]),
    ("KeepAlive", {}, []),
    ("Abort", {"code": "CANCELLED", "retry": "NOW", "detail": "cancelled by the user",
               "through_sequence": 7}, ["PSP-ABORT-4"]),
]  # fmt: skip

# What the writer of a message does so that no reader has to refuse it.
WRITERS = {"PSP-CONV-2": ["PSP-CONV-3"], "PSP-MSG-13": ["PSP-MSG-17"]}


def _bounds(a):
    """Each is one of the messages above with one field out of its bounds."""
    base = {name: fields for name, fields, _ in MESSAGES}
    cases = [
        (101, "no versions", "Initiate", {"versions": []}, "PSP-VER-1"),
        (102, "17 versions", "Initiate", {"versions": list(range(1, 18))}, "PSP-VER-1"),
        (103, "session nonce of 15 octets", "Initiate", {"session_nonce": bytes(15)}, "PSP-HS-2"),
        (104, "session nonce of 17 octets", "Initiate", {"session_nonce": bytes(17)}, "PSP-HS-2"),
        (105, "no share", "Initiate", {"pake_shares": []}, "PSP-MSG-13"),
        (106, "one secret kind twice", "Initiate",
         {"pake_shares": [s.INITIATE["pake_shares"][0]] * 2}, "PSP-HS-19"),
        (107, "share of 31 octets", "Initiate",
         {"pake_shares": [{"secret_kind": "DIGITS", "share": bytes(31)}]}, "PSP-MSG-13"),
        (108, "server digest of 32 octets", "Initiate", {"server_digest": bytes(32)}, "PSP-MSG-13"),
        (109, "suite unspecified", "Initiate", {"pake_suite": 0}, "PSP-CONV-2"),
        (110, "FHIR release unspecified", "Initiate", {"fhir_release": 0}, "PSP-CONV-2"),
        (111, "a capability twice", "Initiate", {"capabilities": [{"id": 1}, {"id": 1}]}, "PSP-CAP-8"),
        (112, "max_frame_octets below its range", "Initiate",
         {"limits": {"max_frame_octets": 65535}}, "PSP-LIM-2"),
        (113, "max_batch_octets above its range", "Accept",
         {"limits": {"max_batch_octets": 67108865}}, "PSP-LIM-2"),
        (114, "max_batch_entries above its range", "Accept",
         {"limits": {"max_batch_entries": 1001}}, "PSP-LIM-2"),
        (115, "no share in Accept", "Accept", {"pake_share": b""}, "PSP-MSG-13"),
        (116, "tag of 63 octets", "Confirm", {"tag": bytes(63)}, "PSP-MSG-13"),
        (117, "replica id of 8 octets", "Identity", {"replica_id": bytes(8)}, "PSP-ID-1"),
        (118, "display name of 129 octets", "Identity", {"display_name": "x" * 129}, "PSP-MSG-13"),
        (119, "cursor of 257 octets", "Request", {"cursor": bytes(257)}, "PSP-MSG-13"),
        (120, "mode unspecified", "Request", {"mode": 0}, "PSP-CONV-2"),
        (121, "a resource type twice", "Request",
         {"params": {"types": [{"resource_type": "Patient"}] * 2}}, "PSP-REQ-1"),
        (122, "encoding unspecified", "Payload", {"encoding": 0}, "PSP-CONV-2"),
        (123, "cursor of 257 octets in Payload", "Payload", {"cursor": bytes(257)}, "PSP-RESUME-4"),
        (124, "detail of 257 octets", "Abort", {"detail": "x" * 257}, "PSP-MSG-13"),
        (125, "a version twice", "Initiate", {"versions": [1, 2, 1]}, "PSP-MSG-13"),
        (127, "totals with a type twice", "Offer", {"totals": [
            {"resource_type": "Patient", "entries": 2}, {"resource_type": "Patient"}]}, "PSP-MSG-13"),
        (128, "a type and reason withheld twice", "Offer", {"withheld": [
            {"resource_type": "Binary", "reason": "POLICY", "entries": n} for n in (1, 2)]}, "PSP-MSG-13"),
        (129, "entries with a type twice", "Complete", {"entries": [
            {"resource_type": "Patient", "entries": n} for n in (1, 2)]}, "PSP-MSG-13"),
        (130, "a type and reason withheld twice", "Complete", {"withheld": [
            {"resource_type": "Binary", "reason": "TOO_LARGE", "entries": n} for n in (1, 2)]}, "PSP-MSG-13"),
        (131, "a type and outcome twice", "Receipt", {"counts": [
            {"resource_type": "Patient", "outcome": "STORED", "entries": n} for n in (1, 2)]}, "PSP-MSG-13"),
        (132, "an instant of 65 octets", "Request", {"mode": "LAST_UPDATED", "params": {"types": [
            {"resource_type": "Patient", "last_updated": "2" * 65}]}}, "PSP-MSG-13"),
        (133, "cursor of 257 octets in a mode without cursors", "Request",
         {"mode": "FULL", "cursor": bytes(257)}, "PSP-MSG-13"),
        (134, "server URL of 2 049 octets", "Identity", {"server_url": s.URL + "/" + "x" * 2021}, "PSP-MSG-13"),
        (126, "cursor disposition unspecified", "Offer", {"cursor_disposition": 0}, "PSP-CONV-2"),
    ]  # fmt: skip
    for number, title, name, change, requirement in cases:
        data = pb.message(name, {**base[name], **change})
        rules = [requirement] + WRITERS.get(requirement, [])
        a.invalid(number, f"{name}: {title}", rules, data, "MALFORMED_MESSAGE")


def _limits(a):
    """The last value that is still inside."""
    base = {name: fields for name, fields, _ in MESSAGES}
    cases = [
        (201, "16 versions", "Initiate", {"versions": list(range(1, 17))}, "PSP-VER-1"),
        (202, "limits left to their defaults", "Initiate", {"limits": None}, "PSP-LIM-3"),
        (203, "smallest limits", "Accept", {"limits": {
            "max_frame_octets": 65536, "max_batch_octets": 65536, "max_batch_entries": 1}}, "PSP-LIM-1"),
        (204, "largest limits", "Accept", {"limits": {
            "max_frame_octets": 67108864, "max_batch_octets": 67108864, "max_batch_entries": 1000}},
         "PSP-LIM-1"),
        (205, "display name of 128 octets", "Identity", {"display_name": "x" * 128}, "PSP-ID-1"),
        (206, "no server", "Identity", {"server_url": ""}, "PSP-SRV-4"),
        (207, "cursor of 256 octets", "Payload", {"cursor": bytes(256)}, "PSP-RESUME-4"),
        (208, "empty batch", "Payload", {"batch": b"", "uncompressed_octets": 0}, "PSP-PAY-8"),
        (209, "detail of 256 octets", "Abort", {"detail": "x" * 256}, "PSP-ABORT-3"),
        (210, "a window of no payloads", "Request", {"window": {}}, "PSP-REQ-7"),
        (211, "an outcome that is not known", "Ack",
         {"outcomes": [{"sequence": 1, "outcome": 99}]}, "PSP-MSG-7"),
        (212, "a type withheld for two reasons", "Offer", {"withheld": [
            {"resource_type": "Binary", "reason": r, "entries": 1} for r in ("POLICY", "TOO_LARGE")]}, "PSP-MSG-13"),
        (213, "a type with two outcomes", "Receipt", {"counts": [
            {"resource_type": "Patient", "outcome": o, "entries": 1} for o in ("STORED", "STALE")]}, "PSP-MSG-13"),
        (214, "64 octets that are no instant", "Request", {"mode": "LAST_UPDATED", "params": {"types": [
            {"resource_type": "Patient", "last_updated": "2" * 64}]}}, "PSP-SEL-3"),
        (215, "indeterminate, and totals all the same", "Offer", {"indeterminate": True}, "PSP-OFFER-3"),
        (216, "a server URL that is not canonical", "Identity",
         {"server_url": "HTTPS://FHIR.Example.ORG/r4/"}, "PSP-SRV-2"),
        (217, "server URL of 2 048 octets", "Identity", {"server_url": s.URL + "/" + "x" * 2020}, "PSP-MSG-13"),
    ]  # fmt: skip
    for number, title, name, change, requirement in cases:
        fields = {k: v for k, v in {**base[name], **change}.items() if v is not None}
        expect = {"type": name, "fields": fields}
        a.valid(number, f"{name}: {title}", [requirement], pb.message(name, fields), expect, encode="exact")


def area():
    a = Area("message", "MSG", "Messages: their golden encodings and the bounds of their fields")
    a.group("body", profile="ascending fields, defaults left out, repeated scalars packed")
    for number, (name, fields, requirements) in enumerate(MESSAGES, 1):
        expect = {"type": name, "fields": fields}
        a.valid(
            number,
            name,
            requirements or ["PSP-FRAME-9", "PSP-MSG-22"],
            pb.message(name, fields),
            expect,
            encode="exact",
        )
    _limits(a)
    _bounds(a)
    a.invalid(301, "unknown critical type 0x7F", ["PSP-FRAME-10"], b"\x7f", "UNEXPECTED_MESSAGE")
    a.invalid(
        302,
        "unknown critical type 0x05",
        ["PSP-FRAME-10", "PSP-FRAME-14"],
        b"\x05\x08\x01",
        "UNEXPECTED_MESSAGE",
    )
    a.invalid(303, "type 0x00", ["PSP-FRAME-10", "PSP-FRAME-13"], b"\x00", "UNEXPECTED_MESSAGE")
    for n, octet in enumerate((0x80, 0x8B, 0xEB, 0xF0, 0xFF)):
        a.valid(
            304 + n,
            f"unknown ignorable type 0x{octet:02X}",
            ["PSP-FRAME-11"],
            bytes([octet]) + b"\xff\xff",
            {"type": "Ignorable", "fields": {}},
        )
    return a
