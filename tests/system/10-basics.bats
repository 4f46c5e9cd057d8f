#!/usr/bin/env bats
# CAUTION: for ./dev test system only, which runs this as root inside ./dev sandbox. It kills processes and mounts.
# An ordinary user's first hour: make, look, run, stop, remove.

setup() { load helper; }

@test "a session made from a tarball runs as the architecture it is" {
    run inside uname -m
    [ "$status" -eq 0 ]
    [ "$output" = aarch64 ]
    [ "$(as-user frankdemo frankctl run armhf -- uname -m)" = armv7l ]
    inside cat /etc/os-release | grep '^ID=debian$'
}

@test "create says nothing on a pipe but what is needed" {
    [ "$(wc -l <"$FRANK_SANDBOX/create-arm64.out")" -le 2 ]
    # What it takes depends on whether this machine has the cross compiler.
    grep -E 'for native speed: frankctl accel arm64 on \(.*(a|no) download.*, some 200 MB' "$FRANK_SANDBOX/create-arm64.out"
    run grep -c $'\r' "$FRANK_SANDBOX/create-arm64.out"
    [ "$output" = 0 ]
}

@test "list and show tell what there is, to its owner" {
    frank list | grep -E '^arm64 .*arm64'
    frank list --format json | python3 -c '
import json, sys
names = {entry["name"] for entry in json.load(sys.stdin)}
assert {"arm64", "armhf"} <= names, names'
    [ "$(shown arm64 architecture)" = arm64 ]
    [ "$(shown armhf architecture)" = armhf ]
    [ "$(shown arm64 owner)" = "$(id -u frankdemo)" ]
    [ "$(as-user frankother frankctl list --format json)" = "[]" ]
}

@test "every exit status from 0 to 255 comes back" {
    local n status
    for n in {0..255}; do
        status=0
        inside sh -c "exit $n" || status=$?
        [ "$status" -eq "$n" ] || { echo "$n came back as $status"; return 1; }
    done
}

@test "a command that dies of a signal gives 128 and the signal" {
    local signal
    for signal in HUP INT QUIT ILL ABRT FPE KILL SEGV PIPE ALRM TERM USR1 USR2; do
        run inside sh -c "kill -$signal \$\$"
        [ "$status" -eq $((128 + $(kill -l "$signal"))) ] || { echo "$signal gave $status"; return 1; }
    done
}

@test "signals sent to the client reach the command" {
    local signal pid status
    for signal in TERM INT HUP USR1; do
        as-user frankdemo frankctl run arm64 -- \
            sh -c "trap 'echo caught; exit 9' $signal; echo ready; while :; do sleep 0.05; done" \
            >"$BATS_TEST_TMPDIR/out" 2>&1 &
        pid=$!
        eventually 20 grep -q ready "$BATS_TEST_TMPDIR/out"
        kill -"$signal" "$pid"
        status=0
        wait "$pid" || status=$?
        grep -q caught "$BATS_TEST_TMPDIR/out" || { echo "$signal was not caught"; return 1; }
        [ "$status" -eq 9 ] || { echo "$signal gave $status"; cat "$BATS_TEST_TMPDIR/out"; return 1; }
    done
}

@test "126 for what cannot be run, 127 for what is not there, 125 for frankend's own refusals" {
    run -126 --separate-stderr inside /etc/passwd
    [ "$status" -eq 126 ]
    [ "${#stderr_lines[@]}" -eq 1 ]
    run -127 --separate-stderr inside no-such-command
    [ "$status" -eq 127 ]
    [ "${#stderr_lines[@]}" -eq 1 ]
    run -127 --separate-stderr inside /no/such/command
    [ "$status" -eq 127 ]
    frank_refused run no-such-session -- true
    frank_refused run
    frank_refused no-such-verb
    frank_refused create
}

@test "arguments, environment, working directory and user arrive byte for byte" {
    local odd=$'a b\t"c\' \\n *? \xff\xfe $HOME'
    [ "$(inside printf '%s|' "$odd" '' -x)" = "$odd||-x|" ]
    [ "$(frank run arm64 --env "ODD=$odd" --env EMPTY= -- printenv ODD)" = "$odd" ]
    [ "$(frank run arm64 --workdir /usr/share -- pwd)" = /usr/share ]
    [ "$(frank run arm64 --user nobody -- id -un)" = nobody ]
    [ "$(frank run arm64 --user 1 -- id -un)" = daemon ]
    frank_refused run arm64 --user no-such-user -- true
    [ "$(COMES_ALONG=yes frank run arm64 --env COMES_ALONG -- printenv COMES_ALONG)" = yes ]
    frank_refused run arm64 --env =x -- true
    run frank run arm64 --workdir /no/such -- true
    [ "$status" -ge 125 ]
}

@test "the command starts with plain signals, a plain mask and its own environment" {
    [ "$(inside sh -c umask)" = 0022 ]
    run inside python3 -c '
import signal
print([s.name for s in signal.Signals if signal.getsignal(s) == signal.SIG_IGN and s.name not in ("SIGPIPE", "SIGXFSZ")])
print(signal.pthread_sigmask(signal.SIG_BLOCK, []))'
    [ "${lines[0]}" = "[]" ]
    [ "${lines[1]}" = "set()" ]
    FRANK_SECRET=x run inside env
    [[ $output != *FRANK_* && $output != *DBUS_* ]]
    [[ $output == *PATH=*/usr/bin* ]]
}

@test "start and stop do what they say, and again is no error" {
    frank start arm64
    in_state arm64 running
    frank start arm64
    frank stop arm64
    in_state arm64 stopped
    frank stop arm64
    inside true
    in_state arm64 running
}

@test "the name of a session is taken once, and free again after destroy" {
    tiny_root "$BATS_TEST_TMPDIR/tiny"
    chmod 0755 "$BATS_TEST_TMPDIR"
    tar -C "$BATS_TEST_TMPDIR/tiny" -cf "$BATS_TEST_TMPDIR/tiny.tar" .
    frank_refused create arm64 "$BATS_TEST_TMPDIR/tiny.tar"
    local form
    for form in tar tar.gz tar.xz tar.zst; do
        case $form in
        *.gz) gzip -k "$BATS_TEST_TMPDIR/tiny.tar" ;;
        *.xz) xz -0 -k "$BATS_TEST_TMPDIR/tiny.tar" ;;
        *.zst) zstd -q -k "$BATS_TEST_TMPDIR/tiny.tar" ;;
        esac
        frank create tiny "$BATS_TEST_TMPDIR/tiny.$form"
        [ "$(frank run tiny -- sh -c 'echo hello')" = hello ]
        frank_refused destroy tiny
        frank destroy tiny --force
        frank_refused show tiny
        frank_refused destroy tiny
    done
}

@test "--dry-run shows the plan and makes nothing" {
    run frank create never "$FRANK_SANDBOX/arm64.tar" --dry-run
    [ "$status" -eq 0 ]
    [[ $output == *proc* && $output == *binfmt* ]]
    frank_refused show never
}

@test "every verb has help, and the version is told" {
    local verb
    for verb in create enter run start stop list show destroy jobs log attach cancel boards doctor; do
        run frank "$verb" --help
        [ "$status" -eq 0 ]
        [[ $output == *"$verb"* ]]
    done
    frank --version | grep -E '[0-9]+\.[0-9]+'
}

@test "doctor finds a machine that works" {
    run frank doctor
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output == *arm64* ]]
    [[ $output =~ polkit\ +ok ]]
    [[ $output =~ bus\ policy\ +ok ]]
    frank doctor --format json | python3 -m json.tool >/dev/null
}
