from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from havre.errors import SourceError
from havre.panel.reference import load_reference
from havre.sources.providers.iom_mmp import CONNECTOR, parse_incidents
from tests.sources.pull_case import PullCase, pull_case, pulled_before
from tests.sources.stand_ins.iom_mmp import HOST, Incident, csv_bytes, spoilt, stand_in
from tests.sources.stand_ins.server import serving

DAYS = [datetime(2025, 6, day, 12, tzinfo=UTC) for day in range(19, 27)]
DAY = date(2025, 6, 19)


@pytest.fixture
def case(tmp_path: Path) -> PullCase:
    return pull_case(CONNECTOR, tmp_path)


def told(content: bytes) -> list[tuple[object, ...]]:
    found = parse_incidents(content, "x.csv", DAY).observations
    return found.select("destination", "period", "value", "status").sort(pl.all()).rows()


def test_what_is_pulled_equals_the_reference_snapshot(case: PullCase) -> None:
    with serving({HOST: stand_in()}) as server:
        assert case.pull(server, DAYS[0]).good
        server.forget()
        again = case.pull(server, DAYS[1])
        assert (again.new, again.revised, server.body_bytes) == (0, 0, 0)
    key = ["destination", "period"]
    reference = load_reference().filter(pl.col("source") == "iom_mmp")
    assert case.places.store.read().sort(key).equals(reference.sort(key))


def test_incidents_are_summed_and_months_without_any_are_zeros() -> None:
    rows: list[Incident] = [
        ("Central Mediterranean", "2024-01-06", 3, 2), ("Central Mediterranean", "2024-01-30", 0, 10),
        ("Central Mediterranean", "2024-03-01", 1, 0), ("", "2024-02-01", 1, 0),
    ]  # fmt: skip
    central, none = "route:central-mediterranean", "route:undefined"
    assert told(csv_bytes(rows)) == [
        (central, date(2024, 1, 1), 15.0, "final"), (central, date(2024, 2, 1), 0.0, "imputed_zero"),
        (central, date(2024, 3, 1), 1.0, "final"), (none, date(2024, 1, 1), 0.0, "imputed_zero"),
        (none, date(2024, 2, 1), 1.0, "final"), (none, date(2024, 3, 1), 0.0, "imputed_zero"),
    ]  # fmt: skip


def test_the_layouts_of_other_years_are_read() -> None:
    year = (
        b"web_id,region,reported_date,number_dead,number_missing,total_dead_and_missing,migration_route\r\n"
        b"2014.MMP00259,South-eastern Asia,2014-12-31,,750,750,\r\n2014.MMP00260,Mediterranean,2014-12-30,1,,1,"
        b"Eastern Mediterranean\r\n"
    )
    assert (("route:undefined", date(2014, 12, 1), 750.0, "final")) in told(year)
    old = (
        b"Web ID,Reported Date,Reported Year,Reported Month,Number Dead,Total Dead and Missing,Migration Route\n"
        b"1,29-Oct-19,2019,Oct,1,2,Eastern Mediterranean\n"
    )
    assert told(old) == [("route:eastern-mediterranean", date(2019, 10, 1), 2.0, "final")]


def test_a_row_entered_twice_counts_once_and_two_alike_incidents_twice() -> None:
    header = b"web_id,reported_date,total_dead_and_missing,migration_route\n"
    row = b"2014.MMP1,2014-12-31,5,Eastern Mediterranean\n"
    assert told(header + row + row)[0][2] == 5.0
    assert told(header + row + row.replace(b"MMP1", b"MMP2"))[0][2] == 10.0
    # Without a number nothing tells that they are one.
    assert told(header + 3 * row.replace(b"2014.MMP1", b"") + row)[0][2] == 20.0


def test_a_negative_figure_is_none_and_words_are_refused() -> None:
    header = b"web_id,reported_date,total_dead_and_missing,migration_route\n"
    assert told(header + b"1,2014-12-31,-5,Eastern Mediterranean\n2,2014-12-31,3,Eastern Mediterranean\n")[0][2] == 3.0
    with pytest.raises(SourceError, match="many"):
        told(header + b"1,2014-12-31,many,Eastern Mediterranean\n")
    with pytest.raises(SourceError, match="some day"):
        told(header + b"1,some day,1,Eastern Mediterranean\n")


@pytest.fixture(scope="module")
def pulled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the provider was pulled before it changed anything."""
    folder = tmp_path_factory.mktemp("pulled")
    with serving({HOST: stand_in(small=True)}) as server:
        assert pull_case(CONNECTOR, folder).pull(server, DAYS[0]).good
    return folder


@pytest.mark.parametrize("kind", ["column", "code", "encoding", "signs", "shrunk"])
def test_what_changed_is_kept_out(tmp_path: Path, pulled: Path, kind: str) -> None:
    case = pulled_before(pulled, CONNECTOR, tmp_path)
    before = case.places.store.read()
    with serving({HOST: spoilt(kind)}) as server:
        assert not case.pull(server, DAYS[1]).good
        assert case.places.store.read().equals(before)


def test_no_incident_leaves_the_reader(case: PullCase) -> None:
    with serving({HOST: stand_in(small=True)}) as server:
        case.pull(server, DAYS[0])
    panel = case.places.store.read()
    assert panel.height == panel.select("destination", "period").unique().height
    assert set(panel["origin"]) == {"TOT"}
