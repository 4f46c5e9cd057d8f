#!/usr/bin/env bats
# CAUTION: for ./dev test system only, which runs this as root inside ./dev sandbox. It kills processes and mounts.
# What is known to go wrong under an emulator is cured where the root holds it.

setup() { load helper; }

setup_file() {
    load helper
    frank create toolful "$FRANK_SANDBOX/arm64.tar"
}

teardown_file() {
    load helper
    frank destroy --force toolful
}

# 96 bytes that exit with 42 on an armhf machine (plan/probe_elf.hpp's own).
armhf_program='\x7fELF\x01\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x28\0\x01\0\0\0\x54\0\x40\0\x34\0\0\0\0\0\0\0\0\x04\0\x05\x34\0\x20\0\x01\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\x40\0\0\0\x40\0\x60\0\0\0\x60\0\0\0\x05\0\0\0\0\0\x01\0\x2a\0\xa0\xe3\x01\x70\xa0\xe3\0\0\0\xef'

in_root() { as-user frankdemo frankctl run toolful "$@"; }
names() {
    shown toolful workarounds |
        python3 -c 'import ast, sys; print(*(one["name"] for one in ast.literal_eval(sys.stdin.read())))'
}
# Portage's sign, and nothing of it: it says what it is told.
put_emerge() {
    in_root -- sh -c 'printf "#!/bin/sh\necho \"\$FEATURES\"\n" >/usr/bin/emerge && chmod 0755 /usr/bin/emerge'
}

@test "a plain Debian needs no work-around" {
    run in_root -- env
    [[ $output != *FEATURES=* && $output != *GOMAXPROCS=* ]]
    [ -z "$(names)" ]
}

@test "a Portage that was installed since is seen at the next start, for every user" {
    put_emerge
    frank stop toolful
    [ "$(in_root -- emerge)" = "-pid-sandbox -network-sandbox" ]
    [ "$(in_root --user nobody --workdir / -- emerge)" = "-pid-sandbox -network-sandbox" ]
    [ "$(names)" = portage ]
    run frank show toolful
    echo "$output"
    [[ $output == *'portage: FEATURES=-pid-sandbox -network-sandbox (Portage'* ]]
}

@test "what the caller says about a list comes behind it, and counts" {
    [ "$(in_root --env FEATURES='ccache pid-sandbox' -- emerge)" = "-pid-sandbox -network-sandbox ccache pid-sandbox" ]
    [ "$(in_root -- env FEATURES=mine emerge)" = mine ]
}

@test "a job and a terminal get it too" {
    local job
    job=$(in_root --detach -- emerge)
    [ "$(as-user frankdemo frankctl attach "$job")" = "-pid-sandbox -network-sandbox" ]
    [[ $(as-user frankdemo frankctl run toolful --tty -- emerge) == "-pid-sandbox -network-sandbox"* ]]
}

@test "a frankend that was away knows it still" {
    local old
    old=$(frankend_pid)
    kill -9 "$old"
    frankend_again "$old"
    [ "$(in_root -- emerge)" = "-pid-sandbox -network-sandbox" ]
}

@test "it goes with what it was for; links that lead out and fifos are what they are" {
    in_root -- sh -c 'rm /usr/bin/emerge && ln -s /../../../../usr/sbin/frankend-of-the-host /usr/bin/go; mkfifo /usr/bin/node'
    frank stop toolful
    timeout 60 as-user frankdemo frankctl start toolful
    [ "$(names)" = node ]
    in_root -- rm /usr/bin/go /usr/bin/node
}

@test "one that is not wanted is left out by its name" {
    frank_refused create other "$FRANK_SANDBOX/arm64.tar" --no-workaround portag
    [[ $stderr == *'there is no work-around "portag"'*portage* ]]
    frank create other "$FRANK_SANDBOX/arm64.tar" --no-workaround portage --no-workaround go
    as-user frankdemo frankctl run other -- mkdir /etc/portage
    frank stop other
    run as-user frankdemo frankctl run other -- env
    [[ $output != *FEATURES=* ]]
    [ "$(shown other workarounds)" = '[]' ]
    run frank show other
    echo "$output"
    [[ $output == *'switched off:'*'portage go'* ]]
    frank destroy --force other
}

@test "one is switched off and on later, by its name, from the next start on" {
    put_emerge
    frank stop toolful
    frank start toolful
    run frank workarounds toolful
    echo "$output"
    [[ $output == *portage*on*FEATURES=-pid-sandbox*"Portage's pid and network sandboxes"* ]]
    run frank workarounds toolful off portage
    echo "$output"
    [[ $output == *"runs: portage is off from its next start"* ]]
    [ "$(in_root -- emerge)" = "-pid-sandbox -network-sandbox" ]
    [[ $(frank workarounds toolful) == *"on, off from the next start"* ]]
    frank stop toolful
    [ -z "$(in_root -- emerge)" ]
    [ -z "$(names)" ]
    [ "$(frank workarounds toolful --format json | python3 -c 'import json, sys; print(*(one["on"] for one in json.load(sys.stdin)))')" = False ]
    frank stop toolful
    [ -z "$(frank workarounds toolful on portage)" ]
    [ "$(in_root -- emerge)" = "-pid-sandbox -network-sandbox" ]
    frank_refused workarounds toolful off portag
    [[ $stderr == *'there is no work-around "portag"; there are:'*portage* ]]
    refused as-user frankother frankctl workarounds toolful off portage
    in_root -- rm /usr/bin/emerge
}

