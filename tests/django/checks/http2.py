"""What only HTTP/2 has: ALPN, cookie crumbs, streams, pseudo-fields."""

import json
import socket

import h2.settings
from client import PROTOCOLS
from frames import Connection
from stand import SITES

from .book import DECLARED, Book, ask, expect, names

check = Book()
CHECKS = check.checks
OVER_H2 = [name for name, protocol in PROTOCOLS.items() if protocol.version == b"HTTP/2"]


def connected(stand, gateway, host=DECLARED, protocol="h2c"):
    """A connection to tamis."""
    context = stand.certificates.context() if protocol == "h2" else None
    return Connection(gateway.ports[PROTOCOLS[protocol].listener], host, context)


def cookie_seen(stand, gateway, host, protocol, crumbs):
    """The Cookie that Django saw of a request with these field lines."""
    with connected(stand, gateway, host, protocol) as connection:
        number = connection.request("/saw/", *((b"cookie", crumb) for crumb in crumbs))
        answer = connection.answers()[number]
    expect(f"{protocol}, {host}: the status", 200, answer.status)
    return json.loads(answer.body)["cookie"]


@check("the TLS listener speaks h2 to those who offer it, HTTP/1.1 to those who offer that or nothing")
def alpn(stand, gateway):
    for offered, expected in (
        (["h2", "http/1.1"], "h2"),
        (["http/1.1", "h2"], "h2"),
        (["h2"], "h2"),
        (["http/1.1"], "http/1.1"),
        ([], None),
    ):
        context = stand.certificates.context()
        context.set_alpn_protocols(offered)
        with socket.create_connection(("127.0.0.1", gateway.ports["https"]), timeout=60) as plain:
            with context.wrap_socket(plain, server_hostname=DECLARED) as connection:
                expect(f"offered {offered}", expected, connection.selected_alpn_protocol())


@check("a listener with h2c speaks HTTP/1.1 as well")
def both_versions(stand, gateway):
    with stand.through({"http": gateway.ports["h2c"]}, DECLARED, "http") as agent:
        expect("status", 200, ask(agent, "/").status_code)


@check("the crumbs of a Cookie are judged and forwarded as one line, whatever the server behind")
def crumbs(stand, gateway):
    for protocol in OVER_H2:
        for host in (DECLARED, "live.test", "inner-h2.test"):
            seen = cookie_seen(stand, gateway, host, protocol, [b"sessionid=1", b"_ga=3", b"csrftoken=2; mystery=4", b"justvalue"])
            expect(f"{protocol}, {host}: some stripped", "sessionid=1; csrftoken=2", seen)
            seen = cookie_seen(stand, gateway, host, protocol, [b"sessionid=1", b"csrftoken=2", b"django_language=fr"])
            expect(f"{protocol}, {host}: none stripped", "sessionid=1; csrftoken=2; django_language=fr", seen)
            expect(f"{protocol}, {host}: all stripped", None, cookie_seen(stand, gateway, host, protocol, [b"_ga=3", b"mystery=4"]))


@check("the crumbs of a Cookie reach gunicorn as one line in mode observe too")
def crumbs_observed(stand, gateway):
    for protocol in OVER_H2:
        seen = cookie_seen(stand, gateway, "observed.test", protocol, [b"sessionid=1", b"_ga=3", b"csrftoken=2", b"mystery=4"])
        expect(protocol, "sessionid=1; _ga=3; csrftoken=2; mystery=4", seen)


@check("the streams of one connection are judged each by its own choice, and a consent in a crumb counts")
def streams(stand, gateway):
    for protocol in OVER_H2:
        with connected(stand, gateway, "analytics.test", protocol) as connection:
            asked = {}
            for turn in range(12):
                agreed = turn % 3 == 0
                choice = b'{"google-analytics": true}' if agreed else b'{"google-analytics": false}'
                crumbs = [(b"cookie", b"_ga=%d" % turn), (b"cookie", b"sessionid=%d" % turn), (b"cookie", b"cookies_preferences=" + choice)]
                asked[connection.request("/trackers/", *crumbs)] = (None, agreed)
                asked[connection.request("/saw/", *crumbs)] = (turn, agreed)
            answers = connection.answers()
        for number, (turn, agreed) in asked.items():
            if turn is None:
                expected = (["_ga", "_ga_ABC123"] if agreed else []) + ["django_language"]
                expect(f"{protocol}, stream {number}: set", expected, names(answers[number].all(b"set-cookie")))
            else:
                cookies = json.loads(answers[number].body)["cookies"]
                expected = {"sessionid": str(turn)} | ({"_ga": str(turn)} if agreed else {})
                cookies.pop("cookies_preferences")
                expect(f"{protocol}, stream {number}: seen", expected, cookies)


@check("CONNECT, and CONNECT with a :protocol, are refused; a :protocol is not offered (RFC 8441)")
def connect(stand, gateway):
    plain = [(":method", "CONNECT"), (":authority", "live.test:80")]
    target = [(":scheme", "http"), (":authority", "live.test"), (":path", "/echo/?name=connect")]
    extended = [(":method", "CONNECT"), (":protocol", "websocket"), *target, ("sec-websocket-version", "13")]
    for fields in (plain, extended):
        with connected(stand, gateway, "live.test") as connection:
            number = connection.head(fields, end=False)
            answer = connection.answers()[number]
        offered = (connection.settings or {}).get(h2.settings.SettingCodes.ENABLE_CONNECT_PROTOCOL, 0)
        expect("SETTINGS_ENABLE_CONNECT_PROTOCOL", 0, offered)
        refused = connection.gone or (answer.status is None and answer.reset is not None) or (answer.status or 0) >= 400
        expect(f"{fields[0:2]}: refused, with {answer}", True, refused)


@check("an empty answer keeps its Content-Length: 0, over every protocol")
def zero_length(stand, gateway):
    for protocol in PROTOCOLS:
        with stand.through(gateway.ports, DECLARED, protocol) as agent:
            response = ask(agent, "/admin/")
        expect(f"{protocol}: status and length", (302, "0"), (response.status_code, response.headers.get("content-length")))


@check("Django behind an upstream with h2 is spoken to in HTTP/2, with Host as the visitor sent it and the scheme told")
def inner(stand, gateway):
    for protocol, (scheme, *_) in PROTOCOLS.items():
        with stand.through(gateway.ports, "inner-h2.test", protocol) as agent:
            told, saw = ask(agent, "/meta/").json(), ask(agent, "/saw/").json()
        expect(f"{protocol}: the version", "2", told["http_version"])
        expect(f"{protocol}: what Django saw", ("inner-h2.test", scheme), (saw["host"], saw["scheme"]))


@check("a body without Content-Length over h2 is measured for gunicorn, and refused with 411 where it is too long")
def measured(stand, gateway):
    for protocol in OVER_H2:
        with connected(stand, gateway, protocol=protocol) as connection:
            short, long = (connection.request("/body/", method="POST", end=False) for _ in range(2))
            connection.send(short, b"hello world")
            connection.send(long, bytes(2 << 20))
            answers = connection.answers()
        read = json.loads(answers[short].body)
        expect(f"{protocol}: what Django read", ("11", None, 11), (read["content_length"], read["transfer_encoding"], read["size"]))
        expect(f"{protocol}: the longer one", 411, answers[long].status)
