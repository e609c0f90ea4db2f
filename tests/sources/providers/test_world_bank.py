import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from havre.errors import PlaceError, SourceError
from havre.panel.measures import measures
from havre.panel.observations import check_observations
from havre.panel.reference import load_reference
from havre.panel.vintage import latest
from havre.sources.catalogue import source
from havre.sources.fetch.request import Refused
from havre.sources.providers.world_bank import CONNECTOR, INDICATORS, judge, parse_countries, parse_indicator
from tests.sources.pull_case import PullCase, pull_case, pulled_before
from tests.sources.stand_ins.server import serving
from tests.sources.stand_ins.world_bank import HOST, SPOILT, spoilt, stand_in

DAY = date(2026, 9, 26)
NOON = datetime(2026, 9, 26, 12, tzinfo=UTC)
ROW = {
    "indicator": {"id": "SM.POP.NETM", "value": "Net migration"}, "country": {"id": "DE", "value": "Germany"},
    "countryiso3code": "DEU", "date": "2022", "value": 981552, "unit": "", "obs_status": "", "decimal": 0,
}  # fmt: skip
ECONOMIES = [("DEU", "DE", "ECS"), ("XKX", "XK", "ECS"), ("CHI", "JG", "ECS"), ("WLD", "1W", "NA"), ("EUU", "EU", "NA")]


def page(
    *rows: dict[str, Any], number: int = 1, pages: int = 1, total: int | None = None, day: str = "2026-07-13"
) -> bytes:
    header = {"page": number, "pages": pages, "per_page": 3000, "total": len(rows) if total is None else total,
              "sourceid": "2", "lastupdated": day}  # fmt: skip
    return json.dumps([header, list(rows)]).encode()


def countries(*more: tuple[str, str, str]) -> bytes:
    rows = [{"id": code, "iso2Code": two, "region": {"id": region}} for code, two, region in (*ECONOMIES, *more)]
    return json.dumps([{"page": 1, "pages": 1, "per_page": "400", "total": len(rows)}, rows]).encode()


def parse(*contents: bytes, indicator: str = "SM.POP.NETM") -> pl.DataFrame:
    pages = [(f"{indicator}/1960-2026/{at}", content) for at, content in enumerate(contents, start=1)]
    return check_observations(parse_indicator(("countries", countries()), pages, DAY).observations)


def rows(*found: dict[str, Any], indicator: str = "SM.POP.NETM") -> list[tuple[object, ...]]:
    named = [{**each, "indicator": {"id": indicator}} for each in found]
    return parse(page(*named), indicator=indicator).select("origin", "destination", "period", "value", "status").rows()


def at(code: str, two: str, **more: object) -> dict[str, Any]:
    return {**ROW, "countryiso3code": code, "country": {"id": two, "value": ""}, **more}


def test_the_recorded_value_and_one_below_zero() -> None:
    assert rows(ROW, {**ROW, "date": "2023", "value": -12.0}) == [
        ("TOT", "DEU", date(2022, 1, 1), 981552.0, "final"),
        ("TOT", "DEU", date(2023, 1, 1), -12.0, "final"),
    ]


def test_by_asylum_and_by_origin() -> None:
    assert rows(ROW, indicator="SM.POP.RHCR.EA")[0][:2] == ("TOT", "DEU")
    assert rows(ROW, indicator="SM.POP.RHCR.EO")[0][:2] == ("DEU", "TOT")


def test_groups_the_channel_islands_and_values_that_do_not_exist_are_left_out() -> None:
    found = [at("WLD", "1W"), at("", "EU"), at("CHI", "JG"), at("XKX", "XK"), {**ROW, "value": None},
             at("XKX", "XK", date="2021", value=0, obs_status="F")]  # fmt: skip
    assert [each[1:] for each in rows(*found)] == [
        ("XKX", date(2021, 1, 1), 0.0, "estimated"), ("XKX", date(2022, 1, 1), 981552.0, "final"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[]", "page"),
        (b'[{"page": 1, "pages": 1, "total": 0}, null]', "NoneType"),
        (page(), "total 0"),
        (page(ROW, total=2), "total 2"),
        (page(ROW, pages=2), "page 1 of 2"),
        (page(ROW, ROW), "2 times"),
        (page({**ROW, "indicator": {"id": "SM.POP.REFG"}}), r"SM\.POP\.REFG"),
        (page({**ROW, "indicator": "SM.POP.NETM"}), r"indicator\.id"),
        (page({**ROW, "date": "1955"}), "1955"),
        (page({**ROW, "date": "2022Q1"}), "2022Q1"),
        (page({**ROW, "value": "1.234,5"}), r"1\.234,5"),
        (page(at("QQQ", "QQ")), "QQQ"),
        (page({key: cell for key, cell in ROW.items() if key != "unit"}), "unit"),
        (page(ROW)[:-5], "json"),
        (page(ROW).replace(b"Germany", b"C\xf4te"), "json"),
    ],
)
def test_what_is_not_laid_out_so_is_refused(content: bytes, says: str) -> None:
    with pytest.raises(SourceError, match=says) as caught:
        parse(content)
    assert "SM.POP.NETM/1960-2026/1" in str(caught.value)


