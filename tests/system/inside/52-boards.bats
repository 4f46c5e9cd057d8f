#!/usr/bin/env bats
# CAUTION: for ./dev test system only, which runs this as root inside ./dev sandbox. It kills processes and mounts.
# A session shows its board, whatever happens to the environment. Run once for each FRANK_TEST_ARCH.

load ../helper

arch=${FRANK_TEST_ARCH:-arm64}
tiny_program=$BATS_TEST_DIRNAME/../tiny_program.py
# A board with a small CPU, what it shows, and a program with an instruction that its CPU does not have. Its bit in
# AT_HWCAP is from Linux, arch/*/include/uapi/asm/hwcap.h.
case $arch in
arm64) board=rpi3 cpu=cortex-a53 part=0xd03 machine=aarch64 program=atomics hwcap=8 model='Raspberry Pi 3 Model B Rev 1.2' ;;
armhf) board=beaglebone-black cpu=cortex-a8 part=0xc08 machine=armv7l program=division hwcap=17 model='TI AM335x BeagleBone Black' ;;
esac
name=board-$arch

setup_file() {
    frank create "$name" "$FRANK_SANDBOX/$arch.tar" --board "$board"
    on_board sh -c 'useradd -m pi; echo "pi ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/pi'
    local one
    for one in machine "$program"; do
        python3 "$tiny_program" "$one" "$FRANK_SANDBOX/program"
        on_board sh -c 'cat >"$0" && chmod 0755 "$0"' "/usr/local/bin/$one" <"$FRANK_SANDBOX/program"
    done
    on_board sh -c 'cat >/usr/local/bin/hwcap' <<END
import struct
pairs = dict(struct.iter_unpack("LL", open("/proc/self/auxv", "rb").read()))
print(pairs[16] >> $hwcap & 1)
END
}

teardown_file() {
    frank destroy --force "$name"
    rm -f "$FRANK_SANDBOX/program"
}

on_board() { as-user frankdemo frankctl run "$name" -- "$@"; }

# PREFIX...: in what they start, everything is as on the board.
holds() {
    [ "$(on_board "$@" uname -m)" = "$machine" ]
    on_board "$@" cat /proc/cpuinfo >"$BATS_TEST_TMPDIR/cpuinfo"
    cat "$BATS_TEST_TMPDIR/cpuinfo"
    [ "$(grep -c "^CPU part.*: $part$" "$BATS_TEST_TMPDIR/cpuinfo")" = "$(nproc)" ]
    [ "$(grep -c '^processor' "$BATS_TEST_TMPDIR/cpuinfo")" = "$(on_board "$@" nproc)" ]
    run on_board "$@" "/usr/local/bin/$program"
    echo "$program: $status, $output"
    [ "$status" -eq 132 ] # SIGILL
    [ "$(on_board "$@" python3 /usr/local/bin/hwcap)" = 0 ]
}

@test "$arch: a session shows the board that it was made for" {
    [ "$(shown "$name" board)" = "$board" ]
    [ "$(shown "$name" cpu)" = "$cpu" ]
    holds env
    run on_board sh -c 'tr -d "\0" </sys/firmware/devicetree/base/model'
    [ "$output" = "$model" ]
    on_board sh -c 'tr "\0" "\n" </sys/firmware/devicetree/base/compatible' | grep ,
}

@test "$arch: the board's texts cannot be written" {
    local file
    for file in /proc/cpuinfo /sys/firmware/devicetree/base/model /run/frankend/board/cpuinfo; do
        run on_board sh -c "echo x >$file"
        [ "$status" -ne 0 ] || { echo "$file could be written"; return 1; }
        on_board sh -c "! chmod 0777 $file 2>/dev/null"
    done
    on_board awk '$5 == "/proc/cpuinfo"' /proc/self/mountinfo | grep -E ' ro,nosuid,nodev,noexec'
    on_board awk '$5 == "/sys/firmware"' /proc/self/mountinfo | grep -E ' ro,nosuid,nodev,noexec'
}

@test "$arch: the CPU holds with an empty environment" { holds env -i PATH=/usr/bin:/bin; }

