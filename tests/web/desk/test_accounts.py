"""Accounts, passwords, throttle and journal by themselves."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from havre.errors import HavreError, RecordError
from havre.record.store.database import Store
from havre.web.desk.accounts import (
    account_of,
    accounts,
    add_account,
    disable,
    enable,
    find_account,
    set_password,
    set_roles,
    set_subject,
)
from havre.web.desk.journal import count_noted, note, noted
from havre.web.desk.passwords import AccountError, Passwords, check_password
from havre.web.desk.sessions import masked, unmasked
from havre.web.desk.tables import FILE, open_desk_store
from havre.web.desk.throttle import MOST, SECONDS, Throttle
from tests.record.record_case import AT
from tests.web.desk.desk_case import PASSWORD

PASSWORDS = Passwords(8, 1)
BY = "(console)"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_desk_store(tmp_path / "state")
    yield opened
    opened.close()


@pytest.fixture
def connection(store: Store) -> Iterator[Connection]:
    with store.change() as made:
        yield made


def added(connection: Connection, name: str, *roles: str) -> None:
    add_account(connection, PASSWORDS, name, roles, PASSWORD, AT, by=BY)


def keys_of(error: HavreError) -> list[str]:
    return [each.key.removeprefix("web.account.") for each in error.problems]


@pytest.mark.parametrize(
    ("name", "roles", "password", "keys"),
    [
        ("noor", ("reviewer",), PASSWORD, ["there"]),
        (" NOOR ", ("reviewer",), PASSWORD, ["there"]),
        ("a b", ("reviewer",), PASSWORD, ["name"]),
        ("../x", ("reviewer",), PASSWORD, ["name"]),
        ("(console)", ("reviewer",), PASSWORD, ["name"]),
        ("x" * 65, (), "short", ["name", "role", "password_length"]),
        ("ada", ("king", "reviewer"), "x" * 201, ["role", "password_length"]),
        ("ada", ("author",), "Ada is my name", ["password_easy"]),
        ("ada", ("author",), "abababababab", ["password_easy"]),
    ],
)
def test_everything_that_is_wrong_is_told_at_once(
    connection: Connection, name: str, roles: tuple[str, ...], password: str, keys: list[str]
) -> None:
    added(connection, "noor", "reviewer")
    with pytest.raises(AccountError) as error:
        add_account(connection, PASSWORDS, name, roles, password, AT, by=BY)
    assert keys_of(error.value) == keys
    assert len(accounts(connection)) == 1


def test_somebody_always_manages_accounts_and_nobody_their_own(connection: Connection) -> None:
    added(connection, "root", "administrator")
    added(connection, "noor", "reviewer", "administrator")
    root, noor = account_of(connection, "root"), account_of(connection, "noor")
    with pytest.raises(AccountError, match="own account"):
        disable(connection, root, AT, by="root")
    disable(connection, noor, AT, by="root")
    with pytest.raises(AccountError, match="last administrator"):
        disable(connection, root, AT, by=BY)
    with pytest.raises(AccountError, match="last administrator"):
        set_roles(connection, root, ["author"], AT, by=BY)
    enable(connection, noor, AT, by=BY)
    set_roles(connection, root, ["author"], AT, by="noor")
    assert account_of(connection, "root").roles == ("author",)
    with pytest.raises(AccountError, match="no account"):
        account_of(connection, "nobody")


def test_a_name_at_a_provider_belongs_to_one_account(connection: Connection) -> None:
    added(connection, "ada", "author")
    added(connection, "noor", "reviewer")
    set_subject(connection, account_of(connection, "noor"), " person-7 ", AT, by=BY)
    with pytest.raises(AccountError, match="noor"):
        set_subject(connection, account_of(connection, "ada"), "person-7", AT, by=BY)
    with pytest.raises(AccountError):
        set_subject(connection, account_of(connection, "ada"), "a\nb", AT, by=BY)
    found = find_account(connection, subject="person-7")
    assert found is not None
    assert found.name == "noor"
    set_subject(connection, found, "", AT, by=BY)
    set_subject(connection, account_of(connection, "ada"), "", AT, by=BY)
    assert find_account(connection, subject="") is None


def test_a_password_is_kept_as_argon2id_and_compared(connection: Connection) -> None:
    added(connection, "noor", "reviewer")
    noor = account_of(connection, "noor")
    assert noor.password.startswith("$argon2id$v=19$m=8,t=1,p=1$")
    assert "argon2" not in repr(noor)
    assert PASSWORDS.fits(noor.password, PASSWORD)
    assert [PASSWORDS.fits(hashed, text) for hashed, text in ((noor.password, "x"), (None, ""), ("", PASSWORD),
            ("damaged", PASSWORD), (None, "the password of nobody"))] == [False] * 5  # fmt: skip
    assert PASSWORDS.is_outdated(noor.password) is False
    assert Passwords(16, 1).is_outdated(noor.password) is True
    set_password(connection, PASSWORDS, noor, "another long password", AT, by="root")
    assert account_of(connection, "noor").must_change
    set_password(connection, PASSWORDS, noor, "another long password", AT, by="noor")
    assert not account_of(connection, "noor").must_change
    check_password("motspassés en été", "noor")


def test_the_journal_only_grows(store: Store) -> None:
    with store.change() as connection:
        note(connection, "noor", "approve", AT, "r-1", "x" * 5_000)
        added(connection, "noor", "reviewer")
        assert [(each.kind, each.actor, len(each.detail)) for each in noted(connection, 10)] == [
            ("account_added", BY, 8), ("approve", "noor", 2_000),
        ]  # fmt: skip
    for line in ("DELETE FROM journal", "UPDATE journal SET actor = 'x'"):
        with pytest.raises(Exception, match="append-only"), store.change() as connection:
            connection.exec_driver_sql(line)
    with store.read() as connection:
        assert count_noted(connection) == 2
        with pytest.raises(AssertionError):
            note(connection, "noor", "something", AT)


def test_the_folder_is_its_owners_and_a_later_file_is_refused(store: Store, tmp_path: Path) -> None:
    state = tmp_path / "state"
    assert state.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o077 for path in state.iterdir()} == {0}
    with store.change() as connection:
        connection.exec_driver_sql("PRAGMA user_version = 7")
    with pytest.raises(RecordError):
        open_desk_store(state)
    assert (state / FILE).is_file()


def test_tries_are_counted_by_account_and_caller_together_and_apart() -> None:
    now = [0.0]
    throttle = Throttle(lambda: now[0])
    assert [throttle.begin("noor", "here") for _ in range(MOST["both"] + 1)] == [0] * MOST["both"] + [SECONDS]
    assert throttle.begin("noor", "there") == throttle.begin("ada", "here") == 0
    assert not any(throttle.begin(f"guess-{number}", "here") for number in range(MOST["caller"] - MOST["both"] - 1))
    assert throttle.begin("somebody", "here") > 0
    assert not any(throttle.begin("noor", f"caller-{number}") for number in range(MOST["account"] - MOST["both"] - 1))
    assert throttle.begin("noor", "elsewhere") > 0
    now[0] = SECONDS + 1
    assert throttle.begin("noor", "here") == 0


def test_a_try_that_is_right_or_none_is_not_counted() -> None:
    throttle = Throttle(lambda: 0.0)
    for _ in range(2 * MOST["account"]):
        assert throttle.begin("ada", "home") == 0
        throttle.take_back("ada", "home")
    for _ in range(MOST["both"] - 1):
        throttle.begin("ada", "home")
    throttle.begin("ada", "home")
    throttle.succeeded("ada", "home")
    assert [throttle.begin("ada", "home") for _ in range(MOST["both"])] == [0] * MOST["both"]
    # What failed before counts on for the caller, whoever it tries.
    others = [throttle.begin(f"guess-{number}", "home") for number in range(MOST["caller"])]
    assert others.count(0) == MOST["caller"] - 2 * MOST["both"] + 1


@given(st.binary(min_size=32, max_size=32))
def test_a_masked_secret_is_read_back(secret: bytes) -> None:
    assert unmasked(masked(secret.hex())) == secret.hex()


@given(st.text(max_size=200))
def test_anything_else_is_no_secret(text: str) -> None:
    assert unmasked(text) == "" or len(text) >= 128
