#!/usr/bin/env python3
"""Makes the vectors beside this file: age files with the verdict that an implementation has to reach, and why.

It shares no code with MedSeal: it is written from c2sp.org/age on top of PyPI `cryptography`, so that what it says comes from
outside the code under test. Run it with a Python that has `cryptography` 47 or later: `python3 make.py`. Everything but the hybrid
stanzas, whose encapsulation draws its own randomness, comes out the same each time.

A vector is a few lines of `key: value`, an empty line, and the age file:
  expect      success, header, no match, header MAC, payload or armor: what has to become of it
  comment     why
  identity    may be repeated; without it and without a passphrase the file is opened with no identity at all
  passphrase
  plaintext   SHA-256, in hexadecimal, of all plaintext that may be released: on failure too
"""
import base64, hashlib, hmac, os, struct
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

HERE = os.path.dirname(os.path.abspath(__file__))
CHUNK = 65536
made = {}


def rand(label, n):
    return hashlib.shake_256(b"medseal vectors " + label.encode()).digest(n)


def extract(salt, ikm):
    return hmac.new(salt or bytes(32), ikm, hashlib.sha256).digest()


def expand(prk, info, n):
    out, block, i = b"", b"", 1
    while len(out) < n:
        block = hmac.new(prk, block + info + bytes([i]), hashlib.sha256).digest()
        out, i = out + block, i + 1
    return out[:n]


def hkdf(ikm, salt, info):
    return expand(extract(salt, ikm), info, 32)


def b64(data):
    return base64.b64encode(data).rstrip(b"=")


# Bech32, BIP 173
ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def polymod(values):
    chk = 1
    for v in values:
        top = chk >> 25
        chk = (chk & 0x1FFFFFF) << 5 ^ v
        for i, g in enumerate([0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3]):
            chk ^= g if (top >> i) & 1 else 0
    return chk


def bech32(hrp, data):
    bits = "".join(f"{b:08b}" for b in data)
    bits += "0" * (-len(bits) % 5)
    values = [int(bits[i : i + 5], 2) for i in range(0, len(bits), 5)]
    head = [ord(c) >> 5 for c in hrp] + [0] + [ord(c) & 31 for c in hrp]
    chk = polymod(head + values + [0] * 6) ^ 1
    return hrp + "1" + "".join(ALPHABET[v] for v in values + [(chk >> 5 * (5 - i)) & 31 for i in range(6)])


class Classical:
    def __init__(self, label):
        self.seed = rand(label, 32)
        self.key = X25519PrivateKey.from_private_bytes(self.seed)
        self.public = self.key.public_key().public_bytes_raw()
        self.text = bech32("age-secret-key-", self.seed).upper()


class Hybrid:
    """X-Wing: SHAKE-256 of the seed gives ML-KEM's 64 bytes and X25519's 32."""

    def __init__(self, label):
        self.seed = rand(label, 32)
        expanded = hashlib.shake_256(self.seed).digest(96)
        self.mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        self.x = X25519PrivateKey.from_private_bytes(expanded[64:])
        self.public_x = self.x.public_key().public_bytes_raw()
        self.public = self.mlkem.public_key().public_bytes_raw() + self.public_x
        self.text = bech32("age-secret-key-pq-", self.seed).upper()


def stanza(args, body):
    lines = [b"-> " + b" ".join(a if isinstance(a, bytes) else a.encode() for a in args)]
    text = b64(body)
    lines += [text[i : i + 64] for i in range(0, len(text) + 1, 64)]
    return b"\n".join(lines) + b"\n"


def x25519(key, who, label="ephemeral", share=None, shared=None, body=None, extra=()):
    e = X25519PrivateKey.from_private_bytes(rand(label, 32))
    share = e.public_key().public_bytes_raw() if share is None else share
    shared = e.exchange(X25519PublicKey.from_public_bytes(who.public)) if shared is None else shared
    wrap = hkdf(shared, share + who.public, b"age-encryption.org/v1/X25519")
    body = ChaCha20Poly1305(wrap).encrypt(bytes(12), key, None) if body is None else body
    return stanza(["X25519", b64(share), *extra], body)


