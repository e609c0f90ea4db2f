"""Damped levels: a slow level, and how much of each deviation from it is still there some months later.

A forecast on log1p is a slow level plus a share of each deviation of a faster level from a slower one. The shares are
found at every origin and horizon by a regression over all series, with absolute errors rather than squared ones (one
crisis must not set them) and drawn towards zero, where a deviation is forgotten at once. There is no constant: a
drift of the past is not carried on. References: Gardner ES, McKenzie E (1985), Forecasting trends in time series,
Management Science 31(10): 1237–1246, doi:10.1287/mnsc.31.10.1237; absolute errors by reweighted least squares after
Schlossmacher EJ (1973), Journal of the American Statistical Association 68(344): 857–859,
doi:10.1080/01621459.1973.10481436
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from havre.draws import Floats

PENALTY = 150.0
"""Ridge penalty of the shares, in months of one series with an error of a factor of e."""
HEADROOM = 1.0
"""A point forecast may exceed the greatest value that the series had, by at most this on log1p."""
_FIRST_MONTHS = 24
"""Months after which the levels are trusted as examples, or a quarter of a shorter history."""
_MOST_EXAMPLES = 60_000
_BLOCK = 256
_ROUNDS = 5
_SMALL_ERROR = 0.15
"""Errors below this on log1p count as squares: weights stay finite."""
_TURNS, _WIDTH = (1.5, 4.0), 1.5
"""Levels on log1p at which small series pass into middling ones, and those into large ones, and how gently."""


def damped_centre(logs: Floats, base: Floats, slow: Floats, deviations: Sequence[Floats], horizon: int) -> Floats:
    """Give the point forecast on log1p made at each month for the month ``horizon`` later, array (series, month).

    Parameters
    ----------
    logs : log1p of the counts (series, month), NaN where unknown
    base : what is forecast where every deviation is forgotten (series, month)
    slow : a slow level; the shares differ between small and large series by it
    deviations : arrays (series, month) of deviations; NaN counts as none
    """
    sizes = [np.tanh((slow - turn) / _WIDTH) for turn in _TURNS]
    parts = [np.nan_to_num(part) for part in deviations]
    later = logs[:, horizon:] - base[:, : max(0, logs.shape[1] - horizon)]
    shares = _shares(later, parts, sizes)
    centre = base.copy()
    for part, of_part in zip(parts, shares.reshape(len(parts), 1 + len(sizes)), strict=True):
        centre += part * (of_part[0] + sum(turn * size for turn, size in zip(of_part[1:], sizes, strict=True)))
    top = np.fmax.accumulate(logs, axis=1) + HEADROOM
    return np.asarray(np.where(np.isnan(logs), np.nan, np.clip(centre, 0.0, top)))


def _shares(later: Floats, parts: Sequence[Floats], sizes: Sequence[Floats]) -> Floats:
    """Find the shares, for each deviation in turn: its own, and one times each size."""
    months = later.shape[1]
    known = ~np.isnan(later) & ~np.isnan(sizes[0][:, :months])
    known[:, : min(_FIRST_MONTHS, sizes[0].shape[1] // 4)] = False
    places = np.flatnonzero(known)
    places = places[:: max(1, -(-places.size // _MOST_EXAMPLES))]
    if places.size == 0 or not parts:
        return np.zeros(len(parts) * (1 + len(sizes)))
    taken, by = (np.stack([part[:, :months].ravel()[places] for part in of], axis=1) for of in (parts, sizes))
    with_sizes = np.concatenate([np.ones((places.size, 1)), by], axis=1)
    examples = (taken[:, :, None] * with_sizes[:, None, :]).reshape(places.size, -1)
    return least_absolute(examples, later.ravel()[places], PENALTY)


def least_absolute(examples: Floats, came: Floats, penalty: float) -> Floats:
    """Find coefficients with a small sum of absolute errors and a ridge penalty, by reweighted least squares.

    Parameters
    ----------
    examples : array (example, feature)
    came : array (example,)
    """
    ridge = penalty * np.eye(examples.shape[1])
    weights = np.ones(came.size)
    found: Floats = np.zeros(examples.shape[1])
    for _ in range(_ROUNDS):
        weighted = examples * weights[:, None]
        found = np.asarray(np.linalg.solve(products(weighted, examples) + ridge, weighted.T @ came), dtype=np.float64)
        weights = 1.0 / np.maximum(np.abs(came - examples @ found), _SMALL_ERROR)
    return found


def products(left: Floats, right: Floats) -> Floats:
    """Give ``left.T @ right`` of two tall arrays (example, feature), in small blocks.

    Blocks this small are multiplied by one thread: the sums are the same bits whatever the number of threads, and
    threads do not wait for each other on a busy machine.
    """
    blocks = max(1, -(-len(left) // _BLOCK))
    missing = ((0, blocks * _BLOCK - len(left)), (0, 0))
    first, second = (np.pad(part, missing).reshape(blocks, _BLOCK, part.shape[1]) for part in (left, right))
    return np.asarray((first.transpose(0, 2, 1) @ second).sum(axis=0))


def drift_of_others(change: Floats, labels: Sequence[str]) -> Floats:
    """Give the mean change of the other series with the same label, drawn towards zero where there are few.

    Parameters
    ----------
    change : array (series, month), NaN where unknown
    labels : for example the destination of each series
    """
    names, group = np.unique(np.asarray(labels), return_inverse=True)
    known = ~np.isnan(change)
    sums, counts = (np.zeros((names.size, change.shape[1])) for _ in range(2))
    np.add.at(sums, group, np.where(known, change, 0.0))
    np.add.at(counts, group, known.astype(np.float64))
    others = counts[group] - known
    return np.asarray((sums[group] - np.where(known, change, 0.0)) / (others + 2.0))


def calendar_value(season: Floats, first_month: int, ahead: int) -> Floats:
    """Give the season, as known at each month, of the month ``ahead`` later: array (series, month).

    Parameters
    ----------
    season : season as known at each month, array (series, month, calendar month)
    first_month : calendar month of the first column, 0 for January
    """
    calendar: NDArray[np.int64] = (first_month + np.arange(season.shape[1]) + ahead) % 12
    return np.asarray(np.take_along_axis(season, calendar[None, :, None], axis=2)[..., 0])


def long_run(logs: Floats) -> Floats:
    """Give the mean of all known values up to each month; NaN before the first."""
    known = ~np.isnan(logs)
    sums, counts = np.cumsum(np.where(known, logs, 0.0), axis=1), np.cumsum(known, axis=1)
    return np.asarray(np.divide(sums, counts, out=np.full_like(logs, np.nan), where=counts > 0))
