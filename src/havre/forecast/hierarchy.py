"""The hierarchy of series that add up: corridors, rests, destinations or routes, origins, and all together.

The bottom holds every person once. Above it stand sums: each destination or route (origin ``TOT``), each origin with
a total of its own (destination ``TOT``), and the grand total. Corridors that are not forecast on their own, because
they are too small or because the nationality is not known, must still be in the sums: they are gathered in one rest
for each destination, so that no sum is short of anybody.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from havre.draws import Draws, Floats, SeriesKey
from havre.panel.scope import TOTAL
from havre.panel.series import MonthlySeries

if TYPE_CHECKING:
    from scipy.sparse import csr_array

REST = "RST"
"""Origin of a rest: everybody on a destination or route who is in no other series of the hierarchy. It is no code of
ISO 3166-1 and so no nationality, and none of the categories in which providers publish persons (``OTH``, ``XXX``)."""


@dataclass(frozen=True)
class Hierarchy:
    """Series that add up.

    Parameters
    ----------
    bottom : corridors and rests, each person in exactly one of them
    upper : the sums; a key with ``TOT`` takes in every bottom series that it does not tell apart

    Raises
    ------
    ValueError : a key occurs twice, there is no bottom, there are several measures, or a sum has no part
    """

    bottom: tuple[SeriesKey, ...]
    upper: tuple[SeriesKey, ...]

    def __post_init__(self) -> None:
        if len(set(self.keys)) != len(self.keys):
            raise ValueError("a series may stand in a hierarchy only once")
        if len({key.measure for key in self.keys}) != 1 or not self.bottom:
            raise ValueError("a hierarchy needs a bottom, and one measure for all its series")
        if self.upper and (self.summing.sum(axis=1) == 0).any():
            raise ValueError("every sum of a hierarchy needs a part")

    @property
    def keys(self) -> tuple[SeriesKey, ...]:
        """All series: the bottom first, then the sums."""
        return (*self.bottom, *self.upper)

    @cached_property
    def summing(self) -> "csr_array[Any, tuple[int, int]]":
        """Sparse matrix (series, bottom series) of ones: the identity, and below it the parts of each sum."""
        from scipy.sparse import csr_array, eye_array, vstack

        rows, columns = [], []
        places = _places(self.bottom)
        for row, key in enumerate(self.upper):
            parts = _parts(key, places, len(self.bottom))
            rows += [row] * len(parts)
            columns += parts
        shape = (len(self.upper), len(self.bottom))
        sums = csr_array((np.ones(len(rows)), (rows, columns)), shape=shape)
        return csr_array(vstack([eye_array(len(self.bottom), format="csr"), sums], format="csr"))

    def add_up(self, bottom: Floats) -> Floats:
        """Give the values of all series from those of the bottom, along the first axis.

        Whole numbers up to 2⁵³ are added without rounding, so that sums of persons are exact.
        """
        flat = np.ascontiguousarray(bottom).reshape(len(self.bottom), -1)
        return np.asarray(self.summing @ flat).reshape(len(self.keys), *bottom.shape[1:])

    def is_coherent(self, draws: Draws) -> bool:
        """Tell whether every sum equals the sum of its parts in every draw, to the last bit."""
        mine = draws.select(self.keys).values
        return bool(np.array_equal(mine, self.add_up(mine[: len(self.bottom)])))


def _places(bottom: tuple[SeriesKey, ...]) -> Mapping[tuple[str, str], list[int]]:
    """Give the bottom series by origin, by destination and by both."""
    found: dict[tuple[str, str], list[int]] = {}
    for place, key in enumerate(bottom):
        for pair in ((key.origin, TOTAL), (TOTAL, key.destination)):
            if pair != (TOTAL, TOTAL):
                found.setdefault(pair, []).append(place)
    return found


def _parts(key: SeriesKey, places: Mapping[tuple[str, str], list[int]], bottom: int) -> list[int]:
    if (key.origin, key.destination) == (TOTAL, TOTAL):
        return list(range(bottom))
    return places.get((key.origin, key.destination), [])


def build_hierarchy(
    series: MonthlySeries, modelled: Collection[SeriesKey], *, origins: Collection[str] | None = None
) -> tuple[Hierarchy, MonthlySeries]:
    """Build the hierarchy over the series of one measure, and the history of all its series.

    Bottom series are the corridors that are forecast on their own, the other corridors of an origin that has a total
    of its own (else its total would be short of them), and one rest for each destination. A corridor that never
    counted anybody, or that ended before the last month, belongs to the rest. Where there is one destination only,
    its total is the only sum; where there are only totals of destinations, they are the bottom.

    Parameters
    ----------
    series : what is known at an origin, and nothing later: corridors, those of unknown nationality included. A row of
        a destination with origin ``TOT`` beside its corridors is a published total: what it counts beyond them, such
        as persons whose nationality was not told, goes to the rest
    modelled : corridors (or, with only totals, destinations) to be forecast on their own
    origins : origins with a total of their own; by default those of ``modelled``

    Returns
    -------
    The hierarchy and the series of its keys, in their order. A month in which a part of a sum is not known is not
    known of the sum; a corridor that starts later than others into the same destination counts as zero before.
    """
    owned = {key.origin for key in modelled} if origins is None else set(origins)
    several = len({key.destination for key in series.keys}) > 1
    alone, gathered = _split(series, set(modelled), owned - {TOTAL} if several else set())
    parts, filled = _parts_known(series, alone, gathered)
    destinations = list(dict.fromkeys(key.destination for key in parts))
    measure = series.keys[0].measure
    sums = [SeriesKey(measure, TOTAL, destination) for destination in destinations]
    if several:
        used = {key.origin for key in parts}
        sums += [SeriesKey(measure, origin, TOTAL) for origin in sorted(owned & used - {TOTAL, REST})]
        sums.append(SeriesKey(measure, TOTAL, TOTAL))
    hierarchy = Hierarchy(tuple(parts), tuple(key for key in sums if key not in parts))
    values = hierarchy.add_up(filled)
    values[: len(alone)] = series.values[alone]
    return hierarchy, MonthlySeries(hierarchy.keys, series.first, values)


def _split(series: MonthlySeries, modelled: set[SeriesKey], owned: set[str]) -> tuple[list[int], list[int]]:
    """Tell the rows that stand alone in the bottom from those that are gathered in rests."""
    ever = np.nansum(series.values, axis=1) > 0
    ends = ~np.isnan(series.values[:, -1])
    with_parts = {key.destination for key in series.keys if key.origin != TOTAL}
    alone: list[int] = []
    gathered: list[int] = []
    for row, key in enumerate(series.keys):
        if key.origin == TOTAL and key.destination in with_parts:
            continue
        stands = key.origin == TOTAL or key in modelled or (key.origin in owned and ever[row])
        (alone if stands and ends[row] else gathered).append(row)
    return alone, gathered


def _parts_known(series: MonthlySeries, alone: list[int], gathered: list[int]) -> tuple[list[SeriesKey], Floats]:
    """Give the bottom series and their values, zero where a corridor is silent while its destination is not."""
    keys = [series.keys[row] for row in alone]
    values = [series.values[alone]]
    published = {key.destination: row for row, key in enumerate(series.keys) if key.origin == TOTAL}
    named = dict.fromkeys(key.destination for key in series.keys)
    for destination in named:
        mine = [row for row, key in enumerate(series.keys) if key.destination == destination and key.origin != TOTAL]
        if not mine:
            continue
        told = ~np.isnan(series.values[mine]).all(axis=0)
        here = [place for place, key in enumerate(keys) if key.destination == destination]
        values[0][here] = np.where(np.isnan(values[0][here]) & told, 0.0, values[0][here])
        rest = np.nansum(series.values[[row for row in mine if row in gathered]], axis=0)
        if destination in published:
            counted = np.nansum(series.values[mine], axis=0)
            rest = rest + np.maximum(np.nan_to_num(series.values[published[destination]] - counted), 0.0)
        if (rest > 0).any() or not here:
            keys.append(SeriesKey(series.keys[0].measure, REST, destination))
            values.append(np.where(told, rest, np.nan)[None])
    return keys, np.concatenate(values)
