"""Child processes pinned to processors, and the CPU time and memory of their trees."""

import contextlib
import ctypes
import os
import re
import shlex
import signal
import socket
import subprocess
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


class Child:
    """A pinned process with its output in a file. It ends with whoever started it, at the latest."""

    def __init__(self, arguments, processors, log, env=None):
        def prepare():
            os.sched_setaffinity(0, processors)
            LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

        self.log = log
        with open(log, "ab") as output:
            self.process = subprocess.Popen(
                [str(argument) for argument in arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=dict(os.environ, **(env or {})),
                preexec_fn=prepare,
            )

    def wait_for(self, port, seconds=30):
        """Returns when it accepts connections on the port of the loopback."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and self.process.poll() is None:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            time.sleep(0.05)
        raise RuntimeError(f"nothing listens on {port}: {shlex.join(self.process.args)}\n{self.said()}")

    def said(self):
        """The end of its output."""
        return Path(self.log).read_text(errors="replace")[-2000:]

    def stop(self):
        """SIGTERM to it alone, which ends its own children; SIGKILL to the whole tree where that doesn't help."""
        pids = tree(self.process.pid)
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.process.wait()

    def cpu(self):
        """Seconds that all threads of the process and its descendants have run, user and system together.

        From schedstat, in nanoseconds: the ticks of /proc/PID/stat are sampled on many kernels. Threads that have
        ended are not in it; no subject ends any while it serves.
        """
        nanoseconds = 0
        for pid in tree(self.process.pid):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                for thread in os.listdir(f"/proc/{pid}/task"):
                    nanoseconds += int(Path(f"/proc/{pid}/task/{thread}/schedstat").read_text().split()[0])
        return nanoseconds / 1e9

    def memory(self):
        """Octets that the process and its descendants have of their own and in memory: no pages of files."""
        kibibytes = 0
        for pid in tree(self.process.pid):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                status = Path(f"/proc/{pid}/status").read_text()
                kibibytes += sum(map(int, re.findall(r"(?:RssAnon|RssShmem):\s+(\d+)", status)))
        return kibibytes * 1024


def tree(root):
    """The process and its living descendants."""
    children = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            # The command, in parentheses, may hold anything; the parent is the second field after it.
            fields = Path(f"/proc/{entry}/stat").read_text(errors="replace").rpartition(")")[2].split()
            children.setdefault(int(fields[1]), []).append(int(entry))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def free_ports(count):
    """Ports of the loopback that nobody listens on; held together so that they differ."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [held.getsockname()[1] for held in sockets]
    for held in sockets:
        held.close()
    return ports


def processors(workers):
    """(for the subject, for load tool and origin): the last ones for the subject; with one processor, or without a number
    of workers, all share all."""
    every = sorted(os.sched_getaffinity(0))
    subject = set(every[-workers:])
    return subject, set(every) - subject or set(every)
