#!/usr/bin/env bats
# CAUTION: for ./dev test system only, which runs this as root inside ./dev sandbox. It kills processes and mounts.
# Who may not, and what cannot be: one line, exit 125, nothing half made.

setup() { load helper; }

teardown() {
    rm -f "$FRANK_SANDBOX/rules.d/05-test.rules"
    if ! pgrep -x polkitd >/dev/null; then
        setsid /usr/lib/polkit-1/polkitd --no-debug >>"$FRANK_SANDBOX/polkitd.log" 2>&1 </dev/null 3>&- 4>&- &
        eventually 10 answers job-run 0
    fi
    eventually 10 answers job-run 0
}

# ACTION STATUS: what polkit says about frankdemo now, as pkcheck's exit status (0 yes, 1 no, 2 a password is needed).
answers() {
    local status=0
    as-user frankdemo sh -c 'pkcheck --action-id "org.frankend1.$0" --process $$' "$1" >/dev/null 2>&1 || status=$?
    [ "$status" -eq "$2" ]
}

# ACTION RESULT STATUS: polkit's answer from now on.
polkit_says() {
    echo "polkit.addRule(function (action) { if (action.id === 'org.frankend1.$1') return polkit.Result.$2; });" \
        >"$FRANK_SANDBOX/rules.d/05-test.rules"
    eventually 10 answers "$1" "$3"
}

@test "an ordinary user whom polkit refuses is refused, for every verb" {
    frank_refused create --help-me
    polkit_says job-run NO 1
    frank_refused run arm64 -- true
    polkit_says session-enter NO 1
    frank_refused enter arm64 -- true
    polkit_says session-create NO 1
    frank_refused start arm64
    frank_refused stop arm64
    polkit_says instance-import NO 1
    frank_refused create denied "$FRANK_SANDBOX/arm64.tar"
    frank_refused create denied debian:bookworm --arch arm64
    polkit_says instance-remove NO 1
    frank_refused destroy arm64 --force
    frank show arm64
    frank_refused show denied
}

@test "a password that nobody can be asked for is a refusal" {
    polkit_says job-run AUTH_ADMIN 2
    frank_refused --no-ask-password run arm64 -- true
    frank_refused run arm64 -- true </dev/null
}

@test "without polkit nothing is allowed, and nothing hangs" {
    inside true
    kill -KILL "$(pgrep -x polkitd)"
    run --separate-stderr timeout 20 as-user frankdemo frankctl run arm64 -- true
    echo "$status $stderr"
    [ "$status" -eq 125 ]
    [ "${#stderr_lines[@]}" -eq 1 ]
    frank_refused start armhf
    frank_refused destroy armhf --force
    frank list | grep -q armhf
}

@test "another user's session is out of reach" {
    local verb
    refused as-user frankother frankctl run arm64 -- true
    refused as-user frankother frankctl enter arm64 -- true
    for verb in start stop show; do refused as-user frankother frankctl "$verb" arm64; done
    refused as-user frankother frankctl destroy arm64 --force
    refused as-user nobody frankctl run arm64 -- true
    inside true
}

@test "somebody else's directory needs an administrator" {
    frank_refused create adopted "$FRANK_SANDBOX/big"
    frank_refused show adopted
}

@test "names that are no names are refused" {
    local name
    tiny_root "$BATS_TEST_TMPDIR/tiny"
    chmod 0755 "$BATS_TEST_TMPDIR"
    tar -C "$BATS_TEST_TMPDIR/tiny" -cf "$BATS_TEST_TMPDIR/tiny.tar" .
    for name in '' . .. a/b ../a /a A aB 1a a_b a.b 'a b' $'a\nb' $'a\eb' $'\x01' 'é' "a'" 'a;b' 'a@b' \
        abcdefghijklmnopqrstuvwxyzabcdefg "$(head -c 4096 /dev/zero | tr '\0' a)"; do
        frank_refused create "$name" "$BATS_TEST_TMPDIR/tiny.tar"
        [[ $stderr != *$'\e'* && $stderr != *$'\x01'* ]]
        frank_refused run "$name" -- true
        frank_refused show "$name"
        frank_refused destroy "$name"
    done
    # Called as an argument that is not an option.
    frank_refused show -- -a
}

@test "a command line of one megabyte is refused" {
    local piece=()
    piece=("$(head -c 100000 /dev/zero | tr '\0' x)")
    frank_refused run arm64 -- echo "${piece[@]}" "${piece[@]}" "${piece[@]}" "${piece[@]}" "${piece[@]}" \
        "${piece[@]}" "${piece[@]}" "${piece[@]}" "${piece[@]}" "${piece[@]}"
}

