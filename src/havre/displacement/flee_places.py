"""The files of an instance that name places: locations, routes, closures, changes of type, major routes.

Each row is read on its own here; whether the places that it names exist is checked by
:mod:`havre.displacement.instance_checks`, when all files are read.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from sys import intern
from types import MappingProxyType

from havre.displacement.findings import Findings
from havre.displacement.flee_cells import (
    CAPACITY,
    DAY,
    DAY_OR_NEVER,
    LENGTH,
    NOT_NEGATIVE,
    NUMBER,
    PEOPLE,
    SHARE,
    WHOLE,
    Cells,
    Kind,
    is_number,
)
from havre.displacement.flee_tables import Part, Row, Table, content, is_there, read_rows, read_table
from havre.displacement.instance import CLOSURE_TYPES, LOCATION_TYPES, Closure, Location, LocationChange, Route
from havre.errors import Problem, Term

MOST_PLACES = 200_000
MOST_ROADS = 2_000_000
MOST_EVENTS = 100_000
_LOCATION_COLUMNS = 8
_ROUTE_COLUMNS = 4
_ROUTE_NEEDED = 3
_CLOSURE_COLUMNS = 5
_CHANGE_COLUMNS = 3
_LEAST_CHAIN = 2
_HIGHEST_LATITUDE, _HIGHEST_LONGITUDE = 90, 180
_NAME = Term("displacement.flee.column.place")
_TYPE = Term("displacement.flee.column.location_type")
_END = Term("displacement.flee.column.road_end")
_CAPACITY = Term("displacement.flee.column.capacity")
_POPULATION = Term("displacement.flee.column.population")
_ATTRIBUTE = Term("displacement.flee.column.attribute")
LOCATION_NUMBERS: Mapping[str, tuple[Kind, bool]] = MappingProxyType(
    {
        "initial_idps": (PEOPLE, True),
        "conflict_intensity": (NOT_NEGATIVE, False),
        "capacity_per_day": (WHOLE, True),
        "deactivation_probability": (SHARE, False),
        "farmer_fraction": (SHARE, False),
        "trade_volume": (NUMBER, False),
        "hdi": (NUMBER, False),
    }
)
"""Attributes of places that are read as numbers, and whether as whole ones."""
ROUTE_NUMBERS: Mapping[str, tuple[Kind, bool]] = MappingProxyType(
    {"max_move_speed": (LENGTH, False), "walk_probability": (SHARE, False)}
)
"""Attributes of roads that are read as numbers."""


def place_kind(location_type: str) -> str:
    """Tell which kind of place a location type makes: the first word of the format that it contains, ``""`` for none.

    Examples
    --------
    >>> place_kind("conflict_zone"), place_kind("idp_camp"), place_kind("Camp"), place_kind("village")
    ('conflict', 'idpcamp', 'camp', '')
    """
    low = location_type.lower()
    word = next((word for word in LOCATION_TYPES if word in low), "")
    return "idpcamp" if word == "camp" and "idp" in low else word


def read_locations(path: Path, findings: Findings) -> Part[Location]:
    """Read ``locations.csv``; its columns go by their position, further ones are attributes by their name."""
    if not is_there(path, findings, Term("displacement.flee.content.locations")):
        return Part(str(path))

    def looks_like_data(cells: Sequence[str]) -> bool:
        return len(cells) >= _LOCATION_COLUMNS and is_number(cells[3]) and is_number(cells[4])

    table = read_table(path, findings, most=MOST_PLACES, fixed=_LOCATION_COLUMNS, looks_like_data=looks_like_data)
    cells = Cells(table.file, findings, table.header)
    return Part.of(table.file, _locations(table, cells))


def _locations(table: Table, cells: Cells) -> Iterator[tuple[int, Location]]:
    least = _LOCATION_COLUMNS if not table.attributes else table.attributes[-1][0] + 1
    for row in table.rows:
        if not cells.fits(row, least, max(least, len(table.header))):
            if row.cells[0].strip():
                # The name is known all the same, so that roads to it are not told as well.
                yield row.number, Location(row.cells[0], "", "", 0.0, 0.0, "")
            continue
        location_type = intern(row.cells[5])
        kind = place_kind(location_type)
        if not kind:
            cells.bad(row, 5, _TYPE, Term("displacement.flee.expected.location_type"), flee_runs=True)
        people = (_CAPACITY, CAPACITY) if "camp" in kind else (_POPULATION, PEOPLE)
        yield (
            row.number,
            Location(
                intern(cells.name(row, 0, _NAME)),
                intern(row.cells[1] or "unknown"),
                intern(row.cells[2] or "unknown"),
                _coordinate(cells, row, 3, Term("displacement.flee.column.latitude"), _HIGHEST_LATITUDE),
                _coordinate(cells, row, 4, Term("displacement.flee.column.longitude"), _HIGHEST_LONGITUDE),
                location_type,
                _conflict_date(cells, row, kind),
                cells.whole(row, 7, *people, empty=0),
                _attributes(cells, row, table.attributes, LOCATION_NUMBERS),
            ),
        )


def _coordinate(cells: Cells, row: Row, position: int, meaning: Term, highest: int) -> float:
    value = cells.number(row, position, meaning, NUMBER)
    if abs(value) > highest:
        problem = Problem.of(
            "displacement.flee.places.coordinate",
            file=cells.file,
            row=row.number,
            meaning=meaning,
            value=value,
            most=highest,
        )
        cells.findings.warn(problem)
    return value


def _conflict_date(cells: Cells, row: Row, kind: str) -> int:
    meaning = Term("displacement.flee.column.conflict_date")
    if kind == "conflict":
        return cells.whole(row, 6, meaning, WHOLE)
    text = row.cells[6].strip()
    try:
        return int(text or 0)
    except ValueError:
        problem = Problem.of("displacement.flee.places.date_ignored", file=cells.file, row=row.number, value=text)
        cells.findings.warn(problem)
        return 0


def _attributes(
    cells: Cells, row: Row, columns: Sequence[tuple[int, str]], numbers: Mapping[str, tuple[Kind, bool]]
) -> dict[str, str]:
    """Keep the cells that are not empty as they are written; those that are read as numbers must be numbers."""
    found: dict[str, str] = {}
    for position, name in columns:
        text = row.cells[position]
        if not text.strip():
            continue
        found[name] = text
        if name in numbers:
            kind, is_whole = numbers[name]
            (cells.whole if is_whole else cells.number)(row, position, _ATTRIBUTE, kind)
    return found


def read_routes(path: Path, findings: Findings) -> Part[Route]:
    """Read ``routes.csv``; a road is used both ways."""
    if not is_there(path, findings, Term("displacement.flee.content.routes")):
        return Part(str(path))

    def looks_like_data(cells: Sequence[str]) -> bool:
        return len(cells) >= _ROUTE_NEEDED and is_number(cells[2])

    table = read_table(path, findings, most=MOST_ROADS, fixed=_ROUTE_COLUMNS, looks_like_data=looks_like_data)
    return Part.of(table.file, _routes(table, Cells(table.file, findings, table.header)))


def _routes(table: Table, cells: Cells) -> Iterator[tuple[int, Route]]:
    least = _ROUTE_NEEDED if not table.attributes else table.attributes[-1][0] + 1
    most = max(least, len(table.header), _ROUTE_COLUMNS)
    for row in table.rows:
        if not cells.fits(row, least, most):
            continue
        name1, name2 = intern(cells.name(row, 0, _END)), intern(cells.name(row, 1, _END))
        distance = cells.number(row, 2, Term("displacement.flee.column.distance"), LENGTH)
        forced = _forced(cells, row) if len(row.cells) >= _ROUTE_COLUMNS else 0
        attributes = _attributes(cells, row, table.attributes, ROUTE_NUMBERS)
        yield row.number, Route(name1, name2, distance, forced, attributes)


def _forced(cells: Cells, row: Row) -> int:
    meaning = Term("displacement.flee.column.forced_redirection")
    value = cells.whole(row, 3, meaning, WHOLE, empty=0)
    if value not in (0, 1, 2):
        cells.bad(row, 3, meaning, Term("displacement.flee.expected.forced_redirection"), flee_runs=True)
    return value


def read_closures(path: Path, findings: Findings) -> Part[Closure]:
    """Read ``closures.csv``."""
    if not is_there(path, findings, Term("displacement.flee.content.closures")):
        return Part(str(path))

    def looks_like_data(cells: Sequence[str]) -> bool:
        return len(cells) >= _CLOSURE_COLUMNS and is_number(cells[3])

    table = read_table(path, findings, most=MOST_EVENTS, fixed=_CLOSURE_COLUMNS, looks_like_data=looks_like_data)
    return Part.of(table.file, _closures(table, Cells(table.file, findings, table.header)))


def _closures(table: Table, cells: Cells) -> Iterator[tuple[int, Closure]]:
    start, end = Term("displacement.flee.column.closure_start"), Term("displacement.flee.column.closure_end")
    for row in table.rows:
        if not cells.fits(row, _CLOSURE_COLUMNS, max(_CLOSURE_COLUMNS, len(table.header))):
            continue
        if row.cells[0] not in CLOSURE_TYPES:
            expected = Term("displacement.flee.expected.closure_type")
            cells.bad(row, 0, Term("displacement.flee.column.closure_type"), expected, flee_runs=True)
        first = cells.whole(row, 3, start, DAY_OR_NEVER)
        last = cells.whole(row, 4, end, DAY_OR_NEVER)
        yield row.number, Closure(row.cells[0], row.cells[1], row.cells[2], first, last)


def read_location_changes(path: Path, findings: Findings) -> Part[LocationChange]:
    """Read ``location_changes.csv``."""

    def looks_like_data(cells: Sequence[str]) -> bool:
        return len(cells) >= _CHANGE_COLUMNS and is_number(cells[2])

    table = read_table(path, findings, most=MOST_EVENTS, fixed=_CHANGE_COLUMNS, looks_like_data=looks_like_data)
    return Part.of(table.file, _changes(table, Cells(table.file, findings, table.header)))


def _changes(table: Table, cells: Cells) -> Iterator[tuple[int, LocationChange]]:
    for row in table.rows:
        if not cells.fits(row, _CHANGE_COLUMNS, max(_CHANGE_COLUMNS, len(table.header))):
            continue
        name = cells.name(row, 0, _NAME)
        if not place_kind(row.cells[1]):
            cells.bad(row, 1, _TYPE, Term("displacement.flee.expected.location_type"), flee_runs=True)
        day = cells.whole(row, 2, Term("displacement.flee.column.change_day"), DAY)
        yield row.number, LocationChange(name, row.cells[1], day)


def read_major_routes(path: Path, findings: Findings) -> Part[tuple[str, ...]]:
    """Read ``major_routes.csv``: in each row the places of a road through several of them, in their order."""
    return Part.of(str(path), _major_routes(path, findings))


def _major_routes(path: Path, findings: Findings) -> Iterator[tuple[int, tuple[str, ...]]]:
    cells = Cells(str(path), findings)
    rows = read_rows(path, findings, most=MOST_EVENTS)
    for row in content(str(path), rows, findings, blank_ends_flee=False):
        if cells.fits(row, _LEAST_CHAIN, len(row.cells)):
            yield row.number, tuple(cells.name(row, position, _NAME) for position in range(len(row.cells)))
