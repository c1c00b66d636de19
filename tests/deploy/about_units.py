"""The systemd units: correct, hardened, and enough for tamis to work under them."""

import re

from command import run, told
from seccomp import unit
from tamis import BINARY, ROOT
from world import BY_DNS, BY_HOSTS, PLAIN, TLS, get, settings, site

UNITS = ROOT / "docker/systemd"
SERVICE, SOCKET = UNITS / "tamis.service", UNITS / "tamis.socket"
MOST_EXPOSED = 11  # tenths, of 100: what is left is the network, which a gateway needs, and the host's files, read-only
INSTALLED = "/usr/bin/tamis"


def section(file, name):
    """The (key, value) of a section, in their order."""
    text = file.read_text().split(f"[{name}]\n")[1].split("\n[")[0]
    return re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE)


def verified(world):
    """systemd-analyze verify has nothing to say about either."""
    place, _ = world.given()
    for file in (SERVICE, SOCKET):
        # The command must be there to be verified; it is installed elsewhere.
        (place / file.name).write_text(file.read_text().replace(INSTALLED, str(BINARY)))
    done = told("systemd-analyze", "verify", *(place / file.name for file in (SERVICE, SOCKET)))
    assert (done.returncode, done.stdout + done.stderr) == (0, ""), done.stdout + done.stderr


def hardened(_):
    """The exposure that systemd-analyze security computes."""
    table = run("systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", SERVICE).stdout
    print(f"        {table.strip().splitlines()[-1]}")


def filtered(world):
    """tamis starts, serves, looks names up, writes records and drains under the unit's own filter of system calls."""
    allowed = unit(section(SERVICE, "Service"))
    sites = [site("localhost", f"http://{BY_HOSTS}:{PLAIN}"), site("dns.test", f"https://{BY_DNS}:{TLS}")]
    with world.container(settings(*sites), image=world.trusting, seccomp=allowed) as container:
        assert get("/trackers/").status_code == 200, container.output()
        assert get("/", host="dns.test").status_code == 400, container.output()  # Django's, for a host that it doesn't know
        assert get("/.tamis/consent").status_code == 200, container.output()
        assert container.execute(["/usr/bin/tamis", "health"]).returncode == 0
        container.signal("TERM")
        assert container.ended(30) == 0, container.output()
        assert not container.said('"ERROR"'), container.output()


def timed(_):
    """systemd waits longer than tamis drains; the units name each other."""
    service = dict(section(SERVICE, "Service"))
    drain = re.search(r"^  drain: (\d+)s$", (ROOT / "docs/configuration.md").read_text(), re.MULTILINE)[1]
    assert int(service["TimeoutStopSec"].removesuffix("s")) > int(drain) + 10, "records may take ten seconds more"
    assert "tamis.socket" in dict(section(SERVICE, "Unit"))["Requires"]
    assert dict(section(SERVICE, "Install"))["Also"] == "tamis.socket"
    assert INSTALLED in service["ExecStart"] and service["Type"] == "notify"


CHECKS = [
    ("units: systemd-analyze verify", verified),
    ("units: systemd-analyze security", hardened),
    ("units: tamis works under their filter", filtered),
    ("units: time to drain", timed),
]
