"""What watches tamis, by the tools that would: Prometheus' promtool on the alerts, on the metrics and on the dashboard's
queries, and a Prometheus server that scrapes a running gateway.

TAMIS_BIN is the binary; prometheus and promtool are on PATH (Debian's package `prometheus`). Exits with 0 if all is well.
"""

import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ALERTS = ROOT / "docker/prometheus/alerts.yaml"
CASES = ROOT / "docker/prometheus/alerts.test.yaml"
DASHBOARD = ROOT / "docker/grafana/dashboard.json"
PATIENCE = 60

REGISTRY = """\
version: "1"
cookies:
  - {names: sessionid, provider: Us, purposes: Log-in, category: necessary, exemption: Asked for}
  - {names: cookies_preferences, provider: Us, purposes: Choice, category: necessary, exemption: It is the choice}
"""
CONFIGURATION = """\
listeners: [{address: "127.0.0.1:0"}]
admin: {address: "127.0.0.1:0"}
records: off
sites:
  - {hosts: [a.example], registry: registry.yaml, upstream: "http://127.0.0.1:1"}
"""


def promtool(*arguments, cwd=None):
    done = subprocess.run(["promtool", *arguments], cwd=cwd, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"promtool {' '.join(map(str, arguments))}\n{done.stdout}{done.stderr}")


def queries():
    """Every query of the dashboard, with Grafana's own variables filled in."""
    panels = json.loads(DASHBOARD.read_text())["panels"]
    texts = [target["expr"] for panel in panels for target in panel.get("targets", [])]
    filled = [re.sub(r"\$__(rate_interval|range)\b", "5m", text) for text in texts]
    return [re.sub(r"\$(instance|site)\b", ".*", text) for text in filled]


def address(log, what):
    """Where the gateway says that it listens."""
    for line in log:
        if (found := re.search(rf" {what} address=(\S+)", line)) is not None:
            return found[1]
    sys.exit(f"the gateway ended without saying: {what}")


class Server:
    """A Prometheus server that scrapes one address and has the alerts."""

    def __init__(self, place, target):
        scrape = {"job_name": "tamis", "static_configs": [{"targets": [target]}]}
        settings = {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(ALERTS)],
            "scrape_configs": [scrape],
        }
        (place / "prometheus.json").write_text(json.dumps(settings))
        command = ["prometheus", f"--config.file={place / 'prometheus.json'}", f"--storage.tsdb.path={place / 'data'}"]
        command += ["--web.listen-address=127.0.0.1:0", "--log.level=info"]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if (found := re.search(r"Listening on.*?address=127\.0\.0\.1:(\d+)", line)) is not None:
                self.port = int(found[1])
                break
        else:
            sys.exit("prometheus ended at once")
        until = time.monotonic() + PATIENCE
        while self.get("/-/ready")[0] != 200:
            if time.monotonic() > until:
                sys.exit("prometheus does not become ready")
            time.sleep(0.1)

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()

    def ask(self, query):
        told = json.loads(self.get("/api/v1/query?" + urllib.parse.urlencode({"query": query}))[1])
        if told["status"] != "success":
            sys.exit(f"{query}\n{told}")
        return told["data"]["result"]


def visit(target):
    connection = http.client.HTTPConnection(target, timeout=PATIENCE)
    connection.request("GET", "/", headers={"Host": "a.example", "Cookie": "sessionid=1; unheard=2"})
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 503, answer.status


def linted(admin):
    """What a scraper reads that doesn't ask for OpenMetrics."""
    connection = http.client.HTTPConnection(admin, timeout=PATIENCE)
    connection.request("GET", "/metrics")
    answer = connection.getresponse()
    assert answer.getheader("Content-Type").startswith("text/plain; version=0.0.4"), answer.getheader("Content-Type")
    done = subprocess.run(["promtool", "check", "metrics"], input=answer.read(), capture_output=True)
    if done.returncode != 0:
        sys.exit(f"promtool check metrics\n{done.stdout.decode()}{done.stderr.decode()}")


def scraped(place):
    """A gateway, asked, scraped, and asked for by every query of the dashboard."""
    (place / "registry.yaml").write_text(REGISTRY)
    (place / "tamis.yaml").write_text(CONFIGURATION)
    command = [os.environ["TAMIS_BIN"], "run", "--config", place / "tamis.yaml"]
    gateway = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    server = None
    try:
        log = iter(gateway.stdout)
        target, admin = address(log, "listening"), address(log, "admin listening")
        server = Server(place, admin)
        visit(target)
        until = time.monotonic() + PATIENCE
        while not server.ask('tamis_registry_cookies_total{row="sessionid",verdict="forward"} == 1'):
            if time.monotonic() > until:
                sys.exit(f"Prometheus has not scraped it: {server.ask('up')}")
            time.sleep(0.2)
        linted(admin)
        for name in ("up", "tamis_build_info", "process_resident_memory_bytes", "tamis_request_duration_seconds_bucket"):
            assert server.ask(f'{name}{{job="tamis"}} >= 0'), name
        asked = queries()
        for query in asked:
            server.ask(query)
        return len(asked)
    finally:
        for process in filter(None, [server and server.process, gateway]):
            process.terminate()
            process.wait(PATIENCE)


def main():
    promtool("check", "rules", ALERTS)
    promtool("test", "rules", CASES.name, cwd=CASES.parent)
    with tempfile.TemporaryDirectory() as place:
        place = Path(place)
        rules = [{"record": f"panel:{number}", "expr": query} for number, query in enumerate(queries())]
        (place / "queries.json").write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
        promtool("check", "rules", place / "queries.json")
        count = scraped(place)
    print(f"the alerts pass their cases; Prometheus scrapes a gateway and answers the dashboard's {count} queries")


if __name__ == "__main__":
    main()
