"""Turns charts into marks on a grid of letters: what the terminal draws, still without a terminal."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from havre.months import month_index, month_ticks
from havre.pictures.charts import (
    BANDS,
    MEDIAN,
    AlarmsChart,
    CalibrationChart,
    Chart,
    DisplacementChart,
    DriversChart,
    FanChart,
    LeagueChart,
    ScenarioChart,
    curve,
)
from havre.pictures.displacement_charts import CampCurvesChart, FillDatesChart, NetworkMapChart, ScenarioCampsChart
from havre.pictures.displacement_sketches import camp_sketch, change_sketch, fill_sketch, network_sketch
from havre.pictures.fans import points
from havre.pictures.figures import title_of
from havre.pictures.marks import BAR, BLOCK, DIAMOND, DOT, SMALL_DOT, Mark, Sketch, in_rows, sign_of
from havre.pictures.words import Words, number_ticks

LARGEST_RATIO = 2.0
MOST_SKETCHES = 12
"""Camps that are sketched under each other; the picture in a file shows more."""


def sketches(chart: Chart, words: Words, width: int) -> list[tuple[str, Sketch | None]]:
    """Sketch a chart for ``width`` letters, with a title each: one drawing, or one for each camp.

    A drawing is ``None`` where there is nothing to show.
    """
    title = title_of(chart, words)
    if not isinstance(chart, CampCurvesChart) or not chart.camps:
        return [(title, sketch(chart, words, width))]
    drawn = [
        (words.text("camps.of", title=title, camp=camp), camp_sketch(chart, camp, words, width))
        for camp in chart.camps[:MOST_SKETCHES]
    ]
    more = len(chart.camps) - len(drawn)
    return [*drawn, (words.text("camps.left_out", count=words.number(more)), None)] if more else drawn


def sketch(chart: Chart, words: Words, width: int) -> Sketch | None:
    """Sketch a chart for ``width`` letters; ``None`` where there is nothing to show."""
    match chart:
        case FanChart():
            return _fan(chart, words, width)
        case ScenarioChart():
            return _scenario(chart, words, width)
        case LeagueChart():
            return _league(chart, words, width)
        case CalibrationChart():
            return _calibration(chart, words)
        case AlarmsChart():
            return _alarms(chart, words, width)
        case DriversChart():
            return _drivers(chart, words, width)
        case _:
            return _displacement(chart, words, width)


def _displacement(chart: DisplacementChart, words: Words, width: int) -> Sketch | None:
    match chart:
        case NetworkMapChart():
            return network_sketch(chart, words, width)
        case CampCurvesChart():
            return camp_sketch(chart, chart.camps[0], words, width) if chart.camps else None
        case FillDatesChart():
            return fill_sketch(chart, words, width)
        case ScenarioCampsChart():
            return change_sketch(chart, words, width)


def _curve(sign: str, pairs: Sequence[tuple[date, float | None]], label: str, *, joined: bool = True) -> list[Mark]:
    """Give a curve as one mark for each stretch without a gap; the first carries the label."""
    months, values = points(pairs)
    stretches: list[list[tuple[float, float]]] = [[]]
    for month, value in zip(months.tolist(), values.tolist(), strict=True):
        if value == value:
            stretches[-1].append((month, value))
        elif stretches[-1]:
            stretches.append([])
    found = [tuple(stretch) for stretch in stretches if stretch]
    return [Mark(sign, stretch, joined, label if place == 0 else "") for place, stretch in enumerate(found)]


def _over_months(marks: list[Mark], unit: str, words: Words, width: int) -> Sketch | None:
    everything = [point for mark in marks for point in mark.points]
    if not everything:
        return None
    months = [round(x) for x, _ in everything]
    ticks = month_ticks(min(months), max(months), max(2, (width - 12) // 16))
    counts = number_ticks(0.0, max(1.0, *(y for _, y in everything)), 5)
    return Sketch(
        tuple(marks),
        tuple((tick, words.counted_month(tick)) for tick in ticks),
        tuple((count, words.number(count)) for count in counts),
        (min(months) - 1, max(months) + 1),
        (0.0, counts[-1]),
        axis=unit,
    )


def _fan(chart: FanChart, words: Words, width: int) -> Sketch | None:
    history = list(chart.history.sort("month").select("month", "value").iter_rows())
    _, low, high = BANDS[1]
    edges = _curve(SMALL_DOT, curve(chart.forecast, low), words.text("fan.end"))
    edges += [Mark(m.sign, m.points, m.joined) for m in _curve(SMALL_DOT, curve(chart.forecast, high), "")]
    counted = _curve(DOT, history, words.text("fan.counted"))
    median = _curve(DIAMOND, curve(chart.forecast, MEDIAN), words.text("fan.median"))
    marks = [*edges, *counted, *median]
    known = _over_months(marks, chart.unit, words, width)
    if known is None or chart.forecast.is_empty():
        return known
    start = month_index(chart.forecast["month"].min()) - 0.5  # type: ignore[arg-type]
    line = Mark(BAR, ((start, 0.0), (start, known.y_limits[1])), joined=True, label=words.text("fan.start"))
    return _over_months([line, *marks], chart.unit, words, width)


def _scenario(chart: ScenarioChart, words: Words, width: int) -> Sketch | None:
    marks = _curve(DOT, curve(chart.base, MEDIAN), words.text("scenario.base"))
    marks += _curve(DIAMOND, curve(chart.changed, MEDIAN), words.text("scenario.changed"))
    _, low, high = BANDS[1]
    for place, level in enumerate((low, high)):
        label = words.text("scenario.changed_interval") if place == 0 else ""
        marks = [*_curve(SMALL_DOT, curve(chart.changed, level), label), *marks]
    return _over_months(marks, chart.unit, words, width)


def _league(chart: LeagueChart, words: Words, width: int) -> Sketch | None:
    models = chart.ratios["model"].unique(maintain_order=True).to_list()
    known = chart.ratios.drop_nulls("ratio").filter(pl.col("ratio").is_finite())
    if known.is_empty():
        return None
    lowest = min(0.9, float(str(known["ratio"].min())))
    highest = min(LARGEST_RATIO, max(1.1, float(str(known["ratio"].max()))))
    marks = [Mark(BAR, ((1.0, 0.0), (1.0, len(models) + 1.0)), joined=True)]
    for horizon in known["horizon"].unique().sort(descending=True):
        rows = known.filter(pl.col("horizon") == horizon)
        places = rows.select("model", "ratio").iter_rows()
        found = tuple((min(ratio, highest), float(len(models) - models.index(model))) for model, ratio in places)
        marks.append(Mark(sign_of(horizon), found, label=words.text("months_ahead", horizon=horizon)))
    ticks = [(tick, words.decimal(tick)) for tick in (0.5, 1.0, 1.5, 2.0) if lowest <= tick <= highest]
    return in_rows(marks, models, (max(0.0, lowest - 0.05), highest), ticks, words.text("league.axis"), width)


def _calibration(chart: CalibrationChart, words: Words) -> Sketch | None:
    known = chart.coverage.drop_nulls()
    if known.is_empty():
        return None
    diagonal = tuple((place / 40, place / 40) for place in range(41))
    marks = [Mark(SMALL_DOT, diagonal, label=words.text("calibration.ideal"))]
    for horizon in known["horizon"].unique().sort(descending=True):
        rows = known.filter(pl.col("horizon") == horizon)
        found = tuple((float(n), float(o)) for n, o in rows.select("nominal", "observed").iter_rows())
        marks.append(Mark(sign_of(horizon), found, label=words.text("months_ahead", horizon=horizon)))
    bottom = min(0.4, float(str(known["observed"].min())), float(str(known["nominal"].min())))
    nominal = known["nominal"].unique().sort().to_list()
    # The label of 95 % would run into that of 90 %.
    x_ticks = [(share, words.percent(share)) for share in nominal if share != 0.95]
    y_ticks = [(tick / 10, words.percent(tick / 10)) for tick in range(11) if tick / 10 >= bottom]
    limits = (bottom, 1.0)
    axis = f"{words.text('calibration.nominal')} → / {words.text('calibration.observed')} ↑"
    kept = tuple(Mark(m.sign, tuple(p for p in m.points if p[0] >= bottom), label=m.label) for m in marks)
    return Sketch(kept, tuple(x_ticks), tuple(y_ticks), limits, limits, rows=16, axis=axis)


def _alarms(chart: AlarmsChart, words: Words, width: int) -> Sketch | None:
    rows = chart.chances.to_dicts()
    if not rows:
        return None
    place = {row["name"]: float(len(rows) - index) for index, row in enumerate(rows)}
    bars = [Mark(BLOCK, ((0.0, place[row["name"]]), (row["chance"], place[row["name"]])), joined=True) for row in rows]
    known = tuple((row["threshold"], place[row["name"]]) for row in rows if row["threshold"] is not None)
    marks = [*bars, Mark(BAR, known, label=words.text("alarms.threshold"))] if known else bars
    highest = max(*(row["chance"] for row in rows), *(row["threshold"] or 0.0 for row in rows), 0.05)
    ticks = [(share, words.percent(share)) for share in number_ticks(0.0, highest, 5)]
    names = [f"[{words.text('alarms.alarm')}] {row['name']}" if row["alarm"] else row["name"] for row in rows]
    return in_rows(marks, names, (0.0, ticks[-1][0]), ticks, words.text("alarms.axis"), width)


def _drivers(chart: DriversChart, words: Words, width: int) -> Sketch | None:
    parts = list(chart.parts.select("name", "persons").iter_rows())
    steps = [(chart.start[1], chart.start[1])]
    for _, persons in parts:
        steps.append((steps[-1][1], steps[-1][1] + persons))
    steps.append((chart.end[1], chart.end[1]))
    names = [f"{chart.start[0]} {words.number(chart.start[1])}"]
    names += [f"{words.signed(persons)} {name}" for name, persons in parts]
    names.append(f"{chart.end[0]} {words.number(chart.end[1])}")
    marks = [
        Mark(
            DOT if row in (0, len(steps) - 1) else BLOCK,
            ((float(low), float(len(steps) - row)), (float(high), float(len(steps) - row))),
            joined=True,
        )
        for row, (low, high) in enumerate(steps)
    ]
    ends = [value for step in steps for value in step]
    ticks = [(tick, words.number(tick)) for tick in number_ticks(min(ends), max(*ends, min(ends) + 1), 4)]
    return in_rows(marks, names, (ticks[0][0], ticks[-1][0]), ticks, chart.unit, width)
