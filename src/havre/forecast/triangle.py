"""What was known of each month at each age, and by how much such values were revised afterwards.

A published month is revised later. How much, the vintages of older months tell: the ratio of the next value to the
one known at an age (months since the month counted), age by age, as in the chain ladder of insurers (Mack T (1993),
ASTIN Bulletin 23(2): 213–225, doi:10.2143/AST.23.2.2005092). Only what was known on the day is used.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

import numpy as np
import polars as pl

from havre.draws import Floats
from havre.errors import ForecastError
from havre.evaluate.protocol import band_of
from havre.months import month_index, months_between
from havre.panel.series import Flags

RevisionBasis = Literal["own_revisions", "pooled_revisions", "no_revision_known"]
"""What is known of the revisions of a value: those of the series itself, those of all series of its size, or none."""
MOST_AGE = 24
"""Ages from this one on are taken together. Revisions of months so old count as none: a correction of the whole past at
once is no step that recent months still have to make."""
LEAST_OWN = 12
"""Steps of one age that a series must have seen to speak for itself."""
WATCHED = 6
"""Months after which a value is taken for final where publications lie far apart."""
LEAST_SEEN = 5
"""Steps of one age below which nothing is said about it."""
TRIMMED = 0.25
"""Share of the smallest and of the largest ratios that does not count for what is expected."""


@dataclass(frozen=True)
class Triangle:
    """What was known of each month at each age.

    Parameters
    ----------
    keys : (origin, destination) of each row of the first axis
    months : first day of each month
    values : array (series, month, age); NaN before anything was known, at ages that the day has not reached, and at
        ages in whose calendar month the source published nothing at all; the last age stands for all later ones
    """

    keys: tuple[tuple[str, str], ...]
    months: tuple[date, ...]
    values: Floats

    def ages(self) -> Floats:
        """Give the highest age at which each month is known, array (series, month); −1 where it never was."""
        return np.asarray(np.where(np.isnan(self.values), -1, np.arange(MOST_AGE + 1)).max(axis=2))


def reporting_triangle(rows: pl.DataFrame, day: date, *, until: date | None = None) -> Triangle:
    """Lay out what was known when.

    Parameters
    ----------
    rows : monthly observations of one measure of one source, with all their vintages
    day : nothing that became known later is read
    until : no value of a month after this one is read; by default all are

    Raises
    ------
    ForecastError : nothing was known by that day
    """
    heard = rows.filter((pl.col("as_of") <= day) & (pl.col("frequency") == "M"))
    known = heard.drop_nulls("value").filter(pl.col("period") <= (until or date.max)).sort("as_of")
    if known.height == 0:
        what = ", ".join(rows["measure"].unique().sort()) or "–"
        raise ForecastError("nowcast.nothing_known", what=what, day=day)
    months = months_between(*known.select(first=pl.col("period").min(), last=pl.col("period").max()).row(0))
    first = month_index(months[0])
    pairs = known.select("origin", "destination").unique().sort("origin", "destination").with_row_index("row")
    values = np.full((pairs.height, len(months), MOST_AGE + 1), np.nan)
    # In the order in which they became known, so that a later value of the same age replaces an earlier one.
    placed = known.join(pairs, on=["origin", "destination"], maintain_order="left")
    columns, known_in = _month_indices(placed["period"]) - first, _month_indices(placed["as_of"]) - first
    ages = np.clip(known_in - columns, 0, MOST_AGE)
    values[placed["row"].to_numpy(), columns, ages] = placed["value"].to_numpy()
    values = _carried_on(values)
    reached = month_index(day) - first - np.arange(len(months))
    values[:, reached[:, None] < np.arange(MOST_AGE + 1)[None, :]] = np.nan
    # A value is only known to be unchanged at an age at which the source published something.
    published = np.unique(_month_indices(heard["as_of"])) - first
    unseen = ~np.isin(np.arange(len(months))[:, None] + np.arange(MOST_AGE)[None, :], published)
    values[:, :, :MOST_AGE][:, unseen] = np.nan
    return Triangle(tuple(pairs.select("origin", "destination").iter_rows()), tuple(months), values)


def _month_indices(days: pl.Series) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return (days.dt.year().cast(pl.Int64) * 12 + days.dt.month().cast(pl.Int64) - 1).to_numpy()


def _carried_on(values: Floats) -> Floats:
    """Carry each value on to the ages after it, up to the next one."""
    ages = np.arange(values.shape[2])
    from_age = np.maximum.accumulate(np.where(np.isnan(values), 0, ages), axis=2)
    return np.asarray(np.take_along_axis(values, from_age, axis=2))


@dataclass(frozen=True)
class Step:
    """Log ratios that were seen on the way from one age to the next."""

    seen: Floats

    @cached_property
    def middle(self) -> float:
        """Mean of the middle half: what less than a quarter of the months did counts as none."""
        # Half a second to load, for a mean.
        from scipy.stats import trim_mean

        return float(trim_mean(self.seen, TRIMMED))

    @cached_property
    def error(self) -> float:
        """Squared standard error of a mean."""
        return float(np.var(self.seen)) / self.seen.size


class RevisionSteps:
    """Steps of log ratios from each age to the next, of each series and of all series of its volume band."""

    def __init__(self, triangle: Triangle) -> None:
        # A half is added to both sides of a ratio, so that a zero can be revised.
        logs = np.log(triangle.values + 0.5)
        last = np.stack([last_known(values) for values in logs])
        watched = (triangle.ages()[:, :, None] >= np.arange(MOST_AGE + 1) + WATCHED) & ~np.isnan(logs)
        whole = np.where(watched, last[:, :, None] - logs, np.nan)
        # Ages first: what is asked for is always one of them.
        self._logs = {"step": np.moveaxis(np.diff(logs, axis=2), 2, 0), "whole": np.moveaxis(whole, 2, 0)}
        self._place = {pair: row for row, pair in enumerate(triangle.keys)}
        self._bands = np.array([volume_band(last_known(values)) for values in triangle.values])
        moved = [(np.nan_to_num(each) != 0).any(axis=(0, 2)) for each in self._logs.values()]
        self._changed = moved[0] | moved[1]
        self._found: dict[tuple[str, int, bytes], Step] = {}

    def from_age(self, pair: tuple[str, str], band: str, age: int) -> tuple[list[Step], RevisionBasis]:
        """Give what was seen of each step on the way from an age to the final value.

        Parameters
        ----------
        pair : origin and destination
        band : volume band whose steps stand in where the series itself has seen too few

        Returns
        -------
        The steps, to be added up; none where no revision is known or the value counts as final.
        """
        own = np.zeros(len(self._bands), dtype=bool)
        if pair in self._place:
            own[self._place[pair]] = True
        alike = own | (self._bands == band)
        # Values that nobody looked at twice do not show that nothing is revised.
        if not self._changed[alike].any():
            return [], "no_revision_known"
        found: list[Step] = []
        pooled = False
        for each in range(age, MOST_AGE - 1):
            step, alone = self._own_or_alike("step", each, own, alike)
            if step.seen.size < LEAST_SEEN:
                break
            found.append(step)
            pooled = pooled or not alone
        if not found and age < MOST_AGE - 1:
            # Publications lie too far apart for a chain: the whole way at once, from this age to what came last.
            step, alone = self._own_or_alike("whole", age, own, alike)
            if step.seen.size < LEAST_SEEN:
                return [], "no_revision_known"
            found, pooled = [step], not alone
        return found, "pooled_revisions" if pooled else "own_revisions"

    def _own_or_alike(self, kind: str, age: int, own: Flags, alike: Flags) -> tuple[Step, bool]:
        """Give the step of the series itself where it has seen enough, else that of its size; and which."""
        alone = self._step(kind, age, own)
        return (alone, True) if alone.seen.size >= LEAST_OWN else (self._step(kind, age, alike), False)

    def _step(self, kind: str, age: int, rows: Flags) -> Step:
        # Kept, since many series and ages share a step.
        name = (kind, age, rows.tobytes())
        if name not in self._found:
            logs = self._logs[kind][age][rows]
            self._found[name] = Step(logs[~np.isnan(logs)])
        return self._found[name]


def last_known(values: Floats) -> Floats:
    """Give the value at the highest age that is known, from an array (month, age): array (month)."""
    known = ~np.isnan(values)
    last = values.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)
    return np.asarray(np.where(known.any(axis=1), values[np.arange(len(values)), last], np.nan))


def volume_band(values: Floats) -> str:
    """Name the volume band of a series by the mean of its last twelve known months."""
    known = values[~np.isnan(values)][-12:]
    return band_of(float(known.mean())) if known.size else band_of(0.0)
