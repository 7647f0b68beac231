"""What h11 makes of a connection: a line of JSON in, an `Opinion` out; see oracle.ts.

h11 is a parser of its own, in Python: Debian's python3-h11.
"""

import base64
import hashlib
import json
import sys

import h11

MOST = 64 * 1024


def requests_in(data):
    heads, whole = [], []
    while data:
        # RFC 9112, section 2.2, asks servers to pass over an empty line. h11 does not.
        if data.startswith(b"\r\n"):
            data = data[2:]
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=MOST)
        connection.receive_data(data)
        length, sha1 = 0, hashlib.sha1()
        try:
            while True:
                event = connection.next_event()
                if isinstance(event, h11.Request):
                    head = [event.method.decode("latin1"), event.target.decode("latin1")]
                    heads.append(head)
                elif isinstance(event, h11.Data):
                    length += len(event.data)
                    sha1.update(event.data)
                elif isinstance(event, h11.EndOfMessage):
                    whole.append([*head, length, sha1.hexdigest()])
                    break
                else:
                    return heads, whole
        except h11.RemoteProtocolError:
            return heads, whole
        data = connection.trailing_data[0]
    return heads, whole


def answers_in(data, methods, is_whole):
    statuses, finals = [], 0
    while data:
        method = methods[finals] if finals < len(methods) else "GET"
        connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=MOST)
        connection.send(h11.Request(method=method, target="/", headers=[("host", "a")]))
        connection.send(h11.EndOfMessage())
        connection.receive_data(data)
        if is_whole:
            connection.receive_data(b"")
        try:
            while True:
                event = connection.next_event()
                if isinstance(event, (h11.InformationalResponse, h11.Response)):
                    statuses.append(event.status_code)
                elif isinstance(event, h11.EndOfMessage):
                    break
                elif event is h11.NEED_DATA:
                    return statuses, "the last answer is incomplete" if is_whole else None
                elif not isinstance(event, h11.Data):
                    return statuses, "h11 says %r" % (event,)
        except h11.RemoteProtocolError as failure:
            return statuses, str(failure)
        finals += 1
        data = connection.trailing_data[0]
    return statuses, None


for line in sys.stdin:
    question = json.loads(line)
    heads, whole = requests_in(base64.b64decode(question["sent"]))
    received = base64.b64decode(question["received"])
    statuses, wrong = answers_in(received, question["methods"], question["whole"])
    print(json.dumps(dict(heads=heads, whole=whole, statuses=statuses, wrong=wrong)), flush=True)
