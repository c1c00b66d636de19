"""The visitor's choice, in every spelling that was seen in the field."""

import json
from urllib.parse import quote

from .book import ANALYTICS, Book, ask, expect, names, saw, set_cookies

check = Book()
CHECKS = check.checks

COOKIE = "cookies_preferences"
TRACKERS = {"_ga": "google-analytics", "_pk_id.1.abcd": "matomo"}
YES = {"matomo": True, "google-analytics": True}


def passing(agent, *consents):
    """The trackers that pass with these consent cookies; both directions have to agree."""
    choices = "; ".join(f"{COOKIE}={value}" for value in consents)
    cookie = "; ".join(["_ga=1", "_pk_id.1.abcd=2", choices])
    up = {pair.partition("=")[0] for pair in saw(agent, cookie).split("; ")}
    expect("the consent cookie itself is never filtered", True, choices in saw(agent, cookie))
    down = set(names(set_cookies(ask(agent, "/trackers/", cookie))))
    expect(f"request and response agree for {choices}", up & TRACKERS.keys(), down & TRACKERS.keys())
    return up & TRACKERS.keys()


def grants(stand, gateway, value, expected=frozenset(TRACKERS)):
    """Whether exactly the expected trackers pass with this value of the consent cookie."""
    with stand.through(gateway.ports, ANALYTICS, "http") as agent:
        expect(f"with {COOKIE}={value}", set(expected), passing(agent, value))


def written_by_django(stand, gateway, path):
    """The value that a page of the portal writes."""
    with stand.through(gateway.ports, ANALYTICS, "http") as agent:
        line = next(line for line in set_cookies(agent.get(path)) if line.startswith(COOKIE.encode()))
    return line.partition(b"=")[2].partition(b"; ")[0].decode("latin-1")


@check("json.dumps through Django's set_cookie (quoted, comma as \\054) is read, key by key")
def quoted_json(stand, gateway):
    with stand.through(gateway.ports, ANALYTICS, "http") as agent:
        agent.get("/consent/")
        agent.post_form("/consent/", {"grant": ["matomo"]})
        value = next(cookie.value for cookie in agent.cookies.jar if cookie.name == COOKIE)
    expect("Django quotes it", (True, True), ("\\054" in value, value.startswith('"{\\"')))
    grants(stand, gateway, value, {"_pk_id.1.abcd"})


@check("str(dict) is no JSON and grants nothing")
def python_text(stand, gateway):
    value = written_by_django(stand, gateway, "/consent/str/")
    expect("Python's spelling", True, "True" in value)
    grants(stand, gateway, value, set())


@check("quote(json.dumps(…)), encodeURIComponent, half-encoded and raw JSON are the same choice")
def spellings(stand, gateway):
    compact = json.dumps(YES, separators=(",", ":"))
    grants(stand, gateway, quote(json.dumps(YES)))
    grants(stand, gateway, quote(compact, safe="!'()*~"))
    grants(stand, gateway, quote(compact, safe="{}:"))
    grants(stand, gateway, compact)


@check("only the boolean true grants: not \"false\", \"true\", 1, null or a list")
def strict_booleans(stand, gateway):
    for value in ("false", "true", 1, None, ["matomo"], {"on": True}):
        grants(stand, gateway, quote(json.dumps(dict.fromkeys(YES, value))), set())


@check("an HttpOnly consent cookie passes byte for byte, and X-Consent tells Django the decision")
def hidden(stand, gateway):
    with stand.through(gateway.ports, ANALYTICS, "http") as agent:
        (line,) = set_cookies(agent.get("/consent/hidden/"))
        expect("still HttpOnly", True, b"; HttpOnly; " in line)
        told = agent.get("/meta/").json()["HTTP_X_CONSENT"].split(", ")
    expect(f"matomo is granted, google-analytics is not, in {told}", (True, False), ("matomo" in told, "google-analytics" in told))


@check("a choice that a script wrote counts from the next request, with a tracker written before it")
def written_by_script(stand, gateway):
    with stand.through(gateway.ports, ANALYTICS, "http") as agent:
        agent.plant("_ga", "written-first")
        expect("before the choice", None, agent.get("/saw/").json()["cookie"])
        agent.plant(COOKIE, quote(json.dumps(YES)))
        expect("with the choice", True, "_ga=written-first" in agent.get("/saw/").json()["cookie"])


@check("of two consent cookies that disagree the stricter wins, in either order")
def two_copies(stand, gateway):
    yes, no = (quote(json.dumps(dict.fromkeys(YES, value))) for value in (True, False))
    with stand.through(gateway.ports, ANALYTICS, "http") as agent:
        expect("yes, no", set(), passing(agent, yes, no))
        expect("no, yes", set(), passing(agent, no, yes))
        expect("yes, unreadable", set(), passing(agent, yes, "{nonsense"))
        expect("yes, yes", set(TRACKERS), passing(agent, yes, yes))


@check("other managers' values (wait, a version, -1) in this cookie grant nothing")
def foreign_values(stand, gateway):
    for value in (
        "!matomo=wait!google-analytics=wait",
        "!matomo=true!google-analytics=true",
        '"matomo=2026-11-23T10:42:03.255955+00:00|google-analytics=-1"',
        "allow",
        "1",
        "",
        '""',
    ):
        grants(stand, gateway, value, set())
