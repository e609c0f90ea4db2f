from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from havre.errors import HavreError, PlaceError, SourceError
from havre.panel.observations import check_observations
from havre.panel.vintage import latest
from havre.sources.importers import IMPORTERS
from havre.sources.providers.ucdp import CONNECTOR, KEY_VARIABLE, parse_files, release_of
from tests.sources.pull_case import PullCase, pull_case
from tests.sources.stand_ins.server import serving
from tests.sources.stand_ins.ucdp import (
    API_HOST,
    CANDIDATES,
    HISTORY,
    HOST,
    MONTHS,
    SPOILT,
    UcdpStandIn,
    csv_of,
    event,
    spoilt,
    stand_in,
    zip_of,
)
from tests.sources.stand_ins.ucdp import TOKEN as SECRET

DAYS = [datetime(2026, 3, day, 12, tzinfo=UTC) for day in range(20, 29)]
Cells = Mapping[tuple[str, date], tuple[float | None, str]]


@pytest.fixture
def case(tmp_path: Path) -> PullCase:
    return pull_case(CONNECTOR, tmp_path)


def cells(observations: pl.DataFrame) -> Cells:
    rows = check_observations(observations).select("origin", "period", "value", pl.col("status").cast(pl.String))
    return {(row[0], row[1]): (row[2], row[3]) for row in rows.iter_rows()}


def parsed(**files: bytes) -> Cells:
    contents = [(name, lambda found=found: found) for name, found in files.items()]
    return cells(parse_files(contents, DAYS[0].date()).observations)


def pull(case: PullCase, provider: UcdpStandIn, at: datetime = DAYS[0]) -> Any:
    with serving({HOST: provider, API_HOST: provider}) as server:
        return case.pull(server, at)


def test_deaths_by_country_and_month_from_the_yearly_release_and_candidates(case: PullCase) -> None:
    with serving({HOST: stand_in()}) as server:
        first = case.pull(server, DAYS[0])
        assert (first.good, first.latest) == (True, date(2026, 2, 1))
        server.forget()
        second = case.pull(server, DAYS[1])
        assert server.body_bytes == 0
    assert (second.new, second.revised, second.unchanged, second.skipped) == (0, 0, first.new, 1)
    found = cells(latest(case.places.store.read()))
    assert {key: found[key] for key in found if found[key][0]} == {
        ("BGD", date(2013, 12, 1)): (1.0, "final"),
        ("SYR", date(2025, 10, 1)): (42.0, "final"),
        ("UKR", date(2025, 12, 1)): (300.0, "final"),
        # Said last: 25 instead of 20. The candidate event of December does not count beside the yearly release.
        ("SYR", date(2026, 1, 1)): (25.0, "provisional"),
        ("UKR", date(2026, 1, 1)): (100.0, "estimated"),
        ("UKR", date(2026, 2, 1)): (90.0, "provisional"),
    }
    assert len(found) == 3 * 12 * 37 + 3 * 2
    assert found["BGD", date(1989, 1, 1)] == (0.0, "imputed_zero")


def test_a_joint_release_takes_the_place_of_its_months(case: PullCase) -> None:
    months = {
        **MONTHS,
        "GEDEvent_v26_01_26_03.csv": [event(51, 652, "2026-01-05", 30), event(60, 652, "2026-03-30", 1)],
        "GEDEvent_v26_0_4.csv": [event(61, 652, "2026-04-02", 4), event(60, 652, "2026-03-30", 2)],
    }
    assert pull(case, stand_in(months=months), datetime(2026, 6, 25, 12, tzinfo=UTC)).good
    found = cells(latest(case.places.store.read()))
    assert [found["SYR", date(2026, month, 1)][0] for month in (1, 3, 4)] == [30.0, 2.0, 4.0]
    # The joint release no longer holds these events.
    assert [found["UKR", date(2026, month, 1)][0] for month in (1, 2)] == [0.0, 0.0]
    assert ("SYR", date(2026, 5, 1)) not in found


def test_the_release_of_last_year_serves_until_the_new_one_is_out(case: PullCase) -> None:
    months = {
        "GEDEvent_v26_0_12.csv": [event(70, 652, "2026-12-02", 8)],
        "GEDEvent_v27_0_1.csv": [event(71, 652, "2027-01-02", 9)],
    }
    done = pull(case, stand_in(months=months), datetime(2027, 2, 25, 12, tzinfo=UTC))
    assert (done.good, done.latest) == (True, date(2027, 1, 1))
    # A month of no file is missing, not zero.
    assert ("SYR", date(2026, 11, 1)) not in cells(latest(case.places.store.read()))


@pytest.mark.parametrize("base", [0, 1])
def test_a_month_without_a_file_comes_from_the_api_and_the_token_stays_secret(case: PullCase, base: int) -> None:
    events = [event(90 + number, 652, f"2026-02-1{number}", 3) for number in range(5)]
    provider = stand_in(months={"GEDEvent_v26_0_1.csv": MONTHS["GEDEvent_v26_0_1.csv"]})
    provider.versions, provider.base = {"26.0.2": events}, base
    assert pull(case, provider).latest == date(2026, 1, 1)
    case.keys[KEY_VARIABLE] = SECRET
    assert pull(case, provider, DAYS[1]).latest == date(2026, 2, 1)
    assert cells(latest(case.places.store.read()))["SYR", date(2026, 2, 1)] == (15.0, "provisional")
    kept = [path for path in case.places.snapshots.folder.rglob("*") if path.is_file()]
    assert [path for path in kept if SECRET.encode() in path.read_bytes()] == []
    assert SECRET not in "".join(case.lines)


