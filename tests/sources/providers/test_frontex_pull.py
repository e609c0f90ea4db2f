from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from havre.panel.vintage import latest
from havre.sources.providers.frontex import CONNECTOR
from havre.sources.providers.links import Link, newest, parse_links
from tests.sources.pull_case import PullCase, pull_case
from tests.sources.stand_ins.frontex import FILE, HOST, FrontexStandIn, spoilt, stand_in, workbook
from tests.sources.stand_ins.server import serving

DAYS = [datetime(2026, 9, day, 12, tzinfo=UTC) for day in range(10, 20)]


@pytest.fixture
def case(tmp_path: Path) -> PullCase:
    return pull_case(CONNECTOR, tmp_path)


def test_the_newest_workbook_lands_once(case: PullCase) -> None:
    with serving({HOST: stand_in()}) as server:
        first = case.pull(server, DAYS[0])
        assert (first.good, first.latest) == (True, date(2026, 7, 1))
        assert server.asked[-1].path == FILE
        server.forget()
        second = case.pull(server, DAYS[1])
    assert (second.new, second.revised, second.unchanged) == (0, 0, first.new)
    told = {
        (row["destination"], row["origin"], row["period"].month): row["value"]
        for row in latest(case.places.store.read()).iter_rows(named=True)
    }
    # Land and sea are added up; a blank cell is no figure.
    assert told["route:eastern-mediterranean", "SYR", 1] == 440.0
    assert ("route:western-balkan", "XKX", 2) not in told


def test_the_older_page_serves_where_the_new_one_is_gone(case: PullCase) -> None:
    provider = stand_in()
    provider.page = "/along-eu-borders/migratory-map/"
    with serving({HOST: provider}) as server:
        assert case.pull(server, DAYS[0]).good


def test_a_page_without_the_link_is_told(case: PullCase) -> None:
    provider = stand_in()
    provider.page = "/nowhere/"
    with serving({HOST: provider}) as server:
        done = case.pull(server, DAYS[0])
    assert [problem.key for problem in done.kept_out["detections"]] == ["source.fetch.status"]


@pytest.mark.parametrize("kind", ["column", "code", "sheet", "shrunk", "signs"])
def test_what_changed_is_kept_out(case: PullCase, kind: str) -> None:
    with serving({HOST: stand_in()}) as server:
        case.pull(server, DAYS[0])
        before = case.places.store.read()
        server.stand_ins[HOST] = spoilt(kind)
        assert not case.pull(server, DAYS[1]).good
        assert case.places.store.read().equals(before)
        server.stand_ins[HOST] = stand_in()
        assert case.pull(server, DAYS[2]).good


def test_a_next_month_is_no_drift(case: PullCase) -> None:
    from tests.sources.stand_ins.frontex import MONTHS, ROWS

    with serving({HOST: stand_in()}) as server:
        case.pull(server, DAYS[0])
        longer = workbook([(*row, 5) for row in ROWS], months=(*MONTHS, "AUG2026"))
        server.stand_ins[HOST] = FrontexStandIn(longer)
        done = case.pull(server, DAYS[1])
    assert (done.good, done.new, done.latest) == (True, 5, date(2026, 8, 1))


def test_links_are_found_and_the_newest_chosen() -> None:
    page = b"""<a href="/a/Detections_of_IBC_20220204.xlsx">x</a>
    <a href='../b/Monthly_detections_of_IBC_2026_09_02.xlsx?v=2'>y</a>
    <a href="https://assets.example/2_September_2025_boats.ods">z</a><a>none</a>"""
    found = parse_links(page, "https://x.example/p/q/", r"IBC.*\.xlsx$")
    assert found == [
        Link("https://x.example/a/Detections_of_IBC_20220204.xlsx", date(2022, 2, 4)),
        Link("https://x.example/p/b/Monthly_detections_of_IBC_2026_09_02.xlsx?v=2", date(2026, 9, 2)),
    ]
    assert newest(found, "x", "y").day == date(2026, 9, 2)
    (boats,) = parse_links(page, "https://x.example/", r"\.ods$")
    assert boats.day == date(2025, 9, 2)
