"""How well a simulation tells what was registered: relative differences, errors, bias and coverage, camp by camp.

``E_t``, the relative difference of a day, is the sum over camps of |simulated − registered|, divided by the sum
registered (at least 1). Its mean over days is the averaged relative difference (ARD) of Flee's scripts [1]_; the
*rescaled* one first scales the simulated camps to the sum registered. Both are taken on every day, filled-in ones too,
as Flee does.

Days between two counts are no observations. So coverage of intervals, the weighted interval score, MASE and the naive
forecasts are taken on the days of entries alone. Day 0 is not among them: its counts were put into the camps.

References
----------
.. [1] Suleimenova D, Bell D, Groen D (2017). A generalized simulation development approach for predicting refugee
   destinations. Scientific Reports 7: 13377. doi:10.1038/s41598-017-13828-9
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from havre.displacement.camp_series import CampSeries
from havre.displacement.naive_camps import NaiveScores, mean_of_known, naive_scale, naive_scores
from havre.displacement.outcome import Counts, Floats, Outcome
from havre.errors import DisplacementError
from havre.evaluate.scores import covered_quantile, wis_quantile

INTERVALS = (0.5, 0.8, 0.95)
"""Central intervals whose coverage is told."""
LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
"""Quantile levels of these intervals with the median, over which the weighted interval score goes."""
Number = float | None
Row = dict[str, str | int | Number]


@dataclass(frozen=True, eq=False)
class Validation:
    """A simulation against the registrations of some days.

    Arrays cover the days from ``first_day`` to before ``end_day``; persons are simulated persons (times ``hasten`` for
    people). ``NaN`` stands where there is nothing to score.

    Attributes
    ----------
    relative_difference : ``E_t``, shape (replicas, days)
    rescaled_difference : the same of the rescaled counts, shape (replicas, days)
    ard_by_camp : part of the ARD that comes from each camp, which sum to it, shape (replicas, camps)
    absolute_error : mean over days of |simulated − registered| in persons, shape (replicas, camps)
    bias : mean over days of simulated − registered in persons, shape (replicas, camps)
    mase : mean absolute error on entries over the one-step naive error, shape (replicas, camps)
    covered : whether the interval over replicas holds the registered count, shape (``INTERVALS``, days, camps); NaN
        with a single replica
    wis : weighted interval score over ``LEVELS`` in persons, shape (days, camps); NaN with a single replica
    observed : days with an entry, day 0 left out, shape (days, camps)
    naive : naive forecasts from the entries before ``first_day`` (day 0 included), on the same entries
    """

    name: str
    camps: tuple[str, ...]
    first_day: int
    end_day: int
    hasten: int
    relative_difference: Floats
    rescaled_difference: Floats
    ard_by_camp: Floats
    absolute_error: Floats
    bias: Floats
    mase: Floats
    covered: Floats
    wis: Floats
    observed: npt.NDArray[np.bool_]
    naive: NaiveScores

    @property
    def replicas(self) -> int:
        """How many runs there are."""
        return int(self.relative_difference.shape[0])

    @property
    def ard(self) -> Floats:
        """Give the averaged relative difference of each replica."""
        return np.asarray(self.relative_difference.mean(axis=1))

    @property
    def ard_rescaled(self) -> Floats:
        """Give the averaged relative difference of the rescaled counts of each replica."""
        return np.asarray(self.rescaled_difference.mean(axis=1))

    def coverage(self, by: str = "all", *, filled_in: bool = False) -> Floats:
        """Give the share of registered counts that each interval holds.

        Parameters
        ----------
        by : ``all`` gives shape (intervals,), ``camp`` (intervals, camps), ``day`` (intervals, days)
        filled_in : take all days, not only those with an entry

        Raises
        ------
        KeyError : ``by`` is none of these
        """
        axes: dict[str, tuple[int, ...]] = {"all": (1, 2), "camp": (1,), "day": (2,)}
        covered = self.covered if filled_in else np.where(self.observed, self.covered, np.nan)
        return mean_of_known(covered, axes[by])

    def as_table(self) -> list[Row]:
        """Give one row a camp; of what differs by replica, the mean and the standard deviation (``_sd``).

        Columns: ``camp``, ``entries``, ``ard``, ``absolute_error``, ``bias``, ``mase`` (each with ``_sd``), ``wis``,
        ``coverage_50`` …, and ``mase_<method>`` of each naive forecast. ``None`` stands where there is nothing to tell.
        """
        by_replica = {
            "ard": self.ard_by_camp,
            "absolute_error": self.absolute_error,
            "bias": self.bias,
            "mase": self.mase,
        }
        wis = mean_of_known(np.where(self.observed, self.wis, np.nan), 0)
        coverage = self.coverage("camp")
        rows: list[Row] = []
        for camp, name in enumerate(self.camps):
            row: Row = {"camp": name, "entries": int(self.observed[:, camp].sum())}
            for key, values in by_replica.items():
                row[key], row[f"{key}_sd"] = _mean_and_sd(values[:, camp])
            row["wis"] = _or_none(wis[camp])
            row |= _labelled_coverage(coverage[:, camp])
            for method, mase in zip(self.naive.methods, self.naive.mase, strict=True):
                row[f"mase_{method}"] = _or_none(mase[camp])
            rows.append(row)
        return rows

    def summary(self) -> dict[str, object]:
        """Give everything in short, for JSON: over all camps, by camp, and the days and units that it stands on.

        ``mase`` and ``naive_mase`` are means over the same camps (``mase_camps``): those of which it is known for the
        simulation and for each naive forecast that could be made at all.
        """
        made = ~np.isnan(self.naive.mase).all(axis=1)
        alike = ~np.isnan(self.naive.mase[made]).any(axis=0) & ~np.isnan(self.mase).any(axis=0)
        naive = mean_of_known(self.naive.mase[:, alike], 1)
        told: dict[str, object] = {
            "name": self.name,
            "first_day": self.first_day,
            "end_day": self.end_day,
            "replicas": self.replicas,
            "hasten": self.hasten,
            "entries": int(self.observed.sum()),
        }
        totals = {
            "ard": self.ard,
            "ard_rescaled": self.ard_rescaled,
            "absolute_error": self.absolute_error.sum(axis=1),
            "bias": self.bias.sum(axis=1),
            "mase": mean_of_known(self.mase[:, alike], 1),
        }
        for key, values in totals.items():
            told[key], told[f"{key}_sd"] = _mean_and_sd(values)
        told["mase_camps"] = int(alike.sum())
        told["naive_mase"] = {name: _or_none(value) for name, value in zip(self.naive.methods, naive, strict=True)}
        told["wis"] = _or_none(mean_of_known(np.where(self.observed, self.wis, np.nan), (0, 1)))
        told["coverage"] = _labelled_coverage(self.coverage())
        told["coverage_filled_in"] = _labelled_coverage(self.coverage(filled_in=True))
        told["camps"] = self.as_table()
        return told


def validate(outcome: Outcome, series: CampSeries, first_day: int = 0, end_day: int | None = None) -> Validation:
    """Compare a simulation with the registrations.

    Parameters
    ----------
    outcome : what was simulated
    series : what was registered, of the same ``hasten``; for all camps of the outcome, in any order
    first_day : first day compared; the counts before it are what was known (for the MASE and the naive forecasts).
        With 0, the known part is that up to day 0, and the scale of the MASE is that of the whole period
    end_day : the day after the last one compared; ``None`` for the end of the simulation

    Raises
    ------
    DisplacementError : a camp has no series, they end before the simulation, or there is no day to compare
    """
    end = outcome.days if end_day is None else end_day
    if not 0 <= first_day < end <= outcome.days:
        raise DisplacementError("displacement.validate.no_days", first=first_day, end=end, days=outcome.days)
    known = series.matching(outcome.camps, outcome.days)
    days = slice(first_day, end)
    counts, truth = outcome.camp_counts[:, days], known.counts[days]
    observed = known.observed[days].copy()
    if first_day == 0:
        observed[0] = False
    difference, rescaled = relative_differences(counts, truth)
    absolute, bias, share, mase = _errors_by_camp(counts, truth, observed)
    naive_from = max(first_day, 1)
    scale = naive_scale(known, first_day or end)
    covered, wis = _interval_scores(counts, truth)
    return Validation(
        name=outcome.name,
        camps=outcome.camps,
        first_day=first_day,
        end_day=end,
        hasten=outcome.hasten,
        relative_difference=difference,
        rescaled_difference=rescaled,
        ard_by_camp=share,
        absolute_error=absolute,
        bias=bias,
        mase=mase / scale,
        covered=covered,
        wis=wis,
        observed=observed,
        naive=naive_scores(known, naive_from, end - naive_from, scale),
    )


def relative_differences(counts: Counts | Floats, truth: Floats) -> tuple[Floats, Floats]:
    """Give ``E_t`` of each replica and day, as it is and rescaled.

    Rescaled counts are the simulated ones times the sum registered over the sum simulated; where nobody is in a
    simulated camp they are 0. The rescaled difference lies between 0 and 2.

    Parameters
    ----------
    counts : simulated people, shape (replicas, days, camps)
    truth : registered people, shape (days, camps)

    Returns
    -------
    Two arrays of shape (replicas, days).
    """
    registered = truth.sum(axis=1)
    least = np.maximum(registered, 1.0)
    normal = np.empty(counts.shape[:2])
    rescaled = np.empty(counts.shape[:2])
    # Replica by replica, so that no array of all replicas is made on the way.
    for replica, simulated in enumerate(counts):
        people = np.asarray(simulated, dtype=np.float64)
        normal[replica] = np.abs(people - truth).sum(axis=1) / least
        together = people.sum(axis=1)
        factor = np.divide(registered, together, out=np.zeros_like(registered), where=together > 0)
        rescaled[replica] = np.abs(people * factor[:, None] - truth).sum(axis=1) / least
    return normal, rescaled


def _errors_by_camp(
    counts: Counts | Floats, truth: Floats, observed: npt.NDArray[np.bool_]
) -> tuple[Floats, Floats, Floats, Floats]:
    """Give absolute error, bias, part of the ARD, and absolute error on entries, each of shape (replicas, camps)."""
    least = np.maximum(truth.sum(axis=1, keepdims=True), 1.0)
    shape = (counts.shape[0], counts.shape[2])
    absolute, bias, share, on_entries = np.empty(shape), np.empty(shape), np.empty(shape), np.empty(shape)
    for replica, simulated in enumerate(counts):
        error = simulated - truth
        size = np.abs(error)
        absolute[replica] = size.mean(axis=0)
        bias[replica] = error.mean(axis=0)
        share[replica] = (size / least).mean(axis=0)
        on_entries[replica] = mean_of_known(np.where(observed, size, np.nan), 0)
    return absolute, bias, share, on_entries


def _interval_scores(counts: Counts | Floats, truth: Floats) -> tuple[Floats, Floats]:
    """Give coverage, shape (intervals, days, camps), and weighted interval score, shape (days, camps)."""
    covered = np.full((len(INTERVALS), *truth.shape), np.nan)
    wis = np.full(truth.shape, np.nan)
    if counts.shape[0] > 1:
        for camp in range(truth.shape[1]):
            values = np.moveaxis(np.quantile(counts[:, :, camp], LEVELS, axis=0), 0, -1)
            wis[:, camp] = wis_quantile(values, truth[:, camp], LEVELS)
            for place, interval in enumerate(INTERVALS):
                covered[place, :, camp] = covered_quantile(values, truth[:, camp], interval, LEVELS)
    return covered, wis


def _mean_and_sd(values: Floats) -> tuple[Number, Number]:
    """Give mean and standard deviation over replicas, which a single one does not have."""
    return _or_none(values.mean()), _or_none(values.std(ddof=1)) if values.size > 1 else None


def _or_none(value: float | Floats) -> Number:
    return float(value) if np.isfinite(value) else None


def _labelled_coverage(shares: Floats) -> dict[str, Number]:
    return {f"coverage_{100 * level:g}": _or_none(share) for level, share in zip(INTERVALS, shares, strict=True)}
