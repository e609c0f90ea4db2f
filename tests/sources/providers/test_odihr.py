from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from havre.errors import HavreError, PlaceError, SourceError
from havre.panel.observations import check_observations
from havre.panel.vintage import latest
from havre.pull import Pulled
from havre.sources.importers import IMPORTERS
from havre.sources.providers.odihr import CONNECTOR, country_pages
from havre.sources.providers.odihr_tables import parse_country, parse_year
from tests.sources.pull_case import PullCase, pull_case
from tests.sources.stand_ins.odihr import (
    COUNTRY_HEADER,
    HOST,
    LINKS,
    SPOILT,
    YEAR_HEADER,
    YEARS,
    OdihrStandIn,
    page,
    report,
    spoilt,
    stand_in,
    table,
)  # fmt: skip
from tests.sources.stand_ins.server import serving

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
LATER = datetime(2026, 4, 20, 12, tzinfo=UTC)
SINCE = date(2023, 1, 1)
Cells = Mapping[tuple[str, str, int], tuple[float | None, str]]


@pytest.fixture
def case(tmp_path: Path) -> PullCase:
    return pull_case(CONNECTOR, tmp_path)


def pull(case: PullCase, provider: OdihrStandIn, at: datetime = NOON) -> Pulled:
    with serving({HOST: provider}) as server:
        return case.pull(server, at, since=SINCE)


def cells(observations: pl.DataFrame) -> Cells:
    rows = check_observations(observations)
    assert set(rows["origin"]) <= {"TOT"}
    told = rows.select("measure", "destination", pl.col("period").dt.year(), "value", pl.col("status").cast(pl.String))
    return {(each[0], each[1], each[2]): (each[3], each[4]) for each in told.iter_rows()}


def of_year(*rows: tuple[object, ...], header: tuple[str, ...] = YEAR_HEADER, heading: str = "Data 2024") -> Cells:
    content = page(heading, table(header, rows))
    return cells(parse_year(content, 2024, "year/2024", NOON.date()).observations)


def test_years_and_countries_land_once(case: PullCase) -> None:
    first = pull(case, stand_in())
    assert (first.good, first.landed, first.latest) == (True, 5, date(2024, 1, 1))
    found = cells(latest(case.places.store.read()))
    assert found == {
        ("hate_incidents", "AUT", 2024): (5865.0, "final"),
        ("hate_incidents", "AUT", 2023): (5668.0, "final"),
        ("hate_incidents", "DEU", 2024): (12345.0, "final"),
        # The number of a footnote is no digit.
        ("hate_incidents", "DEU", 2023): (10532.0, "final"),
        # A zero often means that nothing was reported.
        ("hate_incidents", "AND", 2024): (0.0, "provisional"),
        ("hate_incidents", "AND", 2023): (0.0, "provisional"),
        ("hate_incidents", "USA", 2024): (11679.0, "final"),
        ("hate_incidents_reported", "AUT", 2024): (121.0, "final"),
        ("hate_incidents_reported", "AUT", 2023): (110.0, "final"),
        ("hate_incidents_reported", "DEU", 2024): (1204.0, "final"),
        ("hate_incidents_reported", "DEU", 2023): (986.0, "final"),
        ("hate_incidents_reported", "USA", 2024): (0.0, "provisional"),
        ("hate_crimes_prosecuted", "AUT", 2024): (310.0, "final"),
        ("hate_crimes_prosecuted", "AUT", 2023): (301.0, "final"),
        ("hate_crimes_prosecuted", "DEU", 2023): (1000.0, "final"),
        ("hate_crimes_sentenced", "AUT", 2024): (98.0, "final"),
        ("hate_crimes_sentenced", "DEU", 2023): (0.0, "provisional"),
    }
    second = pull(case, stand_in(), LATER)
    assert (second.good, second.new, second.revised, second.skipped) == (True, 0, 0, 5)


def test_a_year_is_asked_for_once_it_is_published(case: PullCase) -> None:
    with serving({HOST: stand_in()}) as server:
        case.pull(server, datetime(2026, 11, 17, tzinfo=UTC), since=date(2025, 1, 1))
        assert [each.query for each in server.asked if each.query] == [(("year", "2025"),)]


def test_a_page_of_another_year_is_refused(case: PullCase) -> None:
    done = pull(case, spoilt("year"))
    assert set(done.kept_out) == {"year/2024"}
    assert "found 2023; expected 2024" in done.kept_out["year/2024"][0].sentence()


@pytest.mark.parametrize("kind", SPOILT)
def test_what_changed_is_kept_out(case: PullCase, kind: str) -> None:
    assert pull(case, stand_in()).good
    before = case.places.store.read()
    done = pull(case, spoilt(kind), LATER)
    assert "year/2024" in done.kept_out
    assert (
        case.places.store.read()
        .filter(pl.col("period") == date(2024, 1, 1))
        .equals(before.filter(pl.col("period") == date(2024, 1, 1)))
    )
    assert pull(case, stand_in(), datetime(2026, 5, 20, tzinfo=UTC)).good


