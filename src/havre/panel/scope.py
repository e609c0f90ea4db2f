"""A scope: the series that are forecast together, such as applications in Germany by origin, from one source."""

from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Literal

import numpy as np
import polars as pl

from havre.draws import SeriesKey
from havre.errors import PanelError, PlaceError, Problem
from havre.months import add_months, months_between
from havre.panel.display_only import check_usable, usable
from havre.panel.measures import measure as known_measure
from havre.panel.observations import KEY
from havre.panel.series import MonthlySeries, monthly_series, to_months, with_total
from havre.panel.vintage import known_or_first, latest
from havre.places import check_code
from havre.sources.catalogue import source

TOTAL = "TOT"
LEAST_TOTAL_MONTHS = 36
"""A total is only made where all its parts have at least this many months in common, and end in the same month."""
LEAST_CORRIDOR_MONTHS = 24
"""A source answers for the corridors of a destination where it has at least two origins and this many months."""

By = Literal["origin", "destination"]


@dataclass(frozen=True)
class Scope:
    """Which series are forecast together.

    Parameters
    ----------
    measure : id of a measure
    source : id of the source
    by : the dimension that varies: ``origin`` (corridors into one destination) or ``destination``
    origin, destination : code of the fixed dimension; ``None`` is all of them together
    only : codes of the varying dimension to forecast; empty forecasts all, the others still teach the models
    """

    measure: str
    source: str
    by: By
    origin: str | None = None
    destination: str | None = None
    only: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Name of the scope: measure, source, fixed place and varying dimension."""
        return "/".join((self.measure, self.source, self.destination or self.origin or "all", self.by))

    def level(self, key: SeriesKey) -> str:
        """Name the level of a series of this scope: ``total``, ``corridor``, ``route`` or ``destination``."""
        if getattr(key, self.by) == TOTAL:
            return "total"
        if key.origin != TOTAL:
            return "corridor"
        return "route" if key.destination.startswith("route:") else "destination"

    def wants(self, key: SeriesKey) -> bool:
        """Tell whether a series is to be forecast."""
        return not self.only or getattr(key, self.by) in self.only


def scopes_for(
    panel: pl.DataFrame,
    measure: str,
    *,
    destination: str | None = None,
    origin: str | None = None,
    source: str | None = None,
) -> tuple[Scope, ...]:
    """Find the scopes that answer a request, one per source.

    With a destination: its corridors by origin, or its published total where no source has enough corridors or the
    total is known for later months; with the origin ``TOT`` only that total. Without a destination: all destinations
    (or routes), of all origins together or of the one given. Where several sources count the same destination, the
    one with the latest month is taken, then the one with most rows.

    Raises
    ------
    PanelError : the measure is not known, there are no monthly observations for it, or only such as are for display
        only
    PlaceError : an origin or destination is not known
    """
    known_measure(measure)
    for code in (origin, destination):
        if code is not None:
            check_code(code)
    check_usable([] if source is None else [source])
    rows = to_months(latest(usable(panel.filter(pl.col("measure") == measure))))
    rows = rows if source is None else rows.filter(pl.col("source") == source)
    if destination is not None:
        return _scopes_into(rows.filter(pl.col("destination") == destination), measure, destination, origin)
    if origin is not None:
        rows = rows.filter(pl.col("origin") == origin)
    elif (rows["origin"] == TOTAL).any():
        # A source that counts one origin only cannot speak for all of them where others publish totals.
        rows = rows.filter(pl.col("origin") == TOTAL)
    return tuple(Scope(measure, s, "destination", origin) for s in _best_sources(rows, measure, destination, origin))


def _scopes_into(rows: pl.DataFrame, measure: str, destination: str, origin: str | None) -> tuple[Scope, ...]:
    """Find what counts one destination: its corridors, and its published total where that says more or knows later."""
    corridors, totals = rows.filter(pl.col("origin") != TOTAL), rows.filter(pl.col("origin") == TOTAL)
    if origin not in (None, TOTAL):
        asked = corridors.filter(pl.col("origin") == origin)
        # Where nobody counts that origin, the corridors that are counted tell near matches.
        sources = _best_sources(asked if asked.height else corridors, measure, destination, origin)
        return tuple(Scope(measure, name, "origin", None, destination, (str(origin),)) for name in sources)
    spans = (
        corridors.drop_nulls("value").group_by("source").agg(pl.col("origin").n_unique(), pl.col("period").n_unique())
    )
    usable = spans.filter((pl.col("origin") > 1) & (pl.col("period") >= LEAST_CORRIDOR_MONTHS))["source"]
    long = corridors.filter(pl.col("source").is_in(usable.to_list()))
    found = [] if origin or not long.height else _best_sources(long, measure, destination, None)
    by_origin = tuple(Scope(measure, name, "origin", None, destination) for name in found)
    if by_origin and _last_period(totals) <= _last_period(long):
        return by_origin
    by_total = _best_sources(totals, measure, destination, TOTAL)
    return (*by_origin, *(Scope(measure, name, "destination", None, None, (destination,)) for name in by_total))


def _last_period(rows: pl.DataFrame) -> date:
    known = rows.drop_nulls("value")["period"].to_list()
    return max(known, default=date.min)


def _best_sources(rows: pl.DataFrame, measure: str, destination: str | None, origin: str | None) -> list[str]:
    """Choose one source for each destination; give the sources in use."""
    if rows.height == 0:
        what = " ".join(part for part in (measure, f"{origin or TOTAL}→{destination or TOTAL}") if part)
        raise PanelError("panel.no_observations", what=what)
    ends = rows.drop_nulls("value").group_by("destination", "source").agg(pl.col("period").max(), pl.len())
    best = ends.sort("period", "len", "source", descending=[True, True, False]).unique(
        "destination", keep="first", maintain_order=True
    )
    return sorted(best["source"].unique())


def scope_series(
    panel: pl.DataFrame, scope: Scope, *, leave_out_gaps: bool = False, cut_after: date | None = None
) -> tuple[MonthlySeries, tuple[Problem, ...]]:
    """Build the series of a scope, with their total as last row where all parts have enough months in common.

    Parameters
    ----------
    leave_out_gaps : leave out series with a month missing in their middle; there is no total then
    cut_after : see :func:`havre.panel.series.monthly_series`

    Returns
    -------
    The series, and what is wrong with those that were left out.

    Raises
    ------
    ForecastError : a series has a month without value in its middle, or there is nothing in the scope
    PanelError : the source is for display only
    """
    every = latest(_of_source(panel, scope))
    rows = _rows_of(every, scope)
    covered = to_months(every).drop_nulls("value")["period"].unique().to_list()
    series, broken = monthly_series(rows, covered=covered, leave_out_gaps=leave_out_gaps, cut_after=cut_after)
    has_total = any(scope.level(key) == "total" for key in series.keys)
    if broken or has_total:
        return series, broken
    if scope.by == "origin":
        return _with_total(series, origin=TOTAL, destination=str(scope.destination)), ()
    return _with_total(series, origin=scope.origin or TOTAL, destination=TOTAL), ()


def scope_rows(panel: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    """Give the published months of everything in a scope, series with a gap too: origin, destination, period, value."""
    months = to_months(_rows_of(latest(_of_source(panel, scope)), scope)).drop_nulls("value")
    return months.select("origin", "destination", "period", "value")


def scope_vintages(panel: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    """Give the monthly rows of which the series of a scope are made, with all their vintages.

    Where the source publishes no total and its origins are added up, there is a row for each day on which the sum
    changed: what the origins that had reported by then made together.
    """
    rows = _of_source(panel, scope).filter(pl.col("frequency") == "M")
    return _sums_by_day(rows) if _adds_up_origins(rows, scope) else _rows_of(rows, scope)


def _of_source(panel: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    # Every row that a model, a score or a release takes from a panel passes here.
    check_usable([scope.source])
    return panel.filter(measure=scope.measure, source=scope.source)


def _rows_of(rows: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    if scope.by == "origin":
        return rows.filter(pl.col("destination") == scope.destination)
    if scope.origin is not None:
        return rows.filter(pl.col("origin") == scope.origin)
    if _adds_up_origins(rows, scope):
        return _sum_of_origins(rows)
    return rows.filter(pl.col("origin") == TOTAL)


def _adds_up_origins(rows: pl.DataFrame, scope: Scope) -> bool:
    """Tell whether the destinations of a scope are sums over origins, since the source publishes no total."""
    return scope.by == "destination" and scope.origin is None and not (rows["origin"] == TOTAL).any()


def _sum_of_origins(rows: pl.DataFrame) -> pl.DataFrame:
    """Add up the origins where the source publishes no total."""
    keys = [name for name in rows.columns if name not in ("origin", "value", "rounding", "status", "as_of")]
    sums = (
        rows.drop_nulls("value").group_by(keys, maintain_order=True).agg(pl.col("value").sum(), pl.col("as_of").max())
    )
    return sums.with_columns(origin=pl.lit(TOTAL))


def _sums_by_day(rows: pl.DataFrame) -> pl.DataFrame:
    """Add up the origins as they stood after each day on which one of them changed."""
    keys = [name for name in KEY if name != "origin"]
    ordered = rows.sort(*KEY, "as_of").with_columns(pl.col("value").fill_null(0.0))
    change = pl.col("value") - pl.col("value").shift(1, fill_value=0.0).over(list(KEY))
    days = ordered.with_columns(change=change).group_by(*keys, "as_of").agg(pl.col("change").sum()).sort(*keys, "as_of")
    return days.with_columns(value=pl.col("change").cum_sum().over(keys), origin=pl.lit(TOTAL)).drop("change")


def _with_total(series: MonthlySeries, *, origin: str, destination: str) -> MonthlySeries:
    if len(series.keys) < 2:
        return series
    both = with_total(series, origin=origin, destination=destination)
    known = np.flatnonzero(~np.isnan(both.values[-1]))
    common = known.size >= LEAST_TOTAL_MONTHS and known[-1] == both.values.shape[1] - 1
    return both if common else series


def check_wanted(scope: Scope, series: MonthlySeries, known_on: date | None = None) -> None:
    """Check that what was asked for is among the series.

    Raises
    ------
    PlaceError : a code asked for has no series; the error names near matches that have
    """
    codes = [getattr(key, scope.by) for key in series.keys]
    for code in scope.only:
        if code not in codes:
            near = ", ".join(get_close_matches(code, codes, n=3, cutoff=0.4)) or ", ".join(codes[:8])
            where = f" ({scope.id}{f', known on {known_on}' if known_on else ''})"
            raise PlaceError("places.no_series", code=code, where=where, near=near)


def day_published(scope: Scope, origin: date) -> date:
    """Give the day by which the month ``origin`` is published, by the lag that the catalogue declares."""
    terms = source(scope.source).measures.get(scope.measure)
    return add_months(origin, 1 + (terms.lag_months if terms else 0)) - timedelta(days=1)


def history_known(panel: pl.DataFrame, scope: Scope, series: MonthlySeries, origin: date) -> MonthlySeries:
    """Give the history of some series of a scope as a forecast from the month ``origin`` may know it.

    The forecast is made when ``origin`` is published, by the lag that the catalogue declares. Values revised after
    that day are taken as they stood then, where the panel kept them.

    Parameters
    ----------
    series : the series wanted; keys and first month of the result are theirs
    origin : last published month

    Returns
    -------
    The series up to ``origin``; one that then had a month without value in its middle is empty, since it could not
    have been forecast.
    """
    rows = _of_source(panel, scope)
    adds_up = _adds_up_origins(rows, scope)
    if not (rows.select(KEY).is_duplicated().any() or (adds_up and rows["as_of"].n_unique() > 1)):
        return series.until(origin)
    published = day_published(scope, origin)
    past = known_or_first(rows, published).filter(pl.col("period") < add_months(origin, 1))
    if adds_up:
        # A sum of which some origins were known that day stood on those alone; later ones do not stand in.
        is_late = pl.col("as_of") > published
        past = past.filter(~(is_late & ~is_late.all().over("destination", "period", "frequency")))
    then, _ = scope_series(past, scope, leave_out_gaps=True)
    place = {key: row for row, key in enumerate(then.keys)}
    months = months_between(series.first, min(origin, series.last))
    known, values = then.at(months), np.full((len(series.keys), len(months)), np.nan)
    for row, key in enumerate(series.keys):
        if key in place:
            values[row] = known[place[key]]
    return MonthlySeries(series.keys, series.first, values)
