import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from havre.errors import HavreError, PlaceError, SourceError
from havre.panel.measures import measures
from havre.panel.observations import check_observations
from havre.panel.reference import load_reference
from havre.panel.vintage import latest
from havre.sources.catalogue import source
from havre.sources.providers.unhcr_population import CONNECTOR, TABLES, parse_pages
from tests.sources.pull_case import PullCase, pull_case, pulled_before
from tests.sources.stand_ins.server import serving
from tests.sources.stand_ins.unhcr_population import HOST, SMALL, SPOILT, spoilt, stand_in

DAY = date(2026, 9, 26)
NOON = datetime(2026, 9, 26, 12, tzinfo=UTC)
PLACES = {
    "year": 2024, "coo_id": 1, "coo_name": "Syrian Arab Rep.", "coo": "SYR", "coo_iso": "SYR", "coa_id": 2,
    "coa_name": "Germany ", "coa": "GFR", "coa_iso": "DEU",
}  # fmt: skip
POPULATION = {
    **PLACES, "refugees": 725102, "asylum_seekers": 62959, "returned_refugees": "0", "idps": "0", "oip": "-",
}  # fmt: skip
APPLIED = {**PLACES, "procedure_type": "G", "app_type": "N", "dec_level": "FI", "app_pc": "P", "applied": 76765}
DECIDED = {
    **PLACES, "procedure_type": "G", "dec_level": "FI", "dec_pc": "P", "dec_recognized": 42795, "dec_other": 73286,
    "dec_rejected": 2673, "dec_closed": 29394, "dec_total": 148148,
}  # fmt: skip


def page(items: list[dict[str, Any]], number: int = 1, pages: int = 1, **more: Any) -> bytes:
    return json.dumps(
        {"page": number, "short-url": "x", "maxPages": pages, "total": [], "items": items, **more}
    ).encode()


def rows(*items: dict[str, Any], table: str = "population", **more: Any) -> list[tuple[object, ...]]:
    parsed = parse_pages([(f"{table}/2020-2026/1", page(list(items), **more))], DAY)
    checked = check_observations(parsed.observations).sort("measure", "origin")
    return checked.select("measure", "origin", "destination", "period", "value", "status").rows()


def test_refugees_and_asylum_seekers_of_the_recorded_answer() -> None:
    year = date(2024, 1, 1)
    assert rows(POPULATION) == [
        ("asylum_seeker_stock", "SYR", "DEU", year, 62959.0, "final"),
        ("refugee_stock", "SYR", "DEU", year, 725102.0, "final"),
    ]


def test_applications_in_persons_at_first_instance_are_summed_over_procedures() -> None:
    others = [{"app_pc": "C"}, {"app_type": "R"}, {"app_type": "A", "dec_level": "AR"}, {"dec_level": "JR"}]
    items = [APPLIED, {**APPLIED, "procedure_type": "U", "applied": "35"}, *({**APPLIED, **each} for each in others)]
    assert [row[4] for row in rows(*items, table="asylum-applications")] == [76800.0]


def test_decisions_on_the_merits_and_positive_ones() -> None:
    assert [(row[0], row[4]) for row in rows(DECIDED, table="asylum-decisions")] == [
        ("asylum_decisions", 118754.0), ("asylum_decisions_positive", 116081.0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "found"), [("12", (12.0, "final")), (12, (12.0, "final")), (12.0, (12.0, "final")),
                        ("*", (None, "suppressed")), ("-", None), (None, None), ("0", None)],
)  # fmt: skip
def test_numbers_texts_and_signs_in_one_column(cell: object, found: object) -> None:
    told = [row[4:] for row in rows({**POPULATION, "refugees": cell, "asylum_seekers": "-"})]
    assert told == ([] if found is None else [found])


def test_a_hidden_part_hides_the_sum() -> None:
    items = [APPLIED, {**APPLIED, "procedure_type": "U", "applied": "*"}]
    assert [row[4:] for row in rows(*items, table="asylum-applications")] == [(None, "suppressed")]


def test_the_iso_columns_count_and_special_codes_are_known() -> None:
    items = [
        {**POPULATION, "coo": "AUS", "coo_iso": iso, "asylum_seekers": "-"} for iso in ("AUT", "XXA", "UNK", "TIB")
    ]
    items = [{**each, "coo": f"{number}"} for number, each in enumerate(items)]
    assert [row[1] for row in rows(*items)] == ["AUT", "STA", "TIB", "XXX"]


@pytest.mark.parametrize(
    ("content", "table", "says"),
    [
        (page([]), "population", "items"),
        (page([{**POPULATION, "year": 1999}]), "population", "1999"),
        (page([{**POPULATION, "coo_iso": "-"}]), "population", "coo_iso -"),
        (page([POPULATION, POPULATION]), "population", "is there 2 times"),
        (page([{**POPULATION, "refugees": "1,234"}]), "population", "1,234"),
        (page([{**POPULATION, "refugees": "1.5"}]), "population", r"1\.5"),
        (page([{**POPULATION, "refugees": -5}]), "population", "-5"),
        (page([{**POPULATION, "refugees": float("nan")}]), "population", "refugees"),
        (page([{**POPULATION, "year": "this year"}]), "population", "this year"),
        (page([POPULATION], pages=2), "population", "page 1 of 2"),
        (page([{**APPLIED, "app_type": "ZZ"}]), "asylum-applications", "app_type: ZZ"),
        (page([APPLIED], total={"applied": 9}), "asylum-applications", "total.applied 9"),
        (page([{**APPLIED, "app_pc": "C"}]), "asylum-applications", "app_pc P"),
        (page([{**APPLIED, "applied": "-"}])[:-9], "asylum-applications", "json"),
        (page([POPULATION]).replace(b'"refugees"', b'"refugee"'), "population", "refugee"),
        (b"[]", "population", "maxPages"),
        (b'{"page": 1, "maxPages": "many", "items": []}', "population", "many"),
        ("\ufeff{}".encode("utf-16"), "population", "json"),
    ],
)  # fmt: skip
def test_what_is_not_laid_out_so_is_refused(content: bytes, table: str, says: str) -> None:
    name = f"{table}/2020-2026/1"
    with pytest.raises(SourceError, match=says) as caught:
        parse_pages([(name, content)], DAY)
    assert name in str(caught.value)


