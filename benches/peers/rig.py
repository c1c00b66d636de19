"""The origin server, a certificate, and each subject started once."""

import itertools
import shutil
import subprocess
import tempfile
from pathlib import Path

import load
import processes
from subjects import HERE, Place

LARGE = 64 * 1024 * 1024


class Rig:
    """`with Rig(threads) as rig:` everything that was started ends with the block."""

    def __init__(self, threads=1, keep=False, set_cookies=load.SET_COOKIES, pinned=True):
        self.threads, self.keep, self.set_cookies = threads, keep, set_cookies
        self.subject_cpus, self.load_cpus = processes.processors(threads if pinned else 0)
        self.started = {}
        self.children = []
        self.numbers = itertools.count(1)

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="peers-"))
        self.folder.chmod(0o755)  # nginx's workers are another user
        try:
            self._certificate()
            self._origin()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for child in reversed(self.children):
            child.stop()
        if self.keep:
            print(f"kept {self.folder}")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _certificate(self):
        self.certificate, self.key, self.pem = (self.folder / name for name in ("chain.pem", "key.pem", "both.pem"))
        command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost"
        names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
        out = ["-keyout", self.key, "-out", self.certificate]
        subprocess.run([*command.split(), *names, *out], check=True, capture_output=True)
        self.pem.write_bytes(self.certificate.read_bytes() + self.key.read_bytes())

    def _origin(self):
        items = ",".join(f'{{"id":{n},"title":"Data set number {n}","tags":["open","data"]}}' for n in range(36))
        self.body = f'{{"results":[{items}]}}'
        (self.folder / "large").write_bytes(bytes(range(256)) * (LARGE // 256))
        (self.origin_port,) = processes.free_ports(1)

        def fields(name):
            return "".join(f'add_header {name} "{value}"; ' for value in self.set_cookies)

        place = self._place(self.folder, 0, 0, True)
        config = place.written(
            HERE / "origin/nginx.conf",
            BODY=self.body,
            SET_COOKIES=fields("Set-Cookie"),
            UNJUDGED=fields("X-Set-Cookie"),
        )
        self._spawn(["nginx", "-p", self.folder, "-c", config], self.load_cpus, "origin.log").wait_for(self.origin_port)

    def _place(self, folder, port, tls_port, policy):
        paths = (self.certificate, self.key, self.pem)
        return Place(folder, port, tls_port, self.origin_port, *paths, self.threads, policy)

    def _spawn(self, arguments, cpus, log, env=None):
        child = processes.Child(arguments, cpus, self.folder / log, env)
        self.children.append(child)
        return child

    def start(self, subject, policy=True, wrap=(), fresh=False, seconds=30):
        """(child, place) of a subject, with or without the policy; started when first asked for, or `fresh`. `wrap` is a
        command to run it under, and `seconds` how long it may take."""
        if fresh or (subject.name, policy) not in self.started:
            name = f"{subject.name.replace(':', '-')}-{next(self.numbers)}"
            folder = self.folder / name
            folder.mkdir()
            folder.chmod(0o777)
            place = self._place(folder, *processes.free_ports(2), policy)
            arguments, env = subject.start(place)
            child = self._spawn([*wrap, *arguments], self.subject_cpus, f"{name}.log", env)
            for port in (place.port, place.tls_port):
                child.wait_for(port, seconds)
            if fresh:
                return child, place
            self.started[subject.name, policy] = child, place
        return self.started[subject.name, policy]

    def end(self, child):
        """Stops one that was started `fresh`."""
        child.stop()
        self.children.remove(child)
