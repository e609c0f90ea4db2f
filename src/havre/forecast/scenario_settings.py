"""What a scenario says: the events that are supposed, read from a file or made from options, checked all at once.

A scenario is a condition, never a forecast: “if this route closes in June …”. Its sizes are ranges, because nobody
knows them exactly. The settings know no data; :mod:`havre.forecast.scenarios` applies them to draws.
"""

import json
import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_core import PydanticCustomError as Mistake

from havre.errors import FileError, ForecastError, Problem, Term, check_none
from havre.months import parse_month
from havre.places import check_code

MOST_MONTHS = 120
"""Longest delay, spread or shift that is taken seriously [months]."""
MOST_PERSONS = 1e9


def _numbers(value: object) -> tuple[float, float]:
    """Read a number or a pair ``[low, high]``."""
    pair: list[Any] = list(value) if isinstance(value, list | tuple) else [value, value]
    if len(pair) != 2 or any(isinstance(v, bool) or not isinstance(v, int | float) for v in pair):
        raise ValueError(value)
    low, high = (float(v) for v in pair)
    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        raise ValueError(value)
    return low, high


def _within(least: float, most: float) -> BeforeValidator:
    def check(value: object) -> tuple[float, float]:
        low, high = _numbers(value)
        if low < least or high > most:
            raise ValueError(value)
        return low, high

    return BeforeValidator(check)


def _month(value: object) -> date:
    if isinstance(value, date):
        return value.replace(day=1)
    if not isinstance(value, str):
        raise ValueError(value)  # noqa: TRY004 - pydantic collects value errors only
    try:
        return parse_month(value)
    except ForecastError as error:
        raise ValueError(value) from error


