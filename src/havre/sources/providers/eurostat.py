"""Eurostat: asylum applicants, decisions, pending cases, temporary protection, Dublin, population, immigration.

The Statistics API of the dissemination service is asked, one destination at a time where the whole would be refused
for its size; a query that is still too large is split by years. An answer that is being prepared is waited for. Data
sets that did not change since the last pull cost one small request.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from havre.errors import FileError, Problem, SourceError
from havre.places import is_aggregate, map_labels
from havre.sources.connector import Parsed, Piece, Plan, Wanted
from havre.sources.fetch.fetcher import Fetcher
from havre.sources.fetch.request import MEBIBYTE, Refused, Request, Verdict, Wait
from havre.sources.own_file import observation_columns, wrong_layout
from havre.sources.providers.jsonstat import Cube, parse_cube
from havre.sources.snapshot import Snapshot

SOURCE = "eurostat"
BASE = "https://ec.europa.eu/eurostat/api/dissemination/statistics/1.0/data"
DESTINATIONS = (
    "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "HR", "HU", "IE", "IS", "IT", "LI",
    "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK", "UK",
)  # fmt: skip
ROUNDING = 5.0
ASYNC_PAUSE = 10.0
"""Seconds until an answer that is being prepared is asked for again."""
FIRST_YEAR = 1990
STATUSES = {"e": "estimated", "i": "estimated", "f": "estimated", "s": "estimated", "p": "provisional"}
"""Flags that change the standing of a value; breaks, definitions and reliability stand in the caveats."""
_WITHHELD = re.compile(r"[cC:mzu]|\|C")
_TOO_BIG = "EXTRACTION_TOO_BIG"
_ASYNC = "ASYNCHRONOUS_RESPONSE"


@dataclass(frozen=True)
class Dataset:
    """A data set, and what of it is taken.

    Parameters
    ----------
    fixed : category of each dimension that is asked for alone
    measures : measure by category of the dimension ``by``
    origin, destination : dimensions; ``""`` for all origins together
    renamed : older name and categories of the dimension ``by``, tried where the new one is refused
    each_destination : one query per destination, since the whole is too large
    """

    code: str
    frequency: str
    fixed: Mapping[str, str]
    measures: Mapping[str, str]
    by: str = ""
    origin: str = "citizen"
    destination: str = "geo"
    rounding: float | None = ROUNDING
    each_destination: bool = False
    renamed: tuple[str, Mapping[str, str]] | None = None


_PERSONS = {"unit": "PER", "sex": "T", "age": "TOTAL"}
_APPLICANT = {"TOTAL": "asylum_applications", "FRST": "asylum_applications_first"}
_OLD_APPLICANT = ("asyl_app", {"ASY_APP": "asylum_applications", "NASY_APP": "asylum_applications_first"})
DATASETS: tuple[Dataset, ...] = (
    Dataset("migr_asyappctzm", "M", _PERSONS, _APPLICANT, "applicant", each_destination=True, renamed=_OLD_APPLICANT),
    Dataset("migr_asyappctza", "A", _PERSONS, _APPLICANT, "applicant", each_destination=True, renamed=_OLD_APPLICANT),
    Dataset(
        "migr_asydcfstq", "Q", _PERSONS, {"TOTAL": "asylum_decisions", "POS": "asylum_decisions_positive"}, "decision",
        each_destination=True,
    ),
    Dataset("migr_asypenctzm", "M", _PERSONS, {"": "asylum_pending_stock"}, each_destination=True),
    Dataset("migr_asytpsm", "M", _PERSONS, {"": "temporary_protection_stock"}, each_destination=True),
    Dataset("migr_dubro", "A", {}, {"": "dublin_requests"}, origin="geo", destination="partner", rounding=None),
    Dataset("migr_dubto", "A", {}, {"": "dublin_transfers"}, origin="geo", destination="partner", rounding=None),
    Dataset("migr_pop1ctz", "A", {"unit": "NR", "sex": "T", "age": "TOTAL"}, {"": "population"}, rounding=None),
    Dataset(
        "migr_imm1ctz", "A", {"unit": "NR", "sex": "T", "age": "TOTAL", "agedef": "REACH"}, {"": "immigration"},
        rounding=None,
    ),
)  # fmt: skip
_BY_CODE = {each.code.upper(): each for each in DATASETS}
_TOTALS = ("TOTAL", "T", "PER", "NR")
_PERIODS = {"M": ("%Y-%m", 7), "Q": ("", 7), "A": ("%Y", 4)}


def judge(status: int, head: bytes) -> Verdict:
    """Tell an answer that is being prepared, and an error with status 200, from data."""
    if status == 200 and not head[:400].lstrip().startswith((b'{"warning"', b'{"error"')):
        return None
    try:
        found = json.loads(head)
        fault = found.get("warning") or found["error"]
        fault = fault[0] if isinstance(fault, list) else fault
        label = str(fault.get("label", ""))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return None
    if label.startswith(_ASYNC):
        return Wait(ASYNC_PAUSE)
    return Refused(Problem.of("source.eurostat.refused", status=fault.get("status", status), label=label[:200]))


def plan_datasets(fetcher: Fetcher, wanted: Wanted, datasets: Sequence[Dataset] = DATASETS) -> Iterator[Plan]:
    """Plan the pieces: one per data set, or per data set and destination."""
    for dataset in datasets:
        state: dict[str, str | None] = {}
        for name in DESTINATIONS if dataset.each_destination else ("",):
            piece = f"{dataset.code}/{name}" if name else dataset.code
            yield Plan(piece, _getter(dataset, name, wanted, state))


def _getter(
    dataset: Dataset, destination: str, wanted: Wanted, state: dict[str, str | None]
) -> Callable[[Fetcher], tuple[Snapshot, ...]]:
    def fetch(fetcher: Fetcher) -> tuple[Snapshot, ...]:
        if "updated" not in state:
            state["updated"] = get_updated(fetcher, dataset)
        return get_table(fetcher, dataset, destination, wanted, state["updated"])

    return fetch


def get_updated(fetcher: Fetcher, dataset: Dataset) -> str | None:
    """Ask for one cell, to learn when a data set was last changed."""
    params = _params(dataset, "DE", dataset.by, tuple(dataset.measures))
    request = Request(
        f"{BASE}/{dataset.code}", f"{dataset.code}/updated", "json", (*params, ("lastTimePeriod", "1")), judge=judge
    )
    try:
        return updated_of(fetcher.fetch(request).read())
    except SourceError:
        # The table itself tells what is wrong.
        return None


def _updated_before(snapshot: Snapshot) -> str | None:
    try:
        return updated_of(snapshot.read())
    except FileError:
        # Damaged on the disk: it is fetched anew.
        return None


def updated_of(content: bytes) -> str | None:
    """Give the time of the last change that an answer tells."""
    match = re.search(rb'"updated"\s*:\s*"([^"]+)"', content[:4000]) or re.search(
        rb'"updated"\s*:\s*"([^"]+)"', content
    )
    return match[1].decode("utf-8", "replace") if match else None


def get_table(
    fetcher: Fetcher, dataset: Dataset, destination: str, wanted: Wanted, updated: str | None
) -> tuple[Snapshot, ...]:
    """Fetch a table, in several files where it is too large for one."""
    years = (wanted.since.year if wanted.since else FIRST_YEAR, wanted.today.year)
    names: list[tuple[str, tuple[str, ...]]] = [(dataset.by, tuple(dataset.measures))]
    if dataset.renamed is not None:
        names.append((dataset.renamed[0], tuple(dataset.renamed[1])))
    for by, measures in names:
        query = _Query(dataset, _params(dataset, destination, by, measures), destination, wanted.today.year)
        try:
            return _get_years(fetcher, query, years, updated)
        except SourceError as error:
            refused = "source.eurostat.refused" in [each.key for each in error.problems]
            if not refused or by == names[-1][0]:
                raise
    return ()


def _params(dataset: Dataset, destination: str, by: str, measures: Sequence[str]) -> tuple[tuple[str, str], ...]:
    params = [("format", "JSON"), ("lang", "EN"), ("freq", dataset.frequency), *dataset.fixed.items()]
    params += [(by, each) for each in measures if by]
    params += [(dataset.destination, destination)] if destination and dataset.destination == "geo" else []
    return tuple(params)


@dataclass(frozen=True)
class _Query:
    """A table of which some years are asked for."""

    dataset: Dataset
    params: tuple[tuple[str, str], ...]
    destination: str
    today: int
    """The last year that there can be."""

    def request(self, years: tuple[int, int]) -> Request:
        first = () if years[0] == FIRST_YEAR else (("sinceTimePeriod", str(years[0])),)
        last = () if years[1] == self.today else (("untilTimePeriod", str(years[1])),)
        parts = (self.dataset.code, self.destination, *(value for _, value in (*first, *last)))
        name = "/".join(part for part in parts if part)
        address = f"{BASE}/{self.dataset.code}"
        return Request(address, name, "json", (*self.params, *first, *last), judge=judge, largest=512 * MEBIBYTE)

    def was_split(self, fetcher: Fetcher, years: tuple[int, int]) -> bool:
        """Tell whether the last pull asked for these years in halves, since they are too many at once."""
        if years[0] >= years[1]:
            return False
        half = _halves(years)[0]
        found = fetcher.snapshots.latest(SOURCE, self.request(half).key) is not None
        return found or self.was_split(fetcher, half)


def _halves(years: tuple[int, int]) -> tuple[tuple[int, int], tuple[int, int]]:
    middle = (years[0] + years[1]) // 2
    return (years[0], middle), (middle + 1, years[1])


def _get_years(fetcher: Fetcher, query: _Query, years: tuple[int, int], updated: str | None) -> tuple[Snapshot, ...]:
    """Fetch some years; where they are too many at once, in two halves."""
    request = query.request(years)
    before = fetcher.snapshots.latest(SOURCE, request.key)
    if before is not None and updated is not None and _updated_before(before) == updated:
        return (fetcher.snapshots.confirm(before, fetcher.clockwork.now()),)
    if before is not None or not query.was_split(fetcher, years):
        try:
            return (fetcher.fetch(request),)
        except SourceError as error:
            too_big = any(_TOO_BIG in str(dict(each.fields).get("label", "")) for each in error.problems)
            if not too_big or years[0] >= years[1]:
                raise
    return tuple(file for half in _halves(years) for file in _get_years(fetcher, query, half, updated))


def parse_table(content: bytes, name: str, as_of: date) -> Parsed:
    """Read one answer of the Statistics API.

    Returns
    -------
    Observations with origins and destinations as ISO 3166 codes. Aggregates are left out, but the total of all
    origins, which is ``TOT``. Where a destination reported anything for a period, each origin that it ever named and
    that has no value there is a zero (status ``imputed_zero``): the service leaves zeros out. A withheld value is
    empty.

    Raises
    ------
    SourceError : it is another data set, or its dimensions are not those expected
    PlaceError : places are unknown
    """
    cube = parse_cube(content, name)
    dataset = _BY_CODE.get(cube.code.upper())
    if dataset is None:
        raise wrong_layout(name, SOURCE, cube.code, ", ".join(each.code for each in DATASETS))
    cells, by, measures = _chosen(cube, dataset, name)
    rows = _named(cells, cube, dataset, by, measures, name)
    filled = _with_zeros(rows) if dataset.origin == "citizen" else rows
    facts = {"frequency": dataset.frequency, "rounding": dataset.rounding, "source": SOURCE}
    shape = {
        "columns": tuple(cube.codes),
        "units": cube.codes.get("unit", ()),
        **{f"code:{each}": cube.codes[each] for each in cube.codes if each not in ("time", "unit")},
    }
    return Parsed(observation_columns(filled, facts, as_of), shape, whole=True)


def _chosen(cube: Cube, dataset: Dataset, name: str) -> tuple[pl.DataFrame, str, Mapping[str, str]]:
    """Keep the categories that are taken; of dimensions that nothing is said about, the total."""
    by, measures = dataset.by, dataset.measures
    if by and by not in cube.codes and dataset.renamed is not None:
        by, measures = dataset.renamed
    needed = [each for each in (by, dataset.origin, dataset.destination, "time") if each]
    if not set(needed) <= set(cube.codes):
        raise wrong_layout(name, SOURCE, ", ".join(cube.codes), ", ".join(needed))
    cells = cube.cells
    for dimension, codes in cube.codes.items():
        if dimension in (*needed, "freq"):
            continue
        wanted = dataset.fixed.get(dimension)
        taken = wanted if wanted in codes else next((each for each in _TOTALS if each in codes), None)
        if taken is None and len(codes) > 1:
            raise wrong_layout(name, SOURCE, f"{dimension}: {', '.join(codes[:8])}", "TOTAL")
        cells = cells.filter(pl.col(dimension) == (taken or codes[0]))
    if by:
        cells = cells.filter(pl.col(by).cast(pl.String).is_in(list(measures)))
    return cells, by, measures


def _named(
    cells: pl.DataFrame, cube: Cube, dataset: Dataset, by: str, measures: Mapping[str, str], name: str
) -> pl.DataFrame:
    """Give measures, places and periods their names; categories that become one place are added up."""
    places = {
        role: _places(cube.codes[dimension], name, keep_total=role == "origin")
        for role, dimension in (("origin", dataset.origin), ("destination", dataset.destination))
    }
    measure = pl.col(by).cast(pl.String).replace_strict(measures) if by else pl.lit(measures.get("", ""))
    flag = pl.col("flag").fill_null("")
    withheld = flag.str.contains(_WITHHELD.pattern) & pl.col("value").is_null()
    status = pl.lit("final")
    for letter, standing in STATUSES.items():
        status = pl.when(flag.str.contains(letter, literal=True)).then(pl.lit(standing)).otherwise(status)
    periods = pl.DataFrame(
        {"time": cube.codes["time"], "period": [_period(text, dataset.frequency, name) for text in cube.codes["time"]]}
    )
    rows = (
        cells.with_columns(pl.col("time").cast(pl.String))
        .join(periods, on="time")
        .select(
            measure=measure,
            origin=pl.col(dataset.origin).cast(pl.String).replace_strict(places["origin"], return_dtype=pl.String),
            destination=pl.col(dataset.destination)
            .cast(pl.String)
            .replace_strict(places["destination"], return_dtype=pl.String),
            period="period",
            value="value",
            status=pl.when(withheld).then(pl.lit("suppressed")).otherwise(status),
        )
        .drop_nulls(["origin", "destination"])
        .filter(pl.col("value").is_not_null() | (pl.col("status") == "suppressed"))
    )
    key = ["measure", "origin", "destination", "period"]
    shared = len(set(places["origin"].values())) < len(places["origin"])
    if not shared:
        return rows
    one = pl.col("value")
    summed = pl.when(one.null_count() == pl.len()).then(None).otherwise(one.sum())
    return rows.group_by(key, maintain_order=True).agg(summed.alias("value"), pl.col("status").first())


def _places(codes: Sequence[str], name: str, *, keep_total: bool) -> dict[str, str | None]:
    """Map codes to places; aggregates to ``None``, the total of origins to ``TOT``."""
    known: dict[str, str | None] = {}
    plain = [code for code in codes if code != "TOTAL" and not is_aggregate(code, SOURCE)]
    named = map_labels(pl.Series(plain, dtype=pl.String), SOURCE, name)
    known.update(zip(plain, named, strict=True))
    for code in codes:
        if code not in known:
            known[code] = "TOT" if code == "TOTAL" and keep_total else None
    return known


def _period(text: str, frequency: str, name: str) -> date:
    """Read ``2026-06``, ``2026-Q2`` or ``2026`` as the first day."""
    patterns = {"M": r"(\d{4})-?M?(\d{2})", "Q": r"(\d{4})-?Q([1-4])", "A": r"(\d{4})()"}
    match = re.fullmatch(patterns[frequency], text)
    if match is None or not 1900 <= int(match[1]) <= 2200:
        raise wrong_layout(name, SOURCE, text, {"M": "YYYY-MM", "Q": "YYYY-Qn", "A": "YYYY"}[frequency])
    month = {"M": int(match[2] or 1), "Q": 3 * int(match[2] or 1) - 2, "A": 1}[frequency]
    if not 1 <= month <= 12:
        raise wrong_layout(name, SOURCE, text, "YYYY-MM")
    return date(int(match[1]), month, 1)


def _with_zeros(rows: pl.DataFrame) -> pl.DataFrame:
    """Add a zero for each origin that a destination ever named, in the periods for which it reported anything."""
    where = ["measure", "destination"]
    parts = rows.filter(pl.col("origin") != "TOT")
    named = parts.select(*where, "origin").unique(maintain_order=True)
    reported = parts.select(*where, "period").unique(maintain_order=True)
    grid = named.join(reported, on=where)
    if grid.height == parts.height:
        return rows
    empty = grid.join(parts, on=[*where, "origin", "period"], how="anti")
    zeros = empty.with_columns(value=pl.lit(0.0), status=pl.lit("imputed_zero"))
    return pl.concat([rows, zeros.select(rows.columns)])


@dataclass(frozen=True)
class Eurostat:
    """The connector."""

    source: str = SOURCE
    version: int = 1
    datasets: tuple[Dataset, ...] = field(default=DATASETS)

    def plans(self, fetcher: Fetcher, wanted: Wanted) -> Iterable[Plan]:
        """See :class:`havre.sources.connector.Connector`."""
        return plan_datasets(fetcher, wanted, self.datasets)

    def parse(self, piece: Piece, as_of: date) -> Parsed:
        """See :class:`havre.sources.connector.Connector`."""
        return _joined([parse_table(file.read(), file.sidecar.name, as_of) for file in piece.files])

    def read(self, paths: Sequence[Path], as_of: date) -> Parsed:
        """Read saved answers of the Statistics API (JSON)."""
        from havre.sources.own_file import read_bytes

        return _joined([parse_table(read_bytes(path), str(path), as_of) for path in paths])


def _joined(parts: Sequence[Parsed]) -> Parsed:
    """Join the years of one table; what their layout is, the last one tells, and codes of any of them count."""
    shape: dict[str, tuple[str, ...]] = {}
    for part in parts:
        for facet, names in part.shape.items():
            shape[facet] = tuple(dict.fromkeys([*shape.get(facet, ()), *names]))
    return Parsed(pl.concat([part.observations for part in parts]), shape, whole=all(part.whole for part in parts))


CONNECTOR = Eurostat()
