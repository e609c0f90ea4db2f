"""Published points of a receiver operating characteristic: what another threshold would do.

Only published points are used. Between two of them a mixture (by lot) reaches the straight line; what lies above the
line is unknown, so that the area under the curve has a lower and an upper bound.

References
----------
Provost F, Fawcett T (2001), Machine Learning 42:203–231. doi:10.1023/A:1007601015854
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from havre.audit.intervals import Interval
from havre.errors import AuditError, Problem, check_none


@dataclass(frozen=True)
class RocPoint:
    """What a system does at one threshold."""

    threshold: float
    sensitivity: float
    specificity: float


def check_points(points: Sequence[RocPoint]) -> None:
    """Refuse points that no system can have.

    Raises
    ------
    AuditError : no points, a rate outside 0 to 1, a threshold twice, or a stricter threshold that finds more
    """
    if not points:
        raise AuditError("audit.no_points")
    shares = [share for point in points for share in (point.sensitivity, point.specificity)]
    problems = [Problem.of("audit.share", share=f"{share:g}") for share in shares if not 0 <= share <= 1]
    ordered = _by_sensitivity(points)
    for one, other in pairwise(ordered):
        if one.threshold == other.threshold or other.specificity > one.specificity + 1e-12:
            problems.append(Problem.of("audit.roc_order", one=f"{one.threshold:g}", other=f"{other.threshold:g}"))
    check_none(problems, AuditError)


def area_bounds(points: Sequence[RocPoint]) -> Interval:
    """Give the lowest and highest area under any curve that passes through the points; errors as :func:`check_points`.

    The curve only rises. The trapezoid rule, often printed as *the* area, lies between the bounds.
    """
    false, true = _corners(points)
    widths = np.diff(false)
    return Interval(float(widths @ true[:-1]), float(widths @ true[1:]), 1.0)


def trapezoid_area(points: Sequence[RocPoint]) -> float:
    """Give the area under the straight lines between the points; errors as :func:`check_points`."""
    false, true = _corners(points)
    return float(np.trapezoid(true, false))


def useless_points(points: Sequence[RocPoint]) -> list[RocPoint]:
    """Find points at or below the line of chance: a coin does as well there; errors as :func:`check_points`."""
    check_points(points)
    return [point for point in points if point.sensitivity + point.specificity <= 1]


def _by_sensitivity(points: Sequence[RocPoint]) -> list[RocPoint]:
    return sorted(points, key=lambda point: (point.sensitivity, -point.specificity))


def _corners(points: Sequence[RocPoint]) -> tuple[np.ndarray, np.ndarray]:
    check_points(points)
    ordered = _by_sensitivity(points)
    false = np.array([0.0, *(1 - point.specificity for point in ordered), 1.0])
    return false, np.array([0.0, *(point.sensitivity for point in ordered), 1.0])
