"""Pages of places: their series, near names for what is none, deaths beside crossings; lists that can be searched."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser

from havre.texts import LANGUAGES, Language
from havre.web.reading.places import deaths_on
from havre.web.site import read_site
from tests.web.pages.plain_case import ROUTE, made, plain_site, write
from tests.web.pages.series_tables import months_on, page_of, written
from tests.web.site_case import opened, settings_for


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("places") / "releases", made("one"))


@pytest.fixture(scope="module")
def plain(releases: Path) -> TestClient:
    return TestClient(plain_site(releases), raise_server_exceptions=False)


def test_every_place_is_listed_and_its_page_is_there(client: TestClient, plain: TestClient) -> None:
    for asked in (client, plain):
        links = [str(each.attributes["href"]) for each in page_of(asked, "/en/places").css(".place-list a")]
        assert len(links) == len(set(links)) >= 4
        for link in links:
            series = [str(each.attributes["href"]) for each in page_of(asked, link).css("main a[href*='/corridor/']")]
            assert series
            assert {asked.get(each).status_code for each in series} == {200}


def test_a_destination_tells_its_total_and_each_origin(client: TestClient) -> None:
    page = page_of(client, "/en/destination/DEU")
    assert [each.text(strip=True) for each in page.css("table.series tbody th")] == ["Syria", "Afghanistan", "Eritrea"]
    first = page.css_first("table.series tbody tr")
    assert first is not None
    assert [cell.text(strip=True) for cell in first.css("td.number")] == ["207", "186139–212", "190161–221"]
    assert page.css_first("figure.fan svg") is not None


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_destination_tells_its_total_in_full(plain: TestClient, language: Language) -> None:
    path = f"/{language}/destination/DEU"
    page = page_of(plain, path)
    sections = ("expected", "counted", "record", "earlier", "why", "sources", "use")
    assert [name for name in sections if page.css_first(f"section#{name} h2") is None] == []
    links = [str(each.attributes["href"]) for each in page.css("main a")]
    assert "/api/v1/series/asylum_applications/TOT/DEU.csv" in links
    assert f"/{language}/contest?figure=germany/TOT/DEU/2021-01" in links
    of = {"en": "Where people come from: ", "fr": "D’où viennent les personnes\u202f: "}
    assert of[language] in page.text()
    # What a reader chooses stays on the page of the place.
    assert page_of(plain, f"{path}?month=2021-03").css_first("tr#m-2021-03[aria-current]") is not None
    assert plain.get(f"{path}?month=May").status_code == 404


def test_an_origin_says_that_no_total_is_forecast_and_leads_to_all_of_each_corridor(plain: TestClient) -> None:
    page = page_of(plain, "/en/origin/SYR")
    assert "No total is forecast of people from Syria." in page.text()
    links = {str(each.attributes["href"]) for each in page.css("main a")}
    series = "asylum_applications/SYR/DEU"
    assert {
        f"/en/corridor/{series}#why",
        f"/api/v1/series/{series}.csv",
        f"/api/v1/series/{series}.parquet",
        f"/api/v1/series/{series}",
        "/en/contest?figure=germany/SYR/DEU/2021-01",
    } <= links


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_route_tells_the_series_of_a_country_that_counts_who_arrived_by_it(
    client: TestClient, language: Language
) -> None:
    page = page_of(client, f"/{language}/route/central-mediterranean")
    covers = page.css_first(".covers")
    assert covers is not None
    assert {"en": "Arrivals in Malta are counted apart", "fr": "Les arrivées à Malte sont comptées à part"}[
        language
    ] in covers.text()
    own = page_of(client, f"/{language}/corridor/sea_arrivals/TOT/ITA")
    assert months_on(page) == months_on(own) != {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_route_without_a_figure_says_so_and_what_is_needed(plain: TestClient, language: Language) -> None:
    page = page_of(plain, f"/{language}/route/western-balkan")
    assert {"en": "No figure of this route", "fr": "Aucun chiffre de cette route"}[language] in page.text()
    assert "Frontex" in page.text()
    assert page.css_first("svg.chart") is None
    listed = [str(each.attributes["href"]) for each in page_of(plain, f"/{language}/places").css("#route p.small a")]
    assert f"/{language}/route/western-balkan" in listed


@pytest.mark.parametrize("asked", ["germany", "Allemagne", "de", "deu"])
def test_other_spellings_of_a_place_lead_to_it(client: TestClient, asked: str) -> None:
    found = client.get(f"/fr/destination/{asked}")
    assert (found.status_code, found.headers["location"]) == (308, "/fr/destination/DEU")
    chosen = "?month=2021-02&scenario=a/b"
    assert client.get(f"/fr/destination/{asked}{chosen}").headers["location"] == f"/fr/destination/DEU{chosen}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("asked", "near"),
    [("destination/germny", "destination/DEU"), ("origin/DEV", "destination/DEU"), ("route/syr", "origin/SYR")],
)
def test_what_is_no_place_leads_to_near_ones(client: TestClient, language: str, asked: str, near: str) -> None:
    found = client.get(f"/{language}/{asked}")
    assert found.status_code == 404
    assert f'<a href="/{language}/{near}">' in found.text
    assert found.headers["cache-control"] == "no-store"


def test_what_was_typed_is_not_taken_for_markup(client: TestClient) -> None:
    assert "<script>alert" not in client.get("/en/destination/<script>alert(1)<").text


def test_deaths_stand_beside_crossings_in_whole_years(plain: TestClient, releases: Path) -> None:
    release = read_site(settings_for(releases.parent / "nothing", releases=releases)).latest
    found = deaths_on(release, ROUTE)
    assert found is not None
    assert [each.year for each in found.years] == [2020, 2019, 2018, 2017, 2016]
    year = found.years[0]
    sums = {
        outlook.key[1]: sum(value for month, value in outlook.history if month.year == 2020 and value is not None)
        for outlook in (found.deaths, found.crossings)
    }
    assert (year.deaths, year.crossings) == (sums["deaths_and_missing"], sums["irregular_crossings"])
    row = page_of(plain, "/en/route/central-mediterranean").css_first("#deaths tbody tr")
    assert row is not None
    rate = 1000 * year.deaths / year.crossings
    told = [written(year.deaths), written(year.crossings), f"{rate:.1f}"]
    assert [cell.text(strip=True) for cell in row.css("td")] == told


def test_a_year_with_a_month_that_is_not_told_has_no_rate(tmp_path: Path) -> None:
    whole = made("one")
    gone = (pl.col("measure") == "deaths_and_missing") & (pl.col("period") == date(2019, 5, 1))
    folder = write(tmp_path / "releases", replace(whole, history=whole.history.filter(~gone)))
    found = deaths_on(read_site(settings_for(tmp_path / "nothing", releases=folder)).latest, ROUTE)
    assert found is not None
    assert [each.year for each in found.years] == [2020, 2018, 2017, 2016]


def test_a_list_is_searched_and_a_table_sorted_in_the_browser(chromium: Browser, address: str) -> None:
    with opened(chromium, f"{address}/fr/places") as (page, said):
        page.get_by_role("searchbox").fill("erythree")
        shown = page.locator(".place-list li:visible a")
        assert shown.all_inner_texts() == ["Érythrée"]
        assert page.get_by_role("status").inner_text().endswith("1 sur 9")
        page.goto(f"{address}/fr/destination/DEU")
        page.get_by_role("button", name="Série").click()
        assert page.locator("table.series tbody th").all_inner_texts() == ["Afghanistan", "Érythrée", "Syrie"]
        assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"
        assert said == []
