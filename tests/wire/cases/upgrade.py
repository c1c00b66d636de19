"""Upgrade, and what follows a request."""

from case import INNER, Case, Refused, Resolved, get, head

UPGRADE = "RFC 9110 7.8"
WEBSOCKET = "RFC 6455 4.1"
PIPELINE = "RFC 9112 9.3.2"
# The origin server of the cases never switches: it answers 200, and what follows is a request or nothing.
PLAIN = Resolved(b"")
NO_UPGRADE = Resolved(b"", absent=(b"upgrade", b"http2-settings"))
HANDSHAKE = (b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
LENGTH = b"Content-Length: %d" % len(INNER)

UPGRADES = [
    Case("upgrade-websocket-refused", WEBSOCKET, get(*HANDSHAKE), (PLAIN, Refused()), "the origin server doesn't switch; nothing goes on as a tunnel"),
    Case("upgrade-websocket-early", WEBSOCKET, get(*HANDSHAKE) + b"\x81\x85\x00\x00\x00\x00hello", (Resolved(b"", closes=True), Refused()), "nothing goes upstream before the 101"),
    Case("upgrade-websocket-content", WEBSOCKET, head(b"POST /page HTTP/1.1", *HANDSHAKE, LENGTH) + INNER, (Resolved(INNER), Refused()), "content stays content"),
    Case("upgrade-websocket-get-content", WEBSOCKET, get(*HANDSHAKE, LENGTH) + INNER, (Resolved(INNER), Refused()), "content stays content"),
    Case("upgrade-websocket-chunked", WEBSOCKET, get(*HANDSHAKE, b"Transfer-Encoding: chunked") + b"3\r\nabc\r\n0\r\n\r\n", (Resolved(b"abc"), Refused()), "content stays content"),
    Case("upgrade-websocket-old", UPGRADE, get(*HANDSHAKE, version=b"HTTP/1.0"), (NO_UPGRADE, Refused()), "Upgrade of HTTP/1.0 must be ignored"),
    Case("upgrade-websocket-unnamed", UPGRADE, get(b"Upgrade: websocket"), (NO_UPGRADE, PLAIN, Refused()), "Connection has to name it"),
    Case("upgrade-h2c", "RFC 9113 3.1", get(b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAAQAAP__"), (NO_UPGRADE, Refused()), "obsolete; a tunnel past every rule"),
    Case("upgrade-h2c-unnamed-settings", "RFC 9113 3.1", get(b"Connection: Upgrade", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAAQAAP__"), (NO_UPGRADE, Refused()), "obsolete; a tunnel past every rule"),
    Case("upgrade-h2c-content", "RFC 9113 3.1", head(b"POST /page HTTP/1.1", b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAAQAAP__", LENGTH) + INNER, (Resolved(INNER, absent=(b"upgrade", b"http2-settings")), Refused()), "obsolete; content stays content"),
    Case("upgrade-h2c-case", "RFC 9113 3.1", get(b"Connection: upgrade", b"Upgrade: H2C"), (NO_UPGRADE, Refused()), "protocol names have no case"),
    Case("upgrade-h2c-among-others", "RFC 9113 3.1", get(*HANDSHAKE[:1], b"Upgrade: websocket, h2c"), (PLAIN, Refused()), "several; the origin server doesn't choose"),
    Case("upgrade-tls", "RFC 2817 3", get(b"Connection: Upgrade", b"Upgrade: TLS/1.0"), (NO_UPGRADE, Refused()), "a tunnel past every rule"),
    Case("upgrade-unknown", UPGRADE, get(b"Connection: Upgrade", b"Upgrade: anything"), (NO_UPGRADE, Refused()), "a tunnel past every rule"),
    Case("upgrade-connect-udp", "RFC 9298 3.2", get(b"Connection: Upgrade", b"Upgrade: connect-udp"), (NO_UPGRADE, Refused()), "a tunnel past every rule"),
    Case("upgrade-several-lines", UPGRADE, get(b"Connection: Upgrade", b"Upgrade: h2c", b"Upgrade: websocket"), (PLAIN, Refused()), "several; the origin server doesn't choose"),
    Case("upgrade-empty", UPGRADE, get(b"Connection: Upgrade", b"Upgrade:"), (PLAIN, NO_UPGRADE, Refused()), "no protocol"),
    Case("upgrade-settings-alone", "RFC 9113 3.1", get(b"HTTP2-Settings: AAMAAABkAAQAAP__"), (PLAIN, Refused()), "without an upgrade"),
]


def _behind(name, first, allowed, why, **more):
    return Case(f"behind-{name}", PIPELINE, first, allowed, why, **more)


FOLLOWING = [
    _behind("whole", get(), (Resolved(b"", goes_on=True),), "requests in advance are answered in their order"),
    _behind("close", get(b"Connection: close"), (Resolved(b"", closes=True),), "nothing is read behind the last request"),
    _behind("close-among-others", get(b"Connection: X-A, cLoSe"), (Resolved(b"", closes=True),), "options have no case"),
    _behind("close-then-keep-alive", get(b"Connection: close", b"Connection: keep-alive"), (Resolved(b"", closes=True),), "close counts"),
    _behind("keep-alive-and-close", get(b"Connection: keep-alive, close"), (Resolved(b"", closes=True),), "close counts"),
    _behind("old", get(version=b"HTTP/1.0"), (Resolved(b"", closes=True),), "HTTP/1.0 ends with its answer"),
    _behind("old-keep-alive", get(b"Connection: keep-alive", version=b"HTTP/1.0"), (Resolved(b""),), "may go on"),
    _behind("content-of-get", get(b"Content-Length: %d" % len(INNER)) + INNER, (Resolved(INNER), Refused()), "content, not a request"),
    _behind("error-of-framing", get(b"Content-Length: x"), (Refused((400,), bare=False),), "nothing is read behind an error of framing"),
    _behind("error-of-name", get(b"X A: b"), (Refused(), Resolved(absent=(b"x a",))), "nothing is read behind an error of a field"),
    _behind("error-of-line", b"GET\r\nHost: x.test\r\n\r\n", (Refused(),), "nothing is read behind an error of the request line"),
    _behind("error-of-version", get(version=b"HTTP/9.9"), (Refused(),), "nothing is read behind an error of the version"),
    _behind("error-with-content", head(b"POST /upload HTTP/1.1", b"Host: evil.test", LENGTH) + INNER, (Refused((400,), bare=False, closes=False),), "content that nobody wants is no request"),
    _behind("method-with-content", head(b"TRACE /page HTTP/1.1", LENGTH) + INNER, (Refused(closes=False),), "content that nobody wants is no request"),
    _behind("expectation-with-content", head(b"POST /upload HTTP/1.1", b"Expect: x", LENGTH) + INNER, (Refused(closes=False), Resolved(INNER)), "content that nobody wants is no request"),
    _behind("head-with-content", head(b"HEAD /page HTTP/1.1", LENGTH) + INNER, (Refused(closes=False), Resolved(INNER)), "content, not a request", method=b"HEAD"),
]

CASES = UPGRADES + FOLLOWING
