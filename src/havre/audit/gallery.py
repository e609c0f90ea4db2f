"""One person's template searched against millions: how likely a search finds somebody who is not that person.

*FMR* is the false-match rate of one comparison. *FPIR(N)*, the false-positive identification rate, is the share of
searches for people who are not among the N enrolled that give at least one candidate above the threshold. If every
comparison were alike and independent, FPIR(N) = 1 − (1 − FMR)^N. People are not alike: some have many look-alikes, so
that their own FMR is higher. Here a person's FMR is drawn from a Beta distribution; its mean is the published FMR,
and ``variation`` is its coefficient of variation (exactly so for small rates; the shape is 1 / variation²). The mean
FPIR is then lower, and the same people are hit again.

References
----------
ISO/IEC 19795-1:2021, Biometric performance testing and reporting.
Grother P, Ngan M, Hanaoka K (2019), Face recognition vendor test part 2, NISTIR 8271. doi:10.6028/NIST.IR.8271
"""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from havre.audit.intervals import LEVEL, Interval, interval
from havre.errors import AuditError, Problem, check_none

Floats = NDArray[np.float64]
SMALLEST_FOR_STIRLING = 50.0
"""From here on the three terms of Stirling's series leave an error below 10⁻¹⁴."""


def fpir(fmr: ArrayLike, gallery: ArrayLike, variation: float = 0.0) -> Floats:
    """Compute the chance that a search for somebody who is not enrolled gives a false hit.

    Parameters
    ----------
    fmr : mean false-match rate of one comparison
    gallery : templates that are searched
    variation : coefficient of variation of people's own false-match rates; 0: all alike

    Raises
    ------
    AuditError : a rate outside 0 to 1, a gallery below 1, a variation below 0

    Examples
    --------
    >>> float(fpir(1e-9, 300_000_000).round(3))
    0.259
    """
    rate, size = np.broadcast_arrays(np.asarray(fmr, np.float64), np.asarray(gallery, np.float64))
    _check(rate, size, variation)
    if variation == 0:
        with np.errstate(divide="ignore"):
            return np.asarray(np.abs(np.expm1(size * np.log1p(-rate))))
    return np.asarray(np.abs(np.expm1(_log_none(rate, size, variation))))


def required_fmr(target: ArrayLike, gallery: ArrayLike, variation: float = 0.0) -> Floats:
    """Compute the false-match rate that a promised FPIR needs at a gallery; errors as :func:`fpir`.

    Examples
    --------
    >>> float(f"{required_fmr(0.001, 300_000_000):.1e}")
    3.3e-12
    """
    wanted, size = np.broadcast_arrays(np.asarray(target, np.float64), np.asarray(gallery, np.float64))
    _check(wanted, size, variation)
    if variation == 0:
        with np.errstate(divide="ignore"):
            return np.asarray(-np.expm1(np.log1p(-wanted) / size))
    found = [_solve(float(goal), float(n), variation) for goal, n in zip(wanted.flat, size.flat, strict=True)]
    return np.array(found).reshape(wanted.shape)


def fpir_elsewhere(known: ArrayLike, tested: ArrayLike, gallery: ArrayLike, variation: float = 0.0) -> Floats:
    """Carry an FPIR that was measured at one gallery over to another one at the same threshold; errors as :func:`fpir`.

    Beyond the tested gallery this is an extrapolation: it assumes that people there look alike as often as in the test.

    Examples
    --------
    >>> fpir_elsewhere(0.003, 12e6, [300e6, 400e6]).round(3).tolist()
    [0.072, 0.095]
    """
    return fpir(required_fmr(known, tested, variation), gallery, variation)


def fpir_interval(
    hits: float, searches: float, tested: float, gallery: float, variation: float = 0.0, level: float = LEVEL
) -> Interval:
    """Give the exact interval of the FPIR at another gallery from hits that were counted at the tested one.

    It holds the chance of the count only, not the doubt about ``variation``; compare several.
    """
    found = interval(hits, searches, "clopper-pearson", level)
    low, high = (float(fpir_elsewhere(bound, tested, gallery, variation)) for bound in (found.low, found.high))
    return Interval(low, high, level)


def share_of_hits(top: float, variation: float, fmr: float = 1e-9) -> float:
    """Give the share of false matches that falls on the ``top`` share of people with the most look-alikes.

    Examples
    --------
    >>> round(share_of_hits(0.01, 0.0), 3), share_of_hits(0.01, 2.0) > 0.1
    (0.01, True)
    """
    check_none([Problem.of("audit.share", share=f"{top:g}")] if not 0 <= top <= 1 else [], AuditError)
    if variation == 0:
        return top
    shape, _ = _beta(np.asarray(fmr, np.float64), variation)
    # Rates are tiny, so that the Beta distribution is a gamma distribution to all digits that matter.
    limit = scipy.special.gammainccinv(shape, top)
    return float(scipy.special.gammaincc(shape + 1, limit))


