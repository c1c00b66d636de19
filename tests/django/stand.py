"""The test stand: the portal, certificates, and tamis with a site for each registry."""

import tempfile
from pathlib import Path

import tables
from certificates import Certificates
from client import Agent
from origin import Portal
from session import Session
from tamis import ROOT, Tamis, free_ports

REGISTRIES = ROOT / "config/registry"
OWN = Path(__file__).parent / "registry"

# host -> (registry, mode, table of what passes)
SITES = {
    "opendata.test": (REGISTRIES / "lille.yaml", "enforce", tables.LILLE),
    "analytics.test": (REGISTRIES / "lille-analytics.yaml", "enforce", tables.ANALYTICS),
    "portal.test": (OWN / "portal.yaml", "enforce", tables.PORTAL),
    "observed.test": (REGISTRIES / "lille.yaml", "observe", tables.EVERYTHING),
}
DEAD = "dead.test"  # a site whose upstream is down
SCHEMES = ("http", "https")


class Stand:
    """`with Stand() as stand:` has the portal running; `stand.gateway(…)` adds a tamis before it."""

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="tamis-django-")
        self.folder = Path(self._folder.name)
        hosts = [*SITES, DEAD]
        self.certificates = Certificates(self.folder, hosts)
        self.context = self.certificates.context()
        self.portal = Portal(self.folder, hosts, self.certificates)
        self.portal.__enter__()
        return self

    def __exit__(self, *error):
        self.portal.__exit__(*error)
        self._folder.cleanup()

    def site(self, host, registry, mode, port=None):
        """An entry of `sites:`."""
        return {
            "hosts": [host],
            "registry": str(registry),
            "upstream": f"http://127.0.0.1:{port or self.portal.ports['http']}",
            "mode": mode,
            "undeclared": "block",
        }

    def gateway(self, name, sites=None, tls=True):
        """A tamis before the portal; with all sites unless told."""
        if sites is None:
            sites = [self.site(host, registry, mode) for host, (registry, mode, _) in SITES.items()]
            sites.append(self.site(DEAD, SITES["opendata.test"][0], "enforce", port=free_ports(1)[0]))
        return Tamis(self.folder / name, sites, self.certificates, tls)

    def direct(self, host, scheme, table=tables.EVERYTHING):
        """A visitor without a gateway, who keeps to the table."""
        return Agent(host, scheme, self.portal.ports, self.context, rule=tables.Rule(table))

    def through(self, ports, host, scheme):
        """A visitor who comes through whatever listens on `ports`."""
        return Agent(host, scheme, ports, self.context)

    def session(self, agent, consent):
        """The whole session from the portal's initial state; its records."""
        with self.direct(agent.host, "http") as visitor:
            visitor.post("/reset/").raise_for_status()
        with agent:
            return Session(agent, consent).run()
