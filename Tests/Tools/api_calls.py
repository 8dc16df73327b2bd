"""Signs schemathesis' calls of docs/reference/openapi.json as docs/reference/api.md says, each by a caller that the route admits or by a stranger.

tools/play-api sets MEDSEAL_CALLERS to a JSON file: the organisation, and for each caller its sealed key and the file with the passphrase.
"""

import atexit
import base64
import hashlib
import json
import os
import random
import re
import time
from pathlib import Path
from urllib.parse import urlsplit

import requests
import schemathesis
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from hypothesis import strategies as st

settings = json.loads(Path(os.environ["MEDSEAL_CALLERS"]).read_text())
document = json.loads(Path(settings["document"]).read_text())

# Each caller has a key; a patient's inbox is nothing but one.
keys = {"inbox": Ed25519PrivateKey.generate(), "any key": Ed25519PrivateKey.generate()}
for name, caller in settings["callers"].items():
    passphrase = Path(caller["passphrase"]).read_bytes().strip()
    keys[name] = load_pem_private_key(Path(caller["key"]).read_bytes(), passphrase)


def public(name: str) -> str:
    return keys[name].public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def admitted() -> list:
    """Every operation: its method, a pattern of its path, and those whom it admits, with a stranger among them."""
    operations = []
    for path, methods in document["paths"].items():
        pattern = re.compile(re.sub(r"\{[^}]*\}", "[^/]+", path) + "$")
        for method, operation in methods.items():
            names = [name for name in operation["x-admits"] if name in keys]
            operations.append((method.upper(), pattern, names * 3 + ["any key"]))
    return operations


operations = admitted()
chance = random.Random(1)


def sign(request, key: Ed25519PrivateKey) -> None:
    parts = urlsplit(request.url)
    body = request.body or b""
    body = body.encode() if isinstance(body, str) else body
    digest = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
    nonce = base64.b64encode(os.urandom(16)).decode()
    keyid = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    parameters = (
        f'("@method" "@authority" "@path" "@query" "content-digest");created={int(time.time())};'
        f'nonce="{nonce}";keyid="{keyid}";alg="ed25519"'
    )
    base = "\n".join(
        [
            f'"@method": {request.method}',
            f'"@authority": {parts.netloc}',
            f'"@path": {parts.path}',
            f'"@query": ?{parts.query}',
            f'"content-digest": {digest}',
            f'"@signature-params": {parameters}',
        ]
    )
    request.headers["Content-Digest"] = digest
    request.headers["Signature-Input"] = f"medseal={parameters}"
    request.headers["Signature"] = f"medseal=:{base64.b64encode(key.sign(base.encode())).decode()}:"


class Signature(requests.auth.AuthBase):
    """The signature is made last, over the very bytes that are sent."""

    def __call__(self, request):
        path = urlsplit(request.url).path
        for method, pattern, names in operations:
            if method == request.method and pattern.match(path):
                sign(request, keys[chance.choice(names)])
                return request
        sign(request, keys["any key"])
        return request


schemathesis.auth.set_from_requests(Signature())

schemathesis.openapi.media_type("application/cose", st.binary())
schemathesis.openapi.media_type("application/pkix-crl", st.binary())
schemathesis.openapi.media_type("application/partial-upload", st.binary())
schemathesis.openapi.media_type("text/plain; charset=utf-8", st.binary())


def is_hash(value) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None


def cards() -> list:
    """The members' cards that the server has."""
    global known
    if known is None:
        answer = requests.get(f"{settings['server']}/v1/members", auth=Signature(), verify=settings["authorities"])
        known = answer.json().get("members")
    return known


known = None


class SignedBy(requests.auth.AuthBase):
    def __init__(self, key: Ed25519PrivateKey):
        self.key = key

    def __call__(self, request):
        sign(request, self.key)
        return request


def waiting() -> str:
    """An inbox that has applied and waits, of a key of its own: one that was rejected is let in nowhere for a while."""
    key = Ed25519PrivateKey.generate()
    inbox = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    requests.post(
        f"{settings['server']}/v1/organisations/{settings['organisation']}/inboxes",
        json={"inbox": inbox, "letter": "", "recipient": ""}, auth=SignedBy(key), verify=settings["authorities"])
    return inbox


@schemathesis.hook
def map_case(context, case):
    """Leads most calls past the first refusal: to an organisation, an inbox, a blob and a card that there are."""
    path, query, body = case.path_parameters or {}, case.query or {}, case.body
    if re.fullmatch("[a-z][a-z0-9-]*", str(path.get("organisation", ""))):
        path["organisation"] = settings["organisation"]
    if is_hash(path.get("inbox")):
        path["inbox"] = waiting() if case.operation.label.endswith("/reject") else public("inbox")
    if is_hash(path.get("index")):
        path["index"] = public("inbox")
    content = getattr(body, "data", body)
    blob = str(path.get("blob", ""))
    if is_hash(blob[:64]) and isinstance(content, bytes):
        path["blob"] = hashlib.sha256(content).hexdigest() + blob[64:]
    if case.meta and case.meta.generation.mode.is_positive:
        if isinstance(body, dict):
            # One inbox and one entry of the directory, so that what was put is found.
            case.body = {**body, **{name: public("inbox") for name in ("inbox", "index") if name in body}}
        if case.operation.label == "PUT /v1/members" and cards():
            case.body = cards()[0]
        if {"position", "size"} <= query.keys():
            query["position"], query["size"] = "0", "1"
    # Else the answer waits for news.
    if str(query.get("beyond", "")).isdecimal():
        query["beyond"] = "0"
    return case


# Which operations were answered by what, so that a play in which no caller was let in is no success.
answered = {f"{method.upper()} {path}": set() for path, methods in document["paths"].items() for method in methods}


@schemathesis.hook
def after_call(context, case, response):
    answered[case.operation.label].add(response.status_code)


@atexit.register
def tell():
    Path(settings["answered"]).write_text(json.dumps({label: sorted(codes) for label, codes in answered.items()}, indent=1))
