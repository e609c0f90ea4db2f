"""IDMC: a bare list of events, validated tables in pages whose links repeat the client's number."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from tests.sources.stand_ins.server import NOT_FOUND, Answer, Asked

HOST = "helix-tools-api.idmcdb.org"
PATH = "/external-api/"
CLIENT = "HAVRETEST/7+9="
Row = dict[str, Any]
TODAY = date(2026, 9, 26)


@dataclass
class IdmcStandIn:
    """The stand-in.

    Parameters
    ----------
    events : all events; the shorter list holds those of the last 180 days
    tables : rows of the validated tables
    largest : most rows of a page, whatever was asked for
    change, change_events : spoil a page and the list of events, last of all
    """

    events: list[Row]
    tables: dict[str, list[Row]]
    updated: str = "2026-05-13"
    largest: int = 100
    change: Callable[[Row], Any] = lambda answer: answer
    change_events: Callable[[list[Row]], Any] = lambda events: events
    encoding: str = "utf-8"

    def __call__(self, asked: Asked) -> Answer:
        if asked.get("client_id") != CLIENT:
            return Answer(b'{"detail":"Client is not registered."}', "application/json", 403)
        path = asked.path.removeprefix(PATH).strip("/")
        if path == "idus/all":
            return self._answer(self.change_events(self.events))
        if path == "idus/last-180-days":
            first = f"{TODAY - timedelta(days=180)}"
            return self._answer(self.change_events([row for row in self.events if row["displacement_date"] >= first]))
        if path not in self.tables:
            return NOT_FOUND
        rows = self.tables[path]
        offset, limit = int(asked.get("offset", "0")), min(int(asked.get("limit", "100")), self.largest)
        more = offset + limit < len(rows)
        echo = (
            f"https://{HOST}{asked.path}?client_id={quote(CLIENT, safe='')}&client_id={CLIENT}&offset={offset + limit}"
        )
        answer = {
            "last_updated": self.updated, "count": len(rows), "next": echo if more else None,
            "previous": echo if offset else None, "results": rows[offset : offset + limit],
        }  # fmt: skip
        return self._answer(self.change(answer))

    def _answer(self, document: Any) -> Answer:
        return Answer(json.dumps(document, ensure_ascii=False).encode(self.encoding), "application/json")


def event(number: int, iso3: str, day: str, figure: int | None, **more: Any) -> Row:
    """Write an event."""
    plain = {
        "id": number, "country": "Côte d'Ivoire", "iso3": iso3, "latitude": 10.44581, "longitude": 76.27562,
        "centroid": "[10.44581, 76.27562]", "role": "Recommended figure", "displacement_type": "Conflict",
        "qualifier": "total", "figure": figure, "displacement_date": day, "displacement_start_date": day,
        "displacement_end_date": day, "year": int(day[:4]), "event_name": "Event", "category": None,
        "standard_popup_text": "<b>Text</b>", "old_id": None, "created_at": f"{day}T19:37:23.870Z",
        "locations_name": ["Place of the event"], "sources": [{"name": "A witness"}],
    }  # fmt: skip
    return {**plain, **more}


def _conflict(iso3: str, year: int, new: int | None, total: int | None) -> Row:
    return {
        "iso3": iso3, "country_name": "Côte", "year": year, "new_displacement": new, "new_displacement_rounded": new,
        "total_displacement": total, "total_displacement_rounded": total,
    }  # fmt: skip


def _disaster(iso3: str, year: int, number: int, new: int | None) -> Row:
    return {
        "iso3": iso3, "country_name": "Côte", "year": year, "start_date": f"{year}-08-01",
        "start_date_accuracy": "Month", "event_name": f"Flood {number}", "new_displacement": new,
        "total_displacement": None if number % 2 else 5, "hazard_category": 2,
        "hazard_category_name": "Weather related", "event_codes": [f"FL-{number}"],
    }  # fmt: skip


def stand_in(*, small: bool = False) -> IdmcStandIn:
    """Make the stand-in; all figures are invented."""
    places = ("SDN", "COD", "UKR", "AB9")
    events = [
        event(1000 * month + number, place, f"2026-{month:02d}-{5 + number:02d}", 100 * month + number)
        for month in range(1, 9)
        for number, place in enumerate(places)
    ]
    events += [
        event(90_001, "SDN", "2026-06-15", 9999, role="Triangulation"),
        event(90_002, "IND", "2026-06-15", 70, displacement_type="Disaster"),
        event(90_003, "IND", "2026-06-15", 33, displacement_type="Other"),
        event(90_004, "UKR", "2026-06-15", None),
        event(
            90_005, "COD", "2026-06-30", 610, displacement_start_date="2026-06-01", displacement_end_date="2026-07-31"
        ),
    ]
    conflicts = [
        _conflict(place, year, None if (year + at) % 7 == 0 else 10 * year, 20 * year if at else None)
        for year in range(2009, 2026)
        for at, place in enumerate(places)
    ]
    disasters = [
        _disaster(place, year, number, None if number == 3 else 10 * number + year)
        for year in range(2008, 2026)
        for place in ("IND", "PHL")
        for number in range(4)
    ]
    return IdmcStandIn(events, {"gidd/conflicts": conflicts, "gidd/disasters": disasters})


def touch(stand_in: IdmcStandIn) -> None:
    """Let it tell another day of last change."""
    number = int(stand_in.updated[-2:]) % 28 + 1
    stand_in.updated = f"{stand_in.updated[:-2]}{number:02d}"


def spoilt(kind: str, *, small: bool = True) -> IdmcStandIn:
    """Make a stand-in that the provider changed in one way, on another day."""
    made = stand_in(small=small)
    _SPOIL[kind](made)
    made.updated = f"2026-10-{SPOILT.index(kind) + 1:02d}"
    return made


def _rename_column(made: IdmcStandIn) -> None:
    made.change = lambda answer: json.loads(json.dumps(answer).replace('"new_displacement"', '"new_displacements"'))


def _rename_figure(made: IdmcStandIn) -> None:
    made.change_events = lambda events: json.loads(json.dumps(events).replace('"figure"', '"people"'))


def _new_type(made: IdmcStandIn) -> None:
    made.events[-1]["displacement_type"] = "Development"


def _no_role(made: IdmcStandIn) -> None:
    made.change_events = lambda events: [{**row, "role": "Recommended"} for row in events]


def _new_code(made: IdmcStandIn) -> None:
    made.tables["gidd/conflicts"][0]["iso3"] = "SUD"


def _latin(made: IdmcStandIn) -> None:
    made.encoding = "latin-1"


def _decimals(made: IdmcStandIn) -> None:
    made.events[-1]["figure"] = "1.234,5"


def _shrink(made: IdmcStandIn) -> None:
    for row in made.tables["gidd/conflicts"]:
        if row["year"] == 2022 and row["new_displacement"]:
            row["new_displacement"] //= 50


def _wrong_count(made: IdmcStandIn) -> None:
    made.change = lambda answer: {**answer, "count": answer["count"] + 3}


def _repeat(made: IdmcStandIn) -> None:
    made.largest = 50
    first: dict[int, Any] = {}

    def change(answer: Row) -> Row:
        if answer["previous"] is None and answer["next"] is not None:
            first[answer["count"]] = answer["results"]
        return {**answer, "results": first[answer["count"]][: len(answer["results"])]} if answer["previous"] else answer

    made.change = change


def _twice(made: IdmcStandIn) -> None:
    made.events.append(made.events[-1])


_SPOIL: Mapping[str, Callable[[IdmcStandIn], None]] = {
    "changed_column": _rename_column,
    "changed_figure": _rename_figure,
    "changed_type": _new_type,
    "changed_role": _no_role,
    "changed_code": _new_code,
    "wrong_encoding": _latin,
    "mixed_decimals": _decimals,
    "shrunk": _shrink,
    "wrong_total": _wrong_count,
    "repeated_page": _repeat,
    "repeated_event": _twice,
}
SPOILT = tuple(_SPOIL)
"""What :func:`spoilt` can spoil."""
