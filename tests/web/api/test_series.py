"""Figures of the API are those of the release, and what is hidden is in none of them."""

import csv
import io
import json
from typing import Any, NoReturn

import polars as pl
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from havre.places import place_name
from havre.web.api.telling import finite
from havre.web.site import Site

ADDRESSES = (
    "", "/releases", "/releases/r-2", "/releases/r-2/files", "/releases/r-2/manifest", "/series", "/skill",
    "/alarms?least=0", "/explanations", "/measures", "/places", "/sources", "/contests", "/register",
)  # fmt: skip


def strict(text: str) -> Any:
    """Read JSON as the standard has it: without NaN and without infinity."""

    def refuse(name: str) -> NoReturn:
        raise AssertionError(name)

    return json.loads(text, parse_constant=refuse)


@pytest.fixture(scope="module")
def now(app: FastAPI) -> Site:
    found: Site = app.state.holder.site
    return found


def path_of(row: dict[str, Any], ending: str = "") -> str:
    asked = f"scope={row['scope']}&release={row['release']}"
    return f"/api/v1/series/{row['measure']}/{row['origin']}/{row['destination']}{ending}?{asked}"


def rows_of_release(now: Site, name: str) -> list[dict[str, Any]]:
    release = now.release(name)
    assert release is not None
    text = release.published.contents["forecast.csv"].decode()
    return [{**row, "release": name} for row in csv.DictReader(io.StringIO(text))]


@pytest.mark.parametrize("name", ["r-1", "r-2"])
def test_every_figure_equals_that_of_the_release_file(client: TestClient, now: Site, name: str) -> None:
    rows = rows_of_release(now, name)
    series = {path_of(row): strict(client.get(path_of(row)).text) for row in rows}
    assert len(series) == len(now.latest.outlooks)
    for row in rows:
        told = next(each for each in series[path_of(row)]["forecast"] if each["horizon"] == int(row["horizon"]))
        assert told["month"] == row["target_month"][:7]
        assert told["suppressed"] is (row["suppressed"] == "True")
        figures = [told["median"], *(told["interval_80"] or (None, None)), *(told["interval_95"] or (None, None))]
        expected = [row[column] for column in ("median", "low_80", "high_80", "low_95", "high_95")]
        assert [None if each == "" else float(each) for each in expected] == [
            None if each is None else round(each, 4) for each in figures
        ]
        stated = told["stated"] and told["stated"]["value"]
        assert stated == (float(row["stated"]) if row["stated"] else None)


def test_what_a_reviewer_states_stands_beside_what_was_computed(client: TestClient, now: Site) -> None:
    row = next(row for row in rows_of_release(now, "r-2") if row["stated"])
    told = client.get(path_of(row)).json()
    stated = [each for each in told["forecast"] if each["stated"]]
    assert [each["stated"]["value"] for each in stated] == [77.0]
    assert stated[0]["median"] == float(row["median"]) != 77.0
    assert "closed" in stated[0]["stated"]["reason"]
    assert (told["automated"], told["review"]["overrides"]) == (True, 1)


def test_quantiles_are_all_of_the_release_and_rise(client: TestClient, now: Site) -> None:
    row = next(row for row in rows_of_release(now, "r-2") if row["median"])
    quantiles = client.get(path_of(row)).json()["forecast"][0]["quantiles"]
    assert len(quantiles) == 23
    assert list(quantiles.values()) == sorted(quantiles.values())
    assert quantiles["0.5"] == float(row["median"])


def test_nothing_suppressed_is_told(client: TestClient, now: Site) -> None:
    for outlook in now.latest.outlooks:
        row = {**outlook.row, "release": "r-2"}
        told = strict(client.get(path_of(row)).text)
        months = told["history"] + told["forecast"]
        hidden = [each for each in months if each["suppressed"]]
        assert {each["suppressed"] for each in months if each.get("value", each.get("median")) is None} <= {True}
        assert {each.get("value") for each in hidden} | {each.get("median") for each in hidden} <= {None}
        assert {str(each.get("quantiles")) for each in hidden} <= {"None"}


