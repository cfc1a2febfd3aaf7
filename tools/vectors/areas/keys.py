"""Key schedule and sealed frames."""

from psp import handshake as h
from psp.area import Area

from . import samples as s


def key_schedule():
    a = Area("key-schedule", "KEY", "Key schedule: from ISK and the two frames to the keys")
    a.flag("binding", "Failure means that what was said in clear is not bound into the keys.")
    a.group("derive")
    init, accept = h.frame(s.INITIATE_BODY), h.frame(s.ACCEPT_BODY)

    def expect(keys):
        return {k.replace(" ", "_"): v for k, v in keys.items()}

    rules = ["PSP-KEY-3", "PSP-KEY-4"]
    data = {"isk": s.ISK, "initiate_frame": init, "accept_frame": accept}
    a.valid(1, "the shared session", rules, data, expect(s.KEYS))
    other = init[:-1] + bytes([init[-1] ^ 1])
    a.valid(
        2,
        "one bit of Initiate changed",
        rules,
        {**data, "initiate_frame": other},
        expect(h.key_schedule(s.ISK, other, accept)),
        ["binding"],
    )
    other = accept[:-1] + bytes([accept[-1] ^ 1])
    a.valid(
        3,
        "one bit of Accept changed",
        rules,
        {**data, "accept_frame": other},
        expect(h.key_schedule(s.ISK, init, other)),
        ["binding"],
    )
    return a


def sealed_frame():
    a = Area("sealed-frame", "SEA", "Sealed frames: nonce, associated data, tag")
    a.flag("forgery", "Failure means that changed octets are taken for the peer's.")
    a.flag("replay", "Failure means that an old frame is taken for a new one.")
    key, iv = s.KEYS["s2r key"], s.KEYS["s2r iv"]
    a.group("open", key=key, iv=iv)
    rules = ["PSP-SEAL-1", "PSP-SEAL-2"]

    def data(counter, frame):
        return {"counter": str(counter), "frame": frame}

    keep_alive = b"\x1e"
    for number, counter in enumerate((0, 1, 255, 256, 2**22 - 1), 1):
        frame = h.seal_frame(key, iv, counter, keep_alive)
        expect = {"nonce": h.nonce(iv, counter), "message": keep_alive}
        a.valid(number, f"KeepAlive as frame {counter}", rules, data(counter, frame), expect)
    long = bytes([0x13]) + s.octets("long message", 333)
    frame = h.seal_frame(key, iv, 7, long)
    expect = {"nonce": h.nonce(iv, 7), "message": long}
    a.valid(6, "a message that is no multiple of 16 octets", rules, data(7, frame), expect)

    def flipped(at):
        return frame[:at] + bytes([frame[at] ^ 1]) + frame[at + 1 :]

    refuse = ["PSP-SEAL-4"]
    a.invalid(
        7,
        "first octet of the message changed",
        refuse,
        data(7, flipped(4)),
        "SEAL_BROKEN",
        ["forgery"],
    )
    a.invalid(
        8,
        "last octet of the tag changed",
        refuse,
        data(7, flipped(len(frame) - 1)),
        "SEAL_BROKEN",
        ["forgery"],
    )
    shorter = (len(frame) - 5).to_bytes(4, "big") + frame[4:-1]
    a.invalid(
        9, "length and tag shortened by one", refuse, data(7, shorter), "SEAL_BROKEN", ["forgery"]
    )
    a.invalid(10, "the frame before", refuse, data(8, frame), "SEAL_BROKEN", ["replay"])
    a.invalid(11, "the frame after", refuse, data(6, frame), "SEAL_BROKEN", ["replay"])
    wrong = h.seal_frame(s.KEYS["r2s key"], s.KEYS["r2s iv"], 7, long)
    a.invalid(12, "the other direction's keys", refuse, data(7, wrong), "SEAL_BROKEN", ["replay"])
    a.invalid(
        13,
        "a body of 15 octets has no tag",
        refuse,
        data(0, h.frame(bytes(15))),
        "SEAL_BROKEN",
        ["forgery"],
    )
    empty = h.seal_frame(key, iv, 0, b"")
    a.invalid(
        14, "a sealed frame without a message", ["PSP-SEAL-6"], data(0, empty), "MALFORMED_FRAME"
    )
    return a
