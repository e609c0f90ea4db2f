"""Nearest past situations: the past years of the panel that looked most like the last twelve months, and what followed.

A window is twelve months of one series. Two windows are near where their course, their rise at the end, their size and
their place in the calendar are. Only windows whose following months were all known at the origin are compared, so
that an analogue never tells the future of the series that it explains. Reference: method of analogues, Lorenz EN
(1969), Journal of the Atmospheric Sciences 26(4): 636–646, doi:10.1175/1520-0469(1969)26<636:APARBN>2.0.CO;2
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from havre.draws import Floats, SeriesKey
from havre.errors import ForecastError
from havre.months import add_months
from havre.panel.series import MonthlySeries

WINDOW = 12
"""Months of a situation."""
RECENT = 3
LEVEL_WEIGHT = 0.25
"""Twice as many people a month count as much as a course that differs by 0.25 · log 2, about 17 %, in every month."""
SEASON_WEIGHT = 0.5
"""Half a year apart in the calendar counts as much as a course that differs by a factor of exp(0.5) in every month."""
LEAST_MEAN = 10.0
"""Persons a month that a past window needs: ratios of smaller counts are noise."""


@dataclass(frozen=True)
class Analogue:
    """A past situation.

    Parameters
    ----------
    key : the series
    start, end : first and last month of the window
    distance : how far it is from the situation asked about, on log1p (0 is the same)
    level : mean of the window [persons a month]
    followed : what came in each month after the window, as a ratio to ``level``
    """

    key: SeriesKey
    start: date
    end: date
    distance: float
    level: float
    followed: tuple[float, ...]


def nearest_past(
    history: MonthlySeries,
    key: SeriesKey,
    origin: date,
    *,
    count: int = 5,
    following: int = 12,
    least_shown: float = 0.0,
) -> tuple[Analogue, ...]:
    """Find the past situations that are nearest to the twelve months of a series up to the origin.

    No two windows of the same series that share a month are given: they would be one situation told twice.

    Parameters
    ----------
    history : the panel; nothing after ``origin`` is read
    key : the series asked about
    origin : last month that is known
    count : how many to give; fewer where the past is short
    following : months after each window that must have been known at the origin
    least_shown : no situation is given in which a month counted somebody, but fewer than this: ratios would tell them

    Raises
    ------
    ForecastError : the series is not in the panel, or has fewer than twelve months up to the origin
    """
    known = history.until(origin)
    row = known.keys.index(key) if key in known.keys else -1
    if row < 0 or known.last != origin or known.values.shape[1] < WINDOW or np.isnan(known.values[row, -WINDOW:]).any():
        raise ForecastError("explain.too_few_months", key=key, months=WINDOW, origin=f"{origin:%Y-%m}")
    distance = np.where(
        _tells_small(known.values, following, least_shown), np.inf, _distances(known.values, row, following)
    )
    order = np.argsort(distance, axis=None, kind="stable")
    chosen: list[tuple[int, int]] = []
    for place in order[: np.isfinite(distance).sum()]:
        series, start = divmod(int(place), distance.shape[1])
        if all(series != other or abs(start - begin) >= WINDOW for other, begin in chosen):
            chosen.append((series, start))
        if len(chosen) == count:
            break
    return tuple(_analogue(known, *place, float(distance[place]), following) for place in chosen)


def _distances(values: Floats, row: int, following: int) -> Floats:
    """Give the distance of each window (series, start) from the last one of ``row``; infinite where it is no analogue.

    The parts are the root mean square difference of the course around its mean, that of the rise of the last three
    months against the nine before, of the size, and of the calendar month, all on log1p.
    """
    now = _described(values[row : row + 1, -WINDOW:])
    starts = values.shape[1] - WINDOW - following + 1
    if starts <= 0:
        return np.full((len(values), 0), np.inf)
    windows = np.lib.stride_tricks.sliding_window_view(values, WINDOW, axis=1)[:, :starts]
    course, rise, level = _described(windows)
    apart = np.abs(np.arange(starts) - (values.shape[1] - WINDOW)) % 12
    season = np.minimum(apart, 12 - apart) / 6
    squared = ((course - now[0]) ** 2).mean(axis=-1) + (rise - now[1]) ** 2 + (LEVEL_WEIGHT * (level - now[2])) ** 2
    distance = np.sqrt(squared + (SEASON_WEIGHT * season) ** 2)
    after = np.lib.stride_tricks.sliding_window_view(values[:, WINDOW:], following, axis=1)[:, :starts]
    is_usable = (windows.mean(axis=-1) >= LEAST_MEAN) & ~np.isnan(after).any(axis=-1)
    return np.where(is_usable, distance, np.inf)


def _tells_small(values: Floats, following: int, least: float) -> NDArray[np.bool_]:
    """Tell of each window (series, start) whether it or what followed has a small count."""
    length = WINDOW + following
    if values.shape[1] < length:
        return np.zeros((len(values), 0), dtype=bool)
    small = (values > 0) & (values < least)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(small, length, axis=1).any(axis=-1))


def _described(windows: Floats) -> tuple[Floats, Floats, Floats]:
    """Describe windows (…, month): course around the mean, rise at the end, and mean, on log1p."""
    logs = np.log1p(windows)
    level = logs.mean(axis=-1)
    rise = logs[..., -RECENT:].mean(axis=-1) - logs[..., :-RECENT].mean(axis=-1)
    return logs - level[..., None], rise, level


def _analogue(known: MonthlySeries, row: int, start: int, distance: float, following: int) -> Analogue:
    end = start + WINDOW
    level = float(known.values[row, start:end].mean())
    followed = known.values[row, end : end + following] / level
    first = add_months(known.first, start)
    return Analogue(known.keys[row], first, add_months(first, WINDOW - 1), distance, level, tuple(followed.tolist()))


def would_follow(analogues: tuple[Analogue, ...], history: MonthlySeries, key: SeriesKey, horizon: int) -> Floats:
    """Tell what each analogue would mean for a series: its own mean of the last twelve months times what followed.

    Returns
    -------
    One number of persons per analogue, for the month ``horizon`` after the last of the history.
    """
    level = float(history.values[history.keys.index(key), -WINDOW:].mean())
    return np.array([analogue.followed[horizon - 1] * level for analogue in analogues])
