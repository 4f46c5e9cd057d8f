#!/bin/bash
# dev sandbox: the whole product (bus, polkit, frank-launcher, frankend) in mount and pid namespaces of its own.
# This half stays outside: it makes the one directory on disk, hands everything to sandbox_inside.sh, and removes the
# directory whatever happens. Processes and mounts end with the namespaces, so they need no undoing.
set -euo pipefail
# shellcheck source=tests/support/common.sh
. "$(dirname "$(readlink -f "$0")")/common.sh"

usage() {
    cat <<'END'
Usage: ./dev sandbox [--user U] [--allow ACTION...] [--deny ACTION...] [-- CMD...]

Runs CMD, or a shell, in a throw-away frankend: its own bus under conf/'s policy, a real polkitd, frank-launcher and
frankend. Nothing of it is left afterwards. Needs root.

  --user U      runs CMD as user U; one that does not exist is made, in the sandbox only
  --allow A...  polkit answers yes to these actions:  "job-run" or "org.frankend1.job-run" or "all"
  --deny A...   polkit answers no; the more specific of --allow and --deny wins, and --deny at a tie
                Without either, polkit answers as for a user who sits at the machine.

CMD finds frankctl in PATH, DBUS_SYSTEM_BUS_ADDRESS, and in $FRANK_SANDBOX: frankend.pid, frankend.log, launcher.pid,
launcher.log, polkitd.log, table (the path of what stands for the machine's binfmt table). The exit status is CMD's. FRANK_BUILD names the build directory (default build/dev).
END
}

allow=() deny=() user=root
while [ $# -gt 0 ]; do
    case $1 in
    --user)
        [ $# -ge 2 ] || fail "--user needs a name"
        user=$2
        shift 2
        ;;
    --allow | --deny)
        declare -n list=${1#--}
        [[ $# -ge 2 && $2 != -* ]] || fail "$1 needs an action, such as job-run"
        shift
        while [[ $# -gt 0 && $1 != -* ]]; do
            [[ $1 =~ ^[a-z0-9.-]+$ ]] || fail "'$1' is not the name of an action"
            list+=("$1")
            shift
        done
        ;;
    -h | --help) usage; exit 0 ;;
    --) shift; break ;;
    *) fail "unknown argument '$1': a command comes after --" ;;
    esac
done
[[ $user =~ ^[a-z_][a-z0-9_-]*$ ]] || fail "'$user' is not a user name"
need_root sandbox

build=$(build_dir)
for program in daemon/frankend daemon/launcher/frank-launcher daemon/guest/frank-init daemon/guest/frank-exec \
    daemon/tree/frank-tree client/frankctl; do
    [ -x "$build/$program" ] || fail "$build/$program is missing: run ./dev build first"
done
for program in dbus-daemon busctl setpriv unshare /usr/lib/polkit-1/polkitd; do
    command -v "$program" >/dev/null || fail "$program is missing: run ./dev deps first"
done

dir=$(mktemp -d "${TMPDIR:-/var/tmp}/frankend-sandbox.XXXXXX")

# The janitor covers this shell's own SIGKILL: it holds the reading end of a pipe whose writing end only this shell has.
# The trees on disk may be large, so it goes on until all is gone.
exec {gate}> >(
    trap '' INT TERM HUP
    exec >/dev/null 2>&1
    cat
    for _ in {1..100}; do
        rm -rf --one-file-system -- "$dir"
        [ -e "$dir" ] || exit 0
        sleep 0.1
    done
)
janitor=$!

# SIGKILL to `unshare` ends its pid namespace; setpriv makes it follow this shell into death. A command in the background
# would ignore SIGINT and have no standard input: both are given back.
SANDBOX_DIR=$dir SANDBOX_BUILD=$build SANDBOX_USER=$user SANDBOX_ALLOW="${allow[*]}" SANDBOX_DENY="${deny[*]}" \
    env --default-signal=INT,QUIT setpriv --pdeathsig KILL \
    unshare --mount --propagation private --pid --fork --kill-child --mount-proc \
    "$repo/tests/support/sandbox_inside.sh" "$@" <&0 {gate}>&- &
inside=$!
trap 'kill -KILL "$inside" 2>/dev/null' TERM HUP
trap : INT

status=0
while kill -0 "$inside" 2>/dev/null; do
    status=0
    { wait "$inside" || status=$?; } 2>/dev/null # the shell would tell of a SIGKILL
done
exec {gate}>&-
while [ -e "$dir" ] && kill -0 "$janitor" 2>/dev/null; do sleep 0.02; done
[ ! -e "$dir" ] || fail "$dir could not be removed"
exit "$status"
