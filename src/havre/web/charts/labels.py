"""Names on a map: beside their mark, where they meet no other name and stay inside the drawing."""

from collections.abc import Iterable
from dataclasses import dataclass

from havre.web.charts.projections import Point

LETTER, LINE = 8.2, 16.0
"""Width of a wide letter and height of a line of the labels, bold at 13 px [px]."""


@dataclass(frozen=True)
class Box:
    """A rectangle of the drawing [px]."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Whether two rectangles have a place in common."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


@dataclass(frozen=True)
class Label:
    """A name and where it stands: the middle of its line [px], and which side of it is fixed."""

    text: str
    at: Point
    anchor: str


@dataclass(frozen=True)
class Mark:
    """What is to be named: place and radius of its circle [px]."""

    text: str
    at: Point
    radius: float


def place_labels(marks: Iterable[Mark], width: int, height: int, avoid: Iterable[Box] = ()) -> list[Label]:
    """Place the names of marks, the most important first; a name that finds no room is left out.

    Parameters
    ----------
    width, height : of the drawing [px]
    avoid : where no name may stand
    """
    taken: list[Box] = list(avoid)
    placed = []
    for mark in marks:
        for label in _around(mark):
            box = _box(label)
            inside = box.left >= 2 and box.right <= width - 2 and box.top >= 2 and box.bottom <= height - 2
            if inside and not any(box.meets(other) for other in taken):
                taken.append(box)
                placed.append(label)
                break
    return placed


def _around(mark: Mark) -> list[Label]:
    """Give the places that a name may have: right, left, below, above; in the middle of a large circle first."""
    (x, y), away = mark.at, mark.radius + 4
    sides = [
        Label(mark.text, (x + away, y), "start"),
        Label(mark.text, (x - away, y), "end"),
        Label(mark.text, (x, y + away + LINE / 2), "middle"),
        Label(mark.text, (x, y - away - LINE / 2), "middle"),
    ]
    within = len(mark.text) * LETTER <= 2 * mark.radius
    return [Label(mark.text, (x, y), "middle"), *sides] if within else sides


def _box(label: Label) -> Box:
    long = len(label.text) * LETTER
    left = {"start": 0.0, "middle": -long / 2, "end": -long}[label.anchor] + label.at[0]
    return Box(left, label.at[1] - LINE / 2, left + long, label.at[1] + LINE / 2)
