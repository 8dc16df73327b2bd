"""Leaves letters of the greatest size at an organisation's desk, about one request, and says how the server answered.

usage: letter_flood.py PORT KEY PASSPHRASE_FILE ORGANISATION REQUEST COUNT
"""

import base64
import collections
import json
import os
import sys

from signed_calls import Caller, opened

port, key_file, passphrase_file, organisation, request, count = sys.argv[1:]
caller, answers = Caller(int(port), opened(key_file, passphrase_file)), collections.Counter()
for _ in range(int(count)):
    letter = {"addressee": "desk", "request": request, "body": base64.b64encode(os.urandom(64 << 10)).decode()}
    answer = caller.call("POST", f"/v1/organisations/{organisation}/letters", json.dumps(letter).encode())
    answers[answer.status_code] += 1
print(dict(answers))
