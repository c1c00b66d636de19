"""What a case is: octets, and what may become of them.

A case is judged by a predicate that comes from the standards, not from what any proxy does: one of `allowed` has to hold,
on both sides at once, and what reaches the origin server has to be whole and strict (grammar.py) in every case.
"""

from dataclasses import dataclass

HOST = b"x.test"
# A request in the content of another one: it must never be one of its own.
INNER = b"GET /smuggled HTTP/1.1\r\nHost: x.test\r\n\r\n"


@dataclass(frozen=True)
class Refused:
    """Nothing reaches the origin server whole.

    The user agent gets one of `statuses` (empty: any of 4xx and 5xx), or only the end of the connection where `bare`. Where
    `closes`, nothing behind it on its connection is read as a request.
    """

    statuses: tuple = ()
    bare: bool = True
    closes: bool = True

    def __str__(self):
        what = "/".join(map(str, self.statuses)) or "4xx/5xx"
        return f"refused ({what}{' or closed' if self.bare else ''})"


@dataclass(frozen=True)
class Resolved:
    """Exactly one request reaches the origin server, and its answer the user agent.

    Only what is given is looked at: `content`, `method`, `target`, `host`, the value of `fields`, fields that are `absent`,
    trailers that are not there (`no_trailers`; `None` is any). Where `closes`, nothing behind it is read as a request; where `goes_on`, the request behind it is.
    """

    content: bytes | None = b""
    method: bytes | None = None
    target: bytes | None = None
    host: bytes | None = None
    fields: tuple = ()
    absent: tuple = ()
    no_trailers: tuple = ()
    closes: bool = False
    goes_on: bool = False
    statuses: tuple = (200,)

    def __str__(self):
        return f"passed{' and closed' if self.closes else ''}"


@dataclass(frozen=True)
class Case:
    """One thing to say to a proxy.

    `octets` go out first, then (`follows`) a whole GET for /second, so that a proxy that is out of step is seen. `finish`
    closes the sending side behind them. `only` names a product whose rule it is and not the standard's.
    """

    id: str
    clause: str
    octets: bytes
    allowed: tuple
    why: str
    follows: bool = True
    finish: bool = False
    only: str | None = None
    method: bytes = b"GET"  # as the answers have to be read
    group: str = ""


@dataclass(frozen=True)
class Bad:
    """The user agent gets an error page of the proxy's own."""

    statuses: tuple = (500, 502, 503, 504)

    def __str__(self):
        return "/".join(map(str, self.statuses))


@dataclass(frozen=True)
class Good:
    """The user agent gets this answer, whole and well framed."""

    content: bytes | None = b"page"
    status: int = 200
    absent: tuple = ()
    fields: tuple = ()

    def __str__(self):
        return f"{self.status}, whole"


@dataclass(frozen=True)
class Cut:
    """The user agent sees that the answer broke off, or only the end of the connection; what came is a beginning of `content`."""

    content: bytes = b""

    def __str__(self):
        return "visibly cut"


@dataclass(frozen=True)
class Answer:
    """One thing that an origin server may say to GET `/answer/ID`, after which it closes (`ends`) or waits."""

    id: str
    clause: str
    octets: bytes
    allowed: tuple
    why: str
    ends: bool = False
    reuse: bool = False  # another request may come over the same connection
    again: bool = False  # it may be asked again, since nothing came (RFC 9110 9.2.2)
    method: bytes = b"GET"
    asks: tuple = ()  # field lines of the request
    only: str | None = None
    group: str = ""


@dataclass(frozen=True)
class Frames:
    """HTTP/2 frames behind the preface, by prior knowledge.

    `frames` are whole frames as octets (frames.py); the answer is that of stream 1, or of `stream` (0: of none). `allowed` is as
    for a `Case`; of those that `floods`, the requests for /reset may have reached the origin server.
    """

    id: str
    clause: str
    frames: bytes
    allowed: tuple
    why: str
    stream: int = 1
    only: str | None = None
    group: str = ""
    settings: tuple = ()
    follows: bool = True
    floods: bool = False


def head(line, *fields, host=HOST):
    """A request's head with a Host."""
    lines = [line, *([b"Host: " + host] if host is not None else []), *fields]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def post(content, *fields, version=b"1.1"):
    """A POST with these fields and octets behind them."""
    return head(b"POST /upload HTTP/" + version, *fields) + content


def get(*fields, target=b"/page", version=b"HTTP/1.1", host=HOST):
    """A GET with these fields."""
    return head(b"GET " + target + b" " + version, *fields, host=host)
