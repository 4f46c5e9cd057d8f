#!/bin/bash
# image.sh: prints a directory with the machine of the vm tier: root.img (this system's Debian, as in the booted tier),
# vmlinuz (Debian 12's own, 6.1) and initrd. Made where it is not cached, without mounts or loop devices. The product is
# not in it: the initrd unpacks it from the second disk, so that a new build costs nothing here.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/support/common.sh
. "$here/../support/common.sh"
need_root "the vm tier"

booted=$("$repo/tests/support/root_image.sh" booted)
kernel=$("$repo/tests/support/root_image.sh" kernel)
machine=$(cache_dir)/vm-$( (printf '%s' "$booted$kernel"; cat "$0" "$here/initrd.sh") | sha256sum | cut -c1-12)
if [ -e "$machine/initrd" ]; then
    printf '%s\n' "$machine"
    exit
fi
echo "making $machine (once)" >&2

work=$(mktemp -d "$(cache_dir)/vm.XXXXXX")
trap 'rm -rf --one-file-system -- "$work"' EXIT
root=$work/root
mkdir "$root" "$work/kernel" "$work/new"
tar -C "$root" -xf "$booted"
tar -C "$work/kernel" -xf "$kernel" ./boot ./lib/modules
cp "$work"/kernel/boot/vmlinuz-6.1.* "$work/new/vmlinuz"

modules=$(echo "$work"/kernel/lib/modules/6.1.*)
version=${modules##*/}
install -d "$root/usr/lib/modules"
mv "$modules" "$root/usr/lib/modules/"
chroot "$root" depmod "$version"

# A system that has been booted before, and does not do what a real one does now and then.
tr -d - </proc/sys/kernel/random/uuid >"$root/etc/machine-id"
echo frankend-test >"$root/etc/hostname"
for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service \
    fstrim.timer systemd-tmpfiles-clean.timer getty@tty1.service serial-getty@ttyS0.service systemd-random-seed.service \
    systemd-update-utmp.service systemd-networkd.service systemd-resolved.service systemd-timesyncd.service; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
done

mkdir -p "$work/initrd"/{bin,root,dev,proc,lib}
cp "$root/usr/bin/busybox" "$work/initrd/bin/" 2>/dev/null || cp "$root/bin/busybox" "$work/initrd/bin/"
install -m 0755 "$here/initrd.sh" "$work/initrd/init"
chroot "$root" modprobe --set-version "$version" --show-depends --all virtio_pci virtio_blk ext4 |
    sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++' >"$work/modules"
while read -r module; do
    cp "$root$module" "$work/initrd/lib/"
    echo "/lib/${module##*/}" >>"$work/initrd/lib/order"
done <"$work/modules"
(cd "$work/initrd" && find . | "$work/initrd/bin/busybox" cpio -o -H newc --quiet) >"$work/initrd.cpio" 2>"$work/cpio.log" ||
    { cat "$work/cpio.log" >&2; fail "no initrd could be made"; }

# Room for what the tests unpack; what is not written is not stored.
mke2fs -q -t ext4 -d "$root" -L frankend-test -E lazy_itable_init=1,root_owner=0:0 "$work/new/root.img" 3G >&2
mv "$work/initrd.cpio" "$work/new/initrd"
rm -rf "$machine"
find "$(cache_dir)" -mindepth 1 -maxdepth 1 -name 'vm-*' -mtime +0 -exec rm -rf {} + # what nobody asks for any more
mv "$work/new" "$machine"
printf '%s\n' "$machine"
