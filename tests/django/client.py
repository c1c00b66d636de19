"""The user agent: httpx with its own cookie jar, every host on the loopback, and, for the direct runs, a table.

URLs are those of the site (`https://opendata.test/…`): Host, Origin, SNI and redirects are the same with and without a
gateway, only the port of the loopback that answers differs.
"""

from typing import NamedTuple

import httpcore
import httpx


class Protocol(NamedTuple):
    """What a user agent speaks: the scheme of its URLs, the listener that it meets, and the HTTP version."""

    scheme: str
    listener: str
    version: bytes


PROTOCOLS = {
    "http": Protocol("http", "http", b"HTTP/1.1"),
    "https": Protocol("https", "https", b"HTTP/1.1"),
    "h2": Protocol("https", "https", b"HTTP/2"),  # by ALPN, beside HTTP/1.1
    "h2c": Protocol("http", "h2c", b"HTTP/2"),  # by prior knowledge (RFC 9113 3.3)
}
TIMEOUT = 60  # seconds; a bound for a hung run, nothing is measured with it


class Loopback(httpcore.NetworkBackend):
    """Connects every host to 127.0.0.1, on the port that stands for the scheme's."""

    def __init__(self, ports, protocol):
        self._ports = {{"http": 80, "https": 443}[protocol.scheme]: ports.get(protocol.listener)}
        self._inner = httpcore.SyncBackend()

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        if self._ports[port] is None:
            raise httpcore.ConnectError(f"nothing listens for port {port}")
        return self._inner.connect_tcp("127.0.0.1", self._ports[port], timeout, local_address, socket_options)


class Wire(httpx.BaseTransport):
    """httpx over httpcore; a `rule` is applied where a gateway would stand, below the cookie jar."""

    def __init__(self, ports, context, protocol, rule=None):
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            http1=protocol.scheme == "https" or protocol.version != b"HTTP/2",  # h2c: nothing is negotiated
            http2=protocol.version == b"HTTP/2",
            network_backend=Loopback(ports, protocol),
        )
        self._version, self._rule = protocol.version, rule

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
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise httpx.ConnectError(str(error), request=request) from error
        spoken = answer.extensions["http_version"]
        assert spoken == self._version, f"{spoken.decode()} was spoken instead of {self._version.decode()}"
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
    """One visitor of one host, by one of PROTOCOLS; an answer in another HTTP version is an error."""

    def __init__(self, host, protocol, ports, context, rule=None):
        self.host, self.scheme, self.rule = host, PROTOCOLS[protocol].scheme, rule
        super().__init__(
            base_url=f"{self.scheme}://{host}",
            transport=Wire(ports, context, PROTOCOLS[protocol], rule),
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
