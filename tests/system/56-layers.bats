#!/usr/bin/env bats
# CAUTION: for ./dev test system only, which runs this as root inside ./dev sandbox. It kills processes and mounts.
# Snapshots, clones and throw-away sessions of a real arm64 Debian.

setup() { load helper; }

setup_file() {
    load helper
    export stored
    stored=$(ls "$FRANK_SANDBOX/storage")
    frank create layered "$FRANK_SANDBOX/arm64.tar"
}

teardown_file() {
    load helper
    for name in layered twin kept; do frank destroy --force "$name" || true; done
}

# What other tests left may go meanwhile.
nothing_new_since() { [ -z "$(comm -13 <(echo "$1") <(ls "$FRANK_SANDBOX/storage"))" ]; }
none_is_there() { ! frank list --quiet | grep -E 'layered|twin|kept'; }
none_is_thrown_away() { ! frank list --quiet | grep -q @; }
in_root() { frank run layered "$@"; }

@test "a throw-away session sees the root, changes it as it likes, and leaves nothing" {
    local before
    before=$(ls "$FRANK_SANDBOX/storage")
    run frank run layered --ephemeral -- sh -c 'id -u; dpkg --purge --force-all hostname >/dev/null 2>&1
        rm -r /usr/share/doc; mv /usr/lib /usr/moved && mv /usr/moved /usr/lib; ls -d /usr/share/doc; echo done'
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output == *done* ]]
    in_root -- sh -c 'test -d /usr/share/doc && dpkg -s hostname | grep -q "ok installed"'
    frank stop layered
    [ "$(frank list --quiet | grep -c layered)" = 1 ]
    eventually 60 nothing_new_since "$before"
}

@test "a snapshot is taken in no time, and a rollback has the root as it was" {
    in_root -- sh -c 'echo one >/root/file'
    frank stop layered
    frank snapshot layered one
    in_root -- sh -c 'echo two >/root/file; rm -rf /usr/share/doc /var/lib/dpkg; touch /root/new'
    frank stop layered
    frank snapshot layered broken
    frank rollback layered one
    [ "$(in_root -- sh -c 'cat /root/file; ls /root/new 2>/dev/null; dpkg -s hostname | grep Status')" = $'one\nStatus: install ok installed' ]
    frank stop layered
    frank rollback layered broken
    [ "$(in_root -- sh -c 'cat /root/file; ls -d /root/new /var/lib/dpkg 2>/dev/null')" = $'two\n/root/new' ]
    frank stop layered
    frank rollback layered one
    frank snapshots layered --remove broken
    [ "$(frank snapshots layered --quiet)" = one ]
}

@test "packages are installed in a root over layers as in any other" {
    in_root -- sh -ec 'cd /root; mkdir -p p/DEBIAN p/usr/share/doc p/usr/bin
        printf "Package: probe\nVersion: 1\nArchitecture: all\nMaintainer: x <x@x>\nDescription: x\n" >p/DEBIAN/control
        echo new >p/usr/bin/probe; dpkg-deb -b p probe.deb >/dev/null; dpkg -i probe.deb >/dev/null; dpkg -P probe >/dev/null
        chmod 2755 /usr/bin/env; stat -c %a /usr/bin/env | grep -x 2755; chmod 755 /usr/bin/env
        ln /usr/bin/env /usr/bin/env2; rm /usr/bin/env2; useradd -m someone; su someone -c "id -un" | grep -x someone'
    frank stop layered
}

@test "a clone has what there is, and changes of its own" {
    frank clone layered twin
    in_root -- sh -c 'echo changed >/root/file'
    [ "$(frank run twin -- cat /root/file)" = one ]
    frank run twin -- sh -c 'echo twin >/root/file'
    [ "$(in_root -- cat /root/file)" = changed ]
    run frank snapshot layered now
    [ "$status" -eq 125 ]
    [[ $output == *"session layered is running: stop it first"* ]]
    frank stop layered
    frank destroy layered
    [ "$(frank run twin -- cat /root/file)" = twin ]
    frank stop twin
    frank clone twin layered
}

@test "many throw-away sessions of one root at once, and kill -9 of frankend meanwhile" {
    in_root -- true # so that it has a tree that they lie over
    frank stop layered
    jobs=()
    for i in 1 2 3 4; do
        jobs+=("$(frank run layered --ephemeral --detach -- sh -c "echo $i >/root/mine; sleep 2; cat /root/mine")")
    done
    run frank run layered -- true
    [ "$status" -eq 125 ]
    [[ $output == *"throw-away sessions of layered must not see it change"* ]]
    local old
    old=$(frankend_pid)
    kill -9 "$old"
    frankend_again "$old"
    for i in 1 2 3 4; do
        [ "$(frank attach "${jobs[i - 1]}")" = "$i" ]
    done
    eventually 60 none_is_thrown_away
    frank run layered -- true
    frank stop layered
}

@test "one that is kept is a session like any other" {
    job=$(frank run layered --ephemeral --detach -- sleep infinity)
    name=$(frank list --quiet | grep @)
    frank run "$name" -- sh -c 'echo kept >/root/kept'
    run frank commit "$name" layered
    [ "$status" -eq 125 ]
    frank commit "$name" kept
    run frank attach "$job"
    [ "$status" -gt 128 ] # by a signal
    [ "$(frank run kept -- cat /root/kept)" = kept ]
    run frank run layered -- cat /root/kept
    [ "$status" -eq 1 ]
    frank stop layered
    frank stop kept
}

@test "nothing of any of it is left when they are destroyed" {
    for name in layered twin kept; do frank destroy --force "$name" || true; done # it may be the second try
    none_is_there
    eventually 60 nothing_new_since "$stored"
    [ -z "$(ls "$FRANK_SANDBOX/state/layers")" ]
}
