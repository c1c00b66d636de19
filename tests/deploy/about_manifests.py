"""The Kubernetes manifests and the compose file, as their own tools read them, and the rules that those don't know."""

import os
import re
import shutil
import sys
from pathlib import Path

import yaml

from command import run
from container import finished
from tamis import ROOT
from world import TOKEN, USER

KUBERNETES = ROOT / "docker/kubernetes"
COMPOSE = ROOT / "docker/compose.yaml"
VERSIONS = ("1.30", "1.37")  # the first in which preStop may sleep, and the newest that there are schemas of
VALIDATOR = Path(sys.executable).with_name("kubernetes-validate")
IN_PLACE = "\ngeneratorOptions: { disableNameSuffixHash: true }\n"


def rendered(folder=KUBERNETES):
    """{kind/name: object} as kustomize makes them."""
    objects = yaml.safe_load_all(run("kubectl", "kustomize", folder).stdout)
    return {f"{found['kind']}/{found['metadata']['name']}": found for found in objects}


def pod(objects):
    """The Deployment's pod, and its containers by name."""
    template = objects["Deployment/portal"]["spec"]["template"]
    return template, {container["name"]: container for container in template["spec"]["containers"]}


def valid(world):
    """Strictly by the schemas of the first and the newest version: no unknown key, no wrong type."""
    place, _ = world.given()
    file = place / "all.yaml"
    file.write_text(run("kubectl", "kustomize", KUBERNETES).stdout)
    for version in VERSIONS:
        run(VALIDATOR, "--strict", "--kubernetes-version", version, file)


def restricted(_):
    """The pod keeps to the Pod Security Standard `restricted`, and every root file system is read-only."""
    template, containers = pod(rendered())
    whole = template["spec"]["securityContext"]
    assert whole["runAsNonRoot"] is True and whole["seccompProfile"] == {"type": "RuntimeDefault"}
    assert template["spec"]["automountServiceAccountToken"] is False
    for forbidden in ("hostNetwork", "hostPID", "hostIPC"):
        assert not template["spec"].get(forbidden), forbidden
    for name, container in containers.items():
        context = container["securityContext"]
        assert context["allowPrivilegeEscalation"] is False and context["readOnlyRootFilesystem"] is True, name
        assert context["capabilities"] == {"drop": ["ALL"]}, name
        assert (context.get("runAsUser") or whole["runAsUser"]) > 0, name
        assert container["resources"]["requests"]["memory"] == container["resources"]["limits"]["memory"], name
    assert whole["runAsUser"] == whole["fsGroup"] == USER, "the user of the image"


def connected(_):
    """Whatever is named exists: labels, ports, volumes, the generated ConfigMap."""
    objects = rendered()
    template, containers = pod(objects)
    labels = template["metadata"]["labels"]
    ports = {port["name"]: port["containerPort"] for container in containers.values() for port in container.get("ports", [])}
    assert ports == {"http": 8080, "admin": 9180}
    selectors = [objects[name]["spec"]["selector"] for name in ("Service/portal", "Service/portal-admin")]
    selectors += [objects[name]["spec"]["selector"]["matchLabels"] for name in ("Deployment/portal", "PodDisruptionBudget/portal")]
    assert all(selector.items() <= labels.items() for selector in selectors), selectors
    for name in ("Service/portal", "Service/portal-admin"):
        assert {port["targetPort"] for port in objects[name]["spec"]["ports"]} <= ports.keys()
    volumes = {volume["name"]: volume for volume in template["spec"]["volumes"]}
    for container in containers.values():
        assert {mount["name"] for mount in container["volumeMounts"]} <= volumes.keys()
        assert not any("subPath" in mount for mount in container["volumeMounts"]), "a file by itself never changes"
    assert f"ConfigMap/{volumes['configuration']['configMap']['name']}" in objects
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        asked = containers["tamis"][probe]["httpGet"]
        assert asked["port"] == "admin"
        assert asked["path"] == ("/readyz" if probe == "readinessProbe" else "/healthz"), "an outage of the site restarts nothing"


