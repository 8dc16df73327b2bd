"""Calls a medseald by many connections at once, as fast as it answers, until its input ends; then says how it answered.

usage: call_flood.py PORT KIND CONNECTIONS ORGANISATION [KEY PASSPHRASE_FILE]

strangers apply with a new key each time; uploads send bodies that are refused; unsigned has no signature. By the key of a
member: letters fill the desk, examinations, inventories, entries and states are dear to answer, events are streams.
"""

import base64
import collections
import json
import os
import sys
import threading

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from signed_calls import Caller, opened, public

port, kind, count, organisation = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
member = opened(*sys.argv[5:7]) if len(sys.argv) > 5 else None
part = f"/v1/organisations/{organisation}"
answers, ended = collections.Counter(), threading.Event()


def text(size: int) -> str:
    return base64.b64encode(os.urandom(size)).decode()


def once(caller: Caller) -> int:
    match kind:
        case "strangers":
            caller = Caller(port, Ed25519PrivateKey.generate())
            body = {"inbox": public(caller.key), "recipient": "age1x", "letter": text(40 << 10)}
            return caller.call("POST", part + "/inboxes", json.dumps(body).encode()).status_code
        case "uploads":
            name = os.urandom(32).hex()
            return caller.call("PUT", f"{part}/records/{name}/blobs/{name}", bytes(4 << 20)).status_code
        case "unsigned":
            return caller.session.get(f"https://{caller.authority}/v1/ledger/checkpoint", verify=False).status_code
        case "letters":
            body = {"addressee": "desk", "request": os.urandom(32).hex(), "body": text(60 << 10)}
            return caller.call("POST", part + "/letters", json.dumps(body).encode()).status_code
        case "examinations":
            return caller.call("GET", "/v1/ledger/examination").status_code
        case "inventories":
            return caller.call("GET", part + "/inventory").status_code
        case "entries":
            return caller.call("GET", "/v1/ledger/entries", query="from=0&limit=1024").status_code
        case "states":
            keys = ["04" + os.urandom(32).hex() for _ in range(1_024)]
            return caller.call("POST", "/v1/ledger/state", json.dumps({"keys": keys}).encode()).status_code
        case "events":
            with caller.call("GET", "/v1/ledger/events", stream=True) as answer:
                for _ in answer.iter_content(1_024):
                    if ended.is_set():
                        break
            return answer.status_code
    sys.exit(f"no flood of {kind}")


def flood() -> None:
    caller = Caller(port, member or Ed25519PrivateKey.generate())
    while not ended.is_set():
        try:
            answers[once(caller)] += 1
        except requests.RequestException:
            answers["cut off"] += 1
            caller.session = requests.Session()


for _ in range(count):
    threading.Thread(target=flood, daemon=True).start()
print("floods", flush=True)
sys.stdin.read()
ended.set()
print(dict(answers), flush=True)
os._exit(0)
