"""UCDP: deaths in armed conflict by country and month, from the yearly release and the monthly candidate events.

The yearly release of a June holds everything until the December before; months since then come from candidate files,
which are provisional: an event that returns in a later file counts as that one says. Events are summed to country and
month; no event, place or coordinate leaves this file.
"""

import codecs
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import polars as pl

from havre.errors import SourceError
from havre.months import months_between
from havre.places import map_labels
from havre.sources.catalogue import source
from havre.sources.connector import Parsed, Piece, Plan, Wanted
from havre.sources.fetch.answers import unzipped
from havre.sources.fetch.fetcher import Fetcher
from havre.sources.fetch.request import MEBIBYTE, Request
from havre.sources.own_file import check_columns, check_unique, observation_columns, read_bytes, wrong_layout
from havre.sources.providers.records import column_names, envelope, parse_json, rows_of, text_table, whole_counts
from havre.sources.snapshot import Snapshot

SOURCE = "ucdp"
DOWNLOADS = "https://ucdp.uu.se/downloads"
API = "https://ucdpapi.pcr.uu.se/api/gedevents"
KEY_VARIABLE = "HAVRE_UCDP_TOKEN"
FIRST_YEAR = 1989
COLUMNS = ("id", "country_id", "date_start", "date_end", "best")
NEEDED = (*COLUMNS, "year")
CLEAR = "clear"
PAGE_SIZE = 1000
MOST_PAGES = 200
LARGEST = 1024 * MEBIBYTE
"""Bytes of the yearly release, unpacked; it had about 300 MB in 2025."""
QUARTER_ENDS = (12, 9, 6, 3)
_YEARLY = re.compile(r"ged(\d\d)\d", re.IGNORECASE)
_MONTHLY = re.compile(r"v(\d\d)_0_(\d{1,2})(?!\d)", re.IGNORECASE)
_JOINT = re.compile(r"v(\d\d)_0?1_\1_(\d\d)(?!\d)", re.IGNORECASE)


@dataclass(frozen=True)
class Release:
    """What a file covers: its first and last month, and whether its events are candidates."""

    first: date
    last: date
    candidate: bool


def release_of(name: str) -> Release | None:
    """Tell what a file covers by its name; ``None`` where the name tells nothing.

    Examples
    --------
    >>> release_of("GEDEvent_v26_0_8.csv")
    Release(first=datetime.date(2026, 8, 1), last=datetime.date(2026, 8, 1), candidate=True)
    >>> release_of("GEDEvent_v26_01_26_06.csv").last, release_of("ged261-csv.zip").last
    (datetime.date(2026, 6, 1), datetime.date(2025, 12, 1))
    """
    if (match := _JOINT.search(name)) or (match := _MONTHLY.search(name)):
        year, month = 2000 + int(match[1]), int(match[2])
        if not 1 <= month <= 12:
            return None
        first = 1 if _JOINT.search(name) else month
        return Release(date(year, first, 1), date(year, month, 1), candidate=True)
    if match := _YEARLY.search(name):
        return Release(date(FIRST_YEAR, 1, 1), date(1999 + int(match[1]), 12, 1), candidate=False)
    return None


def get_events(fetcher: Fetcher, wanted: Wanted) -> tuple[Snapshot, ...]:
    """Fetch the newest yearly release, and the candidate files of the years that it does not hold, oldest first."""
    files: list[Snapshot] = []
    for year in (wanted.today.year, wanted.today.year - 1):
        name = f"ged{year % 100:02}1-csv.zip"
        address = f"{DOWNLOADS}/ged/{name}"
        found = fetcher.fetch_if_there(Request(address, name, "zip", largest=256 * MEBIBYTE, may_be_missing=True))
        if found is not None:
            files.append(found)
            break
    if not files:
        raise SourceError("source.fetch.status", name=name, url=address, status=404)
    for later in range(year, wanted.today.year + 1):
        files += _get_candidates(fetcher, wanted, later)
    return tuple(files)


def _get_candidates(fetcher: Fetcher, wanted: Wanted, year: int) -> Iterator[Snapshot]:
    """Fetch the files of a year: the longest joint release, and the months after it."""
    ended = 12 if year < wanted.today.year else wanted.today.month - 1
    short, covered = year % 100, 0
    for month in QUARTER_ENDS:
        if month <= ended:
            found = fetcher.fetch_if_there(_candidate(f"GEDEvent_v{short:02}_01_{short:02}_{month:02}.csv"))
            if found is not None:
                yield found
                covered = month
                break
    token = wanted.keys(KEY_VARIABLE)
    for month in range(covered + 1, ended + 1):
        found = fetcher.fetch_if_there(_candidate(f"GEDEvent_v{short:02}_0_{month}.csv"))
        if found is not None:
            yield found
        elif token:
            yield from get_pages(fetcher, f"{short}.0.{month}", token)


