"""Accesses to purpose-bound exports: which organisation got which release for which purpose, as entries of the log."""

import re
import secrets
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from havre.errors import Problem, RecordError, Term, check_none
from havre.record.contest_texts import text_problems
from havre.record.log.entries import Entry
from havre.record.log.keys import Signer
from havre.record.review import standing
from havre.record.settings import RecordSettings
from havre.record.store.outbox import post

LEAST_PURPOSE, MOST_PURPOSE = 10, 500
_ORGANISATION = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
"""The name of a domain: it tells an organisation, and leaves no room for a person."""
_PERSONAL = re.compile(r"@|\d[\d /.()-]{6,}\d")


def log_access(
    connection: Connection,
    settings: RecordSettings,
    release: str,
    purpose: str,
    organisation: str,
    person: Signer,
    at: datetime,
    *,
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> str:
    """Post the access to an export of a release for the log; give the id of the entry.

    Parameters
    ----------
    purpose : what the export is for, in public words without anything about a person
    organisation : who gets it, by the domain name of the organisation
    person : who gives it; must be among the people of the record

    Raises
    ------
    RecordError : there is no such release, the person may not act, or purpose or organisation cannot be told publicly;
        all of it is told
    """
    settings.person(person.verifier)
    standing(connection, release)
    problems = text_problems("purpose", purpose, MOST_PURPOSE)
    if len(purpose.strip()) < LEAST_PURPOSE:
        problems.append(Problem.of("record.access.purpose", least=LEAST_PURPOSE, most=MOST_PURPOSE))
    if _PERSONAL.search(purpose):
        problems.append(Problem.of("record.contest.personal", part=Term("term.part.purpose")))
    if len(organisation) > 200 or not _ORGANISATION.fullmatch(organisation):
        problems.append(Problem.of("record.access.organisation", organisation=organisation[:120]))
    check_none(problems, RecordError)
    identity = f"access-{random(12).hex()}"
    body = {"purpose": purpose.strip(), "organisation": organisation, "by": person.verifier.text}
    post(connection, Entry("export_accessed", at, release, identity, body))
    return identity
