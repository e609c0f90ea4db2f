"""What the API answers of how far to trust a release: track record, alarms, explanations."""

from typing import Any, Literal

from pydantic import Field

from havre.web.api.models import Links, Month, Names, Number, Page, Standing, Told
from havre.web.api.series_models import Skill


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
    standing: Standing | None = Field(
        description="What became of the release; `null` where there is no log to tell it."
    )
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
