import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from havre.errors import FileError, HavreError, PlaceError, SourceError
from havre.panel.observations import check_observations
from havre.panel.reference import load_reference
from havre.panel.vintage import latest
from havre.sources.catalogue import source
from havre.sources.providers import unhcr_odp
from havre.sources.providers.unhcr_odp import CONNECTOR, parse_nationalities, parse_series
from havre.sources.providers.unhcr_odp_pages import VARIABLE, find_pages
from tests.sources.pull_case import PullCase, pull_case
from tests.sources.stand_ins.server import serving
from tests.sources.stand_ins.unhcr_odp import HOST, SPOILT, pages, spoilt, stand_in

DAY = date(2026, 9, 26)
NOON = datetime(2026, 9, 26, 12, tzinfo=UTC)
START = date(2024, 1, 1)
ORIGIN = {
    "id": 2686698, "geomaster_name": "Italy", "geomaster_id": 656, "admin_level": "Country", "centroid_lon": 32.3,
    "pop_data_type_code": "REG", "pop_frequency_code": "M", "pop_frequency_cumulative_code": None,
    "pop_origin_name": "Tunisia", "pop_origin_code": "TUN", "date": "2024-06-30", "month": 6, "year": 2024,
    "population_group_id": "4797", "source": "Ministry", "individuals": "948", "households": None,
}  # fmt: skip


def series(*rows: dict[str, Any], piece: str = "sea_arrivals/ITA") -> list[tuple[object, ...]]:
    parsed = parse_series([("x", monthly(*rows))], piece, START, DAY)
    checked = check_observations(parsed.observations)
    return checked.select("measure", "origin", "destination", "period", "value").rows()


def monthly(*rows: dict[str, Any]) -> bytes:
    return json.dumps({"data": {"timeseries": list(rows)}}).encode()


def row(month: int, individuals: object, year: int = 2024, **more: object) -> dict[str, Any]:
    return {"year": year, "month": month, "individuals": individuals, **more}


def nationalities(*rows: dict[str, Any]) -> list[tuple[object, ...]]:
    content = json.dumps({"pop_frequency_code": ["D", "M"], "data": list(rows)}).encode()
    parsed = parse_nationalities(content, "x", "sea_arrivals/ITA", DAY, START)
    return check_observations(parsed.observations).select("origin", "period", "value").rows()


def test_months_are_read_whether_numbers_or_texts() -> None:
    assert series(row(1, "2,171".replace(",", "")), row(2, 3335), row(3, None), row(4, "0")) == [
        ("sea_arrivals", "TOT", "ITA", date(2024, 1, 1), 2171.0),
        ("sea_arrivals", "TOT", "ITA", date(2024, 2, 1), 3335.0),
        ("sea_arrivals", "TOT", "ITA", date(2024, 4, 1), 0.0),
    ]


def test_the_month_that_is_running_is_left_out() -> None:
    assert [each[3] for each in series(row(8, 5, 2026), row(9, 7, 2026), row(10, 0, 2026))] == [date(2026, 8, 1)]


def test_parts_are_added_in_the_months_that_all_have() -> None:
    sea, land = monthly(row(1, 10), row(2, 20), row(3, None)), monthly(row(2, "5"), row(3, 6))
    parsed = parse_series([("sea", sea), ("land", land)], "arrivals/ESP", START, DAY)
    assert parsed.observations.select("period", "value").rows() == [(date(2024, 2, 1), 25.0)]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[]", "data"),
        (b'{"data": []}', "timeseries"),
        (b'{"data": {"timeseries": {}}}', "individuals"),
        (monthly(), "individuals"),
        (monthly({"year": 2024, "month": 1}), "individuals"),
        (monthly(row(13, 1)), "2024-13"),
        (monthly(row(1, "1.234,5")), r"1\.234,5"),
        (monthly(row(1, -4)), "-4"),
        (monthly(row(1, 1), row(1, 2)), "2 times"),
        (monthly(row(12, 1, 2023)), "2023-12"),
        (monthly(row(6, 1, data_date="2024-07-01")), "2024-07-01"),
        (monthly(row(6, 1))[:-4], "json"),
    ],
)
def test_a_series_that_is_not_laid_out_so_is_refused(content: bytes, says: str) -> None:
    with pytest.raises(SourceError, match=says):
        parse_series([("x", content)], "sea_arrivals/ITA", START, DAY)


def test_nationalities_by_name_since_the_code_may_be_of_either_kind() -> None:
    rows = [ORIGIN, {**ORIGIN, "pop_origin_name": "Others"}, {**ORIGIN, "pop_origin_name": None, "individuals": "2"},
            {**ORIGIN, "pop_origin_name": "Morocco ", "pop_origin_code": "MOR"}]  # fmt: skip
    assert [(each[0], each[2]) for each in nationalities(*rows)] == [("MAR", 948.0), ("OTH", 950.0), ("TUN", 948.0)]


