"""Curves of people over days or months as SVG: median and intervals, what was counted, places there are, a scenario.

Drawn without a plotting library; colours come from the style sheet by class. ``assets/js/planner/chart.js`` draws the
same in the browser; a test compares the two.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from havre.record.charts import count_ticks

MOST_POINTS = 240
"""Points of a curve that are drawn at most; what lies between is left out, the last one never."""
BANDS = (95, 80, 50)
CHARACTER = 7.4
"""Width of a digit in a label."""
Band = tuple[Sequence[float], Sequence[float]]


@dataclass(frozen=True)
class Curve:
    """What is drawn: one value for each step (a day or a month).

    Parameters
    ----------
    median : the middle of what is expected
    bands : lower and upper ends by percent
    limit : places there are, ``None`` where there is no limit
    counted : step and count of what was counted
    other, other_band : median and 80 % interval of a scenario
    ticks : step and label along the axis
    """

    median: Sequence[float]
    bands: Mapping[int, Band]
    limit: Sequence[float | None] = ()
    counted: Sequence[tuple[int, float]] = ()
    other: Sequence[float] = ()
    other_band: Band | None = None
    ticks: Sequence[tuple[int, str]] = ()

    @property
    def highest(self) -> float:
        """The highest value that must fit."""
        top = [*self.median, *self.other, *(each for _, each in self.counted)]
        top += [value for _, upper in self.bands.values() for value in upper]
        top += list(self.other_band[1]) if self.other_band else []
        reached = max(top, default=0.0)
        # Places far above what is reached would press the curve flat.
        limits = [each for each in self.limit if each is not None and each <= 2.5 * max(reached, 1.0)]
        return max([reached, *limits])


@dataclass(frozen=True)
class CurveText:
    """What a drawing says; ``name`` makes its identifiers unique on the page."""

    name: str
    title: str
    description: str
    number: Callable[[float], str]


@dataclass(frozen=True)
class Box:
    """Width and height of a drawing."""

    width: int
    height: int


WIDE, NARROW, SMALL = Box(760, 360), Box(350, 280), Box(350, 210)


@dataclass(frozen=True)
class _Frame:
    left: float
    right: float
    top: float
    bottom: float
    steps: int
    highest: float

    def x(self, step: float) -> float:
        return self.left + (self.right - self.left) * (step / (self.steps - 1) if self.steps > 1 else 0.5)

    def y(self, value: float) -> float:
        return self.bottom - (self.bottom - self.top) * min(value / self.highest, 1.05)


def curve_chart(curve: Curve, text: CurveText, box: Box = WIDE) -> Markup:
    """Draw a curve.

    Raises
    ------
    ValueError : it has no step
    """
    if not curve.median:
        raise ValueError("a curve needs at least one step")
    title, description = f"{escape(text.name)}-title", f"{escape(text.name)}-desc"
    inner = "".join(curve_parts(curve, text.number, box))
    return Markup(  # noqa: S704 - every text in it went through escape()
        f'<svg class="chart curve" viewBox="0 0 {box.width} {box.height}" width="{box.width}" height="{box.height}" '
        f'role="img" aria-labelledby="{title}" aria-describedby="{description}">'
        f'<title id="{title}">{escape(text.title)}</title><desc id="{description}">{escape(text.description)}</desc>'
        f'<g class="drawing">{inner}</g></svg>'
    )


def curve_parts(curve: Curve, number: Callable[[float], str], box: Box) -> list[str]:
    """Give the marks of a drawing, the lowest first."""
    ticks = count_ticks(curve.highest)
    left = 14 + CHARACTER * max(len(number(tick)) for tick in ticks)
    frame = _Frame(left, box.width - 14, 12, box.height - 28, len(curve.median), ticks[-1])
    steps = shown_steps(len(curve.median))
    parts = [*_values_axis(frame, ticks, number), *_steps_axis(frame, curve.ticks, box)]
    drawn = [percent for percent in BANDS if percent in curve.bands]
    parts += [_band(frame, f"band-{percent}", curve.bands[percent], steps) for percent in drawn]
    if curve.other_band:
        parts.append(_band(frame, "band-other", curve.other_band, steps))
    if curve.limit:
        parts += _limit(frame, curve.limit, steps)
    parts += [
        f'<circle class="counted-dot" cx="{_put(frame.x(step))}" cy="{_put(frame.y(value))}" r="2.2"/>'
        for step, value in curve.counted
    ]
    parts.append(_line(frame, "median", curve.median, steps))
    if curve.other:
        parts.append(_line(frame, "other", curve.other, steps))
    return parts


def shown_steps(steps: int) -> list[int]:
    """Choose the steps that are drawn: evenly, the last one always."""
    every = -(-steps // MOST_POINTS)
    found = list(range(0, steps, every))
    return found if found[-1] == steps - 1 else [*found, steps - 1]


def _values_axis(frame: _Frame, ticks: Sequence[int], number: Callable[[float], str]) -> list[str]:
    return [
        f'<line class="{"grid" if tick else "axis"}" x1="{_put(frame.left)}" x2="{_put(frame.right)}" y1="{y}" y2="{y}"'
        f'/><text class="label" x="{_put(frame.left - 8)}" y="{y}" dy="0.35em" text-anchor="end">'
        f"{escape(number(tick))}</text>"
        for tick in ticks
        for y in (_put(frame.y(tick)),)
    ]


def _steps_axis(frame: _Frame, ticks: Sequence[tuple[int, str]], box: Box) -> list[str]:
    parts = []
    for step, label in ticks:
        x = frame.x(step)
        anchor = "start" if x < frame.left + 20 else "end" if x > box.width - 40 else "middle"
        parts.append(
            f'<path class="axis" d="M{_put(x)} {_put(frame.bottom)}v5"/>'
            f'<text class="label" x="{_put(x)}" y="{_put(frame.bottom + 20)}" text-anchor="{anchor}">'
            f"{escape(label)}</text>"
        )
    return parts


def _limit(frame: _Frame, limit: Sequence[float | None], steps: Sequence[int]) -> list[str]:
    """Draw the places there are as steps; a limit beyond the drawing, or none, is not drawn."""
    parts, run = [], ""
    for step in steps:
        value = limit[step]
        if value is None or value > frame.highest:
            parts += [run] if run else []
            run = ""
        else:
            y = _put(frame.y(value))
            run += f"V{y}H{_put(frame.x(step))}" if run else f"M{_put(frame.x(step))} {y}"
    return [f'<path class="limit" d="{each}"/>' for each in [*parts, *([run] if run else [])]]


def _band(frame: _Frame, style: str, band: Band, steps: Sequence[int]) -> str:
    upper = [f"{_put(frame.x(step))},{_put(frame.y(band[1][step]))}" for step in steps]
    lower = [f"{_put(frame.x(step))},{_put(frame.y(band[0][step]))}" for step in reversed(steps)]
    return f'<polygon class="{style}" points="{" ".join([*upper, *lower])}"/>'


def _line(frame: _Frame, style: str, values: Sequence[float], steps: Sequence[int]) -> str:
    points = " ".join(f"{_put(frame.x(step))},{_put(frame.y(values[step]))}" for step in steps)
    return f'<polyline class="{style}" points="{points}"/>'


def _put(coordinate: float) -> str:
    return f"{coordinate:.1f}".removesuffix(".0")
