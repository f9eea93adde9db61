#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
#
# records.py -- captures for the dissector, made of single records, and a look at what tshark
# said of them.
#
#   extremes ORDER OUT             accesses and an instruction with numbers of 64 bits at their ends
#   names OUT                      accesses whose tasks and drivers have names that do harm
#   told OUT                       the same, and so does all that a capture says of itself
#   mutated N SEED SEEDS ORDER OUT N changed records out of the fuzzer's seeds in the folder SEEDS
#   look N FILE                    exit status 1, and why, if tshark's output tells of an error, or
#                                  has what must not reach a terminal; N: of so many records, or any
#
# ORDER is that of the blocks, big or little: records are the same in both.  SEED is any word.

import os
import random
import struct
import sys
import unicodedata

ACCESS_LEN, INSN_LEN = 248, 96
ENDS = [0, 1, 2**31 - 1, 2**32 - 1, 2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1]
NAMES = [
    b"\x1b[2J\x1b]0;x\x07",
    b"a\n  1 forged line",
    "a\u202eb\u2066c".encode(),
    "\u200b\ufeff\u2028".encode(),
    "\U000e0041\U000e007f".encode(),
    b"\xff\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80",
    b"\xc2\x9b31m\x7f\x01",
    b"back\\slash \\x1b",
    b"sixteen of them!",
    "\u00e4\u20ac\U0001f600 ok".encode(),
    b"",
]


def block(order, kind, body):
    size = len(body) + 12
    return struct.pack(order + "II", kind, size) + body + struct.pack(order + "I", size)


def options(order, values):
    """Each a code and bytes, and the end of them."""
    return b"".join(
        struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)
        for code, value in [*values, (0, b"")]
    )


def write(path, order, records, interfaces=((),), section=()):
    """interfaces: the options of each but for if_tsresol; records take turns with them."""
    order = {"big": ">", "little": "<"}[order]
    with open(path, "wb") as out:
        head = struct.pack(order + "IHHQ", 0x1A2B3C4D, 1, 0, 2**64 - 1)
        out.write(block(order, 0x0A0D0D0A, head + options(order, section)))
        for values in interfaces:
            out.write(block(order, 1, struct.pack(order + "HHI", 150, 0, 0) + options(order, [(9, b"\x09"), *values])))
        for i, record in enumerate(records):
            time, size = 1763696000123456789 + i, len(record)
            head = struct.pack(order + "IIIII", i % len(interfaces), time >> 32, time & 0xFFFFFFFF, size, size)
            out.write(block(order, 6, head + record + bytes(-size % 4)))


def header(kind, size, comm=b"task", begin=0):
    return struct.pack(">BBHIQII16sII", 1, kind, size, 0, begin, 42, 43, comm, 34, 0x80020000)


def access(comm=b"task", driver=b"vfio-pci", begin=0, offset=0, length=8, ret=8, latency=0, moved=0,
           error=bytes(16), insns=(0,) * 6):
    head = header(1, ACCESS_LEN, comm, begin)
    body = struct.pack(">BBHIQQqQ6IIIII", 1, 1, 0, 2, offset, length, ret, latency, *insns, 0, 0, 0, 0)
    body += struct.pack(">Q4I11II", moved, *(0,) * 15, 7) + error + struct.pack("32s", driver)
    return head + body


def insn(offset=0, latency=0, error=bytes(16)):
    return header(2, INSN_LEN) + struct.pack(">BBBBIiIQQ", 2, 2, 1, 0, 4096, -5, 0, offset, latency) + error


def failure(offset):
    return struct.pack(">BBbBBBHQ", 3, 2, -5, 1, 20, 2, 4096, offset)


def extremes():
    for value in ENDS:
        signed = value - 2**64 if value >= 2**63 else value
        yield access(begin=value, offset=value, length=value, ret=signed, latency=value, moved=value,
                     error=failure(value))
    yield insn(offset=2**64 - 1, latency=2**63, error=failure(2**63 + 1))
    # More instructions than 32 bits have.
    yield access(insns=(2**32 - 1,) * 6)


def names():
    for name in NAMES:
        yield access(comm=name[:16], driver=name[:31])


