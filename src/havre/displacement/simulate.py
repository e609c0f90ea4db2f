"""The way in: simulate an instance, any number of replicas, on one machine or many."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from havre.displacement.instance import Instance
from havre.displacement.outcome import Floats, Outcome
from havre.displacement.rules import Occupancy, Rules

if TYPE_CHECKING:
    from distributed import Client

Progress = Callable[[str, int, int], None]
DEFAULT_SEED = 20_260_101
PARAMETERS = (
    "foreign_weight",
    "camp_weight",
    "conflict_weight",
    "conflict_movechance",
    "camp_movechance",
    "idpcamp_movechance",
    "default_movechance",
    "softening",
    "weight_softening",
    "weight_power",
    "distance_power",
    "capacity_scaling",
    "capacity_buffer",
)
"""Move rules that may have another value in each replica."""


def simulate(
    instance: Instance,
    *,
    replicas: int = 1,
    seed: int = DEFAULT_SEED,
    rules: Rules | None = None,
    occupancy: Occupancy = "adaptive",
    days: int | None = None,
    parameters: Mapping[str, Floats] | None = None,
    paired: bool = False,
    record: Sequence[str] = (),
    workers: int = 1,
    cluster: "str | Client | None" = None,
    progress: Progress | None = None,
) -> Outcome:
    """Simulate an instance day by day.

    Parameters
    ----------
    replicas : independent runs, drawn together
    seed : same seed, same bits, whatever the workers
    rules : switches of behaviour; ``None`` is as Flee does
    occupancy : ``adaptive`` refreshes how full camps are within a pass, ``frozen`` once a pass
    days : days to simulate, ``None`` for the whole period
    parameters : move rules (of ``PARAMETERS``) with a value for each replica, shape (replicas,)
    paired : draw so that two runs of the same seed share their randomness wherever they agree; slower
    record : what to keep beside the camps: ``locations``, ``flows``, ``daily_flows``
    workers, cluster : who works, see :func:`havre.scale.spread`

    Raises
    ------
    DisplacementError : the instance asks for what cannot be counted, or cannot be simulated
    """
    raise NotImplementedError
