"""Turns charts of a displacement simulation into marks on a grid of letters."""

from datetime import date

import numpy as np

from havre.pictures.camp_curves import capacity_of, counts_of, quantile_curve
from havre.pictures.charts import BANDS, MEDIAN
from havre.pictures.displacement_charts import (
    CampCurvesChart,
    FillDatesChart,
    NetworkMapChart,
    ScenarioCampsChart,
    largest_network,
)
from havre.pictures.maps import projected
from havre.pictures.marks import BAR, BLOCK, DIAMOND, DOT, RING, SMALL_DOT, Mark, Sketch, in_rows, sign_of
from havre.pictures.small_counts import veiled
from havre.pictures.words import Words, day_ticks, number_ticks

MAP_ROWS = (10, 26)
MOST_ROADS = 150
CURVE_ROWS = 10


def network_sketch(chart: NetworkMapChart, words: Words, width: int) -> Sketch | None:
    """Sketch a map: roads as dots, camps as figures and letters that the legend names, with their people."""
    places, links = largest_network(chart.places, chart.links)
    if places.is_empty():
        return None
    rows = places.to_dicts()
    at = projected(places["latitude"].to_numpy(), places["longitude"].to_numpy())
    ends = {tuple(sorted(pair)) for pair in links.select("start", "end").iter_rows()}
    marks = [Mark(SMALL_DOT, (_point(at[a]), _point(at[b])), joined=True) for a, b in sorted(ends)[:MOST_ROADS]]
    for kind, sign in (("other", SMALL_DOT), ("town", RING), ("conflict", DOT)):
        found = tuple(_point(at[place]) for place, row in enumerate(rows) if row["kind"] == kind)
        if found:
            marks.append(Mark(sign, found, label=words.text(f"network.{kind}")))
    camps = [place for place, row in enumerate(rows) if row["kind"] == "camp"]
    for number, place in enumerate(camps, start=1):
        people = rows[place]["people"]
        told = "" if people is None else f" {words.people(people, chart.threshold)}"
        marks.append(Mark(camp_sign(number), (_point(at[place]),), label=f"{rows[place]['name']}{told}"))
    low, high = at.min(axis=0), at.max(axis=0)
    room = np.maximum((high - low) * 0.05, 0.05)
    low, high = low - room, high + room
    # A letter is about twice as high as wide.
    height = int(np.clip((width - 2) / 2 * (high[1] - low[1]) / (high[0] - low[0]), *MAP_ROWS))
    axis = words.text("network.axis", unit=chart.unit)
    return Sketch(tuple(marks), (), (), (low[0], high[0]), (low[1], high[1]), rows=height, axis=axis)


def camp_sign(number: int) -> str:
    """Give one letter for the number of a camp; beyond those that can be told apart, a diamond."""
    return sign_of(number) if number < 36 else DIAMOND


def _point(at: np.ndarray) -> tuple[float, float]:
    return float(at[0]), float(at[1])


