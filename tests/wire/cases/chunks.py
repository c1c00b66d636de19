"""Chunks."""

from case import INNER, Case, Refused, Resolved, post

CHUNKED = "RFC 9112 7.1"
EXTENSION = "RFC 9112 7.1.1"
TRAILERS = "RFC 9110 6.5.1"
TE = b"Transfer-Encoding: chunked"
NO_LENGTH = Refused((411,))
ABC = (Resolved(b"abc", goes_on=True), NO_LENGTH)


def _case(name, content, allowed=(Refused(),), why="", clause=CHUNKED, **more):
    return Case(f"chunk-{name}", clause, post(content, TE), allowed, why, **more)


def _size(name, size, allowed=(Refused(),), why="no size"):
    return _case(f"size-{name}", size + b"\r\nabc\r\n0\r\n\r\n", allowed, why)


SIZES = [
    _size("plain", b"3", ABC, "what must pass"),
    _size("leading-zero", b"03", ABC, "1*HEXDIG"),
    _size("leading-zeros", b"0" * 13 + b"3", (*ABC, Refused()), "many zeros may be too many"),
    _size("zeros-beyond-64-bits", b"0" * 40 + b"3", (Refused(), Resolved(b"abc")), "many zeros may be too many"),
    _size("empty", b""),
    _size("space", b" ", why="no digit"),
    _size("space-before", b" 3", why="space before the size"),
    _size("space-behind", b"3 ", (Refused(), Resolved(b"abc")), "bad white space (RFC 9110 5.6.3): none is defined here, some send it"),
    _size("tab-behind", b"3\t", (Refused(), Resolved(b"abc")), "bad white space: none is defined here"),
    _size("space-inside", b"0 3", why="two numbers"),
    _size("hex-prefix", b"0x3", why="a prefix is no digit"),
    _size("h-suffix", b"3h", why="a suffix is no digit"),
    _size("plus", b"+3", why="a sign is no digit"),
    _size("minus", b"-3", why="a sign is no digit"),
    _size("minus-zero", b"-0", why="a sign is no digit"),
    _size("point", b"3.0", why="a point is no digit"),
    _size("underscore", b"0_3", why="some languages read 3"),
    _size("quoted", b'"3"', why="quotes are no digits"),
    _size("word", b"zz"),
    _size("non-ascii", b"\xb3", why="an octet that Unicode calls a digit"),
    _size("fullwidth", "３".encode(), why="digits of another script"),
    _size("nul", b"3\x00", why="NUL behind the size"),
    _size("nul-before", b"\x003", why="NUL before the size"),
    _size("vertical-tab", b"3\x0b", why="a control character that some trim"),
    _size("overflow-64", b"10000000000000003", why="2^64+3 is 3 for those who wrap"),
    _size("overflow-32", b"100000003", why="2^32+3 is 3 for those who wrap"),
    _size("overflow-63", b"8000000000000003", why="negative for some"),
    _size("overflow-all-bits", b"ffffffffffffffff", why="-1 for some"),
    _size("overflow-all-bits-less", b"fffffffffffffffd", why="wraps when the CR LF is added"),
    _size("overflow-17-digits", b"fffffffffffffffff", why="more than 64 bits"),
    _size("overflow-long", b"1" * 5000, why="more digits than any number has"),
    _size("list", b"3, 3", why="two sizes"),
]