def hpke_seal(shared, key):
    """RFC 9180 in base mode: KEM 0x647a, HKDF-SHA256, ChaCha20Poly1305."""
    info = b"age-encryption.org/mlkem768x25519"
    suite = b"HPKE" + struct.pack(">HHH", 0x647A, 1, 3)
    labeled_extract = lambda salt, label, ikm: extract(salt, b"HPKE-v1" + suite + label + ikm)
    labeled_expand = lambda prk, label, i, n: expand(prk, struct.pack(">H", n) + b"HPKE-v1" + suite + label + i, n)
    context = b"\0" + labeled_extract(b"", b"psk_id_hash", b"") + labeled_extract(b"", b"info_hash", info)
    secret = labeled_extract(shared, b"secret", b"")
    k, n = labeled_expand(secret, b"key", context, 32), labeled_expand(secret, b"base_nonce", context, 12)
    return ChaCha20Poly1305(k).encrypt(n, key, b"")


def hybrid(key, who, label="ephemeral", share_x=None, shared_x=None, body=None, extra=(), edit=lambda enc: enc):
    e = X25519PrivateKey.from_private_bytes(rand(label, 32))
    ct_x = e.public_key().public_bytes_raw() if share_x is None else share_x
    ss_x = e.exchange(X25519PublicKey.from_public_bytes(who.public_x)) if shared_x is None else shared_x
    ss_m, ct_m = who.mlkem.public_key().encapsulate()
    shared = hashlib.sha3_256(ss_m + ss_x + ct_x + who.public_x + b"\\.//^\\").digest()
    body = hpke_seal(shared, key) if body is None else body
    return stanza(["mlkem768x25519", b64(edit(ct_m + ct_x)), *extra], body)


def scrypt(key, passphrase, n=10, text=None, salt=None, body=None, extra=()):
    salt = rand("salt", 16) if salt is None else salt
    wrap = Scrypt(salt=b"age-encryption.org/v1/scrypt" + salt, length=32, n=1 << n, r=8, p=1).derive(passphrase.encode())
    body = ChaCha20Poly1305(wrap).encrypt(bytes(12), key, None) if body is None else body
    return stanza(["scrypt", b64(salt), str(n) if text is None else text, *extra], body)


def header(key, *stanzas, mac=None):
    head = b"age-encryption.org/v1\n" + b"".join(stanzas) + b"---"
    mac = hmac.new(hkdf(key, b"", b"header"), head, hashlib.sha256).digest() if mac is None else mac
    return head + b" " + b64(mac) + b"\n"


NONCE = rand("nonce", 16)


def chunk(key, number, last, data):
    nonce = number.to_bytes(11, "big") + bytes([1 if last else 0])
    return ChaCha20Poly1305(hkdf(key, NONCE, b"payload")).encrypt(nonce, data, None)


def payload(key, data):
    pieces = [data[i : i + CHUNK] for i in range(0, len(data), CHUNK)] or [b""]
    return NONCE + b"".join(chunk(key, i, i == len(pieces) - 1, p) for i, p in enumerate(pieces))


def armor(data, eol=b"\n"):
    text = base64.b64encode(data)
    lines = [text[i : i + 64] for i in range(0, len(text), 64)]
    return eol.join([b"-----BEGIN AGE ENCRYPTED FILE-----", *lines, b"-----END AGE ENCRYPTED FILE-----"]) + eol


def vector(name, expect, comment, file, identities=None, passphrase=None, plaintext=b""):
    identities = [ME] if identities is None and passphrase is None else identities or []
    head = [f"expect: {expect}", f"comment: {comment}"]
    head += [f"identity: {i.text}" for i in identities]
    head += [f"passphrase: {passphrase}"] if passphrase else []
    head += [f"plaintext: {hashlib.sha256(plaintext).hexdigest()}"]
    assert name not in made, name
    made[name] = "\n".join(head).encode() + b"\n\n" + file


