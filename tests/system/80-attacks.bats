#!/usr/bin/env bats
# CAUTION: for ./dev test system only, which runs this as root inside ./dev sandbox. It attacks what it runs on.
# A session whose root is an enemy.

setup() {
    load helper
    # An attack that gets through one time in two has got through.
    # shellcheck disable=SC2034 # bats reads it
    BATS_TEST_RETRIES=0
}

# The host's side of what a session could reach for.
crown_jewels() {
    local file
    for file in /usr/bin/qemu-a{arch64,rm}{-static,} "$FRANK_SANDBOX"/libexec/*; do
        [ -e "$file" ] || continue
        stat -c '%n %a %u:%g %s %Y' "$file"
        sha256sum "$file"
    done
}

@test "the emulator, the dispatcher and the init cannot be changed through /proc/PID/exe" {
    local before arch
    before=$(crown_jewels)
    for arch in arm64 armhf; do
        frank run $arch --detach -- sleep 60 >/dev/null
        for _ in {1..20}; do
            run frank run $arch -- python3 -c '
import glob, os
def attempt(what, act):
    try:
        act()
        print("DONE", what)
    except OSError:
        pass
targets = glob.glob("/proc/[0-9]*/exe") + ["/proc/self/exe", "/run/frankend/exec-table"]
targets += [os.path.join(d, f) for d, _, fs in os.walk("/run/frankend") for f in fs]
for target in targets:
    before = os.stat(target)
    real = os.path.realpath(target)
    if real == os.path.realpath("/usr/bin/python3"):
        continue    # the guest itself, as qemu shows it: its own to change
    attempt("write " + target, lambda: os.open(target, os.O_WRONLY))
    attempt("truncate " + target, lambda: os.truncate(target, 0))
    attempt("chmod " + target, lambda: os.chmod(target, 0o4755))
    attempt("chown " + target, lambda: os.chown(target, 0, 0))
    attempt("touch " + target, lambda: os.utime(target, (1, 1)))
    attempt("xattr " + target, lambda: os.setxattr(target, "user.x", b"y"))
    def through_fd():
        fd = os.open(target, os.O_PATH)
        os.open("/proc/self/fd/%d" % fd, os.O_RDWR)
    attempt("reopen " + target, through_fd)
print("tried", len(targets))'
            echo "$output"
            [ "$status" -eq 0 ]
            [[ $output != *DONE* && $output == *tried* ]]
        done
        frank stop $arch
    done
    [ "$(crown_jewels)" = "$before" ]
}

@test "kill -9 -1 inside ends the session's own at most" {
    local canary old
    sleep 300 3>&- &
    canary=$!
    old=$(frankend_pid)
    run timeout 30 as-user frankdemo frankctl run arm64 -- sh -c 'kill -9 -1; sleep 1; echo survived'
    kill -0 "$canary"
    kill "$canary"
    [ "$(frankend_pid)" = "$old" ]
    [ "$(inside echo fine)" = fine ]
}

@test "a fork bomb's leftovers go with the session" {
    run timeout 30 as-user frankdemo frankctl run arm64 -- sh -c 'for i in $(seq 100); do sleep 1000 >/dev/null 2>&1 & done; exit 3'
    [ "$status" -eq 3 ]
    frank stop arm64
    run ! pgrep -f 'sleep 1000$'
}

@test "the limits on namespaces hold against the session's root" {
    run inside sh -c 'echo 1000 >/proc/sys/user/max_user_namespaces; cat /proc/sys/user/max_user_namespaces'
    echo "$output"
    run inside python3 -c '
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
print("unshare", libc.unshare(0x10000000))'
    echo "$output"
    [[ $output != *"unshare 0"* ]]
}

@test "abstract sockets of the machine are out of reach" {
    python3 -c '
import socket, time
s = socket.socket(socket.AF_UNIX); s.bind("\0frank-test-abstract"); s.listen(); time.sleep(60)' 3>&- &
    local server=$!
    eventually 10 grep -q frank-test-abstract /proc/net/unix
    run inside python3 -c '
import socket
s = socket.socket(socket.AF_UNIX)
try:
    s.connect("\0frank-test-abstract"); print("CONNECTED")
except OSError as e: print("refused", e.strerror)'
    kill "$server"
    echo "$output"
    [[ $output == refused* ]]
}

