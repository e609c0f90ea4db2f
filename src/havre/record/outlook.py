"""One series as a reader meets it: the months counted, the months expected, and how well this was done before."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from havre.record.tables import SCOPE_KEY, Release

Key = tuple[str, ...]
"""Scope, measure, origin, destination."""

Row = dict[str, Any]
"""A row of a release table by column name."""

_SHOWN = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)


@dataclass(frozen=True)
class ExpectedMonth:
    """The forecast of one month.

    Parameters
    ----------
    month : the month that is forecast
    horizon : months after the last published month
    quantiles : value by quantile level, ``None`` where the forecast is suppressed
    """

    month: date
    horizon: int
    quantiles: Mapping[float, float] | None

    @property
    def median(self) -> float | None:
        """The value that is as likely to be exceeded as not; ``None`` where suppressed."""
        return None if self.quantiles is None else self.quantiles[0.5]

    def interval(self, percent: int) -> tuple[float, float] | None:
        """Give the central interval of 50, 80 or 95 percent; ``None`` where suppressed."""
        if self.quantiles is None:
            return None
        tail = (100 - percent) / 200
        return self.quantiles[tail], self.quantiles[round(1 - tail, 3)]


@dataclass(frozen=True)
class Outlook:
    """A row of the table of series with its history and its forecast by the ensemble.

    ``history`` holds every month from first to last; a month that was not published or is suppressed is ``None``.
    """

    row: Row
    history: tuple[tuple[date, float | None], ...]
    expected: tuple[ExpectedMonth, ...]

    @property
    def key(self) -> Key:
        """Scope, measure, origin and destination."""
        return tuple(self.row[column] for column in SCOPE_KEY)

    @property
    def is_hidden(self) -> bool:
        """Whether there is no forecast to show: none was made, or every month of it is suppressed."""
        return all(month.quantiles is None for month in self.expected)

    @property
    def is_scored(self) -> bool:
        """Whether the backtest could compare this series with a naive guess."""
        ratio = self.row["wis_ratio"]
        return ratio is not None and not math.isnan(ratio)

    @property
    def is_losing(self) -> bool:
        """Whether the ensemble did worse on this series than the best naive guess."""
        return self.is_scored and self.row["wis_ratio"] > 1

    def at(self, horizon: int) -> ExpectedMonth | None:
        """Give the forecast at a horizon, ``None`` where none was made."""
        return next((month for month in self.expected if month.horizon == horizon), None)


def read_outlooks(release: Release) -> tuple[Outlook, ...]:
    """Join the tables of a release into one outlook per series, the largest recent mean first.

    A value of the history that is marked as suppressed is dropped here, whatever it is, so that nothing
    that shows an outlook can show it.
    """
    history = _histories(release.history)
    expected = _expectations(release.forecasts.filter(pl.col("model") == release.facts.ensemble))
    rows = release.series.sort("recent_mean", *SCOPE_KEY, descending=[True, *(False,) * 4], nulls_last=True)
    return tuple(
        Outlook(row, history.get(_key(row), ()), expected.get(_key(row), ())) for row in rows.iter_rows(named=True)
    )


def losing_first(outlooks: Iterable[Outlook]) -> list[Outlook]:
    """List the series on which the ensemble lost to the best naive guess, the worst first."""
    losing = (outlook for outlook in outlooks if outlook.is_losing)
    return sorted(losing, key=lambda outlook: (-outlook.row["wis_ratio"], outlook.key))


def _key(row: Row) -> Key:
    return tuple(row[column] for column in SCOPE_KEY)


def _histories(history: pl.DataFrame) -> dict[Key, tuple[tuple[date, float | None], ...]]:
    shown = history.with_columns(pl.when(~pl.col("suppressed")).then("value").alias("value"))
    groups = shown.sort("period").group_by(SCOPE_KEY, maintain_order=True).agg("period", "value")
    return {_key(row): _every_month(row["period"], row["value"]) for row in groups.iter_rows(named=True)}


def _every_month(periods: list[date], values: list[float | None]) -> tuple[tuple[date, float | None], ...]:
    """Put ``None`` where a month between the first and the last has no row, so that it shows as a gap."""
    known = dict(zip(periods, values, strict=True))
    months = pl.date_range(periods[0], periods[-1], interval="1mo", eager=True).to_list()
    return tuple((month, known.get(month)) for month in months)


def _expectations(forecasts: pl.DataFrame) -> dict[Key, tuple[ExpectedMonth, ...]]:
    months = (
        forecasts.filter(pl.col("quantile").is_in(_SHOWN))
        .sort("horizon", "quantile")
        .group_by(*SCOPE_KEY, "target_month", "horizon", maintain_order=True)
        .agg("quantile", "value")
    )
    found: dict[Key, list[ExpectedMonth]] = {}
    for row in months.iter_rows(named=True):
        suppressed = any(value is None for value in row["value"])
        quantiles = None if suppressed else dict(zip(row["quantile"], row["value"], strict=True))
        found.setdefault(_key(row), []).append(ExpectedMonth(row["target_month"], row["horizon"], quantiles))
    return {key: tuple(months) for key, months in found.items()}
