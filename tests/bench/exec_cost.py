#!/usr/bin/env python3
"""exec_cost.py LOOP FRANK-EXEC TABLE [RUNS]: what frank-exec adds to one foreign exec. One private binfmt table, with
qemu registered by itself for some arm64 programs and frank-exec, with a session's exec table, for all others; the same
tiny static program for each of them, in turns, with the same qemu and CPU model. What is added is the median of the
differences within a turn, since a machine is not equally fast all the time. Runs as root; the machine's own table is
not touched."""
import os, statistics, struct, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.realpath(__file__))


def tiny_program(tenth_byte):
    """mov x0, #0; mov x8, #93 (exit); svc 0. The tenth byte of an ELF file says nothing (gABI, EI_PAD)."""
    code = struct.pack("<3I", 0xD2800000, 0xD2800BA8, 0xD4000001)
    base, start = 0x400000, 64 + 56
    head = (b"\x7fELF\x02\x01\x01\0\0" + bytes([tenth_byte])).ljust(16, b"\0") + struct.pack(
        "<HHIQQQIHHHHHH", 2, 183, 1, base + start, 64, 0, 0, 64, 56, 1, 64, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, base, base, start + len(code), start + len(code), 0x1000)
    return head + segment + code


def cpu_in(table):
    """The model that the session's table has for its emulator: its options are strings that end with a NUL."""
    with open(table, "rb") as file:
        return file.read().split(b"\0-cpu\0")[1].split(b"\0")[0].decode()


def turns(loop, frank_exec, table, runs):
    """(microseconds, the processor's) of qemu and of frank-exec, for each turn."""
    environment = dict(os.environ, FOREIGN_NS_CPU=cpu_in(table), FOREIGN_NS_DISPATCHER=frank_exec,
                       FOREIGN_NS_TABLE=table)
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        programs = [f"{directory}/plain", f"{directory}/dispatched"]
        for program, tenth_byte in zip(programs, (1, 0)):
            with open(program, "wb") as file:
                file.write(tiny_program(tenth_byte))
            os.chmod(program, 0o755)
        output = subprocess.run([HERE + "/../support/foreign_ns.sh", loop, str(runs), *programs], check=True, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environment).stdout
    numbers = [list(map(float, line.split())) for line in output.splitlines()]
    return [((a, b), (c, d)) for a, b, c, d in numbers]


def main():
    runs = int(sys.argv[4]) if len(sys.argv) > 4 else 1000
    measured = turns(*sys.argv[1:4], runs)
    print(f"\n{'one exec of a tiny arm64 program':34} {'median ms':>10} {'CPU ms':>8} {'mean ms':>9} {'runs':>6}")
    for name, pairs in zip(("qemu", "frank-exec"), zip(*measured)):
        wall, cpu = zip(*pairs)
        print(f"{name:34} {statistics.median(wall) / 1000:10.3f} {statistics.median(cpu) / 1000:8.3f} "
              f"{statistics.fmean(wall) / 1000:9.3f} {len(pairs):6}")
    wall, cpu = (statistics.median(ours[i] - plain[i] for plain, ours in measured) / 1000 for i in (0, 1))
    print(f"{'frank-exec adds':34} {wall:10.3f} {cpu:8.3f}   goal: at most 0.6 ms")


main()
