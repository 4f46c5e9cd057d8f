#!/usr/bin/env bats
# CAUTION: for ./dev test system only, which runs this as root inside ./dev sandbox. It kills processes and mounts.
# A user's own directories in a session: built there, kept here.

setup() { load helper; }

setup_file() {
    load helper
    frank create seer "$FRANK_SANDBOX/arm64.tar"
    home=$FRANK_SANDBOX/demo
    mkdir "$home" "$FRANK_SANDBOX/others"
    install -d -o frankdemo -g frankdemo -m 0700 "$home/src"
    echo 'hello' >"$home/src/hello"
    chown frankdemo:frankdemo "$home/src/hello"
    echo 'root only' >"$FRANK_SANDBOX/others/secret"
    echo 'for all' >"$FRANK_SANDBOX/others/open"
    chmod 0600 "$FRANK_SANDBOX/others/secret"
    chmod 0755 "$FRANK_SANDBOX/others" "$home"
    export src=$home/src others=$FRANK_SANDBOX/others
}

teardown_file() {
    load helper
    frank destroy --force seer || true
    rm -rf "$FRANK_SANDBOX/demo" "$FRANK_SANDBOX/others"
}

in_root() { as-user frankdemo frankctl run seer "$@"; }

@test "what is made in a directory of one's own is one's own, inside and outside" {
    frank bind seer "$src:/srv/src"
    [ "$(in_root -- sh -c 'cd /srv/src && stat -c %u hello && cat hello && mkdir out && echo made >out/it')" = $'0\nhello' ]
    [ "$(cat "$src/out/it")" = made ]
    [ "$(stat -c %U:%G "$src/out/it")" = frankdemo:frankdemo ]
    run frank bind seer
    echo "$output"
    [[ $output == *"/srv/src  rw    $src"* ]]
}

@test "it is there at every start, before the first command, and after kill -9 of frankend" {
    frank stop seer
    [ "$(in_root -- cat /srv/src/hello)" = hello ]
    local old
    old=$(frankend_pid)
    kill -9 "$old"
    frankend_again "$old"
    [ "$(in_root -- cat /srv/src/hello)" = hello ]
    [ "$(in_root -- grep -c ' /srv/src ' /proc/self/mountinfo)" = 1 ]
}

@test "read-only is read-only, also for the session's root" {
    frank bind seer "$src:/ro:ro"
    run ! in_root -- touch /ro/new
    run ! in_root -- mount -o remount,bind,rw /ro
    run ! in_root -- touch /ro/new
    [ ! -e "$src/new" ]
    frank unbind seer /ro
    [ -z "$(in_root -- ls /ro)" ]
}

@test "of somebody else's directory only what everybody may read is seen" {
    frank bind seer "$others:/others"
    [ "$(in_root -- cat /others/open)" = 'for all' ]
    run ! in_root -- cat /others/secret
    run ! in_root -- touch /others/new
    frank_refused bind seer "$others:/again:rw"
    [[ $stderr == *"belongs to root: it can be bound read-only (:ro)"* ]]
    frank unbind seer /others
}

@test "what is no place for it, and what is this machine's own, is refused, and nothing is left" {
    local before
    before=$(ls "$FRANK_SANDBOX/storage")
    frank_refused bind seer "$src:/proc/1"
    [[ $stderr == *"a place of the session's own"* ]]
    frank_refused bind seer "$src:/a/../b"
    frank_refused bind seer "$src:/srv"
    [[ $stderr == *"one below the other"* ]]
    frank_refused bind seer /etc:/host-etc
    [[ $stderr == *"this machine's own"* ]]
    frank_refused bind seer "$src/hello:/x"
    frank_refused bind nobody "$src:/x"
    frank_refused unbind seer /nothing
    [ "$(ls "$FRANK_SANDBOX/storage")" = "$before" ]
}

@test "nobody binds into the session of another, nor sees what is bound there" {
    refused as-user frankother frankctl bind seer /usr/share:/x
    refused as-user frankother frankctl unbind seer /srv/src
    refused as-user frankother frankctl bind seer
}

@test "a session whose directory is gone does not start, and says what to do" {
    frank stop seer
    mv "$src" "$src-away"
    frank_refused start seer
    echo "$stderr"
    [[ $stderr == *"$src"*"cannot be bound at /srv/src"*"No such file or directory"*"frankctl unbind seer"* ]]
    in_state seer stopped
    install -d -o frankdemo "$src"
    frank_refused start seer
    [[ $stderr == *"moved or replaced"* ]]
    rmdir "$src"
    mv "$src-away" "$src"
    [ "$(in_root -- cat /srv/src/hello)" = hello ]
}

@test "a creation takes it along, and a refused one leaves no session" {
    frank create other "$FRANK_SANDBOX/arm64.tar" --bind "$src:/srv/src:ro" --bind "$src:/work"
    [ "$(as-user frankdemo frankctl run other -- sh -c 'cat /srv/src/hello; echo x >/work/by-other')" = hello ]
    [ -e "$src/by-other" ]
    frank destroy --force other
    frank_refused create other "$FRANK_SANDBOX/arm64.tar" --bind "$src:/dev/x"
    [[ $stderr == *"a place of the session's own"* ]]
    [[ $'\n'$(frank list --quiet)$'\n' != *$'\n'other$'\n'* ]]
}

@test "destroying the session with open files in it leaves the directory untouched" {
    local before running
    running=$(in_root --detach -- sh -c 'exec 3>>/srv/src/open; sleep 1000')
    eventually 10 test -e "$src/open"
    before=$(listing "$src")
    frank destroy --force seer
    [ "$(listing "$src")" = "$before" ]
    [ -n "$running" ]
    [[ $'\n'$(frank list --quiet)$'\n' != *$'\n'seer$'\n'* ]]
    run ! grep -F "$src" /proc/1/mountinfo
}
