"""Counts of a request beside the recorded ones; `run` says how to call it."""

import platform
import re
import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "peers"))

import instructions  # noqa: E402
import load  # noqa: E402
from subjects import named  # noqa: E402

RECORDED = HERE / "recorded.toml"
REQUESTS = 1500
AGAIN = 3
# Plain HTTP/1.1 and HTTP/2 over TLS: the whole way of a request in both.
SCENARIOS = "h1", "tls-h2"
HEAD = """\
# What a request costs, counted by valgrind; `benches/counts/run --record` writes this file, `tests/run counts` compares.
#
# Valgrind shows programs a processor of its own, the same one wherever there is AVX2: which variant of memchr or memcpy
# is chosen doesn't depend on the machine. It does depend on the architecture, on the C library a little, and on the
# compiler: with another one the figures are only compared by `other_compiler`. From one run to the next the instructions move
# by a few per thousand on a quiet machine and by one or two per cent on a busy one, allocations by less; what has risen by more than
# {tolerance:.0%} is counted twice more, and the lowest counts.
"""


def surroundings():
    """What the figures hold for."""
    flags = re.search(r"(?m)^flags\s*:(.*)$", Path("/proc/cpuinfo").read_text())
    level = "avx2" if flags and "avx2" in flags[1].split() else "no avx2"
    compiler = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return {"machine": f"{platform.machine()}, {level}", "compiler": compiler}


def measured(recorded):
    """(scenario, what) to figure. What is to be recorded or seems to have risen is counted again: a busy machine adds, and
    takes nothing away."""
    figures = {}
    for word in SCENARIOS:
        for _ in range(AGAIN):
            _, counts = instructions.count(named("tamis"), load.SCENARIOS[word], requests=REQUESTS, connections=1)
            found = {"instructions": round(counts.instructions), "allocations": round(counts.allocations, 2)}
            for what, figure in found.items():
                figures[word, what] = min(figure, figures.get((word, what), figure))
            if recorded and not any(rises(figures[word, what], recorded, (word, what)) for what in found):
                break
    return figures


def rises(figure, recorded, place):
    """Whether it is more than the recorded one with its tolerance."""
    word, what = place
    return figure > recorded[word][what] * (1 + recorded["tolerance"])


def record(figures, tolerance, other_compiler):
    """Writes the file anew, with the tolerances as they were."""
    lines = [HEAD.format(tolerance=tolerance)]
    lines += [f"tolerance = {tolerance}", f"other_compiler = {other_compiler}"]
    lines += [f'{name} = "{value}"' for name, value in surroundings().items()]
    for word in SCENARIOS:
        lines += ["", f"[{word}]"]
        lines += [f"{what} = {figure}" for (of, what), figure in figures.items() if of == word]
    RECORDED.write_text("\n".join([*lines, ""]))


def compare(figures, recorded):
    """Prints each figure beside the recorded one; whether none has risen."""
    here = surroundings()
    if here["machine"] != recorded["machine"]:
        print(f"recorded for {recorded['machine']}, this is {here['machine']}: nothing to compare with")
        print("record the figures of this machine (benches/counts/run --record), and compare with those")
        return False
    tolerance = recorded["tolerance"]
    if here["compiler"] != recorded["compiler"]:
        tolerance = recorded["other_compiler"]
        print(f"recorded with {recorded['compiler']}, this is {here['compiler']}: a tolerance of {tolerance:.0%}")
    good = True
    for (word, what), figure in figures.items():
        before = recorded[word][what]
        change = figure / before - 1
        risen = change > tolerance
        good = good and not risen
        says = "has risen" if risen else "has fallen: record it" if change < -tolerance else "ok"
        print(f"{word:8} {what:13} {figure:>9} {before:>9} {change:+7.1%}  {says}")
    if not good:
        print("where the rise is meant, benches/counts/run --record takes it down, and the commit says why")
    return good


def main():
    """The exit status."""
    recorded = tomllib.loads(RECORDED.read_text()) if RECORDED.exists() else {}
    recording = sys.argv[1:] == ["--record"]
    figures = measured({} if recording else recorded)
    if recording:
        record(figures, recorded.get("tolerance", 0.03), recorded.get("other_compiler", 0.1))
        print(RECORDED.read_text())
        return 0
    if sys.argv[1:]:
        sys.exit("usage: benches/counts/run [--record]")
    return 0 if compare(figures, recorded) else 1


if __name__ == "__main__":
    sys.exit(main())
