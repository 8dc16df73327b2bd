"""A MedSeal network as its genesis pins it, and what must hold under it: read and checked with cbor2, pycose and aics-tlog."""

import hashlib
import sys

import cbor2
from aics_tlog import (
    Checkpoint,
    VKey,
    cosignature_vkey,
    parse_checkpoint,
    parse_note,
    verify_checkpoint,
    vkey_from_ed25519,
)
from pycose.keys import OKPKey
from pycose.messages import CoseMessage, Sign1Message, SignMessage


def check(holds, what: str) -> None:
    """Ends the program with exit code 1 when something does not hold."""
    if not holds:
        sys.exit(f"{sys.argv[0].rsplit('/', 1)[-1]}: {what} does not hold")


def ed25519(key: bytes) -> OKPKey:
    return OKPKey(crv="ED25519", x=key)


class Network:
    """Every root's signature of the genesis was verified."""

    def __init__(self, genesis: bytes):
        message = CoseMessage.decode(genesis)
        check(isinstance(message, SignMessage), "the genesis being COSE_Sign")
        content = cbor2.loads(message.payload)
        organisations = content[6]
        check(len(message.signers) == len(organisations) > 0, "one signature an organisation")
        for signer, organisation in zip(message.signers, organisations):
            signer.key = ed25519(organisation[2])
            check(signer.verify_signature(), f"the signature of {organisation[0]}'s root under the genesis")
        self.id = hashlib.sha256(genesis).digest()
        self.origin: str = content[3]
        self.log: VKey = vkey_from_ed25519(self.origin, content[4])
        self.kinds: dict[str, int] = {organisation[0]: organisation[1] for organisation in organisations}
        self.validators: dict[str, VKey] = {
            name: cosignature_vkey(f"{self.origin}/{name}", key) for name, _, _, key, *_ in organisations
        }
        self.quorum: list = content[7]

    def verify_note(self, note: bytes) -> tuple[Checkpoint, list[str]]:
        """The checkpoint, and the organisations that have cosigned it: enough of them, as the genesis demands."""
        validators = list(self.validators.values())
        result = verify_checkpoint(parse_note(note), self.log, validators, expected_origin=self.origin)
        check(result.ok and result.log_ok, f"the checkpoint ({result.error})")
        cosigned = [name for name, key in self.validators.items() if key.name in result.witnesses]
        for count, kinds in self.quorum:
            enough = sum(self.kinds[name] in kinds for name in cosigned) >= count
            check(enough, f"the quorum of {count} (cosigned by {cosigned})")
        return parse_checkpoint(parse_note(note).text), cosigned

    def verify_entry(self, entry: bytes, position: int) -> bytes:
        """The id of the statement in a log entry, which says that it stands at `position` and is signed for this network."""
        version, at, _, statement, _, _ = cbor2.loads(entry)
        check((version, at) == (1, position), f"entry {position}'s place")
        message = CoseMessage.decode(statement)
        check(isinstance(message, Sign1Message), f"statement {position} being COSE_Sign1")
        message.key = ed25519(cbor2.loads(message.phdr_encoded)[4])
        message.external_aad = self.id
        check(message.verify_signature(), f"the signature of statement {position}")
        message.external_aad = bytes(32)
        check(not message.verify_signature(), f"the binding of statement {position} to its network")
        signed = ["Signature1", message.phdr_encoded, self.id, message.payload]
        return hashlib.sha256(cbor2.dumps(signed)).digest()
