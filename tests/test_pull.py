import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havre.errors import SourceError
from havre.panel.observations import check_observations, empty_panel
from havre.panel.store import PanelStore
from havre.panel.vintage import as_of, latest, revisions
from havre.pull import dated_news, read_again
from havre.sources.connector import Parsed, Piece, Plan, Wanted
from havre.sources.fetch.fetcher import Fetcher
from havre.sources.fetch.request import Request
from tests.sources.pull_case import PullCase, pull_case
from tests.sources.stand_ins.server import Answer, Asked, Fault, serving

HOST = "ec.europa.eu"
DAYS = [datetime(2026, 12, day, 6, tzinfo=UTC) for day in range(1, 10)]


def observations(rows: Iterable[Sequence[object]], day: date) -> pl.DataFrame:
    """Observations from (origin, destination, month, value)."""
    plain = [
        {
            "measure": "asylum_applications", "origin": origin, "destination": destination,
            "period": date.fromisoformat(str(month)), "frequency": "M", "value": value, "rounding": None,
            "status": "final", "source": "eurostat", "as_of": day,
        }
        for origin, destination, month, value in rows
    ]  # fmt: skip
    return check_observations(pl.DataFrame(plain, schema_overrides={"value": pl.Float64, "rounding": pl.Float32}))


@dataclass
class Toy:
    """A connector for tables of rows, one piece per destination."""

    destinations: tuple[str, ...] = ("DEU", "FRA")
    source: str = "eurostat"
    version: int = 1
    parsed: list[str] = field(default_factory=list)
    change: Callable[[float], float] = lambda value: value

    def plans(self, fetcher: Fetcher, wanted: Wanted) -> Iterable[Plan]:
        def plan(place: str) -> Plan:
            request = Request(f"https://{HOST}/{place}", place, "json")
            return Plan(place, lambda fetcher: (fetcher.fetch(request),))

        return [plan(place) for place in self.destinations]

    def parse(self, piece: Piece, as_of: date) -> Parsed:
        self.parsed.append(piece.name)
        try:
            rows = json.loads(piece.files[0].read())["rows"]
        except ValueError as error:
            raise SourceError("source.fetch.damaged", name=piece.name, kind="json", reason="rows") from error
        changed = [(*row[:3], self.change(row[3])) for row in rows]
        return Parsed(observations(changed, as_of), {"columns": ("o", "d", "m", "v")}, whole=True)

    def read(self, paths: Sequence[Path], as_of: date) -> Parsed:
        raise NotImplementedError


@dataclass
class Tables:
    """A provider with one table per destination."""

    rows: dict[str, list[list[object]]] = field(default_factory=dict)

    def __call__(self, asked: Asked) -> Answer:
        return Answer(json.dumps({"rows": self.rows[asked.path[1:]]}).encode(), "application/json", etag=True)


def tables() -> Tables:
    months = [f"2026-{month:02d}-01" for month in range(1, 7)]
    return Tables(
        {
            place: [
                [origin, place, month, 100.0 + number]
                for origin in ("SYR", "AFG")
                for number, month in enumerate(months)
            ]
            for place in ("DEU", "FRA")
        }
    )


@pytest.fixture
def case(tmp_path: Path) -> PullCase:
    return pull_case(Toy(), tmp_path)


def test_a_second_pull_lands_nothing_and_revisions_add_their_rows(case: PullCase) -> None:
    provider = tables()
    with serving({HOST: provider}) as server:
        first = case.pull(server, DAYS[0])
        assert (first.new, first.revised, first.good, first.latest) == (24, 0, True, date(2026, 6, 1))
        server.forget()
        second = case.pull(server, DAYS[1])
        assert (second.new, second.revised, second.unchanged, second.skipped) == (0, 0, 24, 2)
        assert server.body_bytes == 0
        for row in provider.rows["DEU"][:4]:
            row[3] = 777.0
        third = case.pull(server, DAYS[2])
    assert (third.new, third.revised, third.unchanged) == (0, 4, 20)
    panel = case.places.store.read()
    assert revisions(panel).height == 4
    assert as_of(panel, DAYS[1].date()).filter(pl.col("value") == 777.0).height == 0
    assert latest(panel).filter(pl.col("value") == 777.0).height == 4


