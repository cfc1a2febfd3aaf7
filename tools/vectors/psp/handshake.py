"""CPace (draft-irtf-cfrg-cpace-21), key schedule, sealed frames, digests, access code."""

import hashlib
import hmac

from . import aesgcm
from . import ristretto as r255

LABEL = b"fhir-peer-sync/1"
DSI = b"CPaceRistretto255"
DSI_ISK = DSI + b"_ISK"


def sha512(octets):
    return hashlib.sha512(octets).digest()


def hmac512(key, octets):
    return hmac.new(key, octets, hashlib.sha512).digest()


def prepend(octets):
    """The length as LEB128, then the octets."""
    length, out = len(octets), b""
    while True:
        low, length = length & 0x7F, length >> 7
        out += bytes([low | (0x80 if length else 0)])
        if not length:
            return out + octets


def lv(*parts):
    return b"".join(prepend(p) for p in parts)


CI = lv(LABEL, b"sender", b"receiver")


def generator_string(prs, ci, sid):
    pad = max(0, 128 - len(prepend(prs)) - len(prepend(DSI)) - 1)
    return lv(DSI, prs, bytes(pad), ci, sid)


def generator(prs, ci, sid):
    return r255.from_uniform(sha512(generator_string(prs, ci, sid)))


def share(scalar, point):
    return r255.encode(r255.multiply(scalar, point))


def scalar_mult_vfy(scalar, octets):
    """The encoded product, or None where CPace aborts."""
    point = r255.decode(octets)
    if point is None:
        return None
    product = r255.encode(r255.multiply(scalar, point))
    return None if product == bytes(32) else product


def isk(sid, k, ya, ada, yb, adb):
    return sha512(lv(DSI_ISK, sid, k) + lv(ya, ada) + lv(yb, adb))


def tags(sid, isk_, ya, ada, yb, adb):
    """(Ta, Tb)"""
    key = sha512(b"CPaceMac" + sid + isk_)
    return hmac512(key, lv(ya, ada)), hmac512(key, lv(yb, adb))


def hkdf_expand(prk, info, octets):
    out, block, n = b"", b"", 1
    while len(out) < octets:
        block = hmac512(prk, block + info + bytes([n]))
        out, n = out + block, n + 1
    return out[:octets]


LABELS = (("s2r key", 32), ("s2r iv", 12), ("r2s key", 32), ("r2s iv", 12), ("exporter", 32))


def key_schedule(isk_, initiate_frame, accept_frame):
    th = sha512(initiate_frame + accept_frame)
    prk = hmac512(th, isk_)
    keys = {name: hkdf_expand(prk, LABEL + b" " + name.encode(), n) for name, n in LABELS}
    return {"th": th, "prk": prk, **keys}


def frame(body):
    return len(body).to_bytes(4, "big") + body


def nonce(iv, counter):
    return bytes(a ^ b for a, b in zip(iv, bytes(4) + counter.to_bytes(8, "big")))


def seal_frame(key, iv, counter, message):
    header = (len(message) + 16).to_bytes(4, "big")
    return header + aesgcm.seal(key, nonce(iv, counter), message, header)


def server_digest(session_nonce, url):
    key = LABEL + b" server"
    return hmac.new(key, session_nonce + url.encode("ascii"), hashlib.sha256).digest()[:16]


DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def damm(digits):
    interim = 0
    for digit in digits:
        interim = DAMM[interim][int(digit)]
    return str(interim)
