"""Server URL, server digest, access code and QR text: what people and configuration bring in."""

import base64

from psp import handshake as h
from psp.area import Area

from . import samples as s

PARTS = {
    "no host",
    "a space",
    "no number as port",
    "a port above 65535",
    "an empty port",
    "a backslash",
    "an end of line",
}


def server():
    a = Area("server", "SRV", "Server identity: canonical URL and digest")
    a.flag(
        "strict", "Failure means that two spellings of one server do not match, or two servers do."
    )
    a.group("canonical-url")
    good = [
        ("https://fhir.example.org/r4", "https://fhir.example.org/r4"),
        ("HTTPS://FHIR.Example.ORG/R4", "https://fhir.example.org/R4"),
        ("https://fhir.example.org/r4/", "https://fhir.example.org/r4"),
        ("https://fhir.example.org/r4//", "https://fhir.example.org/r4"),
        ("https://fhir.example.org", "https://fhir.example.org"),
        ("https://fhir.example.org/", "https://fhir.example.org"),
        ("https://fhir.example.org:443/r4", "https://fhir.example.org/r4"),
        ("http://fhir.example.org:80/r4", "http://fhir.example.org/r4"),
        ("http://fhir.example.org:443/r4", "http://fhir.example.org:443/r4"),
        ("https://fhir.example.org:8443/r4/a.b", "https://fhir.example.org:8443/r4/a.b"),
        ("http://192.0.2.7:8080/fhir", "http://192.0.2.7:8080/fhir"),
        ("https://[2001:DB8::1]/fhir", "https://[2001:db8::1]/fhir"),
        ("", ""),
        ("https://fhir.example.org//", "https://fhir.example.org"),
        ("https://fhir.example.org:443///", "https://fhir.example.org"),
        ("https://fhir.example.org//r4", "https://fhir.example.org//r4"),
        ("https://fhir.example.org/a//b///", "https://fhir.example.org/a//b"),
    ]
    for number, (text, canonical) in enumerate(good, 1):
        rule = "PSP-SRV-2" if text else "PSP-SRV-4"
        a.valid(number, f"“{text}”" if text else "no server", [rule], text, canonical, ["strict"])
    bad = [
        ("fhir.example.org/r4", "no scheme"), ("ftp://fhir.example.org/r4", "another scheme"),
        ("https:///r4", "no host"), ("https://user@fhir.example.org/r4", "user information"),
        ("https://fhir.example.org/r4?x=1", "a query"), ("https://fhir.example.org/r4?", "an empty query"),
        ("https://fhir.example.org/r4#x", "a fragment"), ("https://fhir.example.org/r%34", "a percent escape"),
        ("https://fhir.example.org/a/../r4", "a dot segment"), ("https://fhir.example.org/./r4", "a dot segment"),
        ("https://fhir.example.org/r4/..", "a dot segment at the end"),
        ("https://fhir.exämple.org/r4", "not ASCII"), ("https://fhir.example.org/r 4", "a space"),
        (" https://fhir.example.org/r4", "a space in front"), ("https://fhir.example.org:port/r4", "no number as port"),
        ("https://fhir.example.org:65536/r4", "a port above 65535"), ("https://fhir.example.org:/r4", "an empty port"),
        ("https://fhir.example.org\\r4", "a backslash"), ("https://fhir.example.org/r4\n", "an end of line"),
    ]  # fmt: skip
    for number, (text, title) in enumerate(bad, 101):
        rule = "PSP-SRV-7" if title in PARTS else "PSP-SRV-3"
        a.invalid(number, title, [rule], text, "SERVER_URL_INVALID", ["strict"])
    a.group("digest")
    cases = ((s.SENDER_NONCE, s.URL), (s.RECEIVER_NONCE, s.URL), (s.SENDER_NONCE, ""))
    for number, (nonce, url) in enumerate(cases, 201):
        data = {"session_nonce": nonce, "canonical_url": url}
        a.valid(number, f"digest of “{url}”", ["PSP-SRV-1"], data, h.server_digest(nonce, url))
    return a


def access_code():
    a = Area("access-code", "COD", "Access code and QR text: what a person types or scans")
    a.flag("typo", "Failure means that a slip of the finger costs an attempt.")
    a.flag("script", "Failure means that people who write other digits cannot type the code.")
    a.group("typed-code")
    code = s.CODE
    spaced = f"{code[:3]} {code[3:6]} {code[6:]}"
    scripts = (
        ("Arabic-Indic", 0x660),
        ("extended Arabic-Indic", 0x6F0),
        ("Devanagari", 0x966),
        ("Bengali", 0x9E6),
        ("full-width", 0xFF10),
        ("mathematical bold", 0x1D7CE),
    )
    a.valid(1, "nine digits", ["PSP-CODE-4"], code, code)
    a.valid(2, "three groups", ["PSP-CODE-14"], spaced, code)
    a.valid(3, "hyphens", ["PSP-CODE-14"], spaced.replace(" ", "-"), code)
    a.valid(4, "white space around", ["PSP-CODE-14"], f"\t {spaced}\u00a0\n", code)
    for number, (name, zero) in enumerate(scripts, 5):
        other = "".join(chr(zero + int(d)) for d in code)
        a.valid(number, f"{name} digits", ["PSP-CODE-3"], other, code, ["script"])
    a.valid(11, "nine zeros", ["PSP-CODE-4"], "000000000", "000000000")
    a.valid(12, "the check digit of 572 is 4", ["PSP-CODE-1"], "000005724", "000005724")
    bad = [("", "nothing"), (code[:8], "eight digits"), (code + "0", "ten digits"),
           (code[:8] + "x", "a letter"), (code.replace(code[0], "½", 1), "a fraction"),
           (code[:8] + "²", "a superscript")]  # fmt: skip
    for number, (text, title) in enumerate(bad, 101):
        a.invalid(number, title, ["PSP-CODE-4"], text, "CODE_INVALID")
    for place in range(9):
        wrong = code[:place] + str((int(code[place]) + 1) % 10) + code[place + 1 :]
        a.invalid(
            110 + place,
            f"digit {place + 1} is wrong",
            ["PSP-CODE-4"],
            wrong,
            "CODE_INVALID",
            ["typo"],
        )
    for place in range(8):
        swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        if swapped != code:
            a.invalid(
                120 + place,
                f"digits {place + 1} and {place + 2} swapped",
                ["PSP-CODE-4"],
                swapped,
                "CODE_INVALID",
                ["typo"],
            )
    a.group("qr-text")
    text = "FPSP1:" + base64.urlsafe_b64encode(s.QR_SECRET).decode().rstrip("=")
    a.valid(201, "a QR secret", ["PSP-CODE-11"], text, s.QR_SECRET)
    bad = [(text + "=", "padded"), (text[:-1], "a character short"), ("FPSP2:" + text[6:], "another version"),
           (text[:-2] + "+/", "the other base64 alphabet"), (text[6:], "no prefix"),
           (text[:-1] + chr(ord(text[-1]) + 1), "unused bits set")]  # fmt: skip
    for number, (wrong, title) in enumerate(bad, 202):
        a.invalid(number, title, ["PSP-CODE-15"], wrong, "CODE_INVALID")
    return a
