"""Draws bars: chances of a surge against their thresholds, and contributions that add up to a forecast."""

from typing import TYPE_CHECKING, Any

from havre.pictures.charts import AlarmsChart, DriversChart
from havre.pictures.style import BLACK, BLUE, GREY, SKY, SMALL, VERMILION, legend_above, say_nothing
from havre.pictures.words import Words, number_ticks, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import SubFigure

ROW = 0.34
"""Inches for a bar."""
NAME_LETTERS = 34
"""Letters on a line of a bar's name."""


def alarms_height(chart: AlarmsChart) -> float:
    """Give the height of a chart of alarms [inches]."""
    return 1.5 + ROW * max(1, chart.chances.height)


def drivers_height(chart: DriversChart) -> float:
    """Give the height of a chart of drivers [inches]."""
    return 1.4 + 1.25 * ROW * (chart.parts.height + 2)


def draw_alarms(part: "SubFigure", chart: AlarmsChart, words: Words) -> None:
    """Draw a bar for each series and a mark at its threshold."""
    if chart.chances.is_empty():
        say_nothing(part, words.text("nothing"))
        return
    axes = part.subplots()
    rows = chart.chances.to_dicts()
    for raised, colour, key in ((True, VERMILION, "alarm"), (False, SKY, "no_alarm")):
        bars = [(place, row["chance"]) for place, row in enumerate(rows) if row["alarm"] is raised]
        if bars:
            places, chances = zip(*bars, strict=True)
            bar: dict[str, Any] = {
                "color": colour,
                "hatch": "///" if raised else None,
                "edgecolor": "white",
                "height": 0.62,
            }
            axes.barh(places, chances, label=words.text(f"alarms.{key}"), **bar)
    known = [(row["threshold"], place) for place, row in enumerate(rows) if row["threshold"] is not None]
    if known:
        thresholds, places = zip(*known, strict=True)
        look: dict[str, Any] = {"marker": "|", "ms": 15, "mew": 2.2, "color": BLACK, "ls": "none"}
        axes.plot(thresholds, places, label=words.text("alarms.threshold"), **look)
    _names(axes, [row["name"] for row in rows])
    highest = max([row["chance"] for row in rows] + [row["threshold"] or 0.0 for row in rows])
    shares = number_ticks(0.0, max(min(highest * 1.05, 1.0), 0.05))
    axes.set_xticks(shares, [words.percent(share) for share in shares])
    axes.set_xlim(0.0, shares[-1])
    axes.set_xlabel(words.text("alarms.axis"))
    legend_above(axes, 3, marker_scale=0.6)


def draw_drivers(part: "SubFigure", chart: DriversChart, words: Words) -> None:
    """Draw the first figure, each contribution from where the one before ended, and the last figure."""
    axes = part.subplots()
    at = chart.start[1]
    ends = [at, chart.end[1]]
    drawn: set[str] = set()
    for place, (_, persons) in enumerate(chart.parts.select("name", "persons").iter_rows(), start=1):
        key = "rises" if persons > 0 else "falls"
        label = None if key in drawn else words.text(f"drivers.{key}")
        drawn.add(key)
        axes.barh(place, persons, left=at, height=0.62, color=BLUE if persons > 0 else VERMILION, label=label)
        axes.plot([at, at], [place - 0.69, place - 0.31], color=GREY, lw=0.8)
        _figure(axes, max(at, at + persons), place, words.signed(persons))
        at += persons
        ends.append(at)
    last = chart.parts.height + 1
    axes.plot([at, at], [last - 0.69, last - 0.31], color=GREY, lw=0.8)
    # Dots and no bars, so that the axis need not start at zero and small contributions can be seen.
    figures = [chart.start[1], chart.end[1]]
    axes.plot(figures, [0, last], marker="o", ms=8, ls="none", color=BLACK, label=words.text("drivers.figure"))
    for place, figure in zip((0, last), figures, strict=True):
        _figure(axes, figure, place, words.number(figure))
    names = [chart.start[0], *chart.parts["name"], chart.end[0]]
    _names(axes, names)
    low, high = min(ends), max(*ends, min(ends) + 1)
    ticks = [tick for tick in number_ticks(low, high) if tick == round(tick)]
    axes.set_xticks(ticks, [words.number(tick) for tick in ticks])
    # Room for the figure beside the longest bar.
    axes.set_xlim(min(ticks[0], low), max(ticks[-1], high) + 0.1 * (high - low))
    axes.set_xlabel(chart.unit)
    legend_above(axes, 3)


def _figure(axes: "Axes", x: float, place: float, text: str) -> None:
    axes.annotate(text, (x, place), xytext=(7, 0), textcoords="offset points", va="center", fontsize=SMALL)


def _names(axes: "Axes", names: list[str]) -> None:
    axes.set_yticks(range(len(names)), [wrapped(name, NAME_LETTERS) for name in names])
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
