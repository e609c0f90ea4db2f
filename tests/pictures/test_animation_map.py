"""The maps of an animation: inside their frame, camps named, no name over another."""

from itertools import combinations

import pytest

from havre.pictures.animation_data import frames_of
from havre.pictures.animation_map import NARROW, WIDE, Size, map_of
from havre.pictures.map_labels import text_width
from tests.pictures import sample_displacement as displaced

ANIMATION = displaced.animation(displaced.sample())
FRAMES = frames_of(ANIMATION, 1)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_signs_and_names_stay_inside_and_apart(size: Size) -> None:
    drawn = map_of(ANIMATION, FRAMES, size)
    width, height = float(drawn["width"]), float(drawn["height"])
    assert width == size.width
    for place in drawn["places"]:
        assert size.sign <= float(place["x"]) <= width - size.sign
        assert size.sign <= float(place["y"]) <= height - size.sign
    boxes = []
    for label in drawn["labels"]:
        wide = text_width(label["name"], size.letters)
        left = float(label["x"]) - {"start": 0.0, "middle": wide / 2, "end": wide}[label["anchor"]]
        assert left >= -1
        assert left + wide <= width + 1
        top = float(label["y"]) - 0.8 * size.letters
        bottom = float(label["y_people"]) if label["camp"] else float(label["y"])
        boxes.append((left, top, left + wide, bottom))
    overlapping = [
        (one, other)
        for one, other in combinations(boxes, 2)
        if min(one[2], other[2]) - max(one[0], other[0]) > 1 and min(one[3], other[3]) - max(one[1], other[1]) > 1
    ]
    assert overlapping == []
    assert {label["name"] for label in drawn["labels"] if label["camp"]} == set(displaced.CAMPS)


def test_the_largest_circle_has_the_radius_of_its_size_and_lies_lowest() -> None:
    drawn = map_of(ANIMATION, FRAMES, WIDE)
    radii = [float(place["r"]) for place in drawn["places"]]
    assert radii[0] == max(radii) == WIDE.radius
    assert sorted(place["row"] for place in drawn["places"]) == list(range(23))
    assert drawn["roads"].count("M") == ANIMATION.links.height / 2
