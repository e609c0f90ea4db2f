"""Forecasts of all levels made coherent: in every draw, corridors and rests add up exactly to every sum.

Sums know things that their parts do not, and the other way round. The way: (1) the bottom is put into a joint order
(:mod:`havre.forecast.dependence`) in which sums are no surer than their own forecasts, and the own draws of each sum
into the order of the sums of its parts, so that every draw is one forecast of all levels; (2) each draw is projected
onto what adds up, by minimum trace; (3) what the projection says of the sums is carried down to the parts in
proportion, so that no part falls below zero and a small one is not lent the noise of a large one; (4) parts are
rounded to whole persons, without bias; (5) sums are added up. Whole numbers add up in floating point without rounding,
so the result is coherent to the last bit.

References
----------
.. [1] Wickramasuriya SL, Athanasopoulos G, Hyndman RJ (2019). Optimal forecast reconciliation through trace
   minimization. JASA 114(526): 804–819. doi:10.1080/01621459.2018.1448825
.. [2] Panagiotelis A, Gamakumara P, Athanasopoulos G, Hyndman RJ (2023). Probabilistic forecast reconciliation.
   European Journal of Operational Research 306(2): 693–706. doi:10.1016/j.ejor.2022.07.040 (draws are projected)
.. [3] Deming WE, Stephan FF (1940). On a least squares adjustment of a sampled frequency table when the expected
   marginal totals are known. Annals of Mathematical Statistics 11(4): 427–444. doi:10.1214/aoms/1177731829 (raking)
.. [4] Madow WG, Madow LH (1944). On the theory of systematic sampling, I. Annals of Mathematical Statistics 15(1):
   1–24. doi:10.1214/aoms/1177731312 (rounding)
.. [5] Schäfer J, Strimmer K (2005). A shrinkage approach to large-scale covariance matrix estimation. Statistical
   Applications in Genetics and Molecular Biology 4(1): 32. doi:10.2202/1544-6115.1175
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from havre.draws import Draws, Floats, SeriesKey, spread_levels
from havre.errors import ForecastError
from havre.forecast.dependence import draw_joint, reorder
from havre.forecast.hierarchy import Hierarchy
from havre.panel.scope import TOTAL
from havre.panel.series import MonthlySeries

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Groups = NDArray[np.int64]
SUM_VARIANCE = 0.2
"""Share of the variance of its own forecast that a sum counts with: variances of parts alone know nothing of errors
that they have in common, and would make the sum of the parts look surer than it is."""
DESTINATION_VARIANCE = 0.01
"""The same for a destination or route, whose own forecast beat the sum of its parts most clearly at past origins. Other
shares from 0.01 to 1 did nearly as well."""
AS_PROJECTED = 0.75
"""Share of the sums as projected in what is carried down; the rest are the sums of the projected parts, negative parts
cut to zero. The first alone keeps the sums' own forecasts best, the second the small values of small corridors."""
ROUNDS = 3
"""Rounds of raking; the first does nearly all."""
MOST_FACTOR = 3.0
"""A round of raking changes a part at most by this factor."""


def structural_variances(hierarchy: Hierarchy) -> Floats:
    """Give the variances of the forecasts of all series if every bottom series had variance 1 and was on its own."""
    return np.asarray(hierarchy.summing.sum(axis=1), dtype=np.float64)


def shrunk_covariance(errors: Floats) -> Floats:
    """Estimate the covariance of errors (series, month), correlations drawn towards 0 after reference [5]_."""
    months = errors.shape[1]
    centred = errors - errors.mean(axis=1, keepdims=True)
    spread = centred.std(axis=1, keepdims=True)
    scaled = np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 0)
    correlation = scaled @ scaled.T / months
    noise = (scaled**2) @ (scaled**2).T - months * correlation**2
    beside = ~np.eye(len(errors), dtype=bool)
    seen = (correlation[beside] ** 2).sum()
    shrinkage = 1.0 if seen == 0 else min(1.0, noise[beside].sum() / (months * (months - 1)) / seen)
    covariance = centred @ centred.T / (months - 1)
    return np.asarray(np.where(beside, (1.0 - shrinkage) * covariance, covariance))


