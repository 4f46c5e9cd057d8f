#!/bin/bash
# dev arches [ARCH...]: a real Debian of each architecture, made by frankctl in the sandbox, and what runs in it. One
# after another, each deleted before the next: nothing is kept, so nothing half made can be found later. Not part of
# dev test: the emulated package manager takes minutes for each. The exit status is 0 when every line is green.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/support/common.sh
. "$here/../support/common.sh"

all=(arm64 armhf armel i386 mips64el mipsel ppc64el s390x riscv64)

usage() {
    cat <<END
Usage: ./dev arches [ARCH...]

Makes a Debian root of each ARCH by 'frankctl create debian:...' in the sandbox, runs uname, dpkg, perl and a C program
compiled inside, and prints a table. Without ARCH: ${all[*]}.
Needs root, the network, and minutes for each.

FRANK_BUILD names the build directory (default build/dev), FRANK_TEST_MIRROR another archive than deb.debian.org.
END
}

case ${1:-} in
-h | --help)
    usage
    exit
    ;;
esac
[ $# -gt 0 ] || set -- "${all[@]}"
for arch; do
    [[ " ${all[*]} " == *" $arch "* ]] || fail "there is no Debian of '$arch' to try here: take ${all[*]}"
done
need_root arches

results=$repo/build/arches
mkdir -p "$results"
# One archive, the main one: security archives come and go with their mirrors, and no test needs newer packages.
mirror=${FRANK_TEST_MIRROR:-http://deb.debian.org/debian}
sed "s|^#debian_mirror = .*|debian_mirror = \"$mirror\"|" "$repo/conf/frankend.toml" >"$results/frankend.toml"
FRANK_CONFIG=$results/frankend.toml FRANK_ARCHES_LOGS=$results exec "$repo/dev" sandbox --user root -- "$here/inside.sh" "$@"
