"""Merkle tree hashes and proofs: what makes a change of any entry visible.

Everything here is pure. Hashes of complete subtrees come from a function ``node(level, index)``: the subtree over the
leaves ``index · 2^level`` up to, not including, ``(index + 1) · 2^level``.

References
----------
Laurie, B., Langley, A. & Kasper, E. (2013). RFC 6962, Certificate Transparency, section 2.1.
Laurie, B., Messeri, E. & Stradling, R. (2021). RFC 9162, sections 2.1.3.2 and 2.1.4.2 (verification of proofs).
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()
Node = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    """Hash an entry: SHA-256 of 0x00 and its bytes."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees: SHA-256 of 0x01 and their hashes."""
    return sha256(b"\x01" + left + right).digest()


def nodes_over(leaves: Sequence[bytes]) -> Node:
    """Give the function of subtrees over leaf hashes that are at hand.

    Examples
    --------
    >>> leaves = [leaf_hash(bytes([number])) for number in range(2)]
    >>> nodes_over(leaves)(1, 0) == node_hash(*leaves)
    True
    """

    def node(level: int, index: int) -> bytes:
        if level == 0:
            return leaves[index]
        return node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))

    return node


def folded(hashes: Sequence[bytes]) -> bytes:
    """Give the hash over a power of two of neighbouring subtrees of one level."""
    row = list(hashes)
    while len(row) > 1:
        row = [sha256(b"\x01" + row[at] + row[at + 1]).digest() for at in range(0, len(row), 2)]
    return row[0]


def tree_root(size: int, node: Node) -> bytes:
    """Give the root over the first ``size`` leaves."""
    return _range_root(0, size, node) if size else EMPTY_ROOT


class Growing:
    """Root over leaves that come one after the other; it keeps one hash for each complete subtree at the edge."""

    def __init__(self) -> None:
        self.size = 0
        self._edge: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Take the hash of the next leaf."""
        number, found = self.size, leaf
        while number & 1:
            found = node_hash(self._edge.pop(), found)
            number >>= 1
        self._edge.append(found)
        self.size += 1

    def root(self) -> bytes:
        """Give the root over the leaves so far."""
        if not self._edge:
            return EMPTY_ROOT
        found = self._edge[-1]
        for left in reversed(self._edge[:-1]):
            found = node_hash(left, found)
        return found


def inclusion_proof(index: int, size: int, node: Node) -> tuple[bytes, ...]:
    """Give the audit path of a leaf, from the leaf upwards (RFC 6962, section 2.1.1).

    Raises
    ------
    ValueError : there is no such leaf in a tree of that size
    """
    if not 0 <= index < size:
        raise ValueError(f"there is no leaf {index} in a tree of {size}")
    path: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(_range_root(middle, high, node))
            high = middle
        else:
            path.append(_range_root(low, middle, node))
            low = middle
    return tuple(reversed(path))


def consistency_proof(old: int, new: int, node: Node) -> tuple[bytes, ...]:
    """Give the proof that the tree of ``new`` leaves begins with that of ``old`` (RFC 6962, section 2.1.2).

    It is empty where both are the same, or the old one is empty.

    Raises
    ------
    ValueError : the old tree is larger than the new one
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {old} is not the beginning of a tree of {new}")
    if old in (0, new):
        return ()
    path: list[bytes] = []
    low, high, whole = 0, new, True
    while high > old:
        middle = low + _split(high - low)
        if old <= middle:
            path.append(_range_root(middle, high, node))
            high = middle
        else:
            path.append(_range_root(low, middle, node))
            low, whole = middle, False
    if not whole:
        path.append(_range_root(low, high, node))
    return tuple(reversed(path))


def root_of_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """Compute the root that a proof of inclusion leads to (RFC 9162, 2.1.3.2); ``None`` where it does not fit."""
    if not 0 <= index < size:
        return None
    at, last, found = index, size - 1, leaf
    for part in proof:
        if last == 0:
            return None
        if at & 1 or at == last:
            found = node_hash(part, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, part)
        at, last = at >> 1, last >> 1
    return found if last == 0 else None


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether a proof shows that a leaf is in the tree with this size and root."""
    return root_of_inclusion(leaf, index, size, proof) == root


def is_consistent(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether a proof shows that the new tree begins with the old one (RFC 9162, section 2.1.4.2)."""
    if not 0 <= old <= new:
        return False
    if old in (0, new):
        fits = old_root == (EMPTY_ROOT if old == 0 else new_root)
        return fits and not proof and (new > 0 or new_root == EMPTY_ROOT)
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = path[0]
    for part in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node_hash(part, before), node_hash(part, after)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            after = node_hash(after, part)
        at, last = at >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


def _split(size: int) -> int:
    """Give the largest power of two below ``size``."""
    return 1 << (size - 1).bit_length() - 1


def _range_root(low: int, high: int, node: Node) -> bytes:
    size = high - low
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return node(level, low >> level)
    middle = low + _split(size)
    return node_hash(_range_root(low, middle, node), _range_root(middle, high, node))
