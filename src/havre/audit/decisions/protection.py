"""Small cells: which rates of groups are shown, so that none tells about a handful of people or lets it be worked out.

A cell is hidden where it holds fewer decisions than the threshold. The total is published, so that a single hidden
cell, or hidden cells that are few together, would come out by subtraction; the next smallest is then hidden as well.
Measures that are made of the same decisions (false positives, false negatives, all errors) are hidden together.

References
----------
Hundepool A et al. (2012), Statistical disclosure control, Wiley, chapter 4. doi:10.1002/9781118348239
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Counts = NDArray[np.int64]


def hidden_cells(sizes: Counts, lines: Sequence[Mask], threshold: int, start: Mask | None = None) -> Mask:
    """Choose the cells to hide.

    Parameters
    ----------
    sizes : cells × counts; a cell is small where any of its counts lies from 1 to one below the threshold
    lines : each marks the cells that add up to a total that others may know
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
    changed = True
    while changed:
        changed = False
        for line in lines:
            more = _next_to_hide(sizes, line & filled, hidden, threshold)
            if more is not None:
                hidden[more] = True
                changed = True
    return hidden


def _next_to_hide(sizes: Counts, line: Mask, hidden: Mask, threshold: int) -> int | None:
    inside = line & hidden
    together = sizes[inside].sum(axis=0)
    safe = inside.sum() >= 2 and bool(((together == 0) | (together >= threshold)).all())
    visible = np.flatnonzero(line & ~hidden)
    if not inside.any() or safe or not len(visible):
        return None
    return int(visible[np.argmin(sizes[visible].sum(axis=1))])


def lines_of(keys: Sequence[tuple[str, ...]]) -> list[Mask]:
    """Give the lines of a table: all cells together, and for two or more keys all cells that share one key."""
    table = np.array(keys, dtype=object).reshape(len(keys), -1)
    lines: list[Mask] = [np.ones(len(keys), dtype=bool)]
    if table.shape[1] > 1:
        lines += [table[:, place] == name for place in range(table.shape[1]) for name in set(table[:, place])]
    return lines
