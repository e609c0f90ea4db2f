"""What an entry of the register is made of, checked when it is made.

A claim is one statement with its value, unit, source, date and status. Claims about the same field stand side by
side. ``status`` says what kind of statement it is, and only some kinds of source can carry one
(:mod:`havre.audit.register.checks`). Three statuses have no value: ``not_found`` (looked for in public sources),
``not_published`` (a source says so) and ``not_recorded`` (nobody has looked). ``verification`` says how far a claim
was checked when it was recorded:

=================  ==============================================================================
``read``           read in the text of the source that is named
``read_secondary`` its wording was read, but in a secondary source
``secondary``      a secondary source says so; the original was not read
``unverified``     from general knowledge, or not marked otherwise: check it before relying on it
``computed``       computed from other claims, which are named
``nothing``        there is nothing to verify: exactly what is not recorded here
=================  ==============================================================================
"""

from datetime import date
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from havre.audit.register.dates import first_day, last_day
from havre.texts import Language

Status = Literal[
    "measured", "promised", "legal_requirement", "press", "disputed", "refuted",
    "official", "research", "judgment", "reading", "computed",
    "organisation", "project", "commentary", "guidance", "note",
    "not_found", "not_published", "not_recorded",
]  # fmt: skip
Verification = Literal["read", "read_secondary", "secondary", "unverified", "computed", "nothing"]
SourceKind = Literal[
    "law", "court", "official", "research", "press", "organisation", "project", "commentary", "secondary", "editors",
]  # fmt: skip
"""``official`` is an authority, ``organisation`` one of civil society, ``project`` who builds a system, ``commentary``
a law firm, vendor or collection of texts, ``secondary`` several that were not recorded singly."""
Family = Literal[
    "forecast", "lie_detector", "sensors", "process_record", "evidence", "exchange", "database",
    "biometric_database", "matching", "risk_score", "law", "money",
]  # fmt: skip
STATUSES: tuple[Status, ...] = get_args(Status)
ABSENT: frozenset[Status] = frozenset({"not_found", "not_published", "not_recorded"})
"""Statuses of what is not known; a claim has one of them if and only if it has no value."""
VERIFICATIONS: tuple[Verification, ...] = get_args(Verification)
UNDATED = "undated"
STALE_AFTER = 183
"""Days after which an entry that nobody checked again is called stale."""


def _dated(text: str) -> str:
    first_day(text)
    return text


def _dated_or_not(text: str) -> str:
    return text if text == UNDATED else _dated(text)