def project(hierarchy: Hierarchy, values: Floats, covariance: Floats) -> Floats:
    """Project forecasts of all series onto what adds up, by minimum trace, reference [1]_.

    ``y − W C′ (C W C′)⁻¹ C y`` with ``C y = sums − sums of parts`` and ``W`` the covariance of the forecasts' errors.
    Only the sums that are over-determined need an equation, so the cost grows with their number, not with the bottom.

    Parameters
    ----------
    values : array (series, …), in the order of the hierarchy's keys
    covariance : ``W``, array (series, series), or only its diagonal, array (series,)

    Returns
    -------
    Array of the same shape that adds up (within rounding); values that add up already are not changed.
    """
    if not hierarchy.upper:
        return values.copy()
    parts, flat = hierarchy.summing[len(hierarchy.bottom) :], values.reshape(len(values), -1)
    gap = flat[len(hierarchy.bottom) :] - parts @ flat[: len(hierarchy.bottom)]
    constraint = np.concatenate([-parts.toarray(), np.eye(len(hierarchy.upper))], axis=1)
    spread = covariance[:, None] * constraint.T if covariance.ndim == 1 else covariance @ constraint.T
    gain = spread @ _inverse(constraint @ spread)
    return np.asarray((flat - gain @ gap).reshape(values.shape))


def _inverse(matrix: Floats) -> Floats:
    """Invert a symmetric matrix after scaling, since sums differ in size by many orders of magnitude.

    The pseudo-inverse: sums that nobody doubts may say the same thing twice.
    """
    scale = 1.0 / np.sqrt(np.maximum(np.diag(matrix), np.finfo(np.float64).tiny))
    return np.asarray(
        scale[:, None] * np.linalg.pinv(scale[:, None] * matrix * scale, rcond=1e-12, hermitian=True) * scale
    )


def rake(bottom: Floats, hierarchy: Hierarchy, targets: Floats, rounds: int = ROUNDS) -> Floats:
    """Scale parts in proportion, level by level and several times, until they add up to targets, reference [3]_.

    Parameters
    ----------
    bottom : array (bottom series, draw), not negative
    targets : array (sum, draw), not negative, in the order of the sums of the hierarchy

    Returns
    -------
    Array like ``bottom``, not negative. The last level (destinations) fits best; one whose parts are all zero stays.
    """
    found, levels = bottom.copy(), _levels(hierarchy)
    for _ in range(rounds):
        for rows, group, parts in levels:
            sums = parts @ found
            factor = np.divide(targets[rows], sums, out=np.ones_like(sums), where=sums > 0)
            factor = np.concatenate([np.clip(factor, 1 / MOST_FACTOR, MOST_FACTOR), np.ones((1, sums.shape[1]))])
            found *= factor[group]
    return found


def _levels(hierarchy: Hierarchy) -> list[tuple[list[int], Groups, "csr_array[Any, tuple[int, int]]"]]:
    """Give each level of sums: its rows, the place of each bottom series among them (else after), and its parts."""
    kinds = [(key.origin == TOTAL, key.destination == TOTAL) for key in hierarchy.upper]
    levels = []
    for kind in ((True, True), (False, True), (True, False)):
        rows = [row for row, its in enumerate(kinds) if its == kind]
        if rows:
            parts = hierarchy.summing[len(hierarchy.bottom) :][rows]
            sums, members = parts.nonzero()
            group = np.full(len(hierarchy.bottom), len(rows))
            group[members] = sums
            levels.append((rows, group, parts))
    return levels


def whole_persons(values: Floats, rng: np.random.Generator) -> Floats:
    """Round parts (part, draw) to whole persons, without bias, so that runs of neighbours keep their sum within one.

    Systematic rounding, reference [4]_: the running sum over the parts, shifted in each draw by a number between 0 and
    1, is cut to whole persons. Each part goes to one of its two neighbouring whole numbers, on average to itself;
    whole numbers stay. The shifts are spread evenly over the draws.
    """
    shift = rng.permutation(spread_levels(values.shape[1]))
    running = np.floor(np.cumsum(values, axis=0) + shift)
    return np.asarray(np.maximum(np.diff(running, axis=0, prepend=0.0), 0.0))


def reconcile_draws(joint: Draws, hierarchy: Hierarchy, rng: np.random.Generator) -> Draws:
    """Make joint draws coherent.

    Parameters
    ----------
    joint : draws of all bottom series in a joint order, and of those sums that have a forecast of their own

    Returns
    -------
    Draws of all series of the hierarchy, in its order: whole persons, exact sums in every draw.

    Raises
    ------
    ForecastError : a bottom series has no forecast (all are named)
    """
    _check_bottom(joint, hierarchy)
    told = Hierarchy(hierarchy.bottom, _sums_told(joint, hierarchy))
    values = joint.select(told.keys).values
    order = sorted(range(len(told.bottom)), key=lambda row: (told.bottom[row].destination, told.bottom[row].origin))
    found = np.empty((len(told.bottom), *values.shape[1:]))
    for horizon in range(joint.horizons):
        fitted = _fit_month(values[:, horizon], told)
        found[order, horizon] = whole_persons(fitted[order], rng)
    return Draws(hierarchy.keys, joint.origin, hierarchy.add_up(found))


