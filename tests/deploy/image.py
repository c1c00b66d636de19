"""The image, built by buildah as root without a daemon and without a registry.

No base image can be fetched where the tests run. So the stages that need one are not built: `docker/rootfs`, which the
Dockerfile runs in the last of them, runs here with the binary under test, and its folder takes the place of that stage.
Everything after it, the final stage, is built by the Dockerfile as it is.
"""

import json
import shutil

from command import run
from tamis import BINARY, ROOT

DOCKERFILE = ROOT / "docker/Dockerfile"


class Builder:
    """Images and containers in a folder of the test's own; `with Builder(folder) as builder:` leaves nothing behind."""

    def __init__(self, folder):
        self.folder = folder
        self._where = ["--root", folder / "images", "--runroot", folder / "run", "--storage-driver", "vfs"]

    def __enter__(self):
        self.folder.mkdir()
        return self

    def __exit__(self, *_):
        self("rm", "--all")
        shutil.rmtree(self.folder)

    def __call__(self, *arguments):
        """What a buildah command printed."""
        return run("buildah", *self._where, *arguments).stdout.strip()

    def stage(self):
        """The folder that stands for the stage `rootfs`: the binary under test, without the sections for debuggers."""
        stage = self.folder / "stage"
        if not stage.exists():
            binary = self.folder / "tamis"
            run("strip", "--strip-debug", "-o", binary, BINARY)
            run(ROOT / "docker/rootfs", binary, stage / "image/rootfs")
        return stage

    def build(self, name, *options):
        """The final stage of the Dockerfile, with one time for all that is in it."""
        options = ["--isolation", "chroot", "--format", "docker", "--timestamp", "0", *options]
        self("build", *options, "--build-context", f"rootfs={self.stage()}", "--file", DOCKERFILE, "--tag", name, ROOT)
        return Image(self, name)

    def on_top(self, base, name, instructions, context):
        """An image of a few more instructions on another one."""
        file = self.folder / f"{name}.Dockerfile"
        file.write_text(f"FROM localhost/{base}\n{instructions}\n")
        self("build", "--isolation", "chroot", "--format", "docker", "--pull-never", "--file", file, "--tag", name, context)
        return Image(self, name)


class Image:
    """A built image: its settings and layers as a registry would show them."""

    def __init__(self, builder, name):
        self.builder, self.name = builder, name
        told = json.loads(builder("inspect", "--type", "image", name))
        self.settings = told["Docker"]["config"]
        self.layers = json.loads(told["Manifest"])["layers"]

    def size(self):
        """Octets of all layers, uncompressed."""
        return sum(layer["size"] for layer in self.layers)

    def unpacked(self):
        """(the name of a container of this image, the folder with its files)."""
        container = self.builder("from", "--pull-never", f"localhost/{self.name}")
        return container, self.builder("mount", container)
