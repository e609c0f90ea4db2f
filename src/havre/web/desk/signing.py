"""Keys of people and of the log at the desk: kept as the encrypted files that they are, opened for one action each.

A key file holds the private key under a password (PBES2). The desk keeps the file, never the password: it is typed for
each action, the key is used once and forgotten. See ``docs/web-desk.md`` for what that does and does not protect.
"""

from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection

from havre.errors import HavreError
from havre.record.log.keys import Signer, Verifier, load_key, public_part
from havre.record.settings import RecordSettings
from havre.web.desk.accounts import Account, find_account, set_verifier
from havre.web.desk.passwords import AccountError
from havre.web.settings import WebSettings
from havre.whole_files import write_whole

FOLDER = "keys"
MOST_BYTES = 8_000
"""Bytes of a key file: real ones have about 600."""


def key_path(state: Path, account: Account) -> Path:
    """Where the key file of an account is kept: under its number, so that no name becomes a path."""
    return state / FOLDER / f"{account.number}.key"


def keep_key(
    connection: Connection, state: Path, settings: RecordSettings, account: Account, content: bytes, password: str
) -> Verifier:
    """Keep a key file for an account; an earlier one is replaced.

    What stands before the key in the file says whose it is, and anybody can write that: only who opens the key shows
    that it is theirs, and so that they may read what is for people of the record alone.

    Raises
    ------
    AccountError : it is too large or no encrypted key file, its key is not among the people of the record, or is kept
        for another account, or the password does not open it
    """
    if not content:
        raise AccountError("web.desk.no_key_file")
    if len(content) > MOST_BYTES:
        raise AccountError("web.desk.key_size", most=MOST_BYTES)
    path = key_path(state, account)
    new = path.with_suffix(".new")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        write_whole(new, content)
        new.chmod(0o600)
        verifier = _public(new)
        if verifier not in settings.people:
            raise AccountError("web.desk.key_unknown", name=verifier.name)
        other = find_account(connection, verifier=verifier.text)
        if other is not None and other.number != account.number:
            raise AccountError("web.desk.key_taken", name=verifier.name)
        _check_opens(new, password)
        set_verifier(connection, account, verifier.text)
        new.replace(path)
    finally:
        with suppress(OSError):
            new.unlink(missing_ok=True)
    return verifier


def _public(path: Path) -> Verifier:
    try:
        return public_part(path)
    except HavreError as error:
        raise AccountError("web.desk.key_file") from error


def _check_opens(path: Path, password: str) -> None:
    try:
        load_key(path, password)
    except HavreError as error:
        raise AccountError("web.desk.key_password") from error


def remove_key(connection: Connection, state: Path, account: Account) -> None:
    """Delete the key file of an account."""
    set_verifier(connection, account, None)
    key_path(state, account).unlink(missing_ok=True)


def open_key(state: Path, account: Account, password: str) -> Signer:
    """Open the key of an account for one action.

    Raises
    ------
    AccountError : none is kept, or the password is wrong
    """
    path = key_path(state, account)
    if account.verifier is None or not path.is_file():
        raise AccountError("web.desk.no_key")
    try:
        signer = load_key(path, password)
    except HavreError as error:
        raise AccountError("web.desk.key_password") from error
    if signer.verifier.text != account.verifier:
        raise AccountError("web.desk.key_file")
    return signer


def open_log_key(settings: WebSettings, typed: str) -> tuple[Signer, ...]:
    """Open the key of the log: with what was typed, else with the password that the site was started with.

    Returns
    -------
    tuple : empty where there is no key of the log here, or no password: what is decided then waits for the log

    Raises
    ------
    AccountError : the file is missing, or the password is wrong
    """
    password = typed or settings.log_key_password
    if settings.log_key_file is None or not password:
        return ()
    try:
        return (load_key(settings.log_key_file, password),)
    except HavreError as error:
        raise AccountError("web.desk.log_key_password") from error
