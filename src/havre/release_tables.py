"""The tables of a release, from the outlooks of its scopes: the seam between the science and the record."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict

import polars as pl

from havre.draws import QUANTILE_LEVELS, Draws, SeriesKey
from havre.evaluate.compare import by_series, league_table
from havre.evaluate.protocol import Scorecard
from havre.forecast.models import ENSEMBLE
from havre.forecast.outlook import Outlook
from havre.panel.scope import TOTAL, Scope, scope_rows
from havre.panel.series import MonthlySeries
from havre.record.tables import FORECASTS, HISTORY, SKILL

Key = tuple[str, str, str]
"""Scope, origin and destination."""
_KEY = ("scope", "origin", "destination")
_NAMES = ["scope", "measure", "origin", "destination"]


def table_of(rows: list[dict[str, object]], schema: pl.Schema) -> pl.DataFrame:
    """Make a table of a schema from rows; an empty one from none."""
    return pl.DataFrame(rows, schema=schema) if rows else pl.DataFrame(schema=schema)


def forecast_rows(outlook: Outlook) -> pl.DataFrame:
    """Give the quantiles of every model, series and horizon of an outlook, not yet protected."""
    parts = [
        _quantile_rows(outlook.scope, model, draws) for group in outlook.forecasts for model, draws in group.items()
    ]
    return pl.concat(parts)


def _quantile_rows(scope: Scope, model: str, draws: Draws) -> pl.DataFrame:
    series, horizons, levels = len(draws.keys), draws.horizons, len(QUANTILE_LEVELS)
    keys = pl.DataFrame(
        [(scope.id, key.measure, key.origin, key.destination) for key in draws.keys],
        schema=["scope", "measure", "origin", "destination"],
        orient="row",
    )
    months = pl.DataFrame({"horizon": range(1, horizons + 1), "target_month": draws.target_months})
    grid = keys.join(months, how="cross", maintain_order="left_right").join(
        pl.DataFrame({"quantile": QUANTILE_LEVELS}), how="cross", maintain_order="left_right"
    )
    values = draws.quantiles().reshape(series * horizons * levels)
    return grid.with_columns(model=pl.lit(model), value=values).select(
        [pl.col(n).cast(t) for n, t in FORECASTS.items()]
    )


def history_rows(scope: Scope, series: MonthlySeries) -> pl.DataFrame:
    """Give the published months of every series of a scope, not yet protected."""
    months = [series.month(column) for column in range(series.values.shape[1])]
    keys = pl.DataFrame(
        [(scope.id, key.measure, key.origin, key.destination) for key in series.keys],
        schema=["scope", "measure", "origin", "destination"],
        orient="row",
    )
    grid = keys.join(pl.DataFrame({"period": months}), how="cross", maintain_order="left_right")
    rows = grid.with_columns(value=pl.Series(series.values.ravel()).fill_nan(None), suppressed=pl.lit(value=False))
    return rows.drop_nulls("value").select([pl.col(n).cast(t) for n, t in HISTORY.items()])


def unshown_rows(panel: pl.DataFrame, scope: Scope, series: MonthlySeries) -> pl.DataFrame:
    """Give what a scope holds besides its series, to protect it too: series left out for a gap, and their total.

    Another scope may publish that total, and it less the series that are shown would give the one left out.
    """
    shown = {(key.origin, key.destination) for key in series.keys}
    rows = scope_rows(panel, scope)
    beside = rows.filter(~pl.struct("origin", "destination").is_in([{"origin": o, "destination": d} for o, d in shown]))
    if beside.height and scope.by == "origin" and not (rows["origin"] == TOTAL).any():
        total = rows.group_by("destination", "period", maintain_order=True).agg(pl.col("value").sum())
        beside = pl.concat([beside, total.select(pl.lit(TOTAL).alias("origin"), "destination", "period", "value")])
    labelled = beside.with_columns(
        scope=pl.lit(scope.id), measure=pl.lit(scope.measure), suppressed=pl.lit(value=False)
    )
    return labelled.select([pl.col(name).cast(dtype) for name, dtype in HISTORY.items()])


def shown_history(history: pl.DataFrame, forecasts: pl.DataFrame) -> pl.DataFrame:
    """Keep the history of the series that are forecast; the others only helped to protect them."""
    keys = ["scope", "origin", "destination"]
    return history.join(forecasts.select(keys).unique(), on=keys, how="semi", maintain_order="left")


def recent_means(history: pl.DataFrame, months: int = 12) -> dict[Key, float | None]:
    """Give the mean of the last published months of each series [persons a month], from the protected table only.

    ``None`` where one of them is suppressed: the mean less the visible months would give it back.
    """
    last = history.sort("period").group_by(_KEY, maintain_order=True).tail(months)
    means = last.group_by(_KEY, maintain_order=True).agg(pl.col("value").mean().round(0), pl.col("suppressed").any())
    return {(s, o, d): None if hidden else mean for s, o, d, mean, hidden in means.iter_rows()}


def series_rows(outlook: Outlook, means: Mapping[Key, float | None]) -> Iterator[dict[str, object]]:
    """Give one row per series that is forecast, with its track record where there is one."""
    ends = dict(zip(outlook.series.keys, outlook.series.last_published(), strict=True))
    record = _records(outlook)
    for group in outlook.forecasts:
        for key in group[ENSEMBLE].keys:
            before = record.get(key, {})
            yield {
                "scope": outlook.scope.id,
                **asdict(key),
                "level": outlook.scope.level(key),
                "source": outlook.scope.source,
                "last_month": ends[key],
                "recent_mean": means.get((outlook.scope.id, key.origin, key.destination)),
                **{name: before.get(name) for name in ("wis_ratio", "wis_ratio_log", "best_naive", "coverage_80")},
                "forecasts_scored": before.get("forecasts_scored", 0),
            }


def _records(outlook: Outlook) -> dict[SeriesKey, dict[str, object]]:
    if outlook.card is None:
        return {}
    rows = by_series(outlook.card, ENSEMBLE, reference=_without_total(outlook, outlook.card)).to_dicts()
    return dict(zip(outlook.card.keys, rows, strict=True))


def _without_total(outlook: Outlook, card: Scorecard) -> Scorecard:
    """Leave the total out: a mean over all series would be its mean."""
    parts = [row for row, key in enumerate(card.keys) if outlook.scope.level(key) != "total"]
    return card.select(parts) if parts else card


def skill_rows(outlook: Outlook) -> Iterator[dict[str, object]]:
    """Give the league table of a scope, its total left out; nothing where nothing could be judged."""
    if outlook.card is None:
        return
    for row in league_table(_without_total(outlook, outlook.card)).iter_rows(named=True):
        kind = "ensemble" if row["model"] == ENSEMBLE else row["kind"]
        yield {
            "scope": outlook.scope.id,
            **{name: row[name] for name in SKILL if name not in ("scope", "kind")},
            "kind": kind,
        }
