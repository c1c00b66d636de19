"""What the container meets: the Django site, plain and over TLS, under names; and the files that it is given."""

import json
import os
import shutil
import socket
import subprocess
import sys
from functools import cached_property
from pathlib import Path

import httpx
from certificates import Certificates
from child import Child
from container import Container
from image import Builder
from names import Names
from origin import SITE
from seccomp import engines
from tamis import ROOT

COMPOSE = ROOT / "docker/compose"
BY_HOSTS, BY_DNS = "portal", "secure.internal"  # how the site is named: in /etc/hosts, and by a name server
PLAIN, TLS = 8000, 9443
HTTP, ADMIN = 8080, 9180
AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
TOKEN = "a-token-of-the-test-0123456789"
USER = 65532


class World:
    """`with World(folder) as world:` has the site running and the image built."""

    def __init__(self, folder):
        self.folder = folder
        self.count = 0

    def __enter__(self):
        self.builder = Builder(self.folder / "buildah").__enter__()
        self.names = Names({BY_DNS: "127.0.0.1"}).__enter__()
        self.certificates = Certificates(self.folder, [BY_DNS])
        self.hosts, self.resolver = self.folder / "hosts", self.folder / "resolv.conf"
        self.hosts.write_text(f"127.0.0.1 localhost\n127.0.0.1 {BY_HOSTS}\n")
        self.resolver.write_text("nameserver 127.0.0.1\noptions timeout:2 attempts:1\n")
        self.sites = []
        try:
            self._start_sites()
            self.image = self.builder.build("tamis")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for site in self.sites:
            site.stop()
        self.names.__exit__()
        self.builder.__exit__()

    def _start_sites(self):
        state = self.folder / "state"
        state.mkdir()
        env = {
            "PORTAL_STATE": str(state),
            "PORTAL_HOSTS": f"localhost,{BY_HOSTS},{BY_DNS}",
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "PYTHONPATH": str(SITE),
        }
        migrate = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, env=os.environ | env, cwd=state, check=True)
        pem = ["--certfile", self.certificates.chain, "--keyfile", self.certificates.key]
        for port, tls in ((PLAIN, []), (TLS, pem)):
            # Requests wait in the socket's queue until Django is up.
            listener = socket.create_server(("127.0.0.1", port), backlog=1024)
            serve = ["-m", "gunicorn", "--config", SITE / "gunicorn.conf.py", "--bind", f"fd://{listener.fileno()}", *tls]
            command = [sys.executable, *serve, "portal.wsgi:application"]
            self.sites.append(Child(command, state / f"{port}.log", env=env, fds=(listener.fileno(),), folder=state))
            listener.close()

    @cached_property
    def trusting(self):
        """The image with one more authority in its file: the test's own, in a layer of the test's own."""
        context = self.folder / "authorities"
        context.mkdir()
        _, root = self.image.unpacked()
        shipped = Path(root + AUTHORITIES).read_bytes()
        (context / "ca-certificates.crt").write_bytes(shipped + self.certificates.authority())
        return self.builder.on_top(self.image.name, "trusting", f"COPY ca-certificates.crt {AUTHORITIES}", context)

    def given(self, settings=None):
        """What an engine mounts, and its folder: names, a volume, a secret, and the configuration, that of compose.yaml unless told."""
        self.count += 1
        place = self.folder / f"c{self.count}"
        volume, secrets = place / "volume", place / "secrets"
        for folder in (volume, secrets):
            folder.mkdir(parents=True)
        os.chown(volume, USER, USER)  # as an engine copies it from the image
        (secrets / "admin-token").write_text(TOKEN + "\n")
        shutil.copytree(COMPOSE, place / "etc")
        if settings:
            (place / "etc/tamis.yaml").write_text(json.dumps(settings))  # JSON is YAML
        binds = {
            "/etc/hosts": self.hosts,
            "/etc/resolv.conf": self.resolver,
            "/etc/tamis": place / "etc",
            "/run/secrets": secrets,
            "/var/lib/tamis": (volume, "rw"),
        }
        return place, binds

    def container(self, settings=None, **more):
        """A container as compose.yaml runs it."""
        return self.run(*self.given(settings), **more)

    def run(self, place, binds, image=None, **more):
        """A container with these files, under the system call filter that engines have by default."""
        return Container(image or self.image, place / "container", binds, **{"seccomp": engines()} | more)


def settings(*sites, **more):
    """A configuration with these sites, in the image's own places."""
    data = "/var/lib/tamis/records."
    return {
        "listeners": [{"address": f"[::]:{HTTP}"}],
        "admin": {"address": "${TAMIS_ADMIN}"},
        "records": {"database": f"{data}sqlite", "key": f"{data}key", "head": f"{data}head"},
        "log": {"format": "json"},
        "sites": list(sites),
    } | more


def site(host, upstream):
    """An entry of `sites:`."""
    return {"hosts": [host], "upstream": upstream, "registry": "registry.yaml"}


def get(path, host="localhost", port=HTTP):
    """The answer to a GET, as a browser would ask that comes to this address."""
    return httpx.get(f"http://127.0.0.1:{port}{path}", headers={"Host": host}, timeout=30, trust_env=False)
