"""Takes each defence of plants.toml out of a copy of the sources, and demands that the tests of it fail.

One build of the copy serves all: a defence is gone while TAMIS_PLANTED has its name. Without it, the same tests pass.
The copy lies in the target folder, whose third-party crates it shares. Exits with 0 if every plant was found.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", "target"))
TARGET = TARGET if TARGET.is_absolute() else ROOT / TARGET
COPY = TARGET / "planted"
COPIED = ["Cargo.toml", "Cargo.lock", "README.md", "CHANGELOG.md", "src", "tests", "benches", "config", "docker", "docs"]
LEFT = {"node_modules", "__pycache__", "screenshots", ".venv", "secrets"}
CONDITION = 'matches!(std::env::var("TAMIS_PLANTED").as_deref(), Ok("{}"))'


def main():
    plants = tomllib.loads((ROOT / "tests/planted/plants.toml").read_text())["plant"]
    names = [plant["name"] for plant in plants]
    assert len(set(names)) == len(names), "two plants of one name"
    wanted = set(sys.argv[1:]) or set(names)
    plants = [plant for plant in plants if plant["name"] in wanted]
    copy(plants)
    binaries = build()
    every = {(kind, test) for plant in plants for kind, test in tests(plant)}
    green = run(binaries, every, None)
    if wrong := [f"{test}: {says} without a plant" for test, says in green.items() if says != "ok"]:
        sys.exit("\n".join(wrong))
    print(f"{len(green)} tests pass without a plant")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        seen = pool.map(lambda plant: run(binaries, tests(plant), plant["name"]), plants)
        missed = [plant["name"] for plant, said in zip(plants, seen) if not found(plant, said)]
    print(f"{len(plants) - len(missed)} of {len(plants)} plants found")
    if missed:
        sys.exit(f"no test fails without the defence: {', '.join(missed)}")


def copy(plants):
    """The sources with the plants in them. A file that is there already as it should be is not touched, nor built again."""
    edits = {}
    for plant in plants:
        edits.setdefault(plant["file"], []).append(plant)
    wanted = {}
    for name in COPIED:
        for path in [ROOT / name, *(ROOT / name).rglob("*")]:
            if path.is_file() and not LEFT.intersection(path.parts):
                wanted[str(path.relative_to(ROOT))] = path
    for name, path in wanted.items():
        octets = path.read_bytes()
        if name in ("Cargo.toml", "Cargo.lock"):
            octets = renamed(octets.decode()).encode()
        if name in edits:
            octets = edited(name, octets.decode(), edits[name]).encode()
        there = COPY / name
        if not there.exists() or there.read_bytes() != octets:
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_bytes(octets)
    for path in COPY.rglob("*"):
        if path.is_file() and str(path.relative_to(COPY)) not in wanted:
            path.unlink()


def renamed(manifest):
    """Another version: by name and version alone cargo would take the copy's build for that of the project, and never
    build the project again."""
    changed, count = re.subn(r'(?m)^(name = "tamis"\nversion = "[^"]*)"', r'\1-planted"', manifest)
    assert count == 1, "the package is not where it was"
    return changed


def edited(name, source, plants):
    """A file without its defences, each while the plant's name says so."""
    for plant in plants:
        if (count := source.count(plant["text"])) != 1:
            sys.exit(f"{plant['name']}: its text is {count} times in {name}; the plant has to follow the defence")
        source = source.replace(plant["text"], plant["with"].replace("PLANTED", CONDITION.format(plant["name"])))
    return source


def build():
    """The test binaries of the copy, by kind."""
    command = ["cargo", "test", "--locked", "--no-run", "--lib", "--test", "e2e", "--message-format", "json-render-diagnostics"]
    environment = dict(os.environ, CARGO_TARGET_DIR=str(TARGET))
    built = subprocess.run(command, cwd=COPY, env=environment, capture_output=True, text=True)
    if built.returncode != 0:
        sys.exit(f"{built.stderr[-4000:]}\nthe copy does not build")
    messages = map(json.loads, built.stdout.splitlines())
    artifacts = [m for m in messages if m["reason"] == "compiler-artifact" and m["profile"]["test"] and m["executable"]]
    return {"lib" if a["target"]["name"] == "tamis" else a["target"]["name"]: a["executable"] for a in artifacts}


def tests(plant):
    return {(kind, test) for kind in ("lib", "e2e") for test in plant.get(kind, [])}


def run(binaries, wanted, plant):
    """Each test that ran with what became of it."""
    said = {}
    environment = {key: value for key, value in os.environ.items() if key != "TAMIS_PLANTED"}
    if plant:
        environment["TAMIS_PLANTED"] = plant
    for kind in {kind for kind, _ in wanted}:
        names = sorted(test for other, test in wanted if other == kind)
        exact = [] if any(name.endswith("::") for name in names) else ["--exact"]
        ended = subprocess.run(
            [binaries[kind], *names, *exact, "--test-threads", "4"],
            cwd=COPY, env=environment, capture_output=True, text=True, timeout=120,
        )
        lines = [line.removeprefix("test ").rsplit(" ... ", 1) for line in ended.stdout.splitlines() if " ... " in line]
        ran = {f"{kind} {name}": says for name, says in lines}
        for name in names:
            if not any(test.startswith(f"{kind} {name}") for test in ran):
                ran[f"{kind} {name}"] = "there is no such test"
        said |= ran
    return said


def found(plant, said):
    """Whether each of its tests, or one of each group of tests, fails."""
    failed = [test for test, says in said.items() if says.startswith("FAILED")]
    ok = all(any(test.startswith(f"{kind} {name}") for test in failed) for kind, name in tests(plant))
    print(f"  {'found ' if ok else 'MISSED'}  {plant['name']:<24} {plant['defence']}", flush=True)
    return ok


main()
