"""Every fault × every provider: no crash, no half-written file, no wrong row; the outcomes are kept in docs."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from havre.sources.connector import CONNECTORS, connector
from havre.sources.providers import acled, eurostat
from havre.sources.snapshot import Snapshots
from tests.sources.pull_case import PullCase, pull_case
from tests.sources.stand_ins.registry import CHANGES, hosts, keys, small, spoilt, touch
from tests.sources.stand_ins.server import FAULTS, Fault, ProviderServer, StandIn, serving

NOON = datetime(2026, 9, 20, 12, tzinfo=UTC)
PAGE = Path(__file__).parents[2] / "docs" / "pull-faults.md"
LIMITS = {"attempts": 2, "request_budget": 0.8, "read_timeout": 0.4, "budget": 4.0}
INTRODUCTION = (
    "A server on the same machine speaks each provider's protocol and misbehaves on demand; the tests "
    "(`tests/sources/test_fault_matrix.py`) pull from it, look at every row and file afterwards, and compare with this "
    "page. The first rows are faults on the way of a file: *recovered* means that one that passes is survived by the "
    "same pull, *kept out* that the file stays out with a report and the next pull brings it. One that lasts never "
    "changes a row. The last rows are changes of what the provider publishes: they are kept out. –: such a change "
    "means nothing for this provider."
)
RECOVERED, KEPT_OUT, NONE = "recovered", "kept out", "–"


@pytest.fixture(autouse=True)
def _one_destination(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eurostat, "DESTINATIONS", ("DE",))
    monkeypatch.setattr(eurostat, "ASYNC_PAUSE", 0.0)
    monkeypatch.setattr(acled, "FIRST_YEAR", 2025)
    # One table of each kind: monthly by citizenship, yearly between destinations, stocks.
    few = tuple(each for each in eurostat.DATASETS if each.code in ("migr_asyappctzm", "migr_dubro", "migr_asytpsm"))
    monkeypatch.setattr(eurostat, "CONNECTOR", eurostat.Eurostat(datasets=few))


def check_whole(case: PullCase) -> None:
    """Check that nothing half-written lies about."""
    for snapshot in case.places.snapshots.all():
        snapshot.read()
    case.places.store.read()
    left = list(case.places.states.folder.parent.rglob("*.part"))
    assert left == []


def asked_again(source: str, case: PullCase, server: ProviderServer, served: StandIn) -> tuple[object, ...]:
    """Give the last request that comes at every pull: a file that never changes is fetched once and fails no more."""
    first = [(each.host, each.path, each.query) for each in server.asked]
    server.forget()
    touch(source, served)
    assert case.pull(server, NOON + timedelta(hours=1)).good
    second = [(each.host, each.path, each.query) for each in server.asked]
    return first[-1] if first[-1] in second else second[-1]


def outcomes(source: str, folder: Path) -> dict[str, str]:
    """Try every fault on a provider, passing and lasting, and every change of its files; give what became of it."""
    found: dict[str, str] = {}
    case = pull_case(connector(source), folder)
    case.keys = keys(source)
    served = small(source)
    with serving(hosts(source, served)) as server:
        server.drip = 0.2
        first = case.pull(server, NOON)
        assert first.good, first.kept_out
        before = case.places.store.read()
        assert before.height
        target = asked_again(source, case, server, served)
        for number, fault in enumerate(FAULTS):
            day = NOON + timedelta(days=1 + number)
            server.always_whole = True
            touch(source, served)
            server.faults = [Fault(fault, 1, lambda asked: (asked.host, asked.path, asked.query) == target)]
            passing = case.pull(server, day, settings=LIMITS)
            server.faults = [Fault(fault, None)]
            lasting = case.pull(server, day, settings=LIMITS)
            assert not lasting.good, fault
            assert case.places.store.read().equals(before), fault
            check_whole(case)
            found[fault] = RECOVERED if passing.good else KEPT_OUT
            server.faults, server.always_whole = [], False
            healed = case.pull(server, day, settings={"budget": 60.0})
            assert healed.good, (fault, healed.kept_out)
            assert case.places.store.read().equals(before), fault
        for number, change in enumerate(CHANGES):
            changed = spoilt(source, change)
            if changed is None:
                found[change] = NONE
                continue
            server.stand_ins = hosts(source, changed)
            done = case.pull(server, NOON + timedelta(days=40 + number))
            assert not done.good, change
            found[change] = KEPT_OUT
            check_whole(case)
    return found


QUICK = ("iom_mmp",)


@pytest.mark.parametrize(
    "source", [pytest.param(source, marks=[] if source in QUICK else pytest.mark.slow) for source in CONNECTORS]
)
def test_no_fault_of_a_provider_makes_a_wrong_row(source: str, tmp_path: Path) -> None:
    found = outcomes(source, tmp_path)
    told = read_page()
    if os.environ.get("HAVRE_WRITE_DOCS"):
        write_page({**told, source: found})
    else:
        assert told.get(source) == found, "run the tests with HAVRE_WRITE_DOCS=1 to write docs/pull-faults.md anew"
    print(source, found)  # noqa: T201 - the table of outcomes, shown with -s


def read_page() -> dict[str, dict[str, str]]:
    """Read the table of the page: outcomes by source and fault."""
    if not PAGE.is_file():
        return {}
    rows = [
        line.strip("|").split("|") for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")
    ]
    cells = [[cell.strip().strip("`") for cell in row] for row in rows]
    header, body = cells[0][1:], cells[2:]
    return {source: {row[0]: row[1 + at] for row in body} for at, source in enumerate(header)}


def write_page(table: dict[str, dict[str, str]]) -> None:
    """Write the page."""
    sources = [source for source in CONNECTORS if source in table]
    lines = [
        "# What can go wrong, and what became of it",
        "",
        INTRODUCTION,
        "",
        "| | " + " | ".join(f"`{source}`" for source in sources) + " |",
        "|---|" + "---|" * len(sources),
    ]
    lines += [
        f"| {fault} | " + " | ".join(table[source].get(fault, NONE) for source in sources) + " |"
        for fault in (*FAULTS, *CHANGES)
    ]
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_snapshots_of_a_pull_are_all_whole(tmp_path: Path) -> None:
    case = pull_case(connector("frontex"), tmp_path)
    with serving(hosts("frontex", small("frontex"))) as server:
        case.pull(server, NOON)
    assert [snapshot.sidecar.kind for snapshot in Snapshots(tmp_path / "pulled").all()] == ["xlsx", "html"]
