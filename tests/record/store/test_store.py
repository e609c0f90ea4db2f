"""The store opens on both databases, keeps all or nothing, and its backup restores into either."""

import hashlib
import json
import os
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import IntegrityError

from havre.errors import FileError, RecordError
from havre.record.log.entries import Entry, parse_entry
from havre.record.log.folder import Log
from havre.record.log.fsck import fsck
from havre.record.store.backup import restore_backup, write_backup
from havre.record.store.database import FILE, Store, open_store, read_time, written
from havre.record.store.outbox import flush, log_index, post
from havre.record.store.schema import CONTEST_TEXTS, CONTESTS, ORDER, OUTBOX, RELEASES
from tests.record.conftest import fresh_database
from tests.record.log.log_case import KEY, ORIGIN

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
ROW = {"id": "r1", "state": "draft", "author": "Ada", "created_at": written(AT), "changed_at": written(AT),
       "draft": "0" * 64, "version": 1}  # fmt: skip


def entry(number: int) -> Entry:
    return Entry("correction", AT, "r1", f"e{number}", {"number": number})


def test_tables_are_made_once_and_stay(store: Store, address: str | None, tmp_path: Path) -> None:
    with store.change() as connection:
        connection.execute(insert(RELEASES).values(**ROW))
    again = open_store(tmp_path / "record", address)
    with again.read() as connection:
        assert connection.execute(select(RELEASES.c.id)).scalars().all() == ["r1"]
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "0002"
    again.close()


