"""``havre alarms``: where a surge of arrivals is likely enough to warn of it, and how such warnings did before."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from havre.cli.console import number, progress_bar, say_reference, stdout, table, write_json
from havre.cli.language import language
from havre.cli.options import (
    DEFAULT_SEED,
    Day,
    Destination,
    Json,
    LeaveOutGaps,
    Measure,
    NoCache,
    Origin,
    Panel,
    Seed,
    Source,
    Workers,
    kept_forecasts,
    requests,
)
from havre.cli.plots import PictureFile, Plot, alarms_picture, plots_wanted
from havre.texts import say

if TYPE_CHECKING:
    from havre.draws import SeriesKey
    from havre.forecast.alarms import AlarmOptions, AlarmOutlook, SurgeWatch
    from havre.record.wording import Wording


def tell(key: str, /, **fields: object) -> str:
    """Say a sentence of the catalogue ``alarms`` in the language of this process."""
    return say("alarms", key, language(), **fields)


def alarms(
    measure: Measure = None,
    destination: Destination = None,
    origin: Origin = None,
    source: Source = None,
    panel: Panel = None,
    known_on: Day = None,
    budget: Annotated[float, typer.Option("--budget", help=tell("option.budget"))] = 1.0,
    horizon: Annotated[int, typer.Option("--horizon", help=tell("option.horizon"))] = 3,
    past: Annotated[int, typer.Option("--past", min=1, max=240, help=tell("option.past"))] = 36,
    show_all: Annotated[bool, typer.Option("--all", help=tell("option.all"))] = False,  # noqa: FBT002
    leave_out_gaps: LeaveOutGaps = False,  # noqa: FBT002 - a flag of the command line
    seed: Seed = DEFAULT_SEED,
    workers: Workers = None,
    no_cache: NoCache = False,  # noqa: FBT002 - a flag of the command line
    plot: Plot = False,  # noqa: FBT002
    picture: PictureFile = None,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Watch for surges; the help text stands in the catalogue."""
    from havre.forecast.alarms import AlarmOptions, find_alarms
    from havre.pipeline import find_scopes, load_panel
    from havre.scale import usable_workers

    asked = requests(measure=measure, destination=destination, origin=origin, source=source)
    wanted_plots = plots_wanted(plot=plot, file=picture, as_json=as_json)
    options = AlarmOptions(
        horizons=horizon,
        budget=budget,
        seed=seed,
        past_origins=past,
        # The reference snapshot has known gaps (small destinations): those series are named and left out.
        leave_out_gaps=leave_out_gaps or panel is None,
        workers=workers or usable_workers(),
        kept=kept_forecasts(no_cache=no_cache),
    )
    data = load_panel(panel).known_on(known_on)
    with progress_bar() as progress:
        found = [
            find_alarms(data.observations, scope, options, progress) for scope in find_scopes(data.observations, asked)
        ]
    if as_json:
        write_json(summary(found, options, reference=data.reference))
    else:
        if data.reference:
            say_reference()
        show(found, show_all=show_all)
    wanted_plots.show(lambda: alarms_picture(found, budget, reference=data.reference))


def summary(found: Sequence["AlarmOutlook"], options: "AlarmOptions", *, reference: bool) -> dict[str, object]:
    """Tell all that is watched as plain data, alarms first, each with its reasons in both languages."""
    from havre.pipeline import measure_names
    from havre.record.wording import Wording
    from havre.texts import LANGUAGES

    words = [Wording(each, measure_names()) for each in LANGUAGES]
    return {
        "automated": True,
        "reference_snapshot": reference,
        "budget_per_corridor_year": options.budget,
        "past_origins": options.past_origins,
        "seed": options.seed,
        "scopes": [
            {
                "scope": outlook.scope.id,
                "left_out": [problem.sentence() for problem in outlook.left_out],
                "alarms": [_facts(watch, words) for watch in outlook.alarms],
                "watched": [_facts(watch, []) for watch in outlook.watched if not watch.alarm],
            }
            for outlook in found
        ],
    }


def _facts(watch: "SurgeWatch", words: Sequence["Wording"]) -> dict[str, object]:
    from havre.forecast.alarms import why

    told: dict[str, object] = {
        "measure": watch.key.measure,
        "origin": watch.key.origin,
        "destination": watch.key.destination,
        "last_month": f"{watch.origin:%Y-%m}",
        "target_month": f"{watch.month:%Y-%m}",
        "horizon": watch.horizon,
        "lead_months": watch.lead,
        "chance": watch.chance,
        "threshold": watch.threshold,
        "surge_from": watch.needed,
        "record": _record(watch.record),
        "record_all_series": _record(watch.record_all),
    }
    if words:
        told["why"] = {each.language: why(watch, each) for each in words}
    return told


def _record(record: object) -> dict[str, int]:
    return {name: int(getattr(record, name)) for name in ("months", "hits", "false_alarms", "missed")}


def show(found: Sequence["AlarmOutlook"], *, show_all: bool) -> None:
    """Print the alarms of each scope as a table, then why, once for each series."""
    from havre.pipeline import measure_names
    from havre.record.wording import Wording

    words = Wording(language(), measure_names())
    console = stdout()
    console.print(f"[bold]{tell('automated')}[/bold]")
    console.print(tell("what"), soft_wrap=True)
    for outlook in found:
        console.print()
        _show_scope(outlook, words, show_all=show_all)
        if outlook.left_out:
            console.print(tell("left_out", count=len(outlook.left_out)), soft_wrap=True)


def _show_scope(outlook: "AlarmOutlook", words: "Wording", *, show_all: bool) -> None:
    from havre.forecast.alarms import why

    raised = outlook.alarms
    top = outlook.watched[0]
    ends = sorted(watch.month for watch in outlook.watched)
    months = " – ".join(dict.fromkeys(f"{end:%Y-%m}" for end in (ends[0], ends[-1])))
    counted = {"scope": outlook.scope.id, "series": len({watch.key for watch in outlook.watched}), "months": months}
    if raised:
        heading = tell("heading", alarms=len(raised), **counted)
    else:
        name = words.corridor(top.key.origin, top.key.destination)
        most = {"chance": words.percent(top.chance), "name": name, "month": words.month(top.month)}
        heading = tell("nothing", **counted, **most)
    stdout().print(f"[bold]{heading}[/bold]", soft_wrap=True)
    shown = outlook.watched if show_all else raised
    if shown:
        names = ("series", "month", "ahead", "chance", "threshold", "needed", "record")
        table("", [tell(f"column.{name}") for name in names], [_row(watch, words) for watch in shown])
    # One reason for each series: the month in which a surge is most likely.
    likeliest: dict[SeriesKey, SurgeWatch] = {}
    for watch in raised:
        likeliest.setdefault(watch.key, watch)
    for watch in likeliest.values():
        title = f"{words.corridor(watch.key.origin, watch.key.destination)}, {words.month(watch.month)}"
        stdout().print(f"[bold]{title}.[/bold] {why(watch, words)}\n", soft_wrap=True)


def _row(watch: "SurgeWatch", words: "Wording") -> list[str]:
    record = watch.record
    return [
        words.corridor(watch.key.origin, watch.key.destination),
        f"{watch.month:%Y-%m}",
        str(watch.horizon),
        words.percent(watch.chance),
        "–" if watch.threshold is None else words.percent(watch.threshold),
        number(watch.needed),
        f"{record.hits} / {record.raised} / {record.missed}",
    ]
