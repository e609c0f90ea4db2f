"""UNHCR's Refugee Data Finder: pages of rows with mixed types; parameters that it does not know are ignored."""

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

HOST = "api.unhcr.org"
PATH = "/population/v1/"
_ISO = {"XXX": "UNK", "STA": "XXA"}
_SUMS = {"asylum-applications": ("applied",), "asylum-decisions": ("dec_recognized", "dec_other", "dec_rejected")}
Row = dict[str, Any]
SMALL = pl.col("destination").is_in(["AUT", "MLT"]) & (pl.col("period") >= date(2016, 1, 1))
"""What the small stand-in holds of the reference snapshot."""


@dataclass
class UnhcrPopulationStandIn:
    """The stand-in.

    Parameters
    ----------
    rows : rows of each table, without the columns of places that follow from ``coo_iso`` and ``coa_iso``
    largest : most rows of a page, whatever was asked for
    change : spoils the envelope of a table, last of all
    encoding : of the body
    """

    rows: dict[str, list[Row]]
    largest: int = 20_000
    change: Callable[[str, dict[str, Any]], dict[str, Any]] = lambda _, answer: answer
    encoding: str = "utf-8"
    ignores: set[str] = field(default_factory=set)

    def __call__(self, asked: Asked) -> Answer:
        table = asked.path.removeprefix(PATH).rstrip("/")
        if not asked.path.startswith(PATH) or table not in self.rows:
            return NOT_FOUND
        query = {name: value for name, value in asked.query if name not in self.ignores}
        rows = self.rows[table]
        if "yearFrom" in query and "yearTo" in query:
            rows = [row for row in rows if int(query["yearFrom"]) <= row["year"] <= int(query["yearTo"])]
        rows = [_placed(row, query) for row in rows]
        limit = min(int(query.get("limit", "100")) or 100, self.largest)
        page = int(query.get("page", "1"))
        sums: Any = []
        if table in _SUMS and rows:
            sums = {name: sum(int(row[name]) for row in rows if _is_number(row[name])) for name in _SUMS[table]}
        answer = {
            "page": page,
            "short-url": "aB3dE9",
            "maxPages": -(-len(rows) // limit),
            "total": sums,
            "items": rows[(page - 1) * limit : page * limit],
        }
        body = json.dumps(self.change(table, answer), ensure_ascii=False).encode(self.encoding)
        return Answer(body, "application/json", headers={"Cache-Control": "no-cache"})


def _is_number(value: object) -> bool:
    return str(value).lstrip("-").isdigit()


def _placed(row: Row, query: Mapping[str, str]) -> Row:
    """Write the places of a row; a side that is not broken down is a dash."""
    sides: Row = {}
    for side in ("coo", "coa"):
        iso = row[f"{side}_iso"] if query.get(f"{side}_all") == "true" else "-"
        own = {"DEU": "GFR", "AUT": "AUS"}.get(iso, iso)
        sides |= {f"{side}_id": 1, f"{side}_name": f"Côte {iso} ", side: own, f"{side}_iso": iso}
    return {"year": row["year"], **sides, **{name: cell for name, cell in row.items() if name not in (*sides, "year")}}


def population(observations: pl.DataFrame) -> list[Row]:
    """Write refugees as rows of the table ``population``; a row of asylum-seekers alone stands among them."""
    rows = [
        {**_key(row), "refugees": _mixed(row["value"], number), "asylum_seekers": "-" if number % 3 else "0",
         "returned_refugees": "0", "idps": "0", "returned_idps": "0", "stateless": "0", "ooc": "0", "oip": "-",
         "hst": "0"}
        for number, row in enumerate(observations.iter_rows(named=True))
    ]  # fmt: skip
    if rows:
        rows.append({**rows[0], "coo_iso": "NRU", "refugees": "0", "asylum_seekers": 15})
    return rows


def applications(observations: pl.DataFrame) -> list[Row]:
    """Write applications as rows of their table: two procedures of one figure, and rows that do not count."""
    rows: list[Row] = []
    for number, row in enumerate(observations.iter_rows(named=True)):
        plain = {**_key(row), "procedure_type": "G", "app_type": "N", "dec_level": "FI", "app_pc": "P"}
        value = int(row["value"])
        joint = value // 3 if number % 5 == 0 else 0
        rows.append({**plain, "applied": _mixed(value - joint, number)})
        if joint:
            rows.append({**plain, "procedure_type": "U", "applied": joint})
        if number % 7 == 0:
            rows.append({**plain, "app_type": "R", "applied": 40})
            rows.append({**plain, "dec_level": "AR", "app_type": "A", "applied": "15"})
            rows.append({**plain, "app_pc": "C", "applied": 25})
    return rows


def _key(row: Mapping[str, Any]) -> Row:
    sides = {"coo_iso": row["origin"], "coa_iso": row["destination"]}
    return {"year": row["period"].year, **{name: _ISO.get(code, code) for name, code in sides.items()}}


def _mixed(value: float, number: int) -> int | str:
    return str(int(value)) if number % 2 else int(value)


def decisions() -> list[Row]:
    """Invent a few decisions; the totals do not add up, as in a part of the provider's rows."""
    return [
        {"year": year, "coo_iso": "SYR", "coa_iso": "AUT", "procedure_type": "G", "dec_level": level, "dec_pc": "P",
         "dec_recognized": 40 + year % 10, "dec_other": "70", "dec_rejected": 5, "dec_closed": "-",
         "dec_total": 110}
        for year in range(2018, 2026)
        for level in ("FI", "AR")
    ]  # fmt: skip


@cache
def _known() -> pl.DataFrame:
    return latest(load_reference().filter(pl.col("source") == "unhcr_population"))


def stand_in(*, small: bool = False) -> UnhcrPopulationStandIn:
    """Make the stand-in from the reference snapshot; ``small``: few countries of asylum, and years from 2000 on."""
    known = _known()
    if small:
        known = known.filter(SMALL)
    tables = {
        "population": population(known.filter(pl.col("measure") == "refugee_stock")),
        "asylum-applications": applications(known.filter(pl.col("measure") == "asylum_applications")),
        "asylum-decisions": decisions(),
    }
    if small:
        # The decades before are there too, else an answer would be empty.
        tables["population"] += [{**tables["population"][0], "year": year} for year in range(1955, 2006, 10)]
        tables["asylum-applications"].append({**tables["asylum-applications"][0], "year": 2005})
    decades = tables["asylum-decisions"]
    tables["asylum-decisions"] = [{**decades[0], "year": 2000}, {**decades[0], "year": 2010}, *decades]
    return UnhcrPopulationStandIn({name: sorted(rows, key=lambda row: row["year"]) for name, rows in tables.items()})


def spoilt(kind: str, *, small: bool = True) -> UnhcrPopulationStandIn:
    """Make a stand-in that the provider changed in one way."""
    made = stand_in(small=small)
    _SPOIL[kind](made)
    return made


def _rename_column(made: UnhcrPopulationStandIn) -> None:
    made.rows["population"] = [
        {("refugees_total" if name == "refugees" else name): cell for name, cell in row.items()}
        for row in made.rows["population"]
    ]


def _new_code(made: UnhcrPopulationStandIn) -> None:
    made.rows["asylum-applications"][-1]["dec_level"] = "XQ"


def _cases(made: UnhcrPopulationStandIn) -> None:
    made.rows["asylum-applications"] = [{**row, "app_pc": "C"} for row in made.rows["asylum-applications"]]


def _latin(made: UnhcrPopulationStandIn) -> None:
    made.encoding = "latin-1"


def _decimals(made: UnhcrPopulationStandIn) -> None:
    made.rows["population"][-1]["refugees"] = "1.234,5"


def _shrink(made: UnhcrPopulationStandIn) -> None:
    last = max(row["year"] for row in made.rows["asylum-applications"])
    for row in made.rows["asylum-applications"]:
        if row["year"] == last:
            row["applied"] = int(row["applied"]) // 50


def _other_years(made: UnhcrPopulationStandIn) -> None:
    made.ignores = {"yearFrom", "yearTo"}


def _no_breakdown(made: UnhcrPopulationStandIn) -> None:
    made.ignores = {"coo_all"}


def _wrong_totals(made: UnhcrPopulationStandIn) -> None:
    made.change = _wrong_total


def _repeat(made: UnhcrPopulationStandIn) -> None:
    made.largest = 200
    made.change = _always_first()


def _wrong_total(_: str, answer: dict[str, Any]) -> dict[str, Any]:
    sums = answer["total"]
    return {**answer, "total": {name: value + 1000 for name, value in sums.items()} if sums else sums}


def _always_first() -> Callable[[str, dict[str, Any]], dict[str, Any]]:
    first: dict[str, Any] = {}

    def change(table: str, answer: dict[str, Any]) -> dict[str, Any]:
        if answer["page"] == 1:
            first[table] = answer["items"]
            return answer
        return {**answer, "items": first[table]} if answer["page"] < answer["maxPages"] else answer

    return change


_SPOIL: Mapping[str, Callable[[UnhcrPopulationStandIn], None]] = {
    "changed_column": _rename_column,
    "changed_code": _new_code,
    "changed_unit": _cases,
    "wrong_encoding": _latin,
    "mixed_decimals": _decimals,
    "shrunk": _shrink,
    "wrong_total": _wrong_totals,
    "filter_ignored": _other_years,
    "no_breakdown": _no_breakdown,
    "repeated_page": _repeat,
}
SPOILT = tuple(_SPOIL)
"""What :func:`spoilt` can spoil."""
