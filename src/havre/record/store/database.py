"""Opens the store: SQLite in the record folder or a PostgreSQL by its address; brings its tables up to date."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from sqlite3 import OperationalError as SqliteOperationalError
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from havre.errors import RecordError

FILE = "record.sqlite"
BUSY_SECONDS = 30
CONNECT_SECONDS = 10
"""How long a server may take to answer at all."""
LEAST_FREE = 1_000_000
"""Bytes below which a disk counts as full where something cannot be written."""
SERIALIZATION_FAILURE = "40001"
"""SQLSTATE of PostgreSQL where two transactions decided on the same thing at once."""
_TIME = "%Y-%m-%dT%H:%M:%SZ"


class Store:
    """The database of a record."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def change(self) -> Iterator[Connection]:
        """Give a connection within a transaction: all that is done with it stands at the end, or nothing.

        Raises
        ------
        RecordError : the database cannot be reached or written
        """
        try:
            with self.engine.begin() as connection:
                yield connection
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) == SERIALIZATION_FAILURE:
                raise RecordError("record.store.at_once") from error
            raise RecordError("record.store.unusable", reason=_reason(self.engine, error)) from error
        except (UnicodeError, DataError) as error:
            # Half of a letter, as a terminal gives for bytes that are no text, or a zero byte.
            raise RecordError("record.store.no_text", reason=str(error).splitlines()[0]) from error

    read = change

    def settle(self) -> None:
        """Write what was changed into the file itself, so that what was erased is in no journal beside it either.

        Where somebody reads at that moment, or the disk is full, the next one who changes something does it.
        """
        if self.engine.dialect.name == "sqlite":
            with suppress(OperationalError, SqliteOperationalError), self.engine.connect() as connection:
                raw = connection.connection.dbapi_connection
                assert raw is not None  # noqa: S101 - a connection that is open has one
                raw.commit()
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def open_store(folder: Path, address: str | None = None) -> Store:
    """Open the store of a record, and make or renew its tables.

    Parameters
    ----------
    folder : the record folder, in which the SQLite file stands
    address : of a PostgreSQL, such as ``postgresql://user@host/name``; ``None`` for SQLite

    Raises
    ------
    RecordError : the address is wrong, the database cannot be reached, or was made by a later version
    """
    engine = sqlite_engine(folder / FILE) if address is None else _server(address)
    try:
        _migrate(engine)
    except (OperationalError, DBAPIError) as error:
        engine.dispose()
        raise RecordError("record.store.unusable", reason=_reason(engine, error)) from error
    except RecordError:
        engine.dispose()
        raise
    return Store(engine)


def _reason(engine: Engine, error: DBAPIError) -> str:
    """Tell why a database cannot be used; SQLite calls a full disk an error of reading and writing."""
    told = str(error.orig).strip()
    if engine.dialect.name == "sqlite":
        with suppress(OSError):
            disk = os.statvfs(Path(str(engine.url.database)).parent)
            if disk.f_bavail * disk.f_frsize < LEAST_FREE:
                return f"{told} ({disk.f_bavail * disk.f_frsize:,} bytes free on its disk)"
    return told


def _server(address: str) -> Engine:
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise RecordError("record.store.address", address=address.rsplit("@", maxsplit=1)[-1]) from error
    if url.get_backend_name() != "postgresql":
        raise RecordError("record.store.address", address=url.render_as_string(hide_password=True))
    # Whoever changes a record reads first what it decides by: serializable makes of two at once one that fails.
    # What people wrote must not stand in an error, and so in the log of whoever shows it (``hide_parameters``).
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        poolclass=NullPool,
        isolation_level="SERIALIZABLE",
        connect_args={"connect_timeout": CONNECT_SECONDS} if "connect_timeout" not in url.query else {},
        hide_parameters=True,
    )


def sqlite_engine(path: Path) -> Engine:
    """Open an SQLite file, made where there is none, that its owner alone can read and that is whole after a crash.

    Raises
    ------
    RecordError : it cannot be made
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _keep_private(path)
    except OSError as error:
        raise RecordError("record.store.unusable", reason=error.strerror or str(error)) from error
    timeout = {"timeout": BUSY_SECONDS}
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool, connect_args=timeout, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _settings(connection: SqliteConnection, _: Any) -> None:
        # Transactions are begun below, at once for writing, so that two writers wait for each other and never clash.
        connection.isolation_level = None
        for line in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON",
                     "PRAGMA secure_delete=ON"):  # fmt: skip
            connection.execute(line).close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _keep_private(path: Path) -> None:
    """Let nobody else read what people wrote to contest: a new file is its owner's alone, an old one loses others.

    A group that shares the file keeps its rights. SQLite gives the files beside it the same rights.
    """
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    elif (mode := path.stat().st_mode) & 0o007:
        # Where it belongs to somebody else, only they can.
        with suppress(PermissionError):
            path.chmod(mode & 0o770)


def _migrate(engine: Engine) -> None:
    # Loaded when a store is opened: a site shows its first page before.
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    with as_file(files("havre.record.store") / "migrations") as scripts, engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(scripts).replace("%", "%%"))
        config.attributes["connection"] = connection
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        present = MigrationContext.configure(connection).get_current_revision()
        if present is not None and present not in known:
            raise RecordError("record.store.newer", found=present, newest=max(known))
        if present != max(known):
            command.upgrade(config, "head")


def written(at: datetime) -> str:
    """Write a time for the store: UTC, whole seconds."""
    return at.astimezone(UTC).strftime(_TIME)


def read_time(text: str) -> datetime:
    """Read a time of the store."""
    return datetime.strptime(text, _TIME).replace(tzinfo=UTC)
