"""Cookie fields as Python's servers read them.

    python tests/oracles/readers.py < FIELDS

FIELDS has one JSON string a line, each character an octet of one field value. For each the names that every reader finds come
out as one line, {"reader": [name, …]}, in octets again.
"""

import http.cookies
import json
import sys
import warnings
from importlib.metadata import version

from aiohttp._cookie_helpers import parse_cookie_header
from django.core.handlers.wsgi import get_str_from_wsgi
from django.http.cookie import parse_cookie
from starlette.requests import cookie_parser
from werkzeug.sansio.http import parse_cookie as werkzeug_cookies


def wsgi(field):
    """What Django under WSGI reads; `field` is a string of octets, as environ values are (PEP 3333)."""
    return utf8(parse_cookie(get_str_from_wsgi({"HTTP_COOKIE": field}, "HTTP_COOKIE", "")))


def asgi(field):
    """… and under ASGI, where it decodes fields as Latin-1."""
    return utf8(parse_cookie(field))


def simple(field):
    """http.cookies; what it had found before an illegal key counts too."""
    cookies = http.cookies.SimpleCookie()
    try:
        cookies.load(field)
    except http.cookies.CookieError:
        pass
    return utf8(cookies)


def aio(field):
    """aiohttp. It lists words too that stand alone, without a value: there is nothing in those of a visitor."""
    text = field.encode("latin-1").decode("utf-8", "surrogateescape")
    return utf8(name for name, morsel in parse_cookie_header(text) if morsel.coded_value)


def utf8(names):
    """Names as octets."""
    return [name.encode("utf-8", "surrogateescape").decode("latin-1") for name in names]


READERS = {
    f"Django {version('django')} (WSGI)": wsgi,
    f"Django {version('django')} (ASGI)": asgi,
    f"http.cookies of Python {sys.version.split()[0]}": simple,
    f"Werkzeug {version('werkzeug')}": lambda field: utf8(werkzeug_cookies(field)),
    f"Starlette {version('starlette')}": lambda field: utf8(cookie_parser(field)),
    f"aiohttp {version('aiohttp')}": aio,
}


def main():
    """Reads all lines, then answers."""
    warnings.simplefilter("ignore")
    for line in sys.stdin:
        field = json.loads(line)
        print(json.dumps({reader: read(field) for reader, read in READERS.items()}))


if __name__ == "__main__":
    main()
