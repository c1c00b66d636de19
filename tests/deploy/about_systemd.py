"""The units under a systemd of their own (machine.py), as they are installed."""

import json
import socket
import threading
from contextlib import contextmanager
from pathlib import Path

from about_units import SERVICE, SOCKET
from machine import UNITS, Machine
from tamis import BINARY
from world import COMPOSE, PLAIN, settings, site

SERVICES = f"/{UNITS}/tamis.service"
VISITORS = 4
WATCHDOG = 2  # seconds, in the place of the unit's own, so that nobody has to wait for it


@contextmanager
def installed(world):
    """A machine with tamis installed as docs/deploy.md says; its sockets listen, tamis is not started yet."""
    pem = world.certificates
    listeners = [{"address": "[::]:80"}, {"address": "[::]:443", "tls": {"certificate": "chain.pem", "key": "key.pem"}}]
    configuration = settings(
        site("localhost", f"http://127.0.0.1:{PLAIN}"),
        listeners=listeners,
        admin={"address": "unix:/run/tamis/admin.sock"},
    )
    files = {
        SERVICES: SERVICE,
        f"/{UNITS}/tamis.socket": SOCKET,
        # There is no journal on this machine.
        f"{SERVICES}.d/test.conf": f"[Service]\nStandardOutput=append:/run/tamis.log\nStandardError=inherit\nWatchdogSec={WATCHDOG}s\n",
        "/etc/tamis/tamis.yaml": json.dumps(configuration),
        "/etc/tamis/registry.yaml": COMPOSE / "registry.yaml",
        "/etc/tamis/chain.pem": pem.chain,
        "/etc/tamis/key.pem": pem.key,
        "/usr/bin/tamis": BINARY,
    }
    place, _ = world.given()
    with Machine(place / "machine", files) as machine:
        machine.do("chmod", "644", "/etc/tamis/key.pem")
        succeeds(machine, "start", "tamis.socket")
        yield machine


def succeeds(machine, *arguments):
    """A systemctl that must succeed."""
    done = machine.systemctl(*arguments)
    assert done.returncode == 0, f"{' '.join(arguments)}: {done.stderr}\n{machine.read('/run/tamis.log')}"


def asked(port=80):
    """The status that a visitor is answered with; an OSError where the connection is refused or breaks."""
    with socket.create_connection(("::1", port), timeout=30) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = b""
        while piece := connection.recv(1 << 16):
            answer += piece
    if not answer.startswith(b"HTTP/1.1 "):
        raise OSError(f"no answer, but {answer[:40]}")
    return int(answer[9:12])


class Visitors:
    """Visitors who come one after the other, each with a connection of their own, until the block ends."""

    def __enter__(self):
        self.served, self.failed, self._stop = 0, [], threading.Event()
        self._threads = [threading.Thread(target=self._come) for _ in range(VISITORS)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _come(self):
        while not self._stop.is_set():
            try:
                status = asked()
                self.served += 1
                if status != 200:
                    self.failed.append(status)
            except OSError as error:
                self.failed.append(error)

    def more(self, count):
        """Waits until so many more have been served."""
        wanted = self.served + count
        while self.served < wanted and len(self.failed) < 10:
            self._stop.wait(0.01)


def activated(world):
    """The first visitor starts tamis, on a port that its own user could not take; it is ready when it says so."""
    with installed(world) as machine:
        assert machine.shown("tamis.service", "ActiveState") == "inactive"
        assert asked() == 200, machine.read("/run/tamis.log")
        assert machine.shown("tamis.service", "ActiveState") == "active"
        process = Path(f"/proc/{main(machine)}/status").read_text()
        fields = dict(line.split(":\t", 1) for line in process.splitlines() if ":\t" in line)
        assert int(fields["Uid"].split()[0]) >= 61184, "a dynamic user (systemd.exec(5))"
        assert (int(fields["CapEff"], 16), fields["NoNewPrivs"], fields["Seccomp"]) == (0, "1", "2")
        assert machine.do("test", "-s", "/var/lib/tamis/records.key").returncode == 0, machine.read("/run/tamis.log")
        succeeds(machine, "stop", "tamis.service")
        assert machine.shown("tamis.service", "Result") == "success"
        assert machine.shown("tamis.service", "ExecMainStatus") == "0"


def main(machine):
    """The number that the main process of tamis has outside the machine."""
    inner = machine.shown("tamis.service", "MainPID")
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            numbers = next(line for line in status.read_text().splitlines() if line.startswith("NSpid:")).split()[1:]
        except (OSError, StopIteration):
            continue
        if len(numbers) > 1 and numbers[-1] == inner and status.parent.joinpath("comm").read_text().strip() == "tamis":
            return numbers[0]
    raise AssertionError(f"no process is {inner} there")


def upgraded(world):
    """A new binary and a restart, three times under load: no visitor is refused or cut."""
    with installed(world) as machine, Visitors() as visitors:
        visitors.more(50)
        for _ in range(3):
            before = machine.shown("tamis.service", "MainPID")
            machine.do("cp", "/usr/bin/tamis", "/usr/bin/tamis.new")
            machine.do("mv", "/usr/bin/tamis.new", "/usr/bin/tamis")
            succeeds(machine, "restart", "tamis.service")
            assert machine.shown("tamis.service", "MainPID") != before
            visitors.more(50)
        assert not visitors.failed, f"{len(visitors.failed)} of {visitors.served}: {visitors.failed[:3]}\n{machine.read('/run/tamis.log')[-2000:]}"
    print(f"        {visitors.served} visitors, 3 restarts")


def reloaded(world):
    """`systemctl reload` succeeds with a good registry; with a broken one it fails, and tamis goes on with the last good one."""
    with installed(world) as machine:
        assert asked() == 200
        before = machine.shown("tamis.service", "MainPID")
        succeeds(machine, "reload", "tamis.service")
        machine.do("sh", "-c", "echo 'cookies: {' >>/etc/tamis/registry.yaml")
        assert machine.systemctl("reload", "tamis.service").returncode != 0
        assert asked() == 200
        assert machine.shown("tamis.service", "MainPID") == before


def watched(world):
    """A process that hangs is ended and started again; whoever came meanwhile is served."""
    with installed(world) as machine:
        assert asked() == 200
        succeeds(machine, "kill", "--signal=STOP", "tamis.service")
        assert asked() == 200, machine.read("/run/tamis.log")
        assert machine.shown("tamis.service", "NRestarts") == "1"


CHECKS = [
    ("systemd: activated by a visitor", activated),
    ("systemd: an upgrade refuses nobody", upgraded),
    ("systemd: reload", reloaded),
    ("systemd: watchdog", watched),
]
