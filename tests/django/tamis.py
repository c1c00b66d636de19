"""The gateway under test, as a child process with a configuration of its own."""

import http.client
import json
import os
import socket
from pathlib import Path

from child import Child

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("TAMIS_BIN", ROOT / "target/debug/tamis"))
READY_WITHIN = 300  # tries of a tenth of a second


def free_ports(count):
    """Ports of the loopback that nobody listens on; held together so that they differ."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [held.getsockname()[1] for held in sockets]
    for held in sockets:
        held.close()
    return ports


class Tamis:
    """`with Tamis(folder, sites, certificates) as tamis:` filters until the block ends.

    `sites` are the entries of `sites:`, as they stand in the file. Without `tls` there is no TLS listener.
    """

    def __init__(self, folder, sites, certificates, tls=True):
        folder.mkdir()
        http_port, h2c_port, https_port, self.admin = free_ports(4)
        self.ports = {"http": http_port, "h2c": h2c_port}
        listeners = [{"address": f"127.0.0.1:{http_port}"}, {"address": f"127.0.0.1:{h2c_port}", "h2c": True}]
        if tls:
            self.ports["https"] = https_port
            pem = {"certificate": str(certificates.chain), "key": str(certificates.key)}
            listeners.append({"address": f"127.0.0.1:{https_port}", "tls": pem})
        self.folder = folder
        self.file = folder / "tamis.yaml"
        settings = {
            "listeners": listeners,
            "admin": {"address": f"127.0.0.1:{self.admin}"},
            "trusted_proxies": [],
            "log": {"format": "json"},
            "sites": sites,
        }
        self.file.write_text(json.dumps(settings, indent=2))  # JSON is YAML

    def __enter__(self):
        self.child = Child([BINARY, "run", "--config", self.file], log=self.folder / "tamis.log")
        for _ in range(READY_WITHIN):
            if self._healthy():
                return self
            if self.child.ended_within(0.1):
                break
        self.child.stop()
        raise RuntimeError(f"tamis did not come up with {self.file}:\n{self.child.output()}")

    def __exit__(self, *_):
        self.status = self.child.stop()

    def _healthy(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.admin, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def metrics(self):
        """The text of /metrics."""
        connection = http.client.HTTPConnection("127.0.0.1", self.admin, timeout=5)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
        return text
