"""``havre record``: makes a record, shows how it stands, backs its database up and restores it."""

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from havre.cli import record_options as options
from havre.cli import record_witness
from havre.cli.console import stdout, write_json
from havre.cli.options import Json
from havre.cli.record_options import RECORD, RecordFolder
from havre.cli.release_view import tell

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from havre.record.log.keys import Signer, Verifier
    from havre.record.publication import Record

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
app.add_typer(record_witness.app, name="witness", help=tell("record.witness_help"))


def public_key(text: str) -> "Verifier":
    """Read a public key: its text, or a file that holds it, such as a key that `havre key new` wrote.

    Raises
    ------
    RecordError : it is none
    FileError : the file cannot be read
    """
    from havre.errors import FileError
    from havre.record.log.keys import parse_verifier

    # A key is longer than the name of a file may be, and then there is none of this name.
    path = Path(text)
    try:
        if len(text) > 200 or not path.is_file():
            return parse_verifier(text)
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise FileError("file.damaged", path=path, expected="name+id+key", reason=str(error)) from error
    told = [line.removeprefix(_PUBLIC) for line in lines if line.startswith(_PUBLIC)]
    return parse_verifier((told or lines or [""])[0])


_PUBLIC = "Public-Key: "
"""How the line of a key file begins that tells the public key."""


