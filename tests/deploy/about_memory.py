"""The image in 64 MiB, which the examples give it."""

import http.client
import os
import socket
import ssl

from world import ADMIN, HTTP, BY_HOSTS, PLAIN, settings, site

MIB = 1 << 20
LIMIT = 64 * MIB
CONNECTIONS = 1000
TLS_PORT = 8443
REQUEST = b"GET /trackers/ HTTP/1.1\r\nHost: localhost\r\nCookie: sessionid=1; _ga=2\r\n\r\n"


def held(world):
    """1,000 connections with TLS, each used before and after a reload, all open at once."""
    place, binds = world.given(configuration())
    for name, file in (("chain.pem", world.certificates.chain), ("key.pem", world.certificates.key)):
        (place / "etc" / name).write_bytes(file.read_bytes())
        os.chmod(place / "etc" / name, 0o644)
    with world.run(place, binds, memory=LIMIT) as container:
        context = trusting()
        visitors = [visitor(context) for _ in range(CONNECTIONS)]
        assert all(status(visitor) == 200 for visitor in visitors), container.output()[-2000:]
        full = container.memory()
        (place / "etc/registry.yaml").write_text((place / "etc/registry.yaml").read_text() + "# changed\n")
        answer = reload()
        assert answer.status == 200, answer.read()
        assert all(status(visitor) == 200 for visitor in visitors), container.output()[-2000:]
        used = container.memory()
        assert used["limit"] == LIMIT, used
        resident = container.resident()
        print(
            f"        control group: {full['usage'] / MIB:.1f} MiB with all open, {used['max'] / MIB:.1f} MiB at most; "
            f"resident {resident / MIB:.1f} MiB at most, with the pages of the binary"
        )
        for each in visitors:
            each.close()
        container.signal("TERM")
        assert container.ended(60) == 0, container.output()[-2000:]


def configuration():
    """The site of compose.yaml, by TLS too, with as many workers as the Kubernetes manifests have."""
    listeners = [{"address": f"[::]:{HTTP}"}, {"address": f"[::]:{TLS_PORT}", "tls": {"certificate": "chain.pem", "key": "key.pem"}}]
    return settings(site("localhost", f"http://{BY_HOSTS}:{PLAIN}"), listeners=listeners, workers=2)


def trusting():
    """What a visitor trusts: anything, for who the certificate belongs to is not at issue here."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def visitor(context):
    """A connection that is kept open."""
    return context.wrap_socket(socket.create_connection(("127.0.0.1", TLS_PORT), timeout=60))


def status(visitor):
    """The status of one more exchange, whose content is read whole."""
    visitor.sendall(REQUEST)
    answer = http.client.HTTPResponse(visitor, method="GET")
    answer.begin()
    answer.read()
    return answer.status


def reload():
    """The operator's request."""
    connection = http.client.HTTPConnection("127.0.0.1", ADMIN, timeout=60)
    connection.request("POST", "/reload")
    return connection.getresponse()


CHECKS = [("memory: 1,000 connections and a reload in 64 MiB", held)]
