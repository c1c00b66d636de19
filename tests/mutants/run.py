"""cargo-mutants' list of changes to the pure floor, each of which must fail a test: tests/mutants/run.py [ROOM…] [--again]

A build for each of some four thousand changes would take a night, so that nearly all are built at once, each behind a switch
(schemata.py), as tests/planted does for its defences. Then each runs against the tests that reach it until one fails, the
likeliest first. What no switch can be built for (what the compiler works out, mostly) gets a build of its own.

With --again only those run that the last run missed or did not come to. What is excused, and why, stands in .cargo/mutants.toml; an excuse
that is not needed is an error too. Exits with 0 if all is caught or excused.
"""

import collections
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import resource
import subprocess
import sys
import tomllib

import schemata

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", "target"))
TARGET = (TARGET if TARGET.is_absolute() else ROOT / TARGET) / "mutants"
ROOMS = ["cookie", "consent", "policy", "registry", "config", "pages", "document", "diagnostic"]
COPIED = ["Cargo.toml", "Cargo.lock", "README.md", "CHANGELOG.md", "tests", "config", "docker", "docs"]
LEFT = {"node_modules", "__pycache__", "screenshots", ".venv", "secrets"}
TESTS = ["golden", "cookies", "schema"]
JOBS = int(os.environ.get("TAMIS_MUTANTS_JOBS", os.cpu_count()))
# Properties try the same few cases each time, and are not made smaller: a failure is enough.
ENVIRONMENT = dict(
    os.environ,
    CARGO_TARGET_DIR=str(TARGET / "build"),
    PROPTEST_CASES="64",
    PROPTEST_RNG_SEED="1",
    PROPTEST_MAX_SHRINK_ITERS="0",
    PROPTEST_DISABLE_FAILURE_PERSISTENCE="1",
)
PROFILE = """
[workspace]

[profile.dev]
debug = 0
opt-level = 1

[profile.dev.package.tamis]
opt-level = {}
"""
# Tests that run by themselves, the likeliest to fail; the others together.
FIRST, TOGETHER = 4, 24
MEMORY = 4 << 30


def main():
    again = "--again" in sys.argv
    rooms = [word for word in sys.argv[1:] if not word.startswith("--")] or ROOMS
    excuses = [re.compile(text) for text in tomllib.loads((ROOT / ".cargo/mutants.toml").read_text())["exclude_re"]]
    mutants = listed(excuses)
    results = TARGET / "results.json"
    before = json.loads(results.read_text()) if results.exists() else {}
    known = {m.name for m in mutants if before.get(m.name, "missed") != "missed" or m.excused and m.name in before}
    wanted = [m for m in mutants if m.room in rooms and not (again and m.name in known)]
    wanted.sort(key=lambda m: (m.excused, ROOMS.index(m.room)))
    folder = copy("switched", 1, {"src/lib.rs", *(m.file for m in mutants)})
    alone, unviable = switched(folder, mutants)
    binaries = build(folder)
    reached = reach(folder, binaries)
    said = {m.name: before[m.name] for m in mutants if m.name in before and m not in wanted}
    judge = Judge(folder, binaries, reached, said, results)
    for mutant in (m for m in wanted if m.number in unviable):
        said[mutant.name] = "unviable"
    wanted = [m for m in wanted if m.number not in unviable]
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for _ in pool.map(judge.switched, [m for m in wanted if m.number not in alone]):
            pass
    judge.save()
    judge.alone([m for m in wanted if m.number in alone])
    judge.save()
    sys.exit(report([m for m in mutants if m.room in rooms], said, excuses))


def listed(excuses):
    """What cargo-mutants would do to the pure floor."""
    files = [word for room in ROOMS for word in ("--file", f"src/{room}/**", "--file", f"src/{room}.rs")]
    tests = ["--exclude", "src/**/tests.rs", "--exclude", "src/**/tests/**"]
    command = ["cargo", "mutants", "--no-config", "--list", "--json", *files, *tests]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [schemata.Mutant(number, row, excuses) for number, row in enumerate(json.loads(said), 1)]


# -- building --


