"""What a release is made of, as plain tables: this room knows no model and no science.

Tables are checked when a :class:`Release` is made, so that whatever writes or shows it may assume that they fit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from havre.draws import QUANTILE_LEVELS
from havre.errors import Problem, RecordError, check_none
from havre.record.reviewed import Reviewed

LEVELS = ("total", "destination", "route", "origin", "corridor")
"""Total of a scope; one destination, route or origin with everything else together; one corridor."""

SERIES = pl.Schema(
    {
        "scope": pl.String(),
        "measure": pl.String(),
        "origin": pl.String(),
        "destination": pl.String(),
        "level": pl.Enum(LEVELS),
        "source": pl.String(),
        "last_month": pl.Date(),
        "recent_mean": pl.Float64(),
        "wis_ratio": pl.Float64(),
        "wis_ratio_log": pl.Float64(),
        "best_naive": pl.String(),
        "coverage_80": pl.Float64(),
        "forecasts_scored": pl.Int64(),
    }
)
"""One row per series. ``recent_mean``: persons a month over the last 12 published months, null where one of them is
suppressed. ``wis_ratio``: mean WIS of the ensemble over that of the best naive baseline of the scope (below 1 is better
than naive), null where nothing could be scored."""

FORECASTS = pl.Schema(
    {
        "scope": pl.String(),
        "measure": pl.String(),
        "origin": pl.String(),
        "destination": pl.String(),
        "model": pl.String(),
        "horizon": pl.Int32(),
        "target_month": pl.Date(),
        "quantile": pl.Float64(),
        "value": pl.Float64(),
    }
)
"""One row per series, model, horizon and quantile level; a null value is suppressed."""

HISTORY = pl.Schema(
    {
        "scope": pl.String(),
        "measure": pl.String(),
        "origin": pl.String(),
        "destination": pl.String(),
        "period": pl.Date(),
        "value": pl.Float64(),
        "suppressed": pl.Boolean(),
    }
)
"""Published months before the forecast; ``value`` is null where nothing was published or where it is suppressed."""

SKILL = pl.Schema(
    {
        "scope": pl.String(),
        "horizon": pl.Int32(),
        "model": pl.String(),
        "kind": pl.Enum(("ensemble", "model", "baseline")),
        "wis": pl.Float64(),
        "wis_log": pl.Float64(),
        "wis_ratio": pl.Float64(),
        "wis_ratio_log": pl.Float64(),
        "coverage_50": pl.Float64(),
        "coverage_80": pl.Float64(),
        "coverage_90": pl.Float64(),
        "coverage_95": pl.Float64(),
        "forecasts_scored": pl.Int64(),
    }
)
"""Track record per scope, horizon and model. Ratios are to the best naive baseline of that scope and horizon, chosen
after the fact."""

SCOPE_KEY = ("scope", "measure", "origin", "destination")


@dataclass(frozen=True)
class SourceCredit:
    """A source that a release was made from."""

    id: str
    provider: str
    title: str
    url: str
    licence: str
    attribution: str
    caveats: tuple[str, ...]
    first_period: date
    last_period: date
    as_of: date


@dataclass(frozen=True)
class ReleaseFacts:
    """What identifies a release and how it was made.

    ``options`` are the choices that the forecast depends on; ``inputs`` map each public input to its SHA-256,
    and each private one, under a name without meaning, to a salted hash (:mod:`havre.input_hashes`);
    ``reference_only`` tells that the data are the package's reference snapshot and end long before ``made_on``.
    """

    id: str
    made_on: date
    code_version: str
    seed: int
    threshold: int
    ensemble: str
    members: tuple[str, ...]
    baselines: tuple[str, ...]
    backtest_origins: Mapping[str, tuple[date, date]]
    options: Mapping[str, object]
    inputs: Mapping[str, str]
    sources: tuple[SourceCredit, ...]
    reference_only: bool

    @property
    def hides_nothing(self) -> bool:
        """Whether whoever made the release chose a threshold at which no count is too small to be told."""
        return self.threshold < 2


@dataclass(frozen=True)
class Release:
    """A release: its facts and its four tables, which are already protected against disclosure.

    ``review`` tells who reviewed it and what they changed; ``None`` while no person has. The tables always hold what
    was computed.

    Raises
    ------
    RecordError : a table does not have its schema, or a forecast breaks its rules (a quantile level missing, values
        that fall while the level rises, a value that is negative or not finite)
    """

    facts: ReleaseFacts
    series: pl.DataFrame
    forecasts: pl.DataFrame
    history: pl.DataFrame
    skill: pl.DataFrame
    review: Reviewed | None = None

    def __post_init__(self) -> None:
        for name, schema in (("series", SERIES), ("forecasts", FORECASTS), ("history", HISTORY), ("skill", SKILL)):
            frame: pl.DataFrame = getattr(self, name)
            if frame.schema != schema:
                raise RecordError("record.quantiles", key=name, reason=f"schema {frame.schema}")
        check_quantiles(self.forecasts)


def check_quantiles(forecasts: pl.DataFrame) -> None:
    """Check that every forecast has all quantile levels, rising values, nothing negative and nothing infinite.

    A forecast whose values are all null is suppressed and passes.

    Raises
    ------
    RecordError : names every forecast that breaks a rule
    """
    keys = [*SCOPE_KEY, "model", "horizon"]
    value = pl.col("value")
    groups = (
        forecasts.sort("quantile")
        .group_by(keys, maintain_order=True)
        .agg(
            levels=pl.col("quantile"),
            falls=(value.diff() < 0).any(),
            bad=(value < 0).any() | value.is_finite().not_().any(),
            partly=value.is_null().any() & value.is_not_null().any(),
        )
    )
    problems: list[Problem] = []
    for row in groups.iter_rows(named=True):
        reasons = {
            "quantile levels that are not the 23 of the hubs": tuple(row["levels"]) != QUANTILE_LEVELS,
            "quantiles that fall while the level rises": bool(row["falls"]),
            "a negative or infinite quantile": bool(row["bad"]),
            "only some of its quantiles": row["partly"],
        }
        key = f"{row['measure']} {row['origin']}→{row['destination']} {row['model']} h={row['horizon']}"
        problems += [
            Problem.of("record.quantiles", key=key, reason=reason) for reason, broken in reasons.items() if broken
        ]
    check_none(problems, RecordError)
