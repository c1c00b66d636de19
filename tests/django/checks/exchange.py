"""The rest of an exchange that Django depends on: bodies, Host, scheme, forwarded fields."""

import hashlib
import json

import wire
from client import PROTOCOLS

from .book import DECLARED, SESSION, Book, ask, expect

check = Book()
CHECKS = check.checks
MIB = 1 << 20
CHUNKS = b"5;name=value\r\nhello\r\n6\r\n world\r\n0\r\nX-Trailer: kept-or-dropped\r\n\r\n"


def meta(agent, **more):
    """Django's whole WSGI environment for a request."""
    return ask(agent, "/meta/", **more).json()


def sha256(octets):
    return hashlib.sha256(octets).hexdigest()


@check("Expect: 100-continue is answered before the body, which then arrives whole")
def expectation(stand, gateway):
    body = b"x" * (2 * MIB)
    head = wire.head("POST", "/body/", DECLARED, b"Content-Length: %d" % len(body), b"Expect: 100-continue")
    interim, answer = wire.expecting(gateway.ports["http"], head, body)
    expect("the interim answer", True, interim.startswith(b"HTTP/1.1 100"))
    expect("status and bytes", (200, len(body)), (answer.status, json.loads(answer.body)["size"]))


@check("Django under WSGI reads an empty body without a length, so tamis measures a chunked one")
def chunked(stand, gateway):
    request = wire.head("POST", "/body/", DECLARED, b"Transfer-Encoding: chunked") + CHUNKS
    direct = json.loads(wire.exchange(stand.portal.ports["gunicorn"]["http"], request).body)
    expect("direct, what Django read", 0, direct["size"])
    through = json.loads(wire.exchange(gateway.ports["http"], request).body)
    expect("through tamis", (11, "11", None), (through["size"], through["content_length"], through["transfer_encoding"]))
    expect("the same bytes", sha256(b"hello world"), through["sha256"])