KEY, TEXT = rand("file key", 16), b"a scan of nobody"
ME, OTHER = Classical("me"), Classical("other")
PQ, PQ_OTHER = Hybrid("pq"), Hybrid("pq other")
MINE, PAYLOAD = x25519(KEY, ME), payload(KEY, TEXT)
GOOD = header(KEY, MINE) + PAYLOAD

# --- what has to open
ok = lambda name, comment, file, **more: vector(name, "success", comment, file, plaintext=more.pop("plaintext", TEXT), **more)
ok("x25519", "one classical recipient", GOOD)
ok("x25519_two", "two classical recipients, the second is ours", header(KEY, x25519(KEY, OTHER, "e2"), MINE) + PAYLOAD)
ok("x25519_two_identities", "the second identity opens it", GOOD, identities=[OTHER, ME])
ok("x25519_grease", "unknown stanzas are ignored", header(KEY, stanza(["grease-x", "!~"], rand("g", 99)), MINE, stanza(["g2"], b"")) + PAYLOAD)
ok("hybrid", "one hybrid recipient", header(KEY, hybrid(KEY, PQ)) + PAYLOAD, identities=[PQ])
ok("hybrid_two", "two hybrid recipients", header(KEY, hybrid(KEY, PQ_OTHER), hybrid(KEY, PQ)) + PAYLOAD, identities=[PQ])
ok("hybrid_and_x25519", "we never make it, and open it all the same", header(KEY, hybrid(KEY, PQ), MINE) + PAYLOAD)
ok("scrypt", "a passphrase", header(KEY, scrypt(KEY, "correct horse")) + PAYLOAD, passphrase="correct horse")
ok("scrypt_utf8", "a passphrase is bytes, whatever they spell", header(KEY, scrypt(KEY, "pässwörd ✓")) + PAYLOAD, passphrase="pässwörd ✓")
ok("stanza_body_full_line", "a body of 48 bytes ends with an empty line", header(KEY, stanza(["x"], rand("b", 48)), MINE) + PAYLOAD)
ok("stanzas_sixteen", "as many stanzas as there may be", header(KEY, *[stanza([f"x{i}"], b"") for i in range(15)], MINE) + PAYLOAD)
ok("stream_empty", "one empty chunk", header(KEY, MINE) + payload(KEY, b""), plaintext=b"")
FULL = rand("full", CHUNK)
ok("stream_full", "one chunk, and it is full", header(KEY, MINE) + payload(KEY, FULL), plaintext=FULL)
ok("stream_full_and_one", "one byte in the second chunk", header(KEY, MINE) + payload(KEY, FULL + b"x"), plaintext=FULL + b"x")
ok("armor", "armored", armor(GOOD))
ok("armor_crlf", "armored, every line ends with CRLF", armor(GOOD, b"\r\n"))
ok("armor_white_space", "white space before and after the armor", b" \t\r\n\n" + armor(GOOD) + b"\n \t\n")
ok("armor_no_newline", "no newline after the last line", armor(GOOD)[:-1])
ok("armor_hybrid", "armored, hybrid", armor(header(KEY, hybrid(KEY, PQ)) + PAYLOAD), identities=[PQ])

