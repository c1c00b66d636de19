"""What an origin server answers."""

from dataclasses import replace

from case import Answer, Bad, Cut, Good

LENGTH = "RFC 9112 6.3 rule 5"
CODING = "RFC 9112 6.1, 6.3"
CHUNKED = "RFC 9112 7.1"
LINE = "RFC 9112 2.2, 4"
FIELD = "RFC 9112 5"
INTERIM = "RFC 9110 15.2"
EMPTY = "RFC 9110 6.4.1"
END = "RFC 9112 8, 9.3"
PAGE = b"page"
CHUNKS = b"4\r\npage\r\n0\r\n\r\n"
POISON = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"
CUT = Cut(PAGE)


def _answer(name, *fields, content=PAGE, start=b"HTTP/1.1 200 OK", allowed=(Bad(),), why="", clause=FIELD, **more):
    return Answer(f"answer-{name}", clause, b"\r\n".join([start, *fields]) + b"\r\n\r\n" + content, allowed, why, **more)


def _raw(name, octets, allowed=(Bad(),), why="", clause=LINE, **more):
    return Answer(f"answer-{name}", clause, octets, allowed, why, **more)


FOUR, TE = b"Content-Length: 4", b"Transfer-Encoding: chunked"

LENGTHS = [
    _answer("plain", FOUR, allowed=(Good(),), why="what must pass", reuse=True),
    _answer("chunked", TE, content=CHUNKS, allowed=(Good(),), why="what must pass", reuse=True),
    _answer("close", allowed=(Good(),), why="what must pass", ends=True),
    _answer("old-close", start=b"HTTP/1.0 200 OK", allowed=(Good(),), why="what must pass", ends=True),
    *(
        _answer(f"length-{name}", b"Content-Length: " + value, clause=LENGTH, why=why)
        for name, value, why in (
            ("plus", b"+4", "a sign is no digit"),
            ("minus", b"-4", "a sign is no digit"),
            ("hex", b"0x4", "a prefix is no digit"),
            ("empty", b"", "no digit at all"),
            ("word", b"x", "no digit at all"),
            ("space", b"4 0", "two numbers"),
            ("float", b"4.0", "a point is no digit"),
            ("semicolon", b"4;", "a parameter is none"),
            ("list-differing", b"4, 5", "two lengths"),
            ("u64", b"18446744073709551620", "2^64+4 is 4 for those who wrap"),
            ("huge", b"9" * 300, "more digits than any number has"),
        )
    ),
    _answer("length-twice-differing", FOUR, b"Content-Length: 5", clause=LENGTH, why="two lengths"),
    _answer("length-apart-differing", FOUR, b"X-A: b", b"Content-Length: 5", clause=LENGTH, why="two lengths"),
    _answer("length-twice-equal", FOUR, FOUR, clause=LENGTH, allowed=(Bad(), Good()), why="equal ones may be merged into one", reuse=True),
    _answer("length-list-equal", b"Content-Length: 4, 4", clause=LENGTH, allowed=(Bad(), Good()), why="equal ones may be merged into one", reuse=True),
    _answer("length-too-long", b"Content-Length: 10", clause=END, allowed=(Bad(), CUT), why="truncation is seen", ends=True),
    _answer("length-too-short", b"Content-Length: 2", clause=END, allowed=(Good(b"pa"), Bad()), why="what is left over is nobody's answer"),
    _answer("length-then-answer", FOUR, content=PAGE + POISON, clause=END, allowed=(Good(), Bad()), why="an answer that nobody asked for"),
    _answer("length-zero-then-answer", b"Content-Length: 0", content=POISON, clause=END, allowed=(Good(b""), Bad()), why="an answer that nobody asked for"),
    _answer("length-then-octet", FOUR, content=PAGE + b"\r\n", clause=END, allowed=(Good(), Bad()), why="an octet too many"),
    _answer("length-name-space", b"Content-Length : 4", allowed=(Bad(), Good(absent=())), why="a proxy must remove the space, or refuse", ends=True),
]

