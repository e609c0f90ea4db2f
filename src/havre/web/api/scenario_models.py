"""What the API answers of scenarios."""

from typing import Annotated, Any, Literal

from pydantic import Field

from havre.web.api.models import Links, Month, Names, Standing, Told


class ScenarioFigure(Told):
    """A figure of a scenario, in the unit of the series."""

    low_80: float = Field(description="Low end of the 80 % interval.")
    median: float
    high_80: float = Field(description="High end of the 80 % interval.")


Hidden = Annotated[ScenarioFigure | None, Field(description="`null` where it is too small to be told.")]


class ScenarioMonth(Told):
    """A month without and with what is supposed; months that the release hides are none of them."""

    month: Month
    base: Hidden
    changed: Hidden
    difference: Annotated[
        ScenarioFigure | None,
        Field(description="Taken draw by draw: not the difference of the medians. `null` where too small to be told."),
    ]


class ScenarioEvent(Told):
    """Something that is supposed to happen."""

    kind: Literal["level", "season", "shock", "open", "close"]
    text: Names
    settings: dict[str, Any] = Field(
        description="As `havre scenario` writes them; a pair is the lowest and the highest of equally likely values."
    )


class Basis(Told):
    """What a size rests on."""

    effect: str = Field(description="The setting it is for, such as `close[1].diverted`.")
    basis: Literal["estimated", "stated", "assumed"] = Field(
        description="`estimated` from past months of the same data, `stated` by whoever wrote the scenario and seen in "
        "the past, or `assumed`: the past cannot tell it."
    )
    past: dict[str, Any] = Field(description="What the past of the data says of it, as `havre scenario` writes it.")


class ScenarioStep(Told):
    """A scenario of one size."""

    id: str
    name: Names = Field(description="As its file names it, else its size.")
    seed: int | None
    events: tuple[ScenarioEvent, ...]
    assumptions: tuple[Basis, ...]
    months: tuple[ScenarioMonth, ...]
    links: Links


class ScenarioFamily(Told):
    """Scenarios that differ in sizes alone, the smallest first; each was computed by itself."""

    name: Names
    steps: tuple[ScenarioStep, ...]


class SeriesScenarios(Told):
    """The scenarios of a series: what would change if something happened, not that it will."""

    release: str = Field(description="The newest release: the scenarios come from the same last month of data.")
    standing: Standing | None
    automated: Literal[True] = True
    reviewed: Literal[False] = Field(default=False, description="No person has reviewed a scenario.")
    is_forecast: Literal[False] = Field(default=False, description="A scenario is a condition.")
    reference_only: bool
    scope: str
    measure: str
    origin: str
    destination: str
    last_month: Month
    measure_name: Names
    unit: Names = Field(description="What a figure counts.")
    note: Names
    items: tuple[ScenarioFamily, ...]
    links: Links
