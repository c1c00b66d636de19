"""The scripted session, direct and through tamis: every site, scheme and choice."""

import itertools
import json

import tables
from compare import differences
from session import CONSENTS
from stand import SCHEMES, SITES

SHOWN = 3  # differing steps that are shown whole: one early difference stays in the jar of all later steps
TRACKERS = ("_ga", "_ga_ABC123", "_pk_id.1.abcd")
ran = set()


def compared(stand, ports, host, scheme, consent):
    """What differs between the direct session, by the site's table, and the one through `ports`; and the latter's records."""
    table = SITES[host][2]
    expected = stand.session(stand.direct(host, scheme, table), consent)
    actual = stand.session(stand.through(ports, host, scheme), consent)
    return differences(expected, actual), actual


def session_check(host, scheme, consent):
    """The check of one cell."""

    def check(stand, gateway):
        found, records = compared(stand, gateway.ports, host, scheme, consent)
        ran.add((host, scheme, consent))
        more = [f"… and {len(found) - SHOWN} more steps"] if len(found) > SHOWN else []
        return "\n".join(found[:SHOWN] + more + stray(records, host, consent))

    return check


def set_names(record):
    """The names that the answer sets, deletions not counted."""
    lines = [value for name, value in record.fields if name == "set-cookie"]
    return {line.partition("=")[0] for line in lines if not tables.is_deletion(line.encode("latin-1"))}


def seen_names(record):
    """The names that Django saw, from its own report."""
    cookie = json.loads(record.shown)["cookie"] or ""
    return {pair.partition("=")[0] for pair in cookie.split("; ") if pair}


def stray(records, host, consent):
    """The promise in plain words, apart from the comparison: what no answer sets and Django never sees, and what passes."""
    table = SITES[host][2]
    if table is tables.EVERYTHING:
        return []
    wrong, agreed = [], False
    for record in records:
        passed = set_names(record) | (seen_names(record) if "what Django saw" in record.step else set())
        may = {name for name, need in table.items() if need == tables.ALWAYS or agreed}
        wrong += [f"step {record.step!r}: {name} passed" for name in sorted(passed - may)]
        if record.step == "trackers after the choice":
            wrong += [f"step {record.step!r}: {name} was stripped" for name in TRACKERS if name in table and name not in passed]
        if record.step in ("consent given", "consent withdrawn"):
            agreed = record.step == "consent given"
    return wrong


def cells():
    """Everything that has to run: (host, scheme, consent)."""
    return list(itertools.product(SITES, SCHEMES, CONSENTS))


def missing(done):
    """The cells that `done` lacks, as text."""
    return [f"no session ran for {' '.join(cell)}" for cell in cells() if cell not in done]


def name_of(host, scheme, consent):
    """A cell for people."""
    registry, mode, _ = SITES[host]
    return f"session: {registry.name} {mode}, {scheme}, consent {consent}: equal but for the table's cookies"


CHECKS = [(name_of(*cell), session_check(*cell)) for cell in cells()]
CHECKS.append(("session: plain and TLS, every registry and choice have run", lambda *_: "\n".join(missing(ran))))
