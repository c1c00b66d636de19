"""Deliberate faults. The session comparison has to turn red for each; a check here fails where it stays green."""

import socket
import threading

import httpx

import sessions
from client import PROTOCOLS
from session import CONSENTS
from stand import SITES

HOST = "opendata.test"
REGISTRY = SITES[HOST].registry


def red(stand, ports, host=HOST, protocol="http", consent="given"):
    """The differences that the session finds, as one text; the connection that is not there is one of them."""
    try:
        found, _ = sessions.compared(stand, ports, host, protocol, consent)
    except httpx.ConnectError as error:
        found = [f"no connection over {protocol}: {error}"]
    except AssertionError as error:
        found = [str(error)]
    return "\n".join(found)


def must_show(report, *words):
    """Empty where the report names each word; else what it lacks."""
    if not report:
        return "the comparison stayed green"
    return "\n".join(f"the report does not mention {word!r}:\n{report[:2000]}" for word in words if word not in report)


def session_blocked(stand, _):
    """A registry without sessionid: the login cannot hold."""
    registry = stand.folder / "without-session.yaml"
    registry.write_text(REGISTRY.read_text().replace("sessionid", "not_the_session"))
    with stand.gateway("without-session", [stand.site(HOST, registry=str(registry))]) as gateway:
        report = red(stand, gateway.ports)
    return must_show(report, "step 'login'", "-field  set-cookie: sessionid=", "step 'admin index'", "+status 302")


def flag_dropped(stand, gateway):
    """Something between visitor and tamis that takes HttpOnly off the session cookie."""
    with Shim(gateway.ports["http"], b"; HttpOnly", b"") as shim:
        report = red(stand, {"http": shim.port})
    return must_show(report, "step 'login'", "HttpOnly")


def tls_skipped(stand, _):
    """A tamis that has no TLS listener."""
    with stand.gateway("plain-only", tls=False) as gateway:
        return must_show(red(stand, gateway.ports, protocol="https"), "no connection over https")


def not_run(*_):
    """A run that leaves the sessions of one protocol out."""
    for left_out in PROTOCOLS:
        report = "\n".join(sessions.missing({cell for cell in sessions.cells() if cell[1] != left_out}))
        wrong = must_show(report, *(f"{sessions.WHOLE} {left_out} {consent}" for consent in CONSENTS))
        if wrong:
            return wrong
    return ""


def h2_not_spoken(stand, _):
    """A TLS server that speaks HTTP/1.1 alone (the portal's own)."""
    report = red(stand, stand.portal.ports["gunicorn"], protocol="h2")
    return must_show(report, "HTTP/1.1 was spoken instead of HTTP/2")


def h2c_not_spoken(stand, gateway):
    """A listener without `h2c: true`."""
    report = red(stand, {"h2c": gateway.ports["http"]}, protocol="h2c")
    return must_show(report, "no connection over h2c")


def nothing_filtered(stand, _):
    """A tamis that only observes where it should enforce."""
    with stand.gateway("only-observing", [stand.site(HOST, mode="observe")]) as gateway:
        for protocol in PROTOCOLS:
            report = red(stand, gateway.ports, protocol=protocol)
            wrong = must_show(report, "+field  set-cookie: _ga=", "step 'what Django saw of planted cookies'")
            if wrong:
                return f"{protocol}: {wrong}"
    return ""


def bytes_changed(stand, gateway):
    """Something that changes one byte of a page."""
    with Shim(gateway.ports["http"], b"line 0100 of", b"line 0101 of") as shim:
        report = red(stand, {"http": shim.port})
    return must_show(report, "step 'page with an ETag'")


class Shim:
    """A TCP relay that replaces octets in what comes back from the server."""

    def __init__(self, port, old, new):
        self._target, self._old, self._new = port, old, new
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept()
        self._listener.close()

    def _accept(self):
        while True:
            try:
                visitor, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._target))
            for source, sink, change in ((visitor, server, False), (server, visitor, True)):
                threading.Thread(target=self._relay, args=(source, sink, change), daemon=True).start()

    def _relay(self, source, sink, change):
        held = b""
        try:
            while chunk := source.recv(1 << 16):
                held += chunk
                if change:
                    held = held.replace(self._old, self._new)
                keep = self._unfinished(held) if change else 0
                sink.sendall(held[: len(held) - keep])
                held = held[len(held) - keep :]
            sink.sendall(held)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # one side is gone; the other learns of it below
        finally:
            source.close()

    def _unfinished(self, octets):
        """How many octets at the end may be the start of those to replace."""
        return next((n for n in range(len(self._old) - 1, 0, -1) if octets.endswith(self._old[:n])), 0)


CHECKS = [
    ("break: a registry without sessionid turns the session red", session_blocked),
    ("break: a Set-Cookie that lost HttpOnly turns the session red", flag_dropped),
    ("break: a tamis without its TLS listener turns the session red", tls_skipped),
    ("break: a run without the sessions of one protocol turns red", not_run),
    ("break: a TLS server without HTTP/2 turns the h2 session red", h2_not_spoken),
    ("break: a listener without h2c turns the h2c session red", h2c_not_spoken),
    ("break: a tamis that observes instead of enforcing turns the session red, over each protocol", nothing_filtered),
    ("break: a changed byte in a page turns the session red", bytes_changed),
]
