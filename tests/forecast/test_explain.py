"""An explanation adds up to the figure that was told, whatever the series, and to nothing else."""

from math import fsum

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havre.draws import Draws, Floats
from havre.errors import ForecastError
from havre.forecast import quantile_trees
from havre.forecast.explain import (
    BOOSTED,
    DRIVERS,
    Explanation,
    Share,
    explain,
    explain_tree,
    in_persons,
    member_parts,
    shapley,
)
from havre.forecast.features import Features
from havre.forecast.models import ENSEMBLE, MEMBERS, draw_all
from havre.texts import catalogue
from tests.forecast.series_samples import lively, series_of
from tests.properties import examples

NAN = float("nan")
numbers = st.floats(0, 1e6, allow_nan=False)


def middle(said: Floats) -> Floats:
    return np.asarray(np.median(said, axis=-1))


def test_shapley_values_by_hand() -> None:
    # The median of three, starting from 0: said 6, 6 and 0, neither of the two moves it without the other.
    assert shapley(np.array([6.0, 6.0, 0.0]), 0.0, middle).tolist() == [3, 3, 0]
    # 3, 12 and 9 from 0: the second to join moves the median to the lesser of both, the third from there to 9.
    assert shapley(np.array([3.0, 12.0, 9.0]), 0.0, middle).tolist() == pytest.approx([1, 4, 4])
    assert shapley(np.array([5.0]), 2.0, middle).tolist() == [3]


@given(st.lists(numbers, min_size=1, max_size=7), numbers)
def test_shapley_values_add_up_and_no_member_moves_further_than_itself(said: list[float], reference: float) -> None:
    values = np.array(said)
    found = shapley(values, reference, middle)
    size = max(1.0, reference, *said)
    assert fsum(found) == pytest.approx(np.median(values) - reference, abs=1e-9 * size)
    share = found * np.sign(values - reference)
    assert (share >= -1e-9 * size).all()
    assert (share <= np.abs(values - reference) + 1e-9 * size).all()


@given(st.floats(0, 14), st.lists(st.floats(-3, 3, allow_subnormal=False), min_size=1, max_size=8))
def test_persons_along_a_straight_line_add_up(start: float, steps: list[float]) -> None:
    parts = {str(place): step for place, step in enumerate(steps)}
    found = in_persons(start, parts)
    ends = np.expm1(start), np.expm1(start + fsum(steps))
    size = np.exp(start + max(0.0, fsum(steps))) * max(1.0, sum(abs(step) for step in steps))
    assert fsum(found.values()) == pytest.approx(ends[1] - ends[0], abs=1e-9 * size)
    assert all(np.sign(found[name]) == np.sign(part) for name, part in parts.items())


def test_the_trees_are_taken_apart_exactly() -> None:
    values = lively(6, 70)
    values[5, :20] = NAN
    history = series_of(values)
    assert set(Features.of(history).drivers) <= set(DRIVERS)
    level, parts = explain_tree(history, 4, 3)
    assert set(parts) <= set(DRIVERS)
    said = draw_all(history, (BOOSTED,), 4, 101, seed=1)[BOOSTED].quantiles((0.5,))[:, 2, 0]
    features = Features.of(history)
    grown = quantile_trees.fit(quantile_trees.examples(features), 0.5)
    alone = quantile_trees.predict(grown, quantile_trees.asked(features, 3))
    assert sum(parts.values()) == pytest.approx(alone)
    # The draws are whole persons, and the curves of single quantiles are put in order where they cross.
    assert np.expm1(level + sum(parts.values())) == pytest.approx(said, abs=0.501, rel=0.02)
    assert np.abs(parts["panel"]).max() > 0


def test_a_panel_too_small_for_trees_has_the_level_alone() -> None:
    history = series_of(lively(2, 30))
    level, parts = explain_tree(history, 2, 1)
    assert parts == {}
    assert np.isfinite(level).all()
    last = np.log1p(history.values[0, -1])
    assert member_parts(BOOSTED, history, 0, 2, 1) == {"recent_level": pytest.approx(level[0] - last)}


def added_up(found: Explanation) -> float:
    return fsum([found.reference, *found.drivers.values()])


@pytest.mark.parametrize("horizon", [1, 4])
def test_drivers_and_members_add_up_to_the_ensemble(horizon: int) -> None:
    history = series_of(lively(6, 72))
    told = draw_all(history, (ENSEMBLE, *MEMBERS), 4, 200, seed=5)
    for row in (0, 4):
        found = explain(history, history.keys[row], horizon, horizons=4, draws=200, seed=5)
        figure = float(np.median(told[ENSEMBLE].values[row, horizon - 1]))
        assert found.figure == figure
        assert found.reference == history.values[row, -1]
        assert added_up(found) == pytest.approx(figure, rel=1e-12)
        by_member = [share.contribution for share in found.members]
        assert fsum([found.reference, *by_member, found.drivers["adjustment"]]) == pytest.approx(figure, rel=1e-12)
        assert [share.model for share in found.members] == list(MEMBERS)
        assert set(found.drivers) <= set(DRIVERS)
        # The ensemble is the median of its members, so nothing but interpolation is left to adjust.
        assert abs(found.drivers["adjustment"]) < 0.02 * max(10.0, figure)
        assert found.low <= figure <= found.high
        whole = found.whole_persons()
        assert round(found.reference) + sum(whole.values()) == round(figure)
        assert all(abs(whole[name] - part) <= 1.0 for name, part in found.drivers.items())


