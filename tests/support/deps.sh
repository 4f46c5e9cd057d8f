#!/bin/bash
# Installs what building, testing and running frankend need on Debian 12 or later. Quick where all of it is there.
set -euo pipefail
# shellcheck source=tests/support/common.sh
. "$(dirname "$0")/common.sh"

build=(cmake g++ libarchive-dev libcli11-dev libexpected-dev libgmock-dev libgtest-dev libmount-dev
       libsdbus-c++-bin libsdbus-c++-dev libseccomp-dev libslirp-dev libspdlog-dev libsystemd-dev libtomlplusplus-dev ninja-build
       nlohmann-json3-dev pkg-config)
run=(dbus dbus-daemon gpg mmdebstrap mount patchelf polkitd util-linux xz-utils zstd)
test=(arch-test bats busybox-static clang clang-format clang-tidy gdb-multiarch libclang-rt-dev libxml2-utils man-db procps
      python3 shellcheck systemd systemd-container)
bench=(bubblewrap schroot)

# Debian 13 folded the static emulators into qemu-user.
debian=$(. /etc/os-release && printf '%s' "${VERSION_ID:-99}")
if [ "${debian%%.*}" -ge 13 ]; then
    run+=(qemu-user)
else
    run+=(qemu-user-static)
fi

# The emulated PC of the vm tier.
[ "$(dpkg --print-architecture)" != amd64 ] || test+=(e2fsprogs qemu-system-x86)

wanted=("${build[@]}" "${run[@]}" "${test[@]}")
case ${1:-} in
'') ;;
bench) wanted+=("${bench[@]}") ;;
cross-arm64) wanted+=(g++-aarch64-linux-gnu) ;;
cross-armhf) wanted+=(g++-arm-linux-gnueabihf) ;;
cross-riscv64) wanted+=(g++-riscv64-linux-gnu) ;;
*) fail "there are no '$1' packages: take none, 'bench' or 'cross-ARCH' (arm64, armhf, riscv64)" ;;
esac

missing=()
for package in "${wanted[@]}"; do
    status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) || status=absent
    [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

[ "$(id -u)" -eq 0 ] || fail "these packages are missing, and installing needs root (sudo ./dev deps): ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install -y --no-install-recommends "${missing[@]}"