def _candidate(name: str) -> Request:
    return Request(f"{DOWNLOADS}/candidateged/{name}", name, "csv", largest=64 * MEBIBYTE, may_be_missing=True)


def get_pages(fetcher: Fetcher, version: str, token: str) -> Iterator[Snapshot]:
    """Fetch a version from the API, page by page; nothing where it is not there.

    Whether the first page is 0 or 1 is told in two ways, so the address that a page gives for the next one is followed.

    Raises
    ------
    SourceError : a page is none, leads elsewhere or to a page that was there, or there are too many
    """
    pages: set[tuple[tuple[str, str], ...]] = set()
    params: tuple[tuple[str, str], ...] | None = (("pagesize", str(PAGE_SIZE)),)
    while params is not None:
        number = len(pages) + 1
        name = f"GEDEvent_v{version.replace('.', '_')}/{number}"
        if params in pages or number > MOST_PAGES:
            raise wrong_layout(name, SOURCE, f"NextPageUrl {dict(params).get('page', '–')}", f"≤ {MOST_PAGES}")
        pages.add(params)
        request = Request(
            f"{API}/{version}", name, "json", params, secret_headers={"x-ucdp-access-token": token}, pause=1.0,
            may_be_missing=number == 1,
        )  # fmt: skip
        found = fetcher.fetch_if_there(request)
        if found is None:
            return
        yield found
        params = _next_page(found.read(), version, name)


def _next_page(content: bytes, version: str, name: str) -> tuple[tuple[str, str], ...] | None:
    page = envelope(parse_json(content, name), ("TotalPages", "NextPageUrl", "Result"), name, SOURCE)
    address = urlsplit(str(page["NextPageUrl"] or ""))
    if not address.query:
        return None
    if not address.path.rstrip("/").endswith(f"/gedevents/{version}"):
        raise wrong_layout(name, SOURCE, f"NextPageUrl {address.path}", f"/gedevents/{version}")
    return tuple(parse_qsl(address.query))


def parse_files(files: Iterable[tuple[str, Callable[[], bytes]]], as_of: date) -> Parsed:
    """Sum the events of files to country and month.

    Parameters
    ----------
    files : name, which tells what a file covers, and content of each; a later one says what holds of an event

    Returns
    -------
    ``conflict_deaths`` of each country (origin) where an event was ever recorded, with destination ``TOT``: the best
    estimates of the events that ended in the month; months without an event are imputed zeros. Candidate months are
    provisional, and estimated where some event of theirs is not clear yet. A month of no file has no row.

    Raises
    ------
    SourceError : a file is not laid out as expected, does not hold the years of its name, or a cell cannot be read
    PlaceError : a country is unknown
    """
    yearly: list[pl.DataFrame] = []
    candidates: list[pl.DataFrame] = []
    covered: set[date] = set()
    final: date | None = None
    shape: dict[str, tuple[str, ...]] = {}
    for name, content in files:
        events, columns = _events(content(), name)
        release = release_of(name) or _seen(events)
        _check_span(events, release, name)
        covered |= set(months_between(release.first, release.last))
        shape.setdefault("columns", columns)
        if release.candidate:
            candidates.append(events)
        else:
            check_unique(events, ("id",), name, SOURCE)
            yearly.append(events)
            final = max(release.last, final or release.last)
    last_said = pl.concat(candidates).unique("id", keep="last", maintain_order=True) if candidates else None
    if last_said is not None:
        # Nothing of a candidate file counts in a month that the yearly release has.
        news = last_said.filter(pl.col("period") > (final or date.min), pl.col("period").is_in(list(covered)))
        yearly.append(news.with_columns(candidate=True))
    rows = _dense(pl.concat(yearly), sorted(covered), final)
    facts = {"measure": "conflict_deaths", "destination": "TOT", "source": SOURCE}
    return Parsed(observation_columns(rows, facts, as_of), shape, whole=True)


