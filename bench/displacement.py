"""Time and memory of displacement simulations: ``python -m bench.displacement`` from the root of the repository.

Each run has a process of its own, and the runs of a suite take turns, so that what else the machine does falls on all
of them alike. Seconds of processor are the least and the median of the repeats; memory is the most of them. Suites that
need the shared instances are left out, with a word, where these are not at hand.
"""

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import median

from bench.displacement_cost import FLEE_DATA, Case, Cost, Way, apart

INSTANCES = ("burundi", "car", "mali", "ssudan", "syria")
MANY = 1000
"""Replicas of the suite ``workers``."""
PEERS: tuple[Way, ...] = ("simulate", "person by person")
BOUND: tuple[Way, ...] = ("simulate", "draws")


@dataclass(frozen=True)
class Row:
    """A case with what it cost in each repeat."""

    label: str
    case: Case
    costs: tuple[Cost, ...]

    @property
    def cpu(self) -> float:
        """Least seconds of processor."""
        return min(cost.cpu for cost in self.costs)

    @property
    def usual_cpu(self) -> float:
        """Median of the seconds of processor."""
        return median(cost.cpu for cost in self.costs)

    @property
    def wall(self) -> float:
        """Least seconds of the clock."""
        return min(cost.wall for cost in self.costs)

    @property
    def peak_mb(self) -> float:
        """Most memory of the largest process."""
        return max(cost.peak_mb for cost in self.costs)

    @property
    def ready_mb(self) -> float:
        """Memory before the simulation began."""
        return max(cost.ready_mb for cost in self.costs)

    @property
    def digests(self) -> set[str]:
        """The results: one, if every repeat gave the same."""
        return {cost.digest for cost in self.costs}


Verdict = Callable[[Sequence[Row]], list[str]]


@dataclass(frozen=True)
class Suite:
    """Cases to compare, and what to say of them together."""

    heading: str
    cases: tuple[tuple[str, Case], ...]
    verdict: Verdict = lambda rows: []


def _growth(rows: Sequence[Row]) -> list[str]:
    first, last = rows[0], rows[-1]
    return [
        f"processor: {last.cpu / first.cpu:.2f} × from first to last (median {last.usual_cpu / first.usual_cpu:.2f} ×)",
        f"memory: {last.peak_mb - first.peak_mb:+.1f} MiB from first to last",
    ]


def _per_replica(rows: Sequence[Row]) -> list[str]:
    return [f"{row.label}: {1000 * row.cpu / row.case.replicas:.1f} ms of processor a replica" for row in rows]


def _same_bytes(rows: Sequence[Row]) -> list[str]:
    found = set().union(*(row.digests for row in rows))
    return [
        f"results: {'the same bytes' if len(found) == 1 else f'{len(found)} DIFFERENT'} (SHA-256 {min(found)[:16]}…)"
    ]


def _over_peer(rows: Sequence[Row]) -> list[str]:
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return [
        f"{ours.costs[0].people:,} people: person by person takes {peer.cpu / ours.cpu:.1f} × as long"
        for ours, peer in pairs
    ]


def _over_bound(rows: Sequence[Row]) -> list[str]:
    lines = []
    for plain, row in zip(rows[::2], rows[1::2], strict=True):
        draws = min((cost.draws for cost in row.costs if cost.draws is not None), key=lambda each: each.cpu)
        bound = min(cost.draws.bound_cpu for cost in row.costs if cost.draws is not None)
        lines.append(
            f"{plain.label}: {draws.states:,.0f} states a day (most {draws.most_states:,}), {draws.rounds:.0f} "
            f"decisions a day one after the other, {draws.drawn:,} numbers drawn in {draws.calls:,} calls; in these "
            f"calls {draws.cpu:.2f} s, bound {bound:.3f} s, the whole takes {plain.cpu / bound:.1f} × the bound"
        )
    return lines


def _powers(first: int, last: int) -> list[int]:
    return [10**power for power in range(first, last + 1)]