def test_two_revisions_on_one_day_are_both_kept(case: PullCase) -> None:
    provider = tables()
    with serving({HOST: provider}) as server:
        case.pull(server, DAYS[0])
        provider.rows["DEU"][0][3] = 200.0
        assert case.pull(server, DAYS[0] + timedelta(hours=3)).revised == 1
        provider.rows["DEU"][0][3] = 300.0
        assert case.pull(server, DAYS[0] + timedelta(hours=6)).revised == 1
    panel = case.places.store.read()
    assert revisions(panel)["value"].to_list() == [200.0, 300.0]
    assert latest(panel)["value"].max() == 300.0


def test_one_bad_piece_does_not_stop_the_others(case: PullCase) -> None:
    with serving({HOST: tables()}) as server:
        server.faults = [Fault("login_page", None, lambda asked: asked.path == "/DEU")]
        done = case.pull(server, DAYS[0])
        assert (done.new, list(done.kept_out), done.good) == (12, ["DEU"], False)
        server.faults = []
        again = case.pull(server, DAYS[1])
    assert (again.new, again.good) == (12, True)


def test_what_drifted_is_kept_out_reported_and_lands_when_accepted(case: PullCase) -> None:
    provider = tables()
    with serving({HOST: provider}) as server:
        case.pull(server, DAYS[0])
        before = case.places.store.read()
        for row in provider.rows["DEU"]:
            row[3] = 3.0
        drifted = case.pull(server, DAYS[1])
        assert {problem.key for problem in drifted.kept_out["DEU"]} == {"source.drift.shrunk", "source.drift.more"}
        assert case.places.store.read().equals(before)
        (report,) = case.places.quarantine.glob("eurostat/*.json")
        told = json.loads(report.read_text())
        assert (told["piece"], told["last_good"], len(told["files"])) == ("DEU", "2026-12-01T06:00:00Z", 1)
        assert len(told["problems"]["fr"]) == len(told["problems"]["en"]) > 0
        assert case.places.states.read("eurostat").kept_out.keys() == {"DEU"}
        accepted = case.pull(server, DAYS[2], accept=True)
    assert (accepted.revised, accepted.good) == (12, True)
    assert case.places.states.read("eurostat").kept_out == {}


def test_a_half_file_with_the_mark_of_the_whole_does_not_stay(case: PullCase) -> None:
    provider = tables()
    with serving({HOST: provider}) as server:
        case.pull(server, DAYS[0])
        whole = provider.rows["DEU"]
        provider.rows["DEU"] = whole[:2]
        assert not case.pull(server, DAYS[1]).good
        provider.rows["DEU"] = whole
        assert case.pull(server, DAYS[2]).good


def test_rows_that_are_gone_become_empty_values(case: PullCase) -> None:
    provider = tables()
    with serving({HOST: provider}) as server:
        case.pull(server, DAYS[0])
        provider.rows["DEU"].pop(3)
        assert case.pull(server, DAYS[1]).revised == 1
    gone = latest(case.places.store.read()).filter(pl.col("value").is_null())
    assert gone.select("origin", "destination", "period", "as_of").rows() == [
        ("SYR", "DEU", date(2026, 4, 1), DAYS[1].date())
    ]


def test_a_dry_run_writes_nothing(case: PullCase) -> None:
    with serving({HOST: tables()}) as server:
        assert case.pull(server, DAYS[0], dry=True).new == 24
    assert case.places.store.read().height == 0
    assert case.places.states.read("eurostat").pieces == {}


