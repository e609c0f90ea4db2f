"""Small counts are not told by a command: in a table "fewer than", in JSON null.

Whole releases pass disclosure control (:mod:`havre.record.disclosure`), which also protects what could be computed
from sums. This here only keeps a command that answers one question from telling a small count outright.
"""

from collections.abc import Sequence

from havre.cli.console import number
from havre.cli.language import tell

THRESHOLD = 10


def is_small(value: float | None, threshold: int) -> bool:
    """Tell whether a count is above zero and below the threshold; zeros are no secret."""
    return value is not None and 0 < value < threshold


def count_text(value: float | None, threshold: int) -> str:
    """Write a count for people."""
    return tell("few", least=threshold) if is_small(value, threshold) else number(value)


def plain(value: float | None, threshold: int) -> float | None:
    """Give a count for programs, ``None`` where it is small."""
    return None if is_small(value, threshold) else value


def plain_pair(
    base: Sequence[float], changed: Sequence[float], difference: Sequence[float], *, threshold: int
) -> dict[str, list[float | None]]:
    """Give base, changed and their difference for programs; where one is small the difference is not told either."""
    hidden = [is_small(b, threshold) or is_small(c, threshold) for b, c in zip(base, changed, strict=True)]
    return {
        "base": [plain(value, threshold) for value in base],
        "if": [plain(value, threshold) for value in changed],
        "difference": [None if small else value for small, value in zip(hidden, difference, strict=True)],
    }
