#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
#
# nonsense.py SOCKET SEED -- what is none of the fabric's, to its daemon and to the machines behind
# it: whole messages with fields drawn by lot, most after a greeting that is right and as a
# function that has joined, and frames of all lengths.

import os
import random
import socket
import struct
import sys

HEADER = 56
MAGIC = 0x49534D6661620001


def message(kind, fields=(0, 0, 0, 0, 0, 0, 0), length=HEADER, data=b""):
    """fields: id, from, to, a, b, c, until."""
    return struct.pack(">IIQQQIIQQ", length, kind, *fields) + data


def lot(rng, mine):
    kind = rng.choice([5, 6, 7, 7, 8] * 4 + [0, 1, 2, 3, 4, 9, 10, rng.getrandbits(32)])
    gid = rng.choice([mine] * 12 + [0, 1, rng.getrandbits(64), 0x1014040000010001])
    to = rng.choice([gid, rng.getrandbits(48), 0x1014040000010001, 0x1014040000010002, 1 << 39, 2 << 39])
    data = os.urandom(rng.choice([0, 0, 1, 8, 4096]))
    length = rng.choice([HEADER + len(data)] * 20 + [0, 1, HEADER - 1, 4096 + HEADER + 1, rng.getrandbits(32)])
    return message(kind, (rng.getrandbits(64), gid, to, rng.getrandbits(32), rng.getrandbits(32),
                          rng.getrandbits(64), 0), length, data)


def main():
    path, rng = sys.argv[1], random.Random(int(sys.argv[2]))
    for i in range(300):
        net = i % 4 == 0
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(0.01)
        s.connect(path + ".net" if net else path)
        try:
            if net:
                length = rng.choice([0, 1, 60, 1514, 65536, 65537, 0xFFFFFFFF])
                s.sendall(struct.pack(">I", length) + os.urandom(min(length, 2000)))
            else:
                if rng.random() < 0.8:
                    s.sendall(message(1, (1, 0, 0, 0, 0, MAGIC, 0)))
                mine = rng.getrandbits(64)
                s.sendall(message(2, (2, mine, 0, 0, 0, 0, 0)))
                for _ in range(rng.randrange(40)):
                    s.sendall(lot(rng, mine))
                s.recv(65536)
        except (OSError, socket.timeout):
            pass
        s.close()


main()