def copy(name, optimised, later=frozenset()):
    """A crate of the pure floor and its tests, without what the IO floor needs, and without what is written later.
    What is there already is not touched."""
    folder, wanted = TARGET / name, {}
    sources = [f"src/{room}" for room in ROOMS] + [f"src/{room}.rs" for room in ROOMS] + ["src/lib.rs"]
    for part in [*COPIED, *sources]:
        for path in [ROOT / part, *(ROOT / part).rglob("*")]:
            if path.is_file() and not LEFT.intersection(path.parts):
                wanted[str(path.relative_to(ROOT))] = path.read_bytes()
    wanted["Cargo.toml"] = (manifest(wanted["Cargo.toml"].decode()) + PROFILE.format(optimised)).encode()
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        if str(path.relative_to(folder)) not in {*wanted, "src/mutants.rs"}:
            path.unlink()
    for name, octets in wanted.items():
        if name not in later:
            write(folder / name, octets)
    return folder


def manifest(text):
    text = re.sub(r"\[(\[(bin|test)\]|features|lints[a-z.]*|profile[a-z.]*)\]?\n.*?(?=\n\[|\Z)", "", text, flags=re.S)
    return re.sub(r".*optional = true.*\n|(h2|tokio|rcgen|rustix) = .*\n", "", text)


def write(path, octets):
    if not path.exists() or path.read_bytes() != octets:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(octets)


def switched(folder, mutants):
    """Writes the sources with all switches that the compiler takes; the numbers of those that it doesn't take."""
    switch = (ROOT / "tests/mutants/switch.rs").read_text()
    write(folder / "src/mutants.rs", switch.replace("COUNT]", f"{len(mutants) + 1}]").encode())
    lib = (ROOT / "src/lib.rs").read_text()
    write(folder / "src/lib.rs", f"{lib}\n#[doc(hidden)]\npub mod mutants;\n".replace("pub mod", ALLOWED + "pub mod", 1).encode())
    told = TARGET / "refused.json"  # by the compiler, the last time
    before = json.loads(told.read_text()) if told.exists() else {}
    alone = {m.number for m in mutants if before.get(m.name) == "alone"}
    unviable = {m.number for m in mutants if before.get(m.name) == "unviable"}
    while True:
        texts, files = {}, collections.defaultdict(list)
        for mutant in mutants:
            files[mutant.file].append(mutant)
        for name, those in files.items():
            file = schemata.File((ROOT / name).read_bytes(), [m for m in those if m.number not in alone | unviable], shared(name))
            alone |= {m.number for m in file.alone}
            unviable |= {m.number for m in file.unviable}
            texts[name] = file.render()
            write(folder / name, texts[name].encode())
        said = {m.name: "alone" if m.number in alone else "unviable" for m in mutants if m.number in alone | unviable}
        asked = hashlib.sha256(repr((texts, said)).encode()).hexdigest()
        refused = faults(folder, texts) if before.get("asked") != asked else {}
        if not refused:
            told.write_text(json.dumps(said | {"asked": asked}))
            return alone, unviable
        unviable |= {m.number for m in mutants if m.number in refused and is_unviable(m, refused[m.number])}
        alone |= refused.keys() - unviable
        print(f"the compiler refuses {len(unviable)} mutants, and takes no switch for {len(alone)} others", flush=True)


def shared(name):
    """Constants that other files of the room may mean."""
    path = pathlib.Path(name)
    others = [other for other in (ROOT / "src" / path.parts[1]).rglob("*.rs") if other != ROOT / path and other.name != "mod.rs"]
    uses = re.compile(rf"\b{path.stem}::(\{{[^}}]*\}}|\w+)")
    return {word for other in others for use in uses.findall(other.read_text()) for word in re.findall(r"\w+", use)}


def is_unviable(mutant, code):
    """Whether the compiler would say the same without a switch. A `!` is taken from references too, but not behind one."""
    return code in REFUSALS and mutant.genre != "UnaryOperator" and not (code == "E0308" and "-> impl " in mutant.name)