def camp_sketch(chart: CampCurvesChart, camp: str, words: Words, width: int) -> Sketch | None:
    """Sketch one camp: the median, the ends of the 80 % interval, what was counted, and the capacity."""
    _, low, high = BANDS[1]
    marks = []
    for level, label in ((low, words.text("camps.end")), (high, "")):
        marks += _curve(SMALL_DOT, quantile_curve(chart.curves, camp, level), chart.threshold, label)
    marks += _curve(DIAMOND, quantile_curve(chart.curves, camp, MEDIAN), chart.threshold, words.text("camps.median"))
    counted = _curve(DOT, counts_of(chart, camp), chart.threshold, words.text("camps.counted"), joined=False)
    days = [x for mark in [*marks, *counted] for x, _ in mark.points]
    if not days:
        return None
    first, last = date.fromordinal(int(min(days))), date.fromordinal(int(max(days)))
    if (capacity := capacity_of(chart, camp)) is not None:
        line = ((min(days), capacity), (max(days), capacity))
        marks.insert(0, Mark("─", line, joined=True, label=words.text("camps.capacity")))
    marks += counted
    ticks = day_ticks(first, last, max(2, (width - 12) // 18))
    counts = number_ticks(0.0, max(float(chart.threshold), *(y for mark in marks for _, y in mark.points)), 4)
    return Sketch(
        tuple(marks),
        tuple((day.toordinal(), words.day(day)) for day in ticks),
        tuple((count, words.number(count)) for count in counts),
        (min(days) - 1, max(days) + 1),
        (0.0, counts[-1]),
        rows=CURVE_ROWS,
        axis=chart.unit,
    )


def _curve(
    sign: str, pairs: list[tuple[date, float]], threshold: int, label: str, *, joined: bool = True
) -> list[Mark]:
    values = veiled([value for _, value in pairs], threshold).tolist()
    points = tuple((float(day.toordinal()), value) for (day, _), value in zip(pairs, values, strict=True))
    return [Mark(sign, points, joined, label)] if points else []


def fill_sketch(chart: FillDatesChart, words: Words, width: int) -> Sketch | None:
    """Sketch the interval of each camp as a bar, open at the last day where it ends later, with the chance."""
    rows = chart.dates.to_dicts()
    if not rows:
        return None
    first, last = chart.first.toordinal(), max(chart.last.toordinal(), chart.first.toordinal() + 1)
    bars: list[Mark] = []
    medians: list[tuple[float, float]] = []
    open_: list[tuple[float, float]] = []
    for index, row in enumerate(rows):
        place = float(len(rows) - index)
        if row["low"] is not None:
            end = last if row["high"] is None else row["high"].toordinal()
            named = words.text("fill.interval", percent=chart.interval) if not bars else ""
            bars.append(Mark(BLOCK, ((float(row["low"].toordinal()), place), (float(end), place)), True, named))
            open_ += [(float(last), place)] if row["high"] is None else []
        medians += [(float(row["median"].toordinal()), place)] if row["median"] is not None else []
    marks = [*bars]
    marks += [Mark("→", tuple(open_), label=words.text("fill.open"))] if open_ else []
    marks += [Mark(DIAMOND, tuple(medians), label=words.text("fill.median"))] if medians else []
    names = [f"{row['camp']} {words.chance(row['chance'])}" for row in rows]
    days = day_ticks(chart.first, chart.last, max(2, (width - max(map(len, names))) // 18))
    ticks = [(float(day.toordinal()), words.day(day)) for day in days]
    return in_rows(marks, names, (float(first), float(last)), ticks, words.text("fill.axis"), width)


def change_sketch(chart: ScenarioCampsChart, words: Words, width: int) -> Sketch | None:
    """Sketch the interval of each difference as a line with a diamond at its median, and a bar at nought."""
    rows = chart.changes.to_dicts()
    if not rows:
        return None
    drawn = veiled(chart.changes.select("change", "low", "high").to_numpy().astype(np.float64), chart.threshold)
    low, high = min(float(drawn.min()), 0.0), max(float(drawn.max()), 0.0)
    if high - low < 1:
        low, high = -float(chart.threshold), float(chart.threshold)
    ticks = [(tick, words.signed(tick)) for tick in number_ticks(low, high, 4)]
    marks = [Mark(BAR, ((0.0, 0.0), (0.0, len(rows) + 1.0)), joined=True)]
    for index, (_, start, end) in enumerate(drawn.tolist()):
        place = float(len(rows) - index)
        named = words.text("change.interval", percent=chart.interval) if index == 0 else ""
        marks.append(Mark(SMALL_DOT, ((start, place), (end, place)), joined=True, label=named))
    middles = tuple((change, float(len(rows) - index)) for index, (change, _, _) in enumerate(drawn.tolist()))
    marks.append(Mark(DIAMOND, middles, label=words.text("change.median")))
    names = [f"{words.change(row['change'], chart.threshold)} {row['camp']}" for row in rows]
    return in_rows(marks, names, (ticks[0][0], ticks[-1][0]), ticks, chart.unit, width)
