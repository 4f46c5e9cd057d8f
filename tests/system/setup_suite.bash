# shellcheck shell=bash
# Once for all files of one bats run: the sessions that the tests use, made as an ordinary user would make them.

setup_suite() {
    local here
    here=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
    # shellcheck source=tests/system/helper.bash
    . "$here/helper.bash"
    # Ordinary users read what tests put there.
    chmod 0755 "$BATS_RUN_TMPDIR"
    cd "$FRANK_SANDBOX" || return
    install -m 0755 "$here/as-user.sh" "$FRANK_SANDBOX/bin/as-user"
    # The second run over the same sandbox finds all of it there.
    [ ! -d big ] || return 0
    # The machine's own table, to see that nothing comes or goes there.
    mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
    local arch
    for arch in arm64 armhf; do
        touch "$arch.tar"
        local variable=FRANK_TEST_${arch^^}_TAR
        mount --bind "${!variable}" "$arch.tar"
        frank create "$arch" "$FRANK_SANDBOX/$arch.tar" >"create-$arch.out" 2>&1 || {
            cat "create-$arch.out" frankend.log launcher.log
            return 1
        }
    done
    # The same root as a plain directory with an administrator's ids.
    mkdir big
    tar -C big --exclude='./dev/*' -xf arm64.tar
}

teardown_suite() {
    if [ -n "${FRANK_TEST_LOGS:-}" ]; then
        cp "$FRANK_SANDBOX"/*.log "$FRANK_TEST_LOGS/"
    fi
}
