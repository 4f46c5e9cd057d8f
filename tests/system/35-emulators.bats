#!/usr/bin/env bats
# CAUTION: for ./dev test system only, which runs this as root inside ./dev sandbox. It kills processes and mounts.
# Which emulator, with which CPU.

setup() {
    load helper
    cd "$FRANK_SANDBOX" || return
    [ -d tiny ] || tiny_root tiny
    cp "$(distribution_emulator aarch64)" "$BATS_TEST_TMPDIR/qemu"
}

teardown() { frank destroy --force given >/dev/null 2>&1 || true; }

# What is kept under the name "given" after a refusal: nothing.
refused_and_nothing_left() {
    refused frankctl create given tiny "$@"
    run ! frankctl show given
}

@test "an emulator of the user's own runs the programs of its session, with the CPU that was asked for" {
    frankctl create given tiny --emulator "$BATS_TEST_TMPDIR/qemu" --cpu cortex-a53
    rm "$BATS_TEST_TMPDIR/qemu" # it has been copied
    [ "$(frankctl run given -- sh -c 'echo works')" = works ]
    run frankctl run given -- cat /run/frankend/exec-table
    [[ $output == *cortex-a53* ]]
    run frankctl show given
    [[ $output == *"$BATS_TEST_TMPDIR/qemu"* ]]
    frankctl destroy --force given
}

@test "a CPU model that the emulator does not have is refused with how to list them" {
    refused_and_nothing_left --cpu cortex-a99
    [[ $stderr == *"cortex-a99"*"qemu-aarch64 -cpu help" ]]
    refused_and_nothing_left --arch arm64 --cpu cortex-a99
    refused_and_nothing_left --cpu help
}

@test "what is no emulator of the root's architecture is refused" {
    refused_and_nothing_left --emulator "$(distribution_emulator arm)"
    [[ $stderr == *"does not run programs of arm64"* ]]
    refused_and_nothing_left --emulator /bin/true
    [[ $stderr == *"dynamically linked"*"qemu-user-static"* ]]
    refused_and_nothing_left --emulator /etc/passwd
    refused_and_nothing_left --emulator /etc
    refused_and_nothing_left --emulator /dev/null
    refused_and_nothing_left --emulator "$BATS_TEST_TMPDIR/missing"
}

@test "an emulator and a CPU model of one command hold through env -i, sudo and su, and are nobody else's" {
    frank run --emulator "$BATS_TEST_TMPDIR/qemu" --cpu cortex-a72 arm64 -- sh -c "
        set -e
        env -i /bin/cat /run/frankend/exec-table
        sudo -n cat /run/frankend/exec-table
        su -s /bin/sh - root -c 'cat /run/frankend/exec-table'
        env -i /usr/bin/test -e /run/frankend/job/emulator" >"$BATS_TEST_TMPDIR/out"
    [ "$(grep -o --binary-files=text cortex-a72 "$BATS_TEST_TMPDIR/out" | wc -l)" -eq 3 ]
    [ "$(grep -o --binary-files=text /run/frankend/job/emulator "$BATS_TEST_TMPDIR/out" | wc -l)" -eq 3 ]
    frank run arm64 -- sh -c '! grep -q cortex-a72 /run/frankend/exec-table && [ ! -e /run/frankend/job/emulator ]'
}

@test "a CPU model of one command is what its programs find" {
    # ID_AA64MMFR0 and its like are emulated for programs: cortex-a53 has no LSE, max has.
    local hwcap='import ctypes; print(ctypes.CDLL(None).getauxval(16) >> 8 & 1)'
    [ "$(frank run --cpu cortex-a53 arm64 -- env -i python3 -c "$hwcap")" = 0 ]
    [ "$(frank run --cpu max arm64 -- env -i sudo -n python3 -c "$hwcap")" = 1 ]
}

@test "what will not do is refused before the command runs" {
    frank_refused run --cpu cortex-a99 arm64 -- touch /root/ran
    [[ $stderr == *"qemu-aarch64 -cpu help"* ]]
    frank_refused run --emulator "$(distribution_emulator arm)" arm64 -- touch /root/ran
    frank_refused run --emulator /bin/true arm64 -- touch /root/ran
    frank run arm64 -- test ! -e /root/ran
}

@test "root inside may take the cover of its own command off, and has the session's table then" {
    frank run --cpu cortex-a72 arm64 -- sh -c 'umount /run/frankend/exec-table && ! grep -q cortex-a72 /run/frankend/exec-table'
    run ! frank run --cpu cortex-a72 arm64 -- sh -c 'echo x >/run/frankend/exec-table'
}

@test "emulators are listed with version, architectures and what a probe showed" {
    frankctl emulators --format json >"$BATS_TEST_TMPDIR/list"
    python3 - "$BATS_TEST_TMPDIR/list" <<'PYTHON'
import json, sys
found = {e["architectures"][0]: e for e in json.load(open(sys.argv[1]))}
arm64 = found["arm64"]
assert arm64["outcome"] == "ok" and arm64["static"] and "version" in arm64["version"], arm64
assert set(found["armhf"]["architectures"]) >= {"armhf", "armel"}, found["armhf"]
assert all(e["outcome"] == "ok" for e in found.values()), found
PYTHON
}

@test "an emulator that is replaced on disk is noticed, and a new start uses the new one" {
    local own=/usr/local/lib/frankend/emulators
    [ ! -e $own ] || skip "this machine has emulators of its own in $own"
    mount -t tmpfs tmpfs /usr/local/lib
    mkdir -p $own
    cp "$BATS_TEST_TMPDIR/qemu" $own/qemu-aarch64
    frankctl create given tiny
    frankctl start given
    [[ $(frankctl show given) == *"$own/qemu-aarch64"* ]]
    [[ $(frankctl show given --format json) == *'"emulator_replaced": false'* ]]
    cp "$BATS_TEST_TMPDIR/qemu" $own/.new
    mv $own/.new $own/qemu-aarch64
    [[ $(frankctl show given) == *"replaced since"* ]]
    [ "$(frankctl run given -- sh -c 'echo still works')" = "still works" ]
    [[ $(frankctl doctor) == *"replaced emulators"* ]]
    frankctl stop given
    frankctl start given
    [[ $(frankctl show given --format json) == *'"emulator_replaced": false'* ]]
    frankctl destroy --force given
    umount /usr/local/lib
}
