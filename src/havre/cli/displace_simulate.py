"""Simulating a prepared instance from the command line: who works, and what is seen of it meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from havre.cli.console import progress_bar
from havre.cli.displace_options import Prepared

if TYPE_CHECKING:
    from havre.cli.displace_calibrated import Calibrated
    from havre.displacement.outcome import Outcome


@dataclass(frozen=True, eq=False)
class Simulated:
    """What a simulation gave.

    Attributes
    ----------
    outcome : what is told
    alone : the same runs without their discrepancy, where ``outcome`` has one
    """

    outcome: "Outcome"
    alone: "Outcome | None" = None


def parse_workers(text: str | None) -> tuple[int, str | None]:
    """Read who is to work: a number of processes, or the address of a Dask scheduler; by default all processors.

    Raises
    ------
    WorkError : the text is neither
    """
    from havre.scale import parse_workers as parse
    from havre.scale import usable_workers

    return parse(text) if text else (usable_workers(), None)


def simulated(
    prepared: Prepared,
    *,
    replicas: int,
    seed: int,
    workers: tuple[int, str | None],
    record: Sequence[str] = (),
) -> Simulated:
    """Simulate, with a progress bar where somebody watches; with a calibration, each run draws its parameters from it.

    Raises
    ------
    DisplacementError : the instance asks for what cannot be counted, or cannot be simulated
    WorkError : a worker was lost, or the cluster cannot be reached
    """
    from havre.displacement import simulate

    processes, cluster = workers
    if prepared.calibrated is not None:
        return _predicted(prepared, prepared.calibrated, replicas=replicas, seed=seed, workers=workers)
    with progress_bar() as progress:
        if progress is not None:
            # Some hundreds of runs are drawn together: without this, nothing would be seen until they are done.
            progress(prepared.instance.name, 0, replicas)
        outcome = simulate(
            prepared.instance,
            replicas=replicas,
            seed=seed,
            rules=prepared.rules,
            occupancy=prepared.occupancy,
            days=prepared.days,
            record=record,
            workers=processes,
            cluster=cluster,
            progress=progress,
        )
    return Simulated(outcome)


def _predicted(
    prepared: Prepared, calibrated: "Calibrated", *, replicas: int, seed: int, workers: tuple[int, str | None]
) -> Simulated:
    from havre.displacement.calibrate import predict

    with progress_bar() as progress:
        if progress is not None:
            progress(prepared.instance.name, 0, replicas)
        found = predict(
            prepared.instance,
            calibrated.calibration,
            replicas=replicas,
            seed=seed,
            days=prepared.days,
            occupancy=prepared.occupancy,
            workers=workers[0],
            cluster=workers[1],
            progress=progress,
        )
    if calibrated.with_discrepancy and found.corrected is not None:
        return Simulated(found.corrected, found.simulated)
    return Simulated(found.simulated)