@test "sources that are no sources are refused, and leave nothing" {
    local before
    before=$(ls -A "$FRANK_SANDBOX/storage")
    chmod 0755 "$BATS_TEST_TMPDIR"
    cd "$BATS_TEST_TMPDIR" || return
    install -d -m 0700 secret
    echo 'no archive' >text.tar
    head -c 5000000 "$FRANK_SANDBOX/arm64.tar" >torn.tar
    : >empty.tar
    mkdir hollow
    tar -cf hollow.tar hollow
    mkfifo -m 0666 fifo
    local source
    for source in /no/such secret "$PWD/secret" text.tar torn.tar empty.tar hollow.tar hollow debian: debian:no/such \
        debian:$'x\ny' nfs://x/y oci:x image.img ''; do
        frank_refused create broken "$source"
        frank_refused show broken
    done
    frank_refused create broken "$FRANK_SANDBOX/arm64.tar" --arch vax
    frank_refused create broken debian:bookworm
    frank_refused create broken debian:bookworm --arch arm64 --include '--evil'
    chown frankdemo hollow
    frank_refused create broken hollow
    [ "$(ls -A "$FRANK_SANDBOX/storage")" = "$before" ]
}

@test "a source that vanishes midway is refused, and leaves nothing" {
    local before client status=0
    before=$(ls -A "$FRANK_SANDBOX/storage")
    chmod 0755 "$BATS_TEST_TMPDIR"
    cp "$FRANK_SANDBOX/arm64.tar" "$BATS_TEST_TMPDIR/going.tar"
    chmod 0644 "$BATS_TEST_TMPDIR/going.tar"
    as-user frankdemo frankctl create going "$BATS_TEST_TMPDIR/going.tar" </dev/null \
        >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" &
    client=$!
    sleep 0.5
    : >"$BATS_TEST_TMPDIR/going.tar"
    wait "$client" || status=$?
    cat "$BATS_TEST_TMPDIR/err"
    [ "$status" -eq 125 ]
    [ "$(wc -l <"$BATS_TEST_TMPDIR/err")" -eq 1 ]
    frank_refused show going
    [ "$(ls -A "$FRANK_SANDBOX/storage")" = "$before" ]
}

@test "a full disk is refused in words, and leaves nothing" {
    mount -t tmpfs -o size=20M,mode=0700 tmpfs "$FRANK_SANDBOX/storage"
    local status=0
    as-user frankdemo frankctl create full "$FRANK_SANDBOX/arm64.tar" </dev/null \
        >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" || status=$?
    local left
    left=$(ls -A "$FRANK_SANDBOX/storage")
    umount "$FRANK_SANDBOX/storage"
    cat "$BATS_TEST_TMPDIR/err"
    [ "$status" -eq 125 ]
    [ "$(wc -l <"$BATS_TEST_TMPDIR/err")" -eq 1 ]
    grep -qi 'space' "$BATS_TEST_TMPDIR/err"
    [ -z "$left" ]
    frank_refused show full
}

@test "messages on the bus that no client of ours would send are refused, and frankend lives" {
    local pid path=/org/frankend1/session/arm64
    pid=$(frankend_pid)
    bus() { as-user frankdemo busctl --system call org.frankend1 "$@"; }
    run ! bus /org/frankend1 org.frankend1.Manager NoSuchMethod
    run ! bus /org/frankend1 org.frankend1.Manager CreateFromDebian ss a b
    run ! bus /org/frankend1 org.frankend1.Manager CreateFromDebian 'ssa{sv}' $'a\x01' bookworm 0
    run ! bus /org/frankend1 org.frankend1.Manager CreateFromDebian 'ssa{sv}' fine bookworm 1 surprise s x
    run ! bus /org/frankend1 org.frankend1.Manager CreateFromDebian 'ssa{sv}' fine bookworm 1 arch u 5
    run ! bus $path org.frankend1.Session Spawn 'aayayaaya{uh}a{sv}' 0 0 0 0 0
    run ! bus $path org.frankend1.Session Spawn 'aayayaaya{uh}a{sv}' 1 3 97 0 98 0 0 0 0
    run ! bus $path org.frankend1.Session Spawn 'aayayaaya{uh}a{sv}' 1 1 97 0 1 1 97 0 0
    run ! bus $path org.freedesktop.DBus.Properties Set ssv org.frankend1.Session Name s x
    run ! bus /org/frankend1/session/_2e_2e org.frankend1.Session Start 'a{sv}' 0
    run ! bus /org/frankend1/job/18446744073709551616 org.frankend1.Job Wait
    run ! bus /org/frankend1/job/1 org.frankend1.Job Signal 'ia{sv}' 1000000 0
    [ "$(frankend_pid)" = "$pid" ]
    inside true
}
