"""Cookies on the wire, both ways."""

from client import PROTOCOLS
from tables import LILLE

from .book import DECLARED, SESSION, Book, ask, expect, names, saw, set_cookies

check = Book()
CHECKS = check.checks


def raw_lines(stand, gateway, name):
    """The lines of /raw/NAME/, direct and through tamis; the latter are the same over every protocol."""
    with stand.direct(DECLARED, "http") as direct:
        sent = set_cookies(direct.get(f"/raw/{name}/"))
    passed = {}
    for protocol in PROTOCOLS:
        with stand.through(gateway.ports, DECLARED, protocol) as agent:
            passed[protocol] = set_cookies(agent.get(f"/raw/{name}/"))
        expect(f"lines over {protocol}", passed["http"], passed[protocol])
    return sent, passed["http"]


@check("of twenty writes and twenty deletions of a blocked tracker, the deletions pass")
def rewrites(stand, gateway):
    sent, passed = raw_lines(stand, gateway, "rewrites")
    expect("lines that passed", [line for line in sent if b"Max-Age" not in line], passed)
    expect("how many", 20, len(passed))


@check("Django's deletion (\"\" and 1970) passes as it is, for a declared and for a blocked cookie")
def deletions(stand, gateway):
    with stand.through(gateway.ports, DECLARED, "http") as agent:
        for name in ("sessionid", "_fbp", "mystery"):
            line = f'{name}=""; expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/'.encode()
            expect("the deletion", [line], set_cookies(ask(agent, f"/delete/{name}/")))


@check("Django deletes a session it does not know, and replaces a malformed csrftoken")
def unknown_session(stand, gateway):
    with stand.through(gateway.ports, DECLARED, "http") as agent:
        lines = set_cookies(ask(agent, "/", SESSION + "; csrftoken=short"))
    expect("deleted", ["sessionid"], names(lines, deletions=True))
    expect("set", ["csrftoken"], names(lines))


@check("200, 204, 206, 302, 304, 401, 404, 500, 503 and HEAD are all filtered")
def every_status(stand, gateway):
    for protocol in PROTOCOLS:
        with stand.through(gateway.ports, DECLARED, protocol) as agent:
            filtered_whatever_the_status(agent)


def filtered_whatever_the_status(agent):
    """The answers to one agent."""
    tag = ask(agent, "/fresh/").headers["etag"]
    for expected, path, more in (
        *((status, f"/status/{status}/", {}) for status in (200, 204, 302, 401, 404, 500, 503)),
        (206, "/range/", {"fields": [(b"Range", b"bytes=1-5")]}),
        (304, "/fresh/", {"fields": [(b"If-None-Match", tag.encode())]}),
        (404, "/status/404/", {"method": "HEAD"}),
        (200, "/status/200/", {"method": "POST"}),
    ):
        response = ask(agent, path, **more)
        expect("the status", expected, response.status_code)
        expect(f"cookies of {expected}", ["django_language"], names(set_cookies(response)))


@check("tamis's own error page for a dead upstream sets no cookie")
def own_errors(stand, gateway):
    with stand.through(gateway.ports, "dead.test", "http") as agent:
        response = ask(agent, "/", SESSION)
    expect("502 or 503", True, response.status_code in (502, 503))
    expect("cookies", [], set_cookies(response))


@check("odd attributes, dashed dates, commas and doubled attributes pass byte for byte, in order")
def attributes(stand, gateway):
    sent, passed = raw_lines(stand, gateway, "attributes")
    expect("lines", sent, passed)


@check("same-name twins stay apart and in order; the tracker between them goes")
def twins(stand, gateway):
    sent, passed = raw_lines(stand, gateway, "twins")
    expect("lines", [line for line in sent if not line.startswith(b"_ga=")], passed)
    expect("how many", 3, len(passed))


@check("nameless cookies pass in neither direction")
def nameless(stand, gateway):
    _, passed = raw_lines(stand, gateway, "nameless")
    expect("lines", [b"django_language=kept; Path=/"], passed)
    with stand.through(gateway.ports, DECLARED, "http") as agent:
        cookie = f"justvalue; {SESSION}; =novalue; =sessionid=smuggled; csrftoken"
        expect("what Django saw", SESSION, saw(agent, cookie))
        expect("nothing left: no field", None, saw(agent, "justvalue; =novalue"))


@check("order and duplicates of a request's cookies stay; raw latin-1 and UTF-8 bytes come through")
def order_and_bytes(stand, gateway):
    for protocol in PROTOCOLS:
        with stand.through(gateway.ports, DECLARED, protocol) as agent:
            expect("order", "sessionid=m3; sessionid=m1", saw(agent, "sessionid=m3; _ga=1; sessionid=m1; x=2"))
            for untouched in ("sessionid=a;csrftoken=b;  django_language=c", 'sessionid="a b"; csrftoken=;'):
                expect("byte for byte where nothing is stripped", untouched, saw(agent, untouched))
            octets = b"django_language=caf\xe9; mystery=\xe9; csrftoken=\xe2\x9c\x93"
            expect("bytes", b"django_language=caf\xe9; csrftoken=\xe2\x9c\x93".decode("latin-1"), saw(agent, octets))
    sent, passed = raw_lines(stand, gateway, "bytes")
    expect("lines", sent, passed)


@check("Sessionid, sessionid2, sessionid[] and sessionid%20 are not sessionid, either way")
def lookalikes(stand, gateway):
    sent, passed = raw_lines(stand, gateway, "lookalikes")
    expect("lines", [b"sessionid=real; Path=/; HttpOnly"], passed)
    with stand.through(gateway.ports, DECLARED, "http") as agent:
        cookie = b"; ".join(line.partition(b";")[0] for line in sent).decode()
        expect("what Django saw", "sessionid=real", saw(agent, cookie))


@check("every cookie gets the same verdict in both directions")
def both_directions(stand, gateway):
    with stand.through(gateway.ports, DECLARED, "http") as agent:
        down = set(names(set_cookies(ask(agent, "/trackers/")) + set_cookies(ask(agent, "/"))))
        every = [*LILLE, "_ga", "_ga_ABC123", "_pk_id.1.abcd", "_fbp", "mystery"]
        up = {pair.partition("=")[0] for pair in saw(agent, "; ".join(f"{name}=1" for name in every)).split("; ")}
    expect("names to Django", set(LILLE), up)
    expect("names from Django", {"django_language", "csrftoken"}, down)


@check("csrftoken and cookies_preferences stay readable by scripts, and nothing gets Secure")
def readable(stand, gateway):
    for protocol in PROTOCOLS:
        with stand.through(gateway.ports, DECLARED, protocol) as agent:
            lines = set_cookies(agent.get("/")) + set_cookies(agent.get("/consent/withdraw/"))
        expect("names", ["csrftoken", "cookies_preferences"], names(lines))
        for line in lines:
            expect(f"flags of {line!r}", (False, False), (b"httponly" in line.lower(), b"secure" in line.lower()))
