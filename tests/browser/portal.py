"""The Django portal of tests/django for a driver in another language.

    python tests/browser/portal.py FOLDER PACKAGES HOST…

Writes one JSON line once it listens, {"port", "chain", "key", "log", "user", "password"}, and serves until its standard
input ends. FOLDER holds what it makes (database, certificate, log), PACKAGES the npm packages that its pages load.
"""

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "django"))

from certificates import Certificates  # noqa: E402
from origin import PASSWORD, USER, Portal  # noqa: E402


def main(folder, packages, *hosts):
    """Serves until nobody is there to stop it."""
    folder = Path(folder)
    log = folder / "portal.jsonl"
    log.touch()
    os.environ.update(PORTAL_LOG=str(log), PORTAL_PACKAGES=packages)
    certificates = Certificates(folder, hosts)
    with Portal(folder, hosts, certificates) as portal:
        told = {
            "port": portal.ports["gunicorn"]["http"],
            "chain": str(certificates.chain),
            "key": str(certificates.key),
            "log": str(log),
            "user": USER,
            "password": PASSWORD,
        }
        print(json.dumps(told), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
