"""Measures subjects in rounds, each once a round, and writes what came of it."""

import statistics

import idle
import latency
import load

IDLE_ROUNDS = 3
UNITS = {"request": "µs", "MiB": "µs", "connection": "octets"}


def measured(rig, subjects, scenarios, rounds, seconds):
    """For each scenario: (word, {(row, name of a subject): its figure in each round})."""
    for word in scenarios:
        scenario = load.SCENARIOS[word]
        meant = [subject for subject in subjects if not subject.scenarios or word in subject.scenarios]
        for subject in meant:
            once(rig, scenario, subject, 1, warm=True)
        figures = {}
        for _ in range(min(rounds, IDLE_ROUNDS) if scenario.tool == "idle" else rounds):
            for subject in meant:
                for row, figure in once(rig, scenario, subject, seconds).items():
                    figures.setdefault((row, subject.name), []).append(figure)
        yield word, figures


def once(rig, scenario, subject, seconds, warm=False):
    """{row: figure} of one run. A warm one is for connections to the origin server, and caches."""
    if scenario.tool == "idle":
        return {} if warm else idle.cost(rig, scenario, subject)
    if scenario.tool == "latency":
        return latency.cost(rig, scenario, subject, seconds)
    return {"": load.cost(rig, scenario, subject, seconds)}


class Ratio:
    """The first subject's figures over another's, round by round."""

    def __init__(self, first, other):
        every = [one / another if another else 1 for one, another in zip(first, other)]
        self.middle, self.lowest, self.highest = statistics.median(every), min(every), max(every)

    def __str__(self):
        return f"{self.middle:.2f} [{self.lowest:.2f}–{self.highest:.2f}]"


def show(word, figures):
    """A line for each figure, as soon as the scenario is through."""
    first = next(name for _, name in figures)
    scenario = load.SCENARIOS[word]
    for (row, name), every in figures.items():
        unit = f"{UNITS[scenario.unit]} a {scenario.unit}"
        ratio = Ratio(figures[row, first], every)
        print(f"{f'{word} {row}':21} {name:22} {statistics.median(every):9.1f} {unit:20} {ratio}", flush=True)


def markdown(results):
    """The whole as a table of Markdown: a row a scenario, a column a subject."""
    names = list(dict.fromkeys(name for _, figures in results for _, name in figures))
    lines = ["| scenario | " + " | ".join(names) + " |", "| --- " * (len(names) + 1) + "|"]
    for word, figures in results:
        scenario = load.SCENARIOS[word]
        for row in dict.fromkeys(row for row, _ in figures):
            about = f"`{word}` {scenario.about}" + (f", {row}" if row else "")
            cells = [cell(figures, row, names[0], name, UNITS[scenario.unit]) for name in names]
            lines.append(f"| {about} | " + " | ".join(cells) + " |")
    return "\n".join([*lines, ""])


def cell(figures, row, first, name, unit):
    """A subject's figure, and the first one's ratio to it."""
    if (row, name) not in figures:
        return "–"
    middle = statistics.median(figures[row, name])
    text = f"{middle:,.1f} {unit}" if middle < 100 else f"{middle:,.0f} {unit}"
    return text if name == first else f"{text}: {Ratio(figures[row, first], figures[row, name])}"
