"""Nowcasts use past revisions and nothing that became known later."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from havre.draws import Draws
from havre.errors import ForecastError
from havre.forecast.nowcast import Nowcast, month_from_days, nowcast
from havre.months import add_months
from havre.panel.observations import SCHEMA
from havre.panel.series import MonthlySeries, monthly_series
from havre.panel.vintage import as_of
from tests.panel.observation_samples import table

FIRST, MONTHS = date(2018, 1, 1), 36
DAY = date(2020, 12, 31)
FIRST_SHARE = 0.8


def revised(series: int = 2, seed: int = 1) -> pl.DataFrame:
    """Make a panel in which each month is first published a month later at about 80 % of what it is two months on."""
    rng, rows = np.random.default_rng(seed), []
    for row in range(series):
        for step in range(MONTHS):
            month = add_months(FIRST, step)
            final = float(rng.poisson(1000))
            share = FIRST_SHARE + rng.normal(0, 0.02)
            origin = ("SYR", "AFG", "IRQ")[row]
            for age, value in ((1, round(final * share)), (2, final), (3, final)):
                known = add_months(month, age) + timedelta(days=14)
                rows.append({"origin": origin, "period": month, "value": value, "as_of": known})
    return table(*rows)


def flat_forecast(history: MonthlySeries, horizons: int) -> Draws:
    last = history.values[:, -1]
    keys = tuple(key for key, value in zip(history.keys, last, strict=True) if not np.isnan(value))
    values = np.repeat(np.repeat(last[~np.isnan(last)][:, None, None], horizons, axis=1), 50, axis=2)
    return Draws(keys, history.last, values)


def run(rows: pl.DataFrame, day: date = DAY, months_back: int = 3) -> Nowcast:
    series, _ = monthly_series(as_of(rows, day))
    rng = np.random.default_rng(3)
    return nowcast(rows, series, day, flat_forecast, draws=50, rng=rng, months_back=months_back)


def test_first_values_are_raised_by_what_is_missing_and_old_ones_are_not() -> None:
    made = run(revised())
    place = made.draws.target_months.index(date(2020, 11, 1))
    ratio = made.draws.values[:, place] / made.published[:, place, None]
    assert np.allclose(np.median(ratio, axis=1), 1 / FIRST_SHARE, rtol=0.03)
    assert (np.ptp(ratio, axis=1) > 0.02).all(), "the size of the revision is uncertain"
    assert [row[place] for row in made.basis] == ["own_revisions"] * 2
    settled = made.draws.target_months.index(date(2020, 10, 1))
    assert np.allclose(made.draws.values[:, settled], made.published[:, settled, None])
    assert [row[-1] for row in made.basis] == ["forecast"] * 2
    assert np.isnan(made.published[:, -1]).all()


def test_truth_lies_in_the_interval_about_as_often_as_it_should() -> None:
    rows, held = revised(3, seed=9), []
    finals = as_of(rows, date(2030, 1, 1))
    for step in range(18, 34):
        month = add_months(FIRST, step)
        day = add_months(month, 2) - timedelta(days=1)
        made = run(rows, day, months_back=1)
        low, high = np.quantile(made.draws.values[:, 0], (0.1, 0.9), axis=1)
        for place, key in enumerate(made.draws.keys):
            truth = finals.filter(origin=key.origin, period=month)["value"][0]
            held.append(low[place] <= truth <= high[place])
    assert 0.65 <= np.mean(held) <= 0.95


def test_what_became_known_later_changes_nothing() -> None:
    rows = revised()
    day = date(2020, 6, 20)
    poisoned = rows.with_columns(value=pl.when(pl.col("as_of") > day).then(9e6).otherwise("value"))
    one, two = run(rows, day), run(poisoned, day)
    assert one.draws.values.tobytes() == two.draws.values.tobytes()
    assert one.basis == two.basis


def test_a_series_with_few_revisions_takes_those_of_its_size() -> None:
    rows = revised().filter((pl.col("origin") == "SYR") | (pl.col("period") >= date(2020, 5, 1)))
    made = run(rows)
    place = made.draws.target_months.index(date(2020, 11, 1))
    basis = {key.origin: row[place] for key, row in zip(made.draws.keys, made.basis, strict=True)}
    assert basis == {"SYR": "own_revisions", "AFG": "pooled_revisions"}


@pytest.mark.parametrize("ages", [1, 3])
def test_without_revisions_that_is_told_and_no_interval_invented(ages: int) -> None:
    rows = revised().filter(pl.col("as_of") <= pl.col("period").dt.offset_by("2mo"))
    if ages == 1:
        rows = rows.unique(["origin", "period"], keep="first").sort("origin", "period")
    made = run(rows)
    for row, published in zip(made.basis, made.published, strict=True):
        for basis, value in zip(row, published, strict=True):
            assert basis == ("forecast" if np.isnan(value) else "no_revision_known")
    known = ~np.isnan(made.published)
    assert np.allclose(made.draws.values[known], made.published[known][:, None])


def test_zeros_one_value_and_a_series_that_ended() -> None:
    zero = [{"origin": "SYR", "period": add_months(FIRST, s), "value": 0.0, "as_of": add_months(FIRST, s + 1)}
            for s in range(MONTHS - 1)]  # fmt: skip
    ended = [{"origin": "AFG", "period": FIRST, "value": 8.0, "as_of": add_months(FIRST, 1)}]
    new = [{"origin": "IRQ", "period": add_months(FIRST, MONTHS - 2), "value": 5.0, "as_of": DAY}]
    made = run(table(*zero, *ended, *new))
    assert {key.origin for key in made.draws.keys} <= {"SYR", "IRQ", "AFG"}
    assert not made.draws.values[[k.origin for k in made.draws.keys].index("SYR")].any()
    series, _ = monthly_series(table(*zero))
    with pytest.raises(ForecastError, match="2017-01-01"):
        nowcast(table(*zero), series, date(2017, 1, 1), flat_forecast, draws=5, rng=np.random.default_rng(3))


def days(count: int = 365 * 4, *, busy: float = 1.0) -> pl.DataFrame:
    rng, first = np.random.default_rng(4), date(2020, 1, 1)
    rows = [
        {"measure": "sea_arrivals", "origin": "TOT", "destination": "GBR", "period": first + timedelta(days=d),
         "frequency": "D", "value": float(rng.poisson(100 * (busy if d > count - 60 else 1.0))), "rounding": None,
         "status": "final", "source": "uk_home_office", "as_of": first + timedelta(days=d + 1)}
        for d in range(count)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=SCHEMA)


def test_a_running_month_is_completed_from_the_days_so_far() -> None:
    rows, day = days(busy=3.0), date(2023, 12, 11)
    month, so_far, total = month_from_days(rows, day, draws=200, rng=np.random.default_rng(1))
    assert month == date(2023, 12, 1)
    assert so_far == rows.filter(pl.col("period").is_between(month, date(2023, 12, 10)))["value"].sum()
    # The four weeks before had three times as many as ever before; the rest of the month is scaled by that.
    assert np.median(total) == pytest.approx(so_far + 21 * 300, rel=0.2)
    assert (total >= so_far).all()
    assert np.ptp(total) > 0
    poisoned = rows.with_columns(value=pl.when(pl.col("as_of") > day).then(9e6).otherwise("value"))
    again = month_from_days(poisoned, day, draws=200, rng=np.random.default_rng(1))
    assert total.tobytes() == again[2].tobytes()


def test_a_whole_month_is_itself() -> None:
    rows = days()
    month, so_far, total = month_from_days(rows, date(2023, 7, 1), draws=20, rng=np.random.default_rng(1))
    assert month == date(2023, 6, 1)
    assert (total == so_far).all()


def test_days_of_zeros_and_too_few_days() -> None:
    rows = days().with_columns(value=pl.lit(0.0))
    *_, total = month_from_days(rows, date(2023, 6, 11), draws=20, rng=np.random.default_rng(1))
    assert not total.any()
    with pytest.raises(ForecastError, match="daily"):
        month_from_days(days(100), date(2023, 6, 11), draws=20, rng=np.random.default_rng(1))
