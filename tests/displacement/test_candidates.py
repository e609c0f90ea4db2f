"""Routes from a place: those of a search by hand, none twice through a place, with the lengths of their links."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.displacement.candidates import Candidates, RouteBook, find_candidates
from havre.displacement.instance import Route
from havre.displacement.network import Flags, Network, compile_network
from havre.displacement.rules import Rules
from tests.displacement.sketches import UNHURRIED, place, roads, sketch

NAMES = "ABCDE"


@dataclass
class Country:
    """A network with some links closed and some places markers."""

    network: Network
    open_links: Flags
    marker: Flags
    hops: int

    def candidates(self) -> tuple[Candidates, RouteBook]:
        book = RouteBook()
        return find_candidates(self.network, self.open_links, self.marker, self.hops, book), book

    def by_hand(self) -> Iterator[tuple[int, tuple[int, ...], float]]:
        """Try every order of places: start, the places reached, km; once for each choice among parallel links."""
        links: dict[tuple[int, int], list[float]] = {}
        for link in np.flatnonzero(self.open_links):
            ends = int(self.network.origin[link]), int(self.network.destination[link])
            links.setdefault(ends, []).append(float(self.network.distance[link]))
        for size in range(2, self.network.locations + 1):
            for start, *reached in permutations(range(self.network.locations), size):
                stations = [place for place in reached if not self.marker[place]]
                if self.marker[reached[-1]] or len(stations) > self.hops:
                    continue
                steps = zip([start, *reached[:-1]], reached, strict=True)
                for km in product(*(links.get(step, []) for step in steps)):
                    yield start, tuple(reached), sum(km)


def network_of(rows: Sequence[tuple[int, int, float]], size: int = 5) -> Network:
    routes = tuple(Route(NAMES[one], NAMES[other], km) for one, other, km in rows)
    return compile_network(sketch([place(name) for name in NAMES[:size]], routes), Rules.flee())


@st.composite
def countries(draw: st.DrawFn) -> Country:
    pairs = st.lists(st.integers(0, 4), min_size=2, max_size=2, unique=True)
    rows = draw(st.lists(st.tuples(pairs, st.integers(1, 100)), max_size=8))
    network = network_of([(one, other, float(km)) for (one, other), km in rows])
    open_links = draw(
        st.lists(st.sampled_from([True, True, True, False]), min_size=network.links, max_size=network.links)
    )
    marker = draw(st.lists(st.sampled_from([False, False, True]), min_size=5, max_size=5))
    return Country(network, np.array(open_links, np.bool_), np.array(marker, np.bool_), draw(st.integers(1, 4)))


@given(countries())
@UNHURRIED
def test_candidates_are_those_of_a_search_by_hand(country: Country) -> None:
    found, book = country.candidates()
    routes = [
        (int(start), (int(country.network.destination[link]), *book.routes[rest]), km)
        for start, link, rest, km in zip(found.place, found.link, found.rest, found.distance, strict=True)
    ]
    assert Counter(routes) == Counter(country.by_hand())
    assert [route[1][-1] for route in routes] == found.end.tolist()


@given(countries())
@UNHURRIED
def test_candidates_visit_no_place_twice_and_are_as_long_as_their_links(country: Country) -> None:
    found, book = country.candidates()
    network = country.network
    for start, end, link, rest in zip(found.place, found.end, found.link, found.rest, strict=True):
        route = [int(start), int(network.destination[link]), *book.routes[rest]]
        assert len(set(route)) == len(route)
        assert route[-1] == end
        assert not country.marker[end]
        assert network.origin[link] == start
        assert country.open_links[link]


@given(countries())
@UNHURRIED
def test_tables_number_each_candidate_once_in_the_row_of_its_place(country: Country) -> None:
    found, _ = country.candidates()
    assert (np.diff(found.place) >= 0).all()
    assert found.start.tolist() == [int((found.place < place).sum()) for place in range(6)]
    for start in range(5):
        block = found.blocks[found.block_of[start]]
        row = block.table[found.row_of[start]]
        assert row.size == block.width
        numbers = row[row >= 0]
        assert numbers.tolist() == list(range(found.start[start], found.start[start + 1]))
        # Filled up in front.
        assert (row[: row.size - numbers.size] == -1).all()


def test_people_who_know_their_neighbours_only() -> None:
    network = network_of([(0, 1, 10.0), (1, 2, 20.0), (0, 2, 50.0), (0, 1, 7.0)], size=4)
    open_links = np.ones(network.links, np.bool_)
    open_links[[1, 3, 4]] = False  # B to A, C to B, A to C
    found, _ = Country(network, open_links, np.zeros(4, np.bool_), 1).candidates()
    assert found.place.tolist() == [0, 0, 1, 1, 2]
    assert found.end.tolist() == [1, 1, 2, 0, 0]
    assert found.distance.tolist() == [10, 7, 20, 7, 50]
    # Both roads from A to B are candidates, and the first of them is walked; of those back only one is open.
    assert found.link.tolist() == [0, 0, 2, 7, 5]
    assert found.rest.tolist() == [0] * 5
    assert found.nearest.tolist() == [7, 7, 50, np.inf]


def test_markers_are_walked_through_without_using_up_a_hop() -> None:
    network = network_of([(0, 1, 10.0), (1, 2, 20.0), (2, 3, 30.0), (3, 4, 40.0)])
    marker = np.array([False, True, False, True, False])
    found, book = Country(network, np.ones(8, np.bool_), marker, 1).candidates()
    from_a = found.place == 0
    assert found.end[from_a].tolist() == [2]
    assert found.distance[from_a].tolist() == [30]
    assert [book.routes[rest] for rest in found.rest[from_a]] == [(2,)]
    further, _ = Country(network, np.ones(8, np.bool_), marker, 2).candidates()
    assert sorted(further.end[further.place == 0]) == [2, 4]


@pytest.mark.parametrize("hops", [-1, 0, 1])
def test_low_awareness_sees_neighbours(hops: int) -> None:
    network = network_of([(0, 1, 10.0), (1, 2, 20.0)], size=3)
    found, _ = Country(network, np.ones(4, np.bool_), np.zeros(3, np.bool_), hops).candidates()
    assert found.end[found.place == 0].tolist() == [1]


def test_no_open_link_leaves_no_candidate() -> None:
    network = network_of([(0, 1, 10.0)])
    for hops in (1, 3):
        found, _ = Country(network, np.zeros(2, np.bool_), np.zeros(5, np.bool_), hops).candidates()
        assert found.place.size == found.link.size == 0
        assert [block.width for block in found.blocks] == [0]
        assert np.isinf(found.nearest).all()


def test_large_networks_are_grouped_by_number_of_candidates() -> None:
    # A hub with 400 neighbours: the others have one candidate each.
    spokes = [f"S{number}" for number in range(400)]
    instance = sketch([place("Hub"), *map(place, spokes)], roads(*(("Hub", spoke, 10.0) for spoke in spokes)))
    network = compile_network(instance, Rules.flee())
    found, _ = Country(network, np.ones(800, np.bool_), np.zeros(401, np.bool_), 1).candidates()
    cells = sum(block.table.size for block in found.blocks)
    assert cells == 800
    hub = found.blocks[found.block_of[0]].table[found.row_of[0]]
    assert sorted(found.end[hub]) == list(range(1, 401))


def test_a_route_is_walked_step_by_step() -> None:
    book = RouteBook()
    assert book.number(()) == 0
    long, short = book.number((3, 1, 4)), book.number((1,))
    assert book.number((3, 1, 4)) == long
    following, rest, end = book.step(np.array([short, long, long]))
    assert following.tolist() == [1, 3, 3]
    assert end.tolist() == [1, 4, 4]
    assert [book.routes[number] for number in rest] == [(), (1, 4), (1, 4)]
    assert rest[0] == 0
