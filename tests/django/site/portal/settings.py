"""Settings of a small open-data portal: Django's defaults wherever the wire depends on them."""

import os
from pathlib import Path

STATE = Path(os.environ["PORTAL_STATE"])  # a temporary folder of the test run
HOSTS = os.environ["PORTAL_HOSTS"].split(",")

SECRET_KEY = "a key for tests only, on loopback, with a database that lives as long as the run"
DEBUG = False
ALLOWED_HOSTS = HOSTS
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": STATE / "portal.sqlite3",
        "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
]
MIDDLEWARE = [
    "portal.log.CookieLog",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# What a site behind a gateway sets. Host is kept by the gateway, so USE_X_FORWARDED_HOST stays off.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_TRUSTED_ORIGINS = ["https://partner.test"]

MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
# The test logs in dozens of times; a slow hash would prove nothing about cookies.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

USE_I18N = True
USE_TZ = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français")]
STATIC_URL = "static/"
FILE_UPLOAD_MAX_MEMORY_SIZE = 1 << 20  # beyond it an upload goes to a temporary file, as in production
LOGGING = {"version": 1, "disable_existing_loggers": False}
