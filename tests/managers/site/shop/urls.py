"""The site's pages, and the views of django-cookie-consent."""

from django.urls import include, path

from . import pages

urlpatterns = [
    path("", pages.page),
    path("write", pages.page, {"write": True}),
    path("cookies/", include("cookie_consent.urls")),
]
