"""Published points of a receiver operating characteristic: what another threshold would do.

Only published points are used. Between two of them a mixture (by lot) reaches the straight line; what lies above the
line is unknown, so that the area under the curve has a lower and an upper bound.

References
----------
Provost F, Fawcett T (2001), Machine Learning 42:203–231. doi:10.1023/A:1007601015854
"""

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np

from havre.audit.intervals import Interval
from havre.audit.rates import parse_rate
from havre.audit.screening import Screening
from havre.errors import AuditError, FileError, Problem, check_none

COLUMNS = ("threshold", "sensitivity", "specificity")


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


def parse_points(texts: Iterable[str]) -> list[RocPoint]:
    """Read points such as ``0.5=0.8,0.7`` (threshold, sensitivity, specificity).

    Raises
    ------
    AuditError : every text that is no point, and every rate that is none
    """
    rows = []
    problems: list[Problem] = []
    for text in texts:
        threshold, _, rates = text.partition("=")
        parts = rates.split(",")
        if len(parts) == 2:
            rows.append((text, threshold, *parts))
        else:
            problems.append(Problem.of("audit.not_a_point", text=text))
    return _points(rows, problems)


def read_points(path: Path) -> list[RocPoint]:
    """Read points from a CSV file with the columns ``threshold``, ``sensitivity`` and ``specificity``.

    Raises
    ------
    FileError : there is no such file, it is not text in UTF-8, or it lacks a column
    AuditError : every row that is no point
    """
    if not path.is_file():
        raise FileError("file.missing", path=path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
        reader = csv.DictReader(text.splitlines(), strict=True)
        table = list(reader)
    except (UnicodeDecodeError, csv.Error, OSError) as error:
        reason = str(error).splitlines()[0]
        raise FileError("file.damaged", path=path, expected="CSV (UTF-8)", reason=reason) from error
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise AuditError("audit.roc_columns", path=path, missing=", ".join(missing), expected=", ".join(COLUMNS))
    rows = [(f"{path}, {number}", *(str(row[name]) for name in COLUMNS)) for number, row in enumerate(table, start=2)]
    return _points(rows, [])


def _points(rows: Sequence[tuple[str, ...]], problems: list[Problem]) -> list[RocPoint]:
    found = []
    for place, threshold, *rates in rows:
        try:
            value = float(threshold)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            problems.append(Problem.of("audit.not_a_point", text=place))
            continue
        try:
            found.append(RocPoint(value, *(parse_rate(rate.strip()).share for rate in rates)))
        except AuditError as error:
            problems += error.problems
    check_none(problems, AuditError)
    check_points(found)
    return found


@dataclass(frozen=True)
class Consequence:
    """What a threshold does at a base rate, as shares of all people."""

    point: RocPoint
    base_rate: float
    flagged: float
    flagged_wrongly: float
    missed: float
    ppv: float | None

    @property
    def shares(self) -> tuple[float, float, float]:
        """Flagged, of whom wrongly, and missed."""
        return self.flagged, self.flagged_wrongly, self.missed

    def as_json(self) -> Mapping[str, object]:
        """Give it as plain values."""
        return {**vars(self), "point": self.point.threshold}


def consequences(point: RocPoint, base_rate: float) -> Consequence:
    """Tell what a threshold does at a base rate; errors as :meth:`Screening.ppv`."""
    from havre.audit.rates import Rate

    screening = Screening(Rate(point.sensitivity), Rate(point.specificity))
    missed = base_rate * (1 - point.sensitivity)
    wrongly = screening.flagged_wrongly(base_rate)
    return Consequence(point, base_rate, screening.flagged(base_rate), wrongly, missed, screening.ppv(base_rate))


Extreme = Literal["nobody", "everybody"]


@dataclass(frozen=True)
class Choice:
    """The threshold that costs least at a base rate, or to flag nobody or everybody where that costs less still.

    ``cost`` is in wrong flags for each person: one who is missed weighs ``weight`` of them.
    """

    base_rate: float
    weight: float
    best: RocPoint | Extreme
    cost: float

    def as_json(self) -> Mapping[str, object]:
        """Give it as plain values."""
        best = self.best if isinstance(self.best, str) else self.best.threshold
        return {"base_rate": self.base_rate, "weight": self.weight, "best": best, "cost": self.cost}


def choose(points: Sequence[RocPoint], base_rate: float, weight: float) -> Choice:
    """Choose among published thresholds, nobody and everybody what costs least.

    Parameters
    ----------
    base_rate : share who have the trait
    weight : how many people flagged wrongly weigh as much as one who is missed; whoever decides sets it, not the data

    Raises
    ------
    AuditError : points that no system can have, or a base rate or weight that cannot be
    """
    check_points(points)
    if not (weight > 0 and math.isfinite(weight)):
        raise AuditError("audit.weight", value=f"{weight:g}")
    costs: list[tuple[float, RocPoint | Extreme]] = [
        (weight * base_rate, "nobody"),
        (1 - base_rate, "everybody"),
    ]
    for point in points:
        found = consequences(point, base_rate)
        costs.append((found.flagged_wrongly + weight * found.missed, point))
    cost, best = min(costs, key=lambda pair: pair[0])
    return Choice(base_rate, weight, best, cost)
