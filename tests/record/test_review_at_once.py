"""Two reviewers, or two authors, who decide at the same moment: one of them is refused, and nothing is mixed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import select

from havre.errors import RecordError
from havre.record.draft import draft_digest
from havre.record.log.entries import parse_entry
from havre.record.log.keys import new_key
from havre.record.publication import Record, open_record
from havre.record.review import add_note, approve, refuse, standing, submit, withdraw
from havre.record.store.schema import REVIEWS
from tests.record.log.log_case import KEY
from tests.record.published_case import drafted, made_record, published_release
from tests.record.record_case import ADA, AT, NOOR

ZOE = new_key("havre.example/zoe", bytes([4] * 32))
Act = Callable[[Record], None]


def at_once(record: Record, *acts: Act) -> list[str]:
    """Let each act in a thread of its own; give what each was told, nothing for who succeeded."""
    start = Barrier(len(acts))

    def one(act: Act) -> str:
        start.wait()
        try:
            act(record)
        except RecordError as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(one, acts))


@pytest.mark.parametrize("turn", range(3))
def test_one_approves_while_another_refuses(tmp_path: Path, address: str | None, turn: int) -> None:
    made_record(tmp_path / "record", address)
    with open_record(tmp_path / "record", address) as record:
        drafted(record, "r-1")
        digest = draft_digest(record.draft("r-1"))
        with record.store.change() as connection:
            submit(connection, "r-1", digest, ADA, AT)

        def yes(held: Record) -> None:
            with held.store.change() as connection:
                add_note(connection, "r-1", "Read with care.", NOOR, AT)
                approve(connection, "r-1", digest, NOOR, AT)

        def no(held: Record) -> None:
            with held.store.change() as connection:
                refuse(connection, "r-1", "The input of May is missing.", ZOE, AT)

        told = at_once(record, *((yes, no) if turn % 2 else (no, yes)))
        assert sorted(bool(each) for each in told) == [False, True]
        assert any("at the same moment" in each or "that takes one that is in review" in each for each in told)
        with record.store.read() as connection:
            [decision] = connection.execute(select(REVIEWS.c.decision)).scalars()
            assert standing(connection, "r-1").state == decision
        record.flush([KEY])
        kinds = [parse_entry(data).kind for data in record.log.entries()]
        assert kinds == ["release_submitted", f"release_{'reviewed' if decision == 'approved' else 'refused'}"]


def test_two_withdraw_and_it_is_withdrawn_once(tmp_path: Path, address: str | None) -> None:
    made_record(tmp_path / "record", address)
    with open_record(tmp_path / "record", address) as record:
        published_release(record)

        def take_back(held: Record) -> None:
            with held.store.change() as connection:
                withdraw(connection, "r-1", "A wrong input was found in it.", NOOR, AT)

        assert sorted(bool(each) for each in at_once(record, take_back, take_back)) == [False, True]
        record.flush([KEY])
        assert [parse_entry(data).kind for data in record.log.entries()].count("release_withdrawn") == 1
