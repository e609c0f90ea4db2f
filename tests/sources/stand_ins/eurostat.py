"""Eurostat's Statistics API: JSON-stat cubes of observations, size limits, answers in preparation, errors."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import product

import polars as pl

from havre.panel.reference import load_reference
from havre.panel.vintage import latest
from havre.places import place
from havre.sources.providers.eurostat import DESTINATIONS
from tests.sources.stand_ins.server import Answer, Asked, StandIn

HOST = "ec.europa.eu"
PATH = "/eurostat/api/dissemination/statistics/1.0/data/"
_OWN = {"GR": "EL", "GB": "UK"}


def letters(code: str) -> str:
    """Give Eurostat's two letters of a place."""
    special = {"TOT": "TOTAL", "XXX": "UNK", "STA": "STLS"}
    if code in special:
        return special[code]
    two = place(code).iso2 or code
    return _OWN.get(two, two)


@dataclass
class Table:
    """A data set: dimensions before ``time`` in order, and its cells.

    Parameters
    ----------
    cells : a column of codes per dimension, ``time`` and ``value``; ``flag`` may be there
    """

    code: str
    dimensions: tuple[str, ...]
    cells: pl.DataFrame
    updated: str = "2026-09-11T11:00:00+0200"


@dataclass
class EurostatStandIn:
    """The stand-in.

    Parameters
    ----------
    synchronous : most cells of one answer
    preparing : how many times a table is said to be in preparation first, by code
    """

    tables: dict[str, Table]
    synchronous: int = 500_000
    preparing: dict[str, int] = field(default_factory=dict)
    warn_with_200: bool = True

    def __call__(self, asked: Asked) -> Answer:
        code = asked.path.removeprefix(PATH)
        if not asked.path.startswith(PATH) or code not in self.tables:
            return _error(404, 100, "ERR_NOT_FOUND_4: no such product")
        table = self.tables[code]
        known = {*table.dimensions, "time", "format", "lang", "sinceTimePeriod", "untilTimePeriod", "lastTimePeriod"}
        wrong = [name for name, _ in asked.query if name not in known]
        if wrong:
            return _error(400, 150, f"SEMANTIC_ERROR: dimension {wrong[0]} is not defined")
        if self.preparing.get(code, 0) > 0:
            self.preparing[code] -= 1
            return self._in_preparation()
        return self._cube(table, asked)

    def _in_preparation(self) -> Answer:
        label = "ASYNCHRONOUS_RESPONSE. Your request will be treated asynchronously. Please try again later."
        fault = {"status": 413, "id": 413, "label": label}
        if self.warn_with_200:
            return Answer(json.dumps({"warning": fault}).encode(), "application/json")
        return Answer(json.dumps({"error": [fault]}).encode(), "application/json", 413)

    def _cube(self, table: Table, asked: Asked) -> Answer:
        times = self._times(table, asked)
        codes: dict[str, list[str]] = {}
        for dimension in table.dimensions:
            # The code list of destinations names all of them, also those without a value.
            named = DESTINATIONS if dimension == "geo" else ()
            every = sorted({*table.cells[dimension].unique(), *named})
            wanted = asked.all(dimension)
            codes[dimension] = [each for each in every if each in wanted] if wanted else every
        codes["time"] = times
        size = [len(names) for names in codes.values()]
        cells = 1
        for each in size:
            cells *= max(each, 1)
        if cells > self.synchronous:
            label = f"EXTRACTION_TOO_BIG: The requested extraction is too big, estimated {cells} rows"
            return _error(413, 413, label)
        chosen = table.cells.filter(pl.all_horizontal([pl.col(name).is_in(names) for name, names in codes.items()]))
        return Answer(_json(table, codes, size, chosen), "application/json")

    def _times(self, table: Table, asked: Asked) -> list[str]:
        times = sorted(table.cells["time"].unique().to_list())
        if since := asked.get("sinceTimePeriod"):
            times = [each for each in times if each >= since]
        if until := asked.get("untilTimePeriod"):
            times = [each for each in times if each <= f"{until}~"]
        if last := asked.get("lastTimePeriod"):
            times = times[-int(last) :]
        return times


