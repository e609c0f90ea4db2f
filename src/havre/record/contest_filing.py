"""Files a contest in a transaction of its own, and again where others filed at the same moment."""

import secrets
import time
from collections.abc import Callable, Collection
from datetime import datetime

from havre.errors import RecordError
from havre.record.contest import Random, Receipt, file_contest
from havre.record.contest_texts import ContestText
from havre.record.settings import RecordSettings
from havre.record.store.database import Store

ATTEMPTS = 50
PAUSE = 0.02
"""Seconds after the first attempt; each later pause is a little longer, up to a second."""


def file_now(
    store: Store,
    settings: RecordSettings,
    release: str,
    about: str,
    text: ContestText,
    at: datetime,
    *,
    source: str | None = None,
    figures: Collection[str] | None = None,
    random: Random = secrets.token_bytes,
    pause: Callable[[float], object] = time.sleep,
) -> Receipt:
    """File a contest; see :func:`havre.record.contest.file_contest`.

    A PostgreSQL refuses one of two transactions that count the same rows at once: who contests must not be told to
    come back for that.

    Raises
    ------
    RecordError : as ``file_contest`` says, or others got in first every time
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with store.change() as connection:
                return file_contest(
                    connection, settings, release, about, text, at, source=source, figures=figures, random=random
                )
        except RecordError as error:
            if error.problems[0].key != "record.store.at_once" or attempt == ATTEMPTS:
                raise
            pause(min(PAUSE * attempt, 1.0))
    raise RecordError("record.store.at_once")
