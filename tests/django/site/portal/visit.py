"""Pages for a real browser: forms, trackers of the server's, of a page's own script, and of packages as they are shipped."""

import os

from django.http import Http404
from django.shortcuts import render
from django.views.static import serve

from .consent import WORDS

PACKAGES = os.environ.get("PORTAL_PACKAGES")  # a folder of npm packages


def start(request):
    """A page with the forms of a visit: language, choice, log-out. No script."""
    return render(request, "visit.html", {"words": WORDS})


def server_trackers(request):
    """A page whose Set-Cookie fields bring trackers: host-only, for the whole domain, both, and one that nobody declared."""
    response = render(request, "visit.html", {"words": WORDS})
    domain = request.get_host().partition(":")[0].partition(".")[2]
    year = 31536000
    response.set_cookie("_ga", "GA1.1.31.32", max_age=63072000, domain="." + domain)
    response.set_cookie("_ga_SERVER1", "GS2.1.s17$o1$g0$t17$j60$l0$h0", max_age=63072000, samesite="Lax")
    response.set_cookie("_pk_id.1.abcd", "0f3c6ac1a9d1a2b3.1700000000.", max_age=year, domain=domain, samesite="Lax")
    secure = request.is_secure()
    response.set_cookie("_fbp", "fb.1.17.123", max_age=7776000, secure=secure, samesite="None" if secure else "Lax")
    response.set_cookie("mystery_server", "a,b;c", max_age=year, httponly=True)
    return response


def script_trackers(request):
    """A page whose own script writes document.cookie as gtag.js and its like do."""
    return render(request, "cookies.html")


def package_trackers(request):
    """A page that loads real trackers and starts them; with `?wait` it waits for `choose(…)` first."""
    return render(request, "packages.html", {"wait": "wait" in request.GET})


def package(request, path):
    """A file of a package."""
    if not PACKAGES:
        raise Http404
    return serve(request, path, document_root=PACKAGES)