EXTENSIONS = [
    _size(f"ext-{name}", b"3" + extension, allowed, why)
    for name, extension, allowed, why in (
        ("name", b";a", ABC, "extensions that aren't known are ignored"),
        ("value", b";a=b", ABC, "extensions that aren't known are ignored"),
        ("several", b";a=b;c=d;e", ABC, "extensions that aren't known are ignored"),
        ("quoted", b';a="b c"', ABC, "extensions that aren't known are ignored"),
        ("quoted-semicolon", b';a="b;c"', ABC, "extensions that aren't known are ignored"),
        ("bad-space", b" ; a = b", ABC, "bad white space must be read away"),
        ("quoted-crlf", b';a="\r\n3"', (Refused(),), "a line end inside quotes ends the line all the same"),
        ("empty", b";", (Refused(), Resolved(b"abc")), "no name"),
        ("no-semicolon", b" a=b", (Refused(),), "an extension begins with a semicolon"),
        ("comma", b",a=b", (Refused(),), "an extension begins with a semicolon"),
        ("nul", b";a=\x00", (Refused(), Resolved(b"abc")), "an extension is ignored, whatever it is"),
        ("control", b";a=\x01b", (Refused(), Resolved(b"abc")), "an extension is ignored, whatever it is"),
        ("bare-cr", b";a\rb", (Refused(),), "a bare CR ends a line for some"),
        ("cr-cr", b";a\r", (Refused(),), "CR CR LF"),
        ("bare-lf", b";a\n3", (Refused(),), "TERM.EXT: a bare LF ends the line for some, and not for others"),
        ("bare-lf-first", b";\nxx", (Refused(),), "TERM.EXT: a bare LF ends the line for some"),
        ("unended", b';a="b', (Refused(), Resolved(b"abc")), "quotes without an end"),
        ("non-ascii", b";a=\xe9", (Refused(), Resolved(b"abc")), "obs-text is in no token"),
        ("long", b";" + b"a" * 3000, (Refused(), Resolved(b"abc")), "a limit may be lower"),
        ("far-too-long", b";" + b"a" * 100000, (Refused(),), "extensions must be bounded"),
    )
]

LINES = [
    _case("bare-lf-size", b"3\nabc\r\n0\r\n\r\n", why="a bare LF behind a size"),
    _case("bare-lf-data", b"3\r\nabc\n0\r\n\r\n", why="a bare LF behind the data"),
    _case("bare-lf-last", b"3\r\nabc\r\n0\n\r\n", why="a bare LF behind the last size"),
    _case("bare-lf-end", b"3\r\nabc\r\n0\r\n\n", why="a bare LF at the end", allowed=(Refused(), Resolved(b"abc", goes_on=False))),
    _case("bare-lf-all", b"3\nabc\n0\n\n", why="bare LFs alone"),
    _case("bare-cr-size", b"3\rabc\r\n0\r\n\r\n", why="a bare CR behind a size"),
    _case("bare-cr-data", b"3\r\nabc\r0\r\n\r\n", why="a bare CR behind the data"),
    _case("crcrlf-size", b"3\r\r\nabc\r\n0\r\n\r\n", why="CR CR LF behind a size"),
    _case("lfcr", b"3\n\rabc\r\n0\r\n\r\n", why="the other way round"),
    _case("no-end-of-data", b"3\r\nabc0\r\n\r\n", why="nothing behind the data"),
    _case("junk-behind-data", b"3\r\nabcX\r\n0\r\n\r\n", why="more data than the size says"),
    _case("junk-behind-data-two", b"3\r\nabcXY0\r\n\r\n", why="two octets that some skip unseen"),
    _case("junk-pair-behind-data", b"3\r\nabcXX\r\n0\r\n\r\n", why="two octets that some skip unseen"),
    _case("empty-line-between", b"3\r\nabc\r\n\r\n0\r\n\r\n", why="an empty line is no size"),
    _case("space-behind-data", b"3\r\nabc \r\n0\r\n\r\n", why="more data than the size says"),
    _case("size-too-large", b"5\r\nabc\r\n0\r\n\r\n", why="the size counts: the CR LF is data, and 0 no line end", allowed=(Refused(),)),
    _case("one-octet-each", b"1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n", ABC, "what must pass"),
    _case("hides-a-request", b"%x\r\n%s\r\n0\r\n\r\n" % (len(INNER), INNER), (Resolved(INNER, goes_on=True), NO_LENGTH), "content that looks like a request"),
    _case("no-last", b"3\r\nabc\r\n", why="an upload that breaks off is never whole", follows=False, finish=True),
    _case("no-last-line", b"3\r\nabc\r\n0\r\n", why="the end is the empty line", follows=False, finish=True),
    _case("half-of-data", b"9\r\nabc", why="an upload that breaks off is never whole", follows=False, finish=True),
    _case("zero-twice", b"3\r\nabc\r\n0\r\n\r\n0\r\n\r\n", (Resolved(b"abc", closes=True), Refused()), "what follows the last chunk is no request"),
    _case("zero-only", b"0\r\n\r\n", (Resolved(b"", goes_on=True), NO_LENGTH), "what must pass"),
    _case("zeros-only", b"000\r\n\r\n", (Resolved(b"", goes_on=True), Refused()), "last-chunk is 1*\"0\""),
    _case("size-none-at-all", b"\r\n", why="no chunk", follows=True),
]


