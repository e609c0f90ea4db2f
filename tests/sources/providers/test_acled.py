from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from havre.errors import HavreError, SourceError
from havre.panel.observations import check_observations
from havre.panel.vintage import latest
from havre.pull import Pulled
from havre.sources.catalogue import source
from havre.sources.importers import IMPORTERS
from havre.sources.providers.acled import Acled
from tests.sources.pull_case import PullCase, pull_case
from tests.sources.stand_ins.acled import (
    EVENTS,
    HOST,
    PASSWORD,
    SPOILT,
    TOKEN,
    USERNAME,
    AcledStandIn,
    event,
    spoilt,
    stand_in,
)  # fmt: skip
from tests.sources.stand_ins.server import serving

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
NEXT = NOON + timedelta(days=7)
SINCE = date(2025, 1, 1)
Cells = Mapping[tuple[str, str, date], tuple[float | None, str]]


@pytest.fixture
def case(tmp_path: Path) -> PullCase:
    made = pull_case(Acled(limit=2), tmp_path)
    made.keys = {"HAVRE_ACLED_USERNAME": USERNAME, "HAVRE_ACLED_PASSWORD": PASSWORD}
    return made


def cells(observations: pl.DataFrame) -> Cells:
    rows = check_observations(observations).select(
        "measure", "origin", "period", "value", pl.col("status").cast(pl.String)
    )
    return {(row[0], row[1], row[2]): (row[3], row[4]) for row in rows.iter_rows()}


def pull(case: PullCase, provider: AcledStandIn, at: datetime = NOON) -> Pulled:
    with serving({HOST: provider}) as server:
        return case.pull(server, at, since=SINCE)


def stored(case: PullCase) -> Cells:
    return cells(latest(case.places.store.read()))


def test_events_and_deaths_of_political_violence_by_country_and_month(case: PullCase) -> None:
    done = pull(case, stand_in())
    assert (done.good, done.landed, done.latest) == (True, 2, date(2026, 2, 1))
    found = stored(case)
    assert {key: value for key, value in found.items() if value[0]} == {
        ("conflict_deaths", "SYR", date(2025, 1, 1)): (15.0, "provisional"),
        ("conflict_events", "SYR", date(2025, 1, 1)): (2.0, "provisional"),
        # The protest of March does not count.
        ("conflict_deaths", "SYR", date(2025, 3, 1)): (5.0, "provisional"),
        ("conflict_events", "SYR", date(2025, 3, 1)): (1.0, "provisional"),
        ("conflict_deaths", "XKX", date(2025, 6, 1)): (2.0, "provisional"),
        ("conflict_events", "XKX", date(2025, 6, 1)): (1.0, "provisional"),
        ("conflict_deaths", "AFG", date(2025, 6, 1)): (40.0, "provisional"),
        ("conflict_events", "AFG", date(2025, 6, 1)): (1.0, "provisional"),
        ("conflict_deaths", "SYR", date(2026, 1, 1)): (6.0, "provisional"),
        ("conflict_events", "SYR", date(2026, 1, 1)): (1.0, "provisional"),
    }
    # The month that runs is left out; months without an event are zeros.
    assert found["conflict_deaths", "SYR", date(2026, 2, 1)] == (0.0, "imputed_zero")
    assert ("conflict_deaths", "SYR", date(2026, 3, 1)) not in found


def test_the_second_pull_asks_for_changes_only_and_lands_nothing(case: PullCase) -> None:
    with serving({HOST: stand_in()}) as server:
        first = case.pull(server, NOON, since=SINCE)
        server.forget()
        second = case.pull(server, NEXT, since=SINCE)
        asked = [each for each in server.asked if each.path != "/oauth/token"]
    assert (second.good, second.new, second.revised, second.unchanged) == (True, 0, 0, first.new)
    assert all(each.get("timestamp") or each.get("deleted_timestamp") for each in asked)
    with serving({HOST: stand_in()}) as server:
        third = case.pull(server, NEXT + timedelta(days=1), since=SINCE)
    assert (third.new, third.revised, third.skipped) == (0, 0, 2)


def test_changed_events_count_as_last_said_and_deleted_ones_no_more(case: PullCase) -> None:
    pull(case, stand_in())
    new = str(int(NOON.timestamp()))
    provider = stand_in([*EVENTS, event("SYR1", "Syria", 760, "2025-01-04", 20, timestamp=new)])
    provider.events = [row for row in provider.events if row["timestamp"] == new or row["event_id_cnty"] != "SYR1"]
    # Deleted after it was said, and said again after it was deleted.
    provider.deleted = [
        {"event_id_cnty": "SYR3", "deleted_timestamp": new},
        {"event_id_cnty": "SYR1", "deleted_timestamp": str(int(new) - 60)},
    ]
    done = pull(case, provider, NEXT)
    assert (done.good, done.revised) == (True, 3)
    found = stored(case)
    assert found["conflict_deaths", "SYR", date(2025, 1, 1)] == (23.0, "provisional")
    assert found["conflict_events", "SYR", date(2025, 3, 1)] == (0.0, "imputed_zero")


