"""UNHCR Refugee Data Finder: refugees, asylum-seekers, applications and decisions by origin and country of asylum.

Each table is asked for by decades, page by page. The service knows no time of last change: what it says is compared
with what it said before. It ignores parameters that it does not know, so that every filter is looked for in the rows.
"""

import re
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
from havre.sources.own_file import (
    check_columns,
    check_unique,
    observation_columns,
    read_bytes,
    read_table,
    wrong_layout,
)
from havre.sources.providers.records import (
    column_names,
    envelope,
    parse_json,
    rows_of,
    text_table,
    whole_counts,
    years,
)
from havre.sources.snapshot import Snapshot

SOURCE = "unhcr_population"
BASE = "https://api.unhcr.org/population/v1"
LIMIT = 15_000
"""Rows of a page; the service honours that many."""
MOST_PAGES = 200
SUPPRESSED = "*"
"""What older exports write for counts from 1 to 4."""
PLACES = ("year", "coo", "coo_iso", "coa", "coa_iso")
APPLICATION_TYPES = ("N", "V", "NR", "NA", "FA")
"""New; various (to 2005); and categories that hold new ones together with repeated ones or appeals, unsplit."""
OTHER_TYPES = ("R", "A", "J", "RA", "SP", "BL")
"""Repeated, appeal, court, reopened, subsidiary protection, backlog: further steps of people counted before."""
FIRST_LEVELS = ("FI", "FA", "NA", "IN", "EO", "TA", "BL")
"""First instance; unsplit with appeals or not told; the two offices of the United States; temporary asylum; backlog."""
LATER_LEVELS = ("AR", "JR", "RA", "SP", "CA", "TP", "TR")
"""Reviews by an authority or a court, reopened cases, protection by another procedure: not the first instance."""


