"""World Bank indicators: net migration, migrants, population; refugees and asylum-seekers by asylum and by origin.

The service marks errors with status 200, mixes groups of countries into the rows, ignores a period that it does not
like, and tells one day of last change for the whole database: where that day stands, nothing is fetched again.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from havre.errors import FileError, Problem, SourceError
from havre.places import is_aggregate, map_labels
from havre.sources.connector import Parsed, Piece, Plan, Wanted
from havre.sources.fetch.fetcher import Fetcher
from havre.sources.fetch.request import MEBIBYTE, Refused, Request, Verdict
from havre.sources.own_file import check_unique, observation_columns, read_bytes, to_counts, wrong_layout
from havre.sources.providers.records import column_names, parse_json, rows_of, text_table, whole_counts, years
from havre.sources.snapshot import Snapshot

SOURCE = "world_bank"
BASE = "https://api.worldbank.org/v2"
PER_PAGE = 3000
MOST_PAGES = 100
FIRST_YEAR = 1960
HEADER = ("page", "pages", "total")
ROW = ("indicator", "country", "countryiso3code", "date", "value", "unit", "obs_status")
COUNTRY = ("id", "iso2Code", "region")
NO_REGION = "NA"
"""Region of a group of countries, such as the euro area."""
STATUSES = {"E": "estimated", "F": "estimated", "P": "provisional"}


@dataclass(frozen=True)
class Indicator:
    """An indicator: its measure, whether its country is the origin, and whether it may be negative."""

    id: str
    measure: str
    by_origin: bool = False
    signed: bool = False


INDICATORS: tuple[Indicator, ...] = (
    Indicator("SM.POP.NETM", "net_migration", signed=True),
    Indicator("SM.POP.TOTL", "migrant_stock"),
    Indicator("SP.POP.TOTL", "population_midyear"),
    Indicator("SM.POP.RHCR.EA", "refugee_stock"),
    Indicator("SM.POP.RHCR.EO", "refugee_stock", by_origin=True),
    Indicator("SM.POP.ASYS.EA", "asylum_seeker_stock"),
    Indicator("SM.POP.ASYS.EO", "asylum_seeker_stock", by_origin=True),
)
_BY_ID = {each.id: each for each in INDICATORS}


def judge(status: int, head: bytes) -> Verdict:
    """Tell an error with status 200 from data."""
    if status != 200 or not re.match(rb'\s*\[\s*\{\s*"message"', head.removeprefix(b"\xef\xbb\xbf")):
        return None
    found = re.search(rb'"id"\s*:\s*"?(\d+).*?"value"\s*:\s*"([^"]*)"', head, re.DOTALL)
    number, words = (found[1].decode(), found[2].decode("utf-8", "replace")) if found else ("–", "–")
    return Refused(Problem.of("source.world_bank.refused", number=number, words=words[:200]))


def plan_indicators(wanted: Wanted, indicators: Sequence[Indicator] = INDICATORS) -> Iterator[Plan]:
    """Plan the pieces: one per indicator."""
    state: dict[str, str | None] = {}
    first = max(FIRST_YEAR, wanted.since.year) if wanted.since else FIRST_YEAR
    for indicator in indicators:
        yield Plan(indicator.id, _getter(indicator, (first, wanted.today.year), state))


def _getter(
    indicator: Indicator, window: tuple[int, int], state: dict[str, str | None]
) -> Callable[[Fetcher], tuple[Snapshot, ...]]:
    def fetch(fetcher: Fetcher) -> tuple[Snapshot, ...]:
        if "updated" not in state:
            state["updated"] = get_updated(fetcher, indicator)
        kept = kept_files(fetcher, indicator, window, state["updated"])
        return kept or get_files(fetcher, indicator, window)

    return fetch


def _request(indicator: Indicator, window: tuple[int, int], page: int) -> Request:
    params = {"format": "json", "date": f"{window[0]}:{window[1]}", "per_page": PER_PAGE, "page": page}
    pairs = tuple((name, str(value)) for name, value in params.items())
    name = f"{indicator.id}/{window[0]}-{window[1]}/{page}"
    return Request(
        f"{BASE}/country/all/indicator/{indicator.id}", name, "json", pairs, judge=judge, largest=64 * MEBIBYTE
    )


_COUNTRIES = Request(f"{BASE}/country", "countries", "json", (("format", "json"), ("per_page", "400")), judge=judge)


def get_updated(fetcher: Fetcher, indicator: Indicator) -> str | None:
    """Ask for one value, to learn when the database was last changed; ``None`` where nobody tells."""
    params = (("format", "json"), ("per_page", "1"), ("page", "1"))
    address = f"{BASE}/country/DEU/indicator/{indicator.id}"
    try:
        return updated_of(fetcher.fetch(Request(address, "updated", "json", params, judge=judge)).read())
    except (SourceError, FileError):
        # The table itself tells what is wrong.
        return None


def updated_of(content: bytes) -> str | None:
    """Give the day of the last change that an answer tells."""
    match = re.search(rb'"lastupdated"\s*:\s*"([^"]+)"', content[:1000])
    return match[1].decode("utf-8", "replace") if match else None


def kept_files(
    fetcher: Fetcher, indicator: Indicator, window: tuple[int, int], updated: str | None
) -> tuple[Snapshot, ...]:
    """Give the files of the last pull, confirmed, where the database did not change since; else nothing."""
    files = [fetcher.snapshots.latest(SOURCE, _COUNTRIES.key)]
    try:
        page, pages = 1, 1
        while page <= min(pages, MOST_PAGES):
            file = fetcher.snapshots.latest(SOURCE, _request(indicator, window, page).key)
            if file is None or updated is None or updated_of(content := file.read()) != updated:
                return ()
            pages = _header(parse_json(content, file.sidecar.name), file.sidecar.name)["pages"]
            files.append(file)
            page += 1
    except (SourceError, FileError):
        # Damaged on the disk: fetched anew.
        return ()
    now = fetcher.clockwork.now()
    whole = [file for file in files if file is not None]
    return tuple(fetcher.snapshots.confirm(file, now) for file in whole) if len(whole) == len(files) else ()


def get_files(fetcher: Fetcher, indicator: Indicator, window: tuple[int, int]) -> tuple[Snapshot, ...]:
    """Fetch the list of countries and all pages of an indicator."""
    files = [fetcher.fetch(_COUNTRIES), fetcher.fetch(_request(indicator, window, 1))]
    name = files[1].sidecar.name
    pages = _header(parse_json(files[1].read(), name), name)["pages"]
    if pages > MOST_PAGES:
        raise wrong_layout(name, SOURCE, f"pages {pages}", f"pages ≤ {MOST_PAGES}")
    files += [fetcher.fetch(_request(indicator, window, page)) for page in range(2, pages + 1)]
    return tuple(files)


def _header(document: Any, name: str) -> Mapping[str, int]:
    """Read the first of the two elements of an answer."""
    if not isinstance(document, list) or len(document) != 2 or not isinstance(document[0], dict):
        raise wrong_layout(name, SOURCE, str(document)[:120], f"[{{{', '.join(HEADER)}}}, [{', '.join(ROW)}]]")
    try:
        return {field: int(document[0][field]) for field in HEADER}
    except (KeyError, TypeError, ValueError) as error:
        raise wrong_layout(name, SOURCE, ", ".join(map(str, document[0])), ", ".join(HEADER)) from error


def parse_countries(content: bytes, name: str) -> tuple[frozenset[str], frozenset[str]]:
    """Read the list of countries: alpha-3 codes of economies, and both codes of the groups of them.

    Raises
    ------
    SourceError : it is not laid out as expected, or not whole
    """
    document = parse_json(content, name)
    header = _header(document, name)
    rows = rows_of(document[1], COUNTRY, name, SOURCE)
    if header["pages"] != 1 or header["total"] != len(rows):
        raise wrong_layout(name, SOURCE, f"{len(rows)} / pages {header['pages']}", f"total {header['total']} / pages 1")
    economies, groups = set(), {""}
    for row in rows:
        region = row["region"].get("id") if isinstance(row["region"], dict) else None
        if region is None:
            raise wrong_layout(name, SOURCE, str(row["region"])[:80], "region.id")
        if region == NO_REGION:
            groups |= {str(row["id"]), str(row["iso2Code"])}
        else:
            economies.add(str(row["id"]))
    return frozenset(economies), frozenset(groups)


def parse_indicator(countries: tuple[str, bytes], pages: Sequence[tuple[str, bytes]], as_of: date) -> Parsed:
    """Read all pages of an indicator, each with the name of its request (``indicator/first-last/page``).

    Raises
    ------
    SourceError : a page is missing, twice or of another day; it is another indicator or period; a code is unknown
    PlaceError : places are unknown
    """
    name = pages[0][0]
    match = re.fullmatch(r"([A-Z.]+)/(\d{4})-(\d{4})/1", name)
    if match is None or match[1] not in _BY_ID:
        raise wrong_layout(name, SOURCE, name, ", ".join(_BY_ID))
    rows: list[dict[str, Any]] = []
    days = {updated_of(content) for _, content in pages}
    for number, (page_name, content) in enumerate(pages, start=1):
        document = parse_json(content, page_name)
        header = _header(document, page_name)
        if (header["page"], header["pages"]) != (number, len(pages)) or len(days) > 1:
            found = f"page {header['page']} of {header['pages']} ({', '.join(map(str, days))})"
            raise wrong_layout(page_name, SOURCE, found, f"page {number} of {len(pages)}")
        rows += rows_of(document[1], ROW, page_name, SOURCE)
    total = _header(parse_json(pages[0][1], name), name)["total"]
    if total != len(rows) or not rows:
        raise wrong_layout(name, SOURCE, f"{len(rows)}", f"total {total}")
    cells = _cells(rows, name).filter(pl.col("country") != "")
    _check_asked(cells, match[1], (int(match[2]), int(match[3])), name)
    chosen = _economies(cells, *parse_countries(countries[1], countries[0]), name)
    observations = _observations(chosen, _BY_ID[match[1]], name, as_of)
    shape = {"columns": column_names(rows), "units": tuple(sorted(cells["unit"].unique())),
             "code:countryiso3code": tuple(sorted(chosen["place"].unique()))}  # fmt: skip
    return Parsed(observations, shape, whole=True, signed=_BY_ID[match[1]].signed)


def _cells(rows: Sequence[Mapping[str, Any]], name: str) -> pl.DataFrame:
    flat = []
    for row in rows:
        if not isinstance(row["indicator"], dict) or not isinstance(row["country"], dict):
            raise wrong_layout(name, SOURCE, f"{row['indicator']} {row['country']}"[:120], "indicator.id, country.id")
        flat.append({**row, "indicator": row["indicator"].get("id"), "country": row["country"].get("id")})
    return text_table(flat, ROW).with_columns(pl.exclude("value").fill_null(""))


def _check_asked(cells: pl.DataFrame, indicator: str, window: tuple[int, int], name: str) -> None:
    others = cells.filter(pl.col("indicator") != indicator)
    if others.height:
        raise wrong_layout(name, SOURCE, others["indicator"][0], indicator)
    outside = ~years(cells["date"], name, SOURCE).dt.year().is_between(*window)
    if outside.any():
        raise wrong_layout(name, SOURCE, f"date {cells['date'].filter(outside)[0]}", f"date {window[0]}–{window[1]}")


def _economies(cells: pl.DataFrame, economies: frozenset[str], groups: frozenset[str], name: str) -> pl.DataFrame:
    """Keep the rows of economies; a code that is in neither list is refused."""
    is_economy = pl.col("countryiso3code").is_in(list(economies))
    is_group = pl.col("country").is_in(list(groups)) | (
        pl.col("countryiso3code").is_in(list(groups)) & (pl.col("countryiso3code") != "")
    )
    unknown = cells.filter(~is_economy & ~is_group)
    if unknown.height:
        code = unknown["countryiso3code"][0] or unknown["country"][0]
        raise wrong_layout(name, SOURCE, f"countryiso3code {code}", "country")
    together = [code for code in economies if is_aggregate(code, SOURCE)]
    chosen = cells.filter(is_economy & ~pl.col("countryiso3code").is_in(together))
    check_unique(chosen, ["countryiso3code", "date"], name, SOURCE)
    return chosen.with_columns(place=map_labels(chosen["countryiso3code"], SOURCE, name))


def _observations(chosen: pl.DataFrame, indicator: Indicator, name: str, as_of: date) -> pl.DataFrame:
    reader = to_counts if indicator.signed else whole_counts
    side, other = ("origin", "destination") if indicator.by_origin else ("destination", "origin")
    rows = chosen.select(
        pl.col("place").alias(side),
        period=years(chosen["date"], name, SOURCE),
        # A value that is null was not published.
        value=reader(chosen["value"], name, SOURCE),
        status=pl.col("obs_status").replace_strict(STATUSES, default="final"),
    ).drop_nulls("value")
    facts = {"measure": indicator.measure, other: "TOT", "frequency": "A", "source": SOURCE}
    return observation_columns(rows, facts, as_of)


def read_own(path: Path, as_of: date) -> Parsed:
    """Read a saved answer of one indicator, whole on one page.

    Since the list of countries is not beside it, every code that is no country counts as a group of countries.

    Raises
    ------
    FileError, SourceError : it cannot be read, is none of the indicators, or is one page of several
    """
    content, name = read_bytes(path), str(path)
    document = parse_json(content, name)
    header = _header(document, name)
    rows = rows_of(document[1], ROW, name, SOURCE)
    if header["pages"] != 1 or not rows:
        raise wrong_layout(path, SOURCE, f"pages {header['pages']}", "pages 1")
    cells = _cells(rows, name)
    indicator = _BY_ID.get(cells["indicator"][0])
    if indicator is None:
        raise wrong_layout(path, SOURCE, cells["indicator"][0], ", ".join(_BY_ID))
    _check_asked(cells, indicator.id, (FIRST_YEAR, as_of.year), name)
    from havre.places.crosswalk import labels_of

    economies = frozenset(
        label.label for label in labels_of(SOURCE).values() if label.code == label.label or label.code == "aggregate"
    )
    groups = frozenset(cells["country"].unique()) | {""}
    chosen = _economies(cells, economies, groups, name)
    return Parsed(_observations(chosen, indicator, name, as_of), {}, signed=indicator.signed)


@dataclass(frozen=True)
class WorldBank:
    """The connector."""

    source: str = SOURCE
    version: int = 1
    indicators: tuple[Indicator, ...] = INDICATORS

    def plans(self, fetcher: Fetcher, wanted: Wanted) -> Iterable[Plan]:
        """See :class:`havre.sources.connector.Connector`."""
        return plan_indicators(wanted, self.indicators)

    def parse(self, piece: Piece, as_of: date) -> Parsed:
        """See :class:`havre.sources.connector.Connector`."""
        files = {file.sidecar.name: file for file in piece.files}
        countries = files.pop(_COUNTRIES.name, None)
        if countries is None or not files:
            raise SourceError("source.nothing_kept", source=SOURCE)
        pages = [(name, file.read()) for name, file in files.items()]
        return parse_indicator((_COUNTRIES.name, countries.read()), pages, as_of)

    def read(self, paths: Sequence[Path], as_of: date) -> Parsed:
        """Read saved answers."""
        parts = [read_own(path, as_of) for path in paths]
        return Parsed(pl.concat([each.observations for each in parts]), signed=any(each.signed for each in parts))


CONNECTOR = WorldBank()
