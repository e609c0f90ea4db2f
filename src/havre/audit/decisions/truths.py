"""Truths that may be no truths: the decision itself, or made from the score; wholly, or in nearly all rows."""

import polars as pl

from havre.audit.decisions.measures import DECIDERS
from havre.audit.decisions.read import LEAST_COMPARED, Cube

Finding = tuple[str, dict[str, object]]
NEARLY = 0.98
"""Agreement beyond chance (Cohen J, 1960, doi:10.1177/001316446002000104) from which on a truth looks like a copy."""
MOST_STRAY = 0.01
"""Rows of the rarer truth outside its side of the score, below which the truth seems to be made from the score."""


def truth_findings(cube: Cube) -> list[Finding]:
    """Find a truth that is the decision, in every row or nearly, or that follows the score."""
    known = cube.counts.filter(pl.col("truth").is_not_null())
    if known["truth"].n_unique() < 2:
        return []
    found = [finding for who in DECIDERS if (finding := _copied(known, who))]
    scored = known.filter(pl.col("bin").is_not_null())
    if cube.edges and _follows(scored):
        found.append(("truth_follows_score", {}))
    return found


def _copied(known: pl.DataFrame, who: str) -> Finding | None:
    decided = known.filter(pl.col(who).is_not_null())
    total = int(decided["n"].sum())
    differ = int(decided.filter(pl.col(who) != pl.col("truth"))["n"].sum())
    if total == 0 or (differ and total < LEAST_COMPARED):
        return None
    if not differ:
        return ("truth_is_human", {}) if who == "human" else None
    flagged, true = (int(decided.filter(pl.col(name))["n"].sum()) / total for name in (who, "truth"))
    chance = flagged * true + (1 - flagged) * (1 - true)
    agree = 1 - differ / total
    is_copy = chance < 1 and (agree - chance) / (1 - chance) >= NEARLY
    return (f"truth_nearly_{who}", {"same": total - differ, "of": total}) if is_copy else None


def _follows(scored: pl.DataFrame) -> bool:
    """Tell whether all truths but a few lie on one side of a score: at most one bin has both kinds."""
    kinds = [pl.col("n").filter(pl.col("truth") == truth).sum() for truth in (True, False)]
    bins = scored.group_by("bin").agg(pl.min_horizontal(*kinds).alias("rarer"))
    if bins.height < 3:
        return False
    rarer, totals = bins["rarer"].to_list(), scored.group_by("truth").agg(pl.col("n").sum())["n"].to_list()
    stray = sum(rarer) - max(rarer)
    return bool(stray == 0 or (sum(totals) >= LEAST_COMPARED and stray <= MOST_STRAY * min(totals)))
