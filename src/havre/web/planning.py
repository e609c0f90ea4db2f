"""Arrivals for the reception planner, drawn from what a release publishes of a series: quantiles and history.

A release gives 23 quantiles of each month, and nothing of how its months hang together. That is taken from the
published history as the forecasts take it (:mod:`havre.forecast.dependence`): the correlations of past errors over the
months ahead, drawn towards a lasting score where the history is short. What a total has in common with its parts beyond
that is not in it. Below the first and above the last published quantile the draws stay at these (1 % and 99 %).

The same stands in JavaScript in ``assets/js/planner``; tests compare the two.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from havre.draws import Floats, SeriesKey, spread_levels
from havre.record.outlook import Outlook
from havre.record.tables import SCOPE_KEY
from havre.web.site import SiteRelease

DRAWS = 1000
"""Draws that the server makes where the browser makes none."""
SEED = 20_260_101
FEWEST_MONTHS = 12
"""Months of history below which nothing of past errors is looked at."""


@dataclass(frozen=True)
class PublishedArrivals:
    """What is published of the arrivals of a series.

    Parameters
    ----------
    months : the months ahead, in order, the first one after the last month of data
    levels : quantile levels
    values : array (month, level), persons
    factor : array (month, month), lower triangle whose product with itself gives the correlations of the months
    """

    outlook: Outlook
    months: tuple[date, ...]
    levels: tuple[float, ...]
    values: Floats
    factor: Floats

    def draws(self, count: int, rng: np.random.Generator) -> Floats:
        """Draw arrivals, array (month, draw)."""
        scores = self.factor @ rng.standard_normal((len(self.months), count))
        return arranged(margins(self.levels, self.values, count), scores)

    def as_plain(self) -> dict[str, Any]:
        """Give it as plain data for the page."""
        return {
            "months": [f"{month:%Y-%m}" for month in self.months],
            "levels": list(self.levels),
            "values": self.values.tolist(),
            "factor": [[round(float(v), 6) for v in row[: place + 1]] for place, row in enumerate(self.factor)],
        }


def published_arrivals(release: SiteRelease, outlook: Outlook) -> PublishedArrivals | None:
    """Read what is published of a series; ``None`` where its first month is suppressed or it has no forecast.

    Months from the first suppressed one on are left out.
    """
    facts = release.published.release
    scope = dict(zip(SCOPE_KEY, outlook.key, strict=True))
    table = facts.forecasts.filter(
        pl.col("model") == facts.facts.ensemble, *(pl.col(name) == value for name, value in scope.items())
    )
    rows = table.sort("horizon", "quantile").partition_by("horizon", maintain_order=True)
    told: list[pl.DataFrame] = []
    for number, row in enumerate(rows, start=1):
        if row["horizon"][0] != number or row["value"].null_count():
            break
        told.append(row)
    if not told:
        return None
    values = np.array([row["value"].to_list() for row in told], dtype=np.float64)
    return PublishedArrivals(
        outlook,
        tuple(row["target_month"][0] for row in told),
        tuple(float(level) for level in told[0]["quantile"]),
        values,
        np.asarray(np.linalg.cholesky(month_correlations(outlook, len(told))), dtype=np.float64),
    )


def margins(levels: tuple[float, ...], values: Floats, count: int) -> Floats:
    """Give evenly spread draws of each month, in rising order, array (month, draw): straight lines between quantiles.

    Parameters
    ----------
    values : array (month, level)
    """
    at = spread_levels(count)
    return np.stack([np.interp(at, levels, row) for row in values])


def arranged(rising: Floats, scores: Floats) -> Floats:
    """Put the draws of each month into the order of scores: the least draw where the least score is."""
    found = np.empty_like(rising)
    np.put_along_axis(found, np.argsort(scores, axis=1, kind="stable"), rising, axis=1)
    return found


def month_correlations(outlook: Outlook, horizons: int) -> Floats:
    """Give the correlations of the scores of the months ahead, as past errors of the series hang together.

    Returns
    -------
    Array (horizon, horizon) with ones on the diagonal, positive definite.
    """
    from havre.forecast.dependence import MEMORY, PRIOR_MONTHS

    steps = np.arange(horizons)
    lasting = MEMORY ** np.abs(np.subtract.outer(steps, steps))
    scores = _past_scores(outlook, horizons)
    power = (scores**2).sum(axis=0)
    shared = np.sqrt(power / (power + PRIOR_MONTHS))
    loadings = scores * np.divide(shared, np.sqrt(power), out=np.zeros_like(power), where=power > 0)
    own = np.sqrt(1.0 - shared**2)
    return np.asarray(loadings.T @ loadings + np.outer(own, own) * lasting)


def _past_scores(outlook: Outlook, horizons: int) -> Floats:
    """Give the scores of past errors, array (month, horizon), from the months after the last gap of the history."""
    from havre.forecast.dependence import past_scores
    from havre.panel.series import MonthlySeries

    history = list(outlook.history)
    while history and history[-1][1] is None:
        history.pop()
    gaps = [place for place, (_, value) in enumerate(history) if value is None]
    known = history[gaps[-1] + 1 :] if gaps else history
    if len(known) < horizons + FEWEST_MONTHS:
        return np.zeros((0, horizons))
    values = np.array([[value for _, value in known]], dtype=np.float64)
    series = MonthlySeries((SeriesKey(*outlook.key[1:4]),), known[0][0], values)
    return past_scores(series, horizons)[:, 0]
