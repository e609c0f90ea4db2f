"""The track record: where it loses first, whether intervals held, and every frozen forecast against what came."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from fastapi.testclient import TestClient
from selectolax.lexbor import LexborHTMLParser

from havre.record.publication import open_record
from havre.record.track_publication import publish_track_record
from havre.track_record import score_record
from havre.web.reading.coverage import by_size, held_overall
from havre.web.reading.frozen import PAGE_ROWS, read_frozen
from havre.web.reading.series import find_series
from havre.web.site import read_site
from tests.record.log.log_case import KEY
from tests.record.published_case import made_record
from tests.record.release_samples import MEASURE_NAMES
from tests.record.track_case import OVERRIDE, counted, logged_release
from tests.web.pages.plain_case import made, plain_site, write
from tests.web.pages.series_tables import page_of
from tests.web.site_case import settings_for, site

PATH = "/en/track-record"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record with a release whose months were counted since, and its published track record."""
    made_at = tmp_path_factory.mktemp("frozen") / "record"
    made_record(made_at)
    with open_record(made_at) as record:
        logged_release(record, changes=(OVERRIDE,))
        found = score_record(record, counted(), date(2021, 7, 1), {"panel.parquet": "ab" * 32})
        publish_track_record(record, found, datetime(2021, 7, 1, 9, tzinfo=UTC), measure_names=MEASURE_NAMES)
        record.flush([KEY])
    return made_at


@pytest.fixture(scope="module")
def judged(folder: Path) -> TestClient:
    return TestClient(site(folder), raise_server_exceptions=False)


def text_of(page: LexborHTMLParser, place: str) -> str:
    found = page.css_first(place)
    assert found is not None
    return " ".join(found.text().split())


def test_where_nothing_was_judged_it_says_so(client: TestClient) -> None:
    said = text_of(page_of(client, PATH), "#frozen")
    assert "No frozen forecast has been judged yet. It is done with the command “havre score”" in said


def test_where_it_loses_stands_first(client: TestClient) -> None:
    page = page_of(client, PATH)
    assert [each.attributes["id"] for each in page.css("main section")][:2] == ["losing", "league"]
    assert "lost on 5 of the 8 series that could be measured" in text_of(page, "#losing")
    first = page.css_first("#losing tbody a")
    assert first is not None
    assert first.attributes["href"] == "/en/corridor/sea_arrivals/TOT/ITA"


def test_every_frozen_forecast_of_what_was_published_is_listed_once(judged: TestClient, folder: Path) -> None:
    scores = pl.read_parquet(folder / "track-record" / "2021-07-01" / "scores.parquet")
    own = scores.filter(pl.col("model") == "ensemble", pl.col("figures") == "computed")
    rows = page_of(judged, PATH).css("#forecasts tbody tr")
    assert 0 < own.height == len(rows) <= PAGE_ROWS
    told = {
        (*(str(link.attributes["href"]) for link in row.css("a")), *(row.css("td")[n].text(strip=True) for n in (1, 5)))
        for row in rows
    }
    assert told == {
        (
            f"/en/corridor/{row['target']}/{row['origin']}/{row['destination']}",
            str(row["horizon"]),
            f"{round(row['observed']):,}",
        )
        for row in own.to_dicts()
    }


def test_a_replaced_figure_is_told_with_what_it_changed(judged: TestClient) -> None:
    page = page_of(judged, PATH)
    (stated,) = [row for row in page.css("#forecasts tbody tr") if "as stated" in row.text()]
    cells = [cell.text(strip=True) for cell in stated.css("td")]
    # counted() gives 3,000 persons and ten for each month of a week of months: February 2021 is month 37.
    assert cells[4:6] == ["2,777", f"{3000 + 10 * (37 % 7):,}"]
    assert cells[6].endswith(f"as stated: {2777 - 3020:,}")
    assert "Replaced figures whose month was counted: 1." in text_of(page, "#frozen")


def test_frozen_forecasts_are_filtered_by_series(judged: TestClient) -> None:
    chosen = page_of(judged, f"{PATH}?series=asylum_applications/bamf/AFG/DEU")
    links = {str(each.attributes["href"]) for each in chosen.css("#forecasts tbody a")}
    assert links == {"/en/corridor/asylum_applications/AFG/DEU"}
    for query in ("series=asylum_applications/bamf/FRA/DEU", "release=r-9", "page=2"):
        assert judged.get(f"{PATH}?{query}").status_code == 404
    assert judged.get(f"{PATH}?release=r-1").status_code == 200


def test_the_page_of_a_series_tells_how_its_published_forecasts_turned_out(judged: TestClient, folder: Path) -> None:
    scores = pl.read_parquet(folder / "track-record" / "2021-07-01" / "scores.parquet")
    own = scores.filter(origin="AFG", model="ensemble", figures="computed")
    page = page_of(judged, "/en/corridor/asylum_applications/AFG/DEU")
    assert (own.height, int(own["covered_80"].sum())) == (5, 5)
    told = "5 published forecasts of this series have been judged: the 80% interval held the count in every one."
    assert told in text_of(page, "#record")
    link = f"{PATH}?series=asylum_applications/bamf/AFG/DEU"
    assert page.css_first(f'#record a[href="{link}#every"]') is not None
    assert judged.get(link).status_code == 200


def test_a_track_record_that_was_changed_is_not_shown(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "record")
    changed = tmp_path / "record" / "track-record" / "2021-07-01" / "league.json"
    changed.write_text(changed.read_text().replace('"2021-07-01"', '"2021-07-02"', 1))
    page = page_of(TestClient(site(tmp_path / "record")), PATH)
    assert "was changed after it was published, and is not shown" in text_of(page, "#frozen")
    assert page.css_first("#forecasts") is None


def test_what_is_read_back_is_what_was_published(folder: Path) -> None:
    with open_record(folder) as record:
        found = score_record(record, counted(), date(2021, 7, 1), {"panel.parquet": "ab" * 32})
    told = read_frozen(folder / "track-record" / "2021-07-01").record
    for name in ("releases", "scores", "league", "overridden"):
        assert getattr(told, name).equals(getattr(found, name)), name


def test_coverage_of_all_horizons_weighs_each_by_its_forecasts() -> None:
    levels: dict[str, float | None] = dict.fromkeys((f"coverage_{level}" for level in (50, 80, 90)), 1.0)
    rows: list[dict[str, float | None]] = [
        {**levels, "coverage_95": 0.5, "forecasts_scored": 30},
        {**levels, "coverage_95": 1.0, "forecasts_scored": 10},
        {**levels, "coverage_95": None, "forecasts_scored": 0},
    ]
    held = held_overall("all", rows)
    assert (held.count, held.shares) == (40, {50: 1.0, 80: 1.0, 90: 1.0, 95: 0.625})


def test_series_are_grouped_by_size(tmp_path: Path) -> None:
    folder = write(tmp_path / "releases", made("one"))
    found = read_site(settings_for(tmp_path / "nothing", releases=folder))
    bands = {band.name: band for band in by_size(found.latest.outlooks)}
    assert {name: (band.count, band.losing) for name, band in bands.items()} == {
        "large": (3, 1), "middle": (1, 1), "small": (1, 0),
    }  # fmt: skip
    assert bands["large"].ratio == 0.89
    assert find_series(found, ("asylum_applications", "ERI", "DEU"), None) is not None
    assert "can never be judged as frozen forecasts" in TestClient(plain_site(folder)).get(PATH).text
