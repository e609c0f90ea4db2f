"""UNHCR's Operational Data Portal: what its widgets ask for, made from the reference snapshot."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

import polars as pl

from havre.months import add_months
from havre.panel.reference import load_reference
from havre.panel.vintage import latest
from havre.places import place_name
from tests.sources.stand_ins.server import NOT_FOUND, Answer, Asked

HOST = "data.unhcr.org"
PATH = "/population/get/"
GEO = {"ITA": "656", "GRC": "640", "ESP": "729", "CYP": "616", "MLT": "9001"}
SEA, LAND, CANARIES = "4797", "4798", "5634"
COLLECTION = "77"
"""Invented: the collections of nationalities stand in no list."""
Row = dict[str, Any]


@dataclass
class UnhcrOdpStandIn:
    """The stand-in.

    Parameters
    ----------
    monthly : rows of each pair of ``geo_id`` and ``population_group``
    origins : rows by nationality of each ``geo_id``
    change : spoils the answer of a call, last of all
    """

    monthly: dict[tuple[str, str], list[Row]]
    origins: dict[str, list[Row]]
    change: Callable[[str, dict[str, Any]], dict[str, Any]] = lambda _, answer: answer
    encoding: str = "utf-8"
    ignores: set[str] = field(default_factory=set)

    def __call__(self, asked: Asked) -> Answer:
        if "Mozilla" not in asked.headers.get("user-agent", ""):
            return Answer(b"<html>Forbidden</html>", "text/html", 403)
        call = asked.path.removeprefix(PATH)
        query = {name: value for name, value in asked.query if name not in self.ignores}
        start = query.get("fromDate", "1900-01-01")[:7]
        if call == "timeseries":
            rows = self.monthly.get((query.get("geo_id", GEO["ITA"]), query.get("population_group", SEA)), [])
            data: Any = {"timeseries": [row for row in rows if f"{row['year']}-{int(row['month']):02d}" >= start]}
        elif call == "origin":
            rows = self.origins.get(query.get("geo_id", GEO["ITA"]), [])
            data = [row for row in rows if row["date"][:7] >= start][: int(query.get("limit", "100"))]
        else:
            return NOT_FOUND
        answer: dict[str, Any] = {"data": data}
        if call == "origin":
            answer = {"pop_frequency_code": ["D", "M", "A"], "pop_frequency_cumulative_code": [], **answer}
        body = json.dumps(self.change(call, answer), ensure_ascii=False).encode(self.encoding)
        return Answer(body, "application/json")


@cache
def _known() -> pl.DataFrame:
    return latest(load_reference().filter(pl.col("source") == "unhcr_odp"))


def _series(measure: str, destination: str) -> dict[date, int]:
    rows = _known().filter(
        (pl.col("measure") == measure) & (pl.col("destination") == destination) & (pl.col("origin") == "TOT")
    )
    return {period: int(value) for period, value in rows.select("period", "value").iter_rows()}


def _rows(series: Mapping[date, int]) -> list[Row]:
    return [
        {"year": day.year, "month": day.month, "individuals": str(value) if day.month % 2 else value}
        for day, value in sorted(series.items())
    ]


def _monthly() -> dict[tuple[str, str], list[Row]]:
    found = {(GEO[place], SEA): _rows(_series("sea_arrivals", place)) for place in ("ITA", "CYP", "MLT")}
    sea, every = _series("sea_arrivals", "GRC"), _series("arrivals", "GRC")
    found[GEO["GRC"], SEA] = _rows(sea)
    # Land arrivals in Greece stand as zero before they were recorded.
    found[GEO["GRC"], LAND] = _rows({day: every[day] - sea[day] if day in every else 0 for day in sea})
    sea, every = _series("sea_arrivals", "ESP"), _series("arrivals", "ESP")
    by_sea = {day: sea.get(day, value) for day, value in every.items()}
    canaries = {day: value // 10 for day, value in by_sea.items()}
    found[GEO["ESP"], SEA] = _rows({day: value - canaries[day] for day, value in by_sea.items()})
    found[GEO["ESP"], CANARIES] = _rows(canaries)
    found[GEO["ESP"], LAND] = _rows({day: value - by_sea[day] for day, value in every.items()})
    return found


def _origins(destination: str) -> list[Row]:
    rows = _known().filter((pl.col("destination") == destination) & (pl.col("origin") != "TOT"))
    found: list[Row] = []
    for origin, period, value in rows.select("origin", "period", "value").iter_rows():
        last = add_months(period, 1) - timedelta(days=1)
        name = (
            None if origin == "OTH" and period.month % 2 else "Others" if origin == "OTH" else place_name(origin, "en")
        )
        plain = {
            "id": 1, "geomaster_name": f"{place_name(destination, 'en')} ", "geomaster_id": int(GEO[destination]),
            "admin_level": "Country", "pop_type_name": "Sea arrivals", "pop_frequency_code": "M",
            "pop_frequency_cumulative_code": None, "pop_origin_name": name, "pop_origin_code": "AUS",
            "date": f"{last}", "month": last.month, "year": last.year, "population_group_id": "4797, 4798",
            "source": "Authorities", "individuals": f"{int(value)}", "households": None, "uac_total": None,
        }  # fmt: skip
        found.append(plain)
        if period.month == 6 and name != "Others":
            # A running total of the year beside it, and a row that contradicts itself.
            found.append({**plain, "pop_frequency_code": "D", "pop_frequency_cumulative_code": "C"})
            found.append({**plain, "month": 7, "individuals": "999999"})
    return found


def stand_in(*, small: bool = False) -> UnhcrOdpStandIn:
    """Make the stand-in from the reference snapshot; it is small in any case."""
    nationalities = {GEO[place]: _origins(place) for place in ("ITA", "GRC", "ESP", "CYP")}
    return UnhcrOdpStandIn(_monthly(), nationalities)


def pages() -> str:
    """Write a configuration that asks for all that the reference snapshot has."""
    first = {("sea_arrivals", "ESP"): "2017-01", ("arrivals", "GRC"): "2018-01"}
    groups = {("arrivals", "GRC"): [SEA, LAND], ("sea_arrivals", "ESP"): [SEA, CANARIES],
              ("arrivals", "ESP"): [SEA, CANARIES, LAND]}  # fmt: skip
    named = [("sea_arrivals", "ITA"), ("sea_arrivals", "GRC"), ("sea_arrivals", "CYP"), ("arrivals", "ESP")]
    every = [*named, ("sea_arrivals", "MLT"), ("sea_arrivals", "ESP"), ("arrivals", "GRC")]
    tables = []
    for measure, place in every:
        key = (measure, place)
        parts = ", ".join(
            f'{{ widget_id = "1", geo_id = "{GEO[place]}", population_group = "{group}" }}'
            for group in groups.get(key, [SEA])
        )
        lines = ["[[series]]", f'measure = "{measure}"', f'destination = "{place}"',
                 f'first = "{first.get(key, "2014-01")}"', f"parts = [{parts}]"]  # fmt: skip
        if key in named:
            table = f'geo_id = "{GEO[place]}", population_collection = "{COLLECTION}", first = "2016-01"'
            lines.append(f"nationalities = {{ {table} }}")
        tables.append("\n".join(lines))
    return "\n\n".join(tables) + "\n"


def spoilt(kind: str, *, small: bool = True) -> UnhcrOdpStandIn:
    """Make a stand-in that the portal changed in one way."""
    made = stand_in(small=small)
    _SPOIL[kind](made)
    return made


def _italy(made: UnhcrOdpStandIn) -> list[Row]:
    return made.monthly[GEO["ITA"], SEA]


def _rename_column(made: UnhcrOdpStandIn) -> None:
    made.monthly[GEO["ITA"], SEA] = [
        {"year": row["year"], "month": row["month"], "persons": row["individuals"]} for row in _italy(made)
    ]


def _new_envelope(made: UnhcrOdpStandIn) -> None:
    made.change = lambda call, answer: (
        {"data": answer["data"].get("timeseries", [])} if call == "timeseries" else answer
    )


def _latin(made: UnhcrOdpStandIn) -> None:
    made.encoding = "utf-16"


def _decimals(made: UnhcrOdpStandIn) -> None:
    _italy(made)[5]["individuals"] = "1.234,0"


def _shrink(made: UnhcrOdpStandIn) -> None:
    _italy(made)[-1]["individuals"] = int(_italy(made)[-1]["individuals"]) // 20


def _same_for_all(made: UnhcrOdpStandIn) -> None:
    made.ignores = {"geo_id"}


def _other_start(made: UnhcrOdpStandIn) -> None:
    made.ignores = {"fromDate"}


def _repeat(made: UnhcrOdpStandIn) -> None:
    _italy(made).append(_italy(made)[-1])


_SPOIL: Mapping[str, Callable[[UnhcrOdpStandIn], None]] = {
    "changed_column": _rename_column,
    "changed_envelope": _new_envelope,
    "wrong_encoding": _latin,
    "mixed_decimals": _decimals,
    "shrunk": _shrink,
    "place_ignored": _same_for_all,
    "start_ignored": _other_start,
    "repeated_month": _repeat,
}
SPOILT = tuple(_SPOIL)
"""What :func:`spoilt` can spoil."""
