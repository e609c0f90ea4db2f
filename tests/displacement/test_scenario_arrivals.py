"""Other numbers of people who are displaced: how many, on which days, in which replicas."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from havre.displacement.arrivals import Arrivals, Extra, registered_change
from havre.displacement.instance import Instance
from havre.displacement.outcome import Counts
from havre.displacement.paired_runs import simulate_pair
from havre.displacement.rules import Rules
from havre.displacement.scenario import Applied, apply_scenario
from havre.displacement.scenario_arrivals import around
from havre.displacement.scenario_changes import DailyArrivals, Scenario
from havre.displacement.settings import ConflictSpawning
from havre.displacement.simulate import simulate
from havre.errors import DisplacementError
from tests.displacement.scenario_case import apply, faults
from tests.displacement.small_instances import COUNTS, registrations, settings, small_instance


def displaced(applied: Applied, replicas: int = 3) -> Counts:
    """Give the people displaced on each day in the scenario, (replicas, days)."""
    return np.diff(simulate(applied.changed, replicas=replicas).people, axis=1, prepend=0)


def usual(instance: Instance | None = None) -> Counts:
    instance = instance or small_instance()
    return registered_change(instance, Rules.flee(), instance.length)


def test_a_factor_multiplies_the_days_of_its_period_without_losing_anybody_to_rounding() -> None:
    applied = apply(arrivals_factor={"factor": 1.25, "from": 5, "until": 15})
    people, before = displaced(applied)[0], usual()
    assert people[1:5].tolist() == before[1:5].tolist()
    assert people[15:].tolist() == before[15:].tolist()
    assert people[5:15].sum() == round(1.25 * before[5:15].sum())
    assert abs(people[5:15] - 1.25 * before[5:15]).max() <= 1
    assert applied.base.events.arrivals is None


def test_a_factor_of_0_stops_displacement() -> None:
    assert displaced(apply(arrivals_factor={"factor": 0, "from": 5}))[:, 5:].sum() == 0


def test_given_numbers_take_the_place_of_the_registrations_on_their_days() -> None:
    applied = apply(arrivals={"people": [5, 6.4, 7.4], "from": "2020-01-05"})
    people = displaced(applied)
    assert people[:, 1:4].tolist() == [usual()[1:4].tolist()] * 3
    # Rounded so that sums are right: 5, 11.4, 18.8.
    assert people[:, 4:7].tolist() == [[5, 6, 8]] * 3
    assert people[:, 7:].tolist() == [usual()[7:].tolist()] * 3
    assert [remark.key for remark in applied.remarks] == ["arrivals_end"]


def test_what_the_registrations_owe_is_not_taken_off_given_numbers() -> None:
    """Registrations fall from day 5 to 10, which later arrivals would make up for."""
    counts = {name: {0: day[0], 5: day[10], 10: day[0], 19: day[19]} for name, day in COUNTS.items()}
    instance = small_instance(registrations=registrations(counts))
    people = displaced(apply(instance, arrivals={"people": [40] * 5, "from": 8}))
    assert people[:, 8:13].tolist() == [[40] * 5] * 3
    assert people[:, 6:8].sum() == 0


def test_each_replica_may_have_numbers_of_its_own() -> None:
    given = np.add.outer(np.arange(3) * 10.0, np.arange(20.0))
    scenario = Scenario((DailyArrivals(people=given),))
    applied = apply_scenario(small_instance(), scenario, replicas=3)
    assert (displaced(applied)[:, 1:] == given[:, 1:]).all()
    assert [remark.key for remark in applied.remarks] == ["day0_inserted"]
    outcome = simulate(applied.changed, replicas=3)
    assert outcome.raw[-1] == round(float(given[:, 1:].sum(axis=1).mean()) + usual()[0])
    with pytest.raises(DisplacementError, match="3 runs; there are 4"):
        simulate(applied.changed, replicas=4)
    with pytest.raises(DisplacementError, match="3 runs; there are 2"):
        apply_scenario(small_instance(), scenario, replicas=2)


def test_numbers_by_replica_are_cut_with_the_replicas() -> None:
    change = np.arange(6).reshape(3, 2)
    extra = Extra(change * 10, np.array([1]), np.array([1.0]))
    part = Arrivals(change, np.zeros(4, np.int64), (extra,)).part(1, 2)
    assert part.change.tolist() == [[2, 3], [4, 5]]
    assert part.extra[0].people.tolist() == [[20, 30], [40, 50]]


def test_numbers_that_end_too_early_are_refused() -> None:
    applied = apply(arrivals={"people": [5] * 20, "from": 0})
    longer = replace(small_instance(length=25), events=applied.changed.events)
    with pytest.raises(DisplacementError, match="20 days; 25 days"):
        simulate(longer, replicas=1)


@pytest.mark.parametrize(("uncertainty", "dispersion"), [("poisson", None), ("negative_binomial", 4.0)])
def test_replicas_draw_around_given_numbers(uncertainty: str, dispersion: float | None) -> None:
    given: dict[str, Any] = {"people": [30] * 19, "from": 1, "uncertainty": uncertainty}
    given |= {} if dispersion is None else {"dispersion": dispersion}
    one, same = (apply(replicas=400, arrivals=given).changed.events.arrivals for _ in range(2))
    assert one is not None
    assert same is not None
    assert (one == same).all()
    sample = one[:, 2:].ravel()
    variance = 30.0 if dispersion is None else 30 + 900 / dispersion
    assert sample.mean() == pytest.approx(30, abs=5 * (variance / sample.size) ** 0.5)
    assert sample.var() == pytest.approx(variance, rel=0.12)


def test_the_negative_binomial_has_its_law() -> None:
    from scipy import stats

    sample = around(np.full(40_000, 6.0), 2.5, np.random.default_rng(1))
    law = stats.nbinom(2.5, 2.5 / 8.5)
    seen = np.bincount(np.minimum(sample, 25), minlength=26)
    expected = np.append(law.pmf(np.arange(25)), law.sf(24)) * sample.size
    assert float(((seen - expected) ** 2 / expected).sum()) < stats.chi2.isf(1e-4, 25)


def test_a_table_is_read_beside_the_file_and_its_draws_are_taken_in_turn(tmp_path: Path) -> None:
    from havre.displacement.scenario_file import read_scenario

    rows = [f"2020-01-{day:02},{draw},{10 * draw + day}" for draw in (1, 2) for day in range(3, 6)]
    (tmp_path / "people.csv").write_text("\n".join(["date,draw,persons", *rows]))
    (tmp_path / "scenario.toml").write_text('[[arrivals]]\ntable = "people.csv"\n')
    scenario = read_scenario(tmp_path / "scenario.toml")
    applied = apply_scenario(small_instance(), scenario, replicas=3)
    people = displaced(applied)
    assert people[:, 2:5].tolist() == [[13, 14, 15], [23, 24, 25], [13, 14, 15]]
    assert [remark.key for remark in applied.remarks] == ["draws_in_turn", "arrivals_end"]


def test_more_people_come_from_their_places_beside_all_others() -> None:
    applied = apply(more_people={"people": 300, "places": ["Cerna", "Brod"], "from": 10, "until": 12})
    base, changed = simulate_pair(applied.base, applied.changed, replicas=3)
    more = changed.people - base.people
    assert (more[:, :10] == 0).all()
    assert (more[:, 10] == 300).all()
    assert (more[:, 11:] == 600).all()
    extra = applied.changed.events.people[0]
    # By population: 8,000 and 20,000.
    assert extra.shares == pytest.approx((2 / 7, 5 / 7))
    alike = apply(more_people={"people": 300, "places": ["Hub", "Este"], "from": 10})
    assert alike.changed.events.people[0].shares == (0.5, 0.5)


def test_more_people_may_be_drawn_for_each_replica_and_are_in_simulated_persons() -> None:
    instance = small_instance(settings=settings(hasten=10))
    given = {"people": 500, "places": "Cerna", "from": 5, "uncertainty": "poisson"}
    people = apply(instance, replicas=200, more_people=given).changed.events.people[0].people
    assert people.shape == (200, 20)
    assert people[:, 5:].mean() == pytest.approx(50, abs=1)
    assert people[:, :5].sum() == 0


def test_what_does_not_fit_is_told_at_once() -> None:
    found = faults(
        arrivals_factor=[{"factor": 2, "from": 30}],
        arrivals=[
            {"people": [1], "from": 0},
            {"people": [1], "from": 3, "uncertainty": "negative_binomial"},
            {"people": [1], "from": 3, "dispersion": 2},
            {"table": "no-such.csv", "from": 3},
        ],
        more_people=[{"people": 5, "places": ["Cerna", "Cernaa"], "from": 3}],
    )
    assert found == ["day", "no_days", "dispersion", "dispersion", "table_has_days", "file.missing", "unknown_place"]


def test_numbers_of_registrations_mean_nothing_where_conflicts_displace() -> None:
    instance = small_instance(settings=settings(spawn={"conflict_driven_spawning": ConflictSpawning("constant", 40)}))
    found = faults(instance, arrivals_factor={"factor": 2, "from": 3}, arrivals={"people": [5], "from": 3})
    assert found == ["not_by_registrations", "not_by_registrations"]
    more = apply(instance, more_people={"people": 60, "places": "Cerna", "from": 3})
    base, changed = simulate_pair(more.base, more.changed, replicas=2)
    assert ((changed.people - base.people)[:, -1] == 60 * 17).all()
