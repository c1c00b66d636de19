"""What a step leaves on record, what of it differs by nature, and how two runs are compared."""

import difflib
import hashlib
import re
from dataclasses import dataclass, replace

# Fields of one connection (RFC 9110 7.6.1), of the moment, or of the route: never equal in two runs.
BY_NATURE = {b"connection", b"keep-alive", b"transfer-encoding", b"date", b"via"}

# Values made anew in every run, by name.
SECRETS = rb"csrftoken|sessionid|messages"
REPLACED = [
    (re.compile(rb"\b(" + SECRETS + rb")=(?![\"\s;])[^;,\"\\\s]+"), rb"\1=<\1>"),
    (re.compile(rb'"(' + SECRETS + rb')": "[^"\\]+"'), rb'"\1": "<\1>"'),
    (re.compile(rb":\w{6}:[\w-]{43}"), rb":<stamp>:<signature>"),
    (re.compile(rb'(name="csrfmiddlewaretoken" value=")\w+'), rb"\1<token>"),
    (re.compile(rb"\w{3}, \d\d \w{3} 20\d\d \d\d:\d\d:\d\d GMT"), b"<date>"),
]
FLAGS = ("HttpOnly", "SameSite")  # in the spelling of Django; any other is seen in the Set-Cookie lines
SHOWN = 4096  # bytes of a body that are kept for the report of a difference


def normalised(octets):
    """The same bytes with the values that differ by nature replaced by their names."""
    for pattern, replacement in REPLACED:
        octets = pattern.sub(replacement, octets)
    return octets


@dataclass(frozen=True)
class Record:
    """One step of a run."""

    step: str
    status: int
    fields: tuple
    digest: str
    shown: str
    jar: tuple

    def without_zero_length(self):
        """The same without `Content-Length: 0`, which the end of the stream says too in HTTP/2 (RFC 9113 8.1.1)."""
        return replace(self, fields=tuple(field for field in self.fields if field != ("content-length", "0")))

    def lines(self):
        """The record as text, one fact a line."""
        yield f"status {self.status}"
        yield from (f"field  {name}: {value}" for name, value in self.fields)
        yield f"body   sha256 {self.digest}"
        yield from (f"body   | {line}" for line in self.shown.splitlines())
        yield from (f"jar    {cookie}" for cookie in self.jar)


def record(step, response, body, jar):
    """The record of a response whose body has been read."""
    left_out = BY_NATURE
    if response.status_code == 304:
        # Gunicorn's "Content-Length: 0" belongs to no 304 (RFC 9110 8.6: the length of the 200), a gateway may drop it.
        left_out = BY_NATURE | {b"content-length"}
    # The order of fields that share a name counts; between names it does not (RFC 9110 5.3).
    fields = sorted((f for f in response.headers.raw if f[0].lower() not in left_out), key=lambda field: field[0].lower())
    clean = normalised(body) if len(body) < 1 << 20 else body
    return Record(
        step,
        response.status_code,
        tuple((name.decode("latin-1").lower(), normalised(value).decode("latin-1")) for name, value in fields),
        hashlib.sha256(clean).hexdigest(),
        clean[:SHOWN].decode("latin-1") if is_text(response) else "",
        jar_lines(jar),
    )


def is_text(response):
    """Whether a body helps a reader of the report."""
    kind = response.headers.get("content-type", "")
    return kind.startswith(("text/", "application/json")) and "content-encoding" not in response.headers


def jar_lines(jar):
    """Every cookie of the jar with its scope, flags and whether it outlives the browser."""
    lines = []
    for cookie in jar:
        pair = normalised(f"{cookie.name}={cookie.value}".encode("utf-8", "surrogateescape")).decode("latin-1")
        flags = [f"{name}={cookie.get_nonstandard_attr(name) or ''}" for name in FLAGS if cookie.has_nonstandard_attr(name)]
        kept = "session" if cookie.expires is None else "persistent"
        lines.append(f"{pair}; {cookie.domain}{cookie.path} {kept} secure={cookie.secure} {' '.join(flags)}")
    return tuple(sorted(lines))


def differences(expected, actual):
    """Where two runs differ, as text to read; empty where they are equal."""
    report = []
    if [r.step for r in expected] != [r.step for r in actual]:
        report.append(f"steps: expected {[r.step for r in expected]}, got {[r.step for r in actual]}")
    for one, other in zip(expected, actual):
        if one != other:
            diff = difflib.unified_diff(list(one.lines()), list(other.lines()), "direct, by the table", "through tamis", lineterm="", n=1)
            report.append(f"step {one.step!r}\n" + "\n".join(f"    {line}" for line in diff))
    return report
