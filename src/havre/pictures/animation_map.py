"""The map of an animation for a wide and for a narrow screen, as plain numbers for its template [pixels]."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from havre.pictures.animation_data import HIDDEN, Frames
from havre.pictures.map_labels import Label, Scenery, place_labels, text_width
from havre.pictures.maps import MapFrame, each_road, lay_out
from havre.pictures.small_counts import Floats
from havre.pictures.words import Words

if TYPE_CHECKING:
    from havre.pictures.animation import DisplacementAnimation


@dataclass(frozen=True)
class Size:
    """How a map is drawn: letters and signs keep their size on the screen, so a narrow one needs its own drawing."""

    name: str
    width: float
    margins: tuple[float, ...]
    upright: float
    heights: tuple[float, float]
    letters: float
    radius: float
    sign: float
    widest: float
    most_labels: int


WIDE = Size("wide", 800.0, (72.0, 100.0, 130.0), 34.0, (320.0, 620.0), 13.0, 30.0, 5.5, 9.0, 60)
NARROW = Size("narrow", 360.0, (32.0, 44.0, 56.0, 72.0), 28.0, (230.0, 460.0), 12.0, 16.0, 4.5, 5.0, 24)
FURTHEST = 12.0
"""A label of a place that is no camp lies at most so far from it, even where its circle grows larger."""


def map_of(animation: "DisplacementAnimation", frames: Frames, size: Size) -> dict[str, Any]:
    """Lay out one map, drawn as it is on the last day; the script draws the other days on it."""
    places = frames.places
    people = np.where(frames.people == HIDDEN, animation.threshold / 2, frames.people)
    radii = size.radius * np.sqrt(people / frames.most)
    largest = radii.max(axis=0)
    ends = frames.links.select("start", "end").to_numpy().astype(np.int64)
    frame, labels = _laid_out(frames, size, largest, ends)
    segments = frame.points[ends].reshape(len(ends), 4)
    kilometres, length = frame.scale_bar()
    return {
        "name": size.name,
        "width": _put(frame.width),
        "height": _put(frame.height),
        "radius": size.radius,
        "sign": size.sign,
        "widest": size.widest,
        "letters": size.letters,
        "bar": {"kilometres": kilometres, "length": _put(length), "y": _put(frame.height - 8)},
        "roads": _roads(segments, ends),
        "links": [[_put(value) for value in row] for row in segments.tolist()],
        # The largest lie lowest, so that none hides another for good.
        "places": [
            {"row": int(row), "kind": kind, "x": _put(x), "y": _put(y), "r": _put(radii[-1, row])}
            for row in np.argsort(-largest, kind="stable")
            for kind, (x, y) in [(places["kind"][int(row)], frame.points[row])]
        ],
        "labels": [_label(label, places["name"][label.place], places["kind"][label.place], size) for label in labels],
    }


def _laid_out(frames: Frames, size: Size, largest: Floats, ends: npt.NDArray[np.int64]) -> tuple[MapFrame, list[Label]]:
    """Choose the narrowest margins that let the most camps have their names."""
    latitudes, longitudes = (frames.places[name].to_numpy() for name in ("latitude", "longitude"))
    found = []
    for across in size.margins:
        frame = lay_out(latitudes, longitudes, size.width, (across, size.upright), size.heights)
        labels = _labels(frames, frame, size, largest, ends)
        named = sum(frames.places["kind"][label.place] == "camp" for label in labels)
        found.append((named, frame, labels))
    _, frame, labels = max(found, key=lambda tried: tried[0])
    return frame, labels


def _labels(frames: Frames, frame: MapFrame, size: Size, largest: Floats, ends: npt.NDArray[np.int64]) -> list[Label]:
    segments = frame.points[ends].reshape(len(ends), 4)
    kinds, names = frames.places["kind"].to_list(), frames.places["name"].to_list()
    is_camp = np.array([kind == "camp" for kind in kinds])
    order = np.lexsort((-largest, ~is_camp))[: size.most_labels].tolist()
    # Room for the figure under the name of a camp, in the language that writes it longer.
    room = text_width(Words("fr").number(float(frames.people.max())), size.letters)
    sizes = []
    for row in order:
        wide, high = text_width(names[row], size.letters), 1.25
        if is_camp[row]:
            wide, high = max(1.06 * wide, room), 2.4
        sizes.append((wide, high * size.letters))
    near = np.where(is_camp, largest, np.minimum(largest, FURTHEST))
    _, length = frame.scale_bar()
    taken = ((0.0, frame.height - 30.0, max(length, 60.0) + 8.0, frame.height),)
    scenery = Scenery(frame.points, near, size.sign, segments[each_road(ends)], taken, frame.width, frame.height)
    return place_labels(order, sizes, scenery, gap=3.0, needed=int(is_camp.sum()))


def _label(label: Label, name: str, kind: str, size: Size) -> dict[str, Any]:
    x, y = label.anchor
    # From the middle of a line to its foot.
    below = 0.35 * size.letters
    at = y - 0.6 * size.letters + below if kind == "camp" else y + below
    return {
        "row": label.place, "name": name, "camp": kind == "camp", "anchor": label.align,
        "x": _put(x), "y": _put(at), "y_people": _put(at + 1.15 * size.letters),
    }  # fmt: skip


def _roads(segments: Floats, ends: npt.NDArray[np.int64]) -> str:
    """Draw each road once, whatever its directions, as one path."""
    return "".join(f"M{_put(a)},{_put(b)}L{_put(c)},{_put(d)}" for a, b, c, d in segments[each_road(ends)].tolist())


def _put(value: float) -> str:
    """Write a length with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")
