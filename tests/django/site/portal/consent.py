"""The page where a visitor chooses: `cookies_preferences` as a Django site writes it."""

import json

from django.http import HttpResponse
from django.shortcuts import redirect, render

COOKIE = "cookies_preferences"
SIX_MONTHS = 15552000  # seconds; as the portals' policy page says
WORDS = ("statistical", "third-party", "matomo", "xiti", "google-analytics")


def choose(request):
    """GET the form; POST writes one boolean for every word, true for those ticked."""
    if request.method != "POST":
        return render(request, "page.html")
    granted = request.POST.getlist("grant")
    return written(json.dumps({word: word in granted for word in WORDS}))


def withdraw(request):
    """All words are false from now on."""
    return written(json.dumps(dict.fromkeys(WORDS, False)))


def as_python_text(request):
    """The mistake of writing `str(dict)`: single quotes and `True`, which is no JSON."""
    return written(str(dict.fromkeys(WORDS, True)))


def http_only(request):
    """A choice that scripts cannot read, as django-cookie-consent writes it."""
    response = HttpResponse("chosen\n", content_type="text/plain")
    response.set_cookie(COOKIE, json.dumps({"matomo": True}), max_age=SIX_MONTHS, httponly=True)
    return response


def written(value):
    """The redirect that carries the choice."""
    response = redirect("/consent/")
    response.set_cookie(COOKIE, value, max_age=SIX_MONTHS, samesite="Lax")
    return response
