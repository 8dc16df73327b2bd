#!/usr/bin/env python3
"""Makes the fuzzers' corpus: the small vectors of AgeTests by target, and files for the identity that the stream fuzzer opens with.

Run it with a Python that has `cryptography` 47 or later, as Tests/Core/AgeTests/Vectors/make.py, whose pieces it uses.
"""
import cbor2, hashlib, json, os, sys
from base64 import b64encode

HERE = os.path.dirname(os.path.abspath(__file__))
VECTORS = os.path.join(HERE, "..", "..", "Tests", "Core", "AgeTests", "Vectors")
sys.path.insert(0, VECTORS)
sys.dont_write_bytecode = True
import make

seeds = {t: {} for t in ["header", "armor", "bech32", "stream", "keyfile", "manifest"]}
for name in sorted(os.listdir(VECTORS)):
    if not name.endswith(".vector"):
        continue
    head, _, file = open(os.path.join(VECTORS, name), "rb").read().partition(b"\n\n")
    short = name.removesuffix(".vector")
    if len(file) <= 4096:
        seeds["armor" if name.startswith("armor") else "header"][short] = file
    for line in head.split(b"\n"):
        if line.startswith(b"identity: "):
            key = line[10:]
            name = hashlib.sha256(key).hexdigest()[:8]
            seeds["bech32"][name] = key
            seeds["keyfile"][name] = b"# record: x\n\n" + key + b"\r\n"
recipient = make.bech32("age", make.ME.public).encode()
seeds["bech32"]["recipient"] = recipient
seeds["bech32"]["recipient_hybrid"] = make.bech32("age1pq", make.PQ.public).encode()
seeds["keyfile"]["recipients"] = b"# team\n" + recipient + b"\n"


class Fuzzed(make.Classical):
    def __init__(self):
        self.seed = bytes([7]) * 32
        self.key = make.X25519PrivateKey.from_private_bytes(self.seed)
        self.public = self.key.public_key().public_bytes_raw()


for size in [0, 1, 1000, make.CHUNK, make.CHUNK + 1]:
    data = make.rand("fuzz", size)
    file = make.header(make.KEY, make.x25519(make.KEY, Fuzzed())) + make.payload(make.KEY, data)
    seeds["stream"][f"sealed_{size}"] = file
    if size <= 1000:
        seeds["stream"][f"armored_{size}"] = make.armor(file)
for count in [1, 2, 5]:
    digests = sorted(hashlib.sha256(b"file %d" % number).hexdigest() for number in range(count))
    seeds["manifest"][f"files_{count}"] = "".join(f"{it}  {it}\n" for it in digests).encode()
seeds["manifest"]["falling"] = "".join(f"{it}  {it}\n" for it in reversed(digests)).encode()

# What crosses the network besides age files. `statement` has the samples of Tests/Core/ContractTests, written once.
KEY, SIGNATURE = bytes(range(32)), bytes(64)
protected = cbor2.dumps({1: -8, 4: KEY}, canonical=True)
message = lambda payload: cbor2.dumps(cbor2.CBORTag(18, [protected, {}, payload, SIGNATURE]), canonical=True)
seeds["cbor"] = {
    "message": message(cbor2.dumps({1: 2, 3: b"x"}, canonical=True)), "numbers": cbor2.dumps([0, 23, 24, 255, 256, 2**32, 2**64 - 1, -8]),
    "nested": cbor2.dumps({1: [{2: [b"", "text"]}], 5: True}, canonical=True),
    "entry": cbor2.dumps({1: 7, 2: 1_700_000_000, 3: message(b"x"), 4: KEY, 5: KEY}, canonical=True),
    "permit": message(cbor2.dumps({1: KEY, 2: "hospital1", 3: 2_000_000_000}, canonical=True)),
}
base64 = lambda data: b64encode(data).decode()
checkpoint = f"medseal/test\n12\n{base64(KEY)}\n"
line = f"\u2014 medseal/test {base64(bytes(4) + SIGNATURE)}\n"
note = f"{checkpoint}\n{line}"
seeds["note"] = {
    "checkpoint": checkpoint.encode(), "note": note.encode(), "two": (note + line).encode(),
    "proof": f"c2sp.org/tlog-proof@v1\nindex 3\n{base64(KEY)}\n\n{note}".encode(),
    "add": f"old 3\n{base64(KEY)}\n{base64(KEY)}\n\n{note}".encode(), "key": f"medseal/test+00000000+{base64(bytes([1]) + KEY)}".encode(),
}
seeds["tile"] = {
    "hashes": bytes([1]) + KEY * 2, "entries": bytes([1]) + b"\x00\x03abc\x00\x00", "path": b"tile/0/x001/234.p/5",
    "path_entries": b"tile/entries/067",
}
seeds["json"] = {
    "object": b'{"a":1,"b":[true,false,null],"c":"\\u00e9\\n"}', "spaces": b' { "a" : [ 1 , 2 ] } ', "number": b"18446744073709551615",
    "surrogates": b'"\\ud83d\\ude00"', "deep": b"[" * 16 + b"]" * 16,
}
hex32 = KEY.hex()
bodies = {
    "application": {"inbox": hex32, "recipient": "age1x", "letter": base64(b"abc")}, "permits": {"first": 0, "permits": [base64(b"a")]},
    "take": {"purpose": hex32}, "entry": {"index": hex32, "inbox": hex32, "recipient": "age1x", "entry": base64(b"a")},
    "letter": {"addressee": "desk", "request": hex32, "body": base64(b"a")},
    "letters": {"letters": [{"addressee": hex32, "request": hex32, "body": base64(b"a")}], "next": 5},
    "blobs": {"blobs": [hex32, hex32 + ".manifest"]}, "query": {"keys": ["04" + hex32]}, "state": {"values": {"04": base64(b"a")}},
    "card": {"key": hex32, "organisation": "hospital1", "recipient": "age1x", "certificate": base64(b"a")},
    "status": {"admitted": True, "rejected": False, "permitsHandedOver": 20, "permitsLeft": 3},
    "inventory": {"blobs": [{"record": hex32, "name": hex32, "byteCount": 3, "intact": True}], "foreign": [], "isLast": True},
    "receipt": {"statement": hex32, "position": 1, "time": 2, "acknowledged": "durable", "checkpoint": ""},
    "event": {"position": 1, "time": 2, "kind": "deposit", "statement": hex32},
    "problem": {"type": "urn:medseal:problem:rejected", "title": "t", "status": 403, "detail": "d", "code": 1, "name": "n"},
}
seeds["body"] = {name: json.dumps(body, separators=(",", ":")).encode() for name, body in bodies.items()}
parameters = (
    f'("@method" "@authority" "@path" "@query" "content-digest");created=1700000000;nonce="{base64(KEY[:16])}";keyid="{hex32}";alg="ed25519"'
)
seeds["signature"] = {"signed": f"sha-256=:{base64(KEY)}:\nmedseal={parameters}\nmedseal=:{base64(SIGNATURE)}:".encode()}
seeds["hpke"] = {"none": b"", "first": b"\x01", "last": bytes(1119) + b"\x80", "tag": bytes(18) + b"\x01"}
for target, files in seeds.items():
    folder = os.path.join(HERE, "corpus", target)
    os.makedirs(folder, exist_ok=True)
    for old in os.listdir(folder):
        os.remove(os.path.join(folder, old))
    for name, data in files.items():
        with open(os.path.join(folder, name), "wb") as f:
            f.write(data)
    print(target, len(files))