def test_reading_again_needs_no_network_and_fills_a_new_store(case: PullCase, tmp_path: Path) -> None:
    with serving({HOST: tables()}) as server:
        case.pull(server, DAYS[0])
    assert case.read_again(DAYS[1]).new == 0
    before = case.places.store.read()
    for part in (tmp_path / "store").glob("*.parquet"):
        part.unlink()
    assert case.read_again(DAYS[1]).new == 24
    assert case.places.store.read().equals(before)


def test_a_corrected_reader_reads_the_kept_files_anew(case: PullCase, tmp_path: Path) -> None:
    with serving({HOST: tables()}) as server:
        case.pull(server, DAYS[0])
    case.connector = Toy(version=2, change=lambda value: value + 1)
    done = case.read_again(DAYS[3])
    assert (done.new, done.revised) == (0, 24)
    corrected = latest(case.places.store.read())
    assert set(corrected["as_of"]) == {DAYS[3].date()}
    assert as_of(case.places.store.read(), DAYS[2].date())["value"].min() == 100.0


def test_nothing_was_pulled_yet(case: PullCase) -> None:
    assert [problem.key for problem in case.read_again(DAYS[0]).failed] == ["source.nothing_kept"]


def test_an_interruption_leaves_what_was_read(case: PullCase) -> None:
    class Interrupted(Toy):
        def parse(self, piece: Piece, as_of: date) -> Parsed:
            if piece.name == "FRA":
                raise KeyboardInterrupt
            return super().parse(piece, as_of)

    with serving({HOST: tables()}) as server:
        whole = case.connector
        case.connector = Interrupted()
        with pytest.raises(KeyboardInterrupt):
            case.pull(server, DAYS[0])
        assert case.places.store.read().height == 12
        case.connector = whole
        done = case.pull(server, DAYS[0])
    assert (done.new, done.skipped) == (12, 1)


@pytest.mark.parametrize("fault", ["server_error", "reset", "wrong_length", "truncated", "binary_noise", "empty"])
def test_a_lasting_fault_changes_no_row(case: PullCase, fault: str) -> None:
    with serving({HOST: tables()}) as server:
        case.pull(server, DAYS[0])
        before = case.places.store.read()
        server.stand_ins[HOST] = lambda asked: Answer(tables()(asked).body + b" ", "application/json")
        server.faults = [Fault(fault, None)]
        done = case.pull(server, DAYS[1])
        assert not done.good
        assert case.places.store.read().equals(before)
        server.faults = []
        assert case.pull(server, DAYS[2]).good


values = st.floats(0, 1e6).map(round).map(float)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["SYR", "AFG"]), st.integers(1, 3), values, st.integers(1, 6)), max_size=12))
def test_whatever_order_values_come_in_nothing_known_is_overwritten_and_the_last_word_counts(
    told: list[tuple[str, int, float, int]],
) -> None:
    panel = empty_panel()
    last: dict[tuple[str, int], float] = {}
    for origin, month, value, day in sorted(told, key=lambda each: each[3]):
        before = panel
        row = observations([(origin, "DEU", f"2026-{month:02d}-01", value)], date(2026, 12, day))
        panel = pl.concat([panel, dated_news(row, panel, date(2026, 12, day))])
        last[origin, month] = value
        assert panel.head(before.height).equals(before)
    check_observations(panel)
    found = {
        (origin, period.month): value
        for origin, period, value in latest(panel).select("origin", "period", "value").rows()
    }
    assert found == last


def test_the_clock_may_go_back(case: PullCase, server_rows: Tables) -> None:
    with serving({HOST: server_rows}) as server:
        case.pull(server, DAYS[5])
        server_rows.rows["DEU"][0][3] = 150.0
        done = case.pull(server, DAYS[2])
    assert done.revised == 1
    assert latest(case.places.store.read())["value"].max() == 150.0


@pytest.fixture
def server_rows() -> Tables:
    return tables()


