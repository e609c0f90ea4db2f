from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from havre.panel.reference import load_reference
from havre.panel.vintage import latest
from havre.sources.providers.uk_home_office import CONNECTOR
from tests.sources.pull_case import PullCase, pull_case
from tests.sources.stand_ins.server import ProviderServer, serving
from tests.sources.stand_ins.uk_home_office import ASSETS, HOST, HomeOfficeStandIn, spoilt, stand_in, time_series

DAYS = [datetime(2026, 8, day, 12, tzinfo=UTC) for day in range(21, 29)]


@pytest.fixture
def case(tmp_path: Path) -> PullCase:
    return pull_case(CONNECTOR, tmp_path)


def offer(server: ProviderServer, provider: HomeOfficeStandIn) -> None:
    server.stand_ins = {HOST: provider, ASSETS: provider}


def test_the_time_series_equals_the_reference_snapshot(case: PullCase) -> None:
    with serving({}) as server:
        offer(server, stand_in())
        done = case.pull(server, DAYS[0])
        assert done.good
        assert case.pull(server, DAYS[1]).new == 0
    reference = load_reference().filter(pl.col("source") == "uk_home_office")
    assert case.places.store.read().sort("period").equals(reference.sort("period"))


@pytest.mark.parametrize("kind", ["column", "sheet", "signs", "shrunk", "future"])
def test_what_changed_is_kept_out(case: PullCase, kind: str) -> None:
    with serving({}) as server:
        offer(server, stand_in(small=True))
        assert case.pull(server, DAYS[0]).good
        before = case.places.store.read()
        offer(server, spoilt(kind))
        assert not case.pull(server, DAYS[1]).good
        assert case.places.store.read().equals(before)


def test_blank_days_are_zeros_and_late_ones_provisional() -> None:
    rows = [
        (date(2026, 3, 31), 12, 1, 0, None),
        (date(2026, 4, 1), None, 0, 0, None),
        (date(2026, 8, 20), "[z]", 1, 0, "note"),
    ]
    path_free = time_series(rows)
    from havre.sources.own_file import sheets_of
    from havre.sources.providers.uk_home_office import parse_time_series

    found = parse_time_series(sheets_of(path_free, "x"), "x", date(2026, 8, 21)).observations
    told = found.select("period", "value", "status").sort("period").rows()
    assert told == [
        (date(2026, 3, 31), 12.0, "final"), (date(2026, 4, 1), 0.0, "provisional"),
        (date(2026, 8, 20), 0.0, "provisional"),
    ]  # fmt: skip


def test_a_own_copy_is_read(tmp_path: Path) -> None:
    path = tmp_path / "24_August_2026_Small_boats_-_time_series.ods"
    path.write_bytes(time_series([(date(2026, 3, 31), 12, 1, 0, None)]))
    assert latest(CONNECTOR.read([path], date(2026, 8, 21)).observations)["value"].to_list() == [12.0]
