"""Draws how models did: their scores beside the best naive baseline, and how often their intervals held."""

from math import floor
from typing import TYPE_CHECKING, Any

import polars as pl

from havre.pictures.charts import CalibrationChart, LeagueChart
from havre.pictures.style import BLACK, BLUE, GREY, LINES, MARKERS, SMALL, legend_above, say_nothing
from havre.pictures.words import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import SubFigure

LARGEST_RATIO = 2.0
"""Ratios beyond are shown as an arrow at the edge, so that one bad guess does not press the others together."""
CALIBRATION_HEIGHT = 4.2
ROW = 0.25
"""Inches for a model."""


def league_height(chart: LeagueChart) -> float:
    """Give the height of a league chart [inches]."""
    return 1.35 + ROW * max(3, chart.ratios["model"].n_unique())


def draw_league(part: "SubFigure", chart: LeagueChart, words: Words) -> None:
    """Draw a column of ratios for each horizon, a row for each model, and a line at 1."""
    horizons = chart.ratios["horizon"].unique().sort().to_list()
    if not horizons:
        say_nothing(part, words.text("nothing"))
        return
    models = chart.ratios["model"].unique(maintain_order=True).to_list()
    columns = part.subplots(1, len(horizons), sharex=True, sharey=True, squeeze=False)[0]
    ends = chart.ratios.select("ratio", "low", "high")
    lowest = min([0.9, *(float(v) for name in ends.columns for v in ends[name].drop_nulls().drop_nans())])
    highest = max([1.1, *(float(v) for name in ends.columns for v in ends[name].drop_nulls().drop_nans())])
    right = min(highest * 1.04, LARGEST_RATIO)
    for axes, horizon in zip(columns, horizons, strict=True):
        axes.axvline(1.0, color=BLACK, lw=1.0)
        _ratios(axes, chart.ratios.filter(pl.col("horizon") == horizon), models, right)
        axes.set_title(words.text("months_ahead", horizon=horizon), fontsize=SMALL)
    first = columns[0]
    first.set_yticks(range(len(models)), models)
    first.set_ylim(len(models) - 0.4, -0.6)
    first.set_xlim(max(0.0, lowest - 0.06), right)
    ticks = [tick for tick in (0.5, 1.0, 1.5, 2.0) if lowest - 0.06 <= tick <= right]
    first.set_xticks(ticks, [words.decimal(tick) for tick in ticks])
    columns[len(columns) // 2].set_xlabel(words.text("league.axis"))
    _league_legend(first, words, beyond=highest > right)


def _ratios(axes: "Axes", rows: pl.DataFrame, models: list[str], right: float) -> None:
    for row in rows.iter_rows(named=True):
        place, ratio = models.index(row["model"]), row["ratio"]
        if ratio is None or ratio != ratio:
            continue
        colour = GREY if row["baseline"] else BLUE
        if row["low"] is not None and row["high"] is not None:
            axes.plot([row["low"], min(row["high"], right)], [place, place], color=colour, lw=1.6)
        if ratio > right:
            axes.plot([right], [place], marker=">", ms=5, color=colour, clip_on=False, ls="none")
        else:
            face = "white" if row["baseline"] else colour
            axes.plot([ratio], [place], marker="s" if row["baseline"] else "o", ms=4.5, color=colour, mfc=face)


def _league_legend(axes: "Axes", words: Words, *, beyond: bool) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=BLUE, marker="o", ms=4.5, lw=1.6, label=words.text("league.model")),
        Line2D([], [], color=GREY, marker="s", ms=4.5, mfc="white", ls="none", label=words.text("league.baseline")),
    ]
    if beyond:
        handles.append(Line2D([], [], color=GREY, marker=">", ms=5, ls="none", label=words.text("league.beyond")))
    # Above the names of the horizons.
    axes.legend(handles=handles, loc="lower left", bbox_to_anchor=(0.0, 1.0), borderaxespad=2.2, ncols=3, frameon=False)


def draw_calibration(part: "SubFigure", chart: CalibrationChart, words: Words) -> None:
    """Draw observed against nominal coverage, a line for each horizon, and the diagonal where both are equal."""
    known = chart.coverage.drop_nulls()
    if known.is_empty():
        say_nothing(part, words.text("nothing"))
        return
    axes = part.subplots()
    axes.plot([0, 1], [0, 1], color=GREY, lw=1.0, ls=(0, (4, 3)), label=words.text("calibration.ideal"))
    for place, horizon in enumerate(known["horizon"].unique().sort()):
        rows = known.filter(pl.col("horizon") == horizon).sort("nominal")
        look: dict[str, Any] = {
            "color": LINES[place % len(LINES)],
            "marker": MARKERS[place % len(MARKERS)],
            "ms": 5,
            "lw": 1.3,
            "clip_on": False,
        }
        axes.plot(rows["nominal"], rows["observed"], label=words.text("months_ahead", horizon=horizon), **look)
    nominal = known["nominal"].unique().sort().to_list()
    lowest = min(float(str(known[name].min())) for name in ("nominal", "observed"))
    bottom = max(0.0, floor(10 * lowest - 0.2) / 10)
    shares = [tick / 10 for tick in range(round(bottom * 10), 11)]
    axes.set_yticks(shares, [words.percent(share) for share in shares])
    axes.set_xticks(nominal, [words.percent(share) for share in nominal])
    axes.set(xlim=(min(nominal) - 0.03, 1.0), ylim=(bottom, 1.0))
    axes.set_xlabel(words.text("calibration.nominal"))
    axes.set_ylabel(words.text("calibration.observed"))
    legend_above(axes, 6)
