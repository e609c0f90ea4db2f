"""A calibration before the judge: on the days that were not fitted, beside Flee's defaults and naive forecasts.

What each row was told differs, and is said with it. Flee's rows simulate the instance as it is, so they begin with
camps as *later* corrections leave them; naive forecasts are told corrected counts too. The calibration is told the
counts as they were read on the last day of the fit. All but the last value and the lines are told the arrivals.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from havre.displacement.calibrate import Calibration, predict
from havre.displacement.calibrate_known import Known, known_before
from havre.displacement.camp_series import CampSeries, registered
from havre.displacement.discrepancy import corrected, filled
from havre.displacement.instance import Instance
from havre.displacement.naive_camps import naive_forecasts
from havre.displacement.outcome import Floats, Outcome
from havre.displacement.settings import MoveRules
from havre.displacement.simulate import PARAMETERS, Progress, simulate
from havre.displacement.validate import INTERVALS, relative_differences, validate
from havre.errors import DisplacementError
from havre.scale import generator

if TYPE_CHECKING:
    from distributed import Client

INTERVAL = 0.8
"""The interval whose coverage is told."""
SETTINGS, CODE, CALIBRATED, CORRECTED = "settings", "code_defaults", "calibrated", "calibrated_with_discrepancy"
UNCALIBRATED, FILLED = "settings_with_discrepancy", "last_counts_filled"
Row = dict[str, str | int | float | None]


def scored(
    instance: Instance,
    calibration: Calibration,
    *,
    replicas: int = 200,
    baseline_replicas: int = 20,
    workers: int = 1,
    cluster: "str | Client | None" = None,
    progress: Progress | None = None,
) -> Calibration:
    """Add to a calibration how it does on the days after the fit.

    Rows, by ``method``: ``settings`` (the instance's settings as Flee runs them), ``code_defaults`` (Flee's own
    defaults of the move parameters), ``calibrated`` (the posterior alone), ``calibrated_with_discrepancy``,
    ``settings_with_discrepancy`` (no fit, the same correction), ``last_counts_filled`` (no simulation: the last
    counts, multiplied up to the arrivals within capacities), and each of
    :data:`havre.displacement.naive_camps.NAIVE_METHODS`.

    Columns: ``fit_ard`` on the fit days; on the others ``ard`` and ``ard_rescaled`` of the median over runs (which is
    the forecast), ``ard_mean`` and ``ard_sd`` over runs, ``covered_80`` of ``entries`` counts inside the 80 % interval,
    ``coverage_80``, and ``wis``, the weighted interval score in persons. ``None`` where there is nothing to tell.

    Parameters
    ----------
    replicas : runs of the calibration
    baseline_replicas : runs with settings as they are, which differ by chance alone

    Raises
    ------
    DisplacementError : no day was left to score, or the calibration is of another instance
    """
    if calibration.fit_days >= instance.length:
        raise DisplacementError("displacement.calibrate.nothing_left", days=instance.length)
    known = known_before(instance, calibration.fit_days)
    judge = _Judge(known, registered(instance))
    found = predict(instance, calibration, replicas=replicas, workers=workers, cluster=cluster, progress=progress)
    rows: list[Row] = []

    def baseline(whole: Instance, values: Mapping[str, Floats] | None = None) -> Outcome:
        return simulate(
            whole,
            replicas=baseline_replicas,
            seed=calibration.seed,
            rules=calibration.rules,
            parameters=values,
            workers=workers,
            cluster=cluster,
        )

    defaults = MoveRules()
    code = {name: np.full(baseline_replicas, float(getattr(defaults, name))) for name in PARAMETERS}
    rows += [judge.runs(SETTINGS, baseline(instance)), judge.runs(CODE, baseline(instance, code))]
    rows.append(judge.runs(CALIBRATED, found.simulated))
    if found.corrected is not None and calibration.discrepancy is not None:
        rng = generator(calibration.seed, "calibrate", "uncalibrated")
        plain = _repeated(baseline(known.instance), replicas)
        rows += [
            judge.runs(CORRECTED, found.corrected),
            judge.runs(UNCALIBRATED, corrected(known, plain, calibration.discrepancy, rng)),
        ]
    rows.append(judge.values(FILLED, _last_counts_filled(known, judge.series)))
    naive = naive_forecasts(judge.series, known.until, judge.series.days - known.until)
    rows += [judge.values(name, values) for name, values in zip(naive.methods, naive.values, strict=True)]
    return replace(calibration, scores=tuple(rows))


def _repeated(outcome: Outcome, replicas: int) -> Outcome:
    """Take runs several times over, so that their discrepancy is drawn often enough."""
    rows = np.arange(replicas) % outcome.replicas
    return replace(outcome, camp_counts=outcome.camp_counts[rows], people=outcome.people[rows])


def _last_counts_filled(known: Known, series: CampSeries) -> Floats:
    total = known.arrivals[known.until :]
    before = known.arrivals[known.until - 1]
    if before > 0:
        total = total * (known.counts[-1].sum() / before)
    last = np.broadcast_to(known.last_counts, (total.size, len(known.camps)))
    values = filled(last, np.maximum(known.capacity, known.last_counts), np.maximum(total, 0.0))
    return values[:, [known.camps.index(name) for name in series.camps]]


class _Judge:
    """Scores forecasts of the days after the fit."""

    def __init__(self, known: Known, series: CampSeries) -> None:
        self._known, self.series = known, series
        self._truth = series.counts[known.until :]

    def runs(self, method: str, outcome: Outcome) -> Row:
        """Score runs."""
        known, series = self._known, self.series.matching(self._known.camps, self.series.days)
        columns = [outcome.camps.index(name) for name in known.camps]
        outcome = replace(outcome, camps=known.camps, camp_counts=outcome.camp_counts[:, :, columns])
        told = validate(outcome, series, known.until)
        middle = np.median(outcome.camp_counts[:, known.until :], axis=0)
        row = self.values(method, middle[:, [known.camps.index(name) for name in self.series.camps]])
        fitted = relative_differences(outcome.camp_counts[:, : known.until], known.counts)[0]
        inside = told.covered[INTERVALS.index(INTERVAL)][told.observed]
        row |= {
            "fit_ard": float(fitted.mean()),
            "ard_mean": float(told.ard.mean()),
            "ard_sd": float(told.ard.std(ddof=1)),
            "covered_80": int(inside.sum()),
            "coverage_80": float(inside.mean()) if inside.size else None,
            "wis": float(told.wis[told.observed].mean()) if inside.size else None,
        }
        return row

    def values(self, method: str, values: Floats) -> Row:
        """Score one forecast, shape (days, camps of the series)."""
        # A camp of which nothing was known is forecast to be empty.
        plain, rescaled = relative_differences(np.nan_to_num(values)[None], self._truth)
        return {
            "method": method,
            "fit_ard": None,
            "ard": float(plain.mean()),
            "ard_rescaled": float(rescaled.mean()),
            "ard_mean": None,
            "ard_sd": None,
            "entries": int(self.series.observed[self._known.until :].sum()),
            "covered_80": None,
            "coverage_80": None,
            "wis": None,
        }
