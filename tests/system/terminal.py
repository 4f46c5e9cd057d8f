#!/usr/bin/env python3
"""terminal.py SCRIPT CMD...: runs CMD on a terminal of its own and talks to it.

SCRIPT has a step a line: `send TEXT` (Python escapes), `expect REGEX` (20 s), `size ROWS COLUMNS`,
`sleep SECONDS`, `wait` (for the end).
Prints all that the terminal showed and exits with CMD's status, or with 99 where a step failed.
"""
import fcntl, os, pty, re, select, struct, sys, termios, time


def main():
    script, command = sys.argv[1], sys.argv[2:]
    pid, master = pty.fork()
    if pid == 0:
        os.execvp(command[0], command)
    shown, position = b"", 0

    def resize(rows, columns):
        fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(timeout):
        nonlocal shown
        if not select.select([master], [], [], timeout)[0]:
            return True
        try:
            piece = os.read(master, 65536)
        except OSError:
            piece = b""
        shown += piece
        return bool(piece)

    resize(24, 80)
    for line in script.strip().splitlines():
        verb, _, rest = line.lstrip().partition(" ")
        deadline = time.monotonic() + 20
        if verb == "send":
            os.write(master, rest.encode().decode("unicode_escape").encode("latin-1"))
        elif verb == "size":
            resize(*map(int, rest.split()))
        elif verb == "expect":
            while not (found := re.search(rest.encode(), shown[position:])):
                if time.monotonic() > deadline or not read(0.2):
                    sys.stdout.buffer.write(shown + b"\n--- did not show: " + rest.encode() + b"\n")
                    os.kill(pid, 9)
                    sys.exit(99)
            position += found.end()
        elif verb == "sleep":
            until = time.monotonic() + float(rest)
            while time.monotonic() < until and read(0.05):
                pass
        elif verb == "wait":
            while time.monotonic() < deadline and read(0.2):
                pass
        else:
            sys.exit(f"terminal.py: there is no step '{verb}'")
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            sys.stdout.buffer.write(shown)
            sys.exit(os.waitstatus_to_exitcode(status) % 256)
        read(0.05)
    os.kill(pid, 9)
    sys.stdout.buffer.write(shown + b"\n--- did not end\n")
    sys.exit(99)


main()
