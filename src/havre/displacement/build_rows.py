"""Rows of the tables that an instance is built from: text made into places, roads, events and counts.

A row whose name cannot be read is left out; any other fault leaves a gap in its row, so that what the tables say
together can still be looked at. Faults are gathered in the table, and nothing is built where there are any.
"""

from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING, Literal

from havre.displacement.build_cells import tell_cells, to_days, to_kinds, to_names, to_numbers
from havre.displacement.build_columns import TOTAL, RawTable, simple
from havre.displacement.build_notes import TableCount
from havre.errors import Problem, Term

if TYPE_CHECKING:
    import polars as pl

Provider = Literal["ucdp", "acled", "other"]
MOST_PLACES = 50_000
MOST_ROADS = 1_000_000
MOST_PEOPLE = 1e10
"""No count of people is larger than this, which is more than there are."""
LEAST_KM, MOST_KM = 0.001, 40_076.0
"""Bounds of a road's length [km]; the longer one is the length of the equator."""
CAMP_COLUMN = "camp: "
_COUNT = Term("displacement.build_word.count")


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A row of the table of places; coordinates in degrees, ``None`` where a number of people is not known.

    ``kind`` is a key of :data:`havre.displacement.build_cells.KINDS`, or empty where the cell cannot be read.
    """

    row: int
    name: str
    latitude: float
    longitude: float
    country: str
    kind: str
    region: str = ""
    population: int | None = None
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class RoadRow:
    """A row of the table of roads; ``None`` where the length is not known [km]."""

    row: int
    start: str
    end: str
    km: float | None = None


def rows_read(raw: RawTable) -> TableCount:
    """Count what was read: rows, or counts where each camp has its column."""
    camps = [column for column in raw.headers if column.startswith(CAMP_COLUMN)]
    width = len(camps) or 1
    counted = TableCount(raw.name, raw.read * width).without({"blank_row": raw.blank * width})
    if raw.name != "registrations":
        return counted
    empty = sum(raw.frame[column].null_count() for column in camps or ["count"])
    return counted.without({"empty_count": empty})


def place_rows(raw: RawTable) -> tuple[PlaceRow, ...]:
    """Read the table of places."""
    _check_size(raw, MOST_PLACES)
    names, countries = (to_names(raw, column).to_list() for column in ("name", "country"))
    kinds = to_kinds(raw)
    latitudes = to_numbers(raw, "latitude", Term("displacement.build_word.latitude"), least=-90, most=90)
    longitudes = to_numbers(raw, "longitude", Term("displacement.build_word.longitude"), least=-180, most=180)
    _check_regions(raw)
    people = [_whole(raw, column) for column in ("population", "capacity")]
    regions = raw.frame["region"].to_list() if "region" in raw.headers else [None] * len(names)
    rows = zip(raw.frame["row"], names, latitudes, longitudes, countries, kinds, regions, *people, strict=True)
    return tuple(
        PlaceRow(
            row=row,
            name=name,
            latitude=nan if latitude is None else latitude,
            longitude=nan if longitude is None else longitude,
            country=country or "",
            kind=kind or "",
            region=region or "",
            population=population,
            capacity=capacity,
        )
        for row, name, latitude, longitude, country, kind, region, population, capacity in rows
        if name is not None
    )


def _check_regions(raw: RawTable) -> None:
    """Gather the regions that would not stay on one line of a file."""
    if "region" in raw.headers:
        regions = raw.frame["region"]
        wrong = [region for region in regions.unique().to_list() if region is not None and not region.isprintable()]
        tell_cells(raw, "region", regions.is_in(wrong).fill_null(value=False), Term("displacement.build_word.one_line"))


def _whole(raw: RawTable, column: str) -> list[int | None]:
    """Read numbers of people; a fraction, as models of population give it, is rounded."""
    numbers = to_numbers(raw, column, _COUNT, least=0, most=MOST_PEOPLE, needed=False)
    return [None if number is None else round(number) for number in numbers]


def road_rows(raw: RawTable) -> tuple[RoadRow, ...]:
    """Read the table of roads."""
    _check_size(raw, MOST_ROADS)
    starts, ends = (to_names(raw, column) for column in ("from", "to"))
    lengths = to_numbers(raw, "km", Term("displacement.build_word.km"), least=LEAST_KM, most=MOST_KM, needed=False)
    rows = zip(raw.frame["row"], starts, ends, lengths, strict=True)
    return tuple(RoadRow(row, start, end, km) for row, start, end, km in rows if start is not None and end is not None)


def _check_size(raw: RawTable, most: int) -> None:
    """Cut a table that is far too long for what it should be, and tell so."""
    if raw.frame.height > most:
        raw.problems.append(Problem.of("displacement.build.too_long", path=raw.file, count=raw.frame.height, most=most))
        raw.frame = raw.frame.head(most)


def count_rows(raw: RawTable) -> "pl.DataFrame":
    """Read what was registered: columns ``row``, ``camp``, ``day`` and ``count``, without empty counts.

    A row holds one count, or a count for each camp that has a column.
    """
    import polars as pl

    days = to_days(raw, "day").alias("day")
    camps = {name: header for name, header in raw.headers.items() if name.startswith(CAMP_COLUMN)}
    if camps:
        series = [(pl.Series([camp] * len(days), dtype=pl.String), name) for name, camp in camps.items()]
    else:
        series = [(to_names(raw, "camp"), "count")]
    tables = [
        pl.DataFrame(
            {
                "row": raw.frame["row"],
                "camp": names,
                "day": days,
                "count": to_numbers(raw, column, _COUNT, least=0, most=MOST_PEOPLE, needed=False),
            }
        )
        for names, column in series
    ]
    is_total = pl.col("camp").str.to_lowercase() == TOTAL
    counts = pl.concat(tables).drop_nulls()
    return counts.with_columns(pl.when(is_total).then(pl.lit(TOTAL)).otherwise("camp").alias("camp"))


def provider_of(raw: RawTable) -> Provider:
    """Tell by its columns who made a table of events."""
    theirs = {simple(header) for header in (*raw.headers.values(), *raw.others)}
    if theirs & {"event_id_cnty", "event_date", "fatalities", "geo_precision", "time_precision"}:
        return "acled"
    return "ucdp" if theirs & {"where_prec", "date_prec", "date_start", "best"} else "other"


def event_rows(raw: RawTable) -> "pl.DataFrame":
    """Read the table of events; columns that it lacks are null, and its texts are left behind."""
    import polars as pl

    latitudes = to_numbers(raw, "latitude", Term("displacement.build_word.latitude"), least=-90, most=90)
    longitudes = to_numbers(raw, "longitude", Term("displacement.build_word.longitude"), least=-180, most=180)
    precision = Term("displacement.build_word.precision")
    numbers = [
        to_numbers(raw, "deaths", _COUNT, least=0, most=MOST_PEOPLE, needed="deaths" in raw.headers),
        to_numbers(raw, "place_precision", precision, least=0, most=9, needed=False),
        to_numbers(raw, "day_precision", precision, least=0, most=9, needed=False),
    ]
    texts = [
        raw.frame[column] if column in raw.headers else pl.Series(column, [None] * raw.frame.height, pl.String)
        for column in ("id", "country", "kind")
    ]
    day = to_days(raw, "day").alias("day")
    return pl.DataFrame([raw.frame["row"], day, latitudes, longitudes, *numbers, *texts])
