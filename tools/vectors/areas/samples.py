"""The values that the vectors share: one invented session between two invented devices."""

import hashlib

from psp import handshake as h
from psp import protobuf as pb
from psp import ristretto as r255


def octets(name, length):
    """Reproducible octets that look random and say where they come from."""
    return hashlib.shake_256(b"fhir-peer-sync vectors: " + name.encode()).digest(length)


def scalar(name):
    return int.from_bytes(octets(name, 64), "little") % r255.L


SENDER_NONCE, RECEIVER_NONCE = octets("sender nonce", 16), octets("receiver nonce", 16)
SENDER_ID, RECEIVER_ID = octets("sender replica", 16), octets("receiver replica", 16)
URL = "https://fhir.example.org/r4"
CODE = "41720493" + h.damm("41720493")
QR_SECRET = octets("qr secret", 32)
PRS_DIGITS, PRS_QR = b"\x01" + CODE.encode(), b"\x02" + QR_SECRET
YA, YB, YA_QR = scalar("ya"), scalar("yb"), scalar("ya qr")

G = h.generator(PRS_DIGITS, h.CI, SENDER_NONCE)
G_QR = h.generator(PRS_QR, h.CI, SENDER_NONCE)
SHARE_A, SHARE_B, SHARE_A_QR = h.share(YA, G), h.share(YB, G), h.share(YA_QR, G_QR)

LIMITS = {"max_frame_octets": 4194304, "max_batch_octets": 4194304, "max_batch_entries": 1000}
INITIATE = {
    "versions": [1],
    "session_nonce": SENDER_NONCE,
    "pake_suite": "CPACE_RISTR255_SHA512",
    "pake_shares": [
        {"secret_kind": "DIGITS", "share": SHARE_A},
        {"secret_kind": "QR", "share": SHARE_A_QR},
    ],
    "server_digest": h.server_digest(SENDER_NONCE, URL),
    "fhir_release": "R4",
    "limits": LIMITS,
    "capabilities": [{"id": 1}],
}
ACCEPT = {
    "version": 1,
    "session_nonce": RECEIVER_NONCE,
    "secret_kind": "DIGITS",
    "pake_share": SHARE_B,
    "limits": LIMITS,
    "capabilities": [{"id": 1}],
}
INITIATE_BODY, ACCEPT_BODY = pb.message("Initiate", INITIATE), pb.message("Accept", ACCEPT)
K = h.scalar_mult_vfy(YA, SHARE_B)
ISK = h.isk(SENDER_NONCE, K, SHARE_A, INITIATE_BODY, SHARE_B, ACCEPT_BODY)
TA, TB = h.tags(SENDER_NONCE, ISK, SHARE_A, INITIATE_BODY, SHARE_B, ACCEPT_BODY)
KEYS = h.key_schedule(ISK, h.frame(INITIATE_BODY), h.frame(ACCEPT_BODY))

PATIENT = (
    '{"resourceType":"Patient","id":"p1","meta":{"versionId":"3","lastUpdated":'
    '"2026-05-01T08:00:00Z"},"name":[{"family":"Mwangi","given":["Amina"]}],"gender":"female"}'
).encode()
PATIENT_AFTER = PATIENT.replace(b'"family":"Mwangi"', b'"family":"Okafor"')
PATCH = b'[{"op":"replace","path":"/name/0/family","value":"Okafor"}]'
OBSERVATION = (
    '{"resourceType":"Observation","id":"o1","status":"final","code":{"text":"Weight"},'
    '"subject":{"reference":"Patient/p1"},"valueQuantity":{"value":1.10,"unit":"kg"}}'
).encode()


def change(counter, kind, payload, base="", author=SENDER_ID):
    return {
        "id": {"replica_id": author, "counter": counter},
        "type": kind,
        "payload": payload,
        "base_version_id": base,
        "recorded_at": "2026-05-02T09:30:00+03:00",
    }


ENTRY_UPDATED = {
    "resource_type": "Patient",
    "resource_id": "p1",
    "resource": PATIENT_AFTER,
    "base": {"version_id": "3", "last_updated": "2026-05-01T08:00:00Z"},
    "changes": [change(1, "UPDATE", PATCH, "3")],
}
ENTRY_CREATED = {
    "resource_type": "Observation",
    "resource_id": "o1",
    "resource": OBSERVATION,
    "changes": [change(2, "INSERT", OBSERVATION)],
}
ENTRY_DELETED = {
    "resource_type": "Patient",
    "resource_id": "p2",
    "base": {"version_id": "1", "last_updated": "2026-04-01T08:00:00Z"},
    "changes": [change(3, "DELETE", b"", "1")],
}
BATCH = pb.encode("Batch", {"entries": [ENTRY_UPDATED, ENTRY_CREATED, ENTRY_DELETED]})
CURSOR = octets("cursor", 32)
