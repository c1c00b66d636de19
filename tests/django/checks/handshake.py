"""WebSocket handshakes octet by octet, before an origin server that does what it is told."""

import contextlib
import socket

import wire

from .book import DECLARED, Book, expect

check = Book()
CHECKS = check.checks
REQUEST = [b"Upgrade: websocket", b"Connection: Upgrade", b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]
ACCEPT = b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="  # of that key (RFC 6455 1.3)
AGREED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" + ACCEPT + b"\r\n"
EVERY_OCTET = bytes(range(256)) * 64


class Before:
    """`with Before(stand, name) as hop:` a tamis in front of an origin server that the check plays itself."""

    def __init__(self, stand, name, **settings):
        self._origin = socket.create_server(("127.0.0.1", 0))
        self._origin.settimeout(wire.TIMEOUT)
        self._gateway = stand.gateway(name, [stand.site(DECLARED, port=self._origin.getsockname()[1], **settings)])
        self._open = contextlib.ExitStack()

    def __enter__(self):
        self._open.enter_context(self._origin)
        self.ports = self._open.enter_context(self._gateway).ports
        return self

    def __exit__(self, *error):
        return self._open.__exit__(*error)

    def visitor(self, octets):
        """A new connection to tamis that has sent the octets."""
        connection = self._open.enter_context(socket.create_connection(("127.0.0.1", self.ports["http"]), timeout=wire.TIMEOUT))
        connection.sendall(octets)
        return connection

    def asked(self):
        """A connection that came to the origin server, and all that has been read of it: a head at least."""
        connection, _ = self._origin.accept()
        connection.settimeout(wire.TIMEOUT)
        return self._open.enter_context(connection), until(connection, b"\r\n\r\n")

    def nobody_asked(self):
        """Whether no connection to the origin server waits."""
        self._origin.setblocking(False)
        try:
            self._origin.accept()
            return False
        except BlockingIOError:
            return True
        finally:
            self._origin.settimeout(wire.TIMEOUT)


def head(*lines, method="GET"):
    """A request's head."""
    return b"\r\n".join([f"{method} /socket HTTP/1.1".encode(), b"Host: " + DECLARED.encode(), *lines]) + b"\r\n\r\n"


def until(connection, end):
    """What is received up to the first reading that has `end` in the whole."""
    octets = b""
    while end not in octets:
        chunk = connection.recv(1 << 16)
        assert chunk, f"the connection ended after {octets!r}"
        octets += chunk
    return octets


def exactly(connection, length):
    """That many octets."""
    octets = b""
    while len(octets) < length and (chunk := connection.recv(length - len(octets))):
        octets += chunk
    return octets


def names_of(octets):
    """The field names of a head, in lower case."""
    return {line.partition(b":")[0].lower() for line in octets.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]}


@check("octets behind a handshake stay back until the origin server's 101; then all pass as they are, half-closed too")
def tunnel(stand, _):
    with Before(stand, "tunnel") as hop:
        visitor = hop.visitor(head(*REQUEST) + b"early octets")
        origin, request = hop.asked()
        for _ in range(8):  # tamis has had its turn, on each of its workers
            wire.exchange(hop.ports["http"], wire.head("GET", "/", "elsewhere.test"))
        origin.setblocking(False)
        try:
            request += origin.recv(1 << 16)
        except BlockingIOError:
            pass
        origin.settimeout(wire.TIMEOUT)
        expect("before the 101", b"", request.partition(b"\r\n\r\n")[2])
        origin.sendall(AGREED + b"\r\nlate octets")
        answer, _, rest = until(visitor, b"\r\n\r\n").partition(b"\r\n\r\n")
        expect("the answer", b"HTTP/1.1 101", answer[:12])
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in answer.split(b"\r\n")[1:])}
        expect("its protocol", b"websocket", fields[b"upgrade"].lower())
        expect("its accept", ACCEPT.partition(b": ")[2], fields[b"sec-websocket-accept"])
        expect("behind the 101", b"late octets", rest + exactly(visitor, len(b"late octets") - len(rest)))
        expect("then", b"early octets", exactly(origin, len(b"early octets")))
        for source, sink in ((visitor, origin), (origin, visitor)):
            source.sendall(EVERY_OCTET)
            expect("every octet", EVERY_OCTET, exactly(sink, len(EVERY_OCTET)))
        visitor.shutdown(socket.SHUT_WR)
        expect("the visitor's end", b"", origin.recv(1))
        origin.sendall(b"goodbye")
        origin.close()
        expect("what still comes, and the end", b"goodbye", wire.read_all(visitor))


@check("octets behind a handshake that is refused never reach the origin server, and the refusal is filtered as any answer")
def refused(stand, _):
    with Before(stand, "refused") as hop:
        visitor = hop.visitor(head(*REQUEST, b"Cookie: sessionid=1; _ga=2") + b"early octets\r\n\r\n")
        origin, request = hop.asked()
        lines = [b"HTTP/1.1 403 Forbidden", b"Content-Length: 8", b"Set-Cookie: sessionid=1", b"Set-Cookie: _ga=2", b"Connection: close"]
        origin.sendall(b"\r\n".join(lines) + b"\r\n\r\nrefused\n")
        request += wire.read_all(origin)
        answer = until(visitor, b"refused\n")
    received, _, after = request.partition(b"\r\n\r\n")
    expect("after the head", b"", after)
    expect("the cookies", True, b"\r\ncookie: sessionid=1" in received.lower() and b"_ga" not in received)
    answer = wire.Answer(answer.partition(b"refused\n")[0] + b"refused\n")
    expect("the answer", (403, b"refused\n"), (answer.status, answer.body))
    expect("what it sets", [b"sessionid=1"], [value for name, value in answer.fields if name == b"set-cookie"])


