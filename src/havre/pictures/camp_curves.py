"""Draws the people in each camp by day: simulated with intervals, counted, and the capacity; a small drawing a camp."""

from datetime import date
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from havre.pictures.charts import BANDS, MEDIAN
from havre.pictures.displacement_charts import CampCurvesChart
from havre.pictures.fans import SHADES
from havre.pictures.small_counts import Floats, veiled
from havre.pictures.style import BLACK, BLUE, GREY, SKY, SMALL, VERMILION, say_nothing
from havre.pictures.words import Words, day_ticks, number_ticks, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import SubFigure

ROW, AROUND = 1.95, 1.0
"""Inches for a row of drawings, and for title, legend and dates."""
FAR = 2.5
"""A capacity so many times above the highest count is written instead of drawn."""
RED = "#A84A00"
"""Vermilion, dark enough for letters."""
NAME_LETTERS = 78
"""Letters of names that fit beside each other above the drawings; descriptions have them whole."""
CAMPS_BESIDE = 0.36
"""Between drawings beside each other, as a share of their width."""
DENSE = 60
"""Counts in one drawing from which on their dots are small."""


def columns_of(camps: int) -> int:
    """Give how many drawings stand beside each other."""
    return {1: 1, 2: 2, 4: 2}.get(camps, 3)


def camp_curves_height(chart: CampCurvesChart) -> float:
    """Give the height of the drawings of all camps [inches]."""
    camps = len(chart.camps)
    if camps == 1:
        return 3.9
    return AROUND + ROW * max(1, ceil(camps / columns_of(camps)))


