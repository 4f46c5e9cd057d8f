#!/bin/busybox sh
# shellcheck shell=dash
# The first process of the vm tier's machine: finds the root, puts the product over it, and makes room for systemd.
/bin/busybox mount -t devtmpfs devtmpfs /dev
/bin/busybox mount -t proc proc /proc
while read -r module; do
    /bin/busybox insmod "$module"
done </lib/order
tries=0
until [ -b /dev/vda ] && [ -b /dev/vdb ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 200 ] || exec /bin/busybox poweroff -f
    /bin/busybox usleep 50000
done
/bin/busybox mount -t ext4 -o rw,noatime /dev/vda /root || exec /bin/busybox poweroff -f
/bin/busybox tar -C /root -xf /dev/vdb || exec /bin/busybox poweroff -f
# As a package's script does after installing.
/bin/busybox chroot /root /usr/bin/systemd-sysusers
/bin/busybox umount /proc
/bin/busybox mount -o move /dev /root/dev
exec /bin/busybox switch_root /root /sbin/init
