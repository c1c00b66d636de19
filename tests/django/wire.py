"""Requests written byte by byte, for what no ordinary client would send."""

import socket

TIMEOUT = 60  # seconds; a bound for a hung run


class Answer:
    """A response read to the end of its connection."""

    def __init__(self, octets):
        head, _, body = octets.partition(b"\r\n\r\n")
        first, *lines = head.split(b"\r\n")
        self.status = int(first.split()[1]) if first else None
        self.fields = [(name.lower(), value.strip()) for name, _, value in (line.partition(b":") for line in lines)]
        chunked = (b"transfer-encoding", b"chunked") in self.fields
        self.body = dechunked(body) if chunked else body


def dechunked(octets):
    """The body behind chunks (RFC 9112 7.1)."""
    body = b""
    while octets:
        size, _, octets = octets.partition(b"\r\n")
        length = int(size.partition(b";")[0], 16)
        body, octets = body + octets[:length], octets[length + 2 :]
        if length == 0:
            break
    return body


def head(method, path, host, *lines):
    """A request's head; the connection is closed after the answer."""
    fields = [b"Host: " + host.encode(), b"Connection: close", *lines]
    return b"\r\n".join([f"{method} {path} HTTP/1.1".encode(), *fields]) + b"\r\n\r\n"


def read_all(connection):
    """All octets until the other side closes."""
    octets = b""
    while chunk := connection.recv(1 << 16):
        octets += chunk
    return octets


def exchange(port, octets):
    """Sends the octets, reads the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT) as connection:
        connection.sendall(octets)
        return Answer(read_all(connection))


def expecting(port, octets, body):
    """Sends a head with Expect: 100-continue, and the body only after an interim answer; (that answer, the final one)."""
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT) as connection:
        connection.sendall(octets)
        interim = b""
        while b"\r\n\r\n" not in interim:
            chunk = connection.recv(1 << 16)
            if not chunk:
                return interim, None
            interim += chunk
        first, _, rest = interim.partition(b"\r\n\r\n")
        connection.sendall(body)
        return first, Answer(rest + read_all(connection))
