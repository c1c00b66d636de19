"""The deploy test: the image, built and run; manifests, units and the compose file. Exits with 0 when every check holds.

    python tests/deploy/run.py [WORD…]      only the checks whose name has one of the words

TAMIS_BIN is the binary under test (target/debug/tamis otherwise). It runs as root, in a network and with mounts of its
own: what it listens on is nobody else's, so the ports are those that the files under docker/ say.
"""

import os
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "django"))

import about_image
import about_manifests
import about_memory
import about_running
import about_systemd
import about_units
from tamis import BINARY
from world import World

INSIDE = "TAMIS_DEPLOY_INSIDE"
CHECKS = [
    *about_image.CHECKS,
    *about_running.CHECKS,
    *about_memory.CHECKS,
    *about_units.CHECKS,
    *about_systemd.CHECKS,
    *about_manifests.CHECKS,
]


def outcome(check, world):
    """What is wrong, as text; empty where the check holds."""
    try:
        return check(world) or ""
    except AssertionError as error:
        return str(error) or traceback.format_exc()
    except Exception:  # a check that cannot run has failed; the others still run
        return traceback.format_exc()


def main(words):
    """Runs the checks, prints a line for each and what failed in full; the number of failures."""
    if not BINARY.exists():
        sys.exit(f"no tamis at {BINARY}: build it (cargo build) or name it in TAMIS_BIN")
    chosen = [(name, check) for name, check in CHECKS if not words or any(word in name for word in words)]
    failed = []
    with tempfile.TemporaryDirectory(prefix="tamis-deploy-") as folder, World(Path(folder)) as world:
        for name, check in chosen:
            begun = time.monotonic()
            wrong = outcome(check, world)
            print(f"{'FAIL' if wrong else 'ok  '} {time.monotonic() - begun:5.1f} s  {name}", flush=True)
            if wrong:
                failed.append((name, wrong))
    for name, wrong in failed:
        print(f"\n---- {name}\n{wrong.rstrip()}")
    print(f"\ndeploy: {len(chosen) - len(failed)} passed, {len(failed)} failed")
    return len(failed)


if __name__ == "__main__":
    if INSIDE not in os.environ:
        if os.geteuid() != 0:
            sys.exit("the deploy test builds and runs images, which takes root here: run it by sudo")
        again = ["unshare", "--net", "--mount", "--", sys.executable, *sys.argv]
        sys.exit(subprocess.run(again, env=os.environ | {INSIDE: "1"}, check=False).returncode)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    sys.exit(1 if main(sys.argv[1:]) else 0)
