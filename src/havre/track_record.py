"""Track record from the log: frozen, logged forecasts against what was counted afterwards, never re-computed ones.

This is the only performance that Havre calls its own. A backtest says how a method would have done; this says how the
published figures did.

References
----------
Bracher J et al. (2021), PLoS Computational Biology 17(2): e1008618. doi:10.1371/journal.pcbi.1008618 (WIS).
Hyndman RJ & Koehler AB (2006), International Journal of Forecasting 22(4): 679–688.
doi:10.1016/j.ijforecast.2006.03.001 (scaled errors).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from havre.draws import QUANTILE_LEVELS
from havre.evaluate.scores import covered_quantile, wis_quantile
from havre.panel.scope import Scope
from havre.record.disclosure import DEFAULT_THRESHOLD
from havre.record.frozen import first_logged
from havre.record.leaks import marked_unshown
from havre.record.publication import RELEASES as RELEASE_FOLDER
from havre.record.publication import Record
from havre.record.rounding import rounded_history, with_bounds
from havre.record.track import OVERRIDDEN, RELEASES, SCORES, SERIES_KEY, STATUSES, TrackRecord
from havre.record.track_league import league_tables
from havre.record.track_log import LoggedRelease, logged_releases, scored_counts, shown_history
from havre.track_truth import is_late, latest_known, parse_scope, protected_counts, truth_of

INTERVALS = (0.5, 0.8, 0.95)
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
    record: Record,
    observations: pl.DataFrame,
    known_on: date,
    inputs: Mapping[str, str] | None = None,
    key: bytes | None = None,
) -> TrackRecord:
    """Score the forecasts that the log of a record registers.

    Superseded and withdrawn releases count as all others do: what was published is judged. Of the same forecast in
    several releases the first counts.

    Parameters
    ----------
    observations : rows of the panel, all vintages
    known_on : counts are taken as they were known on this day
    inputs : SHA-256 of each file of observations, to be told
    key : see :func:`havre.record.disclosure.protect_history`

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
    rounding = max((each.rounding for each in logged), default=1)
    shown = [*shown_history(logged), *scored_counts(record.folder).values()]
    known = latest_known(observations, known_on)
    exact = protected_counts(
        known,
        _scopes(logged),
        threshold,
        width=max((float(threshold), *(each.width for each in logged))),
        months=months,
        key=key,
        earlier=[table.filter(pl.col("period").is_in(months)) for table in shown],
    )
    # A count that a release rounds is told by no score either.
    counts = rounded_history(exact, rounding)
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
        counts=with_bounds(_of_series(counts, logged), rounding, threshold),
        rounding=rounding,
    )


def _scopes(logged: Sequence[LoggedRelease]) -> list[Scope]:
    names = dict.fromkeys(str(name) for each in logged for name in each.series["scope"])
    return [parse_scope(name) for name in names]


def _of_series(counts: pl.DataFrame, logged: Sequence[LoggedRelease]) -> pl.DataFrame:
    """Keep the counts of series that a release forecasts; a total that counts others too is marked."""
    key = ["scope", "origin", "destination"]
    series = pl.concat(
        [pl.DataFrame(schema=dict.fromkeys(key, pl.String())), *(each.series.select(key) for each in logged)]
    )
    kept = counts.join(series.unique(), on=key, how="semi", maintain_order="left")
    return marked_unshown(kept, counts.join(series.unique(), on=key, how="anti", maintain_order="left"))


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
        .when(is_late(pl.col("logged_at").dt.date(), pl.col("first_known")))
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
