#!/usr/bin/env bats
# CAUTION: for ./dev test system only, which runs this as root inside ./dev sandbox.
# Native speed: twins of a root's tools, made, verified and used. Run once for each FRANK_TEST_ARCH, after 50-inside.bats
# has installed a compiler there. Makes twins from Debian's archive.

load ../native

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
    # To the last byte: what names the package of the compiler (.comment) is the guest's, too, and so is the build-id.
    cmp "$BATS_FILE_TMPDIR/on" "$BATS_FILE_TMPDIR/off"
}

@test "$arch: hardened files are what the emulated compiler makes of them, natively where no canary is checked" {
    is_native /cc1 || skip "there is no twin of the compiler"
    local emulated doubted=0
    inside sh -c 'mkdir -p /tmp/hard && cd /tmp/hard && printf "int f(int a) { return 3 * a; }\n" >plain.c &&
        printf "void g(char *);\nint h(void) { char b[64]; g(b); return b[7]; }\n" >guarded.c'
    compile() { # MODE
        as-user frankdemo frankctl run "$arch" --env FRANKEND_ACCEL="$1" -- sh -ec 'cd /tmp/hard; for name in plain guarded; do
            gcc -O2 -fstack-protector-strong -Wall -fno-ident -S $name.c -o $name.'"$1"'; done'
    }
    emulated=$(of_tool /cc1 emulated_calls)
    compile on
    # Only bookworm's own compiler for arm64 has the cure of CVE-2023-4039.
    [ "$arch" != arm64 ] || doubted=1
    [ "$(of_tool /cc1 emulated_calls)" -eq $((emulated + doubted)) ]
    compile off
    inside sh -ec 'cd /tmp/hard; cmp plain.on plain.off; cmp guarded.on guarded.off; grep -q __stack_chk_fail guarded.on'
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

@test "$arch: accel verify puts a build to the test" {
    is_native /cc1 || skip "there is no twin of the compiler"
    inside sh -c 'rm -rf /tmp/v && mkdir /tmp/v && cat >/tmp/v/program.c' <"$BATS_FILE_TMPDIR/program.c"
    frank accel "$arch" verify --workdir /tmp/v -- sh -c 'gcc -O2 -g -c program.c && ar rc lib.a program.o && gcc program.o -o program'
    [ "$(inside ls /tmp/v)" = program.c ]
    run frank accel "$arch" verify --workdir /tmp/v -- sh -c 'echo "${FRANKEND_ACCEL:-on}" >way'
    echo "$output"
    [ "$status" -eq 1 ]
    [[ $output == *way:* ]]
}

@test "$arch: a twin that crashes in the middle of a build is stood in for, and the build passes" {
    is_native /cc1 || skip "there is no twin of the compiler"
    local cc1 emulated native triplet
    case $arch in
    arm64) triplet=aarch64-linux-gnu ;;
    armhf) triplet=arm-linux-gnueabihf ;;
    esac
    cc1=$(find "$FRANK_SANDBOX/storage" -path "*/usr/lib/gcc-cross/$triplet/*/cc1")
    [ -f "$cc1" ]
    emulated=$(of_tool /cc1 emulated_calls) native=$(of_tool /cc1 native_calls)
    # In its place, by root of this machine: one that dies of the second file, half of whose assembly is written then.
    mv "$cc1" "$cc1.whole"
    cat >"$cc1" <<END
#!/bin/sh
out= last=
for word; do [ "\$last" != -o ] || out=\$word; last=\$word; done
case "\$*" in *two.c*) echo '.half' >"\$out"; kill -SEGV \$\$ ;; esac
exec "/run/frankend/native/usr/lib/gcc-cross/${cc1##*/gcc-cross/}.whole" "\$@"
END
    chmod 755 "$cc1"
    run inside sh -ec 'rm -rf /tmp/c; mkdir /tmp/c; cd /tmp/c
        for name in one two three; do echo "int $name(void) { return sizeof __func__; }" >$name.c; done
        echo "int one(void), two(void), three(void); int main(void) { return one() + two() + three(); }" >main.c
        for name in one two three main; do gcc -O1 -c $name.c; done
        gcc *.o -o sum
        ./sum || echo "sum $?"'
    mv -f "$cc1.whole" "$cc1"
    echo "$output"
    [ "$status" -eq 0 ]
    [ "${lines[-1]}" = "sum 14" ]
    [ "$(of_tool /cc1 native_calls)" -eq $((native + 4)) ]
    [ "$(of_tool /cc1 emulated_calls)" -eq $((emulated + 1)) ]
}

