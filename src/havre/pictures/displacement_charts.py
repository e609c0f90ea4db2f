"""What each chart of a displacement simulation shows: plain tables, checked when a chart is made.

People are counts of people, whole or as a mean over runs; counts below ``threshold`` are written as "<10" and drawn
as :mod:`havre.pictures.small_counts` says. The order of rows is the order in which camps are shown.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from havre.pictures.small_counts import DEFAULT_THRESHOLD, check_threshold, has_small
from havre.pictures.tables import check_columns, check_known, check_once, check_range

KINDS = ("camp", "conflict", "town", "other")
"""Kinds of places that a map tells apart; forwarding hubs, markers and flood zones are ``other``."""
MOST_CAMPS = 24
"""Camps in one chart; of more, the largest are shown."""


MOST_PLACES, MOST_LINKS = 400, 1200
"""Places and links on one map; of more, camps and the places with most people and the links with most are shown."""


def largest_network(places: pl.DataFrame, links: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Choose what a map shows: camps, then the places with most people; of the links between them those with most.

    Parameters
    ----------
    places : with ``name``, ``kind`` and ``people``
    links : with ``origin``, ``destination`` and ``flow``

    Returns
    -------
    Both tables in their order, with ``row``, the number of the row that it was, and for links ``start`` and ``end``,
    the numbers of the rows that their ends are now.
    """
    other = pl.col("kind") != "camp"
    ranked = places.with_row_index("row").sort(
        other, "people", descending=[False, True], nulls_last=True, maintain_order=True
    )
    kept = ranked.head(MOST_PLACES).sort("row")
    numbered = kept.select("name", place=pl.int_range(pl.len()))
    between = links.with_row_index("row")
    for side, name in (("start", "origin"), ("end", "destination")):
        ends = numbered.rename({"name": name, "place": side})
        between = between.join(ends, on=name, how="inner", maintain_order="left")
    busiest = between.sort("flow", descending=True, nulls_last=True, maintain_order=True)
    return kept, busiest.head(MOST_LINKS).sort("row")


def check_network(places: pl.DataFrame, links: pl.DataFrame) -> None:
    """Check places with ``name``, ``kind``, ``latitude`` and ``longitude``, and links between them.

    Raises
    ------
    ValueError : a column is missing, a place or a directed link comes twice, a kind or an end of a link is unknown,
        a link leads back to its own place, or a coordinate is not one
    """
    check_columns(places, ("name", "kind", "latitude", "longitude"))
    check_columns(links, ("origin", "destination"))
    check_once(places, ("name",))
    check_known(places, "kind", KINDS)
    check_range(places, "latitude", -90.0, 90.0)
    check_range(places, "longitude", -180.0, 180.0)
    names = frozenset(places["name"].to_list())
    for end in ("origin", "destination"):
        check_known(links, end, names)
    check_once(links, ("origin", "destination"))
    for origin, destination in links.select("origin", "destination").iter_rows():
        if origin == destination:
            raise ValueError(f"a link leads from {origin} back to it")


@dataclass(frozen=True)
class NetworkMapChart:
    """Places on a map, circles by the people in them, and links, as wide as people set out on them.

    Parameters
    ----------
    title : what is shown, and when
    unit, flow_unit : what the sizes of circles and the widths of links are, in words, such as "people in a place at the
        end of the day" and "people who set out in all days"
    places : ``name``, ``kind`` (one of :data:`KINDS`), ``latitude`` and ``longitude`` [degrees], ``people`` (null where
        it is not known)
    links : directed: ``origin`` and ``destination`` (names of places), ``flow`` [people] (null where it is not known)
    threshold : smallest count that is told [people]

    Raises
    ------
    ValueError : the tables do not fit, see :func:`check_network`, or a number of people is below 0
    """

    title: str
    unit: str
    flow_unit: str
    places: pl.DataFrame
    links: pl.DataFrame
    threshold: int = DEFAULT_THRESHOLD

    def __post_init__(self) -> None:
        check_network(self.places, self.links)
        check_columns(self.places, ("people",))
        check_columns(self.links, ("flow",))
        check_range(self.places, "people", 0.0, _FINITE, gaps=True)
        check_range(self.links, "flow", 0.0, _FINITE, gaps=True)
        check_threshold(self.threshold)

    @property
    def veils(self) -> bool:
        """Whether there are counts that are not told."""
        return any(_has_small(column, self.threshold) for column in (self.places["people"], self.links["flow"]))