def test_counts_are_never_negative_nor_broken() -> None:
    for value in (-1, 1.5):
        with pytest.raises(SourceError, match=str(value)):
            rows({**ROW, "value": value}, indicator="SM.POP.TOTL")


def test_pages_of_two_days_are_not_put_together() -> None:
    other = {**ROW, "date": "2021"}
    assert parse(page(ROW, pages=2, total=2), page(other, number=2, pages=2, total=2)).height == 2
    with pytest.raises(SourceError, match="2026-10-01"):
        parse(page(ROW, pages=2, total=2), page(other, number=2, pages=2, total=2, day="2026-10-01"))


def test_a_list_of_countries_that_is_not_whole_is_refused_and_an_unknown_economy_told() -> None:
    with pytest.raises(SourceError, match="total 5"):
        parse_countries(countries().replace(b', {"id": "EUU", "iso2Code": "EU", "region": {"id": "NA"}}', b""), "x")
    listed = countries(("QQQ", "QQ", "ECS"))
    with pytest.raises(PlaceError, match="QQQ"):
        parse_indicator(("countries", listed), [("SM.POP.NETM/1960-2026/1", page(at("QQQ", "QQ")))], DAY)


def test_an_error_with_status_200_is_no_data() -> None:
    fault = [{"message": [{"id": "175", "key": "Invalid format", "value": "It may have been deleted"}]}]
    found = judge(200, json.dumps(fault).encode())
    assert isinstance(found, Refused)
    assert "175" in found.problem.sentence()
    assert judge(200, page(ROW)) is None


@pytest.fixture
def case(tmp_path: Path) -> PullCase:
    return pull_case(CONNECTOR, tmp_path)


def test_a_database_that_did_not_change_costs_one_request(case: PullCase) -> None:
    provider = stand_in(small=True)
    provider.largest = 400
    with serving({HOST: provider}) as server:
        first = case.pull(server, NOON)
        assert (first.kept_out, first.landed) == ({}, len(INDICATORS))
        server.forget()
        again = case.pull(server, NOON)
        assert (again.requests, again.new, again.skipped) == (1, 0, len(INDICATORS))
        provider.updated = "2026-10-01"
        provider.series["SM.POP.NETM"]["AFG", 2023] = 700.0
        changed = case.pull(server, datetime(2026, 10, 2, tzinfo=UTC))
    # From loss to gain is a revision as any other.
    assert (changed.kept_out, changed.new, changed.revised) == ({}, 0, 1)


def test_refugees_are_the_sums_of_the_reference_snapshot(case: PullCase) -> None:
    with serving({HOST: stand_in(small=True)}) as server:
        case.pull(server, NOON)
    pulled = case.places.store.read().filter(measure="refugee_stock", origin="TOT", destination="DEU")
    known = latest(load_reference().filter(measure="refugee_stock", destination="DEU"))
    known = known.filter(~pl.col("origin").is_in(["XXX", "STA", "TIB"]) & (pl.col("period") >= date(2018, 1, 1)))
    sums = known.group_by("period").agg(pl.col("value").sum()).sort("period")
    assert pulled.sort("period").select("period", "value").equals(sums)


@pytest.fixture(scope="module")
def pulled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the provider was pulled before it changed anything."""
    folder = tmp_path_factory.mktemp("pulled")
    with serving({HOST: stand_in(small=True)}) as server:
        pull_case(CONNECTOR, folder).pull(server, NOON)
    return folder


@pytest.mark.parametrize("kind", SPOILT)
def test_what_the_provider_changed_is_kept_out(tmp_path: Path, pulled: Path, kind: str) -> None:
    case = pulled_before(pulled, CONNECTOR, tmp_path)
    before = case.places.store.read()
    with serving({HOST: spoilt(kind)}) as server:
        done = case.pull(server, datetime(2026, 10, 2, tzinfo=UTC))
    assert done.kept_out
    assert case.places.store.read().equals(before)


def test_a_saved_answer_is_read(tmp_path: Path) -> None:
    path = tmp_path / "saved.json"
    path.write_bytes(page(ROW, at("WLD", "1W"), at("CHI", "JG")))
    assert CONNECTOR.read([path], DAY).observations["destination"].to_list() == ["DEU"]
    path.write_bytes(page(ROW, pages=3))
    with pytest.raises(SourceError, match="pages 3"):
        CONNECTOR.read([path], DAY)


def test_every_measure_is_in_the_catalogue() -> None:
    assert {each.measure for each in INDICATORS} == set(source("world_bank").measures) <= set(measures())
