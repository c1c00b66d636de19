"""A container of an image, run by runc: what the image says, and what a careful operator adds.

Read-only root, no capability, no new privileges, a system call filter, a memory limit. It shares the network of the test,
which is one of its own (run.py).
"""

import json
import os
import re
import time
from pathlib import Path

from child import Child
from command import run, told

READY_WITHIN = 300  # tries of a tenth of a second
NAMESPACES = ["pid", "ipc", "uts", "mount"]
HIDDEN = ["/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/scsi"]
FIXED = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
NETWORK = ["nosuid", "noexec", "nodev"]


class Container:
    """`with Container(image, folder, binds) as container:` runs until the block ends.

    `binds` are {path in the container: path here, or (path, "rw")}. `more` are `command`, `env`, `seccomp`, `memory`.
    """

    def __init__(self, image, folder, binds, **more):
        folder.mkdir()
        self.image, self.folder = image, folder
        self.id = f"tamis-{os.getpid()}-{folder.name}"
        self.container, self.root = image.unpacked()
        self.runc = ["runc", "--root", folder / "state"]
        settings = image.settings
        user, group = (int(number) for number in settings["User"].split(":"))
        nothing = {kind: [] for kind in ("bounding", "effective", "inheritable", "permitted", "ambient")}
        self.spec = {
            "ociVersion": "1.0.2",
            "hostname": "tamis",
            "root": {"path": self.root, "readonly": True},
            "process": {
                "args": settings["Entrypoint"] + more.get("command", settings["Cmd"]),
                "env": settings["Env"] + [f"{name}={value}" for name, value in more.get("env", {}).items()],
                "cwd": settings["WorkingDir"] or "/",
                "user": {"uid": user, "gid": group},
                "capabilities": nothing,
                "noNewPrivileges": True,
                "rlimits": [{"type": "RLIMIT_NOFILE", "soft": 4096, "hard": 4096}],
            },
            "mounts": [
                {"destination": "/proc", "type": "proc", "source": "proc"},
                {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755", "size=64k"]},
                {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": [*NETWORK, "mode=1777", "size=1m"]},
                *(bind(there, here) for there, here in binds.items()),
            ],
            "linux": {
                "namespaces": [{"type": kind} for kind in NAMESPACES],
                "cgroupsPath": self.id,
                "resources": {"memory": {"limit": more["memory"]}} if "memory" in more else {},
                "maskedPaths": HIDDEN,
                "readonlyPaths": FIXED,
            },
        }
        if "seccomp" in more:
            self.spec["linux"]["seccomp"] = more["seccomp"]
        (folder / "config.json").write_text(json.dumps(self.spec))

    def __enter__(self):
        self.child = Child([*self.runc, "run", "--bundle", self.folder, self.id], log=self.folder / "output")
        for _ in range(READY_WITHIN):
            if self.said("listening"):
                return self
            if self.child.ended_within(0.1):
                break
        output = self.output()
        self.__exit__()
        raise AssertionError(f"the container did not come up:\n{output}")

    def __exit__(self, *_):
        self.status = self.child.stop(seconds=60)
        told(*self.runc, "delete", "--force", self.id)

    def said(self, word):
        """Whether a line of the output has the word."""
        return word in self.output()

    def output(self):
        """All that it printed."""
        return (self.folder / "output").read_text(errors="replace")

    def execute(self, command):
        """A command in the running container, as its user: the finished process."""
        return told(*self.runc, "exec", self.id, *command)

    def health(self):
        """What the image's health check ends with."""
        kind, *command = self.image.settings["Healthcheck"]["Test"]
        assert kind == "CMD", f"{kind}: there is no shell in the image"
        return self.execute(command)

    def signal(self, name):
        """As `docker stop` and the kubelet send it: to process 1."""
        run(*self.runc, "kill", self.id, name)

    def ended(self, seconds):
        """The exit code; None where it still runs after so long."""
        return self.child.process.returncode if self.child.ended_within(seconds) else None

    def pid(self):
        """Process 1, as its number is here."""
        return json.loads(run(*self.runc, "state", self.id).stdout)["pid"]

    def memory(self):
        """What its control group tells of memory."""
        stats = json.loads(run(*self.runc, "events", "--stats", self.id).stdout)["data"]
        return stats["memory"]["usage"]

    def resident(self):
        """The most memory that process 1 ever had resident, in octets; pages of files count where it has touched them."""
        status = Path(f"/proc/{self.pid()}/status").read_text()
        return int(re.search(r"^VmHWM:\s*(\d+) kB$", status, re.MULTILINE)[1]) * 1024

    def wait_for(self, word):
        """Waits until the output has the word."""
        for _ in range(READY_WITHIN):
            if self.said(word):
                return
            time.sleep(0.1)
        raise AssertionError(f"never said {word!r}:\n{self.output()}")


def bind(there, here):
    """A bind mount, for reading unless said."""
    here, mode = here if isinstance(here, tuple) else (here, "ro")
    return {"destination": there, "type": "bind", "source": str(here), "options": ["bind", mode, "nosuid", "nodev"]}


def finished(image, folder, binds, command, **more):
    """A container that ends by itself: (exit code, output)."""
    container = Container(image, folder, binds, command=command, **more)
    child = Child([*container.runc, "run", "--bundle", folder, container.id], log=folder / "output")
    ended = child.ended_within(60)
    code = child.stop()
    return (code if ended else None), container.output()
