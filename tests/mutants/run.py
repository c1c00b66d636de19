"""cargo-mutants over one room of the pure floor: tests/mutants/run.py ROOM [OPTION…]

Compiles the room with the rooms that it imports, and nothing else, so that a change costs seconds: a crate of its own in
the target folder, made of the sources and of what their tests read. Options go to cargo-mutants (`--shard 0/8`, `--in-diff`).
What the room's own tests miss, the tests of other rooms may still find: docs/reliability.md says which were looked at.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", "target"))
TARGET = (TARGET if TARGET.is_absolute() else ROOT / TARGET) / "mutants"


def imports():
    """Rooms with those that each may import, from the table of docs/architecture.md."""
    table = (ROOT / "docs/architecture.md").read_text().split("| room |")[1].split("\n\n")[0]
    rows = [row.split("|") for row in table.splitlines()[2:]]
    return {row[1].strip(): [room.strip() for room in row[2].split(",") if room.strip() != "-"] for row in rows}


def crate(room):
    """The folder of a crate with the room and what it stands on."""
    table, wanted = imports(), [room]
    for name in wanted:
        wanted += [other for other in table[name] if other not in wanted]
    folder = TARGET / room
    shutil.rmtree(folder, ignore_errors=True)
    for name in ["Cargo.lock", "config", "docs", "tests/data", "tests/golden", *(f"src/{name}" for name in wanted)]:
        source = ROOT / name if (ROOT / name).exists() else ROOT / f"{name}.rs"
        there = folder / source.relative_to(ROOT)
        there.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, there) if source.is_dir() else shutil.copy2(source, there)
    (folder / "src/lib.rs").write_text("".join(f"pub mod {name};\n" for name in sorted(wanted)))
    manifest = (ROOT / "Cargo.toml").read_text()
    manifest = re.sub(r"\[(\[(bin|test)\]|features|lints[a-z.]*|profile[a-z.]*)\]?\n.*?(?=\n\[|\Z)", "", manifest, flags=re.S)
    manifest = re.sub(r".*optional = true.*\n|(h2|tokio|jsonschema|rcgen|rustix) = .*\n", "", manifest)
    (folder / "Cargo.toml").write_text(manifest + "\n[workspace]\n")
    shutil.copytree(ROOT / ".cargo", folder / ".cargo")
    return folder


def main():
    room, *options = sys.argv[1:]
    folder = crate(room)
    command = ["cargo", "mutants", "--baseline", "skip", "--timeout", "60", "--output", str(TARGET / f"{room}-out")]
    files = ["--file", f"src/{room}/**", "--file", f"src/{room}.rs"]
    sys.exit(subprocess.run([*command, *files, *options], cwd=folder).returncode)


main()
