"""What a run gives, as plain data: curves of camps, scores, the network with people by place, effects of a scenario.

Numbers are people (simulated persons times ``hasten``). Results are kept as JSON; pages and downloads are made of them.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from havre.displacement.camp_capacities import camp_capacities, closed_to_newcomers
from havre.displacement.camp_series import CampSeries, registered
from havre.displacement.comparison import Comparison
from havre.displacement.comparison_words import tell
from havre.displacement.fill_dates import fill_dates
from havre.displacement.flee_places import place_kind
from havre.displacement.instance import Instance
from havre.displacement.instance_summary import summary
from havre.displacement.outcome import Floats, Outcome
from havre.displacement.rules import Rules
from havre.displacement.validate import validate
from havre.errors import HavreError, Problem
from havre.texts import LANGUAGES

LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
MAP_DAYS = 40
"""Days for which the people in every place are kept."""
MOST_ON_MAP = 400
"""Places of a network of which a map can still be read; of larger ones people by place are not kept."""


def result_of(instance: Instance, outcome: Outcome, warnings: Sequence[Problem]) -> dict[str, Any]:
    """Give the result of a run without a scenario."""
    series = _series(instance, outcome)
    limits = camp_capacities(instance, Rules.flee(), series, outcome.camps, outcome.days) if series else None
    return {
        **_facts(instance, outcome, warnings),
        "camps": _camps(instance, outcome, series, limits),
        "people": _levels(outcome.people, outcome.hasten),
        "validation": _validation(outcome, series),
        "fill": [] if limits is None else fill_dates(outcome, limits, closed_to_newcomers(instance)).as_table(),
        "closed_share": closed_to_newcomers(instance),
        "network": _network(instance, outcome),
    }


def comparison_of(instance: Instance, found: Comparison, warnings: Sequence[Problem]) -> dict[str, Any]:
    """Give the result of a scenario beside its base."""
    base = found.base
    series = _series(instance, base)
    camps = _camps(found.applied.base, base, series, found.base_capacities)
    for column, camp in enumerate(camps):
        counts = found.changed.camp_counts[:, :, column]
        camp["changed"] = _levels(counts, base.hasten)
        camp["changed_capacity"] = _limit(found.capacities[:, column], base.hasten)
    told = {}
    for language in LANGUAGES:
        said = tell(found, language)
        told[language] = {
            "title": said.title,
            "supposed": list(said.supposed),
            "sentences": list(said.sentences),
            "header": list(said.header),
            "rows": [list(row) for row in said.rows],
            "reading": said.reading,
            "limits": list(said.limits),
        }
    return {
        **_facts(instance, base, warnings),
        "camps": camps,
        "people": _levels(base.people, base.hasten),
        # Of the base: what really happened is known of it alone.
        "validation": _validation(base, series),
        "fill": [],
        "network": _network(found.applied.base, base),
        "scenario": told,
    }


def problems_of(error: HavreError) -> list[dict[str, str]]:
    """Give what is wrong in every language."""
    return [_said(problem) for problem in error.problems]


def _said(problem: Problem) -> dict[str, str]:
    told: dict[str, str] = {}
    for language in LANGUAGES:
        advice = problem.advice(language)
        told[language] = problem.sentence(language) + (f" {advice}" if advice else "")
    return told


def _facts(instance: Instance, outcome: Outcome, warnings: Sequence[Problem]) -> dict[str, Any]:
    return {
        "name": instance.name,
        "start": outcome.start.isoformat(),
        "days": outcome.days,
        "replicas": outcome.replicas,
        "seed": outcome.seed,
        "hasten": outcome.hasten,
        "summary": {**summary(instance), "settings_file": None},
        "warnings": [_said(each) for each in warnings],
        "levels": list(LEVELS),
    }


def _series(instance: Instance, outcome: Outcome) -> CampSeries | None:
    """Give what was registered; ``None`` where it does not cover the camps."""
    try:
        return registered(instance, outcome.days, outcome.camps)
    except (HavreError, KeyError):
        return None


def _camps(
    instance: Instance, outcome: Outcome, series: CampSeries | None, limits: Floats | None
) -> list[dict[str, Any]]:
    places = {place.name: place for place in instance.locations}
    camps = []
    for column, name in enumerate(outcome.camps):
        told: dict[str, Any] = {"name": name, "country": places[name].country if name in places else ""}
        told["levels"] = _levels(outcome.camp_counts[:, :, column], outcome.hasten)
        told["capacity"] = None if limits is None else _limit(limits[:, column], outcome.hasten)
        if series is not None:
            seen = np.flatnonzero(series.observed[:, column])
            told["counted"] = [[int(day), float(series.counts[day, column] * outcome.hasten)] for day in seen]
        camps.append(told)
    return camps


def _levels(counts: "np.ndarray[Any, Any]", hasten: int) -> list[list[int]]:
    """Give the quantiles over replicas by level and day."""
    found = np.quantile(counts, LEVELS, axis=0) * hasten
    return [[round(float(value)) for value in row] for row in found]


def _limit(limits: Floats, hasten: int) -> list[float] | float | None:
    """Give the places by day; one number where they do not change, ``None`` where there is no limit."""
    if np.isinf(limits).all():
        return None
    told = [None if np.isinf(value) else float(value) * hasten for value in limits]
    return told[0] if len(set(told)) == 1 else told  # type: ignore[return-value]


def _validation(outcome: Outcome, series: CampSeries | None) -> dict[str, Any] | None:
    if series is None:
        return None
    try:
        return validate(outcome, series).summary()
    except HavreError:
        return None


def _network(instance: Instance, outcome: Outcome) -> dict[str, Any]:
    index = {place.name: number for number, place in enumerate(instance.locations)}
    kinds = [place_kind(place.location_type) or "town" for place in instance.locations]
    told: dict[str, Any] = {
        "places": [
            {"name": place.name, "country": place.country, "latitude": place.x, "longitude": place.y, "kind": kind}
            for place, kind in zip(instance.locations, kinds, strict=True)
        ],
        "roads": [[index[road.name1], index[road.name2], road.distance] for road in instance.routes],
    }
    if outcome.location_means is not None and len(index) <= MOST_ON_MAP:
        days = sorted({round(day) for day in np.linspace(0, outcome.days - 1, min(MAP_DAYS, outcome.days))})
        means = outcome.location_means[days] * outcome.hasten
        told["days"] = days
        told["people"] = [[round(float(value)) for value in row] for row in means]
    return told


def as_csv(result: dict[str, Any]) -> str:
    """Give the curves as a table: one row for each camp and day."""
    import csv
    from datetime import date, timedelta
    from io import StringIO

    start = date.fromisoformat(result["start"])
    made = StringIO()
    rows = csv.writer(made, lineterminator="\n")
    names = [f"q{100 * level:g}" for level in result["levels"]]
    changed = [f"scenario_{name}" for name in names] if "scenario" in result else []
    rows.writerow(["camp", "day", "date", *names, "capacity", "registered", *changed])
    for camp in result["camps"]:
        counted = dict(camp.get("counted", []))
        limit = _by_day(camp["capacity"], result["days"])
        for day in range(result["days"]):
            cells = [row[day] for row in camp["levels"]]
            more = [row[day] for row in camp["changed"]] if changed else []
            name = camp["name"]
            # A sheet would take a name that begins like this for a formula.
            shown = f"'{name}" if name[:1] in "=+-@\t" else name
            rows.writerow([shown, day, start + timedelta(days=day), *cells, limit(day), counted.get(day, ""), *more])
    return made.getvalue()


def _by_day(limit: Any, days: int) -> Callable[[int], Any]:
    if isinstance(limit, list):
        return lambda day: "" if limit[day] is None else limit[day]
    return lambda _: "" if limit is None else limit
