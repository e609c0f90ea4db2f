"""Draws fans: a forecast with its intervals after the months that were counted, and a scenario beside its base."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from havre.months import month_index, month_ticks
from havre.pictures.charts import BANDS, MEDIAN, FanChart, ScenarioChart, curve
from havre.pictures.style import BLACK, BLUE, GREY, SKY, VERMILION, legend_above, say_nothing
from havre.pictures.words import Words, number_ticks

if TYPE_CHECKING:
    from datetime import date

    from matplotlib.axes import Axes
    from matplotlib.figure import SubFigure
    from numpy.typing import NDArray

HEIGHT = 3.9
"""Inches."""
MONTH_LABELS = 8
SHADES = {95: 0.22, 80: 0.40, 50: 0.65}
Curve = Sequence[tuple["date", float | None]]


def draw_fan(part: "SubFigure", chart: FanChart, words: Words) -> None:
    """Draw the months counted, and the median with its intervals for those expected; gaps stay gaps."""
    shown = [*chart.history["month"], *chart.forecast["month"]]
    if not shown:
        say_nothing(part, words.text("nothing"))
        return
    axes = part.subplots()
    months, counts = points(list(chart.history.sort("month").select("month", "value").iter_rows()))
    axes.plot(months, counts, color=BLACK, lw=1.4, marker="o", ms=2.6, label=words.text("fan.counted"))
    for percent, low, high in BANDS:
        named = words.text("fan.interval", percent=percent)
        _band(axes, curve(chart.forecast, low), curve(chart.forecast, high), SKY, SHADES[percent], named)
    months, counts = points(curve(chart.forecast, MEDIAN))
    axes.plot(months, counts, color=BLUE, lw=1.8, marker="D", ms=3.2, label=words.text("fan.median"), clip_on=False)
    if chart.forecast.height:
        start = month_index(chart.forecast["month"].min()) - 0.5  # type: ignore[arg-type]
        axes.axvline(start, color=GREY, lw=1.0, ls=(0, (4, 3)), label=words.text("fan.start"))
    legend_above(axes, 3)
    _axes(axes, shown, chart.unit, words)


def draw_scenario(part: "SubFigure", chart: ScenarioChart, words: Words) -> None:
    """Draw median and 80 % interval without and with the events; those with are hatched and dashed."""
    shown = [*chart.base["month"], *chart.changed["month"]]
    if not shown:
        say_nothing(part, words.text("nothing"))
        return
    axes = part.subplots()
    _, low, high = BANDS[1]
    for key, table, colour, line in (("base", chart.base, BLUE, "-"), ("changed", chart.changed, VERMILION, "--")):
        named = words.text(f"scenario.{key}_interval")
        hatch = "////" if key == "changed" else None
        _band(axes, curve(table, low), curve(table, high), colour, 0.25, named, hatch)
        months, counts = points(curve(table, MEDIAN))
        mark: dict[str, Any] = {"marker": "s" if key == "changed" else "D", "ms": 3.4, "clip_on": False}
        axes.plot(months, counts, color=colour, lw=1.8, ls=line, label=words.text(f"scenario.{key}"), **mark)
    legend_above(axes, 2)
    _axes(axes, shown, chart.unit, words)


def points(pairs: Curve) -> tuple["NDArray[np.float64]", "NDArray[np.float64]"]:
    """Give counted months and values as arrays, NaN where there is none, and where a month is left out between two."""
    if not pairs:
        return np.empty(0), np.empty(0)
    first, last = (month_index(pairs[end][0]) for end in (0, -1))
    values = np.full(last - first + 1, np.nan)
    for month, value in pairs:
        values[month_index(month) - first] = np.nan if value is None else value
    return np.arange(first, last + 1, dtype=np.float64), values


def _band(
    axes: "Axes", low: Curve, high: Curve, colour: str, opacity: float, label: str, hatch: str | None = None
) -> None:
    months, lower = points(low)
    upper = points(high)[1]
    if len(months) == 1:
        # An area over one month has no width: it becomes a bar.
        months, lower, upper = np.array([months[0] - 0.2, months[0] + 0.2]), lower.repeat(2), upper.repeat(2)
    edge = {"edgecolor": colour, "linewidth": 0.6} if hatch else {"linewidth": 0.0}
    axes.fill_between(months, lower, upper, facecolor=colour, alpha=opacity, label=label, hatch=hatch, **edge)


def _axes(axes: "Axes", shown: Sequence["date"], unit: str, words: Words) -> None:
    months = [month_index(month) for month in shown]
    ticks = month_ticks(min(months), max(months), MONTH_LABELS)
    axes.set_xticks(ticks, [words.counted_month(tick) for tick in ticks])
    axes.set_xlim(min(months) - 0.8, max(months) + 0.8)
    highest = max(axes.dataLim.y1, 1.0) if np.isfinite(axes.dataLim.y1) else 1.0
    counts = number_ticks(0.0, highest)
    axes.set_yticks(counts, [words.number(count) for count in counts])
    axes.set_ylim(0.0, max(counts[-1], highest))
    axes.set_ylabel(unit)
