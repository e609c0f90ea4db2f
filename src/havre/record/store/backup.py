"""One file with everything that the store holds, which restores into either kind of database."""

import base64
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from havre.errors import FileError, RecordError
from havre.record.store.database import Store, read_time
from havre.record.store.schema import ORDER
from havre.whole_files import write_whole

FORMAT = "havre-record-backup/1"


def write_backup(store: Store, path: Path) -> dict[str, int]:
    """Write all tables as they are at one moment: lines of JSON, the last one with the SHA-256 of those before.

    Returns
    -------
    dict : rows by table

    Raises
    ------
    FileError : the file cannot be written; nothing is left behind
    """
    lines = [json.dumps({"format": FORMAT})]
    counts: dict[str, int] = {}
    with store.read() as connection:
        for table in ORDER:
            rows = connection.execute(select(table).order_by(*table.primary_key.columns)).mappings().all()
            counts[table.name] = len(rows)
            lines += [json.dumps([table.name, {name: _plain(value) for name, value in row.items()}]) for row in rows]
    body = "".join(f"{line}\n" for line in lines).encode()
    write_whole(path, body + json.dumps({"sha256": hashlib.sha256(body).hexdigest()}).encode() + b"\n")
    path.chmod(0o600)
    return counts


def restore_backup(store: Store, path: Path) -> dict[str, int]:
    """Fill an empty store from a backup, whole or not at all.

    Raises
    ------
    FileError : there is no such file
    RecordError : the file is damaged or not a backup, or the store is not empty
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileError("file.missing", path=path) from error
    rows = _rows(content, path)
    try:
        return _filled(store, rows)
    except (SQLAlchemyError, ValueError, KeyError, TypeError) as error:
        # The digest of a backup is no signature: rows may be anything.
        raise RecordError("record.store.backup", path=path) from error


def _filled(store: Store, rows: Sequence[tuple[str, dict[str, Any]]]) -> dict[str, int]:
    with store.change() as connection:
        held = sum(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in ORDER)
        if held:
            raise RecordError("record.store.not_empty", rows=held)
        counts = {table.name: 0 for table in ORDER}
        for table in ORDER:
            own = [row for name, row in rows if name == table.name]
            if any(set(row) != set(table.c.keys()) for row in own):
                raise ValueError(table.name)
            if own:
                connection.execute(insert(table), own)
            counts[table.name] = len(own)
            if connection.dialect.name == "postgresql" and "number" in table.c:
                sequence = f"SELECT setval(pg_get_serial_sequence('{table.name}', 'number'), :last, :called)"
                last = max((int(row["number"]) for row in own), default=0)
                connection.execute(text(sequence), {"last": max(last, 1), "called": last > 0})
        for table in ORDER:
            # A time that is none would be found by whoever reads it later.
            times = [column for column in table.c if column.name == "at" or column.name.endswith("_at")]
            for row in connection.execute(select(*times)) if times else ():
                for value in row:
                    if value is not None:
                        read_time(value)
    return counts


def _rows(content: bytes, path: Path) -> list[tuple[str, dict[str, Any]]]:
    body, _, last = content.removesuffix(b"\n").rpartition(b"\n")
    body += b"\n"
    try:
        told = json.loads(last)["sha256"]
        if told != hashlib.sha256(body).hexdigest():
            raise RecordError("record.store.backup", path=path)
        first, *lines = [json.loads(line) for line in body.splitlines()]
        if first != {"format": FORMAT} or not {name for name, _ in lines} <= {table.name for table in ORDER}:
            raise RecordError("record.store.backup", path=path)
        return [(name, {key: _value(value) for key, value in row.items()}) for name, row in lines]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise RecordError("record.store.backup", path=path) from error


def _plain(value: object) -> object:
    return {"base64": base64.b64encode(bytes(value)).decode()} if isinstance(value, bytes | memoryview) else value


def _value(value: object) -> object:
    return base64.b64decode(value["base64"]) if isinstance(value, dict) else value
