"""ACLED: tokens for an account, pages of events with every value as text, a list of deleted events."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from tests.sources.stand_ins.server import NOT_FOUND, Answer, Asked

HOST = "acleddata.com"
USERNAME, PASSWORD, TOKEN = "somebody@example.org", "a-password-of-somebody", "token-of-a-day-0123456789"
OLD, LATE = 1_700_000_000, "2000000000"
COLUMNS = (
    "event_id_cnty", "event_date", "year", "time_precision", "disorder_type", "event_type", "sub_event_type",
    "actor1", "iso", "region", "country", "admin1", "location", "latitude", "longitude", "notes", "fatalities",
    "tags", "timestamp",
)  # fmt: skip


def event(name: str, country: str, iso: int, day: str, dead: int, **more: Any) -> dict[str, Any]:
    """Make an event as the provider writes it: every value is text."""
    facts = {
        "event_id_cnty": name, "event_date": day, "year": day[:4], "disorder_type": "Political violence",
        "event_type": "Battles", "actor1": "Somebody", "iso": str(iso), "country": country, "latitude": "33.5",
        "notes": "A note,\nof two lines", "fatalities": str(dead), "timestamp": str(OLD),
    }  # fmt: skip
    return {**dict.fromkeys(COLUMNS, ""), **facts, **more}


EVENTS = [
    event("SYR1", "Syria", 760, "2025-01-04", 12),
    event("SYR2", "Syria", 760, "2025-01-20", 3, disorder_type="Political violence; Demonstrations"),
    event("SYR3", "Syria", 760, "2025-03-01", 5),
    event("SYR4", "Syria", 760, "2025-03-02", 1, disorder_type="Demonstrations", event_type="Protests"),
    event("KOS1", "Kosovo", 0, "2025-06-01", 2),
    event("AFG1", "Afghanistan", 4, "2025-06-09", 40),
    event("SYR5", "Syria", 760, "2026-01-04", 6),
]  # fmt: skip


@dataclass
class AcledStandIn:
    """The stand-in; ``tier`` false is an account whose level reaches nothing."""

    events: Sequence[Mapping[str, Any]]
    deleted: list[dict[str, Any]] = field(default_factory=list)
    tier: bool = True
    ignores_filters: bool = False
    short_count: bool = False
    encoding: str = "utf-8"

    def __call__(self, asked: Asked) -> Answer:
        answer = self._answer(asked)
        encoding = self.encoding if asked.path != "/oauth/token" else "utf-8"
        return Answer(answer.body.decode().encode(encoding), answer.content_type, answer.status)

    def _answer(self, asked: Asked) -> Answer:
        if asked.path == "/oauth/token":
            form = dict(parse_qsl(asked.body.decode()))
            known = {"username": USERNAME, "password": PASSWORD, "grant_type": "password", "client_id": "acled"}
            if asked.method != "POST" or form != known:
                return _json({"error": "invalid_grant"}, 400)
            return _json(
                {"token_type": "Bearer", "expires_in": 86400, "access_token": TOKEN, "refresh_token": "r" * 20}
            )
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return _json({"status": 401, "success": False, "message": "The resource owner denied the request."}, 401)
        if asked.path == "/api/acled/read":
            return self._page(asked, [row for row in self.events if self.ignores_filters or _fits(row, asked)])
        if asked.path == "/api/deleted/read":
            since = int(asked.get("deleted_timestamp", "0"))
            return self._page(asked, [row for row in self.deleted if int(row["deleted_timestamp"]) >= since])
        return NOT_FOUND

    def _page(self, asked: Asked, rows: Sequence[Mapping[str, Any]]) -> Answer:
        limit, page = int(asked.get("limit", "5000")), int(asked.get("page", "1"))
        chosen = rows[(page - 1) * limit : page * limit] if self.tier else []
        names = asked.get("fields").split("|") if asked.get("fields") else list(COLUMNS)
        data = [{name: row[name] for name in row if name in names or name == "deleted_timestamp"} for row in chosen]
        count = len(data) - self.short_count
        return _json({"status": 200, "success": True, "last_update": 3, "count": count, "messages": [], "data": data})


def _fits(row: Mapping[str, Any], asked: Asked) -> bool:
    first, last = asked.get("event_date").split("|")
    assert asked.get("event_date_where") == "BETWEEN"
    late = int(row["timestamp"]) >= int(asked.get("timestamp", "0"))
    return first <= row["event_date"] <= last and late


def _json(body: Any, status: int = 200) -> Answer:
    return Answer(json.dumps(body).encode(), "application/json", status)


def stand_in(events: Sequence[Mapping[str, Any]] = EVENTS, *, small: bool = False) -> AcledStandIn:
    """Make the stand-in of small invented figures; the ``small`` one has an event in each January."""
    years = [event(f"SYR{year}", "Syria", 760, f"{year}-01-04", 150) for year in range(1997, 2100)]
    return AcledStandIn(years if small else events)


SPOILT = ("column", "code", "signs", "filters", "count", "day", "nothing", "encoding", "other_years")


def spoilt(kind: str) -> AcledStandIn:
    """Make a stand-in whose answers changed: late enough that a pull which asks for changes gets them."""
    late = [{**row, "timestamp": LATE} for row in EVENTS]
    strange = {
        "column": [{("deaths" if name == "fatalities" else name): row[name] for name in row} for row in late],
        "code": [*EVENTS, event("ATL1", "Atlantis", 999, "2025-02-02", 1, timestamp=LATE)],
        "signs": [*EVENTS, event("SYR9", "Syria", 760, "2025-02-02", 1, fatalities="1.234,5", timestamp=LATE)],
        "day": [*EVENTS, event("SYR9", "Syria", 760, "2025-02-31", 1, timestamp=LATE)],
        "shrunk": [event("SYR2025", "Syria", 760, "2025-01-04", 1, timestamp=LATE)],
    }
    if kind in strange:
        return AcledStandIn(strange[kind])
    match kind:
        case "filters":
            return AcledStandIn(EVENTS, ignores_filters=True)
        case "count":
            return AcledStandIn(EVENTS, short_count=True)
        case "encoding":
            return AcledStandIn(EVENTS, encoding="utf-16")
        case "nothing":
            return AcledStandIn(EVENTS, tier=False)
        case "other_years":
            years = [{**row, "event_date": row["event_date"].replace("2025", "25")} for row in EVENTS]
            return AcledStandIn(years, ignores_filters=True)
        case _:
            raise KeyError(kind)