@dataclass(frozen=True)
class YearOfSearches:
    """What a year of searches brings, as expected numbers.

    Parameters
    ----------
    searches : how many a year
    mated : share of them for people who are enrolled
    fpir, fnir : share of non-mated searches with a false hit; share of mated searches that find nothing
    """

    searches: float
    mated: float
    fpir: float
    fnir: float | None = None

    def __post_init__(self) -> None:
        shares = [share for share in (self.mated, self.fpir, self.fnir) if share is not None]
        problems = [Problem.of("audit.share", share=f"{share:g}") for share in shares if not 0 <= share <= 1]
        if not (np.isfinite(self.searches) and self.searches > 0):
            problems.append(Problem.of("audit.no_trials"))
        check_none(problems, AuditError)

    @property
    def false_hits(self) -> float:
        """Searches for people who are not enrolled that give somebody else."""
        return self.searches * (1 - self.mated) * self.fpir

    @property
    def missed(self) -> float | None:
        """Searches for people who are enrolled that find nothing; ``None`` where no FNIR was given."""
        return None if self.fnir is None else self.searches * self.mated * self.fnir

    @property
    def hits_that_are_false(self) -> float | None:
        """Share of false ones among all searches with a hit; ``None`` where no FNIR was given or nothing is hit."""
        if self.fnir is None:
            return None
        true = self.searches * self.mated * (1 - self.fnir)
        return self.false_hits / (self.false_hits + true) if self.false_hits + true > 0 else None


def chance_of_a_hit_in(searches: int, at_gallery: float, fmr: float, variation: float = 0.0) -> float:
    """Give the chance that one person who is not enrolled is hit falsely at least once in several searches.

    With look-alikes it rises more slowly than with independent searches: the same people are hit again.
    """
    return float(fpir(fmr, searches * at_gallery, variation))


def _beta(rate: Floats, variation: float) -> tuple[Floats, Floats]:
    """Give the parameters of a Beta distribution of this mean and shape; the variation is exact for small rates."""
    a = np.full(rate.shape, variation**-2.0)
    return a, a * (1 - rate) / rate


def _log_none(rate: Floats, size: Floats, variation: float) -> Floats:
    """Give log E[(1 − q)^N] for q of a Beta distribution: log B(a, b + N) − log B(a, b)."""
    none: Floats = np.zeros(rate.shape)
    some = rate > 0
    a, b = _beta(rate[some], variation)
    n = size[some]
    # log Γ of huge numbers would cancel; Stirling's series, with what cancels taken together, does not.
    with np.errstate(divide="ignore", invalid="ignore"):  # of both ways, only the one that holds is taken below
        none[some] = _log_fall(a, b, n)
    return none


def _log_fall(a: Floats, b: Floats, n: Floats) -> Floats:
    fall = a * n / (b * (b + n))
    large = a * _mean_log_fall(a / b, a / (b + n), fall) - np.log1p(fall / (1 + a / (b + n))) / 2
    series = -a * np.log1p(n / (a + b)) + large
    series += _stirling_rest(a + b) - _stirling_rest(b) - _stirling_rest(a + b + n) + _stirling_rest(b + n)
    return np.where(b > SMALLEST_FOR_STIRLING, series, scipy.special.betaln(a, b + n) - scipy.special.betaln(a, b))


def _mean_log_fall(one: Floats, other: Floats, fall: Floats) -> Floats:
    """Give log(1 + y) / y at ``one`` less the same at ``other``, by its series where y is small; ``fall`` = y − y'."""
    powers, total = np.ones_like(one), np.zeros_like(one)
    for k in range(1, 9):
        total += (-1) ** k / (k + 1) * powers
        powers = powers * one + other**k
    return np.where(one < 0.01, total * fall, np.log1p(one) / one - np.log1p(other) / other)


def _stirling_rest(x: Floats) -> Floats:
    rest: Floats = 1 / (12 * x) - 1 / (360 * x**3) + 1 / (1260 * x**5)
    return rest


def _solve(target: float, size: float, variation: float) -> float:
    if target in (0, 1):
        return target
    low, high = np.log(target / size) - 1e-9, -1e-15
    one = np.array([size])

    def gap(log_rate: float) -> float:
        return float(-np.expm1(_log_none(np.array([np.exp(log_rate)]), one, variation))[0]) - target

    return float(np.exp(scipy.optimize.brentq(gap, low, high, xtol=1e-12, rtol=1e-13)))


def _check(rate: Floats, size: Floats, variation: float) -> None:
    problems = [Problem.of("audit.share", share=f"{value:g}") for value in rate.flat if not 0 <= value <= 1]
    problems += [Problem.of("audit.gallery", value=f"{value:g}") for value in size.flat if not 1 <= value < np.inf]
    if not 0 <= variation < np.inf:
        problems.append(Problem.of("audit.variation", value=f"{variation:g}"))
    check_none(problems, AuditError)
