"""A name server of a few names, on port 53 of the test's own network (RFC 1035)."""

import socket
import struct
import threading

A, IN = 1, 1
NO_SUCH_NAME = 3


class Names:
    """`with Names({"name": "127.0.0.1"}) as names:` answers for them; `asked` are the names that were asked for."""

    def __init__(self, table):
        self.table = table
        self.asked = set()

    def __enter__(self):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 53))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._socket.sendto(b"", self._socket.getsockname())  # an empty question ends it
        self._thread.join()
        self._socket.close()

    def _serve(self):
        while True:
            question, client = self._socket.recvfrom(512)
            if not question:
                return
            self._socket.sendto(self._answer(question), client)

    def _answer(self, message):
        name, end = self._name(message)
        kind, _ = struct.unpack_from("!HH", message, end)
        self.asked.add(name)
        address = self.table.get(name)
        found = address is not None and kind == A
        flags = 0x8580 | (0 if address else NO_SUCH_NAME)  # an authoritative answer
        header = message[:2] + struct.pack("!HHHHH", flags, 1, int(found), 0, 0)
        answer = struct.pack("!HHHIH", 0xC00C, A, IN, 60, 4) + socket.inet_aton(address) if found else b""
        return header + message[12 : end + 4] + answer

    @staticmethod
    def _name(message):
        """The name in question, and the place after it."""
        labels, at = [], 12
        while length := message[at]:
            labels.append(message[at + 1 : at + 1 + length].decode())
            at += 1 + length
        return ".".join(labels).lower(), at + 1
