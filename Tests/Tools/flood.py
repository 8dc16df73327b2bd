"""Holds so many useless connections open at a medseald, and opens another for each that it ends, until its input ends.

usage: flood.py PORT bare|greeted|unfinished COUNT

bare connects and says nothing, greeted goes through TLS and says nothing more, unfinished sends half of a request.
"""

import select
import socket
import ssl
import sys

port, kind, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE


def connect():
    try:
        connection = socket.create_connection(("127.0.0.1", port), timeout=5)
        if kind != "bare":
            connection = context.wrap_socket(connection)
        if kind == "unfinished":
            connection.sendall(b"POST /v1/statements HTTP/1.1\r\nHost: localhost\r\nX-Half: ")
        return connection
    except OSError:
        return None


held, opened, told = [], 0, False
while True:
    while len(held) < count:
        connection = connect()
        opened += 1
        if connection is not None:
            held.append(connection)
        if not told and opened >= count:
            print("floods", flush=True)
            told = True
        if select.select([sys.stdin], [], [], 0)[0]:
            sys.exit(0)
    # What is readable was ended: the server never speaks first here.
    poll = select.poll()
    places = {}
    for connection in held:
        poll.register(connection, select.POLLIN)
        places[connection.fileno()] = connection
    ended = {places[place] for place, _ in poll.poll(50)}
    for connection in ended:
        connection.close()
    held = [connection for connection in held if connection not in ended]
    if select.select([sys.stdin], [], [], 0)[0]:
        sys.exit(0)
