"""Series have every month in their middle; what is missing is zero only where the source says so."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from havre.draws import SeriesKey
from havre.errors import ForecastError
from havre.months import add_months
from havre.panel.series import MonthlySeries, monthly_series, to_months, with_total
from tests.panel.observation_samples import monthly, table, without

FIRST = date(2020, 1, 1)
NAN = float("nan")
KEYS = tuple(SeriesKey("asylum_applications", origin, "DEU") for origin in ("ERI", "SYR"))


def daily(values: list[float | None], first: date, **facts: object) -> list[dict[str, object]]:
    days = pl.date_range(first, first.replace(year=first.year + 1), "1d", eager=True).to_list()
    return [
        {"frequency": "D", "period": day, "value": value, **facts} for day, value in zip(days, values, strict=False)
    ]


def values_of(series: MonthlySeries) -> list[list[float | None]]:
    return [[None if np.isnan(value) else float(value) for value in row] for row in series.values]


def test_a_shape_that_does_not_fit_is_refused() -> None:
    for shape in ((1, 3), (2,), (2, 3, 4)):
        with pytest.raises(ForecastError, match="does not fit 2 series"):
            MonthlySeries(KEYS, FIRST, np.zeros(shape))


def test_values_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        MonthlySeries(KEYS, FIRST, np.zeros((2, 3))).values[0, 0] = 1.0


def test_ragged_ends_are_kept_and_every_gap_is_named_with_its_months() -> None:
    ragged = MonthlySeries(KEYS, FIRST, np.array([[NAN, 1, 2, NAN], [0, 1, NAN, NAN]]))
    assert ragged.last_published() == (date(2020, 3, 1), date(2020, 2, 1))
    holes = np.array([[1, NAN, NAN, 2], [NAN, 1, NAN, 2]])
    with pytest.raises(ForecastError) as caught:
        MonthlySeries(KEYS, FIRST, holes)
    first, second = str(caught.value).splitlines()
    assert "ERI→DEU: no value for 2020-02, 2020-03 between 2020-01 and 2020-04" in first
    assert "SYR→DEU: no value for 2020-03 between 2020-02 and 2020-04" in second


def test_a_long_gap_is_cut_short() -> None:
    with pytest.raises(ForecastError, match=r"2020-02, 2020-03, 2020-04, 2020-05, 2020-06, 2020-07 … between"):
        MonthlySeries(KEYS[:1], FIRST, np.array([[1, *[NAN] * 7, 2]]))


def test_last_published_of_series_without_values() -> None:
    assert MonthlySeries(KEYS, FIRST, np.full((2, 3), NAN)).last_published() == (None, None)
    assert MonthlySeries(KEYS, FIRST, np.empty((2, 0))).last_published() == (None, None)


def test_until_cuts_everything_after_the_origin() -> None:
    series = MonthlySeries(KEYS, FIRST, np.arange(10.0).reshape(2, 5))
    cut = series.until(date(2020, 3, 1))
    assert values_of(cut) == [[0, 1, 2], [5, 6, 7]]
    assert (cut.first, cut.last) == (FIRST, date(2020, 3, 1))
    assert np.array_equal(series.until(date(2030, 1, 1)).values, series.values)
    assert series.until(date(2019, 12, 1)).values.shape == (2, 0)
    assert not np.shares_memory(cut.values, series.values)


def test_at_gives_any_months_and_nothing_outside() -> None:
    series = MonthlySeries(KEYS, FIRST, np.arange(10.0).reshape(2, 5))
    found = series.at([date(2019, 12, 1), date(2020, 5, 1), date(2020, 1, 1), date(2020, 6, 1)])
    assert np.isnan(found[:, [0, 3]]).all()
    assert found[:, 1:3].tolist() == [[4, 0], [9, 5]]


def test_select_keeps_the_order_given() -> None:
    series = MonthlySeries(KEYS, FIRST, np.arange(10.0).reshape(2, 5))
    assert series.select([1, 0]).keys == KEYS[::-1]
    assert series.select([1]).values.tolist() == [[5, 6, 7, 8, 9]]
    assert series.select([]).values.shape == (0, 5)


def test_daily_months_count_only_when_whole() -> None:
    rows = daily([1.0] * (31 + 29 + 30), FIRST)
    whole = to_months(table(*rows)).drop_nulls("value").sort("period")
    assert whole.select("period", "value").rows() == [(FIRST, 31.0), (date(2020, 2, 1), 29.0)]
    holed = to_months(table(*without(rows, date(2020, 1, 17)))).drop_nulls("value")
    assert holed["period"].to_list() == [date(2020, 2, 1)]
    empty = to_months(table(*daily([1.0, None, *[1.0] * 29], FIRST))).drop_nulls("value")
    assert empty.height == 0


def test_the_own_months_of_a_source_count_before_its_days() -> None:
    frame = table(*daily([1.0] * 60, FIRST), {"period": FIRST, "value": 30.0}, {"frequency": "A", "value": 400.0})
    months = to_months(frame).sort("period")
    assert months.select("period", "value").rows() == [(FIRST, 30.0), (date(2020, 2, 1), 29.0)]


def test_a_month_that_is_still_running_is_no_zero() -> None:
    rows = daily([1.0] * 31, FIRST, source="bamf") + daily([1.0] * 45, FIRST, source="bamf", origin="ERI")
    monthly_rows = monthly([5.0, 6.0], origin="IRQ", source="bamf", first=FIRST)
    series, _ = monthly_series(table(*rows, *monthly_rows))
    found = dict(zip((key.origin for key in series.keys), values_of(series), strict=True))
    assert found == {"ERI": [31, None], "IRQ": [5, 6], "SYR": [31, 0]}


def test_a_source_with_explicit_zeros_has_no_others() -> None:
    rows = monthly([1.0, 2.0, 3.0], first=FIRST) + monthly([4.0], origin="ERI", first=date(2020, 2, 1))
    series, broken = monthly_series(table(*rows))
    assert series.keys == KEYS
    assert values_of(series) == [[None, 4, None], [1, 2, 3]]
    assert broken == ()


def test_implicit_zeros_fill_reported_months_only() -> None:
    rows = monthly([1.0, 2.0, 3.0], source="bamf", first=FIRST)
    others = monthly([4.0], origin="ERI", source="bamf", first=date(2020, 2, 1))
    elsewhere = monthly([9.0] * 5, destination="AUT", source="bamf", first=FIRST)
    series, _ = monthly_series(table(*rows, *others, *elsewhere))
    found = {(key.origin, key.destination): row for key, row in zip(series.keys, values_of(series), strict=True)}
    assert found[("ERI", "DEU")] == [0, 4, 0, None, None]
    assert found[("SYR", "DEU")] == [1, 2, 3, None, None]
    assert found[("SYR", "AUT")] == [9] * 5


def test_implicit_zeros_never_stand_over_an_explicit_null() -> None:
    rows = monthly([1.0, 2.0, 3.0], source="bamf", first=FIRST)
    suppressed = monthly([4.0, 5.0, None], origin="ERI", source="bamf", first=FIRST)
    series, _ = monthly_series(table(*rows, *suppressed))
    assert values_of(series) == [[4, 5, None], [1, 2, 3]]
    inside = monthly([4.0, None, 5.0], origin="ERI", source="bamf", first=FIRST)
    with pytest.raises(ForecastError, match="ERI→DEU: no value for 2020-02"):
        monthly_series(table(*rows, *inside))


def test_a_month_in_which_nothing_was_reported_is_a_gap() -> None:
    rows = monthly([1.0, 2.0, 3.0, 4.0], source="bamf", first=FIRST)
    with pytest.raises(ForecastError, match="no value for 2020-03 between 2020-01 and 2020-04"):
        monthly_series(table(*without(rows, date(2020, 3, 1))))


def test_series_with_gaps_are_left_out_on_demand_and_told() -> None:
    rows = monthly([1.0, 2.0, 3.0, 4.0], first=FIRST)
    others = without(monthly([1.0, 2.0, 3.0, 4.0], origin="ERI", first=FIRST), date(2020, 2, 1))
    frame = table(*rows, *others)
    with pytest.raises(ForecastError, match="ERI→DEU"):
        monthly_series(frame)
    series, broken = monthly_series(frame, leave_out_gaps=True)
    assert [key.origin for key in series.keys] == ["SYR"]
    assert [(problem.key, dict(problem.fields)["months"]) for problem in broken] == [("forecast.gap", "2020-02")]
    with pytest.raises(ForecastError, match="ERI→DEU"):
        monthly_series(table(*others), leave_out_gaps=True)


def test_nothing_to_build_a_series_from_is_told() -> None:
    for frame in (table({"frequency": "A"}), table({"value": None}), table(*daily([1.0] * 20, FIRST))):
        with pytest.raises(ForecastError, match="no series to forecast for asylum_applications"):
            monthly_series(frame)


def test_the_array_begins_and_ends_with_the_first_and_last_value() -> None:
    series, _ = monthly_series(table(*monthly([None, 1.0, 2.0, None], first=FIRST)))
    assert (series.first, series.last) == (date(2020, 2, 1), date(2020, 3, 1))


def test_a_total_is_the_sum_where_every_series_has_a_value() -> None:
    series = MonthlySeries(KEYS, FIRST, np.array([[1, 2, 3, NAN], [NAN, 10, 20, 30]]))
    total = with_total(series, origin="TOT", destination="DEU")
    assert total.keys == (*KEYS, SeriesKey("asylum_applications", "TOT", "DEU"))
    assert values_of(total)[-1] == [None, 12, 23, None]
    assert total.last == add_months(FIRST, 3)
