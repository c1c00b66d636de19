"""Django, behind a few Set-Cookie lines that Django itself could not write.

`/raw/NAME/` answers with the lines of that name, byte for byte (WSGI strings are latin-1).
"""

import os

from django.core.wsgi import get_wsgi_application

from .raw import RAW

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

django = get_wsgi_application()


def application(environ, start_response):
    """Raw lines for `/raw/NAME/`, Django for all else."""
    folder, _, rest = environ["PATH_INFO"].lstrip("/").partition("/")
    lines = RAW.get(rest.strip("/")) if folder == "raw" else None
    if lines is None:
        return django(environ, start_response)
    start_response(
        "200 OK",
        [("Content-Type", "text/plain"), ("Content-Length", "4")] + [("Set-Cookie", line) for line in lines],
    )
    return [b"raw\n"]
