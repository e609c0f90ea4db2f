"""What a yes-or-no check does to many people: who is flagged, who of them wrongly, and what a flag is worth.

A check flags people who have a trait (they lie, their document is false) with its *sensitivity*, and passes people who
do not have it with its *specificity*. What a flag is worth also depends on the *base rate*: how many have the trait.
Sensitivity and specificity are taken as independent, and as the same at the border as where they were measured; both
are assumptions.

References
----------
Altman DG, Bland JM (1994), Diagnostic tests 2: predictive values, BMJ 309:102. doi:10.1136/bmj.309.6947.102
"""

from collections.abc import Callable
from dataclasses import dataclass

from havre.audit.intervals import LEVEL, Interval
from havre.audit.posterior import quantile, ratio_at_least, sum_at_most
from havre.audit.rates import Rate
from havre.errors import AuditError

PEOPLE = 1_000_000
BEYOND = 1e-12
"""Bounds of a share that is never exactly 0 or 1."""


@dataclass(frozen=True)
class Screening:
    """A check with its two rates."""

    sensitivity: Rate
    specificity: Rate

    @property
    def is_uncertain(self) -> bool:
        """Tell whether both rates say on how many cases they rest, so that intervals can be given."""
        return self.sensitivity.trials is not None and self.specificity.trials is not None

    @property
    def youden(self) -> float:
        """Sensitivity + specificity − 1: 0 is a coin, below 0 a flag speaks for the opposite."""
        return self.sensitivity.share + self.specificity.share - 1

    @property
    def chance_better_than_coin(self) -> float | None:
        """Posterior probability that people with the trait are flagged more often than people without it."""
        if not self.is_uncertain:
            return None
        return 1 - self._flags_ratio(1.0)

    def flagged(self, base_rate: float) -> float:
        """Give the share of all people who are flagged."""
        _check_base_rate(base_rate)
        return base_rate * self.sensitivity.share + self.flagged_wrongly(base_rate)

    def flagged_wrongly(self, base_rate: float) -> float:
        """Give the share of all people who are flagged and do not have the trait."""
        _check_base_rate(base_rate)
        return (1 - base_rate) * self.specificity.complement.share

    def ppv(self, base_rate: float) -> float | None:
        """Give the share of the flagged who have the trait (positive predictive value); ``None``: nobody is flagged."""
        flagged = self.flagged(base_rate)
        return base_rate * self.sensitivity.share / flagged if flagged > 0 else None

    def npv(self, base_rate: float) -> float | None:
        """Give the share of the passed who do not have the trait; ``None`` if nobody is passed."""
        passed = 1 - self.flagged(base_rate)
        return (1 - base_rate) * self.specificity.share / passed if passed > 0 else None

    def break_even(self, worth: float = 0.5) -> float | None:
        """Give the base rate from which on at least ``worth`` of the flagged have the trait; ``None``: none does."""
        if not 0 < worth < 1:
            raise AuditError("audit.base_rate", value=f"{worth:g}")
        wrong, right = worth * self.specificity.complement.share, (1 - worth) * self.sensitivity.share
        return wrong / (wrong + right) if right > 0 else None

    def ppv_interval(self, base_rate: float, level: float = LEVEL) -> Interval | None:
        """Give the equal-tailed posterior interval of the PPV; ``None`` where a sample size is unknown."""
        odds = _odds(base_rate)
        return self._interval(lambda x: self._flags_ratio(odds * (1 - x) / x), level)

    def npv_interval(self, base_rate: float, level: float = LEVEL) -> Interval | None:
        """Give the equal-tailed posterior interval of the NPV; ``None`` where a sample size is unknown."""
        odds = 1 / _odds(base_rate)
        missed, passed = self.sensitivity.complement, self.specificity
        return self._interval(
            lambda x: float(ratio_at_least(missed.posterior(), passed.posterior(), odds * (1 - x) / x)), level
        )

    def break_even_interval(self, worth: float = 0.5, level: float = LEVEL) -> Interval | None:
        """Give the posterior interval of the break-even base rate; ``None`` if samples are unknown."""
        odds = (1 - worth) / worth
        return self._interval(lambda x: 1 - self._flags_ratio(odds * x / (1 - x)), level)

    def flagged_interval(self, base_rate: float, level: float = LEVEL) -> Interval | None:
        """Give the posterior interval of the share of all people who are flagged; ``None`` if samples are unknown."""
        _odds(base_rate)
        right, wrong, weights = self.sensitivity, self.specificity.complement, (base_rate, 1 - base_rate)
        return self._interval(lambda x: float(sum_at_most(right.posterior(), wrong.posterior(), weights, x)), level)

    def flagged_wrongly_interval(self, base_rate: float, level: float = LEVEL) -> Interval | None:
        """Give the posterior interval of the share who are flagged wrongly; ``None`` if the sample is unknown."""
        _check_base_rate(base_rate)
        if self.specificity.trials is None:
            return None
        wrong = self.specificity.complement
        low, high = (wrong.quantile(at) for at in ((1 - level) / 2, (1 + level) / 2))
        return Interval((1 - base_rate) * low, (1 - base_rate) * high, level)

    def _flags_ratio(self, bound: float) -> float:
        """Give the probability that false flags are at least ``bound`` times as frequent as true ones."""
        return float(ratio_at_least(self.specificity.complement.posterior(), self.sensitivity.posterior(), bound))

    def _interval(self, at_most: Callable[[float], float], level: float) -> Interval | None:
        if not self.is_uncertain:
            return None
        low, high = (quantile(at_most, at, BEYOND, 1 - BEYOND) for at in ((1 - level) / 2, (1 + level) / 2))
        return Interval(low, high, level)


def _check_base_rate(base_rate: float) -> None:
    if not 0 < base_rate < 1:
        raise AuditError("audit.base_rate", value=f"{base_rate:g}")


def _odds(base_rate: float) -> float:
    _check_base_rate(base_rate)
    return base_rate / (1 - base_rate)
