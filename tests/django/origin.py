"""The portal under its servers, over one database: gunicorn (WSGI), uvicorn and hypercorn (ASGI).

Each is there plain, for the gateway and the direct runs, and with TLS for the direct runs. Hypercorn speaks HTTP/2 by
prior knowledge on its plain port too.
"""

import socket
import subprocess
import sys
from pathlib import Path

from child import Child

SITE = Path(__file__).parent / "site"
USER, PASSWORD = "admin", "a password of the test"


def gunicorn(descriptor, certificates):
    """Its command line; with TLS where there are certificates."""
    tls = ["--certfile", certificates.chain, "--keyfile", certificates.key] if certificates else []
    return ["-m", "gunicorn", "--config", SITE / "gunicorn.conf.py", "--bind", f"fd://{descriptor}", *tls, "portal.wsgi:application"]


def uvicorn(descriptor, certificates):
    """Its launcher's command line."""
    tls = [certificates.chain, certificates.key] if certificates else []
    return [SITE / "serve_asgi.py", str(descriptor), *tls]


def hypercorn(descriptor, certificates):
    """Its command line."""
    tls = ["--certfile", certificates.chain, "--keyfile", certificates.key] if certificates else []
    config = f"file:{SITE / 'hypercorn.conf.py'}"
    return ["-m", "hypercorn", "--config", config, "--bind", f"fd://{descriptor}", *tls, "portal.asgi:application"]


SERVERS = {"gunicorn": gunicorn, "uvicorn": uvicorn, "hypercorn": hypercorn}


class Portal:
    """`with Portal(folder, hosts, certificates) as portal:` serves until the block ends, by gunicorn or by all `servers`.

    `ports` are those of each server, by scheme.
    """

    def __init__(self, folder, hosts, certificates, servers=("gunicorn",)):
        self.folder = folder
        self.certificates = certificates
        self.env = {
            "PORTAL_STATE": str(folder),
            "PORTAL_HOSTS": ",".join(hosts),
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "DJANGO_SUPERUSER_USERNAME": USER,
            "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
            "DJANGO_SUPERUSER_EMAIL": "admin@opendata.test",
            "PYTHONPATH": str(SITE),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self.children = []
        self.ports = {name: {} for name in servers}

    def __enter__(self):
        self._manage("migrate", "--verbosity", "0")
        self._manage("createsuperuser", "--noinput", "--verbosity", "0")
        try:
            for name in self.ports:
                self._serve(name, "http", SERVERS[name], None)
                self._serve(name, "https", SERVERS[name], self.certificates)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for child in self.children:
            child.stop()

    def _manage(self, *arguments):
        subprocess.run(
            [sys.executable, "-m", "django", *arguments],
            env={**self.env, "PATH": ""},
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            check=True,
        )

    def _serve(self, name, scheme, command, certificates):
        """The server takes over a socket that already listens: requests wait in its queue until Django is up."""
        listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.ports[name][scheme] = listener.getsockname()[1]
        self.children.append(
            Child(
                [sys.executable, *command(listener.fileno(), certificates)],
                log=self.folder / f"{name}-{scheme}.log",
                env=self.env,
                fds=(listener.fileno(),),
                folder=self.folder,
            )
        )
        listener.close()
