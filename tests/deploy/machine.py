"""A machine with a systemd of its own: process 1 of a few namespaces, over a copy-on-write view of this system's files.

It shares nothing but the network with this system: what it writes is gone with it, and its control groups are its own.
It knows only the units that it is given, and the targets that they name.
"""

import re
import shutil
import subprocess
import time
from pathlib import Path

from command import told

READY_WITHIN = 300  # tries of a tenth of a second
TARGETS = ("sysinit", "basic", "sockets", "network-online", "network", "multi-user", "shutdown", "umount", "final")
UNITS = "etc/systemd/system"
# `$1` is the folder, `$2` the control groups' mount points. At its end process 1 of the namespaces is systemd.
BOOT = r"""
set -eu
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
cd "$1/root"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t tmpfs tmpfs sys/fs/cgroup
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs tmp
for ours in lib/systemd/system lib/systemd/system-generators etc/init.d; do mount -t tmpfs tmpfs "$ours"; done
mount --rbind /dev dev
mount --bind /dev/null dev/console
rm -rf etc/systemd/system/* etc/tamis var/lib/private var/lib/tamis
: >etc/machine-id
cp -a "$2/." .
# No chroot: from inside one the kernel makes no user namespace (user_namespaces(7)), and so no PrivateUsers=.
pivot_root . mnt
cd /
umount --lazy mnt
exec env -i container=other PATH=/usr/sbin:/usr/bin /lib/systemd/systemd --system --unit=multi-user.target --log-target=null
"""


class Machine:
    """`with Machine(folder, files) as machine:` runs until the block ends; `files` are {path on it: text or file here}."""

    def __init__(self, folder, files):
        self.given, self.place = folder / "files", folder / "place"
        self.place.mkdir(parents=True)
        for target in TARGETS:
            self._give(f"{UNITS}/{target}.target", f"[Unit]\nDescription={target}\nDefaultDependencies=no\n")
        for path, content in files.items():
            self._give(path, content)

    def _give(self, path, content):
        file = self.given / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            shutil.copy(content, file)
        else:
            file.write_text(content)

    def __enter__(self):
        self.groups = [group / f"tamis-deploy-{self.place.parent.name}" for group in own_groups()]
        for group in self.groups:
            group.mkdir()
        join = " && ".join(f"echo $$ >{group}/cgroup.procs" for group in self.groups)
        namespaces = ["--mount", "--pid", "--cgroup", "--uts", "--ipc", "--fork", "--kill-child"]
        inside = ["unshare", *namespaces, "sh", "-c", BOOT, "boot", self.place, self.given]
        command = ["sh", "-c", f'{join} && exec "$@"', "join", *map(str, inside)]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        for _ in range(READY_WITHIN):
            if self.systemctl("is-active", "multi-user.target").returncode == 0:
                return self
            time.sleep(0.1)
        self.__exit__()
        raise AssertionError("systemd did not come up")

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        for group in self.groups:
            remove(group)

    def init(self):
        """The process that is 1 on the machine, or None."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return children[0] if children else None

    def do(self, *command):
        """A command on the machine, as root: the finished process."""
        return told("nsenter", "--target", self.init() or "0", "--mount", "--pid", "--cgroup", "--uts", "--ipc", "--root", "--wd=/", *command)

    def systemctl(self, *arguments):
        """The finished systemctl."""
        return self.do("systemctl", "--no-pager", *arguments)

    def shown(self, unit, name):
        """A property of a unit."""
        return self.systemctl("show", "--value", "--property", name, unit).stdout.strip()

    def read(self, path):
        """The text of a file on the machine; empty where there is none."""
        return self.do("cat", path).stdout


def own_groups():
    """The folders of this process's control groups, in every hierarchy that is mounted (cgroups(7)).

    Without cpuset, a new group of which has no processor to run on.
    """
    mounts = {}
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        before, after = line.split(" - ")
        kind, _, options = after.split(" ")
        if kind in ("cgroup", "cgroup2"):
            mounts[hierarchy(options) if kind == "cgroup" else ""] = before.split(" ")[4]
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, name, path = line.split(":", 2)
        if name in mounts and name != "cpuset":
            yield Path(mounts[name] + path)


def hierarchy(options):
    """A hierarchy of version 1 by its mount options, as /proc/self/cgroup names it."""
    named = re.search(r"name=\w+", options)
    return named[0] if named else options.removeprefix("rw,")


def remove(group):
    """A control group and those below it, once their processes have ended."""
    for folder in [*sorted(group.rglob("*/"), reverse=True), group]:
        for _ in range(READY_WITHIN):
            if not folder.is_dir() or gone(folder):
                break
            time.sleep(0.1)


def gone(folder):
    """Whether a control group could be removed."""
    try:
        folder.rmdir()
        return True
    except OSError:
        return False
