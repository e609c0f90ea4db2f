"""Scenario results that were computed beforehand (``havre scenario … --json``): the site shows them and computes none.

They lie as JSON files in a folder ``scenarios`` of the record, or of the folder of plain releases, and are part of
the snapshot of the site (:mod:`havre.web.site`). A release itself never holds a scenario: it is no forecast.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from havre.months import parse_month
from havre.record.wording import Wording
from havre.texts import say
from havre.web.reading.event_words import event_words, size_words
from havre.web.reading.series import ShownSeries
from havre.web.scenario_files import SIZES, ScenarioResult, Three, three_of


@dataclass(frozen=True)
class MonthIf:
    """A month of a series without and with what is supposed."""

    month: date
    base: Three
    changed: Three
    difference: Three


@dataclass(frozen=True)
class Supposed:
    """The scenarios of a series, and the one that a reader chose.

    Parameters
    ----------
    families : the steps of each slider, the smallest size first
    chosen : one of them
    months : of the series in the chosen one
    """

    families: tuple[tuple[ScenarioResult, ...], ...]
    chosen: ScenarioResult
    months: list[MonthIf]

    @property
    def assumptions(self) -> int:
        """How many sizes of the chosen one rest on nothing but an assumption."""
        return sum(1 for each in self.chosen.told.get("evidence", []) if each.get("basis") == "assumed")

    @property
    def family(self) -> tuple[ScenarioResult, ...]:
        """The family of the chosen one."""
        return next(each for each in self.families if self.chosen in each)

    def family_name(self, family: Sequence[ScenarioResult], words: Wording) -> str:
        """Name one of the families."""
        return family_name(family, words)

    def step_names(self, words: Wording) -> tuple[str, ...]:
        """Name the steps of the chosen family, in its order."""
        return step_names(self.family, words)

    def step_name(self, words: Wording) -> str:
        """Name the chosen step; empty where it is the only one of its family."""
        place = next(place for place, each in enumerate(self.family) if each is self.chosen)
        return self.step_names(words)[place] if len(self.family) > 1 else ""


def scenarios_of(shown: ShownSeries, asked: str | None) -> Supposed | None:
    """Give the scenarios that speak of a series from the very data of its forecast; ``None`` where there is none.

    Parameters
    ----------
    asked : name of the one that a reader asked for; without, or where there is none of it, the first is chosen
    """
    ordered = families_of(shown)
    fitting = [(each, months_of(each, shown)) for part in ordered for each in part]
    if not fitting:
        return None
    chosen, months = next((pair for pair in fitting if pair[0].id == asked), (None, None))
    if chosen is None or months is None:
        chosen = ordered[0][0]
        months = months_of(chosen, shown)
    return Supposed(ordered, chosen, months)


def families_of(shown: ShownSeries) -> tuple[tuple[ScenarioResult, ...], ...]:
    """Give the scenarios of a series from the very data of its forecast, by family, the smallest size first."""
    families: dict[str, list[ScenarioResult]] = {}
    for each in shown.site.scenarios.results:
        fits = each.scope == shown.scope and each.last_month == shown.row["last_month"] and shown.is_newest
        if fits and months_of(each, shown):
            families.setdefault(each.family, []).append(each)
    return tuple(tuple(sorted(part, key=lambda each: (each.size, each.id))) for part in families.values())


def months_of(result: ScenarioResult, shown: ShownSeries) -> list[MonthIf]:
    """Give the months of a series in a result; those that the release hides are left out."""
    _, measure, origin, destination = shown.outlook.key
    told = {each.code for each in shown.months if each.expected.quantiles is not None}
    wanted = {"measure": measure, "origin": origin, "destination": destination}
    return [
        MonthIf(parse_month(row["month"]), *(three_of(row[name]) for name in ("base", "if", "difference")))
        for row in result.told["months"]
        if row["month"] in told and all(row[name] == value for name, value in wanted.items())
    ]


def family_name(family: Sequence[ScenarioResult], words: Wording) -> str:
    """Name a family: as its file does, else what all of its steps suppose."""
    first = family[0]
    if first.name and all(each.name == first.name for each in family):
        return first.name
    kind, event = first.events[0]
    steps = len(family) > 1
    return event_words(kind, {k: v for k, v in event.items() if not (steps and k in SIZES)}, words)


def step_names(family: Sequence[ScenarioResult], words: Wording) -> tuple[str, ...]:
    """Name each step of a family: as its file does, else by the sizes in which the steps differ, else by its number."""
    sizes = [[(name, event.get(name)) for _, event in each.events for name in SIZES] for each in family]
    differ = [len({json.dumps(value) for _, value in column}) > 1 for column in zip(*sizes, strict=True)]
    own = tuple(each.name for each in family)
    by_size = tuple(
        ", ".join(
            size_words(name, value, words)
            for (name, value), differs in zip(each, differ, strict=True)
            if differs and value is not None
        )
        for each in sizes
    )
    for found in (own, by_size):
        if all(found) and len(set(found)) == len(found):
            return found
    return tuple(say("web_series", "if.step", words.language, number=place) for place in range(1, len(family) + 1))
