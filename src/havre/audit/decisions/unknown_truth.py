"""What is known where truth or outcome is known of some decisions only, such as of those who were searched."""

from dataclasses import dataclass

import polars as pl

from havre.audit.decisions.read import Cube
from havre.audit.intervals import Interval


@dataclass(frozen=True)
class KnownTruth:
    """Share of decisions with known truth among the flagged and the passed; bounds of error rates over everybody.

    The bounds take every unknown truth and every missing outcome the worst way and the best way (Manski): nothing
    narrower follows from the log. ``is_partial``: a truth or an outcome is missing somewhere.

    Reference: Manski CF (1989), Anatomy of the selection problem, Journal of Human Resources 24(3):343–360.
    doi:10.2307/145818
    """

    is_partial: bool
    flagged: float | None
    passed: float | None
    false_positive: Interval | None
    false_negative: Interval | None


def known_truth(cube: Cube, who: str, *, hidden: bool) -> KnownTruth:
    """Compute it for what the system said, or the human decided (``automated`` or ``human``).

    Parameters
    ----------
    hidden : the error rates rest on too few decisions to be shown, and so do these figures
    """

    def count(*, flagged: bool | None, truth: bool | None) -> int:
        return int(cube.counts.filter(_is(who, flagged) & _is("truth", truth))["n"].sum())

    tp, fp, fu = (count(flagged=True, truth=truth) for truth in (True, False, None))
    fn, tn, pu = (count(flagged=False, truth=truth) for truth in (True, False, None))
    mt, mf, mu = (count(flagged=None, truth=truth) for truth in (True, False, None))
    is_partial = fu + pu + mt + mf + mu > 0
    if hidden:
        return KnownTruth(is_partial, None, None, None, None)
    # Where the outcome is missing, a decision may be an error or not: it can join either side.
    positive = _bounds(fp, tn, fu + mf + mu, pu + mf + mu)
    negative = _bounds(fn, tp, pu + mt + mu, fu + mt + mu)
    return KnownTruth(is_partial, _share(tp + fp, fu), _share(fn + tn, pu), positive, negative)


def _is(column: str, value: bool | None) -> pl.Expr:  # noqa: FBT001 - a value of a table
    return pl.col(column).is_null() if value is None else (pl.col(column) == value).fill_null(value=False)


def _bounds(wrong: int, right: int, unknown_wrong: int, unknown_right: int) -> Interval | None:
    """Bound wrong / (wrong + right) where unknown ones may join: each joins its side, or is of the other truth."""
    if wrong + right + unknown_wrong + unknown_right == 0:
        return None
    low = wrong / (wrong + right + unknown_right) if wrong + right + unknown_right else 0.0
    most = wrong + unknown_wrong
    return Interval(low, most / (most + right) if most + right else 0.0, 1.0)


def _share(known: int, unknown: int) -> float | None:
    return known / (known + unknown) if known + unknown else None