@check("a request behind a handshake that is refused is filtered as any, or its connection ends")
def pipelined(stand, _):
    with Before(stand, "pipelined") as hop:
        visitor = hop.visitor(head(*REQUEST) + head(b"Cookie: sessionid=1; _ga=2", b"X-Consent: statistical", b"Connection: close"))
        for turn in range(2):
            origin, request = hop.asked()
            expect(f"request {turn}: what was stripped", False, b"_ga" in request or b"statistical" in request.split(b", "))
            origin.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            if turn == 0 and b"sessionid" in request:
                raise AssertionError(f"both requests arrived as one: {request!r}")
        expect("two answers", 2, wire.read_all(visitor).count(b"HTTP/1.1 403"))


@check("no Upgrade but a WebSocket's own is forwarded, HTTP2-Settings never; the answer is an ordinary one")
def other_upgrades(stand, _):
    settings = b"HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA"
    with Before(stand, "other-upgrades") as hop:
        for method, lines in (
            ("GET", [b"Upgrade: h2c", b"Connection: Upgrade, HTTP2-Settings", settings]),
            ("GET", [settings]),
            ("GET", [b"Upgrade: TLS/1.0", b"Connection: Upgrade"]),
            ("GET", [b"Upgrade: h2c, websocket", b"Connection: Upgrade, HTTP2-Settings", settings, *REQUEST[2:]]),
            ("GET", [b"Upgrade: h2c", *REQUEST]),
            ("GET", [*REQUEST, b"Upgrade: h2c"]),
            ("GET", [b"Upgrade: websocket", *REQUEST[2:]]),
            ("GET", [REQUEST[0], REQUEST[1]]),
            ("POST", [*REQUEST, b"Content-Length: 0"]),
        ):
            visitor = hop.visitor(head(*lines, method=method))
            origin, request = hop.asked()
            forwarded = names_of(request) & {b"upgrade", b"http2-settings"}
            expect(f"{method} {lines}: forwarded", set(), forwarded)
            origin.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\nConnection: close\r\n\r\nordinary")
            expect(f"{method} {lines}: answered", b"HTTP/1.1 200", until(visitor, b"ordinary")[:12])


@check("HTTP2-Settings beside a WebSocket's Upgrade is not forwarded either, the handshake is")
def settings_beside(stand, _):
    lines = [REQUEST[0], b"Connection: Upgrade, HTTP2-Settings", *REQUEST[2:], b"HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA"]
    with Before(stand, "settings-beside") as hop:
        hop.visitor(head(*lines))
        _, request = hop.asked()
    told = {b"upgrade", b"connection", b"http2-settings", b"sec-websocket-key", b"sec-websocket-version"}
    expect("forwarded", told - {b"http2-settings"}, names_of(request) & told)


@check("a 101 that nobody asked for, or to another protocol, is a bad answer: nothing is tunnelled")
def unasked(stand, _):
    other = AGREED.replace(b"Upgrade: websocket", b"Upgrade: h2c")
    without = AGREED.replace(b"Upgrade: websocket\r\n", b"")
    with Before(stand, "unasked") as hop:
        for lines, answer in (([], AGREED), (REQUEST, other), (REQUEST, without)):
            visitor = hop.visitor(head(*lines, b"Connection: close" if not lines else b"Accept: */*") + b"octets for the tunnel")
            origin, _ = hop.asked()
            origin.sendall(answer + b"\r\nsecret octets")
            expect(f"the answer to {answer}", b"HTTP/1.1 502", until(visitor, b"\r\n\r\n")[:12])
            expect("to the origin server", b"", wire.read_all(origin))


@check("CONNECT is refused, whatever it carries, and the origin server not asked")
def connect(stand, _):
    with Before(stand, "connect") as hop:
        for lines in ([], REQUEST):
            fields = [b"Host: opendata.test:443", *lines]
            visitor = hop.visitor(b"\r\n".join([b"CONNECT opendata.test:443 HTTP/1.1", *fields]) + b"\r\n\r\n")
            answer = until(visitor, b"\r\n\r\n")
            expect(f"an error: {answer!r}", True, answer[9:10] in b"45")
            expect("nobody was asked", True, hop.nobody_asked())


@check("a handshake towards an upstream with h2 is refused with an answer, and leaves nothing hanging")
def towards_h2(stand, gateway):
    request = b"\r\n".join([b"GET /echo/?name=h2 HTTP/1.1", b"Host: inner-h2.test", *REQUEST]) + b"\r\n\r\n"
    with socket.create_connection(("127.0.0.1", gateway.ports["http"]), timeout=wire.TIMEOUT) as visitor:
        visitor.sendall(request)
        answer = until(visitor, b"\r\n\r\n")
    expect(f"an error or Django's page, not a 101: {answer!r}", True, answer[9:10] in b"45")
    with stand.through(gateway.ports, "inner-h2.test", "http") as agent:
        expect("then", 200, agent.get("/").status_code)