def _json(table: Table, codes: Mapping[str, Sequence[str]], size: Sequence[int], chosen: pl.DataFrame) -> bytes:
    index = pl.lit(0)
    for dimension, names in codes.items():
        places = {name: place for place, name in enumerate(names)}
        position = pl.col(dimension).replace_strict(places, return_dtype=pl.Int64) if places else pl.lit(0)
        index = index * max(len(names), 1) + position
    flat = chosen.with_columns(index=index).sort("index") if chosen.height else chosen.with_columns(index=pl.lit(0))
    valued = flat.drop_nulls("value")
    values = {str(at): _number(value) for at, value in valued.select("index", "value").iter_rows()}
    found = {
        "version": "2.0",
        "class": "dataset",
        "label": f"Table {table.code}",
        "source": "ESTAT",
        "updated": table.updated,
        "value": values,
        "id": list(codes),
        "size": list(size),
        "dimension": {
            name: {"label": name, "category": {"index": {each: at for at, each in enumerate(names)},
                                               "label": {each: each for each in names}}}
            for name, names in codes.items()
        },
        "extension": {"id": table.code.upper(), "lang": "EN"},
    }  # fmt: skip
    if "flag" in flat.columns:
        flags = {str(at): flag for at, flag in flat.drop_nulls("flag").select("index", "flag").iter_rows()}
        if flags:
            found["status"] = flags
    return json.dumps(found).encode()


def _number(value: float) -> float | int:
    return int(value) if value == int(value) else value


def _error(status: int, identity: int, label: str) -> Answer:
    fault = {"error": [{"status": status, "id": identity, "label": label}]}
    return Answer(json.dumps(fault).encode(), "application/json", status)


def period_text(day: date, frequency: str) -> str:
    """Write a period as Eurostat does."""
    return {"M": f"{day:%Y-%m}", "Q": f"{day.year}-Q{(day.month + 2) // 3}", "A": f"{day.year}"}[frequency]


def applicants(observations: pl.DataFrame, code: str = "migr_asyappctzm", frequency: str = "M") -> Table:
    """Make the table of applicants from observations of the panel."""
    types = {"asylum_applications": "TOTAL", "asylum_applications_first": "FRST"}
    rows = observations.filter(pl.col("measure").is_in(list(types)) & (pl.col("frequency") == frequency))
    names = {each: letters(each) for each in {*rows["origin"].unique(), *rows["destination"].unique()}}
    cells = rows.select(
        freq=pl.lit(frequency),
        unit=pl.lit("PER"),
        citizen=pl.col("origin").replace_strict(names),
        sex=pl.lit("T"),
        age=pl.lit("TOTAL"),
        applicant=pl.col("measure").replace_strict(types),
        geo=pl.col("destination").replace_strict(names),
        time=pl.col("period").map_elements(lambda day: period_text(day, frequency), return_dtype=pl.String),
        value="value",
    )
    return Table(code, ("freq", "unit", "citizen", "sex", "age", "applicant", "geo"), cells)


def stand_in(*, small: bool = False) -> EurostatStandIn:
    """Make the stand-in with every data set: figures of the reference snapshot where it has them, else invented ones.

    Parameters
    ----------
    small : only some months, for tests that pull often
    """
    known = latest(load_reference().filter(pl.col("source") == "eurostat"))
    known = known.filter(pl.col("period") >= date(2015, 1, 1)) if small else known
    applied = known.filter(pl.col("measure").str.starts_with("asylum_applications"))
    yearly = applied.filter(pl.col("origin") != "TOT").with_columns(
        period=pl.col("period").dt.truncate("1y"), frequency=pl.lit("A")
    )
    key = ["measure", "origin", "destination", "period"]
    annual = yearly.group_by(key, maintain_order=True).agg(pl.col("value").sum(), frequency=pl.lit("A"))
    tables = [applicants(applied), applicants(annual, "migr_asyappctza", "A"), _protection(known), *_invented()]
    return EurostatStandIn({table.code: table for table in tables})


