"""The portal under gunicorn, twice over one database: plain for the gateway and the direct runs, TLS for the direct runs."""

import socket
import subprocess
import sys
from pathlib import Path

from child import Child

SITE = Path(__file__).parent / "site"
USER, PASSWORD = "admin", "a password of the test"


class Portal:
    """`with Portal(folder, hosts, certificates) as portal:` serves until the block ends."""

    def __init__(self, folder, hosts, certificates):
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
        self.ports = {}

    def __enter__(self):
        self._manage("migrate", "--verbosity", "0")
        self._manage("createsuperuser", "--noinput", "--verbosity", "0")
        try:
            self._serve("http")
            self._serve("https", "--certfile", self.certificates.chain, "--keyfile", self.certificates.key)
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

    def _serve(self, scheme, *tls):
        """Gunicorn takes over a socket that already listens: requests wait in its queue until Django is up."""
        listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.ports[scheme] = listener.getsockname()[1]
        arguments = ["--config", SITE / "gunicorn.conf.py", "--bind", f"fd://{listener.fileno()}", *tls]
        self.children.append(
            Child(
                [sys.executable, "-m", "gunicorn", *arguments, "portal.wsgi:application"],
                log=self.folder / f"gunicorn-{scheme}.log",
                env=self.env,
                fds=(listener.fileno(),),
                folder=self.folder,
            )
        )
        listener.close()
