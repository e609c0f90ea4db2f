"""Charts of forecasts and of how they did: as SVG and PNG files, and as text in the terminal.

This room knows no model and no panel: it takes plain tables with the words to label them. Drawing needs the packages of
the extra ``plots``, which are loaded when something is drawn.
"""

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
from havre.pictures.files import check_picture_file, write_picture
from havre.pictures.terminal import check_terminal_plots, draw_text

__all__ = [
    "AlarmsChart",
    "CalibrationChart",
    "Chart",
    "DriversChart",
    "FanChart",
    "LeagueChart",
    "Picture",
    "ScenarioChart",
    "check_picture_file",
    "check_terminal_plots",
    "draw_text",
    "write_picture",
]
