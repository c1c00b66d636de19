"""Memory of idle connections: what each adds to a subject after one request."""

import concurrent.futures
import contextlib
import socket
import ssl
import time

import load
from conformity import HOST

PLAIN, SECURE = 5000, 1500
BEFORE = 100  # connections that are there already, so that pools and tables are
PACE = 400  # a second, where connections come one after the other
REST = 5  # seconds between the last answer and the look at the memory


def cost(rig, scenario, subject):
    """Octets a connection: opened as fast as possible by sixteen at once, and one after the other."""
    return {
        "at once": added(rig, scenario, subject, None),
        "one by one": added(rig, scenario, subject, PACE),
    }


def added(rig, scenario, subject, pace, count=None):
    """Octets a connection, of a process that is started for this: memory that was used once is seldom given back."""
    count = count or (SECURE if scenario.tls else PLAIN)
    child, place = rig.start(subject, scenario.policy, fresh=True)
    try:
        with Agents(place, scenario.tls) as agents:
            agents.open(BEFORE, None)
            time.sleep(REST)
            before = child.memory()
            agents.open(count, pace)
            time.sleep(REST)
            return max(child.memory() - before, 0) / count
    except (OSError, RuntimeError) as fault:
        fault.add_note(f"while {subject.name} was asked, which said: {child.said()}")
        raise
    finally:
        rig.end(child)


class Agents:
    """User agents that ask once and stay. `with Agents(place, tls) as agents:`"""

    def __init__(self, place, tls):
        self.port = place.tls_port if tls else place.port
        self.context = ssl._create_unverified_context() if tls else None
        fields = "".join(f"{name}: {value}\r\n" for name, value in load.AGENT.items())
        self.request = f"GET / HTTP/1.1\r\nHost: {HOST}\r\n{fields}\r\n".encode()
        self.streams = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for stream in self.streams:
            with contextlib.suppress(OSError):
                stream.close()

    def open(self, count, pace):
        """So many more: sixteen at once, or so many a second."""
        if pace is None:
            with concurrent.futures.ThreadPoolExecutor(16) as pool:
                self.streams += pool.map(lambda _: self.ask(), range(count))
            return
        begun = time.monotonic()
        for number in range(count):
            time.sleep(max(0, begun + number / pace - time.monotonic()))
            self.streams.append(self.ask())

    def ask(self):
        """A connection after its one answer."""
        stream = socket.create_connection(("127.0.0.1", self.port), 30)
        if self.context:
            stream = self.context.wrap_socket(stream, server_hostname="localhost")
        stream.sendall(self.request)
        answer = b""
        while not answer.endswith((b"]}", b"0\r\n\r\n")):
            more = stream.recv(65536)
            if not more:
                raise RuntimeError("the subject has closed a connection")
            answer += more
        return stream
