"""The league table of the track record: mean scores of each model, over all, per horizon, per corridor.

Every model is told over all its own scored forecasts; how it compares with a naive model, over those that both made.
"""

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from havre.record.track import GROUPS, LEAGUE, SERIES_KEY

_OF: Mapping[str, tuple[str, ...]] = {
    "overall": ("target", "source"),
    "horizon": ("target", "source", "horizon"),
    "corridor": SERIES_KEY,
    "corridor_horizon": (*SERIES_KEY, "horizon"),
}
_CASE = ("release", *SERIES_KEY, "origin_date", "horizon")
_COVERAGE = ("50", "80", "95")


def league_tables(scores: pl.DataFrame, baselines: Iterable[str]) -> pl.DataFrame:
    """Give the league table of each of :data:`havre.record.track.GROUPS`: one table of ``LEAGUE``.

    Totals are judged as corridors, and left out of the means of a measure: their parts are in them. Figures as stated
    are told where a reviewer changed any figure of the group.

    Parameters
    ----------
    scores : table of :data:`havre.record.track.SCORES`
    baselines : names of the naive models
    """
    parts = scores.filter(~_is_total())
    tables = [pl.DataFrame(schema=LEAGUE)]
    for group in GROUPS:
        of = scores if "corridor" in group else parts
        table = league(_changed(of, _OF[group]), baselines, _OF[group]).with_columns(group=pl.lit(group))
        missing = [pl.lit(None).alias(name) for name in LEAGUE if name not in table.columns]
        tables.append(table.with_columns(missing).select([pl.col(name).cast(t) for name, t in LEAGUE.items()]))
    return pl.concat(tables)


def league(scores: pl.DataFrame, baselines: Iterable[str], by: Sequence[str] = ()) -> pl.DataFrame:
    """Give the mean scores of each model, the best first.

    Parameters
    ----------
    scores : table of :data:`havre.record.track.SCORES`
    baselines : names of the naive models
    by : columns that divide the table, such as ``horizon`` or origin and destination

    Returns
    -------
    Table with ``by``, ``model``, ``figures`` and the columns of ``LEAGUE`` from ``naive`` on. Where several naive
    models were published, ``wis_ratio`` is to the one with most forecasts in common, of these to the hardest to beat;
    it is null where there is none, or where its score is zero.
    """
    groups = [*by, "model", "figures"]
    means = scores.group_by(groups, maintain_order=True).agg(
        pl.len().alias("forecasts"),
        months=pl.col("target_end_date").n_unique(),
        wis=pl.col("wis").mean(),
        **{f"coverage_{level}": pl.col(f"covered_{level}").mean() for level in _COVERAGE},
        mase=pl.col("scaled_error").mean(),
        bias=pl.col("error").mean(),
    )
    known = list(baselines)
    ratios = _ratios(scores, known, groups)
    joined = means.join(ratios, on=groups, how="left", maintain_order="left", nulls_equal=True)
    told = joined.with_columns(naive=pl.col("model").is_in(known))
    return told.sort([*by, "wis_ratio", "wis", "model", "figures"], nulls_last=True)


def _ratios(scores: pl.DataFrame, baselines: Sequence[str], groups: Sequence[str]) -> pl.DataFrame:
    """Compare each model with each naive one over the forecasts that both made; keep the comparison that is told."""
    naive = scores.filter(pl.col("model").is_in(baselines) & (pl.col("figures") == "computed"))
    beside = naive.select(*_CASE, compared_with=pl.col("model"), naive_wis=pl.col("wis"))
    pairs = scores.join(beside, on=list(_CASE), how="inner", maintain_order="left")
    every = pairs.group_by([*groups, "compared_with"], maintain_order=True).agg(
        pl.len().alias("compared"), own=pl.col("wis").mean(), other=pl.col("naive_wis").mean()
    )
    ratio = pl.when(pl.col("other") > 0).then(pl.col("own") / pl.col("other"))
    ordered = every.with_columns(wis_ratio=ratio).sort(
        "compared", "other", "compared_with", descending=[True, False, False], maintain_order=True
    )
    best = ordered.unique(list(groups), keep="first", maintain_order=True)
    return best.select(*groups, "wis_ratio", "compared_with", "compared")


def _is_total() -> pl.Expr:
    """Tell the series that are the sum of others in the table."""
    origin, destination = pl.col("origin"), pl.col("destination")
    into, out_of = ("target", "source", "destination"), ("target", "source", "origin")
    other_origins = (origin != "TOT").any().over(into)
    other_destinations = (destination != "TOT").any().over(out_of)
    return ((origin == "TOT") & other_origins) | ((destination == "TOT") & other_destinations)


def _changed(scores: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Leave out figures as stated where they are all as computed."""
    stated = scores.filter(figures="stated")
    key = [*_CASE, "model"]
    computed = scores.filter(figures="computed").select(*key, computed=pl.col("median"))
    differ = stated.join(computed, on=key, how="left").filter(pl.col("median") != pl.col("computed"))
    kept = stated.join(differ.select(by).unique(), on=list(by), how="semi", maintain_order="left")
    return pl.concat([scores.filter(figures="computed"), kept])
