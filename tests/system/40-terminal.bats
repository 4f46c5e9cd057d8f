#!/usr/bin/env bats
# CAUTION: for ./dev test system only, which runs this as root inside ./dev sandbox. It kills processes and mounts.
# A person at a terminal.

setup() {
    load helper
    talk="$BATS_TEST_DIRNAME/terminal.py"
}

@test "enter gives a shell on a terminal of the session's own, with its size, and its status" {
    run "$talk" 'expect ~# 
        send stty size; tty; uname -m\r
        expect 24 80
        expect /dev/pts/
        expect aarch64
        size 50 132
        send stty size\r
        expect 50 132
        send exit 7\r' as-user frankdemo frankctl enter arm64
    echo "$output"
    [ "$status" -eq 7 ]
}

@test "a program that runs is told of a new size" {
    run "$talk" 'expect ready
        size 33 77
        expect winch 33 77
        send q\r' as-user frankdemo frankctl enter arm64 -- \
        bash -c 'trap "echo winch \$(stty size)" WINCH; echo ready; while ! read -r -t 0.2 line; do :; done; exit 0'
    echo "$output"
    [ "$status" -eq 0 ]
}

@test "Ctrl-C interrupts the foreground command and leaves the shell" {
    run "$talk" 'expect ~# 
        send sleep 1000\r
        sleep 1
        send \x03
        expect ~# 
        send echo still-$((20+3))\r
        expect still-23
        send exit 0\r' as-user frankdemo frankctl enter arm64
    echo "$output"
    [ "$status" -eq 0 ]
}

@test "Ctrl-Z and fg work" {
    run "$talk" 'expect ~# 
        send cat\r
        sleep 1
        send hello\r
        expect hello\r\nhello
        send \x1a
        expect Stopped
        send fg\r
        sleep 1
        send again\r
        expect again\r\nagain
        send \x04
        expect ~# 
        send exit 0\r' as-user frankdemo frankctl enter arm64
    echo "$output"
    [ "$status" -eq 0 ]
}

@test "colours: TERM comes along, and run --tty has a terminal" {
    run "$talk" 'wait' env TERM=xterm-256color as-user frankdemo frankctl run arm64 --tty -- sh -c 'echo $TERM; test -t 1'
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output == *xterm-256color* ]]
}

@test "run --no-tty on a terminal keeps the session off it" {
    run "$talk" 'wait' as-user frankdemo frankctl run arm64 --no-tty -- sh -c 'tty; ls -l /proc/self/fd'
    echo "$output"
    [[ $output != *"$(readlink -f /dev/pts)"/[0-9]*"-> /dev/pts"* ]]
    [[ $output == *"not a tty"* ]]
}

@test "the terminal is as it was after the command, and after the client's death by SIGTERM" {
    run "$talk" 'expect bash-[0-9.]*[$] 
        send stty -g >before; frankctl run arm64 --tty -- true; stty -g >after; cmp before after && echo the-same\r
        expect [\r\n]the-same
        send frankctl run arm64 --tty -- sh -c "echo rea""dy; exec sleep 1000"\r
        expect ready
        send \x03
        expect bash-[0-9.]*[$] 
        send stty -g >after; cmp before after && echo as-before\r
        expect [\r\n]as-before
        send exit 0\r' as-user frankdemo bash --norc -c 'cd && exec bash --norc'
    echo "$output"
    [ "$status" -eq 0 ]
}

@test "TIOCSTI inside does not type into the caller's shell" {
    local attack='
import fcntl, os, termios
for path in ["/dev/tty", "/proc/self/fd/0", "/proc/self/fd/1", "/proc/self/fd/2"]:
    try:
        with open(path, "rb", buffering=0) as tty:
            for c in b"\x15touch ~/typed\n":
                fcntl.ioctl(tty, termios.TIOCSTI, bytes([c]))
    except OSError as error:
        print(path, error.strerror)
print("attacked")'
    local mode
    for mode in "enter arm64" "run arm64 --tty" "run arm64 --no-tty"; do
        run "$talk" "expect bash-[0-9.]*[\$] 
            send frankctl $mode -- python3 -c \"\$ATTACK\"; echo end-\$((40+2))\\r
            expect attacked
            expect [\\r\\n]end-42
            send exit 0\\r" env ATTACK="$attack" as-user frankdemo bash --norc -c 'cd && exec bash --norc'
        echo "$output"
        [ "$status" -eq 0 ]
        [ ! -e "$(getent passwd frankdemo | cut -d: -f6)/typed" ]
    done
}

@test "closing the terminal hangs up" {
    as-user frankdemo python3 -c '
import os, pty, sys, time
pid, master = pty.fork()
if pid == 0:
    os.execvp("frankctl", ["frankctl", "enter", "arm64", "--", "sh", "-c",
              "trap \"echo hup >/tmp/hup; exit\" HUP; echo ready; while :; do sleep 0.1; done"])
while b"ready" not in os.read(master, 4096):
    pass
os.close(master)'
    eventually 10 inside test -e /tmp/hup
    inside rm /tmp/hup
}