def test_after_three_months_a_year_is_fetched_anew(case: PullCase) -> None:
    pull(case, stand_in())
    with serving({HOST: stand_in()}) as server:
        assert case.pull(server, NOON + timedelta(days=91), since=SINCE).good
        assert not any(each.get("timestamp") for each in server.asked)


def test_neither_password_nor_token_is_kept_shown_or_logged(case: PullCase) -> None:
    with serving({HOST: stand_in()}) as server:
        case.pull(server, NOON, since=SINCE)
        assert not any(PASSWORD in str((each.path, each.query)) for each in server.asked)
    secrets = [word.encode() for word in (USERNAME, PASSWORD, TOKEN)]
    kept = [path for path in case.places.snapshots.folder.parent.rglob("*") if path.is_file()]
    assert len(kept) > 8
    assert [path for path in kept if any(secret in path.read_bytes() for secret in secrets)] == []
    # No name, place, coordinate or note either: they are not asked for.
    assert [path for path in kept if b"Somebody" in path.read_bytes() or b"A note" in path.read_bytes()] == []


def test_a_wrong_password_and_a_missing_one_are_told(case: PullCase) -> None:
    case.keys["HAVRE_ACLED_PASSWORD"] = "a-wrong-password"
    (problem,) = pull(case, stand_in()).failed
    assert (problem.key, "a-wrong-password" in problem.sentence()) == ("source.fetch.status", False)
    del case.keys["HAVRE_ACLED_PASSWORD"]
    assert [each.key for each in pull(case, stand_in()).failed] == ["source.key.missing"]


@pytest.mark.parametrize("kind", SPOILT)
def test_what_changed_is_kept_out(tmp_path: Path, kind: str) -> None:
    case = pull_case(Acled(limit=50), tmp_path)
    case.keys = {"HAVRE_ACLED_USERNAME": USERNAME, "HAVRE_ACLED_PASSWORD": PASSWORD}
    done = pull(case, spoilt(kind))
    assert "2025" in done.kept_out
    assert {period.year for _, _, period in stored(case)} <= {2026}
    # What could not be read is not taken for known: the next pull is whole.
    assert pull(case, stand_in(), NEXT).good


def test_an_account_that_reaches_nothing_is_told(case: PullCase) -> None:
    done = pull(case, spoilt("nothing"))
    assert {problem.key for problems in done.kept_out.values() for problem in problems} == {"source.acled.nothing"}


def test_an_expired_token_is_told_without_it(case: PullCase) -> None:
    class Expired(AcledStandIn):
        def __call__(self, asked):  # type: ignore[no-untyped-def]
            answer = super().__call__(asked)
            body = answer.body.replace(TOKEN[-10:].encode(), b"0000000000") if "token" in asked.path else answer.body
            return type(answer)(body, answer.content_type, answer.status)

    done = pull(case, Expired(EVENTS))
    sentences = [problem.sentence() for problem in done.kept_out["2025"]]
    assert "401" in sentences[0]
    assert "denied" in sentences[0]


def test_own_copies_are_read(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    pl.DataFrame([row for row in EVENTS if row["iso"] == "760"]).write_csv(path)
    found = cells(IMPORTERS["acled"](path, date(2026, 3, 1)))
    assert (found["conflict_deaths", "SYR", date(2025, 1, 1)][0], len(found)) == (15.0, 2 * 13)
    path.write_text("country,month\nSyria,2025-01\n")
    with pytest.raises(HavreError, match="event_id_cnty"):
        IMPORTERS["acled"](path, date(2026, 3, 1))


def test_monthly_tables_are_read_where_their_name_says_what_is_counted(tmp_path: Path) -> None:
    rows = {"Country": ["Syria", "Syria"], "ISO3": ["SYR", "SYR"], "Admin1": ["Aleppo", "Idleb"],
            "Month": ["January", "January"], "Year": [2025, 2025], "Events": [2, 3], "Fatalities": [10, 0]}  # fmt: skip
    good = tmp_path / "syria_political_violence_events_and_fatalities_by_month-year.xlsx"
    pl.DataFrame(rows).write_excel(good, worksheet="Data")
    found = cells(IMPORTERS["acled"](good, date(2026, 3, 1)))
    assert found["conflict_events", "SYR", date(2025, 1, 1)] == (5.0, "provisional")
    other = tmp_path / "syria_demonstration_events_by_month-year.xlsx"
    pl.DataFrame(rows).write_excel(other, worksheet="Data")
    with pytest.raises(SourceError, match="demonstration_events"):
        IMPORTERS["acled"](other, date(2026, 3, 1))


def test_the_terms_are_declared() -> None:
    terms = source("acled")
    assert (terms.display_only, terms.redistributable, terms.key) == (True, False, "needed")