def test_a_wrong_token_is_told(case: PullCase) -> None:
    case.keys[KEY_VARIABLE] = "expired-token"
    done = pull(case, stand_in(months={}))
    (problem,) = done.kept_out["events"]
    assert ("401" in problem.sentence(), "expired-token" in problem.sentence()) == (True, False)


def test_pages_that_lead_in_circles_are_refused(case: PullCase) -> None:
    provider = stand_in(months={})
    provider.versions = {"26.0.1": [event(number, 652, "2026-01-02", 1) for number in range(4)]}
    case.keys[KEY_VARIABLE] = SECRET

    class Circle(UcdpStandIn):
        def __call__(self, asked: Any) -> Any:
            answer = super().__call__(asked)
            return type(answer)(answer.body.replace(b"page=3", b"page=2"), answer.content_type, answer.status)

    circle = Circle(provider.files, {"26.0.1": [*provider.versions["26.0.1"], event(9, 652, "2026-01-02", 1)]})
    done = pull(case, circle)
    assert "NextPageUrl 2" in done.kept_out["events"][0].sentence()


@pytest.mark.parametrize("kind", SPOILT)
def test_what_changed_is_kept_out(case: PullCase, kind: str) -> None:
    with serving({HOST: stand_in()}) as server:
        assert case.pull(server, DAYS[0]).good
        before = case.places.store.read()
        server.stand_ins[HOST] = spoilt(kind)
        done = case.pull(server, DAYS[1])
        assert set(done.kept_out) == {"events"}
        assert kind != "zip_bomb" or [each.key for each in done.kept_out["events"]] == ["source.fetch.too_large"]
        assert case.places.store.read().equals(before)
        server.stand_ins[HOST] = stand_in()
        assert case.pull(server, DAYS[2]).good


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("ged261-csv.zip", zip_of(csv_of([*HISTORY, event(9, 652, "2025-13-02", 1)])), "date_start.*2025-13-02"),
        ("ged261-csv.zip", zip_of(csv_of([*HISTORY, event(9, 652, "2025-12-02", 1, date_end="2025-12-01")])), "_end"),
        ("ged261-csv.zip", zip_of(csv_of([*HISTORY, event(9, 652, "2025-11-02", "")])), "best"),
        ("ged261-csv.zip", zip_of(csv_of([*HISTORY, event(9, 652, "2026-02-02", 1)])), "2026-02"),
        ("ged261-csv.zip", zip_of(csv_of(HISTORY).replace(b"Bar", b"\xff")), "UTF-8|utf-8"),
        ("GEDEvent_v26_0_8.csv", csv_of([event(9, 652, "2026-09-02", 1)]), "2026-09"),
        ("GEDEvent_v26_0_8/1", b'{"TotalPages": 1, "NextPageUrl": ""}', "Result"),
    ],
)  # fmt: skip
def test_what_is_not_laid_out_so_is_refused(name: str, content: bytes, says: str) -> None:
    with pytest.raises(SourceError, match=says) as caught:
        parsed(**{name: content})
    assert name in str(caught.value)


def test_an_unknown_country_is_told() -> None:
    with pytest.raises(PlaceError, match=r"9999.*GEDEvent_v26_0_8\.csv, column country_id"):
        parsed(**{"GEDEvent_v26_0_8.csv": csv_of([event(1, 9999, "2026-08-02", 1)])})


def test_historical_states_stand_under_what_kept_their_number() -> None:
    events = [event(number, country, "2025-12-02", 1) for number, country in enumerate((345, 365, 678, 490, 666))]
    assert {origin for origin, _ in parsed(**{"ged261.csv": csv_of(events)})} == {"SRB", "RUS", "YEM", "COD", "ISR"}


def test_an_own_copy_with_tags_and_other_columns_is_read(tmp_path: Path) -> None:
    header = ("iso3", "best", "low", "high", "country_id", "date_end", "date_start", "year", "id", "latitude")
    rows = [{"iso3": "#country+code", "id": "#id"}, *HISTORY]
    path = tmp_path / "conflict_data_syr.csv"
    path.write_bytes(csv_of(rows, header))
    found = cells(IMPORTERS["ucdp"](path, date(2026, 8, 1)))
    assert (found["SYR", date(2025, 10, 1)], len({period for _, period in found})) == ((42.0, "final"), 145)
    path.write_text("id,country\n1,Syria\n")
    with pytest.raises(HavreError, match="country_id"):
        IMPORTERS["ucdp"](path, date(2026, 8, 1))


def test_names_that_tell_nothing_or_nonsense_have_no_release() -> None:
    assert [release_of(name) for name in ("events.csv", "GEDEvent_v26_0_13.csv")] == [None, None]
    assert CANDIDATES.endswith("/")