@test "what only helps if one knows of it is shown, and told with the job that needs it" {
    in_root -- sh -c 'printf "#!/bin/sh\necho \"semop(1): encountered an error: Function not implemented\" >&2\nexit 1\n" >/usr/bin/fakeroot && chmod 0755 /usr/bin/fakeroot'
    frank stop toolful
    local job
    job=$(in_root --detach -- fakeroot true)
    run -1 --separate-stderr as-user frankdemo frankctl attach "$job"
    echo "$stderr"
    [[ $stderr == *"fakeroot needs SysV semaphores"*"update-alternatives --set fakeroot /usr/bin/fakeroot-tcp"* ]]
    run frank show toolful
    echo "$output"
    [[ $output == *"work-around:"*"fakeroot: with an old emulator: update-alternatives"*semtimedop* ]]
    in_root -- rm /usr/bin/fakeroot
}

@test "an administrator's own is used, with its limits, and a broken one is told with its place" {
    mkdir "$FRANK_SANDBOX/workarounds.d"
    printf 'why = "x"\n[match]\npaths = ["/etc/debian_v*"]\n[environment]\nMINE = "yes"\n[limits]\nstack = 16777216\n' \
        >"$FRANK_SANDBOX/workarounds.d/mine.toml"
    printf 'why = "x"\n[match]\npaths = 3\n' >"$FRANK_SANDBOX/workarounds.d/broken.toml"
    # The root's glibc is 2.36.
    local rule
    for rule in 'from36 >= 2.36' 'from37 >= 2.37' 'to35 < 2.36' 'to36 < 2.37'; do
        printf 'why = "x"\n[match]\nglibc = "%s"\n[environment]\nGLIBC_%s = "yes"\n' "${rule#* }" "${rule%% *}" \
            >"$FRANK_SANDBOX/workarounds.d/glibc-${rule%% *}.toml"
    done
    local old
    old=$(frankend_pid)
    kill "$old"
    frankend_again "$old"
    grep 'left out:.*workarounds.d/broken.toml:3:' "$FRANK_SANDBOX/frankend.log"
    [ "$(in_root -- sh -c 'echo $MINE; ulimit -s')" = $'yes\n16384' ]
    [ "$(in_root -- env | grep ^GLIBC_ | sort | xargs)" = "GLIBC_from36=yes GLIBC_to36=yes" ]
    rm -r "$FRANK_SANDBOX/workarounds.d"
    old=$(frankend_pid)
    kill "$old"
    frankend_again "$old"
    [ -z "$(in_root -- sh -c 'echo $MINE')" ]
}

# What a root lies on, for 32-bit programs.
@test "a 32-bit root where directory positions take 64 bits: told before readdir fails, by show and doctor" {
    local list='
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.opendir.restype = libc.readdir.restype = ctypes.c_void_p
libc.readdir.argtypes = [ctypes.c_void_p]
directory = libc.opendir(b"/usr/lib")
while libc.readdir(directory): pass
print(ctypes.get_errno())'
    local errno
    errno=$(as-user frankdemo frankctl run armhf -- python3 -c "$list")
    run frank show armhf
    echo "errno $errno, $output"
    if [ "$errno" = 0 ]; then
        [ "$(shown armhf findings)" = '[]' ]
        skip "directory positions of this file system fit into 32 bits"
    fi
    [[ $output == *'warning:'*'(armhf) may fail to list directories'*'/tmp, a tmpfs'* ]]
    run frank doctor
    [[ $output == *'32-bit roots'*'1 root(s)'*'frankctl show NAME'* ]]
    [ "$(shown arm64 findings)" = '[]' ]
}

@test "a 32-bit root on a tmpfs, whose numbers fit: nothing is said" {
    mkdir "$FRANK_SANDBOX/narrow"
    mount -t tmpfs narrow "$FRANK_SANDBOX/narrow"
    local root=$FRANK_SANDBOX/narrow/root
    mkdir -p "$root"/{dev,proc,sys,run,tmp,etc,root,bin,usr/bin}
    printf '%b' "$armhf_program" >"$root/bin/sh"
    chmod 755 "$root/bin/sh"
    echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
    frankctl create narrow "$root"
    [ "$(frankctl show narrow --format json | python3 -c 'import json, sys; print(json.load(sys.stdin)["findings"])')" = '[]' ]
    run frankctl run narrow -- /bin/sh
    echo "status $status, $output"
    [ "$status" -eq 42 ]
    [ "$(frankctl show narrow --format json | python3 -c 'import json, sys; print(json.load(sys.stdin)["findings"])')" = '[]' ]
    frankctl destroy --force narrow
    umount "$FRANK_SANDBOX/narrow"
}
