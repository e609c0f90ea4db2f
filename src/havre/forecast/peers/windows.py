"""An elastic net for each series and horizon on a moving window, with lagged drivers.

Own implementation after the description of Carammia M, Iacus SM, Wilkin T (2022), Forecasting asylum-related migration
flows with machine learning and data at scale, Scientific Reports 12: 1457, doi:10.1038/s41598-022-05241-8: for every
flow an elastic net is fitted anew on a moving window to lagged drivers, because what drives a flow changes. Simplified:
the drivers are those of :mod:`havre.forecast.peers.drivers`; the target is the change from the mean of three months,
and no change where every weight is zero; window (48 or 84 months) and penalty (five values) are the pair with the least
absolute error on the last 24 months that came, from weights that had not learnt from them; the mixing of the two
penalties is one half. The spread is that of errors on the last 12 months, pooled by volume band. A series with less
history than the shorter window and the months to check it keeps its mean of three months.
"""

from typing import Any

import numpy as np

from havre.draws import Draws, Floats, spread_levels
from havre.forecast.peers.bounds import caps, widened
from havre.forecast.peers.drivers import Drivers
from havre.forecast.peers.extra import load, one_thread, quiet
from havre.forecast.pooling import Rows, active_rows, draws_from_logs, error_quantiles
from havre.panel.series import MonthlySeries

NAME = "elastic_net_windows"
WINDOWS = (48, 84)
CHECKED = 24
"""Last months that came which choose window and penalty, and give the spread."""
PENALTIES = (2.0, 1.0, 0.5, 0.25, 0.12)
"""Penalties relative to the size of the target, strongest first; the first leaves nothing but the level."""
MIXING = 0.5
_CONSTANT = 1e-9


def draw_elastic_net_windows(history: MonthlySeries, horizons: int, draws: int, rng: np.random.Generator) -> Draws:
    """Elastic net of each series on a moving window with lagged drivers, pooled errors of the last year, capped."""
    rows, levels = active_rows(history), spread_levels(draws)
    values = np.empty((rows.size, horizons, draws))
    if not rows.size:
        return draws_from_logs(history, rows, values, rng)
    drivers = Drivers.of(history, max(WINDOWS) + 2 * horizons + CHECKED)
    path = load("sklearn.linear_model", NAME).enet_path
    with one_thread(NAME), quiet():
        for h in range(1, horizons + 1):
            centre, errors = _forecast(path, drivers, rows, h)
            known = ~np.isnan(errors)
            made = np.broadcast_to(_checked(drivers.bands, h)[rows], errors.shape)
            spread = widened(error_quantiles(errors[known], made[known], levels), levels)
            values[:, h - 1] = centre[:, None] + spread[drivers.bands[rows, -1]]
    values = np.minimum(values, caps(np.log1p(history.values[rows]))[:, None, None])
    return draws_from_logs(history, rows, values, rng)


def _checked(part: Any, horizon: int) -> Any:
    """Cut out the months whose errors give the spread: ``horizon`` months before each of the last twelve."""
    last = part.shape[1]
    return part[:, max(0, last - horizon - CHECKED // 2) : max(0, last - horizon)]


def _forecast(path: Any, drivers: Drivers, rows: Rows, horizon: int) -> tuple[Floats, Floats]:
    """Give the point forecast (row,) and the errors of the chosen pair on the checked months (row, month)."""
    came = drivers.came(horizon)
    centre, errors = drivers.level[rows, -1].copy(), _checked(came, horizon)[rows]
    season = drivers.season(horizon)
    for place, row in enumerate(rows):
        x = np.concatenate([drivers.table[row], season], axis=1)
        start = x.shape[0] - min(int(drivers.known[row, -1]), x.shape[0])
        tried = _try_pairs(path, x[start:], came[row, start:], horizon)
        if tried is not None:
            centre[place] += tried[0]
            errors[place] = tried[1]
    return centre, errors


def _try_pairs(path: Any, x: Floats, y: Floats, horizon: int) -> tuple[float, Floats] | None:
    """Choose window and penalty on the checked months, and fit that pair anew up to the last month that came.

    The errors that are given are those of the later half, of the pair that the earlier half would have chosen: the
    errors of the best of ten pairs on the months that it was chosen on are too small.
    """
    end = len(x) - horizon
    # A forecast checked in the first of these months was made when only what had come by then could teach.
    split = end - CHECKED - horizon + 1
    windows = [window for window in WINDOWS if split >= window]
    if not windows or np.ptp(y[:end]) == 0:
        return None
    said = [_predictions(path, x, y, slice(split - w, split), slice(end - CHECKED, end)) for w in windows]
    misses = y[end - CHECKED : end] - np.concatenate(said)
    chosen, before = (int(np.argmin(np.abs(part).mean(axis=1))) for part in (misses, misses[:, : CHECKED // 2]))
    window, penalty = windows[chosen // len(PENALTIES)], chosen % len(PENALTIES)
    step = _predictions(path, x, y, slice(end - window, end), slice(len(x) - 1, len(x)))[penalty, 0]
    return float(step), misses[before, CHECKED // 2 :]


def _predictions(path: Any, x: Floats, y: Floats, learnt: slice, asked: slice) -> Floats:
    """Fit one window for all penalties and predict, array (penalty, prediction), within what the window has seen."""
    inputs, came = x[learnt], y[learnt]
    scale = inputs.std(axis=0)
    scale[scale < _CONSTANT] = np.inf
    size = np.sqrt(np.mean(came**2))
    if size == 0:
        return np.zeros((len(PENALTIES), asked.stop - asked.start))
    middle, alphas = inputs.mean(axis=0), size * np.asarray(PENALTIES)
    scaled = np.asfortranarray((inputs - middle) / scale)
    _, weights, _ = path(scaled, came, l1_ratio=MIXING, alphas=alphas, tol=1e-3, max_iter=300)
    said = ((x[asked] - middle) / scale) @ weights
    return np.asarray(np.clip(said.T, min(came.min(), 0.0), max(came.max(), 0.0)))
