"""What the API answers, as models: they make the OpenAPI document, and every answer is checked against them."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Month = Annotated[str, Field(pattern=r"^\d{4}-\d{2}$", examples=["2026-12"], description="A month, `YYYY-MM`.")]
Moment = Annotated[str, Field(examples=["2026-12-01T10:00:00Z"], description="A moment, ISO 8601 in UTC.")]
Level = Literal["total", "destination", "route", "origin", "corridor"]
Number = Annotated[float | None, Field(description="`null` where there is none; never NaN or infinite.")]
Interval = Annotated[tuple[float, float] | None, Field(description="Low and high end, `null` where suppressed.")]


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


class Skill(Told):
    """How well earlier forecasts of this series did."""

    forecasts_scored: int
    best_naive: str | None = Field(description="The best naive guess of the scope, chosen after the fact.")
    wis_ratio: Number = Field(description="Mean weighted interval score over that guess's; below 1 is better.")
    wis_ratio_log: Number
    coverage_80: Number = Field(description="Share of what came that lay within the 80 % interval.")
    worse_than_naive: bool | None = Field(description="`null` where nothing could be scored.")


class SeriesSummary(Told):
    """A series in a list."""

    scope: str
    measure: str
    origin: str = Field(description="ISO 3166-1 alpha-3, a special code, or `TOT` for all together.")
    destination: str = Field(description="As `origin`, or `route:…`.")
    origin_name: Names
    destination_name: Names
    level: Level
    source: str
    last_month: Month
    recent_mean: Number = Field(description="Persons a month over the last 12 published months.")
    suppressed: bool = Field(description="Whether no forecast of it is told.")
    skill: Skill
    links: Links


class SeriesList(Page):
    """Series of a release, the largest recent mean first."""

    release: str
    items: tuple[SeriesSummary, ...]


class Counted(Told):
    """A month that was counted."""

    month: Month
    value: Number = Field(description="`null` where nothing was published or the count is suppressed.")
    suppressed: bool


class Stated(Told):
    """What a reviewer put in the place of a computed median."""

    value: float
    reason: str
    reviewer: str


class Expected(Told):
    """A month that is forecast."""

    month: Month
    horizon: int = Field(ge=1, description="Months after the last month of data.")
    figure: str = Field(description="Name of the figure: what a contest or an explanation is about.")
    median: Number
    interval_50: Interval
    interval_80: Interval
    interval_95: Interval
    quantiles: dict[str, float] | None = Field(description="Value by quantile level; `null` where suppressed.")
    stated: Stated | None = Field(description="What a reviewer states instead of the median.")
    suppressed: bool


class SeriesDetail(SeriesSummary):
    """A series: what was counted, what is expected, how far to trust it, and where it comes from."""

    release: str
    made_on: date
    reference_only: bool
    automated: Literal[True] = True
    review: Review | None
    standing: Standing | None
    measure_name: Names
    unit: Names
    history: tuple[Counted, ...]
    forecast: tuple[Expected, ...]
    sources: tuple[Credit, ...]
    other_scopes: tuple[str, ...] = Field(description="Other scopes that hold the same series: `?scope=`.")


class SkillRow(Told):
    """How a model did at a horizon in a scope."""

    scope: str
    horizon: int
    model: str
    kind: Literal["ensemble", "model", "baseline"]
    wis: Number
    wis_log: Number
    wis_ratio: Number
    wis_ratio_log: Number
    coverage_50: Number
    coverage_80: Number
    coverage_90: Number
    coverage_95: Number
    forecasts_scored: int


class SkillTable(Page):
    """The track record that a release was made with: forecasts of past months against what came."""

    release: str
    items: tuple[SkillRow, ...]


class PastAlarm(Told):
    """How alarms did when past months were forecast again, over all series of a scope at one horizon."""

    scope: str
    horizon: int
    judged: int = Field(description="Months of series of which what came is known.")
    alarms: int = Field(description="Of them, those for which a surge was told at the chance 0.5.")
    right: int
    false: int
    missed: int = Field(description="Surges that came without an alarm.")


class Alarm(Told):
    """A month of a series in which a surge is likely."""

    scope: str
    measure: str
    origin: str
    destination: str
    origin_name: Names
    destination_name: Names
    month: Month
    horizon: int
    chance: float = Field(ge=0, le=1, description="Chance of a surge by the published quantiles.")
    needed: float = Field(description="Count from which the month is a surge.")
    before: float = Field(description="Mean of the last three published months.")
    past: PastAlarm | None = Field(description="Past alarms of its scope at its horizon; `null` where not recorded.")
    skill: Skill
    links: Links


class Alarms(Page):
    """Surges that a release makes likely, the most likely first."""

    release: str
    automated: Literal[True] = True
    rule: Names = Field(description="What a surge is, and how far such alarms can be trusted.")
    past: tuple[PastAlarm, ...] = Field(description="Empty where the release holds no record of past alarms.")
    items: tuple[Alarm, ...]


class ExplainedFigure(Told):
    """A figure that is explained."""

    figure: str
    median: float
    links: Links


class ExplainedFigures(Page):
    """Figures that are explained."""

    release: str
    items: tuple[ExplainedFigure, ...]


class Explanation(Told):
    """Everything that is said of a figure."""

    release: str
    explanation: dict[str, Any] = Field(description="As the JSON Schema that is published with every release says.")
    review: dict[str, Any] = Field(description="What a human did: `state`, `reviewed_by`, `reviewed_at`, `override`.")
    links: Links


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
