#!/usr/bin/env bats
# CAUTION: for ./dev test system only, which runs this as root inside ./dev sandbox.
# Native speed: twins of a root's tools, made, verified and used. Run once for each FRANK_TEST_ARCH, after 50-inside.bats
# has installed a compiler there. Makes twins from Debian's archive.

load ../helper

arch=${FRANK_TEST_ARCH:-arm64}
inside() { as-user frankdemo frankctl run "$arch" -- "$@"; }

# TOOL KEY: of `frankctl accel`; TOOL is the end of its path.
of_tool() {
    frank accel "$arch" --format json | python3 -c '
import json, sys
for tool in json.load(sys.stdin)["tools"]:
    if tool["tool"].endswith(sys.argv[1]):
        print(tool[sys.argv[2]])' "$1" "$2"
}
is_native() { [ "$(of_tool "$1" native)" = True ]; }

setup_file() {
    # What is compared; in the session's memory, not in its root.
    cat >"$BATS_FILE_TMPDIR/program.c" <<'END'
#include <stdio.h>
#include <string.h>
struct pair { short a; double b; };
static double sum(const struct pair *p, int n) { double s = 0; while (n--) s += p[n].a * p[n].b; return s; }
int main(int argc, char **argv) {
    struct pair p[] = {{1, 2.5}, {argc, 3.25}};
    printf("%s %.2f %zu\n", "sum", sum(p, 2), strlen(argv[0]) > 0 ? sizeof p : 0);
    return 0;
}
END
}

@test "$arch: acceleration makes twins and puts verified ones in force" {
    inside sh -c 'command -v gcc' || skip "the root has no compiler: 50-inside.bats did not install one"
    run frank accel "$arch" on
    echo "$output"
    [ "$status" -eq 0 ]
    frank accel "$arch"
    [ "$(shown "$arch" acceleration)" = on ]
    for tool in /cc1 -as -ld.bfd /collect2 /dash /sed /make; do
        [ -z "$(of_tool "$tool" native)" ] || is_native "$tool" || { of_tool "$tool" why; false; }
    done
    is_native /cc1
}

@test "$arch: what the native compiler makes is what the emulated one makes, and runs" {
    is_native /cc1 || skip "there is no twin of the compiler"
    local before mode
    before=$(of_tool /cc1 native_calls)
    for mode in on off; do
        as-user frankdemo frankctl run "$arch" --env FRANKEND_ACCEL=$mode -- sh -c \
            'mkdir -p /tmp/n && cd /tmp/n && cat >program.c && gcc -O2 -g program.c -o program && ./program >out' <"$BATS_FILE_TMPDIR/program.c"
        inside cat /tmp/n/program >"$BATS_FILE_TMPDIR/$mode"
        inside cat /tmp/n/out >"$BATS_FILE_TMPDIR/$mode.out"
    done
    [ "$(of_tool /cc1 native_calls)" -gt "$before" ]
    cmp "$BATS_FILE_TMPDIR/on.out" "$BATS_FILE_TMPDIR/off.out"
    grep -q '^sum ' "$BATS_FILE_TMPDIR/on.out"
    "$FRANK_SANDBOX/libexec/frank-verify" compare "$BATS_FILE_TMPDIR/on" "$BATS_FILE_TMPDIR/off"
}

@test "$arch: nothing of the twins is in the root" {
    is_native /cc1 || skip "there is no twin of the compiler"
    inside sh -c 'touch /root/stamp; sleep 1'
    inside sh -c 'cd /tmp/n && gcc -O2 program.c -o again'
    run inside find / -xdev -newer /root/stamp ! -path '/root/stamp' -type f
    echo "$output"
    [ "$status" -eq 0 ]
    [ -z "$output" ]
    run inside sh -c 'touch /run/frankend/native/x'
    [ "$status" -ne 0 ]
    inside rm /root/stamp
}

@test "$arch: a library to load first, and the user's wish, leave it to emulation" {
    is_native /sed || skip "there is no twin of sed"
    local emulated native
    emulated=$(of_tool /sed emulated_calls) native=$(of_tool /sed native_calls)
    inside env LD_PRELOAD= sed -n p /etc/hostname
    inside env FRANKEND_ACCEL=off sed -n p /etc/hostname
    [ "$(of_tool /sed emulated_calls)" -eq $((emulated + 2)) ]
    [ "$(of_tool /sed native_calls)" -eq "$native" ]
    inside env -i /usr/bin/sed -n p /etc/hostname
    [ "$(of_tool /sed native_calls)" -eq $((native + 1)) ]
}

