"""``havre displace sensitivity``: which move parameters matter for what, as Sobol indices."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from havre.cli.console import number, progress_bar, stderr, stdout, table, write_json
from havre.cli.displace_facts import asked_facts
from havre.cli.displace_meter import Meter
from havre.cli.displace_options import (
    Asked,
    Days,
    Folder,
    Hasten,
    Lenient,
    OccupancyOption,
    Prepared,
    RulesOption,
    SettingsFile,
    Switches,
    Validation,
    WithoutAgentsOut,
    Workers,
    prepare,
    tell,
)
from havre.cli.displace_show import camp_name, decimal_cell, share_cell, show_asked, show_cost
from havre.cli.displace_simulate import parse_workers
from havre.cli.options import DEFAULT_SEED, Json, Seed

if TYPE_CHECKING:
    from havre.displacement.sensitivity import Sensitivity

WHOLE = ("ard", "people_in_camps")
"""Outputs that are told with both indices; of the camps' outputs the total index alone."""
MOST_CAMPS = 7


def _help(key: str) -> str:
    return tell(f"sensitivity.option.{key}")


def sensitivity(
    folder: Folder,
    priors: Annotated[Path | None, typer.Option("--priors", metavar="FILE", help=_help("priors"))] = None,
    base: Annotated[int, typer.Option("--base", min=8, help=_help("base"))] = 128,
    settings: SettingsFile = None,
    validation: Validation = None,
    rules: RulesOption = "flee",
    switch: Switches = None,
    occupancy: OccupancyOption = "frozen",
    days: Days = None,
    hasten: Hasten = None,
    lenient: Lenient = False,  # noqa: FBT002 - a flag of the command line
    without_agents_out: WithoutAgentsOut = False,  # noqa: FBT002
    seed: Seed = DEFAULT_SEED,
    workers: Workers = None,
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """Compute the indices; the help text stands in the catalogue."""
    meter = Meter.start()
    from havre.displacement.priors import read_priors
    from havre.displacement.sensitivity import sensitivity as analyse

    processes, cluster = parse_workers(workers)
    chosen = None if priors is None else read_priors(priors)
    prepared = prepare(
        Asked(
            folder=folder,
            settings=settings,
            validation=validation,
            rules=rules,
            switches=switch or (),
            occupancy=occupancy,
            days=days,
            hasten=hasten,
            lenient=lenient,
            without_agents_out=without_agents_out,
        )
    )
    with progress_bar() as progress:
        found = analyse(
            prepared.instance,
            priors=chosen,
            base=base,
            seed=seed,
            rules=prepared.rules,
            occupancy=occupancy,
            days=days,
            workers=processes,
            cluster=cluster,
            progress=progress,
        )
    cost = meter.as_dict(found.points, cluster)
    if as_json:
        facts = asked_facts(folder, prepared, seed, found.points)
        write_json({**facts, "sensitivity": found.summary()})
        show_cost(cost, stderr())
    else:
        show(prepared, found, cost)


def show(prepared: Prepared, found: "Sensitivity", cost: dict[str, object]) -> None:
    """Print both indices of what is about all camps, and the total index of what is about each."""
    show_asked(prepared, found.seed, found.points)
    for output in WHOLE:
        _show_output(found, output)
    for kind in ("final", "full"):
        names = [name for name in found.outputs if name.startswith(f"{kind}: ")]
        if names:
            _show_camps(found, kind, names)
    stdout().print(tell("sensitivity.how_to_read"), soft_wrap=True)
    stdout().print(tell("sensitivity.odd"), soft_wrap=True)
    show_cost(cost)


def _show_output(found: "Sensitivity", output: str) -> None:
    row = found.outputs.index(output)
    told = {"chance": share_cell(float(found.chance[row])), "mean": _size(found, row, found.mean[row]),
            "sd": _size(found, row, found.sd[row])}  # fmt: skip
    columns = [tell(f"sensitivity.column.{name}") for name in ("parameter", "first", "total")]
    rows = [
        [name, _index(found.first[row, column], found.first_within[row, column]),
         _index(found.total[row, column], found.total_within[row, column])]
        for column, name in enumerate(found.parameters)
    ]  # fmt: skip
    table(tell(f"sensitivity.output.{output}", **told), columns, rows)


def _size(found: "Sensitivity", row: int, value: float) -> str:
    return decimal_cell(float(value), 3) if found.outputs[row] == "ard" else number(float(value))


def _index(value: float, within: float) -> str:
    return "–" if value != value else f"{decimal_cell(float(value))} ± {decimal_cell(float(within))}"


def _show_camps(found: "Sensitivity", kind: str, names: Sequence[str]) -> None:
    """Print the total index by parameter and camp; the camps that differ most come first."""
    rows_of = {name: found.outputs.index(name) for name in names}
    ranked = sorted(names, key=lambda name: -float(found.sd[rows_of[name]]))[:MOST_CAMPS]
    camps = [camp_name(name.partition(": ")[2]) for name in ranked]
    rows = [
        [name, *(_total(found.total[rows_of[output], column]) for output in ranked)]
        for column, name in enumerate(found.parameters)
    ]
    rows.append([tell("sensitivity.chance"), *(_total(found.chance[rows_of[output]]) for output in ranked)])
    table(tell(f"sensitivity.camps.{kind}"), [tell("sensitivity.column.parameter"), *camps], rows, footer=1)
    if len(names) > len(ranked):
        stdout().print(tell("sensitivity.more", count=len(names) - len(ranked)), soft_wrap=True)


def _total(value: float) -> str:
    return decimal_cell(float(value))
