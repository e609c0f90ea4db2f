"""The log: what it says of itself, who signs and witnesses it, every entry, and how to verify it."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import Response

from havre.errors import HavreError, RecordError
from havre.record.log.cosignature import Witness, seen_at
from havre.record.log.entries import Entry, parse_entry
from havre.record.log.notes import Note
from havre.texts import Language
from havre.web.log_view import LogView
from havre.web.pages.releases import as_of_now, log_or_problem
from havre.web.rendering import Lang, SiteNow, page
from havre.web.site import Site
from havre.web.verifying import facts_for

router = APIRouter(include_in_schema=False)
ON_A_PAGE = 50


@dataclass(frozen=True)
class Row:
    """An entry with its number, and the path of what it is about, empty where that has no page.

    ``entry`` is ``None`` for bytes that are in the log and are no entry of Havre's.
    """

    number: int
    data: bytes
    entry: Entry | None
    about: str

    @property
    def written(self) -> str:
        """The entry as text that can be read."""
        if self.entry is None:
            return self.data.decode("utf-8", "backslashreplace")
        return json.dumps(json.loads(self.data), ensure_ascii=False, indent=1, sort_keys=True)


@dataclass(frozen=True)
class Seen:
    """A witness of the record, and whether it cosigned the present checkpoint: ``seen``, ``silent`` or ``wrong``."""

    key: Witness
    address: str
    state: str
    at: datetime | None


@router.get("/{lang}/log")
def log(request: Request, lang: Lang, site: SiteNow, number: int | None = Query(None, alias="page", ge=1)) -> Response:
    """Show the log; pages of entries are counted from the first entry on, so that their addresses stay."""
    found, problem = log_or_problem(site, lang)
    if found is None or site.record is None:
        return _without_entries(request, lang, site, problem)
    pages = max(1, -(-found.checkpoint.size // ON_A_PAGE))
    number = pages if number is None else number
    if number > pages:
        raise HTTPException(404)
    try:
        rows = rows_of(site, found, (number - 1) * ON_A_PAGE, number * ON_A_PAGE)
    except HavreError as error:
        return _without_entries(request, lang, site, error.message(lang))
    facts: dict[str, Any] = {
        "log": found,
        "problem": None,
        "rows": rows,
        "number": number,
        "pages": pages,
        "witnesses": witnesses_of(site, found.note),
        "verify": facts_for(site.record, found, lang),
    }
    return as_of_now(page(request, "log.html.jinja", lang, **facts))


def _without_entries(request: Request, language: Language, site: Site, problem: str | None) -> Response:
    """Tell that there is no log, or that it is damaged; where it is, the browser can still find out which file."""
    verify = None if site.record is None else facts_for(site.record, None, language)
    return as_of_now(page(request, "log.html.jinja", language, log=None, problem=problem, verify=verify))


def rows_of(site: Site, found: LogView, start: int, stop: int) -> list[Row]:
    """Read entries, the newest first."""
    return [_row(site, start + at, data) for at, data in enumerate(found.entries(start, stop))][::-1]


def _row(site: Site, number: int, data: bytes) -> Row:
    try:
        entry = parse_entry(data, f"entry {number}")
    except RecordError:
        return Row(number, data, None, "")
    return Row(number, data, entry, _about(site, entry))


def _about(site: Site, entry: Entry) -> str:
    if entry.kind.startswith("contest_"):
        return f"contests/{entry.subject}"
    return f"releases/{entry.subject}" if site.release(entry.subject) is not None else ""


def witnesses_of(site: Site, note: Note) -> list[Seen]:
    """Tell of each witness of the record whether it cosigned a checkpoint, and when."""
    text = note.text.encode("utf-8")
    found = []
    for key, address in () if site.record is None else site.record.witnesses:
        own = [each for each in note.signatures if (each.name, each.key_id) == (key.name, key.key_id)]
        if not own:
            found.append(Seen(key, address, "silent", None))
        elif all(key.verifies(text, each.value) for each in own):
            found.append(Seen(key, address, "seen", seen_at(own[0])))
        else:
            found.append(Seen(key, address, "wrong", None))
    return found
