#!/usr/bin/env bats
# CAUTION: for ./dev test system only, which runs this as root inside ./dev sandbox.
# A native git, and what has no twin. Run once for each FRANK_TEST_ARCH, after 60-native.bats.

load ../native

@test "$arch: git keeps a history natively, with text in an old encoding as the emulated one has it" {
    is_native /sed || skip "there is no twin of sed"
    local emulated git mode
    inside env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends git
    frank accel "$arch" on
    frank accel "$arch"
    [[ $(of_tool /bin/perl why) == "not proven: "* ]]
    if [ "$arch" = armhf ]; then
        [[ $(of_tool /bin/git why) == "not proven: on 32 bits "* ]]
        return
    fi
    for git in /usr/bin/git /git-core/git; do
        is_native $git || { of_tool $git why; false; }
    done
    for mode in off on; do
        emulated=$(of_tool /usr/bin/git emulated_calls)
        as-user frankdemo frankctl run "$arch" --env FRANKEND_ACCEL=$mode -- bash -ec '
            export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@a GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@a
            export GIT_AUTHOR_DATE="1000000000 +0000" GIT_COMMITTER_DATE="1000000000 +0000" TIMEFORMAT="%3R"
            rm -rf /tmp/g; git init -q -b main /tmp/g; cd /tmp/g; cp -r /etc/apt .; git add .
            printf "ma\\361ana\\n" | git -c i18n.commitEncoding=ISO-8859-1 commit -q -F -
            git cat-file commit HEAD; git log --stat --encoding=UTF-8
            git -c i18n.logOutputEncoding=UTF-16 log; git log --encoding=none
            time for i in {1..10}; do git status; git log -p; done >/dev/null' >"$BATS_FILE_TMPDIR/git.$mode" 2>"$BATS_FILE_TMPDIR/time.$mode"
    done
    cmp "$BATS_FILE_TMPDIR/git.off" "$BATS_FILE_TMPDIR/git.on"
    grep -q '^    mañana$' "$BATS_FILE_TMPDIR/git.on"
    grep -aq "^ma$(printf '\361')ana$" "$BATS_FILE_TMPDIR/git.on"
    [ "$(of_tool /usr/bin/git emulated_calls)" -eq "$emulated" ]
    echo "# ten times git status and git log: $(<"$BATS_FILE_TMPDIR/time.off") s emulated, $(<"$BATS_FILE_TMPDIR/time.on") s natively" >&3
    [ "$(sed 's/[.]//' "$BATS_FILE_TMPDIR/time.on")" -lt "$(sed 's/[.]//' "$BATS_FILE_TMPDIR/time.off")" ]
}
