"""Brings MedSeal's checkpoints to another's witness, and another's client to a MedSeal validator (c2sp.org/tlog-witness).

usage: witness.py theirs KEY PASSPHRASE ARCHIVE...
       witness.py ours URL ORGANISATION KEY PASSPHRASE ARCHIVE...

`theirs`: aics-witness cosigns the checkpoints of growing archives and refuses every fork of them. `ours`: the client of
aics-witness, and plain HTTP, ask the validator of ORGANISATION at URL, which has confirmed just the last archive. ARCHIVE is
what `medseal ledger export` writes, oldest first. KEY is the ledger's own (server/ledger.key.pem) and PASSPHRASE the file
that opens it: who forks the log here is its operator. Exits 1 at the first thing that is not as it must be.
"""

import base64
import http.client
import logging
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Callable

from aics_tlog import (
    Checkpoint,
    FileSystemTileReader,
    MerkleTree,
    format_vkey,
    parse_checkpoint,
    parse_note,
    parse_vkey,
    read_entry,
    sign_checkpoint,
    verify_checkpoint,
)
from aics_witness.feeder import WitnessAhead, WitnessClient, WitnessRejected, merge_cosignatures
from aics_witness.protocol import format_add_checkpoint_request
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from network import Network, check


class Log:
    """A log that the operator's key speaks for: as it was exported, or as the operator would like it to be."""

    def __init__(self, network: Network, key: Ed25519PrivateKey, entries: list[bytes]):
        self.network, self.key, self.tree = network, key, MerkleTree(entries)
        self.entries = entries

    def note(self, size: int, origin: str = "", key: Ed25519PrivateKey | None = None) -> bytes:
        origin = origin or self.network.origin
        return sign_checkpoint(Checkpoint(origin, size, self.tree.root(size)), key or self.key, origin).to_bytes()

    def forked(self, position: int, more: int = 0) -> "Log":
        """The same with another entry at `position`, and `more` entries that nobody else has seen."""
        entries = list(self.entries)
        entries[position] = entries[position][:-1] + bytes([entries[position][-1] ^ 1])
        return Log(self.network, self.key, entries + [b"unseen %d" % number for number in range(more)])


def opened(archive: pathlib.Path) -> tuple[bytes, list[bytes]]:
    """The checkpoint and the entries of an archive; verify_ledger.py is what verifies them."""
    note = (archive / "checkpoint").read_bytes()
    size = parse_checkpoint(parse_note(note).text).size
    tiles = FileSystemTileReader(archive)
    return note, [read_entry(tiles, position, size) for position in range(size)]


def broken(note: bytes) -> bytes:
    """The note with its signature spoilt in one bit."""
    text, signature = note.rsplit(b" ", 1)
    blob = base64.b64decode(signature)
    return text + b" " + base64.b64encode(blob[:-1] + bytes([blob[-1] ^ 1])) + b"\n"


def post(url: str, body: bytes, method: str = "POST") -> tuple[int, str, bytes]:
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    try:
        connection.request(method, parts.path.rstrip("/") + "/add-checkpoint", body)
        answer = connection.getresponse()
        return answer.status, answer.headers.get("Content-Type", ""), answer.read()
    finally:
        connection.close()


def refused(what: str, status: int, submit: Callable[[], object]) -> None:
    try:
        submit()
    except WitnessRejected as rejected:
        check(rejected.status == status, f"{what} being refused with {status} (it was {rejected.status})")
    except WitnessAhead:
        check(status == 409, f"{what} being refused with {status} (it was 409)")
    else:
        check(False, f"{what} being refused")


def theirs(log: Log, notes: list[bytes]) -> str:
    """aics-witness in a process of its own, as its operator would run it."""
    # Whoever started this may have blocked signals, and the witness would inherit that and never end.
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    program = pathlib.Path(sys.executable).with_name("aics-witness")
    with tempfile.TemporaryDirectory() as folder:

        def tool(*arguments: str) -> str:
            done = subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True)
            check(done.returncode == 0, f"aics-witness {arguments[0]} ({done.stderr.strip()})")
            return done.stdout

        vkey = tool("init", "--name", "witness.example/w1", "--listen", "127.0.0.1:0").strip()
        tool("add-log", "--origin", log.network.origin, "--vkey", format_vkey(log.network.log))
        output = pathlib.Path(folder) / "log"
        with output.open("w") as stream:
            server = subprocess.Popen([program, "serve"], cwd=folder, stderr=stream)
        try:
            url = listening(server, output)
            with WitnessClient(url, vkey) as client:
                for note in notes:
                    line = client.submit(note, log.tree.consistency_proof)
                    whole = parse_note(merge_cosignatures(note, line))
                    keys = [parse_vkey(vkey), *log.network.validators.values()]
                    result = verify_checkpoint(whole, log.network.log, keys, quorum=1)
                    check(result.ok and "witness.example/w1" in result.witnesses, "the witness' cosignature")
            size = len(log.entries)

            def submit(fork: Log, size: int, key: Ed25519PrivateKey | None = None):
                with WitnessClient(url, vkey) as client:
                    return client.submit(fork.note(size, key=key), fork.tree.consistency_proof)

            refused("another history of the same size", 422, lambda: submit(log.forked(size - 1), size))
            refused("another history that goes on", 422, lambda: submit(log.forked(0, more=3), size + 3))
            refused("a log that goes back", 409, lambda: submit(log, size - 1))
            refused("another's signature", 403, lambda: submit(log, size, Ed25519PrivateKey.generate()))
            check(tool("evidence").count('"reason"') >= 2, "the witness' evidence of both forks")
            submit(log, size)
        finally:
            server.terminate()
            server.wait()
    return f"aics-witness cosigned {len(notes)} checkpoints up to {size} entries and refused what forks or goes back"