# NAME: the tiny root in a directory of that name, to be made worse.
bad_root() {
    chmod 0755 "$BATS_TEST_TMPDIR"
    tiny_root "$BATS_TEST_TMPDIR/$1"
}

# NAME refused|runs|either: neither creating nor running gets past the image's trap, and the machine is as it was.
harmless() {
    local victim=$FRANK_SANDBOX/victim status=0
    tar -C "$BATS_TEST_TMPDIR/$1" -cf "$BATS_TEST_TMPDIR/$1.tar" .
    as-user frankdemo frankctl create "$1" "$BATS_TEST_TMPDIR/$1.tar" </dev/null >"$BATS_TEST_TMPDIR/out" 2>&1 || status=$?
    if [ "$status" -eq 0 ]; then
        as-user frankdemo frankctl run "$1" -- sh -c 'echo x >/dev/null; echo y >/tmp/y; echo inside; exit 0' \
            </dev/null >"$BATS_TEST_TMPDIR/out" 2>&1 || status=$?
        frank destroy "$1" --force
    fi
    echo "$1: status $status: $(cat "$BATS_TEST_TMPDIR/out")"
    case $2 in
    refused)
        [ "$status" -eq 125 ]
        [ "$(wc -l <"$BATS_TEST_TMPDIR/out")" -eq 1 ]
        ;;
    runs)
        [ "$status" -eq 0 ]
        grep -q inside "$BATS_TEST_TMPDIR/out"
        ;;
    esac
    [ "$(listing "$victim")" = "$untouched" ]
    frank_refused show "$1"
}

make_victim() {
    mkdir -p "$FRANK_SANDBOX/victim"/{pts,shm,frankend,net,sub}
    echo precious >"$FRANK_SANDBOX/victim/file"
    chmod -R a+rwX "$FRANK_SANDBOX/victim"
    untouched=$(listing "$FRANK_SANDBOX/victim")
}

@test "an image whose system directories are symbolic links is refused, and nothing outside is touched" {
    make_victim
    local directory number=0 target
    for directory in dev proc sys run tmp; do
        for target in "$FRANK_SANDBOX/victim" ../../../../../../../../.."$FRANK_SANDBOX/victim" /proc/self/root; do
            number=$((number + 1))
            bad_root bad-$number
            rmdir "$BATS_TEST_TMPDIR/bad-$number/$directory"
            ln -s "$target" "$BATS_TEST_TMPDIR/bad-$number/$directory"
            harmless bad-$number refused
        done
    done
}

@test "an image whose resolv.conf, hosts or localtime lead outside runs, and nothing outside is touched" {
    make_victim
    local file number=0 target
    for file in resolv.conf hosts localtime hostname; do
        for target in "$FRANK_SANDBOX/victim/file" ../../../../../../../../"$FRANK_SANDBOX/victim/file" ../run/nowhere; do
            number=$((number + 1))
            bad_root leads-$number
            ln -s "$target" "$BATS_TEST_TMPDIR/leads-$number/etc/$file"
            harmless leads-$number runs
        done
    done
}

@test "an image whose /etc is a symbolic link is harmless" {
    make_victim
    bad_root etc-link
    rm -r "$BATS_TEST_TMPDIR/etc-link/etc"
    ln -s "$FRANK_SANDBOX/victim" "$BATS_TEST_TMPDIR/etc-link/etc"
    harmless etc-link either
}

@test "settings that an image brings along have no effect" {
    bad_root config
    mkdir -p "$BATS_TEST_TMPDIR/config/etc/frankend"
    echo 'this is [not toml' | tee "$BATS_TEST_TMPDIR/config/frankend.toml" "$BATS_TEST_TMPDIR/config/session.toml" \
        "$BATS_TEST_TMPDIR/config/etc/frankend/frankend.toml" >"$BATS_TEST_TMPDIR/config.nspawn"
    make_victim
    harmless config runs
}