@test "$arch: what reports the machine is the guest's" {
    case $arch in
    arm64) [ "$(inside uname -m)" = aarch64 ]; [ "$(inside bash -c 'echo $MACHTYPE')" = aarch64-unknown-linux-gnu ] ;;
    armhf) [ "$(inside uname -m)" = armv7l ]; [ "$(inside bash -c 'echo $MACHTYPE')" = arm-unknown-linux-gnueabihf ] ;;
    esac
    [ "$(inside dpkg --print-architecture)" = "$arch" ]
    [[ $(inside gcc -dumpmachine) == *-linux-gnu* ]]
}

@test "$arch: off and on hold from the next exec on" {
    is_native /sed || skip "there is no twin of sed"
    local native
    frank accel "$arch" off
    native=$(of_tool /sed native_calls)
    inside sed -n p /etc/hostname
    [ "$(of_tool /sed native_calls)" -eq "$native" ]
    [ "$(of_tool /sed why)" = "acceleration is off" ]
    timeout 60 as-user frankdemo frankctl accel "$arch" on
    inside sed -n p /etc/hostname
    [ "$(of_tool /sed native_calls)" -eq $((native + 1)) ]
}

@test "$arch: the record of a job says what of it ran natively" {
    is_native /sed || skip "there is no twin of sed"
    local job
    job=$(frank run "$arch" --detach -- sh -c 'sed -n p /etc/hostname; sed -n p /etc/hostname; uname')
    frank attach "$job"
    frank jobs --all --format json | python3 -c '
import json, sys
job = next(job for job in json.load(sys.stdin) if job["id"] == sys.argv[1])
print(job["native_calls"], job["emulated_calls"])
sys.exit(job["native_calls"] < 3 or job["emulated_calls"] < 1)' "$job"
}

@test "$arch: tools of a class are switched alone" {
    is_native /sed || skip "there is no twin of sed"
    local native
    native=$(of_tool /sed native_calls)
    frank accel "$arch" off --class shell
    [ "$(of_tool /sed why)" = "class shell is off" ]
    is_native /cc1
    inside sed -n p /etc/hostname
    [ "$(of_tool /sed native_calls)" -eq "$native" ]
    run -125 frank accel "$arch" on --class fast
    [[ $output == *'no class "fast" of tools: give compiler, binutils, build, shell, archive, coreutils' ]]
    timeout 60 as-user frankdemo frankctl accel "$arch" on --class shell
    is_native /sed
}

@test "$arch: a tool that is upgraded loses its route, and gets it back when it is verified" {
    is_native /sed || skip "there is no twin of sed"
    local emulated
    emulated=$(of_tool /sed emulated_calls)
    inside sh -c 'cp -p /usr/bin/sed /usr/bin/sed.new && mv /usr/bin/sed.new /usr/bin/sed'
    inside sed -n p /etc/hostname
    [ "$(of_tool /sed emulated_calls)" -gt "$emulated" ]
    frank accel "$arch" on
    is_native /sed
}

@test "$arch: a root that is created where its twins are has native speed from its first start on" {
    is_native /sed || skip "there is no twin of sed"
    frank create quick "$FRANK_SANDBOX/$arch.tar" --accel off
    [ "$(shown quick acceleration)" = none ]
    frank destroy quick
    frank create quick "$FRANK_SANDBOX/$arch.tar"
    [ "$(shown quick acceleration)" = on ]
    frank start quick
    frank jobs --format json | python3 -c '
import json, sys
assert any(job["kind"] == "accelerate" and job["session"] == "quick" for job in json.load(sys.stdin))'
    frank destroy quick --force
}

@test "$arch: a session that starts again has its twins" {
    is_native /sed || skip "there is no twin of sed"
    frank stop "$arch"
    inside true
    eventually 20 is_native /sed
    inside sed -n p /etc/hostname
    [ "$(of_tool /sed native_calls)" -ge 1 ]
}

@test "$arch: frankend's restart keeps them" {
    is_native /sed || skip "there is no twin of sed"
    kill -KILL "$(<"$FRANK_SANDBOX/frankend.pid")"
    eventually 20 frank list
    eventually 20 is_native /sed
}
