"""How the values of a scenario are read, from a file or from Python: each kind knows what it expects.

Days are whole numbers from 0 or dates; names are texts; numbers have the range in which they make sense.
"""

from collections.abc import Callable, Iterator
from dataclasses import MISSING, dataclass, fields, replace
from datetime import date
from math import isfinite
from typing import Annotated, ClassVar, get_args, get_type_hints

import numpy as np

from havre.displacement.outcome import Floats
from havre.errors import Problem, Term

Day = int | date
"""A day from 0 on, or its date."""
MOST = 1e12


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value: how it is read, and the term of the catalogue that says what is expected."""

    name: str
    read: Callable[[object], object]

    @property
    def expected(self) -> Term:
        """What is expected, in the reader's language."""
        return Term(f"displacement.scenario.expected.{self.name}")


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(value)
    return value.strip()


def _number(value: object, least: float, most: float = MOST) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise ValueError(value)  # noqa: TRY004 - one kind of mistake for all values
    number = float(value)
    if not (isfinite(number) and least <= number <= most):
        raise ValueError(value)
    return number


def _positive(value: object) -> float:
    number = _number(value, 0.0)
    if number <= 0:
        raise ValueError(value)
    return number


def _whole(value: object) -> int:
    number = _number(value, 0)
    if number != int(number):
        raise ValueError(value)
    return int(number)


def _capacity(value: object) -> int:
    number = _whole(value)
    # In Flee's format a capacity below 1 is none at all.
    if number < 1:
        raise ValueError(value)
    return number


def _day(value: object) -> Day:
    if isinstance(value, str):
        return date.fromisoformat(value)
    if type(value) is date:
        return value
    return _whole(value)


def _pair(value: object) -> tuple[str, str]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise ValueError(value)
    one, other = _text(value[0]), _text(value[1])
    if one == other:
        raise ValueError(value)
    return one, other


def _texts(value: object) -> tuple[str, ...]:
    each = value if isinstance(value, list | tuple) else [value]
    if not each or len(set(map(str, each))) < len(each):
        raise ValueError(value)
    return tuple(_text(one) for one in each)