@test "archives that reach outside unpack inside or are refused, without devices" {
    make_victim
    bad_root base
    local number
    for number in {1..9}; do
        python3 - "$number" "$BATS_TEST_TMPDIR/base" "$BATS_TEST_TMPDIR/hostile.tar" "$FRANK_SANDBOX/victim" <<'END'
import io, sys, tarfile
number, base, out, victim = int(sys.argv[1]), *sys.argv[2:]
tar = tarfile.open(out, "w", format=tarfile.PAX_FORMAT)
tar.add(base, ".")
def add(name, data=b"", **keys):
    info = tarfile.TarInfo(name)
    for key, value in keys.items():
        setattr(info, key, value)
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))
up = "../" * 12
if number == 1: add(up + victim[1:] + "/file", b"gone")
if number == 2: add(victim + "/file", b"gone")
if number == 3:
    add("way", type=tarfile.SYMTYPE, linkname=victim)
    add("way/file", b"gone")
if number == 4:
    add("a", type=tarfile.SYMTYPE, linkname="b/../../../../../../../..")
    add("b", type=tarfile.SYMTYPE, linkname=".")
    add("a" + victim + "/file", b"gone")
if number == 5: add("hard", type=tarfile.LNKTYPE, linkname=victim + "/file")
if number == 6:
    add("hard", type=tarfile.LNKTYPE, linkname=up + victim[1:] + "/file")
    add("hard", b"gone")
if number == 7: add("dev/sda", type=tarfile.BLKTYPE, devmajor=8, devminor=0, mode=0o666)
if number == 8: add("root/kmsg", type=tarfile.CHRTYPE, devmajor=1, devminor=11, mode=0o666)
if number == 9: add("x/" * 3000 + "deep", b"y")
tar.close()
END
        chmod 0644 "$BATS_TEST_TMPDIR/hostile.tar"
        timeout 60 as-user frankdemo frankctl create hostile "$BATS_TEST_TMPDIR/hostile.tar" \
            </dev/null >"$BATS_TEST_TMPDIR/out" 2>&1 || [ $? -eq 125 ]
        echo "$number: $(cat "$BATS_TEST_TMPDIR/out")"
        [ "$(listing "$FRANK_SANDBOX/victim")" = "$untouched" ]
        [ -z "$(find "$FRANK_SANDBOX/storage" -type b -o -type c)" ]
        if frank show hostile >/dev/null 2>&1; then
            [[ $(frank run hostile -- sh -c 'cat /hard 2>/dev/null; echo end') != *precious* ]]
            frank destroy hostile --force
        fi
    done
}

@test "setuid root in an image is nobody's on the machine, behind a directory that only root enters" {
    inside sh -c 'cp /usr/bin/id /root/planted && chown 0:0 /root/planted && chmod 4755 /root/planted'
    local file
    file=$(find "$FRANK_SANDBOX/storage" -path '*/root/planted' | head -n 1)
    [ -n "$file" ]
    [ "$(stat -c %u "$file")" -ge 2147352576 ]
    [ "$(stat -c %a:%u "$FRANK_SANDBOX/storage")" = 700:0 ]
    run ! as-user frankother test -e "$file"
    inside rm /root/planted
}

@test "frankend holds no privilege" {
    local status field
    status=/proc/$(frankend_pid)/status
    for field in CapInh CapPrm CapEff CapBnd CapAmb; do grep -E "^$field:\s+0+$" "$status"; done
    grep -E '^NoNewPrivs:\s+1$' "$status"
    [ "$(awk '/^Uid:/ { print $2 }' "$status")" = "$(id -u frankend)" ]
}

@test "a supervisor holds no capability while its session runs" {
    inside true
    local pid
    for pid in $(pgrep --parent "$(cat "$FRANK_SANDBOX/launcher.pid")" frank-launcher); do
        grep -E '^CapEff:\s+0+$' "/proc/$pid/status"
        grep -E '^CapPrm:\s+0+$' "/proc/$pid/status"
        grep -E '^CapBnd:\s+0+$' "/proc/$pid/status"
    done
}
