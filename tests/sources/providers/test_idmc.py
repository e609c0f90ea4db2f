import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havre.errors import PlaceError, SourceError
from havre.panel.measures import measures
from havre.panel.observations import check_observations
from havre.sources.catalogue import source
from havre.sources.connector import Parsed
from havre.sources.providers.idmc import CONNECTOR, VARIABLE, parse_pages, read_events
from havre.sources.providers.idmc_tables import TABLES, parse_events
from tests.properties import examples
from tests.sources.pull_case import PullCase, pull_case
from tests.sources.stand_ins.idmc import CLIENT, HOST, SPOILT, event, spoilt, stand_in
from tests.sources.stand_ins.server import serving

DAY = date(2026, 9, 26)
NOON = datetime(2026, 9, 26, 12, tzinfo=UTC)
CONFLICTS, DISASTERS = TABLES
OLD = {
    "id": 126716, "country": "India", "iso3": "IND", "latitude": 10.44581, "longitude": 76.27562,
    "displacement_type": "Disaster", "qualifier": "total", "figure": 2,
    "displacement_date": "2023-11-06T11:00:00.000Z", "displacement_start_date": "2023-11-06T11:00:00.000Z",
    "displacement_end_date": "2023-11-06T11:00:00.000Z", "year": 2023, "created_at": "2023-11-08T19:37:23.870Z",
}  # fmt: skip
YEAR = {
    "iso3": "AFG", "country_name": "Afghanistan", "year": 2008, "new_displacement": 180,
    "new_displacement_rounded": 200, "total_displacement": None, "total_displacement_rounded": None,
}  # fmt: skip
FLOOD = {**YEAR, "start_date": "2008-08-01", "event_name": "Flood", "hazard_category": 2}


def told(parsed: Parsed) -> list[tuple[object, ...]]:
    checked = check_observations(parsed.observations).sort("measure", "destination", "period")
    return checked.select("measure", "destination", "period", "value", "status").rows()


def months(*events: dict[str, Any], start: date | None = date(2026, 1, 1)) -> list[tuple[object, ...]]:
    rows, columns = read_events(json.dumps(list(events)).encode(), "idu")
    return [each[1:] for each in told(parse_events(rows, columns, "idu", DAY, start))]


def test_the_recorded_event_counts_in_its_month() -> None:
    found = months(OLD, {**OLD, "id": 1, "figure": 3}, start=date(2023, 11, 1))
    assert found == [("IND", date(2023, 11, 1), 5.0, "provisional")]


@pytest.mark.parametrize(
    ("day", "month"),
    [("2026-05-31T11:00:00.000Z", 6), ("2026-05-31T16:00:00Z", 6), ("2026-05-31T00:00:00Z", 5), ("2026-05-31", 5),
     ("2026-06-01T05:00:00Z", 6)],
)  # fmt: skip
def test_midnight_in_the_east_is_the_next_day(day: str, month: int) -> None:
    times = dict.fromkeys(("displacement_date", "displacement_start_date", "displacement_end_date"), day)
    assert [row[1] for row in months(event(1, "SDN", "2026-05-31", 9, **times))] == [date(2026, month, 1)]


def test_only_recommended_figures_of_conflict_and_disasters_count() -> None:
    rows = [event(1, "SDN", "2026-06-05", 10), event(5, "SDN", "2026-06-06", None),
            event(2, "SDN", "2026-06-06", 99, role="Triangulation"),
            event(3, "SDN", "2026-06-06", 7, displacement_type="Disaster"),
            event(4, "SDN", "2026-06-06", 5, displacement_type="Other")]  # fmt: skip
    read, columns = read_events(json.dumps(rows).encode(), "idu")
    assert [(row[0], row[3]) for row in told(parse_events(read, columns, "idu", DAY, date(2026, 1, 1)))] == [
        ("disaster_displacement_flow", 7.0), ("displacement_flow", 10.0),
    ]  # fmt: skip


def test_a_figure_of_several_months_is_spread_by_days() -> None:
    spread = event(
        1, "COD", "2026-06-30", 610, displacement_start_date="2026-06-01", displacement_end_date="2026-07-31"
    )
    backwards = event(2, "UKR", "2026-05-30", 8, displacement_start_date="2026-08-01")
    assert months(spread, backwards) == [
        ("COD", date(2026, 6, 1), 300.0, "estimated"), ("COD", date(2026, 7, 1), 310.0, "estimated"),
        ("UKR", date(2026, 5, 1), 8.0, "provisional"),
    ]  # fmt: skip