def _one_of(*names: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if value not in names:
            raise ValueError(value)
        return str(value)

    return read


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(value)  # noqa: TRY004 - one kind of mistake for all values
    return value


def _rule_value(value: object) -> bool | float | int:
    if isinstance(value, bool) or (isinstance(value, int) and abs(value) < MOST):
        return value
    return _number(value, -MOST)


def _daily(value: object) -> Floats:
    numbers = np.asarray(value, np.float64)
    if numbers.ndim not in (1, 2) or numbers.size == 0 or not np.isfinite(numbers).all():
        raise ValueError(value)
    if numbers.min() < 0 or numbers.max() > MOST:
        raise ValueError(value)
    return numbers


DAY = Kind("day", _day)
Text = Annotated[str, Kind("text", _text)]
Name = Annotated[str, Kind("name", _text)]
Names = Annotated[tuple[str, ...], Kind("names", _texts)]
Pair = Annotated[tuple[str, str], Kind("pair", _pair)]
Start = Annotated[Day, DAY, "from"]
"""The first day; ``from`` in a file, which is no name in Python."""
End = Annotated[Day, DAY, "until"]
Latitude = Annotated[float, Kind("latitude", lambda value: _number(value, -90, 90))]
Longitude = Annotated[float, Kind("longitude", lambda value: _number(value, -180, 180))]
Positive = Annotated[float, Kind("positive", _positive)]
Factor = Annotated[float, Kind("factor", lambda value: _number(value, 0, 1000))]
Whole = Annotated[int, Kind("whole", _whole)]
People = Annotated[int, Kind("capacity", _capacity)]
"""A capacity."""
Detour = Annotated[float, Kind("detour", lambda value: _number(value, 1, 10))]
Truth = Annotated[bool, Kind("truth", _truth)]
RuleValue = Annotated[float | int | bool, Kind("rule_value", _rule_value)]
Daily = Annotated[Floats, Kind("daily", _daily)]
PlaceType = Annotated[str, Kind("place_type", _one_of("town", "forwarding_hub", "marker")), "type"]
Uncertainty = Annotated[str, Kind("uncertainty", _one_of("none", "poisson", "negative_binomial"))]


@dataclass(frozen=True, kw_only=True)
class Part:
    """Something with keys and values in a scenario.

    ``ONE_OF`` lists groups of keys of which exactly one is given, ``AT_MOST_ONE`` those of which none may be.
    """

    ONE_OF: ClassVar[tuple[tuple[str, ...], ...]] = ()
    AT_MOST_ONE: ClassVar[tuple[tuple[str, ...], ...]] = ()


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a part: the field that it fills, its kind or the parts in it, and whether it may be left out."""

    field: str
    kind: Kind | type[Part]
    optional: bool


def keys_of(part: type[Part]) -> dict[str, Key]:
    """Give the keys of a part as they stand in a file."""
    hints = get_type_hints(part, include_extras=True)
    found: dict[str, Key] = {}
    for each in fields(part):
        kind, key = _kind_in(hints[each.name])
        found[key or each.name] = Key(each.name, kind, each.default is not MISSING)
    return found


def _kind_in(hint: object) -> tuple[Kind | type[Part], str]:
    """Find the kind in an annotation, and the key where it differs from the field."""
    for own in getattr(hint, "__metadata__", ()):
        if isinstance(own, Kind):
            return own, next((text for text in hint.__metadata__ if isinstance(text, str)), "")  # type: ignore[attr-defined]
    if isinstance(hint, type) and issubclass(hint, Part):
        return hint, ""
    for part in get_args(hint):
        if part is not type(None) and part is not ...:
            return _kind_in(part)
    raise TypeError(hint)


def value_faults(part: Part, where: str) -> Iterator[Problem]:
    """Tell which values of a part are not of their kind, and which of its keys do not go together."""
    for key, each in keys_of(type(part)).items():
        value = getattr(part, each.field)
        if not isinstance(each.kind, Kind):
            for number, item in enumerate(value, start=1):
                yield from value_faults(item, f"{where}, {key} {number}")
        elif not (each.optional and _is_left_out(value)):
            yield from _fault_of(each.kind, value, where, key)
    yield from group_faults(part, where)


def _is_left_out(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value)


def _fault_of(kind: Kind, value: object, where: str, key: str) -> Iterator[Problem]:
    try:
        kind.read(value)
    except ValueError:
        yield Problem.of(
            "displacement.scenario.value", where=where, key=key, value=shortened(value), expected=kind.expected
        )


def group_faults(part: Part, where: str) -> Iterator[Problem]:
    """Tell which keys of a part do not go together."""
    keys = {each.field: key for key, each in keys_of(type(part)).items()}
    for needed, groups in ((True, part.ONE_OF), (False, part.AT_MOST_ONE)):
        for group in groups:
            given = [keys[name] for name in group if getattr(part, name) is not None]
            if len(given) > 1 or (needed and not given):
                fields_ = {"where": where, "keys": ", ".join(keys[name] for name in group)}
                key = "one_of" if needed else "at_most_one"
                yield Problem.of(f"displacement.scenario.{key}", **fields_, found=", ".join(given) or "–")


def shortened(value: object) -> str:
    """Show a value in an error, cut where it is long."""
    text = f"“{value}”" if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def read_again(part: Part) -> Part:
    """Give a part with its values as they are read, for one that was made in Python; its values have no faults."""
    values: dict[str, object] = {}
    for each in keys_of(type(part)).values():
        value = getattr(part, each.field)
        if not isinstance(each.kind, Kind):
            values[each.field] = tuple(read_again(item) for item in value)
        elif not (each.optional and _is_left_out(value)):
            values[each.field] = each.kind.read(value)
    return replace(part, **values)
