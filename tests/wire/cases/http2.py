"""HTTP/2."""

from case import INNER, Frames, Refused, Resolved
from frames import CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, PADDED, PRIORITY, RST_STREAM, SETTINGS, WINDOW_UPDATE, block, data, frame, headers, pseudo

PSEUDO = "RFC 9113 8.3"
REQUEST = "RFC 9113 8.3.1"
CONNECTION = "RFC 9113 8.2.2"
FIELDS = "RFC 9113 8.2.1"
LENGTH = "RFC 9113 8.1.1"
CONNECT = "RFC 9113 8.5"
FRAMING = "RFC 9113 4, 5, 6"
MALFORMED = Refused(closes=False)
PASSED = Resolved(b"", target=b"/page", host=b"x.test", goes_on=True)


def _case(name, fields, allowed=(MALFORMED,), why="a malformed request", clause=PSEUDO, content=None, **more):
    octets = headers(1, fields, end=content is None) + (b"" if content is None else data(1, content))
    return Frames(f"h2-{name}", clause, octets, allowed, why, **more)


def _frames(name, octets, allowed=(MALFORMED,), why="", clause=FRAMING, **more):
    return Frames(f"h2-{name}", clause, octets, allowed, why, **more)


def _with(*fields, **of):
    return [*pseudo(**of), *fields]


PSEUDO_FIELDS = [
    _case("plain", _with((b"x-a", b"b")), (PASSED,), "what must pass"),
    _case("no-method", pseudo(method=None)),
    _case("no-scheme", pseudo(scheme=None)),
    _case("no-path", pseudo(path=None)),
    _case("no-authority", pseudo(authority=None), (MALFORMED, Resolved()), "and no Host: RFC 9113 8.3.1 lets it be, HTTP/1.1 does not"),
    _case("method-twice", [*pseudo(), (b":method", b"POST")]),
    _case("path-twice", [*pseudo(), (b":path", b"/other")]),
    _case("path-twice-same", [*pseudo(), (b":path", b"/page")]),
    _case("scheme-twice", [*pseudo(), (b":scheme", b"https")]),
    _case("authority-twice", [*pseudo(), (b":authority", b"evil.test")]),
    _case("unknown-pseudo", [*pseudo(), (b":evil", b"1")]),
    _case("status-pseudo", [*pseudo(), (b":status", b"200")], why="of answers alone"),
    _case("pseudo-after-field", [(b"x-a", b"b"), *pseudo()]),
    _case("pseudo-last", [*pseudo(path=None), (b"x-a", b"b"), (b":path", b"/page")]),
    _case("pseudo-upper-case", [*pseudo(method=None), (b":Method", b"GET")]),
    _case("pseudo-empty-name", [*pseudo(), (b":", b"a")]),
    _case("protocol-without-connect", [*pseudo(), (b":protocol", b"websocket")], clause="RFC 8441 4"),
    _case("nothing", []),
    _case("fields-alone", [(b"host", b"x.test")]),
]

