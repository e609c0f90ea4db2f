"""Lays out a picture: its heading, its charts under each other with their titles, and its notes at the foot."""

from typing import TYPE_CHECKING

from havre.pictures.bars import alarms_height, draw_alarms, draw_drivers, drivers_height
from havre.pictures.camp_curves import CAMPS_BESIDE, camp_curves_height, draw_camp_curves
from havre.pictures.charts import (
    AlarmsChart,
    CalibrationChart,
    Chart,
    DisplacementChart,
    DriversChart,
    FanChart,
    LeagueChart,
    Picture,
    ScenarioChart,
)
from havre.pictures.displacement_charts import CampCurvesChart, FillDatesChart, NetworkMapChart, ScenarioCampsChart
from havre.pictures.extra import load
from havre.pictures.fans import HEIGHT, draw_fan, draw_scenario
from havre.pictures.fill_dates import draw_fill_dates, fill_dates_height
from havre.pictures.judged import CALIBRATION_HEIGHT, draw_calibration, draw_league, league_height
from havre.pictures.network_map import draw_network, network_height
from havre.pictures.notes import notes_of
from havre.pictures.scenario_camps import draw_scenario_camps, scenario_camps_height
from havre.pictures.style import (
    GREY,
    HEADING_LETTERS,
    LARGE,
    NORMAL,
    NOTE_LETTERS,
    SMALL,
    TITLE_LETTERS,
    WIDTH,
)
from havre.pictures.words import Words, wrapped

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

LINE = 0.21
"""Inches for a line of a heading or note."""
PAD, GAP = 0.1, 0.08
"""Inches between what is drawn and the edge, and above a title."""
BESIDE = 0.18
"""Between axes beside each other, as a share of their width."""


def make_figure(picture: Picture) -> "Figure":
    """Draw a picture; to be called within :func:`havre.pictures.style.settings`.

    Raises
    ------
    ForecastError : matplotlib is not installed
    """
    words = Words(picture.language)
    # A note that several charts share is said once.
    own = dict.fromkeys(note for chart in picture.charts for note in notes_of(chart, words))
    notes = [*own, *picture.notes]
    heading = wrapped(_plain(picture.heading), HEADING_LETTERS)
    foot = "\n".join(wrapped(_plain(note), NOTE_LETTERS) for note in notes)
    heights = [chart_height(chart) for chart in picture.charts]
    ends = [LINE * 1.4 * (heading.count("\n") + 1) + 0.1, LINE * 0.85 * (foot.count("\n") + 1) + 0.15]
    size = (WIDTH, sum(heights) + sum(ends))
    # No layout engine: the solver behind "constrained" gives other last digits from run to run.
    figure: Figure = load("matplotlib.figure").Figure(figsize=size)
    parts = figure.subfigures(len(heights) + 2, 1, height_ratios=[ends[0], *heights, ends[1]], squeeze=False)[:, 0]
    parts[0].text(0.015, 0.3, heading, fontsize=LARGE, fontweight="bold", va="center", ha="left")
    for part, chart, height in zip(parts[1:-1], picture.charts, heights, strict=True):
        title = wrapped(_plain(title_of(chart, words)), TITLE_LETTERS)
        part.text(0.015, 1 - GAP / height, title, fontsize=NORMAL, va="top", ha="left")
        draw_chart(part, chart, words)
        # Small drawings beside each other need more room between them: each has its own axis.
        beside = CAMPS_BESIDE if isinstance(chart, CampCurvesChart) else BESIDE
        _fit(part, height, LINE * (title.count("\n") + 1), beside)
    parts[-1].text(0.015, 0.92, foot, fontsize=SMALL, va="top", ha="left", color=GREY, linespacing=1.25)
    return figure


def _fit(part: "SubFigure", height: float, title: float, beside: float) -> None:
    """Make room around the axes for their labels, and for their legend under the title; all in inches."""
    union, dpi = load("matplotlib.transforms").Bbox.union, part.figure.dpi
    around = union([axes.get_tightbbox() for axes in part.axes])
    inside = union([axes.bbox for axes in part.axes])
    left, right = (inside.x0 - around.x0) / dpi + PAD, (around.x1 - inside.x1) / dpi + PAD
    below, above = (inside.y0 - around.y0) / dpi + PAD, (around.y1 - inside.y1) / dpi + GAP + title
    part.subplots_adjust(
        left=left / WIDTH,
        right=1 - min(right, WIDTH / 4) / WIDTH,
        bottom=below / height,
        top=1 - above / height,
        wspace=beside,
    )


def title_of(chart: Chart, words: Words) -> str:
    """Give the title of a chart; that of a scenario says what is supposed."""
    if isinstance(chart, ScenarioChart | ScenarioCampsChart):
        return words.text("scenario.title", series=chart.title, supposed=chart.supposed)
    return chart.title


def chart_height(chart: Chart) -> float:
    """Give the height of a chart [inches]."""
    match chart:
        case LeagueChart():
            return league_height(chart)
        case AlarmsChart():
            return alarms_height(chart)
        case DriversChart():
            return drivers_height(chart)
        case CalibrationChart():
            return CALIBRATION_HEIGHT
        case FanChart() | ScenarioChart():
            return HEIGHT
        case _:
            return _displacement_height(chart)


def _displacement_height(chart: DisplacementChart) -> float:
    match chart:
        case NetworkMapChart():
            return network_height(chart)
        case CampCurvesChart():
            return camp_curves_height(chart)
        case FillDatesChart():
            return fill_dates_height(chart)
        case ScenarioCampsChart():
            return scenario_camps_height(chart)


def draw_chart(part: "SubFigure", chart: Chart, words: Words) -> None:
    """Draw a chart into its part of the figure."""
    match chart:
        case FanChart():
            draw_fan(part, chart, words)
        case ScenarioChart():
            draw_scenario(part, chart, words)
        case LeagueChart():
            draw_league(part, chart, words)
        case CalibrationChart():
            draw_calibration(part, chart, words)
        case AlarmsChart():
            draw_alarms(part, chart, words)
        case DriversChart():
            draw_drivers(part, chart, words)
        case _:
            _draw_displacement(part, chart, words)


def _draw_displacement(part: "SubFigure", chart: DisplacementChart, words: Words) -> None:
    match chart:
        case NetworkMapChart():
            draw_network(part, chart, words)
        case CampCurvesChart():
            draw_camp_curves(part, chart, words)
        case FillDatesChart():
            draw_fill_dates(part, chart, words)
        case ScenarioCampsChart():
            draw_scenario_camps(part, chart, words)


def _plain(text: str) -> str:
    """Keep a dollar sign a dollar sign: between two of them matplotlib would read mathematics."""
    return text.replace("$", r"\$")
