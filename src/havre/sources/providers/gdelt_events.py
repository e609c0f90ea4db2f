"""GDELT's files of events, each read alone and added up: no more than one of them is ever in memory.

A file is a table without header; its number of columns tells its edition: 61 (quarter of an hour, second edition), 58
(day, first edition), 57 (month or year, first edition, without addresses of articles). Events are summed to country
and month; no event, actor or place leaves this file.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from types import MappingProxyType

import polars as pl

from havre.errors import SourceError
from havre.months import months_between
from havre.places import countries, is_aggregate, map_labels
from havre.places.crosswalk import labels_of
from havre.places.spelling import plain
from havre.sources.connector import Parsed
from havre.sources.fetch.answers import unzipped
from havre.sources.fetch.request import MEBIBYTE
from havre.sources.gdelt import SOURCE
from havre.sources.own_file import observation_columns, wrong_layout

LARGEST = 2048 * MEBIBYTE
MOST_UNKNOWN = 0.01
"""Share of events with a code that no list has, or an unreadable day, up to which a file is taken."""
OLDEST = 31
"""Days between an event and its report; beyond, the day is most often that of an anniversary or a misreading."""
QUARTERS = 96
"""Files of a day of the second edition."""
COUNTS = ("media_events", "media_conflict", "media_cooperation")
_STAMP = re.compile(r"(?<!\d)(\d{4})(\d\d)?(\d\d)?(\d{6})?(?=\.)")


@dataclass(frozen=True)
class Edition:
    """Where the columns that are needed stand, counted from 0."""

    place: int
    added: int
    day: int = 1
    actor1: int = 7
    actor2: int = 17
    score: int = 30
    tone: int = 34

    @property
    def columns(self) -> dict[str, int]:
        """Name and number of each column, in their order."""
        return {
            "day": self.day, "actor1": self.actor1, "actor2": self.actor2, "score": self.score, "tone": self.tone,
            "place": self.place, "added": self.added,
        }  # fmt: skip


EDITIONS: Mapping[int, Edition] = MappingProxyType(
    {61: Edition(place=53, added=59), 58: Edition(place=51, added=56), 57: Edition(place=51, added=56)}
)


@dataclass(frozen=True)
class Stamp:
    """What the name of a file says: its day, empty for a month or a year, and the share of a day that it holds."""

    day: date | None
    share: float = 1.0


def stamp_of(name: str) -> Stamp:
    """Read the name of a file.

    Examples
    --------
    >>> stamp_of("20260801.export.CSV.zip"), stamp_of("gdeltv2/20260801001500.export.CSV.zip").share
    (Stamp(day=datetime.date(2026, 8, 1), share=1.0), 0.010416666666666666)
    >>> stamp_of("201303.zip").day is None
    True

    Raises
    ------
    SourceError : it has no day, month or year
    """
    match = _STAMP.search(name.rsplit("/", 1)[-1])
    try:
        if match is None:
            raise ValueError(name)  # noqa: TRY301 - told as any other name that says nothing
        day = date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError as error:
        raise wrong_layout(name, SOURCE, name, "YYYYMMDD.export.CSV.zip | YYYYMMDDhhmmss.export.CSV.zip") from error
    return Stamp(day if match[3] else None, 1 / QUARTERS if match[4] else 1.0)


@dataclass(frozen=True)
class Sums:
    """Sums of one file: ``places`` by month and code of FIPS 10-4, ``pairs`` by month and codes of two actors."""

    places: pl.DataFrame
    pairs: pl.DataFrame
    width: int


def parse_file(content: bytes, name: str) -> Sums:
    """Read a file.

    Raises
    ------
    SourceError : it is no archive, has another number of columns, a row is cut, or it holds other days than its name
    """
    packed = content[:4] == b"PK\x03\x04"
    text = unzipped(content, name, LARGEST, lambda each: each.lower().endswith(".csv")) if packed else content
    head = text[: 1 << 20].split(b"\n", 1)[0]
    width = head.count(b"\t") + 1
    edition = EDITIONS.get(width)
    if edition is None:
        raise wrong_layout(name, SOURCE, f"{width}", f"{' | '.join(map(str, EDITIONS))} columns")
    try:
        table = pl.read_csv(
            BytesIO(text), separator="\t", has_header=False, quote_char=None, infer_schema=False,
            columns=list(edition.columns.values()), encoding="utf8-lossy",
        )  # fmt: skip
    except pl.exceptions.PolarsError as error:
        reason = str(error).splitlines()[0][:200]
        raise SourceError("source.fetch.damaged", name=name, kind="CSV", reason=reason) from error
    return _sums(_typed(table.rename(dict(zip(table.columns, edition.columns, strict=True))), name), name, width)


def _typed(table: pl.DataFrame, name: str) -> pl.DataFrame:
    typed = table.select(
        day=pl.col("day").str.to_date("%Y%m%d", strict=False),
        added=pl.col("added").str.slice(0, 8).str.to_date("%Y%m%d", strict=False),
        actor1="actor1", actor2="actor2", place="place",
        score=pl.col("score").cast(pl.Float64, strict=False), tone=pl.col("tone").cast(pl.Float64, strict=False),
    )  # fmt: skip
    for column in ("added", "day", "tone"):
        unread = typed[column].null_count()
        if unread > (MOST_UNKNOWN * typed.height if column != "added" else 0):
            bad = table.filter(typed[column].is_null())[column][0]
            raise wrong_layout(name, SOURCE, f"{column} {bad} ({unread}/{typed.height})", f"{column}")
    return typed


def _sums(events: pl.DataFrame, name: str, width: int) -> Sums:
    stamp = stamp_of(name)
    if stamp.day is not None:
        # Files of a day hold what was added on that day; a day's difference comes from midnight.
        near = pl.lit(stamp.day)
        strange = events.filter((pl.col("added") - near).dt.total_days().abs() > 1)
        if strange.height:
            raise wrong_layout(name, SOURCE, f"DATEADDED {strange['added'][0]}", f"DATEADDED {stamp.day}")
        age = (near - pl.col("day")).dt.total_days()
        counted = events.filter(age.is_between(-1, OLDEST)).with_columns(period=near.dt.month_start())
    else:
        counted = events.drop_nulls("day").with_columns(period=pl.col("day").dt.month_start())
    places = counted.group_by("period", "place").agg(events=pl.len().cast(pl.Float64), tone=pl.col("tone").sum())
    both = counted.drop_nulls(["actor1", "actor2", "score"]).filter(pl.col("actor1") != pl.col("actor2"))
    pairs = both.group_by("period", "actor1", "actor2").agg(
        media_conflict=-pl.col("score").filter(pl.col("score") < 0).sum(),
        media_cooperation=pl.col("score").filter(pl.col("score") > 0).sum(),
        events=pl.len().cast(pl.Float64),
    )
    return Sums(places, pairs, width)


def parse_month(files: Iterable[tuple[str, Callable[[], bytes]]], as_of: date) -> Parsed:
    """Add up files.

    Parameters
    ----------
    files : name, which tells the day, and content of each

    Returns
    -------
    Of each country and all together (origin ``TOT``), with destination ``TOT``: ``media_events``, ``media_tone`` (mean
    tone of its events), ``media_conflict`` and ``media_cooperation`` with other countries. A month of which days or
    quarters of an hour are missing is scaled up to the whole (status estimated).

    Raises
    ------
    SourceError : a file is not laid out as expected, or given twice
    PlaceError : too many events have codes that no list has
    """
    sums: list[Sums] = []
    shares: dict[date, float] = {}
    whole: set[date] = set()
    names: set[str] = set()
    for name, content in files:
        stem = name.rsplit("/", 1)[-1]
        if stem in names:
            raise SourceError("source.repeated", path=name, count=2, key=stem)
        names.add(stem)
        found = parse_file(content(), name)
        sums.append(found)
        stamp = stamp_of(name)
        if stamp.day is None:
            whole |= set(found.places["period"])
        else:
            month = stamp.day.replace(day=1)
            shares[month] = shares.get(month, 0.0) + stamp.share
    if not sums:
        raise SourceError("source.nothing_kept", source=SOURCE)
    label = f"{SOURCE} {min(names)} … {max(names)}"
    places = _mapped_places(_total([each.places for each in sums], ("period", "place")), label)
    pairs = _mapped_pairs(_total([each.pairs for each in sums], ("period", "actor1", "actor2")), label)
    days = pl.DataFrame(
        [(month, shares.get(month), month in whole) for month in sorted({*shares, *whole})],
        schema={"period": pl.Date, "days": pl.Float64, "whole": pl.Boolean}, orient="row",
    )  # fmt: skip
    widths = sorted({str(each.width) for each in sums})
    shape = {"columns": tuple(f"{each} columns" for each in widths)}
    return Parsed(_observations(places, pairs, days, as_of), shape, whole=True)


def _total(parts: Sequence[pl.DataFrame], keys: Sequence[str]) -> pl.DataFrame:
    return pl.concat(parts).group_by(keys, maintain_order=True).agg(pl.all().sum())


def _mapped_places(sums: pl.DataFrame, name: str) -> pl.DataFrame:
    """Give countries their codes; what lies in no country counts in the sum of all only."""
    codes = _codes(sums, ("place",), "fips", name)
    origin = pl.col("place").replace_strict(codes, default=None, return_dtype=pl.String)
    named = sums.with_columns(origin=origin).drop_nulls("origin")
    every = sums.with_columns(origin=pl.lit("TOT"))
    return _total([part.select("period", "origin", "events", "tone") for part in (named, every)], ("period", "origin"))


def _mapped_pairs(sums: pl.DataFrame, name: str) -> pl.DataFrame:
    """Count a pair for both of its countries; actors of a region or within one country are none."""
    codes = _codes(sums, ("actor1", "actor2"), "cameo", name)
    named = sums.with_columns(
        pl.col(each).replace_strict(codes, default=None, return_dtype=pl.String) for each in ("actor1", "actor2")
    ).drop_nulls(["actor1", "actor2"])
    foreign = named.filter(pl.col("actor1") != pl.col("actor2"))
    sides = [
        foreign.select("period", pl.col(each).alias("origin"), "media_conflict", "media_cooperation")
        for each in ("actor1", "actor2")
    ]
    return _total(sides, ("period", "origin"))


def _codes(sums: pl.DataFrame, columns: Sequence[str], provider: str, name: str) -> dict[str, str]:
    """Map codes; unknown ones are left out where they are few, else they are an error that names them."""
    counted = pl.concat([sums.select(pl.col(each).alias("code"), "events") for each in columns]).drop_nulls("code")
    found = set(counted["code"]) - {""}
    labels = labels_of(provider)
    unknown = {code for code in found if plain(code) not in labels}
    strange = counted.filter(pl.col("code").is_in(list(unknown)))
    single = sorted(code for code in found - unknown if not is_aggregate(code, provider))
    if float(strange["events"].sum()) > MOST_UNKNOWN * float(counted["events"].sum()):
        map_labels(pl.Series(columns[0], sorted(unknown)), provider, name)
    return dict(zip(single, map_labels(pl.Series(columns[0], single, dtype=pl.String), provider, name), strict=True))


def _observations(places: pl.DataFrame, pairs: pl.DataFrame, days: pl.DataFrame, as_of: date) -> pl.DataFrame:
    every = pl.DataFrame({"origin": [*(each.code for each in countries()), "TOT"]})
    named = pl.concat([every, places.select("origin"), pairs.select("origin")]).unique()
    grid = named.join(days, how="cross")
    rows = grid.join(places, on=["period", "origin"], how="left").join(pairs, on=["period", "origin"], how="left")
    calendar = pl.col("period").dt.month_end().dt.day()
    full = pl.col("whole") | (pl.col("days") >= calendar - 1e-6)
    factor = pl.when(full).then(1.0).otherwise(calendar / pl.col("days"))
    measured = rows.select(
        "period", "origin",
        status=pl.when(full).then(pl.lit("final")).otherwise(pl.lit("estimated")),
        media_events=pl.col("events").fill_null(0.0) * factor,
        media_conflict=pl.col("media_conflict").fill_null(0.0) * factor,
        media_cooperation=pl.col("media_cooperation").fill_null(0.0) * factor,
        media_tone=pl.col("tone") / pl.col("events"),
    )  # fmt: skip
    long = measured.unpivot(
        on=[*COUNTS, "media_tone"], index=["period", "origin", "status"], variable_name="measure", value_name="value"
    )
    # A place without events has no tone, and all together have no foreign country.
    told = long.drop_nulls("value").filter(
        (pl.col("origin") != "TOT") | pl.col("measure").is_in(["media_events", "media_tone"])
    )
    return observation_columns(told, {"destination": "TOT", "source": SOURCE}, as_of)


def month_names(first: date, last: date) -> list[date]:
    """Give the months from one to another, the newest first."""
    return list(reversed(months_between(first.replace(day=1), last.replace(day=1))))


def days_of(month: date) -> list[date]:
    """Give the days of a month."""
    after = (month + timedelta(days=31)).replace(day=1)
    return [month + timedelta(days=number) for number in range((after - month).days)]
