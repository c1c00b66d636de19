"""Methods, Expect and Max-Forwards."""

from case import INNER, Case, Refused, Resolved, get, head, post

METHOD = "RFC 9110 9.1"
TOKEN = "RFC 9112 3.1"
EXPECT = "RFC 9110 10.1.1"
REFUSED = Refused(closes=False)
# By the proxy itself.
ANSWERED = Refused((200, 204), closes=False)


def _method(name, line, allowed, why, clause=METHOD, **more):
    return Case(f"method-{name}", clause, head(line, *more.pop("fields", ())) + more.pop("content", b""), allowed, why, **more)


METHODS = [
    *(_method(name.lower(), f"{name} /page HTTP/1.1".encode(), (Resolved(method=name.encode()), REFUSED), "passed on as it is") for name in ("OPTIONS", "PUT", "PATCH", "DELETE", "PROPFIND", "M-SEARCH", "QUERY")),
    _method("head", b"HEAD /page HTTP/1.1", (Resolved(method=b"HEAD", goes_on=True),), "no content in the answer", "RFC 9110 9.3.2", method=b"HEAD"),
    _method("options-asterisk", b"OPTIONS * HTTP/1.1", (Resolved(target=b"*"), REFUSED), "of the server, not of a path", "RFC 9112 3.2.4"),
    _method("lower-case", b"get /page HTTP/1.1", (Resolved(method=b"get"), REFUSED), "another method than GET"),
    _method("mixed-case", b"Post /page HTTP/1.1", (Resolved(method=b"Post"), REFUSED), "another method than POST", fields=(b"Content-Length: 0",)),
    _method("unknown", b"SMUGGLE /page HTTP/1.1", (Resolved(method=b"SMUGGLE"), REFUSED), "passed on as it is, or 501"),
    _method("token", b"!#$%&'*+-.^_`|~1A /page HTTP/1.1", (Resolved(method=b"!#$%&'*+-.^_`|~1A"), REFUSED), "a token, whatever it looks like", TOKEN),
    _method("long", b"A" * 500 + b" /page HTTP/1.1", (Resolved(method=b"A" * 500), REFUSED), "a token, or too long", TOKEN),
    *(_method(f"octet-{octet:02x}", b"GE%cT /page HTTP/1.1" % octet, (Refused(),), "no character of a token", TOKEN) for octet in b'"(),/:;<=>?@[\\]{}\x01\x7f\x80\xe9'),
    _method("get-colon", b"GET: /page HTTP/1.1", (Refused(),), "no character of a token", TOKEN),
    _method("trace", b"TRACE /page HTTP/1.1", (Resolved(method=b"TRACE"), REFUSED), "what came would be told to scripts: best refused", "RFC 9110 9.3.8"),
    _method("trace-content", b"TRACE /page HTTP/1.1", (Resolved(INNER), REFUSED), "must have no content; content stays content", "RFC 9110 9.3.8", fields=(b"Content-Length: %d" % len(INNER),), content=INNER),
    _method("trace-forwards", b"TRACE /page HTTP/1.1", (REFUSED, Resolved(fields=((b"max-forwards", b"0"),))), "counted down, or refused", "RFC 9110 7.6.2", fields=(b"Max-Forwards: 1",)),
    _method("trace-forwards-none", b"TRACE /page HTTP/1.1", (REFUSED,), "not passed on", "RFC 9110 7.6.2", fields=(b"Max-Forwards: 0",)),
    _method("connect", b"CONNECT x.test:443 HTTP/1.1", (REFUSED,), "a gateway is no tunnel", "RFC 9110 9.3.6"),
    _method("connect-path", b"CONNECT /page HTTP/1.1", (REFUSED,), "no authority", "RFC 9112 3.2.3"),
    _method("connect-content", b"CONNECT x.test:443 HTTP/1.1", (REFUSED,), "no content is defined", "RFC 9110 9.3.6", fields=(b"Content-Length: %d" % len(INNER),), content=INNER),
    _method("connect-chunked", b"CONNECT x.test:443 HTTP/1.1", (REFUSED,), "no content is defined", "RFC 9110 9.3.6", fields=(b"Transfer-Encoding: chunked",), content=b"0\r\n\r\n"),
    _method("options-forwards-none", b"OPTIONS /page HTTP/1.1", (REFUSED, ANSWERED), "must not be passed on", "RFC 9110 7.6.2", fields=(b"Max-Forwards: 0",)),
    _method("options-forwards", b"OPTIONS /page HTTP/1.1", (REFUSED, Resolved(method=b"OPTIONS", fields=((b"max-forwards", b"1"),))), "must be counted down", "RFC 9110 7.6.2", fields=(b"Max-Forwards: 2",)),
    _method("get-forwards", b"GET /page HTTP/1.1", (Resolved(),), "of TRACE and OPTIONS alone", "RFC 9110 7.6.2", fields=(b"Max-Forwards: 0",)),
]

