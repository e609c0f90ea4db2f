"""A made-up conflict as large as that of Mali in 2012: 23 places, 7 camps, 300 days, as plain arrays and tables."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl

from havre.pictures import (
    CampCurvesChart,
    DisplacementAnimation,
    FillDatesChart,
    NetworkMapChart,
    ScenarioCampsChart,
)

START = date(2012, 2, 29)
LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
CAMPS = {"Fassara-Mbo": 60_000, "Mentaro": 6_900, "Bobola": 9_000, "Abalat": 11_400, "Mangaïze": 3_400,
         "Niamé": 6_300, "Tabaret": 12_000}  # fmt: skip
CONFLICT = ("Kidar", "Tombou", "Niafou", "Menara", "Tenenko", "Diré-Sud", "Gaoro", "Bouré", "Ansoro", "Léré")
TOWNS = ("Moptira", "Konnafo", "Ségoubo", "Goundaro", "Bamaro", "Douentso")
WHERE: dict[str, tuple[float, float]] = {
    "Fassara-Mbo": (15.6, -5.8), "Mentaro": (13.9, -1.6), "Bobola": (11.2, -4.3), "Abalat": (14.9, 5.1),
    "Mangaïze": (14.7, 2.0), "Niamé": (13.5, 2.1), "Tabaret": (14.8, 0.9), "Kidar": (18.4, 1.4), "Tombou": (16.8, -3.0),
    "Niafou": (15.9, -4.0), "Menara": (15.9, 2.4), "Tenenko": (14.5, -4.9), "Diré-Sud": (16.3, -3.4),
    "Gaoro": (16.3, 0.0), "Bouré": (17.0, -0.4), "Ansoro": (15.7, 0.5), "Léré": (15.7, -4.9), "Moptira": (14.4, -4.2),
    "Konnafo": (14.9, -3.9), "Ségoubo": (13.4, -6.3), "Goundaro": (16.4, -3.7), "Bamaro": (12.6, -8.0),
    "Douentso": (15.0, -2.9),
}  # fmt: skip
NAMES = tuple(WHERE)


@dataclass(frozen=True, eq=False)
class Sample:
    """Means over runs by day, and the draws of the camps."""

    people: npt.NDArray[np.float64]
    flows: npt.NDArray[np.float64]
    conflict: npt.NDArray[np.bool_]
    links: pl.DataFrame
    draws: npt.NDArray[np.float64]
    """Shape (runs, days, camps)."""


def roads(reach: int = 3) -> list[tuple[str, str]]:
    """Join each place with its nearest ones, both ways."""
    at = np.array(list(WHERE.values()))
    pairs = set()
    for place, point in enumerate(at):
        near = np.argsort(np.hypot(*(at - point).T), kind="stable")[1 : reach + 1]
        pairs |= {tuple(sorted((place, int(other)))) for other in near}
    return [(NAMES[a], NAMES[b]) for pair in sorted(pairs) for a, b in (pair, pair[::-1])]


@cache
def sample(days: int = 300, runs: int = 60, seed: int = 7) -> Sample:
    """Send people out of conflict zones along roads; camps keep them until they are full."""
    links = roads()
    index = {name: row for row, name in enumerate(NAMES)}
    ends = np.array([[index[a], index[b]] for a, b in links])
    at = np.array(list(WHERE.values()))
    pull = 1 / np.hypot(*(at[ends[:, 0]] - at[ends[:, 1]]).T)
    pull *= np.where(np.isin(ends[:, 1], [index[name] for name in CAMPS]), 4.0, 1.0)
    limit = np.array([CAMPS.get(name, np.inf) for name in NAMES])
    begins = {name: 17 * place for place, name in enumerate(CONFLICT)}
    people, flows = np.zeros((days, len(NAMES))), np.zeros((days, len(links)))
    conflict = np.zeros((days, len(NAMES)), dtype=np.bool_)
    now = np.zeros(len(NAMES))
    for day in range(days):
        conflict[day, [index[name] for name, begin in begins.items() if day >= begin]] = True
        now += np.where(conflict[day], 60.0 * np.exp(-day / 150), 0.0)
        open_ = pull * np.clip(1 - now[ends[:, 1]] / limit[ends[:, 1]], 0.0, 1.0)
        share = open_ / np.bincount(ends[:, 0], open_, len(NAMES))[ends[:, 0]]
        leaving = now * np.where(conflict[day], 0.9, np.where(np.isfinite(limit), 0.001, 0.25))
        flows[day] = leaving[ends[:, 0]] * share
        now += np.bincount(ends[:, 1], flows[day], len(NAMES)) - np.bincount(ends[:, 0], flows[day], len(NAMES))
        people[day] = now
    noise = np.random.default_rng(seed).normal(0.0, 0.12, (runs, 1, len(CAMPS)))
    draws = np.rint(people[None, :, : len(CAMPS)] * np.exp(noise))
    table = pl.DataFrame(links, schema=("origin", "destination"), orient="row")
    return Sample(people, flows, conflict, table, np.minimum(draws, list(CAMPS.values())))


def places() -> pl.DataFrame:
    """The places with their kinds and capacities."""
    kinds = ["camp" if name in CAMPS else "conflict" if name in CONFLICT else "town" for name in NAMES]
    kinds[-1] = "other"
    columns = {
        "name": NAMES,
        "kind": kinds,
        "latitude": [at[0] for at in WHERE.values()],
        "longitude": [at[1] for at in WHERE.values()],
        "capacity": [CAMPS.get(name) for name in NAMES],
    }
    return pl.DataFrame(columns, schema_overrides={"capacity": pl.Float64})


def days_of(found: Sample) -> list[date]:
    return [START + timedelta(days=day) for day in range(len(found.people))]


def network(found: Sample) -> NetworkMapChart:
    where = places().with_columns(people=pl.Series(found.people[-1]))
    return NetworkMapChart(
        "Northern sample, at the end of 24 Dec 2012", "people in a place at the end of the day",
        "people who set out in all days", where, found.links.with_columns(flow=pl.Series(found.flows.sum(axis=0))),
    )  # fmt: skip


def curves(found: Sample, every: int = 1) -> CampCurvesChart:
    days, at = days_of(found), np.quantile(found.draws, LEVELS, axis=0)
    rows = [
        (camp, days[day], level, float(at[place, day, column]))
        for column, camp in enumerate(CAMPS)
        for day in range(0, len(days), every)
        for place, level in enumerate(LEVELS)
    ]
    schema = {"camp": pl.String, "day": pl.Date, "quantile": pl.Float64, "value": pl.Float64}
    noise = np.random.default_rng(11).normal(1.0, 0.08, found.people.shape)
    counted = [
        (camp, days[day], float(np.rint(found.people[day, column] * 1.05 * noise[day, column])))
        for column, camp in enumerate(CAMPS)
        for day in range(5 + column, len(days), 14)
    ]
    of_counts = {"camp": pl.String, "day": pl.Date, "value": pl.Float64}
    capacities = pl.DataFrame({"camp": list(CAMPS), "capacity": list(CAMPS.values())})
    return CampCurvesChart(
        "People in each camp", "people", pl.DataFrame(rows, schema=schema, orient="row"),
        pl.DataFrame(counted, schema=of_counts, orient="row"), capacities, fitted_until=START + timedelta(days=149),
    )  # fmt: skip


def fill_dates(found: Sample, share: float = 0.6) -> FillDatesChart:
    """The first day on which a camp holds ``share`` of its capacity."""
    full = found.draws >= share * np.array(list(CAMPS.values()))
    first = np.where(full.any(axis=1), full.argmax(axis=1), len(found.people)).astype(float)
    days = days_of(found)
    low, median, high = np.quantile(first, (0.05, 0.5, 0.95), axis=0, method="inverted_cdf").astype(int)
    known = [*days, None]
    rows = [
        (camp, float(full[:, :, column].any(axis=1).mean()), *(known[at[column]] for at in (low, median, high)))
        for column, camp in enumerate(CAMPS)
    ]
    schema = {"camp": pl.String, "chance": pl.Float64, "low": pl.Date, "median": pl.Date, "high": pl.Date}
    table = pl.DataFrame(rows, schema=schema, orient="row")
    return FillDatesChart("First day on which a camp is at 60 % of its capacity", days[0], days[-1], table)


def changes(found: Sample) -> ScenarioCampsChart:
    """Differences of a made-up scenario on the last day."""
    factor = np.array([0.7, 1.4, 1.0, 1.25, 1.05, 1.0, 0.9])
    noise = np.random.default_rng(3).normal(0.0, 0.05, found.draws[:, -1].shape)
    difference = found.draws[:, -1] * (factor - 1 + noise * [1, 1, 0, 1, 1, 0.002, 1])
    low, middle, high = np.quantile(difference, (0.1, 0.5, 0.9), axis=0)
    table = pl.DataFrame(
        {"camp": list(CAMPS), "base": np.median(found.draws[:, -1], axis=0), "change": middle, "low": low, "high": high}
    )
    return ScenarioCampsChart("People on 24 Dec 2012", "the link Gaoro – Ansoro closes on 29 Apr 2012", "people", table)


def animation(found: Sample) -> DisplacementAnimation:
    """All that an animation can show."""
    days, camps = len(found.people), len(CAMPS)
    low, high = np.quantile(found.draws, (0.1, 0.9), axis=0)
    counted = np.rint(found.people[:, :camps] * 1.05)
    counted[::3, 2] = np.nan
    return DisplacementAnimation(
        "Northern sample", START, places(), found.people, found.links, found.flows, runs=len(found.draws),
        low=low, high=high, counted=counted, conflict=found.conflict,
        displaced=np.cumsum(600.0 * np.exp(-np.arange(days) / 150)),
        notes={"en": ("Made up for a test.",), "fr": ("Inventé pour un essai.",)},
    )  # fmt: skip