def _code(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(value)  # noqa: TRY004 - pydantic collects value errors only
    try:
        return check_code(value)
    except Exception as error:
        raise ValueError(value) from error


def _weights(value: object) -> dict[str, float]:
    if not isinstance(value, Mapping) or not value:
        raise ValueError(value)
    checked = {_code(code): _numbers(weight)[0] for code, weight in value.items()}
    if min(checked.values()) < 0 or sum(checked.values()) <= 0:
        raise ValueError(value)
    return checked


Span = tuple[float, float]
"""Lowest and highest value; every value in between is taken as equally likely."""
Share = Annotated[Span, _within(0, 1)]
Factor = Annotated[Span, _within(0, 1000)]
Change = Annotated[Span, _within(-1, 1000)]
Persons = Annotated[Span, _within(0, MOST_PERSONS)]
Month = Annotated[date, BeforeValidator(_month)]
Code = Annotated[str, BeforeValidator(_code)]
Weights = Annotated[dict[str, float], BeforeValidator(_weights)]
Delay = Annotated[float, Field(ge=0, le=MOST_MONTHS, strict=True, allow_inf_nan=False)]


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Event(_Settings):
    """Something that holds from a month on (file key ``from``), to a last month or for good."""

    start: Month = Field(alias="from")
    until: Month | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until is not None and self.until < self.start:
            dates = {"start": f"{self.start:%Y-%m}", "until": f"{self.until:%Y-%m}"}
            raise Mistake("order", "until before from", dates)
        return self


class _Delayed(_Settings):
    """How long people are under way: mean and standard deviation of a gamma distribution [months]."""

    delay_months: Delay = 0.0
    spread_months: Delay = 0.0

    @model_validator(mode="after")
    def _spread_needs_delay(self) -> Self:
        if self.spread_months > 0 and self.delay_months == 0:
            raise Mistake("spread", "spread without delay")
        return self


class Closing(_Event, _Delayed):
    """A route or destination closes.

    Parameters
    ----------
    destination, origins : what closes, and for which origins; empty is all of them
    remaining : share of the people who still get through
    diverted : share of the others who come by another route; estimated from past closings where it is not given
    to : weights of the routes they come by; by default what those routes had in recent months
    """

    destination: Code
    origins: tuple[Code, ...] = ()
    remaining: Share = (0.0, 0.0)
    diverted: Share | None = None
    to: Weights | None = None


class Opening(_Event):
    """A route or destination opens wider.

    Parameters
    ----------
    persons : people who come by it each month, on top of the base [persons a month]
    from_others : share of them who would have come by another route; estimated from past rises where it is not given
    """

    destination: Code
    origins: tuple[Code, ...] = ()
    persons: Persons
    from_others: Share | None = None


class Shock(_Event, _Delayed):
    """People are displaced in an origin. Exactly one of ``change``, ``persons`` and ``arrivals`` says how many.

    Parameters
    ----------
    change : relative change of what arrives from there: 0.3 is 30 % more
    persons : people who leave, in the month ``from`` or evenly up to ``until`` [persons]
    arrivals : table of arrivals by month and destination; see :func:`havre.forecast.scenario_arrivals.read_arrivals`
    reach : share of those people who get as far as the destinations that are forecast
    to : weights of the destinations; by default what they had of this origin in recent months
    """

    origin: Code
    change: Change | None = None
    persons: Persons | None = None
    arrivals: str | None = None
    reach: Share = (1.0, 1.0)
    to: Weights | None = None

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        given = [name for name in SIZES if getattr(self, name) is not None]
        if len(given) != 1:
            raise Mistake("one_of", "one size", {"found": ", ".join(given) or "–"})
        return self


class SeasonShift(_Event):
    """The season comes later (``shift_months`` > 0) or earlier than it used to."""

    origin: Code | None = None
    destination: Code | None = None
    shift_months: Annotated[int, Field(ge=-6, le=6, strict=True)]


class LevelChange(_Event):
    """What comes is multiplied by a factor."""

    origin: Code | None = None
    destination: Code | None = None
    factor: Factor


SIZES = ("change", "persons", "arrivals")
KINDS = ("level", "season", "shock", "open", "close")
"""Kinds of events in the order in which they are applied: what a shock brings can meet a closed route."""


class Scenario(_Settings):
    """What is supposed to happen, as lists of events by kind; at least one of them."""

    name: str = ""
    level: tuple[LevelChange, ...] = ()
    season: tuple[SeasonShift, ...] = ()
    shock: tuple[Shock, ...] = ()
    open: tuple[Opening, ...] = ()
    close: tuple[Closing, ...] = ()

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not any(getattr(self, kind) for kind in KINDS):
            raise Mistake("empty", "no event")
        return self


_EXPECTED = {
    "from": "month", "until": "month", "destination": "code", "origin": "code", "origins": "codes",
    "remaining": "share", "diverted": "share", "from_others": "share", "reach": "share", "to": "weights",
    "persons": "persons", "change": "change", "factor": "factor", "delay_months": "delay", "spread_months": "delay",
    "shift_months": "shift", "arrivals": "text", "name": "text", **dict.fromkeys(KINDS, "events"),
}  # fmt: skip
_MODELS: Mapping[str, type[BaseModel]] = {
    "level": LevelChange, "season": SeasonShift, "shock": Shock, "open": Opening, "close": Closing,
}  # fmt: skip


def read_scenario(path: Path) -> Scenario:
    """Read a scenario from a TOML or JSON file; a table of arrivals is looked for beside the file.

    Raises
    ------
    FileError : the file is missing, has another ending, or is not TOML or JSON
    ForecastError : every problem of its settings at once, each with its key, what is expected and near matches
    """
    if path.suffix.lower() not in (".toml", ".json"):
        raise FileError("file.ending", path=path, expected=".toml, .json")
    if not path.is_file():
        raise FileError("file.missing", path=path)
    is_json = path.suffix.lower() == ".json"
    try:
        text = path.read_text(encoding="utf-8")
        raw = json.loads(text) if is_json else tomllib.loads(text)
    except (ValueError, OSError, RecursionError) as error:
        kind = "JSON" if is_json else "TOML"
        raise FileError("file.damaged", path=path, expected=kind, reason=str(error)) from error
    return _beside(make_scenario(raw, str(path)), path.parent)


def make_scenario(raw: object, where: str = "scenario") -> Scenario:
    """Check plain data and make the scenario.

    Parameters
    ----------
    raw : mapping with the keys of :class:`Scenario`
    where : how to call it in an error, such as a file name

    Raises
    ------
    ForecastError : as :func:`read_scenario`
    """
    try:
        return Scenario.model_validate(raw)
    except ValidationError as error:
        check_none(list(dict.fromkeys(_told(error.errors(), where))), ForecastError)
        raise


def _beside(scenario: Scenario, folder: Path) -> Scenario:
    shocks = tuple(
        each.model_copy(update={"arrivals": str(folder / each.arrivals)}) if each.arrivals else each
        for each in scenario.shock
    )
    return scenario.model_copy(update={"shock": shocks})


def _told(found: Sequence[ErrorDetails], path: str) -> Iterator[Problem]:
    for each in found:
        loc = [part for part in each["loc"] if part != "[key]"]
        yield _problem(each, loc, path)


def _problem(each: ErrorDetails, loc: Sequence[int | str], path: str) -> Problem:
    key, field = _dotted(loc), next((str(part) for part in reversed(loc) if isinstance(part, str)), "")
    context: Mapping[str, Any] = each.get("ctx", {})
    match each["type"]:
        case "extra_forbidden":
            names = _fields_of(loc)
            near = ", ".join(get_close_matches(field, names, n=3, cutoff=0.5)) or ", ".join(names)
            return Problem.of("scenario.unknown_key", path=path, key=key, near=near)
        case "missing":
            return Problem.of("scenario.missing_key", path=path, key=key, expected=_expected(field))
        case "order":
            return Problem.of("scenario.order", path=path, key=key, **context)
        case "spread":
            return Problem.of("scenario.spread", path=path, key=key)
        case "one_of":
            return Problem.of("scenario.one_of", path=path, key=key, choices=", ".join(SIZES), **context)
        case "empty":
            return Problem.of("scenario.empty", path=path, expected=", ".join(KINDS))
        case _:
            return _bad_value(path, key, field, each["input"])


def _bad_value(path: str, key: str, field: str, value: object) -> Problem:
    codes = list(value) if field == "to" and isinstance(value, Mapping) else [value]
    if _EXPECTED.get(field) in ("code", "codes", "weights"):
        for code in codes:
            if isinstance(code, str) and not _is_code(code):
                from havre.places.nearest import near_places

                return Problem.of("places.unknown_code", code=code, where=f" ({path}, {key})", near=near_places(code))
    return Problem.of("scenario.bad_value", path=path, key=key, value=_short(value), expected=_expected(field))


def _is_code(text: str) -> bool:
    try:
        _code(text)
    except ValueError:
        return False
    return True


def _expected(field: str) -> Term:
    return Term(f"term.scenario_{_EXPECTED.get(field, 'events')}")


def _fields_of(loc: Sequence[int | str]) -> list[str]:
    model = _MODELS.get(str(loc[0]), Scenario) if len(loc) > 1 else Scenario
    return [info.alias or name for name, info in model.model_fields.items()]


def _dotted(loc: Sequence[int | str]) -> str:
    """Write a place in the file, items counted from 1: ``close[1].remaining``."""
    text = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in loc)
    return text.removeprefix(".") or "scenario"


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}…"
