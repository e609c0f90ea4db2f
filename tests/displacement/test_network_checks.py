"""Parts of a network: two places are in one part exactly if roads join them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from havre.displacement.instance import Route
from havre.displacement.network_checks import components

ENDS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=15)


@given(ENDS)
def test_parts_are_the_connected_components(ends: list[tuple[int, int]]) -> None:
    names = [f"place {number}" for number in range(10)]
    found = components(names, [Route(names[one], names[other], 1.0) for one, other in ends])
    one, other = np.array(ends, np.int64).reshape(-1, 2).T
    _, labels = connected_components(coo_array((np.ones(len(ends)), (one, other)), shape=(10, 10)), directed=False)
    for number, name in enumerate(names):
        first = int(np.flatnonzero(labels == labels[number])[0])
        assert found[name] == names[first]


def test_roads_to_places_that_are_not_there_join_nothing() -> None:
    assert components(["a", "b"], [Route("a", "x", 1.0), Route("x", "b", 1.0)]) == {"a": "a", "b": "b"}
