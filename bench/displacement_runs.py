"""Runs one case and measures it in this process; ``python -m bench.displacement_runs CASE`` is what others start."""

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from importlib import import_module

import numpy as np

from bench.displacement_cost import FLEE_DATA, MADE_UP, SETTINGS, Case, Cost, Meter
from bench.displacement_draws import run_taken_apart
from bench.displacement_networks import made_up_instance, multiplied
from havre.displacement import Instance, Outcome, Rules, simulate
from havre.displacement.fill_dates import fill_dates
from havre.displacement.flee_files import read_instance
from havre.displacement.outcome import Counts
from tests.displacement.reference.simulator import Simulator


def measure(case: Case) -> Cost:
    """Measure a case in this process."""
    instance = instance_of(case)
    warm_up()
    if case.way == "draws":
        return _taken_apart(instance, case)
    if case.way == "person by person":
        return _person_by_person(instance, case)
    if case.way == "dask":
        with cluster(case.workers) as address:
            return _simulated(instance, case, address)
    return _simulated(instance, case, None)


def instance_of(case: Case) -> Instance:
    """Read or make the instance of a case."""
    if case.instance == MADE_UP:
        made = made_up_instance(case.places, case.people)
    else:
        made = read_instance(FLEE_DATA / case.instance, settings=SETTINGS).instance
    made = multiplied(made, case.times)
    return replace(made, settings=replace(made.settings, hasten=case.hasten))


def warm_up() -> None:
    """Import what is imported late and let NumPy draw for the first time: neither is what is asked."""
    simulate(made_up_instance(20, 100, days=5), replicas=2)


@contextmanager
def cluster(workers: int) -> Iterator[str]:
    """Start a Dask scheduler with workers that have imported what they need; give its address."""
    distributed = import_module("distributed")
    with (
        distributed.LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=":0") as found,
        distributed.Client(found, set_as_default=False) as client,
    ):
        client.run(warm_up)
        yield str(found.scheduler_address)


def _simulated(instance: Instance, case: Case, address: str | None) -> Cost:
    meter = Meter()
    outcome = simulate(instance, replicas=case.replicas, days=case.days, workers=case.workers, cluster=address)
    if case.replicas > 1:
        find_intervals(outcome, instance)
    return _cost(meter, instance, outcome.camp_counts, outcome.people)


def find_intervals(outcome: Outcome, instance: Instance) -> None:
    """Find what an ensemble is run for: intervals of each camp and day, and the days between which each camp fills."""
    low, median, high = outcome.quantiles((0.05, 0.5, 0.95))
    assert (low <= median).all()
    assert (median <= high).all()
    room = {place.name: place.population // outcome.hasten for place in instance.locations}
    assert len(fill_dates(outcome, [room[camp] for camp in outcome.camps], 0.95).as_table()) == len(outcome.camps)


def _person_by_person(instance: Instance, case: Case) -> Cost:
    meter = Meter()
    simulator = Simulator(instance, Rules.flee(), "adaptive", np.random.default_rng(1))
    run = simulator.run(case.days or instance.length)
    return _cost(meter, instance, run.camp_counts[None], run.people[None])


def _taken_apart(instance: Instance, case: Case) -> Cost:
    meter = Meter()
    days, draws = run_taken_apart(instance, case.days, case.replicas)
    cost = _cost(meter, instance, days.camp_counts, days.people)
    return replace(cost, draws=draws())


def _cost(meter: Meter, instance: Instance, camp_counts: Counts, people: Counts) -> Cost:
    """Tell what the meter says; counts (replicas, days, camps) and people (replicas, days) are those of the run."""
    return Cost(
        cpu=meter.cpu,
        wall=meter.wall,
        ready_mb=meter.ready_mb,
        peak_mb=meter.peak_mb,
        load=os.getloadavg()[0],
        people=int(people[0, -1]),
        days=people.shape[1],
        links=2 * len(instance.routes),
        digest=hashlib.sha256(np.ascontiguousarray(camp_counts).tobytes()).hexdigest(),
    )


if __name__ == "__main__":
    print(json.dumps(asdict(measure(Case(**json.loads(sys.argv[1]))))))
