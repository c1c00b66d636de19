"""What tamis costs beside its peers.

    run [table] [SUBJECT…]          check, then CPU time a request: the first subject's cost over each one's
    run table --all                 all peers and scenarios: the table of docs/performance.md
    run check [SUBJECT…]            only the check
    run instructions [SUBJECT…]     user instructions and allocations a request, by callgrind
    run serve [SUBJECT…]            starts them and waits, for a look by hand

SUBJECT: tamis, haproxy, nginx-lua, envoy-lua, pingora, or NAME=/path/to/another/tamis; by default the first three
(without nginx for instructions, whose workers callgrind does not see). tamis:log, tamis:unobserved, tamis:unjudged
and tamis:entries-N differ in one thing from tamis, `shares` is all of them; README.md says in what.
"""

import argparse
import resource
import sys
import threading
from pathlib import Path

import conformity
import instructions
import load
import table
from rig import Rig
from subjects import ALL, SHARES, named

COMMANDS = "table", "check", "instructions", "serve"


def check(rig, subjects):
    """Prints a line for each subject and protocol; whether all apply the policy, and forward everything without it."""
    good = True
    for subject in subjects:
        _, place = rig.start(subject)
        for protocol in conformity.PROTOCOLS:
            good &= verdict(f"{subject.name} over {protocol}", conformity.differences(protocol, place, rig.body))
        _, place = rig.start(subject, policy=False)
        good &= verdict(f"{subject.name} without policy", conformity.changes(place))
    return good


def verdict(what, wrong):
    """Prints it; whether nothing was wrong."""
    wrong = list(wrong)
    print(f"{'FAIL' if wrong else 'ok  '} {what}", *wrong, sep="\n       ", flush=True)
    return not wrong


def measure(rig, subjects, options):
    """The table, line by line and then, where it is wanted, as Markdown."""
    print(f"\n{'scenario':21} {'subject':22} {'figure':>9} {'':20} {subjects[0].name} / subject [lowest–highest round]")
    results = []
    for word, figures in table.measured(rig, subjects, options.scenarios, options.rounds, options.seconds):
        table.show(word, figures)
        results.append((word, figures))
    if options.out:
        Path(options.out).write_text(table.markdown(results))


def arguments():
    """What the command line says: (command, subjects, options)."""
    parser = argparse.ArgumentParser(prog="run", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("words", nargs="*", metavar="COMMAND SUBJECT")
    parser.add_argument("--all", action="store_true", help="all scenarios and, where none is named, all subjects")
    parser.add_argument("--scenarios", default="h1,tls-h1,tls-h2", help="of " + ", ".join(load.SCENARIOS))
    parser.add_argument("--rounds", type=int, default=5, help="every subject once in each (5)")
    parser.add_argument("--seconds", type=int, default=2, help="of load for a subject in a round (2)")
    parser.add_argument("--threads", type=int, default=1, help="workers of each subject, a processor each (1)")
    parser.add_argument("--out", help="the table as Markdown; of instructions: callgrind's report, the last one")
    parser.add_argument("--keep", action="store_true", help="keep the folder with logs and written configurations")
    options = parser.parse_args()
    options.scenarios = list(load.SCENARIOS) if options.all else options.scenarios.split(",")
    if unknown := set(options.scenarios) - set(load.SCENARIOS):
        parser.error(f"no scenario {', '.join(sorted(unknown))}: {', '.join(load.SCENARIOS)}")
    words = options.words
    command = words.pop(0) if words and words[0] in COMMANDS else "table"
    if command == "instructions" and (strange := [word for word in options.scenarios if not load.SCENARIOS[word].steady]):
        parser.error(f"nothing is counted of {', '.join(strange)}")
    everybody = ["tamis", "haproxy"] if command == "instructions" else ALL if options.all else ["tamis", *ALL[1:3]]
    words = [name for word in words or everybody for name in (SHARES if word == "shares" else [word])]
    return command, [named(word) for word in words], options


def main():
    """The command line; its exit status."""
    command, subjects, options = arguments()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # for thousands of connections; subjects inherit it
    if command == "instructions":
        for word in options.scenarios:
            for subject in subjects:
                every, worker = instructions.count(subject, load.SCENARIOS[word], options.out)
                figures = f"{every.instructions:9.0f} instructions ({worker.instructions:.0f} of a worker)"
                print(f"{word:11} {subject.name:22} {figures}, {every.allocations:6.2f} allocations a request", flush=True)
        return 0
    with Rig(options.threads, options.keep) as rig:
        if command == "serve":
            for subject in subjects:
                child, place = rig.start(subject)
                ports = f"http://127.0.0.1:{place.port} https://127.0.0.1:{place.tls_port}"
                print(f"{subject.name}: {ports}, process {child.process.pid}", flush=True)
            print(f"origin: http://127.0.0.1:{rig.origin_port}")
            threading.Event().wait()
        good = check(rig, subjects)
        if good and command == "table":
            measure(rig, subjects, options)
    return 0 if good else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
