"""How full places are, and how finely a pass must be split so that nobody chooses by a stale answer.

How full a camp is, is the only thing by which people hinder each other. Serial Flee tells each person the camp as the
one before left it; parallel Flee tells all of a pass the same. Here a pass is split into parts, as many as keep a camp
from gaining more than a small part of its buffer between two of them (as in tau-leaping), and where only few people
choose, they choose one by one.

References
----------
Cao, Y., Gillespie, D. T. & Petzold, L. R. (2006). Efficient step size selection for the tau-leaping simulation method.
Journal of Chemical Physics 124, 044109. https://doi.org/10.1063/1.2159468
"""

from dataclasses import dataclass

import numpy as np

from havre.displacement.network import Floats, Ints

BUFFER_SHARE = 0.1
"""Share of a camp's buffer that it may gain between two parts of a pass."""
PEOPLE_MISLED = 0.1
"""People who may choose by a stale answer, for each part of a pass."""
MOST_STEPS = 256
ONE_BY_ONE = 512
"""Up to so many people (in every replica) choose one by one where a pass would be split that finely anyway."""
FEW = 64
"""So few people choose one by one wherever the coupling matters."""


def attraction(people: Floats | Ints, capacity: Floats, buffer: Floats) -> Floats:
    """Say how far a place still attracts: 1 up to the buffer, 0 when full, linear between.

    Parameters
    ----------
    people : people at the place, (…, R)
    capacity : scaled capacity; below 1 there is no limit, broadcasts to people
    buffer : share of the capacity up to which a place attracts fully

    Examples
    --------
    >>> attraction(np.array([0, 90, 95, 100]), np.array([100.0]), np.array([0.9])).round(3).tolist()
    [1.0, 1.0, 0.5, 0.0]
    """
    width = capacity * (1 - buffer)
    if (width > 0).all():
        share = np.clip((capacity - people) / width, 0.0, 1.0)
    else:
        # Without a buffer a place attracts fully up to its capacity, which counts as within the buffer.
        share = np.where(
            width > 0,
            np.clip((capacity - people) / np.where(width > 0, width, 1.0), 0.0, 1.0),
            np.where(people > capacity, 0.0, 1.0),
        )
    return np.where(capacity < 1, 1.0, share)


@dataclass(frozen=True, eq=False)
class Pressure:
    """What a pass may do to limited places (E × R).

    Attributes
    ----------
    people : people at the place now
    change : people whom it may gain or lose in this pass
    choosing : people who choose in this pass with the place among their choices
    capacity, buffer : scaled capacity and share, broadcast to E × R
    """

    people: Ints
    change: Floats
    choosing: Floats
    capacity: Floats
    buffer: Floats


def needed_steps(pressure: Pressure) -> Ints:
    """Say for each replica into how many parts a pass is split, (R,): 1 where nobody's choice can change within it."""
    replicas = pressure.people.shape[1]
    if pressure.people.size == 0:
        return np.ones(replicas, np.int64)
    low, high = pressure.buffer * pressure.capacity, pressure.capacity
    after = pressure.people + pressure.change
    touched = (np.maximum(pressure.people, after) > low) & (np.minimum(pressure.people, after) < high)
    if not touched.any():
        return np.ones(replicas, np.int64)
    width = np.maximum(high - low, 1.0)
    by_buffer = np.abs(pressure.change) / (BUFFER_SHARE * width)
    by_people = pressure.choosing / PEOPLE_MISLED
    needed = np.where(touched, np.minimum(by_buffer, by_people), 0.0)
    return np.asarray(np.clip(np.ceil(needed.max(axis=0)), 1, MOST_STEPS), np.int64)
