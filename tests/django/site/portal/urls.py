"""The portal's pages. `/raw/…` never reaches Django: see wsgi.py."""

from django.contrib import admin
from django.urls import include, path

from . import bodies, consent, mirror, pages, visit

urlpatterns = [
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", pages.home),
    path("messages/", pages.messages_page),
    path("trackers/", pages.trackers),
    path("signed/", pages.signed),
    path("signed/set/", pages.set_signed),
    path("delete/<str:name>/", pages.delete),
    path("status/<int:status>/", pages.status),
    path("reset/", pages.reset),
    path("consent/", consent.choose),
    path("consent/withdraw/", consent.withdraw),
    path("consent/str/", consent.as_python_text),
    path("consent/hidden/", consent.http_only),
    path("saw/", mirror.saw),
    path("meta/", mirror.meta),
    path("upload/", bodies.upload),
    path("body/", bodies.body),
    path("download/", bodies.download),
    path("events/", bodies.events),
    path("events/seen/", bodies.seen),
    path("fresh/", bodies.fresh),
    path("dated/", bodies.dated),
    path("range/", bodies.part),
    path("gzip/", bodies.gzipped),
    path("visit/", visit.start),
    path("visit/server/", visit.server_trackers),
    path("visit/cookies/", visit.script_trackers),
    path("visit/packages/", visit.package_trackers),
    path("packages/<path:path>", visit.package),
]
