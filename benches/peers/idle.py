"""What an idle connection of a user agent costs: anonymous memory of the process, divided by the connections."""

import argparse
import os
import resource
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from pathlib import Path

import processes
from rig import HERE, Rig

FIRST = 100
REQUEST = (
    b"GET / HTTP/1.1\r\nHost: app.example.org\r\nCookie: sessionid=b3f1c7d2e9a84f60917c5d2e8a4b6f03; _ga=GA1.2.3\r\n"
    b"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\nAccept: */*\r\n\r\n"
)
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"
FIELDS = b"\x82\x87\x84\x01\x0fapp.example.org"  # GET, https, /, :authority (RFC 7541)
HEADERS, SETTINGS, END_STREAM, ACK = 1, 4, 1, 1


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary", help="a tamis")
    parser.add_argument("--connections", type=int, default=5000)
    parser.add_argument("--pause", type=float, default=0, help="seconds between two of them")
    parser.add_argument("--tls", choices=["1.2", "1.3"])
    parser.add_argument("--h2", action="store_true", help="HTTP/2 over TLS")
    return parser.parse_args()


def resident(pid):
    """Anonymous and all resident memory, in octets."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return [int(lines[name].split()[0]) * 1024 for name in ("RssAnon", "VmRSS")]


def context(options):
    if not (options.tls or options.h2):
        return None
    tls = ssl._create_unverified_context()
    if options.tls:
        version = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[options.tls]
        tls.minimum_version = tls.maximum_version = version
    tls.set_alpn_protocols(["h2" if options.h2 else "http/1.1"])
    return tls


def ask(connection):
    connection.sendall(REQUEST)
    answer = b""
    while not answer.endswith((b"]}", b"0\r\n\r\n")):
        more = connection.recv(65536)
        assert more, "the connection was closed"
        answer += more


def ask_http2(connection):
    head = len(FIELDS).to_bytes(3, "big") + bytes([HEADERS, 5]) + b"\0\0\0\1" + FIELDS
    connection.sendall(PREFACE + head)
    octets, ended = b"", False
    while not ended:
        more = connection.recv(65536)
        assert more, "the connection was closed"
        octets += more
        while len(octets) >= 9 and len(octets) >= 9 + int.from_bytes(octets[:3], "big"):
            kind, flags = octets[3], octets[4]
            ended |= kind in (0, HEADERS) and bool(flags & END_STREAM)
            if kind == SETTINGS and not flags & ACK:
                connection.sendall(bytes([0, 0, 0, SETTINGS, ACK, 0, 0, 0, 0]))
            octets = octets[9 + int.from_bytes(octets[:3], "big") :]


def main():
    options = arguments()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    tls, exchange = context(options), ask_http2 if options.h2 else ask
    with Rig(1) as rig:
        port, tls_port = processes.free_ports(2)
        place = {"PORT": port, "TLS_PORT": tls_port, "ORIGIN_PORT": rig.origin_port, "CERTIFICATE": rig.certificate, "KEY": rig.key}
        folder = Path(tempfile.mkdtemp(prefix="idle-"))
        shutil.copy(HERE / "tamis/registry.yaml", folder)
        text = (HERE / "tamis/tamis.yaml").read_text()
        (folder / "tamis.yaml").write_text(f"{text}times: {{ idle: 1h }}\n")
        environment = os.environ | {name: str(value) for name, value in place.items()}
        command = [options.binary, "run", "--config", folder / "tamis.yaml"]
        tamis = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for _ in range(200):
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except OSError:
                    time.sleep(0.05)
            time.sleep(1)
            print(f"one site, nobody there: {resident(tamis.pid)[1] / 1e6:.1f} MB resident, {resident(tamis.pid)[0] / 1e6:.1f} MB of it anonymous")
            measure(tamis.pid, options, (tls, exchange, tls_port if tls else port))
        finally:
            tamis.terminate()
            tamis.wait(60)
            shutil.rmtree(folder, ignore_errors=True)


def measure(pid, options, way):
    tls, exchange, port = way
    connections = []

    def one():
        connection = socket.create_connection(("127.0.0.1", port), 60)
        if tls:
            connection = tls.wrap_socket(connection, server_hostname="localhost")
        exchange(connection)
        connections.append(connection)

    for _ in range(FIRST):
        one()
    time.sleep(3)
    before = resident(pid)[0]
    for _ in range(options.connections):
        one()
        time.sleep(options.pause)
    slept = 0
    for seconds in (2, 12):
        time.sleep(seconds - slept)
        slept = seconds
        anonymous, all_of_it = resident(pid)
        each = (anonymous - before) / options.connections
        print(f"idle for {seconds} s: {each:.0f} octets a connection, {all_of_it / 1e6:.1f} MB resident")
    for connection in connections:
        connection.close()


main()
