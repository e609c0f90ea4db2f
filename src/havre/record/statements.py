"""What a reviewer signs: the decision, on exactly which draft, with which overrides and notes.

References
----------
Rundgren, A., Jordan, B. & Erdtman, S. (2020). RFC 8785, JSON Canonicalization Scheme.
Josefsson, S. & Liusvaara, I. (2017). RFC 8032, Edwards-Curve Digital Signature Algorithm.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import rfc8785

from havre.errors import RecordError
from havre.record.log.keys import Signer, parse_verifier
from havre.record.reviewed import Override, Reviewed

FORMAT = "havre-decision/2"


@dataclass(frozen=True)
class Origin:
    """Where a release comes from: the public key of its author, the release it supersedes, the contest it corrects."""

    author: str = ""
    supersedes: str | None = None
    corrects: str | None = None


@dataclass(frozen=True)
class Signed:
    """A decision as canonical JSON, and its signature in base64."""

    text: str
    signature: str


def sign_statement(
    release: str,
    draft: str,
    decision: str,
    reviewer: Signer,
    at: datetime,
    reason: str | None,
    overrides: Sequence[Override],
    notes: Sequence[str],
    origin: Origin,
) -> Signed:
    """Sign a decision.

    Parameters
    ----------
    draft : SHA-256 of the draft that was seen
    decision : ``approved`` or ``refused``
    """
    statement = _statement(release, draft, decision, reviewer.verifier.text, at, reason, overrides, notes, origin)
    return Signed(statement.decode("utf-8"), base64.b64encode(reviewer.sign(statement)).decode("ascii"))


def check_statement(review: Reviewed, release: str) -> None:
    """Check that the reviewer signed the approval of a release just as the release tells it.

    Raises
    ------
    RecordError : the signature is wrong, something else was signed than is told, or the author signed
    """
    verifier = parse_verifier(review.verifier)
    statement = review.statement.encode("utf-8")
    try:
        signature = base64.b64decode(review.signature, validate=True)
    except binascii.Error as error:
        raise RecordError("record.log.signature", name=verifier.name) from error
    canonical = base64.b64encode(signature).decode("ascii") == review.signature
    if not canonical or not verifier.verifies(statement, signature):
        raise RecordError("record.log.signature", name=verifier.name)
    told = _statement(
        release,
        review.draft,
        "approved",
        review.verifier,
        review.reviewed_at,
        None,
        review.overrides,
        review.notes,
        Origin(review.author_verifier, review.supersedes, review.corrects),
    )
    author = parse_verifier(review.author_verifier)
    names = (verifier.name, author.name) == (review.reviewer, review.author)
    if told != statement or not names:
        raise RecordError("record.review.other_statement", name=verifier.name)
    if verifier.key == author.key:
        raise RecordError("record.reviewed.same", name=author.name)


def plain_override(change: Override) -> dict[str, object]:
    """Give an override as plain JSON values."""
    named = ("scope", "origin", "destination", "horizon", "computed", "stated", "reason", "reviewer")
    return {**{name: getattr(change, name) for name in named}, "target_month": change.target_month.isoformat()}


def _statement(
    release: str,
    draft: str,
    decision: str,
    reviewer: str,
    at: datetime,
    reason: str | None,
    overrides: Sequence[Override],
    notes: Sequence[str],
    origin: Origin,
) -> bytes:
    plain = [plain_override(each) for each in overrides]
    return rfc8785.dumps(
        {
            "format": FORMAT,
            "release": release,
            "draft": draft,
            "decision": decision,
            "reviewer": reviewer,
            "at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "reason": reason,
            "overrides": json.loads(json.dumps(plain)),
            "notes": list(notes),
            "author": origin.author,
            "supersedes": origin.supersedes,
            "corrects": origin.corrects,
        }
    )
