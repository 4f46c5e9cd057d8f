#!/bin/bash
# What `./dev demo` shows, as an ordinary user in the sandbox: a real arm64 Debian, made, entered and used.
set -euo pipefail

say() { printf '\n\033[1m# %s\033[0m\n' "$*"; }
show() {
    printf '\033[1m$'
    printf ' %q' "$@"
    printf '\033[0m\n'
    "$@"
}
[ -t 1 ] || { say() { printf '\n# %s\n' "$*"; }; show() { printf '$'; printf ' %q' "$@"; printf '\n'; "$@"; }; }

say "I am $(id -un), nobody special, on $(uname -m)."
show frankctl doctor || true

say "A Debian for arm64, from the Debian mirrors. The emulator runs its package manager: this takes minutes."
show frankctl create demo debian:bookworm --arch arm64 --include gcc,libc6-dev

say "It runs here as if it were native."
show frankctl list
show frankctl run demo -- uname -m
show frankctl run demo -- cat /etc/os-release

say "A C program, compiled inside and run inside."
show frankctl run demo -- sh -c 'cat >/root/hello.c' <<'END'
#include <stdio.h>
#include <sys/utsname.h>

int main(void) {
    struct utsname u;
    uname(&u);
    printf("Hello from %s, %d-bit pointers.\n", u.machine, (int)sizeof(void *) * 8);
    return 0;
}
END
show frankctl run demo -- gcc -O2 -Wall -o /root/hello /root/hello.c
show frankctl run demo -- /root/hello

say "And nothing of it stays."
show frankctl destroy demo --force
show frankctl list
