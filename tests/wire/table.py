"""The table in docs/reliability-http.md: written by a run, and compared with the next one for what tamis answers."""

import os
import re
from pathlib import Path

import products
from known import KNOWN

PAGE = Path(__file__).resolve().parents[2] / "docs/reliability-http.md"
PEERS = ("nginx", "haproxy")
OURS = ("tamis", "tamis-stream")
# So many of the cases the naive proxy has to fail: else they show nothing.
NAIVE_FAILS = 0.5


def counts(case, product):
    """Whether the case says something of this product."""
    return case.only is None or product.startswith(case.only)


def cell(case, verdicts, product):
    """What a product answered; bold where it isn't allowed."""
    verdict = verdicts.get(product, {}).get(case.id)
    if verdict is None or not counts(case, product):
        return "–"
    return f"**{verdict.said}**" if verdict.fault else verdict.said


def ours(case, verdicts):
    """What tamis answered; both ways where they differ."""
    measured, streamed = (cell(case, verdicts, product) for product in OURS)
    return measured if measured == streamed else f"{measured}; streamed: {streamed}"


def faults(cases, verdicts):
    """What makes a run fail: a case that tamis doesn't pass, and who else does; a naive proxy that passes too many."""
    found = []
    for case in cases:
        for product in OURS:
            verdict = verdicts.get(product, {}).get(case.id)
            if verdict and case.id in KNOWN:
                if not verdict.fault:
                    found.append(f"{product}: {case.id} passes: take it out of known.py")
            elif verdict and verdict.fault:
                better = [peer for peer in PEERS if _passes(case, verdicts, peer)]
                also = f" ({' and '.join(better)} passes)" if better else ""
                wanted = " or ".join(map(str, case.allowed))
                found.append(f"{product}: {case.group}/{case.id}: {verdict.fault}; wanted {wanted}{also}")
    naive = verdicts.get("naive", {})
    if len(naive) > 100 and failed(cases, verdicts, "naive") < NAIVE_FAILS * len(naive):
        found.append("the naive proxy passes too many cases")
    return found


def _passes(case, verdicts, product):
    verdict = verdicts.get(product, {}).get(case.id)
    return verdict is not None and counts(case, product) and not verdict.fault


def failed(cases, verdicts, product):
    """How many cases a product doesn't pass."""
    return sum(bool(verdicts[product][case.id].fault) for case in cases if counts(case, product))


def judged(cases, product):
    """How many cases say something of a product."""
    return sum(counts(case, product) for case in cases)


def summary(cases, verdicts):
    """A line for each product."""
    return "\n".join(
        f"{product:13} {judged(cases, product) - failed(cases, verdicts, product)} of {judged(cases, product)} cases passed"
        for product in verdicts
    )


def show(cases, verdicts):
    """Every verdict, for whoever works on the cases."""
    for case in cases:
        print(f"{case.group}/{case.id}")
        for product, of in verdicts.items():
            verdict = of[case.id]
            print(f"    {product:13} {verdict.said:30} {verdict.fault}")


def rows(cases, verdicts):
    """The table, group by group."""
    group, lines = None, []
    for case in cases:
        if case.group != group:
            group = case.group
            lines += ["", f"### {group}", "", "| case | clause | allowed | tamis | nginx | HAProxy | why |", "|---|---|---|---|---|---|---|"]
        allowed = " or ".join(map(str, case.allowed))
        peers = " | ".join(cell(case, verdicts, peer) for peer in PEERS)
        lines.append(f"| `{case.id}` | {case.clause} | {allowed} | {ours(case, verdicts)} | {peers} | {case.why} |")
    return lines


def compare(cases, verdicts):
    """What the page says otherwise of tamis; with TAMIS_BLESS set, the page is written anew instead."""
    if os.environ.get("TAMIS_BLESS"):
        bless(cases, verdicts)
        return []
    text = PAGE.read_text()
    said = dict(re.findall(r"^\| `([^`]+)` \|(.*) \|$", text, re.MULTILINE))
    found = []
    for case in cases:
        cells = said.pop(case.id, "").split(" | ")
        if len(cells) < 5 or cells[2] != ours(case, verdicts):
            found.append(f"{PAGE.name}: {case.id}: tamis answers {ours(case, verdicts)}; TAMIS_BLESS=1 writes the table anew")
    return found + [f"{PAGE.name}: {case}: there is no such case" for case in said]


def bless(cases, verdicts):
    """Writes the figures and the table below the mark of the page."""
    text = PAGE.read_text()
    before = text.split("<!-- written by tests/wire/run.py -->")[0]
    total = [f"| {name} | {judged(cases, of) - failed(cases, verdicts, of)} | {failed(cases, verdicts, of)} |" for name, of in columns()]
    better = [case for case in cases if any(_passes(case, verdicts, peer) for peer in PEERS) and not all(_passes(case, verdicts, our) for our in OURS)]
    figures = [
        "<!-- written by tests/wire/run.py -->",
        "",
        f"{len(cases)} cases, {len(better)} of which nginx or HAProxy passes and tamis doesn't{':' if better else '.'}",
        *(["", *(f"- `{case.id}`: {KNOWN.get(case.id, 'unexplained')}." for case in better)] if better else []),
        "",
        "| proxy | passed | failed |",
        "|---|---|---|",
        *total,
    ]
    PAGE.write_text("\n".join([before + figures[0], *figures[1:], *rows(cases, verdicts)]) + "\n")


def columns():
    """The products as the page names them."""
    yield "tamis", "tamis"
    yield "tamis, `request_body: stream`", "tamis-stream"
    yield f"nginx {products.version('nginx')}", "nginx"
    yield f"HAProxy {products.version('haproxy')}", "haproxy"
    yield "a naive proxy (`tests/wire/peers/naive.py`)", "naive"
