#!/usr/bin/env bats
# CAUTION: for ./dev test system only, which runs this as root inside ./dev sandbox.
# What ccache keeps. Run once for each FRANK_TEST_ARCH, after 50-inside.bats has installed a compiler there.

load ../native

@test "$arch: what ccache keeps is outside of its root, and another one of its suite has it too" {
    inside sh -c 'command -v gcc' || skip "the root has no compiler: 50-inside.bats did not install one"
    inside env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends ccache
    frank stop "$arch"
    # shellcheck disable=SC2016 # the session's own
    inside sh -ec '[ "$CCACHE_DIR" = /run/frankend/ccache ]; cd /tmp; echo "int f(void) { return 42; }" >f.c
        ccache gcc -c f.c -o f.o; ccache --print-stats | grep -qx "cache_miss	1"
        rm f.o; ccache gcc -c f.c -o f.o; ccache --print-stats | grep -qx "direct_cache_hit	1"; [ -s f.o ]'
    frank create second "$FRANK_SANDBOX/$arch.tar"
    frank run second -- sh -c 'printf "#!/bin/sh\n" >/usr/bin/ccache && chmod 0755 /usr/bin/ccache'
    [ -z "$(frank run second -- printenv CCACHE_DIR)" ]
    frank stop second
    # shellcheck disable=SC2016
    frank run second --user nobody -- sh -ec 'find "$CCACHE_DIR" -name "*R" | grep -q .; mkdir "$CCACHE_DIR/mine"'
    # shellcheck disable=SC2016
    inside sh -c 'rmdir "$CCACHE_DIR/mine"'
    frank destroy second --force
    run -1 inside sh -c 'grep " /run/frankend/ccache " /proc/self/mountinfo | grep -v "nosuid,nodev,noexec"'
}
