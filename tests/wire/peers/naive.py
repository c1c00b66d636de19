"""A proxy as it must not be: it passes octets on as they come, over one connection to the origin server for each to it.

It shows that the cases can fail: `tests/wire/run.py` demands that it does, in many of them.
"""

import contextlib
import socket
import sys
import threading


def copy(source, sink):
    """Octets until there are no more."""
    try:
        while octets := source.recv(1 << 16):
            sink.sendall(octets)
    except OSError:
        pass
    finally:
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


def main(port, origin):
    """Listens until it is killed."""
    listener = socket.create_server(("127.0.0.1", port), backlog=512)
    while True:
        downstream, _ = listener.accept()
        downstream.settimeout(1)
        upstream = socket.create_connection(("127.0.0.1", origin))
        upstream.settimeout(1)
        for ends in ((downstream, upstream), (upstream, downstream)):
            threading.Thread(target=copy, args=ends, daemon=True).start()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
