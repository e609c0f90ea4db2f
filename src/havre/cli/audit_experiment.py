"""``havre audit experiment``: made-up templates, all compared, beside what theory predicts."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from havre.cli.audit_options import DASH, percent, percent_range, small, tell, written
from havre.cli.console import number, progress_bar, stderr, stdout, table, write_json
from havre.cli.options import Json

if TYPE_CHECKING:
    from havre.audit.experiment import Experiment


def experiment(
    largest: Annotated[float, typer.Option("--largest", help=tell("experiment.largest"))] = 1e5,
    probes: Annotated[int, typer.Option("--probes", help=tell("experiment.probes"))] = 500,
    likeness: Annotated[float, typer.Option("--likeness", help=tell("experiment.likeness"))] = 3.0,
    dimension: Annotated[int, typer.Option("--dimension", help=tell("experiment.dimension"))] = 64,
    seed: Annotated[int, typer.Option("--seed", min=0, help=tell("experiment.seed"))] = 20_261_124,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Run the experiment and print counts beside predictions."""
    from dataclasses import asdict

    from havre.audit.experiment import run_experiment
    from havre.audit.search import World
    from havre.errors import AuditError

    if not 1 <= largest < 1e12:
        raise AuditError("audit.gallery", value=f"{largest:g}")
    started = time.perf_counter()
    with progress_bar() as bar:

        def progress(done: int) -> None:
            if bar:
                bar(tell("experiment.progress"), done, int(largest))

        found = run_experiment(World(likeness, dimension=dimension, seed=seed), int(largest), probes, progress)
    if as_json:
        write_json(asdict(found))
    else:
        _show(found)
    stderr().print(tell("experiment.cost", seconds=written(time.perf_counter() - started, ".1f"), memory=_peak()))


def _peak() -> str:
    import resource
    import sys

    unit = 2**20 if sys.platform == "darwin" else 2**10
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit:.0f}"


def _show(found: "Experiment") -> None:
    names = ("gallery", "fmr", "counted", "predicted", "expected", "look_alikes", "alike")
    rows = [
        [number(row.gallery), written(row.fmr), number(row.counted), f"{row.low}{DASH}{row.high}",
         *(written(each, ".1f") for each in (row.expected, row.look_alikes, row.alike))]
        for row in found.measured
    ]  # fmt: skip
    title = tell("experiment.title", probes=number(found.probes), likeness=written(found.world.likeness))
    table(title, [tell(f"experiment.column.{name}") for name in names], rows)
    inside = sum(row.is_inside for row in found.measured)
    stdout().print(tell("experiment.inside", inside=inside, all=len(found.measured)), soft_wrap=True)
    if not found.beyond:
        stdout().print(tell("experiment.too_few"), soft_wrap=True)
        return
    columns = [tell(f"experiment.column.{name}") for name in ("searched", "fmr", "found_fmr", "fpir", "true")]
    shown = [
        [number(one.searched), written(one.true_fmr),
         f"{small(one.found.fmr)} ({small(one.found.fmr_interval.low)} {DASH} {small(one.found.fmr_interval.high)})",
         f"{percent(one.found.fpir)} ({percent_range(one.found.fpir_interval)})", percent(one.true_fpir)]
        for one in found.beyond
    ]  # fmt: skip
    table(tell("experiment.beyond", gallery=number(found.beyond[0].gallery)), columns, shown)
    stdout().print(tell("experiment.assumption"), soft_wrap=True)
