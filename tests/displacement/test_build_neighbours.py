"""Neighbours on the sphere, against definitions written out pair by pair, and links that join what lies apart."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

from havre.displacement.build_neighbours import (
    Floats,
    Pairs,
    great_circle_km,
    joining_pairs,
    neighbour_pairs,
    unit_vectors,
)
from havre.displacement.build_options import NeighbourRule
from havre.places import distance_km
from havre.places.codes import country_table
from havre.places.geography import EARTH_RADIUS
from tests.properties import examples

RULES: tuple[NeighbourRule, ...] = ("gabriel", "delaunay", "nearest")
NO_PAIRS = np.zeros((0, 2), dtype=np.int64)


@st.composite
def spots(draw: st.DrawFn, width: int = 20, least: int = 3, most: int = 25) -> Floats:
    """Draw different coordinates on a grid of a twentieth of a degree, in a box that may lie anywhere."""
    south = draw(st.integers(-70, 70 - width))
    west = draw(st.integers(-180, 180))
    grid = st.tuples(st.integers(0, 20 * width), st.integers(0, 20 * width))
    steps = draw(st.lists(grid, min_size=least, max_size=most, unique=True))
    return np.array([(south + i / 20, (west + j / 20 + 180) % 360 - 180) for i, j in steps])


def vectors(coordinates: Floats) -> Floats:
    return unit_vectors(coordinates[:, 0], coordinates[:, 1])


def as_set(pairs: Pairs) -> set[tuple[int, int]]:
    return {(int(one), int(other)) for one, other in pairs}


def parts_of(places: int, pairs: Pairs) -> int:
    matrix = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(places, places))
    return int(connected_components(matrix, directed=False)[0])


def gabriel_by_definition(points: Floats) -> set[tuple[int, int]]:
    """Join two places where every third one sees them under an acute angle."""
    found = set()
    for i, j in combinations(range(len(points)), 2):
        others = np.delete(points, [i, j], axis=0)
        if (((points[i] - others) * (points[j] - others)).sum(axis=1) > 0).all():
            found.add((i, j))
    return found


def test_great_circles_are_those_of_the_places() -> None:
    table = country_table()
    one, other = (
        np.array([float(table[code]["latitude"]), float(table[code]["longitude"])]) for code in ("FRA", "AUS")
    )
    assert float(great_circle_km(one, other)) == pytest.approx(distance_km("FRA", "AUS"), rel=1e-12)
    assert float(great_circle_km(np.array([0.0, 0.0]), np.array([0.0, 180.0]))) == pytest.approx(np.pi * EARTH_RADIUS)


def test_a_square_with_a_middle_has_spokes_and_no_sides() -> None:
    # The middle lies in the circle over each diagonal, and on the rim of those over the sides (nearly, on a sphere).
    square = np.array([(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0), (0.5, 0.5)])
    assert {(0, 4), (1, 4), (2, 4), (3, 4)} <= as_set(neighbour_pairs(vectors(square), "gabriel"))
    assert not {(0, 2), (1, 3)} & as_set(neighbour_pairs(vectors(square), "gabriel"))
    without = as_set(neighbour_pairs(vectors(square[:4]), "gabriel"))
    assert {(0, 3), (1, 2)} <= without
    assert not {(0, 2), (1, 3)} & without


def test_places_on_one_line_and_over_the_date_line_are_joined_one_after_the_other() -> None:
    line = np.array([(0.0, 179.0), (0.0, -178.0), (0.0, 178.0), (0.0, -179.5), (0.0, -170.0)])
    for rule in ("gabriel", "delaunay"):
        assert {(0, 2), (0, 3), (1, 3), (1, 4)} <= as_set(neighbour_pairs(vectors(line), rule))
    assert as_set(neighbour_pairs(vectors(line), "gabriel")) == {(0, 2), (0, 3), (1, 3), (1, 4)}


@given(spots())
@settings(max_examples=examples(60), deadline=None)
def test_the_gabriel_graph_is_what_its_definition_says(coordinates: Floats) -> None:
    points = vectors(coordinates)
    found = as_set(neighbour_pairs(points, "gabriel"))
    by_definition = gabriel_by_definition(points)
    # Places exactly on a rim, which a grid makes many of, may fall on either side of rounding.
    for i, j in found ^ by_definition:
        others = np.delete(points, [i, j], axis=0)
        angles = ((points[i] - others) * (points[j] - others)).sum(axis=1)
        assert np.abs(angles).min() < 1e-9


@given(spots())
@settings(max_examples=examples(60), deadline=None)
def test_a_gabriel_graph_holds_the_shortest_tree_and_a_triangulation_holds_it(coordinates: Floats) -> None:
    points = vectors(coordinates)
    gabriel = neighbour_pairs(points, "gabriel")
    km = great_circle_km(coordinates[:, None], coordinates[None])
    tree = minimum_spanning_tree(km).sum()
    inside = np.zeros_like(km)
    inside[gabriel[:, 0], gabriel[:, 1]] = km[gabriel[:, 0], gabriel[:, 1]]
    assert parts_of(len(points), gabriel) == 1
    assert float(minimum_spanning_tree(inside).sum()) == pytest.approx(float(tree), rel=1e-9)
    delaunay = as_set(neighbour_pairs(points, "delaunay"))
    # Places on one line have no triangle, and every pair is looked at.
    assert len(delaunay) <= 3 * len(points) - 6 or len(delaunay) == len(points) * (len(points) - 1) // 2
    assert parts_of(len(points), np.array(sorted(delaunay))) == 1


@given(spots(), st.integers(1, 4))
@settings(max_examples=examples(40), deadline=None)
def test_each_place_is_joined_to_its_nearest(coordinates: Floats, nearest: int) -> None:
    pairs = as_set(neighbour_pairs(vectors(coordinates), "nearest", nearest))
    km = great_circle_km(coordinates[:, None], coordinates[None])
    np.fill_diagonal(km, np.inf)
    for place, row in enumerate(km):
        joined = sorted(row[other] for pair in pairs if place in pair for other in pair if other != place)
        wanted = min(nearest, len(coordinates) - 1)
        assert joined[:wanted] == pytest.approx(sorted(row)[:wanted], rel=1e-6)


def test_places_on_the_same_spot_count_once() -> None:
    twice = np.array([(0.0, 0.0), (0.0, 1.0), (0.0, 0.0), (1.0, 0.5)])
    for rule in RULES:
        assert 2 not in neighbour_pairs(vectors(twice), rule)
    assert neighbour_pairs(vectors(twice[[0, 2]]), "gabriel").shape == (0, 2)


def test_parts_are_joined_by_their_shortest_link() -> None:
    coordinates = np.array([(0.0, 0.0), (0.0, 1.0), (0.0, 4.0), (0.0, 5.0), (9.0, 4.0)])
    pairs = np.array([(0, 1), (2, 3)])
    groups = np.zeros(5, dtype=np.int64)
    added = joining_pairs(vectors(coordinates), pairs, groups, lambda _one, _other: True)
    assert as_set(np.sort(added)) == {(2, 4), (1, 2)}


def test_parts_that_no_link_may_join_stay_apart() -> None:
    coordinates = np.array([(0.0, 0.0), (0.0, 1.0), (0.0, 2.0), (0.0, 9.0)])
    groups = np.array([0, 1, 0, 0])
    points = vectors(coordinates)
    home_only = joining_pairs(points, NO_PAIRS, groups, lambda one, other: one == other)
    assert as_set(np.sort(home_only)) == {(0, 2), (2, 3)}
    chord = 2 * np.sin(300 / EARTH_RADIUS / 2)
    short = joining_pairs(points, NO_PAIRS, groups, lambda one, other: one == other, chord)
    assert as_set(np.sort(short)) == {(0, 2)}


@given(spots(width=60, least=3), st.sampled_from(RULES), st.integers(0, 5))
@settings(max_examples=examples(60), deadline=None)
def test_any_places_become_one_network(coordinates: Floats, rule: NeighbourRule, doubled: int) -> None:
    coordinates = np.concatenate([coordinates, coordinates[:doubled]])
    points = vectors(coordinates)
    pairs = neighbour_pairs(points, rule, 1)
    added = joining_pairs(points, pairs, np.zeros(len(points), dtype=np.int64), lambda _one, _other: True)
    assert parts_of(len(points), np.concatenate([pairs, added])) == 1
    assert len(added) == parts_of(len(points), pairs) - 1
