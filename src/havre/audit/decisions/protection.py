"""Small cells: which rates of groups are shown, so that none tells about a handful of people or lets it be worked out.

A cell is hidden where it holds fewer decisions than the threshold. The total is published, so that a single hidden
cell, or hidden cells that are few together, would come out by subtraction; the next smallest is then hidden as well.
Measures that are made of the same decisions (false positives, false negatives, all errors) are hidden together.

In a table of two keys, two hidden cells in each line are not enough: where hidden cells are seen as the edges of a
graph between their two keys, a cell that is the only way between two parts of it (a bridge) still comes out of sums.

References
----------
Hundepool A et al. (2012), Statistical disclosure control, Wiley, chapter 4. doi:10.1002/9781118348239
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Counts = NDArray[np.int64]
Key = tuple[str, ...]


def hidden_cells(sizes: Counts, keys: Sequence[Key], threshold: int, start: Mask | None = None) -> Mask:
    """Choose the cells to hide.

    Parameters
    ----------
    sizes : cells × counts; a cell is small where any of its counts lies from 1 to one below the threshold
    keys : of each cell: one (groups that add up to the total) or two (cells that add up to groups of either key)
    threshold : smallest count that is shown
    start : cells to hide whatever they hold

    Returns
    -------
    True for each cell to hide. Empty cells (all counts 0) stay visible: they say that there was nobody.
    """
    hidden: Mask = np.asarray(((sizes > 0) & (sizes < threshold)).any(axis=1))
    filled: Mask = np.asarray(sizes.any(axis=1))
    if start is not None:
        hidden |= start & filled
    lines = [line & filled for line in lines_of(keys)]
    while True:
        more = next(
            (cell for line in lines if (cell := _next_to_hide(sizes, line, hidden, threshold)) is not None), None
        )
        if more is None:
            more = _beside_a_bridge(sizes, keys, filled, hidden)
        if more is None:
            return hidden
        hidden[more] = True


def lines_of(keys: Sequence[Key]) -> list[Mask]:
    """Give the lines of a table: all cells together, and for two keys all cells that share one of them."""
    table = np.array(keys, dtype=object).reshape(len(keys), -1)
    lines: list[Mask] = [np.ones(len(keys), dtype=bool)]
    if table.shape[1] > 1:
        lines += [table[:, place] == name for place in range(table.shape[1]) for name in sorted(set(table[:, place]))]
    return lines


def bridges(edges: Sequence[Key]) -> list[int]:
    """Find the edges that are the only way between their two ends; the keys of the two sides are told apart."""
    joined: dict[tuple[int, str], list[tuple[tuple[int, str], int]]] = {}
    for place, (one, two) in enumerate(edges):
        joined.setdefault((0, one), []).append(((1, two), place))
        joined.setdefault((1, two), []).append(((0, one), place))
    order: dict[tuple[int, str], int] = {}
    found: list[int] = []
    for end in joined:
        if end not in order:
            found += _bridges_from(end, joined, order)
    return sorted(found)


def _bridges_from(
    start: tuple[int, str],
    joined: Mapping[tuple[int, str], list[tuple[tuple[int, str], int]]],
    order: dict[tuple[int, str], int],
) -> list[int]:
    """Walk in depth from an end: an edge is a bridge where nothing beyond it leads back before it.

    Reference: Tarjan RE (1974), A note on finding the bridges of a graph. doi:10.1016/0020-0190(74)90003-9
    """
    found: list[int] = []
    order[start] = len(order)
    back = {start: order[start]}
    path = [(start, -1, iter(joined[start]))]
    while path:
        end, came, left = path[-1]
        step = next(left, None)
        if step is None:
            path.pop()
            if path:
                before = path[-1][0]
                back[before] = min(back[before], back[end])
                if back[end] > order[before]:
                    found.append(came)
        elif step[1] != came:
            other, edge = step
            if other in order:
                back[end] = min(back[end], order[other])
            else:
                order[other] = back[other] = len(order)
                path.append((other, edge, iter(joined[other])))
    return found


def _next_to_hide(sizes: Counts, line: Mask, hidden: Mask, threshold: int) -> int | None:
    inside = line & hidden
    together = sizes[inside].sum(axis=0)
    safe = inside.sum() >= 2 and bool(((together == 0) | (together >= threshold)).all())
    return None if not inside.any() or safe else _smallest(sizes, line & ~hidden)


def _beside_a_bridge(sizes: Counts, keys: Sequence[Key], filled: Mask, hidden: Mask) -> int | None:
    """Choose the smallest visible cell that shares a key with a bridge, else the smallest of all."""
    if not hidden.any() or len(keys[0]) != 2:
        return None
    places = np.flatnonzero(hidden)
    edges = [keys[int(place)] for place in places]
    cut = [edges[found] for found in bridges(edges)]
    if not cut:
        return None
    visible = filled & ~hidden
    ones, twos = ({edge[at] for edge in cut} for at in (0, 1))
    beside = np.array([one in ones or two in twos for one, two in keys])
    return _smallest(sizes, visible & beside if (visible & beside).any() else visible)


def _smallest(sizes: Counts, cells: Mask) -> int | None:
    places = np.flatnonzero(cells)
    return int(places[np.argmin(sizes[places].sum(axis=1))]) if len(places) else None
