#!/usr/bin/env bats
# CAUTION: for ./dev test system only, which runs this as root.
# Sessions whose network is their own, in a sandbox whose frankend.toml says so.

setup() {
    bats_require_minimum_version 1.5.0
    repo=$(cd "$BATS_TEST_DIRNAME/../../.." && pwd)
    [ -c /dev/net/tun ] || skip "this machine has no /dev/net/tun"
    # No twins: where this machine has a cross compiler, the workshop that takes them has a frank-net as well.
    printf '[defaults]\nnetwork = "user"\naccel = "off"\n' >"$BATS_TEST_TMPDIR/frankend.toml"
}

in_sandbox() { # SCRIPT: with a session "n" made from the arm64 root
    FRANK_CONFIG=$BATS_TEST_TMPDIR/frankend.toml run "$repo/dev" sandbox -- sh -ec '
        frankctl create n "$FRANK_TEST_ARM64_TAR" --quiet
        '"$1"
    echo "$output"
}

@test "a session with a network of its own gets packages, and sees no interface of this machine" {
    in_sandbox '
        frankctl run n -- ls /sys/class/net | sort | xargs
        frankctl run n -- apt-get -q update
        frankctl run n -- sh -c "test -n \"\$(ls /var/lib/apt/lists/*Packages*)\"" && echo lists came'
    [ "$status" -eq 0 ]
    [[ $output == *"lo net0"* ]]
    [[ $output == *"lists came"* ]]
}

@test "show and --dry-run tell of it, and nothing of it stays when the session stops" {
    in_sandbox '
        frankctl show n | grep "^network:"
        frankctl create m "$FRANK_TEST_ARM64_TAR" --dry-run | grep frank-net
        frankctl start n
        pgrep -x frank-net | wc -l
        frankctl stop n
        ! pgrep -x frank-net'
    [ "$status" -eq 0 ]
    [[ $output == *network:*user* ]]
    [[ $output == *"network (and frank-net as its way out)"* ]]
    [[ $output == *"resolv.conf that names frank-net"* ]]
}
