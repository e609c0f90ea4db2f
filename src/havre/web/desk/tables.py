"""Tables of the desk: accounts, sign-ins and the journal, in a file of their own beside the record.

They are no part of the record: what the record has to know of a person is their public key. Times are UTC, as text.
"""

from pathlib import Path

from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table, Text

from havre.errors import RecordError
from havre.record.store.database import Store, sqlite_engine

FILE = "desk.sqlite"
VERSION = 1
"""Number of this layout, which the file knows; a later version of Havre brings an older file up to date."""
METADATA = MetaData()

ACCOUNTS = Table(
    "accounts",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("roles", String(60), nullable=False),
    Column("password", String(300), nullable=False),
    Column("must_change", Integer, nullable=False),
    Column("created_at", String(20), nullable=False),
    Column("disabled_at", String(20)),
    Column("verifier", String(400), unique=True),
    Column("subject", String(255), unique=True),
)
"""``password``: hash of Argon2id; ``verifier``: public key of the kept key file; ``subject``: name at OpenID."""

SESSIONS = Table(
    "sessions",
    METADATA,
    Column("token", String(64), primary_key=True),
    Column("account", ForeignKey("accounts.number"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("started_at", String(20), nullable=False),
    Column("seen_at", String(20), nullable=False),
)
"""Sign-ins: of the token that the browser holds only the SHA-256 is kept."""

PENDING = Table(
    "pending",
    METADATA,
    Column("state", String(64), primary_key=True),
    Column("browser", String(64), nullable=False),
    Column("nonce", String(128), nullable=False),
    Column("verifier", String(128), nullable=False),
    Column("language", String(2), nullable=False),
    Column("target", String(300), nullable=False),
    Column("at", String(20), nullable=False),
)
"""Sign-ins by OpenID Connect that were begun and are not back yet."""

JOURNAL = Table(
    "journal",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("at", String(20), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("detail", Text, nullable=False),
)
"""What was done at the desk. Triggers refuse to change or delete a row."""

_REFUSED = "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
_APPEND_ONLY = (
    f"CREATE TRIGGER IF NOT EXISTS journal_stays BEFORE UPDATE ON journal {_REFUSED}",
    f"CREATE TRIGGER IF NOT EXISTS journal_is_kept BEFORE DELETE ON journal {_REFUSED}",
)


def open_desk_store(state: Path) -> Store:
    """Open the tables of the desk, made where there are none; the folder is its owner's alone.

    Raises
    ------
    RecordError : the file cannot be used, or was made by a later version
    """
    new = not state.exists()
    engine = sqlite_engine(state / FILE)
    if new:
        state.chmod(0o700)
    store = Store(engine)
    try:
        with store.change() as connection:
            _check_version(int(connection.exec_driver_sql("PRAGMA user_version").scalar_one()))
            METADATA.create_all(connection)
            for line in _APPEND_ONLY:
                connection.exec_driver_sql(line)
            connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")
    except RecordError:
        store.close()
        raise
    return store


def _check_version(found: int) -> None:
    if found > VERSION:
        raise RecordError("record.store.newer", found=found, newest=VERSION)
