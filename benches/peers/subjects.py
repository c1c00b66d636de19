"""Who is measured, and how each is started with the reference policy.

A subject is a function of a `Place` that returns (arguments, environment). A further peer is one more function in
`PEERS` and a folder with its configuration.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODULES = os.environ.get("NGINX_MODULES", "/usr/lib/nginx/modules")


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

    def written(self, template, **more):
        """A copy of a configuration with its @VALUES@ written in."""
        values = {**self.environment(), "FOLDER": self.folder, "HERE": template.parent, "MODULES": MODULES, **more}
        text = re.sub(r"@([A-Z_]+)@", lambda match: str(values[match[1]]), template.read_text())
        copy = self.folder / template.name
        copy.write_text(text)
        return copy


def tamis(binary):
    """A tamis; any binary, so that two builds can be compared."""
    return lambda place: ([binary, "run", "--config", HERE / "tamis/tamis.yaml"], place.environment())


def haproxy(place):
    """HAProxy with its own rules."""
    return ["haproxy", "-q", "-db", "-f", HERE / "haproxy/haproxy.cfg"], place.environment()


def nginx_lua(place, buffers=""):
    """nginx with Lua."""
    return ["nginx", "-p", place.folder, "-c", place.written(HERE / "nginx-lua/nginx.conf", BUFFERS=buffers)], {}


def nginx_large(place):
    """The same with buffers for large answers, which it reads 4 or 8 KB at a time otherwise."""
    return nginx_lua(place, "proxy_buffer_size 64k; proxy_buffers 8 64k; proxy_busy_buffers_size 128k;")


PEERS = {"haproxy": haproxy, "nginx-lua": nginx_lua, "nginx-large": nginx_large}


def named(text):
    """The subject of a word of the command line: (name, how it is started)."""
    name, equals, binary = text.partition("=")
    if equals:
        return name, tamis(binary)
    if name == "tamis":
        return name, tamis(os.environ["TAMIS_BIN"])
    if name in PEERS:
        return name, PEERS[name]
    raise SystemExit(f"no subject {name!r}: tamis, {', '.join(PEERS)}, or NAME=/path/to/another/tamis")
