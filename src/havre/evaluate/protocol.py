"""The protocol of the judge: rolling origins, which series count, what is the truth, what a missing forecast costs.

An origin is the last published month that a forecast may know. Horizon ``h`` is the month ``origin + h``.
"""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from havre.draws import Draws, Floats, SeriesKey
from havre.errors import ForecastError
from havre.evaluate.scores import covered_quantile, squared_error, wis_quantile
from havre.months import add_months, month_index, months_between
from havre.panel.series import MonthlySeries

INTERVALS = (0.5, 0.8, 0.9, 0.95)
BANDS: tuple[tuple[str, float], ...] = (("<1", 0.0), ("1-10", 1.0), ("10-100", 10.0), (">=100", 100.0))
"""Volume bands by mean persons a month, with their lower end."""
MOST_HORIZONS = 12


def rolling_origins(first: date, last: date) -> list[date]:
    """List the origins from ``first`` to ``last``.

    Raises
    ------
    ForecastError : ``first`` lies after ``last``
    """
    if first > last:
        raise ForecastError("forecast.order", first=f"{first:%Y-%m}", last=f"{last:%Y-%m}")
    return months_between(first, last)


def select_series(
    series: MonthlySeries, first_origin: date, *, least_total: float = 200, least_active: int = 36
) -> list[int]:
    """Choose the rows that are judged, by what was known at the first origin and nothing later.

    A series counts where it has at least ``least_total`` persons and ``least_active`` months above zero up to the
    first origin.
    """
    known = series.until(first_origin).values
    total = np.nansum(known, axis=1)
    active = (np.nan_to_num(known) > 0).sum(axis=1)
    ends = ~np.isnan(known[:, -1]) if known.shape[1] else np.zeros(len(series.keys), dtype=bool)
    return [int(row) for row in np.flatnonzero((total >= least_total) & (active >= least_active) & ends)]


def band_of(mean: float) -> str:
    """Name the volume band of a mean number of persons a month."""
    return [name for name, low in BANDS if mean >= low][-1]


def truth_for(series: MonthlySeries, origin: date, horizons: int) -> Floats:
    """Give what came after an origin as an array (series, horizon); NaN where it is not known yet."""
    return series.at(add_months(origin, h) for h in range(1, horizons + 1))


@dataclass(frozen=True)
class Scorecard:
    """Scores of several models on the same series, origins and horizons.

    Arrays have the shape (model, origin, series, horizon); NaN where no truth is known. ``covered`` has the interval
    (of :data:`INTERVALS`) as a last axis. ``mean_before`` (series,) is the mean of persons a month in the twelve
    months up to the first origin, which gives the volume band. ``missing`` (model,) counts the forecasts that a
    model did not give; they are scored as the worst of the baselines on that target.
    """

    models: tuple[str, ...]
    baselines: tuple[str, ...]
    keys: tuple[SeriesKey, ...]
    origins: tuple[date, ...]
    wis: Floats
    wis_log: Floats
    squared: Floats
    covered: Floats
    mean_before: Floats
    missing: Floats

    @property
    def horizons(self) -> int:
        """Number of horizons."""
        return int(self.wis.shape[-1])

    def select(self, rows: list[int]) -> "Scorecard":
        """Keep some series, in the order given."""
        scores = {name: getattr(self, name)[:, :, rows] for name in ("wis", "wis_log", "squared", "covered")}
        return replace(self, keys=tuple(self.keys[row] for row in rows), mean_before=self.mean_before[rows], **scores)

    def bands(self) -> list[str]:
        """Name the volume band of each series."""
        return [band_of(float(mean)) for mean in self.mean_before]


Forecasts = dict[tuple[str, date], Draws]
"""Draws of each model at each origin."""


