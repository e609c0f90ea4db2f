"""Skill and coverage before and after reconciliation on panels A and B, with the time and memory of one release.

Run as ``python bench/coherence.py FILE``, where FILE is the user's own copy of the monthly detections of Frontex. Each
level is forecast on its own history; then all are made coherent. Origins are test origins only: those never used in
development stay so unless ``--first`` and ``--last`` ask for them.
"""

import argparse
import resource
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from havre.draws import QUANTILE_LEVELS, Draws, Floats, SeriesKey
from havre.evaluate.protocol import INTERVALS, rolling_origins, select_series, truth_for
from havre.evaluate.scores import covered_quantile, wis_quantile
from havre.forecast.hierarchy import Hierarchy, build_hierarchy
from havre.forecast.models import ENSEMBLE, draw_all
from havre.forecast.reconcile import coherent_draws, merge_draws
from havre.panel.scope import TOTAL
from havre.panel.series import MonthlySeries, monthly_series
from havre.scale import generator, spread
from havre.sources.frontex import read_frontex

UNKNOWN = "XXX"
HORIZONS = 12
SHOWN = (1, 2, 3, 6, 12)
LEVELS = ("corridors", "nationalities", "routes", "total")
WAYS = ("own model", "summed quantiles", "joint draws")


@dataclass(frozen=True)
class Task:
    """One origin: the whole series (truth included), what is judged, and how."""

    series: MonthlySeries
    judged: tuple[SeriesKey, ...]
    origin: date
    model: str
    draws: int


@dataclass(frozen=True)
class Scored:
    """Scores of one origin: arrays (way, judged series, horizon) and (way, judged series, horizon, interval)."""

    wis: Floats
    wis_log: Floats
    covered: Floats
    seconds: float


def skill_before_after(task: Task) -> Scored:
    known = task.series.until(task.origin)
    corridors = [key for key in task.judged if TOTAL not in (key.origin, key.destination)]
    owned = {key.origin for key in task.judged} - {TOTAL}
    hierarchy, history = build_hierarchy(known, corridors, origins=owned)
    base = draw_levels(history, hierarchy, task)
    start = time.perf_counter()
    joint = coherent_draws(history, base, hierarchy, generator(0, "coherence", f"{task.origin:%Y-%m}"))
    seconds = time.perf_counter() - start
    assert hierarchy.is_coherent(joint)
    own = base.select(hierarchy.keys).quantiles()
    rows = [hierarchy.keys.index(key) for key in task.judged]
    ways = [own, hierarchy.add_up(own[: len(hierarchy.bottom)]), joint.quantiles()]
    truth = truth_of(task)
    stacked = np.stack([way[rows] for way in ways])
    came = np.broadcast_to(truth, stacked.shape[:-1])
    covered = np.stack([covered_quantile(stacked, came, interval) for interval in INTERVALS], axis=-1)
    return Scored(wis_quantile(stacked, came), wis_quantile(np.log1p(stacked), np.log1p(came)), covered, seconds)


def draw_levels(history: MonthlySeries, hierarchy: Hierarchy, task: Task) -> Draws:
    """Forecast corridors, nationalities, and routes with the total, each level on its own history."""
    parts = len(hierarchy.bottom)
    origins = [row for row, key in enumerate(history.keys) if row >= parts and key.origin != TOTAL]
    wholes = [row for row, key in enumerate(history.keys) if row >= parts and key.origin == TOTAL]
    levels = [history.select(rows) for rows in (list(range(parts)), origins, wholes)]
    return merge_draws([draw_all(each, (task.model,), HORIZONS, task.draws, 0)[task.model] for each in levels])


def truth_of(task: Task) -> Floats:
    """Give what came of the judged series: every row of the panel that a key takes in, of unknown nationality too."""
    came = truth_for(task.series, task.origin, HORIZONS)
    found = np.empty((len(task.judged), HORIZONS))
    for place, key in enumerate(task.judged):
        parts = [
            row
            for row, each in enumerate(task.series.keys)
            if key.origin in (TOTAL, each.origin) and key.destination in (TOTAL, each.destination)
        ]
        found[place] = came[parts].sum(axis=0)
    return found


