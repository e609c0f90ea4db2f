"""What the API answers of series."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from havre.web.api.models import Credit, Links, Month, Names, Number, Page, Review, Standing, Told

Level = Literal["total", "destination", "route", "origin", "corridor"]
Interval = Annotated[tuple[float, float] | None, Field(description="Low and high end, `null` where suppressed.")]


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
