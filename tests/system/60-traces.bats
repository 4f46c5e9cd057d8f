#!/usr/bin/env bats
# CAUTION: for ./dev test system only, which runs this as root inside ./dev sandbox. It kills processes and mounts.
# Nothing is left behind, whoever is killed when.

setup() {
    load helper
    frank stop arm64
    frank stop armhf
    eventually 10 quiet
    traces >"$BATS_TEST_TMPDIR/before"
}

# Only frank-launcher itself is there, and no workshop or session.
quiet() { [ "$(pgrep -c frank-launcher)" -eq 1 ] && [ "$(pgrep -c frank-init)" -eq 0 ]; }

untouched() {
    traces >"$BATS_TEST_TMPDIR/after"
    diff -u "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
}

@test "create, run and destroy on a directory leave machine and directory as they were" {
    listing "$FRANK_SANDBOX/big" >"$BATS_TEST_TMPDIR/listing"
    frankctl create inplace "$FRANK_SANDBOX/big"
    [ "$(frankctl run inplace -- uname -m)" = aarch64 ]
    [ "$(frankctl run inplace -- sh -c 'echo x >/tmp/x; echo y >/run/y; cat /etc/resolv.conf >/dev/null; echo $?')" = 0 ]
    frankctl stop inplace
    frankctl destroy inplace
    eventually 10 quiet
    untouched
    listing "$FRANK_SANDBOX/big" | diff "$BATS_TEST_TMPDIR/listing" -
}

@test "what a command writes into a directory in place is there, with the right owner" {
    frankctl create inplace "$FRANK_SANDBOX/big"
    frankctl run inplace -- sh -c 'echo hello >/root/written; chown 33:33 /root/written'
    [ "$(stat -c %u:%g "$FRANK_SANDBOX/big/root/written")" = 33:33 ]
    frankctl destroy inplace --force
    [ "$(cat "$FRANK_SANDBOX/big/root/written")" = hello ]
    rm "$FRANK_SANDBOX/big/root/written"
    untouched
}

@test "a user's own directory serves as a root, and what is written there is the user's" {
    local dir
    dir=$(getent passwd frankdemo | cut -d: -f6)/own
    tiny_root "$dir"
    chown -R frankdemo: "$dir"
    frank create own "$dir"
    [ "$(frank run own -- sh -c 'echo hello >/root/written; cat /root/written')" = hello ]
    [ "$(stat -c %U "$dir/root/written")" = frankdemo ]
    frank destroy own --force
    untouched
    [ -x "$dir/usr/bin/dash" ]
    rm -rf "$dir"
}

@test "kill -9 of the client at any moment of run leaves nothing" {
    local delay client
    for delay in 0 0.002 0.005 0.01 0.02 0.03 0.04 0.06 0.08 0.1 0.15 0.2 0.3; do
        as-user frankdemo frankctl run arm64 -- sh -c 'echo x; sleep 0.1' </dev/null >/dev/null 2>&1 &
        client=$!
        sleep "$delay"
        kill -KILL "$client" 2>/dev/null || true
        wait "$client" || true
        inside true
        frank stop arm64
        in_state arm64 stopped
    done
    eventually 10 quiet
    untouched
}

@test "kill -9 of the client at any moment of create leaves a whole session or none" {
    local delay client
    tiny_root "$BATS_TEST_TMPDIR/tiny"
    chmod 0755 "$BATS_TEST_TMPDIR"
    tar -C "$BATS_TEST_TMPDIR/tiny" -cf "$BATS_TEST_TMPDIR/tiny.tar" .
    for delay in 0 0.01 0.03 0.05 0.1 0.2 0.5; do
        as-user frankdemo frankctl create killed "$BATS_TEST_TMPDIR/tiny.tar" </dev/null >/dev/null 2>&1 &
        client=$!
        sleep "$delay"
        kill -KILL "$client" 2>/dev/null || true
        wait "$client" || true
        eventually 30 settled killed
        if frank show killed >/dev/null 2>&1; then
            [ "$(frank run killed -- sh -c 'echo whole')" = whole ]
            frank destroy killed --force
        fi
    done
    eventually 10 quiet
    untouched
}

settled() { # NAME: is neither being created nor destroyed
    local state
    state=$(session_state "$1" 2>/dev/null) || return 0
    [ "$state" != creating ] && [ "$state" != destroying ]
}

@test "kill -9 of frankend while a session runs: it is found again, and its command ends as it should" {
    local job old
    job=$(frank run arm64 --detach -- sh -c 'echo before; sleep 2; echo after; exit 5')
    old=$(frankend_pid)
    kill -KILL "$old"
    frankend_again "$old"
    in_state arm64 running
    run timeout 30 as-user frankdemo frankctl attach "$job"
    echo "$output"
    [ "$status" -eq 5 ]
    [ "$output" = $'before\nafter' ]
    inside true
    frank stop arm64
    eventually 10 quiet
    untouched
}

@test "kill -9 of frankend at any moment of a start: the session is whole or stopped, and starts again" {
    local delay old
    for delay in 0 0.005 0.01 0.02 0.03 0.05 0.08; do
        old=$(frankend_pid)
        as-user frankdemo frankctl run arm64 -- true </dev/null >/dev/null 2>&1 &
        sleep "$delay"
        kill -KILL "$old"
        wait $! || true
        frankend_again "$old"
        eventually 10 settled arm64
        inside true
        frank stop arm64
        in_state arm64 stopped
    done
    eventually 10 quiet
    untouched
}

@test "kill -9 of frankend during create and destroy: never half a session" {
    local delay old
    tiny_root "$BATS_TEST_TMPDIR/tiny"
    chmod 0755 "$BATS_TEST_TMPDIR"
    tar -C "$BATS_TEST_TMPDIR/tiny" -cf "$BATS_TEST_TMPDIR/tiny.tar" .
    for delay in 0.005 0.02 0.05 0.1 0.3; do
        old=$(frankend_pid)
        as-user frankdemo frankctl create half "$BATS_TEST_TMPDIR/tiny.tar" </dev/null >/dev/null 2>&1 &
        sleep "$delay"
        kill -KILL "$old"
        wait $! || true
        frankend_again "$old"
        eventually 30 settled half
        frank show half >/dev/null 2>&1 || frank create half "$BATS_TEST_TMPDIR/tiny.tar"
        [ "$(frank run half -- sh -c 'echo whole')" = whole ]
        old=$(frankend_pid)
        as-user frankdemo frankctl destroy half --force </dev/null >/dev/null 2>&1 &
        sleep "$delay"
        kill -KILL "$old"
        wait $! || true
        frankend_again "$old"
        eventually 30 settled half
        if frank show half >/dev/null 2>&1; then frank destroy half --force; fi
    done
    eventually 10 quiet
    untouched
}

@test "kill -9 of a session's supervisor ends the session, cleanly" {
    inside true
    local supervisor
    supervisor=$(pgrep --parent "$(cat "$FRANK_SANDBOX/launcher.pid")" frank-launcher | head -n 1)
    kill -KILL "$supervisor"
    eventually 10 in_state arm64 stopped
    eventually 10 quiet
    inside true
    frank stop arm64
    eventually 10 quiet
    untouched
}
