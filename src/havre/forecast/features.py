"""What is known of every series at every month, as numbers from which trees can learn.

Nothing in the row of a month reads a later month. All on log1p, and relative to a smoothed level wherever that makes
large and small series alike. Each feature has a name and a driver: the word by which an explanation tells it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from havre.draws import Floats, SeriesKey
from havre.forecast.damping import calendar_value
from havre.forecast.levels import smoothed
from havre.forecast.pooling import trailing_mean
from havre.forecast.seasons import seasons
from havre.months import month_index
from havre.panel.series import MonthlySeries

Table = NDArray[np.float32]
LEVEL_WEIGHT = 0.5
LAGS = (0, 1, 2, 3, 4, 5, 6, 8, 10, 11, 12, 23)
_MOST_MONTHS_SINCE = 36.0
Named = tuple[str, str, Floats]
"""Name, driver, array (series, month)."""


def back(values: Floats, lag: int) -> Floats:
    """Give the values of ``lag`` months before each month, NaN where there are none; a negative lag is refused.

    Raises
    ------
    ValueError : the lag is negative, which would read the future
    """
    if lag < 0:
        raise ValueError(f"a feature must not read {-lag} months ahead")
    earlier = np.full_like(values, np.nan)
    if lag < values.shape[1]:
        earlier[:, lag:] = values[:, : values.shape[1] - lag]
    return earlier


def sums_of_groups(keys: Sequence[SeriesKey], values: Floats) -> Iterator[tuple[str, Floats]]:
    """Give for every series the sum over all that share its destination, its origin, and over the whole panel.

    A grouping that puts every series alone or all together is left out; a month without value counts as nothing.
    """
    known = np.nan_to_num(values)
    for name in ("destination", "origin"):
        labels, place = np.unique([getattr(key, name) for key in keys], return_inverse=True)
        if 1 < labels.size < len(keys):
            sums = np.zeros((labels.size, values.shape[1]))
            np.add.at(sums, place, known)
            yield name, sums[place]
    if len(keys) > 1:
        yield "panel", np.broadcast_to(known.sum(axis=0), values.shape)


@dataclass(frozen=True)
class Features:
    """Features of a history.

    Parameters
    ----------
    logs, level : log1p of the counts and its smoothed level (series, month)
    now : what does not depend on the horizon (series, month, feature)
    names, drivers : of all features, those of the horizon last
    ahead : from a horizon to the features that depend on it, in the order of their names
    """

    logs: Floats
    level: Floats
    now: Table
    names: tuple[str, ...]
    drivers: tuple[str, ...]
    ahead: Callable[[int], list[Named]]

    @classmethod
    def of(cls, history: MonthlySeries) -> "Features":
        """Compute the features of a history."""
        values, first = history.values, month_index(history.first) % 12
        logs = np.log1p(values)
        level = smoothed(logs, LEVEL_WEIGHT)
        groups = [(name, np.log1p(sums)) for name, sums in sums_of_groups(history.keys, values)]
        fixed = [*_own(values, logs, level), *_panel(logs, level, groups)]
        season = [seasons(part, first) for part in (logs, *(part for _, part in groups))]
        mean = np.log1p(trailing_mean(values, 12))

        def ahead(horizon: int) -> list[Named]:
            return list(_ahead(logs, level, mean, groups, season, first, horizon))

        now = np.stack([part.astype(np.float32) for _, _, part in fixed], axis=-1)
        every = [*fixed, *ahead(1)]
        return cls(logs, level, now, tuple(n for n, _, _ in every), tuple(d for _, d, _ in every), ahead)

    def table(self, horizon: int, keep: NDArray[np.bool_]) -> Table:
        """Give the features of some series and months at a horizon, array (example, feature).

        Parameters
        ----------
        keep : which series and months (series, month)
        """
        later = [part[keep].astype(np.float32) for _, _, part in self.ahead(horizon)]
        return np.concatenate([self.now[keep], np.stack(later, axis=-1)], axis=-1)


def _own(values: Floats, logs: Floats, level: Floats) -> Iterator[Named]:
    for lag in LAGS:
        yield f"lag_{lag}", "recent_level" if lag < 10 else "season", back(logs, lag) - level
    for weight in (0.1, 0.2, 0.8):
        yield f"level_{weight}", "trend", smoothed(logs, weight) - level
    for months in (3, 6, 12, 24, 60):
        driver = "trend" if months <= 6 else "past_year"
        yield f"mean_{months}", driver, np.log1p(trailing_mean(values, months)) - level
    year = np.stack([back(logs, lag) for lag in range(12)])
    known = ~np.isnan(year)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, year, 0.0).sum(axis=0) / count
    yield "level", "size", level
    yield "spread_12", "unrest", np.sqrt((np.where(known, year - mean, 0.0) ** 2).sum(axis=0) / count)
    yield "highest_12", "unrest", np.where(known, year, -1.0).max(axis=0) - level
    yield "lowest_12", "unrest", np.where(known, year, 99.0).min(axis=0) - level
    yield "change_12", "unrest", np.sqrt(np.nan_to_num(trailing_mean((logs - back(logs, 1)) ** 2, 12)))
    nobody = np.where(np.isnan(values), np.nan, values == 0)
    yield "zeros_12", "size", trailing_mean(nobody, 12)
    yield "zeros_36", "size", trailing_mean(nobody, 36)
    yield "months_since", "size", _months_since(values)


def _months_since(values: Floats) -> Floats:
    """Count the months since the last one with anybody."""
    since = np.zeros_like(values)
    for month in range(1, values.shape[1]):
        since[:, month] = np.where(values[:, month] > 0, 0.0, since[:, month - 1] + 1)
    return np.minimum(since, _MOST_MONTHS_SINCE)


def _panel(logs: Floats, level: Floats, groups: list[tuple[str, Floats]]) -> Iterator[Named]:
    change = logs - back(logs, 1)
    counted = (~np.isnan(change)).sum(axis=0)
    everyone = (np.nan_to_num(change).sum(axis=0) / np.maximum(counted, 1))[None, :]
    yield "all_change_1", "panel", np.broadcast_to(everyone, logs.shape)
    yield "all_change_3", "panel", np.broadcast_to(trailing_mean(everyone, 3), logs.shape)
    for name, part in groups:
        smooth = smoothed(part, LEVEL_WEIGHT)
        yield f"{name}_change", "panel", part - back(part, 1)
        yield f"{name}_lag_0", "panel", part - smooth
        yield f"{name}_mean_12", "panel", smooth - np.log1p(trailing_mean(np.expm1(part), 12))
        yield f"{name}_share", "panel", level - smooth


def _ahead(
    logs: Floats,
    level: Floats,
    mean: Floats,
    groups: list[tuple[str, Floats]],
    season: list[Floats],
    first: int,
    horizon: int,
) -> Iterator[Named]:
    """Give what depends on the month to come: its place in the year, and what the same month was like before."""
    calendar = (first + np.arange(logs.shape[1])) % 12
    year_ago = -horizon % 12

    yield "horizon", "season", np.full_like(logs, float(horizon))
    yield "target_month", "season", np.broadcast_to(((calendar + horizon) % 12).astype(float), logs.shape)
    yield "month", "season", np.broadcast_to(calendar.astype(float), logs.shape)
    yield "year_ago", "season", back(logs, year_ago) - level
    yield "two_years_ago", "season", back(logs, year_ago + 12) - level
    around = [back(logs, max(0, year_ago + step)) for step in (-1, 0, 1)]
    yield "around_year_ago", "season", sum(around, start=np.zeros_like(logs)) / 3 - level
    yield "year_ago_change", "season", back(logs, year_ago) - back(mean, 12)
    yield "season", "season", calendar_value(season[0], first, horizon)
    yield "season_change", "season", calendar_value(season[0], first, horizon) - calendar_value(season[0], first, 0)
    for (name, part), of_group in zip(groups, season[1:], strict=True):
        yield f"{name}_season", "season", calendar_value(of_group, first, horizon) - calendar_value(of_group, first, 0)
        yield f"{name}_year_ago", "season", back(part, year_ago) - back(part, 12)
