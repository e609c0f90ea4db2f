"""Which known names look like one that is not known, so that a misspelling is told with what was probably meant."""

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches

NOTHING_NEAR = "–"
MISSPELT = 0.87
"""From this likeness on a key counts as a misspelling of a known one: one letter of eight, or a plural."""
_NEAR = 0.7
_MOST_NEAR = 3


def near(name: str, known: Iterable[str]) -> str:
    """Tell the known names that look most like a name.

    Returns
    -------
    At most three, best first, separated by commas; a dash where nothing is near.

    Examples
    --------
    >>> near("Bujumbra", ["Bujumbura", "Gitega"]), near("dol camp", ["Dol Camp"]), near("Oslo", ["Gitega"])
    ('Bujumbura', 'Dol Camp', '–')
    """
    by_plain: dict[str, str] = {}
    for each in known:
        by_plain.setdefault(_plain(each), each)
    found = get_close_matches(_plain(name), by_plain, n=_MOST_NEAR, cutoff=_NEAR)
    return ", ".join(by_plain[plain] for plain in found) or NOTHING_NEAR


def misspelt(name: str, known: Iterable[str]) -> bool:
    """Tell whether a name is so like a known one that it is a misspelling of it.

    Examples
    --------
    >>> (
    ...     misspelt("awarness_level", ["awareness_level"]),
    ...     misspelt("Hasten", ["hasten"]),
    ...     misspelt("max_hops", ["hasten"]),
    ... )
    (True, True, False)
    """
    wanted = _plain(name)
    return any(SequenceMatcher(None, wanted, _plain(each)).ratio() >= MISSPELT for each in known)


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter not in " _-")
