"""An origin server that takes down what reaches it, octet by octet, and answers what the case says."""

import socket
import threading
from collections import defaultdict

from grammar import Malformed, read_request

PATIENCE = 30  # seconds; a bound for a hung run


class Origin:
    """`heard[case]` is what came while that case was on: requests, and `Malformed` where octets were none."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self._listener.getsockname()[1]
        self.heard = defaultdict(list)
        self.now = ""  # the case that is on
        self.answer = None  # the one to be said, for cases of the answering side
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        number = 0
        while True:
            connection, _ = self._listener.accept()
            number += 1
            threading.Thread(target=self._serve, args=(connection, number), daemon=True).start()

    def _serve(self, connection, number):
        connection.settimeout(PATIENCE)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        octets, case = b"", None
        with connection:
            try:
                while True:
                    case = case or (self.now if octets else None)
                    read = read_request(octets) if octets else None
                    if read:
                        request, octets = read
                        self.heard[case].append((number, request))
                        case = None
                        if not self._reply(connection, request):
                            return
                        continue
                    if b"\r\nexpect: 100-continue\r\n" in octets.lower() and octets.endswith(b"\r\n\r\n"):
                        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
                    more = connection.recv(1 << 16)
                    if not more:
                        return
                    case = case or self.now
                    octets += more
            except Malformed as fault:
                self.heard[case].append((number, fault))
            except OSError:
                return

    def _reply(self, connection, request):
        """Whether the connection goes on."""
        answer = self.answer
        if answer and request.target == b"/answer/" + answer.id.encode():
            for piece in answer.octets if isinstance(answer.octets, tuple) else (answer.octets,):
                connection.sendall(piece)
            return not answer.ends
        content = b"" if request.method == b"HEAD" else page(request)
        length = len(page(request))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (length, content))
        return b"close" not in request.all(b"connection")


def page(request):
    """What the origin server says to a request: which one it was."""
    return b"seen " + request.method + b" " + request.target + b"\n"
