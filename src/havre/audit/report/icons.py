"""Icon arrays: a thousand small persons, of whom so many are flagged, as SVG that stands in a page by itself.

Icon arrays help readers to judge a risk better than a percentage does; parts are told apart by form and not by colour
alone.

References
----------
Galesic M, Garcia-Retamero R, Gigerenzer G (2009), Health Psychology 28(2):210–216. doi:10.1037/a0014474
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

PEOPLE = 1000
COLUMNS = 50
STEP_X, STEP_Y = 8, 13
LOOKS = {
    "flagged": 'fill="#a33a00" stroke="#a33a00" stroke-width="0.6"',
    "clear": 'fill="none" stroke="#8a99aa" stroke-width="0.7"',
}
"""Look of each mark as attributes: what makes a PDF does not apply the style of the page inside of a picture."""


@dataclass(frozen=True)
class Part:
    """So many persons who share a mark: ``flagged`` is filled and dark, ``clear`` an outline."""

    count: int
    mark: str


def icon_array(parts: Sequence[Part], label: str, columns: int = COLUMNS) -> str:
    """Draw persons in rows, part after part.

    Parameters
    ----------
    parts : counts and marks; together they are all persons
    label : what the picture says, for who cannot see it
    columns : persons in a row

    Returns
    -------
    str : one SVG element, with the classes ``person flagged`` and ``person clear``
    """
    total = sum(part.count for part in parts)
    rows = -(-total // columns)
    paths, done = [], 0
    for part in parts:
        if part.count:
            places = range(done, done + part.count)
            drawn = "".join(_person(STEP_X * (at % columns), STEP_Y * (at // columns)) for at in places)
            paths.append(f'<path class="person {escape(part.mark)}" {LOOKS[part.mark]} d="{drawn}"/>')
        done += part.count
    size = f"0 0 {columns * STEP_X} {rows * STEP_Y}"
    # Explicit size: what makes a PDF needs it.
    return (
        f'<svg class="icons" viewBox="{size}" width="{columns * STEP_X}" height="{rows * STEP_Y}" role="img" '
        f'aria-label="{escape(label, quote=True)}">{"".join(paths)}</svg>'
    )


def _person(x: int, y: int) -> str:
    """Draw a head and a body inside 8 × 13."""
    return f"M{x + 2},{y + 3}a2,2 0 1 1 4,0a2,2 0 1 1-4,0zM{x + 1},{y + 11.5:g}v-3a3,3 0 0 1 6,0v3z"


def of_a_thousand(share: float) -> int:
    """Round a share to persons of a thousand, such that only 0 is nobody and only 1 is everybody.

    Examples
    --------
    >>> [of_a_thousand(share) for share in (0, 1e-9, 0.2445, 0.9999, 1)]
    [0, 1, 244, 999, 1000]
    """
    if share in (0, 1):
        return round(PEOPLE * share)
    return min(max(round(PEOPLE * share), 1), PEOPLE - 1)
