"""Targets and Host."""

from case import Case, Refused, Resolved, get

TARGET = "RFC 9112 3.2"
HOST = "RFC 9110 7.2, RFC 9112 3.2"
URI = "RFC 9112 3.2, RFC 3986 3.3"
BAD = Refused((400,), bare=False)
REFUSED = Refused(closes=False)


def _target(name, target, allowed, why, clause=TARGET, **more):
    return Case(f"target-{name}", clause, get(target=target, **more), allowed, why)


def _kept(target):
    return Resolved(target=target)


TARGETS = [
    _target("query", b"/page?a=b&c", (_kept(b"/page?a=b&c"),), "what must pass"),
    _target("encoded", b"/%70age%2f%2e%2e%00", (_kept(b"/%70age%2f%2e%2e%00"), REFUSED), "as it came: nothing is decoded"),
    _target("encoded-crlf", b"/a%0d%0aHost:%20evil.test", (_kept(b"/a%0d%0aHost:%20evil.test"), REFUSED), "as it came: nothing is decoded"),
    _target("encoded-space", b"/a%20HTTP/1.1%0d%0a", (_kept(b"/a%20HTTP/1.1%0d%0a"), REFUSED), "as it came: nothing is decoded"),
    _target("half-encoded", b"/a%", (_kept(b"/a%"), REFUSED), "no octet; as it came, or refused"),
    _target("dots", b"/a/../b/./c", (_kept(b"/a/../b/./c"), _kept(b"/b/c"), REFUSED), "as it came, or normalised"),
    _target("dots-above", b"/../../etc/passwd", (_kept(b"/../../etc/passwd"), REFUSED), "as it came, or refused"),
    _target("two-slashes", b"//evil.test/page", (_kept(b"//evil.test/page"), REFUSED), "a path, never an authority"),
    _target("backslash", b"/a\\b", (_kept(b"/a\\b"), REFUSED), "no character of a URI; as it came, or refused", URI),
    _target("fragment", b"/page#part", (REFUSED, _kept(b"/page")), "should be refused; without it nothing is ambiguous", URI),
    _target("fragment-admin", b"/page#/../admin", (REFUSED, _kept(b"/page")), "should be refused; without it nothing is ambiguous", URI),
    _target("fragment-query", b"/page?a#b", (REFUSED, _kept(b"/page?a")), "should be refused; without it nothing is ambiguous", URI),
    _target("non-ascii", b"/\xe9", (REFUSED, _kept(b"/%E9"), _kept(b"/%e9")), "no character of a URI", URI),
    _target("utf-8", "/é".encode(), (REFUSED, _kept(b"/%C3%A9"), _kept(b"/%c3%a9")), "no character of a URI", URI),
    _target("non-ascii-query", b"/page?\xe9", (REFUSED, _kept(b"/page?%E9")), "no character of a URI", URI),
    _target("control", b"/a\x01b", (REFUSED,), "no character of a URI", URI),
    _target("delete", b"/a\x7fb", (REFUSED,), "no character of a URI", URI),
    _target("escape", b"/a\x1b[31m", (REFUSED,), "no character of a URI", URI),
    *(
        _target(f"octet-{octet:02x}", b"/a%cb" % octet, (_kept(b"/a%cb" % octet), _kept(b"/a%%%02Xb" % octet), REFUSED), "no character of a URI; as it came, encoded or refused", URI)
        for octet in b'"<>^`{|}'
    ),
    _target("relative", b"page", (REFUSED,), "neither a path nor an authority"),
    _target("query-alone", b"?a=b", (REFUSED,), "neither a path nor an authority"),
    _target("empty-with-slashless-host", b"x.test/page", (REFUSED,), "neither a path nor an authority"),
    _target("asterisk-get", b"*", (REFUSED,), "of OPTIONS alone (RFC 9112 3.2.4)"),
    _target("asterisk-path", b"*/page", (REFUSED,), "neither a path nor an asterisk"),
    _target("authority-get", b"x.test:80", (REFUSED,), "of CONNECT alone (RFC 9112 3.2.3)"),
    _target("at", b"@evil.test/page", (REFUSED,), "neither a path nor an authority"),
    _target("scheme-alone", b"http:", (REFUSED,), "no authority"),
    _target("scheme-path", b"http:/page", (REFUSED,), "no authority"),
]

