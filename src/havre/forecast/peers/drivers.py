"""Lagged drivers of a series that are found in the panel itself: its own past, its neighbours' and that of all.

The papers take conflict, economy, news and searches; none of these is in the panel. What other corridors of the same
origin and to the same destination reported stands in their place. Month ``t`` reads nothing after month ``t``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from havre.draws import Floats
from havre.forecast.pooling import Rows, bands_at, trailing_mean
from havre.months import month_index
from havre.panel.series import MonthlySeries

Flags = NDArray[np.bool_]
OWN_LAGS = (0, 1, 2, 3, 4, 5, 6, 11, 12)
OWN_MEANS = (6, 12, 24)
LEVEL_MONTHS = 3


@dataclass(frozen=True)
class Drivers:
    """What is known at each month, all on log1p.

    ``logs``, ``level`` (the mean of three months), ``bands`` and ``known`` (months with a value so far) have the shape
    (series, month); ``table`` has the driver as a last axis. ``calendar`` (month,) is the calendar month, January 0.
    """

    logs: Floats
    level: Floats
    bands: Rows
    known: Rows
    table: Floats
    calendar: Rows

    @classmethod
    def of(cls, history: MonthlySeries, months: int) -> "Drivers":
        """Take the last ``months`` months of a history; what they need of earlier ones is read too.

        Drivers: own lags 0–6, 11 and 12 and own means of 6, 12 and 24 months, less the level; the level; and of three
        sums (other series with the same origin, others with the same destination, the whole panel) the last month less
        the mean of three, and that less the mean of twelve. What is not known is zero: no change.
        """
        values, logs = history.values, np.log1p(history.values)
        level = _log_mean(values, LEVEL_MONTHS)
        columns = [lagged(logs, lag) - level for lag in OWN_LAGS]
        columns += [_log_mean(values, span) - level for span in OWN_MEANS]
        columns.append(level)
        groups = [k.origin for k in history.keys], [k.destination for k in history.keys]
        everyone = np.broadcast_to(np.nansum(values, axis=0), values.shape)
        for sums in (*(sum_of_others(values, group) for group in groups), everyone):
            short = _log_mean(sums, LEVEL_MONTHS)
            columns += [np.log1p(sums) - short, short - _log_mean(sums, 12)]
        table = np.nan_to_num(np.stack(columns, axis=-1))
        calendar = (month_index(history.first) + np.arange(values.shape[1])) % 12
        known = np.cumsum(~np.isnan(values), axis=1)
        whole = cls(logs, level, bands_at(values), known, table, calendar)
        return whole if values.shape[1] <= months else whole._last(months)

    def _last(self, months: int) -> "Drivers":
        cut = slice(-months, None)
        logs, level, table = self.logs[:, cut], self.level[:, cut], self.table[:, cut]
        return Drivers(logs, level, self.bands[:, cut], self.known[:, cut], table, self.calendar[cut])

    def came(self, horizon: int) -> Floats:
        """Give how far log1p had moved from the level of each month ``horizon`` months later; NaN where not known."""
        later = np.full_like(self.logs, np.nan)
        later[:, :-horizon] = self.logs[:, horizon:]
        return np.asarray(later - self.level)

    def season(self, horizon: int) -> Floats:
        """Give sine and cosine of the calendar month that each month's forecast is about, array (month, 2)."""
        angle = 2 * np.pi * (self.calendar + horizon) / 12
        return np.stack([np.sin(angle), np.cos(angle)], axis=-1)


def lagged(values: Floats, lag: int) -> Floats:
    """Move values ``lag`` months later; NaN where that is before the first."""
    earlier = np.full_like(values, np.nan)
    earlier[:, lag:] = values[:, : max(0, values.shape[1] - lag)]
    return earlier


def sum_of_others(values: Floats, groups: list[str]) -> Floats:
    """Give, for each series, the sum over the other series of its group; a month without value adds nothing."""
    known = np.nan_to_num(values)
    _, place = np.unique(groups, return_inverse=True)
    sums = np.zeros((place.max(initial=-1) + 1, values.shape[1]))
    np.add.at(sums, place, known)
    return np.asarray(np.maximum(sums[place] - known, 0.0))


def _log_mean(values: Floats, months: int) -> Floats:
    return np.asarray(np.log1p(np.maximum(trailing_mean(values, months), 0.0)))
