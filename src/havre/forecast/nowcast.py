"""Months that are over or running but not complete: from what was published about them so far.

A published month is revised later. How much, the vintages of older months tell (:mod:`havre.forecast.triangle`); it
is drawn from the ratios that were seen instead of from a formula. Where nothing was ever seen to be revised, that is
told and no interval is invented. A month that is not published at all is a forecast. Only what was known on the day
is used.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
import polars as pl

from havre.draws import Draws, Floats
from havre.errors import ForecastError
from havre.forecast.triangle import RevisionBasis, RevisionSteps, Step, reporting_triangle, volume_band
from havre.months import add_months, month_index, months_between
from havre.panel.series import MonthlySeries

Basis = RevisionBasis | Literal["forecast"]
"""What a month rests on: revisions of the series itself; of all series of its size; the published value alone, since
no vintages tell of revisions; or the forecast, since nothing is published yet."""


@dataclass(frozen=True)
class Nowcast:
    """Draws of incomplete months.

    Parameters
    ----------
    draws : one horizon for each month from the first incomplete one on
    published : array (series, month), the value known on the day; NaN where there is none
    basis : for each series and month, what the draws rest on
    """

    draws: Draws
    published: Floats
    basis: tuple[tuple[Basis, ...], ...]


def nowcast(
    rows: pl.DataFrame,
    series: MonthlySeries,
    day: date,
    forecast: Callable[[MonthlySeries, int], Draws],
    *,
    draws: int,
    rng: np.random.Generator,
    months_back: int = 3,
) -> Nowcast:
    """Give draws for the last published months and those that are over or running but not published.

    Parameters
    ----------
    rows : observations with all vintages, from which ``series`` was made
    series : the monthly series as known on ``day``; see :func:`havre.panel.scope.scope_series`
    day : the day of the nowcast; months up to its own are given
    forecast : makes the draws of months that are not published, from a history and a number of horizons
    months_back : published months that are given, counted from the last one of all series

    Raises
    ------
    ForecastError : nothing was known by that day
    """
    triangle = reporting_triangle(rows, day)
    ends = series.last_published()
    wanted = [row for row, end in enumerate(ends) if end is not None]
    kept = series.select(wanted)
    last = max(end for end in ends if end is not None)
    months = months_between(add_months(last, 1 - months_back), max(last, day.replace(day=1)))
    published = kept.at(months)
    drawn, basis = _unpublished(kept, months, forecast, draws)
    revisions = RevisionSteps(triangle)
    for row, key in enumerate(kept.keys):
        for column, month in enumerate(months):
            value = published[row, column]
            if np.isnan(value):
                continue
            age = max(0, month_index(day) - month_index(month))
            band = volume_band(kept.values[row])
            steps, basis[row][column] = revisions.from_age((key.origin, key.destination), band, age)
            drawn[row, column] = np.maximum((value + 0.5) * np.exp(_drawn_logs(steps, draws, rng)) - 0.5, 0.0)
    # A series that ended long ago has nothing to be nowcast.
    alive = [row for row in range(len(kept.keys)) if not np.isnan(drawn[row]).any()]
    keys = tuple(kept.keys[row] for row in alive)
    found = Draws(keys, add_months(months[0], -1), drawn[alive])
    return Nowcast(found, published[alive], tuple(tuple(basis[row]) for row in alive))


def _unpublished(
    series: MonthlySeries, months: list[date], forecast: Callable[[MonthlySeries, int], Draws], draws: int
) -> tuple[Floats, list[list[Basis]]]:
    """Fill the months after the last published one of each series by the forecast from there."""
    drawn = np.full((len(series.keys), len(months), draws), np.nan)
    basis: list[list[Basis]] = [["forecast"] * len(months) for _ in series.keys]
    ends = series.last_published()
    for end in sorted({end for end in ends if end is not None and months[0] <= end < months[-1]}):
        horizons = month_index(months[-1]) - month_index(end)
        made = forecast(series.until(end), horizons)
        place = {key: row for row, key in enumerate(made.keys)}
        first = month_index(end) - month_index(months[0]) + 1
        for row, key in enumerate(series.keys):
            if ends[row] == end and key in place:
                drawn[row, first:] = made.values[place[key]]
    return drawn, basis


def _drawn_logs(steps: list[Step], draws: int, rng: np.random.Generator) -> Floats:
    """Draw the log ratio of the final value to a known one: one past step of each age, added up."""
    logs = np.zeros(draws)
    for step in steps:
        logs = logs + rng.choice(step.seen, draws)
    return logs


def month_from_days(
    days: pl.DataFrame, day: date, *, draws: int, rng: np.random.Generator, years: int = 6
) -> tuple[date, float, Floats]:
    """Give the total of a month of which only the first days are known.

    What came in the rest of past months (the same calendar month and its neighbours) is scaled by how lively the four
    weeks before were, then and now, so that a quiet or a busy time carries over to the rest of the month.

    Parameters
    ----------
    days : daily observations of one series, all vintages; a day without row or value is not known
    day : nothing that became known later is read; the last day with a value says how far the month is known

    Returns
    -------
    The month, the sum of its days so far, and draws of its total, array (draw)

    Raises
    ------
    ForecastError : less than a year of daily figures was known by that day, or no whole month near this one
    """
    known = days.filter((pl.col("as_of") <= day) & (pl.col("frequency") == "D") & (pl.col("period") <= day))
    latest = known.sort("as_of").unique("period", keep="last").drop_nulls("value").sort("period")
    if latest.height < 365:
        what = ", ".join(days["measure"].unique().sort()) or "–"
        raise ForecastError("nowcast.not_daily", what=what)
    values = dict(latest.select("period", "value").iter_rows())
    last: date = latest["period"][-1]
    month = last.replace(day=1)
    to_date = _sum(values, month, last)
    left = (add_months(month, 1) - last).days - 1
    if left == 0:
        return month, to_date, np.full(draws, to_date)
    level = _level(values, last)
    rests = _past_rests(values, month, last, years)
    chosen = rests[rng.integers(0, len(rests), draws)]
    rest = left * chosen[:, 0] * np.where(chosen[:, 1] > 0, level / np.where(chosen[:, 1] > 0, chosen[:, 1], 1.0), 1.0)
    return month, to_date, to_date + np.round(rest)


def _past_rests(values: dict[date, float], month: date, last: date, years: int) -> Floats:
    """Give the mean of a day after the same day of past months, and the level before it; array (month, 2)."""
    found: list[tuple[float, float]] = []
    for back in range(1, 12 * years + 2):
        past = add_months(month, -back)
        near = min(back % 12, 12 - back % 12) <= 1
        end = add_months(past, 1) - timedelta(days=1)
        cut = min(past + (last - month), end)
        if near and cut < end and all(past + timedelta(days=d) in values for d in range(end.day)):
            found.append((_sum(values, cut + timedelta(days=1), end) / (end - cut).days, _level(values, cut)))
    if not found:
        raise ForecastError("nowcast.not_daily", what=f"{month:%Y-%m}")
    return np.array(found)


def _sum(values: dict[date, float], first: date, last: date) -> float:
    return sum(values.get(first + timedelta(days=d), 0.0) for d in range((last - first).days + 1))


def _level(values: dict[date, float], last: date) -> float:
    """Give the mean of a day over four weeks up to a day, drawn a little towards the year before it."""
    short, long = _sum(values, last - timedelta(days=27), last), _sum(values, last - timedelta(days=364), last)
    return (short + 28 * long / 365 / 2) / (28 * 1.5)
