"""The protocol of the judge: rolling origins, which series count, what is the truth, what a missing forecast costs.

An origin is the last published month that a forecast may know. Horizon ``h`` is the month ``origin + h``.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havre.draws import QUANTILE_LEVELS, Floats, Quantiles, SeriesKey
from havre.errors import ForecastError
from havre.evaluate.chances import probability_integral
from havre.evaluate.scores import covered_quantile, quantile_score, squared_error, wis_quantile
from havre.evaluate.surges import surge_came, surge_chance, surge_threshold
from havre.months import add_months, month_index, months_between
from havre.panel.series import Flags, MonthlySeries

Scores = NDArray[np.floating[Any]]
"""Floating-point numbers of double or single precision."""
INTERVALS = (0.5, 0.8, 0.9, 0.95)
TAIL_LEVELS = (0.9, 0.95, 0.99)
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

    Arrays have the shape (model, origin, series, horizon); NaN where no truth is known. Those that hold no persons are
    kept in single precision, so that a long table stays small.

    Parameters
    ----------
    wis, wis_log, squared : weighted interval score on both scales, squared error of the median
    covered : 1 where an interval held the truth, else 0; the interval (of :data:`INTERVALS`) is a last axis
    tail : quantile scores [persons]; the level (of :data:`TAIL_LEVELS`) is a last axis
    above_95 : 1 where the truth lies above the 95 % quantile, else 0
    pit_low, pit_high : chance that the forecast gave to less than the truth, and to at most the truth; NaN where the
        forecast is missing
    surge_chance : chance of a surge (:mod:`havre.evaluate.surges`) that the forecast told
    surge : array (origin, series, horizon), 1 where a surge came, else 0
    mean_before : array (series,), mean of persons a month in the twelve months up to the first origin, which gives the
        volume band
    missing : array (model,), forecasts that a model did not give; they are scored as the worst of the baselines on
        that target. A target that no baseline forecast is left out for all.
    """

    models: tuple[str, ...]
    baselines: tuple[str, ...]
    keys: tuple[SeriesKey, ...]
    origins: tuple[date, ...]
    wis: Floats
    wis_log: Floats
    squared: Floats
    covered: Scores
    tail: Scores
    above_95: Scores
    pit_low: Scores
    pit_high: Scores
    surge_chance: Scores
    surge: Scores
    mean_before: Floats
    missing: Floats

    @property
    def horizons(self) -> int:
        """Number of horizons."""
        return int(self.wis.shape[-1])

    def select(self, rows: list[int]) -> "Scorecard":
        """Keep some series, in the order given."""
        scores = {name: getattr(self, name)[:, :, rows] for name in _SCORES}
        keys = tuple(self.keys[row] for row in rows)
        return replace(self, keys=keys, mean_before=self.mean_before[rows], surge=self.surge[:, rows], **scores)

    def since(self, first: date) -> "Scorecard":
        """Keep the origins from ``first`` on; bands stay as they were."""
        rows = [row for row, origin in enumerate(self.origins) if origin >= first]
        scores = {name: getattr(self, name)[:, rows] for name in _SCORES}
        return replace(self, origins=tuple(self.origins[row] for row in rows), surge=self.surge[rows], **scores)

    def bands(self) -> list[str]:
        """Name the volume band of each series."""
        return [band_of(float(mean)) for mean in self.mean_before]


_PERSONS = ("wis", "wis_log", "squared")
_SCORES = (*_PERSONS, "covered", "tail", "above_95", "pit_low", "pit_high", "surge_chance")
_LAST_AXIS = {"covered": len(INTERVALS), "tail": len(TAIL_LEVELS)}

Forecasts = dict[tuple[str, date], Quantiles]
"""Quantiles of each model at each origin."""


