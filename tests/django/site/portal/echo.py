"""A WebSocket application: an echo, what it saw of a handshake, and a refusal."""

import asyncio
import json
from urllib.parse import parse_qs

SET_COOKIES = [
    "sessionid=of-the-handshake; HttpOnly; Path=/; SameSite=Lax",
    "_ga=GA1.1.101; Max-Age=60; Path=/",
    "mystery=101",
    "_fbp=; Max-Age=0; Path=/",
]
ENDED = {}  # name of a conversation -> future of the close code that the server was told


async def application(scope, receive, send):
    """One WebSocket."""
    await receive()  # websocket.connect
    page = PAGES.get(scope["path"], refused)
    await page(scope, receive, send)


async def echo(scope, receive, send):
    """Sends back what comes; `close CODE REASON` makes the server close. The end is noted for `ended`."""
    await accept(scope, send)
    while (message := await receive())["type"] == "websocket.receive":
        text = message.get("text")
        if text is not None and text.startswith("close "):
            _, code, reason = text.split(" ", 2)
            await send({"type": "websocket.close", "code": int(code), "reason": reason})
        elif text is not None:
            await send({"type": "websocket.send", "text": text})
        else:
            await send({"type": "websocket.send", "bytes": message["bytes"]})
    end(scope).set_result(message["code"])


async def ended(scope, _, send):
    """Tells the code with which an echo ended, as soon as it has."""
    await accept(scope, send)
    await send({"type": "websocket.send", "text": str(await end(scope))})
    await send({"type": "websocket.close"})


async def saw(scope, _, send):
    """Tells the fields of the handshake."""
    await accept(scope, send)
    fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    await send({"type": "websocket.send", "text": json.dumps({"path": scope["path"], "scheme": scope["scheme"], "fields": fields})})
    await send({"type": "websocket.close"})


async def refused(_, __, send):
    """An ordinary answer instead of a WebSocket, with cookies."""
    fields = [(b"content-type", b"text/plain"), (b"content-length", b"8"), *set_cookies()]
    await send({"type": "websocket.http.response.start", "status": 403, "headers": fields})
    await send({"type": "websocket.http.response.body", "body": b"refused\n"})


async def accept(scope, send):
    """101 with cookies, and the first subprotocol that was offered."""
    offered = [*scope["subprotocols"], None]
    await send({"type": "websocket.accept", "subprotocol": offered[0], "headers": set_cookies()})


def set_cookies():
    """The fields that set them."""
    return [(b"set-cookie", line.encode()) for line in SET_COOKIES]


def end(scope):
    """The future of the conversation that the query names."""
    (name,) = parse_qs(scope["query_string"].decode())["name"]
    return ENDED.setdefault(name, asyncio.get_running_loop().create_future())


PAGES = {"/echo/": echo, "/ended/": ended, "/saw/": saw, "/refused/": refused}