def test_only_whole_months_count() -> None:
    rows = [
        event(at, "SDN", day, 10) for at, day in enumerate(("2026-03-31", "2026-04-02", "2026-08-31", "2026-09-01"))
    ]
    assert [row[1].month for row in months(*rows, start=date(2026, 3, 30))] == [4, 8]  # type: ignore[attr-defined]
    assert [row[1].month for row in months(*rows, start=None)] == [4, 8]  # type: ignore[attr-defined]


spans = st.tuples(st.dates(date(2026, 1, 1), date(2026, 6, 30)), st.integers(0, 90), st.integers(0, 10**6))


@settings(deadline=None, max_examples=examples(40))
@given(st.lists(spans, min_size=1, max_size=8))
def test_no_displacement_is_lost_in_the_spreading(found: list[tuple[date, int, int]]) -> None:
    events = [
        event(at, "SDN", f"{start}", figure, displacement_end_date=f"{date.fromordinal(start.toordinal() + days)}")
        for at, (start, days, figure) in enumerate(found)
    ]
    rows, columns = read_events(json.dumps(events).encode(), "idu")
    values = parse_events(rows, columns, "idu", date(2027, 1, 1), date(2026, 1, 1)).observations["value"]
    assert abs(float(values.sum()) - sum(figure for *_, figure in found)) <= values.len() / 2


def test_no_text_place_or_coordinate_leaves_the_reading() -> None:
    rows, columns = read_events(json.dumps([event(1, "SDN", "2026-06-05", 10)]).encode(), "idu")
    assert {"latitude", "standard_popup_text", "locations_name"} <= set(columns)
    assert not {"latitude", "longitude", "standard_popup_text", "locations_name", "sources", "country"} & set(rows[0])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"displacement_type": "Development"}, "Development"),
        ({"role": "Guess"}, "role: Guess"),
        ({"figure": "1.234,5"}, r"1\.234,5"),
        ({"figure": -2}, "-2"),
        ({"displacement_date": "in spring"}, "in spring"),
        ({"displacement_end_date": "2026-13-01"}, "2026-13-01"),
        ({"figure": None}, "figure"),
    ],
)
def test_an_event_that_cannot_be_read_is_refused(change: dict[str, Any], says: str) -> None:
    with pytest.raises(SourceError, match=says):
        months({**event(1, "SDN", "2026-06-05", 10), **change})


def test_events_twice_unknown_countries_and_what_is_no_list() -> None:
    with pytest.raises(SourceError, match="2 times"):
        months(event(1, "SDN", "2026-06-05", 10), event(1, "SDN", "2026-06-05", 10))
    with pytest.raises(PlaceError, match="SUD"):
        months(event(1, "SUD", "2026-06-05", 10))
    for content in (b'{"detail": "x"}', b"[1]", b"[", b'[{"id": 1}]', b"[" * 50_000):
        with pytest.raises(SourceError, match="idu"):
            read_events(content, "idu")


def page(rows: list[dict[str, Any]], count: int, following: str | None = None, updated: str = "2025-05-13") -> bytes:
    answer = {"last_updated": updated, "count": count, "next": following, "previous": None, "results": rows}
    return json.dumps(answer).encode()


def test_validated_figures_by_year_where_an_empty_cell_is_no_zero() -> None:
    rows = [YEAR, {**YEAR, "year": 2009, "new_displacement": 0, "total_displacement": 50}]
    found = told(parse_pages(CONFLICTS, [("gidd/conflicts/0", page(rows, 2))], DAY))
    assert [(row[0], row[2].year, row[3]) for row in found] == [  # type: ignore[attr-defined]
        ("displacement_flow", 2008, 180.0), ("displacement_flow", 2009, 0.0), ("idp_stock", 2009, 50.0),
    ]  # fmt: skip


def test_disasters_are_added_up() -> None:
    rows = [FLOOD, {**FLOOD, "event_name": "Storm", "new_displacement": 20}, {**FLOOD, "new_displacement": None}]
    found = told(parse_pages(DISASTERS, [("gidd/disasters/0", page(rows, 3))], DAY))
    assert [(row[0], row[3]) for row in found] == [("disaster_displacement_flow", 200.0)]


def test_pages_have_to_fit() -> None:
    first, second = [YEAR], [{**YEAR, "year": 2009}]
    good = [("gidd/conflicts/0", page(first, 2, "x")), ("gidd/conflicts/1", page(second, 2))]
    assert parse_pages(CONFLICTS, good, DAY).observations.height == 2
    for wrong, says in (
        (good[:1], "1 results"),
        (good[1:], "gidd/conflicts/1"),
        ([good[0], ("gidd/conflicts/1", page(second, 3))], "count 3"),
        ([good[0], ("gidd/conflicts/1", page(second, 2, updated="2026-05-13"))], "2026-05-13"),
        ([good[0], ("gidd/conflicts/1", page(first, 2))], "results of offset 0"),
        ([("gidd/conflicts/0", page([YEAR, YEAR], 2))], "2 times"),
        ([("gidd/conflicts/0", page(first, 1, "x"))], "next: true"),
    ):
        with pytest.raises(SourceError, match=says):
            parse_pages(CONFLICTS, wrong, DAY)