Day = Annotated[str, AfterValidator(_dated)]
SourceDay = Annotated[str, AfterValidator(_dated_or_not)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$")]
ClaimId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*\.[a-z0-9][a-z0-9-]*$")]
Share = Annotated[float, Field(gt=0, lt=1)]
Value = bool | int | float | str | tuple[float, float]


class Part(BaseModel):
    """A part of the register: frozen, with no field that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class Bilingual(Part):
    """The same words in English and French."""

    en: Words
    fr: Words

    def text(self, language: Language) -> str:
        """Give the words of one language."""
        return self.fr if language == "fr" else self.en


class Source(Part):
    """Where a claim comes from; ``date`` is the source's own, ``undated`` where none is known.

    ``title`` and ``publisher`` are as the source has them, or in English.
    """

    kind: SourceKind
    title: Words
    publisher: Words
    title_fr: Words | None = None
    """Where the title is a description, or the source has one in French too; else the title stays as it is."""
    publisher_fr: Words | None = None
    date: SourceDay
    url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$")] | None = None
    address_formed: bool = False
    """The address was formed from the number of a law by the official scheme, and not opened."""

    @property
    def host(self) -> str:
        """Name the site of its address; empty where it has none."""
        return self.url.split("/")[2] if self.url else ""

    def named(self, language: Language) -> str:
        """Give title and publisher in a language."""
        french = language == "fr"
        title = (self.title_fr if french else None) or self.title
        publisher = (self.publisher_fr if french else None) or self.publisher
        return f"{title}. {publisher}"


class Claim(Part):
    """One statement of one source.

    ``about`` and a text as ``value`` are labels in English for programs; people read ``en`` and ``fr``.
    """

    id: ClaimId
    field: Words
    value: Value | None = None
    unit: Words | None = None
    status: Status
    verification: Verification
    source: Key
    where: Words | None = None
    """Article, section or annex within the source."""
    date: Day
    """When its source said it; with ``date_is = "read"`` that is not recorded, and it is when the source was read."""
    date_is: Literal["stated", "read"] = "stated"
    as_of: Day | None = None
    """The day, month or year of which the value speaks, where that is another one."""
    about: Words | None = None
    reading: Words | None = None
    """Which reading of a contested rule this is."""
    applies_from: Day | None = None
    """The day from which a rule applies; it may lie in the future, unlike ``date``."""
    sample: Annotated[int, Field(ge=1)] | None = None
    rests_on: tuple[ClaimId, ...] = ()
    refuted_by: tuple[ClaimId, ...] = ()
    en: Words
    fr: Words

    @property
    def entry(self) -> str:
        """Identifier of the entry in which the claim stands."""
        return self.id.split(".")[0]

    @property
    def group(self) -> tuple[str, str | None]:
        """What the claim is about: claims of one group stand side by side."""
        return self.field, self.about

    @property
    def is_absent(self) -> bool:
        """Tell whether the claim says that something is not known."""
        return self.value is None

    @property
    def is_unverified(self) -> bool:
        """Tell whether the claim says something that was not checked against a source."""
        return self.verification == "unverified" and not self.is_absent

    @property
    def number(self) -> float | None:
        """The value as a number, or ``None`` where it is none."""
        plain = isinstance(self.value, int | float) and not isinstance(self.value, bool)
        return float(self.value) if plain else None  # type: ignore[arg-type]

    def text(self, language: Language) -> str:
        """Give the statement in one language."""
        return self.fr if language == "fr" else self.en

    @model_validator(mode="after")
    def _value_and_unit_go_together(self) -> Self:
        if self.is_absent != (self.status in ABSENT):
            raise ValueError(f"value: exactly the statuses {', '.join(sorted(ABSENT))} go without a value")
        if (self.value is None) != (self.unit is None):
            raise ValueError("unit: a value has a unit, and no value has none")
        if (self.verification == "nothing") != (self.status == "not_recorded"):
            raise ValueError("verification: exactly what is not recorded has nothing to verify")
        return self


class ScreeningAudit(Part):
    """Which claims give the error rates of a check that flags persons."""

    kind: Literal["screening"]
    id: Key
    sensitivity: ClaimId
    specificity: ClaimId
    sample: ClaimId | None = None
    share_with_trait: ClaimId | None = None
    """Share of the sample that had what the check looks for; the rest had it not."""
    base_rates: Annotated[tuple[Share, ...], Field(min_length=1)]
    """Assumed by the report, not claimed by anybody."""


class QuestionsAudit(Part):
    """Which claims say how many questions are asked, and how many answers of an honest person were flagged."""

    kind: Literal["questions"]
    id: Key
    specificity: ClaimId
    questions: ClaimId
    flags: ClaimId


class IdentificationAudit(Part):
    """Which claims give the promised error rate of a search, and the sizes of the bases that are searched."""

    kind: Literal["identification"]
    id: Key
    fpir: ClaimId | None = None
    galleries: Annotated[tuple[ClaimId, ...], Field(min_length=1)]
    tested: Annotated[tuple[ClaimId, ...], Field(min_length=1)]
    tested_fpir: ClaimId | None = None


Audit = Annotated[ScreeningAudit | QuestionsAudit | IdentificationAudit, Field(discriminator="kind")]


class Reply(Part):
    """What somebody whom an entry names answers to it, printed unchanged beside the claims."""

    author: Words
    """Organisation, never a private person."""
    date: Day
    url: str | None = None
    about: tuple[ClaimId, ...] = ()
    en: Words
    fr: Words


class Entry(Part):
    """One system, or the law, money or evidence that several systems share (``kind = "context"``)."""

    id: Key
    kind: Literal["system", "context"]
    family: Family
    checked_on: Day
    name: Bilingual
    includes: tuple[Key, ...] = ()
    """Contexts whose claims belong to this system too."""
    audits: tuple[Audit, ...] = ()
    replies: tuple[Reply, ...] = ()
    not_recorded: tuple[Key, ...] = ()
    """Topics of the vocabulary on which nothing is recorded; the loader makes a claim of each."""
    claims: Annotated[tuple[Claim, ...], Field(min_length=1)]

    def is_stale(self, on: date, after_days: int = STALE_AFTER) -> bool:
        """Tell whether the entry was last checked longer ago than that; a month counts to its end."""
        return self.days_since_check(on) > after_days

    def days_since_check(self, on: date) -> int:
        """Count the days since the last day on which the entry can have been checked; never below 0."""
        return max((on - last_day(self.checked_on)).days, 0)
