"""Entries of the log: what happened, to what, and when, as canonical JSON. None holds anything about a person.

Reference: Rundgren, A., Jordan, B. & Erdtman, S. (2020). RFC 8785, JSON Canonicalization Scheme.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import rfc8785

from havre.errors import RecordError
from havre.record.log.tiles import LARGEST_ENTRY

FORMAT = "havre-log-entry/1"
KINDS = (
    "release_submitted",
    "release_reviewed",
    "release_refused",
    "release_published",
    "release_superseded",
    "release_withdrawn",
    "figure_overridden",
    "contest_filed",
    "contest_acknowledged",
    "contest_answered",
    "correction",
    "export_accessed",
    "forecast_registered",
    "scores_published",
    "key_added",
    "key_revoked",
)
_KEYS = {"format", "kind", "at", "subject", "id", "body"}
_TIME = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Entry:
    """One entry.

    Parameters
    ----------
    kind : one of :data:`KINDS`
    at : when it happened [UTC]; whole seconds are written
    subject : id of the release, contest or key
    id : an id of its own, by which the same entry is never written twice
    body : plain JSON values

    Raises
    ------
    RecordError : it has another kind, no time zone, or is longer than the log can hold
    """

    kind: str
    at: datetime
    subject: str
    id: str
    body: Mapping[str, object]

    def __post_init__(self) -> None:
        if not isinstance(self.subject, str) or not isinstance(self.id, str) or not isinstance(self.body, Mapping):
            raise RecordError("record.log.entry", reason="subject and id are texts, body is an object")
        if self.kind not in KINDS:
            raise RecordError("record.log.kind", kind=self.kind, expected=", ".join(KINDS))
        if self.at.tzinfo is None or not 0 < len(self.subject) <= 200 or not 0 < len(self.id) <= 200:
            raise RecordError("record.log.entry", reason="a time zone, a subject and an id are needed")
        if len(self.canonical()) > LARGEST_ENTRY:
            raise RecordError("record.log.too_long", number=self.id, size=len(self.canonical()), most=LARGEST_ENTRY)

    def canonical(self) -> bytes:
        """Write it as canonical JSON (RFC 8785).

        Raises
        ------
        RecordError : the body holds something that JSON cannot hold
        """
        told: dict[str, Any] = {
            "format": FORMAT,
            "kind": self.kind,
            "at": self.at.astimezone(UTC).strftime(_TIME),
            "subject": self.subject,
            "id": self.id,
            "body": dict(self.body),
        }
        try:
            return rfc8785.dumps(told)
        except (rfc8785.CanonicalizationError, TypeError, ValueError) as error:
            raise RecordError("record.log.entry", reason=str(error)) from error


def parse_entry(data: bytes, where: str = "entry") -> Entry:
    """Read an entry strictly: written again it has the same bytes.

    Raises
    ------
    RecordError : it is no entry, or not written in the canonical way
    """
    try:
        told = json.loads(data)
        if not isinstance(told, dict) or set(told) != _KEYS or told["format"] != FORMAT:
            told = {}
        at = datetime.strptime(told["at"], _TIME).replace(tzinfo=UTC)
        entry = Entry(told["kind"], at, told["subject"], told["id"], told["body"])
        same = entry.canonical() == data
    except (RecordError, KeyError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise RecordError("record.log.entry", reason=f"{where}: {error}") from error
    if not same:
        raise RecordError("record.log.entry", reason=f"{where}: not canonical JSON (RFC 8785)")
    return entry