# No such trait, type, method or operator; another type; a match that leaves something open.
REFUSALS = {"E0004", "E0061", "E0277", "E0308", "E0368", "E0369", "E0433", "E0599"}
ALLOWED = "#![allow(warnings, arithmetic_overflow, unconditional_panic)]\n"


def faults(folder, texts):
    """The mutants that the compiler complains about, with the error's code."""
    refused, homeless = {}, []
    for message in compiler(folder, "check", "--lib")[1]:
        spans = sorted(message["spans"], key=lambda span: not span["is_primary"])
        for span in spans:
            region = span["file_name"] in texts and next((
                numbers for start, end, numbers in schemata.regions(texts[span["file_name"]])
                if start <= span["byte_start"] and span["byte_end"] <= end
            ), None)
            if region:
                refused |= dict.fromkeys(region, (message["code"] or {}).get("code"))
                break
        else:
            homeless.append(message["rendered"])
    if not refused and homeless:
        sys.exit("\n".join(homeless[:5]))
    return refused


def compiler(folder, *words):
    """The artifacts, the errors and the status of a run of cargo."""
    command = ["cargo", *words, "--offline", "--message-format", "json"]
    said = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True)
    messages = [json.loads(line) for line in said.stdout.splitlines() if line.startswith("{")]
    errors = [m["message"] for m in messages if m["reason"] == "compiler-message" and m["message"]["level"] == "error"]
    errors = [error for error in errors if error["spans"]]
    if said.returncode != 0 and not errors:
        sys.exit(said.stderr[-4000:])
    return [m for m in messages if m["reason"] == "compiler-artifact"], errors


def build(folder, names=TESTS):
    """The test binaries by name; none, if it can't be built."""
    artifacts, errors = compiler(folder, "test", "--no-run", "--lib", *(word for name in names for word in ("--test", name)))
    if errors:
        return None
    return {a["target"]["name"]: a["executable"] for a in artifacts if a["profile"]["test"] and a["executable"]}


# -- running --


