"""Many questions to one person: how likely an honest person collects so many flags.

With independent answers the number of flags is binomial. Answers of one person are rarely independent (nerves, accent,
light); the beta-binomial distribution has the same mean, and any two answers correlate by ``correlation``.

References
----------
Skellam JG (1948), JRSS B 10(2):257–261. doi:10.1111/j.2517-6161.1948.tb00014.x
"""

import numpy as np
import scipy
from numpy.typing import NDArray

from havre.errors import AuditError, Problem, check_none

Floats = NDArray[np.float64]
ROUNDED = 1e-12
"""What a sum of all chances may lack of 1 by rounding."""


def flag_chances(questions: int, rate: float, correlation: float = 0.0) -> Floats:
    """Give the probability of 0, 1, … flags.

    Parameters
    ----------
    questions : how many are asked
    rate : chance of a flag at one question; for an honest person 1 − specificity
    correlation : of any two answers of a person: 0 is independent, 1 all alike

    Raises
    ------
    AuditError : no questions, or a rate or correlation outside 0 to 1
    """
    problems = []
    if questions < 1:
        problems.append(Problem.of("audit.no_trials"))
    if not 0 <= rate <= 1:
        problems.append(Problem.of("audit.share", share=f"{rate:g}"))
    if not 0 <= correlation <= 1:
        problems.append(Problem.of("audit.correlation", value=f"{correlation:g}"))
    check_none(problems, AuditError)
    counts = np.arange(questions + 1)
    if correlation == 1:
        return np.where(counts == questions, rate, 0.0) + np.where(counts == 0, 1 - rate, 0.0)
    # Pólya's urn: each answer pulls the next ones along. Written as products, no correlation is too small for it.
    own, pull = 1 - correlation, correlation * np.arange(questions)
    with np.errstate(divide="ignore"):
        flagged, passed, all_of = (
            np.concatenate([[0.0], np.cumsum(np.log(share * own + pull))]) for share in (rate, 1 - rate, 1.0)
        )
    log_factorial = scipy.special.gammaln
    ways = log_factorial(questions + 1) - log_factorial(counts + 1) - log_factorial(questions - counts + 1)
    return np.asarray(np.exp(ways + flagged + passed[::-1] - all_of[-1]))


def chance_of_flags(least: int, questions: int, rate: float, correlation: float = 0.0) -> float:
    """Give the probability of at least so many flags; errors as :func:`flag_chances`.

    Examples
    --------
    >>> f"{chance_of_flags(4, 16, 1 - 0.7555):.1%}"
    '57.5%'
    """
    if not 0 <= least <= questions:
        raise AuditError("audit.counts", successes=least, trials=questions)
    total = float(flag_chances(questions, rate, correlation)[least:].sum())
    return 1.0 if total > 1 - ROUNDED else total
