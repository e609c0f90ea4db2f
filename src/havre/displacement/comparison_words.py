"""A comparison told to people, in English or French, and as plain values for machines.

A table of differences is never shown without what it does not say: a scenario is a condition, and the rules by which
people move are those of the base.
"""

from dataclasses import dataclass, fields
from datetime import date, timedelta

import numpy as np

from havre.displacement.comparison import SURE, Comparison
from havre.displacement.fill_dates import FillDates
from havre.displacement.outcome import Floats
from havre.displacement.scenario_changes import (
    Change,
    Close,
    DailyArrivals,
    MorePeople,
    NewCamp,
    NewPlace,
    Open,
    Rule,
    Scenario,
)
from havre.texts import MINUS, Language, say

_LIMITS = ("condition", "behaviour", "capacities", "arrivals", "interval")
_GAINS = 1.5
"""Factor from which it is said without reserve that pairing cuts the variance."""
_TARGETS = ("border", "link", "location", "camp")
COLUMNS = ("camp", "base", "scenario", "change", "interval", "more", "fills_base", "fills")


@dataclass(frozen=True)
class Told:
    """A comparison in words.

    Attributes
    ----------
    title : that it is a scenario, and its name
    supposed : what is supposed, one sentence a change
    sentences : what it changes, on a day
    header, rows : a table by camp, in words
    reading : how the table is read
    limits : what the comparison does not say
    """

    title: str
    supposed: tuple[str, ...]
    sentences: tuple[str, ...]
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    reading: str
    limits: tuple[str, ...]


def tell(comparison: Comparison, language: Language = "en", *, day: int = -1, sure: float = SURE) -> Told:
    """Tell a comparison on a day.

    Parameters
    ----------
    day : a day from 0, or from the end where negative
    sure : how much of the differences an interval holds
    """
    day = range(comparison.days)[day]
    scenario, start = comparison.applied.scenario, comparison.base.start
    name = scenario.name or say("displace_scenario", "unnamed", language)
    when = say("displace_scenario", "day", language, day=day, date=start + timedelta(days=day))
    percent = _percent(sure, language)
    return Told(
        say("displace_scenario", "title", language, name=name),
        supposed(scenario, start, language),
        (*_changes(comparison, language, day, sure, when), *_remarks(comparison, language)),
        tuple(say("displace_scenario", f"column.{key}", language, percent=percent) for key in COLUMNS),
        _table(comparison, language, day, sure),
        say("displace_scenario", "reading", language, percent=percent, when=when),
        tuple(say("displace_scenario", f"limit.{key}", language) for key in _LIMITS),
    )


def supposed(scenario: Scenario, start: date, language: Language = "en") -> tuple[str, ...]:
    """Say what is supposed, one sentence a change.

    Parameters
    ----------
    start : date of day 0
    """
    return tuple(_supposed(change, start, language) for _, change in scenario.in_order())


def _supposed(change: Change, start: date, language: Language) -> str:
    key = _key_of(change)
    told = {each.name: getattr(change, each.name) for each in fields(change)}
    told = {name: _written(value, language) for name, value in told.items() if value is not None}
    told["when"] = _when(change, start, language)
    if isinstance(change, Close | Open):
        told["target"] = _written(next(getattr(change, name) for name in _TARGETS if getattr(change, name)), language)
    if isinstance(change, NewPlace | NewCamp):
        told["roads"] = ", ".join(road.to for road in change.roads)
    if isinstance(change, MorePeople):
        told["places"] = ", ".join(change.places)
    if isinstance(change, DailyArrivals | MorePeople):
        told["around"] = say("displace_scenario", f"uncertainty.{change.uncertainty}", language)
    if isinstance(change, DailyArrivals):
        told["source"] = change.table or say("displace_scenario", "own_numbers", language)
    return say("displace_scenario", f"supposed.{key}", language, **told)


def _key_of(change: Change) -> str:
    """Name the sentence of a change."""
    kind = {"NewPlace": "place", "NewCamp": "camp", "NewRoad": "road"}.get(type(change).__name__)
    if kind:
        return kind
    name = type(change).__name__.lower()
    if isinstance(change, Close | Open):
        return f"{name}_{next(target for target in _TARGETS if getattr(change, target))}"
    choices = {"capacity": ("capacity", "factor"), "roadchange": ("km", "factor", "max_move_speed")}
    if name in choices:
        return f"{name}_{next(choice for choice in choices[name] if getattr(change, choice) is not None)}"
    return name


def _written(value: object, language: Language) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | tuple):
        return str(value)
    if isinstance(value, tuple):
        return " – ".join(str(each) for each in value)
    from babel.numbers import format_decimal

    return str(format_decimal(value, locale=language)).replace("-", MINUS)


def _when(change: Change, start: date, language: Language) -> str:
    """Say the days of a change."""
    first, after = getattr(change, "start", None), getattr(change, "end", None)
    if isinstance(change, Rule | NewPlace) or first is None:
        return say("displace_scenario", "when.always", language)
    days = {"start": _day(first, start, language)}
    if after is None:
        return say("displace_scenario", "when.from", language, **days)
    return say("displace_scenario", "when.between", language, **days, end=_day(after, start, language))


def _day(day: int | date | str, start: date, language: Language) -> str:
    day = date.fromisoformat(day) if isinstance(day, str) else day
    number = (day - start).days if isinstance(day, date) else day
    return say("displace_scenario", "day", language, day=number, date=start + timedelta(days=number))


