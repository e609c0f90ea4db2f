"""UCDP: a zip of all events once a year, a CSV of candidate events each month, and the API that wants a token."""

import csv
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.sources.stand_ins.server import NOT_FOUND, Answer, Asked

HOST, API_HOST = "ucdp.uu.se", "ucdpapi.pcr.uu.se"
HOSTS = (HOST, API_HOST)
YEARLY = "/downloads/ged/ged261-csv.zip"
CANDIDATES = "/downloads/candidateged/"
TOKEN = "token-of-a-person"
HEADER = (
    "id", "relid", "year", "active_year", "code_status", "type_of_violence", "conflict_dset_id", "conflict_new_id",
    "conflict_name", "dyad_dset_id", "dyad_new_id", "dyad_name", "side_a_dset_id", "side_a_new_id", "side_a",
    "side_b_dset_id", "side_b_new_id", "side_b", "number_of_sources", "source_article", "source_office",
    "source_date", "source_headline", "source_original", "where_prec", "where_coordinates", "where_description",
    "adm_1", "adm_2", "latitude", "longitude", "geom_wkt", "priogrid_gid", "country", "country_id", "region",
    "event_clarity", "date_prec", "date_start", "date_end", "deaths_a", "deaths_b", "deaths_civilians",
    "deaths_unknown", "best", "high", "low", "gwnoa", "gwnob",
)  # fmt: skip
Event = Mapping[str, Any]


def event(number: int, country: int, day: str, best: object, **more: Any) -> dict[str, Any]:
    """Make an event of one day; its cells of text hold what CSVs of the provider hold: line breaks, quotes, commas."""
    facts = {
        "id": number, "year": int(day[:4]), "code_status": "Clear", "country_id": country, "date_start": day,
        "date_end": day, "best": best, "high": best, "low": 0, "latitude": 22.488976, "longitude": 90.062732,
        "source_article": f'"Agency, {day}, A headline\nof two lines"', "adm_1": "Barisāl Division", "side_b": "Actor",
    }  # fmt: skip
    return {**dict.fromkeys(HEADER, ""), **facts, **more}


def csv_of(events: Sequence[Event], header: Sequence[str] = HEADER) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, header, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(events)
    return text.getvalue().encode()


def zip_of(content: bytes, member: str = "GEDEvent_v26_1.csv") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, content)
    return packed.getvalue()


HISTORY = [
    event(1, 771, "2013-12-14", 1, date_start="2013-12-13"),
    event(2, 652, "2025-10-03", 40, date_start="2025-10-03 00:00:00.000", date_end="2025-10-03T00:00:00"),
    event(3, 652, "2025-10-30", 2),
    event(4, 369, "2025-12-31", 300, date_start="2025-12-01"),
]
MONTHS: dict[str, list[dict[str, Any]]] = {
    # An event of the year before, and one that is not clear.
    "GEDEvent_v26_0_1.csv": [
        event(50, 652, "2025-12-20", 7), event(51, 652, "2026-01-05", 20),
        event(52, 369, "2026-01-09", 100, code_status="Check dyad"),
    ],
    "GEDEvent_v26_0_2.csv": [event(53, 369, "2026-02-11", 90), event(51, 652, "2026-01-05", 25)],
}  # fmt: skip


@dataclass
class UcdpStandIn:
    """The stand-in: files by path, and versions of the API."""

    files: dict[str, bytes]
    versions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    page_size: int = 2
    base: int = 1

    def __call__(self, asked: Asked) -> Answer:
        if asked.host == API_HOST:
            return self._api(asked)
        content = self.files.get(asked.path)
        if content is None:
            return NOT_FOUND
        kind = "application/zip" if asked.path.endswith(".zip") else "text/csv"
        return Answer(content, kind, etag=True, ranges=True)

    def _api(self, asked: Asked) -> Answer:
        if asked.headers.get("x-ucdp-access-token") != TOKEN:
            return Answer(b"API token required. Add header: x-ucdp-access-token", "text/plain", 401)
        version = asked.path.rsplit("/", 1)[-1]
        if version not in self.versions:
            return NOT_FOUND
        events, page = self.versions[version], int(asked.get("page", str(self.base)))
        start = (page - self.base) * self.page_size
        rest = events[start + self.page_size :]
        address = f"https://{API_HOST}{asked.path}?pagesize={asked.get('pagesize')}&page={page + 1}"
        body = {
            "TotalCount": len(events) + 1, "TotalPages": -(-len(events) // self.page_size), "PreviousPageUrl": "",
            "NextPageUrl": address if rest else "", "Result": events[start : start + self.page_size],
        }  # fmt: skip
        return Answer(json.dumps(body).encode(), "application/json")


def stand_in(events: Sequence[Event] = HISTORY, months: Mapping[str, Sequence[Event]] = MONTHS) -> UcdpStandIn:
    """Make the stand-in of small invented figures."""
    candidates = {f"{CANDIDATES}{name}": csv_of(found) for name, found in months.items()}
    return UcdpStandIn({YEARLY: zip_of(csv_of(events)), **candidates})


SPOILT = ("column", "code", "encoding", "signs", "zip_bomb", "shrunk", "older", "twice", "members", "candidate")


def spoilt(kind: str) -> UcdpStandIn:
    """Make a stand-in whose yearly release changed (or, for ``candidate``, a file of a month)."""
    provider = stand_in()
    plain = csv_of(HISTORY)
    changed: dict[str, bytes] = {
        "column": zip_of(plain.replace(b",best,", b",best_est,", 1)),
        "code": zip_of(csv_of([*HISTORY, event(9, 9999, "2025-12-02", 3)])),
        "encoding": zip_of(plain.decode().encode("utf-16")),
        "signs": zip_of(csv_of([*HISTORY, event(9, 652, "2025-12-02", "1.234,5")])),
        "zip_bomb": zip_of(plain + b"\n" * 5_000_000),
        "shrunk": zip_of(csv_of([{**each, "best": 0} if each["id"] == 4 else each for each in HISTORY])),
        "older": zip_of(csv_of(HISTORY[:1])),
        "twice": zip_of(csv_of([*HISTORY, HISTORY[0]])),
        "members": zip_of(plain, "readme.txt"),
    }
    if kind == "candidate":
        provider.files[f"{CANDIDATES}GEDEvent_v26_0_2.csv"] = csv_of([event(53, 369, "2024-02-11", 90)])
    else:
        provider.files[YEARLY] = changed[kind]
    return provider
