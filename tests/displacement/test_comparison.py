"""What a scenario changes: differences pair by pair, with intervals, fill dates and what pairing gains."""

from dataclasses import replace

import numpy as np
import pytest

from havre.displacement.comparison import Comparison, compare
from havre.displacement.scenario_file import make_scenario
from havre.errors import DisplacementError
from tests.displacement.small_instances import LOCATIONS, settings, small_instance

REPLICAS = 30
PLACES = tuple(replace(place, population=260) if place.name == "Este" else place for place in LOCATIONS)
CLOSE = {"close": {"link": ["Cerna", "Hub"], "from": 8}}


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return compare(small_instance(locations=PLACES), make_scenario(CLOSE), replicas=REPLICAS, seed=3)


def test_differences_are_taken_pair_by_pair(comparison: Comparison) -> None:
    assert comparison.camps == ("Dol Camp", "Este")
    expected = comparison.changed.camp_counts - comparison.base.camp_counts
    assert (comparison.difference == expected).all()
    assert comparison.difference.shape == (REPLICAS, 20, 2)
    assert (comparison.quantiles((0.5,))[0] == np.median(expected, axis=0)).all()
    assert comparison.first_difference is not None
    assert 8 <= comparison.first_difference <= 10
    assert (expected[:, : comparison.first_difference] == 0).all()


def test_a_row_tells_medians_the_change_and_how_sure_it_is(comparison: Comparison) -> None:
    row = comparison.rows()[0]
    base, changed = comparison.base.camp("Dol Camp")[:, -1], comparison.changed.camp("Dol Camp")[:, -1]
    difference = changed - base
    assert row["camp"] == "Dol Camp"
    assert (row["base"], row["scenario"]) == (np.median(base), np.median(changed))
    assert [row["low"], row["change"], row["high"]] == pytest.approx(np.quantile(difference, (0.1, 0.5, 0.9)).tolist())
    assert row["mean"] == pytest.approx(difference.mean())
    half = 1.96 * difference.std(ddof=1) / REPLICAS**0.5
    assert row["mean_high"] == pytest.approx(difference.mean() + half, rel=1e-4)
    # Nobody comes to the camp behind the closed link any more.
    assert row["more"] == 0.0
    assert row["fewer"] == 1.0
    assert comparison.rows(0)[0]["fewer"] == 0.0
    wide = comparison.rows(sure=0.98)[0]
    assert float(str(wide["low"])) <= float(str(row["low"]))


def test_people_outside_camps_are_those_whom_the_camps_lack(comparison: Comparison) -> None:
    base, changed = comparison.outside
    assert (base == comparison.base.people - comparison.base.camp_counts.sum(axis=2)).all()
    assert ((changed - base) == -comparison.difference.sum(axis=2)).all()
    row = comparison.outside_row()
    assert row["base"] == np.median(base[:, -1])
    assert row["low"] <= row["change"] <= row["high"]
    assert row["change"] > 100


def test_pairing_compares_with_the_sum_of_both_variances(comparison: Comparison) -> None:
    pairing = comparison.pairing
    base, changed = comparison.base.camp_counts.var(axis=0), comparison.changed.camp_counts.var(axis=0)
    assert pairing.unpaired == pytest.approx(base + changed)
    last = (base + changed)[-1].sum() / comparison.difference.var(axis=0)[-1].sum()
    assert pairing.factor(-1) == pairing.factor(19) == pytest.approx(last)
    first = pairing.first
    whole = (base + changed)[first:].sum() / comparison.difference.var(axis=0)[first:].sum()
    assert pairing.factor() == pytest.approx(whole)
    assert pairing.factor(0) is None
    least = (np.sqrt(base) - np.sqrt(changed))[-1] ** 2
    assert pairing.bound(19) == pytest.approx((base + changed)[-1].sum() / least.sum())
    assert float(pairing.bound(19) or 0) >= last
    assert pairing.by_camp(0) == [None, None]
    assert comparison.rows()[1]["variance_cut"] == pairing.by_camp(19)[1]


def test_fill_dates_go_by_the_capacity_of_each() -> None:
    scenario = make_scenario({"capacity": {"camp": "Este", "factor": 3, "from": 2}})
    made = compare(small_instance(locations=PLACES), scenario, replicas=6)
    base, changed = made.fill_dates()
    assert base.share == pytest.approx(0.95)
    este = made.camps.index("Este")
    assert np.isfinite(base.first_days[:, este]).all()
    assert (changed.first_days[:, este] > base.first_days[:, este]).all()
    assert made.base_capacities[5, este] == 260 - 50
    assert made.capacities[5, este] == 3 * 260 - 50
    assert made.fill_dates(0.5)[0].first_days[0, este] < base.first_days[0, este]


def test_a_scenario_that_does_nothing_differs_nowhere() -> None:
    nothing = make_scenario(
        {"close": {"link": ["Cerna", "Hub"], "from": 19}, "rule": {"name": "camp_weight", "value": 1}}
    )
    made = compare(small_instance(length=12 + 8), nothing, replicas=4, days=15)
    assert made.first_difference is None
    assert made.pairing.factor() is None
    assert made.days == 15
    assert (made.difference == 0).all()


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others() -> None:
    instance, scenario = small_instance(locations=PLACES), make_scenario(CLOSE)
    first, again, other = (compare(instance, scenario, replicas=5, seed=seed).difference for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


def test_a_draw_for_each_replica_is_used_in_its_pair() -> None:
    given = {"people": [60] * 10, "from": 9, "uncertainty": "poisson"}
    made = compare(small_instance(), make_scenario({"arrivals": given}), replicas=12)
    people = np.diff(made.changed.people[:, 8:19], axis=1)
    assert people.shape == (12, 10)
    assert people.std() > 3
    assert (np.diff(made.base.people[:, 8:19], axis=1).std(axis=0) == 0).all()


def test_rules_of_the_simulation_hold_in_both() -> None:
    instance = small_instance(settings=settings(hasten=10))
    made = compare(instance, make_scenario(CLOSE), replicas=3, occupancy="frozen")
    assert made.occupancy == "frozen"
    assert made.base.hasten == 10
    assert (made.base.steps == 1).all()


def test_one_pair_has_no_interval() -> None:
    with pytest.raises(DisplacementError, match="at least 2"):
        compare(small_instance(), make_scenario(CLOSE), replicas=1)
