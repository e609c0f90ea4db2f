"""What the API answers, as models: they make the OpenAPI document, and every answer is checked against them.

Here what all of them use, and releases; series, trust and reference have files of their own.
"""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Month = Annotated[str, Field(pattern=r"^\d{4}-\d{2}$", examples=["2026-12"], description="A month, `YYYY-MM`.")]
Moment = Annotated[str, Field(examples=["2026-12-01T10:00:00Z"], description="A moment, ISO 8601 in UTC.")]
Number = Annotated[float | None, Field(description="`null` where there is none; never NaN or infinite.")]


class Told(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Names(Told):
    """A name in English and French."""

    en: str
    fr: str


Links = Annotated[dict[str, str], Field(description="Addresses by what they lead to.")]


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["about:blank"])
    title: str
    status: int = Field(ge=400, le=599)
    detail: str | None = Field(default=None, description="What exactly, in English or French (Accept-Language).")


class Page(Told):
    """A part of a list."""

    total: int = Field(ge=0, description="How many there are in all.")
    limit: int
    offset: int
    links: Links


class Credit(Told):
    """A source, as it must be named by whoever uses the figures."""

    id: str
    provider: str
    title: str
    url: str
    licence: str
    attribution: str
    caveats: tuple[str, ...]
    first_month: Month
    last_month: Month
    as_of: date = Field(description="The day on which its data were known.")


class Review(Told):
    """What a person did to a release before it was published."""

    author: str
    reviewer: str
    reviewed_at: Moment
    notes: tuple[str, ...]
    overrides: int = Field(description="How many figures the reviewer replaced.")
    supersedes: str | None
    corrects: str | None = Field(description="The contest that led to this release.")


class Standing(Told):
    """What became of a release after it was published, as the log tells."""

    state: Literal["published", "superseded", "withdrawn"]
    by: str | None = Field(default=None, description="The release that took its place.")
    reason: str | None = Field(default=None, description="Why it was withdrawn.")


class ReleaseSummary(Told):
    """A release in a list."""

    id: str
    made_on: date
    data_end: Month = Field(description="Latest month of data of any series.")
    reference_only: bool = Field(description="Whether its data are a reference snapshot that ended long before.")
    automated: Literal[True] = Field(default=True, description="Every figure is computed automatically.")
    review: Review | None = Field(description="`null`: no person has reviewed it.")
    standing: Standing | None = Field(description="`null` where there is no log to tell it.")
    logged: bool = Field(description="Whether a proof that it stands in the log lies beside it.")
    series: int
    manifest_sha256: str = Field(pattern="^[0-9a-f]{64}$")
    links: Links


class ReleaseDetail(ReleaseSummary):
    """A release with how it was made."""

    code_version: str
    seed: int
    threshold: int = Field(description="Counts below it are not told.")
    ensemble: str
    members: tuple[str, ...]
    baselines: tuple[str, ...]
    options: dict[str, Any]
    inputs: dict[str, str]
    sources: tuple[Credit, ...]


class Releases(Page):
    """Releases, the newest first."""

    items: tuple[ReleaseSummary, ...]


class ReleaseFile(Told):
    """A file of a release."""

    path: str
    bytes: int
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    link: str


class ReleaseFiles(Told):
    """All files of a release."""

    release: str
    files: tuple[ReleaseFile, ...]
