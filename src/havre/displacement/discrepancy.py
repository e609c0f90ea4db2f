"""How a simulation and the camps differ: the discrepancy, estimated on known days and carried into those after them.

No value of the parameters makes a simulation follow its camps, and the spread of its runs says nothing about that. So a
forecast from day *T* begins at what was counted last, and is given as much doubt as forecasts from earlier days would
have needed:

1. *Residual carried.* On the square-root scale, on which counts of any size scatter alike, the residual of a camp's
   last count is added to the simulation of all later days.
2. *Bounds and sum.* Camps hold at most their capacity, or what was counted last where that is more, and together as
   many people as the arrivals say: counts are multiplied by one factor, and what exceeds a bound goes to other camps.
3. *Doubt.* Errors grow like a random walk, not with the days but with how many people came or left since the last
   count, in proportion to all: where nobody moves, little can go wrong. Their size is drawn from the errors of
   forecasts from earlier days, as the counts were known then, in units of that walk. Every camp, and within it every
   origin, weighs the same. Where the arrivals show that a later correction has changed counts, each camp's count is as
   doubtful as their sum has turned out to be. Then bounds and sum hold again, but a capacity that was exceeded before
   is no bound to doubt.

The idea of a discrepancy beside a calibrated simulation is that of Kennedy & O'Hagan; the form here is our own, chosen
on earlier days of five instances (``docs/displacement-calibration.md`` has the trials).

References
----------
Kennedy, M. C. & O'Hagan, A. (2001). Bayesian calibration of computer models. Journal of the Royal Statistical Society B
63(3), 425–464. https://doi.org/10.1111/1467-9868.00294
Tashman, L. J. (2000). Out-of-sample tests of forecasting accuracy: an analysis and review. International Journal of
Forecasting 16(4), 437–450. https://doi.org/10.1016/S0169-2070(00)00065-0
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from havre.displacement.calibrate_known import Known, known_before
from havre.displacement.instance import Instance
from havre.displacement.outcome import Counts, Floats, Outcome
from havre.displacement.validate import relative_differences
from havre.draws import spread_levels

Camps = npt.NDArray[np.int64]
ORIGINS = tuple(round(0.05 * step, 2) for step in range(4, 20))
"""Days from which earlier forecasts start, as shares of the known days."""
NEAREST = 0.1
"""Share of the prior's draws, nearest to what was known at an origin, from which its forecast is made."""
GROWTH = 0.5
"""Power of the clock with which errors grow: that of a random walk."""
PER_DAY = 0.0005
"""What a day without arrivals adds to the clock, as a share of the people."""
FEWEST_COUNTS = 5
"""Counts that must have been forecast from earlier days to say anything."""
QUANTILES = 100
"""Quantiles of the errors that are kept."""
_NOBODY = 1e-9


@dataclass(frozen=True)
class Discrepancy:
    """What earlier forecasts tell about later ones.

    Attributes
    ----------
    errors : evenly spread quantiles of the size of errors of √(camp / all camps), in units of the clock
    counts : how many counts they stand on, most of them forecast from several origins
    origins : from how many days forecasts were made
    """

    errors: tuple[float, ...]
    counts: int
    origins: int


def fit_discrepancy(instance: Instance, known: Known, simulated: Outcome) -> Discrepancy | None:
    """Forecast from earlier days as the counts were known then, and keep the errors.

    Parameters
    ----------
    instance : the whole instance; of its counts only those before ``known.until`` are looked at
    known : what is known
    simulated : runs with parameters from the prior, of which each origin takes the nearest; until ``known.until``

    Returns
    -------
    The discrepancy, or ``None`` where fewer than ``FEWEST_COUNTS`` counts could be forecast.
    """
    days = sorted({round(share * known.until) for share in ORIGINS} - {0, known.until})
    if not days or (found := int(known.counted[days[0] :].sum())) < FEWEST_COUNTS:
        return None
    sizes: list[Floats] = []
    weights: list[Floats] = []
    camps: list[Camps] = []
    for day in days:
        error, camp = _errors_from(known_before(instance, day), known, simulated)
        sizes.append(error)
        camps.append(camp)
        weights.append(1.0 / np.bincount(camp)[camp])
    camp = np.concatenate(camps)
    weight = np.concatenate(weights)
    # Within a camp every origin weighs 1 by now; so does every camp in the end.
    weight /= np.bincount(camp, weight)[camp]
    errors = weighted_quantiles(np.concatenate(sizes), weight, spread_levels(QUANTILES))
    return Discrepancy(tuple(errors.tolist()), found, len(days))


