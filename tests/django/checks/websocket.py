"""A WebSocket application (uvicorn) and a real client, direct and through tamis."""

import difflib
import json
from urllib.parse import quote

import tables
from stand import SITES
from talk import Visitor, handshake, refusal, talk

from .book import Book, expect

check = Book()
CHECKS = check.checks
LIVE = "live.test"  # lille-analytics.yaml
COOKIE = "sessionid=1; _ga=2; mystery=3; csrftoken=4"
CHOICES = {
    "absent": (COOKIE, frozenset()),
    "given": (f"{COOKIE}; cookies_preferences={quote(json.dumps({'google-analytics': True}))}", {"google-analytics"}),
    "withdrawn": (f"{COOKIE}; cookies_preferences={quote(json.dumps({'google-analytics': False}))}", frozenset()),
}


def both(stand, ports, scheme, granted):
    """A visitor without a gateway, who keeps to the table, and one who comes through `ports`."""
    rule = tables.Rule(SITES[LIVE].table)
    rule.granted = frozenset(granted)
    context = stand.certificates.context  # one for each: httpx writes its ALPN into it
    direct = Visitor(LIVE, scheme, stand.portal.ports[SITES[LIVE].server], context(), rule)
    return direct, Visitor(LIVE, scheme, ports, context())


def equal(stand, gateway, scheme, consent):
    """What differs between the script's two runs."""
    cookie, granted = CHOICES[consent]
    direct, through = both(stand, gateway.ports, scheme, granted)
    expected, found = talk(direct, cookie), talk(through, cookie)
    assert len(expected) > 40, expected  # the script has run
    return "\n".join(difflib.unified_diff(expected, found, "direct, by the table", "through tamis", lineterm="", n=1))


for scheme, consent in (("http", "absent"), ("http", "given"), ("http", "withdrawn"), ("https", "absent"), ("https", "given")):
    check(f"WebSocket echo, {scheme}, consent {consent}: text, octets, 1 MiB, pings, closes, refusal as without a gateway")(
        lambda stand, gateway, scheme=scheme, consent=consent: equal(stand, gateway, scheme, consent)
    )


def lines(facts, beginning):
    """The cookie-names of the facts that begin so."""
    return [fact.removeprefix(beginning).partition("=")[0] for fact in facts if fact.startswith(beginning)]


@check("a 101 and a 403 set what is declared and agreed, and delete what they will; the application sees no more than that")
def in_words(stand, gateway):
    for scheme in ("http", "https"):
        for consent, (cookie, granted) in CHOICES.items():
            _, through = both(stand, gateway.ports, scheme, granted)
            agreed = ["_ga"] if consent == "given" else []
            expected = ["sessionid", *agreed, "_fbp"]
            facts = list(handshake(through, cookie))
            expect(f"{scheme}, {consent}: the 101", expected, lines(facts, "field set-cookie: "))
            expect(f"{scheme}, {consent}: the 403", expected, lines(refusal(through, cookie, "/refused/"), "field set-cookie: "))
            (seen,) = [fact.removeprefix("told cookie: ") for fact in facts if fact.startswith("told cookie: ")]
            names = [pair.partition("=")[0] for pair in seen.split("; ")]
            chosen = ["cookies_preferences"] if consent != "absent" else []
            expect(f"{scheme}, {consent}: what the application saw", ["sessionid", *agreed, "csrftoken", *chosen], names)


@check("a WebSocket application is told the scheme, the host and the choice as any other")
def told(stand, gateway):
    cookie, granted = CHOICES["given"]
    for scheme in ("http", "https"):
        _, through = both(stand, gateway.ports, scheme, granted)
        with through.open("/saw/", cookie) as websocket:
            fields = dict(json.loads(websocket.recv(60))["fields"])
        seen = (fields["host"], fields["x-forwarded-proto"], fields["x-forwarded-host"], fields["x-forwarded-for"])
        expect(scheme, (LIVE, scheme, LIVE, "127.0.0.1"), seen)
        expect("X-Consent", True, "google-analytics" in fields["x-consent"].split(", "))


@check("break: a tamis that observes instead of enforcing turns the WebSocket comparison red")
def observing(stand, _):
    cookie, granted = CHOICES["absent"]
    with stand.gateway("observing-websockets", [stand.site(LIVE, mode="observe")]) as gateway:
        direct, through = both(stand, gateway.ports, "http", granted)
        expected, found = (set(handshake(visitor, cookie)) for visitor in (direct, through))
    more = sorted(fact.partition("=")[0] for fact in found - expected)
    expect("facts that differ", ["field set-cookie: _ga", "field set-cookie: mystery", "told cookie: sessionid"], more)
