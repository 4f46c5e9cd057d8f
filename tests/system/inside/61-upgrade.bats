#!/usr/bin/env bats
# CAUTION: for ./dev test system only, which runs this as root inside ./dev sandbox.
# Routes and the package manager. After 60-native.bats; 50-inside.bats has put in packages that the archive has newer
# ones of.

load ../native

@test "$arch: apt-get upgrade of compiler, shell and binutils works, drops their routes, and another look brings them back" {
    inside sh -c 'dpkg-query -W -f "\${Version}\n" | grep -q "~older$"' || skip "there is nothing to upgrade"
    local tool emulated native
    frank accel "$arch" on
    for tool in /cc1 -as /bash; do is_native "$tool"; done
    inside sh -c 'apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -qy upgrade'
    run -1 inside sh -c 'dpkg-query -W -f "\${Version}\n" | grep "~older$"'
    for tool in /cc1 -as /bash; do
        emulated=$(of_tool "$tool" emulated_calls) native=$(of_tool "$tool" native_calls)
        inside bash -c 'cd /tmp && echo "int f(int a) { return 7 * a; }" >upgraded.c && gcc -O2 -c upgraded.c -o upgraded.o'
        [ "$(of_tool "$tool" emulated_calls)" -eq $((emulated + 1)) ]
        [ "$(of_tool "$tool" native_calls)" -eq "$native" ]
    done
    frank accel "$arch" on
    for tool in /cc1 -as /bash; do is_native "$tool"; done
    native=$(of_tool /cc1 native_calls)
    inside bash -c 'cd /tmp && gcc -O2 -c upgraded.c -o again.o && cmp upgraded.o again.o'
    [ "$(of_tool /cc1 native_calls)" -eq $((native + 1)) ]
}
