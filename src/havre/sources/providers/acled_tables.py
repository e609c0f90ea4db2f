"""What ACLED's pages and exports say, summed to country and month. No event leaves this file."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import polars as pl

from havre.errors import SourceError
from havre.months import months_between
from havre.places import map_labels
from havre.sources.catalogue import source
from havre.sources.connector import Parsed
from havre.sources.own_file import check_columns, observation_columns, read_bytes, read_sheets, wrong_layout
from havre.sources.providers.records import column_names, envelope, parse_json, rows_of, text_table, whole_counts
from havre.sources.providers.tables import parse_csv

SOURCE = "acled"
FIELDS = ("event_id_cnty", "event_date", "disorder_type", "iso", "country", "fatalities", "timestamp")
"""Nothing finer is asked for: no place, actor or note."""
GONE = ("event_id_cnty", "deleted_timestamp")
VIOLENCE = "political violence"
MEASURES = ("conflict_deaths", "conflict_events")
_MONTHS = tuple(f"{date(2000, month, 1):%B}".lower() for month in range(1, 13))


def page_rows(content: bytes, name: str, needed: Sequence[str]) -> list[dict[str, object]]:
    """Give the rows of a page.

    Raises
    ------
    SourceError : it is none, or tells another number of rows than it holds
    """
    page = envelope(parse_json(content, name), ("count", "data"), name, SOURCE)
    rows = rows_of(page["data"], needed, name, SOURCE)
    if str(page["count"]) != str(len(rows)):
        raise wrong_layout(name, SOURCE, f"count {page['count']}", f"count {len(rows)}")
    return rows


def parse_year(pages: Iterable[tuple[str, bytes]], year: int, as_of: date) -> Parsed:
    """Sum the events of a year to country and month.

    Parameters
    ----------
    pages : name and content: the year, what changed of it since, and what was deleted

    Returns
    -------
    ``conflict_deaths`` and ``conflict_events`` of each country (origin) with an event in the year, destination
    ``TOT``, up to the last month that had ended on ``as_of``; months without an event are imputed zeros.

    Raises
    ------
    SourceError : a page is not laid out as expected, or holds what was not asked for
    PlaceError : a country is unknown
    """
    events: list[pl.DataFrame] = []
    gone: list[pl.DataFrame] = []
    columns: tuple[str, ...] = ()
    for name, content in pages:
        deleted = "/deleted/" in name
        rows = page_rows(content, name, GONE if deleted else FIELDS)
        if deleted:
            gone.append(_deleted(text_table(rows, GONE), name))
        elif rows:
            columns = columns or column_names(rows)
            table = text_table(rows, FIELDS)
            _check_filters(table, year, name)
            events.append(_events(table, name))
    if not events:
        raise SourceError("source.acled.nothing")
    # An event that was changed comes again with a later time.
    newest = pl.concat(events).sort("timestamp", maintain_order=True).unique("id", keep="last", maintain_order=True)
    if gone:
        newest = newest.join(pl.concat(gone).group_by("id").agg(pl.col("gone_at").max()), on="id", how="left")
        newest = newest.filter((pl.col("gone_at") < pl.col("timestamp")).fill_null(value=True))
    running = as_of.replace(day=1)
    ended = [month for month in months_between(date(year, 1, 1), date(year, 12, 1)) if month < running]
    return Parsed(_observations(newest, ended, as_of), {"columns": tuple(sorted(columns))}, whole=True)


def _check_filters(table: pl.DataFrame, year: int, name: str) -> None:
    """Refuse rows that were not asked for: a filter that is not understood gives everything."""
    outside = table.filter(~pl.col("event_date").str.starts_with(f"{year}-").fill_null(value=False))
    if outside.height:
        raise wrong_layout(name, SOURCE, f"event_date {outside['event_date'][0]}", f"event_date {year}")
    if "/changed/" in name:
        since = int(name.split("/")[2])
        early = table.filter(pl.col("timestamp").cast(pl.Int64, strict=False) < since)
        if early.height:
            raise wrong_layout(name, SOURCE, f"timestamp {early['timestamp'][0]}", f"timestamp ≥ {since}")


def _events(table: pl.DataFrame, name: str) -> pl.DataFrame:
    """Give id, timestamp, origin, period (month), deaths and whether it is political violence."""
    days = table["event_date"].str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    if (wrong := days.is_null()).any():
        raise _bad_cell(table["event_date"], wrong, name)
    deaths = whole_counts(table["fatalities"], name, SOURCE)
    if (empty := deaths.is_null()).any():
        raise _bad_cell(table["fatalities"], empty, name)
    return table.select(
        id="event_id_cnty",
        timestamp=whole_counts(table["timestamp"], name, SOURCE).fill_null(0.0),
        origin=_origins(table, name),
        period=days.dt.month_start(),
        deaths=deaths,
        counts=pl.col("disorder_type").str.to_lowercase().str.contains(VIOLENCE, literal=True).fill_null(value=False),
    )


def _origins(table: pl.DataFrame, name: str) -> pl.Series:
    """Map the ISO numbers of countries; names where there is no number, as for Kosovo."""
    number = table["iso"].fill_null("").str.strip_chars().str.strip_chars_start("0")
    labels = table.select(origin=pl.when(number != "").then(number).otherwise(pl.col("country")))["origin"]
    return map_labels(labels, "acled", name)


def _deleted(table: pl.DataFrame, name: str) -> pl.DataFrame:
    times = whole_counts(table["deleted_timestamp"], name, SOURCE)
    return pl.DataFrame({"id": table["event_id_cnty"], "gone_at": times})


def _bad_cell(column: pl.Series, wrong: pl.Series, name: str) -> SourceError:
    row = wrong.arg_max() or 0
    fields = {"row": row + 1, "column": column.name, "value": column[row]}
    return SourceError("source.bad_cell", path=name, provider=source(SOURCE).provider, **fields)


def _observations(events: pl.DataFrame, months: Sequence[date], as_of: date) -> pl.DataFrame:
    sums = (
        events.filter("counts")
        .group_by("origin", "period")
        .agg(conflict_deaths=pl.col("deaths").sum(), conflict_events=pl.len().cast(pl.Float64))
    )
    grid = (
        events.select("origin").unique().join(pl.DataFrame({"period": months}, schema={"period": pl.Date}), how="cross")
    )
    return _told(grid.join(sums, on=["origin", "period"], how="left"), as_of)


def _told(table: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Make observations of a column per measure; the database lives, so that no month is ever final."""
    rows = table.unpivot(on=MEASURES, index=["origin", "period"], variable_name="measure", value_name="value")
    status = pl.when(pl.col("value").is_null()).then(pl.lit("imputed_zero")).otherwise(pl.lit("provisional"))
    told = rows.with_columns(status=status, value=pl.col("value").fill_null(0.0))
    return observation_columns(told, {"destination": "TOT", "source": SOURCE}, as_of)


