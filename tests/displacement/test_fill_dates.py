"""Fill dates are first days at capacity, and their chances and intervals those of the replicas."""

from datetime import date
from math import inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from havre.displacement.fill_dates import FillDates, fill_dates
from havre.displacement.outcome import Counts
from havre.errors import DisplacementError
from tests.displacement.small_instances import START
from tests.displacement.small_outcomes import small_outcome

COUNTS = st.tuples(st.integers(1, 12), st.integers(1, 8), st.integers(1, 3)).flatmap(
    lambda shape: hnp.arrays(np.int64, shape, elements=st.integers(0, 20))
)


def filling(*days: float) -> FillDates:
    """Make the fill dates of one camp, one replica each, in a period of 50 days."""
    return FillDates(START, ("A",), 50, 1.0, np.array(days)[:, None])


def test_the_first_full_day_counts_also_if_the_camp_empties_again() -> None:
    counts = [[[0, 5], [10, 5], [9, 5]], [[0, 9], [9, 5], [11, 5]], [[0, 0], [0, 0], [0, 0]]]
    found = fill_dates(small_outcome(counts), (10, 9))
    assert found.first_days.tolist() == [[1, inf], [2, 0], [inf, inf]]
    assert found.full_by.tolist() == pytest.approx(np.array([[0, 1 / 3], [1 / 3, 1 / 3], [2 / 3, 1 / 3]]))
    assert found.never.tolist() == pytest.approx([1 / 3, 2 / 3])


def test_a_share_of_the_capacity_may_do() -> None:
    outcome = small_outcome([[6], [7], [8]], ("A",))
    assert fill_dates(outcome, (100,), 0.07).first_days[0, 0] == 1
    assert fill_dates(outcome, (100,), 0.0701).first_days[0, 0] == 2
    # 0.07 · 100 is 7.000000000000001 in floating point, and 0.58 · 50 is 28.999999999999996.
    assert fill_dates(small_outcome([[28], [29]], ("A",)), (50,), 0.58).first_days[0, 0] == 1


def test_capacities_may_change_by_day() -> None:
    outcome = small_outcome([[5, 5], [5, 5], [5, 5]])
    assert fill_dates(outcome, [[6, 9], [5, 9], [9, 9]]).first_days.tolist() == [[1, inf]]


def test_no_limit_is_never_reached() -> None:
    assert np.isinf(fill_dates(small_outcome([[5, 5]]), (-1, 0)).first_days).all()
    assert fill_dates(small_outcome([[5, 5]]), (1, inf)).first_days.tolist() == [[0, inf]]


def test_the_interval_leaves_as_much_out_on_either_side() -> None:
    found = filling(*range(21))
    assert found.between(0.9).tolist() == [[1, 19]]
    assert found.between(0.5).tolist() == [[5, 15]]
    assert filling(3).between().tolist() == [[3, 3]]
    assert filling(3, 8, inf).between().tolist() == [[3, inf]]
    assert filling(*[3] * 20, inf).between().tolist() == [[3, 3]]
    for sure in (0.0, 1.0):
        with pytest.raises(ValueError, match="between 0 and 1"):
            found.between(sure)


def test_the_table_tells_dates_and_chances() -> None:
    rows = filling(30, 31, 40, inf).as_table()
    assert rows == [
        {"camp": "A", "from": "2020-01-31", "median": "2020-02-01", "to": None, "full": 0.75, "never": 0.25}
    ]
    assert filling(inf, inf, 2).as_table()[0]["median"] is None
    assert filling(1).date_of(59) == date(2020, 2, 29)


def test_capacities_of_another_shape_or_unknown_are_refused() -> None:
    outcome = small_outcome([[5, 5], [5, 5], [5, 5]])
    for shape in ((1,), (2, 2), ()):
        with pytest.raises(DisplacementError, match="by camp, or by day and camp"):
            fill_dates(outcome, np.ones(shape))
    with pytest.raises(DisplacementError, match="capacity of B is not a number"):
        fill_dates(outcome, np.array([[1.0, 1.0], [1.0, nan], [1.0, 1.0]]))
    for share in (0.0, -1.0, nan):
        with pytest.raises(ValueError, match="share must be above 0"):
            fill_dates(outcome, (1, 1), share)


@given(COUNTS, st.integers(1, 25), st.floats(0.05, 0.95))
def test_laws_of_fill_dates(counts: Counts, capacity: int, sure: float) -> None:
    camps = "ABC"[: counts.shape[2]]
    found = fill_dates(small_outcome(counts, camps), np.full(len(camps), capacity))
    chances = found.full_by
    assert (np.diff(chances, axis=0) >= 0).all()
    assert chances[-1] + found.never == pytest.approx(np.ones(len(camps)))
    ever = np.maximum.accumulate(counts, axis=1) >= capacity
    assert chances == pytest.approx(ever.mean(axis=0))
    ends = found.between(sure)
    within = (found.first_days >= ends[:, 0]) & (found.first_days <= ends[:, 1])
    assert (within.mean(axis=0) >= sure - 1e-12).all()
    wider = found.between(min(sure + 0.04, 0.99))
    assert (wider[:, 0] <= ends[:, 0]).all()
    assert (wider[:, 1] >= ends[:, 1]).all()


@given(COUNTS, st.integers(1, 25), st.floats(0.1, 1), st.floats(0.1, 1))
def test_a_lower_share_is_reached_no_later(counts: Counts, capacity: int, one: float, other: float) -> None:
    outcome = small_outcome(counts, "ABC"[: counts.shape[2]])
    limits = np.full(counts.shape[2], capacity)
    lower, higher = (fill_dates(outcome, limits, share).first_days for share in sorted((one, other)))
    assert (lower <= higher).all()
