#!/bin/bash
# The booted tier: this build, installed into a Debian that boots with systemd in a container, used through real units,
# a real system bus and a real polkitd. Prints TAP. Everything ends with the pid namespace; the directory goes last.
set -uo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/support/common.sh
. "$here/../../support/common.sh"
need_root "the booted tier"
build=$(build_dir)
grep -q '^CMAKE_INSTALL_PREFIX:PATH=/usr$' "$build/CMakeCache.txt" ||
    fail "$build is not made to be installed in /usr: run ./dev build"

machine_state() { # what a container could reach of this machine
    cut -d' ' -f3- /proc/self/mountinfo
    ls -A /proc/sys/fs/binfmt_misc
    cat /proc/sys/kernel/{hostname,core_pattern,printk} /proc/sys/net/core/somaxconn
}
before=$(machine_state)
groups=$(nspawn_groups)

dir=$(mktemp -d "${TMPDIR:-/var/tmp}/frankend-booted.XXXXXX")
inside=
# shellcheck disable=SC2317
undo() {
    [ -z "$inside" ] || kill -KILL "$inside" 2>/dev/null
    wait
    remove_nspawn_groups "$groups"
    rm -rf --one-file-system -- "$dir"
}
trap undo EXIT
trap 'exit 143' TERM INT HUP

image=$("$repo/tests/support/root_image.sh" booted) || exit 1
arm64=$("$repo/tests/support/root_image.sh" arm64) || exit 1
root=$dir/root
mkdir "$root" "$dir/out"
tar -C "$root" -xf "$image"
DESTDIR=$root cmake --install "$build" >"$dir/install.log" || { cat "$dir/install.log" >&2; exit 1; }

# With the machine's /proc and /sys writable, which nested user namespaces need, these would reach out of the container.
for unit in systemd-binfmt.service proc-sys-fs-binfmt_misc.automount proc-sys-fs-binfmt_misc.mount \
    systemd-sysctl.service systemd-modules-load.service systemd-udevd.service systemd-udev-trigger.service \
    systemd-udevd-control.socket systemd-udevd-kernel.socket kmod-static-nodes.service systemd-random-seed.service \
    systemd-timesyncd.service systemd-networkd.service systemd-resolved.service console-getty.service getty.target \
    apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer fstrim.timer; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
# As a package's script does after installing.
systemd-sysusers --root="$root" >"$dir/sysusers.log" 2>&1 || { cat "$dir/sysusers.log" >&2; exit 1; }
install -m 0755 "$here/inside.sh" "$root/usr/local/bin/frankend-test"
install -D -m 0644 -t "$root/usr/local/lib/frankend-test" "$repo"/tests/support/{tap,eventually}.sh "$here/again.sh"
install -m 0644 "$here/frankend-test.service" "$root/etc/systemd/system/"
ln -s ../frankend-test.service "$root/etc/systemd/system/multi-user.target.wants/frankend-test.service"

boot() { # until it is switched off; a reboot is status 133 (systemd-nspawn(1))
    SYSTEMD_NSPAWN_API_VFS_WRITABLE=1 timeout --kill-after=5 420 setpriv --pdeathsig KILL \
        unshare --mount --propagation private --pid --fork --kill-child --mount-proc \
        sh -c 'mount -t tmpfs -o mode=0755 tmpfs /run && exec "$@"' sh \
        systemd-nspawn --quiet --directory "$root" --boot --capability=all --register=no --keep-unit \
        --machine=frankend-test --console=pipe --bind-ro="$arm64:/arm64.tar" --bind="$dir/out:/out" \
        </dev/null >>"$dir/console.log" 2>&1 &
    inside=$!
    wait "$inside"
    local status=$?
    inside=
    return "$status"
}
boot
[ $? -ne 133 ] || boot

logs=$repo/build/test-results/booted-logs
mkdir -p "$logs"
cp "$dir/console.log" "$dir"/out/* "$logs/" 2>/dev/null
status=0
if [ -s "$dir/out/tap" ]; then
    cat "$dir/out/tap"
    ! grep -q '^not ok' "$dir/out/tap" || status=1
    grep -q '^1\.\.' "$dir/out/tap" || { echo "not ok - the container's tests came to their end"; status=1; }
else
    tail -n 30 "$dir/console.log" >&2
    echo "not ok - the container boots and runs the tests"
    status=1
fi
if [ "$(machine_state)" = "$before" ]; then
    echo "ok - the machine outside is as it was"
else
    diff <(echo "$before") <(machine_state) | sed 's/^/# /'
    echo "not ok - the machine outside is as it was"
    status=1
fi
exit $status