@test "$arch: the CPU holds with the few variables that Portage leaves" {
    holds env QEMU_CPU=max env -i PATH=/usr/bin:/bin HOME=/var/tmp TERM=dumb USER=root SHELL=/bin/bash LC_ALL=C.UTF-8
}

@test "$arch: the CPU holds for sudo -i" {
    holds su pi -c 'exec sudo -n -i "$0" "$@"' --
}

@test "$arch: the CPU holds for su -" { holds su - pi -s /bin/sh -c 'exec "$0" "$@"' --; }

@test "$arch: the user's own CPU is used instead of the board's" {
    frank create "$name-cpu" "$FRANK_SANDBOX/$arch.tar" --board "$board" --cpu max
    [ "$(shown "$name-cpu" cpu)" = max ]
    [ "$(shown "$name-cpu" board)" = "$board" ]
    as-user frankdemo frankctl run "$name-cpu" -- sh -c 'cat >/root/p && chmod 0755 /root/p && /root/p' \
        <"$FRANK_SANDBOX/program"
    frank destroy --force "$name-cpu"
}

@test "$arch: each CPU of each board is one that this emulator has, and makes the machine that the board names" {
    local emulator=aarch64 test=/bin/uname test_argument=-m wanted seen
    [ "$arch" = arm64 ] || emulator=arm test=/usr/local/bin/machine test_argument=
    frank boards --format json | python3 -c '
import json, sys
rows = [row for row in json.load(sys.stdin) if row["architecture"] == sys.argv[1]]
assert len(rows) > 20, rows
for cpu, machine in sorted({(row["cpu"], row["machine"]) for row in rows}): print(cpu, machine)' "$arch" \
        >"$BATS_TEST_TMPDIR/cpus"
    while read -r cpu wanted; do
        seen=$(on_board "/run/frankend/qemu-$emulator" -cpu "$cpu" "$test" $test_argument </dev/null)
        echo "$cpu: $seen, $wanted wanted"
        [ "$seen" = "$wanted" ]
    done <"$BATS_TEST_TMPDIR/cpus"
}

@test "$arch: a root for ARMv6 never sees ARMv7" {
    [ "$arch" = armhf ] || skip "it is a matter of 32-bit roots"
    local root=$FRANK_SANDBOX/armv6
    mkdir -p "$root"/{dev,proc,sys,run,tmp,etc,root,bin}
    python3 "$tiny_program" machine "$root/bin/sh"
    python3 "$tiny_program" armv7 "$root/bin/armv7"
    echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
    refused frankctl create zero "$root" --board rpi9
    frankctl create zero "$root" --board rpi0w
    [ "$(frankctl run zero -- /bin/sh)" = armv6l ]
    run frankctl run zero -- /bin/armv7
    [ "$status" -eq 132 ]
    frankctl destroy --force zero
    rm -r "$root"
}

@test "$arch: a board that does not exist is refused with those that are near" {
    frank_refused create near "$FRANK_SANDBOX/$arch.tar" --board rpi33
    [[ $stderr == *'there is no board "rpi33"; is it one of these: rpi3'*'frankctl boards'* ]]
    frank_refused create near "$FRANK_SANDBOX/$arch.tar" --board visionfive2
    [[ $stderr == *"the root is $arch, and the board visionfive2 runs riscv64"* ]]
    frank_refused create near "$FRANK_SANDBOX/$arch.tar" --board ../rpi3
    run ! grep -q near <<<"$(frank list --quiet)"
}

@test "$arch: an administrator's board is found, and a broken one is told and keeps nothing from working" {
    mkdir "$FRANK_SANDBOX/boards.d"
    printf 'title = "Mine"\n[%s]\nmachine = "mine"\n' "$arch" >"$FRANK_SANDBOX/boards.d/mine.toml"
    echo 'title = ' >"$FRANK_SANDBOX/boards.d/broken.toml"
    local old
    old=$(frankend_pid)
    kill "$old"
    frankend_again "$old"
    frank boards | grep '^mine '
    grep 'left out:.*broken.toml:1:' "$FRANK_SANDBOX/frankend.log"
    [ "$(on_board uname -m)" = "$machine" ]
    rm -r "$FRANK_SANDBOX/boards.d"
}
