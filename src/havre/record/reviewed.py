"""What a human did to a release before it was published: who reviewed it, which figures they changed, and why."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from havre.errors import Problem, RecordError, check_none


@dataclass(frozen=True)
class Override:
    """A figure that a reviewer replaced; the computed one stays visible beside it.

    Parameters
    ----------
    computed : the median that the models gave [persons]
    stated : what the reviewer states instead [persons]
    """

    scope: str
    origin: str
    destination: str
    horizon: int
    target_month: date
    computed: float
    stated: float
    reason: str
    reviewer: str

    @property
    def key(self) -> tuple[str, str, str, int]:
        """Scope, origin, destination and horizon: one figure."""
        return self.scope, self.origin, self.destination, self.horizon


@dataclass(frozen=True)
class Reviewed:
    """The review of a release that is published.

    Parameters
    ----------
    author, reviewer : names of their keys; they differ
    reviewed_at : when it was approved [UTC]
    draft : SHA-256 of the draft that was approved, see :func:`havre.record.draft.draft_digest`
    notes : what the reviewer adds for readers
    supersedes : id of the release that this one takes the place of
    corrects : id of the contest that led to it
    statement, signature, verifier : the decision as canonical JSON (RFC 8785), its Ed25519 signature in base64 by the
        reviewer, and the reviewer's public key as text (C2SP signed-note)
    author_verifier : the author's public key as text, which the reviewer signed too

    Raises
    ------
    RecordError : author and reviewer are the same
    """

    author: str
    reviewer: str
    reviewed_at: datetime
    draft: str
    notes: tuple[str, ...] = ()
    overrides: tuple[Override, ...] = ()
    supersedes: str | None = None
    corrects: str | None = None
    statement: str = ""
    signature: str = ""
    verifier: str = ""
    author_verifier: str = ""

    def __post_init__(self) -> None:
        same = [Problem.of("record.reviewed.same", name=self.author)] if self.author == self.reviewer else []
        check_none(same, RecordError)

    def as_dict(self) -> dict[str, object]:
        """Give it as plain JSON values."""
        plain = asdict(self)
        plain["reviewed_at"] = f"{self.reviewed_at:%Y-%m-%dT%H:%M:%SZ}"
        for row in plain["overrides"]:
            row["target_month"] = row["target_month"].isoformat()
        return plain
