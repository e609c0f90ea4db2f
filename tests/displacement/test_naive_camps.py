"""Naive forecasts are those that their names say, from what is known alone; errors are scaled as in the paper."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.displacement.naive_camps import NAIVE_METHODS, mean_of_known, naive_forecasts, naive_scale, naive_scores
from tests.displacement.small_outcomes import small_series

COUNTS = st.dictionaries(st.integers(0, 29), st.integers(0, 10_000), min_size=1, max_size=12).map(
    lambda counts: dict(sorted(counts.items()))
)
LAST, TWO, FIVE, DRIFT, SHARE = range(5)


def test_the_names_are_in_the_order_of_the_tests() -> None:
    assert NAIVE_METHODS == ("last_value", "line_through_two", "line_through_five", "drift", "constant_share")


def test_forecasts_by_hand() -> None:
    # Known: A 0, 20, 60 on days 0, 4, 8 and B 40 on day 0; the sum registered is 130 on day 12.
    series = small_series(13, A={0: 0, 4: 20, 8: 60, 12: 90}, B={0: 40, 12: 40})
    values = naive_forecasts(series, 10, 3).values
    assert values.shape == (5, 3, 2)
    assert values[LAST].tolist() == [[60, 40]] * 3
    # 10 a day from day 8 on.
    assert values[TWO, :, 0].tolist() == pytest.approx([80, 90, 100])
    # Least squares through (−4, 0), (0, 20), (4, 60) around day 4: mean 80 / 3, slope 240 / 32 = 7.5 a day.
    assert values[FIVE, :, 0].tolist() == pytest.approx([80 / 3 + 7.5 * 6, 80 / 3 + 7.5 * 7, 80 / 3 + 7.5 * 8])
    # 60 in 8 days.
    assert values[DRIFT, :, 0].tolist() == pytest.approx([75, 82.5, 90])
    # One entry alone makes level lines.
    assert values[[TWO, FIVE, DRIFT], :, 1].tolist() == [[40] * 3] * 3
    # 60 and 40 of 100; 75 + 40, 82 (truncated) + 40 and 90 + 40 people on days 10, 11 and 12.
    assert values[SHARE].tolist() == pytest.approx(np.outer([115, 122, 130], [0.6, 0.4]))


def test_only_the_last_five_entries_make_the_longer_trend() -> None:
    counts = {0: 9_999, 1: 10, 2: 20, 3: 30, 4: 40, 5: 50}
    assert naive_forecasts(small_series(8, A=counts), 6, 2).values[FIVE, :, 0].tolist() == pytest.approx([60, 70])


def test_nothing_falls_below_none() -> None:
    values = naive_forecasts(small_series(30, A={0: 100, 10: 10}), 11, 19).values
    assert values[TWO, 0, 0] == pytest.approx(1)
    assert values[TWO, 1:, 0].tolist() == [0] * 18


def test_a_camp_of_which_nothing_is_known_has_no_forecast() -> None:
    values = naive_forecasts(small_series(10, A={5: 100}, B={0: 10}), 3, 7).values
    assert np.isnan(values[:, :, 0]).all()
    assert not np.isnan(values[:, :, 1]).any()
    scores = naive_scores(small_series(10, A={5: 100}, B={0: 10, 9: 20}), 3, 7)
    assert scores.entries.tolist() == [1, 1]
    assert np.isnan(scores.absolute_error[:, 0]).all()
    assert scores.absolute_error[LAST, 1] == 10
    assert np.isnan(scores.mase).all(), "a single known entry has no step"


def test_there_is_no_share_of_nobody() -> None:
    values = naive_forecasts(small_series(5, A={0: 0, 4: 9}, B={0: 0}), 1, 4).values
    assert np.isnan(values[SHARE]).all()
    assert (values[:SHARE] == 0).all()


def test_scores_by_hand() -> None:
    series = small_series(20, A={0: 10, 2: 30, 5: 20, 12: 40, 19: 0}, B={0: 5, 3: 5, 15: 9})
    scores = naive_scores(series, 6, 14)
    # Steps of 20 and 10 in A; none in B.
    assert scores.scale[0] == 15
    assert np.isnan(scores.scale[1])
    assert scores.entries.tolist() == [2, 1]
    assert scores.absolute_error[LAST].tolist() == [20, 4]
    assert scores.mase[LAST, 0] == pytest.approx(20 / 15)
    # Falls by 10 / 3 a day: 0 on days 12 (20 − 23) and 19.
    assert scores.absolute_error[TWO, 0] == pytest.approx(20)
    # Rises by 2 a day: 34 and 48.
    assert scores.absolute_error[DRIFT, 0] == pytest.approx((6 + 48) / 2)
    assert np.isnan(scores.mase[:, 1]).all()


def test_entries_before_the_start_are_known() -> None:
    series = small_series(10, A={-10: 0, -5: 50, 9: 100})
    assert naive_forecasts(series, 0, 10).values[TWO, 0, 0] == pytest.approx(100)
    assert naive_scale(series, 0).tolist() == [50]


def test_days_must_lie_within_the_series() -> None:
    series = small_series(10, A={0: 1})
    for known_until, horizon in ((-1, 2), (5, -1), (5, 6)):
        with pytest.raises(ValueError, match="are not all among 10 days"):
            naive_forecasts(series, known_until, horizon)
    assert naive_forecasts(series, 10, 0).values.shape == (5, 0, 1)


def test_mean_of_known() -> None:
    values = np.array([[1.0, np.nan], [3.0, np.nan]])
    assert mean_of_known(values, 0)[0] == 2
    assert np.isnan(mean_of_known(values, 0)[1])
    assert mean_of_known(values, (0, 1)) == 2


@given(COUNTS, COUNTS, st.integers(1, 29), st.integers(0, 10_000))
def test_later_counts_change_no_forecast(known: dict[int, int], later: dict[int, int], cut: int, count: int) -> None:
    until = {0: count} | {day: value for day, value in known.items() if 0 < day < cut}
    before = naive_forecasts(small_series(30, A=until), cut, 30 - cut)
    after = until | {day: value for day, value in later.items() if day >= cut}
    values = naive_forecasts(small_series(30, A=after), cut, 30 - cut).values
    assert np.array_equal(values[:SHARE], before.values[:SHARE])
    assert (values[:SHARE] >= 0).all()


@given(st.integers(0, 1_000), st.integers(0, 50), st.integers(2, 8), st.integers(1, 3))
def test_lines_and_drift_continue_a_straight_line(level: int, slope: int, entries: int, gap: int) -> None:
    counts = {gap * number: level + slope * gap * number for number in range(30 // gap)}
    values = naive_forecasts(small_series(30, A=counts), gap * entries, 30 - gap * entries).values[:, :, 0]
    line = level + slope * np.arange(gap * entries, 30)
    for method in (TWO, FIVE, DRIFT):
        assert values[method] == pytest.approx(line, rel=1e-9, abs=1e-6)


@given(COUNTS, COUNTS, st.integers(1, 29))
def test_shares_add_up_to_the_sum_registered(a: dict[int, int], b: dict[int, int], cut: int) -> None:
    series = small_series(30, A=dict(sorted(({0: 1} | a).items())), B=dict(sorted(({0: 1} | b).items())))
    forecasts = naive_forecasts(series, cut, 30 - cut)
    if forecasts.values[LAST, 0].sum() > 0:
        assert forecasts.values[SHARE].sum(axis=1) == pytest.approx(series.counts[cut:].sum(axis=1))


@given(COUNTS, st.integers(1, 29), st.integers(1, 1_000))
def test_scaled_errors_do_not_depend_on_the_unit(counts: dict[int, int], cut: int, unit: int) -> None:
    one = naive_scores(small_series(30, A=counts), cut, 30 - cut).mase
    other = naive_scores(small_series(30, A={day: unit * count for day, count in counts.items()}), cut, 30 - cut).mase
    # Values between entries are truncated, on which shares of the sum depend.
    assert other[:SHARE] == pytest.approx(one[:SHARE], nan_ok=True, rel=1e-6, abs=1e-9)
