"""Reads the tables of a series page, and what a release's files say should stand there."""

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
from fastapi.testclient import TestClient
from selectolax.lexbor import LexborHTMLParser

from havre.web.reading.series import series_path

Cells = list[str]
HIDDEN = "hidden"


def page_of(client: TestClient, path: str) -> LexborHTMLParser:
    found = client.get(path)
    assert found.status_code == 200, found.text
    return LexborHTMLParser(found.text)


def months_on(page: LexborHTMLParser) -> dict[str, Cells]:
    """Give the forecast on a page: by month the median and the intervals of 50, 80 and 95 %, as they are written."""
    rows = page.css("table#forecast tbody tr[data-month]")
    return {
        str(row.attributes["data-month"]): [cell.text(strip=True) for cell in row.css("td.number")[:4]] for row in rows
    }


def history_on(page: LexborHTMLParser) -> dict[str, str]:
    """Give the counted months on a page, as they are written."""
    found: dict[str, str] = {}
    for row in page.css("table.years tbody tr"):
        head = row.css_first("th")
        assert head is not None
        for month, cell in enumerate(row.css("td"), start=1):
            if cell.text(strip=True):
                found[f"{head.text(strip=True)}-{month:02}"] = cell.text(strip=True)
    return found


def written(value: str | float | None) -> str:
    """Write a figure of a file as an English page does."""
    if value is None or value == "":
        return HIDDEN
    number = float(value)
    return "< 1" if 0 < number < 0.5 else f"{round(number):,}"


def interval(low: str, high: str) -> str:
    return HIDDEN if low == "" else f"{written(low)}–{written(high)}"


def rows_by_series(release: Path) -> dict[tuple[str, str, str, str], list[dict[str, str]]]:
    """Read ``forecast.csv`` by scope, measure, origin and destination."""
    found: dict[tuple[str, str, str, str], list[dict[str, str]]] = {}
    for row in csv.DictReader(io.StringIO((release / "forecast.csv").read_text(encoding="utf-8"))):
        found.setdefault((row["scope"], row["measure"], row["origin"], row["destination"]), []).append(row)
    return found


def differences(client: TestClient, release: Path) -> Iterator[str]:
    """Compare the page of every series of a release with its files; tells each that differs."""
    series = list(csv.DictReader(io.StringIO((release / "series.csv").read_text(encoding="utf-8"))))
    forecasts = rows_by_series(release)
    history = pl.read_parquet(release / "target-data" / "time-series.parquet")
    for row in series:
        key = (row["scope"], row["measure"], row["origin"], row["destination"])
        path = series_path("en", *key[1:], scope=row["scope"])
        page = page_of(client, path)
        told = {
            each["target_month"][:7]: [
                written(each["median"]),
                *(interval(each[f"low_{width}"], each[f"high_{width}"]) for width in (50, 80, 95)),
            ]
            for each in forecasts.get(key, [])
        }
        if months_on(page) != told:
            yield f"{path}: {months_on(page)} instead of {told}"
        counted = _counted(history, row)
        shown = history_on(page)
        if {month: text for month, text in shown.items() if text != HIDDEN} != counted:
            yield f"{path}: history"
        record = page.css_first("#record")
        assert record is not None
        if row["wis_ratio"] and f"error ratio {ratio(row['wis_ratio'])})" not in record.text():
            yield f"{path}: ratio"


def ratio(value: str) -> str:
    """Write a ratio of a file: with three decimals where two would hide on which side of 1 it lies."""
    number = Decimal(value)
    places = "0.001" if 0 < abs(number - 1) < Decimal("0.005") else "0.01"
    return str(number.quantize(Decimal(places)))


def _counted(history: pl.DataFrame, row: Mapping[str, str]) -> dict[str, str]:
    own = history.filter(
        target=row["measure"], source=row["source"], origin=row["origin"], destination=row["destination"]
    )
    months: list[tuple[date, float]] = list(own.select("target_end_date", "observation").iter_rows())
    return {f"{month:%Y-%m}": written(value) for month, value in months}
