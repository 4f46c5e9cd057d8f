#!/bin/bash
# The half of dev arches that runs in the sandbox: one architecture after another, a line of the table for each.
set -uo pipefail
logs=$FRANK_ARCHES_LOGS
green=$'\033[32m' red=$'\033[31m' plain=$'\033[0m'
[ -t 1 ] || green='' red='' plain=''

# What uname -m must say. Debian 12 is the last that has all but riscv64, which came with Debian 13.
machine_of() {
    case $1 in
    arm64) echo aarch64 ;;
    armhf | armel) echo armv7l ;;
    i386) echo i686 ;;
    mips64el) echo mips64 ;;
    mipsel) echo mips ;;
    ppc64el) echo ppc64le ;;
    *) echo "$1" ;;
    esac
}
suite_of() { if [ "$1" = riscv64 ]; then echo trixie; else echo bookworm; fi; }
pointer_bits() { case $1 in armhf | armel | i386 | mipsel) echo 32 ;; *) echo 64 ;; esac; }

# Both ask the emulator for more than a line of output: floating point, 64-bit division, signals, processes, threads.
# shellcheck disable=SC2016 # perl's own variables
perl_program='use POSIX; open F, ">", "/tmp/f" or die; print F "x" x 70000; close F; -s "/tmp/f" == 70000 or die "size";
    my $k = fork; POSIX::_exit(7) if !$k; waitpid $k, 0; $? >> 8 == 7 or die "child $?";
    printf "perl %.6f\n", atan2(1, 1) * 4'
c_program='#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>
static volatile sig_atomic_t caught;
static void take(int number) { caught = number; }
static void *work(void *sum) {
    for (int i = 0; i < 1000; i++) __atomic_fetch_add((int *)sum, i, __ATOMIC_SEQ_CST);
    return 0;
}
int main(int argc, char **argv) {
    pthread_t thread[2];
    int sum = 0;
    volatile uint64_t large = 1000000007ULL * 998244353ULL;
    (void)argv;
    signal(SIGUSR1, take);
    kill(getpid(), SIGUSR1);
    for (int i = 0; i < 2; i++) pthread_create(&thread[i], 0, work, &sum);
    for (int i = 0; i < 2; i++) pthread_join(thread[i], 0);
    printf("C %d %d %d %d %.6f\n", (int)sizeof(void *) * 8, caught == SIGUSR1, sum, large % 998244353ULL == 0,
           sqrt(argc + 1.0));
    return 42;
}'

# The first thing that is not as it must be ends an architecture, and is its reason.
wrong() {
    reason=$1
    return 1
}

# WANTED WHAT COMMAND...: runs in the session.
expect() {
    local wanted=$1 what=$2 got status=0
    shift 2
    got=$(timeout 600 frankctl run "$name" -- "$@" 2>>"$log" </dev/null) || status=$?
    [ "$status" -eq 0 ] || wrong "$what: status $status: $(tail -n 1 "$log")" || return
    [ "$got" = "$wanted" ] || wrong "$what says '$got', not '$wanted'"
}

try() {
    local arch=$1
    timeout 3000 frankctl create "$name" "debian:$(suite_of "$arch")" --arch "$arch" --include gcc,libc6-dev \
        >"$log" 2>&1 </dev/null || wrong "create: $(tail -n 1 "$log")" || return
    expect "$(machine_of "$arch")" 'uname -m' uname -m || return
    expect "$arch" dpkg dpkg --print-architecture || return
    expect 'perl 3.141593' perl perl -e "$perl_program" || return
    frankctl run "$name" -- sh -c 'cat >/root/try.c' <<<"$c_program" 2>>"$log" || wrong 'copying in' || return
    expect '' gcc gcc -O2 -Wall -Werror -pthread -o /root/try /root/try.c -lm || return
    expect "C $(pointer_bits "$arch") 1 999000 1 1.414214
42" 'the C program' sh -c '/root/try; echo $?'
}

printf '%-9s %-9s %-9s %6s %s\n' arch suite uname min:s verdict
failed=0
for arch; do
    name=try-$arch log=$logs/$arch.log reason='' began=$SECONDS
    if try "$arch"; then
        verdict="${green}green$plain uname, dpkg, perl, gcc and its program"
    else
        verdict="${red}red$plain   $reason"
        failed=$((failed + 1))
    fi
    took=$((SECONDS - began))
    printf '%-9s %-9s %-9s %3d:%02d %s\n' "$arch" "$(suite_of "$arch")" "$(machine_of "$arch")" $((took / 60)) \
        $((took % 60)) "$verdict"
    frankctl destroy "$name" --force >>"$log" 2>&1 </dev/null || true
done
echo "$(($# - failed)) green, $failed red"
[ "$failed" -eq 0 ]