def _check_bottom(joint: Draws, hierarchy: Hierarchy) -> None:
    lacking = sorted(set(hierarchy.bottom) - set(joint.keys), key=str)
    if lacking:
        raise ForecastError("coherence.no_part", keys=", ".join(str(key) for key in lacking[:6]), count=len(lacking))


def _sums_told(base: Draws, hierarchy: Hierarchy) -> tuple[SeriesKey, ...]:
    told = set(base.keys)
    return tuple(key for key in hierarchy.upper if key in told)


def _fit_month(values: Floats, hierarchy: Hierarchy) -> Floats:
    """Fit the bottom draws of one month to what all levels say together: array (bottom series, draw)."""
    bottom = values[: len(hierarchy.bottom)]
    if not hierarchy.upper:
        return bottom
    sums = reorder(values[len(hierarchy.bottom) :], hierarchy.add_up(bottom)[len(hierarchy.bottom) :])
    every = np.concatenate([bottom, sums])
    # A series without any spread has the last word only where nobody else could move.
    variances = np.maximum(every.var(axis=1), 1e-6)
    variances[len(hierarchy.bottom) :] *= _shares(hierarchy)
    projected = project(hierarchy, every, variances)
    whole, cut = (np.maximum(part, 0.0) for part in (projected[len(bottom) :], projected[: len(bottom)]))
    targets = AS_PROJECTED * whole + (1.0 - AS_PROJECTED) * hierarchy.add_up(cut)[len(bottom) :]
    return rake(bottom, hierarchy, targets)


def _shares(hierarchy: Hierarchy) -> Floats:
    whole = [key.origin == TOTAL and key.destination != TOTAL for key in hierarchy.upper]
    return np.where(whole, DESTINATION_VARIANCE, SUM_VARIANCE)


def coherent_draws(history: MonthlySeries, base: Draws, hierarchy: Hierarchy, rng: np.random.Generator) -> Draws:
    """Make coherent joint draws of all series of a hierarchy from the forecasts of each.

    Parameters
    ----------
    history : the series as known at the origin of ``base`` (later months are not read); has all bottom series
    base : draws of every bottom series, and of any sums; the order of the draws means nothing
    rng : decides the joint order and the rounding

    Returns
    -------
    Draws of all series of the hierarchy, in its order: whole persons, and in every draw each sum is exactly the sum
    of its parts.

    Raises
    ------
    ForecastError : a bottom series has no forecast (all are named)
    """
    _check_bottom(base, hierarchy)
    sums = _sums_told(base, hierarchy)
    wholes = _wholes(base, Hierarchy(hierarchy.bottom, sums))
    bottom = draw_joint(history, base.select(hierarchy.bottom), rng, wholes)
    values = np.concatenate([bottom.values, base.select(sums).values]) if sums else bottom.values
    return reconcile_draws(Draws((*hierarchy.bottom, *sums), base.origin, values), hierarchy, rng)


def _wholes(base: Draws, hierarchy: Hierarchy) -> list[tuple[Groups, Floats]]:
    """Give the rows of the parts and the own draws of each destination, else of all together."""
    totals = [row for row, key in enumerate(hierarchy.upper) if key.origin == TOTAL]
    chosen = [row for row in totals if hierarchy.upper[row].destination != TOTAL] or totals
    parts, own = hierarchy.summing[len(hierarchy.bottom) :], dict(zip(base.keys, base.values, strict=True))
    return [(parts[[row]].nonzero()[1].astype(np.int64), own[hierarchy.upper[row]]) for row in chosen]


def merge_draws(levels: list[Draws]) -> Draws:
    """Put the forecasts of several levels, made from the same origin, into one carrier.

    Raises
    ------
    ValueError : origins, horizons or numbers of draws differ
    """
    first = levels[0]
    if any(each.origin != first.origin or each.values.shape[1:] != first.values.shape[1:] for each in levels):
        raise ValueError("levels must be forecast from the same origin, for the same horizons, with as many draws")
    keys: tuple[SeriesKey, ...] = tuple(key for each in levels for key in each.keys)
    return Draws(keys, first.origin, np.concatenate([each.values for each in levels]))
