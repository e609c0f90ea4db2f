"""The drivers by hand, and that none of them reads a later month."""

import numpy as np
import pytest

from havre.draws import SeriesKey
from havre.forecast.peers.drivers import Drivers, lagged, sum_of_others
from havre.panel.series import MonthlySeries
from tests.forecast.series_samples import FIRST, lively

NAN = float("nan")


def panel(values: np.ndarray) -> MonthlySeries:
    keys = tuple(SeriesKey("m", origin, destination) for origin in "AB" for destination in "XY")
    return MonthlySeries(keys, FIRST, values)


def test_lags_by_hand() -> None:
    values = np.array([[1.0, 2.0, 3.0]])
    assert np.array_equal(lagged(values, 0), values)
    assert np.array_equal(lagged(values, 2), [[NAN, NAN, 1.0]], equal_nan=True)
    assert np.isnan(lagged(values, 5)).all()


def test_the_sum_of_others_by_hand() -> None:
    values = np.array([[1.0, NAN], [10.0, 20.0], [100.0, 200.0]])
    assert sum_of_others(values, ["a", "b", "a"]).tolist() == [[100, 200], [0, 0], [1, 0]]


def test_what_came_is_the_change_from_the_mean_of_three_months() -> None:
    drivers = Drivers.of(panel(np.tile([3.0, 6.0, 9.0, 30.0], (4, 1))), 12)
    assert drivers.came(1)[0, 2] == pytest.approx(np.log(31) - np.log(7))
    assert np.isnan(drivers.came(1)[:, -1]).all()
    assert np.isnan(drivers.came(9)).all()


def test_the_last_months_are_those_of_the_whole() -> None:
    history = panel(lively(4, 60))
    whole, last = Drivers.of(history, 100), Drivers.of(history, 24)
    assert np.array_equal(last.table, whole.table[:, -24:])
    assert np.array_equal(last.season(3), whole.season(3)[-24:])
    assert last.known[0, 0] == 37


@pytest.mark.parametrize("poison", [0.0, 1e9])
def test_no_driver_reads_a_later_month(poison: float) -> None:
    values = lively(4, 60)
    values[1, :30] = NAN
    whole = Drivers.of(panel(values), 60).table
    for month in (0, 11, 30, 45):
        changed = values.copy()
        changed[:, month + 1 :] = poison
        if month < 29:
            changed[1, month + 1 : 30] = NAN
        assert np.array_equal(Drivers.of(panel(changed), 60).table[:, : month + 1], whole[:, : month + 1])
