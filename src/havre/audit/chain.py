"""Checks one after another, such as a document check, a risk score and an interview.

How flags of different checks hang together is hardly ever published. Independence is an assumption; without it only
the bounds of Fréchet hold, and both are given.

References
----------
Fréchet M (1935), Fundamenta Mathematicae 25:379–387. doi:10.4064/fm-25-1-379-387
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from havre.errors import AuditError, Problem, check_none

Rule = Literal["any", "all"]


@dataclass(frozen=True)
class Chained:
    """How likely a person is flagged by the chain: if checks are independent, and whatever their dependence."""

    independent: float
    lowest: float
    highest: float


def chain(rates: Sequence[float], rule: Rule) -> Chained:
    """Combine the chances that each check flags one kind of person.

    Parameters
    ----------
    rates : chance of a flag at each check: sensitivities for people with the trait, 1 − specificity for others
    rule : ``any``: one flag is enough; ``all``: only who is flagged by every check, as where a check is asked for only
        after a flag of the one before

    Raises
    ------
    AuditError : there are no checks, or a rate lies outside 0 to 1

    Examples
    --------
    >>> chain([0.2, 0.1], "any")
    Chained(independent=0.28, lowest=0.2, highest=0.3)
    """
    if not rates:
        raise AuditError("audit.no_checks")
    check_none([Problem.of("audit.share", share=f"{r:g}") for r in rates if not 0 <= r <= 1], AuditError)
    if rule == "any":
        missed = math.prod(1 - rate for rate in rates)
        return Chained(round(1 - missed, 15), max(rates), min(1.0, round(math.fsum(rates), 15)))
    return Chained(math.prod(rates), max(0.0, round(math.fsum(rates) - len(rates) + 1, 15)), min(rates))
