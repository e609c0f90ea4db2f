"""Charts of forecasts and of how they did: as SVG and PNG files, and as text in the terminal.

This room knows no model and no panel: it takes plain tables with the words to label them. Drawing needs the packages of
the extra ``plots``, which are loaded when something is drawn.
"""

from havre.pictures.animation import DisplacementAnimation, animation_page, check_animation_file, write_animation
from havre.pictures.charts import (
    AlarmsChart,
    CalibrationChart,
    Chart,
    DriversChart,
    FanChart,
    LeagueChart,
    Picture,
    ScenarioChart,
)
from havre.pictures.displacement_charts import CampCurvesChart, FillDatesChart, NetworkMapChart, ScenarioCampsChart
from havre.pictures.files import check_picture_file, write_picture
from havre.pictures.terminal import check_terminal_plots, draw_text

__all__ = [
    "AlarmsChart",
    "CalibrationChart",
    "CampCurvesChart",
    "Chart",
    "DisplacementAnimation",
    "DriversChart",
    "FanChart",
    "FillDatesChart",
    "LeagueChart",
    "NetworkMapChart",
    "Picture",
    "ScenarioCampsChart",
    "ScenarioChart",
    "animation_page",
    "check_animation_file",
    "check_picture_file",
    "check_terminal_plots",
    "draw_text",
    "write_animation",
    "write_picture",
]