def run(folder, binary, tests, seconds, **more):
    """ok, failed or timeout, and the CPU time that it took: the machine may have other things to do."""
    def limited():
        os.nice(5)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))

    process = subprocess.Popen(
        [binary, "--exact", *tests, "--test-threads", "1"],
        cwd=folder, env=ENVIRONMENT | more, preexec_fn=limited, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    took = used.ru_utime + used.ru_stime
    return "ok" if status == 0 else "timeout" if took >= seconds - 0.1 else "failed", took


def reach(folder, binaries):
    """For each test the mutants that it reaches, and how long it takes."""
    every = []
    for name, binary in binaries.items():
        lines = subprocess.run([binary, "--list", "--format", "terse"], check=True, capture_output=True, text=True).stdout
        ignored = subprocess.run([binary, "--list", "--format", "terse", "--ignored"], capture_output=True, text=True).stdout
        tests = set(lines.splitlines()) - set(ignored.splitlines())
        every += sorted((name, line.removesuffix(": test")) for line in tests if line.endswith(": test"))

    # The same binaries reach the same.
    known, key = TARGET / "reached.json", [[path, os.stat(path).st_mtime] for path in sorted(binaries.values())]
    if known.exists() and (before := json.loads(known.read_text()))["key"] == key:
        return {(name, test): (set(numbers), seconds) for name, test, numbers, seconds in before["rows"]}

    def one(place):
        (name, test), file = every[place], TARGET / f"reached-{place}"
        file.unlink(missing_ok=True)
        said, seconds = run(folder, binaries[name], [test], 300, TAMIS_MUTANTS_REACHED=str(file))
        if said != "ok":
            sys.exit(f"{name} {test}: {said} without a mutant")
        numbers = {int(line) for line in file.read_text().split()} if file.exists() else set()
        file.unlink(missing_ok=True)
        return (name, test), (numbers, seconds)

    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        found = dict(pool.map(one, range(len(every))))
    rows = [(*test, sorted(numbers), seconds) for test, (numbers, seconds) in found.items()]
    known.write_text(json.dumps({"key": key, "rows": rows}))
    print(f"{len(found)} tests pass without a mutant, in {sum(seconds for _, seconds in found.values()):.0f} s", flush=True)
    return found


def by_binary(tests):
    """The tests in groups of which one process runs each."""
    groups = collections.defaultdict(list)
    for at, test in enumerate(tests):
        groups[at // TOGETHER, test[0]].append(test)
    return groups.values()


class Judge:
    """What becomes of each mutant, kept in a file as it is known."""

    def __init__(self, folder, binaries, reached, said, results):
        self.folder, self.binaries, self.reached, self.said, self.results = folder, binaries, reached, said, results
        self.catches = collections.Counter()

    def order(self, mutant, tests):
        """The room's own first, then those that caught others of the file, the fast ones before the slow ones."""
        def cost(test):
            caught = self.catches[mutant.file, test]
            own = test[1].startswith(f"{mutant.room}::")
            return self.reached[test][1] / (1 + 4 * caught + 2 * own)
        return sorted(tests, key=cost)

    def try_all(self, mutant, tests, folder, binaries, **more):
        ordered = self.order(mutant, tests)
        for group in [*([test] for test in ordered[:FIRST]), *by_binary(ordered[FIRST:])]:
            name = group[0][0]
            seconds = 1 + int(8 * sum(self.reached[test][1] for test in group))
            said, _ = run(folder, binaries[name], [test for _, test in group], seconds, **more)
            if said != "ok":
                self.catches.update((mutant.file, test) for test in group if len(group) == 1)
                return {"failed": "caught", "timeout": "timed out"}[said]
        return "missed"

    def switched(self, mutant):
        tests = [test for test, (numbers, _) in self.reached.items() if mutant.number in numbers]
        self.keep(mutant, self.try_all(mutant, tests, self.folder, self.binaries, TAMIS_MUTANT=str(mutant.number)))

    def alone(self, mutants):
        """Each built by itself; any test may know of it."""
        if not mutants:
            return
        folder = copy("alone", 0)
        if not build(folder):
            sys.exit("the sources can't be built without a mutant")  # … and each of them would be unviable
        for mutant in mutants:
            whole = (ROOT / mutant.file).read_bytes()
            (folder / mutant.file).write_bytes(mutant.alone(whole))
            self.keep(mutant, self.built(mutant, folder))
            (folder / mutant.file).write_bytes(whole)

    def built(self, mutant, folder):
        for names in [[], TESTS]:
            if not (binaries := build(folder, names)):
                return "unviable"
            tests = [test for test in self.reached if test[0] in (names or ["tamis"])]
            if (said := self.try_all(mutant, tests, folder, binaries)) != "missed":
                break
        return said

    def keep(self, mutant, said):
        self.said[mutant.name] = said
        excused = " (excused)" if mutant.excused else ""
        print(f"{said:<9} {mutant.name}{excused}", flush=True)
        if len(self.said) % 20 == 0:
            self.save()

    def save(self):
        self.results.write_text(json.dumps(self.said, indent=0))


def report(mutants, said, excuses):
    """A table for docs/reliability.md, what nobody explained, and the status."""
    table = collections.defaultdict(collections.Counter)
    for mutant in mutants:
        was = said[mutant.name]
        for room in (mutant.room, "all"):
            table[room]["mutants"] += 1
            table[room]["excused" if was == "missed" and mutant.excused else was] += 1
    columns = ["mutants", "caught", "timed out", "unviable", "excused", "missed"]
    print(f"\n| room | {' | '.join(columns)} |\n| --- |{' --- |' * len(columns)}")
    for room in [*ROOMS, "all"]:
        if room in table:
            print(f"| {room} | {' | '.join(str(table[room][column]) for column in columns)} |")
    missed = [m.name for m in mutants if said[m.name] == "missed" and not m.excused]
    names = [m.name for m in mutants if said[m.name] == "missed"]
    whole = {m.room for m in mutants} == set(ROOMS)
    idle = [e.pattern for e in excuses if whole and not any(e.search(name) for name in names)]
    for line in [*(f"MISSED {name}" for name in missed), *(f"NEEDLESS EXCUSE {text}" for text in idle)]:
        print(line)
    return 1 if missed or idle else 0


if __name__ == "__main__":
    main()
