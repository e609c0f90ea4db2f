"""What a surge is, by hand."""

from datetime import date

import numpy as np

from havre.draws import QUANTILE_LEVELS, SeriesKey
from havre.evaluate.surges import surge_came, surge_chance, surge_threshold
from havre.panel.series import MonthlySeries

NAN = float("nan")
VALUES = np.array(
    [
        [900.0, 10.0, 20.0, 30.0, 900.0],
        [0.0, 100.0, 200.0, 300.0, 0.0],
        [NAN, NAN, NAN, 400.0, 1.0],
        [NAN, NAN, NAN, NAN, 5.0],
    ]
)
SERIES = MonthlySeries(
    tuple(SeriesKey("sea_arrivals", code, "ITA") for code in ("A", "B", "C", "D")), date(2020, 1, 1), VALUES
)


def test_the_threshold_comes_from_the_last_three_known_months_and_is_at_least_a_hundred() -> None:
    found = surge_threshold(SERIES, date(2020, 4, 1))
    assert found[:3].tolist() == [100, 300, 600]
    assert np.isnan(found[3])
    assert surge_threshold(SERIES, date(2020, 1, 1))[0] == 1350
    assert np.isnan(surge_threshold(SERIES, date(2019, 1, 1))).all()


def test_a_surge_reaches_the_threshold() -> None:
    truth = np.array([[100.0, 99.0], [300.0, NAN], [1.0, 600.0], [1e6, 1e6]])
    found = surge_came(truth, surge_threshold(SERIES, date(2020, 4, 1)))
    expected = np.array([[1, 0], [1, NAN], [0, 1], [NAN, NAN]])
    assert np.array_equal(found, expected, equal_nan=True)


def test_the_chance_of_a_surge_is_that_of_reaching_the_threshold() -> None:
    values = np.tile(np.array(QUANTILE_LEVELS) * 400, (4, 2, 1))
    found = surge_chance(values, surge_threshold(SERIES, date(2020, 4, 1)))
    assert found[:2].round(9).tolist() == [[0.75, 0.75], [0.25, 0.25]]
    assert (found[2] < 0.01).all()
    assert np.isnan(found[3]).all()