def _protection(known: pl.DataFrame) -> Table:
    rows = known.filter(pl.col("measure") == "temporary_protection_stock")
    geo = {each: letters(each) for each in rows["destination"].unique()}
    cells = rows.select(
        freq=pl.lit("M"), unit=pl.lit("PER"), citizen=pl.lit("UA"), sex=pl.lit("T"), age=pl.lit("TOTAL"),
        geo=pl.col("destination").replace_strict(geo), time=pl.col("period").dt.to_string("%Y-%m"), value="value",
        flag=pl.when(pl.col("value").is_null()).then(pl.lit("c")),
    )  # fmt: skip
    return Table("migr_asytpsm", ("freq", "unit", "citizen", "sex", "age", "geo"), cells)


def _invented() -> Iterator[Table]:
    """Small tables of the data sets that the reference snapshot does not hold."""
    persons = {"unit": "PER", "sex": "T", "age": "TOTAL"}
    yield _grid("migr_asydcfstq", persons, {"decision": ["TOTAL", "POS", "NEG"]}, "Q", ["2025-Q4", "2026-Q1"])
    yield _grid("migr_asypenctzm", persons, {}, "M", ["2026-05", "2026-06"])
    yield _grid("migr_dubro", {"unit": "NR", "sex": "T"}, {"partner": ["BE", "IT", "TOTAL"]}, "A", ["2024", "2025"])
    yield _grid("migr_dubto", {"unit": "NR", "sex": "T"}, {"partner": ["BE", "IT", "TOTAL"]}, "A", ["2024", "2025"])
    plain = {"unit": "NR", "sex": "T", "age": "TOTAL"}
    yield _grid("migr_pop1ctz", plain, {}, "A", ["2024", "2025"])
    yield _grid("migr_imm1ctz", {**plain, "agedef": "REACH"}, {}, "A", ["2023", "2024"])


def _grid(
    code: str, fixed: Mapping[str, str], free: Mapping[str, list[str]], frequency: str, times: list[str]
) -> Table:
    """Fill a table with numbers that are easy to tell apart."""
    origins = {} if "partner" in free else {"citizen": ["AF", "SY"]}
    axes = {"freq": [frequency], **{name: [value] for name, value in fixed.items()}, **origins, **free,
            "geo": ["AT", "DE", "EL"], "time": times}  # fmt: skip
    cells = pl.DataFrame(list(product(*axes.values())), schema=list(axes), orient="row")
    cells = cells.with_columns(value=(pl.int_range(pl.len()) * 5 + 100).cast(pl.Float64))
    return Table(code, tuple(name for name in axes if name != "time"), cells)


def touch(served: EurostatStandIn) -> None:
    """Say that every table has changed."""
    for table in served.tables.values():
        number = int(table.updated[14:16]) + 1
        table.updated = f"2026-09-11T11:{number:02d}:00+0200"


class _Written:
    """A stand-in whose answers are written otherwise."""

    def __init__(self, change: Callable[[bytes], bytes]) -> None:
        self.inner, self.change = stand_in(small=True), change
        for table in self.inner.tables.values():
            table.updated = "2026-09-12T11:00:00+0200"

    def __call__(self, asked: Asked) -> Answer:
        answer = self.inner(asked)
        return replace(answer, body=self.change(answer.body))


def spoilt(kind: str) -> StandIn:
    """Make a small stand-in whose tables changed.

    Raises
    ------
    KeyError : such a change means nothing in JSON
    """
    changes: dict[str, Callable[[bytes], bytes]] = {
        "column": lambda body: body.replace(b'"citizen"', b'"nationality"').replace(b'"partner"', b'"counterpart"'),
        "code": lambda body: body.replace(b'"SY"', b'"QX"').replace(b'"UA"', b'"QX"').replace(b'"BE"', b'"QX"'),
        "unit": lambda body: body.replace(b'"PER"', b'"THS"').replace(b'"NR"', b'"THS"'),
        "encoding": lambda body: body.decode().encode("utf-16"),
        "signs": lambda body: re.sub(rb'"(\d+)": (\d+)', rb'"\1": "1.234,5"', body, count=3),
    }
    if kind == "shrunk":
        spoiled = _Written(lambda body: body)
        for table in spoiled.inner.tables.values():
            last = table.cells["time"].max()
            less = pl.when(pl.col("time") == last).then(pl.col("value") * 0.01).otherwise("value")
            table.cells = table.cells.with_columns(value=less.round())
        return spoiled
    return _Written(changes[kind])