def test_running_totals_and_rows_that_contradict_themselves_are_left_out() -> None:
    rows = [ORIGIN, {**ORIGIN, "pop_frequency_cumulative_code": "C"}, {**ORIGIN, "pop_frequency_code": "D"},
            {**ORIGIN, "month": 7}, {**ORIGIN, "individuals": None, "pop_origin_name": "Syrian Arab Rep."}]  # fmt: skip
    assert nationalities(*rows) == [("TUN", date(2024, 6, 1), 948.0)]
    with pytest.raises(SourceError, match="M C"):
        nationalities({**ORIGIN, "pop_frequency_cumulative_code": "C"})


def test_groups_are_added_unless_they_overlap() -> None:
    one, other = {**ORIGIN, "population_group_id": "4797, 5634"}, {**ORIGIN, "population_group_id": "4798"}
    assert [each[2] for each in nationalities(one, other)] == [1896.0]
    with pytest.raises(SourceError, match=r"Tunisia.*4797.*2 times"):
        nationalities(one, {**other, "population_group_id": "4797"})


def test_another_country_an_unknown_origin_and_a_full_page_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SourceError, match="UGA"):
        nationalities({**ORIGIN, "geomaster_name": "Uganda"})
    with pytest.raises(PlaceError, match="Atlantis"):
        nationalities({**ORIGIN, "pop_origin_name": "Atlantis"})
    with pytest.raises(SourceError, match="2023-06-01"):
        nationalities({**ORIGIN, "date": "2023-06-30", "year": 2023})
    monkeypatch.setattr(unhcr_odp, "LIMIT", 1)
    with pytest.raises(SourceError, match="1 data"):
        nationalities(ORIGIN)


@pytest.fixture
def case(tmp_path: Path) -> PullCase:
    path = tmp_path / "pages.toml"
    path.write_text(pages())
    made = pull_case(CONNECTOR, tmp_path)
    made.keys[VARIABLE] = str(path)
    return made


def test_what_is_pulled_is_the_reference_snapshot_and_a_second_pull_adds_nothing(case: PullCase) -> None:
    with serving({HOST: stand_in()}) as server:
        first = case.pull(server, NOON)
        assert (first.kept_out, first.landed) == ({}, 7)
        again = case.pull(server, NOON)
        assert (again.new, again.revised, again.skipped) == (0, 0, 7)
    key = ["measure", "origin", "destination", "period", "frequency", "value", "rounding", "status"]
    known = latest(load_reference().filter(pl.col("source") == "unhcr_odp")).select(key).sort(key[:4])
    assert latest(case.places.store.read()).select(key).sort(key[:4]).equals(known)


def test_the_configuration_that_comes_with_havre_pulls(case: PullCase) -> None:
    case.keys.clear()
    with serving({HOST: stand_in()}) as server:
        assert (case.pull(server, NOON).kept_out, len({asked.get("geo_id") for asked in server.asked})) == ({}, 4)


def test_a_revision_is_seen(case: PullCase) -> None:
    provider = stand_in()
    with serving({HOST: provider}) as server:
        case.pull(server, NOON)
        provider.monthly["656", "4797"][-2]["individuals"] = 4000
        done = case.pull(server, datetime(2026, 9, 27, tzinfo=UTC))
    assert (done.new, done.revised) == (0, 1)


@pytest.mark.parametrize("kind", SPOILT)
def test_what_the_portal_changed_is_kept_out(case: PullCase, kind: str) -> None:
    with serving({HOST: stand_in()}) as server:
        case.pull(server, NOON)
        before = case.places.store.read()
        server.stand_ins[HOST] = spoilt(kind)
        done = case.pull(server, datetime(2026, 9, 27, tzinfo=UTC))
    assert done.kept_out
    assert case.places.store.read().equals(before)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("series = 3", "series"),
        ("", "series"),
        ("[[series", "TOML"),
        (pages().replace('"sea_arrivals"', '"air_arrivals"'), r"series\.0\.measure"),
        (pages().replace('"ITA"', '"ITX"'), "ITX"),
        (pages().replace('"656"', '"65&6"'), "geo_id"),
        (pages() + pages(), "sea_arrivals/ITA"),
    ],
)
def test_a_configuration_that_cannot_be_used_is_told(case: PullCase, tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "pages.toml").write_text(text)
    with pytest.raises(HavreError, match=says):
        find_pages(case.keys.get)
    with pytest.raises(FileError):
        find_pages(lambda _: str(tmp_path / "none.toml"))


def test_saved_answers_are_read_by_their_names(tmp_path: Path) -> None:
    total, named, other = tmp_path / "sea_arrivals-ITA.json", tmp_path / "arrivals-ITA-2.json", tmp_path / "italy.json"
    total.write_bytes(monthly(row(1, 10)))
    named.write_text(json.dumps({"data": [ORIGIN]}))
    other.write_bytes(monthly(row(1, 10)))
    assert CONNECTOR.read([total, named], DAY).observations["measure"].to_list() == ["sea_arrivals", "arrivals"]
    with pytest.raises(SourceError, match="sea_arrivals-ITA"):
        CONNECTOR.read([other], DAY)


def test_every_measure_is_in_the_catalogue() -> None:
    assert {each.measure for each in find_pages(lambda _: None).series} == set(source("unhcr_odp").measures)