BOTH = [
    _answer("both-length-first", b"Content-Length: 2", TE, content=CHUNKS, clause=CODING, allowed=(Bad(), Good()), why="chunks count, and the connection ends"),
    _answer("both-coding-first", TE, b"Content-Length: 2", content=CHUNKS, clause=CODING, allowed=(Bad(), Good()), why="chunks count, and the connection ends"),
    _answer("both-length-fits", b"Content-Length: 14", TE, content=CHUNKS, clause=CODING, allowed=(Bad(), Good()), why="chunks count, and the connection ends"),
    _answer("both-length-invalid", b"Content-Length: x", TE, content=CHUNKS, clause=CODING, allowed=(Bad(), Good()), why="chunks count, and the connection ends"),
    _answer("both-poison", b"Content-Length: %d" % (5 + len(POISON)), TE, content=b"0\r\n\r\n" + POISON, clause=CODING, allowed=(Bad(), Good(b"")), why="what follows the last chunk is nobody's answer"),
    *(
        _answer(f"coding-{name}", *(b"Transfer-Encoding: " + one for one in values), content=CHUNKS, clause=CODING, allowed=allowed, why=why, ends=True)
        for name, values, allowed, why in (
            ("gzip", [b"gzip"], (Bad(), Good(CHUNKS, fields=((b"transfer-encoding", b"gzip"),))), "nobody asked for it"),
            ("gzip-chunked", [b"gzip, chunked"], (Bad(), Good(None, fields=((b"transfer-encoding", b"gzip, chunked"),))), "nobody asked for it"),
            ("chunked-gzip", [b"chunked, gzip"], (Bad(),), "its end is the connection's; what it is nobody knows"),
            ("chunked-twice", [b"chunked, chunked"], (Bad(),), "chunked must not be applied twice"),
            ("chunked-two-lines", [b"chunked", b"chunked"], (Bad(),), "chunked must not be applied twice"),
            ("identity", [b"identity"], (Bad(), Good(CHUNKS)), "withdrawn by RFC 7230"),
            ("xchunked", [b"xchunked"], (Bad(),), "an unknown coding"),
            ("quoted", [b'"chunked"'], (Bad(),), "an unknown coding"),
            ("parameter", [b"chunked;a=b"], (Bad(),), "chunked has no parameters"),
            ("vertical-tab", [b"\x0bchunked"], (Bad(),), "a control character that some trim"),
        )
    ),
    _answer("coding-old", TE, content=CHUNKS, start=b"HTTP/1.0 200 OK", clause=CODING, allowed=(Bad(), Good()), why="framing of HTTP/1.0 is faulty, and the connection ends", ends=True),
    _answer("coding-name-space", b"Transfer-Encoding : chunked", content=CHUNKS, clause=CODING, allowed=(Bad(), Good()), why="a proxy must remove the space, or refuse", ends=True),
]