def draw_camp_curves(part: "SubFigure", chart: CampCurvesChart, words: Words) -> None:
    """Draw a small drawing for each camp, all over the same days, each with its own axis of people."""
    camps = chart.camps
    if not camps:
        say_nothing(part, words.text("nothing"))
        return
    columns = columns_of(len(camps))
    rows = ceil(len(camps) / columns)
    grid = part.subplots(rows, columns, sharex=True, squeeze=False)
    part.subplots_adjust(wspace=CAMPS_BESIDE, hspace=0.34)
    for axes, camp in zip(grid.flat, camps, strict=False):
        _camp(axes, chart, camp, words)
        if len(camps) > 1:
            axes.set_title(
                shortened(camp, NAME_LETTERS // columns), fontsize=SMALL, fontweight="bold", loc="left", pad=4
            )
    for axes in grid.flat[len(camps) :]:
        axes.set_axis_off()
    _days(grid, len(camps), chart, words)
    _legend(grid, chart, words)


def quantile_curve(curves: pl.DataFrame, camp: str, level: float) -> list[tuple[date, float]]:
    """Give day and people of one quantile in one camp, in the order of the days."""
    near = (pl.col("camp") == camp) & ((pl.col("quantile") - level).abs() < 1e-9)
    return list(curves.filter(near).sort("day").select("day", "value").iter_rows())


def counts_of(chart: CampCurvesChart, camp: str) -> list[tuple[date, float]]:
    """Give day and people of what was counted in one camp, without the gaps."""
    known = chart.counted.drop_nulls("value").filter(pl.col("camp") == camp).sort("day")
    return list(known.select("day", "value").iter_rows())


def capacity_of(chart: CampCurvesChart, camp: str) -> float | None:
    """Give the capacity of a camp; ``None`` where it has no limit or none is known."""
    known = dict(chart.capacities.select("camp", "capacity").iter_rows())
    return known.get(camp)


def is_far(capacity: float, highest: float, threshold: int) -> bool:
    """Tell whether a line at the capacity would press what is drawn together at the foot of the drawing."""
    return capacity > FAR * max(highest, threshold)


def _arrays(pairs: list[tuple[date, float]], threshold: int) -> tuple[Floats, Floats]:
    days = np.array([day.toordinal() for day, _ in pairs], dtype=np.float64)
    return days, veiled([value for _, value in pairs], threshold)


def _camp(axes: "Axes", chart: CampCurvesChart, camp: str, words: Words) -> None:
    """Draw one camp: intervals, median, counts, capacity, and the end of what was fitted."""
    _intervals(axes, chart, camp, words)
    days, values = _arrays(quantile_curve(chart.curves, camp, MEDIAN), chart.threshold)
    one: dict[str, Any] = {"marker": "D", "ms": 4} if len(days) == 1 else {}
    axes.plot(days, values, color=BLUE, lw=1.5, label=words.text("camps.median"), **one)
    if counted := counts_of(chart, camp):
        days, values = _arrays(counted, chart.threshold)
        size = 2.0 if len(days) > DENSE else 3.4
        axes.plot(days, values, marker="o", ms=size, ls="none", color=BLACK, label=words.text("camps.counted"))
    drawn = _capacity(axes, chart, camp, words)
    if chart.fitted_until is not None:
        end = chart.fitted_until.toordinal() + 0.5
        axes.axvline(end, color=GREY, lw=1.0, ls=(0, (1, 1.5)), label=words.text("camps.fitted"))
    highest = max(axes.dataLim.y1, drawn, float(chart.threshold))
    counts = number_ticks(0.0, highest, 4)
    axes.set_yticks(counts, [words.number(count) for count in counts])
    axes.set_ylim(0.0, max(counts[-1], highest))


def _intervals(axes: "Axes", chart: CampCurvesChart, camp: str, words: Words) -> None:
    for percent, low, high in BANDS:
        ends = [quantile_curve(chart.curves, camp, level) for level in (low, high)]
        if all(ends):
            days, lower = _arrays(ends[0], chart.threshold)
            upper = _arrays(ends[1], chart.threshold)[1]
            # A thin edge, so that an interval of few people can be seen.
            look: dict[str, Any] = {"facecolor": SKY, "edgecolor": SKY, "lw": 0.5, "alpha": SHADES[percent]}
            axes.fill_between(days, lower, upper, label=words.text("camps.interval", percent=percent), **look)


def _capacity(axes: "Axes", chart: CampCurvesChart, camp: str, words: Words) -> float:
    """Draw the capacity as a line, or write it where it is far above; give how high the line lies, 0 without one."""
    capacity = capacity_of(chart, camp)
    if capacity is None:
        return 0.0
    if not is_far(capacity, axes.dataLim.y1, chart.threshold):
        axes.axhline(capacity, color=VERMILION, lw=1.1, ls=(0, (5, 2)), label=words.text("camps.capacity"))
        return capacity
    told = words.text("camps.capacity_above", people=words.number(capacity))
    ground: dict[str, Any] = {"facecolor": "white", "alpha": 0.7, "edgecolor": "none", "pad": 0.8}
    look: dict[str, Any] = {"color": RED, "fontsize": SMALL, "ha": "left", "va": "top", "bbox": ground}
    axes.text(0.03, 0.97, told, transform=axes.transAxes, **look)
    return 0.0


def _days(grid: "np.ndarray", camps: int, chart: CampCurvesChart, words: Words) -> None:
    """Share the days of all camps; dates stand under the lowest drawing of each column."""
    shown = [*chart.curves["day"], *chart.counted.filter(pl.col("camp").is_in(chart.camps))["day"]]
    first, last = min(shown), max(shown)
    rows, columns = grid.shape
    ticks = day_ticks(first, last, {1: 8, 2: 4}.get(columns, 3))
    labels = day_labels(ticks, words)
    room = max((last - first).days * 0.015, 0.8)
    for place, axes in enumerate(grid.flat):
        axes.set_xticks([tick.toordinal() for tick in ticks], labels)
        axes.set_xlim(first.toordinal() - room, last.toordinal() + room)
        lowest = place + columns >= camps
        axes.tick_params(labelbottom=lowest, length=3)
    grid[rows // 2][0].set_ylabel(chart.unit)


def day_labels(ticks: list[date], words: Words) -> list[str]:
    """Write days short: the year stands under the first of them, and where it changes."""
    years = [tick.year for tick in ticks]
    new = [place == 0 or years[place] != years[place - 1] for place in range(len(ticks))]
    return [f"{words.short_day(tick)}\n{tick.year if first else ''}" for tick, first in zip(ticks, new, strict=True)]


def _legend(grid: "np.ndarray", chart: CampCurvesChart, words: Words) -> None:
    """One legend for all, above the names of the camps, with whatever is drawn in any of them."""
    found: dict[str, object] = {}
    for axes in grid.flat:
        handles, labels = axes.get_legend_handles_labels()
        found |= {label: handle for handle, label in zip(handles, labels, strict=True) if label not in found}
    lift = 1.9 if len(chart.camps) > 1 else 0.3
    grid[0][0].legend(
        list(found.values()), list(found), ncols=4, loc="lower left", bbox_to_anchor=(0.0, 1.0), borderaxespad=lift,
        frameon=False, handlelength=1.8, columnspacing=1.2,
    )  # fmt: skip
