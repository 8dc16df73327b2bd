"""Verifies an exported ledger with other people's code: pycose for statements, aics-tlog and pymerkle for the log.

usage: verify_ledger.py EXPORT

EXPORT is what `medseal ledger export` writes: genesis.cbor, checkpoint, ledger.vkey, entries/*.cbor, statements/*.cose,
and proofs.json with inclusion and consistency proofs. Prints what it verified; exits 1 at the first thing that does not hold.
"""

import hashlib
import json
import pathlib
import sys

import pymerkle
from aics_tlog.checkpoint import checkpoint_from_note, verify_checkpoint
from aics_tlog.hashing import leaf_hash
from aics_tlog.note import parse_note, parse_vkey
from aics_tlog.tree import MerkleTree, verify_consistency, verify_inclusion
from pycose.keys import OKPKey
from pycose.messages import CoseMessage, Sign1Message


def check(holds, what):
    if not holds:
        sys.exit(f"verify_ledger: {what} does not hold")


folder = pathlib.Path(sys.argv[1])
genesis = (folder / "genesis.cbor").read_bytes()
network = hashlib.sha256(genesis).digest()
entries = [path.read_bytes() for path in sorted((folder / "entries").iterdir())]
statements = [path.read_bytes() for path in sorted((folder / "statements").iterdir())]
note = (folder / "checkpoint").read_text()
check(len(entries) == len(statements) > 0, "one statement an entry")

message = CoseMessage.decode(genesis)
for signer in message.signers:
    key = bytes(signer.phdr_encoded[-32:])
    signer.key = OKPKey(crv="ED25519", x=key)
    check(signer.verify_signature(), "a root's signature of the genesis")

for entry, statement in zip(entries, statements):
    check(statement in entry, "the statement inside its entry")
    message = CoseMessage.decode(statement)
    check(isinstance(message, Sign1Message), "COSE_Sign1")
    message.key = OKPKey(crv="ED25519", x=list(message.phdr.values())[1])
    message.external_aad = network
    check(message.verify_signature(), "a statement's signature")
    message.external_aad = b"\0" * 32
    check(not message.verify_signature(), "binding to the network")

result = verify_checkpoint(parse_note(note), parse_vkey((folder / "ledger.vkey").read_text().strip()))
check(result.ok and result.log_ok, f"the checkpoint's signature ({result.error})")
checkpoint, _ = checkpoint_from_note(note)
check(checkpoint.size == len(entries), "the checkpoint's size")

theirs = pymerkle.InmemoryTree(algorithm="sha256")
for entry in entries:
    theirs.append_entry(entry)
check(theirs.get_root(len(entries)) == checkpoint.root, "the root, by pymerkle")

proofs = json.loads((folder / "proofs.json").read_text())
for proof in proofs["inclusion"]:
    leaf = leaf_hash(entries[proof["position"]])
    hashes = [bytes.fromhex(one) for one in proof["hashes"]]
    check(verify_inclusion(leaf, proof["position"], checkpoint.size, hashes, checkpoint.root), "an inclusion proof")
    check(hashes == theirs.prove_inclusion(proof["position"] + 1, checkpoint.size).path[1:], "the same proof by pymerkle")
for proof in proofs["consistency"]:
    old = theirs.get_root(proof["from"])
    hashes = [bytes.fromhex(one) for one in proof["hashes"]]
    check(verify_consistency(proof["from"], checkpoint.size, old, checkpoint.root, hashes), "a consistency proof")
check(proofs["inclusion"] and proofs["consistency"], "there being proofs")

print(
    f"verified: {len(statements)} statements (pycose), checkpoint of size {checkpoint.size} (aics-tlog), "
    f"{len(proofs['inclusion'])} inclusion and {len(proofs['consistency'])} consistency proofs"
)
