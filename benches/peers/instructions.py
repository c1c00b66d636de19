"""User instructions a request, counted by valgrind's callgrind: the same within a percent or two, on any load."""

import re
import shutil
import subprocess

import load
from rig import Rig

WARM, COUNTED = 500, 4000


def count(name, subject, scenario, out=None):
    """The instructions of all threads while `COUNTED` requests come on eight connections, divided by their number.

    Nothing is counted before: not the start, whose random numbers take more at one time than at another. A subject
    whose workers are processes of their own is not seen, which leaves out nginx.
    """
    with Rig() as rig:
        report = rig.folder / "callgrind.out"
        options = ["--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={report}"]
        child, place = rig.start(name, subject, ["valgrind", *options])
        ask(rig, scenario, place, WARM)
        switch(child, "on")
        ask(rig, scenario, place, COUNTED)
        switch(child, "off")
        child.stop()
        if out:
            shutil.copy(report, out)
        counted = re.search(r"(?m)^totals: (\d+)", report.read_text())
    if not counted or int(counted[1]) < COUNTED:
        raise RuntimeError(f"nothing was counted of {name}")
    return int(counted[1]) / COUNTED


def ask(rig, scenario, place, requests):
    """That many requests, one after the other on each connection."""
    protocol = ["--h1", "-m1"] if scenario.tool == "wrk" else ["-m8"]
    url = load.url(scenario, place)
    load.run(["h2load", *protocol, "-c8", "-t1", "-n", str(requests), *load.HEADERS, url], rig.load_cpus)


def switch(child, state):
    """Turns the counting on or off."""
    command = ["callgrind_control", f"--instr={state}", str(child.process.pid)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
