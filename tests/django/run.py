"""The real-site test: a Django portal under gunicorn, direct and through tamis. Exits with 0 when every check holds.

    python tests/django/run.py [WORD…]      only the checks whose name has one of the words

TAMIS_BIN is the binary under test (target/debug/tamis otherwise).
"""

import sys
import time
import traceback

import breaks
import checks
import sessions
from stand import Stand
from tamis import BINARY


def all_checks():
    """(name, function of the stand and the gateway), in the order they run."""
    yield from sessions.CHECKS
    yield from checks.CHECKS
    yield from breaks.CHECKS


def outcome(check, stand, gateway):
    """What is wrong, as text; empty where the check holds."""
    try:
        return check(stand, gateway) or ""
    except AssertionError as error:
        return str(error) or traceback.format_exc()
    except Exception:  # a check that cannot run has failed; the others still run
        return traceback.format_exc()


def main(words):
    """Runs the checks, prints a line for each and what failed in full; the number of failures."""
    if not BINARY.exists():
        sys.exit(f"no tamis at {BINARY}: build it (cargo build) or name it in TAMIS_BIN")
    chosen = [(name, check) for name, check in all_checks() if not words or any(word in name for word in words)]
    failed = []
    with Stand() as stand, stand.gateway("all") as gateway:
        for name, check in chosen:
            begun = time.monotonic()
            wrong = outcome(check, stand, gateway)
            print(f"{'FAIL' if wrong else 'ok  '} {time.monotonic() - begun:5.1f} s  {name}", flush=True)
            if wrong:
                failed.append((name, wrong))
        log = gateway.child.output()
    for name, wrong in failed:
        print(f"\n---- {name}\n{wrong.rstrip()}")
    if failed:
        print(f"\n---- the last lines of tamis\n{log.rstrip()}")
    print(f"\ndjango: {len(chosen) - len(failed)} passed, {len(failed)} failed")
    return len(failed)


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:]) else 0)