ABSOLUTE = [
    _target("absolute", b"http://x.test/page?a", (Resolved(host=b"x.test"),), "what must pass", "RFC 9112 3.2.2"),
    _target("absolute-upper", b"HTTP://X.TEST/page", (Resolved(), REFUSED), "scheme and host have no case", "RFC 9112 3.2.2"),
    _target("absolute-no-path", b"http://x.test", (_kept(b"/"), Resolved(host=b"x.test"), REFUSED), "an empty path is /", "RFC 9112 3.2.2"),
    _target("absolute-query-alone", b"http://x.test?a=b", (_kept(b"/?a=b"), REFUSED), "an empty path is /", "RFC 9112 3.2.1"),
    _target("absolute-other-host", b"http://evil.test/page", (REFUSED, Resolved(host=b"evil.test")), "Host is replaced, or it is refused", "RFC 9112 3.2.2"),
    _target("absolute-other-port", b"http://x.test:81/page", (REFUSED, Resolved(host=b"x.test:81")), "Host is replaced, or it is refused", "RFC 9112 3.2.2"),
    _target("absolute-userinfo", b"http://evil.test@x.test/page", (REFUSED, Resolved(host=b"x.test")), "user information is an error (RFC 9110 4.2.4)", "RFC 9110 4.2.4"),
    _target("absolute-userinfo-reversed", b"http://x.test@evil.test/page", (REFUSED,), "user information is an error", "RFC 9110 4.2.4"),
    _target("absolute-empty-host", b"http:///page", (REFUSED,), "an empty host is invalid (RFC 9110 4.2.1)", "RFC 9110 4.2.1"),
    _target("absolute-fragment", b"http://x.test/page#a", (REFUSED, Resolved(host=b"x.test", target=b"/page")), "should be refused; without it nothing is ambiguous", URI),
    _target("absolute-backslash", b"http://x.test\\@evil.test/page", (REFUSED,), "no character of an authority", URI),
    _target("absolute-ftp", b"ftp://x.test/page", (REFUSED, Resolved(host=b"x.test")), "another scheme", "RFC 9110 4.2"),
    _target("absolute-port-junk", b"http://x.test:8a/page", (REFUSED,), "no port", "RFC 3986 3.2.3"),
    _target("absolute-port-large", b"http://x.test:99999/page", (REFUSED, Resolved(host=b"x.test:99999")), "no port of TCP", "RFC 3986 3.2.3"),
    _target("absolute-no-host-field", b"http://x.test/page", (BAD, REFUSED), "a Host is needed all the same", "RFC 9112 3.2.2", host=None),
    _target("absolute-empty-host-field", b"http://x.test/page", (REFUSED, Resolved(host=b"x.test")), "Host is replaced, or it is refused", "RFC 9112 3.2.2", host=b""),
    _target("absolute-in-path", b"/http://evil.test/page", (_kept(b"/http://evil.test/page"),), "a path, whatever is in it"),
]


def _host(name, host, allowed=(Refused((400, 421), bare=False, closes=False),), why="no uri-host"):
    return Case(f"host-{name}", HOST, get(host=host), allowed, why)


HOSTS = [
    Case("host-missing", HOST, get(host=None), (Refused((400,), bare=False, closes=False),), "must be answered 400"),
    Case("host-missing-old", HOST, get(host=None, version=b"HTTP/1.0"), (Resolved(), REFUSED), "HTTP/1.0 needs none"),
    Case("host-twice", HOST, get(b"Host: evil.test"), (Refused((400,), bare=False, closes=False),), "must be answered 400"),
    Case("host-twice-same", HOST, get(b"Host: x.test"), (Refused((400,), bare=False, closes=False),), "must be answered 400"),
    Case("host-twice-apart", HOST, get(b"X-A: b", b"hOST: evil.test"), (Refused((400,), bare=False, closes=False),), "must be answered 400"),
    Case("host-twice-old", HOST, get(b"Host: evil.test", version=b"HTTP/1.0"), (Refused((400,), bare=False, closes=False),), "must be answered 400"),
    _host("empty", b"", (Resolved(host=b""), REFUSED), "of a target without an authority"),
    _host("port", b"x.test:8080", (Resolved(host=b"x.test:8080"),), "what must pass"),
    _host("port-empty", b"x.test:", (Resolved(), REFUSED), "*DIGIT"),
    _host("upper", b"X.Test", (Resolved(),), "hosts have no case"),
    _host("point", b"x.test.", (Resolved(), REFUSED), "the same name, absolute"),
    _host("ipv6", b"[::1]:80", (Resolved(host=b"[::1]:80"),), "what must pass"),
    _host("ipv6-junk", b"[::1]x"),
    _host("ipv6-open", b"[::1"),
    _host("ipv6-word", b"[x]"),
    _host("ipv6-zone", b"[fe80::1%25eth0]", (REFUSED, Resolved()), "RFC 6874 was withdrawn"),
    _host("bracket", b"x.te[st"),
    _host("bracket-close", b"x.test]:80"),
    _host("at", b"evil.test@x.test"),
    _host("at-password", b"a:b@x.test"),
    _host("at-behind", b"x.test@evil.test"),
    _host("comma", b"x.test, evil.test"),
    _host("space", b"x.test evil.test"),
    _host("tab", b"x.test\tevil.test"),
    _host("slash", b"x.test/evil"),
    _host("backslash", b"x.test\\evil"),
    _host("question", b"x.test?evil"),
    _host("fragment", b"x.test#evil"),
    _host("scheme", b"http://x.test"),
    _host("port-word", b"x.test:http"),
    _host("port-minus", b"x.test:-1"),
    _host("port-plus", b"x.test:+80"),
    _host("port-space", b"x.test: 80"),
    _host("port-twice", b"x.test:80:81"),
    _host("port-at", b"x.test:80@evil.test"),
    _host("port-large", b"x.test:99999999999", (REFUSED,), "no port of TCP"),
    _host("quote", b'"x.test"'),
    _host("angle", b"<x.test>"),
    _host("non-ascii", b"x.t\xe9st", why="no character of a URI"),
    _host("utf-8", "x.tést".encode(), why="no character of a URI"),
    _host("control", b"x.te\x01st", (Refused(),), "no character of a URI"),
    _host("nul", b"x.test\x00.evil.test", (Refused(),), "no character of a URI"),
    _host("encoded", b"x%2etest", (REFUSED, Resolved(host=b"x%2etest")), "as it came, or refused"),
    _host("encoded-badly", b"x%zztest", why="no octet"),
    _host("encoded-half", b"x.test%2", why="no octet"),
    _host("underscore", b"x_y.test", (Resolved(), REFUSED), "a character of a reg-name"),
    _host("long", b"a" * 9000, (REFUSED, Resolved()), "bounded, or a host that nobody has"),
]

CASES = TARGETS + ABSOLUTE + HOSTS
