"""Who is measured, and how each is started with the reference policy or without.

A subject's function takes a `Place` and returns (arguments, environment). A further peer is one more function in
`PEERS` and a folder with its configuration.
"""

import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import registry

HERE = Path(__file__).resolve().parent
MODULES = os.environ.get("NGINX_MODULES", "/usr/lib/nginx/modules")
# What `run` has installed or built.
BUILT = Path(os.environ.get("PEERS_FOLDER", HERE.parents[1] / "target/peers"))


@dataclass
class Place:
    """What a subject is told."""

    folder: Path  # its own, for what it writes
    port: int
    tls_port: int
    origin_port: int
    certificate: Path
    key: Path
    pem: Path  # certificate and key in one file
    threads: int
    policy: bool = True  # without it everything is forwarded as it came

    def environment(self):
        """For configurations that read variables."""
        return {
            "PORT": str(self.port),
            "TLS_PORT": str(self.tls_port),
            "ORIGIN_PORT": str(self.origin_port),
            "CERTIFICATE": str(self.certificate),
            "KEY": str(self.key),
            "PEM": str(self.pem),
            "THREADS": str(self.threads),
        }

    def written(self, template, *marks, **more):
        """A copy of a configuration with its @VALUES@ written in. Lines that end with `# MARK` are there for one of
        `marks` only; `policy` is one of them where the place has it."""
        marks = {*marks, "policy"} if self.policy else set(marks)
        values = {**self.environment(), "FOLDER": self.folder, "HERE": template.parent, "MODULES": MODULES}
        values.update(more)
        lines = []
        for line in template.read_text().splitlines():
            mark = re.search(r"  # (policy|64k)$", line)
            if not mark or mark[1] in marks:
                lines.append(re.sub(r"@([A-Z_]+)@", lambda match: str(values[match[1]]), line))
        copy = self.folder / template.name
        copy.write_text("\n".join([*lines, ""]))
        return copy


@dataclass
class Subject:
    """Somebody to measure. `judged` is whether its cookies travel as such, or the same octets in fields of other names."""

    name: str
    start: Callable
    judged: bool = True
    scenarios: set = field(default_factory=set)  # those that it is meant for; none is all


# No rule of tamis' applies; it still reads every cookie, since it has no setting that stops it from doing so.
FORWARD = {"REGISTRY": "nothing.yaml", "UNDECLARED": "allow", "LIFETIME": "keep", "OBSERVATIONS": "off"}


def tamis(binary, variant=""):
    """A tamis; any binary, so that two builds can be compared."""
    kind, _, number = variant.partition("-")
    changes = {
        "": {},
        "unjudged": {},
        "log": {"ACCESS_LOG": "true"},
        "unobserved": {"OBSERVATIONS": "off"},
        "entries": {"REGISTRY": "entries.yaml"},
    }[kind]

    def start(place):
        # Copied, since a gateway writes what it observes beside its configuration.
        for name in ("tamis.yaml", "registry.yaml", "nothing.yaml"):
            shutil.copy(HERE / "tamis" / name, place.folder)
        if kind == "entries":
            registry.write(place.folder / "entries.yaml", int(number))
        through = {} if place.policy else FORWARD
        return [binary, "run", "--config", place.folder / "tamis.yaml"], {**place.environment(), **changes, **through}

    return start


def haproxy(place):
    """HAProxy with its own rules."""
    return ["haproxy", "-q", "-db", "-f", place.written(HERE / "haproxy/haproxy.cfg")], place.environment()


def nginx_lua(place, *marks):
    """nginx with Lua."""
    return ["nginx", "-p", place.folder, "-c", place.written(HERE / "nginx-lua/nginx.conf", *marks)], {}


def envoy_lua(place):
    """Envoy with Lua."""
    config = place.written(HERE / "envoy-lua/envoy.yaml")
    options = ["--concurrency", place.threads, "--log-level", "error", "--disable-hot-restart"]
    return [BUILT / "envoy", "-c", config, *options], {}


def pingora(place):
    """A proxy of Pingora's, built from the folder of that name."""
    return [BUILT / "pingora/release/pingora-peer"], {**place.environment(), "POLICY": "on" if place.policy else "off"}


PEERS = {"haproxy": haproxy, "nginx-lua": nginx_lua, "envoy-lua": envoy_lua, "pingora": pingora}
VARIANTS = r"log|unobserved|unjudged|entries-[0-9]+"
# What each peer of `--all` is, those for single scenarios included.
ALL = ["tamis", "haproxy", "nginx-lua", "nginx-lua:64k", "envoy-lua", "pingora"]
# tamis beside itself: what single parts of its work cost.
SHARES = ["tamis", "tamis:unjudged", "tamis:unobserved", "tamis:log", "tamis:entries-10", "tamis:entries-100000"]


def named(text):
    """The subject of a word of the command line."""
    name, equals, binary = text.partition("=")
    kind, _, variant = name.partition(":")
    if name == "nginx-lua:64k":
        return Subject(name, lambda place: nginx_lua(place, "64k"), scenarios={"stream", "tls-stream"})
    if not equals and not variant and name in PEERS:
        return Subject(name, PEERS[name])
    known = not variant or re.fullmatch(VARIANTS, variant)
    if known and (equals or kind == "tamis"):
        binary = binary or os.environ["TAMIS_BIN"]
        return Subject(name, tamis(binary, variant), judged=variant != "unjudged")
    raise SystemExit(f"no subject {text!r}: tamis, {', '.join(PEERS)}, or NAME=/path/to/another/tamis; see README.md")