CHUNKED = (b"Transfer-Encoding: chunked",)


def _expect(name, value, allowed=None, content=b"abc", fields=(b"Content-Length: 3",), why="content stays content"):
    return Case(f"expect-{name}", EXPECT, post(content, b"Expect: " + value, *fields), allowed or (Resolved(b"abc"), Refused((417, 400))), why)


EXPECTATIONS = [
    _expect("continue", b"100-continue", (Resolved(b"abc"),), why="what must pass"),
    _expect("continue-case", b"100-CONTINUE", (Resolved(b"abc"),), why="it has no case"),
    _expect("continue-chunked", b"100-continue", (Resolved(b"abc"), Refused((411,))), content=b"3\r\nabc\r\n0\r\n\r\n", fields=CHUNKED, why="what must pass"),
    _expect("continue-space", b" \t100-continue\t "),
    _expect("continue-twice", b"100-continue, 100-continue"),
    _expect("continue-parameter", b"100-continue;q=1"),
    _expect("continue-quoted", b'"100-continue"'),
    _expect("y-continue", b"y 100-continue"),
    _expect("continue-x", b"100-continuex"),
    _expect("other", b"200-ok"),
    _expect("empty", b""),
    _expect("nul", b"100-continue\x00", (Refused(),), why="a control character"),
    _expect("folded", b"\r\n 100-continue"),
    _expect("two-lines", b"100-continue\r\nExpect: 100-continue"),
    _expect("other-then-continue", b"x\r\nExpect: 100-continue"),
    Case("expect-continue-of-get", EXPECT, get(b"Expect: 100-continue"), (Resolved(b""), Refused((417, 400))), "nothing is expected of a request without content"),
    Case("expect-y-of-get", EXPECT, get(b"Expect: y 100-continue"), (Resolved(b""), Refused((417, 400))), "nothing is expected of a request without content"),
    Case("expect-y-of-head", EXPECT, b"HEAD /page HTTP/1.1\r\nHost: x.test\r\nExpect: y 100-continue\r\n\r\n", (Resolved(b""), Refused((417, 400))), "nothing is expected of a request without content", method=b"HEAD"),
    Case("expect-old", EXPECT, post(b"abc", b"Expect: 100-continue", b"Content-Length: 3", version=b"1.0"), (Resolved(b"abc"), Refused((417, 400))), "of HTTP/1.0 it is ignored"),
    Case("expect-hides-a-request", EXPECT, post(INNER, b"Expect: 100-continue", b"Content-Length: %d" % len(INNER)), (Resolved(INNER), Refused((417, 400))), "content stays content, waited for or not"),
    Case("expect-other-hides-a-request", EXPECT, post(INNER, b"Expect: x", b"Content-Length: %d" % len(INNER)), (Resolved(INNER), Refused((417, 400))), "content stays content, waited for or not"),
    Case("expect-both", EXPECT, post(b"3\r\nabc\r\n0\r\n\r\n", b"Expect: 100-continue", b"Content-Length: 13", *CHUNKED), (Resolved(b"abc", closes=True), Refused((400, 417))), "both framings besides"),
]

CASES = METHODS + EXPECTATIONS
