"""Fan charts and sparklines as plain SVG, drawn without a plotting library.

Colours come from the page's style sheet by class, so that a chart follows dark mode and print. Every text that
enters a drawing is escaped here. Nothing is drawn for a suppressed or unpublished month: it stays a gap.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from markupsafe import Markup, escape

from havre.months import month_index, month_start, month_ticks
from havre.record.outlook import ExpectedMonth

LETTER = 7.4
"""Width of a letter of a label [px]."""
BANDS = (95, 80, 50)
"""Intervals that a fan shows, in percent, the widest first so that narrow ones lie on top."""

Value = TypeVar("Value")
Counted = Sequence[tuple[date, float | None]]


@dataclass(frozen=True)
class ChartText:
    """What a chart says: its title and description, and how it writes months and counts.

    ``prefix`` makes the identifiers of the drawing unique on its page; ``split`` labels the line between the months
    that were counted and those that are expected; ``unit`` labels the axis of counts.
    """

    prefix: str
    title: str
    description: str
    split: str
    month: Callable[[date], str]
    number: Callable[[float], str]
    unit: str = ""


@dataclass(frozen=True)
class Size:
    """Width and height of a drawing, and how many labels fit along the months."""

    width: int
    height: int
    month_labels: int


WIDE = Size(760, 400, 8)
NARROW = Size(350, 280, 4)
SPARK = Size(150, 44, 0)


@dataclass(frozen=True)
class Frame:
    """The rectangle into which months and counts are mapped, in SVG units."""

    left: float
    right: float
    top: float
    bottom: float
    first: int
    last: int
    highest: float

    def x(self, month: float) -> float:
        """Map a counted month (``month_index``) to the middle of its place from left to right."""
        return self.left + (self.right - self.left) * (month - self.first + 0.5) / (self.last - self.first + 1)

    def y(self, value: float) -> float:
        """Map a count to its place from bottom to top."""
        return self.bottom - (self.bottom - self.top) * value / self.highest


def count_ticks(highest: float, at_most: int = 5) -> list[int]:
    """Give round whole numbers from 0 to at least ``highest`` in at most ``at_most`` steps.

    Examples
    --------
    >>> count_ticks(870)
    [0, 200, 400, 600, 800, 1000]
    >>> count_ticks(0)
    [0, 1]
    """
    step = 1
    while step * at_most < highest:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    ticks = [0, step]
    while ticks[-1] < highest:
        ticks.append(ticks[-1] + step)
    return ticks


def fan_chart(
    counted: Counted,
    expected: Sequence[ExpectedMonth],
    text: ChartText,
    size: Size = WIDE,
    *,
    stated: Counted = (),
    since: Counted = (),
) -> Markup:
    """Draw the months counted, and the median with its 50, 80 and 95 % intervals for the months expected.

    Parameters
    ----------
    counted : month and value, ``None`` for a gap
    expected : forecast by month, suppressed ones are gaps
    text : what the chart says
    size : drawing size; text keeps its size, so a narrow screen needs a narrow drawing
    stated : months for which a reviewer states another figure than was computed; each is marked beside the computed
    since : months counted after the forecast was made, drawn over it

    Raises
    ------
    ValueError : there is neither a counted nor an expected month
    """
    ticks = count_ticks(_highest([*counted, *stated, *since], expected))
    widest = max(len(text.number(tick)) for tick in ticks)
    first, last = _month_range([*counted, *since], expected)
    frame = Frame(14 + LETTER * widest, size.width - 12, 26, size.height - 30, first, last, ticks[-1])
    parts = [
        *_count_axis(frame, ticks, text),
        *_unit(text),
        *_month_axis(frame, size, text),
        *_split(frame, counted, expected, text),
        *_marks(frame, counted, expected),
        *_since(frame, counted, since),
        *(_diamond(frame, month, value) for month, value in stated if value is not None),
    ]
    return _svg("chart", parts, text, size)


def sparkline(counted: Counted, expected: Sequence[ExpectedMonth], text: ChartText) -> Markup:
    """Draw the same without axes, small enough for a cell of a table.

    Raises
    ------
    ValueError : there is neither a counted nor an expected month
    """
    first, last = _month_range(counted, expected)
    highest = max(_highest(counted, expected), 1.0)
    frame = Frame(3, SPARK.width - 3, 3, SPARK.height - 3, first, last, highest)
    base = f'<line class="axis" x1="0" x2="{SPARK.width}" y1="{_put(frame.bottom)}" y2="{_put(frame.bottom)}"/>'
    return _svg("spark", [base, *_marks(frame, counted, expected)], text, SPARK)


def _svg(kind: str, parts: Iterable[str], text: ChartText, size: Size) -> Markup:
    title, description = f"{escape(text.prefix)}-title", f"{escape(text.prefix)}-desc"
    return Markup(  # noqa: S704 - every text in it went through escape()
        f'<svg class="{kind}" viewBox="0 0 {size.width} {size.height}" width="{size.width}" height="{size.height}" '
        f'role="img" aria-labelledby="{title}" aria-describedby="{description}">'
        f'<title id="{title}">{escape(text.title)}</title><desc id="{description}">{escape(text.description)}</desc>'
        f"{''.join(parts)}</svg>"
    )


def _highest(counted: Counted, expected: Sequence[ExpectedMonth]) -> float:
    seen = [value for _, value in counted if value is not None]
    ahead = [bounds[1] for month in expected if (bounds := month.interval(BANDS[0])) is not None]
    return max([*seen, *ahead, 0.0])


def _month_range(counted: Counted, expected: Sequence[ExpectedMonth]) -> tuple[int, int]:
    months = [month_index(month) for month, _ in counted] + [month_index(month.month) for month in expected]
    if not months:
        raise ValueError("a chart needs at least one month")
    return min(months), max(months)


def _count_axis(frame: Frame, ticks: Sequence[int], text: ChartText) -> list[str]:
    right, label = _put(frame.right), _put(frame.left - 8)
    return [
        f'<line class="{"grid" if tick else "axis"}" x1="{_put(frame.left)}" x2="{right}" y1="{y}" y2="{y}"/>'
        f'<text class="label" x="{label}" y="{y}" dy="0.35em" text-anchor="end">{escape(text.number(tick))}</text>'
        for tick in ticks
        for y in (_put(frame.y(tick)),)
    ]


def _unit(text: ChartText) -> list[str]:
    """Say above the axis what is counted; the wider label of the split stands on the other side."""
    return [f'<text class="label unit" x="2" y="13">{escape(text.unit)}</text>'] if text.unit else []


def _month_axis(frame: Frame, size: Size, text: ChartText) -> list[str]:
    """Mark months along the bottom; a label that would run into the one before it is left out."""
    parts = []
    ticks = month_ticks(frame.first, frame.last, size.month_labels)
    years_only = len(ticks) > 1 and all(tick % 12 == 0 for tick in ticks)
    taken = -math.inf
    for tick in ticks:
        x, month = frame.x(tick), month_start(tick)
        parts.append(f'<path class="axis" d="M{_put(x)} {_put(frame.bottom)}v5"/>')
        label = str(month.year) if years_only else text.month(month)
        # A label at either end would be cut by the edge of the drawing if it were centred on its tick.
        anchor = "start" if x < 34 else "end" if x > size.width - 34 else "middle"
        wide = LETTER * len(label)
        left = x - {"start": 0.0, "middle": wide / 2, "end": wide}[anchor]
        if left < taken:
            continue
        taken = left + wide + LETTER
        parts.append(
            f'<text class="label" x="{_put(x)}" y="{_put(frame.bottom + 20)}" text-anchor="{anchor}">'
            f"{escape(label)}</text>"
        )
    return parts


def _split(frame: Frame, counted: Counted, expected: Sequence[ExpectedMonth], text: ChartText) -> list[str]:
    """Mark where the months counted end and those expected begin."""
    if not expected or not counted:
        return []
    x = frame.x(month_index(expected[0].month) - 0.5)
    anchor, place = ("end", x + 4) if x > (frame.left + frame.right) / 2 else ("start", x - 4)
    top = _put(frame.top - 13)
    return [
        f'<path class="split" d="M{_put(x)} {_put(frame.top - 8)}V{_put(frame.bottom)}"/>',
        f'<text class="label strong" x="{_put(place)}" y="{top}" text-anchor="{anchor}">{escape(text.split)}</text>',
    ]


def _marks(frame: Frame, counted: Counted, expected: Sequence[ExpectedMonth]) -> list[str]:
    """Draw the bands, then the median and the counted months on top of them."""
    known = {month_index(month): value for month, value in counted if value is not None}
    parts = []
    for percent in BANDS:
        bounds = _runs((month_index(month.month), month.interval(percent)) for month in expected)
        parts += [
            _band(frame, f"band-{percent}", _anchored(run, {m: (v, v) for m, v in known.items()})) for run in bounds
        ]
    medians = _runs((month_index(month.month), month.median) for month in expected)
    parts += [_line(frame, "median", _anchored(run, known)) for run in medians]
    return parts + [_line(frame, "counted", run) for run in _runs(known.items())]


def _since(frame: Frame, counted: Counted, since: Counted) -> list[str]:
    """Draw what was counted after the forecast was made, from the last month counted before it."""
    known = {month_index(month): value for month, value in counted if value is not None}
    later = _runs((month_index(month), value) for month, value in since)
    return [_line(frame, "since", _anchored(run, known)) for run in later]


def _diamond(frame: Frame, month: date, value: float) -> str:
    """Mark what a reviewer states."""
    x, y = _put(frame.x(month_index(month))), _put(frame.y(value) - 6)
    return f'<path class="stated" d="M{x} {y}l6 6l-6 6l-6-6z"/>'


def _runs(points: Iterable[tuple[int, Value | None]]) -> list[list[tuple[int, Value]]]:
    """Cut points into runs of consecutive months that have a value."""
    runs: list[list[tuple[int, Value]]] = []
    for month, value in points:
        if value is None:
            continue
        if runs and runs[-1][-1][0] == month - 1:
            runs[-1].append((month, value))
        else:
            runs.append([(month, value)])
    return runs


def _anchored(run: list[tuple[int, Value]], known: Mapping[int, Value]) -> list[tuple[int, Value]]:
    """Let a run of expected months begin at the counted month before it, where there is one."""
    before = run[0][0] - 1
    return [(before, known[before]), *run] if before in known else run


def _band(frame: Frame, style: str, run: Sequence[tuple[float, tuple[float, float]]]) -> str:
    """Draw an interval over consecutive months; a month that stands alone becomes a bar."""
    if len(run) == 1:
        run = [(run[0][0] + side, run[0][1]) for side in (-0.3, 0.3)]
    upper = [(month, high) for month, (_, high) in run]
    lower = [(month, low) for month, (low, _) in reversed(run)]
    return f'<polygon class="{style}" points="{_points(frame, [*upper, *lower])}"/>'


def _line(frame: Frame, style: str, run: Sequence[tuple[float, float]]) -> str:
    """Draw values over consecutive months; a month that stands alone becomes a dot."""
    if len(run) == 1:
        month, value = run[0]
        return f'<circle class="{style}-dot" cx="{_put(frame.x(month))}" cy="{_put(frame.y(value))}" r="2.5"/>'
    return f'<polyline class="{style}" points="{_points(frame, run)}"/>'


def _points(frame: Frame, run: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{_put(frame.x(month))},{_put(frame.y(value))}" for month, value in run)


def _put(coordinate: float) -> str:
    return f"{coordinate:.1f}".removesuffix(".0")
