#!/usr/bin/env python3
"""gdb_client.py SOCKET [kill]: a debugger that speaks the least of gdb's remote protocol ("Remote Protocol" in gdb's
manual). Prints where the program is stopped and how many bytes of registers it has, lets it go on, and prints its end.
`kill`: leaves by closing the connection instead."""
import socket, sys, time

wire = socket.socket(socket.AF_UNIX)
end = time.monotonic() + 30
while True:
    try:
        wire.connect(sys.argv[1])
        break
    except OSError:
        if time.monotonic() > end:
            raise
        time.sleep(0.05)


def ask(question):
    wire.sendall(b"$" + question + b"#%02x" % (sum(question) % 256))
    answer = b""
    while True:
        piece = wire.recv(4096)
        if not piece:
            sys.exit("the connection ended")
        answer += piece
        start = answer.find(b"$")
        hash = answer.find(b"#", start)
        if 0 <= start < hash and len(answer) >= hash + 3:
            wire.sendall(b"+")
            return answer[start + 1:hash].decode()


features = ask(b"qSupported:multiprocess+")
print("stub", "yes" if "PacketSize" in features else features)
print("stopped", ask(b"?")[:3])
print("registers", len(ask(b"g")) // 2)
if sys.argv[2:] != ["kill"]:
    answer = ask(b"c")
    while answer[0] == "T":  # a signal is about to be delivered: it may be, as gdb lets SIGCHLD
        answer = ask(b"C" + answer[1:3].encode())
    print("end", answer[:3])
