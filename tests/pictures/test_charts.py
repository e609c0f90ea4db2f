"""Charts refuse tables that do not fit."""

import pytest

from havre.pictures import DriversChart, FanChart, LeagueChart, Picture
from havre.pictures.charts import curve
from tests.pictures.sample_charts import FIRST, forecast, history, parts


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ValueError, match="quantile"):
        FanChart("t", "u", history(1), history(1))
    with pytest.raises(ValueError, match="baseline"):
        LeagueChart("t", history(1))


def test_contributions_must_add_up() -> None:
    with pytest.raises(ValueError, match="do not add up"):
        DriversChart("t", "u", ("a", 1), ("b", 3), parts(("c", 1)))


def test_a_picture_needs_a_chart() -> None:
    with pytest.raises(ValueError, match="chart"):
        Picture("h", (), (), "en")


def test_a_curve_is_one_quantile_by_month() -> None:
    found = curve(forecast(2).reverse(), 0.5)
    assert [value for _, value in found] == [1500.0, 1500.0]
    assert found[0][0] < found[1][0]
    assert found[0][0].year == FIRST.year + 3
