"""The page of a series says what the release's files say, where it loses first, and what earlier releases said."""

import json
import re
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

import polars as pl
import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser

from havre.forecast.outlook import OutlookOptions
from havre.pipeline import find_scopes, forecast_release, load_panel
from havre.record.outlook import Outlook, read_outlooks
from havre.record.tables import Release
from havre.sources.catalogue import sources
from havre.texts import LANGUAGES, Language
from havre.web.reading.series import find_series, series_path
from havre.web.reading.vintages import vintages_of
from havre.web.site import read_site
from tests.web.pages.plain_case import made, plain_site, write
from tests.web.pages.series_tables import differences, months_on, page_of, rows_by_series, written
from tests.web.site_case import opened, settings_for

CORRIDOR = "/en/corridor/asylum_applications/AFG/DEU"


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two vintages of the same series: the first knows three months less."""
    folder = tmp_path_factory.mktemp("plain") / "releases"
    early = made("early", months_earlier=3, made_on=date(2020, 11, 15))
    return write(folder, early, made("late"))


@pytest.fixture(scope="module")
def plain(releases: Path) -> TestClient:
    return TestClient(plain_site(releases), raise_server_exceptions=False)


def test_figures_on_every_page_equal_those_of_the_release_files(client: TestClient, record_folder: Path) -> None:
    assert list(differences(client, record_folder / "releases" / "r-2")) == []


def test_figures_are_the_same_in_french(client: TestClient, record_folder: Path) -> None:
    for scope, *key in rows_by_series(record_folder / "releases" / "r-2"):
        english, french = (months_on(page_of(client, series_path(each, *key, scope=scope))) for each in LANGUAGES)
        digits = [
            [re.sub(r"[^0-9–]", "", each) for cells in found.values() for each in cells] for found in (english, french)
        ]
        assert digits[0] == digits[1] != []


def test_hidden_figures_are_told_as_hidden(plain: TestClient, releases: Path) -> None:
    assert list(differences(plain, releases / "late")) == []
    page = page_of(plain, "/en/corridor/asylum_applications/ERI/DEU")
    assert set(months_on(page)["2021-01"]) == {"hidden"}
    assert page.css_first("#use .button") is None


@pytest.mark.slow
def test_figures_of_a_whole_demo_release_equal_those_of_its_files(tmp_path: Path) -> None:
    data = load_panel(None)
    scopes = find_scopes(data.observations)
    options = OutlookOptions(draws=100, backtest_months=1, leave_out_gaps=True)
    found = forecast_release(data, scopes, options, made_on=date(2026, 12, 1)).release
    assert found.series.height > 100
    folder = write(tmp_path / "releases", found)
    assert list(differences(TestClient(plain_site(folder)), folder / found.facts.id)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_series_that_loses_says_so_before_anything_else(client: TestClient, language: Language) -> None:
    page = client.get(f"/{language}/corridor/asylum_applications/AFG/DEU").text
    winning = client.get(f"/{language}/corridor/asylum_applications/ERI/DEU").text
    title = {"en": "A naive guess did better here", "fr": "Ici, une estimation naïve a fait mieux"}[language]
    assert page.index("<h1>") < page.index(title) < page.index('class="notice"') < page.index('id="forecast"')
    assert title not in winning


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_counted_and_its_unit_are_told_as_on_the_page_on_data(client: TestClient, language: Language) -> None:
    page = page_of(client, f"/{language}/corridor/asylum_applications/SYR/DEU")
    found = page.css_first(".defined")
    assert found is not None
    definition = sources()["bamf"].measures["asylum_applications"].defined(language)
    assert definition in found.text()
    assert definition in client.get(f"/{language}/about/data").text.replace("&#39;", "'")
    unit = {"en": "persons a month", "fr": "personnes par mois"}[language]
    captions = [each.text() for each in page.css("#expected caption, #counted caption, #earlier caption")]
    assert len(captions) >= 2
    assert [each for each in captions if f"({unit})" not in each] == []
    # The reviewer's figure and the computed ones: each tile says its unit, each drawing has it at its axis.
    assert {unit in each.text() for each in page.css(".tile:not(.record)")} == {True}
    assert [each.text() for each in page.css("svg.chart text.unit")].count(unit) >= 2


def test_tiles_are_rounded_for_reading_and_the_table_is_not(plain: TestClient) -> None:
    page = page_of(plain, "/en/corridor/asylum_applications/SYR/DEU")
    tile, cell = page.css_first(".tile-figure"), page.css_first("#forecast tbody td")
    assert tile is not None
    assert cell is not None
    exact = int(cell.text().replace(",", ""))
    assert tile.text().strip() == f"about {round(exact, -2):,}"
    assert exact % 100


def test_what_a_reviewer_states_stands_beside_the_computed_with_the_reason(client: TestClient) -> None:
    page = page_of(client, CORRIDOR)
    stated = page.css_first("tr.stated")
    assert stated is not None
    assert "states 77 for January 2019; 52 was computed. Reason: The border was closed all month." in " ".join(
        stated.text().split()
    ).replace("  ", " ")
    tile = page.css_first(".tile-figure")
    assert tile is not None
    assert tile.text(strip=True) == "77"


def test_each_month_can_be_contested_by_its_name(client: TestClient) -> None:
    page = page_of(client, CORRIDOR)
    links = [str(each.attributes["href"]) for each in page.css("#forecast a")]
    assert links == [
        f"/en/contest?figure=asylum_applications/bamf/DEU/origin/AFG/DEU/2019-{month:02}" for month in (1, 2)
    ]


def test_a_month_is_explained_by_its_drivers_and_past_situations(client: TestClient) -> None:
    page = page_of(client, f"{CORRIDOR}?month=2019-02")
    view = page.css_first("#why-view")
    assert view is not None
    assert "February 2019: 56" in view.text()
    assert [each.text() for each in view.css("h4")][:3] == [
        "What the figure is made of",
        "What would have moved it by 10 %",
        "Nearest past situations, and what followed",
    ]
    marked = page.css_first("tr[aria-current]")
    assert marked is not None
    assert marked.attributes["id"] == "m-2019-02"


def test_a_month_that_the_release_does_not_tell_is_told_as_such(client: TestClient) -> None:
    assert "says nothing of 2031-01" in client.get(f"{CORRIDOR}?month=2031-01").text
    assert client.get(f"{CORRIDOR}?month=January").status_code == 404


def test_an_earlier_release_stands_beside_what_is_known_now(releases: Path) -> None:
    site = read_site(settings_for(releases.parent / "nothing", releases=releases))
    shown = find_series(site, ("asylum_applications", "SYR", "DEU"), None)
    assert shown is not None
    assert shown.release.id == "late"
    (early,) = vintages_of(shown)
    assert (early.release.id, early.ends) == ("early", date(2020, 9, 1))
    known = dict(shown.outlook.history)
    for month in early.months[:3]:
        bounds = month.then.expected.interval(80)
        assert bounds is not None
        assert (month.counted, month.now) == (known[month.then.month], None)
        assert month.held(80) == (bounds[0] <= known[month.then.month] <= bounds[1])  # type: ignore[operator]
    assert [each.is_counted for each in early.months] == [True] * 3 + [False] * 9
    now = early.months[3].now
    assert now is not None
    assert (now.month, now.expected.horizon) == (date(2021, 1, 1), 1)
    assert early.revised == []


def test_intervals_that_missed_and_counts_that_were_revised_are_told(tmp_path: Path) -> None:
    late = made("late")
    own = pl.col("origin") == "SYR"
    new = pl.when(own & (pl.col("period") > date(2020, 7, 1))).then(pl.col("value") * 9).otherwise("value")
    changed = replace(late, history=late.history.with_columns(value=new))
    folder = write(tmp_path / "releases", made("early", months_earlier=3, made_on=date(2020, 11, 15)), changed)
    page = page_of(TestClient(plain_site(folder)), "/en/corridor/asylum_applications/SYR/DEU")
    view = page.css_first("#earlier-view")
    assert view is not None
    told = " ".join(view.text().split())
    assert "3 of its months have been counted since: the 80% interval held the count in none." in told
    assert told.count("missed") == 3
    before, now = (dict(find.history) for find in (_history(late), _history(changed)))
    months = (date(2020, 8, 1), date(2020, 9, 1))
    rows = [[cell.text(strip=True) for cell in row.css("td")] for row in view.css("table")[1].css("tbody tr")]
    assert rows == [[written(before[month]), written(now[month])] for month in reversed(months)]


@pytest.mark.parametrize(
    ("logged_on", "late"),
    [(date(2020, 11, 29), 0), (date(2020, 11, 30), 1), (date(2026, 12, 1), 3)],
    ids=["in time", "on the day of the first", "years after"],
)
def test_months_that_were_known_when_a_release_was_logged_are_no_hits_or_misses(
    releases: Path, logged_on: date, late: int
) -> None:
    # BAMF counts October 2020 by the end of November: the catalogue says so, as for `havre score`.
    site = read_site(settings_for(releases.parent / "nothing", releases=releases))
    at = datetime.combine(logged_on, time(9), UTC)
    shown = find_series(replace(site, logged_at={"early": at}), ("asylum_applications", "SYR", "DEU"), None)
    assert shown is not None
    (early,) = vintages_of(shown)
    assert early.logged_on == logged_on
    assert [each.is_late for each in early.months] == [True] * late + [False] * (12 - late)
    assert len(early.judged) == 3 - late
    assert early.is_afterwards == (late == 3)


def test_a_release_made_afterwards_says_so_in_both_languages(tmp_path: Path) -> None:
    early = made("early", months_earlier=3, made_on=date(2026, 12, 1))
    plain = TestClient(plain_site(write(tmp_path / "releases", early, made("late", made_on=date(2026, 12, 2)))))
    told = {
        "en": ("Made afterwards: a test on the past, not said then.", "Said then", "For 3 months the truth was known"),
        "fr": ("Faite après coup : un essai sur le passé, pas dit alors.", "Dit alors", "Pour 3 mois, la vérité était"),
    }
    for language, (said, then, months) in told.items():
        view = page_of(plain, f"/{language}/corridor/asylum_applications/SYR/DEU").css_first("#earlier-view")
        assert view is not None
        text = view.text().replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
        assert said in text
        assert months in text
        assert then not in text
        judged = {cell.text(strip=True) for cell in view.css("tbody td:nth-child(5)")}
        assert judged == {{"en": "a test on the past", "fr": "un essai sur le passé"}[language], "–"}


def _history(release: Release) -> Outlook:
    return next(each for each in read_outlooks(release) if each.key[2] == "SYR")


def test_a_release_is_chosen_by_its_name(plain: TestClient) -> None:
    path = "/en/corridor/asylum_applications/SYR/DEU"
    assert "Release early of November 15, 2020: data until September 2020" in plain.get(f"{path}?release=early").text
    # The newest release cannot be looked back on: the last one before it is shown.
    assert "Release early of November 15, 2020" in plain.get(f"{path}?release=late").text
    missing = plain.get(f"{path}?release=never")
    assert missing.status_code == 404
    assert "There are: early." in missing.text


def test_a_series_that_is_not_there_leads_to_near_places(client: TestClient) -> None:
    missing = client.get("/en/corridor/asylum_applications/SYR/germny")
    assert missing.status_code == 404
    assert '<a href="/en/destination/DEU">' in missing.text
    assert '<a href="/en/origin/SYR">' in missing.text


def scenario(last_month: str = "2020-12", remaining: float = 0.0) -> dict[str, object]:
    three = {"low": 1.0, "median": 20.0, "high": 30.0}
    row = {"kind": "if", "measure": "asylum_applications", "base": three, "if": {**three, "low": None}}
    event = {"from": "2021-02-01", "destination": "DEU", "origins": [], "remaining": [remaining, remaining]}
    return {
        "kind": "if",
        "scope": "germany",
        "last_month": last_month,
        "scenario": {"name": "", "close": [event]},
        "months": [
            {**row, "origin": origin, "destination": "DEU", "month": "2021-02", "difference": three}
            for origin in ("SYR", "ERI")
        ],
        "evidence": [{"effect": "close[1].diverted", "basis": "assumed"}],
    }


@pytest.fixture
def with_scenarios(releases: Path, tmp_path: Path) -> TestClient:
    folder = tmp_path / "releases"
    shutil.copytree(releases, folder)
    (folder / "scenarios").mkdir()
    found = {
        "b-half": scenario(remaining=0.5),
        "c-none": scenario(remaining=0.0),
        "d-old": scenario(last_month="2020-11"),
    }
    for name, each in found.items():
        (folder / "scenarios" / f"{name}.json").write_text(json.dumps({"kind": "if", "scenarios": [each]}))
    (folder / "scenarios" / "broken.json").write_text('{"kind": "if", "scenarios": [{}]}')
    return TestClient(plain_site(folder), raise_server_exceptions=False)


def test_scenarios_are_steps_by_size_of_the_series_and_data_they_were_made_for(with_scenarios: TestClient) -> None:
    path = "/en/corridor/asylum_applications/SYR/DEU"
    page = page_of(with_scenarios, path)
    steps = [str(each.attributes["href"]) for each in page.css('[data-steps="if-view"] a')]
    assert steps == [f"{path}?scenario={name}#if" for name in ("c-none", "b-half")]
    names = [each.text(strip=True) for each in page.css('[data-steps="if-view"] a')]
    assert names == ["0% still get through", "50% still get through"]
    view = page.css_first("#if-view")
    assert view is not None
    told = " ".join(view.text().split())
    assert told.startswith("IF Suppose that: 0% still get through")
    assert "a way closes: Germany, 0% still get through, from February 2021 on" in told
    assert [cell.text(strip=True) for cell in view.css("tbody td")] == ["201 to 30", "hidden", "+201 to 30"]
    assert "rest on an assumption alone: 1" in told
    chosen = page_of(with_scenarios, f"{path}?scenario=b-half").css_first("#if-view")
    assert chosen is not None
    assert "50% still get through" in chosen.text()


def test_a_scenario_tells_no_month_that_the_release_hides(with_scenarios: TestClient) -> None:
    page = page_of(with_scenarios, "/en/corridor/asylum_applications/ERI/DEU")
    assert page.css_first("#if") is None


def test_without_a_script_a_page_gives_figures_intervals_record_and_sources(chromium: Browser, address: str) -> None:
    with opened(chromium, f"{address}{CORRIDOR}", java_script_enabled=False) as (page, said):
        assert said == []
        assert page.locator("#forecast tbody tr[data-month]").count() == 2
        row = page.locator("#forecast tbody tr[data-month] td")
        assert row.all_inner_texts()[:4] == ["52", "39–68", "30–83", "21–115"]
        assert page.locator("#record").get_by_text("18% worse than the best naive guess").is_visible()
        assert page.locator("#sources dd").first.is_visible()
        assert page.locator("svg.chart:visible").count() >= 1
        page.locator('[data-steps="why-view"] a').nth(1).click()
        assert "month=2019-02" in page.url
        assert page.locator("#why-view h3").inner_text().startswith("February 2019: 56")


def test_with_a_script_a_slider_changes_the_view_in_place_and_the_other_language_keeps_it(
    chromium: Browser, address: str
) -> None:
    with opened(chromium, f"{address}{CORRIDOR}?release=r-1", 390) as (page, said):
        slider = page.get_by_role("slider", name="Month that is explained")
        slider.focus()
        page.keyboard.press("ArrowRight")
        page.locator("#why-view h3", has_text="February 2019: 56").wait_for()
        page.wait_for_url("**/AFG/DEU?release=r-1&month=2019-02#why")
        assert slider.get_attribute("aria-valuetext") == "Feb 2019"
        page.get_by_role("link", name="Français").click()
        page.wait_for_url("**/fr/corridor/asylum_applications/AFG/DEU?release=r-1&month=2019-02#why")
        assert page.locator("#why-view h3").inner_text().startswith("février 2019")
        assert said == []
