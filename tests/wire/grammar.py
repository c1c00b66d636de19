"""A reference reader of HTTP/1.1 (RFC 9112), as strict as the grammar: what it refuses, two readers may read differently.

Nothing is repaired: lines end with CR LF, a length is digits alone, `Transfer-Encoding` is `chunked` alone and never
beside a length, a name is a token, a value holds no control character, and a request has one Host.
"""

import re
from dataclasses import dataclass, field

TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
VALUE = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")
TARGET = re.compile(rb"(?:/|\*$|https?://)[\x21\x22\x24-\x7e]*")  # no space, fragment, control or non-ASCII character
HOST = re.compile(rb"(?:\[[0-9A-Fa-f:.]+\]|(?:[A-Za-z0-9\-._~!$&'()*+;=]|%[0-9A-Fa-f]{2})*)(?::[0-9]{0,5})?")
SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})([ \t]*(?:;[\t\x20-\x7e\x80-\xff]*)?)")


class Malformed(Exception):
    """Octets that are no message, or not one alone."""


@dataclass
class Message:
    """A request or an answer, as it was read."""

    start: bytes
    fields: list
    content: bytes = b""
    trailers: list = field(default_factory=list)
    framing: str = "none"  # or length, chunked, close
    whole: bool = True

    def all(self, name):
        """The values of a field, whose name is given in lower case."""
        return [value for other, value in self.fields if other == name]

    @property
    def method(self):
        """Of a request."""
        return self.start.split(b" ")[0]

    @property
    def target(self):
        """Of a request."""
        return self.start.split(b" ")[1]

    @property
    def status(self):
        """Of an answer."""
        return int(self.start.split(b" ")[1])


def read_request(octets):
    """(the first request, the octets behind it), or None where it isn't whole."""
    found = _head(octets)
    if found is None:
        return None
    start, fields, rest = found
    parts = start.split(b" ")
    if len(parts) != 3 or not TOKEN.fullmatch(parts[0]) or parts[2] not in (b"HTTP/1.1", b"HTTP/1.0"):
        raise Malformed(f"request line {start!r}")
    if not TARGET.fullmatch(parts[1]):
        raise Malformed(f"target {parts[1]!r}")
    message = Message(start, fields)
    _one_host(message, parts)
    if message.all(b"transfer-encoding") and parts[2] == b"HTTP/1.0":
        raise Malformed("Transfer-Encoding in HTTP/1.0")
    return _content(message, rest, otherwise="none")


def read_answer(octets, method, ended):
    """(the first answer to a request of this method, the octets behind it), or None where there is none.

    One that isn't whole when the connection has `ended` is returned as far as it came, and `whole` is false.
    """
    found = _head(octets)
    if found is None:
        return None
    start, fields, rest = found
    if not re.fullmatch(rb"HTTP/1\.[01] [1-9][0-9]{2}(?: [\t\x20-\x7e\x80-\xff]*)", start):
        raise Malformed(f"status line {start!r}")
    message = Message(start, fields)
    if method == b"HEAD" or message.status < 200 or message.status in (204, 304):
        framings(message, of_content=False)
        return message, rest
    read = _content(message, rest, otherwise="close")
    if read is None:
        if not ended:
            return None
        message.whole = False
        message.content = _so_far(message, rest)
        return message, b""
    if message.framing == "close" and not ended:
        return None
    return read


def _head(octets):
    """(the first line, the fields, the octets behind the empty line), or None."""
    head, end, rest = octets.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    if not end:
        # What came of it is looked at already: a bare LF would keep the reader waiting.
        lines = lines[:-1]
    if any(b"\n" in line or b"\r" in line or b"\0" in line for line in lines):
        raise Malformed(f"a bare CR, LF or NUL in {head!r}")
    fields = [_field(line) for line in lines[1:]]
    if not end and b"\n" in octets.replace(b"\r\n", b""):
        raise Malformed(f"a bare LF in {octets!r}")
    return (lines[0], fields, rest) if end else None


def _field(line):
    name, colon, value = line.partition(b":")
    if not colon or not TOKEN.fullmatch(name):
        raise Malformed(f"field line {line!r}")
    if not VALUE.fullmatch(value):
        raise Malformed(f"field value {line!r}")
    return name.lower(), value.strip(b" \t")


def _one_host(message, parts):
    hosts = message.all(b"host")
    if len(hosts) > 1 or (not hosts and parts[2] == b"HTTP/1.1"):
        raise Malformed(f"{len(hosts)} Host fields")
    if not all(HOST.fullmatch(host) for host in hosts):
        raise Malformed(f"Host {hosts!r}")
    if not parts[1].startswith((b"/", b"*")) and hosts != [parts[1].split(b"/")[2]]:
        raise Malformed(f"target {parts[1]!r} for Host {hosts!r}")


def framings(message, of_content=True):
    """(the one length, whether it is chunked); one of them at most."""
    lengths, codings = message.all(b"content-length"), message.all(b"transfer-encoding")
    if len(lengths) > 1 or len(codings) > 1 or (lengths and codings):
        raise Malformed(f"Content-Length {lengths!r}, Transfer-Encoding {codings!r}")
    if lengths and not re.fullmatch(rb"[0-9]{1,18}", lengths[0]):
        raise Malformed(f"Content-Length {lengths[0]!r}")
    if codings and codings[0].lower() != b"chunked":
        raise Malformed(f"Transfer-Encoding {codings[0]!r}")
    if not of_content and message.start.startswith(b"HTTP/") and message.status < 200 and (lengths or codings):
        raise Malformed("framing in an informational answer")
    return (int(lengths[0]) if lengths else None), bool(codings)


def _content(message, rest, otherwise):
    length, chunked = framings(message)
    if chunked:
        message.framing = "chunked"
        return _chunks(message, rest)
    if length is not None:
        message.framing = "length"
        message.content = rest[:length]
        return (message, rest[length:]) if len(rest) >= length else None
    message.framing = otherwise
    if otherwise == "close":
        message.content, rest = rest, b""
    return message, rest


def _so_far(message, rest):
    if message.framing != "chunked":
        return rest
    return message.content


def _chunks(message, rest):
    content = b""
    while True:
        line, end, rest = rest.partition(b"\r\n")
        if b"\n" in line or b"\r" in line[:-1]:
            raise Malformed(f"chunk line {line!r}")
        if not end:
            message.content = content
            return None
        size = SIZE.fullmatch(line)
        if not size:
            raise Malformed(f"chunk line {line!r}")
        length = int(size[1], 16)
        if length == 0:
            break
        content += rest[:length]
        if rest[length:length + 2] != b"\r\n"[: max(0, len(rest) - length)]:
            raise Malformed(f"behind a chunk {rest[length:length + 2]!r}")
        if len(rest) < length + 2:
            message.content = content
            return None
        rest = rest[length + 2 :]
    message.content = content
    while True:
        line, end, rest = rest.partition(b"\r\n")
        if not end:
            return None
        if not line:
            return message, rest
        message.trailers.append(_field(line))