# --- headers
bad = lambda name, comment, file, **more: vector(name, "header", comment, file, **more)
version = len(b"age-encryption.org/v1\n")
bad("empty", "no bytes at all", b"")
bad("version_2", "another version", GOOD.replace(b"/v1\n", b"/v2\n", 1))
bad("version_crlf", "CRLF after the version", GOOD.replace(b"/v1\n", b"/v1\r\n", 1))
bad("version_only", "it ends after the version", GOOD[:version])
bad("header_crlf", "CRLF throughout the header", header(KEY, MINE).replace(b"\n", b"\r\n") + PAYLOAD)
bad("no_stanza", "a MAC over nothing", header(KEY) + PAYLOAD)
bad("stanzas_seventeen", "one stanza more than the limit", header(KEY, *[stanza([f"x{i}"], b"") for i in range(16)], MINE) + PAYLOAD)
bad("header_too_long", "64 KiB and more of stanza", header(KEY, stanza(["x"], rand("long", 50000)), MINE) + PAYLOAD)
bad("stanza_no_argument", "a stanza without a type", header(KEY, b"-> \n\n", MINE) + PAYLOAD)
bad("stanza_no_space", "no space after the arrow", header(KEY, b"->x y\n\n", MINE) + PAYLOAD)
bad("stanza_two_spaces", "an empty argument", header(KEY, b"-> x  y\n\n", MINE) + PAYLOAD)
bad("stanza_trailing_space", "an empty last argument", header(KEY, b"-> x \n\n", MINE) + PAYLOAD)
bad("stanza_not_ascii", "an argument in UTF-8", header(KEY, "-> é\n\n".encode(), MINE) + PAYLOAD)
bad("stanza_tab", "a control character in an argument", header(KEY, b"-> x\ty\n\n", MINE) + PAYLOAD)
bad("stanza_cr", "a carriage return in an argument", header(KEY, b"-> x\r\n\n", MINE) + PAYLOAD)
bad("body_missing", "no body at all", header(KEY, b"-> x\n", MINE) + PAYLOAD)
bad("body_no_final_line", "a body whose last line is full", header(KEY, b"-> x\n" + b"A" * 64 + b"\n", MINE) + PAYLOAD)
bad("body_long_line", "a line of 65", header(KEY, b"-> x\n" + b"A" * 65 + b"\n\n", MINE) + PAYLOAD)
bad("body_two_short_lines", "two short lines", header(KEY, b"-> x\nAAAA\nAAAA\n", MINE) + PAYLOAD)
bad("body_padded", "base64 with padding", header(KEY, b"-> x\nAA==\n", MINE) + PAYLOAD)
bad("body_not_canonical", "bits left over in the last character", header(KEY, b"-> x\nAB\n", MINE) + PAYLOAD)
bad("body_bad_length", "one character too many", header(KEY, b"-> x\nAAAAA\n", MINE) + PAYLOAD)
bad("body_url_alphabet", "the other base64 alphabet", header(KEY, b"-> x\nAA-_\n", MINE) + PAYLOAD)
bad("body_space", "a space in the body", header(KEY, b"-> x\nAA A\n", MINE) + PAYLOAD)
h, m = header(KEY, MINE).rsplit(b"--- ", 1)
bad("mac_missing", "it ends before the MAC", h)
bad("mac_bare", "the mark without a MAC", h + b"---\n" + PAYLOAD)
bad("mac_no_space", "no space before the MAC", h + b"---" + m + PAYLOAD)
bad("mac_two_spaces", "two spaces before the MAC", h + b"---  " + m + PAYLOAD)
bad("mac_trailing_space", "a space after the MAC", h + b"--- " + m[:-1] + b" \n" + PAYLOAD)
bad("mac_short", "31 bytes of MAC", header(KEY, MINE, mac=rand("m", 31)) + PAYLOAD)
bad("mac_long", "33 bytes of MAC", header(KEY, MINE, mac=rand("m", 33)) + PAYLOAD)
last = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
bad("mac_not_canonical", "bits left over in the MAC", h + b"--- " + m[:-2] + bytes([last[last.index(m[-2]) + 1]]) + b"\n" + PAYLOAD)
bad("mac_no_newline", "it ends after the MAC without a newline", (h + b"--- " + m)[:-1])
bad("nonce_missing", "it ends after the header", header(KEY, MINE))
bad("nonce_short", "15 bytes of nonce", header(KEY, MINE) + NONCE[:15])

