"""How checks are written down, and the questions most of them ask."""

from tables import is_deletion

DECLARED, ANALYTICS = "opendata.test", "analytics.test"  # lille.yaml, lille-analytics.yaml
SESSION = "sessionid=" + "0" * 32  # a value no session has; well-formed, so Django looks it up


class Book:
    """The checks of one file, in order."""

    def __init__(self):
        self.checks = []

    def __call__(self, name):
        def add(function):
            self.checks.append((name, function))
            return function

        return add


def expect(what, expected, actual):
    """Stops the check where two values differ."""
    assert expected == actual, f"{what}\n  expected {expected!r}\n  got      {actual!r}"


def ask(agent, path, cookie=None, **more):
    """One request with exactly this Cookie field (bytes or str); the answer."""
    fields = list(more.pop("fields", ()))
    if cookie is not None:
        fields.append((b"Cookie", cookie if isinstance(cookie, bytes) else cookie.encode("latin-1")))
    agent.cookies.clear()  # what earlier answers set is not sent along
    return agent.request(more.pop("method", "GET"), path, headers=fields, **more)


def saw(agent, cookie, **more):
    """The Cookie that Django saw, latin-1; None where there was none."""
    return ask(agent, "/saw/", cookie, **more).json()["cookie"]


def set_cookies(response):
    """The Set-Cookie lines, byte for byte."""
    return [value for name, value in response.headers.raw if name.lower() == b"set-cookie"]


def names(lines, deletions=False):
    """The cookie-names of lines that set something (or of those that delete)."""
    return [line.partition(b"=")[0].strip().decode("latin-1") for line in lines if is_deletion(line) == deletions]
