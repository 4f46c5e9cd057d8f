#!/usr/bin/env bats
# CAUTION: for ./dev test system only, which runs this as root inside ./dev sandbox. It kills processes and mounts.
# Looking on while programs run: their system calls, and a debugger.

setup() {
    load helper
    cd "$BATS_TEST_TMPDIR" || return
    chmod 0755 .
    install -d -m 0777 user
}

traced() { frank trace "$@" >out 2>err; }

# The command for gdb that `debug` printed, once it has: its socket's path.
debug_socket() { [ ! -s err ] || sed -n "s/.*target remote \([^']*\)'.*/\1/p" err; }
waits_for_gdb() { [ -n "$(debug_socket)" ]; }
debugger() { as-user frankdemo python3 "$BATS_TEST_DIRNAME/gdb_client.py" "$@"; }

@test "a trace shows the system calls of a command and of what it starts, beside its own streams" {
    traced arm64 -- sh -c 'ls /; echo words >&2; exit 3' || [ $? -eq 3 ]
    frank run arm64 -- ls / | diff - out
    grep -c ' execve(' err
    grep -E '^[0-9]+ execve\("/(usr/)?bin/ls"' err
    grep -E '^[0-9]+ openat\(AT_FDCWD,"/",' err # ls
    grep 'words' err
    [ "$(grep -oE '^[0-9]+ ' err | sort -u | wc -l)" -ge 2 ]
    run ! grep -E '^[0-9]+ [a-z_0-9]+\([^"]*\)[0-9]' err # each call has a line of its own
}

@test "with -o it goes into a file of the caller's, and errors are the command's alone" {
    traced -o user/trace arm64 -- sh -c 'ls /; echo words >&2'
    [ "$(cat err)" = words ]
    grep -E ' execve\("/(usr/)?bin/ls"' user/trace
    [ "$(stat -c %U user/trace)" = frankdemo ]
    tail -n 1 user/trace | grep exit_group
    frank_refused trace -o /etc/trace arm64 -- true
    frank_refused trace -o user arm64 -- true
}

@test "env -i, another user and a job's own CPU lose nothing of it" {
    traced -o user/trace arm64 -- env -i /bin/cat /etc/hostname
    grep -F '"/etc/hostname"' user/trace
    traced -o user/trace --cpu cortex-a53 arm64 -- su -s /bin/sh nobody -c 'env -i /bin/cat /etc/hostname'
    grep -F '"/etc/hostname"' user/trace
    traced -o user/trace arm64 -- sudo -n cat /etc/hostname
    grep -F '"/etc/hostname"' user/trace
}

@test "it ends with the last process that it shows, and nobody else's commands are in it" {
    (
        frank run arm64 -- sleep 1
        frank run arm64 -- cat /etc/machine-id
    ) &
    traced -o user/trace arm64 -- sh -c 'sleep 2; (sleep 1; cat /etc/hostname) >/dev/null 2>&1 </dev/null &'
    wait
    grep -F '"/etc/hostname"' user/trace
    run ! grep -F '"/etc/machine-id"' user/trace
    run ! frank run arm64 -- test -e /run/frankend/job/trace
}

@test "a program that outlives whoever read the trace goes on" {
    as-user frankdemo frankctl trace arm64 -- sh -c 'sleep 2; ls / >/dev/null; echo on >/root/went' 2>/dev/null &
    local client=$!
    sleep 1
    # shellcheck disable=SC2046 # the processes of this test alone
    kill -9 $(pgrep -f 'frankctl trace arm64 -- sh -c sleep 2')
    wait $client || true
    eventually 10 frank run arm64 -- test -e /root/went
    frank run arm64 -- rm /root/went
}

@test "a native root is not traced or debugged by an emulator" {
    mkdir -p native/{bin,dev,proc,sys,run,tmp,etc}
    cp /bin/busybox native/bin/sh 2>/dev/null || skip "this machine has no static busybox to make a native root of"
    frankctl create native native --arch amd64
    for verb in trace debug; do
        refused frankctl $verb native -- sh -c true
        [[ $stderr == *"run here by themselves"* ]]
    done
    frankctl destroy --force native
}

@test "a debugger finds the first program at its entry, and what it starts goes on by itself" {
    frank debug arm64 -- sh -c 'ls -d /; exit 7' >out 2>err || echo $? >status &
    eventually 30 waits_for_gdb
    [ ! -s out ]
    local socket
    socket=$(debug_socket)
    [ "$(stat -c '%U %a' "${socket%/*}")" = "frankdemo 700" ]
    run ! as-user frankother python3 "$BATS_TEST_DIRNAME/gdb_client.py" "$socket" kill
    debugger "$socket" >gdb
    wait
    cat gdb
    grep -x 'stub yes' gdb
    grep -x 'stopped T05' gdb
    [ "$(sed -n 's/registers //p' gdb)" -gt 200 ]
    grep -x 'end W07' gdb
    [ "$(cat out)" = / ]
    [ "$(cat status)" = 7 ]
    [ ! -e "${socket%/*}" ]
}

@test "a debugger that goes away leaves the program to itself" {
    frank debug arm64 -- sh -c 'echo on; exit 5' >out 2>err || echo $? >status &
    eventually 30 waits_for_gdb
    debugger "$(debug_socket)" kill
    wait
    [ "$(cat out)" = on ]
    [ "$(cat status)" = 5 ]
}

@test "gdb itself takes the command that debug prints" {
    command -v gdb-multiarch || skip "gdb-multiarch is not installed here"
    { frank debug arm64 -- true >out 2>err && echo 0 >status; } &
    eventually 30 waits_for_gdb
    local command
    command=$(sed -n 's/.* for: //p' err)
    as-user frankdemo sh -c "${command/gdb-multiarch/gdb-multiarch -batch -nx} -ex 'info registers pc' -ex continue" >gdb 2>&1
    wait
    cat gdb
    grep -E '^pc +0x' gdb
    grep 'exited normally' gdb
    [ "$(cat status)" = 0 ]
}

@test "on a terminal gdb is started by itself, and has the terminal" {
    command -v gdb-multiarch || skip "gdb-multiarch is not installed here"
    printf 'set confirm off\ninfo registers pc\ncontinue\nquit\n' |
        as-user frankdemo script -qec "frankctl debug arm64 -- sh -c 'echo from inside; exit 4'" /dev/null >out || echo $? >status
    cat out
    grep -E 'pc +0x' out
    grep 'from inside' out
    grep 'exited with code 04' out
    [ "$(cat status)" = 4 ]
}

@test "an emulator that is too old for it is refused in one line" {
    cat >old.c <<'C'
#include <stdio.h>
#include <string.h>
int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "--version") == 0)
        return puts("qemu-aarch64 version 5.2.0 (old)") < 0;
    return 42;
}
C
    grep -q 'probe_status = 42' "$BATS_TEST_DIRNAME/../../daemon/plan/probe_elf.hpp"
    gcc -static -o old old.c
    for verb in trace debug; do
        frank_refused $verb --emulator "$PWD/old" arm64 -- true
        [[ $stderr == *"needs QEMU 6"*"5.2.0"* ]]
    done
}
