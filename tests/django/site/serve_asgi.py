"""Uvicorn on a socket that already listens: `serve_asgi.py DESCRIPTOR [CERTIFICATE KEY]`.

Its own option for this (`--fd`) takes every socket for a UNIX one and so leaves Nagle's algorithm on.
"""

import socket
import sys

import uvicorn

descriptor, *tls = sys.argv[1:]
certificate, key = tls or (None, None)
config = uvicorn.Config(
    "portal.asgi:application",
    ssl_certfile=certificate,
    ssl_keyfile=key,
    lifespan="off",
    proxy_headers=False,  # Django's own SECURE_PROXY_SSL_HEADER is under test
    timeout_graceful_shutdown=2,
    ws_ping_interval=None,
)
uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(descriptor))])
