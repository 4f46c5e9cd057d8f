#!/bin/bash
# root_image.sh arm64|armhf|small|booted|kernel: prints the path of a tarball with that root file system, made by
# mmdebstrap where it is not cached. The foreign ones are made without frankend, so that a mistake in frankend cannot hide
# in them. "small" is unpacked arm64 packages, with a compiler and make, for a slow machine; "kernel" has Debian 12's Linux.
# Names carry a hash of what went in; FRANK_TEST_ROOT_ARM64 and FRANK_TEST_ROOT_ARMHF take one's own instead.
set -euo pipefail
# shellcheck source=tests/support/common.sh
. "$(dirname "$(readlink -f "$0")")/common.sh"

# Packages that hold the shared libraries of the built programs.
library_packages() {
    local library
    find "$(build_dir)" -path '*/CMakeFiles' -prune -o -type f \( -name frankend -o -name frank-launcher \
        -o -name frank-tree -o -name frankctl \) -exec sh -c 'ldd "$@" || true' ldd {} + | awk '$3 ~ "^/" { print $3 }' | sort -u |
        while read -r library; do
            dpkg-query -S "$library" 2>/dev/null || dpkg-query -S "$(realpath "$library")" 2>/dev/null ||
                dpkg-query -S "/usr$library" 2>/dev/null || true
        done | cut -d: -f1 | sort -u
}

kind=${1:-} variant=minbase hook=true
case $kind in
arm64 | armhf)
    suite=bookworm arch=$kind packages=procps,python3,sudo,iproute2
    variable=FRANK_TEST_ROOT_${kind^^}
    own=${!variable:-}
    ;;
small) # nothing in it has been configured, so that making it needs no emulation: busybox stands in for the rest
    suite=bookworm arch=arm64 own="" variant=extract packages=busybox-static,make,tcc,libc6-dev
    # shellcheck disable=SC2016 # for the hook's shell
    hook='cd "$1" && rm -rf usr/share/doc usr/share/man usr/share/locale usr/lib/*/gconv &&
        for name in $("$(command -v qemu-aarch64-static || echo qemu-aarch64)" bin/busybox --list); do
            [ -e "bin/$name" ] || ln -s busybox "bin/$name"; done &&
        echo root:x:0:0:root:/root:/bin/sh >etc/passwd && echo root:x:0: >etc/group'
    ;;
kernel) # with no drivers but a virtual machine's
    suite=bookworm arch=amd64 own="" variant=extract packages=linux-image-amd64
    # shellcheck disable=SC2016 # for the hook's shell
    hook='cd "$1" && rm -rf usr etc/initramfs-tools lib/modules/*/kernel/sound && find lib/modules/*/kernel/drivers \
        -mindepth 1 -maxdepth 1 ! -name virtio ! -name block ! -name char ! -name net -exec rm -rf {} + &&
        find lib/modules/*/kernel/drivers/net -mindepth 1 -type d -prune -exec rm -rf {} +'
    ;;
booted)
    [ -x "$(build_dir)/daemon/frankend" ] || fail "$(build_dir) has no build: run ./dev build"
    suite=$(. /etc/os-release && printf '%s' "$VERSION_CODENAME") arch=$(dpkg --print-architecture) own=
    emulator=qemu-user-static
    [ -e /usr/bin/qemu-aarch64-static ] && [ ! -L /usr/bin/qemu-aarch64-static ] || emulator=qemu-user
    packages=systemd,systemd-sysv,dbus,polkitd,kmod,busybox-static,mmdebstrap,gpg,sudo,procps,$emulator,$(library_packages | paste -sd,)
    ;;
*) fail "take arm64, armhf, small, booted or kernel" ;;
esac
if [ -n "$own" ]; then
    [ -r "$own" ] || fail "$variable names $own, which cannot be read"
    realpath "$own"
    exit
fi

cache=$(cache_dir)
image=$cache/$suite-$arch-$kind-$(printf '%s' "$suite $arch $packages 1${hook#true}" | sha256sum | cut -c1-12).tar
if [ ! -e "$image" ]; then
    need_root root_image.sh
    install -d -m 0755 "$cache"
    exec {lock}>"$image.lock"
    flock "$lock"
fi
if [ ! -e "$image" ]; then
    echo "making $image (once; takes minutes)" >&2
    # One archive, the main one: security archives come and go with their mirrors, and tests need no newer packages.
    command=(mmdebstrap --mode=root --variant="$variant" --architectures="$arch" --include="$packages" --extract-hook="$hook"
             "$suite" -
             "${FRANK_TEST_MIRROR:-http://deb.debian.org/debian}")
    if [ "$kind" != arm64 ] && [ "$kind" != armhf ]; then # nothing foreign is run
        command=(unshare --mount --propagation private --pid --fork --kill-child --mount-proc "${command[@]}")
    else
        command=("$repo/tests/support/foreign_ns.sh" "${command[@]}")
    fi
    if ! (cd /tmp && HOME=/nonexistent TMPDIR=/var/tmp "${command[@]}") >"$image.new" 2>"$image.log" </dev/null {lock}>&-; then
        cat "$image.log" >&2
        rm -f "$image.new"
        fail "$image could not be made; the log is above"
    fi
    mv "$image.new" "$image"
    rm -f "$image.log" "$image.lock"
fi
printf '%s\n' "$image"