SUITES = {
    "instances": Suite(
        "Shared instances, one replica, one person per person",
        tuple((name, Case(name)) for name in INSTANCES),
    ),
    "multiplied": Suite(
        "mali with populations, capacities and registrations multiplied, one replica",
        tuple((f"× {times:,}", Case("mali", times=times)) for times in (1, 10, 1_000, 10_000)),
        _growth,
    ),
    "people": Suite(
        "A made-up network of 200 places, 365 days, against the number of people",
        tuple((f"{people:,}", Case(people=people)) for people in _powers(3, 9)),
        _growth,
    ),
    "replicas": Suite(
        "mali against the number of replicas, drawn together in one process, with intervals and fill dates",
        tuple((f"{replicas:,}", Case("mali", replicas=replicas)) for replicas in _powers(0, 3)),
        _per_replica,
    ),
    "workers": Suite(
        f"mali, {MANY:,} replicas with intervals and fill dates",
        (
            ("1 process", Case("mali", replicas=MANY)),
            ("2 processes", Case("mali", replicas=MANY, workers=2)),
            ("2 Dask workers", Case("mali", replicas=MANY, workers=2, way="dask")),
        ),
        _same_bytes,
    ),
    "places": Suite(
        "Made-up networks, a million people, 365 days, against the number of places",
        tuple((f"{places:,} places", Case(places=places)) for places in (200, 2_000, 20_000)),
    ),
    "crowds": Suite(
        "Made-up networks, a million or 10⁹ people displaced in a year, of which some days are run",
        tuple(
            (f"{places:,} places, {people:,} people, {days} days", Case(places=places, people=people, days=days))
            for places, days in ((2_000, 30), (20_000, 10), (20_000, 40))
            for people in (10**6, 10**9)
        ),
    ),
    "peer": Suite(
        "mali with fewer people (hasten), one replica: against the person-by-person reference of the tests",
        tuple(
            (f"hasten {hasten}, {way}", Case("mali", hasten=hasten, way=way))
            for hasten in (100, 10, 1)
            for way in PEERS
        ),
        _over_peer,
    ),
    "draws": Suite(
        "What NumPy's draws take of it, and the same draws with thousands of rows a call (the bound)",
        tuple(
            (label if way == "simulate" else "  with a clock", replace(case, way=way))
            for label, case in (
                ("mali", Case("mali")),
                ("mali, 100 replicas", Case("mali", replicas=100)),
                ("car", Case("car")),
                ("2,000 places, 100 days", Case(places=2_000, days=100)),
            )
            for way in BOUND
        ),
        _over_bound,
    ),
}


def run(suite: Suite, repeats: int) -> list[Row]:
    """Measure all cases of a suite in turns."""
    found: list[list[Cost]] = [[] for _ in suite.cases]
    for _ in range(repeats):
        for costs, (_, case) in zip(found, suite.cases, strict=True):
            costs.append(apart(case))
    return [Row(label, case, tuple(costs)) for costs, (label, case) in zip(found, suite.cases, strict=True)]


def show(suite: Suite, rows: Sequence[Row]) -> None:
    """Print the table of a suite."""
    width = max(len(row.label) for row in rows)
    print(f"\n{suite.heading}")
    print(
        f"{'':{width}} {'people':>13} {'days':>5} {'links':>7} {'CPU s':>8} {'median':>8} {'wall s':>8}"
        f" {'ready MiB':>10} {'peak MiB':>9}"
    )
    for row in rows:
        first, cpu = row.costs[0], f"{row.cpu:>8.2f} {row.usual_cpu:>8.2f}"
        if row.case.way == "dask":
            cpu = f"{'–':>8} {'–':>8}"  # what the workers of a cluster used is not known here
        print(
            f"{row.label:{width}} {first.people:>13,} {first.days:>5} {first.links:>7,} {cpu} {row.wall:>8.2f}"
            f" {row.ready_mb:>10.0f} {row.peak_mb:>9.0f}"
        )
    for line in suite.verdict(rows):
        print(line)
    loads = [cost.load for row in rows for cost in row.costs]
    print(f"load of the machine {min(loads):.1f} to {max(loads):.1f}", flush=True)


def machine() -> dict[str, object]:
    """Say what it was measured on."""
    import numpy as np

    return {"python": platform.python_version(), "numpy": np.__version__, "processors": os.cpu_count()}


def main() -> None:
    """Run the suites that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=f"of {', '.join(SUITES)}; all if none is named")
    parser.add_argument("--repeats", type=int, default=3, help="measure each case so many times (3)")
    parser.add_argument("--json", action="store_true", help="print every measurement as JSON instead of tables")
    asked = parser.parse_args()
    unknown = [name for name in asked.suites if name not in SUITES]
    if unknown:
        parser.error(f"no suite {', '.join(unknown)}; there are {', '.join(SUITES)}")
    told: dict[str, object] = {}
    for name in asked.suites or SUITES:
        suite = SUITES[name]
        if not all(case.at_hand for _, case in suite.cases):
            print(f"{name}: left out, since {FLEE_DATA} is not there", file=sys.stderr)
            continue
        rows = run(suite, asked.repeats)
        if asked.json:
            told[name] = {"heading": suite.heading, "rows": [asdict(row) for row in rows]}
        else:
            show(suite, rows)
    if asked.json:
        print(json.dumps({"machine": machine(), "suites": told}, indent=1))


if __name__ == "__main__":
    main()
