import json
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from havre.errors import HavreError, PlaceError, SourceError
from havre.panel.observations import check_observations
from havre.sources.connector import Parsed
from havre.sources.fetch.request import Refused, Wait
from havre.sources.providers import eurostat
from havre.sources.providers.eurostat import DATASETS, Dataset, Eurostat, judge, parse_table
from havre.sources.providers.jsonstat import parse_cube
from tests.sources.pull_case import PullCase, pull_case
from tests.sources.stand_ins.eurostat import HOST, EurostatStandIn, Table
from tests.sources.stand_ins.server import serving

DAY = date(2026, 9, 20)
NOON = datetime(2026, 9, 20, 12, tzinfo=UTC)


def cube(
    values: dict[str, float],
    codes: dict[str, list[str]],
    status: dict[str, str] | None = None,
    code: str = "MIGR_ASYAPPCTZM",
) -> bytes:
    """A cube as the service writes it; dimensions that are not told have the one category that is asked for."""
    every = {"freq": ["M"], "unit": ["PER"], "citizen": ["SY"], "sex": ["T"], "age": ["TOTAL"], "applicant": ["FRST"],
             "geo": ["DE"], "time": ["2026-05"]} | codes  # fmt: skip
    found = {
        "version": "2.0", "class": "dataset", "updated": "2026-09-11T11:00:00+0200", "value": values,
        "id": list(every), "size": [len(names) for names in every.values()],
        "dimension": {name: {"category": {"index": {each: at for at, each in enumerate(names)}}}
                      for name, names in every.items()},
        "extension": {"id": code},
    }  # fmt: skip
    return json.dumps(found | ({"status": status} if status else {})).encode()


def rows(parsed: Parsed) -> list[tuple[object, ...]]:
    checked = check_observations(parsed.observations)
    return checked.select("measure", "origin", "destination", "period", "value", "status").rows()


def test_the_flat_index_is_row_major_over_all_dimensions() -> None:
    content = cube({"0": 1, "5": 2}, {"citizen": ["SY", "AF"], "time": ["2026-04", "2026-05", "2026-06"]})
    found = parse_cube(content, "x").cells
    assert found.select("citizen", "time", "value").rows() == [("SY", "2026-04", 1.0), ("AF", "2026-06", 2.0)]


def test_positions_come_from_the_index_not_from_the_order_in_the_file() -> None:
    plain = json.loads(cube({"0": 7}, {"time": ["2026-04", "2026-05"]}))
    plain["dimension"]["time"]["category"]["index"] = {"2026-05": 1, "2026-04": 0}
    assert parse_cube(json.dumps(plain).encode(), "x").cells["time"].to_list() == ["2026-04"]


def test_codes_become_places_and_aggregates_go() -> None:
    codes = {"citizen": ["TOTAL", "EU27_2020", "SY", "STLS", "UNK"], "geo": ["EL", "EU27_2020"]}
    values = {str(2 * at): 10.0 * (at + 1) for at in range(5)} | {"1": 99.0}
    found = [
        (origin, place, value) for _, origin, place, _, value, _ in rows(parse_table(cube(values, codes), "x", DAY))
    ]
    assert sorted(found, key=str) == [
        ("STA", "GRC", 40.0), ("SYR", "GRC", 30.0), ("TOT", "GRC", 10.0), ("XXX", "GRC", 50.0),
    ]  # fmt: skip


def test_a_zero_that_the_service_leaves_out_is_filled_in_where_the_country_reported() -> None:
    codes = {"citizen": ["SY", "AF", "TOTAL"], "time": ["2026-04", "2026-05", "2026-06"]}
    found = rows(parse_table(cube({"0": 5, "1": 10, "3": 15, "6": 20}, codes), "x", DAY))
    told = {(origin, period.month): (value, status) for _, origin, _, period, value, status in found}  # type: ignore[attr-defined]
    assert told == {
        ("SYR", 4): (5.0, "final"), ("SYR", 5): (10.0, "final"), ("AFG", 4): (15.0, "final"),
        ("AFG", 5): (0.0, "imputed_zero"), ("TOT", 4): (20.0, "final"),
    }  # fmt: skip


def test_flags_make_the_status_and_a_withheld_value_stays_empty() -> None:
    codes = {"time": ["2026-03", "2026-04", "2026-05", "2026-06"]}
    content = cube({"0": 5, "1": 10, "2": 15}, codes, {"0": "p", "1": "e", "2": "bd", "3": "|C"})
    assert [(value, status) for *_, value, status in rows(parse_table(content, "x", DAY))] == [
        (5.0, "provisional"), (10.0, "estimated"), (15.0, "final"), (None, "suppressed"),
    ]  # fmt: skip


def test_both_kinds_of_applicants_are_told_apart_and_repeated_ones_left_out() -> None:
    content = cube({"0": 30, "1": 20, "2": 10}, {"applicant": ["TOTAL", "FRST", "SSEQ"]})
    assert sorted((measure, value) for measure, *_, value, _ in rows(parse_table(content, "x", DAY))) == [
        ("asylum_applications", 30.0), ("asylum_applications_first", 20.0),
    ]  # fmt: skip


def test_the_older_name_of_the_dimension_is_read_too() -> None:
    plain = json.loads(cube({"0": 4}, {"applicant": ["NASY_APP"]}))
    text = json.dumps(plain).replace('"applicant"', '"asyl_app"').encode()
    assert [measure for measure, *_ in rows(parse_table(text, "x", DAY))] == ["asylum_applications_first"]