def _errors_from(then: Known, now: Known, simulated: Outcome) -> tuple[Floats, Camps]:
    """Give the sizes of errors of the forecast from one day, in units of the clock, and the camp of each."""
    columns = [simulated.camps.index(name) for name in then.camps]
    counts = simulated.camp_counts[:, : now.until, columns]
    distance = relative_differences(counts[:, : then.until], then.counts)[0].mean(axis=1)
    nearest = np.argsort(distance, kind="stable")[: max(2, round(NEAREST * counts.shape[0]))]
    people = simulated.people[nearest, : now.until]
    totals = _totals(then, people)
    middle = np.median(_anchored(then, counts[nearest].astype(np.float64), totals), axis=0)
    together = np.median(totals, axis=0)[:, None]
    later = slice(then.until, now.until)
    difference = np.abs(np.sqrt(np.maximum(now.counts[later], 0.0)) - np.sqrt(middle)) / np.sqrt(
        np.maximum(together, 1)
    )
    counted = now.counted[later]
    return (difference / _clock(then, people))[counted], np.nonzero(counted)[1]


def corrected(known: Known, simulated: Outcome, discrepancy: Discrepancy, rng: np.random.Generator) -> Outcome:
    """Give a simulation with its discrepancy from ``known.until`` on; days before it stay as they were simulated.

    Parameters
    ----------
    simulated : runs of ``known.instance`` with parameters from the posterior, beyond ``known.until``
    """
    columns = [simulated.camps.index(name) for name in known.camps]
    totals = _totals(known, simulated.people)
    carried = _anchored(known, simulated.camp_counts[:, :, columns].astype(np.float64), totals)
    shape = (simulated.replicas, 1, len(columns))
    size = np.interp(rng.random(shape), spread_levels(QUANTILES), discrepancy.errors)
    walk = size * rng.choice([-1.0, 1.0], shape) * _clock(known, simulated.people) * np.sqrt(totals)[:, :, None]
    # The error of a square root is half the relative error of the count.
    recount = rng.standard_normal(shape) * 0.5 * abs(np.log(known.revision)) * np.sqrt(carried)
    doubted = np.maximum(np.sqrt(carried) + walk + recount, 0.0) ** 2
    counts = simulated.camp_counts.copy()
    limits = limits_of(known)
    counts[:, known.until :, columns] = np.rint(filled(doubted, limits, totals)).astype(np.int64)
    return replace(simulated, camp_counts=counts)


def limits_of(known: Known) -> Floats:
    """Give how many people each camp holds in a forecast with its discrepancy, (camps,), infinite without limit.

    That is the capacity of the instance, of which no people of day 0 are taken off, or what was counted last where that
    is more. A camp in which more people have been counted than it can hold has no limit.
    """
    return np.asarray(np.where(known.exceeded, np.inf, np.maximum(known.capacity, known.last_counts)))


def _totals(known: Known, people: Counts) -> Floats:
    """Give how many people are in camps from ``known.until`` on, shape (replicas, days).

    They follow the arrivals, or where these are not given, the people of each run.
    """
    last = float(known.counts[-1].sum())
    path = np.broadcast_to(known.arrivals[: people.shape[1]], people.shape) if known.given else people
    before = path[:, known.until - 1 : known.until].astype(np.float64)
    later = path[:, known.until :].astype(np.float64)
    if last <= 0:
        return np.maximum(later, 0.0)
    return np.maximum(last * np.divide(later, before, out=np.ones_like(later), where=before > 0), 0.0)


