"""The image at work: non-root, read-only, under an engine's filter of system calls, before a real site."""

import http.client
import shutil
import socket
import time
from pathlib import Path

from world import ADMIN, BY_DNS, BY_HOSTS, HTTP, PLAIN, TLS, TOKEN, get, settings, site

PLAIN_SITE = site("localhost", f"http://{BY_HOSTS}:{PLAIN}")
TLS_SITE = site("localhost", f"https://{BY_DNS}:{TLS}")
EROFS = 30


def composed(world):
    """With the configuration of compose.yaml: pages are sifted, a record is written, health and the operator's token work."""
    with world.container() as container:
        answer = get("/trackers/")
        names = {field.partition("=")[0] for field in answer.headers.get_list("set-cookie")}
        assert answer.status_code == 200 and names == {"django_language"}, f"{answer.status_code} {names}\n{container.output()}"
        health = container.health()
        assert health.returncode == 0, health.stderr
        assert get("/metrics", port=ADMIN).status_code == 401
        assert "tamis_requests" in with_token("/metrics")
        choice = get("/.tamis/consent")
        assert choice.status_code == 200, choice.text
        volume = Path(container.folder.parent / "volume")
        assert (volume / "records.sqlite").exists() and (volume / "records.key").exists(), list(volume.iterdir())


def edited(world):
    """A new registry counts without a word to anybody: where an editor renames a file over it, and where the kubelet swaps a symlink."""
    place, binds = world.given(settings(PLAIN_SITE))
    etc = place / "etc"
    with world.run(place, binds):
        assert not passes("mystery")
        (etc / "registry.new").write_text((etc / "registry.yaml").read_text() + MYSTERY)
        (etc / "registry.new").rename(etc / "registry.yaml")
        assert within_a_moment(lambda: passes("mystery")), "the editor's change did not arrive"
    place, binds = world.given(settings(PLAIN_SITE))
    etc = place / "etc"
    old, new = etc / "..2026_11_23", etc / "..2026_11_24"
    old.mkdir()
    for name in ("tamis.yaml", "registry.yaml"):
        (etc / name).rename(old / name)
        (etc / name).symlink_to(f"..data/{name}")
    (etc / "..data").symlink_to(old.name)
    with world.run(place, binds):
        assert not passes("mystery")
        shutil.copytree(old, new)
        (new / "registry.yaml").write_text((old / "registry.yaml").read_text() + MYSTERY)
        (etc / "..data_tmp").symlink_to(new.name)
        (etc / "..data_tmp").rename(etc / "..data")
        shutil.rmtree(old)
        assert within_a_moment(lambda: passes("mystery")), "the kubelet's change did not arrive"


MYSTERY = """\
  - names: [mystery]
    provider: The portal
    purposes: To show that this file is read again
    category: necessary
    exemption: The test asks for it
    lifetime: session
"""


def passes(name):
    """Whether the site's cookie of this name comes through."""
    return any(field.startswith(f"{name}=") for field in get("/trackers/").headers.get_list("set-cookie"))


def within_a_moment(holds):
    """Whether something comes true within five seconds."""
    for _ in range(50):
        if holds():
            return True
        time.sleep(0.1)
    return False


def with_token(path):
    """The text that the operator gets."""
    connection = http.client.HTTPConnection("127.0.0.1", ADMIN, timeout=10)
    connection.request("GET", path, headers={"Authorization": f"Bearer {TOKEN}"})
    text = connection.getresponse().read().decode()
    connection.close()
    return text


