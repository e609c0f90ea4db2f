"""Run a case by engine and reference, and compare all that both can tell."""

from dataclasses import dataclass
from functools import cache
from itertools import combinations
from zlib import crc32

import numpy as np

from havre.displacement import Outcome, simulate
from havre.displacement.instance import Instance
from havre.displacement.rules import Rules
from tests.displacement.equivalence import two_sample
from tests.displacement.equivalence.case import Case, Fault
from tests.displacement.equivalence.cases import ALL
from tests.displacement.equivalence.two_sample import Check, Counts
from tests.displacement.reference.exact import ExactSimulator, Law
from tests.displacement.reference.simulator import Run, simulate_reference


@dataclass(frozen=True)
class Sizes:
    """Replicas of the engine against an exact law and against runs of the reference, and such runs."""

    exact: int
    coupled: int
    reference: int


QUICK = Sizes(exact=2000, coupled=300, reference=150)
SLOW = Sizes(exact=5000, coupled=2000, reference=1000)


def case_error() -> float:
    """Give the share of the suite's error that one case may take (Bonferroni)."""
    return two_sample.FAMILY_ERROR / len(ALL)


def seed_of(case: Case) -> int:
    """Give each case its own fixed seed."""
    return crc32(case.name.encode())


def run_engine(case: Case, replicas: int, fault: Fault | None = None) -> Outcome:
    """Run the engine on a case, or on its fault."""
    return simulate(
        fault if isinstance(fault, Instance) else case.instance,
        replicas=replicas,
        seed=seed_of(case),
        rules=fault if isinstance(fault, Rules) else case.rules,
        occupancy=case.occupancy,
        record=("locations",),
    )


def run_reference(case: Case, replicas: int) -> list[Run]:
    """Run the reference so many times."""
    seeds = np.random.SeedSequence(seed_of(case) + 1).spawn(replicas)
    return [
        simulate_reference(case.instance, case.rules, case.occupancy, np.random.default_rng(seed), case.days)
        for seed in seeds
    ]


def outcome_of(case: Case, runs: list[Run]) -> Outcome:
    """Give runs of the reference as an outcome."""
    first = runs[0]
    return Outcome(
        name=case.name,
        start=case.instance.start,
        hasten=1,
        seed=seed_of(case),
        locations=first.places,
        camps=first.camps,
        camp_counts=np.stack([run.camp_counts for run in runs]),
        people=np.stack([run.people for run in runs]),
        raw=first.raw,
        debt=first.debt,
        steps=np.ones(case.days, np.int64),
        location_means=np.mean([run.place_counts for run in runs], axis=0),
    )


@cache
def exact_law(case: Case) -> Law:
    """Give the exact law of a case without coupling."""
    return ExactSimulator(case.instance, case.rules).law(case.days)


def against_law(case: Case, outcome: Outcome, law: Law) -> list[Check]:
    """Compare the engine's replicas with the exact law: means of all places, the rest of camps."""
    checks: list[Check] = []
    for day in _days(case):
        people = float(outcome.people[:, day].mean())
        checks += two_sample.mean_against_law(f"people, day {day}", people, outcome.replicas, law.people(day))
        for place, mean in _means(outcome, day):
            what = f"{place}, day {day}"
            checks += two_sample.mean_against_law(what, mean, outcome.replicas, law.cumulants(day, place))
    for day in _days(case)[-1::-2]:
        for camp in outcome.camps:
            sample, what = outcome.camp(camp)[:, day], f"{camp}, day {day}"
            checks += two_sample.variance_against_law(what, sample, law.cumulants(day, camp))
            checks += two_sample.distribution_against_law(what, sample, law.distribution(day, camp))
        for first, second in combinations(outcome.camps, 2):
            pair = outcome.camp(first)[:, day], outcome.camp(second)[:, day]
            means = law.cumulants(day, first)[0], law.cumulants(day, second)[0]
            what, covariance = f"{first} and {second}, day {day}", law.covariance(day, first, second)
            checks += two_sample.covariance_against_law(what, *pair, means, covariance)
    return checks


def between(case: Case, outcome: Outcome, runs: list[Run]) -> list[Check]:
    """Compare the engine's replicas with runs of the reference."""
    places = np.stack([run.place_counts for run in runs])
    camps = np.stack([run.camp_counts for run in runs])
    columns = [runs[0].camps.index(camp) for camp in outcome.camps]
    checks: list[Check] = []
    for day in _days(case):
        people = np.array([run.people[day] for run in runs])
        checks += two_sample.mean_between(f"people, day {day}", outcome.people[:, day], people)
        for place, mean in _means(outcome, day):
            sample, what = places[:, day, outcome.locations.index(place)], f"{place}, day {day}"
            checks += two_sample.mean_with_spread_of_reference(what, mean, outcome.replicas, sample, case.blur)
    for day in _days(case)[-1::-2]:
        pairs = {
            camp: (outcome.camp(camp)[:, day], camps[:, day, at])
            for camp, at in zip(outcome.camps, columns, strict=True)
        }
        checks += _spread_between(case, f"day {day}", pairs)
    return checks


def _spread_between(case: Case, when: str, pairs: dict[str, tuple[Counts, Counts]]) -> list[Check]:
    """Compare how the counts of camps vary, alone and together."""
    checks: list[Check] = []
    for camp, (sample, reference) in pairs.items():
        what = f"{camp}, {when}"
        checks += two_sample.mean_between(what, sample, reference, case.blur)
        checks += two_sample.variance_between(what, sample, reference, 4.0 * case.blur)
        if case.blur == 0.0:
            checks += two_sample.distribution_between(what, sample, reference)
    for first, second in combinations(pairs, 2):
        samples, references = (tuple(pairs[camp][which] for camp in (first, second)) for which in (0, 1))
        checks += two_sample.covariance_between(f"{first} and {second}, {when}", samples, references)
    return checks


def books(outcome: Outcome, run: Run) -> list[str]:
    """Name what differs of what has no chance in it: camps, arrivals told by the data, and falls not made up for."""
    same = {
        "camps": outcome.camps == run.camps,
        "raw": outcome.raw.tolist() == run.raw.tolist(),
        "debt": outcome.debt.tolist() == run.debt.tolist(),
    }
    return [name for name, equal in same.items() if not equal]


def _days(case: Case) -> list[int]:
    return list(range(1, case.days, 2)) or [0]


def _means(outcome: Outcome, day: int) -> list[tuple[str, float]]:
    """Give the mean count of every place, or of the camps where others were not recorded."""
    if outcome.location_means is None:
        return [(camp, float(outcome.camp(camp)[:, day].mean())) for camp in outcome.camps]
    return list(zip(outcome.locations, outcome.location_means[day].tolist(), strict=True))
