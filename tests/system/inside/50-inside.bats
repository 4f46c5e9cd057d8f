#!/usr/bin/env bats
# CAUTION: for ./dev test system only, which runs this as root inside ./dev sandbox. It kills processes and mounts.
# What software inside a root file system expects of a machine. Run once for each FRANK_TEST_ARCH.

# First, since what follows takes the place of two of its functions.
load ../helper

arch=${FRANK_TEST_ARCH:-arm64}
inside() { as-user frankdemo frankctl run "$arch" -- "$@"; }
inside_as() {
    local user=$1
    shift
    as-user frankdemo frankctl run "$arch" --user "$user" -- "$@"
}

@test "$arch: an ordinary user inside, and sudo makes it root" {
    inside sh -c 'id pi 2>/dev/null || useradd -m pi; echo "pi ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/pi'
    [ "$(inside_as pi id -un)" = pi ]
    [ "$(inside_as pi sudo -n id -u)" = 0 ]
    inside_as pi sh -c '! cat /etc/shadow 2>/dev/null'
    [ "$(inside su pi -c 'id -un')" = pi ]
}

@test "$arch: root inside is nobody outside" {
    local uid
    inside sleep 5 &
    eventually 10 pgrep -f 'sleep 5$' -u "$(seq -s, 524288 65536 1048576 | head -c 4000)" || true
    uid=$(ps -e -o uid=,args= | awk '/qemu.*sleep 5$/ && !/awk/ && $1 != '"$(id -u frankdemo)"' { print $1; exit }')
    echo "uid outside: $uid"
    [ "$uid" -ge 524288 ]
    wait
}

@test "$arch: chown works, mknod and mounting the machine's devices do not" {
    inside sh -c 'touch /root/f && chown 1234:65534 /root/f && [ "$(stat -c %u:%g /root/f)" = 1234:65534 ]'
    inside sh -c 'chmod 4755 /root/f && [ "$(stat -c %a /root/f)" = 4755 ]'
    inside sh -c 'mkfifo /root/p && rm /root/p /root/f'
    run inside mknod /root/d b 8 0
    [ "$status" -ne 0 ]
    [[ $output == *"not permitted"* ]]
    run inside mknod /root/d c 1 3
    [ "$status" -ne 0 ]
}

@test "$arch: /dev is whole and small" {
    inside sh -c 'for d in null zero full random urandom tty; do [ -c /dev/$d ] || exit 1; done'
    [ "$(inside stat -c %t,%T /dev/null)" = 1,3 ]
    inside sh -c 'echo x >/dev/null && [ "$(head -c 3 /dev/zero | tr "\\0" z)" = zzz ]'
    inside sh -c '! echo x >/dev/full 2>/dev/null'
    # A pipe of the user's own: frankctl may open up what is the caller's, and root's pipe is not.
    [ "$(as-user frankdemo sh -c "echo in | frankctl run $arch -- cat /dev/stdin")" = in ]
    [ "$(as-user frankdemo sh -c "frankctl run $arch -- sh -c 'echo out >/dev/stdout' | cat")" = out ]
    [ "$(inside bash -c 'cat <(echo sub) /dev/fd/3 3<<<three')" = $'sub\nthree' ]
    run inside sh -c 'ls /dev | sort | tr "\n" " "'
    echo "$output"
    [[ $output != *sd* && $output != *vd* && $output != *kvm* && $output != *mem* && $output != *loop* ]]
}