CHUNK_FAULTS = [
    _answer(f"chunk-{name}", TE, content=content, clause=CHUNKED, allowed=allowed, why=why)
    for name, content, allowed, why in (
        ("extension", b"4;a=\"b;c\"\r\npage\r\n0\r\n\r\n", (Good(), Bad()), "extensions that aren't known are ignored"),
        ("size-word", b"zz\r\npage\r\n0\r\n\r\n", (Bad(), CUT), "no size"),
        ("size-hex-prefix", b"0x4\r\npage\r\n0\r\n\r\n", (Bad(), CUT), "no size"),
        ("size-minus", b"-4\r\npage\r\n0\r\n\r\n", (Bad(), CUT), "no size"),
        ("size-empty", b"\r\npage\r\n0\r\n\r\n", (Bad(), CUT), "no size"),
        ("size-space-before", b" 4\r\npage\r\n0\r\n\r\n", (Bad(), CUT), "no size"),
        ("size-overflow", b"10000000000000004\r\npage\r\n0\r\n\r\n", (Bad(), CUT), "2^64+4 is 4 for those who wrap"),
        ("size-nul", b"4\x00\r\npage\r\n0\r\n\r\n", (Bad(), CUT), "no size"),
        ("bare-lf", b"4\npage\n0\n\n", (Bad(), CUT), "a bare LF behind a size"),
        ("bare-cr", b"4\rpage\r0\r\r", (Bad(), CUT), "a bare CR ends nothing"),
        ("junk", b"4\r\npageX\r\n0\r\n\r\n", (Bad(), CUT), "more data than the size says"),
        ("junk-two", b"4\r\npageXX0\r\n\r\n", (Bad(), CUT), "two octets that some skip unseen"),
        ("second-malformed", b"2\r\npa\r\nzz\r\nge\r\n0\r\n\r\n", (Bad(), CUT), "truncation is seen"),
        ("extension-bare-lf", b"4;a\nX\r\npage\r\n0\r\n\r\n", (Bad(), CUT), "TERM.EXT: a bare LF ends the line for some"),
        ("extension-long", b"4;" + b"a" * 200000 + b"\r\npage\r\n0\r\n\r\n", (Bad(), CUT), "extensions must be bounded"),
        ("trailer-plain", b"4\r\npage\r\n0\r\nX-Sum: 1\r\n\r\n", (Good(),), "passed on, or dropped"),
        ("trailer-length", b"4\r\npage\r\n0\r\nContent-Length: 9\r\n\r\n", (Good(absent=(b"content-length",)), Bad(), CUT), "never in trailers"),
        ("trailer-cookie", b"4\r\npage\r\n0\r\nSet-Cookie: sessionid=1\r\n\r\n", (Good(absent=(b"set-cookie",)), Bad(), CUT), "never in trailers"),
        ("trailer-coding", b"4\r\npage\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n", (Good(), Bad(), CUT), "never in trailers"),
        ("trailer-no-colon", b"4\r\npage\r\n0\r\nX-Sum\r\n\r\n", (Good(absent=(b"x-sum",)), Bad(), CUT), "no field line"),
        ("trailer-many", b"4\r\npage\r\n0\r\n" + b"".join(b"X-%d: 1\r\n" % number for number in range(3000)) + b"\r\n", (Bad(), CUT, Good(absent=(b"x-1",))), "trailers must be bounded, or dropped"),
        ("then-answer", CHUNKS + POISON, (Good(), Bad()), "an answer that nobody asked for"),
    )
]
CHUNK_FAULTS = [replace(case, reuse=case.id == "answer-chunk-extension" or "trailer" in case.id) for case in CHUNK_FAULTS]
CHUNK_FAULTS += [
    _answer("chunk-no-last", TE, content=b"4\r\npage\r\n", clause=END, allowed=(Bad(), CUT), why="truncation is seen", ends=True),
    _answer("chunk-half", TE, content=b"9\r\npage", clause=END, allowed=(Bad(), CUT), why="truncation is seen", ends=True),
    _answer("chunk-no-empty-line", TE, content=b"4\r\npage\r\n0\r\n", clause=END, allowed=(Bad(), CUT), why="truncation is seen", ends=True),
    _answer("chunk-none", TE, content=b"", clause=END, allowed=(Bad(), Cut(b"")), why="truncation is seen", ends=True),
]

