"""The site with django-cookie-consent under gunicorn, and a certificate for every host of the test.

    python tests/managers/shop.py FOLDER HOST SERVER_TRACKERS SCRIPT_TRACKERS

Writes one JSON line once it listens, {"port", "chain", "key", "log"}, and serves until its standard input ends. FOLDER
holds what it makes; trackers are names, parted by spaces.
"""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "django"))

from certificates import Certificates  # noqa: E402
from child import Child  # noqa: E402


def main(folder, host, server_trackers, script_trackers):
    """Serves until nobody is there to stop it."""
    folder = Path(folder)
    log = folder / "shop.jsonl"
    log.touch()
    certificates = Certificates(folder, [host])
    env = {
        "SHOP_DATABASE": str(folder / "shop.sqlite3"),
        "SHOP_LOG": str(log),
        "SHOP_SERVER_TRACKERS": server_trackers,
        "SHOP_SCRIPT_TRACKERS": script_trackers,
        "DJANGO_SETTINGS_MODULE": "shop.settings",
        "PYTHONPATH": str(HERE / "site"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    for words in (["migrate", "--verbosity", "0"], ["loaddata", "--verbosity", "0", "groups"]):
        command = [sys.executable, "-m", "django", *words]
        subprocess.run(command, env={**os.environ, **env}, cwd=folder, stdin=subprocess.DEVNULL, check=True)
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    port = listener.getsockname()[1]
    words = ["-m", "gunicorn", "--threads", "4", "--bind", f"fd://{listener.fileno()}", "shop.wsgi:application"]
    child = Child([sys.executable, *words], log=folder / "gunicorn.log", env=env, fds=(listener.fileno(),), folder=folder)
    listener.close()
    try:
        told = {"port": port, "chain": str(certificates.chain), "key": str(certificates.key), "log": str(log)}
        print(json.dumps(told), flush=True)
        sys.stdin.read()
    finally:
        child.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
