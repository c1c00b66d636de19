"""The load: which requests, by which tool, and how many of them were answered."""

import re
import shutil
import subprocess
from dataclasses import dataclass


COOKIES = [
    "sessionid=b3f1c7d2e9a84f60917c5d2e8a4b6f03",
    "csrftoken=tR5vXw8LqPz2NcKd7YbHs4JmFg9EuAa1",
    "_ga=GA1.2.1029384756.1767225600",
    "_pk_id.1.abcd=fedcba9876543210.1767225600.",
    "django_language=fr",
    "undeclared=1",
    "messages=abc.def",
    "cookies_preferences=%7B%22analytics%22%3Afalse%7D",
]
# With these a field has 2.5 KB, more than any that tamis remembers.
MORE_COOKIES = [f"{name}={number:032}" for number in range(2, 25) for name in (f"_pk_id.{number}.abcd", "messages")]
# What the origin server sets with each answer.
SET_COOKIES = [
    "sessionid=b3f1c7d2e9a84f60917c5d2e8a4b6f03; Path=/; Max-Age=1209600; HttpOnly; SameSite=Lax",
    "csrftoken=tR5vXw8LqPz2NcKd7YbHs4JmFg9EuAa1; Path=/; Max-Age=31449600; SameSite=Lax",
    "django_language=fr; Path=/; Max-Age=63072000; SameSite=Lax",
    "_ga=GA1.2.1029384756.1767225600; Domain=example.org; Path=/; Max-Age=63072000",
    "_pk_id.1.abcd=fedcba9876543210.1767225600.; Path=/; Max-Age=33955200; SameSite=Lax",
    "undeclared=1; Path=/",
]
AGENT = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "fr,en;q=0.7",
    "Accept-Encoding": "gzip, deflate, br",
    "Cookie": "; ".join(COOKIES),
}
MEBIBYTES = 64  # of /large
WINDOWS = ["-w20", "-W24"]
HANDSHAKES = 400  # a second


@dataclass(frozen=True)
class Scenario:
    """One kind of load. `unit` is what the cost is divided by."""

    about: str
    tool: str
    tls: bool
    path: str = "/"
    unit: str = "request"
    policy: bool = True
    cookies: str = "few"

    @property
    def steady(self):
        """Whether it is small answers over connections that stay."""
        return self.tool in ("wrk", "h2load")


SCENARIOS = {
    "pass": Scenario("HTTP/1.1, everything forwarded as it came", "wrk", False, policy=False),
    "h1": Scenario("HTTP/1.1, 64 connections kept", "wrk", False),
    "tls-h1": Scenario("HTTP/1.1 over TLS, 64 connections kept", "wrk", True),
    "tls-h2": Scenario("HTTP/2 over TLS, 16 connections of 8 streams", "h2load", True),
    "h1-long": Scenario("HTTP/1.1, a Cookie field of 2.5 KB", "wrk", False, cookies="more"),
    "h2-crumbs": Scenario("HTTP/2 over TLS, a Cookie field for each pair", "h2load", True, cookies="apart"),
    "churn": Scenario("HTTP/1.1, a connection a request", "wrk-close", False),
    "handshake": Scenario("a full TLS handshake a request", "h2load-connect", True),
    "stream": Scenario("64 MiB answers, HTTP/1.1", "h2load-large", False, "/large", "MiB"),
    "tls-stream": Scenario("64 MiB answers, HTTP/1.1 over TLS", "h2load-large", True, "/large", "MiB"),
    "h2-stream": Scenario("64 MiB answers, HTTP/2 over TLS", "h2load-large-h2", True, "/large", "MiB"),
    "idle": Scenario("memory of an idle connection, HTTP/1.1", "idle", False, unit="connection"),
    "tls-idle": Scenario("memory of an idle connection, TLS", "idle", True, unit="connection"),
    "latency": Scenario("added to the origin server's own time, 1,000 requests a second", "latency", False),
}


def headers(judged=True, cookies="few"):
    """A user agent's fields for a load tool. Without `judged` the cookies are in a field that means nothing."""
    name = "Cookie" if judged else "X-Cookie"
    values = {
        "few": [AGENT["Cookie"]],
        "more": ["; ".join(COOKIES + MORE_COOKIES)],
        "apart": COOKIES,
    }[cookies]
    others = [f"{name}: {value}" for name, value in AGENT.items() if name != "Cookie"]
    return [word for field in [*others, *(f"{name}: {value}" for value in values)] for word in ("-H", field)]


def command(scenario, url, seconds, fields):
    """The load tool and its arguments. No tool resumes a TLS session here: wrk does, so handshakes are h2load's."""
    if scenario.tool == "h2load-connect":
        fields = [*fields, *WINDOWS, "-r8", f"--rate-period={8 * 1000 // HANDSHAKES}ms"]
        return ["h2load", "--h1", "-t1", f"-c{HANDSHAKES * seconds}", f"-n{HANDSHAKES * seconds}", *fields, url]
    return {
        "wrk": ["wrk", "-t1", "-c64", f"-d{seconds}s", *fields, url],
        "wrk-close": ["wrk", "-t1", "-c8", f"-d{seconds}s", *fields, "-H", "Connection: close", url],
        "h2load": ["h2load", "-t1", "-c16", "-m8", *WINDOWS, "-D", str(seconds), *fields, url],
        "h2load-large": ["h2load", "--h1", "-t1", "-c4", *WINDOWS, "-n", str(8 * seconds), *fields, url],
        "h2load-large-h2": ["h2load", "-t1", "-c2", "-m2", *WINDOWS, "-n", str(8 * seconds), *fields, url],
    }[scenario.tool]


def run(arguments, cpus):
    """(requests answered with success, what the tool printed)."""
    assert shutil.which(arguments[0]), f"{arguments[0]} is not installed"
    child = subprocess.run(
        ["taskset", "-c", ",".join(map(str, sorted(cpus))), *arguments], capture_output=True, text=True, timeout=900
    )
    text = child.stdout + child.stderr
    if arguments[0] == "wrk":
        done, failed = number(r"(\d+) requests in", text), number(r"Non-2xx or 3xx responses: (\d+)", text)
    else:
        done, failed = number(r"(\d+) succeeded", text), number(r"succeeded, (\d+) failed", text)
    if not done or failed:
        raise RuntimeError(f"{done} done, {failed} failed: {' '.join(arguments)}\n{text[-2000:]}")
    return done, text


def number(pattern, text):
    """The first one that the pattern finds; 0 if there is none."""
    found = re.search(pattern, text)
    return int(found[1]) if found else 0


def url(scenario, subject, place):
    """Where a scenario asks a subject."""
    path = scenario.path if subject.judged else "/unjudged"
    if scenario.tls:
        return f"https://127.0.0.1:{place.tls_port}{path}"
    return f"http://127.0.0.1:{place.port}{path}"


def cost(rig, scenario, subject, seconds):
    """CPU microseconds of the subject a request (or a MiB) of one run."""
    child, place = rig.start(subject, scenario.policy)
    before = child.cpu()
    fields = headers(subject.judged, scenario.cookies)
    try:
        done, _ = run(command(scenario, url(scenario, subject, place), seconds, fields), rig.load_cpus)
    except RuntimeError as fault:
        fault.add_note(f"while {subject.name} was asked, which said: {child.said()}")
        raise
    spent = child.cpu() - before
    return spent * 1e6 / (done * (MEBIBYTES if scenario.unit == "MiB" else 1))
