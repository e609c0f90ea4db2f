"""Labels neither overlap nor cover a sign nor leave the map, however the places lie."""

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from havre.pictures.map_labels import Label, Scenery, crossings, overlap, place_labels, text_width

POINTS = st.lists(st.tuples(st.floats(0, 100), st.floats(0, 60)), min_size=1, max_size=14)
TAKEN = ((0.0, 50.0, 20.0, 60.0),)


def scenery(points: list[tuple[float, float]], segments: list[tuple[float, float, float, float]]) -> Scenery:
    radii = np.linspace(0.0, 4.0, len(points))
    return Scenery(np.array(points, dtype=float), radii, 1.0, np.array(segments).reshape(-1, 4), TAKEN, 100.0, 60.0)


@given(POINTS, st.integers(0, 3))
def test_labels_keep_clear_of_all_that_is_taken(points: list[tuple[float, float]], needed: int) -> None:
    around = scenery(points, [(0.0, 0.0, 100.0, 60.0)])
    sizes = [(4.0 + 2 * (row % 4), 3.0) for row in range(len(points))]
    labels = place_labels(range(len(points)), sizes, around, 1.0, needed)
    for label in labels:
        left, top, right, bottom = label.box
        assert 0 <= left < right <= 100
        assert 0 <= top < bottom <= 60
        assert overlap(label.box, TAKEN[0]) == 0
        assert left - 1e-9 <= label.anchor[0] <= right + 1e-9
        for x, y in points:
            assert not (left - 1 < x < right + 1 and top - 1 < y < bottom + 1)
    assert all(overlap(one.box, other.box) == 0 for one, other in combinations(labels, 2))
    assert len({label.place for label in labels}) == len(labels)


def only(labels: list[Label]) -> Label:
    [label] = labels
    return label


def test_a_label_is_right_of_its_place_unless_a_link_is_there() -> None:
    free = only(place_labels([0], [(10, 4)], scenery([(50, 30)], []), 1.0))
    assert free.align == "start"
    assert free.box[0] >= 51
    crossed = only(place_labels([0], [(10, 4)], scenery([(50, 30)], [(50, 30, 100, 30)]), 1.0))
    assert crossed.align == "end"
    assert crossed.anchor[0] <= 49


def test_what_could_be_the_label_of_another_is_left_out_unless_needed() -> None:
    # The middle place is walled in by others.
    ring = [(50 + 6 * np.cos(turn), 30 + 5 * np.sin(turn)) for turn in np.linspace(0, 2 * np.pi, 12, endpoint=False)]
    around = scenery([(50.0, 30.0), *ring], [])
    assert place_labels([0], [(3, 1)], around, 1.0) == []
    assert len(place_labels([0], [(3, 1)], around, 1.0, needed=1)) == 1


def test_the_first_in_the_order_gets_the_room() -> None:
    near = scenery([(50.0, 30.0), (50.0, 30.0)], [])
    first, *_ = place_labels([1, 0], [(40, 20), (40, 20)], near, 1.0)
    assert first.place == 1


def test_segments_through_a_box_are_counted() -> None:
    box = (10.0, 10.0, 20.0, 20.0)
    through = [(0, 15, 30, 15), (15, 0, 15, 12), (0, 0, 30, 30), (12, 12, 13, 13)]
    beside = [(0, 5, 30, 5), (0, 0, 9, 9), (25, 0, 25, 30), (0, 30, 9, 21)]
    assert crossings(box, np.array(through, dtype=float)) == 4
    assert crossings(box, np.array(beside, dtype=float)) == 0
    assert crossings(box, np.empty((0, 4))) == 0


def test_widths_are_no_shorter_than_letters_are_drawn() -> None:
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    for text in ("Fassara-Mbo", "Illizi", "WWW", "Ouagadougou", "15 050", "Mangaïze"):
        drawn = TextPath((0, 0), text, size=10, prop=FontProperties(family="DejaVu Sans")).get_extents().width
        assert drawn <= text_width(text, 10.0) <= 1.6 * drawn
