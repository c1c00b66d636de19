"""A record of every request: which cookies reached Django, and what the consent cookie among them grants."""

import json
import os
from urllib.parse import unquote

from django.core.exceptions import MiddlewareNotUsed
from django.http.cookie import parse_cookie

from .consent import COOKIE


class CookieLog:
    """Middleware that appends one JSON line a request to the file PORTAL_LOG, before the answer; names, no values."""

    def __init__(self, get_response):
        path = os.environ.get("PORTAL_LOG")
        if not path:
            raise MiddlewareNotUsed
        self.get_response = get_response
        self.file = open(path, "ab", buffering=0)  # one write a line, in append mode: threads don't mix their lines

    def __call__(self, request):
        line = {
            "path": request.path,
            "scheme": request.scheme,
            "names": sorted(parse_cookie(request.META.get("HTTP_COOKIE", ""))),
            "granted": granted(request.COOKIES.get(COOKIE, "")),
        }
        self.file.write(json.dumps(line).encode() + b"\n")
        return self.get_response(request)


def granted(value):
    """The words that a choice grants, read the site's own way: JSON, percent-encoded where a script wrote it."""
    try:
        choice = json.loads(unquote(value))
    except ValueError:
        return []
    return sorted(word for word, answer in choice.items() if answer is True)
