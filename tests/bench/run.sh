#!/bin/bash
# dev bench [RUNS]: what a command in a session costs beside other ways into the same root, in ./dev sandbox, where
# nothing that the others mount or register can stay. Medians of RUNS (default 50). dev bench accel, package: see accel.py, package.py.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/support/common.sh
. "$here/../support/common.sh"
case ${1:-} in # they ask for root themselves, after --help
accel | package) exec "$here/$1.py" "${@:2}" ;;
esac
runs=${1:-50}
[[ $runs =~ ^[1-9][0-9]*$ ]] || fail "'$runs' is not a number of runs"
need_root bench
"$repo/tests/support/deps.sh" bench
if [ -z "${FRANK_BUILD:-}" ]; then # what a distribution ships, not what is compiled quickly
    "$repo/dev" build release
    export FRANK_BUILD=$repo/build/release
fi
image=$("$repo/tests/support/root_image.sh" arm64)
groups=$(nspawn_groups)
status=0
loop=$(mktemp -d)/exec_loop
chmod 0755 "${loop%/*}" # its users are other ids, in namespaces of their own
c++ -O2 -static -o "$loop" "$here/exec_loop.cpp"
frank_exec=$(build_dir)/daemon/guest/frank-exec
"$repo/dev" sandbox -- "$here/measure.py" "$image" "$runs" "$loop" "$frank_exec" || status=$?
rm -r "${loop%/*}"
remove_nspawn_groups "$groups"
exit "$status"