def score(
    forecasts: Forecasts, series: MonthlySeries, models: tuple[str, ...], baselines: tuple[str, ...], horizons: int
) -> Scorecard:
    """Score forecasts against the truth in ``series``.

    Parameters
    ----------
    forecasts : quantiles by model and origin; series and horizons that a model left out count as missing. Origins at
        which no baseline spoke are left out: nothing stands there to compare with
    series : the truth; its rows are the series that are judged
    models : all models of the table, baselines included
    baselines : those among them that are naive baselines

    Raises
    ------
    ForecastError : nothing can be scored because no truth is known after any origin
    """
    origins = _judged_origins(forecasts, baselines)
    truth = np.stack([truth_for(series, origin, horizons) for origin in origins])
    if np.isnan(truth).all():
        raise ForecastError("forecast.no_truth", origin=f"{origins[0]:%Y-%m}")
    thresholds = np.stack([surge_threshold(series, origin) for origin in origins])
    card = _blank((len(models), *truth.shape))
    for (model, origin), quantiles in forecasts.items():
        if origin not in origins:
            continue
        place = models.index(model), origins.index(origin)
        values = _values_of(quantiles, series.keys, horizons)
        for name, found in _scores_of(values, truth[place[1]], thresholds[place[1]]).items():
            card[name][place] = found
    surge = np.stack([surge_came(came, threshold) for came, threshold in zip(truth, thresholds, strict=True)])
    missing = np.isnan(card["wis"]) & ~np.isnan(truth)
    _fill_missing(card, missing, surge, [models.index(name) for name in baselines])
    return Scorecard(
        models,
        baselines,
        series.keys,
        origins,
        **card,
        surge=surge.astype(np.float32),
        mean_before=_mean_before(series, origins[0]),
        missing=missing.sum(axis=(1, 2, 3)).astype(np.float64),
    )


def _judged_origins(forecasts: Forecasts, baselines: tuple[str, ...]) -> tuple[date, ...]:
    judged = {origin for model, origin in forecasts if model in baselines}
    return tuple(sorted(judged or {origin for _, origin in forecasts}))


def _blank(shape: tuple[int, ...]) -> dict[str, Any]:
    return {
        name: np.full(
            (*shape, _LAST_AXIS[name]) if name in _LAST_AXIS else shape,
            np.nan,
            np.float64 if name in _PERSONS else np.float32,
        )
        for name in _SCORES
    }


def _mean_before(series: MonthlySeries, origin: date) -> Floats:
    before = series.until(origin).values[:, -12:]
    return np.array([np.nanmean(row) if (~np.isnan(row)).any() else 0.0 for row in before])


def _values_of(quantiles: Quantiles, keys: tuple[SeriesKey, ...], horizons: int) -> Floats:
    """Give the quantiles of the series that are judged, in their order; NaN where nothing was forecast."""
    place = {key: row for row, key in enumerate(quantiles.keys)}
    rows = np.array([place.get(key, -1) for key in keys], dtype=np.intp)
    given = min(quantiles.horizons, horizons)
    values = np.full((len(keys), horizons, len(QUANTILE_LEVELS)), np.nan)
    values[rows >= 0, :given] = quantiles.values[rows[rows >= 0], :given]
    return values


def _scores_of(values: Floats, truth: Floats, threshold: Floats) -> dict[str, Floats]:
    observed = np.where(np.isnan(values[..., 0]), np.nan, truth)
    by_level = quantile_score(values, observed)
    low, high = probability_integral(values, observed)
    above = (observed > values[..., QUANTILE_LEVELS.index(0.95)]).astype(np.float64)
    return {
        "wis": by_level.mean(axis=-1),
        "wis_log": wis_quantile(np.log1p(values), np.log1p(observed)),
        "squared": squared_error(values, observed),
        "covered": np.stack([covered_quantile(values, observed, interval) for interval in INTERVALS], axis=-1),
        "tail": by_level[..., [QUANTILE_LEVELS.index(level) for level in TAIL_LEVELS]],
        "above_95": np.where(np.isnan(observed), np.nan, above),
        "pit_low": low,
        "pit_high": high,
        "surge_chance": surge_chance(values, threshold),
    }


def _fill_missing(card: dict[str, Scores], missing: Flags, surge: Floats, baselines: list[int]) -> None:
    """Score a forecast that was not given as the worst baseline, so that nobody improves a mean by skipping.

    Its intervals count as having missed, and its chance of a surge is the lowest of the baselines' where one came and
    the highest where none did. A target that no baseline forecast is left out for all: means over different targets
    cannot be compared.
    """
    if not missing.any() or not baselines:
        return
    chances = card["surge_chance"][baselines]
    fills = {name: np.fmax.reduce(card[name][baselines], axis=0) for name in (*_PERSONS, "tail")}
    fills["surge_chance"] = np.where(surge == 1, np.fmin.reduce(chances, axis=0), np.fmax.reduce(chances, axis=0))
    fills |= {"covered": np.zeros_like(card["covered"][0]), "above_95": np.ones_like(card["above_95"][0])}
    for name, fill in fills.items():
        card[name][missing] = np.broadcast_to(fill, card[name].shape)[missing]
    unjudged = missing[baselines].all(axis=0)
    surge[unjudged] = np.nan
    for name in _SCORES:
        card[name][:, unjudged] = np.nan


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
