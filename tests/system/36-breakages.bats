#!/usr/bin/env bats
# CAUTION: for ./dev test system only, which runs this as root inside ./dev sandbox. It kills processes and mounts.
# Each way in which emulation is known to break, really provoked, with the line that the user sees.

setup() { load helper; }

# A test that gave frankend other settings has ended, well or not.
teardown() {
    [ ! -e "$FRANK_SANDBOX/frankend.toml.own" ] || frankend_with <"$FRANK_SANDBOX/frankend.toml.own"
    rm -f "$FRANK_SANDBOX/frankend.toml.own"
}

# ARCH CMD...: runs it where frankctl has the streams; $stderr is what the user sees, $status frankctl's.
broken() {
    local arch=$1
    shift
    run --separate-stderr timeout 60 as-user frankdemo frankctl run "$arch" "$@"
    echo "status $status, stdout '$output', stderr '$stderr'"
}

# The same as a job with a log: $log is the job's breakage, once it has ended, and attach shows it.
broken_job() {
    local arch=$1 job
    shift
    job=$(frank run -d "$arch" "$@")
    run --separate-stderr timeout 60 as-user frankdemo frankctl attach "$job"
    echo "status $status, stdout '$output', stderr '$stderr'"
    breakage=$(frank jobs --all --format json | python3 -c '
import json, sys
print(next(job["breakage"] for job in json.load(sys.stdin) if job["id"] == sys.argv[1]))' "$job")
    echo "breakage $breakage"
    [ -z "$(frank --quiet log "$job" 2>&1 >/dev/null)" ]
}

# An arm64 program of one instruction that cortex-a53 lacks: LDADD of Armv8.1, then exit(0).
put_lse_program() {
    frank run arm64 -- python3 -c '
import os, struct
code = struct.pack("<4I", 0xf82003e1, 0xd2800000, 0xd2800ba8, 0xd4000001)
head = b"\x7fELF\x02\x01\x01".ljust(16, b"\0") + struct.pack(
    "<HHIQQQIHHHHHH", 2, 183, 1, 0x400078, 64, 0, 0, 64, 56, 1, 64, 0, 0)
load = struct.pack("<IIQQQQQQ", 1, 5, 0, 0x400000, 0x400000, 120 + len(code), 120 + len(code), 0x1000)
open("/root/lse", "wb").write(head + load + code)
os.chmod("/root/lse", 0o755)'
}

@test "a program that follows NULL: named by its signal, with another emulator offered" {
    for arch in arm64 armhf; do
        broken "$arch" -- python3 -c 'import ctypes; ctypes.string_at(0)'
        [ "$status" -eq 139 ]
        [[ $stderr == *"frankctl: a program died of SIGSEGV in qemu-"*"frankctl run --emulator PATH $arch"* ]]
        broken_job "$arch" -- sh -c 'python3 -c "import ctypes; ctypes.string_at(0)"; exit 3'
        [ "$breakage" = segmentation-fault ]
        [ "$status" -eq 3 ]
        [[ $stderr == *"died of SIGSEGV"* ]]
    done
}

@test "an instruction that the CPU model lacks: named, and it works with the one that is offered" {
    put_lse_program
    broken arm64 --cpu cortex-a53 -- /root/lse
    [ "$status" -eq 132 ]
    [[ $stderr == *"SIGILL"*"CPU model cortex-a53"*"frankctl run --cpu max arm64"* ]]
    frank run --cpu max arm64 -- /root/lse
    broken_job arm64 --cpu cortex-a53 -- sh -c '/root/lse; exit 1'
    [ "$breakage" = illegal-instruction ]
}

@test "a program without its loader: the loader and what to install are named" {
    cd "$FRANK_SANDBOX"
    [ -d tiny ] || tiny_root tiny
    rm -rf loaderless
    cp -a tiny loaderless
    frankctl create loaderless loaderless
    rm loaderless/usr/lib/ld-linux-aarch64.so.1
    run -127 --separate-stderr frankctl run loaderless -- /bin/cat
    echo "status $status, stderr $stderr"
    [ "$status" -eq 127 ]
    [ "$stderr" = "frank-exec: /bin/cat: needs the loader /lib/ld-linux-aarch64.so.1, which this root lacks: install libc6:arm64" ]
    # The same in the log of a job, which tells what it was.
    local job
    job=$(frankctl run -d loaderless -- /bin/sh)
    run -127 --separate-stderr frankctl attach "$job"
    echo "status $status, stdout $output, stderr $stderr"
    [[ $stderr == *"a program's loader is not in the root: install what its line names (\"frank-exec: /bin/sh: needs the loader"* ]]
    frankctl jobs --all --format json | grep '"breakage": "missing-loader"'
    frankctl destroy --force loaderless
}

@test "what is no program of any architecture: Exec format error" {
    frank run arm64 -- sh -c 'head -c 200 /dev/zero >/root/garbage; chmod +x /root/garbage'
    broken arm64 -- /root/garbage
    [ "$status" -eq 126 ]
    [[ $stderr == *"/root/garbage: Exec format error"* ]]
    broken_job arm64 -- python3 -c 'import os; os.execv("/root/garbage", ["x"])'
    [ "$breakage" = exec-format ]
}

@test "too little address space for a 32-bit program: Unable to reserve" {
    # A native program, since an emulated one limits nothing but itself.
    c++ -x c++ -static -O2 -o "$BATS_TEST_TMPDIR/limited" - <<'PROGRAM'
#include <sys/resource.h>
#include <unistd.h>
int main(int, char **argv) {
    const rlimit limit{1U << 30, 1U << 30};
    return setrlimit(RLIMIT_AS, &limit) == 0 ? execv(argv[1], argv + 1) : 1;
}
PROGRAM
    frank run armhf -- sh -c 'cat >/root/limited && chmod +x /root/limited' <"$BATS_TEST_TMPDIR/limited"
    broken_job armhf -- /root/limited /bin/true
    [ "$breakage" = address-space ]
    [[ $stderr == *"ulimit -v"*"vm.mmap_min_addr"* ]]
}

@test "sudo on a nosuid file system: effective uid is not 0" {
    broken_job arm64 -- sh -c 'cp /usr/bin/sudo /tmp/ && chmod 4755 /tmp/sudo && setpriv --reuid 1234 --clear-groups /tmp/sudo -n true'
    [ "$breakage" = setuid ]
    [[ $stderr == *"mounted nosuid"* ]]
}

@test "readdir of a 32-bit program where positions take 64 bits: EOVERFLOW" {
    local list='
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
libc.opendir.restype = libc.readdir.restype = ctypes.c_void_p
libc.readdir.argtypes = [ctypes.c_void_p]
directory = libc.opendir(b"/usr/lib")
while True:
    ctypes.set_errno(0)
    if not libc.readdir(directory):
        break
if ctypes.get_errno():
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))'
    ! frank run armhf -- python3 -c "$list" 2>/dev/null ||
        skip "directory positions of this file system fit into 32 bits"
    broken_job armhf -- python3 -c "$list"
    [ "$breakage" = readdir-overflow ]
    [[ $stderr == *"_FILE_OFFSET_BITS=64"* ]]
}

