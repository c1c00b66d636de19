"""The curves: what grows, by how much, and what it costs."""

import os
import resource
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "peers"))

import idle  # noqa: E402
import instructions  # noqa: E402
import load  # noqa: E402
import processes  # noqa: E402
import registry  # noqa: E402
from rig import Rig  # noqa: E402
from subjects import Subject, named  # noqa: E402

REQUESTS = 1000
REST = 20  # seconds
ENTRIES = 10, 1_000, 100_000
SITES = 1, 1_000, 10_000
CONNECTIONS = 1, 10, 100, 1_000, 10_000
COOKIE_OCTETS = 200, 2_000, 16_000
SET_COOKIES = 1, 20, 100
MEBIBYTE = 1 << 20
AGREED = "cookies_preferences=%7B%22analytics%22%3Atrue%7D"


@dataclass
class Curve:
    """`points` are (how many, cost)."""

    title: str
    of: str  # what is counted on the x axis
    unit: str
    points: list = field(default_factory=list)


def entries():
    """A registry of more and more entries."""
    request = Curve("A request", "entries of the registry", "instructions")
    compiled = Curve("Compiling the registry", "entries of the registry", "ms of CPU time")
    memory = Curve("Memory of the gateway", "entries of the registry", "MiB")
    rest = Curve("At rest", "entries of the registry", "ms of CPU time a second")
    for number in ENTRIES:
        subject = named(f"tamis:entries-{number}")
        request.points.append((number, instructions_of(subject)))
        with Rig(pinned=False) as rig:
            child, place = rig.start(subject)
            time.sleep(1)
            memory.points.append((number, child.memory() / MEBIBYTE))
            compiled.points.append((number, checked(place)))
            rest.points.append((number, at_rest(child)))
    return [request, compiled, memory, rest]


def at_rest(child):
    """CPU milliseconds a second while nothing comes. It looks at its files every five seconds, and at first reads those
    again that were written just before."""
    time.sleep(8)
    before = child.cpu()
    time.sleep(REST)
    return (child.cpu() - before) * 1000 / REST


def checked(place):
    """CPU milliseconds of a `tamis check`, which compiles what `tamis run` does."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, **place.environment(), "REGISTRY": "entries.yaml"}
    command = [os.environ["TAMIS_BIN"], "check", "--config", place.folder / "tamis.yaml"]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000


def instructions_of(subject, fields=None, set_cookies=load.SET_COOKIES):
    """Instructions of a worker for a request over plain HTTP/1.1."""
    with Rig(set_cookies=set_cookies, pinned=False) as rig:
        scenario = load.SCENARIOS["h1"]
        fields = fields or load.headers()
        _, counts = instructions.counted(rig, subject, scenario, fields, requests=REQUESTS, connections=1)
    return counts.instructions


GATEWAY = """\
workers: 1
listeners:
  - address: 127.0.0.1:{port}
  - address: 127.0.0.1:{tls_port}
    tls: {{ certificate: "{certificate}", key: "{key}" }}
