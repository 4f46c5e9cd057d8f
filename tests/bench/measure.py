#!/usr/bin/env python3
"""measure.py IMAGE RUNS LOOP FRANK-EXEC: runs in ./dev sandbox, as root. The others are handed the emulator by name, so that all of them
start the same two programs and no registration of this machine is needed."""
import os, shutil, statistics, subprocess, sys, time

SANDBOX = os.environ["FRANK_SANDBOX"]
ROOT = SANDBOX + "/bench-root"
EMULATOR = "/usr/local/bin/emulator"


def call(*argv):
    subprocess.run(argv, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def call_shown(*argv):
    subprocess.run(argv, check=True, stdin=subprocess.DEVNULL)


def timed(argv):
    """Milliseconds from spawning argv to its end."""
    null = os.open(os.devnull, os.O_RDWR)
    begin = time.perf_counter()
    pid = os.posix_spawnp(argv[0], argv, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, null, fd) for fd in (0, 1, 2)])
    status = os.waitpid(pid, 0)[1]
    spent = (time.perf_counter() - begin) * 1000
    os.close(null)
    return spent if status == 0 else None


def prepare(image):
    os.mkdir(ROOT)
    call("tar", "-C", ROOT, "--exclude=./dev/*", "-xf", image)
    emulator = next(p for p in ("/usr/bin/qemu-aarch64-static", "/usr/bin/qemu-aarch64") if os.path.exists(p))
    shutil.copy(emulator, ROOT + EMULATOR)
    # schroot's settings and records, and systemd-nspawn's, for as long as this mount namespace lives.
    for directory in ("/etc/schroot/chroot.d", "/var/lib/schroot", "/run"):
        call("mount", "-t", "tmpfs", "tmpfs", directory)
    os.mkdir("/run/lock")  # /var/lock, which schroot takes to unmount
    for directory in ("session", "mount", "union"):
        os.makedirs("/var/lib/schroot/" + directory, exist_ok=True)
    with open("/etc/schroot/chroot.d/bench", "w") as conf:
        conf.write(f"[bench]\ntype=directory\ndirectory={ROOT}\nusers=root\nroot-users=root\nprofile=minimal\n")
    call("frankctl", "create", "bench", ROOT)
    call("frankctl", "start", "bench")


def ways():
    program = [EMULATOR, "/usr/bin/true"]
    return {
        "qemu alone": [ROOT + EMULATOR, "-L", ROOT, ROOT + "/usr/bin/true"],
        "chroot": ["chroot", ROOT, *program],
        "frankctl run": ["frankctl", "run", "bench", "--", "true"],
        "bwrap": ["bwrap", "--bind", ROOT, "/", "--dev", "/dev", "--proc", "/proc", "--unshare-pid", *program],
        "systemd-nspawn": ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--console=pipe", "-D", ROOT,
                           *program],
        "schroot": ["schroot", "-c", "bench", "-d", "/", "--", *program],
    }


def measure(runs):
    """Takes turns, so that a slow moment of the machine meets all of them."""
    todo, times = ways(), {}
    for name, argv in todo.items():
        if timed(argv) is None:
            result = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True)
            print(f"{name} does not work here: {(result.stderr or result.stdout).strip().splitlines()[-1:]}")
        else:
            times[name] = []
    for _ in range(runs):
        for name in times:
            if (spent := timed(todo[name])) is not None:
                times[name].append(spent)
    return {name: statistics.median(spent) for name, spent in times.items()}


def start_time(runs):
    spent = []
    for _ in range(runs):
        call("frankctl", "stop", "bench")
        spent.append(timed(["frankctl", "start", "bench"]))
    return statistics.median(spent)


def frankend_status(field):
    with open(SANDBOX + "/frankend.pid") as file:
        pid = file.read().strip()
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/status") as file:
            total += next(int(line.split()[1]) for line in file if line.startswith(field + ":"))
    return total


def main():
    image, runs, loop, frank_exec = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
    prepare(image)
    medians = measure(runs)
    start = start_time(max(10, runs // 5))
    time.sleep(1)
    before = frankend_status("voluntary_ctxt_switches")
    time.sleep(5)
    wakeups = frankend_status("voluntary_ctxt_switches") - before
    memory = frankend_status("VmRSS") / 1024

    base = medians["chroot"]
    print(f"\n{'true, in the same arm64 root':30} {'median ms':>10} {'over chroot':>12} {'ratio':>7}")
    for name, median in medians.items():
        print(f"{name:30} {median:10.1f} {median - base:+12.1f} {median / base:7.2f}")
    over = medians["frankctl run"] - base
    print(f"\n{'frankctl run, over chroot':30} {over:10.1f} ms   goal: at most 8 ms")
    print(f"{'frankctl start':30} {start:10.1f} ms   goal: at most 40 ms")
    print(f"{'frankend, resident':30} {memory:10.1f} MB   goal: under 20 MB")
    print(f"{'frankend, idle wake-ups in 5 s':30} {wakeups:10d}      goal: 0", flush=True)
    table = SANDBOX + "/exec-table"
    with open(table, "wb") as file:
        subprocess.run(["frankctl", "run", "bench", "--", "cat", "/run/frankend/exec-table"], check=True, stdout=file)
    call_shown(os.path.dirname(os.path.realpath(__file__)) + "/exec_cost.py", loop, frank_exec, table, str(runs * 20))


main()
