#!/usr/bin/env python3
"""Makes the fuzzers' corpus: the small vectors of AgeTests by target, and files for the identity that the stream fuzzer opens with.

Run it with a Python that has `cryptography` 47 or later, as Tests/Core/AgeTests/Vectors/make.py, whose pieces it uses.
"""
import hashlib, os, sys

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
for target, files in seeds.items():
    folder = os.path.join(HERE, "corpus", target)
    os.makedirs(folder, exist_ok=True)
    for old in os.listdir(folder):
        os.remove(os.path.join(folder, old))
    for name, data in files.items():
        with open(os.path.join(folder, name), "wb") as f:
            f.write(data)
    print(target, len(files))
