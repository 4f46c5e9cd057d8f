"""Writes one of a few tiny foreign programs, a static ELF file of some instructions:

    tiny_program.py NAME FILE

machine   armel, ARMv4: prints what uname says of the machine
armv7     armel: runs MOVW, which came with ARMv7, and ends with 0; SIGILL where the CPU is older
division  armel: runs SDIV, which Cortex-A7 and A15 have and A8 and A9 have not, and ends as armv7 does
atomics   arm64: runs LDADD, which came with ARMv8.1 (LSE), and ends with 0; SIGILL where the CPU is older
"""

import os
import struct
import sys

PROGRAMS = {
    # sub sp, sp, #512; uname(sp); r1 = sp + 4 * 65 (struct utsname, machine); r2 = its length; write(1, r1, r2); exit(0)
    "machine": (40, [
        0xE24DDC02, 0xE1A0000D, 0xE3A0707A, 0xEF000000, 0xE28D1F41, 0xE3A02000, 0xE7D13002, 0xE3530000,
        0x12822001, 0x1AFFFFFB, 0xE3A00001, 0xE3A07004, 0xEF000000, 0xE3A00000, 0xE3A07001, 0xEF000000]),
    # movw r0, #0; exit(r0)
    "armv7": (40, [0xE3000000, 0xE3A07001, 0xEF000000]),
    # mov r0, #0; mov r1, #1; sdiv r0, r0, r1; exit(r0)
    "division": (40, [0xE3A00000, 0xE3A01001, 0xE710F110, 0xE3A07001, 0xEF000000]),
    # ldadd w0, w1, [sp]; exit(0)
    "atomics": (183, [0xB82003E1, 0xD2800000, 0xD2800BA8, 0xD4000001]),
}
BASE = 0x400000


def elf(machine, words):
    code = b"".join(struct.pack("<I", word) for word in words)
    wide = machine == 183
    header, segment = (64, 56) if wide else (52, 32)
    size = header + segment + len(code)
    ident = b"\x7fELF" + bytes([2 if wide else 1, 1, 1]) + bytes(9)
    flags = 0 if wide else 0x05000200  # EABI 5, soft float
    head = ident + struct.pack("<HHI" + ("QQQ" if wide else "III"), 2, machine, 1, BASE + header + segment, header, 0)
    head += struct.pack("<IHHHHHH", flags, header, segment, 1, 0, 0, 0)
    if wide:
        load = struct.pack("<IIQQQQQQ", 1, 5, 0, BASE, BASE, size, size, 0x10000)
    else:
        load = struct.pack("<IIIIIIII", 1, 0, BASE, BASE, size, size, 5, 0x10000)
    return head + load + code


with open(sys.argv[2], "wb") as file:
    file.write(elf(*PROGRAMS[sys.argv[1]]))
os.chmod(sys.argv[2], 0o755)
