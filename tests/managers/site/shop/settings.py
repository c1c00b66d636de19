"""Settings of the site: django-cookie-consent with its own defaults, over an SQLite file."""

import os
from pathlib import Path

HERE = Path(__file__).parent
SECRET_KEY = "a key for tests only, on loopback, with a database that lives as long as the run"
ALLOWED_HOSTS = [".shop.test"]
ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["SHOP_DATABASE"]}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "cookie_consent"]
FIXTURE_DIRS = [HERE]
MIDDLEWARE = [
    "shop.log.Log",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "cookie_consent.middleware.CleanCookiesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
USE_TZ = True
COOKIE_CONSENT_SUCCESS_URL = "/"