def _changes(comparison: Comparison, language: Language, day: int, sure: float, when: str) -> list[str]:
    """Say in sentences what changes most, and where the people are who are in no camp."""
    if comparison.first_difference is None:
        return [say("displace_scenario", "nothing", language)]
    percent = _percent(sure, language)
    told: list[str] = []
    rows = sorted(comparison.rows(day, sure), key=lambda row: -abs(float(str(row["change"]))))
    for row in rows:
        low, high = float(str(row["low"])), float(str(row["high"]))
        if low > 0 or high < 0:
            key = "more" if low > 0 else "fewer"
            size = _number(abs(float(str(row["change"]))), language)
            ends = sorted((abs(low), abs(high)))
            span = {"low": _number(ends[0], language), "high": _number(ends[1], language)}
            told.append(
                say("displace_scenario", f"change.{key}", language, camp=row["camp"], people=size, when=when,
                    percent=percent, **span)
            )  # fmt: skip
    if not told:
        told.append(say("displace_scenario", "change.none", language, when=when, percent=percent))
    outside = comparison.outside_row(day, sure)
    told.append(
        say("displace_scenario", "outside", language, change=_signed(outside["change"], language), percent=percent,
            low=_signed(outside["low"], language), high=_signed(outside["high"], language),
            base=_number(outside["base"], language))
    )  # fmt: skip
    factor = comparison.pairing.factor(day)
    if factor is not None:
        key = "pairing" if factor >= _GAINS else "pairing_little"
        told.append(say("displace_scenario", key, language, factor=_decimal(factor, language)))
    return told


def _remarks(comparison: Comparison, language: Language) -> tuple[str, ...]:
    hasten = comparison.base.hasten
    scaled = (say("displace_scenario", "remark.hasten", language, hasten=hasten),) if hasten > 1 else ()
    return (*(remark.sentence(language) for remark in comparison.applied.remarks), *scaled)


def _table(comparison: Comparison, language: Language, day: int, sure: float) -> tuple[tuple[str, ...], ...]:
    base_fills, fills = comparison.fill_dates()
    rows: list[tuple[str, ...]] = []
    for column, row in enumerate(comparison.rows(day, sure)):
        number = {key: float(str(row[key])) for key in ("base", "scenario", "change", "low", "high", "more")}
        span = {key: _signed(number[key], language) for key in ("low", "high")}
        rows.append(
            (
                str(row["camp"]),
                _number(number["base"], language),
                _number(number["scenario"], language),
                _signed(number["change"], language),
                say("displace_scenario", "span", language, **span),
                _percent(number["more"], language),
                _fills(base_fills, column, language),
                _fills(fills, column, language),
            )
        )
    return tuple(rows)


def _fills(found: FillDates, camp: int, language: Language) -> str:
    """Say when a camp fills: its median day, or that it does not in most replicas."""
    median = np.sort(found.first_days[:, camp])[(len(found.first_days) - 1) // 2]
    when = found.date_of(float(median))
    return say("displace_scenario", "never", language) if when is None else when.isoformat()


def _number(value: float, language: Language) -> str:
    from babel.numbers import format_decimal

    return str(format_decimal(round(value), locale=language)).replace("-", MINUS)


def _signed(value: float, language: Language) -> str:
    text = _number(value, language)
    return f"+{text}" if round(value) > 0 else text


def _decimal(value: float, language: Language) -> str:
    from babel.numbers import format_decimal

    return str(format_decimal(round(value, 1), locale=language)).replace("-", MINUS)


def _percent(share: float, language: Language) -> str:
    from babel.numbers import format_percent

    return str(format_percent(round(share, 2), locale=language))


def summary(comparison: Comparison, *, day: int = -1, sure: float = SURE, by_day: bool = False) -> dict[str, object]:
    """Give a comparison in plain values, as they stand in JSON; counts are in simulated persons.

    Parameters
    ----------
    day : the day of ``camps`` and ``outside``
    by_day : whether quantiles of the differences stand in for every day
    """
    day = range(comparison.days)[day]
    scenario, base = comparison.applied.scenario, comparison.base
    pairing = comparison.pairing
    base_fills, fills = comparison.fill_dates()
    told: dict[str, object] = {
        "kind": "scenario",
        "name": scenario.name,
        "note": scenario.note,
        "supposed": list(supposed(scenario, base.start)),
        "instance": base.name,
        "start": base.start.isoformat(),
        "days": comparison.days,
        "replicas": base.replicas,
        "seed": base.seed,
        "hasten": base.hasten,
        "occupancy": comparison.occupancy,
        "switches_off": [each.name for each in fields(comparison.rules) if not getattr(comparison.rules, each.name)],
        "day": day,
        "date": (base.start + timedelta(days=day)).isoformat(),
        "interval": sure,
        "first_difference": comparison.first_difference,
        "camps": comparison.rows(day, sure),
        "outside": comparison.outside_row(day, sure),
        "fill_dates": {"base": base_fills.as_table(), "scenario": fills.as_table()},
        "pairing": {
            "variance_cut_day": pairing.factor(day),
            "variance_cut_all_days": pairing.factor(),
            "bound_day": pairing.bound(day),
        },
        "remarks": list(_remarks(comparison, "en")),
        "limits": [say("displace_scenario", f"limit.{key}", "en") for key in _LIMITS],
    }
    if by_day:
        low, middle, high = comparison.quantiles(((1 - sure) / 2, 0.5, (1 + sure) / 2))
        told["by_day"] = {
            camp: {"low": _list(low, column), "change": _list(middle, column), "high": _list(high, column)}
            for column, camp in enumerate(comparison.camps)
        }
    return told


def _list(values: Floats, column: int) -> list[float]:
    return [float(value) for value in values[:, column]]
