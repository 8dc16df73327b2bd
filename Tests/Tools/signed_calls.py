"""Calls of a medseald, signed as docs/reference/api.md says."""

import base64
import hashlib
import os
import time
from pathlib import Path

import requests
import urllib3
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

urllib3.disable_warnings()


def opened(key_file: str, passphrase_file: str) -> Ed25519PrivateKey:
    return load_pem_private_key(Path(key_file).read_bytes(), Path(passphrase_file).read_bytes().strip())


def public(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


class Caller:
    """One key, on one connection."""

    def __init__(self, port: int, key: Ed25519PrivateKey):
        self.authority, self.key, self.keyid = f"127.0.0.1:{port}", key, public(key)
        self.session = requests.Session()

    def call(self, method: str, path: str, body: bytes = b"", query: str = "", media_type: str = "application/json", **more):
        digest = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
        nonce = base64.b64encode(os.urandom(16)).decode()
        parameters = (
            f'("@method" "@authority" "@path" "@query" "content-digest");created={int(time.time())};'
            f'nonce="{nonce}";keyid="{self.keyid}";alg="ed25519"'
        )
        base = (
            f'"@method": {method}\n"@authority": {self.authority}\n"@path": {path}\n"@query": ?{query}\n'
            f'"content-digest": {digest}\n"@signature-params": {parameters}'
        )
        signature = base64.b64encode(self.key.sign(base.encode())).decode()
        headers = {
            "Host": self.authority, "Content-Digest": digest, "Signature-Input": f"medseal={parameters}",
            "Signature": f"medseal=:{signature}:",
        } | ({"Content-Type": media_type} if body else {})
        url = f"https://{self.authority}{path}" + (f"?{query}" if query else "")
        return self.session.request(method, url, data=body, headers=headers, verify=False, **more)
