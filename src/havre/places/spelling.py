"""How names are spelled: what makes no difference, and which spellings are near each other. Knows no place."""

import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher

NOTHING_NEAR = "—"
_NEAR_ENOUGH = 0.7
_NEAR_THE_BEST = 0.15
_MOST_NEAR = 3
_SHORTEST_BEGINNING = 3
_SAINT = re.compile(r"\b(st\.?|saint) ")


def plain(text: str) -> str:
    """Write a label so that how it is written makes no difference: case, accents, apostrophes, spaces, “&” and “St”.

    A trailing star, which leads to a footnote, is dropped as well.

    Examples
    --------
    >>> plain(" Kosovo* "), plain("Côte d’Ivoire"), plain("St. Kitts & Nevis")
    ('kosovo', "cote d'ivoire", 'saint kitts and nevis')
    """
    letters = unicodedata.normalize("NFKD", text).replace("’", "'").replace("‘", "'").replace("&", " and ")
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()
    return _SAINT.sub("saint ", " ".join(bare.split()).rstrip("* "))


def near(text: str, candidates: Iterable[tuple[str, str]]) -> str:
    """Tell the candidates whose spelling looks most like a text.

    Parameters
    ----------
    text : what was written
    candidates : pairs of a spelling and of what to tell when it comes near, which begins with a code

    Returns
    -------
    At most three, best first, each code once, none much farther than the best; a dash where nothing is near.

    Examples
    --------
    >>> near("Germny", [("Germany", "DEU (Germany)"), ("Guernsey", "GGY (Guernsey)"), ("Mali", "MLI (Mali)")])
    'DEU (Germany)'
    """
    wanted = plain(text)
    best: dict[str, tuple[float, str]] = {}
    for spelling, told in candidates:
        score = _likeness(wanted, plain(spelling))
        code = told.partition(" ")[0]
        if score >= _NEAR_ENOUGH and score > best.get(code, (0.0, ""))[0]:
            best[code] = (score, told)
    ranked = sorted(best.values(), key=lambda pair: (-pair[0], pair[1]))
    kept = [told for score, told in ranked if score >= ranked[0][0] - _NEAR_THE_BEST]
    return ", ".join(kept[:_MOST_NEAR]) or NOTHING_NEAR


def _likeness(wanted: str, spelling: str) -> float:
    """Score two plain spellings from 0 to 1; a beginning of at least three letters counts as near."""
    matcher = SequenceMatcher(None, wanted, spelling)
    if len(wanted) >= _SHORTEST_BEGINNING and spelling.startswith(wanted):
        return max(0.85, matcher.ratio())
    if matcher.real_quick_ratio() < _NEAR_ENOUGH or matcher.quick_ratio() < _NEAR_ENOUGH:
        return 0.0
    return matcher.ratio()