TARGETS = [
    _case("path-empty", pseudo(path=b""), clause=REQUEST, why="must not be empty"),
    _case("path-no-slash", pseudo(path=b"page"), clause=REQUEST, why="begins with a slash"),
    _case("path-query-alone", pseudo(path=b"?a"), clause=REQUEST, why="begins with a slash"),
    _case("path-absolute", pseudo(path=b"http://evil.test/page"), clause=REQUEST, why="begins with a slash"),
    _case("path-asterisk", pseudo(path=b"*"), (MALFORMED,), clause=REQUEST, why="of OPTIONS alone"),
    _case("path-at", pseudo(path=b"@evil.test/"), clause=REQUEST, why="begins with a slash"),
    _case("path-space", pseudo(path=b"/page HTTP/1.1"), clause=REQUEST, why="two words of a request line"),
    _case("path-crlf", pseudo(path=b"/page HTTP/1.1\r\nX-A: b"), clause=REQUEST, why="two lines of HTTP/1.1"),
    _case("path-lf", pseudo(path=b"/page\nX-A: b"), clause=REQUEST, why="two lines of HTTP/1.1"),
    _case("path-nul", pseudo(path=b"/pa\x00ge"), clause=REQUEST, why="no character of a target"),
    _case("path-tab", pseudo(path=b"/pa\tge"), clause=REQUEST, why="no character of a target"),
    _case("path-control", pseudo(path=b"/pa\x01ge"), clause=REQUEST, why="no character of a target"),
    _case("path-fragment", pseudo(path=b"/page#part"), (MALFORMED, Resolved(target=b"/page")), clause=REQUEST, why="should be refused; without it nothing is ambiguous"),
    _case("path-non-ascii", pseudo(path=b"/\xe9"), (MALFORMED, Resolved(target=b"/%E9")), clause=REQUEST, why="no character of a URI"),
    _case("path-utf-8", pseudo(path="/é".encode()), (MALFORMED, Resolved(target=b"/%C3%A9")), clause=REQUEST, why="no character of a URI"),
    _case("method-space", pseudo(method=b"GET /evil HTTP/1.1"), clause=REQUEST, why="three words of a request line"),
    _case("method-crlf", pseudo(method=b"GET / HTTP/1.1\r\nHost: evil.test\r\n\r\nGET"), clause=REQUEST, why="a request of HTTP/1.1"),
    _case("method-empty", pseudo(method=b""), clause=REQUEST, why="no token"),
    _case("method-colon", pseudo(method=b"GE:T"), clause=REQUEST, why="no token"),
    _case("method-trace", pseudo(method=b"TRACE"), (MALFORMED, Resolved(method=b"TRACE")), clause="RFC 9110 9.3.8", why="what came would be told to scripts: best refused"),
    _case("scheme-other", pseudo(scheme=b"ftp"), (MALFORMED, PASSED), clause=REQUEST, why="another scheme"),
    _case("scheme-crlf", pseudo(scheme=b"http://x.test/\r\nX-A: b"), (MALFORMED, PASSED), clause=REQUEST, why="no scheme"),
    _case("scheme-url", pseudo(scheme=b"http://evil.test/page?"), (MALFORMED, PASSED), clause=REQUEST, why="no scheme"),
    _case("scheme-empty", pseudo(scheme=b""), (MALFORMED, PASSED), clause=REQUEST, why="no scheme"),
    _case("authority-userinfo", pseudo(authority=b"evil.test@x.test"), (MALFORMED,), clause=REQUEST, why="no user information"),
    _case("authority-crlf", pseudo(authority=b"x.test\r\nX-A: b"), clause=REQUEST, why="two lines of HTTP/1.1"),
    _case("authority-space", pseudo(authority=b"x.test evil.test"), clause=REQUEST, why="no authority"),
    _case("authority-slash", pseudo(authority=b"x.test/evil"), clause=REQUEST, why="no authority"),
    _case("authority-comma", pseudo(authority=b"x.test,evil.test"), (MALFORMED, Resolved(host=b"x.test,evil.test")), clause=REQUEST, why="a comma may be in a name; a list is what some read"),
    _case("authority-port-junk", pseudo(authority=b"x.test:8a"), clause=REQUEST, why="no port"),
    _case("authority-empty", pseudo(authority=b""), (MALFORMED, Resolved(host=b"")), clause=REQUEST, why="as if there were none"),
    _case("host-same", _with((b"host", b"x.test")), (PASSED,), clause=REQUEST, why="twice the same"),
    _case("host-other", _with((b"host", b"evil.test")), (MALFORMED, Resolved(host=b"x.test")), clause=REQUEST, why="malformed, or :authority counts"),
    _case("host-alone", [*pseudo(authority=None), (b"host", b"x.test")], (PASSED, MALFORMED), clause=REQUEST, why="in place of :authority"),
    _case("host-twice", [*pseudo(authority=None), (b"host", b"x.test"), (b"host", b"evil.test")], clause=REQUEST, why="two hosts"),
    _case("host-twice-same", _with((b"host", b"x.test"), (b"host", b"x.test")), (MALFORMED, PASSED), clause=REQUEST, why="two hosts"),
]

