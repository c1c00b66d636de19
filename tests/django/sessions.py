"""The scripted session, direct and through tamis: every protocol with every choice, every site with either."""

import json

import tables
from client import PROTOCOLS
from compare import differences
from session import CONSENTS
from stand import SITES

SHOWN = 3  # differing steps that are shown whole: one early difference stays in the jar of all later steps
TRACKERS = ("_ga", "_ga_ABC123", "_pk_id.1.abcd")
WHOLE = "analytics.test"  # the site whose cells all run: its cookies wait for the choice
ran = set()


def compared(stand, ports, host, protocol, consent):
    """What differs between the direct session, by the site's table, and the one through `ports`; and the latter's records."""
    expected = stand.reference(host, PROTOCOLS[protocol].scheme, consent)
    actual = stand.session(stand.through(ports, host, protocol), consent)
    if PROTOCOLS[protocol].version == b"HTTP/2":
        expected, actual = ([one.without_zero_length() for one in records] for records in (expected, actual))
    return differences(expected, actual), actual


def session_check(host, protocol, consent):
    """The check of one cell."""

    def check(stand, gateway):
        found, records = compared(stand, gateway.ports, host, protocol, consent)
        ran.add((host, protocol, consent))
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
    table = SITES[host].table
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
    """Everything that has to run: (host, protocol, consent). One site has all; the others have each choice and protocol once."""
    every = []
    for row, host in enumerate(SITES):
        for column, protocol in enumerate(PROTOCOLS):
            consents = CONSENTS if host == WHOLE else [CONSENTS[(row + column) % len(CONSENTS)]]
            every += [(host, protocol, consent) for consent in consents]
    return every


def missing(done):
    """The cells that `done` lacks, as text."""
    return [f"no session ran for {' '.join(cell)}" for cell in cells() if cell not in done]


def name_of(host, protocol, consent):
    """A cell for people."""
    site = SITES[host]
    server = "hypercorn over h2c" if site.server == "hypercorn" else site.server
    return f"session: {site.registry.name} {site.mode}, {protocol} to {server}, consent {consent}: equal but for the table's cookies"


CHECKS = [(name_of(*cell), session_check(*cell)) for cell in cells()]
CHECKS.append(("session: every protocol with every choice, every site with either have run", lambda *_: "\n".join(missing(ran))))