def test_an_unknown_place_is_told() -> None:
    with pytest.raises(PlaceError, match="QQQ"):
        rows({**POPULATION, "coo_iso": "QQQ"})


def test_pages_that_shrink_or_come_from_another_pull_are_refused() -> None:
    def parse(*pages: bytes) -> int:
        found = parse_pages([(f"population/2020-2026/{at + 1}", each) for at, each in enumerate(pages)], DAY)
        return found.observations.height

    items = [{**POPULATION, "coo": str(at), "coo_iso": iso, "asylum_seekers": "-"}
             for at, iso in enumerate(("AFG", "IRQ", "SYR", "ERI", "SOM"))]  # fmt: skip
    assert parse(page(items[:2], 1, 3), page(items[2:4], 2, 3), page(items[4:], 3, 3)) == 5
    with pytest.raises(SourceError, match="items: 2, 1, 2"):
        parse(page(items[:2], 1, 3), page(items[2:3], 2, 3), page(items[3:], 3, 3))
    with pytest.raises(SourceError, match="page 2 of 4"):
        parse(page(items[:2], 1, 3), page(items[2:4], 2, 4), page(items[4:], 3, 3))
    with pytest.raises(SourceError, match="is there 2 times"):
        parse(page(items[:2], 1, 2), page(items[:2], 2, 2))


@pytest.fixture
def case(tmp_path: Path) -> PullCase:
    return pull_case(CONNECTOR, tmp_path)


def test_what_is_pulled_is_what_the_reference_snapshot_has_and_a_second_pull_adds_nothing(case: PullCase) -> None:
    provider = stand_in(small=True)
    provider.largest = 150
    with serving({HOST: provider}) as server:
        first = case.pull(server, NOON)
        assert (first.kept_out, first.revised) == ({}, 0)
        again = case.pull(server, NOON)
        assert (again.new, again.revised, again.landed, again.skipped) == (0, 0, 0, first.landed)
    key = ["measure", "origin", "destination", "period", "frequency", "value", "rounding", "status"]
    known = latest(load_reference().filter((pl.col("source") == "unhcr_population") & SMALL)).select(key)
    pulled = case.places.store.read().filter(SMALL).select(key)
    same = pulled.join(known, on=key, how="semi", nulls_equal=True)
    assert same.height == known.height > 900
    # Beside them only what the reference does not hold.
    assert set(pulled.join(known, on=key, how="anti", nulls_equal=True)["measure"]) == {
        "asylum_decisions", "asylum_decisions_positive", "asylum_seeker_stock",
    }  # fmt: skip


def test_revisions_are_seen(case: PullCase) -> None:
    provider = stand_in(small=True)
    with serving({HOST: provider}) as server:
        case.pull(server, NOON)
        changed = [row for row in provider.rows["asylum-decisions"] if row["dec_level"] == "FI"][-5:]
        for row in changed:
            row["dec_recognized"] += 1
        done = case.pull(server, datetime(2026, 9, 27, tzinfo=UTC))
    assert (done.new, done.revised) == (0, 10)


@pytest.fixture(scope="module")
def pulled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the provider was pulled before it changed anything."""
    folder = tmp_path_factory.mktemp("pulled")
    provider = stand_in(small=True)
    provider.largest = 200
    with serving({HOST: provider}) as server:
        pull_case(CONNECTOR, folder).pull(server, NOON)
    return folder


@pytest.mark.parametrize("kind", SPOILT)
def test_what_the_provider_changed_is_kept_out(tmp_path: Path, pulled: Path, kind: str) -> None:
    case = pulled_before(pulled, CONNECTOR, tmp_path)
    before = case.places.store.read()
    with serving({HOST: spoilt(kind)}) as server:
        done = case.pull(server, datetime(2026, 9, 27, tzinfo=UTC))
    assert done.kept_out
    assert (done.new, done.revised) == (0, 0)
    assert case.places.store.read().equals(before)


def test_a_later_first_period_asks_for_fewer_decades(case: PullCase) -> None:
    with serving({HOST: stand_in(small=True)}) as server:
        case.pull(server, NOON, since=date(2012, 5, 1))
        assert {asked.get("yearFrom") for asked in server.asked} == {"2010", "2020"}
        assert all(asked.get("yearTo") and asked.get("cf_type") == "ISO" for asked in server.asked)


def test_the_users_own_copies_are_read(tmp_path: Path) -> None:
    saved, table = tmp_path / "saved.json", tmp_path / "applications.csv"
    saved.write_bytes(page([DECIDED]))
    pl.DataFrame([APPLIED]).write_csv(table)
    assert CONNECTOR.read([saved], DAY).observations.height == 2
    assert CONNECTOR.read([table], DAY).observations["value"].to_list() == [76765.0]
    table.write_text("a,b\n1,2\n")
    with pytest.raises(SourceError, match=r"applications\.csv.*coo_iso"):
        CONNECTOR.read([table], DAY)
    with pytest.raises(HavreError):
        CONNECTOR.read([tmp_path / "none.json"], DAY)


def test_every_measure_is_in_the_catalogue() -> None:
    named = {measure for table in TABLES for measure in table.measures}
    assert named == set(source("unhcr_population").measures) <= set(measures())
