"""HTTP/2 frame by frame, for what no ordinary client would send."""

import socket
from dataclasses import dataclass, field

import h2.config
import h2.connection
import h2.events
import h2.settings

TIMEOUT = 60  # seconds; a bound for a hung run


@dataclass
class Stream:
    """What came back on one stream."""

    fields: list = field(default_factory=list)
    body: bytes = b""
    ended: bool = False
    reset: object = None  # the error code of a RST_STREAM

    @property
    def status(self):
        """The number in :status; None where no head came."""
        return next((int(value) for name, value in self.fields if name == b":status"), None)

    def all(self, name):
        """The values of a field."""
        return [value for other, value in self.fields if other == name]


class Connection:
    """`with Connection(port) as connection:` speaks HTTP/2 by prior knowledge; over `context`, if given, by ALPN."""

    def __init__(self, port, host, context=None):
        self.host, self.scheme = host, "https" if context else "http"
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
        if context:
            context.set_alpn_protocols(["h2"])
            self._socket = context.wrap_socket(self._socket, server_hostname=host)
        # Nothing is corrected on the way out: what a check writes is what is sent.
        config = h2.config.H2Configuration(
            header_encoding=None, validate_outbound_headers=False, normalize_outbound_headers=False
        )
        self._h2 = h2.connection.H2Connection(config)
        self._h2.initiate_connection()
        self.streams, self.settings, self.gone = {}, None, False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def request(self, path, *fields, method="GET", end=True):
        """Sends a request's head; its stream's number."""
        pseudo = [(":method", method), (":scheme", self.scheme), (":authority", self.host), (":path", path)]
        return self.head([*pseudo, *fields], end)

    def head(self, fields, end=True):
        """Sends exactly these fields; their stream's number."""
        number = self._h2.get_next_available_stream_id()
        self._h2.send_headers(number, fields, end_stream=end)
        self.streams[number] = Stream()
        return number

    def send(self, number, octets):
        """Sends octets and the stream's end as the windows allow; less where the stream ends before."""
        while not self.gone and not self.streams[number].ended:
            allowed = min(self._h2.local_flow_control_window(number), self._h2.max_outbound_frame_size)
            part, octets = octets[:allowed], octets[allowed:]
            if part or not octets:
                self._h2.send_data(number, part, end_stream=not octets)
            if not octets:
                return
            if not part:
                self._exchange()

    def answers(self):
        """All streams, each ended or reset."""
        while not self.gone and not (self.settings and all(stream.ended for stream in self.streams.values())):
            self._exchange()
        return self.streams

    def _exchange(self):
        """Sends what waits, notes what came."""
        self._socket.sendall(self._h2.data_to_send())
        octets = self._socket.recv(1 << 16)
        self.gone = not octets
        for event in self._h2.receive_data(octets) if octets else []:
            self._take(event)
        self._socket.sendall(self._h2.data_to_send())

    def _take(self, event):
        """Notes one event."""
        if isinstance(event, h2.events.RemoteSettingsChanged) and self.settings is None:
            self.settings = {code: change.new_value for code, change in event.changed_settings.items()}
        elif isinstance(event, h2.events.ConnectionTerminated):
            self.gone = True
        elif getattr(event, "stream_id", None) in self.streams:
            stream = self.streams[event.stream_id]
            if isinstance(event, h2.events.ResponseReceived):
                stream.fields = list(event.headers)
            elif isinstance(event, h2.events.DataReceived):
                stream.body += event.data
                self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, h2.events.StreamReset):
                stream.ended, stream.reset = True, event.error_code
            elif isinstance(event, h2.events.StreamEnded):
                stream.ended = True