CONNECTION_FIELDS = [
    *(
        _case(f"connection-{name.decode()}", _with((name, value)), clause=CONNECTION, why="a field of the connection")
        for name, value in (
            (b"connection", b"close"),
            (b"keep-alive", b"timeout=9"),
            (b"proxy-connection", b"keep-alive"),
            (b"upgrade", b"h2c"),
        )
    ),
    _case("connection-names-field", _with((b"connection", b"x-a"), (b"x-a", b"b")), clause=CONNECTION, why="a field of the connection"),
    _case("transfer-encoding", _with((b"transfer-encoding", b"chunked"), method=b"POST"), clause=CONNECTION, content=b"0\r\n\r\n" + INNER, why="HTTP/1.1 would read chunks"),
    _case("transfer-encoding-identity", _with((b"transfer-encoding", b"identity")), clause=CONNECTION, why="a field of the connection"),
    _case("transfer-encoding-length", _with((b"transfer-encoding", b"chunked"), (b"content-length", b"5"), method=b"POST"), clause=CONNECTION, content=b"0\r\n\r\n", why="HTTP/1.1 would read chunks"),
    _case("te-trailers", _with((b"te", b"trailers")), (PASSED,), clause=CONNECTION, why="what must pass"),
    _case("te-gzip", _with((b"te", b"gzip")), clause=CONNECTION, why="trailers alone"),
    _case("te-list", _with((b"te", b"trailers, gzip")), clause=CONNECTION, why="trailers alone"),
    _case("http2-settings", _with((b"http2-settings", b"AAMAAABkAAQAAP__")), (MALFORMED, Resolved(b"")), clause=CONNECTION, why="of an upgrade that is none"),
]

NAMES = [
    *(
        _case(f"name-{name}", _with((octets, b"b")), clause=FIELDS, why=why)
        for name, octets, why in (
            ("upper-case", b"X-A", "lower case alone"),
            ("one-upper", b"x-A", "lower case alone"),
            ("empty", b"", "a name has a character"),
            ("space", b"x a", "no character of a name"),
            ("trailing-space", b"x-a ", "no character of a name"),
            ("colon", b"x-a: c\r\nx-b", "a field of HTTP/1.1"),
            ("colon-alone", b"x:a", "no character of a name"),
            ("crlf", b"x-a\r\nx-b", "two lines of HTTP/1.1"),
            ("lf", b"x-a\nx-b", "two lines of HTTP/1.1"),
            ("cr", b"x\ra", "no character of a name"),
            ("nul", b"x\x00a", "no character of a name"),
            ("control", b"x\x01a", "no character of a name"),
            ("delete", b"x\x7fa", "no character of a name"),
            ("non-ascii", b"x-\xe9", "no character of a name"),
            ("tab", b"x\ta", "no character of a name"),
        )
    ),
    *(
        _case(f"value-{name}", _with((b"x-a", octets)), allowed, clause=FIELDS, why=why)
        for name, octets, allowed, why in (
            ("crlf", b"b\r\nx-b: c", (MALFORMED,), "two lines of HTTP/1.1"),
            ("crlf-request", b"b\r\n\r\n" + INNER, (MALFORMED,), "a request of HTTP/1.1"),
            ("lf", b"b\nx-b: c", (MALFORMED,), "two lines of HTTP/1.1"),
            ("cr", b"b\rc", (MALFORMED,), "a bare CR"),
            ("nul", b"b\x00c", (MALFORMED,), "NUL"),
            ("control", b"b\x01c", (MALFORMED, Resolved(b"", absent=(b"x-a",))), "no control character is passed on"),
            ("delete", b"b\x7fc", (MALFORMED, Resolved(b"", absent=(b"x-a",))), "no control character is passed on"),
            ("space-first", b" b", (MALFORMED, Resolved(fields=((b"x-a", b"b"),))), "no space around it"),
            ("space-last", b"b ", (MALFORMED, Resolved(fields=((b"x-a", b"b"),))), "no space around it"),
            ("tab-first", b"\tb", (MALFORMED, Resolved(fields=((b"x-a", b"b"),))), "no space around it"),
            ("non-ascii", b"\xe9", (MALFORMED, Resolved(fields=((b"x-a", b"\xe9"),))), "opaque octets"),
            ("empty", b"", (Resolved(fields=((b"x-a", b""),)), Resolved(absent=(b"x-a",))), "empty is a value"),
        )
    ),
    _case("cookie-crumbs", _with((b"cookie", b"sessionid=1"), (b"cookie", b"sessionid=2")), (Resolved(fields=((b"cookie", b"sessionid=1; sessionid=2"),)),), clause="RFC 9113 8.2.3", why="joined before they go on"),
    _case("cookie-crlf", _with((b"cookie", b"sessionid=1\r\nx-a: b")), clause=FIELDS, why="two lines of HTTP/1.1"),
    _case("alias-content-length", _with((b"content_length", b"5"), method=b"POST"), (MALFORMED, Resolved(b"abc", absent=(b"content_length",))), clause="RFC 3875 4.1.2", content=b"abc", why="CGI reads it as the length"),
    _case("alias-forwarded-for", _with((b"x_forwarded_for", b"192.0.2.1")), (MALFORMED, Resolved(absent=(b"x_forwarded_for",))), clause="RFC 3875 4.1.18", why="CGI reads it as X-Forwarded-For"),
]


