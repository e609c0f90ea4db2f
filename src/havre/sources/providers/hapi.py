"""HDX HAPI: internally displaced people by country and month; refugees and asylum-seekers by origin and asylum.

Conflict events, which the service passes on from ACLED, are left out: ACLED's terms bar redistribution and machine
learning. The service ignores parameters that it does not know and tells no total: what was asked for is looked for in
the rows, and pages are asked for until one is empty.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from havre.errors import SourceError
from havre.places import map_labels
from havre.sources.connector import Parsed, Piece, Plan, Wanted
from havre.sources.fetch.fetcher import Fetcher
from havre.sources.fetch.request import MEBIBYTE, Request
from havre.sources.own_file import check_unique, observation_columns, read_bytes, read_table, to_months, wrong_layout
from havre.sources.providers.records import column_names, envelope, parse_json, rows_of, text_table, whole_counts
from havre.sources.providers.refusals import key_judge
from havre.sources.snapshot import Snapshot

SOURCE = "hapi"
BASE = "https://hapi.humdata.org/api/v2/affected-people"
VARIABLE = "HAVRE_HAPI_APP_IDENTIFIER"
HEADER = "X-HDX-HAPI-APP-IDENTIFIER"
LIMIT = 10_000
MOST_PAGES = 300
ALL = "all"
PERIOD = ("reference_period_start", "reference_period_end", "population")
IDPS = (
    "location_code", "admin_level", "provider_admin1_name", "provider_admin2_name", "admin1_code", "admin2_code",
    "reporting_round", "assessment_type", "operation", *PERIOD,
)  # fmt: skip
REFUGEES = ("origin_location_code", "asylum_location_code", "population_group", "gender", "age_range", *PERIOD)


@dataclass(frozen=True)
class Table:
    """A table of the service: its path, columns, measure, and the groups of people that are added up."""

    name: str
    path: str
    columns: tuple[str, ...]
    measure: str
    groups: tuple[str, ...] = ()

    def queries(self) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
        """Give the name and parameters of each query."""
        if not self.groups:
            return ((self.name, ()),)
        fixed = (("gender", ALL), ("age_range", ALL))
        return tuple((f"{self.name}/{group}", (("population_group", group), *fixed)) for group in self.groups)


TABLES: tuple[Table, ...] = (
    Table("idps", "idps", IDPS, "idp_stock"),
    # People in refugee-like situations stand apart here; UNHCR adds them to refugees.
    Table("refugees", "refugees-persons-of-concern", REFUGEES, "refugee_stock", ("REF", "ROC")),
    Table("asylum_seekers", "refugees-persons-of-concern", REFUGEES, "asylum_seeker_stock", ("ASY",)),
)
_BY_NAME = {table.name: table for table in TABLES}
Answer = tuple[str, bytes]
"""Name of a request and its body."""


def plan_tables(wanted: Wanted, tables: Sequence[Table] = TABLES) -> Iterator[Plan]:
    """Plan the pieces: one per table.

    Raises
    ------
    SourceError : there is no application identifier
    """
    identifier = wanted.key(SOURCE, VARIABLE)
    for table in tables:
        yield Plan(table.name, _getter(table, identifier))


def _getter(table: Table, identifier: str) -> Callable[[Fetcher], tuple[Snapshot, ...]]:
    return lambda fetcher: tuple(
        file for query in table.queries() for file in get_pages(fetcher, table, query, identifier)
    )


def get_pages(
    fetcher: Fetcher, table: Table, query: tuple[str, tuple[tuple[str, str], ...]], identifier: str
) -> tuple[Snapshot, ...]:
    """Fetch pages until one is empty: a short one may also be what the service gives at most.

    Raises
    ------
    SourceError : an answer is no page, or pages do not end
    """
    name, params = query
    files: list[Snapshot] = []
    offset = 0
    while len(files) < MOST_PAGES:
        paging = (("output_format", "json"), ("limit", str(LIMIT)), ("offset", str(offset)))
        request = Request(
            f"{BASE}/{table.path}", f"{name}/{offset}", "json", (*params, *paging),
            secret_headers={HEADER: identifier}, judge=key_judge(SOURCE, VARIABLE), largest=64 * MEBIBYTE,
        )  # fmt: skip
        file = fetcher.fetch(request)
        rows = _rows((request.name, file.read()), table)
        if rows and files and file.sidecar.sha256 == files[-1].sidecar.sha256:
            raise wrong_layout(request.name, SOURCE, f"data of offset {offset - len(rows)}", f"offset {offset}")
        files.append(file)
        if not rows:
            return tuple(files)
        offset += len(rows)
    raise wrong_layout(name, SOURCE, f"> {MOST_PAGES}", f"≤ {MOST_PAGES}")


def _rows(answer: Answer, table: Table) -> list[dict[str, Any]]:
    name, content = answer
    return rows_of(envelope(parse_json(content, name), ("data",), name, SOURCE)["data"], table.columns, name, SOURCE)


def parse_pages(table: Table, answers: Sequence[Answer], as_of: date) -> Parsed:
    """Read all pages of a table, each with the name of its request (``query/offset``).

    Raises
    ------
    SourceError : pages are missing, a filter was ignored, rows stand twice, or it is not laid out as expected
    PlaceError : places are unknown
    """
    rows: list[dict[str, Any]] = []
    for query, params in table.queries():
        pages = [answer for answer in answers if answer[0].rpartition("/")[0] == query]
        found = _chained(table, query, pages)
        for column, value in params:
            other = next((row for row in found if row[column] != value), None)
            if other is not None:
                raise wrong_layout(query, SOURCE, f"{column} {other[column]}", f"{column} {value}")
        rows += found
    return _parsed(table, text_table(rows, table.columns), column_names(rows), table.name, as_of)


def _chained(table: Table, query: str, pages: Sequence[Answer]) -> list[dict[str, Any]]:
    """Put pages together, each of which begins where the one before ends; the last one is empty."""
    rows: list[dict[str, Any]] = []
    last = -1
    for name, content in pages:
        if name != f"{query}/{len(rows)}":
            raise wrong_layout(name, SOURCE, name, f"{query}/{len(rows)}")
        found = _rows((name, content), table)
        last = len(found)
        rows += found
    if last != 0:
        raise wrong_layout(query, SOURCE, f"{len(rows)} data …", "data: []")
    return rows


def _parsed(table: Table, cells: pl.DataFrame, columns: Sequence[str], name: str, as_of: date) -> Parsed:
    if cells.height == 0:
        raise wrong_layout(name, SOURCE, "data: []", ", ".join(table.columns))
    rows = _annual(table, cells, name) if table.groups else _monthly(cells, name)
    facts = {"measure": table.measure, "source": SOURCE}
    kinds = ("population_group",) if table.groups else ("admin_level", "assessment_type")
    shape = {f"code:{kind}": tuple(sorted(cells[kind].fill_null("").unique())) for kind in kinds}
    return Parsed(observation_columns(rows, facts, as_of), {"columns": tuple(columns), **shape}, whole=True)


def _annual(table: Table, cells: pl.DataFrame, name: str) -> pl.DataFrame:
    """Add the groups up, by origin, country of asylum and year; what does not end with a year is left out."""
    end = to_months(cells["reference_period_end"], name, SOURCE)
    yearly = cells.with_columns(end=end).filter(pl.col("end").dt.month() == 12)
    if yearly.height == 0:
        raise wrong_layout(name, SOURCE, f"reference_period_end {cells['reference_period_end'][0]}", "YYYY-12-31")
    check_unique(yearly, [*REFUGEES[:5], "end"], name, SOURCE)
    rows = yearly.select(
        origin=map_labels(yearly["origin_location_code"], "iso3", name),
        destination=map_labels(yearly["asylum_location_code"], "iso3", name),
        period=pl.col("end").dt.truncate("1y"),
        value=whole_counts(yearly["population"], name, SOURCE),
    ).drop_nulls("value")
    key = ["origin", "destination", "period"]
    return rows.group_by(key, maintain_order=True).agg(pl.col("value").sum()).with_columns(frequency=pl.lit("A"))


def _monthly(cells: pl.DataFrame, name: str) -> pl.DataFrame:
    """Give one figure per country and month.

    Levels of places are never mixed: the figure of the whole country, else the sum of its first level, else of its
    second. Of several rounds of an operation in one month the last one counts. Operations may count the same people:
    they are not added, the largest stands (``estimated``).
    """
    place = ["admin1_code", "admin2_code", "provider_admin1_name", "provider_admin2_name"]
    survey = ["location_code", "operation", "assessment_type", "reporting_round", *PERIOD[:2]]
    check_unique(cells.fill_null(""), [*survey, "admin_level", *place], name, SOURCE)
    levels = sorted(set(cells["admin_level"].fill_null("–")) - {"0", "1", "2"})
    if levels:
        raise wrong_layout(name, SOURCE, f"admin_level {levels[0]}", "admin_level 0, 1, 2")
    counted = cells.with_columns(
        pl.col(survey).fill_null(""),
        value=whole_counts(cells["population"], name, SOURCE),
        period=to_months(cells["reference_period_end"], name, SOURCE),
        destination=map_labels(cells["location_code"], "iso3", name),
        round=pl.col("reporting_round").cast(pl.Int64, strict=False).fill_null(0),
    ).drop_nulls("value")
    step = ["destination", "period", "operation", "assessment_type"]
    by_level = counted.group_by(*step, "reference_period_end", "round", "admin_level").agg(pl.col("value").sum())
    chosen = by_level.sort(*step, "admin_level").unique(
        [*step, "reference_period_end", "round"], keep="first", maintain_order=True
    )
    last = chosen.sort("reference_period_end", "round").unique(step, keep="last", maintain_order=True)
    months = last.group_by("destination", "period").agg(pl.col("value").max(), surveys=pl.len())
    status = pl.when(pl.col("surveys") > 1).then(pl.lit("estimated")).otherwise(pl.lit("final"))
    return months.with_columns(status=status, origin=pl.lit("TOT"), frequency=pl.lit("M")).sort("destination", "period")


def read_own(path: Path, as_of: date) -> Parsed:
    """Read the user's own copy: a saved answer, or a table (CSV, Parquet) as HDX offers it.

    Raises
    ------
    FileError, SourceError, PlaceError : it cannot be read, or is none of the tables
    """
    if path.suffix.lower() == ".json":
        found = envelope(parse_json(read_bytes(path), str(path)), ("data",), str(path), SOURCE)["data"]
        rows: Sequence[Mapping[str, Any]] = rows_of(found, PERIOD, str(path), SOURCE)
    else:
        # HDX's files have a second row of tags.
        rows = [
            row for row in read_table(path).iter_rows(named=True) if not str(next(iter(row.values()))).startswith("#")
        ]
    columns = column_names(rows)
    cells = text_table(rows, columns)
    if set(IDPS) <= set(columns):
        return _parsed(_BY_NAME["idps"], cells.select(IDPS), columns, str(path), as_of)
    if not set(REFUGEES) <= set(columns):
        raise wrong_layout(path, SOURCE, ", ".join(columns), ", ".join(IDPS))
    whole = cells.filter((pl.col("gender") == ALL) & (pl.col("age_range") == ALL))
    parts = []
    for table in TABLES:
        group = whole.filter(pl.col("population_group").is_in(table.groups))
        if group.height:
            parts.append(_parsed(table, group.select(REFUGEES), columns, str(path), as_of))
    if not parts:
        raise wrong_layout(path, SOURCE, "–", "population_group REF, ROC, ASY; gender all; age_range all")
    return Parsed(pl.concat([each.observations for each in parts]), parts[0].shape)


@dataclass(frozen=True)
class Hapi:
    """The connector."""

    source: str = SOURCE
    version: int = 1
    tables: tuple[Table, ...] = TABLES

    def plans(self, fetcher: Fetcher, wanted: Wanted) -> Iterable[Plan]:
        """See :class:`havre.sources.connector.Connector`."""
        return plan_tables(wanted, self.tables)

    def parse(self, piece: Piece, as_of: date) -> Parsed:
        """See :class:`havre.sources.connector.Connector`."""
        if piece.name not in _BY_NAME:
            raise SourceError("source.nothing_kept", source=SOURCE)
        answers = [(file.sidecar.name, file.read()) for file in piece.files]
        return parse_pages(_BY_NAME[piece.name], answers, as_of)

    def read(self, paths: Sequence[Path], as_of: date) -> Parsed:
        """See :class:`havre.sources.connector.Connector`."""
        parts = [read_own(path, as_of) for path in paths]
        return Parsed(pl.concat([each.observations for each in parts]), parts[-1].shape)


CONNECTOR = Hapi()
