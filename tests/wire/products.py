"""The proxies, each a process of its own before an origin server of its own, as often as there are lanes."""

import contextlib
import os
import random
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PEERS = HERE / "peers"
TAMIS = Path(os.environ.get("TAMIS_BIN", HERE.parents[1] / "target/debug/tamis"))
TRIES = 600  # of a tenth of a second

# Upload modes of tamis have a column each, since what is read whole first is another way than what is streamed.
PRODUCTS = ("tamis", "tamis-stream", "nginx", "haproxy", "naive")


def free_ports(count):
    """Ports of the loopback that nobody listens on, and that the system gives nobody who asks for any."""
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    ports = set()
    while len(ports) < count:
        port = random.randrange(10_000, lowest)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port), reuse_port=False):
            ports.add(port)
    return list(ports)


class Proxy:
    """`with Proxy(product, folder, ports, origin port) as proxy:` listens on `port`, and on `frames` for HTTP/2."""

    def __init__(self, product, folder, ports, origin):
        folder.mkdir()
        self.folder, self.log = folder, folder / "output"
        self.port, self.frames, self.admin = ports
        values = {"PORT": self.port, "FRAMES": self.frames, "ADMIN": self.admin, "ORIGIN": origin, "FOLDER": folder}
        values["BODY"] = "stream" if product == "tamis-stream" else "measure"

        def written(template):
            text = (PEERS / template).read_text()
            (folder / template).write_text(re.sub(r"\b(%s)\b" % "|".join(values), lambda m: str(values[m[0]]), text))
            return folder / template

        if product.startswith("tamis"):
            written("registry.yaml")
            self.command = [TAMIS, "run", "--config", written("tamis.yaml")]
        elif product == "nginx":
            self.command = ["/usr/sbin/nginx", "-e", folder / "error.log", "-p", folder, "-c", written("nginx.conf")]
        elif product == "haproxy":
            self.command = ["/usr/sbin/haproxy", "-db", "-q", "-f", written("haproxy.cfg")]
        else:
            self.command = [sys.executable, PEERS / "naive.py", str(self.port), str(origin)]
            self.frames = self.port

    def __enter__(self):
        self._start()
        return self

    def state(self):
        """Whether it runs still."""
        status = self.process.poll()
        return "hangs" if status is None else f"ended with {status}"

    def ensure(self):
        """Starts it again where it has ended."""
        if self.process.poll() is not None:
            self._start()

    def _start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        for _ in range(TRIES):
            if self.process.poll() is not None:
                break
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise RuntimeError(f"{self.command[0]} did not come up:\n{self.log.read_text(errors='replace')[-4000:]}")

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def version(product):
    """As the product says it."""
    if product.startswith("tamis"):
        return ""
    command = {"nginx": ["/usr/sbin/nginx", "-v"], "haproxy": ["/usr/sbin/haproxy", "-v"]}[product]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    return re.search(r"\d+\.\d+\.\d+", told.stdout + told.stderr)[0]
