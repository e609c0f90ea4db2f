"""The Missing Migrants site: one CSV of all years with a byte order mark; it refuses the User-Agent of a browser."""

import csv
import io
from collections.abc import Iterable, Sequence

import polars as pl

from havre.panel.reference import load_reference
from tests.sources.stand_ins.server import NOT_FOUND, Answer, Asked

HOST = "missingmigrants.iom.int"
PATH = "/sites/g/files/tmzbdl601/files/report-migrant-incident/Missing_Migrants_Global_Figures_allData.csv"
HEADER = (
    "Main ID", "Incident ID", "Incident Type", "Region of Incident", "Incident Date", "Incident Year", "Month",
    "Number of Dead", "Minimum Estimated Number of Missing", "Total Number of Dead and Missing",
    "Number of Survivors", "Number of Females", "Number of Males", "Number of Children", "Country of Origin",
    "Region of Origin", "Cause of Death", "Country of Incident", "Migration Route", "Location of Incident",
    "Coordinates", "UNSD Geographical Grouping", "Information Source", "URL", "Source Quality",
)  # fmt: skip
NAMES = {
    "route:asia-pacific": "Asia Pacific routes",
    "route:belarus-eu": "Belarus-EU border",
    "route:caribbean-us": "Caribbean to US",
    "route:central-american": "Central American Route",
    "route:central-mediterranean": "Central Mediterranean",
    "route:channel": "English Channel to the UK",
    "route:darien": "Darien",
    "route:eastern-mediterranean": "Eastern Mediterranean",
    "route:horn-of-africa": "Horn of Africa Route",
    "route:horn-of-africa-eastern": "Horn of Africa to Yemen crossing",
    "route:horn-of-africa-northern": "EHOA Northern Route",
    "route:horn-of-africa-southern": "EHOA Southern Route",
    "route:intra-african": "Intra-African routes",
    "route:intra-european": "Intra-European routes",
    "route:sahara": "Sahara Desert crossing",
    "route:south-american": "South American Route",
    "route:turkiye-europe-land": "Türkiye-Europe land route",
    "route:undefined": "",
    "route:us-mexico-border": "US-Mexico border crossing",
    "route:western-african": "Western Africa / Atlantic route to the Canary Islands",
    "route:western-balkan": "Western Balkans",
    "route:western-mediterranean": "Western Mediterranean",
}
"""Routes as the provider writes them."""
Incident = tuple[str, str, int, int]
"""Route as written, day, dead, missing."""


def incidents(*, small: bool = False) -> list[Incident]:
    """Make incidents that sum to the figures of the reference snapshot."""
    rows = load_reference().filter((pl.col("source") == "iom_mmp") & (pl.col("status") == "final"))
    rows = rows.filter(pl.col("period").dt.year() >= 2022) if small else rows
    found: list[Incident] = []
    for route, month, value in rows.select("destination", "period", "value").sort(pl.all()).rows():
        people = int(value)
        dead, missing = people - people // 3, people // 3
        found.append((NAMES[route], f"{month:%Y-%m}-15", dead, missing))
    return found


def csv_bytes(rows: Iterable[Incident], header: Sequence[str] = HEADER, *, encoding: str = "utf-8-sig") -> bytes:
    """Write the file; the place of an incident holds a line break, as in the real one."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    for number, (route, day, dead, missing) in enumerate(rows):
        cells = {
            "Main ID": f"2014.MMP{number:05d}", "Incident ID": f"2014.MMP{number:05d}", "Incident Date": day,
            "Incident Year": day[:4], "Number of Dead": dead or "",
            "Minimum Estimated Number of Missing": missing or "",
            "Total Number of Dead and Missing": dead + missing, "Migration Route": route,
            "Location of Incident": "Off the coast,\nnear a made-up island – “x”", "Coordinates": "35.1, 12.2",
            "Country of Origin": "Unknown (P)", "Source Quality": "4",
        }  # fmt: skip
        writer.writerow([cells.get(name, "") for name in HEADER])
    return text.getvalue().encode(encoding)


class MissingMigrantsStandIn:
    """The stand-in; the file can be changed."""

    def __init__(self, content: bytes | None = None) -> None:
        self.content = content or csv_bytes(incidents())

    def __call__(self, asked: Asked) -> Answer:
        if "Mozilla" in asked.headers.get("user-agent", ""):
            return Answer(b"<html>Access denied</html>", "text/html", 403)
        if asked.path != PATH:
            return NOT_FOUND
        return Answer(self.content, "text/csv", etag=True, ranges=True)


def stand_in(*, small: bool = False) -> MissingMigrantsStandIn:
    """Make the stand-in from the figures of the reference snapshot."""
    return MissingMigrantsStandIn(csv_bytes(incidents(small=small)))


def spoilt(kind: str) -> MissingMigrantsStandIn:
    """Make a small stand-in whose file changed."""
    rows = incidents(small=True)
    match kind:
        case "column":
            content = csv_bytes(rows, [name.replace("Migration Route", "Itinerary") for name in HEADER])
        case "code":
            content = csv_bytes([("A route nobody knows", *row[1:]) for row in rows])
        case "encoding":
            content = csv_bytes(rows, encoding="cp1252")
        case "signs":
            content = csv_bytes(rows).replace(b",2022,", b',"2.022,5",', 5).replace(b"2022-", b"MMXXII-", 3)
        case "shrunk":
            content = csv_bytes([(route, day, dead // 50, missing // 50) for route, day, dead, missing in rows])
        case _:
            raise KeyError(kind)
    return MissingMigrantsStandIn(content)