def _post(*fields):
    return _with(*fields, method=b"POST", path=b"/upload")


def _length(name, values, content, allowed=(MALFORMED,), why="not as much as it says"):
    return _case(f"length-{name}", _post(*((b"content-length", value) for value in values)), allowed, why, LENGTH, content)


LENGTHS = [
    _length("fits", [b"3"], b"abc", (Resolved(b"abc", goes_on=True),), "what must pass"),
    _length("none", [], b"abc", (Resolved(b"abc", goes_on=True), Refused((411,), closes=False)), "what must pass"),
    _length("zero-octets", [b"0"], b"", (Resolved(b""),), "what must pass"),
    _length("more", [b"5"], b"abc"),
    _length("less", [b"2"], b"abc"),
    _length("zero", [b"0"], b"abc"),
    _length("request-behind", [b"3"], b"abc" + INNER),
    _length("twice-differing", [b"3", b"4"], b"abc", why="two lengths"),
    _length("twice-equal", [b"3", b"3"], b"abc", (MALFORMED, Resolved(b"abc")), "equal ones may be merged into one"),
    _length("list", [b"3, 3"], b"abc", (MALFORMED, Resolved(b"abc")), "equal ones may be merged into one"),
    _length("plus", [b"+3"], b"abc", why="a sign is no digit"),
    _length("minus", [b"-3"], b"abc", why="a sign is no digit"),
    _length("hex", [b"0x3"], b"abc", why="a prefix is no digit"),
    _length("empty", [b""], b"abc", why="no digit at all"),
    _length("word", [b"x"], b"abc", why="no digit at all"),
    _length("u64", [b"18446744073709551619"], b"abc", why="2^64+3 is 3 for those who wrap"),
    _case("length-no-content", _post((b"content-length", b"5")), clause=LENGTH, why="the stream ends with the head"),
    _case("length-no-content-get", _with((b"content-length", b"5")), clause=LENGTH, why="the stream ends with the head"),
    _frames("length-more-in-frames", headers(1, _post((b"content-length", b"3")), end=False) + data(1, b"ab", end=False) + data(1, b"cd"), clause=LENGTH, why="not as much as it says"),
    _frames("length-less-in-trailers", headers(1, _post((b"content-length", b"9")), end=False) + data(1, b"abc", end=False) + headers(1, [(b"x-sum", b"1")]), clause=LENGTH, why="the stream ends with trailers"),
    _frames("length-reset", headers(1, _post((b"content-length", b"9")), end=False) + data(1, b"abc", end=False) + frame(RST_STREAM, 0, 1, b"\0\0\0\x08"), (Refused(closes=False),), "an upload that breaks off is never whole", LENGTH, stream=0),
]


