"""CPace: generator string, shares, K, ISK and confirmation tags; points that must be refused."""

from psp import handshake as h
from psp import ristretto as r255
from psp.area import Area

from . import samples as s


def _run(prs, sid, ya, yb, ada, adb):
    g = h.generator(prs, h.CI, sid)
    share_a, share_b = h.share(ya, g), h.share(yb, g)
    k = h.scalar_mult_vfy(ya, share_b)
    assert k == h.scalar_mult_vfy(yb, share_a)
    isk = h.isk(sid, k, share_a, ada, share_b, adb)
    ta, tb = h.tags(sid, isk, share_a, ada, share_b, adb)
    data = {
        "prs": prs,
        "ci": h.CI,
        "sid": sid,
        "ya": ya.to_bytes(32, "little"),
        "yb": yb.to_bytes(32, "little"),
        "ada": ada,
        "adb": adb,
    }
    expect = {
        "generator_string": h.generator_string(prs, h.CI, sid),
        "generator": r255.encode(g),
        "share_a": share_a,
        "share_b": share_b,
        "k": k,
        "isk": isk,
        "ta": ta,
        "tb": tb,
    }
    return data, expect


def area():
    a = Area("cpace", "CPA", "CPace: from the secret to ISK and the confirmation tags")
    a.flag("identity", "Failure means that a peer without the secret can force a known key.")
    a.flag("encoding", "Failure means that octets pass that encode no group element.")
    rules = ["PSP-KEY-1", "PSP-KEY-2"]
    a.group("run")
    a.valid(
        1,
        "the access code",
        rules,
        *_run(s.PRS_DIGITS, s.SENDER_NONCE, s.YA, s.YB, s.INITIATE_BODY, s.ACCEPT_BODY)
    )
    a.valid(
        2,
        "the QR secret",
        rules,
        *_run(s.PRS_QR, s.SENDER_NONCE, s.YA_QR, s.YB, s.INITIATE_BODY, s.ACCEPT_BODY)
    )
    a.valid(
        3,
        "another session id changes everything",
        rules,
        *_run(s.PRS_DIGITS, s.RECEIVER_NONCE, s.YA, s.YB, s.INITIATE_BODY, s.ACCEPT_BODY)
    )
    a.valid(
        4,
        "associated data of 300 octets: a two-octet length prefix",
        rules,
        *_run(s.PRS_DIGITS, s.SENDER_NONCE, s.YA, s.YB, s.octets("ada", 300), b"")
    )
    a.group("share", scalar=s.YA.to_bytes(32, "little"))
    good = s.SHARE_B
    a.valid(
        5, "a group element", ["PSP-HS-10"], {"share": good}, {"k": h.scalar_mult_vfy(s.YA, good)}
    )
    bad = [
        (6, "the identity", bytes(32), "identity"),
        (7, "not canonical: the field's prime", r255.P.to_bytes(32, "little"), "encoding"),
        (8, "not canonical: the identity plus the prime's double",
         (2**256 - 1).to_bytes(32, "little"), "encoding"),
        (9, "a negative field element", (1).to_bytes(32, "little"), "encoding"),
        (10, "a share with its lowest bit flipped", bytes([good[0] ^ 1]) + good[1:], "encoding"),
        (11, "31 octets", good[:31], "encoding"),
        (12, "33 octets", good + b"\0", "encoding"),
    ]  # fmt: skip
    for number, title, share, flag in bad:
        assert len(share) != 32 or h.scalar_mult_vfy(s.YA, share) is None, title
        a.invalid(number, title, ["PSP-HS-10"], {"share": share}, "AUTH_FAILED", [flag])
    return a
