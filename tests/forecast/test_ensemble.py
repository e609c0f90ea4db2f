"""The ensemble is the median of the quantiles of its members, by hand."""

from datetime import date

import numpy as np
import pytest

from havre.draws import Draws, Floats, SeriesKey
from havre.forecast.ensemble import INWARD, LARGE, UPWARD, calibrate, join_members, median_ensemble

KEYS = (SeriesKey("asylum_applications", "SYR", "DEU"),)
ORIGIN = date(2020, 1, 1)


def draws(values: Floats) -> Draws:
    return Draws(KEYS, ORIGIN, values)


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_the_median_of_each_rank_by_hand() -> None:
    members = [draws(np.array([[row]])) for row in ([3.0, 1.0, 2.0], [10.0, 30.0, 20.0], [5.0, 6.0, 100.0])]
    found = median_ensemble(members, rng())
    assert np.sort(found.values[0, 0]).tolist() == [5, 6, 30]
    assert (found.keys, found.origin) == (KEYS, ORIGIN)


def test_equal_members_are_their_own_ensemble() -> None:
    member = draws(rng().gamma(2.0, 10.0, (1, 4, 50)))
    found = median_ensemble([member] * 3, rng())
    assert np.array_equal(np.sort(found.values, axis=2), np.sort(member.values, axis=2))


def test_one_wild_member_of_three_changes_little() -> None:
    sane = draws(np.linspace(90, 110, 21).reshape(1, 1, 21))
    wild = draws(np.full((1, 1, 21), 1e9))
    assert median_ensemble([sane, wild, sane], rng()).values.max() == 110


@pytest.mark.parametrize(
    "other",
    [
        Draws(KEYS, date(2020, 2, 1), np.ones((1, 2, 3))),
        Draws(KEYS, ORIGIN, np.ones((1, 3, 3))),
        Draws(KEYS, ORIGIN, np.ones((1, 2, 4))),
        Draws((SeriesKey("asylum_applications", "ERI", "DEU"),), ORIGIN, np.ones((1, 2, 3))),
    ],
)
def test_members_that_do_not_fit_are_refused(other: Draws) -> None:
    with pytest.raises(ValueError, match="same series, horizons"):
        median_ensemble([draws(np.ones((1, 2, 3))), other], rng())


def test_half_of_the_first_and_half_of_the_median_of_the_rest() -> None:
    rows = ([1.0, 3.0, 2.0], [10.0, 30.0, 20.0], [5.0, 6.0, 100.0], [8.0, 7.0, 9.0])
    found = join_members([draws(np.array([[row]])) for row in rows], rng())
    # Sorted: 1 2 3 of the first; medians 7 8 30 of the rest; whole persons, since the first is whole.
    assert np.sort(found.values[0, 0]).tolist() == [4, 5, 17]
    broken = draws(np.array([[[1.5, 3.0, 2.0]]]))
    found = join_members([broken, *(draws(np.array([[row]])) for row in rows[1:])], rng())
    assert np.sort(found.values[0, 0]).tolist() == pytest.approx([4.25, 5, 16.5])


def test_a_joined_ensemble_needs_members_that_fit() -> None:
    with pytest.raises(ValueError, match="same series, horizons"):
        join_members([draws(np.ones((1, 2, 3))), draws(np.ones((1, 2, 4)))], rng())


def test_the_upper_half_reaches_further_the_further_ahead() -> None:
    values = np.expm1(np.tile(np.array([1.0, 2.0, 3.0]), (1, 14, 1)))
    found = np.log1p(calibrate(values))[0]
    assert found[:, :2] == pytest.approx(np.tile([1.0, 2.0], (14, 1)))
    assert found[:, 2] == pytest.approx(2 + 1 + UPWARD * np.minimum(np.arange(14) / 11, 1))
    assert (calibrate(np.zeros((2, 12, 5))) == 0).all()


def test_large_series_are_drawn_in_around_their_median() -> None:
    middle = np.log1p(2 * LARGE)
    values = np.expm1(np.array([[[middle - 1, middle, middle + 1]]]))
    below, above = INWARD
    assert np.log1p(calibrate(values))[0, 0] == pytest.approx([middle - below, middle, middle + above])
    assert calibrate(values)[0, 0, 1] == values[0, 0, 1], "the median is the same to the bit"
