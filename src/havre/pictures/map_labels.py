"""Finds room for the names of places on a map, the most important first; what has no room gets no name.

Greedy point-feature labelling with twelve positions around each place, after Imhof's preferences. Reference:
Christensen J, Marks J, Shieber S (1995), An empirical study of algorithms for point-feature label placement, ACM
Transactions on Graphics 14(3):203–232. doi:10.1145/212332.212334
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Align = Literal["start", "middle", "end"]
Box = tuple[float, float, float, float]
"""Left, top, right and bottom, from left and from the top."""

_DIAGONAL = 0.75
_POSITIONS: tuple[tuple[float, float, Align], ...] = (
    (1, 0, "start"),
    (-1, 0, "end"),
    (0, -1, "middle"),
    (0, 1, "middle"),
    (0, -1, "end"),
    (0, -1, "start"),
    (0, 1, "end"),
    (0, 1, "start"),
    (_DIAGONAL, -_DIAGONAL, "start"),
    (_DIAGONAL, _DIAGONAL, "start"),
    (-_DIAGONAL, -_DIAGONAL, "end"),
    (-_DIAGONAL, _DIAGONAL, "end"),
)
"""Where a label may lie from its place, the preferred first: to the right, to the left (1 is a radius), and how its
lines are aligned."""
_CROSSING, _COVERING, _DOUBT, _PREFERENCE = 1.0, 2.5, 2.0, 0.12
"""What it costs to lie on a link, wholly on the circle of another place, so near to another that it could be its label,
and one position further down."""
_NEAR = 1.6
"""Nearness of another place at which a label could be taken for its own, in half widths of its sign."""
_NARROW, _WIDE = frozenset("iljtfrI.,:;'’|()-  "), frozenset("mwMWœ%@")


@dataclass(frozen=True)
class Label:
    """Room for the label of place ``place``; lines are aligned at the left, the middle or the right of ``box``."""

    place: int
    box: Box
    align: Align

    @property
    def anchor(self) -> tuple[float, float]:
        """Where the lines are aligned, and the middle from top to bottom."""
        left, top, right, bottom = self.box
        at = {"start": left, "middle": (left + right) / 2, "end": right}
        return at[self.align], (top + bottom) / 2


@dataclass(frozen=True, eq=False)
class Scenery:
    """What labels should keep clear of.

    Parameters
    ----------
    points : of all places, shape (places, 2)
    radii : of the circles of all places, shape (places,)
    sign : half the width of the sign that every place has, which no label may cover
    segments : links as x and y of their two ends, shape (links, 4)
    taken : boxes that are not free
    width, height : of the map, beyond which no label may go
    """

    points: Floats
    radii: Floats
    sign: float
    segments: Floats
    taken: tuple[Box, ...]
    width: float
    height: float


def text_width(text: str, size: float) -> float:
    """Estimate how wide a text is in a common sans serif [unit of ``size``, the height of the letters].

    Examples
    --------
    >>> text_width("Mali", 10.0) < text_width("MALI", 10.0) < 30
    True
    """
    return size * sum(
        0.37 if letter in _NARROW else 1.0 if letter in _WIDE else 0.71 if letter.isupper() else 0.62 for letter in text
    )


def place_labels(
    order: Sequence[int], sizes: Sequence[tuple[float, float]], scenery: Scenery, gap: float, needed: int = 0
) -> list[Label]:
    """Find room for labels, in the order of their importance.

    Parameters
    ----------
    order : places that want a label, the most important first
    sizes : width and height of the label of each of them
    scenery : what they keep clear of
    gap : between a label and the circle of its place
    needed : how many of them, from the first, are placed even so near to another place that they could be its label

    Returns
    -------
    A label for each place for which there was room. No two overlap, none covers the sign of a place or goes beyond
    the map; on links and on the circles of others they lie only where nothing better was free.
    """
    boxes: list[Box] = list(scenery.taken)
    labels: list[Label] = []
    for number, (place, size) in enumerate(zip(order, sizes, strict=True)):
        best: tuple[float, Label] | None = None
        for rank, position in enumerate(_POSITIONS):
            label = _label_at(place, position, size, scenery, gap)
            if not _is_free(label.box, boxes, scenery):
                continue
            doubt = _DOUBT * _others_near(label.box, place, scenery)
            if doubt and number >= needed:
                continue
            cost = rank * _PREFERENCE + doubt + _cost(label.box, place, scenery)
            if best is None or cost < best[0]:
                best = (cost, label)
        if best is not None:
            labels.append(best[1])
            boxes.append(best[1].box)
    return labels


def _label_at(
    place: int, position: tuple[float, float, Align], size: tuple[float, float], scenery: Scenery, gap: float
) -> Label:
    across, down, align = position
    away = max(float(scenery.radii[place]), scenery.sign) + gap
    x, y = scenery.points[place] + away * np.array([across, down])
    width, height = size
    left = {"start": x, "middle": x - width / 2, "end": x - width}[align]
    # Diagonal and upright positions hang on the side of the label that faces the place.
    top = y - height / 2 + (0.5 * height * np.sign(down))
    return Label(place, (float(left), float(top), float(left + width), float(top + height)), align)


def overlap(one: Box, other: Box) -> float:
    """Give the area that two boxes share."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return max(across, 0.0) * max(down, 0.0)