def told(path):
    """if_name, if_description, comments; of the section the machine, its system, its program."""
    interfaces = [[(2, name), (3, b"fid=0x22 ism=1 driver=" + name), (1, name)] for name in NAMES]
    write(path, "big", names(), interfaces, [(code, NAMES[0] + NAMES[2]) for code in (1, 2, 3, 4)])


def seeds(folder):
    """The records in the inputs of tests/fuzz/fuzz_record.c: a byte, then pieces of them."""
    found = []
    for name in sorted(os.listdir(folder)):
        data = open(os.path.join(folder, name), "rb").read()
        at = 1
        while at + 3 <= len(data):
            what, size = struct.unpack_from(">BH", data, at)
            if what and size >= 48:
                found.append(data[at + 3 : at + 3 + size])
            at += 3 + size
    return found


def mutate(rng, record):
    data = bytearray(record)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        how = rng.randrange(9)
        at = rng.randrange(len(data)) if data else 0
        if how == 0 and data:
            data[at] ^= 1 << rng.randrange(8)
        elif how == 1 and data:
            data[at] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
        elif how == 2:
            at &= ~7
            data[at : at + 8] = struct.pack(">Q", rng.choice(ENDS) + rng.choice((-1, 0, 1)) & 2**64 - 1)
        elif how == 3:
            at &= ~3
            data[at : at + 4] = struct.pack(">I", rng.choice((0, 1, 2**31, 2**32 - 1, rng.randrange(2**32))))
        elif how == 4:
            name = rng.choice(NAMES)
            for place in (24, 216, at):
                if place + 16 <= len(data):
                    data[place : place + 16] = name[:16].ljust(16, rng.choice((b"\0", b"\xff", b"x")))
        elif how == 5:
            del data[at:]
        elif how == 6:
            data += rng.randbytes(rng.randrange(64))
        elif how == 7 and len(data) > 4:
            # The length of the header.
            struct.pack_into(">H", data, 2, rng.choice((0, 47, 48, 96, 247, 248, 249, len(data), 2**16 - 1)))
        elif how == 8 and data:
            data[at : at + 32] = rng.randbytes(32)
    return bytes(data[:4096])


def mutated(count, seed, folder):
    rng, known = random.Random(seed), seeds(folder)
    return (mutate(rng, rng.choice(known)) for _ in range(count))


def is_harmful(char):
    """Not by the table of utf8.c: by what Unicode says, and by what the issue named."""
    kind = unicodedata.category(char)
    point = ord(char)
    if kind in ("Cc", "Cs", "Zl", "Zp"):
        return char not in "\n\t"
    return (kind == "Cf" and (point == 0x61C or point >= 0x2000) and not 0x13430 <= point <= 0x1343F
            and point not in (0x110BD, 0x110CD)) or 0xE0000 <= point <= 0xE007F


def look(count, path):
    data = open(path, "rb").read()
    wrong = []
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as why:
        wrong.append(f"no UTF-8: {why}")
        text = data.decode("utf-8", "replace")
    for sign in ("Lua Error", "Exception occurred", "Dissector bug", "_ws.lua.error"):
        if sign in text:
            at = text.index(sign)
            wrong.append(f"{sign}: {ascii(text[max(0, at - 300):at + 300])}")
    harmful = {char for char in set(text) if is_harmful(char)}
    for char in sorted(harmful):
        at = text.index(char)
        wrong.append(f"U+{ord(char):04X} in {ascii(text[max(0, at - 100):at + 20])}")
    found = text.count("ISM access (ismtrace)") or text.count('"ism": {') or text.count("\n")
    if count != "any" and found != int(count):
        wrong.append(f"{found} records rather than {count}")
    for line in wrong:
        print(f"{path}: {line}", file=sys.stderr)
    return 1 if wrong else 0


def main():
    how, rest = sys.argv[1], sys.argv[2:]
    if how == "extremes":
        write(rest[1], rest[0], extremes())
    elif how == "names":
        write(rest[0], "big", names())
    elif how == "told":
        told(rest[0])
    elif how == "mutated":
        write(rest[4], rest[3], mutated(int(rest[0]), rest[1], rest[2]))
    elif how == "look":
        return look(rest[0], rest[1])
    else:
        sys.exit(f"how: {how}")
    return 0


sys.exit(main())