def _trailer(name, lines, allowed, why):
    return _case(f"trailer-{name}", b"3\r\nabc\r\n0\r\n" + lines + b"\r\n", allowed, why, TRAILERS)


# What no field line is may be dropped with its section: the empty line ends it for everyone.
MALFORMED = (Refused(), Resolved(b"abc", no_trailers=(None,)))


def _dropped(field):
    return (Resolved(b"abc", no_trailers=(field,)), Refused())


TRAILER_FIELDS = [
    _trailer("plain", b"X-Sum: 1\r\n", (Resolved(b"abc", goes_on=True), NO_LENGTH), "passed on, or dropped"),
    *(
        _trailer(name, line + b"\r\n", _dropped(line.split(b":")[0].lower()), "never in trailers")
        for name, line in (
            ("content-length", b"Content-Length: 3"),
            ("transfer-encoding", b"Transfer-Encoding: chunked"),
            ("host", b"Host: evil.test"),
            ("trailer", b"Trailer: X-Sum"),
            ("authorization", b"Authorization: Basic eA=="),
            ("te", b"TE: trailers"),
            ("connection", b"Connection: X-Sum"),
            ("upgrade", b"Upgrade: h2c"),
            ("x-forwarded-for", b"X-Forwarded-For: 192.0.2.1"),
            ("x-forwarded-host", b"X-Forwarded-Host: evil.test"),
            ("x-real-ip", b"X-Real-IP: 192.0.2.1"),
            ("forwarded", b"Forwarded: for=192.0.2.1"),
            ("cookie", b"Cookie: sessionid=1"),
            ("set-cookie", b"Set-Cookie: sessionid=1"),
        )
    ),
    _trailer("no-colon", b"X-Sum\r\n", MALFORMED, "no field line, or no trailer is passed on"),
    _trailer("space-before-colon", b"X-Sum : 1\r\n", MALFORMED, "no field line, or no trailer is passed on"),
    _trailer("folded", b"X-Sum: 1\r\n 2\r\n", (Refused(), Resolved(b"abc")), "refused, unfolded or dropped"),
    _trailer("nul", b"X-Sum: \x00\r\n", MALFORMED, "a control character, or no trailer is passed on"),
    _trailer("bare-cr", b"X-Sum: 1\r2\r\n", MALFORMED, "a bare CR, or no trailer is passed on"),
    _trailer("bare-lf", b"X-Sum: 1\n", (Refused(), Resolved(b"abc")), "RFC 9112 2.2: a bare LF ends a line, or is refused"),
    _trailer("empty-name", b": 1\r\n", MALFORMED, "no field line, or no trailer is passed on"),
    _trailer("request-line", b"GET /smuggled HTTP/1.1\r\nHost: x.test\r\n", MALFORMED, "no field line, or no trailer is passed on"),
    _trailer("many", b"".join(b"X-%d: 1\r\n" % number for number in range(1000)), (Refused(), Resolved(b"abc")), "trailers must be bounded, or dropped"),
    _trailer("large", b"X-Sum: " + b"x" * 200000 + b"\r\n", (Refused(), Resolved(b"abc", absent=(b"x-sum",))), "trailers must be bounded, or dropped"),
]

CASES = SIZES + EXTENSIONS + LINES + TRAILER_FIELDS