TRAILER = "RFC 9113 8.1"


def _ends(name, trailers, allowed=(MALFORMED,), why="a malformed request", lines=b"", path=b"/upload"):
    """Trailers as octets of HPACK, behind a head with `lines`."""
    head = block(pseudo(method=b"POST", path=path)) + lines
    octets = frame(HEADERS, END_HEADERS, 1, head) + data(1, b"abc", end=False) + frame(HEADERS, END_STREAM | END_HEADERS, 1, trailers)
    return _frames(f"trailers-{name}", octets, allowed, why, TRAILER)


def _trailers(name, fields, allowed=(MALFORMED,), why="a malformed request"):
    return _ends(name, block(fields), allowed, why)


def _continued(lines):
    """The rest of a field block, in as many frames as it takes."""
    pieces = [lines[at : at + 16000] for at in range(0, len(lines), 16000)]
    return b"".join(frame(CONTINUATION, END_HEADERS if piece is pieces[-1] else 0, 1, piece) for piece in pieces)


def _dropped(name):
    return (MALFORMED, Resolved(b"abc", no_trailers=(name,)))


TRAILERS = [
    _trailers("plain", [(b"x-sum", b"1")], (Resolved(b"abc", goes_on=True), Refused((411,), closes=False)), "what must pass"),
    _trailers("pseudo", [(b":path", b"/evil")]),
    _trailers("pseudo-status", [(b":status", b"200")]),
    _trailers("pseudo-last", [(b"x-sum", b"1"), (b":path", b"/evil")]),
    _ends("pseudo-static", b"\x84", why="an entry of the static table"),
    _ends("pseudo-huffman", b"\0\x84\xb9\x58\xd3\x3f\x05/evil", why="a name in Huffman's code"),
    _ends("pseudo-table", b"\xbe", lines=b"\x44\x05/evil", path=None, why="an entry of the dynamic table"),
    _ends("pseudo-table-name", b"\x0f\x2f\x05/evil", lines=b"\x44\x05/evil", path=None, why="the name of an entry of the dynamic table"),
    _ends("table", b"\xbe", (Resolved(b"abc", goes_on=True), Refused((411,), closes=False)), lines=b"\x40\x05x-sum\x011", why="what must pass"),
    _frames("trailers-pseudo-continued", headers(1, _post(), end=False) + data(1, b"abc", end=False) + frame(HEADERS, END_STREAM, 1) + frame(CONTINUATION, END_HEADERS, 1, b"\x84"), why="in another frame", clause=TRAILER),
    _trailers("upper-case", [(b"X-Sum", b"1")]),
    _trailers("crlf", [(b"x-sum", b"1\r\nx-a: b")]),
    _trailers("nul", [(b"x-sum", b"\x00")]),
    _trailers("connection", [(b"connection", b"close")], _dropped(b"connection"), "a field of the connection"),
    _trailers("transfer-encoding", [(b"transfer-encoding", b"chunked")], _dropped(b"transfer-encoding"), "never in trailers"),
    _trailers("content-length", [(b"content-length", b"3")], _dropped(b"content-length"), "never in trailers"),
    _trailers("host", [(b"host", b"evil.test")], _dropped(b"host"), "never in trailers"),
    _trailers("cookie", [(b"cookie", b"sessionid=1")], _dropped(b"cookie"), "never in trailers"),
    _trailers("x-forwarded-for", [(b"x-forwarded-for", b"192.0.2.1")], _dropped(b"x-forwarded-for"), "never in trailers"),
    _frames("trailers-too-large", headers(1, _post(), end=False) + data(1, b"abc", end=False) + frame(HEADERS, END_STREAM, 1) + _continued(block([(b"x-%d" % number, b"a" * 2000) for number in range(36)])), (MALFORMED, Resolved(b"abc", no_trailers=(None,))), "bounded; nothing of them, or all", "RFC 9113 10.5.1"),
    _frames("trailers-open", headers(1, _post(), end=False) + data(1, b"abc", end=False) + headers(1, [(b"x-sum", b"1")], end=False), why="trailers end the stream", clause=TRAILER),
    _frames("data-after-end", headers(1, _post(), end=False) + data(1, b"abc") + data(1, b"def"), (MALFORMED, Resolved(b"abc")), "the stream is closed", "RFC 9113 5.1"),
    _frames("headers-after-end", headers(1, pseudo()) + headers(1, pseudo(path=b"/evil")), (MALFORMED, Resolved(b"", target=b"/page")), "the stream is closed", "RFC 9113 5.1"),
]


