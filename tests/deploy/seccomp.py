"""System call filters, as an OCI runtime takes them: that of container engines, and that of the systemd unit."""

import json
from pathlib import Path

from command import run

ENGINES = Path("/usr/share/containers/seccomp.json")  # from Debian's golang-github-containers-common, which buildah brings
SOCKET = "socket"
DOMAINS = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10}
EPERM, EAFNOSUPPORT = 1, 97


def engines():
    """The default of podman and buildah, much like Docker's and Kubernetes' RuntimeDefault, for a process without capabilities."""
    profile = json.loads(ENGINES.read_text())
    rules = []
    for rule in profile["syscalls"]:
        if "amd64" not in rule.get("includes", {}).get("arches", ["amd64"]) or rule.get("includes", {}).get("caps"):
            continue
        if set(rule.get("excludes", {}).get("arches", [])) & {"amd64"}:
            continue
        kept = {key: rule[key] for key in ("names", "action", "errnoRet") if rule.get(key) is not None}
        kept["args"] = [{key: arg[key] for key in ("index", "value", "valueTwo", "op")} for arg in rule.get("args") or []]
        rules.append(kept)
    return {"defaultAction": profile["defaultAction"], "defaultErrnoRet": profile["defaultErrnoRet"], "syscalls": rules}


def unit(settings):
    """What SystemCallFilter= and RestrictAddressFamilies= of a unit's [Service] allow; `settings` are its (key, value)."""
    allowed = set()
    for value in (value for key, value in settings if key == "SystemCallFilter"):
        named = set().union(*(calls(word) for word in value.removeprefix("~").split()))
        allowed = allowed - named if value.startswith("~") else allowed | named
    families = [DOMAINS[word] for key, value in settings if key == "RestrictAddressFamilies" for word in value.split()]
    rules = [{"names": sorted(allowed - {SOCKET}), "action": "SCMP_ACT_ALLOW"}]
    rules += [
        {"names": [SOCKET], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": family, "op": "SCMP_CMP_EQ"}]}
        for family in families
    ]
    rules += [
        {"names": [SOCKET], "action": "SCMP_ACT_ERRNO", "errnoRet": EAFNOSUPPORT, "args": [{"index": 0, "value": other, "op": "SCMP_CMP_EQ"}]}
        for other in set(range(46)) - set(families)
    ]
    return {"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": EPERM, "syscalls": rules}


def calls(word):
    """The system calls of a name: itself, or all of a set such as @system-service."""
    if not word.startswith("@"):
        return {word}
    lines = run("systemd-analyze", "syscall-filter", word).stdout.splitlines()[1:]
    names = [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]
    return set().union(*map(calls, names))
