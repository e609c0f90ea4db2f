"""Months that are published but not yet complete, replaced by what such months usually become.

The last months of many sources are revised for months, mostly upward: late offices report, files are found. A model
that takes them for final sees a fall that is none. So, before anything is forecast, each of them is multiplied by the
ratio that is expected for a month of its age: the chain of :mod:`havre.forecast.triangle`, of each step the mean of the
middle half of what was seen (a step that less than a quarter of the months made counts as none, and one blunder moves
nothing), drawn towards no change by how uncertain it is. The series itself tells where it has seen enough, else all
series of its size.

Where no revision is known, no bit changes. Nothing is filled in: a month without a value stays without one, and a total
for which a part has not reported is not made of the others. A month of which the vintages do not hold the value that
the series has was not known as such on that day, and is left as it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import cast

import numpy as np
import polars as pl

from havre.draws import Floats, SeriesKey
from havre.errors import ForecastError
from havre.forecast.triangle import MOST_AGE, RevisionSteps, Step, Triangle, reporting_triangle, volume_band
from havre.months import month_index
from havre.panel.scope import Scope, day_published, history_known, scope_vintages
from havre.panel.series import Flags, MonthlySeries


@dataclass(frozen=True)
class Changes:
    """What completion did to the series that are forecast.

    Parameters
    ----------
    series : number of series of which a month was changed
    months : how far back the oldest changed month lies, 1 for the last one; 0 where nothing was changed
    last_month_factor : median, over the series whose last month was changed, of what it is multiplied by; ``None``
        where none was
    """

    series: int
    months: int
    last_month_factor: float | None


def complete_recent(rows: pl.DataFrame, scope: Scope, series: MonthlySeries, day: date) -> MonthlySeries:
    """Replace the last months of each series by what such months usually become.

    Parameters
    ----------
    rows : all vintages of the scope; see :func:`havre.panel.scope.scope_vintages`. No value is read of a month after
        the last one of ``series``, and nothing that became known after ``day``
    series : the series of the scope as known on ``day``

    Returns
    -------
    The same series. Values of a series of whole persons are whole; a total that is the sum of the other series stays
    their sum.
    """
    try:
        triangle = reporting_triangle(rows, day, until=series.last)
    except ForecastError:
        # Nothing was known by that day: the values are later ones that stand in.
        return series
    steps = RevisionSteps(triangle)
    place = {pair: row for row, pair in enumerate(triangle.keys)}
    values = series.values.copy()
    for row, key in enumerate(series.keys):
        pair = (key.origin, key.destination)
        if pair in place:
            values[row] = _completed(series, row, _recent(triangle, place[pair], series), steps)
    if (values == series.values)[~np.isnan(series.values)].all():
        return series
    for row in _sums(series, scope, triangle):
        others = np.arange(len(values)) != row
        values[row] += (values[others] - series.values[others]).sum(axis=0)
    return MonthlySeries(series.keys, series.first, values)


def _recent(triangle: Triangle, row: int, series: MonthlySeries) -> list[tuple[int, int, float]]:
    """List the months of a series that are young enough to be revised: column, age and value known."""
    shift = month_index(triangle.months[0]) - month_index(series.first)
    ages = triangle.ages()[row]
    young = np.flatnonzero((ages >= 0) & (ages < MOST_AGE))
    return [(int(c) + shift, int(ages[c]), float(triangle.values[row, c, int(ages[c])])) for c in young]


def _completed(
    series: MonthlySeries, row: int, recent: Iterable[tuple[int, int, float]], steps: RevisionSteps
) -> Floats:
    """Give the values of one series with its recent months completed."""
    key, values = series.keys[row], series.values[row].copy()
    band = volume_band(values)
    whole = bool((np.isnan(values) | (values == np.floor(values))).all())
    for column, age, known in recent:
        if not 0 <= column < values.size or not np.isclose(values[column], known, rtol=1e-9, atol=0.0):
            continue
        expected = expected_log(steps.from_age((key.origin, key.destination), band, age)[0])
        if expected:
            value = max(0.0, (values[column] + 0.5) * float(np.exp(expected)) - 0.5)
            values[column] = np.floor(value + 0.5) if whole else value
    return np.asarray(values)


def expected_log(steps: Iterable[Step]) -> float:
    """Give the log ratio that is expected after several steps.

    What is expected of each is added up and multiplied by m² / (m² + s²), with the sum m and its standard error s, so
    that what may be chance changes little.

    Examples
    --------
    >>> same, blunder = (Step(np.array(seen)) for seen in ([0.2] * 8, [0.0, 0.0, 0.0, 0.0, 3.0]))
    >>> round(expected_log([same]), 9), expected_log([blunder]), expected_log([])
    (0.2, 0.0, 0.0)
    """
    told = list(steps)
    mean, error = sum(step.middle for step in told), sum(step.error for step in told)
    return mean**3 / (mean**2 + error) if mean else 0.0


def _sums(series: MonthlySeries, scope: Scope, triangle: Triangle) -> list[int]:
    """Give the rows of totals that nobody publishes: they are the sum of the other rows."""
    keys: Flags = np.array(
        [scope.level(key) == "total" and (key.origin, key.destination) not in triangle.keys for key in series.keys]
    )
    return [int(row) for row in np.flatnonzero(keys)]


def history_now(panel: pl.DataFrame, scope: Scope, series: MonthlySeries, origin: date) -> MonthlySeries:
    """Give the months up to ``origin`` of the series of a scope as known now, the recent ones completed.

    Parameters
    ----------
    series : all series of the scope, as :func:`havre.panel.scope.scope_series` gives them
    """
    rows = scope_vintages(panel, scope)
    # Of later months only the days are read on which the source was heard, which tell how old each value is.
    day = cast("date | None", rows["as_of"].max())
    known = series.until(origin)
    return known if day is None else complete_recent(rows, scope, known, day)


def history_then(
    panel: pl.DataFrame, scope: Scope, series: MonthlySeries, wanted: tuple[SeriesKey, ...], origin: date
) -> MonthlySeries:
    """Give the history that a forecast from the past month ``origin`` may know, its recent months completed.

    What is usual is estimated from the vintages that were known by the day on which ``origin`` was published.

    Parameters
    ----------
    series : all series of the scope
    wanted : those that are given back
    """
    known = history_known(panel, scope, series, origin)
    found = complete_recent(scope_vintages(panel, scope), scope, known, day_published(scope, origin))
    place = {key: row for row, key in enumerate(found.keys)}
    return found.select(place[key] for key in wanted)


def changes(published: MonthlySeries, completed: MonthlySeries, keys: Iterable[SeriesKey]) -> Changes:
    """Tell what completion changed in some series."""
    rows = [published.keys.index(key) for key in keys]
    before, after = published.values[rows], completed.values[rows]
    moved = ~np.isnan(before) & (before != after)
    touched = np.flatnonzero(moved.any(axis=0))
    last = moved[:, -1] & (before[:, -1] > 0) if moved.size else np.zeros(len(rows), dtype=bool)
    factor = float(np.median(after[last, -1] / before[last, -1])) if last.any() else None
    return Changes(int(moved.any(axis=1).sum()), int(before.shape[1] - touched[0]) if touched.size else 0, factor)
