"""Tables: the release's own file, and the same with HXL tags; nothing that a spreadsheet would compute."""

import csv
import io
import re
from pathlib import Path

import polars as pl
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from havre.web.api.tables import TAGS, write_table

TAG = re.compile(r"#[a-z][a-z0-9_]*(\+[a-z][a-z0-9_]*)*")
"""A hashtag with its attributes (HXL standard 1.1)."""
TABLES = ("forecasts", "history")


def test_all_forecasts_are_the_file_of_the_release_byte_for_byte(client: TestClient, record_folder: Path) -> None:
    found = client.get("/api/v1/forecasts.csv?release=r-1")
    assert found.content == (record_folder / "releases" / "r-1" / "forecast.csv").read_bytes()
    assert found.headers["content-type"] == "text/csv; charset=utf-8"
    assert found.headers["content-disposition"] == 'attachment; filename="r-1-forecasts.csv"'


@pytest.mark.parametrize("name", TABLES)
def test_tags_stand_below_the_names_and_the_rest_is_the_same(client: TestClient, name: str) -> None:
    plain = list(csv.reader(io.StringIO(client.get(f"/api/v1/{name}.csv").text)))
    names, tags, *rows = csv.reader(io.StringIO(client.get(f"/api/v1/{name}.hxl.csv").text))
    assert [names, *rows] == plain
    assert [tag for tag in tags if TAG.fullmatch(tag) is None] == []
    assert len(set(tags)) == len(tags)


@pytest.mark.parametrize("name", TABLES)
def test_parquet_has_the_rows_of_the_csv(client: TestClient, name: str) -> None:
    table = pl.read_parquet(io.BytesIO(client.get(f"/api/v1/{name}.parquet").content))
    rows = list(csv.DictReader(io.StringIO(client.get(f"/api/v1/{name}.csv").text)))
    assert table.height == len(rows) > 0
    assert table.columns == list(rows[0])
    assert table["origin"].to_list() == [row["origin"] for row in rows]


def test_hidden_counts_are_in_no_table(app: FastAPI, client: TestClient) -> None:
    table = pl.read_parquet(io.BytesIO(client.get("/api/v1/history.parquet").content))
    assert table.filter("suppressed")["value"].null_count() == table["suppressed"].sum()
    assert table.height == app.state.holder.site.latest.published.release.history.height


def test_every_tag_is_one() -> None:
    assert [tag for tag in TAGS.values() if TAG.fullmatch(tag) is None] == []


def test_nothing_is_a_formula() -> None:
    table = pl.DataFrame({"origin_name": ["=1+1", "+2", "@x", "plain"], "value": [1.0, float("nan"), None, 2.5]})
    lines = write_table(table, "csv").decode().splitlines()
    assert lines == ["origin_name,value", "'=1+1,1", "'+2,", "'@x,", "plain,2.5"]
