"""What was counted in each month of each series, as it was known on a day and as far as it may be told."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

import polars as pl

from havre.errors import ForecastError, PanelError
from havre.months import add_months
from havre.panel.scope import Scope, scope_rows, scope_series
from havre.record.disclosure import DEFAULT_THRESHOLD, protect_history
from havre.record.tables import HISTORY
from havre.record.track import SERIES_KEY
from havre.release_tables import history_rows, unshown_rows
from havre.sources.catalogue import sources

TRUTH = pl.Schema(
    {
        "target": pl.String(),
        "source": pl.String(),
        "origin": pl.String(),
        "destination": pl.String(),
        "target_end_date": pl.Date(),
        "observed": pl.Float64(),
        "first_known": pl.Date(),
        "suppressed": pl.Boolean(),
    }
)
"""``first_known``: the day on which any count of the source for that month was first public, or is usually public by;
``observed`` is null where disclosure control hides it, and such months are not scored."""


def parse_scope(name: str) -> Scope:
    """Make a scope from its id, as a release tells it: measure, source, fixed place, varying dimension.

    Raises
    ------
    PanelError : it is not the id of a scope

    Examples
    --------
    >>> parse_scope("asylum_applications/bamf/DEU/origin").id
    'asylum_applications/bamf/DEU/origin'
    """
    parts = name.split("/")
    if len(parts) != 4 or parts[3] not in ("origin", "destination"):
        raise PanelError("panel.no_scope", scope=name)
    measure, by_source, place, by = parts
    fixed = None if place == "all" else place
    if by == "origin":
        return Scope(measure, by_source, "origin", destination=fixed)
    return Scope(measure, by_source, "destination", origin=fixed)


def truth_table(
    panel: pl.DataFrame,
    scopes: Iterable[Scope],
    threshold: int = DEFAULT_THRESHOLD,
    *,
    months: Collection[date] | None = None,
    earlier: Sequence[pl.DataFrame] = (),
) -> pl.DataFrame:
    """Give what was counted in each month of each series of some scopes: table of :data:`TRUTH`.

    All scopes are protected together, so that no total of one gives back what another hides. A scope of which the
    panel holds nothing gives no rows.

    Parameters
    ----------
    panel : observations as known on the day of scoring
    threshold : smallest count that may be told; see :func:`havre.record.disclosure.protect_history`
    months : the months that are wanted; all by default
    earlier : what releases showed before; what they hide stays hidden
    """
    return truth_of(panel, protected_counts(panel, scopes, threshold, months=months, earlier=earlier))


def protected_counts(
    panel: pl.DataFrame,
    scopes: Iterable[Scope],
    threshold: int = DEFAULT_THRESHOLD,
    *,
    width: float | None = None,
    months: Collection[date] | None = None,
    earlier: Sequence[pl.DataFrame] = (),
    key: bytes | None = None,
) -> pl.DataFrame:
    """Give what may be told of the counts: table of ``havre.record.tables.HISTORY``; see :func:`truth_table`."""
    tables = [pl.DataFrame(schema=HISTORY)]
    wanted = [pl.DataFrame(schema={name: HISTORY[name] for name in ("scope", "origin", "destination")})]
    for scope in dict.fromkeys(scopes):
        try:
            series, _ = scope_series(panel, scope, leave_out_gaps=True)
        except (ForecastError, PanelError):
            continue
        shown = history_rows(scope, series)
        tables += [shown, unshown_rows(panel, scope, series)]
        keys = pl.concat([table.select("origin", "destination") for table in (shown, scope_rows(panel, scope))])
        wanted.append(keys.unique().select(pl.lit(scope.id).alias("scope"), "origin", "destination"))
    history = pl.concat(tables)
    if months is not None:
        history = history.filter(pl.col("period").is_in(list(months)))
    safe = protect_history(history, threshold, width=width, earlier=earlier, key=key)
    told = safe.join(pl.concat(wanted), on=["scope", "origin", "destination"], how="semi", maintain_order="left")
    return told.filter(pl.col("value").is_not_null() | pl.col("suppressed"))


def truth_of(panel: pl.DataFrame, counts: pl.DataFrame) -> pl.DataFrame:
    """Add to protected counts when they were first known: table of :data:`TRUTH`."""
    by_source = counts.with_columns(source=pl.col("scope").str.split("/").list.get(1, null_on_oob=True))
    dated = by_source.join(_first_known(panel), on=["measure", "source", "period"], how="left", maintain_order="left")
    named = dated.rename({"measure": "target", "period": "target_end_date", "value": "observed"}).select(TRUTH.names())
    return named.unique([*SERIES_KEY, "target_end_date"], keep="first", maintain_order=True)


def _first_known(panel: pl.DataFrame) -> pl.DataFrame:
    """Give the day from which on a count of a source and month may have been known to somebody.

    That is the first day on which any count of the month was public: a later forecast of a sibling may have learnt
    from it. Where the panel was filled later (one vintage of many years), the publication lag that the catalogue
    declares tells it.
    """
    months = panel.drop_nulls("value").with_columns(period=pl.col("period").dt.month_start())
    first = months.group_by("measure", "source", "period", maintain_order=True).agg(first_known=pl.col("as_of").min())
    known = [known_from(*row) for row in first.select("measure", "source", "period", "first_known").iter_rows()]
    return first.with_columns(first_known=pl.Series(known, dtype=pl.Date))


def known_from(measure: str, name: str, month: date, first_public: date) -> date:
    """Give the day from which on a count may have been known: when it was public, or usually is, whichever is earlier.

    Parameters
    ----------
    name : id of the source
    first_public : the first day on which any count of the source for that month is known to have been public
    """
    usual = _usually_known(measure, name, month)
    return first_public if usual is None else min(first_public, usual)


Day = TypeVar("Day", date, pl.Expr)


def is_late(logged_on: Day, first_known: Day) -> Any:
    """Tell whether a forecast was logged when the truth was known already: it is a test on the past, and not scored.

    Parameters
    ----------
    logged_on : day on which it was logged [UTC], as a value or as a column of a table
    first_known : as :func:`known_from` gives it
    """
    return logged_on >= first_known


def _usually_known(measure: str, name: str, month: date) -> date | None:
    terms = sources()[name].measures.get(measure) if name in sources() else None
    return None if terms is None else add_months(month, 1 + terms.lag_months) - timedelta(days=1)


def latest_known(panel: pl.DataFrame, day: date) -> pl.DataFrame:
    """Give what was public on a day: rows of the panel with an ``as_of`` up to it."""
    return panel.filter(pl.col("as_of") <= day)