def read_own(path: Path, as_of: date) -> pl.DataFrame:
    """Read an export of events (CSV), or the monthly tables of political violence that humanitarian sites copy.

    Raises
    ------
    FileError, SourceError, PlaceError : it cannot be read, or is neither
    """
    name = path.name
    if path.suffix.lower() == ".xlsx":
        for cells in read_sheets(path).values():
            header = [str(label or "").strip() for label in (cells.row(0) if cells.height else ())]
            if {"Country", "Month", "Year", "Events", "Fatalities"} <= set(header):
                return _aggregates(cells.slice(1).rename(dict(zip(cells.columns, header, strict=True))), name, as_of)
        raise wrong_layout(name, SOURCE, "–", "Country, Month, Year, Events, Fatalities")
    table = parse_csv(read_bytes(path), name)
    check_columns(table, FIELDS, name, SOURCE)
    events = _events(table.select(FIELDS), name).sort("timestamp", maintain_order=True).unique("id", keep="last")
    months = sorted(events["period"].unique())
    return _observations(events, months_between(months[0], months[-1]) if months else (), as_of)


def _aggregates(table: pl.DataFrame, name: str, as_of: date) -> pl.DataFrame:
    if VIOLENCE.replace(" ", "_") not in name.lower():
        # Tables of demonstrations and of attacks on civilians look the same; only the name tells what is counted.
        raise wrong_layout(name, SOURCE, name, "…political_violence_events_and_fatalities….xlsx")
    month = table["Month"].str.strip_chars().str.to_lowercase()
    number = month.replace_strict(
        {label: at for at, label in enumerate(_MONTHS, 1)}, default=None, return_dtype=pl.Int32
    )
    year = table["Year"].cast(pl.Int32, strict=False)
    if (wrong := number.is_null() | year.is_null()).any():
        raise _bad_cell(table["Month"], wrong, name)
    rows = pl.DataFrame(
        {
            "origin": map_labels(table["Country"], "acled", name),
            "year": year,
            "month": number,
            "conflict_deaths": whole_counts(table["Fatalities"], name, SOURCE),
            "conflict_events": whole_counts(table["Events"], name, SOURCE),
        }
    ).with_columns(period=pl.date("year", "month", 1))
    return _told(rows.group_by("origin", "period").agg(pl.col(MEASURES).sum()), as_of)
