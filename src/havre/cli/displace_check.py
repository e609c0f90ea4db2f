"""``havre displace check`` and ``quirks``: what an instance holds, its faults, and where Flee and its manual part."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from havre.cli.console import number, stdout, table, write_json
from havre.cli.displace_options import (
    Asked,
    Folder,
    Hasten,
    Lenient,
    Prepared,
    RulesOption,
    SettingsFile,
    Switches,
    Validation,
    WithoutAgentsOut,
    prepare,
    tell,
)
from havre.cli.displace_show import camp_name, count_cell, limit_cell, show_warnings
from havre.cli.language import language
from havre.cli.options import Json
from havre.errors import Term
from havre.texts import Language, say

if TYPE_CHECKING:
    from havre.errors import Problem

FAULTY = 2
"""Exit code of a faulty instance, as of every bad input."""


def check(
    folder: Folder,
    settings: SettingsFile = None,
    validation: Validation = None,
    rules: RulesOption = "flee",
    switch: Switches = None,
    hasten: Hasten = None,
    lenient: Lenient = False,  # noqa: FBT002 - a flag of the command line
    without_agents_out: WithoutAgentsOut = False,  # noqa: FBT002
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """Check an instance; the help text stands in the catalogue."""
    from havre.errors import DisplacementError

    asked = Asked(
        folder=folder,
        settings=settings,
        validation=validation,
        rules=rules,
        switches=switch or (),
        hasten=hasten,
        lenient=lenient,
        without_agents_out=without_agents_out,
    )
    try:
        prepared = prepare(asked)
        check_runs(prepared)
    except DisplacementError as error:
        if not as_json:
            raise
        write_json({"folder": str(folder), "faults": _told(error.problems), "warnings": [], "instance": None})
        raise typer.Exit(FAULTY) from error
    facts = summary(folder, prepared)
    if as_json:
        write_json(facts)
    else:
        show(folder, prepared, facts)


def check_runs(prepared: Prepared) -> None:
    """Make an instance ready to be simulated and go through its days, without simulating it.

    Raises
    ------
    DisplacementError : it asks for what cannot be counted, or cannot be simulated
    """
    from havre.displacement.rehearsal import rehearse
    from havre.displacement.simulate import make_plan

    rehearse(make_plan(prepared.instance, prepared.rules, prepared.occupancy, prepared.days))


def summary(folder: Path, prepared: Prepared) -> dict[str, object]:
    """Tell what the instance holds and what is odd about it, as plain data."""
    from havre.displacement.instance_summary import summary as summary_of

    notes = [note.sentence() for note in prepared.notes]
    return {
        "folder": str(folder),
        "faults": [],
        "warnings": _told(prepared.warnings),
        "notes": notes,
        "instance": summary_of(prepared.instance),
    }


def _told(problems: "tuple[Problem, ...]") -> list[dict[str, object]]:
    """Give problems for programs: key and fields beside what a person reads; a setting's own key is ``setting``."""
    spoken = language()
    return [
        {
            "key": problem.key,
            **{"setting" if name == "key" else name: _plain(value, spoken) for name, value in problem.fields},
            "sentence": problem.sentence(spoken),
            "advice": problem.advice(spoken),
        }
        for problem in problems
    ]


def _plain(value: object, spoken: Language) -> int | float | str:
    """Give a number as it is, a word of the catalogue as it reads, and anything else as text."""
    if isinstance(value, Term):
        return say("errors", value, spoken)
    return value if isinstance(value, int | float) else str(value)


def show(folder: Path, prepared: Prepared, facts: dict[str, object]) -> None:
    """Print what the instance holds, camp by camp, and what is odd about it."""
    console = stdout()
    found: dict[str, object] = facts["instance"]  # type: ignore[assignment]
    places: dict[str, int] = found["places"]  # type: ignore[assignment]
    kinds = ", ".join(f"{tell(f'check.kind.{kind}')} {count}" for kind, count in places.items() if kind != "total")
    told = {name: found[name] for name in ("name", "start", "end", "days", "roads", "closures", "conflict_zones")}
    told["road_km"] = number(float(str(found["road_km"])))
    told["population"] = number(float(str(found["population"])))
    console.print(tell("check.size", places=places["total"], kinds=kinds, **told), soft_wrap=True, markup=False)
    camps: dict[str, int] = found["camps"]  # type: ignore[assignment]
    columns = [tell(f"check.column.{name}") for name in ("camp", "capacity", "holds", "first", "last")]
    table("", columns, [_camp_row(prepared, name, capacity) for name, capacity in camps.items()])
    changed: dict[str, object] = found["settings"]  # type: ignore[assignment]
    path = found["settings_file"] or tell("show.defaults")
    console.print(tell("show.settings", path=path), soft_wrap=True, markup=False)
    if changed:
        values = ", ".join(f"{key} = {value}" for key, value in changed.items())
        console.print(tell("check.changed", values=values), soft_wrap=True, markup=False)
    for note in prepared.notes:
        console.print(f"! {note.sentence()}", soft_wrap=True, markup=False)
    show_warnings(prepared.warnings)
    console.print(tell("check.good", folder=folder, count=len(prepared.warnings)), soft_wrap=True, markup=False)


def _camp_row(prepared: Prepared, name: str, capacity: int) -> list[str]:
    """Give a camp with its capacity, what holds of it on day 0, and its registrations on the first and last day."""
    from math import isfinite

    from havre.displacement.camp_capacities import camp_capacities
    from havre.displacement.camp_series import registered

    series = registered(prepared.instance, prepared.days)
    counts = series.counts[:, series.camps.index(name)]
    hasten = prepared.instance.settings.hasten
    first, last = (count_cell(float(count) * hasten) for count in (counts[0], counts[-1]))
    limit = float(camp_capacities(prepared.instance, prepared.rules, series, (name,), 1)[0, 0]) * hasten
    written = number(capacity) if capacity > 0 else "–"
    return [camp_name(name), written, limit_cell(limit if isfinite(limit) else None, capacity), first, last]


def tell_quirk(key: str, spoken: Language | None = None) -> str:
    """Say a sentence of the catalogue ``quirks``."""
    return say("quirks", key, spoken or language())


def quirks(as_json: Json = False) -> None:  # noqa: FBT002 - a flag of the command line
    """List the switches; the help text stands in the catalogue."""
    from havre.displacement.rules import QUIRKS

    parts = ("title", "flee", "manual")
    rows = [{"switch": name, **{part: tell_quirk(f"{name}.{part}") for part in parts}} for name in QUIRKS]
    if as_json:
        write_json({"rules": {"flee": "every switch on", "documented": "every switch off"}, "switches": rows})
        return
    console = stdout()
    console.print(tell("quirks.intro", count=len(rows)), soft_wrap=True)
    for row in rows:
        console.print()
        console.print(f"{row['switch']}: {row['title']}", style="bold", soft_wrap=True, markup=False)
        for part in ("flee", "manual"):
            console.print(f"  {tell(f'quirks.{part}')}: {row[part]}", soft_wrap=True, markup=False)
