"""Small groups that would come out of two columns that tell nearly the same, such as countries and their regions.

Where all decisions of some groups of one column lie in some groups of another, and these in no others, the sums of the
two are the same. A hidden country is then its region less the other countries of it, whatever the total hides.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import polars as pl

Values = frozenset[str]
Part = tuple[tuple[str, Values], tuple[str, Values]]
"""Values of two columns that hold the same decisions."""
Sizes = Mapping[tuple[str, str], Sequence[int]]
"""Counts of a value of a column: how many decisions each of its rates is about."""


def same_decisions(counts: pl.DataFrame, columns: Sequence[str]) -> list[Part]:
    """Find the values of two columns that hold the same decisions, other than all of them."""
    return [part for one, other in combinations(columns, 2) for part in _parts(counts, one, other)]


def also_hidden(
    hidden: Mapping[str, set[str]], sizes: Sizes, parts: Sequence[Part], threshold: int
) -> tuple[str, str] | None:
    """Choose what to hide so that no hidden value comes out of a sum that another column shows; ``None``: nothing.

    Parameters
    ----------
    hidden : values that are hidden already, by column
    threshold : smallest count that is shown

    Returns
    -------
    A column and a value of it.
    """
    for (one, here), (other, there) in parts:
        for (name, inside), (beside, outside) in (((one, here), (other, there)), ((other, there), (one, here))):
            unseen = inside & hidden.get(name, set())
            # Where values of both are hidden, only a difference of sums is known.
            if not unseen or outside & hidden.get(beside, set()) or _is_safe(name, unseen, sizes, threshold):
                continue
            for column, values in ((name, inside - unseen), (beside, outside)):
                filled = [value for value in sorted(values) if sum(sizes.get((column, value), ()))]
                if filled:
                    least = min(filled, key=lambda value: sum(sizes[column, value]))
                    return column, least
    return None


def _is_safe(name: str, unseen: Values, sizes: Sizes, threshold: int) -> bool:
    filled = [sizes[name, value] for value in unseen if sum(sizes.get((name, value), ()))]
    together = [sum(counts) for counts in zip(*filled, strict=True)]
    return not filled or (len(filled) >= 2 and all(count == 0 or count >= threshold for count in together))


def _parts(counts: pl.DataFrame, one: str, other: str) -> Iterator[Part]:
    met = counts.select(one, other).unique().rows()
    left = {value for value, _ in met}
    whole = len(left)
    while left:
        here, there = {min(left)}, set[str]()
        grown = 0
        while grown < len(here) + len(there):
            grown = len(here) + len(there)
            there |= {b for a, b in met if a in here}
            here |= {a for a, b in met if b in there}
        left -= here
        if len(here) < whole:
            yield (one, frozenset(here)), (other, frozenset(there))
