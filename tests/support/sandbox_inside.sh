#!/bin/bash
# The half of dev sandbox that runs inside: process 1 of a pid namespace, with mounts of its own. Nothing here is
# undone by hand; all of it ends with this process.
set -euo pipefail
# shellcheck source=tests/support/common.sh
. "$(dirname "$(readlink -f "$0")")/common.sh"
support=$repo/tests/support
dir=$SANDBOX_DIR build=$SANDBOX_BUILD user=$SANDBOX_USER
read -ra allow <<<"$SANDBOX_ALLOW"
read -ra deny <<<"$SANDBOX_DENY"
unset SANDBOX_DIR SANDBOX_BUILD SANDBOX_USER SANDBOX_ALLOW SANDBOX_DENY
[ $$ -eq 1 ] || fail "this runs from ./dev sandbox only"

# As systemd leaves a machine: every mount shared with whoever clones it, so that a mistake with that shows here. It was
# made private before, so nothing gets out.
mount --make-rshared /

# The directory on disk stays 0700 for the machine outside; in here its child, open to the sandbox's users, covers it.
# Overlay file systems (a container's own root) cannot be idmapped; memory can.
case $(stat -f -c %T "$dir") in
overlay* | nfs | fuse*) mount -t tmpfs -o mode=0755,size=90% tmpfs "$dir" ;;
*)
    mkdir -m 0755 "$dir/in"
    mount --bind "$dir/in" "$dir"
    ;;
esac

# shellcheck source=tests/support/sandbox_users.sh
. "$support/sandbox_users.sh"
# shellcheck source=tests/support/sandbox_polkit.sh
. "$support/sandbox_polkit.sh"
add_users "$dir" "$user"

mkdir -p "$dir/bin" "$dir/libexec"
install -m 0755 "$build/client/frankctl" "$dir/bin/"
install -m 0755 "$build"/daemon/guest/frank-{init,exec,machine.so,git.so} "$build/daemon/tree/frank-tree" "$build/daemon/net/frank-net" "$build/daemon/verify/frank-verify" "$build/daemon/frankend" \
    "$build/daemon/launcher/frank-launcher" "$dir/libexec/"
# An administrator's own data lies beside the settings: $dir/boards.d.
cp "${FRANK_CONFIG:-$repo/conf/frankend.toml}" "$dir/frankend.toml"
cp -r "$repo/conf" "$dir/data"
export PATH=$dir/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$dir/bus FRANK_SANDBOX=$dir
unset DBUS_SESSION_BUS_ADDRESS

wait_for() { # WHAT LOG COMMAND...: polls, for 30 seconds
    local what=$1 log=$2
    shift 2
    for _ in {1..600}; do
        if "$@" >/dev/null 2>&1; then return 0; fi
        sleep 0.05
    done
    cat -- "$log" >&2
    fail "$what did not come up; its log is above"
}

on_bus() {
    busctl --system call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus NameHasOwner s "$1" |
        grep -q true
}

sed -e "s|@DIR@|$dir|g" "$support/sandbox-bus.conf" >"$dir/bus.conf"
cp "$repo/conf/org.frankend1.conf" "$dir/org.frankend1.conf"
dbus-daemon --config-file="$dir/bus.conf" --nofork --nopidfile --nosyslog >"$dir/bus.log" 2>&1 </dev/null &
wait_for dbus-daemon "$dir/bus.log" on_bus org.freedesktop.DBus # its socket is there before it listens

prepare_polkit "$dir"
/usr/lib/polkit-1/polkitd --no-debug >"$dir/polkitd.log" 2>&1 </dev/null &
wait_for polkitd "$dir/polkitd.log" on_bus org.freedesktop.PolicyKit1

# What frank-launcher takes for the machine's binfmt table is one of a user namespace of its own (Linux 6.7): the real
# one, and /run, are never written to. Without it, "the machine" has none.
unshare --user --map-root-user --mount --propagation private sh -c \
    'mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc && echo up && exec sleep infinity' \
    >"$dir/table.log" 2>&1 </dev/null &
table=/proc/$!/root/proc/sys/fs/binfmt_misc
for _ in {1..100}; do
    if [ ! -d "${table%/root/*}" ] || grep -qs up "$dir/table.log"; then break; fi
    sleep 0.02
done
grep -qs up "$dir/table.log" || table=$dir/no-table
echo "$table" >"$dir/table"
mkdir "$dir/run"

# As systemd would have it: storage that only root enters, and frankend's own two directories.
mkdir -m 0700 "$dir/storage"
install -d -m 0700 -o frankend -g frankend "$dir/state" "$dir/runtime"
install -d -m 0750 -o root -g frankend "$dir/launcher"
frankend_uid=$(id -u frankend)
"$dir/libexec/frank-launcher" --listen "$dir/launcher/socket" --peer-uid "$frankend_uid" --storage "$dir/storage" \
    --libexec "$dir/libexec" --run "$dir/run" --table "$table" >"$dir/launcher.log" 2>&1 </dev/null &
echo $! >"$dir/launcher.pid"
wait_for frank-launcher "$dir/launcher.log" test -S "$dir/launcher/socket"

keep_frankend() { # restarts it when it dies, as Restart=always does
    while :; do
        env -i PATH=/usr/bin:/bin DBUS_SYSTEM_BUS_ADDRESS="$DBUS_SYSTEM_BUS_ADDRESS" \
            setpriv --reuid=frankend --regid=frankend --clear-groups --inh-caps=-all --ambient-caps=-all \
            --bounding-set=-all --no-new-privs \
            "$dir/libexec/frankend" --config "$dir/frankend.toml" --data "$dir/data" --state "$dir/state" --runtime "$dir/runtime" \
            --launcher "$dir/launcher/socket" >>"$dir/frankend.log" 2>&1 &
        echo $! >"$dir/frankend.pid.new"
        mv "$dir/frankend.pid.new" "$dir/frankend.pid"
        wait $! || true
        sleep 0.1
    done
}
umask 022
touch "$dir/frankend.log"
keep_frankend </dev/null >/dev/null 2>&1 &
wait_for frankend "$dir/frankend.log" on_bus org.frankend1

if [ $# -eq 0 ]; then
    echo "frankend is at your service in $dir. Leave with 'exit': nothing stays." >&2
    set -- bash
fi
# A shell as process 1 would die of no signal and collect strangers' children; CMD is its child, and its status goes on.
status=0
as_user "$user" "$@" || status=$?
exit "$status"
