#!/bin/bash
# foreign_ns.sh CMD...: runs CMD as root of user, mount and pid namespaces of its own (ids 0 to 65535 are 1000000 and up
# outside) whose private binfmt table hands arm64 and armhf programs to qemu. The reference that the tests and the
# benchmark use where frankend itself must not be involved. Needs root and Linux 6.7; the machine's table is not touched.
# FOREIGN_NS_CPU: the arm64 emulator's CPU model. FOREIGN_NS_DISPATCHER: a frank-exec to register for arm64 in place of
# the emulator, with FOREIGN_NS_TABLE as its exec table; programs whose tenth byte is 1 have the emulator then.
set -euo pipefail
# shellcheck source=tests/support/common.sh
. "$(dirname "$(readlink -f "$0")")/common.sh"

base=${FOREIGN_NS_BASE:-1000000}

if [ "${FOREIGN_NS_STAGE:-}" = inside ]; then
    unset FOREIGN_NS_STAGE
    mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
    # A private table starts empty; a table with entries is another one, and is not ours to write to.
    [ "$(find /proc/sys/fs/binfmt_misc -mindepth 1 ! -name register ! -name status | wc -l)" -eq 0 ] ||
        fail "this kernel has one binfmt table for the whole machine: Linux 6.7 or later is needed"
    head='\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00'
    mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
    static() { command -v "qemu-$1-static" || command -v "qemu-$1"; }
    arm64=${FOREIGN_NS_DISPATCHER:-$(static aarch64)}
    if [ -n "${FOREIGN_NS_DISPATCHER:-}" ]; then
        mount -t tmpfs tmpfs /run
        mkdir /run/frankend
        cp "$FOREIGN_NS_TABLE" /run/frankend/exec-table
        # As a session has it: the machine's own file, not a copy, whose pages lie otherwise in memory.
        touch /run/frankend/qemu-aarch64
        mount --bind "$(static aarch64)" /run/frankend/qemu-aarch64
        printf '%s' ":plain:M::\\x7fELF\\x02\\x01\\x01\\x00${head/x00\\x00/x00\\x01}\\xb7\\x00:$mask:$(static aarch64):PFC" \
            >/proc/sys/fs/binfmt_misc/register
    fi
    [ -z "${FOREIGN_NS_CPU:-}" ] || declare -x QEMU_CPU=$FOREIGN_NS_CPU
    printf '%s' ":arm64:M::\\x7fELF\\x02\\x01\\x01\\x00$head\\xb7\\x00:$mask:$arm64:PFC" \
        >/proc/sys/fs/binfmt_misc/register
    printf '%s' ":armhf:M::\\x7fELF\\x01\\x01\\x01\\x00$head\\x28\\x00:$mask:$(static arm):PFC" \
        >/proc/sys/fs/binfmt_misc/register
    exec "$@"
fi

need_root foreign_ns.sh
[ $# -gt 0 ] || fail "a command is needed"
# Somebody has to sit in the new user namespace while its ids are written.
coproc holder { exec unshare --user bash -c 'echo up; read -r _'; }
pid=$holder_PID
read -r _ <&"${holder[0]}"
for map in uid_map gid_map; do echo "0 $base 65536" >"/proc/$pid/$map"; done
status=0
FOREIGN_NS_STAGE=inside nsenter --user="/proc/$pid/ns/user" --setuid 0 --setgid 0 -- \
    unshare --mount --propagation private --pid --fork --kill-child --mount-proc "$(readlink -f "$0")" "$@" || status=$?
exit "$status"