def timed(_):
    """First no new connections, then the drain, then the end; the site lives as long as tamis may ask it."""
    template, containers = pod(rendered())
    drain = drain_of(KUBERNETES / "tamis.yaml")
    before = containers["tamis"]["lifecycle"]["preStop"]["sleep"]["seconds"]
    site = containers["portal"]["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert before + drain < site < template["spec"]["terminationGracePeriodSeconds"]
    composed = yaml.safe_load(COMPOSE.read_text())["services"]["tamis"]
    assert int(composed["stop_grace_period"].removesuffix("s")) > drain_of(ROOT / "docker/compose/tamis.yaml")


def drain_of(file):
    """Seconds of `times.drain`, or its default."""
    written = yaml.safe_load(file.read_text()).get("times", {}).get("drain")
    default = re.search(r"^  drain: (\d+)s$", (ROOT / "docs/configuration.md").read_text(), re.MULTILINE)[1]
    return int((written or default).removesuffix("s"))


def rolled_out(world):
    """A changed registry is a new name, and so a new pod; with the README's line it keeps its name, and files change in place."""
    place, _ = world.given()
    copy = place / "kubernetes"
    shutil.copytree(KUBERNETES, copy)

    def names():
        objects = rendered(copy)
        template, _ = pod(objects)
        used = next(volume["configMap"]["name"] for volume in template["spec"]["volumes"] if "configMap" in volume)
        return [name for name in objects if name.startswith("ConfigMap/")], used

    def change():
        with open(copy / "registry.yaml", "a") as registry:
            registry.write("# changed\n")

    before = names()
    change()
    after = names()
    assert before[0] == [f"ConfigMap/{before[1]}"] and after[0] == [f"ConfigMap/{after[1]}"] and before != after
    assert IN_PLACE.strip() in (KUBERNETES / "README.md").read_text()
    with open(copy / "kustomization.yaml", "a") as kustomization:
        kustomization.write(IN_PLACE)
    before = names()
    change()
    assert names() == before == (["ConfigMap/tamis"], "tamis")


def accepted(world):
    """`tamis check` in the image takes the ConfigMap's files, with a Secret's files where the manifests mount them."""
    place, binds = world.given()
    secret = place / "secrets/tamis"
    secret.mkdir()
    for name in ("admin-token", "database-password"):
        (secret / name).write_text(TOKEN)
        os.chmod(secret / name, 0o444)
    mounts = {mount["mountPath"] for mount in pod(rendered())[1]["tamis"]["volumeMounts"]}
    assert mounts == {"/etc/tamis", "/run/secrets/tamis", "/var/lib/tamis"}, mounts
    code, output = finished(
        world.image, place / "check", binds | {"/etc/tamis": KUBERNETES}, ["check", "--strict"], env={"POD_NAME": "portal-7d9-x2x"}
    )
    assert code == 0, output


def composed(_):
    """The compose file by Compose's own reader, and what that lets pass: no secret, network or volume without a definition."""
    run("docker-compose", "--file", COMPOSE, "config", "--quiet")
    read = yaml.safe_load(COMPOSE.read_text())
    for name, service in read["services"].items():
        assert service["read_only"] is True and service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert set(service["networks"]) <= set(read["networks"]), name
        assert set(service.get("secrets", [])) <= set(read["secrets"]), name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in read["volumes"] or (COMPOSE.parent / source).exists(), f"{name}: {volume}"
    portal, tamis = read["services"]["portal"], read["services"]["tamis"]
    assert portal["networks"] == ["inside"] and read["networks"]["inside"]["internal"] is True
    assert "ports" not in portal and "outside" in tamis["networks"], "nobody gets past tamis"
    assert tamis["healthcheck"]["test"] == ["CMD", "/usr/bin/tamis", "health"]


def alike(_):
    """The registry is the same in both, but for its first line, which says where it is used."""
    here, there = ((ROOT / "docker" / folder / "registry.yaml").read_text().split("\n", 1)[1] for folder in ("compose", "kubernetes"))
    assert here == there


CHECKS = [
    ("kubernetes: valid", valid),
    ("kubernetes: restricted", restricted),
    ("kubernetes: connected", connected),
    ("kubernetes: time to drain", timed),
    ("kubernetes: a registry rolls out", rolled_out),
    ("kubernetes: tamis check", accepted),
    ("compose: valid and closed", composed),
    ("compose: the same registry", alike),
]
