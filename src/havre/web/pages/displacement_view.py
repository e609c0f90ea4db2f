"""A result of a simulation as pages show it: curves, sentences and tables in the words of a language."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from babel.dates import format_date
from markupsafe import Markup

from havre.record.wording import Wording
from havre.texts import say
from havre.web.charts.camp_map import MapText, camp_map
from havre.web.charts.camps import SMALL, Curve, CurveText, curve_chart

MAP_SIZES = (("wide", (900, 560)), ("narrow", (358, 420)))
MOST_DRAWN = 40
"""Camps that are drawn and told one by one: those with the most people; all are in the files."""
SHORT_RUN = 100
"""Days up to which the days of the month stand along a curve."""


@dataclass(frozen=True)
class CampView:
    """A camp as the page shows it."""

    name: str
    country: str
    drawing: Markup
    summary: str
    last: str
    last_range: str
    places: str
    counted: str
    counted_on: str
    full: str
    full_between: str
    error: str
    covered: str


@dataclass(frozen=True)
class ResultView:
    """A result in the words of a language.

    Parameters
    ----------
    verdict : whether the simulation does better than naive forecasts of the camps; ``is_losing`` where it does not
    scenario : what a scenario changes, where there is one
    """

    camps: Sequence[CampView]
    hidden_camps: int
    last_day: str
    first_day: str
    facts: Sequence[tuple[str, str]]
    warnings: Sequence[str]
    verdict: Sequence[str]
    is_losing: bool
    scenario: dict[str, Any] | None
    maps: Sequence[tuple[str, Markup]]
    map_days: Sequence[str]
    map_day: int
    map_rows: Sequence[tuple[str, str, str]]


def view_result(
    result: dict[str, Any], words: Wording, *, day: int = -1, invented: bool = False, name: str = "network"
) -> ResultView:
    """Put a result into words and drawings.

    Parameters
    ----------
    day : which of the kept days the map shows, from the end where negative
    invented : whether its places are invented, so that no land is drawn
    name : makes identifiers of the map unique on the page
    """
    start = date.fromisoformat(result["start"])
    network = result["network"]
    kept = network.get("days", [])
    shown = range(len(kept))[day] if kept and -len(kept) <= day < len(kept) else max(len(kept) - 1, 0)
    maps, rows = [], list[tuple[str, str, str]]()
    if kept:
        told = _tell(words, "map.title", day=words.day(start + timedelta(days=kept[shown])))
        described = _tell(words, "map.description")
        maps = [
            (kind, camp_map(network, shown, MapText(f"{name}-{kind}", told, described), size, land=not invented))
            for kind, size in MAP_SIZES
        ]
        rows = [
            (each["name"], _kind(each["kind"], words), words.number(people))
            for each, people in zip(network["places"], network["people"][shown], strict=True)
        ]
    verdict, losing = _verdict(result, words)
    return ResultView(
        [_camp(result, column, words, start) for column in largest_camps(result)],
        max(0, len(result["camps"]) - MOST_DRAWN),
        words.day(start + timedelta(days=result["days"] - 1)),
        words.day(start),
        _facts(result, words),
        [each[words.language] for each in result["warnings"]],
        verdict,
        losing,
        result["scenario"][words.language] if "scenario" in result else None,
        maps,
        [words.day(start + timedelta(days=each)) for each in kept],
        shown,
        rows,
    )


def largest_camps(result: dict[str, Any], most: int = MOST_DRAWN) -> list[int]:
    """Choose the camps that are shown, in their order: those that have the most people on any day."""
    camps = result["camps"]
    order = sorted(range(len(camps)), key=lambda column: -max(camps[column]["levels"][3], default=0))
    return sorted(order[:most])


def _tell(words: Wording, key: str, /, **fields: object) -> str:
    return say("web_displacement", key, words.language, **fields)


def _kind(kind: str, words: Wording) -> str:
    word = "camp" if "camp" in kind else kind if kind in ("conflict", "forward", "marker") else "town"
    return _tell(words, f"kind.{word}")


def _camp(result: dict[str, Any], column: int, words: Wording, start: date) -> CampView:
    camp, last = result["camps"][column], result["days"] - 1
    low, middle, high = (camp["levels"][level][last] for level in (1, 3, 5))
    capacity = _capacity_at(camp["capacity"], last)
    counted = camp.get("counted", [])
    fill = next((row for row in result["fill"] if row["camp"] == camp["name"]), None)
    scores = next((row for row in (result["validation"] or {}).get("camps", []) if row["camp"] == camp["name"]), None)
    on = {"day": words.day(start + timedelta(days=last)), "interval": words.interval((low, high))}
    limit = "no_limit" if capacity is None else "places"
    told = [_tell(words, "camp.last", median=words.number(middle), **on)]
    told += _changed(camp, words, start) if camp.get("changed") else []
    told.append(_tell(words, f"camp.{limit}", places=words.number(capacity or 0)))
    if camp.get("changed") and camp.get("changed_capacity") != camp["capacity"]:
        told.append(_changed_places(_capacity_at(camp["changed_capacity"], last), words))
    full = _full(fill, words)
    if full[0]:
        told.append(
            _tell(words, "camp.full", chance=full[0], between=full[1]) if full[1] else _tell(words, "camp.not_full")
        )
    if counted:
        facts = {"count": words.number(counted[-1][1]), "day": words.day(start + timedelta(days=counted[-1][0]))}
        told.append(_tell(words, "camp.counted", **facts))
    summary = " ".join(told)
    title = _tell(words, "camp.title", camp=camp["name"])
    return CampView(
        camp["name"],
        camp["country"],
        curve_chart(
            _curve(result, camp, words, start), CurveText(f"camp-{column}", title, summary, words.number), SMALL
        ),
        summary,
        words.number(middle),
        words.interval((low, high)),
        _tell(words, "none") if capacity is None else words.number(capacity),
        words.number(counted[-1][1]) if counted else _tell(words, "none"),
        words.day(start + timedelta(days=counted[-1][0])) if counted else "",
        *full,
        words.number(scores["absolute_error"]) if scores else _tell(words, "none"),
        words.percent(scores["coverage_80"]) if scores else _tell(words, "none"),
    )


def _changed(camp: dict[str, Any], words: Wording, start: date) -> list[str]:
    """Tell the curve of a scenario beside that of its base: on the last day, and where their medians are apart most."""
    base, changed = camp["levels"][3], camp["changed"][3]
    low, middle, high = (camp["changed"][level][-1] for level in (1, 3, 5))
    told = [_tell(words, "camp.last_changed", median=words.number(middle), interval=words.interval((low, high)))]
    apart = [abs(one - other) for one, other in zip(base, changed, strict=True)]
    day = apart.index(max(apart))
    if apart[day] == 0:
        return [*told, _tell(words, "camp.never_apart")]
    facts = {"base": words.number(base[day]), "changed": words.number(changed[day])}
    return [*told, _tell(words, "camp.apart", day=words.day(start + timedelta(days=day)), **facts)]


def _changed_places(capacity: float | None, words: Wording) -> str:
    key = "camp.no_limit_changed" if capacity is None else "camp.places_changed"
    return _tell(words, key, places=words.number(capacity or 0))


def _full(fill: dict[str, Any] | None, words: Wording) -> tuple[str, str]:
    """Say how likely a camp fills up, and between which days."""
    if fill is None:
        return "", ""
    days = [None if text is None else words.day(date.fromisoformat(text)) for text in (fill["from"], fill["to"])]
    if fill["full"] == 0:
        return words.percent(0.0), ""
    begin = days[0] or _tell(words, "camp.never")
    return words.percent(fill["full"]), _tell(
        words, "camp.between", begin=begin, end=days[1] or _tell(words, "camp.never")
    )


def _capacity_at(capacity: Any, day: int) -> float | None:
    found: float | None = capacity[day] if isinstance(capacity, list) else capacity
    return found


def _curve(result: dict[str, Any], camp: dict[str, Any], words: Wording, start: date) -> Curve:
    levels = camp["levels"]
    days = result["days"]
    limit = camp["capacity"] if isinstance(camp["capacity"], list) else [camp["capacity"]] * days
    changed = camp.get("changed")
    bands = {95: (levels[0], levels[6]), 80: (levels[1], levels[5]), 50: (levels[2], levels[4])}
    return Curve(
        median=levels[3],
        bands={80: bands[80]} if changed else bands,
        limit=limit,
        counted=[(int(day), count) for day, count in camp.get("counted", [])],
        other=changed[3] if changed else (),
        other_band=(changed[1], changed[5]) if changed else None,
        ticks=_ticks(start, days, words),
    )


def _ticks(start: date, days: int, words: Wording) -> list[tuple[int, str]]:
    pattern = "d MMM" if days <= SHORT_RUN else "MMM y"
    steps = sorted({0, (days - 1) // 2, days - 1})
    return [(step, format_date(start + timedelta(days=step), pattern, locale=words.language)) for step in steps]


def _facts(result: dict[str, Any], words: Wording) -> list[tuple[str, str]]:
    told = result["summary"]
    population = told["registered"].get("last", [None, None])[1] if told["registered"] else None
    facts = [
        ("days", words.number(result["days"])),
        ("places", words.number(told["places"]["total"])),
        ("camps", words.number(len(result["camps"]))),
        ("roads", words.number(told["roads"])),
        ("conflict_zones", words.number(told["conflict_zones"])),
        ("registered", _tell(words, "none") if population is None else words.number(population)),
        ("replicas", words.number(result["replicas"])),
        ("seed", str(result["seed"])),
    ]
    return [(_tell(words, f"fact.{name}"), text) for name, text in facts]


def _verdict(result: dict[str, Any], words: Wording) -> tuple[list[str], bool]:
    """Say how well the simulation tells what was registered, a loss as plainly as a win."""
    scores = result["validation"]
    if scores is None:
        return [], False
    naive = {name: value for name, value in scores["naive_mase"].items() if value is not None}
    told = [_tell(words, "verdict.ard", ard=words.percent(scores["ard"]))]
    losing = False
    if naive and scores["mase"] is not None:
        best = min(naive, key=lambda name: naive[name])
        losing = scores["mase"] >= naive[best]
        facts = {"mase": words.ratio(scores["mase"]), "naive": words.ratio(naive[best])}
        told.append(_tell(words, "verdict.worse" if losing else "verdict.better", **facts))
    covered = scores["coverage"].get("coverage_80")
    if covered is not None:
        key = "verdict.covered_few" if covered < COVERED_FEW else "verdict.covered"
        told.append(_tell(words, key, share=words.percent(covered), entries=words.number(scores["entries"])))
        losing = losing or covered < COVERED_FEW
    return told, losing


COVERED_FEW = 0.6
"""Share of counts in 80 % intervals below which it is said loudly that the intervals are too narrow."""
