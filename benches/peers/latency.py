"""What a subject adds to the time of an answer at a moderate rate. It means something on a quiet machine only."""

import statistics

import load

RATE, CONNECTIONS = 1000, 10


def cost(rig, scenario, subject, seconds):
    """Microseconds at the median and at the 99th percentile, above those of the origin server asked directly."""
    _, place = rig.start(subject, scenario.policy)
    through = times(rig, load.url(scenario, subject, place), seconds, load.headers(subject.judged))
    direct = times(rig, f"http://127.0.0.1:{rig.origin_port}{scenario.path}", seconds, load.headers())
    return {name: max(through[place] - direct[place], 1) for name, place in (("p50", 49), ("p99", 98))}


def times(rig, url, seconds, fields):
    """The percentiles of the answers' times, in microseconds."""
    log = rig.folder / "times.log"
    log.unlink(missing_ok=True)
    pace = [f"--rps={RATE // CONNECTIONS}", f"-c{CONNECTIONS}", "-m1", f"-n{RATE * seconds}"]
    load.run(["h2load", "--h1", "-t1", *pace, f"--log-file={log}", *fields, url], rig.load_cpus)
    # Begin, status and duration of each request.
    taken = [int(line.split("\t")[2]) for line in log.read_text().splitlines()]
    return statistics.quantiles(taken, n=100)
