"""``havre displace run``: simulate an instance, with intervals, and say when each camp fills."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from havre.cli.console import number, stderr, stdout, table, write_json
from havre.cli.displace_facts import Ran, ran_of, run_facts, seam_facts, spread_of
from havre.cli.displace_meter import Meter
from havre.cli.displace_options import (
    DEFAULT_REPLICAS,
    Asked,
    CalibrationFile,
    Days,
    Folder,
    Hasten,
    Lenient,
    OccupancyOption,
    Replicas,
    RulesOption,
    SettingsFile,
    Switches,
    Validation,
    WithoutAgentsOut,
    WithoutDiscrepancy,
    Workers,
    prepare,
    tell,
)
from havre.cli.displace_pictures import PicturesWanted, pictures_wanted
from havre.cli.displace_show import (
    camp_name,
    count_cell,
    dated,
    full_cell,
    in_language,
    limit_cell,
    listed,
    plus_minus,
    show_asked,
    show_cost,
    show_few,
    spread_cell,
)
from havre.cli.displace_simulate import parse_workers, simulated
from havre.cli.options import DEFAULT_SEED, Json, Seed
from havre.cli.plots import PictureFile, Plot

NOTICED = 0.01
"""Difference between the displaced and the registered, as a share, from which it is said why they differ."""


def _help(key: str) -> str:
    return tell(f"run.option.{key}")


def run(
    folder: Folder,
    settings: SettingsFile = None,
    validation: Validation = None,
    rules: RulesOption = "flee",
    switch: Switches = None,
    occupancy: OccupancyOption = "adaptive",
    replicas: Replicas = DEFAULT_REPLICAS,
    days: Days = None,
    hasten: Hasten = None,
    calibration: CalibrationFile = None,
    without_discrepancy: WithoutDiscrepancy = False,  # noqa: FBT002 - a flag of the command line
    full: Annotated[float | None, typer.Option("--full", min=0.01, max=1.0, help=_help("full"))] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FOLDER", help=_help("out"))] = None,
    replica: Annotated[int | None, typer.Option("--replica", min=0, help=_help("replica"))] = None,
    picture: PictureFile = None,
    map_file: Annotated[Path | None, typer.Option("--map", metavar="FILE", help=_help("map"))] = None,
    animation: Annotated[Path | None, typer.Option("--animation", metavar="FILE", help=_help("animation"))] = None,
    plot: Plot = False,  # noqa: FBT002 - a flag of the command line
    lenient: Lenient = False,  # noqa: FBT002
    without_agents_out: WithoutAgentsOut = False,  # noqa: FBT002
    seed: Seed = DEFAULT_SEED,
    workers: Workers = None,
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """Simulate; the help text stands in the catalogue."""
    meter = Meter.start()
    if calibration is not None and (map_file or animation):
        raise typer.BadParameter(tell("run.no_map"))
    working = parse_workers(workers)
    wanted = pictures_wanted(plot=plot, picture=picture, map_file=map_file, animation=animation, as_json=as_json)
    check_out(out, replica, replicas)
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
            calibration=calibration,
            without_discrepancy=without_discrepancy,
        )
    )
    found = simulated(prepared, replicas=replicas, seed=seed, workers=working, record=wanted.record)
    ran = ran_of(folder, prepared, found, full)
    facts = run_facts(ran)
    cost = meter.as_dict(replicas, working[1])
    finish(ran, facts, cost, wanted, out=out, replica=replica, as_json=as_json)


def check_out(out: Path | None, replica: int | None, replicas: int) -> None:
    """Check, before the work, where files are to go and which run they are to hold.

    Raises
    ------
    FileError : the folder is not empty, or cannot be made
    DisplacementError : there is no such run
    typer.BadParameter : a run was named, and no folder
    """
    from havre.errors import DisplacementError

    if replica is not None and out is None:
        raise typer.BadParameter(tell("run.replica_without_out"))
    if replica is not None and replica >= replicas:
        raise DisplacementError("displacement.out.no_replica", replica=replica, replicas=replicas)
    if out is not None:
        from havre.record.folder import check_free

        check_free(out)


def finish(
    ran: Ran,
    facts: dict[str, object],
    cost: dict[str, object],
    wanted: PicturesWanted,
    *,
    out: Path | None,
    replica: int | None,
    as_json: bool,
) -> None:
    """Tell what was found, draw, and write the files.

    The folder comes last: when something else fails, it is not there and does not stand in the way of a second try.
    """
    if as_json:
        write_json(facts)
        show_cost(cost, stderr())
    else:
        show(ran, facts, cost)
    wanted.show(ran)
    if out is not None:
        from havre.cli.displace_files import write_run

        sys.stdout.flush()
        write_run(ran, out, replica)
        if not as_json:
            stdout().print(tell("run.written", path=out), soft_wrap=True, markup=False)


def show(ran: Ran, facts: dict[str, object], cost: dict[str, object]) -> None:
    """Print what was found."""
    console = stdout()
    show_asked(ran.prepared, ran.outcome.seed, ran.outcome.replicas)
    people: dict[str, dict[str, float | None]] = facts["people"]  # type: ignore[assignment]
    console.print(
        tell(
            "run.people",
            displaced=spread_cell(people["displaced"]),
            in_camps=spread_cell(people["in_camps"]),
            registered=number(float(ran.series.counts[-1].sum())),
        ),
        soft_wrap=True,
    )
    columns = [tell(f"run.column.{name}") for name in ("camp", "last_day", "registered", "capacity", "full")]
    camps: list[dict[str, object]] = facts["camps"]  # type: ignore[assignment]
    rows = [_row(row, ran.forecast_from) for row in camps]
    table(tell("run.table", day=dated(ran.outcome.dates[-1])), columns, rows)
    console.print(tell("run.how_to_read", percent=f"{100 * ran.full_share:g}"), soft_wrap=True)
    if any(row["registered_counted"] is False for row in camps):
        console.print(tell("run.not_counted"), soft_wrap=True)
    registered, displaced = float(ran.series.counts[-1].sum()), people["displaced"]["median"] or 0.0
    if abs(displaced - registered) > NOTICED * registered:
        console.print(tell("run.sums_differ"), soft_wrap=True)
    show_seam(ran)
    if ran.outcome.replicas == 1:
        console.print(tell("run.alone"), soft_wrap=True)
    show_few(ran.outcome.replicas)
    _show_fit(facts)
    show_cost(cost)


def show_seam(ran: Ran) -> None:
    """Say where the forecast begins, by how much each camp's curve jumps there, and that its sum is given."""
    if ran.alone is None:
        return
    from havre.displacement.calibrate_known import known_before

    assert ran.prepared.calibrated is not None  # noqa: S101 - else there is no discrepancy
    known = known_before(ran.prepared.instance, ran.prepared.calibrated.calibration.fit_days)
    jumps = [
        tell(
            "run.jump",
            camp=row["camp"],
            before=count_cell(row["simulated_before"]),
            after=count_cell(row["forecast"]),
            counted=count_cell(row["counted_last"]),
            day=row["counted_on"],
        )
        for row in seam_facts(ran, known)
    ]
    date = dated(ran.outcome.dates[known.until])
    stdout().print(tell("run.seam", date=date, jumps=listed(jumps)), soft_wrap=True, markup=False)
    alone = spread_cell(spread_of(ran.alone.camp_counts[:, -1].sum(axis=1)))
    stdout().print(tell("run.sum_given", alone=alone), soft_wrap=True)


def _row(row: dict[str, object], seam: str | None) -> list[str]:
    last, full = row["last_day"], row["full"]
    return [
        camp_name(str(row["camp"])),
        spread_cell(last),  # type: ignore[arg-type]
        count_cell(row["registered"]) + ("*" if row["registered_counted"] is False else ""),
        limit_cell(row["capacity_in_force"], row["capacity"]),
        "–" if row["capacity_in_force"] is None else full_cell(full, seam),  # type: ignore[arg-type]
    ]


def _show_fit(facts: dict[str, object]) -> None:
    ard: dict[str, dict[str, float | None]] = facts["ard"]  # type: ignore[assignment]
    steps: dict[str, object] = facts["steps"]  # type: ignore[assignment]
    told = {name: plus_minus(values["mean"], values["sd"]) for name, values in ard.items()}
    alone = ard["normal"]["sd"] is None
    stdout().print(tell("run.ard_alone" if alone else "run.ard", **told), soft_wrap=True)
    stdout().print(tell("run.steps", **{**steps, "mean": in_language(str(steps["mean"]))}), soft_wrap=True)
