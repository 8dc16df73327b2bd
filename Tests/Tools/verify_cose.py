"""Verifies MedSeal's signed messages with pycose, a COSE library that shares nothing with MedSeal.

    verify_cose.py statement FILE NETWORK   a statement or permit (COSE_Sign1); NETWORK is the network id, hexadecimal
    verify_cose.py genesis FILE             a genesis (COSE_Sign), each of its signatures

Prints the payload's SHA-256 and the signers' keys. Exits 0 when every signature holds, 1 when one does not.
"""

import hashlib
import sys

from pycose.headers import KID, Algorithm
from pycose.algorithms import EdDSA
from pycose.keys import OKPKey
from pycose.keys.curves import Ed25519
from pycose.messages import CoseMessage, Sign1Message, SignMessage


def check(signer, verify) -> bool:
    """Whether `signer` names EdDSA and a 32-byte key in its protected header and its signature holds."""
    if set(signer.phdr) != {Algorithm, KID} or signer.phdr[Algorithm] is not EdDSA or signer.uhdr:
        return False
    signer.key = OKPKey(crv=Ed25519, x=signer.phdr[KID])
    print("signed by", signer.phdr[KID].hex())
    return verify()


def main(kind: str, path: str, network: str = "") -> int:
    with open(path, "rb") as file:
        message = CoseMessage.decode(file.read())
    if kind == "statement" and isinstance(message, Sign1Message):
        message.external_aad = bytes.fromhex(network)
        valid = check(message, message.verify_signature)
    elif kind == "genesis" and isinstance(message, SignMessage):
        valid = len(message.signers) > 0
        for signer in message.signers:
            valid = check(signer, signer.verify_signature) and valid
    else:
        print("not a message of this kind")
        return 1
    print("payload", hashlib.sha256(message.payload).hexdigest())
    print("valid" if valid else "a signature does not hold")
    return 0 if valid else 1


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
