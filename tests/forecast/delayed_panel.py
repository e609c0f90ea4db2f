"""A made-up panel whose months are first published in part and completed over four months, all vintages kept."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from havre.months import add_months, month_index
from tests.panel.observation_samples import table

FIRST, MONTHS = date(2014, 1, 1), 72
CODES = ("AFG", "SYR", "IRQ", "ERI", "SOM", "TUR", "GEO", "NGA")
AGES = 4
"""Publications of a month after the first one; the last one is final."""


def delayed_panel(seed: int = 1, *, months: int = MONTHS, codes: tuple[str, ...] = CODES) -> pl.DataFrame:
    """Make corridors into Germany: each month is first known two months on, at 60 to 90 % of what it becomes.

    How much is missing differs between series and, less, between months; it comes in over four further publications.
    """
    rng, rows = np.random.default_rng(seed), []
    for code in codes:
        level = np.log(rng.uniform(60, 900)) + np.cumsum(rng.normal(0, 0.06, months))
        finals = rng.poisson(np.exp(level + 0.2 * np.sin(np.arange(months) * 2 * np.pi / 12)))
        usual = rng.uniform(0.65, 0.85)
        for step, final in enumerate(finals.tolist()):
            month, share = add_months(FIRST, step), float(np.clip(usual + rng.normal(0, 0.03), 0.6, 0.9))
            for age in range(AGES + 1):
                part = 1 - (1 - share) * (1 - age / AGES) ** 2
                known = add_months(month, 2 + age) + timedelta(days=14)
                rows.append({"origin": code, "period": month, "value": float(round(final * part)), "as_of": known})
    return table(*rows)


def known_then(panel: pl.DataFrame, origin: date) -> pl.DataFrame:
    """Cut the panel to the day on which a month was first published."""
    return panel.filter(pl.col("as_of") <= add_months(origin, 2) + timedelta(days=20))


def months_after(origin: date, step: int) -> int:
    """Give the column of the month ``step`` months after ``origin``."""
    return month_index(origin) - month_index(FIRST) + step
