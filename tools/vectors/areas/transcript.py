"""One whole session, octet for octet: a passive reader checks every frame of both directions."""

from psp import handshake as h
from psp import protobuf as pb
from psp.area import Area

from . import message as m
from . import samples as s


def _fields(name):
    return next(fields for n, fields, _ in m.MESSAGES if n == name)


def _session():
    """(direction, name, fields, sealed) in the order of the stream."""
    request = {**_fields("Request"), "cursor": None}
    request = {k: v for k, v in request.items() if v is not None}
    offer = {**_fields("Offer"), "cursor_disposition": "FRESH"}
    ack = {"through_sequence": 1, "window": m.WINDOW}
    receipt = {
        "counts": [
            {"resource_type": "Patient", "outcome": "STORED", "entries": 2},
            {"resource_type": "Observation", "outcome": "STORED", "entries": 1},
        ]
    }
    complete = {**_fields("Complete"), "withheld": []}
    return [
        ("s2r", "Initiate", s.INITIATE, False),
        ("r2s", "Accept", s.ACCEPT, False),
        ("r2s", "Confirm", {"tag": s.TB}, False),
        ("s2r", "Confirm", {"tag": s.TA}, False),
        ("s2r", "Identity", _fields("Identity"), True),
        ("r2s", "Request", request, True),
        ("s2r", "Offer", offer, True),
        ("s2r", "Payload", _fields("Payload"), True),
        ("r2s", "Ack", ack, True),
        ("s2r", "Complete", complete, True),
        ("r2s", "Receipt", receipt, True),
    ]


def area():
    a = Area("transcript", "TRA", "A whole session, octet for octet")
    a.flag("passive", "The reader is given the secret scalars and follows both directions.")
    a.group(
        "session",
        code=s.CODE,
        url=s.URL,
        ya=s.YA.to_bytes(32, "little"),
        yb=s.YB.to_bytes(32, "little"),
    )
    counters, frames = {"s2r": 0, "r2s": 0}, []
    for direction, name, fields, sealed in _session():
        body = pb.message(name, fields)
        step = {"direction": direction, "type": name, "sealed": sealed, "message": body}
        if sealed:
            key, iv = s.KEYS[f"{direction} key"], s.KEYS[f"{direction} iv"]
            step["counter"] = str(counters[direction])
            step["frame"] = h.seal_frame(key, iv, counters[direction], body)
            counters[direction] += 1
        else:
            step["frame"] = h.frame(body)
        step["fields"] = fields
        frames.append(step)
    rules = ["PSP-HS-1", "PSP-HS-11", "PSP-HS-13", "PSP-SEAL-5", "PSP-DONE-4"]
    a.valid(
        1,
        "one Payload of three entries",
        rules,
        {"frames": frames},
        {"entries": [s.ENTRY_UPDATED, s.ENTRY_CREATED, s.ENTRY_DELETED]},
        ["passive"],
    )
    return a
