#!/bin/bash
# run.sh system|booted: the tiers that take the whole product and real root file systems. Needs root; prints TAP.
# ./dev test runs this. More arguments of `system` are given to bats (a file, --filter REGEX).
set -uo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/support/common.sh
. "$here/../support/common.sh"
need_root "the ${1:-system} tier"

case ${1:-system} in
booted) exec "$here/booted/run.sh" ;;
system) shift ;;
*) fail "take system or booted" ;;
esac

for arch in arm64 armhf; do
    image=$("$repo/tests/support/root_image.sh" $arch) || exit 1
    declare -x "FRANK_TEST_${arch^^}_TAR=$image"
done
export FRANK_TEST_LOGS=$repo/build/test-results/system-logs
mkdir -p "$FRANK_TEST_LOGS"
# Which session has native speed is for a test to say, not for the compilers that this machine happens to have.
export FRANK_CONFIG=$repo/build/test-results/frankend.toml
sed 's/^#accel = .*/accel = "off"/' "$repo/conf/frankend.toml" >"$FRANK_CONFIG"
grep -q '^accel = "off"' "$FRANK_CONFIG" || fail "conf/frankend.toml has no line '#accel = ...' any more"

status=0
if [ $# -gt 0 ]; then
    exec "$repo/dev" sandbox -- bats --tap "$@" </dev/null
fi
bats --tap "$here/outside" </dev/null || status=1
"$repo/dev" sandbox -- bash -c '
    status=0
    bats --tap "$1" || status=1
    for arch in arm64 armhf; do FRANK_TEST_ARCH=$arch bats --tap --setup-suite-file "$1/setup_suite.bash" "$1/inside" || status=1; done
    exit $status' bash "$here" </dev/null || status=1
exit $status
