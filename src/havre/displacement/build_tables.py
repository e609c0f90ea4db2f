"""The tables that an instance is built from, read and typed.

First every header is looked at, so that a table about persons is refused before anything of it is read; then the cells.
What the tables say together (names that occur nowhere, say) is the matter of :mod:`havre.displacement.build_checks`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from havre.displacement.build_columns import (
    SYNONYMS,
    TOTAL,
    RawTable,
    find_columns,
    personal_problems,
    read_columns,
    read_header,
    simple,
)
from havre.displacement.build_notes import Note, TableCount, listed
from havre.displacement.build_options import BuildSources, TableFile, TableName
from havre.displacement.build_rows import (
    CAMP_COLUMN,
    PlaceRow,
    Provider,
    RoadRow,
    count_rows,
    event_rows,
    place_rows,
    provider_of,
    road_rows,
    rows_read,
)
from havre.errors import DisplacementError, FileError, HavreError, PersonalDataError, Problem, check_none
from havre.places.spelling import plain

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, eq=False)
class BuildTables:
    """All tables of an instance.

    Parameters
    ----------
    counts : columns ``row``, ``camp``, ``day`` (date), ``count`` (float); the camp ``total`` is all camps together
    events : columns ``row``, ``id``, ``day``, ``latitude``, ``longitude``, ``deaths``, ``place_precision``,
        ``day_precision``, ``country``, ``kind``; null where the table says nothing
    provider : whose columns the events have
    files : what each table is called in a problem
    columns : from our name of each column to the file's
    read : rows of each table, and those that were left out while reading
    notes : what is to be told about the reading
    """

    places: tuple[PlaceRow, ...]
    counts: "pl.DataFrame"
    roads: tuple[RoadRow, ...] | None = None
    events: "pl.DataFrame | None" = None
    provider: Provider = "other"
    files: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    read: Mapping[str, TableCount] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()

    def file(self, table: TableName) -> str:
        """Give the name of a table's file."""
        return self.files.get(table, table)

    def column(self, table: TableName, ours: str) -> str:
        """Give the name that a column has in its file."""
        return self.columns.get(table, {}).get(ours, ours)


def read_tables(sources: BuildSources) -> tuple[BuildTables | None, list[Problem]]:
    """Read all tables.

    Returns
    -------
    The tables, with null where a cell cannot be read, and everything that is wrong with them; ``None`` for the tables
    where one of them cannot be read as a table at all.

    Raises
    ------
    PersonalDataError : a table has a column about persons; nothing of that table's rows was read
    FileError : a table is missing, empty or not UTF-8
    """
    headers = _read_headers(sources)
    raws: dict[TableName, RawTable] = {}
    problems: list[Problem] = []
    for name, table in sources.files().items():
        columns, wrong = _columns(name, table, headers[name][0], raws.get("places"))
        try:
            check_none(wrong, DisplacementError)
            raws[name] = read_columns(name, table, *headers[name], columns)
        except HavreError as error:
            problems += error.problems
    if len(raws) < len(headers):
        return None, problems
    tables = _typed(raws)
    return tables, [problem for raw in raws.values() for problem in raw.problems]


def _read_headers(sources: BuildSources) -> dict[TableName, tuple[list[str], str]]:
    headers: dict[TableName, tuple[list[str], str]] = {}
    problems: list[Problem] = []
    personal: list[Problem] = []
    for name, table in sources.files().items():
        try:
            headers[name] = read_header(table)
        except FileError as error:
            problems += error.problems
            continue
        if name != "registrations" or _is_long(headers[name][0]):
            personal += personal_problems(name, table.path.name, headers[name][0])
    check_none(personal, PersonalDataError)
    check_none(problems, FileError)
    return headers


def _is_long(header: list[str]) -> bool:
    """Tell a table with one count a row from one with a column for each camp."""
    return any(simple(column) in SYNONYMS["registrations"]["count"] for column in header)


def _columns(
    name: TableName, table: TableFile, header: list[str], places: RawTable | None
) -> tuple[dict[str, str], list[Problem]]:
    """Tell which columns of a table are read."""
    file = table.path.name
    if name != "registrations" or _is_long(header):
        return find_columns(name, file, header, ("camp",) if name == "registrations" else ())
    columns, problems = find_columns(name, file, header)
    known = set() if places is None else set(places.frame["name"].to_list())
    camps = [column for column in header if column in known or plain(column) == TOTAL]
    check_none(personal_problems(name, file, header, exempt=camps), PersonalDataError)
    if places is not None and not camps:
        problems.append(Problem.of("displacement.build.no_camp_columns", path=file, found=listed(header)))
    day = {"day": columns["day"]} if "day" in columns else {}
    return {**day, **{f"{CAMP_COLUMN}{camp}": camp for camp in camps}}, problems


def _typed(raws: Mapping[TableName, RawTable]) -> BuildTables:
    events = raws.get("events")
    return BuildTables(
        places=place_rows(raws["places"]),
        counts=count_rows(raws["registrations"]),
        roads=road_rows(raws["roads"]) if "roads" in raws else None,
        events=event_rows(events) if events is not None else None,
        provider=provider_of(events) if events is not None else "other",
        files={name: raw.file for name, raw in raws.items()},
        columns={name: raw.headers for name, raw in raws.items()},
        read={name: rows_read(raw) for name, raw in raws.items()},
        notes=tuple(
            Note.of("told.unused_columns", file=raw.file, columns=listed(raw.others))
            for raw in raws.values()
            if raw.others
        ),
    )
