"""False links between files of different people, and how they spread through files that were joined before.

Each person has several files (an entry, a visa, an asylum application) that are rightly joined. A false link joins
files of two people, and through them all their files. If a person's files have on average ``reach`` false links to
files of others, the people joined to one person form a branching tree: below 1 the tree stays small, from 1 on a
share of everybody is joined to one another (a giant component, as Erdős and Rényi found).

References
----------
Newman MEJ, Strogatz SH, Watts DJ (2001), Physical Review E 64:026118. doi:10.1103/PhysRevE.64.026118
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy

from havre.errors import AuditError, Problem, check_none


@dataclass(frozen=True)
class LinkKind:
    """One way to find links, such as fingerprints, a travel document, or name with birth date.

    Parameters
    ----------
    files : files of one person that are searched this way
    false_links : chance that the search of one file gives a false link
    undetected : share of false links that the check by hand leaves standing
    """

    name: str
    files: float
    false_links: float
    undetected: float = 1.0

    def __post_init__(self) -> None:
        shares = (self.false_links, self.undetected)
        problems = [Problem.of("audit.share", share=f"{share:g}") for share in shares if not 0 <= share <= 1]
        if not 0 <= self.files < np.inf:
            problems.append(Problem.of("audit.files", value=f"{self.files:g}"))
        check_none(problems, AuditError)

    @property
    def reach(self) -> float:
        """False links that stand, found from or to the files of one person: each link has two ends."""
        return 2 * self.files * self.false_links * self.undetected


@dataclass(frozen=True)
class Spread:
    """What false links do.

    ``reach`` false links per person; ``linked`` share of people with at least one; ``joined`` how many others a person
    is joined to on average, ``None`` from ``reach`` 1 on, where it grows with the population; ``giant`` share of all
    people who are joined in one heap.
    """

    reach: float
    linked: float
    joined: float | None
    giant: float


def spread(kinds: Sequence[LinkKind]) -> Spread:
    """Compute how far false links of several kinds reach.

    Raises
    ------
    AuditError : no kinds

    Examples
    --------
    >>> found = spread([LinkKind("face", files=2, false_links=0.05), LinkKind("name", files=2, false_links=0.1)])
    >>> round(found.reach, 2), round(found.linked, 3), round(found.joined, 2), found.giant
    (0.6, 0.451, 1.5, 0.0)
    """
    if not kinds:
        raise AuditError("audit.no_checks")
    reach = sum(kind.reach for kind in kinds)
    giant = _giant(reach) if reach > 1 else 0.0
    return Spread(reach, float(-np.expm1(-reach)), reach / (1 - reach) if reach < 1 else None, giant)


def _giant(reach: float) -> float:
    """Give the share g of all people in the giant component: 1 − g = e^(−reach · g), for a reach above 1."""
    least = (reach - 1) / reach**2
    return float(
        scipy.optimize.brentq(lambda share: share + np.expm1(-reach * share), least, 1.0, xtol=1e-16, rtol=1e-14)
    )
