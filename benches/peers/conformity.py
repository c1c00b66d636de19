"""Whether a subject applies the reference policy, seen from both of its ends, over h1, TLS and HTTP/2.

The policy: sessionid, csrftoken, django_language, messages and cookies_preferences pass; _ga, _gid, _ga_*, _pk_id.*
and _pk_ses.* pass where cookies_preferences, percent-decoded, holds `"analytics":true`; nothing else does, in neither
direction. sessionid gets HttpOnly and SameSite=Lax, and Secure where the user agent's connection is secure. No
lifetime is longer than 34,128,000 seconds. X-Forwarded-For, -Proto and -Host tell the origin server who asked.
"""

import socket
import ssl
import subprocess

from load import AGENT, COOKIES, SET_COOKIES

NECESSARY = "sessionid", "csrftoken", "django_language", "messages", "cookies_preferences"
ANALYTICS = "_ga", "_pk_id.1.abcd"
AGREED = "cookies_preferences=%7B%22analytics%22%3Atrue%7D"
HOST = "app.example.org"
PROTOCOLS = "h1", "tls-h1", "tls-h2"


def ask(protocol, place, path, fields):
    """(fields of the answer as (lower-case name, value), content) of a GET."""
    if protocol == "tls-h2":
        return ask_h2(place, path, fields)
    secure = protocol == "tls-h1"
    lines = [f"GET {path} HTTP/1.1", f"Host: {HOST}", "Connection: close, X-Hop", "X-Hop: 1"]
    lines += [f"{name}: {value}" for name, value in fields.items()]
    with socket.create_connection(("127.0.0.1", place.tls_port if secure else place.port), 10) as stream:
        if secure:
            stream = ssl._create_unverified_context().wrap_socket(stream, server_hostname="localhost")
        stream.sendall("\r\n".join([*lines, "", ""]).encode())
        answer = b"".join(iter(lambda: stream.recv(65536), b"")).decode("latin1")
    head, _, content = answer.partition("\r\n\r\n")
    pairs = (line.partition(":") for line in head.split("\r\n")[1:])
    return [(name.lower(), value.strip()) for name, _, value in pairs], content


def ask_h2(place, path, fields):
    """The same by nghttp, which prints each field that comes as `recv (stream_id=N) name: value`."""
    headers = [f"-H{name.lower()}: {value}" for name, value in fields.items()]
    target = f"https://127.0.0.1:{place.tls_port}{path}"
    command = ["nghttp", "--no-dep", f"-H:authority: {HOST}", *headers, target]
    log = subprocess.run([command[0], "-nv", *command[1:]], capture_output=True, text=True, timeout=30).stdout
    content = subprocess.run(command, capture_output=True, text=True, timeout=30).stdout
    lines = (line.partition("recv (stream_id=")[2].partition(") ")[2] for line in log.splitlines())
    pairs = (line.partition(": ") for line in lines if not line.startswith(":"))
    return [(name, value) for name, colon, value in pairs if colon], content


def differences(protocol, place, body):
    """What the subject does otherwise, a line each."""
    return [*upstream(protocol, place), *downstream(protocol, place, body)]


def upstream(protocol, place):
    """… as the origin server sees it."""
    secure = protocol != "h1"
    _, content = ask(protocol, place, "/seen", AGENT)
    seen = dict(line.split(": ", 1) for line in content.splitlines() if ": " in line)
    expected = {
        "cookie": "; ".join(pair for pair in COOKIES if pair.startswith(tuple(f"{name}=" for name in NECESSARY))),
        "host": HOST,
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-proto": "https" if secure else "http",
        "x-forwarded-host": HOST,
    }
    for name, value in expected.items():
        if seen.get(name) != value:
            yield f"{name} at the origin server: {seen.get(name)!r}, not {value!r}"
    _, content = ask(protocol, place, "/seen", {"Cookie": f"_ga=1; {AGREED}; undeclared=1; _pk_id.1.abcd=2"})
    if f"cookie: _ga=1; {AGREED}; _pk_id.1.abcd=2\n" not in content:
        yield f"cookies after consent at the origin server: {content.splitlines()[:1]}"


def downstream(protocol, place, body):
    """… as the user agent sees it."""
    fields, content = ask(protocol, place, "/", AGENT)
    if body not in content:
        yield f"the content differs: {content[:80]!r}"
    cookies = set_cookies(fields)
    if list(cookies) != ["sessionid", "csrftoken", "django_language"]:
        yield f"Set-Cookie without consent: {list(cookies)}"
    wanted = {"path=/", "max-age=1209600", "httponly", "samesite=lax"} | ({"secure"} if protocol != "h1" else set())
    if cookies.get("sessionid") != wanted:
        yield f"attributes of sessionid: {sorted(cookies.get('sessionid', ()))}, not {sorted(wanted)}"
    if "max-age=34128000" not in cookies.get("django_language", ()):
        yield f"lifetime of django_language: {sorted(cookies.get('django_language', ()))}"
    fields, _ = ask(protocol, place, "/", {"Cookie": AGREED})
    if list(set_cookies(fields)) != ["sessionid", "csrftoken", "django_language", *ANALYTICS]:
        yield f"Set-Cookie after consent: {list(set_cookies(fields))}"


def changes(place):
    """What a subject without policy does to cookies all the same."""
    _, content = ask("h1", place, "/seen", AGENT)
    if f"cookie: {AGENT['Cookie']}\n" not in content:
        yield f"cookies at the origin server: {content.splitlines()[:1]}"
    fields, _ = ask("h1", place, "/", AGENT)
    seen = [value for name, value in fields if name == "set-cookie"]
    if seen != SET_COOKIES:
        yield f"Set-Cookie: {seen}"


def set_cookies(fields):
    """Attributes in lower case by cookie-name. A field without a value, which HAProxy leaves, is no cookie."""
    values = [value.split(";") for name, value in fields if name == "set-cookie" and value]
    return {pair.partition("=")[0]: {word.strip().lower() for word in rest} for pair, *rest in values}
