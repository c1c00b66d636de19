"""Django under ASGI, beside a WebSocket echo."""

import os

from django.core.asgi import get_asgi_application

from . import echo

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

django = get_asgi_application()


async def application(scope, receive, send):
    """WebSockets for the echo, requests for Django; there is no lifespan."""
    if scope["type"] == "websocket":
        await echo.application(scope, receive, send)
    elif scope["type"] == "http":
        await django(scope, receive, send)