@pytest.fixture
def case(tmp_path: Path) -> PullCase:
    made = pull_case(CONNECTOR, tmp_path)
    made.keys[VARIABLE] = CLIENT
    return made


def test_the_second_pull_adds_nothing_and_asks_little(case: PullCase) -> None:
    with serving({HOST: stand_in()}) as server:
        first = case.pull(server, NOON)
        assert (first.kept_out, first.landed) == ({}, 3)
        again = case.pull(server, NOON)
        assert (again.new, again.revised, again.skipped, again.requests) == (0, 0, 3, 3)
    panel = case.places.store.read()
    assert set(panel["measure"]) == set(source("idmc").measures) <= set(measures())
    monthly = panel.filter(frequency="M", destination="SDN")
    # What begins before the 180 days is left out.
    assert monthly["period"].dt.month().to_list() == [4, 5, 6, 7, 8]
    assert monthly["value"].to_list() == [400.0, 500.0, 600.0, 700.0, 800.0]


def test_a_first_period_long_ago_asks_for_all_events(case: PullCase) -> None:
    with serving({HOST: stand_in()}) as server:
        case.pull(server, NOON, since=date(2026, 1, 1))
        assert "/external-api/idus/all/" in [asked.path for asked in server.asked]
    panel = case.places.store.read().filter(frequency="M", destination="SDN")
    assert panel["period"].dt.month().to_list() == [2, 3, 4, 5, 6, 7, 8]


def test_the_client_id_stands_nowhere_though_the_links_repeat_it(case: PullCase, tmp_path: Path) -> None:
    with serving({HOST: stand_in()}) as server:
        case.pull(server, NOON)
        kept = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        secrets = (CLIENT.encode(), quote(CLIENT, safe="").encode(), quote(CLIENT).encode())
        assert [path for path, content in kept.items() if any(secret in content for secret in secrets)] == []
        assert any(b"REDACTED" in content for content in kept.values())
        case.keys[VARIABLE] = "WRONGCLIENT"
        refused = case.pull(server, NOON)
    assert {problem.key for problems in refused.kept_out.values() for problem in problems} == {"source.key.refused"}
    assert "WRONGCLIENT" not in str(refused) + str(case.lines)


def test_without_a_client_id_nothing_is_asked(case: PullCase) -> None:
    case.keys.clear()
    with serving({HOST: stand_in()}) as server:
        assert [problem.key for problem in case.pull(server, NOON).failed] == ["source.key.missing"]
        assert server.asked == []


@pytest.mark.parametrize("kind", SPOILT)
def test_what_the_provider_changed_is_kept_out(case: PullCase, kind: str) -> None:
    with serving({HOST: stand_in()}) as server:
        case.pull(server, NOON)
        before = case.places.store.read()
        server.stand_ins[HOST] = spoilt(kind)
        done = case.pull(server, datetime(2026, 9, 27, tzinfo=UTC))
    assert done.kept_out
    columns = ["measure", "destination", "period", "frequency"]
    touched = case.places.store.read().join(before, on=columns, how="anti", nulls_equal=True)
    assert (touched.height, done.new) == (0, 0)
    assert done.revised == 0


def test_saved_answers_are_read(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("idu.json", "conflicts.json", "disasters.json")]
    paths[0].write_text(json.dumps([event(1, "SDN", "2026-04-01", 5), event(2, "SDN", "2026-05-05", 10)]))
    paths[1].write_bytes(page([YEAR], 1))
    paths[2].write_bytes(page([FLOOD], 1))
    found = CONNECTOR.read(paths, DAY).observations
    assert sorted(zip(found["measure"], found["value"], strict=True)) == [
        ("disaster_displacement_flow", 180.0), ("displacement_flow", 5.0), ("displacement_flow", 10.0),
        ("displacement_flow", 180.0),
    ]  # fmt: skip
    paths[1].write_bytes(page([YEAR], 2, "x"))
    with pytest.raises(SourceError, match="count 2"):
        CONNECTOR.read(paths[1:2], DAY)


def test_an_empty_list_is_refused() -> None:
    with pytest.raises(SourceError, match="Conflict"):
        months()
