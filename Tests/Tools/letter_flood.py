"""Leaves letters of the greatest size at an organisation's desk, about one request, and says how the server answered.

usage: letter_flood.py PORT KEY PASSPHRASE_FILE ORGANISATION REQUEST COUNT
"""

import base64
import collections
import hashlib
import json
import os
import sys
import time
from pathlib import Path

import requests
import urllib3
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

urllib3.disable_warnings()
port, key_file, passphrase_file, organisation, request, count = sys.argv[1:]
key = load_pem_private_key(Path(key_file).read_bytes(), Path(passphrase_file).read_bytes().strip())
keyid = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
authority, path = f"127.0.0.1:{port}", f"/v1/organisations/{organisation}/letters"
session, answers = requests.Session(), collections.Counter()
for _ in range(int(count)):
    letter = {"addressee": "desk", "request": request, "body": base64.b64encode(os.urandom(64 << 10)).decode()}
    body = json.dumps(letter).encode()
    digest = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
    nonce = base64.b64encode(os.urandom(16)).decode()
    parameters = (
        f'("@method" "@authority" "@path" "@query" "content-digest");created={int(time.time())};'
        f'nonce="{nonce}";keyid="{keyid}";alg="ed25519"'
    )
    base = (
        f'"@method": POST\n"@authority": {authority}\n"@path": {path}\n"@query": ?\n"content-digest": {digest}\n'
        f'"@signature-params": {parameters}'
    )
    signature = base64.b64encode(key.sign(base.encode())).decode()
    headers = {
        "Host": authority, "Content-Type": "application/json", "Content-Digest": digest,
        "Signature-Input": f"medseal={parameters}", "Signature": f"medseal=:{signature}:",
    }
    answers[session.post(f"https://{authority}{path}", data=body, headers=headers, verify=False).status_code] += 1
print(dict(answers))
