#!/bin/bash
# CAUTION: runs as root in the machine of tests/vm/run.sh only: it kills services and rewrites the binfmt table.
# What the scripts of inside/ share; each of them is sourced in turn, and finds the machine as after its boot.
# shellcheck disable=SC2034 # what the scripts use
set -uo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/support/tap.sh
. "$here/tap.sh"

table=/proc/sys/fs/binfmt_misc
image=/arm64.tar # busybox, make, tcc and libc6-dev: unpacked packages and no more
frank() { frankctl "$@"; }
main_pid() { systemctl show -P MainPID frankend.service; }
active() { systemctl is-active --quiet "$1"; }
# Every registration, all of its text, in one order. ("register" cannot be read, which grep counts as a failure.)
registrations() { (cd "$table" && { grep -H '' -- * 2>/dev/null || true; } | { grep -v '^status:' || true; } | sort); }

for script in "$here"/inside/*.sh; do
    echo "# ${script##*/} at $(cut -d' ' -f1 /proc/uptime) s"
    # shellcheck disable=SC1090
    . "$script"
done
echo "# the end at $(cut -d' ' -f1 /proc/uptime) s"
journalctl -b -q -o short-monotonic >/dev/ttyS2 2>&1
plan
