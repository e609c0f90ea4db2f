"""A small made-up release with everything that a report has to show: losses, hidden cells, series without a record."""

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from havre.draws import QUANTILE_LEVELS
from havre.months import add_months
from havre.record.tables import FORECASTS, HISTORY, SERIES, SKILL, Release, ReleaseFacts, SourceCredit
from havre.texts import Language

MEASURE_NAMES: Mapping[str, Mapping[Language, str]] = {
    "asylum_applications": {"en": "Asylum applications", "fr": "Demandes d'asile"},
    "sea_arrivals": {"en": "Arrivals by sea", "fr": "Arrivées par la mer"},
}

LAST_MONTH = date(2020, 12, 1)
ENSEMBLE, MEMBER, NAIVE = "ensemble", "boosting", "rw_pooled"

SeriesSample = tuple[str, str, str, str, str, float, float | None]
"""Scope, measure, origin, destination, level, recent mean, WIS ratio."""

_SERIES: tuple[SeriesSample, ...] = (
    ("germany", "asylum_applications", "TOT", "DEU", "total", 8500.0, 0.89),
    ("germany", "asylum_applications", "SYR", "DEU", "corridor", 3020.0, 0.84),
    ("germany", "asylum_applications", "AFG", "DEU", "corridor", 880.0, 1.07),
    ("germany", "asylum_applications", "IRQ", "DEU", "corridor", 820.0, 0.97),
    ("germany", "asylum_applications", "TUR", "DEU", "corridor", 500.0, 1.23),
    ("germany", "asylum_applications", "XXX", "DEU", "corridor", 130.0, 0.92),
    ("germany", "asylum_applications", "ERI", "DEU", "corridor", 4.0, None),
    ("sea", "sea_arrivals", "TOT", "TOT", "total", 7900.0, 1.04),
    ("sea", "sea_arrivals", "TOT", "ITA", "destination", 2850.0, 1.02),
    ("sea", "sea_arrivals", "TOT", "ESP", "destination", 3350.0, 0.95),
    ("sea", "sea_arrivals", "TOT", "GRC", "destination", 760.0, 0.999),
)


def sample_source(**changes: Any) -> SourceCredit:
    """Make the credit of a source, with fields changed at will."""
    credit = SourceCredit(
        id="bamf",
        provider="BAMF",
        title="Asylum applications in Germany by nationality, monthly",
        url="https://www.example.org/statistics",
        licence="Official statistics",
        attribution="Source: BAMF",
        caveats=("First-published values: yearly sums lie below the revised totals.",),
        first_period=date(2010, 1, 1),
        last_period=LAST_MONTH,
        as_of=date(2021, 2, 10),
    )
    return replace(credit, **changes)


def sample_facts(**changes: Any) -> ReleaseFacts:
    """Make the facts of a release, with fields changed at will."""
    facts = ReleaseFacts(
        id="2020-12-sample",
        made_on=date(2025, 3, 4),
        code_version="0.1.0",
        seed=20201201,
        threshold=10,
        ensemble=ENSEMBLE,
        members=(MEMBER, "exponential_smoothing"),
        baselines=(NAIVE, "seasonal_naive"),
        backtest_origins={"germany": (date(2018, 12, 1), date(2019, 12, 1)), "sea": (date(2018, 12, 1), LAST_MONTH)},
        options={"horizon": 12, "weights": [0.5, 0.5], "pool": "volume band"},
        inputs={"panel/bamf.parquet": "ab" * 32},
        sources=(sample_source(),),
        reference_only=True,
    )
    return replace(facts, **changes)


