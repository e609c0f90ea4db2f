"""Roads: lengths, borders, what is told; and laws that hold for any places."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import dijkstra

from havre.displacement.build_countries import Countries
from havre.displacement.build_neighbours import Floats, great_circle_km
from havre.displacement.build_network import LEAST_INFERRED_KM, Network, make_network, road_km
from havre.displacement.build_options import DETOUR, BuildOptions
from havre.displacement.build_rows import PlaceRow, RoadRow
from tests.displacement.test_build_neighbours import spots
from tests.properties import examples

SHARED = Path(__file__).parents[3] / "shared" / "data" / "flee"


def places(*rows: tuple[str, float, float, str]) -> list[PlaceRow]:
    return [
        PlaceRow(number, name, latitude, longitude, country, "town")
        for number, (name, latitude, longitude, country) in enumerate(rows, start=1)
    ]


def countries(rows: list[PlaceRow]) -> Countries:
    return Countries({row.country: row.country for row in rows}, rows[0].country)


def network(
    rows: list[PlaceRow], roads: list[tuple[str, str, float | None]] | None = None, **options: object
) -> Network:
    given_roads = None if roads is None else [RoadRow(i, *road) for i, road in enumerate(roads, start=1)]
    return make_network(rows, given_roads, countries(rows), BuildOptions(**options))  # type: ignore[arg-type]


def pairs(made: Network) -> set[frozenset[str]]:
    return {frozenset((route.name1, route.name2)) for route in made.routes}


def notes(made: Network) -> dict[str, str]:
    return {note.key: note.sentence() for note in made.notes}


MALI = places(
    ("Gao", 16.27, -0.04, "MLI"),
    ("Ansongo", 15.66, 0.50, "MLI"),
    ("Abala", 14.93, 3.43, "NER"),
    ("Niamey", 13.51, 2.11, "NER"),
)


def test_given_roads_are_kept_and_only_missing_lengths_are_assumed() -> None:
    made = network(MALI, [("Gao", "Ansongo", 97.5), ("Ansongo", "Niamey", None)])
    straight = float(great_circle_km(np.array([15.66, 0.50]), np.array([13.51, 2.11])))
    assert [(route.name1, route.name2, route.distance) for route in made.routes] == [
        ("Gao", "Ansongo", 97.5),
        ("Ansongo", "Niamey", round(straight * DETOUR, 1)),
    ]
    assert notes(made) == {"assumed.road_lengths": "Roads without a length: 1. Theirs is 1.3 times the great circle."}


def test_a_road_shorter_than_the_great_circle_is_told() -> None:
    made = network(MALI, [("Gao", "Ansongo", 80.0), ("Ansongo", "Niamey", 300.0)])
    assert "Gao – Ansongo" in notes(made)["warned.short_roads"]
    assert "Niamey" not in notes(made)["warned.short_roads"]
    assert made.routes[0].distance == 80.0


def test_without_roads_neighbours_are_joined_over_land_borders() -> None:
    made = network(MALI)
    assert pairs(made) == {
        frozenset({"Gao", "Ansongo"}),
        frozenset({"Ansongo", "Abala"}),
        frozenset({"Ansongo", "Niamey"}),
        frozenset({"Abala", "Niamey"}),
    }
    assert {"assumed.roads_gabriel", "assumed.detour", "warned.terrain"} == set(notes(made))
    assert "Ansongo – Abala (422 km)" in notes(made)["warned.terrain"]


SICILY = places(("Tunis", 36.8, 10.2, "TUN"), ("Sfax", 34.7, 10.8, "TUN"), ("Trapani", 38.0, 12.5, "ITA"))


def test_countries_that_do_not_border_on_land_are_not_joined_unless_told_so() -> None:
    over_land = network(SICILY)
    assert pairs(over_land) == {frozenset({"Tunis", "Sfax"})}
    assert notes(over_land)["assumed.borders_land"].endswith(": 1.")
    everywhere = network(SICILY, borders="all")
    assert frozenset({"Tunis", "Trapani"}) in pairs(everywhere)
    assert notes(everywhere)["warned.no_land_border"].endswith("Italy – Tunisia.")


def test_where_borders_are_given_each_country_is_a_network_of_its_own() -> None:
    made = network(MALI, [("Ansongo", "Niamey", 333.0)], infer_roads=True, borders="given")
    assert pairs(made) == {
        frozenset({"Gao", "Ansongo"}),
        frozenset({"Ansongo", "Niamey"}),
        frozenset({"Abala", "Niamey"}),
    }
    assert made.routes[0].distance == 333.0


def test_inferred_roads_do_not_double_given_ones() -> None:
    made = network(MALI, [("Niamey", "Ansongo", 333.0)], infer_roads=True)
    assert len(pairs(made)) == len(made.routes) == 4
    assert made.routes[0].distance == 333.0


def test_links_that_are_too_long_are_left_out_and_counted() -> None:
    made = network(MALI, longest_link_km=250.0)
    assert pairs(made) == {frozenset({"Gao", "Ansongo"})}
    assert (
        notes(made)["assumed.longest_link"] == "Neighbours that got no road, because it would be longer than 250 km: 3."
    )


def test_parts_joined_by_their_shortest_link_are_told() -> None:
    rows = places(("A", 0, 0, "X"), ("B", 0, 0.1, "X"), ("C", 0, 9.0, "X"), ("D", 0, 9.1, "X"))
    made = network(rows, neighbours="nearest", nearest=1)
    assert pairs(made) == {frozenset("AB"), frozenset("CD"), frozenset("BC")}
    assert "B – C" in notes(made)["warned.joining"] or "C – B" in notes(made)["warned.joining"]


def test_places_on_the_same_spot_have_a_road_of_a_kilometre() -> None:
    rows = places(("Town", 5.0, 5.0, "X"), ("Town Camp", 5.0, 5.0, "X"), ("Far", 5.0, 6.0, "X"))
    lengths = {frozenset((route.name1, route.name2)): route.distance for route in network(rows).routes}
    assert lengths[frozenset({"Town", "Town Camp"})] == LEAST_INFERRED_KM
    assert len(lengths) == 2


@given(spots(width=30), st.sampled_from(["gabriel", "delaunay", "nearest"]), st.floats(1.0, 3.0))
@settings(max_examples=examples(40), deadline=None)
def test_laws_of_inferred_roads(coordinates: Floats, rule: str, detour: float) -> None:
    rows = places(*((str(i), float(place[0]), float(place[1]), "Somewhere") for i, place in enumerate(coordinates)))
    made = network(rows, neighbours=rule, detour=detour)
    lengths = np.full((len(rows), len(rows)), np.inf)
    for route in made.routes:
        lengths[int(route.name1), int(route.name2)] = lengths[int(route.name2), int(route.name1)] = route.distance
    ways = dijkstra(np.where(np.isinf(lengths), 0.0, lengths), directed=False)
    assert np.isfinite(ways).all()
    assert len(pairs(made)) == len(made.routes)
    straight = great_circle_km(coordinates[:, None], coordinates[None]) * detour
    # Each road is rounded to 100 m, and a way has fewer roads than there are places.
    assert (ways >= straight - 0.05 * len(rows)).all()
    every = np.array([(i, j) for i in range(len(rows)) for j in range(len(rows)) if i != j])
    assert np.array_equal(road_km(coordinates, every, detour), road_km(coordinates, every[:, ::-1], detour))


def rows_of(path: Path) -> list[list[str]]:
    rows = csv.reader(path.read_text(encoding="utf-8").splitlines())
    return [row for row in rows if row and not row[0].startswith("#")]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared instances are not beside the repository")
def test_the_stated_lengths_of_roads_in_five_instances_are_measured() -> None:
    factors: list[float] = []
    for name in ("burundi", "car", "mali", "ssudan", "syria"):
        folder = SHARED / name / "input_csv"
        rows = rows_of(folder / "locations.csv")
        where = {row[0].strip(): np.array([float(row[3]), float(row[4])]) for row in rows}
        for row in rows_of(folder / "routes.csv"):
            straight = float(great_circle_km(where[row[0].strip()], where[row[1].strip()]))
            factors.append(float(row[2]) / straight)
    assert len(factors) == 254
    assert np.quantile(factors, [0.1, 0.25, 0.5, 0.75, 0.9]).round(2).tolist() == [1.06, 1.11, 1.22, 1.43, 1.8]
