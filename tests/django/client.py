"""The user agent: httpx with its own cookie jar, every host on the loopback, and, for the direct runs, a table.

URLs are those of the site (`https://opendata.test/…`): Host, Origin, SNI and redirects are the same with and without a
gateway, only the port of the loopback that answers differs.
"""

import httpcore
import httpx

TIMEOUT = 60  # seconds; a bound for a hung run, nothing is measured with it


class Loopback(httpcore.NetworkBackend):
    """Connects every host to 127.0.0.1, on the port that stands for the scheme's."""

    def __init__(self, ports):
        self._ports = {80: ports.get("http"), 443: ports.get("https")}
        self._inner = httpcore.SyncBackend()

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        if self._ports[port] is None:
            raise httpcore.ConnectError(f"nothing listens for port {port}")
        return self._inner.connect_tcp("127.0.0.1", self._ports[port], timeout, local_address, socket_options)


class Wire(httpx.BaseTransport):
    """httpx over httpcore; a `rule` is applied where a gateway would stand, below the cookie jar."""

    def __init__(self, ports, context, rule=None, http2=False):
        backend = Loopback(ports)
        self._pool = httpcore.ConnectionPool(ssl_context=context, http2=http2, network_backend=backend)
        self._rule = rule

    def handle_request(self, request):
        fields = request.headers.raw
        if self._rule:
            fields = self._rule.request(fields)
        url = request.url
        try:
            answer = self._pool.handle_request(
                httpcore.Request(
                    method=request.method,
                    url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                    headers=fields,
                    content=request.stream,
                    extensions=request.extensions,
                )
            )
        except httpcore.NetworkError as error:
            raise httpx.ConnectError(str(error), request=request) from error
        fields = answer.headers
        if self._rule:
            fields = self._rule.response(fields)
        return httpx.Response(answer.status, headers=fields, stream=Body(answer.stream), extensions=answer.extensions)

    def close(self):
        self._pool.close()


class Body(httpx.SyncByteStream):
    """An answer's body, chunk by chunk as it arrives."""

    def __init__(self, stream):
        self._stream = stream

    def __iter__(self):
        yield from self._stream

    def close(self):
        self._stream.close()


class Agent(httpx.Client):
    """One visitor of one host."""

    def __init__(self, host, scheme, ports, context, rule=None, http2=False):
        self.host, self.scheme, self.rule = host, scheme, rule
        super().__init__(
            base_url=f"{scheme}://{host}",
            transport=Wire(ports, context, rule, http2),
            timeout=TIMEOUT,
            trust_env=False,
            headers={"User-Agent": "visitor/1.0", "Accept-Language": "en"},
        )

    @property
    def origin(self):
        """What a browser sends as Origin."""
        return f"{self.scheme}://{self.host}"

    def plant(self, name, value):
        """A cookie that a script wrote with document.cookie: no Set-Cookie told anybody."""
        self.cookies.set(name, value, domain=self.host, path="/")

    def post_form(self, path, data, referer=None, **more):
        """A POST as a browser's form makes it: Origin, Referer and the token of csrftoken."""
        data = dict(data, csrfmiddlewaretoken=self.token())
        headers = {"Origin": self.origin, "Referer": f"{self.origin}{referer or path}"}
        return self.post(path, data=data, headers=headers, **more)

    def token(self):
        """The CSRF token, which scripts and forms take from the cookie; empty where there is none."""
        return next((cookie.value for cookie in self.cookies.jar if cookie.name == "csrftoken"), "")
