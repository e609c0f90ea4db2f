"""HDX HAPI: lists without a total behind an identifier; parameters that it does not know are ignored."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

import polars as pl

from havre.panel.reference import load_reference
from havre.panel.vintage import latest
from tests.sources.stand_ins.server import NOT_FOUND, Answer, Asked

HOST = "hapi.humdata.org"
PATH = "/api/v2/affected-people/"
IDENTIFIER = "aGF2cmU6dGVzdEBleGFtcGxlLm9yZw=="
FILTERS = ("population_group", "gender", "age_range", "origin_location_code", "asylum_location_code", "admin_level")
Row = dict[str, Any]


@dataclass
class HapiStandIn:
    """The stand-in.

    Parameters
    ----------
    rows : rows of each path
    largest : most rows of a page, whatever was asked for
    change : spoils the rows of an answer, last of all
    """

    rows: dict[str, list[Row]]
    largest: int = 10_000
    change: Callable[[list[Row]], Any] = lambda rows: rows
    encoding: str = "utf-8"
    ignores: set[str] = field(default_factory=set)

    def __call__(self, asked: Asked) -> Answer:
        query = {name: value for name, value in asked.query if name not in self.ignores}
        told = asked.headers.get("x-hdx-hapi-app-identifier") or query.get("app_identifier")
        if told != IDENTIFIER:
            return Answer(b'{"error": "Invalid app_identifier"}', "application/json", 403)
        path = asked.path.removeprefix(PATH)
        if path not in self.rows:
            return NOT_FOUND
        rows = [
            row
            for row in self.rows[path]
            if all(row[name] == query[name] for name in FILTERS if name in query and name in row)
        ]
        offset, limit = int(query.get("offset", "0")), min(int(query.get("limit", "100")), self.largest)
        body = json.dumps({"data": self.change(rows[offset : offset + limit])}, ensure_ascii=False)
        return Answer(body.encode(self.encoding), "application/json")


def _refugees(origin: str, asylum: str, group: str, year: int, value: int) -> list[Row]:
    plain = {
        "resource_hdx_id": "r1",
        "origin_location_code": origin, "origin_location_name": "Côte",
        "asylum_location_ref": 2, "asylum_location_code": asylum, "asylum_location_name": asylum,
        "population_group": group, "gender": "all", "age_range": "all", "min_age": None, "max_age": None,
        "population": value, "reference_period_start": f"{year}-01-01T00:00:00",
        "reference_period_end": f"{year}-12-31T23:59:59",
    }  # fmt: skip
    # Sums and their parts stand beside each other.
    return [plain, {**plain, "gender": "f", "age_range": "0-4", "population": value // 2}]


def idps(code: str, end: str, population: int | None, **more: Any) -> Row:
    """Write a figure of displaced people."""
    plain = {
        "location_ref": 3, "location_code": code, "location_name": "Côte", "has_hrp": True, "in_gho": True,
        "provider_admin1_name": None, "provider_admin2_name": None, "admin1_ref": 1, "admin1_code": None,
        "admin1_name": None, "admin2_ref": 1, "admin2_code": None, "admin2_name": None, "admin_level": 0,
        "resource_hdx_id": "r2", "reporting_round": 5, "assessment_type": "BA", "operation": "National",
        "population": population, "reference_period_start": f"{end[:7]}-01T00:00:00",
        "reference_period_end": f"{end}T00:00:00",
    }  # fmt: skip
    return {**plain, **more}


def _displaced() -> list[Row]:
    rows: list[Row] = []
    for number, month in enumerate(("2025-01-20", "2025-03-20", "2025-06-20", "2025-09-20")):
        rows += [
            idps("SDN", month, 8_000_000 + 1000 * number, reporting_round=number),
            idps("SDN", month, 5_000_000, reporting_round=number, admin_level=1, admin1_code="SD01"),
            idps("SDN", month, 1_000_000, reporting_round=number, operation="Overview"),
            idps("YEM", month, 300 + number, admin_level=2, admin2_code="YE0101"),
            idps("YEM", month, 200, admin_level=2, admin2_code="YE0102"),
            idps("UKR", month, None),
            idps("AB9", month, 90 + number),
        ]
    return rows


@cache
def _known() -> pl.DataFrame:
    return latest(load_reference().filter(pl.col("measure") == "refugee_stock"))


def stand_in(*, small: bool = False) -> HapiStandIn:
    """Make the stand-in: refugees of the reference snapshot, and invented figures beside them."""
    known = _known().filter(pl.col("period") >= date(2016, 1, 1))
    if small:
        known = known.filter(pl.col("destination").is_in(["AUT", "MLT"]))
    own = {"XXX": "UNK", "STA": "XXA"}
    rows: list[Row] = []
    for number, row in enumerate(known.iter_rows(named=True)):
        origin, asylum = own.get(row["origin"], row["origin"]), own.get(row["destination"], row["destination"])
        alike = int(row["value"]) // 3 if number % 9 == 0 else 0
        rows += _refugees(origin, asylum, "REF", row["period"].year, int(row["value"]) - alike)
        if alike:
            rows += _refugees(origin, asylum, "ROC", row["period"].year, alike)
        if number % 4 == 0:
            rows += _refugees(origin, asylum, "ASY", row["period"].year, 40 + number)
    return HapiStandIn({"refugees-persons-of-concern": rows, "idps": _displaced()})


def spoilt(kind: str, *, small: bool = True) -> HapiStandIn:
    """Make a stand-in that the provider changed in one way."""
    made = stand_in(small=small)
    _SPOIL[kind](made)
    return made


def _rename_column(made: HapiStandIn) -> None:
    made.change = lambda rows: json.loads(json.dumps(rows).replace('"population"', '"people"'))


def _new_code(made: HapiStandIn) -> None:
    made.rows["idps"][0]["location_code"] = "SUD"


def _new_level(made: HapiStandIn) -> None:
    made.rows["idps"][0]["admin_level"] = 3


def _latin(made: HapiStandIn) -> None:
    made.encoding = "latin-1"


def _decimals(made: HapiStandIn) -> None:
    made.rows["idps"][0]["population"] = "8.000.000,0"


def _shrink(made: HapiStandIn) -> None:
    for row in made.rows["idps"]:
        if row["reference_period_end"].startswith("2025-06") and row["population"]:
            row["population"] //= 50


def _other_groups(made: HapiStandIn) -> None:
    made.ignores = {"population_group"}


def _with_parts(made: HapiStandIn) -> None:
    made.ignores = {"gender", "age_range"}


def _repeat(made: HapiStandIn) -> None:
    made.ignores = {"offset"}


def _none(made: HapiStandIn) -> None:
    made.rows["idps"] = []


_SPOIL: Mapping[str, Callable[[HapiStandIn], None]] = {
    "changed_column": _rename_column,
    "changed_code": _new_code,
    "changed_level": _new_level,
    "wrong_encoding": _latin,
    "mixed_decimals": _decimals,
    "shrunk": _shrink,
    "group_ignored": _other_groups,
    "parts_beside_sums": _with_parts,
    "repeated_page": _repeat,
    "empty": _none,
}
SPOILT = tuple(_SPOIL)
"""What :func:`spoilt` can spoil."""