def test_a_table_with_a_row_per_kind_of_source_says_the_same() -> None:
    header = ("Country", "Data Source", "Number of Incidents")
    rows = [("Austria", "Official Records", "425"), ("Austria", "Other Sources", "194")]
    assert of_year(*rows, header=header) == of_year(("Austria", "425", "194"))
    with pytest.raises(SourceError, match="Hearsay"):
        of_year(("Austria", "Hearsay", "4"), header=header)
    with pytest.raises(SourceError, match="is there 2 times"):
        of_year(rows[0], rows[0], header=header)


@pytest.mark.parametrize("cell", ["1.234", "12,34", "-5", "1 or 2", "1234,567"])
def test_a_figure_that_can_be_read_in_two_ways_is_refused(cell: str) -> None:
    with pytest.raises(SourceError, match=r"year/2024, row 1.*hate_incidents"):
        of_year(("Austria", cell, "5"))


def test_a_page_that_ends_early_or_has_no_table_is_refused() -> None:
    whole = page("Data 2024", table(YEAR_HEADER, YEARS[2024]))
    for content, says in ((whole[: len(whole) // 2], "</html>"), (page("Sign in 2024", ""), "participating state")):
        with pytest.raises(SourceError, match=says):
            parse_year(content, 2024, "year/2024", NOON.date())


def test_an_unknown_country_is_told() -> None:
    with pytest.raises(PlaceError, match=r"Atlantis.*year/2024"):
        of_year(("Atlantis", "1", "2"))


def test_the_page_of_another_country_is_refused() -> None:
    content = page("Austria", table(COUNTRY_HEADER, [(2024, "1", "2", "3")]))
    with pytest.raises(SourceError, match="found Austria; expected DEU"):
        parse_country(content, "DEU", "country/DEU", NOON.date())


def test_only_links_to_countries_are_followed() -> None:
    assert country_pages(page("x", "", LINKS)) == {
        "AUT": "https://hatecrime.osce.org/austria", "DEU": "https://hatecrime.osce.org/germany",
        "VAT": "https://hatecrime.osce.org/holy-see",
    }  # fmt: skip


def test_a_page_without_links_to_countries_is_told(case: PullCase) -> None:
    class Bare(OdihrStandIn):
        def __call__(self, asked):  # type: ignore[no-untyped-def]
            answer = super().__call__(asked)
            return type(answer)(answer.body.replace(b"href", b"data-href"), answer.content_type, answer.status)

    assert [each.key for each in pull(case, Bare()).failed] == ["source.fetch.no_link"]


def test_an_export_of_incidents_is_counted_by_country_and_year(tmp_path: Path) -> None:
    rows = [
        ("1", "2023-05-04", "Austria", "Racist", "Somebody was attacked"),
        # One incident with two motivations.
        ("1", "2023-05-04", "Austria", "Anti-Muslim", "Somebody was attacked"),
        ("2", "04 May 2023", "Austria", "Racist", "x"), ("3", "2022-01-01", "Germany", "Racist", "x"),
        # Those without a number are not all one.
        ("", "2022-01-02", "Germany", "Racist", "x"), ("", "2022-01-03", "Germany", "Racist", "y"),
    ]  # fmt: skip
    path = tmp_path / "hcrw_incidents_all-report.xlsx"
    path.write_bytes(report(rows))
    found = IMPORTERS["odihr"](path, date(2026, 3, 1))
    assert cells(found) == {
        ("hate_incidents_reported", "AUT", 2023): (2.0, "final"),
        ("hate_incidents_reported", "DEU", 2022): (3.0, "final"),
    }
    assert "attacked" not in str(found.to_dicts())
    path.write_bytes(report(rows, sheet="Sheet1"))
    with pytest.raises(SourceError, match="Report Export"):
        IMPORTERS["odihr"](path, date(2026, 3, 1))
    path.write_bytes(report([("1", "yesterday", "Austria", "x", "y")]))
    with pytest.raises(SourceError, match="yesterday"):
        IMPORTERS["odihr"](path, date(2026, 3, 1))


def test_own_tables_and_saved_pages_are_read(tmp_path: Path) -> None:
    path = tmp_path / "incidents.csv"
    path.write_text(
        "year,country,data_source,number_of_incidents\n2018,Albania,Police Records,\n2018,Albania,Other Sources,1.0\n"
    )
    assert cells(IMPORTERS["odihr"](path, date(2026, 3, 1))) == {
        ("hate_incidents_reported", "ALB", 2018): (1.0, "final")
    }
    saved = tmp_path / "page.html"
    saved.write_bytes(page("Data 2024", table(YEAR_HEADER, YEARS[2024])))
    assert cells(IMPORTERS["odihr"](saved, date(2026, 3, 1)))["hate_incidents", "AUT", 2024] == (5865.0, "final")
    path.write_text("country,incidents_total\nAlbania,3\n")
    with pytest.raises(HavreError, match="incidents_total"):
        IMPORTERS["odihr"](path, date(2026, 3, 1))
