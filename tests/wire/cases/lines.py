"""Lines and fields."""

from case import Case, Refused, Resolved, get

LINE = "RFC 9112 2.2"
FOLD = "RFC 9112 5.2"
PASSED = Resolved(b"", target=b"/page", goes_on=True)
BAD = Refused((400,), bare=False)
NO_CONTENT = Resolved(b"", target=b"/page")


def _raw(name, octets, allowed, why, clause=LINE, **more):
    return Case(f"line-{name}", clause, octets, allowed, why, **more)


ENDS = [
    _raw("plain", get(), (PASSED,), "what must pass"),
    _raw("bare-lf-all", b"GET /page HTTP/1.1\nHost: x.test\n\n", (Refused(), NO_CONTENT), "a bare LF may be taken as a line end"),
    _raw("bare-lf-first", b"GET /page HTTP/1.1\nHost: x.test\r\n\r\n", (Refused(), NO_CONTENT), "a bare LF may be taken as a line end"),
    _raw("bare-lf-field", get(b"X-A: b\nX-C: d"), (Refused(), Resolved(fields=((b"x-a", b"b"), (b"x-c", b"d")))), "a bare LF may be taken as a line end"),
    _raw("bare-lf-empty", b"GET /page HTTP/1.1\r\nHost: x.test\r\n\n", (Refused(), NO_CONTENT), "a bare LF may be taken as a line end"),
    _raw("bare-lf-first-empty", b"GET /page HTTP/1.1\r\nHost: x.test\n\r\n", (Refused(), NO_CONTENT), "a bare LF may be taken as a line end"),
    _raw("bare-cr-all", b"GET /page HTTP/1.1\rHost: x.test\r\r", (Refused(),), "a bare CR ends nothing"),
    _raw("bare-cr-field", get(b"X-A: b\rX-C: d"), (Refused(), Resolved(absent=(b"x-c",))), "a bare CR ends nothing"),
    _raw("bare-cr-value-end", get(b"X-A: b\r"), (Refused(), NO_CONTENT), "CR CR LF"),
    _raw("bare-cr-value-start", get(b"X-A: \rb"), (Refused(), NO_CONTENT), "a bare CR is invalid, or a space"),
    _raw("bare-cr-name", get(b"X\r-A: b"), (BAD, Refused()), "no character of a name"),
    _raw("bare-cr-line", get(b"\r"), (Refused(),), "CR CR LF is no empty line"),
    _raw("bare-cr-request", get(target=b"/pa\rge"), (Refused(),), "no character of a target"),
    _raw("bare-cr-hides-end", b"GET /page HTTP/1.1\r\nHost: x.test\r\nX-A: b\r\r\nX-C: d\r\n\r\n", (Refused(), Resolved(fields=((b"x-c", b"d"),))), "CR CR LF is no empty line"),
    _raw("lfcr", b"GET /page HTTP/1.1\n\rHost: x.test\n\r\n\r", (Refused(),), "the other way round"),
    _raw("empty-before", b"\r\n" + get(), (Refused(), PASSED), "an empty line before a request is ignored"),
    _raw("empty-before-two", b"\r\n\r\n" + get(), (Refused(), PASSED), "one at least is ignored"),
    _raw("empty-before-lf", b"\n" + get(), (Refused(), PASSED), "a bare LF may be taken as a line end"),
    _raw("empty-before-cr", b"\r" + get(), (Refused(), PASSED), "a bare CR is no line"),
    _raw("empty-before-many", b"\r\n" * 5000 + get(), (Refused(), PASSED), "bounded, or ignored"),
    _raw("space-before", b" " + get(), (Refused(),), "no method", "RFC 9112 3"),
    _raw("nul-before", b"\x00" + get(), (Refused(),), "no method", "RFC 9112 3"),
    _raw("bom-before", b"\xef\xbb\xbf" + get(), (Refused(),), "no method", "RFC 9112 3"),
    _raw("half-of-head", b"GET /page HTTP/1.1\r\nHost: x.test\r\nX-A", (Refused(),), "a head that breaks off", "RFC 9112 8", follows=False, finish=True),
    _raw("half-of-line", b"GET /pa", (Refused(),), "a line that breaks off", "RFC 9112 8", follows=False, finish=True),
    _raw("tls-hello", b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03", (Refused(),), "another protocol", "RFC 9112 3", follows=False, finish=True),
    _raw("http2-preface", b"PRI /page HTTP/2.0\r\nHost: x.test\r\n\r\nSM\r\n\r\n", (Refused(),), "HTTP/2 where it isn't spoken", "RFC 9113 3.4"),
]

REQUEST_LINES = [
    _raw(f"request-{name}", octets + b"\r\nHost: x.test\r\n\r\n", allowed, why, "RFC 9112 3")
    for name, octets, allowed, why in (
        ("two-spaces-first", b"GET  /page HTTP/1.1", (Refused(), NO_CONTENT), "white space may be read leniently, never passed on"),
        ("two-spaces-last", b"GET /page  HTTP/1.1", (Refused(), NO_CONTENT), "white space may be read leniently, never passed on"),
        ("tab-first", b"GET\t/page HTTP/1.1", (Refused(), NO_CONTENT), "white space may be read leniently, never passed on"),
        ("tab-last", b"GET /page\tHTTP/1.1", (Refused(), NO_CONTENT), "white space may be read leniently, never passed on"),
        ("vertical-tab", b"GET\x0b/page HTTP/1.1", (Refused(), NO_CONTENT), "white space may be read leniently, never passed on"),
        ("form-feed", b"GET /page\x0cHTTP/1.1", (Refused(), NO_CONTENT), "white space may be read leniently, never passed on"),
        ("space-behind", b"GET /page HTTP/1.1 ", (Refused(), NO_CONTENT), "white space may be read leniently, never passed on"),
        ("space-in-target", b"GET /pa ge HTTP/1.1", (Refused(),), "must not be corrected and passed on"),
        ("space-version-in-target", b"GET /page HTTP/1.1 /other HTTP/1.1", (Refused(),), "must not be corrected and passed on"),
        ("no-target", b"GET HTTP/1.1", (Refused(),), "no target"),
        ("empty-target", b"GET  HTTP/1.1", (Refused(),), "no target"),
        ("no-version", b"GET /page", (Refused(),), "HTTP/0.9 has no fields"),
        ("no-method", b"/page HTTP/1.1", (Refused(),), "no method"),
        ("only-version", b"HTTP/1.1", (Refused(),), "no method"),
        ("status-line", b"HTTP/1.1 200 OK", (Refused(),), "an answer is no request"),
        ("nul-target", b"GET /pa\x00ge HTTP/1.1", (Refused(),), "no character of a target"),
        ("nul-method", b"GE\x00T /page HTTP/1.1", (Refused(),), "no character of a method"),
    )
]

VERSIONS = [
    Case(f"version-{name}", "RFC 9112 2.3, 2.6", get(version=version), allowed, why)
    for name, version, allowed, why in (
        ("1.0", b"HTTP/1.0", (NO_CONTENT,), "what must pass"),
        ("0.9", b"HTTP/0.9", (Refused(),), "not written so"),
        ("1.2", b"HTTP/1.2", (Refused(), NO_CONTENT), "read as 1.1, or refused"),
        ("1.9", b"HTTP/1.9", (Refused(), NO_CONTENT), "read as 1.1, or refused"),
        ("2.0", b"HTTP/2.0", (Refused(),), "another major version"),
        ("3", b"HTTP/3", (Refused(),), "DIGIT \".\" DIGIT"),
        ("1", b"HTTP/1", (Refused(),), "DIGIT \".\" DIGIT"),
        ("11", b"HTTP/11", (Refused(),), "DIGIT \".\" DIGIT"),
        ("1.10", b"HTTP/1.10", (Refused(),), "DIGIT \".\" DIGIT"),
        ("01.1", b"HTTP/01.1", (Refused(),), "DIGIT \".\" DIGIT"),
        ("lower-case", b"http/1.1", (Refused(),), "the name has a case"),
        ("comma", b"HTTP/1,1", (Refused(),), "DIGIT \".\" DIGIT"),
        ("point-alone", b"HTTP/1.", (Refused(),), "DIGIT \".\" DIGIT"),
        ("minus", b"HTTP/-1.1", (Refused(),), "DIGIT \".\" DIGIT"),
        ("space", b"HTTP/ 1.1", (Refused(),), "DIGIT \".\" DIGIT"),
        ("other-name", b"HTCPCP/1.0", (Refused(),), "another protocol"),
        ("0.9-bare", b"", (Refused(),), "no version, but a space"),
    )
]

FOLDS = [
    Case(f"fold-{name}", FOLD, get(*fields), allowed, why)
    for name, fields, allowed, why in (
        ("space", (b"X-A: b\r\n c",), (Refused(), Resolved(absent=(b"c",))), "refused, or unfolded"),
        ("tab", (b"X-A: b\r\n\tc",), (Refused(), Resolved()), "refused, or unfolded"),
        ("field-inside", (b"X-A: b\r\n Transfer-Encoding: chunked",), (Refused(), Resolved(absent=(b"transfer-encoding",))), "never a field of its own"),
        ("space-alone", (b"X-A: b\r\n ",), (Refused(), Resolved()), "refused, or unfolded"),
        ("length", (b"Content-Length:\r\n 0",), (Refused(), Resolved()), "refused, or unfolded"),
        ("connection", (b"Connection: X-A,\r\n close", b"X-A: b"), (Refused(), Resolved()), "refused, or unfolded"),
    )
] + [
    Case("fold-first-line", FOLD, b"GET /page HTTP/1.1\r\n Host: evil.test\r\nHost: x.test\r\n\r\n", (Refused(), Resolved(host=b"x.test")), "space before the first field: refused, or the line is dropped"),
    Case("fold-first-line-tab", FOLD, b"GET /page HTTP/1.1\r\n\tX-A: b\r\nHost: x.test\r\n\r\n", (Refused(), Resolved(host=b"x.test", absent=(b"x-a",))), "space before the first field: refused, or the line is dropped"),
    Case("fold-host", FOLD, b"GET /page HTTP/1.1\r\nHost: x.test\r\n evil.test\r\n\r\n", (Refused(),), "a Host of two words"),
    Case("fold-bare-lf", FOLD, get(b"X-A: b\n c"), (Refused(), Resolved()), "refused, or unfolded"),
]

CASES = ENDS + REQUEST_LINES + VERSIONS + FOLDS