def judged_keys(series: MonthlySeries, first: date) -> tuple[SeriesKey, ...]:
    """Choose what is judged by what was known at the first origin: corridors, nationalities, routes, and all."""
    named = series.select([row for row, key in enumerate(series.keys) if key.origin != UNKNOWN])
    corridors = tuple(named.keys[row] for row in select_series(named, first))
    measure = series.keys[0].measure
    return (
        *corridors,
        *(SeriesKey(measure, code, TOTAL) for code in _enough(named, "origin", first)),
        *(SeriesKey(measure, TOTAL, code) for code in _enough(series, "destination", first)),
        SeriesKey(measure, TOTAL, TOTAL),
    )


def _enough(series: MonthlySeries, by: str, first: date) -> list[str]:
    codes = np.array([getattr(key, by) for key in series.keys])
    names = [str(code) for code in np.unique(codes)]
    sums = np.stack([series.values[codes == code].sum(axis=0) for code in names])
    keys = tuple(SeriesKey(series.keys[0].measure, code, code) for code in names)
    return [names[row] for row in select_series(MonthlySeries(keys, series.first, sums), first)]


def level_of(key: SeriesKey) -> str:
    return LEVELS[(key.destination == TOTAL) + 2 * (key.origin == TOTAL)]


def show(judged: tuple[SeriesKey, ...], scored: list[Scored]) -> None:
    print("Mean WIS after over before (below 1: better), natural and log1p, at h =", *SHOWN)
    place = [h - 1 for h in SHOWN]
    for level in LEVELS:
        rows = [row for row, key in enumerate(judged) if level_of(key) == level]
        for way in (1, 2):
            cells = []
            for name in ("wis", "wis_log"):
                mean = np.stack([getattr(each, name) for each in scored])[:, :, rows].mean(axis=(0, 2))
                cells.append(" ".join(f"{ratio:.3f}" for ratio in (mean[way] / mean[0])[place]))
            print(f"{level:14}{WAYS[way]:18}{cells[0]} | {cells[1]}")
    print(
        "\nCoverage in % of the intervals", " ".join(f"{interval:.0%}" for interval in INTERVALS), "over all horizons"
    )
    for level in LEVELS:
        rows = [row for row, key in enumerate(judged) if level_of(key) == level]
        inside = np.nanmean(np.stack([each.covered for each in scored])[:, :, rows], axis=(0, 2, 3))
        for way, name in enumerate(WAYS):
            print(f"{level:14}{name:18}" + " ".join(f"{100 * share:5.1f}" for share in inside[way]))
    seconds = max(each.seconds for each in scored)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\nReconciling one release took at most {seconds:.1f} s; most memory of this process {memory:.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--first", type=date.fromisoformat, default=date(2019, 12, 1))
    parser.add_argument("--last", type=date.fromisoformat, default=date(2022, 4, 1))
    parser.add_argument("--every", type=int, default=3, help="months from one origin to the next")
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--model", default=ENSEMBLE)
    parser.add_argument("--workers", type=int, default=1)
    asked = parser.parse_args()
    rows = read_frontex(asked.file, as_of=date(2026, 1, 1))
    series, _ = monthly_series(rows, covered=rows["period"].unique().to_list())
    judged = judged_keys(series, asked.first)
    origins = rolling_origins(asked.first, asked.last)[:: asked.every]
    print(f"{len(judged)} series judged at {len(origins)} origins, {len(QUANTILE_LEVELS)} quantiles of {asked.model}\n")
    tasks = [Task(series, judged, origin, asked.model, asked.draws) for origin in origins]
    show(judged, list(spread(skill_before_after, tasks, asked.workers)))


if __name__ == "__main__":
    main()
