"""The image as it lies in a registry."""

import re
import stat
import sys
from pathlib import Path

from command import run
from container import finished
from image import DOCKERFILE
from tamis import BINARY, ROOT
from world import AUTHORITIES

MIB = 1 << 20
MOST = 25 * MIB
HADOLINT = Path(sys.executable).with_name("hadolint")


def shape(world):
    """Whom it runs as, how it starts, ends and tells its health: by numbers and lists, since it has no shell and no names."""
    told = world.image.settings
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", told["User"]), told["User"]
    assert told["StopSignal"] == "SIGTERM"
    assert told["Entrypoint"] == ["/usr/bin/tamis"] and told["Cmd"] == ["run"]
    assert told["Healthcheck"]["Test"][:2] == ["CMD", "/usr/bin/tamis"]
    assert list(told["Volumes"]) == ["/var/lib/tamis"]
    wanted = {"title", "description", "licenses", "version", "revision"}
    labels = {key.removeprefix("org.opencontainers.image."): value for key, value in told["Labels"].items()}
    assert wanted <= labels.keys() and all(labels[key] for key in wanted), labels
    version = re.search(r'^version = "(.+)"', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)[1]
    assert labels["version"] == version, "ARG VERSION of the Dockerfile is not the version of Cargo.toml"


def size(world):
    """Under 25 MiB; of a build for debugging, whose code alone is larger, all but the code is held to that."""
    files = world.builder.stage() / "image/rootfs"
    binary = (files / "usr/bin/tamis").stat().st_size
    total = world.image.size()
    print(f"        {total / MIB:.1f} MiB, of which tamis {binary / MIB:.1f} MiB ({BINARY})")
    sections = run("readelf", "--section-headers", "--wide", BINARY).stdout
    if ".debug_info" in sections:
        assert total - binary < 5 * MIB, f"{total - binary} octets beside the binary"
    else:
        assert total < MOST, f"{total} octets"


def repeated(world):
    """Built again from the same binary, it is the same layer, octet by octet."""
    again = world.builder.build("again")
    assert [layer["digest"] for layer in again.layers] == [layer["digest"] for layer in world.image.layers]
    revised = world.builder.build("revised", "--build-arg", "REVISION=0123abc", "--build-arg", "VERSION=9.9.9")
    assert [layer["digest"] for layer in revised.layers] == [layer["digest"] for layer in world.image.layers]
    assert revised.settings["Labels"]["org.opencontainers.image.revision"] == "0123abc"


def files(world):
    """Nothing that runs as somebody else, no shell, and only the data belongs to the user of tamis."""
    _, root = world.image.unpacked()
    programs, theirs = [], []
    for path in sorted(Path(root).rglob("*")):
        entry = path.lstat()
        name = "/" + str(path.relative_to(root))
        assert not entry.st_mode & (stat.S_ISUID | stat.S_ISGID), f"{name} runs as another user"
        assert not entry.st_mode & stat.S_IWOTH or name == "/tmp", f"everybody may write {name}"
        if stat.S_ISREG(entry.st_mode) and entry.st_mode & 0o111 and ".so" not in name:
            programs.append(name)
        if entry.st_uid != 0:
            theirs.append(name)
    assert programs == ["/usr/bin/tamis"], programs
    assert theirs == ["/run/tamis", "/var/lib/tamis"], theirs
    assert Path(root + AUTHORITIES).read_text().count("BEGIN CERTIFICATE") > 50


def alone(world):
    """The binary finds its libraries; and without a configuration it says what is missing, and where."""
    place, binds = world.given()
    assert finished(world.image, place / "version", {}, ["--version"])[0] == 0
    code, output = finished(world.image, place / "bare", {}, ["run"])
    assert code == 1 and "/etc/tamis/tamis.yaml" in output, f"{code}: {output}"


def linted(_):
    """hadolint finds nothing in the Dockerfiles."""
    run(HADOLINT, DOCKERFILE, ROOT / "docker/portal.Dockerfile")


CHECKS = [
    ("image: user, commands, volume, labels", shape),
    ("image: size", size),
    ("image: the same layer twice", repeated),
    ("image: files", files),
    ("image: runs by itself", alone),
    ("image: hadolint", linted),
]
