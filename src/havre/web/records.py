"""The record behind the site, for what cannot wait for the next snapshot: contests, and the work of the desk."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request

from havre.errors import FileError, HavreError
from havre.record.contest import Contest, contests
from havre.record.contest_log import Became, what_became
from havre.record.contest_sources import forget_sources
from havre.record.log.folder import Log
from havre.record.publication import LOG, Record
from havre.record.settings import read_settings
from havre.record.store.database import Store, open_store
from havre.web.settings import WebSettings

FRESH = timedelta(seconds=3)
"""How old the public list of contests may be: a flood of readers asks the store no oftener."""
LISTING_SECONDS = 2.0
"""How long a reader waits for another one who reads the list: a store that is busy must not take every thread."""
RETRY_SECONDS = "10"
_log = logging.getLogger("havre.web")


@dataclass(frozen=True)
class PublicContests:
    """What everybody may see of contests at one moment: the newest first, and what became of releases.

    Parameters
    ----------
    is_old : the store cannot be read now, and this is what it said last
    """

    at: datetime
    contests: tuple[Contest, ...]
    became: tuple[Became, ...]
    is_old: bool = False


def is_of_storage(error: HavreError) -> bool:
    """Tell whether an error is a fault of ours: a disk or database that cannot be used, which no reader can mend."""
    return isinstance(error, FileError) or any(each.key == "record.store.unusable" for each in error.problems)


class RecordRoom:
    """Opens the record whenever it is needed; its tables are brought up to date once.

    Parameters
    ----------
    clock : tells the time to the second [UTC]
    """

    def __init__(self, settings: WebSettings, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self.clock = clock
        self._store: Store | None = None
        self._listed: PublicContests | None = None
        self._looked_at: datetime | None = None
        self._lock = threading.Lock()
        self._listing = threading.Lock()

    @contextmanager
    def open(self, *, with_log: bool = True) -> Iterator[Record]:
        """Give the record with its settings and log of now.

        Parameters
        ----------
        with_log : whether the log has to be whole; to file or follow a contest it need not, its entry waits

        Raises
        ------
        HTTPException : 503, something of it is missing or damaged, or the database cannot be reached: whoever runs the
            site reads in its log what it is, readers get no path of the machine
        """
        try:
            found = self._opened(with_log=with_log)
        except HavreError as error:
            _log.error("the record cannot be opened: %s", error.message())
            raise HTTPException(503, headers={"Retry-After": RETRY_SECONDS}) from error
        yield found

    def _opened(self, *, with_log: bool) -> Record:
        folder = self._settings.record
        settings = read_settings(folder)
        with self._lock:
            if self._store is None:
                self._store = open_store(folder, self._settings.database or None)
        log = Log.open(folder / LOG) if with_log else Log(folder / LOG)
        return Record(folder, settings, self._store, log)

    def public_contests(self) -> PublicContests:
        """Give the public list, as it was a few seconds ago at most; salts of other days are forgotten by the way.

        Where the store cannot be read (a full disk, a database that is away), readers see what it said last, and that
        it is old; the store is asked again every few seconds, by one of them.

        Raises
        ------
        HTTPException : 503, the record cannot be opened, or the store is busy, and nothing was read before
        """
        at = self.clock()
        if not self._listing.acquire(timeout=0 if self._is_old else LISTING_SECONDS):
            if self._listed is None:
                raise HTTPException(503, headers={"Retry-After": RETRY_SECONDS})
            return replace(self._listed, is_old=True)
        try:
            if self._looked_at is None or not timedelta(0) <= at - self._looked_at < FRESH:
                try:
                    self._listed = self._read_contests(at)
                except (HTTPException, HavreError) as error:
                    if self._listed is None:
                        raise
                    if isinstance(error, HavreError):
                        _log.error("the contests cannot be read, an old list is shown: %s", error.message())
                    self._listed = replace(self._listed, is_old=True)
                # A server that does not answer took seconds: they count as looked at.
                self._looked_at = self.clock()
            assert self._listed is not None  # noqa: S101 - it was read now or before
            return self._listed
        finally:
            self._listing.release()

    @property
    def _is_old(self) -> bool:
        return self._listed is not None and self._listed.is_old

    def _read_contests(self, at: datetime) -> PublicContests:
        with self.open() as record:
            with record.store.change() as connection:
                forget_sources(connection, at)
                all_of_them = contests(connection, record.settings)
            return PublicContests(at, all_of_them[::-1], what_became(record.log.entries()))

    def changed(self) -> None:
        """Say that a contest was filed, answered or erased: the list is read anew."""
        with self._listing:
            self._looked_at = None

    def close(self) -> None:
        """Close what is open."""
        with self._lock:
            if self._store is not None:
                self._store.close()
            self._store = None


def clock() -> datetime:
    """Tell the time to the second [UTC]."""
    return datetime.now(UTC).replace(microsecond=0)


def add_record_room(app: FastAPI) -> None:
    """Give an app its room of the record, once; it is closed when the app ends."""
    if not hasattr(app.state, "record_room"):
        app.state.record_room = RecordRoom(app.state.settings, clock)
        app.state.ending.append(app.state.record_room.close)


def room_of(request: Request) -> RecordRoom:
    """Give the room of the record.

    Raises
    ------
    HTTPException : 404 where the site shows plain releases and there is no record
    """
    if request.app.state.holder.site.record is None:
        raise HTTPException(404)
    room: RecordRoom = request.app.state.record_room
    return room


Room = Annotated[RecordRoom, Depends(room_of)]
"""The room of the record, as a parameter of a page; there is no such page without a record."""