@dataclass(frozen=True)
class Table:
    """A table of the service.

    Parameters
    ----------
    first : its first year
    kinds : columns that tell the kind of a row, each with the codes that are known
    values : columns of counts
    measures : counts of a row by measure
    """

    path: str
    first: int
    kinds: Mapping[str, tuple[str, ...]]
    values: tuple[str, ...]
    measures: Mapping[str, tuple[str, ...]]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are read."""
        return (*PLACES, *self.kinds, *self.values)


_PROCEDURE = {"procedure_type": ("G", "U", "J")}
_LEVEL = {"dec_level": (*FIRST_LEVELS, *LATER_LEVELS)}
TABLES: tuple[Table, ...] = (
    Table(
        "population", 1951, {}, ("refugees", "asylum_seekers"),
        {"refugee_stock": ("refugees",), "asylum_seeker_stock": ("asylum_seekers",)},
    ),
    Table(
        "asylum-applications", 2000,
        {**_PROCEDURE, "app_type": (*APPLICATION_TYPES, *OTHER_TYPES), **_LEVEL, "app_pc": ("P", "C")}, ("applied",),
        {"asylum_applications": ("applied",)},
    ),
    Table(
        "asylum-decisions", 2000, {**_PROCEDURE, **_LEVEL, "dec_pc": ("P", "C")},
        ("dec_recognized", "dec_other", "dec_rejected"),
        {
            # Cases closed without a decision on their merits are none.
            "asylum_decisions": ("dec_recognized", "dec_other", "dec_rejected"),
            "asylum_decisions_positive": ("dec_recognized", "dec_other"),
        },
    ),
)  # fmt: skip
_BY_PATH = {table.path: table for table in TABLES}


def plan_tables(wanted: Wanted, tables: Sequence[Table] = TABLES) -> Iterator[Plan]:
    """Plan the pieces: one per table and decade, the last one longer so that it always holds a published year."""
    for table in tables:
        for first, last in decades(table.first, wanted.today.year):
            if wanted.since is None or last >= wanted.since.year:
                yield Plan(f"{table.path}/{first}", _getter(table, first, last))


def decades(first: int, today: int) -> list[tuple[int, int]]:
    """Give the first and last years of the decades from a year on.

    Examples
    --------
    >>> decades(1995, 2012), decades(2000, 2011)
    ([(1995, 1999), (2000, 2009), (2010, 2012)], [(2000, 2011)])
    """
    starts = [first, *(year for year in range(first - first % 10 + 10, today - 1, 10))]
    return [(start, end - 1) for start, end in zip(starts, [*starts[1:], today + 1], strict=True)]


def _getter(table: Table, first: int, last: int) -> Callable[[Fetcher], tuple[Snapshot, ...]]:
    return lambda fetcher: get_pages(fetcher, table, first, last)


def get_pages(fetcher: Fetcher, table: Table, first: int, last: int) -> tuple[Snapshot, ...]:
    """Fetch all pages of some years.

    Raises
    ------
    SourceError : an answer is no page, or there are more pages than there can be
    """
    files = [fetcher.fetch(_request(table, first, last, 1))]
    name = files[0].sidecar.name
    most = _number(envelope(parse_json(files[0].read(), name), ("maxPages",), name, SOURCE), "maxPages", name)
    if most > MOST_PAGES:
        raise wrong_layout(name, SOURCE, f"maxPages {most}", f"maxPages ≤ {MOST_PAGES}")
    files += [fetcher.fetch(_request(table, first, last, page)) for page in range(2, most + 1)]
    return tuple(files)


def _request(table: Table, first: int, last: int, page: int) -> Request:
    # Both bounds are needed: a lone one is ignored. The codes are UNHCR's own unless ISO is asked for.
    params = {"limit": LIMIT, "page": page, "yearFrom": first, "yearTo": last, "coo_all": "true", "coa_all": "true",
              "cf_type": "ISO"}  # fmt: skip
    pairs = tuple((name, str(value)) for name, value in params.items())
    name = f"{table.path}/{first}-{last}/{page}"
    return Request(f"{BASE}/{table.path}/", name, "json", pairs, largest=64 * MEBIBYTE)


def parse_pages(pages: Sequence[tuple[str, bytes]], as_of: date) -> Parsed:
    """Read all pages of some years, each with the name of its request (``table/first-last/page``).

    Raises
    ------
    SourceError : a page is missing, twice or of another pull; a filter was ignored; a code is not known
    PlaceError : places are unknown
    """
    match = re.fullmatch(r"([a-z-]+)/(\d{4})-(\d{4})/1", pages[0][0])
    if match is None or match[1] not in _BY_PATH:
        raise wrong_layout(pages[0][0], SOURCE, pages[0][0], ", ".join(_BY_PATH))
    table = _BY_PATH[match[1]]
    rows: list[dict[str, Any]] = []
    sizes: list[int] = []
    answers = [(name, _envelope(content, name)) for name, content in pages]
    for number, (name, answer) in enumerate(answers, start=1):
        page, most = _number(answer, "page", name), _number(answer, "maxPages", name)
        if (page, most) != (number, len(pages)):
            raise wrong_layout(name, SOURCE, f"page {page} of {most}", f"page {number} of {len(pages)}")
        items = rows_of(answer["items"], table.columns, name, SOURCE)
        sizes.append(len(items))
        rows += items
    name = pages[0][0]
    if not rows or len(set(sizes[:-1])) > 1 or sizes[-1] > sizes[0]:
        raise wrong_layout(name, SOURCE, f"items: {', '.join(map(str, sizes))}", "items")
    _check_sums([answer for _, answer in answers], rows, table, name)
    cells = text_table(rows, table.columns)
    _check_filters(cells, (int(match[2]), int(match[3])), name)
    return Parsed(_observations(cells, table, name, as_of), _shape(cells, table, column_names(rows)), whole=True)


def _envelope(content: bytes, name: str) -> Mapping[str, Any]:
    return envelope(parse_json(content, name), ("page", "maxPages", "items"), name, SOURCE)


def _number(answer: Mapping[str, Any], field: str, name: str) -> int:
    try:
        return int(answer[field])
    except (TypeError, ValueError) as error:
        raise wrong_layout(name, SOURCE, f"{field}: {answer[field]}", field) from error


def _check_sums(
    answers: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]], table: Table, name: str
) -> None:
    """Compare the sums that the service tells beside some tables with the rows, of a page or of all of them."""
    for column in table.values:
        told = [answer["total"].get(column) for answer in answers if isinstance(answer.get("total"), dict)]
        texts = text_table([{column: each} for each in told if each is not None], [column])[column]
        if not len(texts):
            continue
        sums = whole_counts(texts, name, SOURCE).fill_null(0.0)
        cells = text_table(rows, [column])[column].replace({SUPPRESSED: None})
        found = whole_counts(cells, name, SOURCE).sum()
        if found not in (sums[0], sums.sum()):
            raise wrong_layout(name, SOURCE, f"{column} {found:.0f}", f"total.{column} {sums[0]:.0f}")


def _check_filters(cells: pl.DataFrame, window: tuple[int, int], name: str) -> None:
    """Refuse rows that were not asked for: parameters that the service does not know are ignored, not refused."""
    outside = ~years(cells["year"], name, SOURCE).dt.year().is_between(*window)
    if outside.any():
        found = cells["year"].filter(outside)[0]
        raise wrong_layout(name, SOURCE, f"year {found}", f"year {window[0]}–{window[1]}")
    for column in ("coo_iso", "coa_iso"):
        if (cells[column] == "-").any():
            raise wrong_layout(name, SOURCE, f"{column} -", f"{column} ISO 3166-1")


def _observations(cells: pl.DataFrame, table: Table, name: str, as_of: date) -> pl.DataFrame:
    check_unique(cells.select(*PLACES, *table.kinds), [*PLACES, *table.kinds], name, SOURCE)
    for column, known in table.kinds.items():
        strange = sorted({str(each) for each in cells[column].unique()} - set(known))
        if strange:
            # A new category may hold part of what an old one held: somebody has to look.
            raise wrong_layout(name, SOURCE, f"{column}: {', '.join(strange)}", ", ".join(known))
    counted = cells.filter(_is_counted(table))
    if counted.height == 0:
        expected = ", ".join(f"{column} {codes[0]}" for column, codes in table.kinds.items()) or ", ".join(table.values)
        raise wrong_layout(name, SOURCE, "–", expected)
    rows = counted.select(
        period=years(counted["year"], name, SOURCE),
        origin=map_labels(counted["coo_iso"], "iso3", name),
        destination=map_labels(counted["coa_iso"], "iso3", name),
        **{column: _counts(counted[column], name) for column in table.values},
        **{f"hidden_{column}": counted[column].eq_missing(pl.lit(SUPPRESSED)) for column in table.values},
    )
    key = ["origin", "destination", "period"]
    parts = []
    for measure, columns in table.measures.items():
        one = rows.filter(
            ~pl.all_horizontal([pl.col(column).is_null() & ~pl.col(f"hidden_{column}") for column in columns])
        )
        summed = one.group_by(key, maintain_order=True).agg(
            value=pl.sum_horizontal(columns).sum(),
            hidden=pl.any_horizontal([f"hidden_{each}" for each in columns]).any(),
        )
        if not table.kinds:
            # A row without these people is there for another group.
            summed = summed.filter((pl.col("value") > 0) | pl.col("hidden"))
        parts.append(
            summed.with_columns(
                measure=pl.lit(measure),
                value=pl.when(~pl.col("hidden")).then("value"),
                status=pl.when("hidden").then(pl.lit("suppressed")).otherwise(pl.lit("final")),
            )
        )
    return observation_columns(pl.concat(parts), {"frequency": "A", "source": SOURCE}, as_of)


def _counts(column: pl.Series, name: str) -> pl.Series:
    return whole_counts(column.replace({SUPPRESSED: None}), name, SOURCE)


def _is_counted(table: Table) -> pl.Expr:
    """Tell the rows of the first instance, in persons: a case is not a person, and the two are never added."""
    tests = {"app_type": APPLICATION_TYPES, "dec_level": FIRST_LEVELS, "app_pc": ("P",), "dec_pc": ("P",)}
    chosen = [pl.col(column).is_in(tests[column]) for column in table.kinds if column in tests]
    return pl.all_horizontal(chosen) if chosen else pl.lit(value=True)


def _shape(cells: pl.DataFrame, table: Table, columns: Sequence[str]) -> dict[str, tuple[str, ...]]:
    codes = {f"code:{column}": tuple(sorted(cells[column].unique().to_list())) for column in table.kinds}
    return {"columns": tuple(columns), **codes}


def read_own(path: Path, as_of: date) -> Parsed:
    """Read the user's own copy: a saved answer of the service, or a table (CSV, Parquet) with its columns.

    Raises
    ------
    FileError, SourceError, PlaceError : it cannot be read, or is none of the tables
    """
    if path.suffix.lower() == ".json":
        answer = _envelope(read_bytes(path), str(path))
        rows = rows_of(answer["items"], PLACES, str(path), SOURCE)
        cells, columns = text_table(rows, column_names(rows)), column_names(rows)
    else:
        found = read_table(path)
        cells, columns = text_table(found.iter_rows(named=True), found.columns), tuple(found.columns)
    fitting = [each for each in TABLES if set(each.columns) <= set(columns)]
    if not fitting:
        check_columns(cells, TABLES[0].columns, str(path), SOURCE)
    table = fitting[0]
    return Parsed(_observations(cells.select(table.columns), table, str(path), as_of), _shape(cells, table, columns))


@dataclass(frozen=True)
class UnhcrPopulation:
    """The connector."""

    source: str = SOURCE
    version: int = 1
    tables: tuple[Table, ...] = TABLES

    def plans(self, fetcher: Fetcher, wanted: Wanted) -> Iterable[Plan]:
        """See :class:`havre.sources.connector.Connector`."""
        return plan_tables(wanted, self.tables)

    def parse(self, piece: Piece, as_of: date) -> Parsed:
        """See :class:`havre.sources.connector.Connector`."""
        if not piece.files:
            raise SourceError("source.nothing_kept", source=SOURCE)
        return parse_pages([(file.sidecar.name, file.read()) for file in piece.files], as_of)

    def read(self, paths: Sequence[Path], as_of: date) -> Parsed:
        """See :class:`havre.sources.connector.Connector`."""
        parts = [read_own(path, as_of) for path in paths]
        return Parsed(pl.concat([each.observations for each in parts]), parts[-1].shape)


CONNECTOR = UnhcrPopulation()
