"""What ODIHR's pages and exports say of hate crime, by country and year. No incident leaves this file.

A cell is a figure, a sign for "not available", or a zero, which often means that nothing was reported: such a zero
stays provisional for ever.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import polars as pl
from selectolax.lexbor import LexborHTMLParser, LexborNode

from havre.errors import PlaceError, SourceError
from havre.places import code_from_label, map_labels
from havre.sources.catalogue import source
from havre.sources.connector import Parsed
from havre.sources.own_file import check_unique, observation_columns, read_bytes, read_sheets, read_table, wrong_layout
from havre.sources.providers.tables import columns_by_role, is_empty, parse_csv

SOURCE = "odihr"
RECORDED, REPORTED = "hate_incidents", "hate_incidents_reported"
PROSECUTED, SENTENCED = "hate_crimes_prosecuted", "hate_crimes_sentenced"
_POLICE = (
    "police records", "official records", "hate crimes recorded by police", "hate crimes recorded by the police",
    "recorded by police",
)  # fmt: skip
_OTHERS = (
    "other sources", "incidents reported by other sources",
    "civil society, international organisations and the holy see", "incidents reported by civil society",
)  # fmt: skip
_STATE = ("participating state", "country", "state")
_YEAR_ROLES = {"state": _STATE, RECORDED: _POLICE, REPORTED: _OTHERS}
_LONG_ROLES = {
    "state": _STATE, "kind": ("data source", "data_source", "source"),
    "count": ("number of incidents", "number_of_incidents", "incidents"), "year": ("year",),
}  # fmt: skip
_COUNTRY_ROLES = {"year": ("year",), RECORDED: _POLICE, PROSECUTED: ("prosecuted",), SENTENCED: ("sentenced",)}
_INCIDENT_ROLES = {
    "state": _STATE, "year": ("year", "date", "date of incident", "incident date"),
    "id": ("incident id", "incident number", "id", "case id"),
}  # fmt: skip
EXPORT = "Report Export"
_NOTHING = ("", "-", "–", "—", "n/a", "na", "not available", "not reported", "no data", "none reported")
_FIGURE = re.compile(r"\d+|\d{1,3}([,\u00a0\u2009\u202f ]\d{3})+")
_FOOTNOTE = re.compile(r"\s*(\*+|\[\d+\]|†)$")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")


def parse_page(page: bytes, name: str) -> LexborHTMLParser:
    """Read a page.

    Raises
    ------
    SourceError : it ends too early, so that a table in it may be half
    """
    if not page.rstrip().lower().endswith(b"</html>"):
        raise SourceError("source.fetch.damaged", name=name, kind="html", reason="</html>")
    tree = LexborHTMLParser(page.decode("utf-8", "replace"))
    for mark in tree.css("table sup"):
        # Numbers of footnotes would become digits of the figures.
        mark.decompose()
    return tree


def year_pages_year(tree: LexborHTMLParser) -> set[str]:
    """Give the years that a page says it is about: in its title, headings, captions and the choice that is made."""
    found: set[str] = set()
    for node in tree.css("title, h1, h2, caption, option[selected]"):
        found |= set(_YEAR.findall(node.text()))
    return found


def parse_year(page: bytes, year: int | None, name: str, as_of: date) -> Parsed:
    """Read the page of a year: incidents recorded by the police, and those reported by others, by country.

    Parameters
    ----------
    year : that was asked for; a page of another year is refused. ``None`` takes the one year that the page names

    Raises
    ------
    SourceError : there is no such table, the page is about another year, or a cell cannot be read
    PlaceError : a country is unknown
    """
    tree = parse_page(page, name)
    told = year_pages_year(tree)
    if (str(year) not in told) if year else len(told) != 1:
        raise wrong_layout(name, SOURCE, ", ".join(sorted(told)), str(year or "YYYY"))
    table = _table(tree, [("state", RECORDED), ("state", "kind", "count")], {**_YEAR_ROLES, **_LONG_ROLES}, name)
    rows = _of_states(table, name).with_columns(year=pl.lit(str(year or told.pop())))
    return _parsed(rows, [RECORDED, REPORTED], tuple(table.columns), name, as_of)


def parse_country(page: bytes, code: str, name: str, as_of: date) -> Parsed:
    """Read the page of a country: cases prosecuted and sentenced, by year. Nothing where it has no such table.

    Parameters
    ----------
    code : of the country whose page this is; another one's page is refused

    Raises
    ------
    SourceError : it is the page of another country, or a cell cannot be read
    """
    tree = parse_page(page, name)
    headings = [" ".join(node.text().split()) for node in tree.css("h1")]
    if code not in {_code_or_none(each) for each in headings}:
        raise wrong_layout(name, SOURCE, " | ".join(headings), code)
    found = _tables(tree)
    fitting = [table for table in found if {"year", "prosecuted"} <= {each.casefold() for each in table.columns}]
    if not fitting:
        nothing = pl.DataFrame(schema={"measure": pl.String, "origin": pl.String, "destination": pl.String,
                                       "period": pl.Date, "value": pl.Float64})  # fmt: skip
        return Parsed(observation_columns(nothing, {"frequency": "A", "source": SOURCE}, as_of))
    table = fitting[0]
    roles = columns_by_role(table, _COUNTRY_ROLES, ("year", PROSECUTED, SENTENCED), name, SOURCE)
    rows = table.select([pl.col(column).alias(role) for role, column in roles.items()]).with_columns(state=pl.lit(code))
    return _parsed(rows, [PROSECUTED, SENTENCED], tuple(table.columns), name, as_of, provider="iso3")


def place_of(slug: str) -> str | None:
    """Give the country that the address of a page names; ``None`` for other pages.

    Examples
    --------
    >>> place_of("bosnia-and-herzegovina"), place_of("what-hate-crime")
    ('BIH', None)
    """
    return _code_or_none(slug.replace("-", " "))


def _code_or_none(label: str) -> str | None:
    try:
        return code_from_label(label, SOURCE)
    except PlaceError:
        return None


def _tables(tree: LexborHTMLParser) -> list[pl.DataFrame]:
    """Give the tables of a page, each cell as text; rows of another length than the header are cut or filled."""
    found: list[pl.DataFrame] = []
    for node in tree.css("table"):
        rows = [[_text(cell) for cell in row.css("th, td")] for row in node.css("tr")]
        header = rows[0] if rows else []
        if len(set(header)) == len(header) > 1:
            body = [(row + [""] * len(header))[: len(header)] for row in rows[1:] if any(row)]
            found.append(pl.DataFrame(body, schema=dict.fromkeys(header, pl.String), orient="row"))
    return found


def _text(node: LexborNode) -> str:
    return " ".join(node.text(separator=" ").split())


def _table(
    tree: LexborHTMLParser, needed: Sequence[Sequence[str]], roles: Mapping[str, Sequence[str]], name: str
) -> pl.DataFrame:
    """Find the table that has the columns of one of several layouts, under the names of their roles."""
    tables = _tables(tree)
    for table in tables:
        plain = {column.casefold(): column for column in table.columns}
        named = {role: plain[label] for role in roles for label in roles[role] if label in plain}
        if any(set(each) <= set(named) for each in needed):
            return table.select([pl.col(column).alias(role) for role, column in named.items()])
    found = " | ".join(", ".join(table.columns) for table in tables)
    raise wrong_layout(name, SOURCE, found[:300], f"{_STATE[0]}, {_POLICE[0]}, {_OTHERS[0]}")


def _of_states(table: pl.DataFrame, name: str) -> pl.DataFrame:
    """Bring a table with a row per country and kind of source to one with a column per kind."""
    if "kind" not in table.columns:
        return table
    kinds = {**dict.fromkeys(_POLICE, RECORDED), **dict.fromkeys(_OTHERS, REPORTED)}
    kind = table["kind"].str.strip_chars().str.to_lowercase()
    strange = table["kind"].filter(~kind.is_in(list(kinds)).fill_null(value=False)).unique()
    if strange.len():
        raise wrong_layout(name, SOURCE, ", ".join(map(str, strange.sort())), f"{_POLICE[0]}, {_OTHERS[0]}")
    named = table.with_columns(kind=kind.replace_strict(kinds))
    keys = [each for each in ("state", "year") if each in named.columns]
    check_unique(named, [*keys, "kind"], name, SOURCE)
    return named.pivot("kind", index=keys, values="count")


def _parsed(
    rows: pl.DataFrame, measures: Sequence[str], columns: Sequence[str], name: str, as_of: date, provider: str = SOURCE
) -> Parsed:
    there = [each for each in measures if each in rows.columns]
    check_unique(rows, ("state", "year"), name, SOURCE)
    told = rows.select(
        destination=map_labels(rows["state"], provider, name),
        period=_years(rows["year"], name),
        **{measure: _figures(rows[measure], name) for measure in there},
    )
    long = told.unpivot(on=there, index=["destination", "period"], variable_name="measure", value_name="value")
    valued = long.drop_nulls("value").with_columns(
        status=pl.when(pl.col("value") == 0).then(pl.lit("provisional")).otherwise(pl.lit("final"))
    )
    facts = {"origin": "TOT", "frequency": "A", "source": SOURCE}
    shape = {"columns": tuple(columns), "code:country": tuple(sorted(set(told["destination"])))}
    return Parsed(observation_columns(valued, facts, as_of), shape, whole=True)


def _figures(column: pl.Series, name: str) -> pl.Series:
    """Read figures; a sign for "not available" becomes an empty cell. ``1.234`` is refused: nobody knows what it is."""
    figures: list[float | None] = []
    for row, cell in enumerate(column):
        text = _FOOTNOTE.sub("", str(cell if cell is not None else "").strip())
        if text.casefold() in _NOTHING:
            figures.append(None)
        elif _FIGURE.fullmatch(text):
            figures.append(float(re.sub(r"\D", "", text)))
        else:
            raise _bad_cell(row, column.name, cell, name)
    return pl.Series(column.name, figures, dtype=pl.Float64)


def _years(column: pl.Series, name: str) -> pl.Series:
    years: list[date] = []
    for row, cell in enumerate(column):
        found = _YEAR.findall(str(cell))
        if len(found) != 1:
            raise _bad_cell(row, column.name, cell, name)
        years.append(date(int(found[0]), 1, 1))
    return pl.Series("period", years, dtype=pl.Date)


def _bad_cell(row: int, column: str, cell: object, name: str) -> SourceError:
    fields = {"row": row + 1, "column": column, "value": cell}
    return SourceError("source.bad_cell", path=name, provider=source(SOURCE).provider, **fields)


def read_own(path: Path, as_of: date) -> Parsed:
    """Read a saved page of a year (HTML), an export of incidents (XLSX, CSV) or a table of countries (CSV, Parquet).

    Raises
    ------
    FileError, SourceError, PlaceError : it cannot be read, or is none of these
    """
    name, kind = path.name, path.suffix.lower()
    if kind in (".html", ".htm"):
        return parse_year(read_bytes(path), None, name, as_of)
    if kind == ".xlsx":
        sheets = read_sheets(path)
        if EXPORT not in sheets or not sheets[EXPORT].height:
            raise wrong_layout(name, SOURCE, ", ".join(sheets), EXPORT)
        return parse_incidents(_with_header(sheets[EXPORT]), name, as_of)
    table = read_table(path).cast(pl.String) if kind == ".parquet" else parse_csv(read_bytes(path), name)
    plain = {column.casefold() for column in table.columns}
    if not plain & set(_LONG_ROLES["count"]):
        return parse_incidents(table, name, as_of)
    roles = columns_by_role(table, _LONG_ROLES, ("state", "kind", "count", "year"), name, SOURCE)
    named = table.select([pl.col(column).alias(role) for role, column in roles.items()])
    # Numbers of other programs end in .0 where a column has gaps.
    whole = named.with_columns(pl.col("count").str.strip_suffix(".0"))
    return _parsed(_of_states(whole, name), [RECORDED, REPORTED], tuple(table.columns), name, as_of)


def parse_incidents(table: pl.DataFrame, name: str, as_of: date) -> Parsed:
    """Count an export of incidents that civil society and international organisations reported.

    Rows with one number are one incident: it may be told with each of its bias motivations. A row without a number is
    an incident of its own.

    Raises
    ------
    SourceError : columns are missing, or a year cannot be read
    PlaceError : a country is unknown
    """
    roles = columns_by_role(table, _INCIDENT_ROLES, ("state", "year"), name, SOURCE)
    once = table.filter(is_empty(roles["id"]) | pl.col(roles["id"]).is_first_distinct()) if "id" in roles else table
    rows = once.select(
        destination=map_labels(once[roles["state"]], SOURCE, name), period=_years(once[roles["year"]], name)
    )
    counts = rows.group_by("destination", "period").agg(value=pl.len().cast(pl.Float64))
    facts = {"measure": REPORTED, "origin": "TOT", "frequency": "A", "source": SOURCE}
    return Parsed(observation_columns(counts, facts, as_of), {"columns": tuple(table.columns)})


def _with_header(cells: pl.DataFrame) -> pl.DataFrame:
    header = [str(label or f"column {number}").strip() for number, label in enumerate(cells.row(0))]
    return cells.slice(1).rename(dict(zip(cells.columns, header, strict=True)))