@test "Go or Node that hangs and is cancelled: what is known of it" {
    local job program
    for program in go:GOMAXPROCS=1 node:UV_USE_IO_URING=0; do
        job=$(frank run -d arm64 -- sh -c "exec sleep 60 # ${program%:*} build")
        frank cancel "$job"
        run --separate-stderr timeout 60 as-user frankdemo frankctl attach "$job"
        echo "$stderr"
        [[ $stderr == *"${program#*:}"* ]]
    done
}

# frankend again, with the settings on standard input in place of its own.
frankend_with() {
    local old
    old=$(frankend_pid)
    cp -n "$FRANK_SANDBOX/frankend.toml" "$FRANK_SANDBOX/frankend.toml.own"
    cat >"$FRANK_SANDBOX/frankend.toml"
    kill "$old"
    frankend_again "$old"
}
told_to_hang() { frank jobs --format json | grep -q "\"breakage\": \"$1\""; }

@test "Go or Node that hangs, and nobody looks on: jobs tells it while it runs" {
    local program job
    frankend_with <<<$'[limits]\nhang_seconds = 1'
    for program in go node; do
        frank run arm64 -- cp /bin/sleep "/usr/local/bin/$program"
        job=$(frank run -d arm64 -- "$program" 1000000)
        eventually 30 told_to_hang "$program-hang"
        run --separate-stderr frank jobs
        echo "$output, $stderr"
        [[ $stderr == "frankctl: job $job: nothing of the job has used the CPU for "*"; unless it waits for something, cancel it: "*"known to hang in emulation"* ]]
        frank cancel "$job"
        run --separate-stderr timeout 60 as-user frankdemo frankctl attach "$job"
        echo "$stderr"
        [[ $stderr == *"nothing of the job has used the CPU for "* ]]
        frank run arm64 -- rm "/usr/local/bin/$program"
    done
}

@test "a program that fails in its own way is left alone" {
    broken_job arm64 -- sh -c 'echo make: Error 2; exit 2'
    [ -z "$breakage" ]
    [ -z "$stderr" ]
    broken arm64 -- sh -c 'kill -TERM $$'
    [ "$status" -eq 143 ]
    [ -z "$stderr" ]
}
