"""Months that are over or running but not complete: from what was published about them so far.

A published month is revised later. How much, the vintages of older months tell: the ratio of the next value to the
one known at an age (months since the month counted), age by age, as in the chain ladder of insurers (Mack T (1993),
ASTIN Bulletin 23(2): 213–225, doi:10.2143/AST.23.2.2005092), drawn from the ratios that were seen instead of from a
formula. Where nothing was ever seen to be revised, that is told and no interval is invented. A month that is not
published at all is a forecast. Only what was known on the day is used.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
import polars as pl

from havre.draws import Draws, Floats, SeriesKey
from havre.errors import ForecastError
from havre.evaluate.protocol import band_of
from havre.months import add_months, month_index, months_between
from havre.panel.series import MonthlySeries

Basis = Literal["own_revisions", "pooled_revisions", "no_revision_known", "forecast"]
"""What a month rests on: revisions of the series itself; of all series of its size; the published value alone, since
no vintages tell of revisions; or the forecast, since nothing is published yet."""
MOST_AGE = 24
"""Revisions of months older than this count as none."""
LEAST_OWN = 12
"""Steps of one age that a series must have seen to speak for itself."""
WATCHED = 6
"""Months after which a value is taken for final where publications lie far apart."""
LEAST_SEEN = 5
"""Steps of one age below which nothing is said about it."""
_KEY = ["origin", "destination", "period"]


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


@dataclass(frozen=True)
class Triangle:
    """What was known of each month at each age.

    Parameters
    ----------
    keys : (origin, destination) of each row of the first axis
    months : first day of each month
    values : array (series, month, age); NaN before anything was known, at ages that the day has not reached, and at
        ages in whose calendar month the source published nothing at all; the last age stands for all later ones
    """

    keys: tuple[tuple[str, str], ...]
    months: tuple[date, ...]
    values: Floats


def reporting_triangle(rows: pl.DataFrame, day: date) -> Triangle:
    """Lay out what was known when.

    Parameters
    ----------
    rows : monthly observations of one measure of one source, with all their vintages
    day : nothing that became known later is read

    Raises
    ------
    ForecastError : nothing was known by that day
    """
    known = rows.filter((pl.col("as_of") <= day) & (pl.col("frequency") == "M")).drop_nulls("value")
    if known.height == 0:
        what = ", ".join(rows["measure"].unique().sort()) or "–"
        raise ForecastError("nowcast.nothing_known", what=what, day=day)
    first, last = month_index(min(known["period"])), month_index(max(known["period"]))
    months = months_between(min(known["period"]), max(known["period"]))
    pairs = sorted(set(known.select("origin", "destination").iter_rows()))
    place = {pair: row for row, pair in enumerate(pairs)}
    values = np.full((len(pairs), last - first + 1, MOST_AGE + 1), np.nan)
    # In the order in which they became known, so that a later value of the same age replaces an earlier one.
    for origin, destination, period, as_of, value in known.sort("as_of").select(*_KEY, "as_of", "value").iter_rows():
        age = min(max(0, month_index(as_of) - month_index(period)), MOST_AGE)
        values[place[origin, destination], month_index(period) - first, age:] = value
    reached = month_index(day) - np.array([month_index(month) for month in months])
    values[:, reached[:, None] < np.arange(MOST_AGE + 1)[None, :]] = np.nan
    # A value is only known to be unchanged at an age at which the source published something.
    published = {month_index(as_of) for as_of in known["as_of"].unique()}
    unseen = [[first + column + age not in published for age in range(MOST_AGE)] for column in range(len(months))]
    values[:, :, :MOST_AGE][:, np.array(unseen)] = np.nan
    return Triangle(tuple(pairs), tuple(months), values)


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
    revisions = _Revisions(triangle)
    for row, key in enumerate(kept.keys):
        for column, month in enumerate(months):
            value = published[row, column]
            if np.isnan(value):
                continue
            age = max(0, month_index(day) - month_index(month))
            logs, basis[row][column] = revisions.draw(key, _band(kept.values[row]), age, draws, rng)
            drawn[row, column] = np.maximum((value + 0.5) * np.exp(logs) - 0.5, 0.0)
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


class _Revisions:
    """Steps of log ratios from each age to the next, of each series and of all series of its volume band."""

    def __init__(self, triangle: Triangle) -> None:
        # A half is added to both sides of a ratio, so that a zero can be revised.
        logs = np.log(triangle.values + 0.5)
        self.steps = np.diff(logs, axis=2)
        last = np.stack([_last_known(values) for values in logs])
        reached = np.where(np.isnan(logs), -1, np.arange(MOST_AGE + 1)).max(axis=2)
        watched = (reached[:, :, None] >= np.arange(MOST_AGE + 1) + WATCHED) & ~np.isnan(logs)
        self.whole = np.where(watched, last[:, :, None] - logs, np.nan)
        self.place = {pair: row for row, pair in enumerate(triangle.keys)}
        self.bands = [_band(_last_known(values)) for values in triangle.values]
        self.changed = (np.nan_to_num(self.whole) != 0).any(axis=(1, 2)) | (np.nan_to_num(self.steps) != 0).any(
            axis=(1, 2)
        )

    def draw(self, key: SeriesKey, band: str, age: int, draws: int, rng: np.random.Generator) -> tuple[Floats, Basis]:
        """Draw the log ratio of the final value to the one known at an age: one past step of each age, added up."""
        own = self.place.get((key.origin, key.destination))
        alike = [row for row, other in enumerate(self.bands) if other == band or row == own]
        # Values that nobody looked at twice do not show that nothing is revised.
        if not self.changed[alike].any():
            return np.zeros(draws), "no_revision_known"
        if age >= MOST_AGE:
            return np.zeros(draws), "own_revisions"
        logs, pooled, step = np.zeros(draws), False, age
        while step < MOST_AGE:
            seen, alone = self._seen(self.steps[:, :, step], own, alike)
            if seen.size < LEAST_SEEN:
                break
            logs, pooled, step = logs + rng.choice(seen, draws), pooled or not alone, step + 1
        if step == age:
            # Publications lie too far apart for a chain: the whole way at once, from this age to what came last.
            seen, alone = self._seen(self.whole[:, :, age], own, alike)
            if seen.size < LEAST_SEEN:
                return np.zeros(draws), "no_revision_known"
            logs, pooled = rng.choice(seen, draws), not alone
        return logs, "pooled_revisions" if pooled else "own_revisions"

    def _seen(self, logs: Floats, own: int | None, alike: list[int]) -> tuple[Floats, bool]:
        """Give the log ratios of the series itself where it has enough, else those of its size; and which."""
        alone = logs[own] if own is not None else np.empty(0)
        alone = alone[~np.isnan(alone)]
        if alone.size >= LEAST_OWN:
            return np.asarray(alone), True
        together = logs[alike]
        return np.asarray(together[~np.isnan(together)]), False


def _last_known(values: Floats) -> Floats:
    """Give the value at the highest age that is known, array (month)."""
    known = ~np.isnan(values)
    last = values.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)
    return np.asarray(np.where(known.any(axis=1), values[np.arange(len(values)), last], np.nan))


def _band(values: Floats) -> str:
    known = values[~np.isnan(values)][-12:]
    return band_of(float(known.mean())) if known.size else band_of(0.0)


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
