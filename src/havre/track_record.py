"""Track record from the log: frozen, logged forecasts against what was counted afterwards, never re-computed ones.

This is the only performance that Havre calls its own. A backtest says how a method would have done; this says how the
published figures did.

References
----------
Bracher J et al. (2021), PLoS Computational Biology 17(2): e1008618. doi:10.1371/journal.pcbi.1008618 (WIS).
Hyndman RJ & Koehler AB (2006), International Journal of Forecasting 22(4): 679–688.
doi:10.1016/j.ijforecast.2006.03.001 (scaled errors).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from havre.draws import QUANTILE_LEVELS
from havre.errors import ForecastError, PanelError
from havre.evaluate.scores import covered_quantile, wis_quantile
from havre.months import add_months
from havre.panel.scope import Scope, scope_rows, scope_series
from havre.record.disclosure import DEFAULT_THRESHOLD, protect_history
from havre.record.frozen import first_logged
from havre.record.publication import RELEASES as RELEASE_FOLDER
from havre.record.publication import Record
from havre.record.tables import HISTORY
from havre.record.track import OVERRIDDEN, RELEASES, SCORES, SERIES_KEY, STATUSES, TrackRecord
from havre.record.track_league import league_tables
from havre.record.track_log import LoggedRelease, logged_releases, scored_counts, shown_history
from havre.release_tables import history_rows, unshown_rows
from havre.sources.catalogue import sources

INTERVALS = (0.5, 0.8, 0.95)
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
CASE = ("release", "logged_at", "model", "figures", *SERIES_KEY, "origin_date", "horizon", "target_end_date")


@dataclass(frozen=True)
class Judged:
    """Scored forecasts, and the others with why they could not be scored.

    Parameters
    ----------
    scores : one row per scored forecast: what was counted, median, WIS, coverage
    others : forecasts with a ``status``: ``waiting`` (its month has not been counted yet), ``late`` (logged on or after
        the day on which the count was first public: no forecast) or ``hidden`` (disclosure control hides the month)
    """

    scores: pl.DataFrame
    others: pl.DataFrame

    def count(self, status: str) -> int:
        """Count the forecasts that could not be scored for a reason."""
        return self.others.filter(status=status).height


def score_record(
    record: Record, observations: pl.DataFrame, known_on: date, inputs: Mapping[str, str] | None = None
) -> TrackRecord:
    """Score the forecasts that the log of a record registers.

    Superseded and withdrawn releases count as all others do: what was published is judged. Of the same forecast in
    several releases the first counts.

    Parameters
    ----------
    observations : rows of the panel, all vintages
    known_on : counts are taken as they were known on this day
    inputs : SHA-256 of each file of observations, to be told

    Raises
    ------
    RecordError : the log is damaged or not signed, a file is not the one that was logged, or what would be told of the
        counts gave back a count that a release, or an earlier track record, hides; every one is named
    FileError : a release or one of its files is missing
    """
    logged, entries = logged_releases(record.log, record.settings, record.folder / RELEASE_FOLDER)
    frozen = first_logged(each.frozen for each in logged)
    months = frozen["target_end_date"].unique().to_list()
    threshold = max((each.threshold for each in logged), default=DEFAULT_THRESHOLD)
    shown = [*shown_history(logged), *scored_counts(record.folder)]
    known = latest_known(observations, known_on)
    counts = protected_counts(
        known,
        _scopes(logged),
        threshold,
        months=months,
        earlier=[table.filter(pl.col("period").is_in(months)) for table in shown],
    )
    truth = truth_of(known, counts)
    ensembles = {each.id: each.ensemble for each in logged}
    stated = stated_values(logged)
    judged = score_frozen(with_stated(frozen, stated, ensembles), truth, change_scales(logged))
    baselines = sorted({name for each in logged for name in each.baselines})
    return TrackRecord(
        known_on=known_on,
        origin=record.settings.origin,
        entries=entries,
        inputs=dict(inputs or {}),
        releases=_release_rows(logged, judged),
        scores=judged.scores,
        league=league_tables(judged.scores, baselines),
        overridden=_overridden(judged.scores, stated),
        counts=_of_series(counts, logged),
    )


def _scopes(logged: Sequence[LoggedRelease]) -> list[Scope]:
    names = dict.fromkeys(str(name) for each in logged for name in each.series["scope"])
    return [parse_scope(name) for name in names]


def _of_series(counts: pl.DataFrame, logged: Sequence[LoggedRelease]) -> pl.DataFrame:
    """Keep the counts of series that a release forecasts."""
    key = ["scope", "origin", "destination"]
    series = pl.concat(
        [pl.DataFrame(schema=dict.fromkeys(key, pl.String())), *(each.series.select(key) for each in logged)]
    )
    return counts.join(series.unique(), on=key, how="semi", maintain_order="left")


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
    months: Collection[date] | None = None,
    earlier: Sequence[pl.DataFrame] = (),
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
    safe = protect_history(history, threshold, earlier=earlier)
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
    usual = [_usually_known(*row) for row in first.select("measure", "source", "period").iter_rows()]
    declared = pl.Series("declared", usual, dtype=pl.Date)
    return first.with_columns(first_known=pl.min_horizontal("first_known", declared))


def _usually_known(measure: str, name: str, month: date) -> date | None:
    terms = sources()[name].measures.get(measure) if name in sources() else None
    return None if terms is None else add_months(month, 1 + terms.lag_months) - timedelta(days=1)


def stated_values(logged: Iterable[LoggedRelease]) -> pl.DataFrame:
    """Give the figures that reviewers replaced, by release, series and month."""
    schema = {name: dtype for name, dtype in OVERRIDDEN.items() if name != "observed" and not name.startswith("error")}
    tables = [pl.DataFrame(schema=schema)]
    for each in logged:
        names = ("scope", "origin", "destination", "horizon", "computed", "stated", "reviewer", "reason")
        rows = [
            {**{name: getattr(change, name) for name in names}, "target_end_date": change.target_month}
            for change in each.overrides
        ]
        if rows:
            scopes = each.series.select("scope", "source", target="measure").unique()
            joined = pl.DataFrame(rows).join(scopes, on="scope").with_columns(release=pl.lit(each.id))
            tables.append(joined.select([pl.col(name).cast(dtype) for name, dtype in schema.items()]))
    return pl.concat(tables)


def with_stated(frozen: pl.DataFrame, stated: pl.DataFrame, ensembles: Mapping[str, str]) -> pl.DataFrame:
    """Add the ensemble as it was stated: the median of an overridden figure is the reviewer's, its intervals stay.

    Parameters
    ----------
    frozen : table of :data:`havre.record.frozen.FROZEN`
    stated : as :func:`stated_values` gives them; where there are none, nothing is added
    ensembles : name of the ensemble of each release
    """
    computed = frozen.with_columns(figures=pl.lit("computed"))
    if stated.is_empty():
        return computed
    own = pl.DataFrame({"release": list(ensembles), "model": list(ensembles.values())})
    key = ["release", *SERIES_KEY, "horizon", "target_end_date"]
    changed = frozen.join(own, on=["release", "model"], how="semi", maintain_order="left").join(
        stated.select(*key, "stated"), on=key, how="left", maintain_order="left"
    )
    is_median = (pl.col("output_type_id") == 0.5) & pl.col("stated").is_not_null()
    value = pl.when(is_median).then("stated").otherwise("value")
    return pl.concat([computed, changed.with_columns(value=value, figures=pl.lit("stated")).drop("stated")])


def change_scales(logged: Iterable[LoggedRelease]) -> pl.DataFrame:
    """Give the mean change from one month to the next that each release showed of each series [persons].

    Only pairs of months that both are shown count: the error of forecasting last month again, within what was known.
    """
    tables = [pl.DataFrame(schema={**{name: pl.String() for name in ("release", *SERIES_KEY)}, "scale": pl.Float64()})]
    for each in logged:
        ordered = each.shown.sort(*SERIES_KEY, "target_end_date")
        month = pl.col("target_end_date")
        next_to = (month.shift(1).over(SERIES_KEY).dt.offset_by("1mo")) == month
        change = pl.when(next_to).then(pl.col("observation").diff().over(SERIES_KEY).abs())
        scales = (
            ordered.with_columns(change=change)
            .group_by(SERIES_KEY, maintain_order=True)
            .agg(scale=pl.col("change").mean())
        )
        tables.append(scales.select(pl.lit(each.id).alias("release"), *SERIES_KEY, "scale"))
    return pl.concat(tables)


def score_frozen(frozen: pl.DataFrame, truth: pl.DataFrame, scales: pl.DataFrame | None = None) -> Judged:
    """Score logged forecasts against what was counted.

    Parameters
    ----------
    frozen : table of :data:`havre.record.frozen.FROZEN`, with ``figures`` where not all are computed
    truth : table of :data:`TRUTH`
    scales : as :func:`change_scales` gives them, for scaled errors
    """
    named = frozen if "figures" in frozen.columns else frozen.with_columns(figures=pl.lit("computed"))
    wide = (
        named.sort("output_type_id")
        .group_by(CASE, maintain_order=True)
        .agg(quantiles=pl.col("value"), levels=pl.col("output_type_id"))
        .sort(CASE)
    )
    joined = wide.join(truth, on=[*SERIES_KEY, "target_end_date"], how="left", maintain_order="left")
    status = (
        pl.when(pl.col("first_known").is_null())
        .then(pl.lit("waiting"))
        .when(pl.col("logged_at").dt.date() >= pl.col("first_known"))
        .then(pl.lit("late"))
        .when(pl.col("observed").is_null())
        .then(pl.lit("hidden"))
        .otherwise(pl.lit("scored"))
    )
    told = joined.with_columns(status=status)
    scored = _scored(told.filter(status="scored"))
    if scales is not None:
        scored = scored.join(scales, on=["release", *SERIES_KEY], how="left", maintain_order="left")
    else:
        scored = scored.with_columns(scale=pl.lit(None, dtype=pl.Float64))
    scaled = pl.when(pl.col("scale") > 0).then(pl.col("error").abs() / pl.col("scale"))
    scores = scored.with_columns(scaled_error=scaled).select([pl.col(name).cast(t) for name, t in SCORES.items()])
    return Judged(scores, told.filter(pl.col("status") != "scored").select(*CASE, "status"))


def _scored(judged: pl.DataFrame) -> pl.DataFrame:
    values = judged["quantiles"].list.to_array(len(QUANTILE_LEVELS)).to_numpy().reshape(-1, len(QUANTILE_LEVELS))
    observed = judged["observed"].to_numpy().astype(float)
    covered = {
        f"covered_{round(100 * level)}": pl.Series(covered_quantile(values, observed, level)) for level in INTERVALS
    }
    median = values[:, QUANTILE_LEVELS.index(0.5)]
    return judged.select(*CASE, "observed").with_columns(
        median=pl.Series(median),
        error=pl.Series(median - observed),
        wis=pl.Series(wis_quantile(values, observed)),
        **covered,
    )


def _release_rows(logged: Sequence[LoggedRelease], judged: Judged) -> pl.DataFrame:
    """Count what became of the forecasts of each release; those as stated are not counted again."""
    found = judged.scores.filter(figures="computed").select("release", status=pl.lit("scored"))
    others = judged.others.filter(figures="computed").select("release", "status")
    counts = {
        (release, status): number
        for release, status, number in pl.concat([found, others]).group_by("release", "status").len().iter_rows()
    }
    rows: list[dict[str, object]] = []
    for each in logged:
        registered = each.frozen.filter(pl.col("output_type_id") == 0.5).height
        own = {status: counts.get((each.id, status), 0) for status in STATUSES}
        facts = {"state": each.state, "entry": each.entry, "logged_at": each.registered.logged_at}
        told = {"release": each.id, **facts, "witnessed_at": each.witnessed_at, "registered": registered}
        rows.append({**told, "repeated": registered - sum(own.values()), **own})
    return pl.DataFrame(rows, schema=RELEASES)


def _overridden(scores: pl.DataFrame, stated: pl.DataFrame) -> pl.DataFrame:
    """Set each overridden figure beside what was counted; what was computed is taken from the logged forecast."""
    key = ["release", *SERIES_KEY, "horizon", "target_end_date"]
    both = scores.filter(figures="stated").join(
        scores.filter(figures="computed"), on=[*key, "model"], how="inner", suffix="_computed", maintain_order="left"
    )
    counted = both.select(
        *key,
        "observed",
        computed=pl.col("median_computed"),
        error_computed=pl.col("error_computed"),
        error_stated=pl.col("error"),
    )
    joined = stated.drop("computed").join(counted, on=key, how="inner", maintain_order="left")
    return joined.select([pl.col(name).cast(dtype) for name, dtype in OVERRIDDEN.items()])


def latest_known(panel: pl.DataFrame, day: date) -> pl.DataFrame:
    """Give what was public on a day: rows of the panel with an ``as_of`` up to it."""
    return panel.filter(pl.col("as_of") <= day)