def _split(name, lines, allowed=(MALFORMED,), why="a malformed request", clause=PSEUDO, path=b"/page"):
    """Lines behind the pseudo-header fields. The HEADERS frame ends within the line behind them, a CONTINUATION frame has its rest."""
    octets = block(pseudo(path=path)) + lines + block([(b"x-last", b"b")])
    frames = frame(HEADERS, END_STREAM, 1, octets[:-3]) + frame(CONTINUATION, END_HEADERS, 1, octets[-3:])
    return _frames(f"split-{name}", frames, allowed, why, clause)


SPLIT = [
    _split("plain", block([(b"x-a", b"b"), (b"te", b"trailers")]), (Resolved(b"", target=b"/page", fields=((b"x-a", b"b"), (b"x-last", b"b")), goes_on=True),), "what must pass"),
    _split("path-twice", block([(b":path", b"/other")])),
    _split("pseudo-after-field", block([(b"x-a", b"b"), (b":path", b"/other")])),
    _split("pseudo-last", block([(b"x-a", b"b"), (b":path", b"/page")]), path=None),
    _split("unknown-pseudo", block([(b":evil", b"1")])),
    *(
        _split(f"connection-{name.decode()}", block([(name, value)]), clause=CONNECTION, why="a field of the connection")
        for name, value in (
            (b"connection", b"close"),
            (b"keep-alive", b"timeout=9"),
            (b"proxy-connection", b"keep-alive"),
            (b"transfer-encoding", b"chunked"),
            (b"upgrade", b"h2c"),
        )
    ),
    _split("connection-huffman", b"\0\x87\x21\xea\xa8\xa4\x49\x8f\x57\x05close", clause=CONNECTION, why="a field of the connection"),
    _split("te-gzip", block([(b"te", b"gzip")]), clause=CONNECTION, why="trailers alone"),
    _split("upper-case", block([(b"X-A", b"b")]), clause=FIELDS, why="lower case alone"),
    _split("name-empty", b"\x40\0\0", clause=FIELDS, why="a name has a character"),
    _split("table-size", b"\x20", clause="RFC 7541 4.2", why="before the first line alone"),
]

