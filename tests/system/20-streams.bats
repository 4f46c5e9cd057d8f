#!/usr/bin/env bats
# CAUTION: for ./dev test system only, which runs this as root inside ./dev sandbox. It kills processes and mounts.
# Bytes in, bytes out, and descriptors.

setup() { load helper; }

@test "256 MiB go through both ways at once, unchanged" {
    head -c 256M /dev/urandom >"$BATS_TEST_TMPDIR/random"
    local before after
    before=$(sha256sum <"$BATS_TEST_TMPDIR/random")
    after=$(timeout 120 as-user frankdemo frankctl run arm64 -- cat <"$BATS_TEST_TMPDIR/random" | sha256sum)
    rm "$BATS_TEST_TMPDIR/random"
    [ "$before" = "$after" ]
}

@test "standard output and standard error stay apart" {
    run --separate-stderr inside sh -c 'echo out; echo err >&2'
    [ "$output" = out ]
    [ "$stderr" = err ]
}

@test "a closed reader ends the command with SIGPIPE, not a hang" {
    local status
    set +o pipefail
    timeout 30 as-user frankdemo frankctl run arm64 -- sh -c 'while :; do echo y; done' |
        head -n 1 >/dev/null
    status=${PIPESTATUS[0]}
    echo "status $status"
    [ "$status" -eq 141 ]
}

@test "an input that nobody reads does not hold the end up" {
    timeout 30 as-user frankdemo frankctl run arm64 -- true < <(sleep 100 & echo x; wait)
}

@test "/dev/null as every stream works" {
    as-user frankdemo frankctl run arm64 -- sh -c 'read -r line; [ -z "$line" ]' </dev/null >/dev/null 2>&1
}

@test "100 runs at once have their own output and status each" {
    local n pids=()
    for n in {1..100}; do
        (
            status=0
            as-user frankdemo frankctl run arm64 -- sh -c "echo out-$n; echo err-$n >&2; exit $n" \
                >"$BATS_TEST_TMPDIR/$n.out" 2>"$BATS_TEST_TMPDIR/$n.err" || status=$?
            echo "$status" >"$BATS_TEST_TMPDIR/$n.status"
        ) &
        pids+=($!)
        # The limit of jobs per user is 64: so many at a time.
        [ "${#pids[@]}" -lt 60 ] || { wait "${pids[0]}"; pids=("${pids[@]:1}"); }
    done
    wait "${pids[@]}"
    for n in {1..100}; do
        [ "$(cat "$BATS_TEST_TMPDIR/$n.out")" = "out-$n" ] || { cat "$BATS_TEST_TMPDIR/$n.err"; return 1; }
        [ "$(cat "$BATS_TEST_TMPDIR/$n.err")" = "err-$n" ]
        [ "$(cat "$BATS_TEST_TMPDIR/$n.status")" = "$n" ]
    done
}

@test "no descriptor but the command's own is open in 1,000 starts" {
    inside true
    local before
    before=$(descriptors)
    # The shell's own reading of the directory is the one descriptor more.
    # shellcheck disable=SC2016 # the shells inside expand these
    as-user frankdemo bash -c '
        once() { for _ in {1..250}; do frankctl run arm64 -- sh -c "echo /proc/self/fd/*" </dev/null 2>&1; done; }
        for _ in 1 2 3 4; do once & done; wait' | sort | uniq -c >"$BATS_TEST_TMPDIR/sets"
    cat "$BATS_TEST_TMPDIR/sets"
    [ "$(sed 's/^ *//' "$BATS_TEST_TMPDIR/sets")" = \
        "1000 /proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 /proc/self/fd/3" ]
    echo "descriptors of frankend and frank-launcher: $before, then $(descriptors)"
    eventually 5 same_descriptors "$before"
}

descriptors() { # how many frankend and frank-launcher have open
    local pid
    for pid in "$(frankend_pid)" "$(cat "$FRANK_SANDBOX/launcher.pid")"; do
        find "/proc/$pid/fd" -mindepth 1 | wc -l
    done | paste -sd' '
}

same_descriptors() { [ "$(descriptors)" = "$1" ]; }

@test "frankend's own descriptors do not grow with sessions started and stopped" {
    frank stop arm64
    local before
    before=$(descriptors)
    for _ in {1..20}; do
        frank start arm64
        frank stop arm64
    done
    eventually 5 same_descriptors "$before"
}

@test "--preserve-fds hands on as many as were asked for" {
    run bash -c "exec 3<<<three 4<<<four; as-user frankdemo frankctl run arm64 --preserve-fds 2 -- sh -c 'cat <&3; cat <&4'"
    [ "$output" = $'three\nfour' ]
    run bash -c "exec 3<<<three; as-user frankdemo frankctl run arm64 -- sh -c 'cat <&3'"
    [ "$status" -ne 0 ]
}