def sample_release(
    *,
    facts: ReleaseFacts | None = None,
    series: tuple[SeriesSample, ...] = _SERIES,
    months: int = 60,
    hidden: frozenset[tuple[str, str]] = frozenset({("ERI", "DEU")}),
    hidden_value: float | None = None,
) -> Release:
    """Make a release.

    Parameters
    ----------
    series : scope, measure, origin, destination, level, recent mean, WIS ratio
    months : months of history
    hidden : origin and destination of the series of which forecast and every third month of history are suppressed
    hidden_value : what a suppressed month of history holds; ``None`` in every sound release
    """
    history: list[dict[str, object]] = []
    forecasts: list[dict[str, object]] = []
    for row in series:
        key = dict(zip(("scope", "measure", "origin", "destination"), row[:4], strict=True))
        is_hidden = (row[2], row[3]) in hidden
        history += _history(key, row[5], months, hidden_value, is_hidden=is_hidden)
        forecasts += _forecasts(key, row[5], is_hidden=is_hidden)
    return Release(
        facts=facts or sample_facts(),
        series=pl.DataFrame([_series(row, is_hidden=(row[2], row[3]) in hidden) for row in series], schema=SERIES),
        forecasts=pl.DataFrame(forecasts, schema=FORECASTS),
        history=pl.DataFrame(history, schema=HISTORY),
        skill=pl.DataFrame(_skill(list(dict.fromkeys(row[0] for row in series))), schema=SKILL),
    )


def _series(row: SeriesSample, *, is_hidden: bool) -> dict[str, object]:
    scope, measure, origin, destination, level, mean, ratio = row
    return {
        "scope": scope,
        "measure": measure,
        "origin": origin,
        "destination": destination,
        "level": level,
        "source": "bamf",
        "last_month": LAST_MONTH,
        "recent_mean": None if is_hidden else mean,
        "wis_ratio": ratio,
        "wis_ratio_log": None if ratio is None else ratio + 0.01,
        "best_naive": None if ratio is None else NAIVE,
        "coverage_80": None if ratio is None else 0.72,
        "forecasts_scored": 0 if ratio is None else 156,
    }


def _history(
    key: dict[str, str], mean: float, months: int, hidden_value: float | None, *, is_hidden: bool
) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for step in range(months):
        suppressed = is_hidden and step % 3 == 0
        wave = 1 + 0.25 * math.sin(step / 2) + 0.1 * math.sin(step * 1.7)
        value = hidden_value if suppressed else float(round(mean * wave))
        period = add_months(LAST_MONTH, step - months + 1)
        rows.append({**key, "period": period, "value": value, "suppressed": suppressed})
    return rows


def _forecasts(key: dict[str, str], mean: float, *, is_hidden: bool) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for model, shift in ((ENSEMBLE, 1.0), (NAIVE, 1.1)):
        for horizon in range(1, 13):
            month = {**key, "model": model, "horizon": horizon, "target_month": add_months(LAST_MONTH, horizon)}
            spread = 0.5 + 0.09 * horizon
            for level in QUANTILE_LEVELS:
                value = (
                    None if is_hidden else round(mean * shift * (1 + 0.1 * math.sin(horizon)) * level**spread * 1.6, 3)
                )
                rows.append({**month, "quantile": level, "value": value})
    return rows


def _skill(scopes: list[str]) -> list[dict[str, object]]:
    models = (
        (ENSEMBLE, "ensemble", 0.9),
        (MEMBER, "model", 0.94),
        (NAIVE, "baseline", 1.0),
        ("seasonal_naive", "baseline", 1.3),
    )
    return [
        {
            "scope": scope,
            "horizon": horizon,
            "model": model,
            "kind": kind,
            "wis": 100.0 * ratio,
            "wis_log": 0.2 * ratio,
            "wis_ratio": ratio + 0.015 * horizon * (kind == "ensemble" and scope == "sea"),
            "wis_ratio_log": ratio,
            "coverage_50": 0.47,
            "coverage_80": 0.78,
            "coverage_90": 0.88,
            "coverage_95": 0.94,
            "forecasts_scored": 390,
        }
        for scope in scopes
        for horizon in range(1, 13)
        for model, kind, ratio in models
    ]
