# shellcheck shell=bash
# What the system tests share. They run as root inside `./dev sandbox`, which has the users frankdemo (the owner of the
# sessions "arm64" and "armhf", see setup_suite.bash) and frankother.
bats_require_minimum_version 1.5.0
# shellcheck source=tests/support/eventually.sh
. "${BASH_SOURCE[0]%/*}/../support/eventually.sh"

# A second try, as ctest gives the other tiers' tests, and a line that says so.
# shellcheck disable=SC2034 # bats reads it
BATS_TEST_RETRIES=1
[ "${BATS_TEST_TRY_NUMBER:-1}" -eq 1 ] || echo "# second try - $BATS_TEST_NAME" >&3

# `as-user USER CMD...` is a program in the sandbox's PATH, so that timeout and `&` take it too.
frank() { as-user frankdemo frankctl "$@"; }
inside() { as-user frankdemo frankctl run arm64 -- "$@"; }

# Debian 13's emulators have no -static in their names any more.
distribution_emulator() { command -v "qemu-$1-static" || command -v "qemu-$1"; }

# Something that must be refused: exit 125, nothing on stdout, one line on stderr.
refused() {
    run --separate-stderr timeout 180 "$@"
    echo "status $status, stdout '$output', stderr '$stderr'"
    [ "$status" -eq 125 ]
    [ -z "$output" ]
    [ "${#stderr_lines[@]}" -eq 1 ]
}

# The same, as an ordinary user's frankctl.
frank_refused() { refused as-user frankdemo frankctl "$@"; }

# One value of `show`, by its name in JSON.
shown() { frank show "$1" --format json | python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$2"; }

session_state() { shown "$1" state; }
in_state() { [ "$(session_state "$1")" = "$2" ]; }

# What exists outside of sessions: mounts, registrations, processes, storage.
traces() {
    cut -d' ' -f3- /proc/1/mountinfo
    local entry
    for entry in /proc/sys/fs/binfmt_misc/*; do
        echo "$entry"
        [ "${entry##*/}" = register ] || cat "$entry"
    done
    # shellcheck disable=SC2009 # pgrep does not show users
    ps -e -o user:20=,args= | grep -E 'frank-(launcher|init|exec|tree)|qemu-|mmdebstrap' | grep -v grep | sort
    ls -A "$FRANK_SANDBOX/storage"
}

# Every file of a directory: owner, mode, times, target, contents. The directory's own access times are nobody's business.
listing() {
    find "$1" -printf '%P|%y|%m|%U|%G|%s|%T@|%l\n' | sort
    find "$1" -type f -print0 | sort -z | xargs -0 sha256sum
}

# Writes DIR/bin/sh and what it needs, taken from the big root: a foreign system of 3 MB.
tiny_root() {
    local root=$FRANK_SANDBOX/big program
    mkdir -p "$1"/{dev,proc,sys,run,tmp,etc,root,usr/bin,usr/lib}
    ln -s usr/bin "$1/bin"
    ln -s usr/lib "$1/lib"
    for program in dash cat ls touch sleep true; do cp "$root/usr/bin/$program" "$1/usr/bin/"; done
    ln -s dash "$1/usr/bin/sh"
    cp -a "$root/usr/lib/ld-linux-aarch64.so.1" "$1/usr/lib/"
    mkdir "$1/usr/lib/aarch64-linux-gnu"
    for program in ld-linux-aarch64.so.1 libc.so.6 libselinux.so.1 libpcre2-8.so.0; do
        cp -aL "$root/usr/lib/aarch64-linux-gnu/$program" "$1/usr/lib/aarch64-linux-gnu/"
    done
    echo 'root:x:0:0:root:/root:/bin/sh' >"$1/etc/passwd"
    echo 'root:x:0:' >"$1/etc/group"
}

frankend_pid() { cat "$FRANK_SANDBOX/frankend.pid"; }

# frankend is back after its death and answers.
frankend_again() { # OLD-PID
    eventually 10 test "$(frankend_pid)" != "$1" || true
    eventually 10 eval 'frank list >/dev/null 2>&1'
}
