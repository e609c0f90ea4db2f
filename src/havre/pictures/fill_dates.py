"""Draws when camps are full for the first time: an interval of days each, and the chance that it happens at all."""

from datetime import date
from typing import TYPE_CHECKING, Any

from havre.pictures.displacement_charts import FillDatesChart
from havre.pictures.style import BLACK, BLUE, GREY, SKY, SMALL, legend_above, say_nothing
from havre.pictures.words import Words, day_ticks, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import SubFigure

ROW, AROUND = 0.33, 1.65
NAME_LETTERS = 34


def fill_dates_height(chart: FillDatesChart) -> float:
    """Give the height of a chart of fill dates [inches]."""
    return AROUND + ROW * max(1, chart.dates.height)


def draw_fill_dates(part: "SubFigure", chart: FillDatesChart, words: Words) -> None:
    """Draw a bar from the early to the late end of the interval, open where that lies after the last day."""
    if chart.dates.is_empty():
        say_nothing(part, words.text("nothing"))
        return
    axes = part.subplots()
    rows = chart.dates.to_dicts()
    last = chart.last.toordinal()
    for place, row in enumerate(rows):
        if row["low"] is not None:
            _bar(axes, place, row, last, words.text("fill.interval", percent=chart.interval))
        if row["median"] is not None:
            mark: dict[str, Any] = {"marker": "D", "ms": 6, "ls": "none", "color": BLACK, "mec": "white", "zorder": 4}
            day = row["median"].toordinal()
            axes.plot([day], [place], label=words.text("fill.median"), clip_on=False, **mark)
        if row["low"] is not None and row["high"] is None:
            mark = {"marker": ">", "ms": 7, "ls": "none", "color": BLUE, "zorder": 5}
            axes.plot([last], [place], label=words.text("fill.open"), clip_on=False, **mark)
    _chances(axes, rows, words)
    _frame(axes, [row["camp"] for row in rows], chart.first, chart.last, words)
    axes.set_xlim(chart.first.toordinal(), max(last, chart.first.toordinal() + 1))
    legend_above(axes, 3)


def _chances(axes: "Axes", rows: list[dict[str, Any]], words: Words) -> None:
    """Write beside each bar in which share of the runs the camp fills."""
    beside: dict[str, Any] = {"transform": axes.get_yaxis_transform(), "fontsize": SMALL, "va": "center", "ha": "right"}
    axes.text(1.1, -0.85, words.text("fill.chance"), color=GREY, **beside)
    for place, row in enumerate(rows):
        axes.text(1.1, place, words.chance(row["chance"]), **beside)


def _bar(axes: "Axes", place: int, row: dict[str, Any], last: int, label: str | None) -> None:
    start = row["low"].toordinal()
    end = last if row["high"] is None else row["high"].toordinal()
    # Two ends on the same day are still a bar of one day.
    look: dict[str, Any] = {"height": 0.42, "facecolor": SKY, "edgecolor": BLUE, "linewidth": 0.8, "label": label}
    axes.barh(place, max(end - start, 1), left=start - (0.5 if end == start else 0.0), zorder=3, **look)


def _frame(axes: "Axes", names: list[str], first: date, last: date, words: Words) -> None:
    ticks = day_ticks(first, last, 7)
    labels = [words.month(tick) if all(tick.day == 1 for tick in ticks) else words.day(tick) for tick in ticks]
    axes.set_xticks([tick.toordinal() for tick in ticks], labels)
    axes.set_yticks(range(len(names)), [wrapped(name, NAME_LETTERS) for name in names])
    # A row at the top for what the figures beside are.
    axes.set_ylim(len(names) - 0.4, -1.1)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
