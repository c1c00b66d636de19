"""What a subject does for a request, counted by valgrind's callgrind: the same within a percent or two, on any load."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import load
from rig import Rig

WARM, COUNTED = 500, 4000
START = 600  # seconds that a subject may take under valgrind
# Where jemalloc and the C library are asked for memory.
ALLOCATORS = r"(?:_rjem_|__libc_)?(?:malloc|calloc|realloc|mallocx|rallocx|aligned_alloc|posix_memalign)"


@dataclass
class Counts:
    """Of one request, on average."""

    instructions: float
    allocations: float

    def __add__(self, other):
        return Counts(self.instructions + other.instructions, self.allocations + other.allocations)


def count(subject, scenario, out=None, requests=COUNTED, connections=8):
    """(what all threads do, what a worker does) while so many requests come, divided by their number. What others than
    workers do goes by the clock in part: every five seconds tamis looks at its files.

    Nothing is counted before: not the start, whose random numbers take more at one time than at another. A subject
    whose workers are processes of their own is not seen, which leaves out nginx. On one connection a request is done
    before the next one comes, so that nothing depends on how many come at once.
    """
    with Rig(pinned=False) as rig:
        return counted(rig, subject, scenario, load.headers(subject.judged, scenario.cookies), out, requests, connections)


def counted(rig, subject, scenario, fields, out=None, requests=COUNTED, connections=8):
    """The same in a rig that is there, with these fields."""
    reports = rig.folder / "callgrind.out"
    options = ["--tool=callgrind", "--instr-atstart=no", "--separate-threads=yes", f"--callgrind-out-file={reports}"]
    child, place = rig.start(subject, scenario.policy, ["valgrind", *options], fresh=True, seconds=START)
    target = load.url(scenario, subject, place)
    ask(rig, scenario, (target, fields), WARM, connections)
    switch(child, "on")
    ask(rig, scenario, (target, fields), requests, connections)
    switch(child, "off")
    rig.end(child)
    threads = {path: read(path, requests) for path in rig.folder.glob("callgrind.out-*")}
    # The thread that looks at the files may do more and ask for more memory, but has no connection.
    workers = [path for path in threads if re.search(r"(?m)^c?fn=\(\d+\) recv", path.read_text())]
    worker = max(workers, key=lambda path: threads[path].instructions, default=None)
    if not worker or threads[worker].instructions < 1:
        raise RuntimeError(f"nothing was counted of {subject.name}")
    if out:
        shutil.copy(worker, out)
    for path in threads:
        path.unlink()
    return sum(threads.values(), Counts(0, 0)), threads[worker]


def ask(rig, scenario, request, number, connections):
    """That many requests, one after the other on each connection; over HTTP/2 eight at once where connections are several."""
    target, fields = request
    at_once = "-m8" if connections > 1 else "-m1"
    protocol = ["--h1", "-m1"] if scenario.tool == "wrk" else [at_once]
    load.run(["h2load", *protocol, f"-c{connections}", "-t1", "-n", str(number), *fields, target], rig.load_cpus)


def switch(child, state):
    """Turns the counting on or off."""
    command = ["callgrind_control", f"--instr={state}", str(child.process.pid)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


def read(report, requests):
    """Callgrind's report: the sum of all costs, and how often a function that gives out memory was called."""
    text = Path(report).read_text()
    total = re.search(r"(?m)^totals: (\d+)", text)
    calls = 0
    # `cfn=(12) name` gives a number its name, `cfn=(12)` comes after it; names are shared with `fn=`.
    names = dict(re.findall(r"(?m)^c?fn=\((\d+)\) (.+)$", text))
    for number, times in re.findall(r"(?m)^cfn=\((\d+)\).*\ncalls=(\d+)", text):
        if re.fullmatch(ALLOCATORS, names.get(number, "").partition("'")[0]):
            calls += int(times)
    return Counts(int(total[1]) / requests if total else 0, calls / requests)
