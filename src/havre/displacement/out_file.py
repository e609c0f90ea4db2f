"""``out.csv`` in Flee's columns, so that the scripts of Flee and FabFlee that read it go on working.

Columns: ``Day``, ``Date``, then for each camp ``<camp> sim``, ``<camp> data`` and ``<camp> error`` (|sim / data − 1|,
0 where nobody is registered, 4 digits), then the totals of :data:`TOTALS` and, where they are given, ``total IDPs``.
``Total error`` is the sum over camps of |sim − data| over the raw count of arrivals. As Flee does it, all totals are 0
on a day whose raw count is 0, as they are throughout a run whose arrivals do not come from registrations.
"""

import csv
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Literal

import numpy as np

from havre.displacement.camp_series import CampSeries
from havre.displacement.outcome import Counts, Floats, Outcome
from havre.displacement.rules import Rules
from havre.errors import DisplacementError
from havre.whole_files import write_whole

TOTALS = (
    "Total error",
    "refugees in camps (UNHCR)",
    "total refugees (simulation)",
    "raw UNHCR refugee count",
    "refugees in camps (simulation)",
    "refugee_debt",
)
IDPS = "total IDPs"
Middle = Literal["mean", "median"]


def write_out_csv(
    path: Path,
    outcome: Outcome,
    series: CampSeries,
    replica: int | None = None,
    *,
    middle: Middle = "mean",
    rules: Rules | None = None,
    idps: Floats | Counts | None = None,
) -> None:
    """Write ``out.csv`` whole; parameters and errors are those of :func:`out_csv`.

    Raises
    ------
    FileError : it cannot be written; nothing is left behind
    """
    content = out_csv(outcome, series, replica, middle=middle, rules=rules, idps=idps)
    write_whole(path, content.encode("utf-8"))


def out_csv(
    outcome: Outcome,
    series: CampSeries,
    replica: int | None = None,
    *,
    middle: Middle = "mean",
    rules: Rules | None = None,
    idps: Floats | Counts | None = None,
) -> str:
    """Give the text of ``out.csv`` for one replica, or for the middle of all.

    The middle over replicas is that of each number for itself: of a camp's counts, and of all people. Errors are those
    of the middle counts, and so smaller than the mean of the replicas' errors.

    Parameters
    ----------
    series : what was registered, for all camps of the outcome
    replica : which run, from 0; ``None`` for the middle of all, with up to 4 decimals
    middle : ``mean`` or ``median``
    rules : ``date_is_next_day`` decides on dates; ``None`` is as Flee does, the date of the day after
    idps : internally displaced people by day, shape (days,), where the column is wanted

    Raises
    ------
    DisplacementError : there is no such replica, a camp has no series, or they end before the simulation
    """
    if replica is not None and not 0 <= replica < outcome.replicas:
        raise DisplacementError("displacement.out.no_replica", replica=replica, replicas=outcome.replicas)
    truth = series.matching(outcome.camps, outcome.days).counts
    simulated = _middle(outcome.camp_counts, replica, middle)
    errors = np.abs(np.divide(simulated, truth, out=np.ones_like(truth), where=truth != 0) - 1)
    totals = _totals(outcome, simulated, truth, _middle(outcome.people, replica, middle))
    later = timedelta(days=int((rules or Rules.flee()).date_is_next_day))
    text = StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(_header(outcome, with_idps=idps is not None))
    for day, when in enumerate(outcome.dates):
        row = [str(day), (when + later).isoformat()]
        for camp in range(len(outcome.camps)):
            row += [_number(simulated[day, camp]), _number(truth[day, camp]), f"{errors[day, camp]:.4f}"]
        row += [_number(value, 8 if place == 0 else 4) for place, value in enumerate(totals[day])]
        if idps is not None:
            row.append(_number(float(idps[day])))
        rows.writerow(row)
    return text.getvalue()


def _header(outcome: Outcome, *, with_idps: bool) -> list[str]:
    camps = [f"{camp} {what}" for camp in outcome.camps for what in ("sim", "data", "error")]
    return ["Day", "Date", *camps, *TOTALS, *([IDPS] if with_idps else [])]


def _totals(outcome: Outcome, simulated: Floats, truth: Floats, people: Floats) -> Floats:
    """Give the columns of :data:`TOTALS`, shape (days, 6)."""
    raw = outcome.raw.astype(np.float64)
    counted = raw > 0
    error = np.divide(np.abs(simulated - truth).sum(axis=1), raw, out=np.zeros_like(raw), where=counted)
    columns = (error, truth.sum(axis=1), people, raw, simulated.sum(axis=1), outcome.debt)
    return np.asarray(np.where(counted[:, None], np.stack(columns, axis=1), 0.0))


def _middle(counts: Counts, replica: int | None, middle: Middle) -> Floats:
    """Give one replica, or the mean or median over all."""
    if replica is not None:
        return np.asarray(counts[replica], dtype=np.float64)
    return np.asarray(counts.mean(axis=0) if middle == "mean" else np.median(counts, axis=0))


def _number(value: float, digits: int = 4) -> str:
    """Write a whole number without decimals, others with as many as needed."""
    return f"{value:.{digits}f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"