@check("a chunked body over 1 MiB is refused with 411, never cut or emptied")
def too_long_to_measure(stand, gateway):
    with stand.through(gateway.ports, DECLARED, "http") as agent:
        answer = agent.post("/body/", content=(b"x" * (MIB // 4) for _ in range(8)))
    expect("status", 411, answer.status_code)


@check("an upload with a length keeps it, 64 MiB arrive whole")
def measured(stand, gateway):
    block = bytes(range(256)) * (MIB // 256)
    for protocol in ("http", "https", "h2"):
        with stand.through(gateway.ports, DECLARED, protocol) as agent:
            size = 64 * MIB
            answer = agent.post("/body/", content=(block for _ in range(64)), headers={"Content-Length": str(size)}).json()
        expect("what Django read", (str(size), None, size), (answer["content_length"], answer["transfer_encoding"], answer["size"]))
        expect("the same bytes", sha256(block * 64), answer["sha256"])


@check("gunicorn joins two Cookie lines with a comma, so tamis sends one")
def two_cookie_lines(stand, gateway):
    request = wire.head("GET", "/saw/", DECLARED, b"Cookie: sessionid=1", b"Cookie: _ga=3; csrftoken=2")
    direct = json.loads(wire.exchange(stand.portal.ports["gunicorn"]["http"], request).body)
    expect("direct", "sessionid=1,_ga=3; csrftoken=2", direct["cookie"])
    through = json.loads(wire.exchange(gateway.ports["http"], request).body)
    expect("through tamis", "sessionid=1; csrftoken=2", through["cookie"])


@check("Django's CSRF check of Origin against Host decides as without a gateway")
def origins(stand, gateway):
    for protocol, (scheme, *_) in PROTOCOLS.items():
        for origin, expected in (
            (f"{scheme}://{DECLARED}", 302),
            ("https://partner.test", 302),
            ("https://evil.test", 403),
            (None, 302),
        ):
            statuses = [csrf_post(agent, origin) for agent in visitors(stand, gateway, protocol)]
            expect(f"{protocol}, Origin {origin}: direct and through tamis", [expected, expected], statuses)


def visitors(stand, gateway, protocol):
    """One visitor without and one with the gateway."""
    return stand.direct(DECLARED, protocol), stand.through(gateway.ports, DECLARED, protocol)


def csrf_post(agent, origin):
    """The status of a POST with a good token from a page of `origin`."""
    with agent:
        agent.get("/")
        headers = {"Referer": f"{agent.origin}/"} | ({"Origin": origin} if origin else {})
        data = {"language": "fr", "next": "/", "csrfmiddlewaretoken": agent.token()}
        return agent.post("/i18n/setlang/", data=data, headers=headers).status_code


@check("Host is kept, so redirects and absolute addresses are the site's; TLS is seen by Django as https")
def host_and_scheme(stand, gateway):
    for protocol, (scheme, *_) in PROTOCOLS.items():
        with stand.through(gateway.ports, DECLARED, protocol) as agent:
            report = ask(agent, "/saw/").json()
            told = meta(agent)
        address = f"{scheme}://{DECLARED}/saw/"
        seen = (report["host"], report["scheme"], report["secure"], report["absolute"])
        expect("what Django saw", (DECLARED, scheme, scheme == "https", address), seen)
        forwarded = (told["HTTP_X_FORWARDED_PROTO"], told["HTTP_X_FORWARDED_HOST"], told["HTTP_X_FORWARDED_FOR"])
        expect("what it was told", (scheme, DECLARED, "127.0.0.1"), forwarded)


@check("a visitor's own X-Forwarded-*, their underscore twins, Forwarded and X-Consent are not believed")
def spoofed(stand, gateway):
    fields = [
        (b"X-Forwarded-For", b"203.0.113.9"),
        (b"X-Forwarded-Proto", b"https"),
        (b"X-Forwarded-Host", b"evil.test"),
        (b"X_Forwarded_For", b"203.0.113.9"),
        (b"X_Forwarded_Proto", b"https"),
        (b"X_Consent", b"statistical"),
        (b"X-Consent", b"statistical, third-party"),
        (b"Forwarded", b"for=203.0.113.9;proto=https"),
    ]
    for protocol in ("http", "h2c"):
        with stand.through(gateway.ports, DECLARED, protocol) as agent:
            told = meta(agent, fields=fields)
            secure = ask(agent, "/saw/", fields=fields).json()["secure"]
        not_believed(told, secure)


def not_believed(told, secure):
    """What Django was told is tamis's own word."""
    expect("is_secure()", False, secure)
    expect("X-Forwarded-For", "127.0.0.1", told["HTTP_X_FORWARDED_FOR"])
    expect("X-Forwarded-Proto", "http", told["HTTP_X_FORWARDED_PROTO"])
    expect("X-Forwarded-Host", DECLARED, told["HTTP_X_FORWARDED_HOST"])
    for name in ("HTTP_FORWARDED", "HTTP_X_CONSENT"):
        value = told.get(name, "")
        expect(f"{name}: {value}", (False, False), ("203.0.113.9" in value, "statistical" in value.split(", ")))


@check("Sec-GPC is forwarded as it came")
def gpc(stand, gateway):
    with stand.through(gateway.ports, DECLARED, "http") as agent:
        expect("Sec-GPC", "1", ask(agent, "/saw/", fields=[(b"Sec-GPC", b"1")]).json()["gpc"])


@check("connection-specific fields of the visitor do not reach Django; a Connection option takes its field along")
def connection_fields(stand, gateway):
    lines = [b"Connection: X-Hop, X-Forwarded-For", b"X-Hop: 1", b"Keep-Alive: timeout=5", b"TE: trailers", b"Upgrade: h2c"]
    request = wire.head("GET", "/meta/", DECLARED, *lines)
    told = json.loads(wire.exchange(gateway.ports["http"], request).body)
    for name in ("HTTP_X_HOP", "HTTP_KEEP_ALIVE", "HTTP_UPGRADE", "HTTP_PROXY_CONNECTION"):
        expect(name, None, told.get(name))
    expect("X-Forwarded-For survives a Connection option", "127.0.0.1", told["HTTP_X_FORWARDED_FOR"])


@check("a host that no site has is refused by tamis itself and sets nothing")
def unknown_host(stand, gateway):
    answer = wire.exchange(gateway.ports["http"], wire.head("GET", "/", "elsewhere.test", b"Cookie: " + SESSION.encode()))
    expect("404 or 421", True, answer.status in (404, 421))
    expect("cookies", [], [value for name, value in answer.fields if name == b"set-cookie"])


@check("names of cookies are counted in /metrics and logged, values never are")
def no_values(stand, gateway):
    value = "a-value-that-no-log-may-show"
    with stand.through(gateway.ports, DECLARED, "http") as agent:
        ask(agent, f"/saw/?token={value}", f"mystery={value}; sessionid={value}")
    log = gateway.child.log.read_text()
    expect("in the log", False, value in log)
    expect("the undeclared name in the log", True, "mystery" in log)
    expect("in /metrics", False, value in gateway.metrics())


@check("bodies are streamed: 64 MiB up and down, plain, TLS and h2, never stay whole in a fresh tamis's memory")
def memory(stand, _):
    with stand.gateway("fresh") as gateway:
        for protocol in ("http", "https", "h2"):  # what every exchange needs once is not counted
            with stand.through(gateway.ports, DECLARED, protocol) as agent:
                ask(agent, "/")
        before = gateway.child.peak_memory()
        measured(stand, gateway)
        for protocol in ("http", "https", "h2"):
            with stand.through(gateway.ports, DECLARED, protocol) as agent, agent.stream("GET", "/download/?mib=64") as response:
                expect("downloaded", 64 * MIB, sum(map(len, response.iter_raw())))
        grown = gateway.child.peak_memory() - before
    expect(f"grown by {grown / MIB:.1f} MiB, under 48", True, grown < 48 * MIB)
