"""What tamis costs beside its peers.

    run [table] [SUBJECT…]          check, then CPU time a request: the first subject's cost over each one's
    run check [SUBJECT…]            only the check
    run instructions [SUBJECT…]     user instructions a request, by callgrind
    run serve [SUBJECT…]            starts them and waits, for a look by hand

SUBJECT: tamis, haproxy, nginx-lua, nginx-large, or NAME=/path/to/another/tamis; by default the first three
(without nginx for instructions, whose workers callgrind does not see).
"""

import argparse
import statistics
import sys
import threading

import conformity
import instructions
import load
from rig import Rig
from subjects import named

COMMANDS = "table", "check", "instructions", "serve"


def check(rig, subjects):
    """Prints a line for each subject and protocol; whether all apply the policy."""
    good = True
    for name, subject in subjects:
        _, place = rig.start(name, subject)
        for protocol in conformity.PROTOCOLS:
            wrong = list(conformity.differences(protocol, place, rig.body))
            print(f"{'FAIL' if wrong else 'ok  '} {name} over {protocol}", *wrong, sep="\n       ", flush=True)
            good = good and not wrong
    return good


def table(rig, subjects, options):
    """Measures each scenario in rounds, every subject once a round, and prints medians."""
    print(f"\n{'scenario':11} {'subject':12} {'CPU us':>8}  {subjects[0][0]} / subject [lowest..highest round]")
    for word in options.scenarios:
        scenario = load.SCENARIOS[word]
        running = {name: rig.start(name, subject) for name, subject in subjects}
        for child, place in running.values():
            load.cost(rig, scenario, child, place, 1)  # connections to the origin server, caches
        costs = {name: [] for name in running}
        for _ in range(options.rounds):
            for name, (child, place) in running.items():
                costs[name].append(load.cost(rig, scenario, child, place, options.seconds))
        for name, own in costs.items():
            ratios = [first / other for first, other in zip(costs[subjects[0][0]], own)]
            middle, spread = statistics.median(ratios), f"[{min(ratios):.2f}..{max(ratios):.2f}]"
            unit = f"/ {scenario.unit}"
            print(f"{word:11} {name:12} {statistics.median(own):8.1f} {unit:10} {middle:.2f} {spread}", flush=True)


def main():
    """The command line; its exit status."""
    parser = argparse.ArgumentParser(prog="run", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("words", nargs="*", metavar="COMMAND SUBJECT")
    parser.add_argument("--scenarios", default="h1,tls-h1,tls-h2", help="of " + ", ".join(load.SCENARIOS))
    parser.add_argument("--rounds", type=int, default=5, help="every subject once in each (5)")
    parser.add_argument("--seconds", type=int, default=2, help="of load for a subject in a round (2)")
    parser.add_argument("--threads", type=int, default=1, help="workers of each subject, a processor each (1)")
    parser.add_argument("--out", help="instructions: keep callgrind's report, that of the last subject and scenario")
    parser.add_argument("--keep", action="store_true", help="keep the folder with logs and written configurations")
    options = parser.parse_args()
    options.scenarios = options.scenarios.split(",")
    if unknown := set(options.scenarios) - set(load.SCENARIOS):
        parser.error(f"no scenario {', '.join(sorted(unknown))}: {', '.join(load.SCENARIOS)}")
    words = options.words
    command = words.pop(0) if words and words[0] in COMMANDS else "table"
    everybody = ["tamis", "haproxy"] if command == "instructions" else ["tamis", "haproxy", "nginx-lua"]
    subjects = [named(word) for word in words or everybody]
    if command == "instructions":
        for name, subject in subjects:
            for word in options.scenarios:
                figure = instructions.count(name, subject, load.SCENARIOS[word], options.out)
                print(f"{word:11} {name:12} {figure:9.0f} instructions a request", flush=True)
        return 0
    with Rig(options.threads, options.keep) as rig:
        if command == "serve":
            for name, subject in subjects:
                child, place = rig.start(name, subject)
                ports = f"http://127.0.0.1:{place.port} https://127.0.0.1:{place.tls_port}"
                print(f"{name}: {ports}, process {child.process.pid}", flush=True)
            print(f"origin: http://127.0.0.1:{rig.origin_port}")
            threading.Event().wait()
        good = check(rig, subjects)
        if good and command == "table":
            table(rig, subjects, options)
    return 0 if good else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
