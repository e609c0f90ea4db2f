"""Scenario results that were computed beforehand (``havre scenario … --json``): the site shows them and computes none.

They lie as JSON files in a folder ``scenarios`` of the record, or of the folder of plain releases. A release itself
never holds a scenario: it is no forecast. Files are read when the site starts, and again with each change of releases.
"""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from havre.errors import HavreError
from havre.months import parse_month
from havre.record.wording import Wording
from havre.texts import say
from havre.web.reading.event_words import event_words, size_words
from havre.web.reading.series import ShownSeries
from havre.web.site import Site

FOLDER = "scenarios"
KINDS = ("level", "season", "shock", "open", "close")
"""Kinds of events, in the order in which they are applied."""
SIZES = ("factor", "shift_months", "change", "persons", "arrivals", "reach", "remaining", "diverted", "from_others")
"""Settings of an event that say how much: what a slider changes."""
_log = logging.getLogger("havre.web")

Three = tuple[float, float, float] | None
"""Low end of the 80 % interval, median and high end [persons]; ``None`` where it is too small to be told."""


@dataclass(frozen=True)
class MonthIf:
    """A month of a series without and with what is supposed."""

    month: date
    base: Three
    changed: Three
    difference: Three


@dataclass(frozen=True)
class ScenarioResult:
    """What ``havre scenario --json`` said of one scope.

    Parameters
    ----------
    id : name of the file, with a number where it holds several
    told : as the file has it
    """

    id: str
    told: Mapping[str, Any]

    @property
    def scope(self) -> str:
        """The scope it was computed for."""
        return str(self.told["scope"])

    @property
    def last_month(self) -> date:
        """The last month of the data it was computed from."""
        return parse_month(self.told["last_month"])

    @property
    def name(self) -> str:
        """What whoever wrote it calls it; empty where they gave it no name."""
        return str(self.told["scenario"].get("name", ""))

    @cached_property
    def events(self) -> list[tuple[str, Mapping[str, Any]]]:
        """What is supposed: kind and settings of each event."""
        found = self.told["scenario"]
        return [(kind, event) for kind in KINDS for event in found.get(kind, [])]

    @cached_property
    def family(self) -> str:
        """Scenarios that differ in sizes alone have the same family: they are steps of one slider."""
        bare = [(kind, {k: v for k, v in event.items() if k not in SIZES}) for kind, event in self.events]
        return json.dumps([self.name if not bare else "", bare], sort_keys=True)

    @cached_property
    def size(self) -> list[float]:
        """Order of a scenario in its family."""
        found: list[float] = []
        for _, event in self.events:
            for name in SIZES:
                value = event.get(name)
                pair = value if isinstance(value, list) else [value]
                found += [float(each) for each in pair if isinstance(each, int | float)]
        return found

    def months_of(self, shown: ShownSeries) -> list[MonthIf]:
        """Give the months of a series; those that the release hides are left out."""
        _, measure, origin, destination = shown.outlook.key
        told = {each.code for each in shown.months if each.expected.quantiles is not None}
        wanted = {"measure": measure, "origin": origin, "destination": destination}
        return [
            MonthIf(parse_month(row["month"]), _three(row["base"]), _three(row["if"]), _three(row["difference"]))
            for row in self.told["months"]
            if row["month"] in told and all(row[name] == value for name, value in wanted.items())
        ]


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
    every = read_scenarios(scenario_folder(shown.site), shown.site.fingerprint)
    fitting = [
        (each, months)
        for each in every
        if each.scope == shown.scope and each.last_month == shown.row["last_month"] and shown.is_newest
        for months in (each.months_of(shown),)
        if months
    ]
    if not fitting:
        return None
    families: dict[str, list[ScenarioResult]] = {}
    for each, _ in fitting:
        families.setdefault(each.family, []).append(each)
    ordered = tuple(tuple(sorted(part, key=lambda each: (each.size, each.id))) for part in families.values())
    chosen, months = next((pair for pair in fitting if pair[0].id == asked), (None, None))
    if chosen is None or months is None:
        chosen = ordered[0][0]
        months = chosen.months_of(shown)
    return Supposed(ordered, chosen, months)


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


def scenario_folder(site: Site) -> Path:
    """Give the folder in which results of scenarios may lie."""
    return (site.settings.record if site.record is not None else site.settings.releases) / FOLDER


@lru_cache(maxsize=4)
def read_scenarios(folder: Path, fingerprint: str) -> tuple[ScenarioResult, ...]:
    """Read every result in a folder, by name; a file that is none is left out, and the log of the site says so.

    Parameters
    ----------
    fingerprint : of the site: with a new one the folder is read again
    """
    found: list[ScenarioResult] = []
    for path in sorted(folder.glob("*.json")):
        try:
            found += _results(path)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, HavreError) as error:
            _log.warning("%s is no result of a scenario and is not shown: %s", path.name, error)
    return tuple(found)


def _results(path: Path) -> Iterator[ScenarioResult]:
    told = json.loads(path.read_bytes())
    if told["kind"] != "if":
        raise ValueError(told["kind"])
    many = len(told["scenarios"]) > 1
    results = [
        ScenarioResult(f"{path.stem}.{number}" if many else path.stem, each)
        for number, each in enumerate(told["scenarios"], start=1)
    ]
    for each in results:
        _check(each)
    return iter(results)


def _check(result: ScenarioResult) -> None:
    """Read everything once, so that what is damaged is found now and not by a reader."""
    _ = (result.scope, result.last_month, result.family, result.size)
    for row in result.told["months"]:
        _ = (parse_month(row["month"]), row["measure"], row["origin"], row["destination"])
        _ = [_three(row[name]) for name in ("base", "if", "difference")]
    if not result.events:
        raise ValueError("no event")
    words = Wording("en", {})
    for kind, event in result.events:
        _ = event_words(kind, event, words)
        _ = [size_words(name, event[name], words) for name in SIZES if event.get(name) is not None]


def _three(told: Mapping[str, Any]) -> Three:
    values = [told["low"], told["median"], told["high"]]
    if any(value is None for value in values):
        return None
    low, median, high = (float(value) for value in values)
    return low, median, high
