"""Joint order: margins stay to the last bit, and what went together goes together."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havre.draws import Draws, Floats, SeriesKey
from havre.forecast.dependence import draw_joint, draw_scores, join_parts, normal_scores, past_scores, reorder
from havre.months import add_months
from havre.panel.series import MonthlySeries
from tests.forecast.series_samples import FIRST, lively, series_of

MONTHS = 132


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def walks(shared: Floats, seed: int = 0, months: int = MONTHS) -> MonthlySeries:
    """Draw series that wander; ``shared`` is the share of each step's variance that all have in common."""
    own = rng(seed).normal(0, 0.2, (len(shared), months))
    common = rng(seed + 1).normal(0, 0.2, months)
    steps = np.sqrt(shared)[:, None] * common + np.sqrt(1 - shared)[:, None] * own
    return series_of(np.round(1000 * np.exp(np.cumsum(steps, axis=1) - np.cumsum(steps, axis=1).mean())))


def correlation(scores: Floats) -> Floats:
    return np.asarray(np.corrcoef(scores[:, 0]))


def test_reordered_by_hand() -> None:
    values = np.array([[[5.0, 1.0, 3.0]], [[10.0, 30.0, 20.0]]])
    scores = np.array([[[0.1, -2.0, 9.0]], [[3.0, 2.0, 1.0]]])
    assert reorder(values, scores).tolist() == [[[3, 1, 5]], [[30, 20, 10]]]


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(1, 4))
def test_margins_stay_to_the_last_bit(seed: int, series: int, horizons: int) -> None:
    history = series_of(lively(series, 60, seed % 100))
    values = rng(seed).gamma(0.5, 50.0, (series, horizons, 40))
    base = Draws(history.keys, history.last, values)
    joint = draw_joint(history, base, rng(seed))
    assert np.sort(joint.values, axis=2).tobytes() == np.sort(values, axis=2).tobytes()
    assert (joint.keys, joint.origin) == (base.keys, base.origin)


def test_what_went_together_goes_together() -> None:
    scores = draw_scores(past_scores(walks(np.array([0.9, 0.9, 0.0])), 3), 4000, rng())
    found = correlation(scores)
    assert found[0, 1] > 0.65
    assert abs(found[0, 2]) < 0.3
    assert abs(found[1, 2]) < 0.3


def test_scores_are_standard_normal() -> None:
    scores = draw_scores(past_scores(walks(np.array([0.5, 0.5])), 4), 20_000, rng())
    assert scores.mean(axis=2) == pytest.approx(np.zeros((2, 4)), abs=0.03)
    assert scores.std(axis=2) == pytest.approx(np.ones((2, 4)), abs=0.03)


def test_months_that_follow_each_other_go_together_more_than_distant_ones() -> None:
    scores = draw_scores(past_scores(walks(np.array([0.5])), 12), 4000, rng())
    over_months = np.corrcoef(scores[0])
    assert over_months[10, 11] > 0.8
    assert over_months[10, 11] > over_months[0, 11]


def test_a_series_that_never_errs_goes_its_own_way() -> None:
    values = np.stack([walks(np.array([0.5])).values[0], np.zeros(MONTHS)])
    past = past_scores(series_of(values), 2)
    assert (past[:, 1] == 0).all()
    assert abs(correlation(draw_scores(past, 4000, rng()))[0, 1]) < 0.05


@pytest.mark.parametrize("months", [0, 1, 3, 5])
def test_too_short_a_history_gives_independence(months: int) -> None:
    past = past_scores(series_of(np.ones((2, months))), 4)
    scores = draw_scores(past, 2000, rng())
    assert scores.shape == (2, 4, 2000)
    assert abs(correlation(scores)[0, 1]) < 0.07


def test_a_season_that_all_share_is_no_surprise_that_all_share() -> None:
    season = 2 * np.sin(2 * np.pi * np.arange(MONTHS) / 12)
    values = np.round(500 * np.exp(season + rng().normal(0, 0.3, (2, MONTHS))))
    assert abs(correlation(draw_scores(past_scores(series_of(values), 1), 4000, rng()))[0, 1]) < 0.3


def test_normal_scores_by_hand() -> None:
    found = normal_scores(np.array([[[3.0], [1.0], [np.nan], [2.0]]]))
    assert found.ravel().tolist() == pytest.approx([0.967421566, -0.967421566, 0.0, 0.0])
    assert normal_scores(np.full((1, 3, 1), 7.0)).tolist() == [[[0], [0], [0]]]


def test_later_months_are_not_read() -> None:
    history = walks(np.array([0.5, 0.5, 0.5]))
    origin = add_months(FIRST, 100)
    base = Draws(history.keys, origin, rng().gamma(2.0, 9.0, (3, 6, 50)))
    spoilt = history.values.copy()
    spoilt[:, 101:] = 1e9
    poisoned = MonthlySeries(history.keys, history.first, spoilt)
    assert draw_joint(history, base, rng()).values.tobytes() == draw_joint(poisoned, base, rng()).values.tobytes()


def test_series_may_start_late_and_stand_in_another_order() -> None:
    values = walks(np.array([0.5, 0.5])).values.copy()
    values[1, :100] = np.nan
    history = series_of(values)
    base = Draws(history.keys[::-1], history.last, rng().gamma(2.0, 9.0, (2, 3, 30)))
    assert np.isfinite(draw_joint(history, base, rng()).values).all()
    with pytest.raises(KeyError):
        draw_joint(history, Draws((SeriesKey("m", "AAA", "BBB"),), date(2020, 1, 1), np.ones((1, 1, 1))), rng())


def test_parts_go_together_more_where_their_sum_would_be_surer_than_its_own_forecast() -> None:
    draws, rows = 2000, np.arange(20)
    values = np.sort(rng().gamma(4.0, 10.0, (20, 2, draws)), axis=2)
    scores = rng(1).standard_normal((20, 2, draws))
    wide = rng(2).normal(800.0, 250.0, (2, draws))

    def width(order: Floats) -> float:
        low, high = np.quantile(reorder(values, order).sum(axis=0), (0.1, 0.9), axis=-1)
        return float((high - low).mean())

    joined = join_parts(scores, values, [(rows, wide)], rng(3))
    assert width(scores) < 300
    assert width(joined) == pytest.approx(2 * 1.2816 * 250, rel=0.15)
    assert joined.std(axis=2) == pytest.approx(np.ones((20, 2)), abs=0.1)


def test_parts_are_left_alone_where_their_sum_is_unsure_enough() -> None:
    values, scores = np.sort(rng().gamma(4.0, 10.0, (3, 2, 400)), axis=2), rng(1).standard_normal((3, 2, 400))
    sure = np.full((2, 400), 120.0)
    assert join_parts(scores, values, [(np.arange(3), sure)], rng()).tobytes() == scores.tobytes()
