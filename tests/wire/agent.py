"""The user agent: octets out as a case has them, and every octet that comes until the other side closes."""

import contextlib
import socket

from grammar import Malformed, read_answer

PATIENCE = 30  # seconds; a bound for a hung run: the proxies' own limits end what waits


def exchange(port, octets, finish=False):
    """All octets that came back until the connection ended."""
    came = b""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Whoever refuses may close before everything is sent; what was said before can be read all the same.
        with contextlib.suppress(OSError):
            connection.sendall(octets)
            if finish:
                connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionError):
            while more := connection.recv(1 << 16):
                came += more
    return came


class Answers:
    """The answers in what came: interim ones apart; `fault` where octets are none."""

    def __init__(self, octets, methods):
        self.final, self.interim, self.fault = [], [], None
        methods = list(methods)
        try:
            while octets:
                method = methods[len(self.final)] if len(self.final) < len(methods) else b"GET"
                read = read_answer(octets, method, ended=True)
                if read is None:
                    raise Malformed(f"half of a head {octets[:80]!r}")
                answer, octets = read
                of = self.interim if 100 <= answer.status < 200 and answer.status != 101 else self.final
                of.append(answer)
        except (Malformed, IndexError) as fault:
            self.fault = fault