# Every file of the session's root, without times.
root_listing() {
    listing "$1" | sed -E 's/^(([^|]*\|){6})[0-9.]+\|/\1|/'
}

@test "$arch: the root is the same after an accelerated build as after an emulated one" {
    is_native /cc1 || skip "there is no twin of the compiler"
    local mode root
    inside touch "/root/this-is-$arch"
    root=$(find "$FRANK_SANDBOX/storage" -path "*/root/this-is-$arch")
    root=${root%/root/this-is-*}
    [ -d "$root" ]
    for mode in off on; do
        # No names of the compiler's package in it: all bytes are to be the same.
        as-user frankdemo frankctl run "$arch" --env FRANKEND_ACCEL=$mode -- sh -ec 'rm -rf /root/b; mkdir /root/b; cd /root/b
            cat >program.c
            gcc -O2 -g -fno-ident -c program.c
            ar rc lib.a program.o
            gcc program.o -o program
            ./program >out; tar -cf - --mtime=@1 --sort=name program.c out | gzip -n >out.tgz' <"$BATS_FILE_TMPDIR/program.c"
        root_listing "$root" >"$BATS_FILE_TMPDIR/root.$mode"
    done
    grep -q 'root/b/program$' "$BATS_FILE_TMPDIR/root.on"
    diff "$BATS_FILE_TMPDIR/root.off" "$BATS_FILE_TMPDIR/root.on"
    inside rm -r /root/b "/root/this-is-$arch"
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
    [[ $output == *'no class "fast" of tools: give compiler, binutils, build, shell, archive, coreutils, lang' ]]
    timeout 60 as-user frankdemo frankctl accel "$arch" on --class shell
    is_native /sed
}

@test "$arch: tools that are upgraded lose their routes at once, and get them back when they are verified" {
    is_native /sed || skip "there is no twin of sed"
    local tool emulated native
    for tool in sed bash; do
        is_native "/$tool" || continue
        emulated=$(of_tool "/$tool" emulated_calls) native=$(of_tool "/$tool" native_calls)
        # As dpkg does it: a new file takes the name.
        inside sh -c "cp -p /usr/bin/$tool /usr/bin/$tool.dpkg-new && mv /usr/bin/$tool.dpkg-new /usr/bin/$tool; exec $tool --help >/dev/null"
        [ "$(of_tool "/$tool" emulated_calls)" -eq $((emulated + 1)) ]
        [ "$(of_tool "/$tool" native_calls)" -eq "$native" ]
    done
    frank accel "$arch" on
    is_native /sed
    [ -z "$(of_tool /bash native)" ] || is_native /bash
    native=$(of_tool /sed native_calls)
    inside sed -n p /etc/hostname
    [ "$(of_tool /sed native_calls)" -eq $((native + 1)) ]
}

@test "$arch: a root that is created where its twins are has native speed from its first start on" {
    is_native /sed || skip "there is no twin of sed"
    frank create quick "$FRANK_SANDBOX/$arch.tar" --accel off
    [ "$(shown quick acceleration)" = none ]
    frank destroy quick
    frank create quick "$FRANK_SANDBOX/$arch.tar" --accel auto
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

@test "$arch: tools are taken from a root that is named, where it has a cross compiler" {
    is_native /sed || skip "there is no twin of sed"
    local triplet=aarch64-linux-gnu
    [ "$arch" = arm64 ] || triplet=arm-linux-gnueabihf
    run frank accel "$arch" on --from /
    echo "$output"
    if command -v "$triplet-gcc"; then
        [ "$status" -eq 0 ]
        is_native /cc1
    else
        [ "$status" -eq 125 ]
        [[ ${lines[-1]} == *"there is no cross compiler for $arch in it"* ]]
    fi
    is_native /sed
    inside sed -n p /etc/hostname
}
