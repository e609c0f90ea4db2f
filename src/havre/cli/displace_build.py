"""``havre displace build``: an instance from tables of places, roads, conflict events and registrations."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from havre.cli.console import stdout, write_json
from havre.cli.displace_options import SettingsFile, tell
from havre.cli.language import language
from havre.cli.options import Json, parse_day
from havre.errors import DisplacementError, Problem, check_none
from havre.texts import say

if TYPE_CHECKING:
    from havre.displacement.build import BuildOptions, BuildSources, Built
    from havre.displacement.build_notes import Note

TABLES = ("places", "registrations", "roads", "events")
MOST_NOTES = 12
"""Notes of a kind that are printed; the report has all."""


def _help(key: str) -> str:
    return tell(f"build.option.{key}")


_Terms = Annotated[list[str] | None, typer.Option("--source", metavar="TABLE=TEXT", help=_help("source"))]
_Licences = Annotated[list[str] | None, typer.Option("--licence", metavar="TABLE=TEXT", help=_help("licence"))]
_EventTypes = Annotated[list[str] | None, typer.Option("--event-type", help=_help("event_type"))]
_Start = Annotated[date | None, typer.Option("--start", parser=parse_day, metavar="DAY", help=_help("start"))]
_Neighbours = Literal["gabriel", "delaunay", "nearest"]
_Borders = Literal["land", "all", "given"]
_Measure = Literal["deaths", "events"]


def build(
    out: Annotated[Path, typer.Argument(metavar="FOLDER", help=_help("out"))],
    places: Annotated[Path, typer.Option("--places", metavar="FILE", help=_help("places"))],
    registrations: Annotated[Path, typer.Option("--registrations", metavar="FILE", help=_help("registrations"))],
    roads: Annotated[Path | None, typer.Option("--roads", metavar="FILE", help=_help("roads"))] = None,
    events: Annotated[Path | None, typer.Option("--events", metavar="FILE", help=_help("events"))] = None,
    source: _Terms = None,
    licence: _Licences = None,
    name: Annotated[str | None, typer.Option("--name", help=_help("name"))] = None,
    home: Annotated[str | None, typer.Option("--home", help=_help("home"))] = None,
    keep_unknown_countries: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--keep-unknown-countries", help=_help("keep_unknown_countries"))
    ] = False,
    start: _Start = None,
    length: Annotated[int | None, typer.Option("--length", min=1, help=_help("length"))] = None,
    detour: Annotated[float | None, typer.Option("--detour", help=_help("detour"))] = None,
    neighbours: Annotated[_Neighbours | None, typer.Option("--neighbours", help=_help("neighbours"))] = None,
    nearest: Annotated[int | None, typer.Option("--nearest", help=_help("nearest"))] = None,
    infer_roads: Annotated[bool, typer.Option("--infer-roads", help=_help("infer_roads"))] = False,  # noqa: FBT002
    borders: Annotated[_Borders | None, typer.Option("--borders", help=_help("borders"))] = None,
    longest_link_km: Annotated[float | None, typer.Option("--longest-link-km", help=_help("longest_link_km"))] = None,
    event_distance_km: Annotated[
        float | None, typer.Option("--event-distance-km", help=_help("event_distance_km"))
    ] = None,
    conflict_measure: Annotated[
        _Measure | None, typer.Option("--conflict-measure", help=_help("conflict_measure"))
    ] = None,
    conflict_threshold: Annotated[
        float | None, typer.Option("--conflict-threshold", help=_help("conflict_threshold"))
    ] = None,
    window_days: Annotated[int | None, typer.Option("--window-days", help=_help("window_days"))] = None,
    quiet_days: Annotated[int | None, typer.Option("--quiet-days", help=_help("quiet_days"))] = None,
    lookback_days: Annotated[int | None, typer.Option("--lookback-days", help=_help("lookback_days"))] = None,
    coarsest_ucdp: Annotated[int | None, typer.Option("--coarsest-ucdp", help=_help("coarsest_ucdp"))] = None,
    coarsest_acled: Annotated[int | None, typer.Option("--coarsest-acled", help=_help("coarsest_acled"))] = None,
    event_type: _EventTypes = None,
    settings: SettingsFile = None,
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """Build an instance; the help text stands in the catalogue."""
    from havre.displacement.build import build_folder

    files = {"places": places, "registrations": registrations, "roads": roads, "events": events}
    sources = sources_of(files, source or (), licence or ())
    options = options_of(
        settings,
        name=name,
        home=home,
        keep_unknown_countries=keep_unknown_countries,
        start=start,
        length=length,
        detour=detour,
        neighbours=neighbours,
        nearest=nearest,
        infer_roads=infer_roads,
        borders=borders,
        longest_link_km=longest_link_km,
        event_distance_km=event_distance_km,
        conflict_measure=conflict_measure,
        conflict_threshold=conflict_threshold,
        window_days=window_days,
        quiet_days=quiet_days,
        lookback_days=lookback_days,
        coarsest_ucdp=coarsest_ucdp,
        coarsest_acled=coarsest_acled,
        event_types=tuple(event_type) if event_type else None,
    )
    built = build_folder(sources, out, options)
    if as_json:
        from havre.displacement.build_report import JSON_REPORT

        write_json({"folder": str(out), **json.loads((out / JSON_REPORT).read_text(encoding="utf-8"))})
    else:
        show(built, out)


def sources_of(files: "dict[str, Path | None]", named: Sequence[str], licences: Sequence[str]) -> "BuildSources":
    """Put each table together with who made it and under which terms.

    Raises
    ------
    DisplacementError : a source or a licence has no such form, or is of a table that is not given; all are told
    """
    from havre.displacement.build import BuildSources, TableFile

    given = {name: path for name, path in files.items() if path is not None}
    problems: list[Problem] = []
    texts = {option: _by_table(option, each, given, problems)
             for option, each in (("--source", named), ("--licence", licences))}  # fmt: skip
    check_none(problems, DisplacementError)
    tables = {
        name: TableFile(path, texts["--source"].get(name, ""), texts["--licence"].get(name, ""))
        for name, path in given.items()
    }
    return BuildSources(**tables)


def _by_table(option: str, texts: Sequence[str], given: "dict[str, Path]", problems: list[Problem]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        table, _, said = text.partition("=")
        if table.strip() in given and said.strip():
            found[table.strip()] = said.strip()
        else:
            problems.append(
                Problem.of("displacement.cli.table_text", option=option, text=text, tables=", ".join(given))
            )
    return found


def options_of(settings: Path | None, **given: object) -> "BuildOptions":
    """Take the options that were given; all others are those of :class:`BuildOptions`.

    Raises
    ------
    DisplacementError : the settings file has faults
    """
    from havre.displacement.build import BuildOptions
    from havre.displacement.setting_file import read_settings

    chosen = {name: value for name, value in given.items() if value is not None}
    if settings is not None:
        chosen["settings"] = read_settings(settings)[0]
    return BuildOptions(**chosen)  # type: ignore[arg-type]  # each is checked by build_folder


def show(built: "Built", out: Path) -> None:
    """Print what was built: terms and warnings first, then what was assumed, and which rows were left out."""
    from havre.displacement.build_report import REPORTS

    console, instance = stdout(), built.instance
    facts = {
        "name": instance.name,
        "start": instance.start,
        "length": instance.length,
        "places": len(instance.locations),
        "camps": sum("camp" in place.location_type for place in instance.locations),
        "zones": len(instance.conflicts.names),
        "roads": len(instance.routes),
    }
    console.print(tell("build.size", **facts), soft_wrap=True, markup=False)
    show_notes(built.terms, "terms")
    for kind in ("warned", "assumed", "told"):
        show_notes([note for note in built.assumptions if note.kind == kind], kind)
    console.print(say("displace_build", "report.rows", language()), style="bold")
    for count in built.counts:
        table = say("displace_build", f"table.{count.table}", language())
        row = say("displace_build", "report.read", language(), table=table, read=count.read, used=count.used)
        console.print(f"- {row}", soft_wrap=True, markup=False)
        for reason, number in count.dropped.items():
            why = say("displace_build", f"dropped.{reason}", language())
            left_out = say("displace_build", "report.dropped", language(), count=number, reason=why)
            console.print(f"  - {left_out}", soft_wrap=True, markup=False)
    console.print(tell("build.written", path=out, report=REPORTS[language()]), soft_wrap=True, markup=False)


def show_notes(notes: "Sequence[Note]", kind: str) -> None:
    """Print notes of a kind under their heading."""
    if not notes:
        return
    console = stdout()
    console.print(say("displace_build", f"report.{kind}", language()), style="bold")
    for note in notes[:MOST_NOTES]:
        console.print(f"- {note.sentence(language())}", soft_wrap=True, markup=False)
    if len(notes) > MOST_NOTES:
        console.print(tell("build.more", count=len(notes) - MOST_NOTES), soft_wrap=True)