TUNNEL = [
    _case("connect", [(b":method", b"CONNECT"), (b":authority", b"x.test:443")], clause=CONNECT, why="a gateway is no tunnel"),
    _case("connect-path", pseudo(method=b"CONNECT"), clause=CONNECT, why="no path here"),
    _case("connect-content", [(b":method", b"CONNECT"), (b":authority", b"x.test:443")], clause=CONNECT, content=INNER, why="a gateway is no tunnel"),
    _case("connect-length", [(b":method", b"CONNECT"), (b":authority", b"x.test:443"), (b"content-length", b"%d" % len(INNER))], clause=CONNECT, content=INNER, why="a gateway is no tunnel"),
    _case("connect-protocol", [*pseudo(method=b"CONNECT"), (b":protocol", b"websocket")], clause="RFC 8441 4", why="not offered in the settings"),
    _case("connect-protocol-crlf", [*pseudo(method=b"CONNECT"), (b":protocol", b"websocket\r\nX-A: b")], clause="RFC 8441 4", why="two lines of HTTP/1.1"),
    _case("expect", _post((b"expect", b"100-continue"), (b"content-length", b"3")), (Resolved(b"abc"), Refused((417,), closes=False)), clause="RFC 9110 10.1.1", content=b"abc", why="content stays content"),
    _case("expect-other", _post((b"expect", b"y 100-continue"), (b"content-length", b"3")), (Resolved(b"abc"), Refused((417, 400), closes=False)), clause="RFC 9110 10.1.1", content=b"abc", why="content stays content"),
]