def test_a_change_stands_whole_or_not_at_all(store: Store) -> None:
    def broken() -> None:
        with store.change() as connection:
            connection.execute(insert(RELEASES).values(**ROW))
            post(connection, entry(1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    with store.read() as connection:
        assert connection.execute(select(func.count()).select_from(RELEASES)).scalar_one() == 0
        assert connection.execute(select(func.count()).select_from(OUTBOX)).scalar_one() == 0


def test_a_state_that_is_none_is_refused_by_the_database(store: Store) -> None:
    from sqlalchemy.exc import IntegrityError

    for row, error in (({**ROW, "state": "lost"}, IntegrityError), (ROW | {"author": None}, IntegrityError)):
        with pytest.raises(error), store.change() as connection:
            connection.execute(insert(RELEASES).values(**row))


def test_a_database_of_a_later_version_is_refused(store: Store, address: str | None, tmp_path: Path) -> None:
    with store.change() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(RecordError, match="9999"):
        open_store(tmp_path / "record", address)


@pytest.mark.parametrize("wrong", ["", "mysql://x@y/z", "nonsense", "postgresql://nobody@/none?host=/nowhere"])
def test_a_wrong_address_is_told_without_its_password(wrong: str, tmp_path: Path) -> None:
    with pytest.raises(RecordError):
        open_store(tmp_path, wrong)
    with pytest.raises(RecordError) as caught:
        open_store(tmp_path, "mysql://ada:secret-word@y/z")
    assert "secret-word" not in str(caught.value)


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"rubbish" * 1000)
    with pytest.raises(RecordError, match="cannot be used"):
        open_store(tmp_path)


def test_entries_wait_for_the_log_and_are_appended_once(store: Store, tmp_path: Path) -> None:
    log = Log.create(tmp_path / "record" / "log", ORIGIN, [KEY])
    with store.change() as connection:
        for number in (1, 2, 2, 3):
            post(connection, entry(number))
    with store.read() as connection, pytest.raises(RecordError, match="e2"):
        log_index(connection, "e2")
    assert flush(store, log, [KEY], [KEY.verifier]) == 3
    assert flush(store, log, [KEY], [KEY.verifier]) == 0
    assert [parse_entry(data).id for data in log.entries()] == ["e1", "e2", "e3"]
    with store.read() as connection:
        assert [log_index(connection, f"e{number}") for number in (1, 2, 3)] == [0, 1, 2]


def test_a_crash_between_log_and_store_doubles_nothing(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = Log.create(tmp_path / "record" / "log", ORIGIN, [KEY])
    for number in range(6):
        with store.change() as connection:
            post(connection, entry(number))
        change: Callable[..., object] = Store.change

        def dies(_: Store) -> object:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            # The log has the entry, and the store never hears of it.
            patch.setattr(Store, "change", dies)
            with pytest.raises(KeyboardInterrupt):
                flush(store, log, [KEY])
        assert Store.change is change
        if number % 2:
            flush(store, log, [KEY])
    flush(store, log, [KEY])
    assert [parse_entry(data).id for data in log.entries()] == [f"e{number}" for number in range(6)]
    assert fsck(log.folder, [KEY.verifier]).problems == ()


def filled(store: Store) -> None:
    with store.change() as connection:
        connection.execute(insert(RELEASES).values(**ROW))
        post(connection, entry(1))
        contest = {"id": "c1", "state": "filed", "about": "x", "filed_at": written(AT), "version": 1}
        secrets = dict.fromkeys(("secret_salt", "secret_hash", "commitment"), "0" * 64)
        connection.execute(insert(CONTESTS).values(**contest, **secrets))


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_a_backup_restores_into_either_database(store: Store, tmp_path: Path, postgresql: str, target: str) -> None:
    filled(store)
    counts = write_backup(store, tmp_path / "backup.jsonl")
    assert (counts["releases"], counts["outbox"]) == (1, 1)
    other = open_store(tmp_path / "other", None if target == "sqlite" else fresh_database(postgresql))
    assert restore_backup(other, tmp_path / "backup.jsonl") == counts
    write_backup(other, tmp_path / "again.jsonl")
    assert (tmp_path / "again.jsonl").read_bytes() == (tmp_path / "backup.jsonl").read_bytes()
    with other.change() as connection:
        post(connection, entry(2))
    with pytest.raises(RecordError, match="already"):
        restore_backup(other, tmp_path / "backup.jsonl")
    other.close()


def test_a_damaged_backup_changes_nothing(store: Store, tmp_path: Path) -> None:
    filled(store)
    path = tmp_path / "backup.jsonl"
    write_backup(store, path)
    content = path.read_bytes()
    other = open_store(tmp_path / "other")
    for damaged in (content[:-30], content.replace(b"Ada", b"Eve"), b"", b"{}\n{}", content[len(content) // 2 :]):
        path.write_bytes(damaged)
        with pytest.raises(RecordError, match="backup"):
            restore_backup(other, path)
    with pytest.raises(FileError):
        restore_backup(other, tmp_path / "nothing")
    with other.read() as connection:
        assert all(connection.execute(select(func.count()).select_from(table)).scalar_one() == 0 for table in ORDER)
    other.close()


def test_a_backup_is_for_its_owner_alone(tmp_path: Path) -> None:
    opened = open_store(tmp_path / "record")
    write_backup(opened, tmp_path / "b")
    assert (tmp_path / "b").stat().st_mode & 0o077 == 0
    assert json.loads((tmp_path / "b").read_text().splitlines()[0]) == {"format": "havre-record-backup/1"}
    opened.close()


def test_what_people_wrote_is_for_the_owner_of_the_database_alone(tmp_path: Path) -> None:
    umask = os.umask(0o022)
    try:
        open_store(tmp_path).close()
    finally:
        os.umask(umask)
    file = tmp_path / FILE
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o664)
    store = open_store(tmp_path)
    with store.change():
        kept = {path.stat().st_mode & 0o777 for path in tmp_path.glob(f"{FILE}*")}
    store.close()
    assert kept == {0o660}


def test_sqlite_waits_for_another_writer_and_keeps_its_word(tmp_path: Path) -> None:
    opened = open_store(tmp_path)
    with sqlite3.connect(tmp_path / FILE) as raw:
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    raw.close()
    with opened.read() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
    opened.close()


def test_an_error_of_the_database_tells_nothing_of_what_was_written(store: Store) -> None:
    row = {"contest": "nothing", "salt": "", "why": "what somebody wrote", "evidence": "", "contact": "who"}
    with pytest.raises(IntegrityError) as caught, store.change() as connection:
        connection.execute(insert(CONTEST_TEXTS).values(**row))
    assert "what somebody wrote" not in str(caught.value)


def test_times_are_utc_and_come_back() -> None:
    local = AT.astimezone(timezone(timedelta(hours=5)))
    assert written(local) == "2026-11-24T12:00:00Z"
    assert read_time(written(local)) == AT


def test_what_is_no_text_is_told(store: Store) -> None:
    from havre.record.review import standing

    with pytest.raises(RecordError, match="is no text"), store.read() as connection:
        standing(connection, "\udcff")


def test_what_was_erased_is_in_no_journal(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    with store.change() as connection:
        connection.execute(text("CREATE TABLE words (word TEXT)"))
        connection.execute(text("INSERT INTO words VALUES ('Amina Karimi')"))
    with store.change() as connection:
        connection.execute(text("DELETE FROM words"))
    store.settle()
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    store.close()
    assert b"Amina" not in left


def test_a_backup_with_a_right_digest_and_wrong_rows_changes_nothing(tmp_path: Path) -> None:
    first = open_store(tmp_path / "first")
    filled(first)
    write_backup(first, tmp_path / "b")
    first.close()
    lines = (tmp_path / "b").read_bytes().splitlines()[:-1]
    other = open_store(tmp_path / "other")
    row = next(number for number, line in enumerate(lines) if line.startswith(b'["releases"'))
    name, values = json.loads(lines[row])
    for wrong in ({**values, "more": 1}, {**values, "state": "burnt"}, {"id": "x"}, 5,
                  {**values, "created_at": "not a time"}):  # fmt: skip
        body = b"\n".join([*lines[:row], json.dumps([name, wrong]).encode(), *lines[row + 1 :]]) + b"\n"
        end = json.dumps({"sha256": hashlib.sha256(body).hexdigest()}).encode()
        (tmp_path / "b").write_bytes(body + end + b"\n")
        with pytest.raises(RecordError, match="not a backup"):
            restore_backup(other, tmp_path / "b")
    with other.read() as connection:
        assert connection.execute(select(func.count()).select_from(RELEASES)).scalar_one() == 0
    other.close()


def test_a_database_that_was_begun_anew_takes_no_entry_of_the_old_one(tmp_path: Path) -> None:
    log = Log.create(tmp_path / "log", ORIGIN, [KEY])
    for name, when in (("old", 12), ("new", 13)):
        anew = open_store(tmp_path / name)
        with anew.change() as connection:
            post(connection, Entry("correction", datetime(2026, 11, 24, when, tzinfo=UTC), "r", "same", {}))
        if name == "old":
            assert flush(anew, log, [KEY]) == 1
        else:
            with pytest.raises(RecordError, match="another entry of the id same"):
                flush(anew, log, [KEY])
        anew.close()
    assert log.size == 1
