"""The test stand: the portal, certificates, and tamis with a site for each registry."""

import tempfile
from pathlib import Path
from typing import NamedTuple

import tables
from certificates import Certificates
from client import PROTOCOLS, Agent
from origin import SERVERS, Portal
from session import Session
from tamis import ROOT, Tamis, free_ports

REGISTRIES = ROOT / "config/registry"
OWN = Path(__file__).parent / "registry"


class Site(NamedTuple):
    """A site of the gateway: its registry, its mode, the table of what passes, and the server behind it."""

    registry: Path
    mode: str
    table: dict
    server: str = "gunicorn"

    def settings(self):
        """What its server needs in `sites:`."""
        return {"gunicorn": {}, "uvicorn": {"request_body": "stream"}, "hypercorn": {"request_body": "stream"}}[self.server]


SITES = {
    "opendata.test": Site(REGISTRIES / "lille.yaml", "enforce", tables.LILLE),
    "analytics.test": Site(REGISTRIES / "lille-analytics.yaml", "enforce", tables.ANALYTICS),
    "portal.test": Site(OWN / "portal.yaml", "enforce", tables.PORTAL),
    "observed.test": Site(REGISTRIES / "lille.yaml", "observe", tables.EVERYTHING),
    "live.test": Site(REGISTRIES / "lille-analytics.yaml", "enforce", tables.ANALYTICS, "uvicorn"),
    "inner-h2.test": Site(REGISTRIES / "lille-analytics.yaml", "enforce", tables.ANALYTICS, "hypercorn"),
}
DEAD = "dead.test"  # a site whose upstream is down


class Stand:
    """`with Stand() as stand:` has the portal running; `stand.gateway(…)` adds a tamis before it."""

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="tamis-django-")
        self.folder = Path(self._folder.name)
        hosts = [*SITES, DEAD]
        self.certificates = Certificates(self.folder, hosts)
        self.context = self.certificates.context()
        self.portal = Portal(self.folder, hosts, self.certificates, SERVERS)
        self.portal.__enter__()
        self._references = {}
        return self

    def __exit__(self, *error):
        self.portal.__exit__(*error)
        self._folder.cleanup()

    def site(self, host, port=None, **settings):
        """An entry of `sites:`; `settings` and another origin's port replace those of SITES."""
        site = SITES.get(host, SITES["opendata.test"])
        url = f"http://127.0.0.1:{port or self.portal.ports[site.server]['http']}"
        return {
            "hosts": [host],
            "registry": str(site.registry),
            "upstream": {"url": url, "h2": True} if site.server == "hypercorn" else url,
            "mode": site.mode,
            "undeclared": "block",
        } | site.settings() | settings

    def gateway(self, name, sites=None, tls=True):
        """A tamis before the portal; with all sites unless told."""
        if sites is None:
            sites = [*map(self.site, SITES), self.site(DEAD, port=free_ports(1)[0])]
        return Tamis(self.folder / name, sites, self.certificates, tls)

    def direct(self, host, protocol, table=tables.EVERYTHING):
        """A visitor without a gateway, who keeps to the table; over HTTP/1.1."""
        scheme = PROTOCOLS[protocol].scheme
        return Agent(host, scheme, self.portal.ports[SITES[host].server], self.context, rule=tables.Rule(table))

    def through(self, ports, host, protocol):
        """A visitor who comes through whatever listens on `ports`."""
        return Agent(host, protocol, ports, self.context)

    def session(self, agent, consent):
        """The whole session from the portal's initial state, the short one where the server is not gunicorn; its records."""
        with self.direct(agent.host, "http") as visitor:
            visitor.post("/reset/").raise_for_status()
        with agent:
            session = Session(agent, consent)
            return session.run() if SITES[agent.host].server == "gunicorn" else session.run_short()

    def reference(self, host, scheme, consent):
        """The session of a visitor without a gateway, by the site's table; it runs once."""
        key = host, scheme, consent
        if key not in self._references:
            self._references[key] = self.session(self.direct(host, scheme, SITES[host].table), consent)
        return self._references[key]