def test_quarters_and_years() -> None:
    quarter = cube({"0": 4}, {"freq": ["Q"], "time": ["2026-Q2"], "applicant": ["x"]}, code="MIGR_ASYDCFSTQ")
    quarter = quarter.replace(b'"applicant"', b'"decision"').replace(b'"x"', b'"POS"')
    assert rows(parse_table(quarter, "x", DAY))[0][:4] == (
        "asylum_decisions_positive", "SYR", "DEU", date(2026, 4, 1)
    )  # fmt: skip
    year = cube({"0": 4}, {"freq": ["A"], "time": ["2025"]}, code="MIGR_ASYAPPCTZA")
    assert rows(parse_table(year, "x", DAY))[0][3] == date(2025, 1, 1)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (cube({}, {"citizen": []}), "citizen"),
        (cube({"0": 1}, {}, code="DEMO_PJAN"), "DEMO_PJAN"),
        (cube({"9": 1}, {}), "index"),
        (cube({"x": 1}, {}), "JSON-stat"),
        (cube({"0": 1}, {"time": ["last month"]}), "last month"),
        (cube({"0": 1}, {})[:-30], "JSON-stat"),
        (b'{"version": "2.0"}', "JSON-stat"),
        (b"[]", "JSON-stat"),
        (cube({"0": 1}, {}).replace(b'"citizen"', b'"nationality"'), "nationality"),
        (cube({"0": 1, "1": 2}, {"age": ["Y_LT14", "Y14-17"]}), "age"),
    ],
)
def test_what_is_not_laid_out_so_is_refused(content: bytes, says: str) -> None:
    with pytest.raises(SourceError, match=says):
        parse_table(content, "x", DAY)


def test_an_unknown_citizenship_is_an_error_that_names_it() -> None:
    with pytest.raises(PlaceError, match="QX"):
        parse_table(cube({"0": 1}, {"citizen": ["QX"]}), "x", DAY)


def test_answers_in_preparation_are_told_from_refusals() -> None:
    fault = {"status": 413, "id": 413, "label": "ASYNCHRONOUS_RESPONSE. Your request"}
    assert isinstance(judge(200, json.dumps({"warning": fault}).encode()), Wait)
    assert isinstance(judge(413, json.dumps({"error": [fault]}).encode()), Wait)
    big = {**fault, "label": "EXTRACTION_TOO_BIG: too big"}
    assert isinstance(judge(413, json.dumps({"error": [big]}).encode()), Refused)
    assert judge(200, cube({}, {})) is None
    assert judge(500, b"<html>") is None


MONTHS = [f"{year}-{month:02d}" for year in range(2008, 2026) for month in range(1, 13)]
TOY = Dataset(
    "migr_asyappctzm", "M", {"unit": "PER"}, {"FRST": "asylum_applications_first"}, "applicant", each_destination=True
)


def toy(value: float = 10.0) -> EurostatStandIn:
    cells = pl.DataFrame({"time": MONTHS, "value": [value + at for at in range(len(MONTHS))]}).with_columns(
        freq=pl.lit("M"), unit=pl.lit("PER"), citizen=pl.lit("SY"), applicant=pl.lit("FRST"), geo=pl.lit("DE")
    )
    return EurostatStandIn({TOY.code: Table(TOY.code, ("freq", "unit", "citizen", "applicant", "geo"), cells)})


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PullCase:
    monkeypatch.setattr(eurostat, "DESTINATIONS", ("DE",))
    return pull_case(Eurostat(datasets=(TOY,)), tmp_path)


def test_a_query_that_is_too_large_is_split_by_years(case: PullCase) -> None:
    stand_in = toy()
    stand_in.synchronous = 50
    with serving({HOST: stand_in}) as server:
        done = case.pull(server, NOON)
        assert (done.new, done.kept_out) == (len(MONTHS), {})
        server.forget()
        again = case.pull(server, NOON)
    assert (again.new, again.skipped, len(server.asked)) == (0, 1, 1)


def test_an_answer_in_preparation_is_waited_for(case: PullCase) -> None:
    stand_in = toy()
    stand_in.preparing = {TOY.code: 3}
    with serving({HOST: stand_in}) as server:
        assert case.pull(server, NOON).new == len(MONTHS)
    assert case.naps.count(eurostat.ASYNC_PAUSE) == 3


def test_a_table_that_did_not_change_costs_one_cell(case: PullCase) -> None:
    stand_in = toy()
    with serving({HOST: stand_in}) as server:
        case.pull(server, NOON)
        server.forget()
        again = case.pull(server, NOON)
        assert (again.requests, again.new, again.unchanged) == (1, 0, len(MONTHS))
        assert server.body_bytes < 1000
        stand_in.tables[TOY.code] = toy(11.0).tables[TOY.code]
        stand_in.tables[TOY.code].updated = "2026-09-12T11:00:00+0200"
        revised = case.pull(server, datetime(2026, 9, 21, 12, tzinfo=UTC))
    assert (revised.new, revised.revised) == (0, len(MONTHS))


def test_every_data_set_has_its_measures_in_the_catalogue() -> None:
    from havre.panel.measures import measures
    from havre.sources.catalogue import source

    named = {measure for dataset in DATASETS for measure in dataset.measures.values()}
    assert named <= set(measures())
    assert named <= set(source("eurostat").measures)


def test_a_saved_answer_is_read(tmp_path: Path) -> None:
    path = tmp_path / "saved.json"
    path.write_bytes(cube({"0": 5}, {}))
    assert Eurostat().read([path], DAY).observations.height == 1
    with pytest.raises(HavreError):
        Eurostat().read([tmp_path / "none.json"], DAY)