STATUS_LINES = [
    _raw(f"line-{name}", octets, allowed, why, ends=True, again=name.startswith(("nothing", "half")))
    for name, octets, allowed, why in (
        ("garbage", b"nothing that is HTTP", (Bad(),), "HTTP/0.9, which nobody speaks"),
        ("html", b"<html>hello</html>", (Bad(),), "HTTP/0.9, which nobody speaks"),
        ("binary", bytes(range(256)), (Bad(),), "another protocol"),
        ("nothing", b"", (Bad(),), "no answer"),
        ("half", b"HTTP/1.1 200", (Bad(),), "half of a line"),
        ("half-head", b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n", (Bad(),), "half of a head"),
        ("tls-alert", b"\x15\x03\x01\x00\x02\x02\x28", (Bad(),), "another protocol"),
        ("http2", b"\x00\x00\x00\x04\x00\x00\x00\x00\x00", (Bad(),), "another protocol"),
        ("ssh", b"SSH-2.0-OpenSSH_9.2\r\n", (Bad(),), "another protocol"),
        ("empty-before", b"\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage", (Bad(), Good()), "an empty line before an answer isn't provided for"),
        ("space-before", b" HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage", (Bad(),), "no status line"),
        ("lower-case", b"http/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage", (Bad(),), "the name has a case"),
        ("version-2", b"HTTP/2.0 200 OK\r\nContent-Length: 4\r\n\r\npage", (Bad(),), "another major version"),
        ("version-9", b"HTTP/9.9 200 OK\r\nContent-Length: 4\r\n\r\npage", (Bad(),), "another major version"),
        ("version-0.9", b"HTTP/0.9 200 OK\r\nContent-Length: 4\r\n\r\npage", (Bad(),), "not written so"),
        ("version-long", b"HTTP/1.10 200 OK\r\nContent-Length: 4\r\n\r\npage", (Bad(),), "DIGIT \".\" DIGIT"),
        ("code-two-digits", b"HTTP/1.1 20 OK\r\nContent-Length: 4\r\n\r\npage", (Bad(),), "3DIGIT"),
        ("code-four-digits", b"HTTP/1.1 2000 OK\r\nContent-Length: 4\r\n\r\npage", (Bad(),), "3DIGIT"),
        ("code-word", b"HTTP/1.1 OK\r\nContent-Length: 4\r\n\r\npage", (Bad(),), "3DIGIT"),
        ("code-000", b"HTTP/1.1 000 No\r\nContent-Length: 4\r\n\r\npage", (Bad(),), "from 100"),
        ("code-minus", b"HTTP/1.1 -20 No\r\nContent-Length: 4\r\n\r\npage", (Bad(),), "3DIGIT"),
        ("code-999", b"HTTP/1.1 999 Odd\r\nContent-Length: 4\r\n\r\npage", (Bad(), Good(status=999)), "an unknown class is read as x00"),
        ("two-spaces", b"HTTP/1.1  200 OK\r\nContent-Length: 4\r\n\r\npage", (Bad(), Good()), "white space may be read leniently, never passed on"),
        ("no-reason", b"HTTP/1.1 200 \r\nContent-Length: 4\r\n\r\npage", (Good(),), "a reason may be empty"),
        ("no-reason-no-space", b"HTTP/1.1 200\r\nContent-Length: 4\r\n\r\npage", (Bad(), Good()), "the space is needed, and often missing"),
        ("reason-control", b"HTTP/1.1 200 O\x01K\r\nContent-Length: 4\r\n\r\npage", (Bad(), Good()), "no control character is passed on"),
        ("reason-bare-cr", b"HTTP/1.1 200 O\rK\r\nContent-Length: 4\r\n\r\npage", (Bad(), Good()), "no bare CR is passed on"),
        ("reason-nul", b"HTTP/1.1 200 O\x00K\r\nContent-Length: 4\r\n\r\npage", (Bad(), Good()), "no NUL is passed on"),
        ("bare-lf", b"HTTP/1.1 200 OK\nContent-Length: 4\n\npage", (Bad(), Good()), "a bare LF may be taken as a line end"),
        ("bare-cr", b"HTTP/1.1 200 OK\rContent-Length: 4\r\rpage", (Bad(),), "a bare CR ends nothing"),
    )
]

FIELDS = [
    _answer(f"field-{name}", FOUR, line, allowed=allowed, why=why)
    for name, line, allowed, why in (
        ("bare-cr", b"X-A: b\rX-C: d", (Bad(), Good(absent=(b"x-c",))), "a bare CR is invalid, or a space"),
        ("nul", b"X-A: b\x00c", (Bad(), Good()), "no NUL is passed on"),
        ("control", b"X-A: b\x01c", (Bad(), Good()), "no control character is passed on"),
        ("delete", b"X-A: b\x7fc", (Bad(), Good()), "no control character is passed on"),
        ("no-colon", b"X-A", (Bad(), Good(absent=(b"x-a",))), "no field line"),
        ("empty-name", b": b", (Bad(), Good()), "a name has a character"),
        ("name-space", b"X A: b", (Bad(), Good()), "no character of a name"),
        ("space-before-colon", b"X-A : b", (Bad(), Good()), "a proxy must remove the space, or refuse"),
        ("name-control", b"X\x01A: b", (Bad(), Good()), "no character of a name"),
        ("name-non-ascii", b"X-\xe9: b", (Bad(), Good()), "no character of a name"),
        ("fold", b"X-A: b\r\n c", (Bad(), Good()), "refused, or unfolded"),
        ("fold-cookie", b"Set-Cookie: sessionid=1;\r\n Path=/", (Bad(), Good()), "refused, or unfolded"),
        ("bare-lf", b"X-A: b\nX-C: d", (Bad(), Good()), "a bare LF may be taken as a line end"),
        ("cookie-control", b"Set-Cookie: sessionid=\x01", (Bad(), Good(absent=(b"set-cookie",))), "no control character is passed on"),
        ("cookie-bare-cr", b"Set-Cookie: sessionid=1\rSet-Cookie: b=2", (Bad(), Good(absent=(b"set-cookie",))), "a bare CR is invalid"),
        ("fields-many", b"\r\n".join(b"X-%d: b" % number for number in range(3000)), (Bad(),), "bounded"),
        ("large", b"X-A: " + b"a" * 300000, (Bad(),), "bounded"),
    )
]
# What is well formed but for an odd line may leave its connection in order.
FIELDS = [replace(case, reuse=case.id not in ("answer-field-fields-many", "answer-field-large")) for case in FIELDS]
FIELDS += [
    _raw("field-fold-first", b"HTTP/1.1 200 OK\r\n X-A: b\r\nContent-Length: 4\r\n\r\npage", (Bad(), Good(absent=(b"x-a",))), "nothing to fold into", FIELD, reuse=True),
    _answer("connection-named", FOUR, b"Connection: X-A", b"X-A: b", allowed=(Good(absent=(b"x-a",)),), why="what it names ends here", clause="RFC 9110 7.6.1", reuse=True),
    _answer("connection-named-trailer", TE, b"Connection: X-A", b"Trailer: X-A", content=b"4\r\npage\r\n0\r\nX-A: b\r\n\r\n", allowed=(Good(absent=(b"x-a",)),), why="what it names ends here, as a trailer too", clause="RFC 9110 7.6.1", reuse=True, asks=(b"TE: trailers",)),
    _answer("connection-close", FOUR, b"Connection: close", allowed=(Good(),), why="it isn't used again", clause=END),
    _answer("connection-close-late", FOUR, b"X-A: b", b"Connection: X-A, CLOSE", allowed=(Good(),), why="it isn't used again", clause=END),
    _answer("keep-alive", FOUR, b"Keep-Alive: timeout=99", b"Connection: keep-alive", allowed=(Good(absent=(b"keep-alive",)),), why="of the connection", clause="RFC 9110 7.6.1", reuse=True),
    _answer("upgrade-offered", FOUR, b"Connection: Upgrade", b"Upgrade: h2c", allowed=(Good(absent=(b"upgrade",)),), why="of the connection", clause="RFC 9110 7.8", reuse=True),
    _answer("set-cookie-among-interim", b"Set-Cookie: sessionid=1", FOUR, start=b"HTTP/1.1 103 Early Hints\r\nSet-Cookie: other=1\r\n\r\nHTTP/1.1 200 OK", allowed=(Good(fields=((b"set-cookie", b"sessionid=1"),)),), why="a cookie of an interim answer isn't that of the final one", clause=INTERIM, reuse=True),
]

WEBSOCKET = (b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
FINAL = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage"
INTERIMS = [
    _raw("interim-continue", b"HTTP/1.1 100 Continue\r\n\r\n" + FINAL, (Good(),), "skipped, or passed on", INTERIM, reuse=True),
    _raw("interim-hints", b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n" + FINAL, (Good(),), "skipped, or passed on", INTERIM, reuse=True),
    _raw("interim-several", b"HTTP/1.1 102 Processing\r\n\r\n" * 3 + FINAL, (Good(),), "skipped, or passed on", INTERIM, reuse=True),
    _raw("interim-unknown", b"HTTP/1.1 199 Odd\r\n\r\n" + FINAL, (Good(), Bad()), "an unknown one is read as 100", INTERIM, reuse=True),
    _raw("interim-length", b"HTTP/1.1 100 Continue\r\nContent-Length: 4\r\n\r\n" + FINAL, (Good(), Bad()), "it has no content, whatever it says", "RFC 9112 6.3 rule 1", reuse=True),
    _raw("interim-chunked", b"HTTP/1.1 103 Early Hints\r\nTransfer-Encoding: chunked\r\n\r\n" + FINAL, (Good(), Bad()), "it has no content, whatever it says", "RFC 9112 6.3 rule 1", reuse=True),
    _raw("interim-flood", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 5000 + FINAL, (Bad(), Good()), "bounded, or passed on", INTERIM, reuse=True),
    _raw("interim-flood-endless", b"HTTP/1.1 100 Continue\r\n\r\n" * 20000, (Bad(),), "bounded", INTERIM, ends=True),
    _raw("interim-alone", b"HTTP/1.1 100 Continue\r\n\r\n", (Bad(),), "no answer", INTERIM, ends=True),
    _raw("interim-large", b"HTTP/1.1 103 Early Hints\r\nX-A: " + b"a" * 300000 + b"\r\n\r\n" + FINAL, (Bad(),), "bounded", INTERIM),
    _raw("interim-malformed", b"HTTP/1.1 103 Early Hints\r\nX A\r\n\r\n" + FINAL, (Bad(), Good()), "refused, or skipped whole", INTERIM, reuse=True),
    _raw("interim-bare-cr", b"HTTP/1.1 103 Early Hints\r\nX-A: b\rc\r\n\r\n" + FINAL, (Bad(), Good()), "refused, or skipped whole", INTERIM, reuse=True),
    _raw("switch-unasked", b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n" + POISON, (Bad(),), "nobody asked for it", "RFC 9110 7.8"),
    _raw("switch-unasked-h2c", b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", (Bad(),), "nobody asked for it", "RFC 9110 7.8"),
    _raw("switch-unnamed", b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + POISON, (Bad(),), "must say to which", "RFC 9110 7.8"),
    _raw("switch-to-another", b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n" + POISON, (Bad(),), "not what was asked for", "RFC 9110 7.8", asks=WEBSOCKET),
]

EMPTIES = [
    _answer("no-content", start=b"HTTP/1.1 204 No Content", content=b"", allowed=(Good(b"", 204),), why="what must pass", clause=EMPTY, reuse=True),
    _answer("no-content-length", FOUR, start=b"HTTP/1.1 204 No Content", allowed=(Good(b"", 204, absent=(b"content-length",)), Good(b"", 204), Bad()), why="it has no content; what follows is nobody's answer", clause=EMPTY),
    _answer("no-content-chunked", TE, content=CHUNKS, start=b"HTTP/1.1 204 No Content", allowed=(Good(b"", 204), Bad()), why="it has no content; what follows is nobody's answer", clause=EMPTY),
    _answer("no-content-poison", start=b"HTTP/1.1 204 No Content", content=POISON, allowed=(Good(b"", 204), Bad()), why="an answer that nobody asked for", clause=EMPTY),
    _answer("not-modified", b'ETag: "a"', FOUR, content=b"", start=b"HTTP/1.1 304 Not Modified", allowed=(Good(b"", 304),), why="its length is that of the page", clause=EMPTY, reuse=True, asks=(b'If-None-Match: "a"',)),
    _answer("not-modified-content", FOUR, start=b"HTTP/1.1 304 Not Modified", allowed=(Good(b"", 304), Bad()), why="it has no content; what follows is nobody's answer", clause=EMPTY, asks=(b'If-None-Match: "a"',)),
    _answer("not-modified-chunked", TE, content=CHUNKS, start=b"HTTP/1.1 304 Not Modified", allowed=(Good(b"", 304), Bad()), why="it has no content; what follows is nobody's answer", clause=EMPTY, asks=(b'If-None-Match: "a"',)),
    _answer("not-modified-poison", start=b"HTTP/1.1 304 Not Modified", content=POISON, allowed=(Good(b"", 304), Bad()), why="an answer that nobody asked for", clause=EMPTY, asks=(b'If-None-Match: "a"',)),
    _answer("reset-content", FOUR, start=b"HTTP/1.1 205 Reset Content", allowed=(Good(None, 205), Bad()), why="framed as any other", clause="RFC 9110 15.3.6", reuse=True),
    _answer("head", FOUR, content=b"", allowed=(Good(b""),), why="its length is that of the page", clause=EMPTY, reuse=True, method=b"HEAD"),
    _answer("head-content", FOUR, allowed=(Good(b""), Bad()), why="it has no content; what follows is nobody's answer", clause=EMPTY, method=b"HEAD"),
    _answer("head-chunked", TE, content=CHUNKS, allowed=(Good(b""), Bad()), why="it has no content; what follows is nobody's answer", clause=EMPTY, method=b"HEAD"),
    _answer("head-poison", FOUR, content=POISON, allowed=(Good(b""), Bad()), why="an answer that nobody asked for", clause=EMPTY, method=b"HEAD"),
    _answer("head-both", FOUR, TE, content=b"", allowed=(Good(b""), Bad()), why="neither is passed on beside the other", clause=EMPTY, method=b"HEAD", reuse=True),
    _answer("head-lengths", FOUR, b"Content-Length: 5", content=b"", allowed=(Good(b"", absent=(b"content-length",)), Bad()), why="two lengths", clause=LENGTH, method=b"HEAD"),
    _answer("two-answers", FOUR, content=PAGE + FINAL.replace(PAGE, b"evil"), allowed=(Good(), Bad()), why="an answer that nobody asked for", clause=END),
]

CASES = LENGTHS + BOTH + CHUNK_FAULTS + STATUS_LINES + FIELDS + INTERIMS + EMPTIES