# --- stanzas of known types
LOW = bytes(32), (325606250916557431795983626356110631294008115727848805560023387167927233504).to_bytes(32, "little")
bad("x25519_no_share", "no second argument", header(KEY, stanza(["X25519"], rand("b", 32))) + PAYLOAD)
bad("x25519_extra_argument", "a third argument", header(KEY, x25519(KEY, ME, extra=["x"])) + PAYLOAD)
bad("x25519_short_share", "31 bytes of share", header(KEY, x25519(KEY, ME, share=rand("s", 31), shared=bytes(32))) + PAYLOAD)
bad("x25519_long_share", "33 bytes of share", header(KEY, x25519(KEY, ME, share=rand("s", 33), shared=bytes(32))) + PAYLOAD)
bad("x25519_zero_share", "the identity point as share: the shared secret is zero", header(KEY, x25519(KEY, ME, share=LOW[0], shared=bytes(32))) + PAYLOAD)
bad("x25519_low_order", "a share of order 8: the shared secret is zero", header(KEY, x25519(KEY, ME, share=LOW[1], shared=bytes(32))) + PAYLOAD)
bad("x25519_long_file_key", "a wrapped key of 33 bytes", header(KEY, x25519(KEY + b"x", ME)) + PAYLOAD)
bad("x25519_short_file_key", "a wrapped key of 31 bytes", header(KEY, x25519(KEY[:15], ME)) + PAYLOAD)
bad("x25519_empty_body", "no wrapped key", header(KEY, x25519(KEY, ME, body=b"")) + PAYLOAD)
bad("x25519_malformed_after_unknown", "malformed although another stanza comes first", header(KEY, stanza(["x"], b""), x25519(KEY, ME, extra=["x"])) + PAYLOAD)
noncanonical = MINE.split(b"\n", 1)[0]
bad("x25519_share_not_canonical", "bits left over in the share", header(KEY, MINE.replace(noncanonical, noncanonical[:-1] + bytes([last[last.index(noncanonical[-1]) + 1]]))) + PAYLOAD)
bad("hybrid_extra_argument", "a third argument", header(KEY, hybrid(KEY, PQ, extra=["x"])) + PAYLOAD, identities=[PQ])
bad("hybrid_short_share", "1,119 bytes of share", header(KEY, hybrid(KEY, PQ, edit=lambda e: e[:-1])) + PAYLOAD, identities=[PQ])
bad("hybrid_long_share", "1,121 bytes of share", header(KEY, hybrid(KEY, PQ, edit=lambda e: e + b"x")) + PAYLOAD, identities=[PQ])
bad("hybrid_zero_share", "the identity point as the classical half", header(KEY, hybrid(KEY, PQ, share_x=LOW[0], shared_x=bytes(32))) + PAYLOAD, identities=[PQ])
bad("hybrid_low_order", "a point of order 8 as the classical half", header(KEY, hybrid(KEY, PQ, share_x=LOW[1], shared_x=bytes(32))) + PAYLOAD, identities=[PQ])
bad("hybrid_long_file_key", "a wrapped key of 33 bytes", header(KEY, hybrid(KEY + b"x", PQ)) + PAYLOAD, identities=[PQ])
P = "correct horse"
for text, why in [("", "no work factor"), ("010", "a leading zero"), ("+10", "a sign"), ("-10", "a minus"), ("0xa", "hexadecimal"), ("10x", "something after it"),
                  ("0", "zero"), ("１０", "full-width digits"), ("18446744073709551626", "it overflows"), ("23", "more work than is ever done")]:
    label = {"": "missing", "１０": "fullwidth", "18446744073709551626": "overflow", "+10": "plus", "-10": "minus"}.get(text, text)
    args = ["scrypt", b64(rand("salt", 16))] + ([text] if text else [])
    bad(f"scrypt_factor_{label}", why, header(KEY, stanza(args, rand("b", 32))) + PAYLOAD, passphrase=P)
bad("scrypt_factor_19", "above the limit for clients", header(KEY, stanza(["scrypt", b64(rand("salt", 16)), "19"], rand("b", 32))) + PAYLOAD, passphrase=P)
bad("scrypt_extra_argument", "a fourth argument", header(KEY, scrypt(KEY, P, extra=["x"])) + PAYLOAD, passphrase=P)
bad("scrypt_short_salt", "15 bytes of salt", header(KEY, scrypt(KEY, P, salt=rand("salt", 15))) + PAYLOAD, passphrase=P)
bad("scrypt_long_salt", "17 bytes of salt", header(KEY, scrypt(KEY, P, salt=rand("salt", 17))) + PAYLOAD, passphrase=P)
bad("scrypt_long_file_key", "a wrapped key of 33 bytes", header(KEY, scrypt(KEY + b"x", P)) + PAYLOAD, passphrase=P)
bad("scrypt_twice", "two passphrase stanzas", header(KEY, scrypt(KEY, P), scrypt(KEY, "another", salt=rand("s2", 16))) + PAYLOAD, passphrase=P)
bad("scrypt_and_x25519", "a passphrase beside a recipient, opened with the passphrase", header(KEY, scrypt(KEY, P), MINE) + PAYLOAD, passphrase=P)
bad("x25519_and_scrypt", "a passphrase beside a recipient, opened with the identity", header(KEY, MINE, scrypt(KEY, P)) + PAYLOAD)

