"""Names and values of fields."""

from case import Case, Refused, Resolved, get, head

FIELD = "RFC 9112 5.1"
VALUE = "RFC 9110 5.5"
LIMIT = "RFC 9110 5.4"
BAD = Refused((400,), bare=False)
# A name that is none may be dropped with its line: nobody behind can read it otherwise.
DROPPED = Resolved(absent=(b"x-a",))


def _name(name, line, allowed=(Refused(),), why="no character of a name"):
    return Case(f"name-{name}", FIELD, get(line), allowed, why)


NAMES = [
    _name("space-before-colon", b"X-A : b", (BAD,), "must be answered 400"),
    _name("tab-before-colon", b"X-A\t: b", (BAD,), "must be answered 400"),
    _name("host-space", b"Host : evil.test", (BAD,), "must be answered 400"),
    _name("empty", b": b", (Refused(), DROPPED), "a name has a character"),
    _name("empty-no-value", b":", (Refused(), DROPPED), "a name has a character"),
    _name("space-alone", b" : b", (Refused(), Resolved(absent=(b"",))), "a folded line, or no name"),
    _name("no-colon", b"X-A", (Refused(), DROPPED), "no field line"),
    _name("no-colon-word", b"nothing here", (Refused(), DROPPED), "no field line"),
    _name("space-inside", b"X A: b", (Refused(), DROPPED)),
    _name("non-ascii", b"X-\xe9: b", (Refused(), Resolved(absent=(b"x-\xe9",)))),
    _name("underscore", b"X_A: b", (Refused(), Resolved()), "a character of a name"),
    _name("long", b"X-" + b"a" * 60000 + b": b", (Refused(), Resolved()), "bounded"),
    *(
        _name(f"octet-{octet:02x}", b"X%c-A: b" % octet, (Refused(), Resolved(absent=(b"x%c-a" % octet,))))
        for octet in [*range(0x01, 0x09), 0x0b, 0x0c, *range(0x0e, 0x20), 0x7f, *b'"(),/;<=>?@[\\]{}', 0x80, 0xff]
    ),
    _name("octet-00", b"X\x00-A: b", (Refused(),), "NUL ends a string for some"),
]

VALUES = [
    *(
        Case(f"value-octet-{octet:02x}", VALUE, get(b"X-A: b%cc" % octet), (Refused(), Resolved(absent=(b"x-a",)), Resolved(fields=((b"x-a", b"b c"),))), why)
        for octet, why in [
            (0x00, "CR, LF and NUL: refused, or a space instead"),
            *((octet, "other control characters: refused, or a space instead; safe contexts may keep them, a gateway isn't one") for octet in (0x01, 0x08, 0x0b, 0x0c, 0x0e, 0x1b, 0x1f, 0x7f)),
        ]
    ),
    Case("value-tab", VALUE, get(b"X-A: b\tc"), (Resolved(fields=((b"x-a", b"b\tc"),)),), "a tab is white space"),
    Case("value-obs-text", VALUE, get(b"X-A: \xe9\xff"), (Resolved(fields=((b"x-a", b"\xe9\xff"),)), Refused()), "opaque octets"),
    Case("value-empty", VALUE, get(b"X-A:"), (Resolved(fields=((b"x-a", b""),)), Resolved(absent=(b"x-a",))), "empty is a value"),
    Case("value-colons", VALUE, get(b"X-A: : b: c"), (Resolved(fields=((b"x-a", b": b: c"),)),), "the first colon ends the name"),
    Case("value-no-space", VALUE, get(b"X-A:b"), (Resolved(fields=((b"x-a", b"b"),)),), "no space is needed"),
]

LIMITS = [
    Case("limit-head-large", LIMIT, get(b"X-A: " + b"a" * 300000), (Refused((400, 413, 414, 431), bare=True),), "bounded"),
    Case("limit-head-large-in-lines", LIMIT, get(*(b"X-%d: " % number + b"a" * 1000 for number in range(300))), (Refused((400, 413, 414, 431), bare=True),), "bounded"),
    Case("limit-fields", LIMIT, get(*(b"X-%d: b" % number for number in range(2000))), (Refused((400, 413, 431), bare=True),), "bounded"),
    Case("limit-fields-same", LIMIT, get(*[b"X-A: b"] * 2000), (Refused((400, 413, 431), bare=True), Resolved()), "bounded"),
    Case("limit-target", "RFC 9110 4.1", get(target=b"/" + b"a" * 300000), (Refused((400, 413, 414, 431), bare=True),), "414, where it isn't read at all"),
    Case("limit-method", "RFC 9110 9.1", b"A" * 300000 + b" /page HTTP/1.1\r\nHost: x.test\r\n\r\n", (Refused((400, 413, 414, 431, 501), bare=True),), "bounded"),
    Case("limit-no-end", LIMIT, b"GET /page HTTP/1.1\r\nHost: x.test\r\nX-A: " + b"a" * 2000000, (Refused(),), "a line without an end is bounded", follows=False, finish=True),
]

CONNECTION = "RFC 9110 7.6.1"


def _named(name, lines, allowed, why, clause=CONNECTION):
    return Case(f"connection-{name}", clause, get(*lines), allowed, why)


