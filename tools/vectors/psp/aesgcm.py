"""AES-256-GCM (FIPS 197, SP 800-38D) on plain integers."""


def _tables():
    sbox, p, q = [0] * 256, 1, 1
    while True:
        p = p ^ (p << 1 & 0xFF) ^ (0x1B if p & 0x80 else 0)
        q ^= q << 1
        q ^= q << 2
        q ^= q << 4
        q &= 0xFF
        if q & 0x80:
            q ^= 0x09
        x = q ^ (q << 1 | q >> 7) ^ (q << 2 | q >> 6) ^ (q << 3 | q >> 5) ^ (q << 4 | q >> 4)
        sbox[p] = (x ^ 0x63) & 0xFF
        if p == 1:
            break
    sbox[0] = 0x63
    return sbox


SBOX = _tables()


def _double(x):
    return (x << 1 ^ (0x1B if x & 0x80 else 0)) & 0xFF


def _expand(key):
    words = [key[i : i + 4] for i in range(0, 32, 4)]
    rcon = 1
    for i in range(8, 60):
        t = words[i - 1]
        if i % 8 == 0:
            t = bytes(SBOX[b] for b in t[1:] + t[:1])
            t = bytes([t[0] ^ rcon]) + t[1:]
            rcon = _double(rcon)
        elif i % 8 == 4:
            t = bytes(SBOX[b] for b in t)
        words.append(bytes(a ^ b for a, b in zip(words[i - 8], t)))
    return [b"".join(words[i : i + 4]) for i in range(0, 60, 4)]


def _block(keys, octets):
    state = bytes(a ^ b for a, b in zip(octets, keys[0]))
    for number, key in enumerate(keys[1:], 1):
        state = bytes(SBOX[state[(i + 4 * (i % 4)) % 16]] for i in range(16))
        if number < 14:
            mixed = bytearray()
            for c in range(0, 16, 4):
                a = state[c : c + 4]
                whole = a[0] ^ a[1] ^ a[2] ^ a[3]
                mixed += bytes(a[i] ^ whole ^ _double(a[i] ^ a[(i + 1) % 4]) for i in range(4))
            state = bytes(mixed)
        state = bytes(a ^ b for a, b in zip(state, key))
    return state


def _multiply(x, y):
    z = 0
    for bit in range(127, -1, -1):
        if x >> bit & 1:
            z ^= y
        y = y >> 1 ^ (0xE1 << 120 if y & 1 else 0)
    return z


def _hash(h, aad, text):
    y = 0
    for part in (aad, text):
        for i in range(0, len(part), 16):
            y = _multiply(y ^ int.from_bytes(part[i : i + 16].ljust(16, b"\0"), "big"), h)
    lengths = len(aad) * 8 << 64 | len(text) * 8
    return _multiply(y ^ lengths, h).to_bytes(16, "big")


def _counter(keys, nonce, text):
    out = bytearray()
    for i in range(0, len(text), 16):
        pad = _block(keys, nonce + (2 + i // 16).to_bytes(4, "big"))
        out += bytes(a ^ b for a, b in zip(text[i : i + 16], pad))
    return bytes(out)


def seal(key, nonce, plain, aad):
    """The sealed text: as many octets as `plain`, then the 16 octets of the tag."""
    keys = _expand(key)
    h = int.from_bytes(_block(keys, bytes(16)), "big")
    text = _counter(keys, nonce, plain)
    mask = _block(keys, nonce + (1).to_bytes(4, "big"))
    return text + bytes(a ^ b for a, b in zip(_hash(h, aad, text), mask))


_KEY, _NONCE = bytes(32), bytes(12)
assert seal(_KEY, _NONCE, b"", b"").hex() == "530f8afbc74536b9a963b4f1c4cb738b"
assert (
    seal(_KEY, _NONCE, bytes(16), b"").hex()
    == "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"
)