@test "$arch: shared memory and Python's multiprocessing" {
    [ "$(inside python3 -c '
import multiprocessing as m
def f(x): return x * x
if __name__ == "__main__":
    with m.Pool(2) as pool: print(sum(pool.map(f, range(10))))
    m.Lock().acquire(); m.Value("i", 3)')" = 285 ]
    inside sh -c 'echo x >/dev/shm/x && rm /dev/shm/x'
}

@test "$arch: names resolve as they do outside" {
    [ "$(inside getent hosts localhost | awk '{print $NF}')" = localhost ]
    [ "$(inside cat /etc/resolv.conf)" = "$(cat /etc/resolv.conf)" ]
    getent hosts deb.debian.org >/dev/null || skip "this machine cannot resolve deb.debian.org itself"
    inside getent hosts deb.debian.org
}

@test "$arch: locales, host name, /proc/self/exe" {
    inside locale -a | grep -i 'C.utf-\?8'
    [ "$(inside hostname)" = "$arch" ]
    [[ $(inside readlink /proc/self/exe) == */bin/readlink ]]
    [[ $(inside python3 -c 'import os; print(os.readlink("/proc/self/exe"))') == /usr/bin/python3* ]]
}

@test "$arch: ps shows the session's own processes alone" {
    run inside ps -e -o pid=,args=
    echo "$output"
    [ "${#lines[@]}" -le 6 ]
    [[ $output != *dbus-daemon* && $output != *polkitd* && $output != *frank-launcher* ]]
    [[ ${lines[0]} =~ ^\ *1\ .*frank-init ]]
}

@test "$arch: orphans are reaped" {
    inside sh -c 'for i in 1 2 3 4 5; do (sleep 0.1 &) ; done'
    sleep 1
    run inside ps -e -o stat=
    [[ $output != *Z* ]]
}

@test "$arch: /proc and /sys give no hold on the machine" {
    local file
    for file in /proc/sys/kernel/panic /proc/sysrq-trigger /proc/sys/fs/binfmt_misc/register \
        /proc/sys/kernel/core_pattern; do
        run inside sh -c "echo 1 >$file"
        [ "$status" -ne 0 ] || { echo "$file could be written"; return 1; }
    done
    for file in kallsyms kcore keys timer_list; do
        run inside sh -c "head -c 1 /proc/$file | wc -c"
        [[ $status -ne 0 || ${lines[-1]} = 0 || $output == *denied* ]] || { echo "$file can be read"; return 1; }
    done
    inside sh -c '! mount -t sysfs sysfs /mnt 2>/dev/null || ! echo x >/mnt/kernel/uevent_helper 2>/dev/null'
}

@test "$arch: the package manager installs a compiler, and what it compiles runs" {
    getent hosts deb.debian.org >/dev/null || skip "there is no way to a Debian mirror from here"
    inside apt-get -qq update
    inside env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends gcc libc6-dev
    inside sh -c 'printf "#include <stdio.h>\nint main(void) { printf(\"%%zu bits\\\\n\", sizeof(void *) * 8); return 3; }\n" >/root/a.c'
    inside gcc -O2 -o /root/a /root/a.c
    run inside /root/a
    [ "$status" -eq 3 ]
    case $arch in
    arm64) [ "$output" = "64 bits" ] ;;
    armhf) [ "$output" = "32 bits" ] ;;
    esac
}

# An archive has newer packages sooner or later. Here it has them at once: these are the same, of a lower version.
# shellcheck disable=SC2016 # the session's own
@test "$arch: packages are taken apart, put together and put in" {
    [ "$arch" = arm64 ] || skip "one architecture is enough"
    inside sh -c 'command -v gcc' || skip "the root has no compiler"
    inside sh -ec 'mkdir /tmp/older; cd /tmp/older
        packages="cpp-12 gcc-12 bash binutils binutils-aarch64-linux-gnu"
        apt-get -qq -o APT::Sandbox::User=root download $packages
        for package in $packages; do
            dpkg-deb -R "$package"_*.deb "$package"
            sed -i -E "s/^Version: .*/&~older/
                s/ (cpp-12|gcc-12|binutils|binutils-aarch64-linux-gnu) \(= ([^)]*)\)/ \1 (= \2~older)/g" "$package/DEBIAN/control"
            dpkg-deb -Znone -b "$package" "$package-older.deb"
        done
        dpkg -i ./*-older.deb
        rm -r /tmp/older'
    inside dpkg-query -W -f '${Package} ${Version}\n' | grep '^gcc-12 .*~older$'
}
