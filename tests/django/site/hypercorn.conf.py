"""How the portal is served over HTTP/2 towards the gateway."""

workers = 0  # in this process
worker_class = "asyncio"
graceful_timeout = 2
include_server_header = False  # it names the protocol, and the direct runs speak another one
