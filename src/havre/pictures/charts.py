"""What each kind of chart shows: plain tables, checked when a chart is made, and the words to label them."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from havre.pictures.displacement_charts import CampCurvesChart, FillDatesChart, NetworkMapChart, ScenarioCampsChart
from havre.pictures.tables import check_columns
from havre.texts import Language

BANDS = ((95, 0.025, 0.975), (80, 0.1, 0.9), (50, 0.25, 0.75))
"""Intervals that a fan shows, in per cent with their quantile levels, the widest first so that narrow ones lie on
top."""
MEDIAN = 0.5


@dataclass(frozen=True)
class FanChart:
    """Months that were counted, and the median with its 50, 80 and 95 % intervals of those that are expected.

    Parameters
    ----------
    title : what is counted, and where
    unit : the axis of counts in words
    history : ``month`` and ``value``, null for a gap
    forecast : ``month``, ``quantile`` and ``value``, null for what is suppressed
    """

    title: str
    unit: str
    history: pl.DataFrame
    forecast: pl.DataFrame

    def __post_init__(self) -> None:
        check_columns(self.history, ("month", "value"))
        check_columns(self.forecast, ("month", "quantile", "value"))


@dataclass(frozen=True)
class ScenarioChart:
    """The median and the 80 % interval without and with the events of a scenario; not a forecast.

    Parameters
    ----------
    title : the series
    supposed : what is supposed, in words
    unit : the axis of counts in words
    base, changed : ``month``, ``quantile`` and ``value``
    """

    title: str
    supposed: str
    unit: str
    base: pl.DataFrame
    changed: pl.DataFrame

    def __post_init__(self) -> None:
        for table in (self.base, self.changed):
            check_columns(table, ("month", "quantile", "value"))


@dataclass(frozen=True)
class LeagueChart:
    """Ratios of mean scores to the best naive baseline, with their interval, by model and horizon.

    ``ratios`` has ``model``, ``baseline`` (true or false), ``horizon``, ``ratio``, ``low`` and ``high``; the last two
    are null where there is no interval. Models are shown in the order in which they come.
    """

    title: str
    ratios: pl.DataFrame

    def __post_init__(self) -> None:
        check_columns(self.ratios, ("model", "baseline", "horizon", "ratio", "low", "high"))


@dataclass(frozen=True)
class CalibrationChart:
    """How often central intervals held what came: ``horizon``, ``nominal`` and ``observed``, shares from 0 to 1."""

    title: str
    coverage: pl.DataFrame

    def __post_init__(self) -> None:
        check_columns(self.coverage, ("horizon", "nominal", "observed"))


@dataclass(frozen=True)
class AlarmsChart:
    """The chance of a surge of each series against its threshold.

    ``chances`` has ``name``, ``chance``, ``threshold`` (null where none could be fixed) and ``alarm``; ``left_out`` is
    the number of series that are watched and not shown.
    """

    title: str
    chances: pl.DataFrame
    left_out: int = 0

    def __post_init__(self) -> None:
        check_columns(self.chances, ("name", "chance", "threshold", "alarm"))


@dataclass(frozen=True)
class DriversChart:
    """Contributions that lead from a first figure to a last one, and add up; the axis need not start at zero.

    Parameters
    ----------
    title : the forecast
    unit : the axis of counts in words
    start, end : name and whole persons of the first and the last figure
    parts : ``name`` and ``persons``, signed whole numbers in the order in which they are added

    Raises
    ------
    ValueError : the contributions do not add up
    """

    title: str
    unit: str
    start: tuple[str, int]
    end: tuple[str, int]
    parts: pl.DataFrame

    def __post_init__(self) -> None:
        check_columns(self.parts, ("name", "persons"))
        if self.start[1] + int(self.parts["persons"].sum()) != self.end[1]:
            raise ValueError(f"the contributions to {self.title} do not add up")


DisplacementChart = NetworkMapChart | CampCurvesChart | FillDatesChart | ScenarioCampsChart
Chart = FanChart | ScenarioChart | LeagueChart | CalibrationChart | AlarmsChart | DriversChart | DisplacementChart


@dataclass(frozen=True)
class Picture:
    """Charts under each other, with a heading and, at the foot, where the figures come from and how to take them.

    Raises
    ------
    ValueError : there is no chart
    """

    heading: str
    charts: tuple[Chart, ...]
    notes: tuple[str, ...]
    language: Language

    def __post_init__(self) -> None:
        if not self.charts:
            raise ValueError("a picture needs a chart")


def curve(table: pl.DataFrame, level: float) -> list[tuple[date, float | None]]:
    """Give month and value of one quantile level, in the order of the months."""
    near = table.filter((pl.col("quantile") - level).abs() < 1e-9).sort("month")
    return list(near.select("month", "value").iter_rows())
