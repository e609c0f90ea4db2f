"""One action of somebody at the desk: their key is opened, the record changes, log and journal are written."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from havre.errors import HavreError, Problem, Term
from havre.record.log.keys import Signer
from havre.record.publication import Record
from havre.texts import Language
from havre.web.desk.journal import note
from havre.web.desk.passwords import AccountError
from havre.web.desk.room import Visit
from havre.web.desk.signing import open_key, open_log_key
from havre.web.forms import Posted

_log = logging.getLogger("havre.web")
_PLACES = {
    "web.desk.key_password": "key_password",
    "web.desk.no_key": "key_password",
    "web.desk.slow": "key_password",
    "web.desk.log_key_password": "log_password",
    "web.desk.no_log_key": "log_password",
    "record.review.override": "value",
    "record.review.small": "value",
    "record.review.no_count": "value",
    "record.figure.unknown": "figure",
    "record.figure.name": "figure",
    "web.contest.no_figure": "figure",
    "record.review.reason": "reason",
    "record.review.note": "note",
}
"""Beside which field of a form a problem is told; all else stands above the form."""


def open_own_key(visit: Visit, posted: Posted) -> Signer:
    """Open the key of who acts with the password that they typed; who tries passwords is slowed down.

    Raises
    ------
    AccountError : no key is kept, the password is wrong, or too many were wrong of late
    """
    with throttled_key(visit):
        return open_key(visit.desk.settings.state, visit.account, posted.text("key_password"))


@contextmanager
def throttled_key(visit: Visit) -> Iterator[None]:
    """Slow down who tries passwords of a key; a wrong one is noted in the journal.

    Raises
    ------
    AccountError : too many were wrong of late
    """
    name = f"key {visit.account.name}"
    wait = visit.desk.throttle.begin(name, visit.caller)
    if wait:
        raise AccountError("web.desk.slow", minutes=-(-wait // 60))
    try:
        yield
    except AccountError as error:
        if error.problems[0].key == "web.desk.key_password":
            with visit.desk.store.change() as connection:
                note(connection, visit.account.name, "key_refused", visit.at)
        else:
            visit.desk.throttle.take_back(name, visit.caller)
        raise
    visit.desk.throttle.succeeded(name, visit.caller)


def open_keys(visit: Visit, posted: Posted) -> tuple[Signer, tuple[Signer, ...]]:
    """Open the key of who acts, and that of the log where it is at hand.

    Raises
    ------
    AccountError : one of them cannot be opened
    """
    signer = open_own_key(visit, posted)
    return signer, open_log_key(visit.desk.settings, posted.text("log_password"))


def conclude(
    visit: Visit, record: Record, kind: str, subject: str, signers: Sequence[Signer], detail: str = ""
) -> None:
    """Note what was done, and append to the log what waits, where its key is at hand.

    What was decided stands whatever happens to the log: its entries wait then, and the desk tells how many.
    """
    try:
        if signers:
            record.flush(signers)
    except HavreError as error:
        _log.exception("the log could not be written")
        detail = f"{detail} {error.message()}".strip()
    try:
        with visit.desk.store.change() as connection:
            note(connection, visit.account.name, kind, visit.at, subject, detail)
    except HavreError as error:
        # What was decided stands, and its entry is signed: to say now that nothing was done would be wrong.
        _log.error("the journal lacks that %s did %r to %s: %s", visit.account.name, kind, subject, error.message())


def status_of(problems: Sequence[Problem]) -> int:
    """Give the status of an answer that tells problems: 409 somebody was quicker, 503 a fault of ours, else 422."""
    if any(each.key in ("record.store.at_once", "web.desk.changed") for each in problems):
        return 409
    return 503 if any(each.key in ("record.store.unusable", "file.not_writable") for each in problems) else 422


def told(problems: Sequence[Problem], lang: Language, form: str) -> dict[str, list[str]]:
    """Put problems beside the fields of a form that they speak of: ``form.field``, ``form.form`` for all else."""
    found: dict[str, list[str]] = {}
    for each in problems:
        part = dict(each.fields).get("part")
        place = part.removeprefix("term.part.") if isinstance(part, Term) else _PLACES.get(each.key, "form")
        found.setdefault(f"{form}.{place}", []).append(each.sentence(lang))
    return found