def score(
    forecasts: Forecasts, series: MonthlySeries, models: tuple[str, ...], baselines: tuple[str, ...], horizons: int
) -> Scorecard:
    """Score forecasts against the truth in ``series``.

    Parameters
    ----------
    forecasts : draws by model and origin; series that a model left out count as missing
    series : the truth; its rows are the series that are judged
    models : all models of the table, baselines included
    baselines : those among them that are naive baselines

    Raises
    ------
    ForecastError : nothing can be scored because no truth is known after any origin
    """
    origins = tuple(sorted({origin for _, origin in forecasts}))
    shape = (len(models), len(origins), len(series.keys), horizons)
    card = {name: np.full(shape, np.nan) for name in ("wis", "wis_log", "squared")}
    card["covered"] = np.full((*shape, len(INTERVALS)), np.nan)
    truth = np.stack([truth_for(series, origin, horizons) for origin in origins])
    if np.isnan(truth).all():
        raise ForecastError("forecast.no_truth", origin=f"{origins[0]:%Y-%m}")
    for (model, origin), draws in forecasts.items():
        place = models.index(model), origins.index(origin)
        for name, found in _scores_of(draws, series.keys, truth[place[1]]).items():
            card[name][place] = found
    missing = np.isnan(card["wis"]) & ~np.isnan(truth)
    _fill_missing(card, missing, [models.index(name) for name in baselines])
    before = series.until(origins[0]).values[:, -12:]
    mean_before = np.array([np.nanmean(row) if (~np.isnan(row)).any() else 0.0 for row in before])
    counts = missing.sum(axis=(1, 2, 3)).astype(np.float64)
    return Scorecard(
        models,
        baselines,
        series.keys,
        origins,
        card["wis"],
        card["wis_log"],
        card["squared"],
        card["covered"],
        mean_before,
        counts,
    )


def _scores_of(draws: Draws, keys: tuple[SeriesKey, ...], truth: Floats) -> dict[str, Floats]:
    place = {key: row for row, key in enumerate(draws.keys)}
    rows = np.array([place.get(key, -1) for key in keys])
    horizons = min(draws.horizons, truth.shape[1])
    values = np.full((len(keys), truth.shape[1], 23), np.nan)
    values[rows >= 0, :horizons] = draws.quantiles()[rows[rows >= 0], :horizons]
    given = ~np.isnan(values[..., 0])
    observed = np.where(given, truth, np.nan)
    covered = np.stack([covered_quantile(values, observed, interval) for interval in INTERVALS], axis=-1)
    return {
        "wis": wis_quantile(values, observed),
        "wis_log": wis_quantile(np.log1p(values), np.log1p(observed)),
        "squared": squared_error(values, observed),
        "covered": covered,
    }


def _fill_missing(card: dict[str, Floats], missing: Floats, baselines: list[int]) -> None:
    """Score a forecast that was not given as the worst baseline, so that nobody improves a mean by skipping."""
    if not missing.any() or not baselines:
        return
    for name in ("wis", "wis_log", "squared"):
        stacked = card[name][baselines]
        worst = np.where(np.isnan(stacked).all(axis=0), np.nan, np.nanmax(np.nan_to_num(stacked, nan=-np.inf), axis=0))
        card[name][:] = np.where(missing, np.broadcast_to(worst, missing.shape), card[name])
    card["covered"][missing] = 0.0


def check_horizons(horizons: int) -> int:
    """Check a number of horizons.

    Raises
    ------
    ForecastError : it is outside 1 to 12
    """
    if not 1 <= horizons <= MOST_HORIZONS:
        raise ForecastError("forecast.horizon", horizon=horizons, most=MOST_HORIZONS)
    return horizons


def check_origins(series: MonthlySeries, origins: list[date], least_history: int) -> None:
    """Check that every origin lies within the data with enough history before it.

    Raises
    ------
    ForecastError : an origin lies before the first month with ``least_history`` months, or after the last month
    """
    starts = add_months(series.first, least_history - 1)
    if origins[0] < starts:
        fields = {"origin": f"{origins[0]:%Y-%m}", "needed": least_history, "first": f"{starts:%Y-%m}"}
        raise ForecastError("forecast.origin_before_data", **fields)
    if month_index(origins[-1]) > month_index(series.last):
        fields = {"origin": f"{origins[-1]:%Y-%m}", "last": f"{series.last:%Y-%m}"}
        raise ForecastError("forecast.origin_after_data", **fields)
