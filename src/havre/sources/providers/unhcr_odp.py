"""UNHCR Operational Data Portal: monthly arrivals in the Mediterranean, by country and by nationality.

The portal offers what its own pages ask for; which widget holds what is configuration. It tells no time of change and
revises past months silently. Only months that are over are taken.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import polars as pl

from havre.errors import SourceError
from havre.places import map_labels
from havre.sources.connector import Parsed, Piece, Plan, Wanted
from havre.sources.fetch.fetcher import Fetcher
from havre.sources.fetch.request import MEBIBYTE, Request
from havre.sources.own_file import check_unique, observation_columns, read_bytes, to_months, wrong_layout
from havre.sources.providers.records import column_names, envelope, parse_json, rows_of, text_table, whole_counts
from havre.sources.providers.unhcr_odp_pages import Part, Series, find_pages
from havre.sources.snapshot import Snapshot

SOURCE = "unhcr_odp"
BASE = "https://data.unhcr.org/population/get"
LOCATION = "100"
"""``sv_id`` of sea arrivals in Europe."""
LIMIT = 20_000
MONTHLY = ("year", "month", "individuals")
BY_NATIONALITY = (
    "geomaster_name", "pop_origin_name", "pop_frequency_code", "pop_frequency_cumulative_code", "date", "year", "month",
    "population_group_id", "individuals",
)  # fmt: skip
NATIONALITIES = "nationalities"
"""Last part of the name of a table by nationality."""
REST = "Others"
"""How the portal calls the nationalities that it does not name."""
_MEASURES = ("sea_arrivals", "arrivals")


def plan_series(wanted: Wanted) -> Iterator[Plan]:
    """Plan the pieces: one per series.

    Raises
    ------
    FileError : the user's own configuration cannot be read
    """
    seen: dict[str, Part] = {}
    for series in find_pages(wanted.keys).series:
        yield Plan(series.name, _getter(series, seen))


def _getter(series: Series, seen: dict[str, Part]) -> Callable[[Fetcher], tuple[Snapshot, ...]]:
    return lambda fetcher: (*get_series(fetcher, series, seen), *get_nationalities(fetcher, series))


def get_nationalities(fetcher: Fetcher, series: Series) -> tuple[Snapshot, ...]:
    """Fetch the table by nationality of a series that has one."""
    table = series.nationalities
    if table is None:
        return ()
    params = (
        ("geo_id", table.geo_id),
        ("population_collection", table.population_collection),
        ("limit", str(LIMIT)),
        ("fromDate", f"{table.start}"),
    )
    return (fetcher.fetch(_request("origin", f"{series.name}/{NATIONALITIES}", params)),)


def get_series(fetcher: Fetcher, series: Series, seen: dict[str, Part]) -> tuple[Snapshot, ...]:
    """Fetch the parts of a series.

    Parameters
    ----------
    seen : the part that had these bytes (by SHA-256) in this pull

    Raises
    ------
    SourceError : two different parts have the same figures, as where the portal ignores what it is asked for
    """
    files = []
    for part in series.parts:
        params = (
            ("widget_id", part.widget_id), ("geo_id", part.geo_id), ("sv_id", LOCATION),
            ("population_group", part.population_group), ("frequency", "month"), ("fromDate", f"{series.start}"),
        )  # fmt: skip
        file = fetcher.fetch(_request("timeseries", f"{series.name}/{part.geo_id}/{part.population_group}", params))
        before = seen.setdefault(file.sidecar.sha256, part)
        other = (before.geo_id, before.population_group) != (part.geo_id, part.population_group)
        if other and _has_figures(file):
            found = f"geo_id {part.geo_id} population_group {part.population_group}"
            expected = f"≠ geo_id {before.geo_id} population_group {before.population_group}"
            raise wrong_layout(file.sidecar.name, SOURCE, found, expected)
        files.append(file)
    return tuple(files)


def _has_figures(file: Snapshot) -> bool:
    rows = _timeseries(parse_json(file.read(), file.sidecar.name), file.sidecar.name)
    return any(str(row["individuals"]) not in ("None", "0", "") for row in rows)


def _request(call: str, name: str, params: tuple[tuple[str, str], ...]) -> Request:
    return Request(f"{BASE}/{call}", name, "json", params, browser=True, largest=32 * MEBIBYTE, pause=0.5)


def parse_series(parts: Sequence[tuple[str, bytes]], piece: str, start: date, as_of: date) -> Parsed:
    """Read the parts of a series (name and bytes of each) and add them up, in the months that all of them have.

    Parameters
    ----------
    piece : ``measure/destination``
    start : first month that was asked for; an earlier one is refused

    Raises
    ------
    SourceError : a part is not laid out as expected, a month stands twice, or lies before ``start``
    """
    measure, destination = _place_of(piece)
    columns: list[str] = []
    months: pl.DataFrame | None = None
    for name, content in parts:
        rows = _timeseries(parse_json(content, name), name)
        columns += [each for each in column_names(rows) if each not in columns]
        part = _months(rows, name, start, as_of)
        months = part if months is None else months.join(part, on="period", suffix="_part").select(
            "period", value=pl.col("value") + pl.col("value_part")
        )  # fmt: skip
    if months is None or months.height == 0:
        raise wrong_layout(piece, SOURCE, "–", ", ".join(MONTHLY))
    facts = {"measure": measure, "origin": "TOT", "destination": destination, "source": SOURCE}
    return Parsed(observation_columns(months, facts, as_of), {"columns": tuple(columns)}, whole=True)


def _timeseries(document: Any, name: str) -> list[dict[str, Any]]:
    data = envelope(document, ("data",), name, SOURCE)["data"]
    return rows_of(envelope(data, ("timeseries",), name, SOURCE)["timeseries"], MONTHLY, name, SOURCE)


def _months(rows: Sequence[Mapping[str, Any]], name: str, start: date, as_of: date) -> pl.DataFrame:
    cells = text_table(rows, [*MONTHLY, "data_date"])
    # A row without a figure is a month that was not published.
    found = cells.select(
        period=_periods(cells, name), value=whole_counts(cells["individuals"], name, SOURCE), told="data_date"
    )
    told = found["told"].fill_null("").str.slice(0, 7)
    wrong = (told != "") & (told != found["period"].dt.to_string("%Y-%m"))
    early = found["period"] < start
    for column, bad in (("data_date", wrong), ("period", early)):
        if bad.any():
            at = bad.arg_max() or 0
            expected = f"{found['period'][at]:%Y-%m}" if column == "data_date" else f"≥ {start:%Y-%m}"
            cell = found["told"][at] if column == "data_date" else found["period"][at]
            raise wrong_layout(name, SOURCE, f"{column} {cell}", expected)
    check_unique(found, ["period"], name, SOURCE)
    return found.select("period", "value").filter(pl.col("period") < as_of.replace(day=1)).drop_nulls()


def _periods(cells: pl.DataFrame, name: str) -> pl.Series:
    text = cells.select(
        (pl.col("year").fill_null("") + "-" + pl.col("month").fill_null("").str.zfill(2)).alias("year-month")
    ).to_series()
    return to_months(text, name, SOURCE)


def parse_nationalities(content: bytes, name: str, piece: str, as_of: date, start: date | None = None) -> Parsed:
    """Read arrivals by nationality.

    Running totals are left out: they do not add up. A row whose month is not that of its date is left out too, since
    nobody can tell which of the two holds.

    Parameters
    ----------
    piece : ``measure/destination``, perhaps with more behind it
    start : first month that was asked for; an earlier one is refused

    Raises
    ------
    SourceError : it is not laid out as expected, was cut at the limit, counts another country, has groups that overlap,
        or only running totals
    PlaceError : a nationality is unknown
    """
    measure, destination = _place_of(piece)
    rows = rows_of(envelope(parse_json(content, name), ("data",), name, SOURCE)["data"], BY_NATIONALITY, name, SOURCE)
    if len(rows) >= LIMIT:
        raise wrong_layout(name, SOURCE, f"{len(rows)} data", f"< {LIMIT} data")
    cells = text_table(rows, BY_NATIONALITY)
    countries = set(map_labels(cells["geomaster_name"].unique().alias("geomaster_name"), "unhcr", name))
    if countries - {destination}:
        raise wrong_layout(name, SOURCE, f"geomaster_name: {', '.join(sorted(countries))}", destination)
    cells = cells.with_columns(pl.Series("period", to_months(cells["date"], name, SOURCE)))
    monthly = cells.filter(
        (pl.col("pop_frequency_code") == "M") & pl.col("pop_frequency_cumulative_code").ne_missing(pl.lit("C"))
    )
    agreeing = monthly.filter(_periods(monthly, name) == monthly["period"])
    if agreeing.height == 0:
        found = cells.select("pop_frequency_code", "pop_frequency_cumulative_code").unique().sort(pl.all()).rows()
        raise wrong_layout(name, SOURCE, "; ".join(" ".join(map(str, each)) for each in found), "pop_frequency_code M")
    if start is not None and (agreeing["period"] < start).any():
        raise wrong_layout(name, SOURCE, f"date {agreeing['period'].sort()[0]}", f"≥ {start}")
    named = agreeing.select(
        "period", "population_group_id",
        origin=map_labels(agreeing["pop_origin_name"].fill_null(REST), "unhcr", name),
        label="pop_origin_name",
        value=whole_counts(agreeing["individuals"], name, SOURCE),
    ).filter(pl.col("period") < as_of.replace(day=1))  # fmt: skip
    _check_groups(named, name)
    summed = named.drop_nulls("value").group_by("origin", "period", maintain_order=True).agg(pl.col("value").sum())
    facts = {"measure": measure, "destination": destination, "source": SOURCE}
    shape = {"columns of nationalities": column_names(rows), "code:origin": tuple(sorted(set(named["origin"])))}
    return Parsed(observation_columns(summed, facts, as_of), shape, whole=True)


def _check_groups(named: pl.DataFrame, name: str) -> None:
    """Refuse rows of one nationality and month whose groups overlap: they would count people twice."""
    group = pl.col("population_group_id").fill_null("").str.split(",").list.eval(pl.element().str.strip_chars())
    groups = named.with_columns(group=group).explode("group", empty_as_null=True, keep_nulls=True)
    check_unique(groups, ["label", "period", "group"], name, SOURCE)


def _place_of(piece: str) -> tuple[str, str]:
    """Read ``measure/destination``."""
    measure, _, rest = piece.partition("/")
    destination = rest.partition("/")[0]
    if measure not in _MEASURES or len(destination) != 3:
        raise wrong_layout(piece, SOURCE, piece, "sea_arrivals-ITA, arrivals-ESP")
    return measure, destination


def _start(file: Snapshot) -> date:
    told = parse_qs(urlsplit(file.sidecar.url).query).get("fromDate", ["2000-01-01"])
    return date.fromisoformat(told[0])


@dataclass(frozen=True)
class UnhcrOdp:
    """The connector."""

    source: str = SOURCE
    version: int = 1

    def plans(self, fetcher: Fetcher, wanted: Wanted) -> Iterable[Plan]:
        """See :class:`havre.sources.connector.Connector`."""
        return plan_series(wanted)

    def parse(self, piece: Piece, as_of: date) -> Parsed:
        """See :class:`havre.sources.connector.Connector`."""
        tables = [file for file in piece.files if file.sidecar.name.endswith(f"/{NATIONALITIES}")]
        parts = [file for file in piece.files if file not in tables]
        if not parts:
            raise SourceError("source.nothing_kept", source=SOURCE)
        read = [(file.sidecar.name, file.read()) for file in parts]
        total = parse_series(read, piece.name, max(map(_start, parts)), as_of)
        named = [
            parse_nationalities(each.read(), each.sidecar.name, piece.name, as_of, _start(each)) for each in tables
        ]
        return Parsed(
            pl.concat([total.observations, *(each.observations for each in named)]),
            {**total.shape, **{facet: names for each in named for facet, names in each.shape.items()}},
            whole=True,
        )

    def read(self, paths: Sequence[Path], as_of: date) -> Parsed:
        """Read saved answers, each named for what it counts: ``sea_arrivals-ITA.json``."""
        parts = [_read_own(path, as_of) for path in paths]
        return Parsed(pl.concat([each.observations for each in parts]), parts[-1].shape)


def _read_own(path: Path, as_of: date) -> Parsed:
    content = read_bytes(path)
    piece = "/".join(path.stem.split("-")[:2])
    try:
        _place_of(piece)
    except SourceError:
        raise wrong_layout(path, SOURCE, path.stem, "sea_arrivals-ITA, arrivals-ESP") from None
    document = envelope(parse_json(content, str(path)), ("data",), str(path), SOURCE)
    if isinstance(document["data"], list):
        return parse_nationalities(content, str(path), piece, as_of)
    return parse_series([(str(path), content)], piece, date(2000, 1, 1), as_of)


CONNECTOR = UnhcrOdp()
