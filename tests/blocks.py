#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
#
# blocks.py HOW IN OUT -- a capture, its blocks changed as other programs, or accidents, change
# them; plain or gzip in, plain out.
#
#   big, little      the same in this byte order, as a program on such a machine would write it
#   drop N           without its packet number N, from 1
#   twice N          with packet number N once more, behind itself
#   ethernet         with an interface of Ethernet, and a packet of that, behind its packets
#   obsolete, simple with an obsolete or a simple packet block in front of its first packet
#   section          with a section without interfaces behind
#   lone             with a section behind that has a simple packet, and no interface
#   offset S         its interfaces with if_tsoffset S
#   seconds          times in whole seconds, if_tsresol 0x80
#   behind           accounts behind all packets, but for the closing one, which is gone: as
#                    editcap has it

import gzip
import struct
import sys

SHB, IDB, PB, SPB, ISB, EPB = 0x0A0D0D0A, 1, 2, 3, 5, 6
FIXED = {SHB: "IHHQ", IDB: "HHI", ISB: "III", EPB: "IIIII"}
# Options that are numbers; in two halves, or behind an enterprise number.
NUMBERS = {(EPB, 2): "I", (IDB, 14): "q"} | {(ISB, code): "Q" for code in range(4, 9)}
HALVES = {(ISB, 2), (ISB, 3)}
CUSTOM = {2988, 2989, 19372, 19373}


class Block:
    """A block: numbers of its fixed part, data of a packet, options as they are in big-endian."""

    def __init__(self, kind, fixed, data=b"", options=()):
        self.kind, self.fixed, self.data, self.options = kind, list(fixed), data, list(options)


def swap(kind, code, value, order):
    """An option's value from one order into the other: the same either way."""
    other = "<" if order == ">" else ">"
    if (kind, code) in HALVES:
        return struct.pack(other + "II", *struct.unpack(order + "II", value))
    if (kind, code) in NUMBERS:
        form = NUMBERS[(kind, code)]
        return struct.pack(other + form, *struct.unpack(order + form, value))
    if code in CUSTOM:
        return value[3::-1] + value[4:]
    return value


def read_options(kind, body, order):
    at = 0
    while at + 4 <= len(body):
        code, size = struct.unpack_from(order + "HH", body, at)
        if not code:
            return
        value = body[at + 4 : at + 4 + size]
        yield code, value if order == ">" else swap(kind, code, value, order)
        at += 4 + (size + 3 & ~3)


def read(path):
    raw = open(path, "rb").read()
    data = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    at, order = 0, ">"
    while at < len(data):
        if data[at : at + 4] == b"\x0a\x0d\x0d\x0a":
            order = "<" if data[at + 8] == 0x4D else ">"
        kind, total = struct.unpack_from(order + "II", data, at)
        body = data[at + 8 : at + total - 4]
        fixed = struct.unpack_from(order + FIXED[kind], body)
        pos = struct.calcsize(order + FIXED[kind])
        packet = b""
        if kind == EPB:
            packet = body[pos : pos + fixed[3]]
            pos += fixed[3] + 3 & ~3
        yield Block(kind, fixed, packet, read_options(kind, body[pos:], order))
        at += total


def write(path, blocks, order):
    with open(path, "wb") as out:
        for block in blocks:
            body = struct.pack(order + FIXED.get(block.kind, ""), *block.fixed)
            body += block.data + bytes(-len(block.data) % 4)
            for code, value in block.options:
                if order == "<":
                    value = swap(block.kind, code, value, ">")
                body += struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)
            if block.options:
                body += bytes(4)
            size = len(body) + 12
            out.write(struct.pack(order + "II", block.kind, size) + body + struct.pack(order + "I", size))


def at_packet(blocks, number):
    return [i for i, block in enumerate(blocks) if block.kind == EPB][number - 1]


def last_packet(blocks):
    return at_packet(blocks, 0)


def header():
    return Block(SHB, (0x1A2B3C4D, 1, 0, 2**64 - 1))


def simple():
    return Block(SPB, (), struct.pack(">I", 16) + bytes(range(16)))


def set_times(blocks, times):
    for block in blocks:
        if block.kind == EPB:
            high, low = times(block.fixed[1] << 32 | block.fixed[2])
            block.fixed[1:3] = high, low
        elif block.kind == ISB:
            block.fixed[1:3] = times(block.fixed[1] << 32 | block.fixed[2])


def change(how, argument, blocks):
    order = ">"
    if how == "little":
        order = "<"
    elif how == "drop":
        del blocks[at_packet(blocks, argument)]
    elif how == "twice":
        at = at_packet(blocks, argument)
        blocks.insert(at, blocks[at])
    elif how == "ethernet":
        number = sum(block.kind == IDB for block in blocks)
        at = last_packet(blocks) + 1
        blocks[at:at] = [Block(IDB, (1, 0, 0)), Block(EPB, (number, 0, 0, 60, 60), bytes(60))]
    elif how == "obsolete":
        blocks.insert(at_packet(blocks, 1), Block(PB, (), struct.pack(">HHIIII", 0, 0, 0, 0, 4, 4) + b"data"))
    elif how == "simple":
        blocks.insert(at_packet(blocks, 1), simple())
    elif how == "section":
        blocks.append(header())
    elif how == "lone":
        blocks += [header(), simple()]
    elif how == "offset":
        for block in blocks:
            if block.kind == IDB:
                block.options.append((14, struct.pack(">q", argument)))
    elif how == "seconds":
        for block in blocks:
            block.options = [(code, b"\x80" if (block.kind, code) == (IDB, 9) else value)
                             for code, value in block.options]
        set_times(blocks, lambda ns: divmod(ns // 10**9, 2**32))
    elif how == "behind":
        accounts = [block for block in blocks if block.kind == ISB]
        first = at_packet(blocks, 1)
        keep = [block for block in blocks[:first] if block.kind == ISB]
        blocks = [block for block in blocks if block not in accounts] + keep
    elif how != "big":
        sys.exit(f"how: {how}")
    return blocks, order


def main():
    how, rest = sys.argv[1], sys.argv[2:]
    argument = int(rest.pop(0)) if how in ("drop", "twice", "offset") else None
    blocks, order = change(how, argument, list(read(rest[0])))
    write(rest[1], blocks, order)


main()
