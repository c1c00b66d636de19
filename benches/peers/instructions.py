"""User instructions a request, counted by valgrind's callgrind: the same within about a percent, on any load."""

import re
import shutil

import load
from rig import Rig

FEW, MANY = 2000, 6000


def count(name, subject, scenario, out=None):
    """The difference of two runs that differ by their number of requests, divided by that: no start, no warming up."""
    totals = [total(name, subject, scenario, requests, out) for requests in (FEW, MANY)]
    return (totals[1] - totals[0]) / (MANY - FEW)


def total(name, subject, scenario, requests, out):
    """Instructions of all threads from start to end, `requests` on 8 connections between."""
    assert scenario.path == "/", "instructions are counted a request"
    with Rig() as rig:
        report = rig.folder / "callgrind.out"
        child, place = rig.start(name, subject, ["valgrind", "--tool=callgrind", f"--callgrind-out-file={report}"])
        protocol = ["--h1", "-m1"] if scenario.tool == "wrk" else ["-m8"]
        target = load.url(scenario, place)
        load.run(["h2load", *protocol, "-c8", "-t1", "-n", str(requests), *load.HEADERS, target], rig.load_cpus)
        child.stop()
        if out:
            shutil.copy(report, f"{out}.{requests}")
        return int(re.search(r"(?m)^(?:totals|summary): (\d+)", report.read_text())[1])
