"""Draws how the events of a scenario change the people in each camp: a median and its interval beside nought."""

from typing import TYPE_CHECKING, Any

import numpy as np

from havre.pictures.displacement_charts import ScenarioCampsChart
from havre.pictures.small_counts import veiled
from havre.pictures.style import BLACK, BLUE, GREY, SMALL, VERMILION, legend_above, say_nothing
from havre.pictures.words import Words, number_ticks, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import SubFigure

ROW, AROUND = 0.33, 1.95
NAME_LETTERS = 34


def scenario_camps_height(chart: ScenarioCampsChart) -> float:
    """Give the height of a chart of differences [inches]."""
    return AROUND + ROW * max(1, chart.changes.height)


def draw_scenario_camps(part: "SubFigure", chart: ScenarioCampsChart, words: Words) -> None:
    """Draw a line from end to end of each interval and a mark at the median, filled where nought lies outside."""
    if chart.changes.is_empty():
        say_nothing(part, words.text("nothing"))
        return
    axes = part.subplots()
    axes.axvline(0.0, color=BLACK, lw=1.0)
    values = chart.changes.select("change", "low", "high").to_numpy().astype(np.float64)
    drawn = veiled(values, chart.threshold)
    for place, (change, low, high) in enumerate(drawn.tolist()):
        # By the true ends: what is drawn for a small one may lie on nought.
        key = "more" if values[place, 1] > 0 else "fewer" if values[place, 2] < 0 else "either"
        label = words.text(f"change.{key}", percent=chart.interval)
        colour, sign = {"more": (BLUE, "^"), "fewer": (VERMILION, "v"), "either": (GREY, "o")}[key]
        look: dict[str, Any] = {"color": colour, "mfc": "white" if key == "either" else colour}
        axes.plot([low, high], [place, place], color=colour, lw=2.4, solid_capstyle="butt")
        axes.plot([change], [place], marker=sign, ms=6.5, ls="none", label=label, **look)
    _beside(axes, chart, words)
    _frame(axes, chart, drawn, words)
    legend_above(axes, 1 if words.language == "fr" else 3)


def _beside(axes: "Axes", chart: ScenarioCampsChart, words: Words) -> None:
    """Write the figures: people without the events, and the change."""
    across = axes.get_yaxis_transform()
    for column, key, align in ((1.1, "base", "right"), (1.22, "change", "right")):
        axes.text(column, -0.85, words.text(f"change.{key}"), transform=across, fontsize=SMALL, ha=align, va="center",
                  color=GREY)  # fmt: skip
    for place, row in enumerate(chart.changes.iter_rows(named=True)):
        base = words.people(row["base"], chart.threshold)
        change = words.change(row["change"], chart.threshold)
        for column, text, weight in ((1.1, base, "normal"), (1.22, change, "bold")):
            axes.text(column, place, text, transform=across, fontsize=SMALL, ha="right", va="center", fontweight=weight)


def _frame(axes: "Axes", chart: ScenarioCampsChart, drawn: np.ndarray, words: Words) -> None:
    low, high = min(float(drawn.min()), 0.0), max(float(drawn.max()), 0.0)
    if high - low < 1.0:
        low, high = -float(chart.threshold), float(chart.threshold)
    ticks = number_ticks(low, high, 6)
    axes.set_xticks(ticks, [words.signed(tick) for tick in ticks])
    axes.set_xlim(ticks[0], ticks[-1])
    names = chart.changes["camp"].to_list()
    axes.set_yticks(range(len(names)), [wrapped(name, NAME_LETTERS) for name in names])
    # A row at the top for what the figures beside are.
    axes.set_ylim(len(names) - 0.4, -1.1)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel(chart.unit)
