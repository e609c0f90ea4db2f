"""Which series teach the models of a release and are forecast: those with enough persons in enough months."""

from datetime import date

import numpy as np

from havre.draws import SeriesKey
from havre.errors import Problem
from havre.panel.series import MonthlySeries

LEAST_TOTAL = 200
LEAST_ACTIVE = 24
"""A series is forecast from 200 persons and 24 months above zero on."""


def teaching_rows(history: MonthlySeries) -> list[int]:
    """Give the rows of the series with enough persons and enough months above zero."""
    known = np.nan_to_num(history.values)
    is_enough = (known.sum(axis=1) >= LEAST_TOTAL) & ((known > 0).sum(axis=1) >= LEAST_ACTIVE)
    return [int(row) for row in np.flatnonzero(is_enough)]


def teaching_series(history: MonthlySeries) -> MonthlySeries:
    """Keep the series with enough persons and enough months above zero."""
    return history.select(teaching_rows(history))


def too_short(key: SeriesKey, last: date | None) -> Problem:
    """Tell that a series has too little history up to a month; not how little, which would tell of small counts."""
    origin = f"{last:%Y-%m}" if last else "–"
    return Problem.of("forecast.short_series", key=key, origin=origin, needed=LEAST_ACTIVE, persons=LEAST_TOTAL)
