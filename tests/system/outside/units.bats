#!/usr/bin/env bats
# CAUTION: for ./dev test system only, which runs this as root.
# What systemd would make of our units, and what ./dev sandbox leaves on the machine.

setup() {
    bats_require_minimum_version 1.5.0
    repo=$(cd "$BATS_TEST_DIRNAME/../../.." && pwd)
    dev=$repo/dev
}

unit() { # NAME: a copy with its program's place filled in
    sed "s|@FRANK_LIBEXECDIR@|/usr/bin|" "$repo/systemd-units/$1.in" >"$BATS_TEST_TMPDIR/$1"
    echo "$BATS_TEST_TMPDIR/$1"
}

@test "frankend.service is exposed to at most 0.6" {
    run systemd-analyze security --offline=true --threshold=6 --no-pager "$(unit frankend.service)"
    echo "${lines[-1]}"
    [ "$status" -eq 0 ]
}

@test "frankend-binfmt.service is exposed to at most 4.0" {
    run systemd-analyze security --offline=true --threshold=40 --no-pager "$(unit frankend-binfmt.service)"
    echo "${lines[-1]}"
    [ "$status" -eq 0 ]
}

@test "frank-launcher@.service is exposed to at most 6.5" {
    run systemd-analyze security --offline=true --threshold=65 --no-pager "$(unit frank-launcher@.service)"
    echo "${lines[-1]}"
    [ "$status" -eq 0 ]
}

@test "frank-launcher@.service asks for nothing that makes a mount namespace" {
    run grep -E '^(Protect(System|Home|Kernel.*|ControlGroups|Proc|Hostname)|Private[A-Za-z]*|[A-Za-z]*Paths|Root[A-Za-z]*|TemporaryFileSystem)=' \
        "$repo/systemd-units/frank-launcher@.service.in"
    [ "$status" -eq 1 ]
}

# Every sandbox there is.
sandboxes() { find "${TMPDIR:-/var/tmp}" -maxdepth 1 -name 'frankend-sandbox.*'; }

@test "sandbox passes the exit status on and leaves nothing" {
    local before
    before=$(cat /proc/self/mountinfo; ls -l /etc/passwd; sandboxes)
    run "$dev" sandbox -- sh -c 'frankctl --version && exit 42'
    echo "$output"
    [ "$status" -eq 42 ]
    [ "$(cat /proc/self/mountinfo; ls -l /etc/passwd; sandboxes)" = "$before" ]
}

@test "sandbox, killed at once, leaves no process and no directory" {
    local before pid
    before=$(sandboxes)
    "$dev" sandbox -- sleep 4711 </dev/null >/dev/null 2>&1 3>&- &
    pid=$!
    for _ in {1..100}; do ! pgrep -f '^sleep 4711' >/dev/null || break; sleep 0.1; done
    pgrep -f '^sleep 4711'
    kill -KILL "$pid"
    for _ in {1..100}; do [ "$(sandboxes)" != "$before" ] || ! pgrep -f '^sleep 4711' >/dev/null || break; sleep 0.1; done
    sleep 1
    run ! pgrep -f '^sleep 4711'
    [ "$(sandboxes)" = "$before" ]
}

@test "sandbox brings frankend back when it dies" {
    run "$dev" sandbox -- bash -c '
        old=$(cat "$FRANK_SANDBOX/frankend.pid"); kill -KILL "$old"
        for i in {1..100}; do [ "$(cat "$FRANK_SANDBOX/frankend.pid")" != "$old" ] && frankctl list >/dev/null 2>&1 && break; sleep 0.05; done
        [ "$(cat "$FRANK_SANDBOX/frankend.pid")" != "$old" ] && frankctl list'
    echo "$output"
    [ "$status" -eq 0 ]
}

@test "sandbox runs as another user, and polkit answers as told" {
    local check='for a in job-run adopt-path; do
        pkcheck --action-id org.frankend1.$a --process $$ >/dev/null 2>&1; echo $a $?; done; id -un'
    run "$dev" sandbox --user frankdemo -- bash -c "$check"
    [ "$output" = $'job-run 0\nadopt-path 2\nfrankdemo' ]
    run "$dev" sandbox --user nobody --deny job-run --allow adopt-path -- bash -c "$check"
    [ "$output" = $'job-run 1\nadopt-path 0\nnobody' ]
    run "$dev" sandbox --user nobody --deny all --allow job-run -- bash -c "$check"
    [ "$output" = $'job-run 0\nadopt-path 1\nnobody' ]
    run "$dev" sandbox --allow nonsense -- true
    [ "$status" -ne 0 ]
}

@test "sandbox without root says so in one line" {
    run setpriv --reuid=65534 --regid=65534 --clear-groups "$dev" sandbox -- true
    [ "$status" -eq 2 ]
    [ "${#lines[@]}" -eq 1 ]
    [[ $output == *root* ]]
}
