"""A TStorage client by the letter of the protocol, with struct and a socket.

Usage: _python_client.py PORT put|check

put    stores the records that standard input tells, and checks what must hold
check  checks that these records are there, and no others

A record is a line of JSON: the five parts of the key, the format of the payload
in the language of Python's struct, and the values; bytes are hexadecimal.
"""

import json
import socket
import struct
import sys

GET, PUT, PUTA, GETACQ = 1, 5, 6, 7
KEY = struct.Struct("<iqiqq")
HEADER = struct.Struct("<iQ")
LOWEST = (0, -(2**63), -(2**31), -(2**63), -(2**63))
HIGHEST = (2**31 - 1, 2**63 - 1, 2**31 - 1, 2**63 - 1, 2**63 - 1)


class Client:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.input = self.socket.makefile("rb")

    def send(self, *parts, step=1000):
        data = b"".join(parts)
        for at in range(0, len(data), step):
            self.socket.sendall(data[at : at + step])

    def put(self, kind, records, step=1000):
        """A group for each record, which is allowed, and an empty one."""
        parts = [HEADER.pack(kind, 0), struct.pack("<ii", 9, 0)]
        for (cid, *key), payload in records:
            key = struct.pack("<qiqq", *key)[: 28 if kind == PUTA else 20]
            record = struct.pack("<i", len(key) + len(payload)) + key + payload
            parts.append(struct.pack("<ii", cid, len(record)) + record)
        self.send(*parts, struct.pack("<i", -1), step=step)
        status, size = HEADER.unpack(self.input.read(12))
        assert (status, size) == (0, 16), (status, size)
        return struct.unpack("<qq", self.input.read(16))

    def get(self, low, high):
        self.send(HEADER.pack(GET, 64), KEY.pack(*low), KEY.pack(*high))
        assert HEADER.unpack(self.input.read(12)) == (0, 0)
        records = []
        while size := struct.unpack("<i", self.input.read(4))[0]:
            record = self.input.read(size)
            records.append((KEY.unpack(record[:32]), record[32:]))
        status, size = HEADER.unpack(self.input.read(12))
        body = self.input.read(size)
        return status, records, struct.unpack("<q", body)[0] if body else None

    def acq(self, low, high):
        self.send(HEADER.pack(GETACQ, 64), KEY.pack(*low), KEY.pack(*high))
        assert HEADER.unpack(self.input.read(12)) == (0, 8)
        return struct.unpack("<q", self.input.read(8))[0]


def told():
    for line in sys.stdin:
        *key, form, values = json.loads(line)
        values = [bytes.fromhex(v) if isinstance(v, str) else v for v in values]
        yield tuple(key), struct.pack(form, *values)


def check(client, records):
    status, found, acq = client.get(LOWEST, HIGHEST)
    assert status == 0
    assert found == sorted(records), (found, sorted(records))
    return acq


def check_all(port):
    check(Client(port), told())


def put_all(port):
    records = list(told())
    client = Client(port)
    assert client.put(PUTA, records, step=7) == (-1, -1)
    before = check(client, records)

    # The times that PUT gives are one after another, in the order of the wire.
    times = [((1, i, 0, 2**62, 0), b"") for i in range(100)]
    first, last = client.put(PUT, times[::-1])
    assert before <= first and last - first == 99, (before, first, last)
    low, high = (1, 0, 0, 2**62, before), (2, 100, 1, 2**63 - 1, 2**63 - 1)
    _, found, acq = client.get(low, high)
    assert [key[4] for key, _ in found] == [*range(last, first - 1, -1)], found
    # Who goes on from there sees nothing twice.
    assert last < acq <= client.acq(LOWEST, HIGHEST)
    assert client.get((*low[:4], acq), high)[1] == []

    # A range that is empty is refused after the fact, and that is the end.
    assert client.get(low, (1, *high[1:])) == (-1, [], None)
    assert client.input.read() == b""


{"put": put_all, "check": check_all}[sys.argv[2]](int(sys.argv[1]))