def confined(world):
    """Process 1 is not root, has no capability, can't gain any, is filtered; and its root can't be written, not even by root."""
    with world.container(settings(PLAIN_SITE)) as container:
        status = Path(f"/proc/{container.pid()}/status").read_text()
        fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        assert fields["Uid"].split() == ["65532"] * 4 and fields["Gid"].split() == ["65532"] * 4, fields
        assert {int(fields[kind], 16) for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}
        assert (fields["NoNewPrivs"], fields["Seccomp"]) == ("1", "2"), "a filter is in force"
        # Its files as it sees them, mounts included (proc(5)).
        seen = Path(f"/proc/{container.pid()}/root")
        for name in ("written", "etc/written", "usr/bin/written", "etc/tamis/tamis.yaml", "var/written"):
            assert refused(seen / name) == EROFS, f"/{name} can be written"
        assert refused(seen / "var/lib/tamis/written") is None
        assert get("/").status_code == 200


def refused(path):
    """The number of the error with which opening a file for writing fails, or None."""
    try:
        with open(path, "ab"):
            return None
    except OSError as error:
        return error.errno


def by_name(world):
    """An upstream's name is found in /etc/hosts, another by a name server, both by the image's own libraries."""
    world.names.asked.clear()
    with world.container(settings(PLAIN_SITE, site("dns.test", f"http://{BY_DNS}:{PLAIN}"))):
        assert get("/").status_code == 200
        # Django answers 400 for a host that it doesn't know: it was reached.
        assert get("/", host="dns.test").status_code == 400
        assert BY_DNS in world.names.asked, world.names.asked
        gone = site("gone.test", "http://nowhere.internal:8000")
    with world.container(settings(gone)) as container:
        answer = get("/", host="gone.test")
        assert answer.status_code == 503, f"{answer.status_code}\n{container.output()}"
        container.wait_for('"resolve"')


def verified(world):
    """An https upstream's certificate is checked against the image's file of authorities: refused, and with one more, taken."""
    with world.container(settings(TLS_SITE)) as container:
        assert get("/").status_code == 502
        container.wait_for('"certificate"')
    with world.container(settings(TLS_SITE), image=world.trusting) as container:
        answer = get("/")
        assert answer.status_code == 200, f"{answer.status_code}\n{container.output()}"


def unhealthy(world):
    """The health check fails, with a sentence, where nobody answers at TAMIS_ADMIN."""
    elsewhere = {"address": "127.0.0.1:9999"}
    with world.container(settings(PLAIN_SITE, admin=elsewhere)) as container:
        health = container.health()
        assert health.returncode == 1 and "127.0.0.1:9180" in health.stderr, f"{health.returncode} {health.stderr}"
        asked = container.execute(["/usr/bin/tamis", "health", "--admin", "127.0.0.1:9999"])
        assert asked.returncode == 0, asked.stderr


def drained(world):
    """SIGTERM to process 1: nobody is let in any more, an event stream goes on to its end, the exit code is 0."""
    with world.container(settings(PLAIN_SITE)) as container:
        connection = http.client.HTTPConnection("localhost", HTTP, timeout=30)
        connection.request("GET", "/events/?stream=deploy")
        stream = connection.getresponse()
        assert stream.status == 200
        received = stream.read1().decode()
        container.signal("TERM")
        container.wait_for("stopping")
        assert not connects(), "it still takes connections"
        for number in range(1, 4):
            told(number)
        received += stream.read().decode()
        assert "event 3" in received and "held back" not in received, received
        connection.close()
        assert container.ended(30) == 0, container.output()


def connects():
    """Whether anybody listens there, once whoever stops listening had the time for it."""
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", HTTP), timeout=5).close()
        except ConnectionRefusedError:
            return False
        time.sleep(0.05)
    return True


def told(number):
    """Tells the site, past tamis, that an event has arrived."""
    assert get(f"/events/seen/?stream=deploy&number={number}", port=PLAIN).status_code in (200, 204)


CHECKS = [
    ("running: the configuration of compose.yaml", composed),
    ("running: an edited registry", edited),
    ("running: not root, root read-only", confined),
    ("running: upstreams by name", by_name),
    ("running: an https upstream, by the image's authorities", verified),
    ("running: unhealthy", unhealthy),
    ("running: SIGTERM drains", drained),
]
