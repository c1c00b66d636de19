"""The way of who meets tamis for the first time: `init` on a terminal, `check`, `run`, and the site works through it."""

import os
import pty
import subprocess
import time

import sessions
from child import Child
from tamis import BINARY, free_ports

from .book import Book, expect

check = Book()
CHECKS = check.checks
HOST = "observed.test"
MINUTE = 60  # seconds, for all of it; a person types, and a session of a whole visit is part of it here


def dialog(folder, arguments, answers):
    """Answers the questions of a command on a terminal of its own; its exit code and all that it showed."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.execv(BINARY, [str(BINARY), *arguments])
    shown = ""
    for question, answer in [*answers, (None, None)]:
        shown += until(terminal, question)
        if question:
            os.write(terminal, f"{answer}\n".encode())
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown


def until(terminal, question):
    """What is shown up to a question; to the end (EIO on Linux) without one."""
    shown = b""
    while question is None or not shown.endswith(question.encode()):
        try:
            octets = os.read(terminal, 1024)
        except OSError:
            octets = b""
        if not octets:
            assert question is None, f"no question {question!r}: {shown.decode()}"
            break
        shown += octets
    return shown.decode()


@check("init, check and run: three answers lead to a gateway that observes, before a site that works as without it")
def newcomer(stand, gateway):
    begun = time.monotonic()
    folder = stand.folder / "newcomer"
    folder.mkdir()
    port, url = free_ports(1)[0], f"http://127.0.0.1:{stand.portal.ports['gunicorn']['http']}"
    answers = [("[localhost]: ", HOST), ("[http://127.0.0.1:8000]: ", url), ("[django]: ", "")]
    code, shown = dialog(folder, ["init", "--listen", f"127.0.0.1:{port}"], answers)
    expect("init ends well", 0, code)
    for told in (f"{url} answers 200 OK, and sets csrftoken.", "config/tamis.yaml", " check ", " run "):
        assert told in shown, shown
    checked = subprocess.run([BINARY, "check", "--strict"], cwd=folder, capture_output=True, text=True)
    expect("check finds nothing", (0, "config/tamis.yaml is in order\n"), (checked.returncode, checked.stdout))
    tamis = Child([BINARY, "run"], log=folder / "tamis.log", folder=folder)
    try:
        while "listening" not in tamis.output():
            assert not tamis.ended_within(0.1), tamis.output()
        found, _ = sessions.compared(stand, {"http": port}, HOST, "http", "given")
    finally:
        expect("SIGTERM ends it", 0, tamis.stop())
    took = time.monotonic() - begun
    assert took < MINUTE, f"it took {took:.0f} seconds"
    return "\n".join(found)