# --- no match
none = lambda name, comment, file, **more: vector(name, "no match", comment, file, **more)
none("x25519_other", "sealed to someone else", header(KEY, x25519(KEY, OTHER)) + PAYLOAD)
none("x25519_altered_body", "the wrapped key was altered", header(KEY, x25519(KEY, ME, body=rand("b", 32))) + PAYLOAD)
none("x25519_lower_case", "a type in lower case is an unknown type", header(KEY, MINE.replace(b"X25519", b"x25519")) + PAYLOAD)
none("x25519_for_hybrid", "a hybrid identity has no use for a classical stanza", GOOD, identities=[PQ])
none("hybrid_other", "sealed to someone else", header(KEY, hybrid(KEY, PQ_OTHER)) + PAYLOAD, identities=[PQ])
none("hybrid_altered_share", "one bit of the share was flipped", header(KEY, hybrid(KEY, PQ, edit=lambda e: bytes([e[0] ^ 1]) + e[1:])) + PAYLOAD, identities=[PQ])
none("hybrid_altered_body", "the wrapped key was altered", header(KEY, hybrid(KEY, PQ, body=rand("b", 32))) + PAYLOAD, identities=[PQ])
none("scrypt_other", "another passphrase", header(KEY, scrypt(KEY, P)) + PAYLOAD, passphrase="correct house")
none("scrypt_with_identity", "an identity has no use for a passphrase stanza", header(KEY, scrypt(KEY, P)) + PAYLOAD)
none("no_identity", "opened with no identity at all", GOOD, identities=[])
none("armor_other", "armored, sealed to someone else", armor(header(KEY, x25519(KEY, OTHER)) + PAYLOAD))

# --- header MAC
vector("mac_wrong", "header MAC", "another MAC", header(KEY, MINE, mac=rand("m", 32)) + PAYLOAD)
vector("mac_stanza_added", "header MAC", "a stanza was added", GOOD.replace(b"--- ", stanza(["x"], b"") + b"--- ", 1))
vector("mac_stanza_removed", "header MAC", "a stanza was removed", header(KEY, stanza(["x"], b""), MINE).replace(stanza(["x"], b""), b"") + PAYLOAD)
vector("mac_other_key", "header MAC", "the MAC of another file key: two keys for one file", header(rand("k2", 16), MINE) + PAYLOAD)

# --- payload
def broken(name, comment, body, plaintext=b""):
    vector(name, "payload", comment, header(KEY, MINE) + NONCE + body, plaintext=plaintext)

one = chunk(KEY, 0, True, TEXT)
broken("stream_no_chunk", "nothing after the nonce", b"")
broken("stream_no_tag", "15 bytes cannot be a chunk", one[:15])
broken("stream_altered", "one bit was flipped", bytes([one[0] ^ 1]) + one[1:])
broken("stream_altered_tag", "one bit of the tag was flipped", one[:-1] + bytes([one[-1] ^ 1]))
broken("stream_truncated", "one byte is missing", one[:-1])
broken("stream_trailing_byte", "one byte too many", one + b"x")
broken("stream_not_last", "the only chunk is not marked as the last", chunk(KEY, 0, False, TEXT))
broken("stream_counter", "the first chunk has number 1", chunk(KEY, 1, True, TEXT))
broken("stream_empty_not_last", "an empty chunk that is not the last", chunk(KEY, 0, False, b""))
full = chunk(KEY, 0, False, FULL)
broken("stream_cut", "cut off after the first of two chunks", full, FULL)
broken("stream_empty_last", "an empty last chunk after a full one", full + chunk(KEY, 1, True, b""), FULL)
broken("stream_second_altered", "the second chunk was altered", full + bytes([chunk(KEY, 1, True, b"x")[0] ^ 1]) + chunk(KEY, 1, True, b"x")[1:], FULL)
broken("stream_second_number", "the second chunk has number 2", full + chunk(KEY, 2, True, b"x"), FULL)
broken("stream_after_last", "a chunk after a full last one", chunk(KEY, 0, True, FULL) + chunk(KEY, 1, True, b"x"), FULL)
vector("armor_trailing_payload", "payload", "garbage after the last chunk, within the armor", armor(GOOD + b"garbage"))

