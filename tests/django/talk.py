"""One visitor's WebSockets, as a script; the same runs direct and through tamis. It leaves facts, one a line."""

import hashlib
import json
import logging
import socket
import ssl

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from compare import BY_NATURE

MIB = 1 << 20
TIMEOUT = 60  # seconds; a bound for a hung run
QUIET = logging.getLogger("visitor")  # the client reports a dropped connection as an error of its own
QUIET.addHandler(logging.NullHandler())
QUIET.propagate = False
HANDSHAKE = BY_NATURE | {b"sec-websocket-accept", b"upgrade"}  # the client has checked both
TOLD = ("host", "origin", "cookie", "user-agent", "sec-websocket-version", "sec-websocket-extensions", "sec-websocket-protocol")


def without_tickets(context):
    """The same trust over TLS 1.2. The client reads in a thread of its own while it writes its handshake, and a tls object of
    Python 3.11 takes no lock: tickets of TLS 1.3 that come meanwhile can make the request disappear."""
    older = ssl.create_default_context()
    older.load_verify_locations(cadata=b"".join(context.get_ca_certs(binary_form=True)))
    older.maximum_version = ssl.TLSVersion.TLSv1_2
    return older


class Visitor:
    """Opens WebSockets of one host; a `rule` is applied where a gateway would stand."""

    def __init__(self, host, scheme, ports, context, rule=None):
        self.host, self.secure, self.rule = host, scheme == "https", rule
        self._port, self._context = ports[scheme], context

    def open(self, path, cookie=None, **more):
        """The connection after its 101; InvalidStatus where the answer is another one."""
        fields = [(b"Cookie", cookie.encode())] if cookie else []
        if self.rule:
            fields = self.rule.request(fields)
        return connect(
            f"{'wss' if self.secure else 'ws'}://{self.host}{path}",
            sock=socket.create_connection(("127.0.0.1", self._port), timeout=TIMEOUT),
            ssl=without_tickets(self._context) if self.secure else None,
            origin=f"{'https' if self.secure else 'http'}://{self.host}",
            additional_headers=[(name.decode(), value.decode()) for name, value in fields],
            user_agent_header="visitor/1.0",
            proxy=None,
            open_timeout=TIMEOUT,
            close_timeout=TIMEOUT,
            ping_interval=None,
            max_size=2 * MIB,
            logger=QUIET,
            **more,
        )

    def answered(self, response):
        """Facts of a handshake's answer."""
        fields = [(name.lower().encode(), value.encode()) for name, value in response.headers.raw_items()]
        if self.rule:
            fields = self.rule.response(fields)
        yield f"status {response.status_code}"
        for name, value in sorted((f for f in fields if f[0] not in HANDSHAKE), key=lambda field: field[0].lower()):
            yield f"field {name.decode().lower()}: {value.decode()}"


def talk(visitor, cookie):
    """The whole script."""
    return [
        *handshake(visitor, cookie),
        *messages(visitor, cookie),
        *server_closes(visitor),
        *visitor_closes(visitor),
        *visitor_drops(visitor),
        *refusal(visitor, cookie, "/refused/"),
        *refusal(visitor, cookie, "/nowhere/"),
    ]


def handshake(visitor, cookie):
    """What the application was told, and what it answered."""
    with visitor.open("/saw/", cookie, subprotocols=["chat.v2", "chat.v1"]) as websocket:
        yield from visitor.answered(websocket.response)
        yield f"subprotocol {websocket.subprotocol}"
        yield f"extensions {[extension.name for extension in websocket.protocol.extensions]}"
        told = json.loads(websocket.recv(TIMEOUT))
    yield f"path {told['path']}"
    yield from (f"told {name}: {value}" for name, value in sorted(told["fields"]) if name in TOLD)


def messages(visitor, cookie):
    """Text, octets, fragments, a long message each way, pings."""
    with visitor.open("/echo/?name=messages", cookie) as websocket:
        for sent in ("one € and an é", "", bytes(range(256)), b"", "é" * (MIB // 2), hashlib.sha256(b"x").digest() * (MIB // 32)):
            websocket.send(sent)
            yield f"{type(sent).__name__} of {len(sent)} comes back: {websocket.recv(TIMEOUT) == sent}"
        websocket.send(["in ", "three ", "fragments"])
        yield f"fragments: {websocket.recv(TIMEOUT)}"
        pongs = [websocket.ping(payload) for payload in (b"", b"\x00\xff" * 62)]
        yield f"pongs: {[pong.wait(TIMEOUT) for pong in pongs]}"
        for number in range(100):
            websocket.send(str(number))
        yield f"a hundred in order: {[int(websocket.recv(TIMEOUT)) for _ in range(100)] == list(range(100))}"


def server_closes(visitor):
    """The code and the reason come through."""
    with visitor.open("/echo/?name=server-closes") as websocket:
        websocket.send("close 4001 the server's own réason")
        yield closed(websocket)


def visitor_closes(visitor):
    """The other way."""
    name = f"visitor-closes-{id(visitor)}"
    with visitor.open(f"/echo/?name={name}") as websocket:
        websocket.close(4002, "bye")
        yield closed(websocket)
    yield ended(visitor, name)


def visitor_drops(visitor):
    """A page that is left: the connection ends without a word."""
    name = f"visitor-drops-{id(visitor)}"
    websocket = visitor.open(f"/echo/?name={name}")
    websocket.socket.shutdown(socket.SHUT_RDWR)
    yield ended(visitor, name)
    websocket.close()


def closed(websocket):
    """How a connection ended."""
    try:
        return f"not closed: {websocket.recv(TIMEOUT)}"
    except ConnectionClosed as end:
        return f"closed: {end.rcvd and (end.rcvd.code, end.rcvd.reason)}"


def ended(visitor, name):
    """What the application was told of another conversation's end."""
    with visitor.open(f"/ended/?name={name}") as websocket:
        return f"the server was told {websocket.recv(TIMEOUT)}"


def refusal(visitor, cookie, path):
    """An ordinary answer instead of a 101."""
    try:
        with visitor.open(path, cookie):
            yield "not refused"
    except InvalidStatus as error:
        yield from visitor.answered(error.response)
        yield f"body {error.response.body}"
