"""The World Bank's indicators: pages of two elements, groups of countries among the rows, errors with status 200."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import polars as pl

from havre.panel.reference import load_reference
from havre.panel.vintage import latest
from havre.places import place
from tests.sources.stand_ins.server import NOT_FOUND, Answer, Asked

HOST = "api.worldbank.org"
PATH = "/v2/country"
GROUPS = {"WLD": "1W", "EMU": "XC", "EUU": "EU"}
Key = tuple[str, int]


@dataclass
class WorldBankStandIn:
    """The stand-in.

    Parameters
    ----------
    series : values of each indicator by alpha-3 code and year
    largest : most rows of a page, whatever was asked for
    change : spoils the answer for an indicator, last of all
    """

    series: dict[str, dict[Key, float | None]]
    updated: str = "2026-07-13"
    largest: int = 5000
    unit: str = ""
    change: Callable[[list[Any]], Any] = lambda answer: answer
    encoding: str = "utf-8"
    ignores: set[str] = field(default_factory=set)

    def __call__(self, asked: Asked) -> Answer:
        query = {name: value for name, value in asked.query if name not in self.ignores}
        if query.get("format") != "json":
            return Answer(b'<?xml version="1.0"?><wb:countries/>', "text/xml")
        if asked.path == PATH:
            return self._answer(_countries(self.series), query, {})
        match = re.fullmatch(rf"{PATH}/(\w+)/indicator/([A-Z.]+)", asked.path)
        if match is None:
            return NOT_FOUND
        if match[2] not in self.series:
            fault = {
                "id": "175",
                "key": "Invalid format",
                "value": "The indicator was not found. It may have been deleted",
            }
            return Answer(json.dumps([{"message": [fault]}]).encode(), "application/json")
        first, _, last = query.get("date", "1900:2100").partition(":")
        rows = [
            self._row(match[2], code, year, value)
            for (code, year), value in sorted(self.series[match[2]].items(), key=lambda each: (each[0][0], -each[0][1]))
            if int(first) <= year <= int(last) and match[1] in ("all", code)
        ]
        return self._answer(rows or None, query, {"sourceid": "2", "lastupdated": self.updated})

    def _row(self, indicator: str, code: str, year: int, value: float | None) -> dict[str, Any]:
        return {
            "indicator": {"id": indicator, "value": "Net migration"},
            "country": {"id": _two(code), "value": f"{code} (é)"},
            "countryiso3code": "" if code == "EUU" else code, "date": f"{year}", "value": value, "unit": self.unit,
            "obs_status": "", "decimal": 0,
        }  # fmt: skip

    def _answer(self, rows: list[Any] | None, query: Mapping[str, str], more: Mapping[str, Any]) -> Answer:
        per_page, page = min(int(query.get("per_page", "50")), self.largest), int(query.get("page", "1"))
        count = len(rows or ())
        header = {"page": page, "pages": -(-count // per_page), "per_page": per_page, "total": count, **more}
        answer: Any = [header, None if rows is None else rows[(page - 1) * per_page : page * per_page]]
        if more:
            answer = self.change(answer)
        body = json.dumps(answer, ensure_ascii=False).encode(self.encoding)
        return Answer(body, "application/json;charset=utf-8")


def _two(code: str) -> str:
    return GROUPS.get(code) or ("JG" if code == "CHI" else str(place(code).iso2))


def _countries(series: Mapping[str, Mapping[Key, float | None]]) -> list[dict[str, Any]]:
    codes = sorted({code for values in series.values() for code, _ in values})
    return [
        {"id": code, "iso2Code": _two(code), "name": code,
         "region": {"id": "NA" if code in GROUPS else "ECS", "iso2code": "", "value": "Aggregates"}}
        for code in codes
    ]  # fmt: skip


@cache
def _refugees() -> pl.DataFrame:
    known = latest(load_reference().filter(pl.col("measure") == "refugee_stock"))
    known = known.filter(
        pl.all_horizontal([~pl.col(side).is_in(["XXX", "STA", "TIB"]) for side in ("origin", "destination")])
    )
    return known.with_columns(year=pl.col("period").dt.year())


def _by(side: str, least: int) -> dict[Key, float | None]:
    sums = _refugees().filter(pl.col("year") >= least).group_by(side, "year").agg(pl.col("value").sum())
    return {(code, year): float(value) for code, year, value in sums.iter_rows()}


def stand_in(*, small: bool = False) -> WorldBankStandIn:
    """Make the stand-in: refugees of the reference snapshot, added up, and invented figures beside them."""
    codes = ("AFG", "DEU", "FRA", "XKX", "CHI", *GROUPS)
    years = range(2020, 2025) if small else range(1960, 2025)
    grid = [(code, year) for code in codes for year in years]
    invented: dict[Key, float | None] = {
        key: None if number % 17 == 16 else float(1000 + number) for number, key in enumerate(grid)
    }
    series = {
        "SM.POP.NETM": {(code, year): -500.0 if code == "AFG" else value for (code, year), value in invented.items()},
        "SM.POP.TOTL": dict(invented),
        "SP.POP.TOTL": dict(invented),
        "SM.POP.RHCR.EA": _by("destination", 2018 if small else 1960),
        "SM.POP.RHCR.EO": _by("origin", 2018 if small else 1960),
        "SM.POP.ASYS.EA": dict(invented),
        "SM.POP.ASYS.EO": dict(invented),
    }
    for values in series.values():
        values |= {("WLD", 2023): 1e8, ("EUU", 2023): 1e7, ("CHI", 2023): 5.0}
    return WorldBankStandIn(series)


def touch(stand_in: WorldBankStandIn) -> None:
    """Let it tell another day of last change."""
    number = int(stand_in.updated[-2:]) % 28 + 1
    stand_in.updated = f"{stand_in.updated[:-2]}{number:02d}"


def spoilt(kind: str, *, small: bool = True) -> WorldBankStandIn:
    """Make a stand-in that the provider changed in one way, on another day."""
    made = stand_in(small=small)
    _SPOIL[kind](made)
    made.updated = f"2026-10-{SPOILT.index(kind) + 1:02d}"
    return made


def _rename_column(made: WorldBankStandIn) -> None:
    made.change = lambda answer: json.loads(json.dumps(answer).replace('"countryiso3code"', '"iso3"'))


def _new_code(made: WorldBankStandIn) -> None:
    made.change = lambda answer: json.loads(json.dumps(answer).replace('"DEU"', '"DDR"'))


def _new_unit(made: WorldBankStandIn) -> None:
    made.unit = "thousands"


def _latin(made: WorldBankStandIn) -> None:
    made.encoding = "latin-1"


def _decimals(made: WorldBankStandIn) -> None:
    made.series["SM.POP.TOTL"]["DEU", 2024] = "1.234,5"  # type: ignore[assignment]


def _shrink(made: WorldBankStandIn) -> None:
    values = made.series["SM.POP.RHCR.EA"]
    for key in [key for key in values if key[1] == 2022]:
        values[key] = 1.0


def _other_years(made: WorldBankStandIn) -> None:
    made.ignores = {"date"}
    made.series["SM.POP.TOTL"]["DEU", 1950] = 5.0


def _other_indicator(made: WorldBankStandIn) -> None:
    made.change = lambda answer: json.loads(json.dumps(answer).replace('"SM.POP.TOTL"', '"SM.POP.REFG"'))


def _gone(made: WorldBankStandIn) -> None:
    del made.series["SM.POP.RHCR.EO"]


def _nothing(made: WorldBankStandIn) -> None:
    made.change = lambda answer: [answer[0], None]


def _wrong_total(made: WorldBankStandIn) -> None:
    made.change = lambda answer: [{**answer[0], "total": answer[0]["total"] + 7}, answer[1]]


_SPOIL: Mapping[str, Callable[[WorldBankStandIn], None]] = {
    "changed_column": _rename_column,
    "changed_code": _new_code,
    "changed_unit": _new_unit,
    "wrong_encoding": _latin,
    "mixed_decimals": _decimals,
    "shrunk": _shrink,
    "period_ignored": _other_years,
    "other_indicator": _other_indicator,
    "deleted_indicator": _gone,
    "empty": _nothing,
    "wrong_total": _wrong_total,
}
SPOILT = tuple(_SPOIL)
"""What :func:`spoilt` can spoil."""