admin: {{ address: 127.0.0.1:{admin} }}
log: {{ access: false }}
records: off
observations: {{ file: off }}
sites_from: sites
"""
SITE = """\
hosts: [{host}]
upstream: http://127.0.0.1:{origin}
registry: ../registries/{host}.yaml
rewrite: {{ lifetime: clamp }}
purge: off
"""


def host(number):
    """That of the site with this number."""
    return f"site-{number:05}.example.org"


@dataclass
class Sites:
    """A gateway with so many sites, each with a registry of its own."""

    number: int
    admin: int = 0

    def subject(self):
        """As the rig starts it."""
        return Subject(f"sites-{self.number}", self.start)

    def start(self, place):
        """Writes its files."""
        # Those of the place are as free until they are listened on.
        taken = place.port, place.tls_port
        self.admin = next(port for port in processes.free_ports(3) if port not in taken)
        text = registry.REFERENCE.read_text()
        for folder in ("sites", "registries"):
            (place.folder / folder).mkdir()
        for number in range(self.number):
            name = host(number)
            (place.folder / f"sites/{name}.yaml").write_text(SITE.format(host=name, origin=place.origin_port))
            (place.folder / f"registries/{name}.yaml").write_text(text.replace("app.example.org", name))
        config = place.folder / "tamis.yaml"
        values = dict(port=place.port, tls_port=place.tls_port, certificate=place.certificate, key=place.key)
        config.write_text(GATEWAY.format(admin=self.admin, **values))
        return [os.environ["TAMIS_BIN"], "run", "--config", config], {}

    def reload(self, child, place):
        """CPU milliseconds of a reload after one registry has changed."""
        before = child.cpu()
        with open(place.folder / f"registries/{host(0)}.yaml", "a") as file:
            file.write("# changed\n")
        request = urllib.request.Request(f"http://127.0.0.1:{self.admin}/reload", method="POST")
        with urllib.request.urlopen(request, timeout=600) as answer:
            answer.read()
        return (child.cpu() - before) * 1000


def sites():
    """More and more sites."""
    request = Curve("A request to the last site", "sites", "instructions")
    memory = Curve("Memory of the gateway", "sites", "MiB")
    reload = Curve("A reload, one registry changed", "sites", "ms of CPU time")
    rest = Curve("At rest", "sites", "ms of CPU time a second")
    for number in SITES:
        gateway = Sites(number)
        with Rig(pinned=False) as rig:
            child, place = rig.start(gateway.subject(), seconds=120)
            time.sleep(1)
            memory.points.append((number, child.memory() / MEBIBYTE))
            rest.points.append((number, at_rest(child)))
            reload.points.append((number, gateway.reload(child, place)))
        fields = [*load.headers(), "-H", f":authority: {host(number - 1)}"]
        request.points.append((number, instructions_of(Sites(number).subject(), fields)))
    return [request, memory, reload, rest]


def connections():
    """More and more idle connections, each after one request."""
    curves = []
    for tls in (False, True):
        curve = Curve(f"Idle connections{' over TLS' if tls else ''}", "connections", "MiB more than without")
        with Rig(pinned=False) as rig:
            child, place = rig.start(named("tamis"))
            before = child.memory()
            with idle.Agents(place, tls) as agents:
                for number in CONNECTIONS if not tls else CONNECTIONS[:-1]:
                    agents.open(number - len(agents.streams), None)
                    time.sleep(idle.REST)
                    curve.points.append((number, (child.memory() - before) / MEBIBYTE))
        curves.append(curve)
    return curves


def cookies():
    """Cookie fields of more and more octets, of which every second pair is stripped; read each time, and remembered."""
    read = Curve("Cookie fields that are new", "octets of both fields", "instructions")
    known = Curve("One that came before, up to 2 KB", "octets of the field", "instructions")
    for octets in COOKIE_OCTETS:
        pairs = [AGREED]
        while len("; ".join(pairs)) < octets:
            name = f"_pk_id.{len(pairs)}" if len(pairs) % 2 else f"undeclared_{len(pairs)}"
            pairs.append(f"{name}={len(pairs):050}")
        # Of several fields none is remembered.
        halves = ["; ".join(part) for part in (pairs[::2], pairs[1::2])]
        for curve, values in ((read, halves), (known, ["; ".join(pairs)])):
            words = [word for value in values for word in ("-H", f"Cookie: {value}")]
            curve.points.append((sum(map(len, values)), instructions_of(named("tamis"), words)))
    return [read, known]


def set_cookies():
    """Answers with more and more Set-Cookie fields, of which every second is stripped."""
    curve = Curve("Many Set-Cookie fields", "fields", "instructions")
    for number in SET_COOKIES:
        names = [f"_pk_id.{at}" if at % 2 else f"undeclared_{at}" for at in range(1, number + 1)]
        lines = [f"{name}={'0' * 20}; Path=/; Max-Age=33955200; SameSite=Lax" for name in names]
        fields = ["-H", f"Cookie: {AGREED}"]
        curve.points.append((number, instructions_of(named("tamis"), fields, lines)))
    return [curve]


ALL = {"entries": entries, "sites": sites, "connections": connections, "cookies": cookies, "set-cookies": set_cookies}
