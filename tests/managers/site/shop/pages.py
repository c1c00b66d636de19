"""One page: the forms of django-cookie-consent, and trackers that ask nobody."""

import os

from cookie_consent.models import CookieGroup
from django.shortcuts import render

SERVER = os.environ["SHOP_SERVER_TRACKERS"].split()
SCRIPT = os.environ["SHOP_SCRIPT_TRACKERS"].split()


def page(request, write=False):
    """Sets the server's trackers; with `write` its script writes the others."""
    found = {"groups": CookieGroup.objects.all(), "trackers": SCRIPT if write else []}
    response = render(request, "page.html", found)
    for name in SERVER:
        response.set_cookie(name, "by-server", max_age=86400, samesite="Lax")
    return response
