#!/usr/bin/env python3
"""exec_cost.py LOOP FRANK-EXEC TABLE [RUNS]: what frank-exec adds to one foreign exec. Two private binfmt tables, one
with qemu registered by itself and one with frank-exec and a session's exec table, both with the same CPU model; the same
tiny static arm64 program in both, in turns. Runs as root; the machine's own table is not touched."""
import os, statistics, struct, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.realpath(__file__))
ROUNDS = 50


def tiny_program():
    """mov x0, #0; mov x8, #93 (exit); svc 0."""
    code = struct.pack("<3I", 0xD2800000, 0xD2800BA8, 0xD4000001)
    base, start = 0x400000, 64 + 56
    head = b"\x7fELF\x02\x01\x01".ljust(16, b"\0") + struct.pack(
        "<HHIQQQIHHHHHH", 2, 183, 1, base + start, 64, 0, 0, 64, 56, 1, 64, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, base, base, start + len(code), start + len(code), 0x1000)
    return head + segment + code


def cpu_in(table):
    """The model that the session's table has for its emulator: its options are strings that end with a NUL."""
    with open(table, "rb") as file:
        return file.read().split(b"\0-cpu\0")[1].split(b"\0")[0].decode()


def times(loop, program, runs, extra):
    environment = dict(os.environ, **extra)
    output = subprocess.run([HERE + "/../support/foreign_ns.sh", loop, str(runs), program], check=True, text=True,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environment).stdout
    return [tuple(map(float, line.split())) for line in output.splitlines()]


def main():
    loop, frank_exec, table = sys.argv[1:4]
    runs = int(sys.argv[4]) if len(sys.argv) > 4 else 1000
    ways = {"qemu": {"FOREIGN_NS_CPU": cpu_in(table)},
            "frank-exec": {"FOREIGN_NS_DISPATCHER": frank_exec, "FOREIGN_NS_TABLE": table}}
    spent = {name: [] for name in ways}
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        program = directory + "/tiny"
        with open(program, "wb") as file:
            file.write(tiny_program())
        os.chmod(program, 0o755)
        for _ in range(ROUNDS):
            for name, extra in ways.items():
                spent[name] += times(loop, program, max(1, runs // ROUNDS), extra)

    print(f"\n{'one exec of a tiny arm64 program':34} {'median ms':>10} {'CPU ms':>8} {'mean ms':>9} {'runs':>6}")
    rows = {}
    for name, pairs in spent.items():
        wall, cpu = zip(*pairs)
        rows[name] = statistics.median(wall) / 1000, statistics.median(cpu) / 1000
        print(f"{name:34} {rows[name][0]:10.3f} {rows[name][1]:8.3f} {statistics.fmean(wall) / 1000:9.3f} {len(pairs):6}")
    wall, cpu = (rows["frank-exec"][i] - rows["qemu"][i] for i in (0, 1))
    # On a machine that does other work the processor's time is what can be compared.
    print(f"{'frank-exec adds':34} {wall:10.3f} {cpu:8.3f}   goal: at most 0.6 ms")


main()