def _is_free(box: Box, boxes: Sequence[Box], scenery: Scenery) -> bool:
    if box[0] < 0 or box[1] < 0 or box[2] > scenery.width or box[3] > scenery.height:
        return False
    if any(overlap(box, other) > 0 for other in boxes):
        return False
    across = (scenery.points[:, 0] + scenery.sign > box[0]) & (scenery.points[:, 0] - scenery.sign < box[2])
    down = (scenery.points[:, 1] + scenery.sign > box[1]) & (scenery.points[:, 1] - scenery.sign < box[3])
    return not np.any(across & down)


def _cost(box: Box, place: int, scenery: Scenery) -> float:
    low, high = np.array(box[:2]), np.array(box[2:])
    reach = scenery.radii[:, None]
    shared = np.minimum(scenery.points + reach, high) - np.maximum(scenery.points - reach, low)
    covered = np.clip(shared, 0, None).prod(axis=1)
    covered[place] = 0.0
    area = float((high - low).prod())
    return _CROSSING * crossings(box, scenery.segments) + _COVERING * float(covered.sum()) / area


def _others_near(box: Box, place: int, scenery: Scenery) -> int:
    low, high = np.array(box[:2]) - _NEAR * scenery.sign, np.array(box[2:]) + _NEAR * scenery.sign
    near = np.all((scenery.points > low) & (scenery.points < high), axis=1)
    return int(np.count_nonzero(near)) - int(near[place])


def crossings(box: Box, segments: Floats) -> int:
    """Count the segments that go through a box (Liang–Barsky clipping, doi:10.1145/357332.357333)."""
    if not len(segments):
        return 0
    start, direction = segments[:, :2], segments[:, 2:] - segments[:, :2]
    enter, leave = np.zeros(len(segments)), np.ones(len(segments))
    with np.errstate(divide="ignore", invalid="ignore"):
        for axis in (0, 1):
            to_low = (box[axis] - start[:, axis]) / direction[:, axis]
            to_high = (box[axis + 2] - start[:, axis]) / direction[:, axis]
            level = direction[:, axis] == 0
            inside = (start[:, axis] > box[axis]) & (start[:, axis] < box[axis + 2])
            near = np.where(level, np.where(inside, 0.0, np.inf), np.minimum(to_low, to_high))
            far = np.where(level, np.where(inside, 1.0, -np.inf), np.maximum(to_low, to_high))
            enter, leave = np.maximum(enter, near), np.minimum(leave, far)
    return int(np.count_nonzero(enter < leave))
