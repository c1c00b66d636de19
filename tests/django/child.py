"""Child processes: the portal's servers and tamis, each with its output in a file."""

import os
import signal
import subprocess


class Child:
    """A process that ends with the block it was started in, whatever happens there."""

    def __init__(self, arguments, log, env=None, fds=(), folder=None):
        self.log = log
        self._file = open(log, "ab")
        self.process = subprocess.Popen(
            [str(argument) for argument in arguments],
            stdin=subprocess.DEVNULL,
            stdout=self._file,
            stderr=subprocess.STDOUT,
            env=dict(os.environ, **(env or {})),
            pass_fds=fds,
            cwd=folder,
        )

    def ended_within(self, seconds):
        """Whether the process has ended; waits at most that long for it."""
        try:
            self.process.wait(timeout=seconds)
            return True
        except subprocess.TimeoutExpired:
            return False

    def stop(self, seconds=20):
        """SIGTERM, then the exit status; None where it had to be killed after `seconds`."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        in_time = self.ended_within(seconds)
        if not in_time:
            self.process.kill()
            self.process.wait()
        self._file.close()
        return self.process.returncode if in_time else None

    def peak_memory(self):
        """The most resident memory it ever had, in bytes (Linux: VmHWM)."""
        with open(f"/proc/{self.process.pid}/status") as status:
            line = next(line for line in status if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024

    def output(self, lines=40):
        """The last lines of what it printed."""
        with open(self.log, errors="replace") as file:
            return "".join(file.readlines()[-lines:])