HOPS = [
    _named("names-a-field", (b"Connection: X-A", b"X-A: b"), (Resolved(absent=(b"x-a",)),), "what it names ends here"),
    _named("names-several", (b"Connection: X-A, X-C", b"X-A: b", b"X-C: d"), (Resolved(absent=(b"x-a", b"x-c")),), "what it names ends here"),
    _named("names-on-two-lines", (b"Connection: X-A", b"Connection: close, X-C", b"X-A: b", b"X-C: d"), (Resolved(absent=(b"x-a", b"x-c")),), "what it names ends here"),
    _named("names-in-other-case", (b"Connection: x-a", b"X-A: b"), (Resolved(absent=(b"x-a",)),), "names have no case"),
    _named("names-host", (b"Connection: Host",), (Resolved(host=b"x.test"), Refused()), "not a field of the connection"),
    _named("names-cookie", (b"Connection: Cookie", b"Cookie: sessionid=1"), (Resolved(fields=((b"cookie", b"sessionid=1"),)), Resolved(absent=(b"cookie",)), Refused()), "its user agent's own loss"),
    _named("names-forwarded-for", (b"Connection: X-Forwarded-For",), (Resolved(fields=((b"x-forwarded-for", b"127.0.0.1"),)), Refused()), "what a gateway says can't be taken away"),
    _named("names-forwarded-for-close", (b"Connection: close, X-Forwarded-For",), (Resolved(fields=((b"x-forwarded-for", b"127.0.0.1"),)), Refused()), "what a gateway says can't be taken away"),
    _named("keep-alive-field", (b"Connection: keep-alive", b"Keep-Alive: timeout=99"), (Resolved(absent=(b"keep-alive",)),), "of the connection"),
    _named("proxy-connection", (b"Proxy-Connection: keep-alive",), (Resolved(absent=(b"proxy-connection",)),), "of the connection, for some", "RFC 9112 C.2.2"),
    _named("te", (b"Connection: TE", b"TE: gzip"), (Resolved(absent=(b"te",)), Resolved(fields=((b"te", b"trailers"),)), Refused()), "of the connection", "RFC 9110 10.1.4"),
    _named("te-unnamed", (b"TE: gzip",), (Resolved(absent=(b"te",)), Resolved(fields=((b"te", b"trailers"),)), Refused()), "a coding that nobody here undoes", "RFC 9110 10.1.4"),
    _named("nonsense", (b"Connection: \xe9, ,, @",), (Resolved(), Refused()), "options are tokens"),
    Case("connection-names-length", CONNECTION, head(b"POST /upload HTTP/1.1", b"Connection: Content-Length", b"Content-Length: 3") + b"abc", (Resolved(b"abc"), Refused()), "content stays content"),
    Case("connection-names-coding", CONNECTION, head(b"POST /upload HTTP/1.1", b"Connection: Transfer-Encoding", b"Transfer-Encoding: chunked") + b"3\r\nabc\r\n0\r\n\r\n", (Resolved(b"abc"), Refused()), "content stays content"),
    Case("connection-names-trailer", CONNECTION, head(b"POST /upload HTTP/1.1", b"Connection: X-A", b"Transfer-Encoding: chunked", b"Trailer: X-A") + b"3\r\nabc\r\n0\r\nX-A: b\r\n\r\n", (Resolved(b"abc", no_trailers=(b"x-a",)), Refused()), "what it names ends here, as a trailer too"),
]

CLAIMS = [
    Case(f"claim-{name}", clause, get(line), allowed, why, only=only)
    for name, clause, line, allowed, why, only in (
        ("forwarded-for-alias", "RFC 3875 4.1.18", b"X_Forwarded_For: 192.0.2.1", (Resolved(absent=(b"x_forwarded_for",)), Refused()), "CGI reads it as X-Forwarded-For", None),
        ("forwarded-proto-alias", "RFC 3875 4.1.18", b"X_Forwarded_Proto: https", (Resolved(absent=(b"x_forwarded_proto",)), Refused()), "CGI reads it as X-Forwarded-Proto", None),
        ("forwarded-host-alias", "RFC 3875 4.1.18", b"X-Forwarded_Host: evil.test", (Resolved(absent=(b"x-forwarded_host",)), Refused()), "CGI reads it as X-Forwarded-Host", None),
        ("host-alias", "RFC 3875 4.1.18", b"X_Host: evil.test", (Resolved(), Refused()), "no field that anybody knows", None),
        ("content-type-alias", "RFC 3875 4.1.3", b"Content_Type: text/plain", (Resolved(absent=(b"content_type",)), Refused()), "CGI reads it as the type", None),
        ("forwarded-for", "RFC 7239 8.1", b"X-Forwarded-For: 192.0.2.1", (Resolved(fields=((b"x-forwarded-for", b"127.0.0.1"),)),), "a stranger isn't believed (`trusted_proxies`)", "tamis"),
        ("forwarded-proto", "RFC 7239 8.1", b"X-Forwarded-Proto: https", (Resolved(fields=((b"x-forwarded-proto", b"http"),)),), "a stranger isn't believed (`trusted_proxies`)", "tamis"),
        ("forwarded-host", "RFC 7239 8.1", b"X-Forwarded-Host: evil.test", (Resolved(fields=((b"x-forwarded-host", b"x.test"),)),), "a stranger isn't believed (`trusted_proxies`)", "tamis"),
        ("real-ip", "RFC 7239 8.1", b"X-Real-IP: 192.0.2.1", (Resolved(absent=(b"x-real-ip",)),), "a stranger isn't believed (`trusted_proxies`)", "tamis"),
        ("consent", "RFC 7239 8.1", b"X-Consent: statistical", (Resolved(fields=((b"x-consent", b"necessary, statistical=?0, internal=?0, third-party=?0"),)),), "the gateway's own word", "tamis"),
    )
]

CASES = NAMES + VALUES + LIMITS + HOPS + CLAIMS
