#!/usr/bin/env bats
# CAUTION: for ./dev test system only, which runs this as root inside ./dev sandbox.
# A root that holds programs of several architectures.
setup() { load helper; }

# 96 bytes that exit with 42 on an armhf machine (plan/probe_elf.hpp's own).
armhf_program='\x7fELF\x01\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x28\0\x01\0\0\0\x54\0\x40\0\x34\0\0\0\0\0\0\0\0\x04\0\x05\x34\0\x20\0\x01\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\x40\0\0\0\x40\0\x60\0\0\0\x60\0\0\0\x05\0\0\0\0\0\x01\0\x2a\0\xa0\xe3\x01\x70\xa0\xe3\0\0\0\xef'

@test "what dpkg is told of a foreign architecture holds from the next start of the session" {
    [ "$(inside dpkg --print-architecture)" = arm64 ]
    [ "$(shown arm64 extra_architectures)" = '[]' ]
    printf '%b' "$armhf_program" | as-user frankdemo frankctl run arm64 -- sh -c 'cat >/root/other; chmod 755 /root/other'
    run inside /root/other
    [ "$status" -eq 126 ]

    inside dpkg --add-architecture armhf
    frank stop arm64
    run inside /root/other
    echo "status $status, $output"
    [ "$status" -eq 42 ]
    [ "$(shown arm64 extra_architectures)" = "['armhf']" ]
    frank show arm64 | grep -E '^and: +armhf$'
    inside sh -c 'ls /proc/sys/fs/binfmt_misc' | grep -Fx frank-arm

    inside dpkg --remove-architecture armhf
    frank stop arm64
    frank start arm64
    [ "$(shown arm64 extra_architectures)" = '[]' ]
    inside rm /root/other
}
