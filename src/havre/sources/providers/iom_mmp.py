"""IOM Missing Migrants Project: dead and missing, summed to route and month. No incident leaves this file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from html import unescape
from pathlib import Path

import polars as pl

from havre.errors import SourceError
from havre.months import months_between
from havre.places import map_labels
from havre.sources.catalogue import source
from havre.sources.connector import Parsed, Piece, Plan, Wanted
from havre.sources.fetch.fetcher import Fetcher
from havre.sources.fetch.request import MEBIBYTE, Request
from havre.sources.own_file import observation_columns, read_bytes, to_counts
from havre.sources.providers.tables import columns_by_role, is_empty, parse_csv
from havre.sources.snapshot import Snapshot

SOURCE = "iom_mmp"
ADDRESS = (
    "https://missingmigrants.iom.int/sites/g/files/tmzbdl601/files/report-migrant-incident/"
    "Missing_Migrants_Global_Figures_allData.csv"
)
UNDEFINED = "route:undefined"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ROLES = {
    "id": ("main id", "incident id", "web_id", "web id"),
    "route": ("migration route", "migration_route"),
    "day": ("incident date", "reported_date", "reported date"),
    "year": ("incident year", "reported year"),
    "month": ("month", "reported month"),
    "total": ("total number of dead and missing", "total_dead_and_missing", "total dead and missing"),
    "dead": ("number of dead", "number_dead", "number dead"),
    "missing": ("minimum estimated number of missing", "number_missing"),
}


def get_incidents(fetcher: Fetcher) -> tuple[Snapshot, ...]:
    """Fetch the file of all years; the site refuses the User-Agent of a browser and takes a plain one."""
    return (fetcher.fetch(Request(ADDRESS, "all years", "csv", largest=256 * MEBIBYTE)),)


def parse_incidents(content: bytes, name: str, as_of: date) -> Parsed:
    """Sum the incidents to route and month; a month without a recorded incident on a route is an imputed zero.

    Rows that are alike in every cell, number included, are one incident that was entered twice. Incidents without a
    route stand under ``route:undefined``; a negative figure is none.

    Raises
    ------
    SourceError : columns are missing, a month or a figure cannot be read
    PlaceError : a route is unknown
    """
    table = parse_csv(content, name)
    roles = columns_by_role(table, _ROLES, ("route", "total"), name, SOURCE)
    if "day" not in roles and not {"year", "month"} <= set(roles):
        columns_by_role(table, _ROLES, ("day",), name, SOURCE)
    # Two rows that are alike in all, their number too, are one that was entered twice.
    rows = table.filter(is_empty(roles["id"]) | pl.struct(pl.all()).is_first_distinct()) if "id" in roles else table
    incidents = pl.DataFrame(
        {"destination": _routes(rows[roles["route"]], name), "period": _months(rows, roles, name),
         "value": _people(rows, roles, name)}
    )  # fmt: skip
    sums = incidents.group_by("destination", "period").agg(pl.col("value").sum())
    known = sums["period"].to_list()
    if not known:
        raise SourceError("source.fetch.damaged", name=name, kind="CSV", reason="0 rows")
    grid = sums.select("destination").unique().join(
        pl.DataFrame({"period": months_between(min(known), max(known))}), how="cross"
    )  # fmt: skip
    dense = grid.join(sums, on=["destination", "period"], how="left")
    status = pl.when(pl.col("value").is_null()).then(pl.lit("imputed_zero")).otherwise(pl.lit("final"))
    told = dense.with_columns(status=status, value=pl.col("value").fill_null(0.0))
    facts = {"measure": "deaths_and_missing", "origin": "TOT", "source": SOURCE}
    shape = {"columns": tuple(table.columns), "code:route": tuple(sorted(set(incidents["destination"])))}
    return Parsed(observation_columns(told, facts, as_of), shape, whole=True)


def _routes(column: pl.Series, name: str) -> pl.Series:
    labels = pl.Series("route", [" ".join(unescape(text or "").split()) for text in column], dtype=pl.String)
    named = labels.filter(labels != "").unique()
    codes = dict(zip(named, map_labels(named, "iom", name), strict=True)) | {"": UNDEFINED}
    return labels.replace_strict(codes, return_dtype=pl.String)


def _months(rows: pl.DataFrame, roles: dict[str, str], name: str) -> pl.Series:
    """Read the month of each incident from its day, else from its year and the name of its month."""
    months = pl.Series("period", [None] * rows.height, dtype=pl.Date)
    if "day" in roles:
        text = rows[roles["day"]].str.strip_chars()
        months = text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
        months = months.fill_null(text.str.to_date("%d-%b-%y", strict=False))
    if {"year", "month"} <= set(roles):
        number = rows[roles["month"]].str.to_lowercase().str.slice(0, 3).replace_strict(
            {label: at for at, label in enumerate(_MONTHS, 1)}, default=None, return_dtype=pl.Int32
        )  # fmt: skip
        year = rows[roles["year"]].cast(pl.Int32, strict=False)
        told = pl.DataFrame({"year": year, "month": number})
        months = months.fill_null(told.select(pl.date("year", "month", 1)).to_series())
    good = months.is_not_null() & months.dt.year().is_between(1990, 2200)
    if not good.all():
        row = (~good).arg_max() or 0
        column = roles.get("day") or roles["month"]
        fields = {"row": row + 1, "column": column, "value": rows[column][row]}
        raise SourceError("source.bad_cell", path=name, provider=source(SOURCE).provider, **fields)
    return months.dt.month_start()


def _people(rows: pl.DataFrame, roles: dict[str, str], name: str) -> pl.Series:
    def counts(role: str) -> pl.Series:
        if role not in roles:
            return pl.Series([None] * rows.height, dtype=pl.Float64)
        return to_counts(rows[roles[role]], name, SOURCE)

    def whole(role: str) -> pl.Series:
        found = counts(role)
        if not ((found == found.round()).fill_null(value=True)).all():
            row = (found != found.round()).fill_null(value=False).arg_max() or 0
            fields = {"row": row + 1, "column": roles[role], "value": rows[roles[role]][row]}
            raise SourceError("source.bad_cell", path=name, provider=source(SOURCE).provider, **fields)
        return found

    total = whole("total").fill_null(counts("dead").fill_null(0.0) + counts("missing").fill_null(0.0))
    return total.clip(lower_bound=0.0)


@dataclass(frozen=True)
class MissingMigrants:
    """The connector."""

    source: str = SOURCE
    version: int = 1

    def plans(self, fetcher: Fetcher, wanted: Wanted) -> Iterable[Plan]:
        """See :class:`havre.sources.connector.Connector`."""
        return [Plan("incidents", get_incidents)]

    def parse(self, piece: Piece, as_of: date) -> Parsed:
        """See :class:`havre.sources.connector.Connector`."""
        (file,) = piece.files
        return parse_incidents(file.read(), file.sidecar.name, as_of)

    def read(self, paths: Sequence[Path], as_of: date) -> Parsed:
        """Read the user's own copy of the CSV."""
        return parse_incidents(read_bytes(paths[0]), str(paths[0]), as_of)


CONNECTOR = MissingMigrants()
