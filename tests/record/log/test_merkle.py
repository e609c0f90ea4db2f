"""Roots are those of the published test vectors; every proof holds, and none holds for anything else."""

from functools import lru_cache
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.record.log.merkle import (
    EMPTY_ROOT,
    Growing,
    Node,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    leaf_hash,
    node_hash,
    nodes_over,
    root_of_inclusion,
    tree_root,
)

# The leaves and roots of the reference implementation of Certificate Transparency (RFC 6962).
LEAVES = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                                           "606162636465666768696a6b6c6d6e6f")]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
MOST = 300


@lru_cache
def tree() -> tuple[list[bytes], Node]:
    leaves = [leaf_hash(f"entry {number}".encode()) for number in range(MOST)]
    plain = nodes_over(leaves)
    return leaves, lru_cache(None)(plain)


def test_roots_of_the_published_vectors() -> None:
    hashes = [leaf_hash(leaf) for leaf in LEAVES]
    assert tree_root(0, nodes_over([])) == EMPTY_ROOT == sha256().digest()
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert [tree_root(size, nodes_over(hashes)).hex() for size in range(1, 9)] == ROOTS


def test_the_third_leaf_of_the_published_tree_of_seven() -> None:
    # PATH(2, D[7]) of RFC 6962, section 2.1.3: [d3', g, l].
    hashes = [leaf_hash(leaf) for leaf in LEAVES[:7]]
    last = node_hash(node_hash(hashes[4], hashes[5]), hashes[6])
    expected = (hashes[3], node_hash(hashes[0], hashes[1]), last)
    assert inclusion_proof(2, 7, nodes_over(hashes)) == expected
    # PROOF(3, D[7]) of the same section: [c, d, g, l].
    left = node_hash(hashes[0], hashes[1])
    assert consistency_proof(3, 7, nodes_over(hashes)) == (hashes[2], hashes[3], left, last)
    assert consistency_proof(4, 7, nodes_over(hashes)) == (last,)


def test_leaves_that_come_one_by_one_have_the_same_roots() -> None:
    leaves, node = tree()
    grown = Growing()
    for size in range(MOST + 1):
        assert (grown.size, grown.root()) == (size, tree_root(size, node))
        grown.add(leaves[size % MOST])


def test_every_leaf_of_logs_of_1_to_300_entries_is_proven() -> None:
    leaves, node = tree()
    for size in range(1, MOST + 1):
        root = tree_root(size, node)
        for index in range(size):
            assert is_included(leaves[index], index, size, inclusion_proof(index, size, node), root)


def test_every_pair_of_logs_of_0_to_300_entries_is_consistent() -> None:
    _, node = tree()
    roots = [tree_root(size, node) for size in range(MOST + 1)]
    for new in range(MOST + 1):
        for old in range(new + 1):
            assert is_consistent(old, new, roots[old], roots[new], consistency_proof(old, new, node))


@given(st.integers(1, MOST), st.data())
def test_no_proof_holds_for_another_leaf_place_size_or_root(size: int, data: st.DataObject) -> None:
    leaves, node = tree()
    index = data.draw(st.integers(0, size - 1))
    proof, root = inclusion_proof(index, size, node), tree_root(size, node)
    other = data.draw(st.integers(0, MOST - 1).filter(lambda number: number != index))
    assert not is_included(leaves[other], index, size, proof, root)
    assert not is_included(leaves[index], other, size, proof, root)
    assert not is_included(leaves[index], index, size, (*proof, root), root)
    assert not is_included(leaves[index], index, size, proof, leaves[0][::-1])
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        changed = (*proof[:at], bytes([proof[at][0] ^ 1]) + proof[at][1:], *proof[at + 1 :])
        assert not is_included(leaves[index], index, size, changed, root)
        assert not is_included(leaves[index], index, size, proof[:-1], root)
    assert root_of_inclusion(leaves[index], size, size, proof) is None


@given(st.integers(1, MOST - 1), st.data())
def test_no_other_history_is_consistent(old: int, data: st.DataObject) -> None:
    leaves, node = tree()
    new = data.draw(st.integers(old + 1, MOST))
    proof = consistency_proof(old, new, node)
    changed = data.draw(st.integers(0, old - 1))
    forged = nodes_over([leaf_hash(b"forged") if number == changed else leaf for number, leaf in enumerate(leaves)])
    old_root, new_root = tree_root(old, node), tree_root(new, node)
    assert is_consistent(old, new, old_root, new_root, proof)
    assert not is_consistent(old, new, old_root, tree_root(new, forged), consistency_proof(old, new, forged))
    assert not is_consistent(old, new, tree_root(old, forged), new_root, proof)
    assert not is_consistent(old, new, old_root, new_root, (*proof, new_root))
    assert not is_consistent(old, new, old_root, new_root, proof[:-1])
    assert not is_consistent(new, old, new_root, old_root, proof)


def test_what_cannot_be_is_refused() -> None:
    _, node = tree()
    with pytest.raises(ValueError, match="no leaf 5"):
        inclusion_proof(5, 5, node)
    with pytest.raises(ValueError, match="not the beginning"):
        consistency_proof(6, 5, node)
    assert is_consistent(0, 0, EMPTY_ROOT, EMPTY_ROOT, ())
    assert not is_consistent(0, 5, b"x" * 32, tree_root(5, node), ())
    assert not is_consistent(3, 5, tree_root(3, node), tree_root(5, node), ())