# --- armor
A = armor(GOOD).split(b"\n")
arm = lambda name, comment, lines: vector(name, "armor", comment, b"\n".join(lines))
arm("armor_leading", "text before the armor", [b"text", *A])
arm("armor_trailing", "text after the armor", [*A[:-1], b"text", b""])
arm("armor_label", "another label", [A[0].replace(b"AGE", b"RSA"), *A[1:]])
arm("armor_label_case", "a label in lower case", [A[0].lower(), *A[1:]])
arm("armor_headers", "headers as in old PEM", [A[0], b"Version: 1", b"", *A[1:]])
arm("armor_no_end", "no last line", A[:-2] + [b""])
arm("armor_end_label", "another label at the end", A[:-2] + [b"-----END AGE FILE-----", b""])
arm("armor_empty_line", "an empty line within", [A[0], b"", *A[1:]])
arm("armor_empty_line_last", "an empty line before the end", [*A[:-2], b"", *A[-2:]])
arm("armor_long_line", "a line of 68", [A[0], A[1] + A[2][:4], A[2][4:], *A[3:]])
arm("armor_short_line", "a short line that is not the last", [A[0], A[1][:60], A[1][60:] + A[2], *A[3:]])
arm("armor_space", "a space at the end of a line", [A[0], A[1] + b" ", *A[2:]])
arm("armor_indent", "a space at the beginning of a line", [A[0], b" " + A[1], *A[2:]])
arm("armor_indent_begin", "a space before the first line", [b" " + A[0], *A[1:]])
arm("armor_character", "a character that is not base64", [A[0], b"*" + A[1][1:], *A[2:]])
arm("armor_mixed_ends", "LF and CRLF mixed", [A[0] + b"\r", *A[1:]])
arm("armor_padding_early", "padding before the end", [A[0], A[1][:62] + b"==", *A[2:]])
pad = armor(header(KEY, MINE) + payload(KEY, b"8 bytes.")).split(b"\n")
text = pad[-3]
assert text.endswith(b"="), "choose another plaintext"
arm("armor_no_padding", "padding is missing", [*pad[:-3], text.rstrip(b"="), *pad[-2:]])
short = text.rstrip(b"=")
arm("armor_not_canonical", "bits left over", [*pad[:-3], short[:-1] + bytes([last[last.index(short[-1]) + 1]]) + b"=" * (len(text) - len(short)), *pad[-2:]])
arm("armor_white_space_too_much", "more than 1,024 bytes of white space", [b"\n" * 1100 + A[0], *A[1:]])
arm("armor_white_space_after_too_much", "more than 1,024 bytes of white space after it", [*A[:-1], b"\n" * 1100])
vector("armor_empty", "header", "armor around nothing", b"\n".join([A[0], A[-2], b""]))
vector("armor_header_crlf", "header", "a header with CRLF within the armor", armor(header(KEY, MINE).replace(b"\n", b"\r\n") + PAYLOAD))

if __name__ == "__main__":
    for old in os.listdir(HERE):
        if old.endswith(".vector"):
            os.remove(os.path.join(HERE, old))
    for name, data in made.items():
        with open(os.path.join(HERE, name + ".vector"), "wb") as f:
            f.write(data)
    print(len(made), "vectors,", sum(map(len, made.values())), "bytes")
