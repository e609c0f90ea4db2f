"""Scenarios from the command line: a file, or changes said in options."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from havre.errors import DisplacementError, Problem, check_none

if TYPE_CHECKING:
    from havre.displacement.scenario_changes import Scenario

_FACTOR = re.compile(r"x(\d+(?:\.\d+)?)")
_NUMBER = re.compile(r"\d+")
Table = dict[str, object]


@dataclass(frozen=True, kw_only=True)
class Quick:
    """Changes as they stand in the options; all hold over the same days.

    Attributes
    ----------
    closed, opened : by what closes or opens (``border``, ``link``, ``location``, ``camp``)
    arrivals : ``x1.5``, or a file with arrivals by day
    """

    closed: Mapping[str, Sequence[str] | None]
    opened: Mapping[str, Sequence[str] | None]
    capacity: Sequence[str] = ()
    conflict: Sequence[str] = ()
    peace: Sequence[str] = ()
    arrivals: str | None = None
    start: str | None = None
    until: str | None = None


def scenario_of(file: Path | None, quick: Quick) -> "Scenario":
    """Read the scenario of a file, with the changes of the options beside it.

    Raises
    ------
    FileError : the file is missing, or is not TOML
    DisplacementError : nothing is supposed; every fault of the file, or of the options, at once
    """
    from dataclasses import replace

    from havre.displacement.scenario_file import make_scenario, read_scenario

    problems: list[Problem] = []
    raw = tables_of(quick, problems)
    if not raw and (quick.start or quick.until):
        problems.append(Problem.of("displacement.cli.days_of_nothing"))
    if quick.start is None and any(kind != "arrivals" for kind in raw):
        problems.append(Problem.of("displacement.cli.no_from"))
    if file is None and not raw and not problems:
        problems.append(Problem.of("displacement.cli.nothing_supposed"))
    check_none(problems, DisplacementError)
    read = read_scenario(file) if file is not None else None
    made = make_scenario(raw, "havre displace scenario") if raw else None
    if read is not None and made is not None:
        return replace(read, changes=(*read.changes, *made.changes))
    found = read or made
    assert found is not None  # noqa: S101 - else nothing is supposed
    return found


def tables_of(quick: Quick, problems: list[Problem]) -> dict[str, list[Table]]:
    """Turn options into the tables of a scenario file; what is not of their form is told."""
    days = {name: day_of(text) for name, text in (("from", quick.start), ("until", quick.until)) if text}
    first = {name: value for name, value in days.items() if name == "from"}
    found: dict[str, list[Table]] = {
        "close": [{**each, **days} for each in _closures("--close", quick.closed, problems)],
        "open": [{**each, **days} for each in _closures("--open", quick.opened, problems)],
        "capacity": [{**each, **first} for each in _capacities(quick.capacity, problems)],
        "conflict": [{"place": place, **days} for place in quick.conflict],
        "peace": [{"place": place, **days} for place in quick.peace],
    }
    if quick.arrivals is not None:
        factor = _FACTOR.fullmatch(quick.arrivals.strip())
        if factor is None and re.fullmatch(r"x\S*", quick.arrivals.strip()) and not Path(quick.arrivals).exists():
            problems.append(Problem.of("displacement.cli.arrivals", text=quick.arrivals))
        elif factor:
            found["arrivals_factor"] = [{"factor": float(factor[1]), **days}]
        else:
            found["arrivals"] = [{"table": quick.arrivals, **first}]
    return {kind: tables for kind, tables in found.items() if tables}


def day_of(text: str) -> int | str:
    """Give the number of a day; a date stays text, and is read where the scenario is."""
    return int(text) if _NUMBER.fullmatch(text.strip()) else text.strip()


def _closures(option: str, named: Mapping[str, Sequence[str] | None], problems: list[Problem]) -> list[Table]:
    found: list[Table] = []
    for what, texts in named.items():
        for text in texts or ():
            if what in ("location", "camp"):
                found.append({what: text})
                continue
            ends = [end.strip() for end in text.split(",")]
            if len(ends) == 2 and all(ends):
                found.append({what: ends})
            else:
                problems.append(Problem.of("displacement.cli.pair", option=f"{option}-{what}", text=text))
    return found


def _capacities(texts: Sequence[str], problems: list[Problem]) -> list[Table]:
    found: list[Table] = []
    for text in texts:
        camp, _, size = text.rpartition("=")
        factor, people = _FACTOR.fullmatch(size.strip()), _NUMBER.fullmatch(size.strip())
        if camp.strip() and factor:
            found.append({"camp": camp.strip(), "factor": float(factor[1])})
        elif camp.strip() and people:
            found.append({"camp": camp.strip(), "capacity": int(people[0])})
        else:
            problems.append(Problem.of("displacement.cli.capacity", text=text))
    return found
