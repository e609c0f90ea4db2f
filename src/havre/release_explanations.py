"""Explains every published figure of a release: what the models did, put beside what was published.

Everything is computed from the outlooks of the release, in which stand-ins have taken the place of hidden counts, and
from its protected tables. So an explanation can give no hidden count back; past situations are looked for among
published months alone.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import floor
from typing import Any

import numpy as np
import polars as pl

from havre.draws import Floats, SeriesKey
from havre.errors import ForecastError
from havre.evaluate.means import best_naive_overall, known_or_none, mean_over, ratio_of
from havre.evaluate.protocol import INTERVALS, Scorecard
from havre.explained_scope import option, shared_facts
from havre.forecast.analogues import WINDOW, Analogue, nearest_past, would_follow
from havre.forecast.explain import DRIVERS
from havre.forecast.explain_many import Told, told_of
from havre.forecast.models import ENSEMBLE
from havre.forecast.outlook import Outlook
from havre.months import add_months, months_between
from havre.panel.scope import Scope
from havre.panel.series import MonthlySeries
from havre.record.explanation import (
    SCHEMA,
    SCHEMA_FILE,
    canonical,
    check_explanations,
    explanation_path,
    schema_bytes,
)
from havre.record.explanation_cards import write_cards
from havre.record.explanation_page import explanation_pages
from havre.record.rounding import base_of
from havre.record.tables import Release
from havre.texts import Language

Names = Mapping[str, Mapping[Language, str]]
PAST_SITUATIONS = 5
LAST_VALUE = "rw_pooled"
"""The baseline whose median is the last value."""
_LEVELS = (0.1, 0.9), (0.025, 0.975)


def explained(
    release: Release,
    outlooks: Sequence[Outlook],
    *,
    measure_names: Names,
    width: float | None = None,
    workers: int = 1,
) -> dict[str, bytes]:
    """Explain every published figure of a release: files to publish beside it, by path.

    Parameters
    ----------
    release : not yet reviewed; what a reviewer changes later is told by whoever reads the explanation
    outlooks : those of which the release was made, in its order
    measure_names : name of each measure in each language
    width : how far apart the bounds of a hidden count stay, if it is not the threshold [persons]
    workers : processes that make forecasts of changed months; changes nothing but the time it takes

    Returns
    -------
    dict : for each scope ``explanations/<scope>.json`` (canonical JSON) and a page in each language; a model card and a
        data card in each language, as Markdown and HTML; the JSON Schema of the explanation of one figure

    Raises
    ------
    RecordError : a published figure would stay without a complete explanation
    """
    documents = [_document(release, outlook, width, workers) for outlook in outlooks]
    # As they are read back: so whoever has the JSON can make the same pages and cards of it, and compare them.
    told = [json.loads(canonical(document)) for document in documents if document["series"]]
    check_explanations(told, release)
    files = {explanation_path(document["scope"]): canonical(document) for document in told}
    for document in told:
        files |= explanation_pages(document, measure_names)
    return files | {SCHEMA_FILE: schema_bytes()} | write_cards(release, told, measure_names)


def _document(release: Release, outlook: Outlook, width: float | None, workers: int) -> dict[str, Any]:
    """Make the document of one scope."""
    scope = outlook.scope.id
    published = _Published.of(release, outlook.scope)
    told = told_of(
        outlook,
        {(key, horizon) for key, horizon, _ in published.figures},
        horizons=option(release, "horizons"),
        seed=release.facts.seed,
        workers=workers,
    )
    series = [_series(published, outlook, key, told) for key in published.series()]
    return {
        "schema": SCHEMA,
        "release": release.facts.id,
        "made_on": release.facts.made_on.isoformat(),
        "scope": scope,
        "shared": shared_facts(release, outlook, width),
        "series": series,
    }


@dataclass(frozen=True)
class _Published:
    """What was published of a scope, ready to be looked up.

    Parameters
    ----------
    quantiles : by series, horizon, model and level
    figures : series, horizon and month of every figure that is not hidden, in the order of the release
    rows : what the release tells of each series
    visible : published months as they stand; hidden ones are marked by a count below one
    hidden : series and months that are hidden
    skill : what the release tells of the ensemble at each horizon
    """

    release: Release
    quantiles: Mapping[tuple[SeriesKey, int, str], Mapping[float, float]]
    figures: tuple[tuple[SeriesKey, int, date], ...]
    rows: Mapping[SeriesKey, Mapping[str, Any]]
    visible: MonthlySeries
    hidden: frozenset[tuple[SeriesKey, date]]
    skill: Mapping[int, Mapping[str, Any]]

    @classmethod
    def of(cls, release: Release, scope: Scope) -> "_Published":
        own = pl.col("scope") == scope.id
        table = release.forecasts.filter(own).drop_nulls("value")
        quantiles: dict[tuple[SeriesKey, int, str], dict[float, float]] = {}
        figures: dict[tuple[SeriesKey, int], date] = {}
        for measure, origin, destination, model, horizon, month, level, value in table.drop("scope").iter_rows():
            key = SeriesKey(measure, origin, destination)
            quantiles.setdefault((key, horizon, model), {})[level] = value
            if model == ENSEMBLE:
                figures[key, horizon] = month
        ensemble = release.skill.filter(own & (pl.col("kind") == "ensemble"))
        visible, hidden = _visible(release.history.filter(own))
        return cls(
            release,
            quantiles,
            tuple((*which, month) for which, month in figures.items()),
            {SeriesKey(row["measure"], row["origin"], row["destination"]): row
             for row in release.series.filter(own).iter_rows(named=True)},
            visible,
            hidden,
            {row["horizon"]: row for row in ensemble.iter_rows(named=True)},
        )  # fmt: skip

    def series(self) -> list[SeriesKey]:
        """List the series with a figure, in the order of the release."""
        return list(dict.fromkeys(key for key, _, _ in self.figures))


_MARK = 0.5
"""Stands for a hidden month where past situations are looked for: below one, so that no window with it is told."""


def _visible(history: pl.DataFrame) -> tuple[MonthlySeries, frozenset[tuple[SeriesKey, date]]]:
    """Give the published months of a scope as an array, hidden ones marked, and which are hidden."""
    periods = history["period"]
    first, last = periods.min(), periods.max()
    assert isinstance(first, date) and isinstance(last, date)  # noqa: S101, PT018 - a scope with figures has a history
    months = {month: column for column, month in enumerate(months_between(first, last))}
    values: dict[SeriesKey, Floats] = {}
    hidden: set[tuple[SeriesKey, date]] = set()
    for _, measure, origin, destination, period, value, suppressed in history.iter_rows():
        key = SeriesKey(measure, origin, destination)
        row = values.setdefault(key, np.full(len(months), np.nan))
        row[months[period]] = _MARK if suppressed else value
        if suppressed:
            hidden.add((key, period))
    return MonthlySeries(tuple(values), first, np.stack(list(values.values()))), frozenset(hidden)


def _series(
    published: _Published, outlook: Outlook, key: SeriesKey, told: Mapping[tuple[SeriesKey, int], Told]
) -> dict[str, Any]:
    """Tell a series: its data, what was alike before, how well it was forecast, and its figures."""
    row = published.rows[key]
    last = row["last_month"]
    alike = _past_situations(published, outlook, key, last)
    own = outlook.history(last)
    hidden = [month for month in months_between(add_months(last, 1 - WINDOW), last) if (key, month) in published.hidden]
    scores = _scores(outlook.card, key)
    return {
        "measure": key.measure,
        "origin": key.origin,
        "destination": key.destination,
        "level": row["level"],
        "last_month": _month(last),
        "data": {"last_month": _month(last), "hidden_among_last_12": len(hidden), "last_month_hidden": last in hidden},
        "past_situations": [_situation(each) for each in alike],
        "skill": _series_skill(published.release, outlook, row),
        "figures": [
            _figure(
                published, told[which, horizon], month, scores.get(horizon, _UNSCORED), is_hidden=last in hidden
            )
            | {"followed": np.round(would_follow(alike, own, key, horizon)).astype(int).tolist()}
            for which, horizon, month in published.figures
            if which == key
        ],
    }  # fmt: skip


def _past_situations(published: _Published, outlook: Outlook, key: SeriesKey, last: date) -> tuple[Analogue, ...]:
    """Find what was alike among published months.

    The question is a row of its own: its last twelve months, in which stand-ins may stand. What is compared with it is
    what was published, windows with a hidden month left out.
    """
    known, own = published.visible.until(last), outlook.history(last)
    question = np.full((1, known.values.shape[1]), np.nan)
    question[0, -WINDOW:] = own.values[own.keys.index(key), -WINDOW:][-question.shape[1] :]
    series = MonthlySeries((key, *known.keys), known.first, np.concatenate([question, known.values]))
    threshold = float(max(1, published.release.facts.threshold))
    try:
        return nearest_past(series, key, last, count=PAST_SITUATIONS, least_shown=threshold)
    except ForecastError:
        # Fewer than twelve months are known of it: nothing can be compared.
        return ()


def _situation(one: Analogue) -> dict[str, Any]:
    return {
        "origin": one.key.origin,
        "destination": one.key.destination,
        "first_month": _month(one.start),
        "last_month": _month(one.end),
        "distance": round(one.distance, 3),
        "mean": round(one.level, 1),
        "ratios_after": [round(ratio, 3) for ratio in one.followed],
    }


def _figure(
    published: _Published, told: Told, month: date, scores: Mapping[str, object], *, is_hidden: bool
) -> dict[str, Any]:
    """Tell what belongs to one figure alone."""
    before = told.explanation
    key, horizon = before.key, before.horizon
    here = published.quantiles[key, horizon, ENSEMBLE]
    median = here[0.5]
    # The way starts and ends at figures as published: rounding belongs to the adjustment.
    start = _as_published(before.reference, base_of(published.release.facts.options))
    rounding = (median - before.figure) - (start - before.reference)
    adjusted = {**before.drivers, "adjustment": before.drivers["adjustment"] + rounding}
    own = replace(before, figure=median, reference=start, drivers=adjusted)
    whole = own.whole_persons()
    ordered = sorted(whole, key=lambda name: (-abs(own.drivers[name]), DRIVERS.index(name)))
    (low, high), (least, most) = ([here[level] for level in levels] for levels in _LEVELS)
    skill = published.skill.get(horizon, {})
    return {
        "month": _month(month),
        "horizon": horizon,
        "median": int(median),
        "interval_80": [int(low), int(high)],
        "interval_95": [int(least), int(most)],
        "contributions": {
            "start": {"persons": round(own.reference), "is_stand_in": is_hidden},
            "drivers": [
                {"name": name, "persons": whole[name], "exact": round(own.drivers[name], 3)} for name in ordered
            ],
            "end": int(median),
        },
        "members": {
            share.model: {
                "weight_here": round(told.weights[share.model], 6),
                "median": int(published.quantiles[key, horizon, share.model][0.5]),
                "persons": round(share.contribution),
            }
            for share in own.members
        },
        "would_move": {
            "up_10": {"last_months_times": told.moves.needed[0.1]},
            "down_10": {"last_months_times": told.moves.needed[-0.1]},
            "curve": [list(point) for point in told.moves.curve],
        },
        "skill": {
            **scores,
            "scope_wis_ratio": _rounded(skill.get("wis_ratio")),
            "scope_coverage_80": _rounded(skill.get("coverage_80")),
        },
    }


def _as_published(value: float, base: int) -> float:
    """Round a count as the release does."""
    return value if base == 1 else base * floor(value / base + 0.5)


_UNSCORED: Mapping[str, object] = {
    "wis": None, "naive": None, "naive_wis": None, "coverage_80": None, "coverage_95": None, "rmse_ratio": None,
    "forecasts_scored": 0,
}  # fmt: skip


def _scores(card: Scorecard | None, key: SeriesKey) -> dict[int, dict[str, object]]:
    """Give the scores of the ensemble on one series by horizon, beside the best naive guess of the scope."""
    if card is None or key not in card.keys:
        return {}
    here = card.select([card.keys.index(key)])
    best = best_naive_overall(card, card.wis)
    mine, naive, last = (card.models.index(name) for name in (ENSEMBLE, best, LAST_VALUE))
    wis, squared = (mean_over(scores, (1, 2)) for scores in (here.wis, here.squared))
    held = {level: mean_over(here.covered[mine, ..., INTERVALS.index(level)], (0, 1)) for level in (0.8, 0.95)}
    counted = (~np.isnan(here.wis[mine])).sum(axis=(0, 1))
    return {
        h + 1: {
            "wis": _rounded(known_or_none(wis[mine, h])),
            "naive": best,
            "naive_wis": _rounded(known_or_none(wis[naive, h])),
            "coverage_80": _rounded(known_or_none(held[0.8][h])),
            "coverage_95": _rounded(known_or_none(held[0.95][h])),
            "rmse_ratio": _rounded(ratio_of(float(np.sqrt(squared[mine, h])), float(np.sqrt(squared[last, h])))),
            "forecasts_scored": int(counted[h]),
        }
        for h in range(card.horizons)
    }


def _series_skill(release: Release, outlook: Outlook, row: Mapping[str, Any]) -> dict[str, object]:
    origins = release.facts.backtest_origins.get(outlook.scope.id)
    return {
        "wis_ratio": _rounded(row["wis_ratio"]),
        "best_naive": row["best_naive"],
        "coverage_80": _rounded(row["coverage_80"]),
        "forecasts_scored": row["forecasts_scored"],
        "backtest": None if origins is None else [_month(origin) for origin in origins],
    }


def _month(day: date) -> str:
    return f"{day:%Y-%m}"


def _rounded(value: float | None, digits: int = 6) -> float | None:
    """Round for the document: far enough that a reader who rounds again comes to the same as whoever rounds once."""
    return None if value is None else round(float(value), digits)
