#!/bin/bash
# run.sh [SCRIPT...]: the vm tier: this build on Debian 12's own Linux 6.1, in a machine that qemu emulates, since no other
# kernel can be had inside a container. Boots with systemd and runs tests/vm/inside/*.sh, or those named. Prints TAP.
# CAUTION for those scripts' readers: they are root on a machine of their own.
set -uo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/support/common.sh
. "$here/../support/common.sh"
need_root "the vm tier"
if [ "$(uname -m)" != x86_64 ]; then
    echo "1..0 # skip the vm tier needs x86-64: it runs this build on an emulated PC"
    exit
fi
build=$(build_dir)
grep -q '^CMAKE_INSTALL_PREFIX:PATH=/usr$' "$build/CMakeCache.txt" ||
    fail "$build is not made to be installed in /usr: run ./dev build"
patience=${FRANK_TEST_VM_PATIENCE:-900} # seconds: a machine that hangs is not waited for

machine=$("$here/image.sh") || exit 1
small=$("$repo/tests/support/root_image.sh" small) || exit 1

dir=$(mktemp -d "${TMPDIR:-/var/tmp}/frankend-vm.XXXXXX")
qemu=
# shellcheck disable=SC2317
undo() {
    [ -z "$qemu" ] || kill -KILL "$qemu" 2>/dev/null
    wait
    rm -rf -- "$dir"
}
trap undo EXIT
trap 'exit 143' TERM INT HUP

# The second disk is a tar archive: what the first one gets at boot.
product=$dir/product
DESTDIR=$product cmake --install "$build" --strip >"$dir/install.log" || { cat "$dir/install.log" >&2; exit 1; }
lib=$product/usr/local/lib/frankend-test
install -d "$lib/inside" "$product/etc/systemd/system/multi-user.target.wants"
install -m 0644 "$repo"/tests/support/{tap,eventually}.sh "$lib/"
install -m 0755 "$here/main.sh" "$lib/"
[ $# -gt 0 ] || set -- "$here"/inside/*.sh
install -m 0644 "$@" "$lib/inside/"
install -m 0644 "$here/frankend-test.service" "$product/etc/systemd/system/"
ln -s ../frankend-test.service "$product/etc/systemd/system/multi-user.target.wants/"
cp "$small" "$product/arm64.tar"
tar -C "$product" -cf "$dir/product.tar" --owner=0 --group=0 .
rm -rf "$product"

# snapshot=on: what is written goes into a file of qemu's that is deleted already.
TMPDIR=$dir timeout --foreground --kill-after=5 "$patience" setpriv --pdeathsig KILL \
    qemu-system-x86_64 -nodefaults -no-user-config -no-reboot -display none -machine q35 -cpu max -smp 2 -m 2048 \
    -accel tcg,thread=multi -nic none \
    -kernel "$machine/vmlinuz" -initrd "$machine/initrd" \
    -append "console=ttyS0 quiet mitigations=off random.trust_cpu=on systemd.show_status=no systemd.log_target=journal" \
    -drive "file=$machine/root.img,format=raw,if=virtio,snapshot=on" \
    -drive "file=$dir/product.tar,format=raw,if=virtio,readonly=on" \
    -chardev "file,id=console,path=$dir/console" -serial chardev:console \
    -chardev "file,id=tap,path=$dir/tap" -serial chardev:tap \
    -chardev "file,id=journal,path=$dir/journal" -serial chardev:journal \
    </dev/null >"$dir/qemu.log" 2>&1 &
qemu=$!
wait "$qemu"
ended=$?
qemu=

logs=$repo/build/test-results/vm-logs
mkdir -p "$logs"
for file in console journal qemu.log tap; do
    tr -d '\r' <"$dir/$file" >"$logs/$file" 2>/dev/null
done
status=0
if [ -s "$logs/tap" ]; then
    cat "$logs/tap"
    ! grep -q '^not ok' "$logs/tap" || status=1
fi
if ! grep -q '^1\.\.' "$logs/tap"; then
    tail -n 30 "$logs/console" "$logs/qemu.log" >&2
    [ "$ended" -ne 124 ] || echo "the machine was given up after $patience s" >&2
    echo "not ok - the machine boots, and its tests come to their end"
    status=1
fi
exit $status