def _anchored(known: Known, counts: Floats, totals: Floats) -> Floats:
    """Carry the residuals of the last counts on, within bounds and sum, shape (replicas, later days, camps)."""
    then = counts[:, known.last_days, np.arange(counts.shape[2])][:, None, :]
    residual = np.sqrt(np.maximum(known.last_counts, 0.0)) - np.sqrt(then)
    carried = np.maximum(np.sqrt(counts[:, known.until :]) + residual, 0.0) ** 2
    return filled(carried, np.maximum(known.capacity, known.last_counts), totals)


def _clock(known: Known, people: Counts) -> Floats:
    """Give how far errors have walked since each camp's last count, shape (later days, camps)."""
    path = known.arrivals[: people.shape[1]] if known.given else np.median(people, axis=0)
    moved = np.cumsum(np.abs(np.diff(path, prepend=path[0])))
    days = np.arange(known.until, path.size)
    turnover = (moved[days][:, None] - moved[known.last_days]) / np.maximum(path[days], 1.0)[:, None]
    return np.asarray((turnover + PER_DAY * (days[:, None] - known.last_days)) ** GROWTH, np.float64)


def filled(counts: Floats, limits: Floats, totals: Floats) -> Floats:
    """Multiply counts by one factor so that they add up to a total, none above its limit.

    Where all limits together are below the total, every place is over its limit by the same factor.

    Parameters
    ----------
    counts : not negative, shape (…, places)
    limits : of each place, infinite where there is none, shape (places,)
    totals : what they must add up to, shape (…)

    Examples
    --------
    >>> filled(np.array([[50.0, 50.0]]), np.array([60.0, np.inf]), np.array([200.0])).tolist()
    [[60.0, 140.0]]
    """
    counts = np.maximum(counts, _NOBODY)
    # Places reach their limit in the order of limit over count; before the k-th does, k of them are at their limit.
    ratio = limits / counts
    order = np.argsort(ratio, axis=-1, kind="stable")
    sorted_limits = np.broadcast_to(limits, counts.shape)
    sorted_limits = np.take_along_axis(sorted_limits, order, axis=-1)
    sorted_counts = np.take_along_axis(counts, order, axis=-1)
    at_limit = np.cumsum(np.where(np.isinf(sorted_limits), 0.0, sorted_limits), axis=-1)
    at_limit = np.concatenate([np.zeros((*counts.shape[:-1], 1)), at_limit[..., :-1]], axis=-1)
    free = np.flip(np.cumsum(np.flip(sorted_counts, axis=-1), axis=-1), axis=-1)
    factor = np.maximum(totals[..., None] - at_limit, 0.0) / free
    fits = factor <= np.take_along_axis(ratio, order, axis=-1)
    first = np.argmax(fits, axis=-1)[..., None]
    chosen = np.take_along_axis(factor, first, axis=-1)
    over = ~fits.any(axis=-1, keepdims=True)
    within = np.minimum(counts * np.where(over, np.inf, chosen), limits)
    together = within.sum(axis=-1, keepdims=True)
    return np.asarray(np.where(over, within * (totals[..., None] / np.where(over, together, 1.0)), within))


def weighted_quantiles(values: Floats, weights: Floats, levels: Floats) -> Floats:
    """Give quantiles of values that count by their weights, linear between the middles of their weights.

    Examples
    --------
    >>> weighted_quantiles(np.array([3.0, 1.0]), np.array([1.0, 1.0]), np.array([0.0, 0.5, 1.0])).tolist()
    [1.0, 2.0, 3.0]
    """
    order = np.argsort(values, kind="stable")
    share = weights[order] / weights.sum()
    return np.asarray(np.interp(levels, np.cumsum(share) - share / 2, values[order]))