def listening(server: subprocess.Popen, output: pathlib.Path) -> str:
    for _ in range(300):
        for line in output.read_text().splitlines():
            if "listening on " in line:
                return line.split("listening on ")[1].split()[0]
        check(server.poll() is None, f"aics-witness running ({output.read_text()})")
        time.sleep(0.1)
    sys.exit("witness.py: aics-witness does not start")


def ours(url: str, organisation: str, log: Log, notes: list[bytes]) -> str:
    """A validator's add-checkpoint, first asked by another's client, then over plain HTTP."""
    vkey = log.network.validators[organisation]
    size = len(log.entries)
    # The client knows nothing and says "old 0", is told 409 and the size, and goes on from there.
    with WitnessClient(url, vkey) as client:
        line = client.submit(notes[-1], log.tree.consistency_proof)
        note = merge_cosignatures(log.note(size), line)
        result = verify_checkpoint(parse_note(note), log.network.log, [vkey], quorum=1, max_age_seconds=60)
        check(result.ok and result.witnesses == [vkey.name], "the validator's cosignature")
        for older in notes[:-1]:
            refused("a log that goes back", 409, lambda: client.submit(older, log.tree.consistency_proof))

    cases = 0

    def answers(what: str, status: int, old: int, note: bytes, proof: list[bytes] = [], method: str = "POST"):
        nonlocal cases
        body = format_add_checkpoint_request(old, proof, note) if note.startswith(b"medseal/") else note
        got, kind, text = post(url, body, method)
        check(got == status, f"{what} being answered with {status} (it was {got}: {text.decode()})")
        if status == 409:
            check((kind, text) == ("text/x.tlog.size", b"%d\n" % size), f"the size in the answer to {what}")
        if status == 200:
            merged = parse_note(merge_cosignatures(note, text.decode()))
            check(verify_checkpoint(merged, log.network.log, [vkey], quorum=1).ok, f"the cosignature of {what}")
        cases += 1

    same, fork, longer = log.note(size), log.forked(size - 1), log.forked(0, more=3)
    answers("what it confirmed", 200, size, same)
    answers("nothing known", 409, 0, same)
    answers("another old size", 409, size - 1, same, log.tree.consistency_proof(size - 1, size))
    answers("an older checkpoint", 409, size - 1, log.note(size - 1))
    answers("another history of the same size", 422, size, fork.note(size))
    answers("a proof where none belongs", 422, size, same, [bytes(32)])
    answers("another history that goes on", 422, size, longer.note(size + 3), longer.tree.consistency_proof(size, size + 3))
    answers("no proof", 422, size, longer.note(size + 3))
    answers("another's signature", 403, size, log.note(size, key=Ed25519PrivateKey.generate()))
    answers("no signature of the log's name", 403, size, same.replace("— medseal/".encode(), "— example/".encode()))
    answers("a broken signature of the log's key", 403, size, broken(same))
    answers("another log", 404, size, log.note(size, origin="medseal/elsewhere"))
    answers("an old size beyond the new", 400, size + 1, same)
    answers("a checkpoint alone", 400, 0, b"\n" + same)
    answers("an empty body", 400, 0, b"")
    answers("a size with a leading zero", 400, 0, b"old 0%d\n\n" % size + same)
    answers("a hash that is too short", 400, 0, b"old %d\nAAAA\n\n" % size + same)
    answers("64 hashes", 400, 0, b"old %d\n" % size + (b"A" * 43 + b"=\n") * 64 + b"\n" + same)
    answers("base64 that is not canonical", 400, 0, b"old %d\n" % size + b"A" * 42 + b"B=\n\n" + same)
    answers("a note without its last newline", 400, 0, b"old %d\n\n" % size + same[:-1])
    answers("a body of four megabytes", 413, 0, b"old 0\n" + b"A" * (4 << 20))
    answers("what it confirmed, after all that", 200, size, same)
    return f"the validator of {organisation} cosigned {size} entries for aics-witness' client and answered {cases} requests as it must"


if len(sys.argv) < 5 or sys.argv[1] not in ("theirs", "ours"):
    sys.exit(__doc__)
mode, rest = sys.argv[1], sys.argv[2:]
asked = [rest.pop(0), rest.pop(0)] if mode == "ours" else []
passphrase = pathlib.Path(rest[1]).read_bytes().split(b"\n")[0]
logging.disable(logging.CRITICAL)
key = load_pem_private_key(pathlib.Path(rest[0]).read_bytes(), passphrase)
archives = [pathlib.Path(path) for path in rest[2:]]
check(len(archives) > 1 and isinstance(key, Ed25519PrivateKey), "there being archives and the ledger's key")
network = Network((archives[-1] / "genesis.cbor").read_bytes())
notes, entries = [], []
for archive in archives:
    note, longer = opened(archive)
    check(longer[: len(entries)] == entries and len(longer) > len(entries), "the archives' growing")
    notes.append(note)
    entries = longer
log = Log(network, key, entries)
said = theirs(log, notes) if mode == "theirs" else ours(*asked, log, notes)
print(f"verified: {said}")