def test_a_season_shows_as_season() -> None:
    wave = 1.2 * np.sin(2 * np.pi * np.arange(96) / 12)
    rng = np.random.default_rng(0)
    logs = rng.uniform(5, 6, (8, 1)) + wave + rng.normal(0, 0.03, (8, 96))
    values = np.asarray(np.round(np.exp(logs)), dtype=np.float64)
    # The last month is December; three months later the wave is at its top.
    history = series_of(values)
    found = explain(history, history.keys[0], 3, horizons=3, draws=100)
    assert found.figure > 1.5 * found.reference
    assert max(found.drivers, key=lambda name: found.drivers[name]) == "season"


def test_what_recalibration_did_is_a_driver() -> None:
    history = series_of(lively(3, 60))
    made = draw_all(history, (*MEMBERS, ENSEMBLE), 2, 100, seed=1)
    plain = made[ENSEMBLE]
    wider = {**made, ENSEMBLE: Draws(plain.keys, plain.origin, 1.25 * plain.values)}
    before, after = (
        explain(history, history.keys[1], 2, horizons=2, draws=100, seed=1, made=given) for given in (None, wider)
    )
    assert after.figure == pytest.approx(1.25 * before.figure)
    moved = after.drivers["adjustment"] - before.drivers["adjustment"]
    assert moved == pytest.approx(0.25 * before.figure)
    assert {**after.drivers, "adjustment": 0} == {**before.drivers, "adjustment": 0}


def kinds(months: int = 60) -> dict[str, Floats]:
    base = lively(4, months)
    zeros, spike, new, wild = base.copy(), base.copy(), base.copy(), base.copy()
    zeros[0] = 0
    spike[0, -1] = 1e8
    new[0, :-1] = NAN
    wild[0, -1] = 0
    return {
        "zeros": zeros,
        "spike": spike,
        "one observation": new,
        "last month zero": wild,
        "panel of one": base[:1],
        "one month alone": base[:1, -1:],
    }


@pytest.mark.parametrize("kind", kinds())
def test_bad_input_still_adds_up(kind: str) -> None:
    history = series_of(kinds()[kind])
    found = explain(history, history.keys[0], 2, horizons=2, draws=100)
    assert added_up(found) == pytest.approx(found.figure, rel=1e-9, abs=1e-6)
    assert np.isfinite(list(found.drivers.values())).all()
    whole = found.whole_persons()
    assert round(found.reference) + sum(whole.values()) == round(found.figure)


def test_an_explanation_reads_nothing_but_its_history() -> None:
    values = lively(4, 60)
    poisoned = values.copy()
    poisoned[:, -6:] = 1e9
    series, other = series_of(values), series_of(poisoned)
    origin = series.month(53)
    clean, found = (explain(s.until(origin), s.keys[0], 3, horizons=3, draws=100) for s in (series, other))
    assert found == clean


def test_what_does_not_add_up_is_refused() -> None:
    key = series_of([[1.0]]).keys[0]
    facts = {"key": key, "horizon": 1, "reference": 10.0, "figure": 15.0, "low": 1.0, "high": 20.0}
    good = {"drivers": {"season": 4.0, "adjustment": 1.0}, "members": (Share("a", 14.0, 4.0),)}
    assert Explanation(**facts, **good).whole_persons() == {"season": 4, "adjustment": 1}  # type: ignore[arg-type]
    for part in ({"drivers": {"season": 4.1, "adjustment": 1.0}}, {"members": (Share("a", 14.0, 3.9),)}):
        with pytest.raises(ValueError, match="do not add up"):
            Explanation(**facts, **{**good, **part})  # type: ignore[arg-type]


@settings(max_examples=examples(60))
@given(st.lists(st.floats(-500, 500), min_size=1, max_size=10), st.floats(0, 1000))
def test_whole_persons_always_add_up(parts: list[float], reference: float) -> None:
    key = series_of([[1.0]]).keys[0]
    drivers = {f"d{place}": part for place, part in enumerate(parts)}
    figure = fsum([reference, *parts])
    shares = (Share("a", figure, figure - reference),)
    found = Explanation(key, 1, reference, figure, figure, figure, drivers, shares).whole_persons()
    assert round(reference) + sum(found.values()) == round(figure)
    assert all(abs(found[name] - drivers[name]) <= 2 for name in drivers)


@pytest.mark.parametrize(("horizon", "key"), [(0, "forecast.horizon"), (13, "forecast.horizon"), (1, None)])
def test_a_horizon_or_series_that_is_not_there_is_refused(horizon: int, key: str | None) -> None:
    values = lively(3, 40)
    values[0, -1] = NAN
    history = series_of(values)
    with pytest.raises(ForecastError) as refused:
        explain(history, history.keys[0], horizon)
    assert refused.value.problems[0].key == (key or "forecast.no_series")


def test_every_driver_has_a_name() -> None:
    assert {key for key in catalogue("explain", "en") if key.startswith("driver.")} == {
        f"driver.{name}" for name in DRIVERS
    }


@pytest.mark.parametrize("model", ["count_filter", "own_smoothing", BOOSTED])
def test_a_last_value_above_the_level_is_told_as_a_step_down(model: str) -> None:
    values = np.full((4, 60), 100.0)
    values[0, -1] = 300
    values[1, -1] = 30
    history = series_of(values)
    steps = [member_parts(model, history, row, 3, 1)["recent_level"] for row in (0, 1)]
    assert steps[0] < 0 < steps[1]
