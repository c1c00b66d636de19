"""What must pass, in the words of the test: a table for each site, and a stand-in that applies it to a direct run.

Nothing here is asked of tamis. A direct run with a `Rule` is what a visitor of the site would see if exactly the cookies
of the table passed; the run through tamis has to be equal to it, in statuses, fields, bodies and jar.
"""

from email.utils import parsedate_to_datetime

ALWAYS = "always"

# Declared as necessary in config/registry/lille.yaml; all else is undeclared there.
LILLE = {"sessionid": ALWAYS, "django_language": ALWAYS, "csrftoken": ALWAYS, "cookies_preferences": ALWAYS}

# config/registry/lille-analytics.yaml: these wait for the choice of their service. `_fbp` and `mystery` stay undeclared.
ANALYTICS = LILLE | {"_ga": "google-analytics", "_ga_ABC123": "google-analytics", "_pk_id.1.abcd": "matomo"}

# registry/portal.yaml: what the operator of this very site declares.
PORTAL = LILLE | {"messages": ALWAYS, "sig": ALWAYS}

# A site whose mode is `observe`, or no gateway at all: every cookie passes.
EVERYTHING = None


class Rule:
    """A table with the choice that the scripted visitor has made so far."""

    def __init__(self, table):
        self.table = table
        self.granted = frozenset()

    def passes(self, name):
        """Whether a cookie of that name may pass now, either way."""
        if self.table is EVERYTHING:
            return True
        need = self.table.get(name.decode("latin-1"))
        return need == ALWAYS or need in self.granted

    def request(self, fields):
        """A request's fields with the cookies that may not pass taken out of Cookie."""
        kept = []
        for name, value in fields:
            if name.lower() == b"cookie" and self.table is not EVERYTHING:
                pairs = [pair for pair in value.split(b"; ") if self.passes(pair.partition(b"=")[0])]
                if pairs:
                    kept.append((name, b"; ".join(pairs)))
            else:
                kept.append((name, value))
        return kept

    def response(self, fields):
        """A response's fields with the lines that may not pass taken out of Set-Cookie, and then for no shared cache."""
        kept = [field for field in fields if field[0].lower() != b"set-cookie" or self._line_passes(field[1])]
        return kept if len(kept) == len(fields) else private(kept)

    def _line_passes(self, line):
        return self.passes(line.partition(b"=")[0].strip()) or is_deletion(line)


def private(fields):
    """A response's fields with `private` among the directives of Cache-Control, unless it may not be stored at all."""
    said = [field for field in fields if field[0].lower() == b"cache-control"]
    if not said:
        return [*fields, (b"Cache-Control", b"private")]
    [(name, value)] = said
    if b"private" in value or b"no-store" in value:
        return fields
    return [(name, value + b", private") if field == (name, value) else field for field in fields]


def is_deletion(line):
    """Whether a Set-Cookie line takes a cookie away: Max-Age of nothing, else an Expires long past (1970)."""
    attributes = {}
    for part in line.decode("latin-1").split(";")[1:]:
        name, _, value = part.partition("=")
        attributes[name.strip().lower()] = value.strip()
    if "max-age" in attributes:
        return int(attributes["max-age"]) <= 0
    return "expires" in attributes and parsedate_to_datetime(attributes["expires"]).year == 1970
