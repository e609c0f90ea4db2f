"""Scores of a simulation are those computed by hand, and keep the laws that their definitions promise."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from havre.displacement.outcome import Counts, Floats
from havre.displacement.validate import INTERVALS, LEVELS, Validation, relative_differences, validate
from havre.errors import DisplacementError
from havre.evaluate.scores import wis_quantile
from tests.displacement.small_outcomes import small_outcome, small_series

SHAPES = st.tuples(st.integers(1, 4), st.integers(1, 5), st.integers(1, 4))
COUNTS = SHAPES.flatmap(lambda shape: hnp.arrays(np.int64, shape, elements=st.integers(0, 10**6)))
PAIRS = COUNTS.flatmap(
    lambda counts: st.tuples(
        st.just(counts), hnp.arrays(np.float64, counts.shape[1:], elements=st.integers(0, 10**6).map(float))
    )
)


def two_replicas(first_day: int = 0) -> Validation:
    """Compare two replicas of five days with entries on days 0, 2 and 4 (A) and 0 and 3 (B)."""
    first = [[10, 0], [30, 10], [40, 20], [50, 30], [60, 40]]
    second = [[10, 0], [10, 10], [20, 20], [30, 30], [40, 40]]
    series = small_series(5, A={0: 10, 2: 30, 4: 70}, B={0: 0, 3: 30})
    return validate(small_outcome([first, second]), series, first_day)


def test_relative_differences_by_hand() -> None:
    normal, rescaled = relative_differences(
        np.array([[[30, 10], [0, 0]], [[5, 15], [8, 2]]]), np.array([[40.0, 40.0], [0, 0]])
    )
    # (10 + 30) / 80; nobody simulated and nobody registered.
    assert normal.tolist() == [[0.5, 0], [0.75, 10]]
    # 30 and 10 of 40 become 60 and 20 of 80; 5 and 15 of 20 become 20 and 60.
    assert rescaled.tolist() == [[0.5, 0], [0.5, 0]]
    nobody = relative_differences(np.zeros((1, 1, 2)), np.array([[3.0, 1.0]]))
    assert [each.tolist() for each in nobody] == [[[1]], [[1]]]


def test_all_scores_of_a_small_case() -> None:
    told = two_replicas()
    # Registered: A 10 20 30 50 70, B 0 10 20 30 30; sums 10 30 50 80 100.
    assert told.relative_difference.tolist() == pytest.approx(
        np.array([[0, 10 / 30, 10 / 50, 0, 20 / 100], [0, 10 / 30, 10 / 50, 20 / 80, 40 / 100]])
    )
    assert told.ard.tolist() == pytest.approx([(1 / 3 + 0.2 + 0.2) / 5, (1 / 3 + 0.2 + 0.25 + 0.4) / 5])
    # Day 4 of the second: 40 and 40 become 50 and 50 of 100.
    assert told.rescaled_difference[1, 4] == pytest.approx(0.4)
    assert told.absolute_error.tolist() == [[30 / 5, 10 / 5], [70 / 5, 10 / 5]]
    assert told.bias.tolist() == [[(10 + 10 + 0 - 10) / 5, 2], [(-10 - 10 - 20 - 30) / 5, 2]]
    assert told.observed.tolist() == [[False, False], [False, False], [True, False], [False, True], [True, False]]
    # Steps of A: 20 and 40; errors on days 2 and 4: 10 and 10, then 10 and 30. Step of B: 30; no error on day 3.
    assert told.mase.tolist() == pytest.approx(np.array([[10 / 30, 0], [20 / 30, 0]]))
    assert (told.first_day, told.end_day, told.replicas, told.hasten) == (0, 5, 2, 1)


def test_parts_of_the_camps_sum_to_the_ard() -> None:
    told = two_replicas()
    assert told.ard_by_camp.sum(axis=1) == pytest.approx(told.ard)
    assert told.ard_by_camp[0, 1] == pytest.approx(10 / 100 / 5)


def test_a_later_first_day_scores_the_rest_against_what_was_known() -> None:
    told = two_replicas(3)
    assert told.ard.tolist() == pytest.approx([0.2 / 2, (0.25 + 0.4) / 2])
    assert told.observed.tolist() == [[False, True], [True, False]]
    # Known of A: 10 and 30 on days 0 and 2, a step of 20; of B one entry, no step.
    assert told.mase[:, 0].tolist() == [10 / 20, 30 / 20]
    assert np.isnan(told.mase[:, 1]).all()
    # Last value 30 for 70; 10 a day make 50; B had 0 for 30.
    assert told.naive.absolute_error[:2].tolist() == [[40, 30], [20, 30]]
    assert told.naive.mase[0, 0] == 2


def test_an_end_before_the_end_leaves_the_rest_out() -> None:
    outcome = small_outcome([[[10, 0], [0, 0], [99, 99]]])
    series = small_series(9, A={0: 10, 1: 20, 2: 20}, B={0: 0})
    assert validate(outcome, series, 1, 2).ard.tolist() == [1]
    assert validate(outcome, series, 0, 1).ard.tolist() == [0]


def test_camps_go_by_name() -> None:
    outcome = small_outcome([[1, 2], [3, 4]], ("B", "A"))
    told = validate(outcome, small_series(2, A={0: 2, 1: 4}, B={0: 1, 1: 3}))
    assert told.ard.tolist() == [0]
    assert told.camps == ("B", "A")


def test_coverage_and_wis_by_hand() -> None:
    # Replicas 0, 1, …, 100: quantiles are the levels in percent.
    draws = np.repeat(np.arange(101)[:, None, None], 4, axis=1)
    series = small_series(4, A={0: 50, 1: 30, 2: 8, 3: 1})
    told = validate(small_outcome(draws, ("A",)), series)
    assert told.covered[:, 1:, 0].tolist() == [[1, 0, 0], [1, 0, 0], [1, 1, 0]]
    assert told.coverage().tolist() == pytest.approx([1 / 3, 1 / 3, 2 / 3])
    assert told.coverage(filled_in=True).tolist() == pytest.approx([2 / 4, 2 / 4, 3 / 4])
    assert told.coverage("camp")[:, 0].tolist() == told.coverage().tolist()
    assert told.coverage("day")[2, 1:].tolist() == [1, 1, 0]
    assert np.isnan(told.coverage("day")[:, 0]).all()
    assert told.wis[2, 0] == pytest.approx(float(wis_quantile(100 * np.array(LEVELS), np.array(8.0), LEVELS)))


def test_each_camp_is_judged_by_its_own_counts() -> None:
    near, far = np.arange(101)[:, None, None], 1_000 + np.arange(101)[:, None, None]
    draws = np.concatenate([near, far], axis=2).repeat(2, axis=1)
    told = validate(small_outcome(draws, ("A", "B")), small_series(2, A={0: 50, 1: 50}, B={0: 1_050, 1: 5_000}))
    assert told.coverage("camp").tolist() == [[1, 0], [1, 0], [1, 0]]
    swapped = validate(small_outcome(draws, ("A", "B")), small_series(2, A={0: 1_050, 1: 1_050}, B={0: 1, 1: 1_050}))
    assert swapped.coverage("camp").tolist() == [[0, 1], [0, 1], [0, 1]]


def test_coverage_is_by_all_camp_or_day() -> None:
    with pytest.raises(KeyError):
        two_replicas().coverage("month")


def test_a_single_replica_has_neither_intervals_nor_deviations() -> None:
    told = validate(small_outcome([[1], [2]], ("A",)), small_series(2, A={0: 1, 1: 1}))
    assert np.isnan(told.covered).all()
    summary = told.summary()
    assert (summary["ard"], summary["ard_sd"], summary["wis"]) == (0.5, None, None)
    assert summary["coverage"] == {"coverage_50": None, "coverage_80": None, "coverage_95": None}


def test_the_summary_can_be_written_as_json_and_tells_what_the_arrays_hold() -> None:
    told = two_replicas(1)
    again = json.loads(json.dumps(told.summary(), allow_nan=False))
    assert again == told.summary()
    assert again["ard"] == pytest.approx(told.ard.mean())
    assert again["ard_sd"] == pytest.approx(abs(told.ard[0] - told.ard[1]) / np.sqrt(2))
    assert again["bias"] == pytest.approx(told.bias.sum(axis=1).mean())
    assert again["entries"] == 3
    assert [row["camp"] for row in again["camps"]] == ["A", "B"]
    # No step is known of either camp, so no error can be scaled.
    assert (again["mase"], again["mase_camps"]) == (None, 0)


def test_mase_of_the_summary_is_over_camps_that_all_can_be_scored_on() -> None:
    series = small_series(6, A={0: 10, 1: 20, 5: 40}, B={0: 5, 5: 10}, C={0: 0, 1: 4, 4: 4})
    counts = np.tile([30, 0, 10], (2, 6, 1))
    summary = validate(small_outcome(counts, ("A", "B", "C")), series, 2).summary()
    assert summary["mase_camps"] == 2
    assert summary["mase"] == pytest.approx((10 / 10 + 6 / 4) / 2)
    naive = summary["naive_mase"]
    assert isinstance(naive, dict)
    assert naive["last_value"] == pytest.approx((20 / 10 + 0) / 2)


def test_rows_of_the_table() -> None:
    row = two_replicas().as_table()[0]
    assert (row["camp"], row["entries"]) == ("A", 2)
    assert row["absolute_error"] == pytest.approx(10)
    assert row["absolute_error_sd"] == pytest.approx(8 / np.sqrt(2))
    # The known entry of day 0 is 10: errors of 20 and 60 over steps of 30.
    assert row["mase_last_value"] == pytest.approx(40 / 30)
    assert {"coverage_50", "coverage_80", "coverage_95", "wis", "bias", "ard_sd"} < set(row)


def test_what_cannot_be_compared_is_refused() -> None:
    outcome = small_outcome([[1, 2], [3, 4]])
    with pytest.raises(DisplacementError, match="cover 1 days; expected the 2 days"):
        validate(outcome, small_series(1, A={0: 1}, B={0: 1}))
    with pytest.raises(DisplacementError, match="the camp B"):
        validate(outcome, small_series(2, A={0: 1}))
    for days in ((2, None), (1, 1), (-1, 2), (0, 3)):
        with pytest.raises(DisplacementError, match="no day to compare"):
            validate(outcome, small_series(2, A={0: 1}, B={0: 1}), *days)


@given(PAIRS)
def test_the_rescaled_difference_lies_between_none_and_two(pair: tuple[Counts, Floats]) -> None:
    normal, rescaled = relative_differences(*pair)
    assert (normal >= 0).all()
    assert (rescaled >= 0).all()
    assert (rescaled <= 2 + 1e-12).all()


@given(PAIRS, st.integers(1, 50))
def test_rescaling_makes_the_number_of_people_irrelevant(pair: tuple[Counts, Floats], times: int) -> None:
    counts, truth = pair
    assert relative_differences(counts * times, truth)[1] == pytest.approx(relative_differences(counts, truth)[1])


@given(PAIRS, st.integers(1, 50))
def test_the_unit_does_not_matter_where_someone_is_registered(pair: tuple[Counts, Floats], times: int) -> None:
    counts, truth = pair
    one, other = relative_differences(counts, truth + 1), relative_differences(counts * times, (truth + 1) * times)
    assert other[0] == pytest.approx(one[0])
    assert other[1] == pytest.approx(one[1])


@given(PAIRS)
def test_the_order_of_camps_does_not_matter(pair: tuple[Counts, Floats]) -> None:
    counts, truth = pair
    order = np.arange(truth.shape[1])[::-1]
    one, other = relative_differences(counts, truth), relative_differences(counts[:, :, order], truth[:, order])
    assert other[0] == pytest.approx(one[0])
    assert other[1] == pytest.approx(one[1])


@given(PAIRS)
def test_the_truth_has_no_difference(pair: tuple[Counts, Floats]) -> None:
    truth = pair[1]
    assert [each.max() for each in relative_differences(truth[None], truth)] == pytest.approx([0, 0], abs=1e-12)


@given(COUNTS, st.data())
def test_wider_intervals_cover_no_less_and_parts_sum_to_the_whole(counts: Counts, data: st.DataObject) -> None:
    names = "ABCD"[: counts.shape[2]]
    days = counts.shape[1]
    drawn = {name: {day: data.draw(st.integers(0, 10**6)) for day in range(days)} for name in names}
    told = validate(small_outcome(counts, tuple(names)), small_series(days, **drawn))
    assert told.ard_by_camp.sum(axis=1) == pytest.approx(told.ard)
    assert told.observed.sum() == (days - 1) * len(names)
    if counts.shape[0] > 1:
        assert (np.diff(told.covered, axis=0) >= 0).all()
        assert list(INTERVALS) == sorted(INTERVALS)
        assert (told.wis >= 0).all()
