"""Measures how the cost of tamis grows; `run` says how to call it."""

import argparse
import resource
import sys
from pathlib import Path

import curves
import picture

DOCS = Path(__file__).resolve().parents[2] / "docs/performance"


def table(measured):
    """A row a curve: the cost at each of its points, and how steep it is."""
    lines = ["| | of | cost | grows |", "| --- | --- | --- | --- |"]
    for curve in measured:
        points = ", ".join(f"{picture.figure(y)} at {x:,}" for x, y in curve.points)
        lines.append(f"| {curve.title}, {curve.unit} | {curve.of} | {points} | {steepness(curve)} |")
    return "\n".join([*lines, ""])


def page(measured):
    """The document beside the picture."""
    about = "How it is measured, and what it says, stands in [performance.md](../performance.md#how-it-grows)."
    head = f"# How the cost of tamis grows\n\nWritten by `benches/growth/run`. {about}\n\n![The curves](growth.svg)\n"
    return f"{head}\n{table(measured)}"


def steepness(curve):
    """What one more costs over the last stretch, and that beside the stretch before: 1.00 is growth in proportion, less is
    flatter."""
    (a, at_a), (b, at_b), (c, at_c) = curve.points[-3:]
    early, late = (at_b - at_a) / (b - a), (at_c - at_b) / (c - b)
    by = f"{picture.figure(late * 1000)} a thousand"
    if abs(at_c - at_a) < 0.03 * at_c:
        return "not at all"
    return f"{by}, {late / early:.2f} of what it was" if early > 0 and late > 0 else by


def main():
    """The command line."""
    parser = argparse.ArgumentParser(prog="run", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(curves.ALL)}; all where none is named")
    options = parser.parse_args()
    if unknown := set(options.names) - set(curves.ALL):
        parser.error(f"no curve {', '.join(sorted(unknown))}")
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a descriptor a connection
    measured = []
    for name in options.names or curves.ALL:
        found = curves.ALL[name]()
        print(table(found), flush=True)
        measured += found
    if not options.names:
        DOCS.mkdir(exist_ok=True)
        (DOCS / "growth.svg").write_text(picture.svg(measured))
        (DOCS / "growth.md").write_text(page(measured))
    return 0


if __name__ == "__main__":
    sys.exit(main())
