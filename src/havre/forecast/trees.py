"""One boosted-tree model over all series: what the whole panel teaches about each series.

It forecasts the change of log1p from an exponentially weighted level to each horizon, from lags, trends, season and
volume that were known at the origin; its own errors on later months that it did not learn from give the spread.
Reference: Ke G et al. (2017). LightGBM: a highly efficient gradient boosting decision tree. NeurIPS 30.
"""

from typing import Any

import numpy as np

from havre.draws import Draws, Floats, spread_levels
from havre.forecast.levels import smoothed
from havre.forecast.pooling import Rows, active_rows, bands_at, draws_from_logs, error_quantiles, trailing_mean
from havre.months import month_index
from havre.panel.series import MonthlySeries

LEAST_HISTORY = 13
"""Months that a series needs before it can teach."""
LEAST_EXAMPLES = 200
HELD_OUT = 12
"""Last months of origins that the first fit does not learn from; their errors give the spread."""
SETTINGS: dict[str, Any] = {
    "objective": "regression_l1",
    "learning_rate": 0.05,
    "num_leaves": 31,
    "min_data_in_leaf": 60,
    "feature_fraction": 0.7,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}
ROUNDS = 150
LEVEL_WEIGHT = 0.5


def features(values: Floats, first_month: int) -> Floats:
    """Give what is known at each month as an array (series, month, feature).

    Lags 0–5, 10–12 and 23 relative to the level, levels of several speeds, spread of the last year, volume, share of
    zeros, month of the year, and the mean change over all series. Row ``t`` reads nothing after month ``t``.
    """
    logs = np.log1p(values)
    level = smoothed(logs, LEVEL_WEIGHT)
    columns = [_back(logs, lag) - level for lag in (0, 1, 2, 3, 4, 5, 10, 11, 12, 23)]
    columns += [smoothed(logs, weight) - level for weight in (0.1, 0.2, 0.8)]
    columns += [np.log1p(trailing_mean(values, months)) - level for months in (3, 6, 12, 24)]
    year = np.stack([_back(logs, lag) for lag in range(12)])
    known = ~np.isnan(year)
    mean = np.where(known, year, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    spread = np.sqrt((np.where(known, year - mean, 0) ** 2).sum(axis=0) / np.maximum(known.sum(axis=0), 1))
    columns += [level, spread, trailing_mean((values == 0).astype(np.float64), 12)]
    change = logs - _back(logs, 1)
    counted = (~np.isnan(change)).sum(axis=0)
    everyone = np.where(np.isnan(change), 0, change).sum(axis=0) / np.maximum(counted, 1)
    columns += [np.broadcast_to(everyone, logs.shape), np.broadcast_to(trailing_mean(everyone[None, :], 3), logs.shape)]
    month = (first_month + np.arange(values.shape[1])) % 12
    columns.append(np.broadcast_to(month.astype(np.float64), logs.shape))
    return np.stack(columns, axis=-1)


def _back(logs: Floats, lag: int) -> Floats:
    if lag == 0:
        return logs
    earlier = np.full_like(logs, np.nan)
    earlier[:, lag:] = logs[:, :-lag]
    return earlier


def draw_boosted_level(history: MonthlySeries, horizons: int, draws: int, rng: np.random.Generator) -> Draws:
    """Boosted trees on the change from the level, with the pooled errors of months held out around them.

    Where the panel is too small to learn from, the level itself is the point forecast.
    """
    values, rows, levels = history.values, active_rows(history), spread_levels(draws)
    logs, level = np.log1p(values), smoothed(np.log1p(values), LEVEL_WEIGHT)
    table = features(values, month_index(history.first))
    known_before = np.cumsum(~np.isnan(values), axis=1) >= LEAST_HISTORY
    bands = bands_at(values)
    out = np.empty((rows.size, horizons, draws))
    examples = _examples(table, logs, level, known_before, horizons)
    held_out = _examples(table, logs, level, known_before, horizons, held_out=True)
    model = _fit(*examples[:2]) if len(examples[1]) >= LEAST_EXAMPLES else None
    trial = _fit(*held_out[:2]) if model is not None and len(held_out[1]) >= LEAST_EXAMPLES else None
    for h in range(1, horizons + 1):
        errors, where = _held_out_errors(trial, table, logs, level, known_before, bands, h)
        spread = error_quantiles(errors, where, levels)
        step = 0.0 if model is None else _predict(model, _with_horizon(table[rows, -1], h))
        out[:, h - 1] = (level[rows, -1] + step)[:, None] + spread[bands[rows, -1]]
    return draws_from_logs(history, rows, out, rng)


def _with_horizon(table: Floats, horizon: int) -> Floats:
    target_month = (table[:, -1] + horizon) % 12
    extra = np.stack([np.full(len(table), float(horizon)), target_month], axis=-1)
    return np.concatenate([table, extra], axis=1)


def _examples(
    table: Floats, logs: Floats, level: Floats, usable: Any, horizons: int, *, held_out: bool = False
) -> tuple[Floats, Floats]:
    """Collect origins and what came after them; with ``held_out`` only what was known a year before the last month."""
    end = logs.shape[1] - (HELD_OUT if held_out else 0)
    inputs: list[Floats] = []
    targets: list[Floats] = []
    for h in range(1, horizons + 1):
        if end - h <= 0:
            continue
        change = logs[:, h:end] - level[:, : end - h]
        keep = ~np.isnan(change) & usable[:, : end - h]
        inputs.append(_with_horizon(table[:, : end - h][keep], h))
        targets.append(change[keep])
    if not inputs:
        return np.empty((0, table.shape[-1] + 2)), np.empty(0)
    return np.concatenate(inputs), np.concatenate(targets)


def _fit(inputs: Floats, targets: Floats) -> Any:
    import lightgbm

    return lightgbm.train(SETTINGS, lightgbm.Dataset(inputs, targets), num_boost_round=ROUNDS)


def _predict(model: Any, inputs: Floats) -> Floats:
    # One thread: the default takes all processors, also in each of several worker processes.
    return np.asarray(model.predict(inputs, num_threads=1))


def _held_out_errors(
    trial: Any, table: Floats, logs: Floats, level: Floats, usable: Any, bands: Rows, horizon: int
) -> tuple[Floats, Rows]:
    """Give the errors at this horizon of the trial fit on months that it did not learn from, with their bands."""
    last = logs.shape[1]
    start = max(0, last - HELD_OUT - horizon) if trial is not None else 0
    made = slice(start, max(start, last - horizon))
    came = logs[:, horizon:][:, made]
    keep = ~np.isnan(came) & ~np.isnan(level[:, made]) & usable[:, made]
    step = 0.0 if trial is None or not keep.any() else _predict(trial, _with_horizon(table[:, made][keep], horizon))
    return (came - level[:, made])[keep] - step, bands[:, made][keep]