def test_the_table_of_a_series_has_the_same_figures(client: TestClient, now: Site) -> None:
    row = next(row for row in rows_of_release(now, "r-2") if row["stated"])
    told = client.get(path_of(row)).json()
    table = pl.read_csv(io.BytesIO(client.get(path_of(row, ".csv")).content), try_parse_dates=True)
    counted, expected = table.filter(~pl.col("automated")), table.filter("automated")
    assert counted["counted"].to_list() == [each["value"] for each in told["history"]]
    assert [f"{month:%Y-%m}" for month in table["month"]] == [
        each["month"] for each in told["history"] + told["forecast"]
    ]
    assert [round(each, 4) for each in expected["median"]] == [round(each["median"], 4) for each in told["forecast"]]
    assert expected["stated"].drop_nulls().to_list() == [77.0]
    for percent in (50, 80, 95):
        bounds = zip(expected[f"low_{percent}"], expected[f"high_{percent}"], strict=True)
        told_bounds = [tuple(round(end, 4) for end in each[f"interval_{percent}"]) for each in told["forecast"]]
        assert [tuple(round(end, 4) for end in each) for each in bounds] == told_bounds
    assert table["suppressed"].to_list() == [each["suppressed"] for each in told["history"] + told["forecast"]]
    parquet = pl.read_parquet(io.BytesIO(client.get(path_of(row, ".parquet")).content))
    assert parquet.columns == table.columns
    assert parquet["counted"].to_list() == table["counted"].to_list()


def test_filters_hold_together(client: TestClient, now: Site) -> None:
    for outlook in now.latest.outlooks:
        scope, measure, origin, destination = outlook.key
        asked = {"scope": scope, "measure": measure, "origin": origin, "destination": destination}
        found = client.get("/api/v1/series", params=asked).json()
        assert [tuple(each[key] for key in asked) for each in found["items"]] == [outlook.key]
    losing = client.get("/api/v1/series?worse_than_naive=true&limit=1000").json()
    assert losing["total"] == sum(each.is_losing for each in now.latest.outlooks)
    assert {each["skill"]["worse_than_naive"] for each in losing["items"]} <= {True}


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_answer_holds_what_json_does_not_know(client: TestClient, address: str) -> None:
    found = client.get(f"/api/v1{address}")
    assert found.status_code == 200
    strict(found.text)


@given(st.none() | st.floats())
def test_a_number_is_finite_or_none(value: float | None) -> None:
    found = finite(value)
    assert found is None or found == value
    strict(json.dumps(found))


def test_what_is_not_there_is_a_problem(client: TestClient) -> None:
    for path in (
        "/series/sea_arrivals/XXX/YYY", "/series/x/y/z.csv", "/releases/none", "/series?release=none",
        "/explanations/none", "/contests/none", "/register/none", "/track-record",
    ):  # fmt: skip
        found = client.get(f"/api/v1{path}")
        assert (found.status_code, found.headers["content-type"]) == (404, "application/problem+json")
        assert found.json()["status"] == 404


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/series/{}/{}/{}", "/api/v1/series/{}/{}/{}.csv", "/api/v1/series/{}/{}/{}.hxl.csv",
        "/api/v1/series/{}/{}/{}.parquet", "/embed/fr/{}/{}/{}", "/embed/en/{}/{}/{}.svg", "/fr/corridor/{}/{}/{}",
    ],
)  # fmt: skip
def test_codes_in_another_case_lead_to_the_address(client: TestClient, now: Site, address: str) -> None:
    for key in list(now.latest.series)[:3]:
        asked = address.format(*(part.swapcase() for part in key))
        found = client.get(f"{asked}?release=r-1")
        assert (found.status_code, found.headers["location"]) == (308, f"{address.format(*key)}?release=r-1")


def test_codes_in_another_case_lead_to_no_address_where_nothing_is(client: TestClient) -> None:
    for address in ("/api/v1/series/{}/{}/{}", "/fr/corridor/{}/{}/{}"):
        for key in (("sea_arrivals", "syr", "syr"), ("nothing", "tot", "tot")):
            assert client.get(address.format(*key)).status_code == 404


def test_names_of_places_lead_to_the_address_and_what_is_none_to_near_ones(client: TestClient, now: Site) -> None:
    measure, origin, destination = next(key for key in now.latest.series if "TOT" not in key and ":" not in key[2])
    named = f"/api/v1/series/{measure}/{place_name(origin, 'fr')}/{destination}"
    assert client.get(named).headers["location"] == f"/api/v1/series/{measure}/{origin}/{destination}"
    told = client.get(f"/api/v1/series/{measure}/{origin[:2]}Q/{destination}").json()["detail"]
    assert f"{destination} ({place_name(destination, 'en')})" in told
    elsewhere = client.get(f"/api/v1/series/{measure}/{origin}/{destination}?scope=none").json()["detail"]
    assert now.latest.series[measure, origin, destination][0].key[0] in elsewhere


def test_a_filter_takes_codes_in_any_case(client: TestClient, now: Site) -> None:
    code = now.latest.origins[0]
    lower, upper = (client.get(f"/api/v1/series?origin={each}").json()["items"] for each in (code.lower(), code))
    assert lower == upper != []
