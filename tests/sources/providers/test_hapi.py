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
from havre.sources.connector import Parsed
from havre.sources.providers.hapi import CONNECTOR, TABLES, VARIABLE, parse_pages
from tests.sources.pull_case import PullCase, pull_case, pulled_before
from tests.sources.stand_ins.hapi import HOST, IDENTIFIER, SPOILT, idps, spoilt, stand_in
from tests.sources.stand_ins.server import serving

DAY = date(2026, 9, 26)
NOON = datetime(2026, 9, 26, 12, tzinfo=UTC)
IDPS, REFUGEES, _ = TABLES
REFUGEE = {
    "resource_hdx_id": "r", "origin_location_code": "SYR", "asylum_location_code": "DEU", "population_group": "REF",
    "gender": "all", "age_range": "all", "min_age": None, "max_age": None, "population": 700,
    "reference_period_start": "2024-01-01T00:00:00", "reference_period_end": "2024-12-31T23:59:59",
}  # fmt: skip


def answers(name: str, *pages: list[dict[str, Any]]) -> list[tuple[str, bytes]]:
    offsets = [sum(len(each) for each in pages[:at]) for at in range(len(pages) + 1)]
    return [
        (f"{name}/{offset}", json.dumps({"data": rows}).encode())
        for offset, rows in zip(offsets, [*pages, []], strict=True)
    ]


def displaced(*rows: dict[str, Any]) -> list[tuple[object, ...]]:
    return told(parse_pages(IDPS, answers("idps", list(rows)), DAY))


def told(parsed: Parsed) -> list[tuple[object, ...]]:
    checked = check_observations(parsed.observations)
    return checked.select("origin", "destination", "period", "value", "status").rows()


def refugees(ref: list[dict[str, Any]], roc: list[dict[str, Any]]) -> Parsed:
    return parse_pages(REFUGEES, [*answers("refugees/REF", ref), *answers("refugees/ROC", roc)], DAY)


def test_the_whole_country_counts_once_whatever_levels_stand_beside_it() -> None:
    rows = [idps("SDN", "2025-03-20", 100), idps("SDN", "2025-03-20", 60, admin_level=1, admin1_code="SD01"),
            idps("SDN", "2025-03-20", 30, admin_level=1, admin1_code="SD02"),
            idps("SDN", "2025-03-20", 80, admin_level=2, admin2_code="SD0101")]  # fmt: skip
    march = date(2025, 3, 1)
    assert displaced(*rows) == [("TOT", "SDN", march, 100.0, "final")]
    assert displaced(*rows[1:]) == [("TOT", "SDN", march, 90.0, "final")]
    assert displaced(rows[3]) == [("TOT", "SDN", march, 80.0, "final")]


def test_the_last_round_of_a_month_counts_and_operations_are_not_added() -> None:
    early, late = idps("SDN", "2025-03-05", 10, reporting_round=1), idps("SDN", "2025-03-25", 20, reporting_round=2)
    assert [row[3:] for row in displaced(early, late)] == [(20.0, "final")]
    assert [row[3:] for row in displaced(late, {**late, "operation": "Overview", "population": 35})] == [
        (35.0, "estimated")
    ]  # fmt: skip


def test_no_figure_is_no_zero_and_a_zero_is_one() -> None:
    rows = [idps("UKR", "2025-03-20", None), idps("YEM", "2025-03-20", 0), idps("AB9", "2025-03-20", 5)]
    assert [(row[1], row[3]) for row in displaced(*rows)] == [("AB9", 5.0), ("YEM", 0.0)]


def test_refugees_and_people_in_a_like_situation_are_added_by_year() -> None:
    alike = {**REFUGEE, "population_group": "ROC", "population": "30"}
    other = {**REFUGEE, "origin_location_code": "UNK"}
    midyear = {**REFUGEE, "reference_period_end": "2025-06-30T00:00:00"}
    assert told(refugees([REFUGEE, other, midyear], [alike])) == [
        ("SYR", "DEU", date(2024, 1, 1), 730.0, "final"), ("XXX", "DEU", date(2024, 1, 1), 700.0, "final"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"population_group": "IDP"}, "population_group IDP"),
        ({"gender": "f"}, "gender f"),
        ({"age_range": "0-4"}, "age_range 0-4"),
        ({"population": "1,5"}, "1,5"),
        ({"population": -1}, "-1"),
        ({"reference_period_end": "soon"}, "soon"),
        ({"reference_period_end": "2024-06-30"}, "2024-06-30"),
    ],
)
def test_rows_that_were_not_asked_for_or_cannot_be_read_are_refused(change: dict[str, Any], says: str) -> None:
    with pytest.raises(SourceError, match=says):
        refugees([{**REFUGEE, **change}], [])


