"""A random forest and boosted trees over all series, averaged.

Own implementation after the description of Boss K, Groeger A, Heidland T, Krueger F, Zheng C (2024), Forecasting
bilateral asylum seeker flows with high-dimensional data and machine learning techniques, Journal of Economic Geography
25(1): 3–19, doi:10.1093/jeg/lbae023: an ensemble of a random forest and extreme gradient boosting over many bilateral
flows, forecast directly for each horizon. Simplified: the drivers are those of
:mod:`havre.forecast.peers.drivers`; one fit learns all horizons, with the horizon as a driver; histogram boosting
stands for XGBoost; the hyper-parameters are fixed; each learns from a random sample of at most 60,000 examples of the
last 120 months, each tree of the forest from 6,000 of them. The paper gives points; here the spread is that of the
errors, pooled by volume band, of the same two learners fitted without the last 12 months.
"""

from typing import Any

import numpy as np

from havre.draws import Draws, Floats, spread_levels
from havre.forecast.peers.bounds import caps, widened
from havre.forecast.peers.drivers import Drivers
from havre.forecast.peers.extra import load, one_thread, quiet
from havre.forecast.pooling import Rows, active_rows, draws_from_logs, error_quantiles
from havre.panel.series import MonthlySeries

NAME = "forest_boosting"
MONTHS = 120
"""Months of the panel that the learners see."""
HELD_OUT = 12
LEAST_HISTORY = 12
"""Months that a series needs before it can teach."""
LEAST_EXAMPLES = 200
MOST_EXAMPLES = 60_000
FOREST: dict[str, Any] = {
    "n_estimators": 60,
    "min_samples_leaf": 5,
    "max_features": 0.33,
    "random_state": 1,
    "n_jobs": 1,
}
TREE_EXAMPLES = 6_000
BOOSTING: dict[str, Any] = {
    "max_iter": 100,
    "learning_rate": 0.08,
    "max_leaf_nodes": 31,
    "min_samples_leaf": 40,
    "l2_regularization": 5.0,
    "early_stopping": False,
    "random_state": 1,
}
_SAMPLE_SEED = 1
"""Seed of the sample of examples: the same for every call, so that the seed of the draws does not move the fit."""


def draw_forest_boosting(history: MonthlySeries, horizons: int, draws: int, rng: np.random.Generator) -> Draws:
    """Mean of a random forest and boosted trees over all series, with pooled held-out errors, capped.

    Where the panel is too small to learn from, the mean of three months is the point forecast.
    """
    rows, levels = active_rows(history), spread_levels(draws)
    values = np.empty((rows.size, horizons, draws))
    if not rows.size:
        return draws_from_logs(history, rows, values, rng)
    drivers = Drivers.of(history, MONTHS)
    last = drivers.logs.shape[1]
    ensemble = load("sklearn.ensemble", NAME)
    with one_thread(NAME), quiet():
        whole, trial = (_fit(ensemble, drivers, horizons, end) for end in (last, last - HELD_OUT))
        for h in range(1, horizons + 1):
            spread = widened(error_quantiles(*_held_out_errors(trial, drivers, h), levels), levels)
            centre = drivers.level[rows, -1] + _predict(whole, _inputs(drivers, h)[rows, -1])
            values[:, h - 1] = centre[:, None] + spread[drivers.bands[rows, -1]]
    values = np.minimum(values, caps(np.log1p(history.values[rows]))[:, None, None])
    return draws_from_logs(history, rows, values, rng)


def _inputs(drivers: Drivers, horizon: int) -> Floats:
    """Give the drivers with the horizon and its season, array (series, month, driver)."""
    shape = drivers.logs.shape
    season = np.broadcast_to(drivers.season(horizon), (*shape, 2))
    return np.concatenate([drivers.table, season, np.full((*shape, 1), float(horizon))], axis=-1)


def _fit(ensemble: Any, drivers: Drivers, horizons: int, end: int) -> tuple[Any, ...]:
    """Fit both learners to what had come before the column ``end``; none where there is too little."""
    inputs, targets = [np.empty((0, drivers.table.shape[-1] + 3))], [np.empty(0)]
    for h in range(1, min(horizons, end - 1) + 1):
        came = drivers.came(h)[:, : end - h]
        usable = ~np.isnan(came) & (drivers.known[:, : end - h] >= LEAST_HISTORY)
        inputs.append(_inputs(drivers, h)[:, : end - h][usable])
        targets.append(came[usable])
    x, y = np.concatenate(inputs), np.concatenate(targets)
    if y.size < LEAST_EXAMPLES:
        return ()
    chosen = np.sort(np.random.default_rng(_SAMPLE_SEED).permutation(y.size)[:MOST_EXAMPLES])
    x, y = x[chosen], y[chosen]
    forest = ensemble.RandomForestRegressor(max_samples=min(TREE_EXAMPLES, y.size), **FOREST)
    boosting = ensemble.HistGradientBoostingRegressor(**BOOSTING)
    return forest.fit(x, y), boosting.fit(x, y)


def _predict(learners: tuple[Any, ...], inputs: Floats) -> Floats:
    if not learners or not len(inputs):
        return np.zeros(len(inputs))
    return np.asarray(np.mean([learner.predict(inputs) for learner in learners], axis=0))


def _held_out_errors(trial: tuple[Any, ...], drivers: Drivers, horizon: int) -> tuple[Floats, Rows]:
    """Give the errors at this horizon on the months that the trial fit did not learn from, with their bands."""
    last = drivers.logs.shape[1]
    # Without a fit the level is judged over all months, so that its spread is not that of one year only.
    start = max(0, last - HELD_OUT - horizon) if trial else 0
    months = slice(start, max(start, last - horizon))
    came = drivers.came(horizon)[:, months]
    known = ~np.isnan(came)
    said = _predict(trial, _inputs(drivers, horizon)[:, months][known])
    return came[known] - said, drivers.bands[:, months][known]