def _events(content: bytes, name: str) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Read the few columns that are needed: id, origin, period (month of the end), deaths, clear, candidate."""
    if content[:1] == b"{":
        page = envelope(parse_json(content, name), ("Result",), name, SOURCE)
        rows = rows_of(page["Result"], NEEDED, name, SOURCE)
        columns = column_names(rows)
        table = text_table(rows, [*NEEDED, "code_status"]) if rows else pl.DataFrame(schema=[*NEEDED, "code_status"])
    else:
        packed = content[:4] == b"PK\x03\x04"
        text = unzipped(content, name, LARGEST, lambda member: member.lower().endswith(".csv")) if packed else content
        table, columns = _csv(text, name)
    check_columns(table, NEEDED, name, SOURCE)
    days = {side: _days(table[side], name) for side in ("date_start", "date_end")}
    if (wrong := days["date_end"] < days["date_start"]).any():
        raise _bad_cell(table["date_end"], wrong, name)
    status = table["code_status"].str.to_lowercase() if "code_status" in table.columns else pl.lit(CLEAR)
    events = table.select(
        "id",
        origin=map_labels(table["country_id"], "gleditsch_ward", name),
        period=days["date_end"].dt.month_start(),
        deaths=whole_counts(table["best"], name, SOURCE),
        clear=(status == CLEAR).fill_null(value=False),
        candidate=pl.lit(value=False),
    )
    if (empty := events["deaths"].is_null()).any():
        raise _bad_cell(table["best"], empty, name)
    return events, columns


def _csv(text: bytes, name: str) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Read a CSV by the names of its columns; the second row of humanitarian copies holds tags, and is left out."""
    try:
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
        for start in range(0, len(text), 1 << 24):
            decoder.decode(text[start : start + (1 << 24)])
        decoder.decode(b"", final=True)
        columns = tuple(pl.read_csv(BytesIO(text), n_rows=0, infer_schema=False).columns)
        taken = [each for each in (*NEEDED, "code_status") if each in columns]
        if not set(NEEDED) <= set(taken):
            raise wrong_layout(name, SOURCE, ", ".join(columns)[:600], ", ".join(NEEDED))
        table = pl.read_csv(BytesIO(text), columns=taken, infer_schema=False)
    except (UnicodeDecodeError, pl.exceptions.PolarsError) as error:
        reason = str(error).splitlines()[0][:200]
        raise SourceError("source.fetch.damaged", name=name, kind="CSV", reason=reason) from error
    return table.filter(~pl.col("id").str.starts_with("#").fill_null(value=False)), columns


def _days(column: pl.Series, name: str) -> pl.Series:
    days = column.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    if (wrong := days.is_null()).any():
        raise _bad_cell(column, wrong, name)
    return days


def _bad_cell(column: pl.Series, wrong: pl.Series, name: str) -> SourceError:
    row = wrong.arg_max() or 0
    fields = {"row": row + 1, "column": column.name, "value": column[row]}
    return SourceError("source.bad_cell", path=name, provider=source(SOURCE).provider, **fields)


def _seen(events: pl.DataFrame) -> Release:
    """Take a file whose name tells nothing for what it holds; candidates where some event is not clear."""
    months = events["period"].to_list() or [date(FIRST_YEAR, 1, 1)]
    return Release(min(months), max(months), candidate=not bool(events["clear"].all()))


def _check_span(events: pl.DataFrame, release: Release, name: str) -> None:
    """Refuse a file that holds other years than its name says."""
    expected = f"{release.first:%Y-%m} … {release.last:%Y-%m}"
    months = events["period"].to_list()
    if not months and not release.candidate:
        raise wrong_layout(name, SOURCE, "0", expected)
    if "/" in name or not months:
        # A page of the API holds any part of its month; a month may pass without an event in a file.
        return
    last = max(months)
    too_old = last < release.first if release.candidate else last.year < release.last.year
    if too_old or last > release.last:
        raise wrong_layout(name, SOURCE, f"… {last:%Y-%m}", expected)


def _dense(events: pl.DataFrame, months: Sequence[date], final: date | None) -> pl.DataFrame:
    sums = events.group_by("origin", "period").agg(value=pl.col("deaths").sum(), clear=pl.col("clear").all())
    grid = sums.select("origin").unique().join(pl.DataFrame({"period": months}), how="cross")
    dense = grid.join(sums, on=["origin", "period"], how="left")
    status = (
        pl.when(pl.col("value").is_null()).then(pl.lit("imputed_zero"))
        .when(pl.col("period") <= (final or date.min)).then(pl.lit("final"))
        .when(pl.col("clear")).then(pl.lit("provisional"))
        .otherwise(pl.lit("estimated"))
    )  # fmt: skip
    return dense.select("origin", "period", value=pl.col("value").fill_null(0.0), status=status)


@dataclass(frozen=True)
class Ucdp:
    """The connector."""

    source: str = SOURCE
    version: int = 1

    def plans(self, fetcher: Fetcher, wanted: Wanted) -> Iterable[Plan]:
        """See :class:`havre.sources.connector.Connector`."""
        return [Plan("events", lambda fetcher: get_events(fetcher, wanted))]

    def parse(self, piece: Piece, as_of: date) -> Parsed:
        """See :class:`havre.sources.connector.Connector`."""
        return parse_files([(file.sidecar.name, file.read) for file in piece.files], as_of)

    def read(self, paths: Sequence[Path], as_of: date) -> Parsed:
        """Read the user's own copies of the yearly release (ZIP, CSV) or of candidate files, oldest first."""
        return parse_files([(path.name, lambda path=path: read_bytes(path)) for path in paths], as_of)  # type: ignore[misc]


CONNECTOR = Ucdp()