def test_a_dry_run_offline_writes_nothing_either(case: PullCase, tmp_path: Path) -> None:
    with serving({HOST: tables()}) as server:
        case.pull(server, DAYS[0])
    other = pull_case(Toy(), tmp_path / "other")
    other.places = replace(other.places, snapshots=case.places.snapshots, states=case.places.states)
    assert read_again(other.connector, other.places, DAYS[1], dry=True).new == 24
    assert not (tmp_path / "other" / "store").exists()


def test_another_store_is_filled_anew(case: PullCase, tmp_path: Path) -> None:
    with serving({HOST: tables()}) as server:
        case.pull(server, DAYS[0])
        case.places = replace(case.places, store=PanelStore(tmp_path / "second"))
        assert case.pull(server, DAYS[1]).new == 24
        for part in (tmp_path / "second").glob("*.parquet"):
            part.unlink()
        assert case.pull(server, DAYS[2]).new == 24


def test_reading_again_says_nothing_of_the_last_pull(case: PullCase) -> None:
    provider = tables()
    with serving({HOST: provider}) as server:
        case.pull(server, DAYS[0])
        provider.rows["DEU"] = [[*row[:3], 1.0] for row in provider.rows["DEU"]]
        case.pull(server, DAYS[1])
    before = case.places.states.read("eurostat")
    case.read_again(DAYS[2])
    after = case.places.states.read("eurostat")
    assert (after.kept_out, after.good_at, after.tried_at) == (before.kept_out, before.good_at, before.tried_at)


def test_a_surprise_in_one_piece_keeps_it_out_and_the_rest_lands(case: PullCase) -> None:
    class Surprised(Toy):
        def parse(self, piece: Piece, as_of: date) -> Parsed:
            if piece.name == "FRA":
                raise OverflowError("s3cret-in-a-text")
            return super().parse(piece, as_of)

    case.connector = Surprised()
    with serving({HOST: tables()}) as server:
        done = case.pull(server, DAYS[0])
    assert (done.new, [problem.key for problem in done.kept_out["FRA"]]) == (12, ["source.surprise"])
    assert "s3cret" not in done.kept_out["FRA"][0].sentence()


def test_periods_that_have_not_begun_stay_out(case: PullCase) -> None:
    provider = tables()
    provider.rows["DEU"].append(["SYR", "DEU", "2036-05-01", 5.0])
    with serving({HOST: provider}) as server:
        done = case.pull(server, DAYS[0])
    assert [problem.key for problem in done.kept_out["DEU"]] == ["source.drift.to_come"]


def test_what_is_said_was_known_when_the_last_file_came(case: PullCase, tmp_path: Path) -> None:
    with serving({HOST: tables()}) as server:
        case.pull(server, DAYS[0])
        (first,) = [each for each in case.places.snapshots.all() if each.sidecar.name == "DEU"]
        (second,) = [each for each in case.places.snapshots.all() if each.sidecar.name == "FRA"]
    later = replace(second, sidecar=replace(second.sidecar, retrieved_at=DAYS[4]))
    assert Piece("x", (later, first)).day == DAYS[4].date()


@pytest.mark.parametrize("key", ["abc\ndef", "clé", "a\x00b"])
def test_a_key_that_could_not_be_sent_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(SourceError) as caught:
        Wanted(DAYS[0].date(), keys=lambda _: key).key("hapi", "HAVRE_HAPI_APP_IDENTIFIER")
    assert key not in str(caught.value)


def test_damaged_states_count_as_none(case: PullCase) -> None:
    with serving({HOST: tables()}) as server:
        case.pull(server, DAYS[0])
        path = case.places.states.folder / "eurostat.json"
        whole = json.loads(path.read_text())
        damages: list[dict[str, object]] = [{"files": "x"}, {"shape": []}, {"rows": "many"}, {"landed_at": 5}]
        for damage in damages:
            name, piece = next(iter(whole["pieces"].items()))
            path.write_text(json.dumps({**whole, "pieces": {name: {**piece, **damage}}}))
            assert case.pull(server, DAYS[0]).good
