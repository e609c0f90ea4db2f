"""What the API answers of what the figures are about, of contests, and where to begin."""

from typing import Any, Literal

from pydantic import Field

from havre.web.api.models import Links, Moment, Month, Names, Page, Told


class MeasureTold(Told):
    """What is counted."""

    id: str
    name: Names
    unit: Names
    kind: Literal["flow", "stock", "index", "balance"]
    shown: bool = Field(description="Whether the release has series of it.")


class Measures(Told):
    """All measures that are known."""

    items: tuple[MeasureTold, ...]


class PlaceTold(Told):
    """A place."""

    code: str
    kind: Literal["country", "special", "route"]
    iso2: str | None
    name: Names
    is_origin: bool = Field(description="Whether the release has series from there.")
    is_destination: bool = Field(description="Whether the release has series to there.")


class Places(Page):
    """Countries, special codes and routes."""

    items: tuple[PlaceTold, ...]


class SourceTold(Told):
    """A provider's publication with its terms."""

    id: str
    provider: str
    title: str
    url: str
    licence: str
    licence_id: str
    licence_url: str
    attribution: str
    redistributable: bool
    cadence: str
    caveats: tuple[str, ...]
    measures: tuple[str, ...]
    used: bool = Field(description="Whether the release was made from it.")


class Sources(Told):
    """All sources that are known."""

    items: tuple[SourceTold, ...]


class Contest(Told):
    """What is public of a contest; what was written stays with those who answer."""

    id: str
    state: str
    about: str
    release: str | None
    filed_at: Moment
    acknowledge_by: Moment
    answer_by: Moment
    acknowledged_at: Moment | None
    acknowledged_by: str | None
    answered_at: Moment | None
    answered_by: str | None
    outcome: str | None
    summary: str | None
    answer: str | None
    remedy: str | None
    remedy_id: str | None
    remedy_state: str | None
    age_days: int
    late: tuple[str, ...] = Field(description="Which times were missed: `acknowledgement`, `answer`.")
    text_erased: bool


class ReleaseBecame(Told):
    """What became of a release after it was published, as the log tells: one step after another."""

    release: str
    steps: tuple[dict[str, Any], ...] = Field(description="Each with `kind`, `at`, `entry`, and what belongs to it.")


class Contests(Page):
    """The public list of contests, the newest first, and what became of releases."""

    at: Moment
    items: tuple[Contest, ...]
    releases: tuple[ReleaseBecame, ...]


class Index(Told):
    """Where to begin."""

    title: str
    version: str
    release: str = Field(description="The newest release.")
    data_end: Month
    reference_only: bool
    automated: Literal[True] = True
    reviewed: bool
    licence: str
    links: Links