@app.command(help=tell("record.new"))
def new(
    log_key_file: Annotated[
        Path,
        typer.Option("--log-key-file", metavar="FILE", envvar="HAVRE_LOG_KEY_FILE", help=tell("record.log_key_file")),
    ],
    person: Annotated[list[str] | None, typer.Option("--person", metavar="KEY", help=tell("record.person"))] = None,
    origin: Annotated[str | None, typer.Option("--origin", metavar="NAME", help=tell("record.origin"))] = None,
    record: RecordFolder = RECORD,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Make a record."""
    from havre.record.folder import check_free

    check_free(record)
    people = tuple(dict.fromkeys(public_key(text) for text in person or ()))
    log_key = options.signer(log_key_file, "HAVRE_LOG_KEY_PASSWORD")
    _made(record, origin or log_key.name, log_key, people)
    told = {"record": record, "origin": origin or log_key.name, "log_key": log_key.verifier.text,
            "people": [each.name for each in people]}  # fmt: skip
    if as_json:
        write_json(told)
        return
    for key in ("made", "keep") if people else ("made", "keep", "nobody"):
        stdout().print(tell(f"record.{key}", path=record, origin=told["origin"]), soft_wrap=True, markup=False)
    typer.echo(log_key.verifier.text)


def _made(folder: Path, origin: str, log_key: "Signer", people: "tuple[Verifier, ...]") -> None:
    """Make a record under a temporary name, then rename it: it is there whole or not at all.

    Raises
    ------
    RecordError : the database cannot be used, or holds another record
    FileError : it cannot be written
    """
    from dataclasses import replace

    from havre.errors import FileError
    from havre.record.publication import create_record
    from havre.record.settings import read_settings, write_settings

    address = os.environ.get("HAVRE_DATABASE_URL") or None
    try:
        folder.absolute().parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.absolute().parent))
    except OSError as error:
        raise FileError("file.not_writable", path=folder, reason=error.strerror or str(error)) from error
    try:
        _check_empty(building, address)
        create_record(building, origin, log_key, [], address)
        write_settings(building, replace(read_settings(building), people=people))
        # Drafts and what people wrote to contest stand in it.
        building.chmod(0o700)
        if folder.exists():
            folder.rmdir()
        building.rename(folder)
    except OSError as error:
        raise FileError("file.not_writable", path=folder, reason=error.strerror or str(error)) from error
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _check_empty(folder: Path, address: str | None) -> None:
    """Check that the database belongs to no other record.

    Raises
    ------
    RecordError : it holds something, or cannot be used
    """
    from sqlalchemy import func, select

    from havre.errors import RecordError
    from havre.record.store.database import open_store
    from havre.record.store.schema import ORDER

    store = open_store(folder, address)
    try:
        with store.read() as connection:
            held = sum(connection.execute(select(func.count()).select_from(each)).scalar_one() for each in ORDER)
    finally:
        store.close()
    if held:
        raise RecordError("record.store.not_empty", rows=held)


@app.command(help=tell("record.show"))
def show(record: RecordFolder = RECORD, as_json: Json = False) -> None:  # noqa: FBT002 - a flag of the command line
    """Show how a record stands."""
    with options.opened(record) as held:
        now = _state(held)
    if as_json:
        write_json(asdict(now))
        return
    for line in _lines(now):
        stdout().print(line, soft_wrap=True, markup=False)


@dataclass(frozen=True)
class RecordState:
    """How a record stands.

    Parameters
    ----------
    size : entries of the log
    waiting : entries that wait for it
    not_in_log : entries that the store says are in it, and that it does not hold
    not_in_store : entries of the log that the store does not know, but for those that a crash left unnoted
    interrupted : releases that are published and have no folder yet
    late : contests of which a time was missed
    """

    record: Path
    origin: str
    database: str
    size: int
    waiting: int
    not_in_log: int
    not_in_store: int
    log_keys: tuple[str, ...]
    people: tuple[str, ...]
    witnesses: tuple[tuple[str, str], ...]
    witnesses_needed: int
    releases: Mapping[str, int]
    interrupted: tuple[str, ...]
    contests: Mapping[str, int]
    late: int


def _state(held: "Record") -> RecordState:
    from havre.record.contest import contests
    from havre.record.review import all_standing
    from havre.record.store.outbox import logged, waiting

    at = options.clock()
    with held.store.read() as connection:
        releases, filed = all_standing(connection), contests(connection, held.settings)
        waits, differing, noted = waiting(connection), unlogged(connection, held), logged(connection)
    return RecordState(
        record=held.folder,
        origin=held.settings.origin,
        database=held.store.engine.dialect.name,
        size=held.log.size,
        waiting=waits,
        not_in_log=differing,
        not_in_store=max(0, held.log.size - noted - waits),
        log_keys=tuple(each.text for each in held.settings.log_keys),
        people=tuple(each.text for each in held.settings.people),
        witnesses=tuple((key.text, address) for key, address in held.settings.witnesses),
        witnesses_needed=held.settings.witnesses_needed,
        releases=dict(Counter(each.state for each in releases)),
        interrupted=tuple(each.id for each in releases if each.manifest and not held.release(each.id).is_dir()),
        contests=dict(Counter(each.state for each in filed)),
        late=sum(bool(each.late(at)) for each in filed),
    )


def unlogged(connection: "Connection", held: "Record") -> int:
    """Count the entries of which the store says that they are in the log, where the log holds another or none."""
    from sqlalchemy import select

    from havre.record.store.schema import OUTBOX

    size = held.log.size
    query = select(OUTBOX.c.data, OUTBOX.c.log_index).where(OUTBOX.c.log_index.is_not(None))
    told = {int(index): bytes(data) for data, index in connection.execute(query)}
    inside = {index: data for index, data in told.items() if index < size}
    wrong = len(told) - len(inside)
    if inside:
        first, last = min(inside), max(inside)
        logged = enumerate(held.log.entries(first, last + 1), start=first)
        wrong += sum(index in inside and inside[index] != data for index, data in logged)
    return wrong


def _lines(now: RecordState) -> Iterator[str]:
    yield tell("record.is", record=now.record, origin=now.origin, size=now.size, database=now.database)
    keys = {"people": now.people, "log_keys": now.log_keys, "witnesses": tuple(key for key, _ in now.witnesses)}
    for name, found in keys.items():
        yield tell(f"record.{name}", count=len(found))
        yield from (f"  {key}" for key in found)
    yield tell("record.releases", states=_counts("state", now.releases))
    yield tell("record.contests", states=_counts("contest", now.contests))
    if now.late:
        yield tell("record.late", count=now.late)
    if now.waiting:
        yield options.tell("options.waiting", count=now.waiting)
    if now.interrupted:
        yield tell("record.interrupted", names=", ".join(now.interrupted))
    if now.not_in_log:
        yield tell("record.not_in_log", count=now.not_in_log)
    if now.not_in_store:
        yield tell("record.not_in_store", count=now.not_in_store)


def _counts(words: str, counts: Mapping[str, int]) -> str:
    return ", ".join(f"{tell(f'{words}.{state}')} {number}" for state, number in counts.items()) or "–"


@app.command(help=tell("record.backup"))
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=tell("record.backup_file"))],
    record: RecordFolder = RECORD,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Write the database into a file."""
    from havre.errors import FileError
    from havre.record.store.backup import write_backup

    if file.exists():
        raise FileError("file.exists", path=file)
    # What people wrote to contest a figure stands in it: nobody else may read it, not even while it is written.
    umask = os.umask(0o077)
    try:
        with options.opened(record) as held:
            counts = write_backup(held.store, file)
    finally:
        os.umask(umask)
    _tell_rows("record.backed_up", file, counts, as_json=as_json)


@app.command(help=tell("record.restore"))
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=tell("record.restore_file"))],
    record: RecordFolder = RECORD,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Fill an empty database from a backup."""
    from havre.record.store.backup import restore_backup

    with options.opened(record) as held:
        counts = restore_backup(held.store, file)
        with held.store.read() as connection:
            differing = unlogged(connection, held)
    _tell_rows("record.restored", file, counts, as_json=as_json)
    if differing:
        typer.echo(tell("record.not_in_log", count=differing), err=True)
        raise typer.Exit(1)


def _tell_rows(key: str, file: Path, counts: dict[str, int], *, as_json: bool) -> None:
    if as_json:
        write_json({"file": file, "rows": counts})
        return
    stdout().print(tell(key, path=file, rows=sum(counts.values())), soft_wrap=True, markup=False)
    if key == "record.backed_up":
        stdout().print(tell("record.personal"), soft_wrap=True)
