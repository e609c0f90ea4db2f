"""Alarms: average precision as elsewhere, thresholds from what was known, and everything else counted by hand."""

from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.draws import Floats
from havre.evaluate.alarms import (
    LEAST_ORIGINS,
    alarm_table,
    average_precision,
    pr_auc_difference,
    raise_alarms,
    threshold_before,
)
from havre.evaluate.protocol import Scorecard
from tests.evaluate.scorecard_samples import NAN, card_of

average_precision_score = import_module("sklearn.metrics").average_precision_score
CASES = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0]), st.booleans()), min_size=1, max_size=60)


@given(CASES)
def test_the_average_precision_is_that_of_scikit_learn(cases: list[tuple[float, bool]]) -> None:
    chance, came = (np.array(column, dtype=np.float64) for column in zip(*cases, strict=True))
    found = average_precision(chance, came)
    if not came.any():
        assert found is None
    else:
        assert found == pytest.approx(average_precision_score(came, chance))


@given(CASES, st.permutations(range(60)))
def test_the_average_precision_knows_no_order(cases: list[tuple[float, bool]], order: list[int]) -> None:
    chance, came = (np.array(column, dtype=np.float64) for column in zip(*cases, strict=True))
    turned = [place for place in order if place < len(cases)]
    assert average_precision(chance[turned], came[turned]) == average_precision(chance, came)


def test_the_average_precision_of_perfect_and_empty_cases() -> None:
    came = np.array([0.0, 1.0, 1.0])
    assert average_precision(came, came) == 1
    assert average_precision(np.full(3, 0.4), came) == pytest.approx(2 / 3)
    assert average_precision(np.array([]), np.array([])) is None


def test_the_threshold_spends_the_budget_and_no_more() -> None:
    # Thirty-six cells are three corridor-years: three false alarms may be.
    chance = np.linspace(0.01, 0.36, 36).reshape(3, 12)
    came = np.zeros((3, 12))
    threshold = threshold_before(chance, came)
    assert (chance > threshold).sum() == 3
    came[2, -1] = 1
    assert threshold_before(chance, came) == pytest.approx(0.32)
    assert (chance > threshold_before(chance, came, 2.0)).sum() == 7


def test_equal_chances_never_break_the_budget() -> None:
    chance = np.full((3, 12), 0.4)
    assert not (chance > threshold_before(chance, np.zeros((3, 12)))).any()


