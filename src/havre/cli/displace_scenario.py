"""``havre displace scenario``: what changes in each camp IF a border closes, a camp opens, more people come."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from havre.cli.console import progress_bar, stderr, stdout, table, write_json
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
    Replicas,
    RulesOption,
    SettingsFile,
    Switches,
    Validation,
    WithoutAgentsOut,
    Workers,
    prepare,
    tell,
)
from havre.cli.displace_scenario_options import Quick, scenario_of
from havre.cli.displace_show import camp_name, dated, show_asked, show_cost, show_few
from havre.cli.displace_simulate import parse_workers
from havre.cli.language import language
from havre.cli.options import DEFAULT_SEED, Json, Seed
from havre.cli.plots import PictureFile, Plot, plots_wanted

if TYPE_CHECKING:
    from havre.displacement.comparison import Comparison
    from havre.pictures import Picture

REPLICAS = 100
"""Pairs of runs unless asked otherwise."""
Several = list[str] | None


def _help(key: str) -> str:
    return tell(f"scenario.option.{key}")


def scenario(
    folder: Folder,
    file: Annotated[Path | None, typer.Option("--file", metavar="FILE", help=_help("file"))] = None,
    close_border: Annotated[Several, typer.Option("--close-border", metavar="A,B", help=_help("close_border"))] = None,
    close_link: Annotated[Several, typer.Option("--close-link", metavar="A,B", help=_help("close_link"))] = None,
    close_location: Annotated[Several, typer.Option("--close-location", help=_help("close_location"))] = None,
    close_camp: Annotated[Several, typer.Option("--close-camp", help=_help("close_camp"))] = None,
    open_border: Annotated[Several, typer.Option("--open-border", metavar="A,B", help=_help("open_border"))] = None,
    open_link: Annotated[Several, typer.Option("--open-link", metavar="A,B", help=_help("open_link"))] = None,
    open_camp: Annotated[Several, typer.Option("--open-camp", help=_help("open_camp"))] = None,
    capacity: Annotated[Several, typer.Option("--capacity", metavar="CAMP=N|xF", help=_help("capacity"))] = None,
    conflict: Annotated[Several, typer.Option("--conflict", metavar="PLACE", help=_help("conflict"))] = None,
    peace: Annotated[Several, typer.Option("--peace", metavar="PLACE", help=_help("peace"))] = None,
    arrivals: Annotated[str | None, typer.Option("--arrivals", metavar="xF|FILE", help=_help("arrivals"))] = None,
    start: Annotated[str | None, typer.Option("--from", metavar="DAY", help=_help("from"))] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="DAY", help=_help("until"))] = None,
    on_day: Annotated[int, typer.Option("--on-day", help=_help("on_day"))] = -1,
    settings: SettingsFile = None,
    validation: Validation = None,
    rules: RulesOption = "flee",
    switch: Switches = None,
    occupancy: OccupancyOption = "adaptive",
    replicas: Replicas = REPLICAS,
    days: Days = None,
    hasten: Hasten = None,
    lenient: Lenient = False,  # noqa: FBT002 - a flag of the command line
    without_agents_out: WithoutAgentsOut = False,  # noqa: FBT002
    seed: Seed = DEFAULT_SEED,
    workers: Workers = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FOLDER", help=_help("out"))] = None,
    plot: Plot = False,  # noqa: FBT002
    picture: PictureFile = None,
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """Compare an instance with and without changes; the help text stands in the catalogue."""
    meter = Meter.start()
    from havre.displacement.comparison import compare
    from havre.displacement.comparison_words import summary
    from havre.whole_files import check_writable

    quick = Quick(
        closed={"border": close_border, "link": close_link, "location": close_location, "camp": close_camp},
        opened={"border": open_border, "link": open_link, "camp": open_camp},
        capacity=capacity or (),
        conflict=conflict or (),
        peace=peace or (),
        arrivals=arrivals,
        start=start,
        until=until,
    )
    supposed = scenario_of(file, quick)
    wanted = plots_wanted(plot=plot, file=picture, as_json=as_json)
    if picture is not None:
        check_writable(picture)
    if out is not None:
        from havre.record.folder import check_free

        check_free(out)
    processes, cluster = parse_workers(workers)
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
    if not -prepared.days <= on_day < prepared.days:
        raise typer.BadParameter(tell("scenario.no_day", day=on_day, last=prepared.days - 1))
    with progress_bar() as progress:
        found = compare(
            prepared.instance,
            supposed,
            replicas=replicas,
            seed=seed,
            rules=prepared.rules,
            occupancy=occupancy,
            days=prepared.days,
            workers=processes,
            cluster=cluster,
            progress=progress,
        )
    cost = meter.as_dict(2 * replicas, cluster)
    facts = {**asked_facts(folder, prepared, seed, replicas), **summary(found, day=on_day)}
    if as_json:
        write_json(facts)
        show_cost(cost, stderr())
    else:
        show(prepared, found, seed, on_day)
        show_cost(cost)
    wanted.show(lambda: scenario_picture(found, on_day))
    if out is not None:
        from havre.cli.displace_scenario_files import write_comparison

        sys.stdout.flush()
        write_comparison(found, facts, out)
        if not as_json:
            stdout().print(tell("scenario.written", path=out), soft_wrap=True, markup=False)


def show(prepared: Prepared, found: "Comparison", seed: int, day: int) -> None:
    """Print the condition first, then what changes in each camp, and what such a table does not say."""
    from havre.displacement.comparison_words import tell as tell_comparison

    console, told = stdout(), tell_comparison(found, language(), day=day)
    console.print(f" {told.title} ", style="bold reverse", markup=False, soft_wrap=True)
    for line in told.supposed:
        console.print(line, style="bold", markup=False, soft_wrap=True)
    show_asked(prepared, seed, found.base.replicas)
    rows = [[camp_name(cell) for cell in row] for row in told.rows]
    table("", [camp_name(name) for name in told.header], rows)
    show_few(found.base.replicas)
    for line in (told.reading, *told.sentences, *told.limits):
        console.print(line, markup=False, soft_wrap=True)


def scenario_picture(found: "Comparison", day: int) -> "Picture":
    """Draw what changes in each camp on a day."""
    import polars as pl

    from havre.displacement.comparison_words import supposed
    from havre.pictures import Picture, ScenarioCampsChart

    base = found.base
    names = ("camp", "base", "change", "low", "high")
    changes = pl.DataFrame([{name: row[name] for name in names} for row in found.rows(day)])
    unit = tell("picture.people") if base.hasten == 1 else tell("picture.persons", hasten=base.hasten)
    condition = " ".join(supposed(found.applied.scenario, base.start, language()))
    title = tell("scenario.picture", day=dated(base.dates[day]))
    chart = ScenarioCampsChart(title, condition, unit, changes)
    made = tell("scenario.made", name=base.name, replicas=base.replicas, seed=base.seed)
    return Picture(tell("scenario.heading", name=base.name), (chart,), (tell("picture.automated"), made), language())
