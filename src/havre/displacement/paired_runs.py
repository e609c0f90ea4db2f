"""Two instances simulated hand in hand, so that their difference is that of the instances and not chance.

Both must have the same places and roads in the same order; what is closed, how much a camp holds, who is displaced and
every rule may differ. Pass by pass the one leads and the other follows, see :mod:`havre.displacement.coupling`. A pass
is split into as many parts in both as the one that needs more of them asks for; people who would decide one by one go
in as many parts as there are people.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from havre.displacement.candidates import RouteBook
from havre.displacement.coupling import FollowingChance, LeadingChance
from havre.displacement.engine import Days, Engine, Split
from havre.displacement.instance import Instance
from havre.displacement.network import Ints
from havre.displacement.outcome import Outcome
from havre.displacement.rules import Occupancy, Rules
from havre.displacement.simulate import (
    DEFAULT_SEED,
    Chunk,
    Progress,
    chunk_size,
    joined,
    make_plan,
    parameter_values,
    part_of,
)
from havre.errors import DisplacementError
from havre.scale import generator, spread

if TYPE_CHECKING:
    from distributed import Client

Stages = Generator[Split, Split, Days]


@dataclass(frozen=True, eq=False)
class _Pair:
    """The same replicas of both runs."""

    leading: Chunk
    following: Chunk


def simulate_pair(
    leading: Instance,
    following: Instance,
    *,
    replicas: int = 1,
    seed: int = DEFAULT_SEED,
    rules: Rules | None = None,
    occupancy: Occupancy = "adaptive",
    days: int | None = None,
    workers: int = 1,
    cluster: "str | Client | None" = None,
    progress: Progress | None = None,
) -> tuple[Outcome, Outcome]:
    """Simulate two instances with as much of chance in common as their laws allow.

    Replica ``r`` of the one belongs to replica ``r`` of the other. Each has the distribution that
    :func:`havre.displacement.simulate.simulate` gives it; arguments are those of that function.

    Returns
    -------
    The outcome of each; where the instances are the same, or up to the day on which they part, the same numbers.

    Raises
    ------
    DisplacementError : the places, roads or days are not the same, or one of them cannot be simulated
    """
    if _shape(leading) != _shape(following):
        raise DisplacementError("displacement.scenario.not_alike", one=leading.name, other=following.name)
    parts: list[list[Chunk]] = []
    for instance in (leading, following):
        plan = make_plan(instance, rules or Rules.flee(), occupancy, days)
        plan.arrivals.check(replicas, plan.days)
        values = parameter_values(instance, {}, replicas)
        size = chunk_size(plan)
        firsts = range(0, replicas, size)
        parts.append([part_of(plan, values, seed, first, min(size, replicas - first)) for first in firsts])
    plans = [chunks[0].plan for chunks in parts]
    results: list[tuple[Days, Days]] = []
    pairs = [_Pair(one, other) for one, other in zip(*parts, strict=True)]
    for result in spread(run_pair, pairs, workers, cluster=cluster):
        results.append(result)
        if progress is not None:
            progress(following.name, sum(part[0].people.shape[0] for part in results), replicas)
    one, other = zip(*results, strict=True)
    return joined(plans[0], one, seed), joined(plans[1], other, seed)


def _shape(instance: Instance) -> tuple[object, ...]:
    places = [place.name for place in instance.locations]
    return instance.length, places, [(road.name1, road.name2) for road in instance.routes]


def run_pair(pair: _Pair) -> tuple[Days, Days]:
    """Run the same replicas of both, the one a pass ahead of the other."""
    lead = pair.leading
    leading = LeadingChance(generator(lead.seed, "displacement", "leading", str(lead.first)))
    following = FollowingChance(leading, generator(lead.seed, "displacement", "following", str(lead.first)))
    # Routes have the same numbers in both.
    book = RouteBook()
    first = Engine(lead.plan, lead.values, lead.replicas, leading, book).stages()
    second = Engine(pair.following.plan, pair.following.values, lead.replicas, following, book).stages()
    one, other = next(first), next(second)
    # A day has two passes; the last of all ends the run.
    for _ in range(2 * lead.plan.days - 1):
        leading.forget()
        steps = np.maximum(one[0], other[0])
        one, other = first.send((steps, False)), second.send((steps, False))
    leading.forget()
    steps = np.maximum(one[0], other[0])
    return _last(first, steps), _last(second, steps)


def _last(stages: Stages, steps: Ints) -> Days:
    """Run the last pass."""
    try:
        stages.send((steps, False))
    except StopIteration as end:
        days: Days = end.value
        return days
    raise RuntimeError
