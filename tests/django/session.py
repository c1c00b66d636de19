"""One visitor's session, step by step; the same script runs direct and through tamis.

Each step appends a record: status, fields, body, and the jar as it is afterwards.
"""

import hashlib
import json

from compare import record
from origin import PASSWORD, USER

WORDS = ("statistical", "third-party", "matomo", "xiti", "google-analytics")
CONSENTS = ("absent", "given", "withdrawn")
LONG = 64  # MiB


class Session:
    """The script's walk with one agent; `records` is what it leaves."""

    def __init__(self, agent, consent):
        self.agent, self.consent = agent, consent
        self.records = []

    def run(self):
        """All steps; the records."""
        self.arrive()
        self.choose()
        self.sign_in()
        self.browse()
        self.bodies()
        self.errors()
        self.sign_out()
        return self.records

    def run_short(self):
        """What a second server has to show: a login, the choice, bodies both ways, events; the records."""
        self.arrive()
        self.choose()
        self.sign_in()
        self.upload()
        self.chunked_upload()
        self.get("chunked download", "/download/?mib=2&chunked")
        self.events()
        tag = self.get("page with an ETag", "/fresh/").headers.get("etag", "")
        self.get("304 by ETag", "/fresh/", headers={"If-None-Match": tag})
        self.get("HEAD of a page", "/fresh/", method="HEAD")
        self.sign_out()
        return self.records

    def keep(self, step, response):
        """Records a response that has been read whole."""
        self.records.append(record(step, response, response.content, self.agent.cookies.jar))
        return response

    def get(self, step, path, **more):
        """A GET, or another method by `method=`, whose answer is kept as it came, with its content coding."""
        with self.agent.stream(more.pop("method", "GET"), path, **more) as response:
            body = b"".join(response.iter_raw())
            self.records.append(record(step, response, body, self.agent.cookies.jar))
        return response

    # -- the steps --

    def arrive(self):
        """The first page, trackers from the server, and trackers that scripts have planted before."""
        self.get("home", "/")
        self.agent.plant("_pk_id.1.abcd", "planted.1700000000.")
        self.agent.plant("mystery", "planted")
        self.get("what Django saw of planted cookies", "/saw/?a=1&b=%20c")
        self.get("trackers before any choice", "/trackers/")
        self.get("what Django saw before any choice", "/saw/")

    def choose(self):
        """The visitor's choice, as Django writes it; the table learns of it once the answer is there."""
        if self.consent == "absent":
            return
        self.get("the consent page", "/consent/")
        self.keep("consent given", self.agent.post_form("/consent/", {"grant": list(WORDS)}))
        self.granted(WORDS)
        self.get("trackers after the choice", "/trackers/")
        self.get("what Django saw after the choice", "/saw/")
        if self.consent == "withdrawn":
            self.get("consent withdrawn", "/consent/withdraw/")
            self.granted(())
            self.get("trackers after withdrawal", "/trackers/")
            self.get("what Django saw after withdrawal", "/saw/")

    def granted(self, words):
        if self.agent.rule:
            self.agent.rule.granted = frozenset(words)

    def sign_in(self):
        """Django's admin: the form, a wrong password, the right one, an object added with a CSRF POST."""
        self.get("admin without a session", "/admin/")
        self.get("login form", "/admin/login/?next=/admin/")
        login = {"username": USER, "password": "wrong", "next": "/admin/"}
        self.keep("login refused", self.agent.post_form("/admin/login/", login))
        self.keep("login", self.agent.post_form("/admin/login/", login | {"password": PASSWORD}))
        self.get("admin index", "/admin/")
        self.get("add form", "/admin/auth/group/add/")
        self.keep("object added", self.agent.post_form("/admin/auth/group/add/", {"name": "Editors"}))
        self.get("list with the success message", "/admin/auth/group/")
        self.keep("POST without a token", self.agent.post("/admin/auth/group/add/", data={"name": "Intruders"}))

    def browse(self):
        """Language, messages, the signed cookie."""
        chosen = {"language": "fr", "next": "/admin/"}
        self.keep("language switched", self.agent.post_form("/i18n/setlang/", chosen, referer="/"))
        self.get("admin in French", "/admin/")
        self.keep("message left", self.agent.post_form("/messages/", {"text": "Kept: a, b; «c»"}))
        self.get("message shown", "/messages/")
        self.get("message gone", "/messages/")
        self.get("signed cookie set", "/signed/set/")
        self.get("signed cookie read", "/signed/")
        self.get("cookie deleted", "/delete/_fbp/")

    def bodies(self):
        """Upload, downloads, events, validators, ranges, HEAD, gzip."""
        self.upload()
        self.download(f"/download/?mib={LONG}")
        self.get("chunked download", "/download/?mib=2&chunked")
        self.events()
        tag = self.get("page with an ETag", "/fresh/").headers.get("etag", "")
        self.get("304 by ETag", "/fresh/", headers={"If-None-Match": tag})
        date = self.get("page with Last-Modified", "/dated/").headers.get("last-modified", "")
        self.get("304 by date", "/dated/", headers={"If-Modified-Since": date})
        self.get("206", "/range/", headers={"Range": "bytes=100-299"})
        self.get("416", "/range/", headers={"Range": "bytes=999999-1000000"})
        self.get("HEAD of a page", "/fresh/", method="HEAD")
        self.get("HEAD of a download", "/download/", method="HEAD")
        self.get("gzip", "/gzip/", headers={"Accept-Encoding": "gzip"})

    def upload(self):
        """A form with a file."""
        files = {"file": ("données.bin", hashlib.sha256(b"upload").digest() * (1 << 17), "application/octet-stream")}
        self.keep("upload of 4 MiB", self.agent.post_form("/upload/", {"note": "é"}, files=files))

    def chunked_upload(self):
        """A body without a length, which ASGI servers read (RFC 9112 7.1; in HTTP/2 its frames have none)."""
        blocks = (hashlib.sha256(b"block %d" % number).digest() * (1 << 13) for number in range(8))
        self.keep("upload of 2 MiB without a length", self.agent.post("/body/?content", content=blocks))

    def download(self, path):
        """A long download, hashed as it comes."""
        digest, size = hashlib.sha256(), 0
        with self.agent.stream("GET", path) as response:
            for chunk in response.iter_raw():
                digest.update(chunk)
                size += len(chunk)
            fact = json.dumps({"size": size, "sha256": digest.hexdigest()}).encode()
            self.records.append(record(f"download of {LONG} MiB", response, fact, self.agent.cookies.jar))

    def events(self):
        """Server-sent events: the server sends the next one only after this agent has said that the last one is there.

        A gateway that holds events back stops the conversation, and its record reads differently. No clock is asked.
        """
        heard = []
        stream = f"{self.agent.scheme}-{id(self)}"
        with self.agent.stream("GET", "/events/", params={"stream": stream}) as response:
            for line in response.iter_lines():
                if line.startswith("data: "):
                    heard.append(line)
                if line.startswith("data: event "):
                    number = line.rpartition(" ")[2]
                    said = self.agent.get("/events/seen/", params={"stream": stream, "number": number})
                    heard.append(f"said so: {said.status_code}")
            self.records.append(record("events", response, "\n".join(heard).encode(), self.agent.cookies.jar))

    def errors(self):
        """Every kind of status, each with cookies."""
        for status in (204, 302, 401, 404, 500, 503):
            self.get(f"status {status}", f"/status/{status}/")
        self.get("HEAD with cookies", "/status/404/", method="HEAD")
        self.get("not found", "/nowhere/")
        self.get("a missing slash", "/admin/auth/group")

    def sign_out(self):
        """Logout and what is left."""
        self.keep("logout", self.agent.post_form("/admin/logout/", {}, referer="/admin/"))
        self.get("admin after logout", "/admin/")
        self.get("what Django saw last", "/saw/")
