"""Floods are slowed; addresses can be tried against the hashes of no day but today; nobody is turned away by chance."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import insert, inspect, select, text

from havre.errors import RecordError
from havre.record.contest import Receipt, contests, file_contest, follow
from havre.record.contest_filing import file_now
from havre.record.contest_sources import forget_sources, slow
from havre.record.contest_texts import ContestText
from havre.record.store.backup import write_backup
from havre.record.store.database import Store, open_store, written
from havre.record.store.schema import CONTEST_SALTS, CONTEST_SOURCES
from tests.record.record_case import AT, SETTINGS, published

TEXT = ContestText("June was counted twice.")


def salts(store: Store) -> dict[str, str]:
    with store.read() as connection:
        return {str(day): str(salt) for day, salt, *_ in connection.execute(select(CONTEST_SALTS))}


def filed(store: Store, at: datetime, source: str = "192.0.2.1") -> Receipt:
    return file_now(store, SETTINGS, "r1", "release", TEXT, at, source=source)


@pytest.fixture
def open_to_contest(store: Store) -> Store:
    with store.change() as connection:
        published(connection)
    return store


def test_the_salt_is_random_and_gone_the_day_after(open_to_contest: Store) -> None:
    filed(open_to_contest, AT)
    [salt] = salts(open_to_contest).values()
    with open_to_contest.read() as connection:
        [kept] = connection.execute(select(CONTEST_SOURCES.c.source)).scalars()
    assert kept == sha256(f"{salt} 192.0.2.1".encode()).hexdigest()
    # What was public of old (day and name of the log) gives no hash any more.
    assert kept != sha256(f"{AT:%Y-%m-%d} {SETTINGS.origin} 192.0.2.1".encode()).hexdigest()
    filed(open_to_contest, AT + timedelta(hours=13))
    [later] = salts(open_to_contest).items()
    assert later[0] == "2026-11-25"
    assert later[1] != salt


def test_a_day_without_contests_forgets_too(open_to_contest: Store) -> None:
    filed(open_to_contest, AT)
    with open_to_contest.change() as connection:
        forget_sources(connection, AT + timedelta(days=2))
        assert connection.execute(select(CONTEST_SOURCES)).all() == []
    assert salts(open_to_contest) == {}


def test_no_backup_holds_a_salt(open_to_contest: Store, tmp_path: Path) -> None:
    filed(open_to_contest, AT)
    write_backup(open_to_contest, tmp_path / "backup")
    [salt] = salts(open_to_contest).values()
    assert salt.encode() not in (tmp_path / "backup").read_bytes()


def test_a_clock_that_goes_back_slows_and_loses_nothing(open_to_contest: Store) -> None:
    receipts = [filed(open_to_contest, AT + timedelta(days=days), f"10.0.0.{days}") for days in (0, 1, 0, -3)]
    with open_to_contest.read() as connection:
        assert len(contests(connection, SETTINGS)) == 4
        assert all(follow(connection, SETTINGS, each.code)[0].state == "filed" for each in receipts)


def test_a_limit_holds_for_whoever_tells_no_address(open_to_contest: Store) -> None:
    few = replace(SETTINGS, contests_a_day=3)
    with open_to_contest.change() as connection:
        for _ in range(3):
            file_contest(connection, few, "r1", "release", TEXT, AT)
        with pytest.raises(RecordError, match="2026-11-25T12:00"):
            file_contest(connection, few, "r1", "release", TEXT, AT)
        file_contest(connection, few, "r1", "release", TEXT, AT + timedelta(days=1, seconds=1))


def test_ten_thousand_in_a_minute_are_survived(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    settings = replace(SETTINGS, contests_a_day=300)
    accepted: list[Receipt] = []
    refused: set[str] = set()
    with store.change() as connection:
        published(connection)
        for number in range(10_000):
            at = AT + timedelta(milliseconds=6 * number)
            try:
                source = f"10.0.{number // 256}.{number % 256}"
                accepted.append(file_contest(connection, settings, "r1", "release", TEXT, at, source=source))
            except RecordError as error:
                refused.add(error.problems[0].key)
    assert refused == {"record.contest.too_many"}
    with store.read() as connection:
        assert len(accepted) == len(contests(connection, settings)) == settings.contests_a_day
        assert all(follow(connection, settings, each.code)[1] == TEXT for each in accepted[::100])
    store.close()


def test_many_at_once_are_all_accepted(open_to_contest: Store) -> None:
    with ThreadPoolExecutor(6) as pool:
        receipts = list(pool.map(lambda number: filed(open_to_contest, AT, f"10.0.0.{number}"), range(30)))
    with open_to_contest.read() as connection:
        assert len({each.id for each in receipts}) == len(contests(connection, SETTINGS)) == 30
    assert len(salts(open_to_contest)) == 1


def test_who_is_too_late_every_time_is_told(open_to_contest: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def clash(*_: object, **__: object) -> Receipt:
        raise RecordError("record.store.at_once")

    monkeypatch.setattr("havre.record.contest_filing.file_contest", clash)
    pauses: list[float] = []
    with pytest.raises(RecordError, match="same moment"):
        file_now(open_to_contest, SETTINGS, "r1", "release", TEXT, AT, pause=pauses.append)
    assert len(pauses) == 49
    assert max(pauses) <= 1


def test_a_database_of_the_first_version_is_brought_up_to_date(
    store: Store, address: str | None, tmp_path: Path
) -> None:
    with store.change() as connection:
        published(connection)
        connection.execute(insert(CONTEST_SOURCES).values(source="0" * 64, at=written(AT)))
        connection.execute(text("DROP TABLE contest_salts"))
        if address is not None:
            connection.execute(text("ALTER TABLE contests ALTER COLUMN remedy_id TYPE VARCHAR(200)"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    again = open_store(tmp_path / "record", address)
    with again.change() as connection:
        assert inspect(connection).has_table("contest_salts")
        assert connection.execute(select(CONTEST_SOURCES)).all() == []
        slow(connection, SETTINGS, "192.0.2.1", AT, bytes)
        if address is not None:
            kind = text(
                "SELECT data_type FROM information_schema.columns "
                "WHERE table_name = 'contests' AND column_name = 'remedy_id'"
            )
            assert connection.execute(kind).scalar_one() == "text"
    again.close()
