"""A rate as it was published: counted, a share with its sample size, or a bare share of which nobody knows the basis.

References
----------
Brown NJL, Heathers JAJ (2017), The GRIM test, Social Psychological and Personality Science 8(4):363–369.
doi:10.1177/1948550616673876
"""

import math
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import scipy

from havre.audit.intervals import LEVEL, Interval, interval
from havre.errors import AuditError, Problem, check_none

PRIOR = 0.5
"""Both parameters of the prior Beta distribution of a rate (Jeffreys)."""


@dataclass(frozen=True)
class Rate:
    """A share of cases in which something happened.

    Parameters
    ----------
    share : from 0 to 1
    trials : how many cases it rests on; ``None`` where that was not published
    digits : decimals of the share as printed, ``None`` where it was counted

    Raises
    ------
    AuditError : the share lies outside 0 to 1, or there are no cases
    """

    share: float
    trials: float | None = None
    digits: int | None = None

    def __post_init__(self) -> None:
        problems = []
        if not (math.isfinite(self.share) and 0 <= self.share <= 1):
            problems.append(Problem.of("audit.share", share=f"{self.share:g}"))
        if self.trials is not None and not (math.isfinite(self.trials) and self.trials > 0):
            problems.append(Problem.of("audit.no_trials"))
        check_none(problems, AuditError)

    @classmethod
    def counted(cls, successes: int, trials: int) -> "Rate":
        """Make a rate from counts.

        Raises
        ------
        AuditError : no trials, or more successes than trials
        """
        if trials <= 0:
            raise AuditError("audit.no_trials")
        if not 0 <= successes <= trials:
            raise AuditError("audit.counts", successes=successes, trials=trials)
        return cls(successes / trials, trials)

    @property
    def complement(self) -> "Rate":
        """The share of cases in which it did not happen."""
        return Rate(1 - self.share, self.trials, self.digits)

    @property
    def successes(self) -> float | None:
        """Cases in which it happened, not always whole; ``None`` where the number of cases is unknown."""
        return None if self.trials is None else self.share * self.trials

    @property
    def is_attainable(self) -> bool | None:
        """Tell whether a whole number of cases gives this share at its printed digits (GRIM); ``None`` if unknown.

        A share that no whole number of persons gives was counted over something else: answers, frames, folds.
        """
        if self.trials is None or self.digits is None:
            return None
        half = 0.5 * 10.0**-self.digits
        nearest = math.floor(self.share * self.trials + 0.5)
        return any(abs(k / self.trials - self.share) <= half * (1 + 1e-9) for k in (nearest - 1, nearest, nearest + 1))

    def interval(self, method: str = "clopper-pearson", level: float = LEVEL) -> Interval | None:
        """Give the interval of the rate, or ``None`` where its sample size is unknown: nothing can be said then."""
        return None if self.trials is None else interval(self.share * self.trials, self.trials, method, level)

    def posterior(self) -> tuple[float, float]:
        """Give the parameters of the posterior Beta distribution under Jeffreys' prior.

        Raises
        ------
        AuditError : the sample size is unknown
        """
        if self.trials is None:
            raise AuditError("audit.unknown_trials")
        x = self.share * self.trials
        return x + PRIOR, self.trials - x + PRIOR

    def quantile(self, level: float) -> float:
        """Give a quantile of the posterior."""
        a, b = self.posterior()
        return float(scipy.special.betaincinv(a, b, level))

    def draw(self, size: int, generator: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Draw from the posterior."""
        return generator.beta(*self.posterior(), size)


def parse_rate(text: str) -> Rate:
    """Read a rate: ``23/30``, ``0.76``, ``76%``, or a share with its sample size ``0.76@30``, ``76%@30``.

    Raises
    ------
    AuditError : it is none of these, above 1, or has no cases

    Examples
    --------
    >>> parse_rate("75.55%@15").is_attainable
    False
    """
    try:
        if "/" in text:
            successes, trials = text.split("/")
            return Rate.counted(int(successes), int(trials))
        share, _, basis = text.partition("@")
        return _published(share, basis)
    except (ValueError, ArithmeticError) as error:
        raise AuditError("audit.not_a_rate", text=text) from error


def _published(share: str, basis: str) -> Rate:
    value = Decimal(share.strip().removesuffix("%").strip())
    if not value.is_finite():
        raise ValueError(share)
    if share.strip().endswith("%"):
        value = value.scaleb(-2)
    exponent = value.as_tuple().exponent
    digits = max(-exponent, 0) if isinstance(exponent, int) else 0
    return Rate(float(value), float(int(basis)) if basis else None, digits)
