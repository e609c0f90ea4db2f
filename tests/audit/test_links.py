"""False links, against a population that is joined at random."""

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from havre.audit.links import LinkKind, spread
from havre.errors import AuditError

PEOPLE = 200_000


@pytest.mark.parametrize("chance", [0.05, 0.15, 0.4])
def test_against_simulated_links(chance: float) -> None:
    kinds = [LinkKind("face", 2, chance), LinkKind("name", 1, chance, undetected=0.5)]
    found = spread(kinds)
    generator = np.random.default_rng(1)
    links = generator.poisson(found.reach / 2 * PEOPLE)
    ends = generator.integers(0, PEOPLE, (2, links))
    graph = coo_array((np.ones(links), (ends[0], ends[1])), shape=(PEOPLE, PEOPLE))
    _, labels = connected_components(graph, directed=False)
    sizes = np.bincount(labels)
    assert 1 - (sizes == 1).sum() / PEOPLE == pytest.approx(found.linked, abs=0.005)
    if found.joined is not None:
        assert (sizes**2).sum() / PEOPLE - 1 == pytest.approx(found.joined, rel=0.05)
    else:
        assert sizes.max() / PEOPLE == pytest.approx(found.giant, abs=0.01)


def test_nothing_linked_nothing_joined() -> None:
    found = spread([LinkKind("face", 0, 0.5)])
    assert (found.linked, found.joined, found.giant) == (0, 0, 0)


def test_bad_kinds_are_refused() -> None:
    with pytest.raises(AuditError):
        spread([])
    with pytest.raises(AuditError):
        LinkKind("face", -1, 2)