@given(st.integers(1, 6), st.integers(1, 12), st.floats(0.1, 4), st.integers(0, 2**32 - 1))
def test_no_threshold_breaks_its_budget_on_what_it_was_made_from(
    origins: int, series: int, budget: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    chance, came = rng.integers(0, 8, (origins, series)) / 8, (rng.random((origins, series)) < 0.2).astype(float)
    threshold = threshold_before(chance, came, budget)
    false_alarms = ((chance > threshold) & (came == 0)).sum()
    assert false_alarms <= budget * chance.size / 12
    assert threshold >= 0


def test_a_chance_of_nothing_is_never_an_alarm_and_nothing_known_is_no_threshold() -> None:
    assert threshold_before(np.zeros((2, 12)), np.ones((2, 12))) == 0
    assert np.isnan(threshold_before(np.full((2, 3), NAN), np.zeros((2, 3))))
    assert np.isnan(threshold_before(np.empty((0, 3)), np.empty((0, 3))))


def card_with(chance: Floats, surge: Floats) -> Scorecard:
    return card_of(np.ones(chance.shape), surge_chance=chance, surge=surge)


def random_alarms(origins: int = 24, series: int = 12, horizons: int = 3) -> Scorecard:
    rng = np.random.default_rng(6)
    surge = (rng.random((origins, series, horizons)) < 0.15).astype(float)
    noise = rng.random((3, origins, series, horizons))
    strength = np.array([0.0, 0.1, 0.6])[:, None, None, None]
    return card_with(noise * (1 - strength) + strength * surge, surge)


def test_thresholds_know_only_what_was_known_at_their_origin() -> None:
    """What becomes known later changes no alarm; what was known before does."""
    card = random_alarms()
    clean = raise_alarms(card, "ours")
    at = 15
    chance, surge = card.surge_chance.copy(), card.surge.copy()
    chance[:, at + 1 :] = 0.999
    for h in range(card.horizons):
        # The truth of origin o at horizon h + 1 is known at the origin `at` where o + h + 1 is not after it.
        unknown = at - h
        surge[unknown:, :, h] = 1 - surge[unknown:, :, h]
    later = raise_alarms(replace(card, surge_chance=chance, surge=surge), "ours")
    assert np.array_equal(later.raised[: at + 1], clean.raised[: at + 1])
    assert not np.array_equal(later.raised, clean.raised)
    surge = card.surge.copy()
    surge[: at - 2] = 1 - surge[: at - 2]
    earlier = raise_alarms(replace(card, surge=surge), "ours")
    assert not np.array_equal(earlier.raised[at], clean.raised[at])


def test_the_first_origins_have_no_threshold() -> None:
    alarms = raise_alarms(random_alarms(), "ours")
    for h in range(3):
        judged = alarms.judged[:, 0, h]
        assert judged.tolist() == [False] * (LEAST_ORIGINS + h) + [True] * (24 - LEAST_ORIGINS - h)


def test_alarms_counted_by_hand() -> None:
    """Twelve series: each origin is one corridor-year, so that three origins allow three false alarms."""
    chance, surge = np.zeros((3, 5, 12, 1)), np.zeros((5, 12, 1))
    chance[2, :3, 0, 0] = [0.3, 0.2, 0.2]
    chance[2, 0, 1, 0] = 0.1
    # From the fourth origin on: above 0.1, the fourth highest chance of nothing.
    surge[3, :3, 0] = 1
    chance[2, 3, [0, 1, 5, 6], 0] = [0.9, 0.4, 0.2, 0.05]
    surge[4, 0, 0] = 1
    chance[2, 4, 0, 0] = 0.05
    row = alarm_table(card_with(chance, surge)).filter(model="ours").to_dicts()[0]
    assert row["origins_with_threshold"] == 2
    assert row["corridor_years"] == 2
    assert row["surges_with_threshold"] == row["surges"] == 4
    assert row["alarms"] == 3
    assert row["recall"] == 2 / 4
    assert row["precision"] == pytest.approx(2 / 3)
    assert row["false_alarms_per_year"] == 1 / 2
    assert row["base_rate"] == pytest.approx(4 / 60)
    assert row["lead_months"] == 1
    expected = average_precision_score(surge.ravel(), chance[2].ravel())
    assert row["pr_auc"] == pytest.approx(expected)


def test_the_lead_is_that_of_the_first_alarm_for_the_month() -> None:
    origins, horizons = 12, 3
    chance, surge = np.zeros((3, origins, 1, horizons)), np.zeros((origins, 1, horizons))
    month = 11
    for h in range(horizons):
        surge[month - h - 1, 0, h] = 1
    chance[2, month - 3, 0, 2] = chance[2, month - 1, 0, 0] = 0.5
    found = alarm_table(card_with(chance, surge)).filter(model="ours")
    assert found["recall"].to_list() == [1, 0, 1]
    assert found["lead_months"].to_list() == [3, None, 3]
    chance[2, month - 3, 0, 2] = 0
    assert alarm_table(card_with(chance, surge)).filter(model="ours")["lead_months"].to_list() == [1, None, None]


def test_the_best_naive_is_named_for_each_horizon_and_question() -> None:
    card = random_alarms()
    table = alarm_table(card)
    assert table.height == 3 * 3
    for _, rows in table.group_by("horizon"):
        naive = {row["model"]: row for row in rows.to_dicts() if row["kind"] == "baseline"}
        best = max(naive, key=lambda name: naive[name]["pr_auc"])
        assert set(rows["best_naive"]) == {best}
        assert set(rows["pr_auc_best_naive"]) == {naive[best]["pr_auc"]}
        assert set(rows["recall_best_naive"]) == {max(row["recall"] for row in naive.values())}
    ours = table.filter(model="ours")
    assert (ours["pr_auc"] > ours["pr_auc_best_naive"]).all()
    assert (ours["recall"] > ours["recall_best_naive"]).all()


def test_without_surges_there_is_nothing_to_find() -> None:
    table = alarm_table(card_with(np.full((3, 6, 2, 1), 0.1), np.zeros((6, 2, 1))))
    assert table["pr_auc"].null_count() == table["recall"].null_count() == table["best_naive"].null_count() == 3
    assert table["false_alarms_per_year"].to_list() == [0, 0, 0]
    few = alarm_table(card_with(np.full((3, 2, 2, 1), 0.1), np.ones((2, 2, 1))))
    assert few["recall"].to_list() == [None] * 3
    assert few["pr_auc"].to_list() == [1] * 3


def test_the_difference_to_the_best_naive_has_an_interval() -> None:
    card = random_alarms()
    found = pr_auc_difference(card, "ours", 1, seed=1)
    row = alarm_table(card).filter(model="ours", horizon=1).to_dicts()[0]
    assert found is not None
    assert found.difference == pytest.approx(row["pr_auc"] - row["pr_auc_best_naive"])
    assert 0 < found.low < found.difference < found.high
    assert found == pr_auc_difference(card, "ours", 1, seed=1)
    same = pr_auc_difference(card, "ours", 1, seed=1, other="ours")
    assert same is not None
    assert (same.difference, same.low, same.high) == (0, 0, 0)
    assert pr_auc_difference(card_with(np.full((3, 6, 2, 1), 0.1), np.zeros((6, 2, 1))), "ours", 1, seed=1) is None
