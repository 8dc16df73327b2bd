"""Verifies with other people's code what `medseal ledger prove` and `medseal batch prove` wrote: aics-tlog and pymerkle for
the proofs, pycose for the statement, cbor2 for a batch's entry.

usage: verify_proof.py FILE GENESIS

FILE is a c2sp.org/tlog-proof whose `extra` is the log entry, or the proof of a batch's entry with such a file in it; nothing
but the genesis is needed beside it. Prints what it verified; exits 1 at the first thing that does not hold.
"""

import base64
import pathlib
import sys

import cbor2
import pymerkle
from aics_tlog import leaf_hash, verify_inclusion
from network import Network, check
from pycose.messages import CoseMessage
from pymerkle.core import _inclusion_path_layout

KINDS = {
    5: "enrol", 6: "retire", 7: "deposit", 8: "append", 9: "request", 10: "route",
    11: "answer", 12: "grant", 13: "revoke", 14: "release", 15: "acknowledge",
}  # fmt: skip


def pymerkle_agrees(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
    """pymerkle counts from one, puts the leaf first, and wants each hash's side, which it works out itself."""
    if index >= size:
        return False
    rule, _ = _inclusion_path_layout(index + 1, size)
    proof = pymerkle.InclusionProof("sha256", True, size, index + 1, rule, [leaf, *path])
    try:
        pymerkle.verify_inclusion(leaf, root, proof)
    except pymerkle.InvalidProof:
        return False
    return True


if len(sys.argv) != 3:
    sys.exit(__doc__)
network = Network(pathlib.Path(sys.argv[2]).read_bytes())
file = pathlib.Path(sys.argv[1]).read_bytes()
batched = None
if file[:1] == b"\x85":
    name, version, batched, siblings, file = cbor2.loads(file)
    check(name == "medseal-batch-proof" and version == 1, "the file being the proof of a batch's entry")
lines, _, note = file.partition(b"\n\n")
header, extra, index, *hashes = lines.split(b"\n")
check(header == b"c2sp.org/tlog-proof@v1", "the file being a c2sp.org/tlog-proof")
check(extra.startswith(b"extra ") and index.startswith(b"index "), "there being an entry and its index")
entry = base64.b64decode(extra[6:], validate=True)
position = int(index[6:])
path = [base64.b64decode(line, validate=True) for line in hashes]

checkpoint, cosigners = network.verify_note(note)
leaf = leaf_hash(entry)
check(verify_inclusion(leaf, position, checkpoint.size, path, checkpoint.root), "the inclusion (aics-tlog)")
check(pymerkle_agrees(leaf, position, checkpoint.size, path, checkpoint.root), "the inclusion (pymerkle)")
statement = network.verify_entry(entry, position)
said = cbor2.loads(CoseMessage.decode(cbor2.loads(entry)[3]).payload)
if batched is not None:
    number, count, salt, name, content = cbor2.loads(batched)
    root = said[{7: 14, 8: 10}[said[0]]]
    leaf = leaf_hash(batched)
    check(verify_inclusion(leaf, number, count, siblings, root), "the entry's place in the batch (aics-tlog)")
    check(pymerkle_agrees(leaf, number, count, siblings, root), "the entry's place in the batch (pymerkle)")
    print(f"entry {number} of {count}: {content.decode()}")
kind = said[0]
print(
    f"verified: {KINDS.get(kind, kind)} {statement.hex()} at position {position} of {checkpoint.size}, "
    f"cosigned by {', '.join(cosigners) or 'nobody'}"
)
