#!/usr/bin/env bats
# CAUTION: for ./dev test system only, which runs this as root inside ./dev sandbox. It kills processes and mounts.
# The machine's own binfmt table, for programs outside of sessions. In the sandbox another one stands for the real one,
# which no program of the sandbox's comes to: who runs what is for the kernel and vm tiers.

setup() {
    load helper
    table=$(<"$FRANK_SANDBOX/table")
    [ -e "$table/register" ] || skip "needs a binfmt table of a user namespace's own (Linux 6.7)"
    real=$(traces_of /proc/sys/fs/binfmt_misc)
    head='\x7f\x45\x4c\x46\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
    mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
}

teardown() {
    [ -e "$table/register" ] || return 0
    frankctl binfmt disable arm64
    echo -1 >"$table/status"
    [ "$(traces_of /proc/sys/fs/binfmt_misc)" = "$real" ]
}

traces_of() { (cd "$1" && grep -rH '' . 2>/dev/null | grep -v ':enabled$' | sort); }
register() { printf '%s' ":$1:M::$head:$mask:${2:-/bin/true}:${3:-F}" >"$table/register"; } # NAME [INTERPRETER [FLAGS]]
ours() { grep -q '^interpreter /usr/bin/qemu-aarch64' "$table/qemu-aarch64" && grep -q '^flags: PF$' "$table/qemu-aarch64"; }

@test "an ordinary user may look, and needs an administrator to change" {
    register qemu-aarch64
    as-user frankdemo frankctl binfmt list | grep -E '^qemu-aarch64 +enabled +F +arm64 +another tool +/bin/true$'
    frank_refused binfmt enable arm64
    [[ $stderr == *"changing which foreign programs this machine runs"* ]]
    grep -q '^interpreter /bin/true$' "$table/qemu-aarch64"
}

@test "what another tool had is put back exactly, also when frankend is killed in between" {
    register qemu-aarch64 /bin/true POCF
    echo 0 >"$table/qemu-aarch64"
    local before
    before=$(<"$table/qemu-aarch64")
    frankctl binfmt enable arm64
    ours
    frankctl binfmt list | grep -E '^qemu-aarch64 +enabled +PF +arm64 +frankend, for programs'
    kill -KILL "$(<"$FRANK_SANDBOX/frankend.pid")"
    eventually 10 frankctl list
    ours
    frankctl binfmt disable aarch64
    [ "$(<"$table/qemu-aarch64")" = "$before" ]
    [ ! -e "$FRANK_SANDBOX/storage/binfmt/memory" ]
    [ ! -e "$FRANK_SANDBOX/run/binfmt.d/zz-frankend.conf" ]
}

@test "a flush is mended, and so is somebody who comes before us" {
    frankctl binfmt enable arm64
    grep -q ':/usr/bin/qemu-aarch64[^:]*:PF$' "$FRANK_SANDBOX/run/binfmt.d/zz-frankend.conf"
    echo -1 >"$table/status"
    eventually 10 ours
    register other
    eventually 10 eval 'frankctl binfmt list --quiet | head -1 | grep -qx qemu-aarch64'
    # Another tool takes the very name: ours is there again, and what came is put back at the end.
    echo -1 >"$table/qemu-aarch64"
    register qemu-aarch64 /bin/false || true
    eventually 10 ours
}

@test "check says who would take a file, by magic and mask" {
    register any-name
    # shellcheck disable=SC2059
    printf "$head" >"$BATS_TEST_TMPDIR/program"
    run frankctl binfmt check "$BATS_TEST_TMPDIR/program"
    [ "$status" -eq 0 ]
    [[ $output == *any-name* ]]
    run frankctl binfmt check /bin/sh
    [ "$status" -eq 1 ]
    [[ $output == *"no entry of this machine's table takes /bin/sh"* ]]
    run frankctl binfmt check /nonexistent
    [ "$status" -eq 125 ]
}

@test "an architecture that is none, this machine's own, or has no emulator is refused" {
    refused frankctl binfmt enable pdp11
    [[ $stderr == *"known here: "*arm64* ]]
    refused frankctl binfmt enable amd64
    refused frankctl binfmt enable
    refused frankctl binfmt list arm64
    refused frankctl binfmt dance
}
