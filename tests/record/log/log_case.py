"""A small log for tests."""

from collections.abc import Sequence
from pathlib import Path

from havre.record.log.folder import Log
from havre.record.log.keys import new_key

ORIGIN = "havre.example/log"
KEY = new_key(ORIGIN, bytes(range(32)))
OTHER = new_key(ORIGIN, bytes(range(1, 33)))


def entries(count: int, start: int = 0) -> list[bytes]:
    return [f'{{"number":{number}}}'.encode() for number in range(start, start + count)]


def made_log(folder: Path, sizes: Sequence[int] = (3,)) -> Log:
    """Make a log by appends of these sizes."""
    log = Log.create(folder, ORIGIN, [KEY])
    for size in sizes:
        log.append(entries(size, log.size), [KEY], [KEY.verifier])
    return log