def test_rows_and_pages_that_stand_twice_or_are_missing_are_refused() -> None:
    with pytest.raises(SourceError, match="2 times"):
        refugees([REFUGEE, REFUGEE], [])
    with pytest.raises(SourceError, match="2 times"):
        displaced(idps("SDN", "2025-03-20", 1), idps("SDN", "2025-03-20", 1))
    pages = answers("idps", [idps("SDN", "2025-03-20", 1)], [idps("YEM", "2025-03-20", 2)])
    assert parse_pages(IDPS, pages, DAY).observations.height == 2
    for wrong in (pages[:2], [pages[0], pages[2]], pages[1:], []):
        with pytest.raises(SourceError, match="idps"):
            parse_pages(IDPS, wrong, DAY)
    with pytest.raises(PlaceError, match="SUD"):
        displaced(idps("SUD", "2025-03-20", 1))
    with pytest.raises(SourceError, match="admin_level 3"):
        displaced(idps("SDN", "2025-03-20", 1, admin_level=3))


@pytest.fixture
def case(tmp_path: Path) -> PullCase:
    made = pull_case(CONNECTOR, tmp_path)
    made.keys[VARIABLE] = IDENTIFIER
    return made


def test_what_is_pulled_is_what_the_reference_snapshot_has_and_a_second_pull_adds_nothing(case: PullCase) -> None:
    provider = stand_in(small=True)
    provider.largest = 700
    with serving({HOST: provider}) as server:
        first = case.pull(server, NOON)
        assert (first.kept_out, first.landed) == ({}, 3)
        again = case.pull(server, NOON)
        assert (again.new, again.revised, again.skipped) == (0, 0, 3)
    key = ["origin", "destination", "period", "frequency", "value"]
    pulled = case.places.store.read().filter(pl.col("measure") == "refugee_stock").select(key).sort(key)
    known = latest(load_reference().filter(pl.col("measure") == "refugee_stock"))
    few = pl.col("destination").is_in(["AUT", "MLT"]) & (pl.col("period") >= date(2016, 1, 1))
    assert pulled.equals(known.filter(few).select(key).sort(key))


def test_the_identifier_is_wanted_and_stands_nowhere(case: PullCase, tmp_path: Path) -> None:
    provider = stand_in(small=True)
    # Even where the service repeats it.
    provider.change = lambda rows: [{**row, "asked_by": IDENTIFIER} for row in rows]
    with serving({HOST: provider}) as server:
        assert case.pull(server, NOON).good
        kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
        assert not any(IDENTIFIER.encode() in content or b"example.org" in content for content in kept)
        assert all(IDENTIFIER not in str(asked.query) for asked in server.asked)
        case.keys[VARIABLE] = "d3Jvbmc6a2V5"
        refused = case.pull(server, NOON)
        assert {problem.key for problems in refused.kept_out.values() for problem in problems} == {"source.key.refused"}
        assert "d3Jvbmc6a2V5" not in str(refused) + str(case.lines)
        case.keys.clear()
        missing = case.pull(server, NOON)
    assert [problem.key for problem in missing.failed] == ["source.key.missing"]


@pytest.fixture(scope="module")
def pulled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the provider was pulled before it changed anything."""
    folder = tmp_path_factory.mktemp("pulled")
    case = pull_case(CONNECTOR, folder)
    case.keys[VARIABLE] = IDENTIFIER
    with serving({HOST: stand_in(small=True)}) as server:
        case.pull(server, NOON)
    return folder


@pytest.mark.parametrize("kind", SPOILT)
def test_what_the_provider_changed_is_kept_out(tmp_path: Path, pulled: Path, kind: str) -> None:
    case = pulled_before(pulled, CONNECTOR, tmp_path)
    case.keys[VARIABLE] = IDENTIFIER
    before = case.places.store.read()
    with serving({HOST: spoilt(kind)}) as server:
        done = case.pull(server, datetime(2026, 9, 27, tzinfo=UTC))
    assert done.kept_out
    assert case.places.store.read().equals(before)


def test_the_users_own_copies_are_read(tmp_path: Path) -> None:
    saved, table = tmp_path / "saved.json", tmp_path / "idps.csv"
    asylum = {**REFUGEE, "population_group": "ASY"}
    saved.write_text(json.dumps({"data": [REFUGEE, {**REFUGEE, "gender": "f"}, asylum]}))
    assert sorted(CONNECTOR.read([saved], DAY).observations["measure"]) == ["asylum_seeker_stock", "refugee_stock"]
    rows = pl.DataFrame([idps("SDN", "2025-03-20", 100)], infer_schema_length=None)
    tags = pl.DataFrame([dict.fromkeys(rows.columns, "#tag")])
    pl.concat([tags, rows.cast(pl.String)]).write_csv(table)
    assert CONNECTOR.read([table], DAY).observations["value"].to_list() == [100.0]
    table.write_text("population,reference_period_start,reference_period_end\n1,2,3\n")
    with pytest.raises(SourceError, match="location_code"):
        CONNECTOR.read([table], DAY)


def test_every_measure_is_in_the_catalogue() -> None:
    assert {table.measure for table in TABLES} == set(source("hapi").measures) <= set(measures())
