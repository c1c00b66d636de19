"""HTTP/2 frame by frame (RFC 9113), and what became of a case of it."""

import contextlib
import socket
from dataclasses import dataclass, field

import hpack
from hpack.exceptions import HPACKError

from grammar import Message

PATIENCE = 30  # seconds; a bound for a hung run
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, ACK, END_HEADERS, PADDED, PRIORITISED = 1, 1, 4, 8, 32
ERRORS = (
    "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT", "STREAM_CLOSED",
    "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM",
)  # fmt: skip
CANCEL = 8
LAST = 100001  # the stream of the request behind the case's frames


def frame(kind, flags, stream, payload=b""):
    """One frame."""
    return len(payload).to_bytes(3) + bytes((kind, flags)) + stream.to_bytes(4) + payload


def block(fields):
    """A field block, each line a literal that enters no table (RFC 7541 6.2.2)."""
    return b"".join(b"\0" + _string(name) + _string(value) for name, value in fields)


def _string(octets):
    length = len(octets)
    if length < 127:
        return bytes((length,)) + octets
    length, coded = length - 127, b"\x7f"
    while length >= 128:
        coded, length = coded + bytes((length % 128 + 128,)), length // 128
    return coded + bytes((length,)) + octets


def headers(stream, fields, end=True, whole=True):
    """A HEADERS frame with these fields."""
    flags = (END_STREAM if end else 0) | (END_HEADERS if whole else 0)
    return frame(HEADERS, flags, stream, block(fields))


def data(stream, octets, end=True):
    """A DATA frame."""
    return frame(DATA, END_STREAM if end else 0, stream, octets)


def pseudo(method=b"GET", path=b"/page", scheme=b"http", authority=b"x.test"):
    """The pseudo-header fields of a request; None leaves one out."""
    of = ((b":method", method), (b":scheme", scheme), (b":authority", authority), (b":path", path))
    return [(name, value) for name, value in of if value is not None]


@dataclass
class Stream:
    """What came back on one stream."""

    fields: list = field(default_factory=list)
    content: bytes = b""
    ended: bool = False
    reset: int | None = None

    @property
    def over(self):
        """Nothing more can come."""
        return self.ended or self.reset is not None

    def message(self):
        """As an answer of HTTP/1.1, to be judged like one."""
        status = next((value for name, value in self.fields if name == b":status"), b"0")
        return Message(b"HTTP/2 " + status, self.fields, self.content, framing="length", whole=self.ended)


class Connection:
    """A connection by prior knowledge on which frames are said as they are given."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.decoder, self.streams, self.goaway, self.gone, self.pending = hpack.Decoder(), {}, None, False, b""
        self.decoder.max_allowed_table_size = 1 << 16

    def send(self, octets):
        """Octets that the other side may have ceased to take."""
        with contextlib.suppress(OSError):
            self.socket.sendall(octets)

    def until_over(self, number):
        """Reads until a stream is over or the connection is."""
        while not self.gone and self.goaway is None and not self.streams.setdefault(number, Stream()).over:
            self._read()
        return self.streams.setdefault(number, Stream())

    def _read(self):
        try:
            octets = self.socket.recv(1 << 16)
        except ConnectionError:
            octets = b""
        self.gone = not octets
        self.pending += octets
        while len(self.pending) >= 9 and len(self.pending) >= 9 + int.from_bytes(self.pending[:3]):
            end = 9 + int.from_bytes(self.pending[:3])
            one, self.pending = self.pending[:end], self.pending[end:]
            self._take(one[3], one[4], int.from_bytes(one[5:9]), one[9:])

    def _take(self, kind, flags, number, payload):
        if kind == SETTINGS and not flags & ACK:
            self.send(frame(SETTINGS, ACK, 0))
        elif kind == PING and not flags & ACK:
            self.send(frame(PING, ACK, 0, payload))
        elif kind == GOAWAY:
            self.goaway = int.from_bytes(payload[4:8])
        elif kind in (HEADERS, DATA, RST_STREAM):
            stream = self.streams.setdefault(number, Stream())
            if kind == RST_STREAM:
                stream.reset = int.from_bytes(payload)
                return
            if kind == DATA:
                stream.content += payload
            else:
                of = self.decoder.decode(payload, raw=True)
                stream.fields = stream.fields or [(bytes(name), bytes(value)) for name, value in of]
            stream.ended = stream.ended or bool(flags & END_STREAM)


def exchange(port, case, second):
    """What came of a case: its stream, the stream of a request for `second` on the same connection, the connection's end."""
    connection = Connection(port)
    with connection.socket:
        try:
            connection.send(PREFACE + frame(SETTINGS, 0, 0, b"".join(case.settings)) + case.frames)
            first = connection.until_over(case.stream) if case.stream else Stream(reset=CANCEL)
            behind = None
            if case.follows and not connection.gone and connection.goaway is None:
                connection.send(headers(LAST, pseudo(path=second)))
                behind = connection.until_over(LAST)
        except HPACKError:
            connection.goaway = 9
        return connection, first, behind


def describe(came):
    """`400`, `reset PROTOCOL_ERROR`, `GOAWAY PROTOCOL_ERROR`, `closed`."""
    connection, first, _ = came
    if first.fields:
        return str(first.message().status) + ("" if first.ended else " reset")
    if first.reset is not None:
        return f"reset {ERRORS[first.reset]}"
    return f"GOAWAY {ERRORS[connection.goaway]}" if connection.goaway is not None else "closed"


def messages(came):
    """The answers to the case and to the request behind it; a stream without one was refused, as by a 400."""
    _, first, behind = came
    refused = Message(b"HTTP/2 400", [])
    answers = [first.message() if first.fields else refused]
    if behind and behind.fields and behind.ended:
        answers.append(behind.message())
    return answers
