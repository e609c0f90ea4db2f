"""Small made-up outcomes of simulations, and series of registrations to compare them with, for tests."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from havre.displacement.camp_series import CampSeries, registered
from havre.displacement.outcome import Outcome
from tests.displacement.small_instances import START, registrations, small_instance


def small_outcome(camp_counts: npt.ArrayLike, camps: Sequence[str] = ("A", "B"), **overrides: Any) -> Outcome:
    """Make an outcome from counts of shape (replicas, days, camps), or (days, camps) for one replica."""
    counts = np.asarray(camp_counts, dtype=np.int64)
    counts = counts[None] if counts.ndim == 2 else counts
    days = counts.shape[1]
    fields: dict[str, Any] = {
        "name": "small",
        "start": START,
        "hasten": 1,
        "seed": 1,
        "locations": tuple(camps),
        "camps": tuple(camps),
        "camp_counts": counts,
        "people": counts.sum(axis=2) + 5,
        "raw": np.full(days, 100, dtype=np.int64),
        "debt": np.arange(days, dtype=np.int64),
        "steps": np.ones(days, dtype=np.int64),
    }
    return Outcome(**(fields | overrides))


def small_series(days: int, **counts: Mapping[int, float]) -> CampSeries:
    """Make the series of camps from their counts by day number; the total is not told (0)."""
    rows = registrations({"total": {0: 0.0}, **counts})
    return registered(small_instance(registrations=rows), days, tuple(counts))