FRAMES = [
    _frames("stream-even", headers(2, pseudo()), why="of servers alone", stream=2),
    _frames("stream-zero", headers(0, pseudo()), why="the connection's own"),
    _frames("stream-lower", headers(3, pseudo(path=b"/page")) + headers(1, pseudo(path=b"/evil")), (MALFORMED, Resolved(target=b"/page")), "numbers rise"),
    _frames("data-first", data(1, b"abc"), why="a stream that isn't open"),
    _frames("data-zero", data(0, b"abc"), why="the connection's own", stream=1),
    _frames("data-padding", headers(1, _post(), end=False) + frame(DATA, END_STREAM | PADDED, 1, b"\xffabc"), why="more padding than frame"),
    _frames("headers-padding", frame(HEADERS, END_STREAM | END_HEADERS | PADDED, 1, b"\xff" + block(pseudo())), why="more padding than frame"),
    _frames("continuation-first", frame(CONTINUATION, END_HEADERS, 1, block(pseudo())), why="nothing to continue"),
    _frames("continuation-split", headers(1, pseudo()[:2], whole=False) + frame(CONTINUATION, END_HEADERS, 1, block(pseudo()[2:])), (PASSED,), "what must pass"),
    _frames("continuation-other-stream", headers(1, pseudo(), whole=False) + frame(CONTINUATION, END_HEADERS, 3, b""), why="nothing may come between"),
    _frames("continuation-interrupted", headers(1, pseudo(), whole=False) + data(1, b"abc"), why="nothing may come between"),
    _frames("continuation-flood", headers(1, pseudo(), whole=False) + frame(CONTINUATION, 0, 1, block([(b"x-a", b"a" * 1000)]) * 10) * 300, why="bounded (CVE-2024-27919)"),
    _frames("continuation-flood-empty", headers(1, pseudo(), whole=False) + frame(CONTINUATION, 0, 1) * 20000, why="bounded (CVE-2024-27919)"),
    _frames("fields-many", headers(1, _with(*((b"x-%d" % number, b"") for number in range(700)))), why="bounded"),
    _frames("cookie-crumbs-many", headers(1, _with(*[(b"cookie", b"a=b")] * 1000)), (MALFORMED, Resolved(b"")), "bounded (CVE-2026-49975), or joined"),
    _frames("table-bomb", frame(HEADERS, END_STREAM | END_HEADERS, 1, block(pseudo()) + b"\x40\x03x-a\x7f\x81\x1e" + b"a" * 4000 + b"\xbe" * 12000), why="indexed fields of 4,000 octets, 12,000 times"),
    _frames("index-unknown", frame(HEADERS, END_STREAM | END_HEADERS, 1, block(pseudo()) + b"\xff\x80\x01"), why="no such entry"),
    _frames("index-zero", frame(HEADERS, END_STREAM | END_HEADERS, 1, block(pseudo()) + b"\x80"), why="no such entry"),
    _frames("integer-overflow", frame(HEADERS, END_STREAM | END_HEADERS, 1, block(pseudo()) + b"\xff" + b"\xff" * 20 + b"\x01"), why="more than any number"),
    _frames("block-cut", frame(HEADERS, END_STREAM | END_HEADERS, 1, block(pseudo())[:-3]), why="half of a field"),
    _frames("data-empty-flood", headers(1, _post(), end=False) + data(1, b"", end=False) * 5000 + data(1, b"abc"), (MALFORMED, Resolved(b"abc")), "bounded, or read away (RUSTSEC-2026-0258)"),
    _frames("settings-flood", frame(SETTINGS, 0, 0) * 3000 + headers(1, pseudo()), (MALFORMED, PASSED), "bounded, or answered"),
    _frames("settings-odd", frame(SETTINGS, 0, 0, b"\0\x04\xff\xff\xff\xff") + headers(1, pseudo()), why="a window beyond 2^31-1"),
    _frames("settings-length", frame(SETTINGS, 0, 0, b"\0\0\0") + headers(1, pseudo()), why="six octets each"),
    _frames("window-zero", frame(WINDOW_UPDATE, 0, 0, b"\0\0\0\0") + headers(1, pseudo()), why="an increment of none"),
    _frames("window-overflow", frame(WINDOW_UPDATE, 0, 0, b"\x7f\xff\xff\xff") * 2 + headers(1, pseudo()), why="a window beyond 2^31-1"),
    _frames("priority-itself", frame(HEADERS, END_STREAM | END_HEADERS | 32, 1, b"\0\0\0\x01\x10" + block(pseudo())), (MALFORMED, PASSED), "a stream that depends on itself; RFC 9113 has no priorities"),
    _frames("priority-itself-table", frame(HEADERS, END_STREAM | END_HEADERS | 32, 1, b"\0\0\0\x01\x10" + block(pseudo(path=b"/reset")) + b"\x40\x03x-a\x01b") + frame(HEADERS, END_STREAM | END_HEADERS, 3, block(pseudo()) + b"\xbe"), (MALFORMED, Resolved(b"", target=b"/page", fields=((b"x-a", b"b"),))), "what it entered in the table is there for the next request, or there is none", stream=3, floods=True),
    _frames("priority-length", frame(PRIORITY, 0, 1, b"\0\0") + headers(1, pseudo()), (MALFORMED,), "five octets"),
    _frames("frame-too-large", frame(DATA, 0, 1, b"a" * 20000), why="more than the settings allow"),
    _frames("frame-unknown", frame(0xEE, 0xFF, 1, b"abc") + headers(1, pseudo()), (PASSED,), "an unknown frame is ignored"),
    _frames("push-promise", frame(5, END_HEADERS, 1, b"\0\0\0\x02" + block(pseudo())), why="of servers alone"),
    _frames("rapid-reset", b"".join(headers(number, pseudo(path=b"/reset")) + frame(RST_STREAM, 0, number, b"\0\0\0\x08") for number in range(1, 2001, 2)), (Refused(closes=False),), "bounded (CVE-2023-44487): the connection ends, others are served", stream=2001, floods=True),
    _frames("made-to-reset", b"".join(headers(number, pseudo(path=b"/reset")) + frame(WINDOW_UPDATE, 0, number, b"\0\0\0\0") for number in range(1, 2001, 2)), (Refused(closes=False),), "bounded (CVE-2025-8671): the connection ends, others are served", stream=2001, floods=True),
    _frames("window-shut", headers(1, pseudo()), (Resolved(b"", target=b"/page"),), "an answer that isn't taken is reset, or the connection ends", settings=(b"\0\x04\0\0\0\0",), follows=False),
]

CASES = PSEUDO_FIELDS + TARGETS + CONNECTION_FIELDS + NAMES + LENGTHS + TRAILERS + SPLIT + TUNNEL + FRAMES
