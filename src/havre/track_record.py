"""Track record from the log: frozen, logged forecasts against what was counted afterwards, never re-computed ones.

This is the only performance that Havre calls its own. A backtest says how a method would have done; this says how the
published figures did. Scores: Bracher J et al. (2021), PLoS Computational Biology 17(2): e1008618.
doi:10.1371/journal.pcbi.1008618
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from havre.draws import QUANTILE_LEVELS
from havre.errors import ForecastError, PanelError
from havre.evaluate.scores import covered_quantile, wis_quantile
from havre.panel.scope import Scope, scope_series
from havre.panel.series import MonthlySeries
from havre.record.disclosure import DEFAULT_THRESHOLD, protect_history
from havre.record.tables import HISTORY

SERIES_KEY = ("target", "source", "origin", "destination")
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
"""``first_known``: the day on which any count of the scope for that month was first public; ``observed`` is null where
disclosure control hides it, and such months are not scored."""


@dataclass(frozen=True)
class TrackRecord:
    """Scored forecasts, and how many could not be scored and why.

    Parameters
    ----------
    scores : one row per model, series, horizon and month: what was counted, median, WIS, coverage
    waiting : forecasts whose month has not been counted yet
    late : forecasts that were logged on or after the day on which the count was first public: not forecasts
    hidden : forecasts of months that disclosure control hides
    """

    scores: pl.DataFrame
    waiting: int
    late: int
    hidden: int


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
    measure, source, place, by = parts
    fixed = None if place == "all" else place
    if by == "origin":
        return Scope(measure, source, "origin", destination=fixed)
    return Scope(measure, source, "destination", origin=fixed)


def truth_table(panel: pl.DataFrame, scopes: Iterable[Scope], threshold: int = DEFAULT_THRESHOLD) -> pl.DataFrame:
    """Give what was counted in each month of each series of some scopes: table of :data:`TRUTH`.

    A scope of which the panel holds nothing gives no rows.

    Parameters
    ----------
    panel : observations as known on the day of scoring
    threshold : smallest count that may be told; see :func:`havre.record.disclosure.protect_history`
    """
    parts = [pl.DataFrame(schema=TRUTH)]
    for scope in scopes:
        try:
            series, _ = scope_series(panel, scope, leave_out_gaps=True)
        except (ForecastError, PanelError):
            continue
        parts.append(_truth_of(panel, scope, series, threshold))
    whole = pl.concat(parts)
    return whole.unique([*SERIES_KEY, "target_end_date"], keep="first", maintain_order=True)


def _truth_of(panel: pl.DataFrame, scope: Scope, series: MonthlySeries, threshold: int) -> pl.DataFrame:
    months = [series.month(column) for column in range(series.values.shape[1])]
    rows = [
        (scope.id, scope.measure, key.origin, key.destination, month, None if value != value else value, False)
        for key, values in zip(series.keys, series.values.tolist(), strict=True)
        for month, value in zip(months, values, strict=True)
    ]
    shown = protect_history(pl.DataFrame(rows, schema=HISTORY, orient="row"), threshold)
    own = panel.filter(measure=scope.measure, source=scope.source).drop_nulls("value")
    # The first count of anything in the scope: a later forecast of a sibling may have learnt from it.
    first = own.group_by(pl.col("period").dt.month_start()).agg(first_known=pl.col("as_of").min())
    joined = shown.filter(pl.col("value").is_not_null() | pl.col("suppressed")).join(first, on="period", how="left")
    return joined.select(
        target=pl.lit(scope.measure),
        source=pl.lit(scope.source),
        origin=pl.col("origin"),
        destination=pl.col("destination"),
        target_end_date=pl.col("period"),
        observed=pl.col("value"),
        first_known=pl.col("first_known"),
        suppressed=pl.col("suppressed"),
    )


def score_frozen(frozen: pl.DataFrame, truth: pl.DataFrame) -> TrackRecord:
    """Score logged forecasts against what was counted.

    Parameters
    ----------
    frozen : table of :data:`havre.record.frozen.FROZEN`
    truth : table of :data:`TRUTH`
    """
    keys = ["release", "logged_at", "model", *SERIES_KEY, "origin_date", "horizon", "target_end_date"]
    wide = (
        frozen.sort("output_type_id")
        .group_by(keys, maintain_order=True)
        .agg(quantiles=pl.col("value"), levels=pl.col("output_type_id"))
        .sort(keys)
    )
    joined = wide.join(truth, on=[*SERIES_KEY, "target_end_date"], how="left", maintain_order="left")
    waiting = pl.col("first_known").is_null()
    late = pl.col("logged_at").dt.date() >= pl.col("first_known")
    hidden = pl.col("observed").is_null()
    judged = joined.filter(~waiting & ~late & ~hidden)
    return TrackRecord(
        scores=_scored(judged, keys),
        waiting=joined.filter(waiting).height,
        late=joined.filter(~waiting & late).height,
        hidden=joined.filter(~waiting & ~late & hidden).height,
    )


def _scored(judged: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    values = judged["quantiles"].list.to_array(len(QUANTILE_LEVELS)).to_numpy().reshape(-1, len(QUANTILE_LEVELS))
    observed = judged["observed"].to_numpy().astype(float)
    covered = {
        f"covered_{round(100 * level)}": pl.Series(covered_quantile(values, observed, level)) for level in INTERVALS
    }
    return judged.select(*keys, "observed").with_columns(
        median=pl.Series(values[:, QUANTILE_LEVELS.index(0.5)]),
        wis=pl.Series(wis_quantile(values, observed)),
        **covered,
    )


def league(scores: pl.DataFrame, baselines: Iterable[str], by: Sequence[str] = ()) -> pl.DataFrame:
    """Give the mean scores of each model, the best first, over what all models of a group have in common.

    Parameters
    ----------
    scores : as :class:`TrackRecord` holds them
    baselines : names of the naive models
    by : columns that divide the table, such as ``horizon`` or origin and destination

    Returns
    -------
    Table with ``by``, ``model``, ``wis`` [persons], ``wis_ratio`` to the best naive model of the group (chosen after
    the fact; null where there is none), coverage of three intervals, ``forecasts`` scored.
    """
    case = [*SERIES_KEY, "origin_date", "horizon"]
    groups = [*by, "model"]
    models = scores.select("model").n_unique()
    common = scores.filter(pl.col("model").n_unique().over(case) == models)
    means = common.group_by(groups, maintain_order=True).agg(
        wis=pl.col("wis").mean(),
        **{f"coverage_{round(100 * level)}": pl.col(f"covered_{round(100 * level)}").mean() for level in INTERVALS},
        forecasts=pl.len(),
    )
    naive = pl.col("wis").filter(pl.col("model").is_in(list(baselines))).min()
    best = naive.over(list(by)) if by else naive
    ratio = pl.when(best > 0).then(pl.col("wis") / best).alias("wis_ratio")
    return means.with_columns(ratio).sort([*by, "wis", "model"])


def latest_known(panel: pl.DataFrame, day: date) -> pl.DataFrame:
    """Give what was public on a day: rows of the panel with an ``as_of`` up to it."""
    return panel.filter(pl.col("as_of") <= day)
