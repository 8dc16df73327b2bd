"""Verifies an exported ledger with other people's code: pycose for statements, aics-tlog and pymerkle for the log.

usage: verify_ledger.py ARCHIVE [GENESIS]

ARCHIVE is what `medseal ledger export` writes, in the layout of c2sp.org/tlog-tiles: checkpoint, tile/..., and beside them
genesis.cbor and ledger.vkey. GENESIS is the genesis that one trusts; without it the archive's own. Prints what it verified;
exits 1 at the first thing that does not hold.
"""

import pathlib
import sys

import pymerkle
from aics_tlog import (
    FileSystemTileReader,
    audit_tiles,
    consistency_proof_from_tiles,
    inclusion_proof_from_tiles,
    leaf_hash,
    parse_vkey,
    read_entry,
    verify_consistency,
    verify_inclusion,
)
from aics_tlog.tiles import TileMissingError, TileVerificationError, materialise_tiles
from network import Network, check

# So many of the newest entries are proven one by one; of the tree all of it is verified.
PROVEN = 100

if len(sys.argv) not in (2, 3):
    sys.exit(__doc__)
folder = pathlib.Path(sys.argv[1])
genesis = (folder / "genesis.cbor").read_bytes()
if len(sys.argv) == 3:
    check(genesis == pathlib.Path(sys.argv[2]).read_bytes(), "the archive being of this network")
network = Network(genesis)
check(parse_vkey((folder / "ledger.vkey").read_text().strip()) == network.log, "ledger.vkey being the genesis' ledger key")
checkpoint, cosigners = network.verify_note((folder / "checkpoint").read_bytes())
size, root = checkpoint.size, checkpoint.root

# Every tile and every bundle under the signed root, by aics-tlog's reader.
tiles = FileSystemTileReader(folder)
try:
    report = audit_tiles(tiles, size, root)
    entries = [read_entry(tiles, index, size) for index in range(size)]
except (TileMissingError, TileVerificationError, ValueError) as error:
    sys.exit(f"verify_ledger.py: {error}")
# And every file as aics-tlog's writer would have written it, and no other.
written = {
    path.relative_to(folder).as_posix(): path.read_bytes() for path in (folder / "tile").rglob("*") if path.is_file()
}
check(written == materialise_tiles(entries), "the tiles being byte for byte those of the entries")

identities = {network.verify_entry(entry, position) for position, entry in enumerate(entries)}
check(len(identities) == size, "each statement standing there once")

theirs = pymerkle.InmemoryTree(algorithm="sha256")
theirs.append_entries(entries)
check(theirs.get_root(size) == root, "the root, by pymerkle")
proven = range(max(0, size - PROVEN), size)
for position in proven:
    leaf, proof = leaf_hash(entries[position]), inclusion_proof_from_tiles(tiles, position, size)
    check(verify_inclusion(leaf, position, size, proof, root), f"the inclusion of entry {position}")
    other = theirs.prove_inclusion(position + 1, size)
    check(proof == other.path[1:], f"the same inclusion proof of entry {position} by pymerkle")
    pymerkle.verify_inclusion(leaf, root, other)
for old in proven[1:]:
    before, proof = theirs.get_root(old), consistency_proof_from_tiles(tiles, old, size)
    check(verify_consistency(old, size, before, root, proof), f"the consistency of size {old}")
    pymerkle.verify_consistency(before, root, theirs.prove_consistency(old, size))

print(
    f"verified: {size} statements (pycose), {report.tiles} hash tiles and {report.bundles} bundles (aics-tlog), "
    f"the root and {len(proven)} inclusion proofs (aics-tlog and pymerkle), {len(proven[1:])} consistency proofs, "
    f"a checkpoint of size {size} cosigned by {', '.join(cosigners) or 'nobody'}"
)
