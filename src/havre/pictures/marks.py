"""Marks on a grid of letters, and rows of them: what every sketch for the terminal is made of."""

from collections.abc import Sequence
from dataclasses import dataclass

from havre.pictures.words import shortened

DOT, DIAMOND, RING, SMALL_DOT, BLOCK, BAR = "●◆○·█┃"
PLOT_ROWS = 14


@dataclass(frozen=True)
class Mark:
    """Points with one sign, joined by lines of that sign or not; those without a label are not in the legend."""

    sign: str
    points: tuple[tuple[float, float], ...]
    joined: bool = False
    label: str = ""


@dataclass(frozen=True)
class Sketch:
    """Marks with the ticks of both axes; ``rows`` is the height of the drawing in lines of text."""

    marks: tuple[Mark, ...]
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    x_limits: tuple[float, float]
    y_limits: tuple[float, float]
    rows: int = PLOT_ROWS
    axis: str = ""


def sign_of(number: int) -> str:
    """Give one letter for a number, such as a horizon: 1 to 9, then a, b, c, …"""
    return str(number) if number < 10 else chr(ord("a") + number - 10)


def in_rows(
    marks: list[Mark],
    names: Sequence[str],
    limits: tuple[float, float],
    ticks: Sequence[tuple[float, str]],
    axis: str,
    width: int,
) -> Sketch:
    """Lay out a row of text for each name, the first on top, with a free row above and below."""
    count, room = len(names), max(12, width // 2 - 4)
    y_ticks = tuple((float(count - place), shortened(name, room)) for place, name in enumerate(names))
    return Sketch(tuple(marks), tuple(ticks), y_ticks, limits, (0.0, count + 1.0), rows=count + 2, axis=axis)
