"""Scenarios read from TOML files: all faults of a file at once, each with its key and what was expected."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from havre.displacement.near_names import NOTHING_NEAR, near
from havre.displacement.scenario_changes import KINDS, Change, DailyArrivals, Scenario
from havre.displacement.scenario_values import Kind, Part, group_faults, keys_of, shortened
from havre.errors import DisplacementError, FileError, Problem, Term, check_none

TEXTS = ("name", "note")
_TABLE = Term("displacement.scenario.expected.table")
_TEXT = Term("displacement.scenario.expected.text")


def read_scenario(path: Path) -> Scenario:
    """Read a scenario from a TOML file; tables that it names are looked for beside it.

    Raises
    ------
    FileError : the file is missing, or is not TOML
    DisplacementError : every fault of its content at once
    """
    if not path.is_file():
        raise FileError("file.missing", path=path)
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError, RecursionError) as error:
        raise FileError("file.damaged", path=path, expected="TOML", reason=str(error)) from error
    return beside(make_scenario(raw, str(path)), path.parent)


def beside(scenario: Scenario, folder: Path) -> Scenario:
    """Look for the tables that a scenario names in a folder."""
    changes = tuple(
        replace(change, table=str(folder / change.table))
        if isinstance(change, DailyArrivals) and change.table
        else change
        for change in scenario.changes
    )
    return replace(scenario, changes=changes)


def make_scenario(raw: Mapping[str, object], where: str = "scenario") -> Scenario:
    """Make a scenario of plain data, such as a TOML file holds.

    Parameters
    ----------
    raw : ``name``, ``note``, and lists of tables under the keys of ``KINDS``
    where : how to call it in an error, such as the name of its file

    Raises
    ------
    DisplacementError : every fault at once

    Examples
    --------
    >>> made = make_scenario({"close": [{"link": ["Ansongo", "Tabareybarey"], "from": 60}]})
    >>> made.changes[0].link, made.changes[0].start
    (('Ansongo', 'Tabareybarey'), 60)
    """
    problems: list[Problem] = []
    changes: list[Change] = []
    for key, value in raw.items():
        if key in KINDS:
            changes += _changes(key, value, where, problems)
        elif key not in TEXTS:
            problems.append(_unknown(where, key, (*TEXTS, *KINDS)))
        elif not isinstance(value, str):
            fields = {"where": where, "key": key, "value": shortened(value), "expected": _TEXT}
            problems.append(Problem.of("displacement.scenario.value", **fields))
    if not changes and not problems:
        problems.append(Problem.of("displacement.scenario.empty", where=where, expected=", ".join(KINDS)))
    check_none(problems, DisplacementError)
    return Scenario(tuple(changes), str(raw.get("name", "")), str(raw.get("note", "")))


def _changes(key: str, value: object, where: str, problems: list[Problem]) -> Iterator[Change]:
    tables = value if isinstance(value, list) else [value]
    for number, table in enumerate(tables, start=1):
        made = _part(KINDS[key], table, f"{where}, {key} {number}", key, problems)
        if isinstance(made, Change):
            yield made


def _part(kind: type[Part], table: object, where: str, key: str, problems: list[Problem]) -> Part | None:
    """Make a part of a table; where that cannot be, say why."""
    if not isinstance(table, Mapping):
        fields = {"where": where, "key": key, "value": shortened(table), "expected": _TABLE}
        problems.append(Problem.of("displacement.scenario.value", **fields))
        return None
    keys = keys_of(kind)
    before = len(problems)
    problems += [_unknown(where, name, tuple(keys)) for name in table if name not in keys]
    values: dict[str, object] = {}
    for name, each in keys.items():
        if name in table:
            values[each.field] = _value(each.kind, table[name], where, name, problems)
        elif not each.optional:
            expected = each.kind.expected if isinstance(each.kind, Kind) else _TABLE
            problems.append(Problem.of("displacement.scenario.missing", where=where, key=name, expected=expected))
    if len(problems) > before:
        return None
    made = kind(**values)
    problems += group_faults(made, where)
    return made


def _value(kind: Kind | type[Part], value: object, where: str, name: str, problems: list[Problem]) -> object:
    if not isinstance(kind, Kind):
        tables = value if isinstance(value, list) and value else [value]
        parts = [_part(kind, table, f"{where}, {name} {row}", name, problems) for row, table in enumerate(tables, 1)]
        return tuple(parts)
    try:
        return kind.read(value)
    except ValueError:
        fields = {"where": where, "key": name, "value": shortened(value), "expected": kind.expected}
        problems.append(Problem.of("displacement.scenario.value", **fields))
        return None


def _unknown(where: str, key: str, known: tuple[str, ...]) -> Problem:
    likely = near(key, known)
    known_text = ", ".join(known) if likely == NOTHING_NEAR else likely
    return Problem.of("displacement.scenario.unknown_key", where=where, key=key, near=known_text)
