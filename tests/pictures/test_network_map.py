"""The map draws areas and widths in proportion, small counts alike, and each direction on its own side."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.text import Text

from havre.pictures.displacement_charts import MOST_PLACES, NetworkMapChart
from havre.pictures.figures import make_figure
from havre.pictures.files import picture_bytes
from havre.pictures.network_map import LARGEST_RADIUS, arrows, circle_radii, flow_widths, round_below
from havre.pictures.style import settings
from havre.texts import Language
from tests.pictures import sample_displacement as displaced
from tests.pictures.sample_charts import network_of, picture

NETWORK = displaced.network(displaced.sample())


def test_areas_are_in_proportion_to_people() -> None:
    radii = circle_radii(np.array([100.0, 400.0, 0.0]), 2.0)
    np.testing.assert_allclose(radii, [1.0, 2.0, 0.0])
    np.testing.assert_array_equal(circle_radii(np.zeros(2), 2.0), [0.0, 0.0])


def test_widths_are_in_proportion_and_none_vanishes() -> None:
    np.testing.assert_allclose(flow_widths(np.array([0.0, 1.0, 500.0, 1000.0]), 6.0), [0.0, 0.5, 3.0, 6.0])


def test_there_and_back_lie_on_their_right() -> None:
    segments = np.array([[0.0, 0.0, 10.0, 0.0], [10.0, 0.0, 0.0, 0.0]])
    lines, heads = arrows(segments, np.array([0.2, 0.2]))
    # The drawing counts from its top: right of the way east is below.
    assert np.all(lines[0, :, 1] > 0.1)
    assert np.all(lines[1, :, 1] < -0.1)
    assert heads[0, 0, 0] > heads[0, 1, 0]
    assert heads[1, 0, 0] < heads[1, 1, 0]


def test_round_numbers_stand_in_the_legend() -> None:
    assert [round_below(value) for value in (1, 3.7, 49, 999, 75_882)] == [1, 2, 20, 500, 50_000]


def drawn_circles(chart: NetworkMapChart) -> dict[tuple[float, float], float]:
    with settings():
        [axes] = make_figure(picture(chart)).subfigs[1].axes
    found = [artist for artist in axes.collections if isinstance(artist, PathCollection)]
    return {tuple(np.round(np.asarray(each.get_offsets())[0], 4)): float(each.get_sizes()[0]) for each in found}


def test_circles_do_not_tell_small_counts_apart() -> None:
    def sizes(people: float) -> list[float]:
        chart = network_of(("A", "camp", 1.0, 1.0, 400.0), ("B", "town", 2.0, 3.0, people))
        return sorted(drawn_circles(chart).values())

    assert sizes(1.0) == sizes(9.0)
    assert sizes(9.0) != sizes(12.0)
    assert sizes(1.0)[1] == pytest.approx((2 * LARGEST_RADIUS * 72) ** 2)
    first, second = (
        picture_bytes(picture(network_of(("A", "camp", 1.0, 1.0, 400.0), ("B", "camp", 2.0, 3.0, count))), "svg")
        for count in (2.0, 7.0)
    )
    assert first == second


def test_camps_are_named_with_their_people_and_names_do_not_overlap() -> None:
    with settings():
        figure = make_figure(picture(NETWORK))
        figure.draw_without_rendering()
        [axes] = figure.subfigs[1].axes
        shown = {text.get_text(): text for text in axes.texts if isinstance(text, Text)}
        boxes = {name: shown[name].get_window_extent() for name in displaced.NAMES if name in shown}
    assert set(displaced.CAMPS) <= set(boxes)
    assert len(boxes) >= 20
    assert {"15,050", "11,348"} <= set(shown)
    names = list(boxes)
    overlapping = [
        (one, other)
        for place, one in enumerate(names)
        for other in names[place + 1 :]
        if boxes[one].overlaps(boxes[other])
    ]
    assert overlapping == []


def test_roads_are_drawn_once_and_flows_both_ways() -> None:
    with settings():
        [axes] = make_figure(picture(NETWORK)).subfigs[1].axes
    roads, flows = (each for each in axes.collections if isinstance(each, LineCollection))
    assert len(roads.get_segments()) == NETWORK.links.height / 2
    assert len(flows.get_segments()) == NETWORK.links.filter(pl.col("flow").round() > 0).height


def test_more_places_than_a_map_holds_are_counted_at_the_foot() -> None:
    rows = [(f"P{row}", "town", row % 17 / 3, row % 23 / 3, float(row)) for row in range(MOST_PLACES + 7)]
    chart = network_of(*rows)
    svg = picture_bytes(picture(chart), "svg").decode()
    assert "Not on the map: 7 places with fewer people, and 0 links" in svg
    assert len(drawn_circles(chart)) <= MOST_PLACES


def test_a_name_with_dollars_stays_text() -> None:
    places = NETWORK.places.with_columns(pl.col("name").replace("Bobola", "B$x$"))
    links = NETWORK.links.with_columns(pl.col("origin", "destination").replace("Bobola", "B$x$"))
    chart = replace(NETWORK, places=places, links=links)
    assert ">B$x$</text>" in picture_bytes(picture(chart), "svg").decode()


@pytest.mark.parametrize("spoken", ["en", "fr"])
def test_words_below_the_map_stay_on_the_picture_and_do_not_shrink_it(spoken: Language) -> None:
    long = "simulated persons, each for 100 people, in a place at the end of the day, mean of the runs"
    chart = replace(displaced.network(displaced.sample()), unit=long, flow_unit=long)
    with settings():
        figure = make_figure(replace(picture(chart), language=spoken))
        figure.canvas.draw()
        below = next(text for text in figure.findobj(Text) if long[:20] in text.get_text())
        assert below.get_window_extent().x1 <= figure.bbox.x1
        plain = make_figure(picture(displaced.network(displaced.sample())))
    widths = [each.findobj(Axes)[0].get_position().width * each.get_figwidth() for each in (figure, plain)]
    assert widths[0] == pytest.approx(widths[1], rel=0.05)


def test_camps_without_room_for_a_name_are_named_below() -> None:
    base = displaced.network(displaced.sample())
    at = base.places.filter(pl.col("name") == "Mentaro").select("latitude", "longitude").row(0)
    crowd = pl.DataFrame(
        [(f"Crowded camp number {number}", "camp", at[0] + number / 1e5, at[1], 1_000.0) for number in range(12)],
        schema=base.places.select("name", "kind", "latitude", "longitude", "people").schema,
        orient="row",
    )
    places = pl.concat([base.places.select(crowd.columns), crowd])
    with settings():
        figure = make_figure(picture(replace(base, places=places)))
    told = " ".join(" ".join(text.get_text().split()) for text in figure.findobj(Text))
    assert "Camps without room for a name" in told
