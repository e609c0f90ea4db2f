"""How often intervals held what came, beside how often they say they do; and how well by size of the series."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from markupsafe import Markup, escape

from havre.record.outlook import Outlook

LEVELS = (50, 80, 90, 95)
"""Intervals whose coverage is measured [percent]."""
BANDS = (("large", 1000.0), ("middle", 100.0), ("small", 0.0))
"""Sizes of series, by their mean over the last twelve months [persons a month], with the lower end of each."""
_WIDTH, _HEIGHT = 360, 330
_LEFT, _RIGHT, _TOP, _BOTTOM = 52.0, 348.0, 14.0, 284.0
_LOWEST = 40.0
MARKS = ("circle", "square", "triangle", "diamond")
"""Shapes that tell lines apart without their colour."""


@dataclass(frozen=True)
class Held:
    """How often the intervals of a part of the data held.

    Parameters
    ----------
    label : what it is called
    shares : by interval in percent, ``None`` where it was not measured
    count : forecasts that were scored
    """

    label: str
    shares: Mapping[int, float | None]
    count: int


def held_overall(label: str, rows: Iterable[Mapping[str, Any]]) -> Held:
    """Take the rows of all horizons of a scope together, each with the weight of its forecasts.

    Parameters
    ----------
    rows : of the skill table, those of the published forecast
    """
    told = [row for row in rows if row["forecasts_scored"]]
    return Held(label, {level: _mean(told, f"coverage_{level}") for level in LEVELS}, _count(told))


def _mean(rows: Sequence[Mapping[str, Any]], name: str) -> float | None:
    known = [row for row in rows if row[name] is not None]
    total = _count(known)
    return sum(row[name] * row["forecasts_scored"] for row in known) / total if total else None


def _count(rows: Iterable[Mapping[str, Any]]) -> int:
    return sum(int(row["forecasts_scored"]) for row in rows)


def coverage_chart(lines: Sequence[Held], title: str, description: str, stated: str, measured: str) -> Markup:
    """Draw how often intervals held against how often they should: on the straight line they do what they say.

    Parameters
    ----------
    title, description : of the drawing
    stated, measured : labels of the axes
    """
    parts = [*_axes(stated, measured)]
    for number, line in enumerate(lines):
        parts += _line(line, number % len(MARKS))
    return Markup(  # noqa: S704 - every text in it went through escape()
        f'<svg class="chart coverage" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" role="img" '
        f'aria-labelledby="coverage-t" aria-describedby="coverage-d"><title id="coverage-t">{escape(title)}</title>'
        f'<desc id="coverage-d">{escape(description)}</desc>{"".join(parts)}</svg>'
    )


def _x(percent: float) -> float:
    return _LEFT + (_RIGHT - _LEFT) * (percent - _LOWEST) / (100 - _LOWEST)


def _y(percent: float) -> float:
    return _BOTTOM - (_BOTTOM - _TOP) * (max(percent, _LOWEST) - _LOWEST) / (100 - _LOWEST)


def _axes(stated: str, measured: str) -> Iterable[str]:
    for tick in (40, 60, 80, 100):
        y = _y(tick)
        yield f'<line class="grid" x1="{_LEFT}" x2="{_RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="label" x="{_LEFT - 6}" y="{y:.1f}" dy="0.35em" text-anchor="end">{tick}</text>'
    for level in LEVELS:
        # The labels of 90 and 95 would touch each other: the former goes without.
        if level != 90:
            yield f'<text class="label" x="{_x(level):.1f}" y="{_BOTTOM + 18}" text-anchor="middle">{level}</text>'
        yield f'<path class="axis" d="M{_x(level):.1f} {_BOTTOM}v5"/>'
    yield f'<line class="ideal" x1="{_x(_LOWEST)}" y1="{_y(_LOWEST)}" x2="{_x(100)}" y2="{_y(100)}"/>'
    centre, middle = (_LEFT + _RIGHT) / 2, (_TOP + _BOTTOM) / 2
    yield f'<text class="label" x="{centre}" y="{_BOTTOM + 38}" text-anchor="middle">{escape(stated)}</text>'
    yield (
        f'<text class="label" transform="rotate(-90 12 {middle})" x="12" y="{middle}" text-anchor="middle">'
        f"{escape(measured)}</text>"
    )


def _line(line: Held, mark: int) -> Iterable[str]:
    points = [(_x(level), _y(100 * share)) for level, share in line.shares.items() if share is not None]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    yield f'<polyline class="held held-{mark}" points="{path}"/>'
    yield from (f'<path class="held-mark held-{mark}" d="{_mark(MARKS[mark], x, y)}"/>' for x, y in points)


def mark_path(number: int) -> str:
    """Give the shape of a line for its entry of the legend, around the middle of a box of 16 by 16."""
    return _mark(MARKS[number % len(MARKS)], 8, 8)


def _mark(shape: str, x: float, y: float) -> str:
    if shape == "square":
        return f"M{x - 4.5:.1f} {y - 4.5:.1f}h9v9h-9z"
    if shape == "triangle":
        return f"M{x:.1f} {y - 5.5:.1f}l5.5 9.5h-11z"
    if shape == "diamond":
        return f"M{x:.1f} {y - 6:.1f}l6 6l-6 6l-6 -6z"
    return f"M{x - 5:.1f} {y:.1f}a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z"


@dataclass(frozen=True)
class SizeBand:
    """Series of a size, and how well they were forecast.

    Parameters
    ----------
    name : one of :data:`BANDS`, or ``hidden`` where a month of the last twelve is hidden
    ratio : median over its series of error against the best naive guess
    coverage : share of cases in which the 80 % interval held, over all forecasts
    """

    name: str
    count: int
    losing: int
    ratio: float
    coverage: float | None


def by_size(outlooks: Iterable[Outlook]) -> list[SizeBand]:
    """Group the series that were scored by their size, the largest first."""
    groups: dict[str, list[Outlook]] = {name: [] for name in (*(name for name, _ in BANDS), "hidden")}
    for each in outlooks:
        if each.is_scored:
            groups[size_of(each)].append(each)
    return [_band(name, own) for name, own in groups.items() if own]


def size_of(outlook: Outlook) -> str:
    """Name the size of a series."""
    mean = outlook.row["recent_mean"]
    return "hidden" if mean is None else next(name for name, low in BANDS if mean >= low)


def _band(name: str, own: list[Outlook]) -> SizeBand:
    ratios = [float(each.row["wis_ratio"]) for each in own]
    return SizeBand(
        name,
        len(own),
        sum(each.is_losing for each in own),
        median(ratios),
        _mean([each.row for each in own], "coverage_80"),
    )
