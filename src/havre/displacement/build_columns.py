"""Columns of the tables that an instance is built from: what they may be called, and tables read with known columns.

Names of columns are compared without regard to case, accents, and spaces, points or hyphens for underscores. A column
that describes a person stops everything; a column that is not known here is not even read.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from havre.displacement.build_options import TableFile, TableName
from havre.errors import DisplacementError, FileError, Problem, Term, check_none
from havre.places.spelling import plain
from havre.sources.personal import personal_category

if TYPE_CHECKING:
    import polars as pl

SYNONYMS: Mapping[TableName, Mapping[str, tuple[str, ...]]] = {
    "places": {
        "name": ("name", "place", "place_name", "location", "location_name", "asciiname", "nom", "lieu"),
        "latitude": ("latitude", "lat"),
        "longitude": ("longitude", "lon", "long", "lng"),
        "country": ("country", "country_name", "country_code", "iso3", "iso_3", "pays"),
        "region": ("region", "admin1", "adm_1", "adm1", "province"),
        "population": ("population", "pop", "inhabitants", "habitants"),
        "kind": ("kind", "type", "location_type", "place_type", "genre"),
        "capacity": ("capacity", "cap", "capacite"),
    },
    "roads": {
        "from": ("from", "name1", "origin", "start", "from_place", "de"),
        "to": ("to", "name2", "destination", "end", "to_place", "vers", "a"),
        "km": ("km", "distance", "distance_km", "length_km", "road_km", "longueur_km"),
    },
    "events": {
        "id": ("id", "event_id_cnty", "event_id"),
        "day": ("date_start", "event_date", "date"),
        "latitude": ("latitude", "lat"),
        "longitude": ("longitude", "lon", "long", "lng"),
        "deaths": ("best", "fatalities", "deaths"),
        "place_precision": ("where_prec", "geo_precision"),
        "day_precision": ("date_prec", "time_precision"),
        "country": ("country",),
        "kind": ("event_type",),
    },
    "registrations": {
        "day": ("date", "day", "datetime", "registration_date", "jour"),
        "camp": ("camp", "site", "camp_name", "place", "location", "lieu"),
        "count": (
            *("count", "number", "value", "individuals", "persons", "people", "refugees", "registered"),
            *("registrations", "nombre", "effectif", "refugies"),
        ),
    },
}
"""What the columns of each table may be called."""
OPTIONAL: Mapping[TableName, frozenset[str]] = {
    "places": frozenset({"region", "population", "capacity"}),
    "roads": frozenset({"km"}),
    "events": frozenset({"id", "deaths", "place_precision", "day_precision", "country", "kind"}),
    "registrations": frozenset({"camp", "count"}),
}
"""Columns that a table may lack."""
TOTAL = "total"
_OF_PLACES: Mapping[TableName, frozenset[str]] = {
    "places": frozenset({"position"}),
    "events": frozenset({"position"}),
    "roads": frozenset(),
    "registrations": frozenset(),
}
"""Categories of personal columns that stand for places or events in a table, not for persons."""


@dataclass
class RawTable:
    """A table as text: its columns by what they mean, with ``row`` counted from 1 below the header.

    Parameters
    ----------
    headers : what each column is called in the file
    others : columns that are not used
    read : rows in the file, without a row of HXL tags
    blank : rows in which every cell was empty; they are not in ``frame``
    problems : what is wrong with it, gathered while its cells are read
    """

    name: TableName
    file: str
    frame: "pl.DataFrame"
    headers: Mapping[str, str]
    others: tuple[str, ...]
    read: int
    blank: int
    problems: list[Problem] = field(default_factory=list)


def simple(header: str) -> str:
    """Write the name of a column so that how it is written makes no difference.

    Examples
    --------
    >>> simple(" Distance-KM"), simple("#Capacité")
    ('distance_km', 'capacite')
    """
    return re.sub(r"[\s.\-_]+", "_", plain(header).lstrip("#")).strip("_")


def read_header(table: TableFile) -> tuple[list[str], str]:
    """Read the names of the columns of a CSV file, and its separator.

    Raises
    ------
    FileError : the file is missing, empty or not UTF-8
    """
    path = table.path
    if not path.is_file():
        raise FileError("file.missing", path=path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            first = lines.readline()
            separator = ";" if first.count(";") > first.count(",") else ","
            lines.seek(0)
            header = next(csv.reader(lines, delimiter=separator), [])
    except (OSError, UnicodeError, csv.Error) as error:
        raise FileError("file.damaged", path=path, expected="CSV", reason=str(error)) from error
    if not any(header):
        raise FileError("file.damaged", path=path, expected="CSV", reason="0 columns")
    return [name.strip() for name in header], separator


def personal_problems(name: TableName, file: str, header: Iterable[str], exempt: Iterable[str] = ()) -> list[Problem]:
    """Tell which columns describe a person.

    Parameters
    ----------
    exempt : columns that are known to be something else, such as camps of a table with one column for each camp
    """
    allowed = {column for column in header if simple(column) in {simple(text) for text in exempt}}
    if name == "places":
        allowed |= {column for column in header if simple(column) in SYNONYMS["places"]["name"]}
    found = [(column, personal_category(column)) for column in header if column not in allowed]
    return [
        Problem.of("panel.personal_column", table=file, column=column, category=Term(f"term.{category}"))
        for column, category in found
        if category is not None and category not in _OF_PLACES[name]
    ]


def find_columns(
    name: TableName, file: str, header: list[str], needed: Iterable[str] = ()
) -> tuple[dict[str, str], list[Problem]]:
    """Tell which column of a file is which of ours.

    Parameters
    ----------
    needed : optional columns that are needed this time

    Returns
    -------
    From our name of a column to the file's, and what is missing or stands there twice.
    """
    problems = [
        Problem.of("displacement.build.header_twice", path=file, column=column)
        for column in dict.fromkeys(header)
        if column and header.count(column) > 1
    ]
    columns: dict[str, str] = {}
    for ours, spellings in SYNONYMS[name].items():
        found = [column for column in dict.fromkeys(header) if simple(column) in spellings]
        # Flee's own tables, and others, have a column twice in different words: which one counts cannot be guessed.
        if len(found) > 1:
            problems.append(Problem.of("displacement.build.columns", path=file, column=ours, found=", ".join(found)))
        elif found:
            columns[ours] = found[0]
        elif ours not in OPTIONAL[name] or ours in needed:
            names = ", ".join(header)
            known = ", ".join(spellings)
            problems.append(
                Problem.of("displacement.build.column", path=file, column=ours, spellings=known, found=names)
            )
    return columns, problems


def read_columns(
    name: TableName, table: TableFile, header: list[str], separator: str, columns: Mapping[str, str]
) -> RawTable:
    """Read the wanted columns of a CSV file as text, cells stripped, empty ones null; the other columns are not kept.

    Parameters
    ----------
    columns : from our name of a column to the file's

    Raises
    ------
    FileError : the file is not CSV or not UTF-8
    DisplacementError : a row has more cells than the header
    """
    import polars as pl

    path = table.path
    try:
        lazy = pl.scan_csv(path, infer_schema=False, separator=separator)
        names = lazy.collect_schema().names()
        wanted = [pl.col(names[header.index(theirs)]).str.strip_chars().alias(ours) for ours, theirs in columns.items()]
        anything = pl.any_horizontal(pl.all().str.strip_chars().replace("", None).is_not_null()).alias("any")
        frame = lazy.select(*wanted, anything).collect()
    except (pl.exceptions.PolarsError, OSError, UnicodeError) as error:
        check_none(list(_ragged(table, separator, len(header))), DisplacementError)
        reason = str(error).splitlines()[0]
        raise FileError("file.damaged", path=path, expected="CSV", reason=reason) from error
    frame = frame.with_columns(pl.col(list(columns)).replace("", None))
    if frame.height and _is_hxl(frame.row(0)[:-1]):
        frame = frame.slice(1)
    numbered = frame.with_row_index("row", offset=1)
    filled = numbered.filter("any").drop("any")
    others = tuple(column for column in header if column and column not in columns.values())
    return RawTable(name, path.name, filled, dict(columns), others, frame.height, frame.height - filled.height)


def _is_hxl(cells: tuple[object, ...]) -> bool:
    """Tell a row of tags of the Humanitarian Exchange Language, such as ``#date+start``, from data."""
    filled = [str(cell) for cell in cells if cell is not None]
    return bool(filled) and all(re.match(r"#[a-z]", cell) for cell in filled)


def _ragged(table: TableFile, separator: str, width: int) -> Iterator[Problem]:
    """Name the first row that has more cells than the header."""
    with table.path.open(encoding="utf-8-sig", newline="", errors="replace") as lines:
        for row, cells in enumerate(csv.reader(lines, delimiter=separator)):
            if len(cells) > width:
                facts = {"path": table.path.name, "row": row, "found": len(cells), "expected": width}
                yield Problem.of("displacement.build.ragged", **facts)
                return