@dataclass(frozen=True)
class CampCurvesChart:
    """People in each camp by day: the median with its intervals, what was counted, and the capacity.

    Parameters
    ----------
    title : what is shown
    unit : the axis of people in words
    curves : ``camp``, ``day``, ``quantile`` and ``value``; the median is 0.5, and of the intervals those are drawn
        whose levels are both there (95 %: 0.025 and 0.975; 80 %: 0.1 and 0.9; 50 %: 0.25 and 0.75)
    counted : ``camp``, ``day`` and ``value`` of the registrations, null for a gap; may have no rows
    capacities : ``camp`` and ``capacity``, null where it has no limit
    fitted_until : last day to whose counts the parameters were fitted; ``None`` where they were not
    threshold : smallest count that is told [people]

    Raises
    ------
    ValueError : a column is missing, a row comes twice, a camp has no median, or a number of people is below 0
    """

    title: str
    unit: str
    curves: pl.DataFrame
    counted: pl.DataFrame
    capacities: pl.DataFrame
    fitted_until: date | None = None
    threshold: int = DEFAULT_THRESHOLD

    def __post_init__(self) -> None:
        check_columns(self.curves, ("camp", "day", "quantile", "value"))
        check_columns(self.counted, ("camp", "day", "value"))
        check_columns(self.capacities, ("camp", "capacity"))
        check_once(self.curves, ("camp", "day", "quantile"))
        check_once(self.counted, ("camp", "day"))
        check_once(self.capacities, ("camp",))
        check_range(self.curves, "quantile", 0.0, 1.0)
        check_range(self.curves, "value", 0.0, _FINITE)
        check_range(self.counted, "value", 0.0, _FINITE, gaps=True)
        medians = self.curves.filter((pl.col("quantile") - 0.5).abs() < 1e-9)
        check_known(self.curves, "camp", frozenset(medians["camp"].to_list()))
        check_range(self.capacities, "capacity", 0.0, _FINITE, gaps=True)
        check_threshold(self.threshold)

    @property
    def camps(self) -> list[str]:
        """The camps that are shown: all, or the largest by their largest value, in the order in which they come."""
        largest = self.curves.group_by("camp", maintain_order=True).agg(pl.col("value").max())
        kept = largest.sort("value", descending=True, maintain_order=True).head(MOST_CAMPS)["camp"].to_list()
        return [camp for camp in largest["camp"].to_list() if camp in kept]

    @property
    def left_out(self) -> int:
        """How many camps are not shown."""
        return self.curves["camp"].n_unique() - len(self.camps)

    @property
    def veils(self) -> bool:
        """Whether there are counts that are not told."""
        return any(_has_small(table["value"], self.threshold) for table in (self.curves, self.counted))


@dataclass(frozen=True)
class FillDatesChart:
    """When each camp is full for the first time: the interval of the days, and the chance that it happens at all.

    Parameters
    ----------
    title : what is shown
    first, last : the days that were simulated
    dates : ``camp``, ``chance`` (share of runs in which the camp fills, 0 to 1), ``low``, ``median`` and ``high``:
        quantiles of the day over all runs, where a run in which the camp does not fill counts as later than all days;
        a quantile that is later than the last day is null
    interval : what ``low`` and ``high`` hold between them, in per cent

    Raises
    ------
    ValueError : a column is missing, a camp comes twice, a chance is not one, days are out of order or outside, or the
        interval is not between 0 and 100
    """

    title: str
    first: date
    last: date
    dates: pl.DataFrame
    interval: int = 90

    def __post_init__(self) -> None:
        check_columns(self.dates, ("camp", "chance", "low", "median", "high"))
        check_once(self.dates, ("camp",))
        check_range(self.dates, "chance", 0.0, 1.0)
        if self.last < self.first or not 0 < self.interval < 100:
            raise ValueError(f"no days, or no interval: {self.first} to {self.last}, {self.interval} %")
        for camp, *days in self.dates.select("camp", "low", "median", "high").iter_rows():
            known = [day for day in days if day is not None]
            # What is later than the last day comes after all that is not.
            if days != [*sorted(known), *[None] * (3 - len(known))]:
                raise ValueError(f"the days of {camp} are not in their order: {days}")
            if known and not self.first <= known[0] <= known[-1] <= self.last:
                raise ValueError(f"a day of {camp} lies outside {self.first} to {self.last}: {days}")


@dataclass(frozen=True)
class ScenarioCampsChart:
    """How many more or fewer people are in each camp with the events of a scenario than without; not a forecast.

    Parameters
    ----------
    title : what is compared, and on which day or days
    supposed : what is supposed, in words
    unit : the axis of differences in words
    changes : ``camp``, ``base`` (people without the events), ``change``, ``low`` and ``high``: median and interval over
        pairs of runs of the difference, signed
    interval : what ``low`` and ``high`` hold between them, in per cent
    threshold : smallest count that is told [people]

    Raises
    ------
    ValueError : a column is missing, a camp comes twice, a number of people is below 0, the change lies outside its
        interval, or the interval is not between 0 and 100
    """

    title: str
    supposed: str
    unit: str
    changes: pl.DataFrame
    interval: int = 80
    threshold: int = DEFAULT_THRESHOLD

    def __post_init__(self) -> None:
        check_columns(self.changes, ("camp", "base", "change", "low", "high"))
        check_once(self.changes, ("camp",))
        check_range(self.changes, "base", 0.0, _FINITE)
        for name in ("change", "low", "high"):
            check_range(self.changes, name, -_FINITE, _FINITE)
        for camp, change, low, high in self.changes.select("camp", "change", "low", "high").iter_rows():
            if not low <= change <= high:
                raise ValueError(f"the change of {camp} lies outside its interval: {low}, {change}, {high}")
        if not 0 < self.interval < 100:
            raise ValueError(f"an interval holds between 0 and 100 %, not {self.interval}")
        check_threshold(self.threshold)

    @property
    def veils(self) -> bool:
        """Whether there are counts or differences that are not told."""
        return any(_has_small(self.changes[name], self.threshold) for name in ("base", "change", "low", "high"))


_FINITE = 1e15
"""More people than any table holds; refuses what is infinite."""


def _has_small(column: pl.Series, threshold: int) -> bool:
    return has_small(column.drop_nulls().to_numpy(), threshold)
