"""Curves and networks of camps as SVG: what is drawn lies where it should, and words cannot break out."""

import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from havre.web.charts.camp_map import LARGEST, LEAST, MapText, Pin, camp_map, instances_map, radius
from havre.web.charts.camps import MOST_POINTS, Curve, CurveText, curve_chart, shown_steps

TEXT = CurveText("c", "A <b> title", 'and "more"', lambda value: f"{value:g}")
NETWORK: dict[str, Any] = {
    "places": [
        {"name": "A&B", "country": "X", "latitude": 10.0, "longitude": 5.0, "kind": "camp"},
        {"name": "C<D", "country": "Y", "latitude": 12.0, "longitude": 7.0, "kind": "conflict"},
        {"name": "E", "country": "Y", "latitude": 11.0, "longitude": 6.0, "kind": "town"},
    ],
    "roads": [[0, 1, 100.0]],
    "days": [0, 9],
    "people": [[0, 0, 0], [400, 100, 0]],
}


def _read(drawn: str) -> ET.Element:
    return ET.fromstring(drawn)  # noqa: S314 - our own drawing


def test_a_curve_is_xml_with_title_and_description_whatever_the_words() -> None:
    curve = Curve([1, 2, 4], {80: ([0, 1, 2], [2, 4, 8])}, [5, 5, None], [(1, 3)], ticks=[(0, "<now>")])
    root = _read(str(curve_chart(curve, TEXT)))
    words = [each.text for each in root.iter() if each.text]
    assert {"A <b> title", 'and "more"', "<now>"} <= set(words)


def test_higher_values_are_drawn_higher_and_later_ones_further_right() -> None:
    drawn = str(curve_chart(Curve([0, 5, 10], {}), TEXT))
    points = re.search(r'class="median" points="([^"]+)"', drawn)
    assert points is not None
    places = [tuple(map(float, each.split(","))) for each in points[1].split()]
    assert [x for x, _ in places] == sorted(x for x, _ in places)
    assert [y for _, y in places] == sorted((y for _, y in places), reverse=True)


def test_places_far_above_do_not_press_the_curve_flat() -> None:
    assert Curve([1, 2], {}, [1_000_000, 1_000_000]).highest == 2
    assert Curve([1, 2], {}, [4, 4]).highest == 4
    assert "limit" not in str(curve_chart(Curve([1, 2], {}, [1e6, 1e6]), TEXT))


@pytest.mark.parametrize("steps", [1, 2, MOST_POINTS, MOST_POINTS + 1, 1000])
def test_long_curves_are_thinned_and_keep_their_end(steps: int) -> None:
    shown = shown_steps(steps)
    assert len(shown) <= MOST_POINTS + 1
    assert (shown[0], shown[-1]) == (0, steps - 1)
    assert str(curve_chart(Curve([1.0] * steps, {}), TEXT))


def test_a_curve_without_steps_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        curve_chart(Curve([], {}), TEXT)


def test_circles_grow_with_their_area_and_names_are_escaped() -> None:
    drawn = str(camp_map(NETWORK, 1, MapText("m", "t", "d"), (400, 300), land=False))
    root = _read(drawn)
    sizes = {each.get("data-place"): float(each.get("r", "0")) for each in root.iter() if each.get("data-place")}
    assert sizes == {"0": LARGEST, "1": LARGEST / 2, "2": LEAST}
    assert radius(0, 0) == LEAST
    assert {each.text for each in root.iter() if each.tag.endswith("text")} == {"A&B", "C<D", "E"}
    assert 'class="land"' not in drawn


def test_instances_are_links_on_a_map_with_land() -> None:
    drawn = instances_map([Pin('M"x', "/en/m", NETWORK["places"])], MapText("m", "t", "d"), (400, 300))
    root = _read(str(drawn))
    links = [(each.get("href"), each.get("aria-label")) for each in root.iter() if each.tag.endswith("a")]
    assert links == [("/en/m", 'M"x')]
    assert 'class="land"' in drawn
