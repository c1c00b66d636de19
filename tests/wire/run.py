#!/usr/bin/env python3
"""The wire: what proxies make of octets that no ordinary user agent and no ordinary origin server would send.

    tests/wire/run.py [--only WORD] [--product NAME…]

Every case runs against tamis (uploads measured, and streamed), nginx, HAProxy and a naive proxy, each before an origin
server of its own that takes down what reaches it. tamis has to pass all; the naive proxy has to fail many. The table in
docs/reliability-http.md is compared for tamis' answers; `TAMIS_BLESS=1` writes it anew.
"""

import argparse
import itertools
import queue
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import agent
import frames
import judge
import products
import table
from case import HOST, Answer, Frames
from cases import CASES
from origin import Origin

LANES = {"tamis": 8, "tamis-stream": 8, "nginx": 8, "haproxy": 8, "naive": 12}


def request(target):
    """A whole request, the last of its connection."""
    return b"GET " + target + b" HTTP/1.1\r\nHost: " + HOST + b"\r\nConnection: close\r\n\r\n"


def play(case, proxy, origin):
    """What became of one case."""
    origin.now, origin.answer = case.id, None
    if isinstance(case, Frames):
        came = frames.exchange(proxy.frames, case, judge.second_of(case))
    elif isinstance(case, Answer):
        origin.answer = case
        fields = b"".join(field + b"\r\n" for field in case.asks)
        octets = case.method + b" /answer/" + case.id.encode() + b" HTTP/1.1\r\nHost: " + HOST + b"\r\n" + fields + b"\r\n"
        came = agent.exchange(proxy.port, octets + request(judge.second_of(case)))
    else:
        octets = case.octets + (request(judge.second_of(case)) if case.follows else b"")
        came = agent.exchange(proxy.port, octets, case.finish)
    control = agent.exchange(proxy.port, request(judge.control_of(case)))
    return judge.Outcome(case, came, control, origin.heard[case.id])


def run(product, cases, origins, ports, folder):
    """All cases against one product, over several lanes; verdicts by the case's id."""
    waiting, outcomes = queue.SimpleQueue(), []
    for case in cases:
        waiting.put(case)

    def lane(number):
        origin = origins[number]
        with products.Proxy(product, folder / f"{product}-{number}", ports[3 * number :][:3], origin.port) as proxy:
            while True:
                try:
                    case = waiting.get_nowait()
                except queue.Empty:
                    return
                try:
                    outcomes.append(play(case, proxy, origin))
                except OSError as fault:
                    broken = f"the proxy {proxy.state()}: {fault!r}"
                    outcomes.append(judge.Outcome(case, b"", b"", origin.heard[case.id], broken))
                    proxy.ensure()

    lanes = [threading.Thread(target=lane, args=(number,)) for number in range(LANES[product])]
    for thread in lanes:
        thread.start()
    for thread in lanes:
        thread.join()
    return {outcome.case.id: judge.of(outcome) for outcome in outcomes}


def main():
    """The exit status."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="", help="cases whose id or group has this word")
    parser.add_argument("--product", nargs="*", default=products.PRODUCTS)
    parser.add_argument("--quick", action="store_true", help="without the table")
    parser.add_argument("--verbose", action="store_true", help="every verdict")
    chosen = parser.parse_args()
    cases = [case for case in CASES if chosen.only in case.id or chosen.only in case.group]
    assert len({case.id for case in cases}) == len(cases), "ids are unique"
    with tempfile.TemporaryDirectory(prefix="tamis-wire-") as folder:
        with ThreadPoolExecutor(len(products.PRODUCTS)) as pool:
            # All origin servers, then all ports at once, so that no two get the same.
            origins = {product: [Origin() for _ in range(LANES[product])] for product in LANES}
            ports = iter(products.free_ports(3 * sum(LANES.values())))
            of = {product: list(itertools.islice(ports, 3 * LANES[product])) for product in LANES}
            running = {product: pool.submit(run, product, cases, origins[product], of[product], Path(folder)) for product in chosen.product}
            verdicts = {product: of.result() for product, of in running.items()}
    if chosen.verbose or chosen.only:
        table.show(cases, verdicts)
    whole = not chosen.quick and not chosen.only and list(chosen.product) == list(products.PRODUCTS)
    faults = table.faults(cases, verdicts) + (table.compare(cases, verdicts) if whole else [])
    for fault in faults:
        print(fault, file=sys.stderr)
    print(table.summary(cases, verdicts))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
