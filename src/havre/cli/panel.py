"""``havre panel``: what is there, how good it is, take it out, bring your own in."""

import os
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from havre.cli.console import number, stdout, table, write_json
from havre.cli.language import language, tell
from havre.cli.options import Day, Destination, Json, Measure, Origin, Panel, Source, parse_day

if TYPE_CHECKING:
    import polars as pl

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command(help=tell("panel.status"))
def status(panel: Panel = None, known_on: Day = None, as_json: Json = False) -> None:  # noqa: FBT002 - a flag
    """Tell what the panel holds."""
    from havre.panel.checks import summary
    from havre.panel.measures import measure
    from havre.pipeline import load_panel
    from havre.sources.catalogue import source

    rows = summary(load_panel(panel).known_on(known_on).observations).to_dicts()
    if as_json:
        terms = {str(row["source"]): source(str(row["source"])).model_dump() for row in rows}
        write_json({"panel": rows, "sources": terms})
        return
    names = ("source", "frequency", "origins", "destinations", "rows", "periods", "as_of")
    columns = [tell(f"panel.column.{name}") for name in names]
    for name in dict.fromkeys(str(row["measure"]) for row in rows):
        found = [_status_cells(row) for row in rows if row["measure"] == name]
        table(f"{name}: {measure(name).name(language())}, {measure(name).unit_name(language())}", columns, found)
    for name in sorted({str(row["source"]) for row in rows}):
        stdout().print(f"{name}: {source(name).attribution}. {source(name).licence}.")
    if panel is None:
        stdout().print(f"[bold]{tell('panel.reference')}[/bold]")


def _status_cells(row: dict[str, object]) -> list[str]:
    counted = [str(row[name]) for name in ("source", "frequency", "origins", "destinations", "rows")]
    return [*counted, f"{row['first_period']} – {row['last_period']}", str(row["latest_as_of"])]


@app.command(help=tell("panel.check"))
def check(panel: Panel = None, as_json: Json = False) -> None:  # noqa: FBT002 - a flag
    """Report the quality of the panel; exit code 1 where an error was found."""
    from havre.panel.checks import quality_report
    from havre.pipeline import load_panel

    findings = quality_report(load_panel(panel).observations)
    errors = int((findings["severity"] == "error").sum())
    if as_json:
        write_json({"findings": findings.to_dicts(), "errors": errors})
    else:
        kinds = findings.group_by("check", "severity", "measure", "source", maintain_order=True)
        rows = [[*(str(name) for name in kind), str(found.height), _example(found)] for kind, found in kinds]
        if rows:
            names = ("check", "severity", "measure", "source", "count", "example")
            table(tell("panel.findings"), [tell(f"panel.column.{name}") for name in names], rows)
        stdout().print(tell("panel.found", count=findings.height, errors=errors))
    if errors:
        raise typer.Exit(1)


def _example(findings: "pl.DataFrame") -> str:
    first = findings.row(0, named=True)
    return f"{first['origin']}→{first['destination']} {first['period']}"


@app.command(help=tell("panel.revisions"))
def revisions(
    panel: Panel = None,
    measure: Measure = None,
    destination: Destination = None,
    origin: Origin = None,
    source: Source = None,
    since: Annotated[
        date | None, typer.Option("--since", parser=parse_day, metavar="DAY", help=tell("panel.since"))
    ] = None,
    known_on: Day = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help=tell("panel.limit"))] = 20,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Show what was revised, and what is usual."""
    from havre.panel.revisions import revised_between, revision_habits
    from havre.panel.selection import select_observations
    from havre.pipeline import load_panel

    data = load_panel(panel).known_on(known_on).observations
    chosen = select_observations(data, measure=measure, destination=destination, origin=origin, source=source)
    found, habits = revised_between(chosen, since, known_on), revision_habits(chosen, known_on)
    if as_json:
        write_json({"revisions": found.to_dicts(), "habits": habits.to_dicts()})
        return
    names = ("measure", "corridor", "period", "source", "as_of", "previous", "value")
    rows = [
        [row["measure"], f"{row['origin']}→{row['destination']}", str(row["period"]), row["source"], str(row["as_of"]),
         number(row["previous"]), number(row["value"])]
        for row in found.head(limit).iter_rows(named=True)
    ]  # fmt: skip
    title = tell("panel.revised", count=found.height, shown=len(rows))
    table(title, [tell(f"panel.column.{name}") for name in names], rows)
    names = ("source", "measure", "destination", "values", "lag_days", "revised", "size")
    usual = habits.filter(_seen()).sort("revised", descending=True).head(limit)
    rows = [
        [row["source"], row["measure"], f"{row['destination']} ({row['frequency']})", number(row["values"]),
         number(row["lag_days"]), _share(row["revised"]), _share(row["size"])]
        for row in usual.iter_rows(named=True)
    ]  # fmt: skip
    if rows:
        table(tell("panel.habits"), [tell(f"panel.column.{name}") for name in names], rows)


def _seen() -> "pl.Expr":
    """Tell the series of which a publication or a revision was seen."""
    import polars as pl

    return (pl.col("watched") > 0) | (pl.col("revised") > 0)


def _share(value: float | None) -> str:
    from babel.numbers import format_percent

    return "–" if value is None else str(format_percent(value, format="#,##0.0 %", locale=language()))


@app.command(help=tell("panel.export"))
def export(
    out: Annotated[Path, typer.Argument(help=tell("panel.out"))],
    panel: Panel = None,
    measure: Measure = None,
    destination: Destination = None,
    origin: Origin = None,
    source: Source = None,
    known_on: Day = None,
) -> None:
    """Write observations to a CSV or Parquet file."""
    from havre.panel.selection import select_observations
    from havre.panel.store import export_observations
    from havre.panel.vintage import as_of as vintage
    from havre.pipeline import load_panel

    data = load_panel(panel).observations
    data = vintage(data, known_on) if known_on else data
    chosen = select_observations(data, measure=measure, destination=destination, origin=origin, source=source)
    export_observations(chosen, out)
    stdout().print(tell("panel.exported", rows=chosen.height, path=out))


@app.command("import", help=tell("panel.import"))
def import_file(
    provider: Annotated[str, typer.Argument(help=tell("panel.provider"))],
    file: Annotated[Path, typer.Argument(help=tell("panel.file"))],
    store: Annotated[str | None, typer.Option("--store", help=tell("panel.store"))] = None,
    as_of: Annotated[
        date | None, typer.Option("--as-of", parser=parse_day, metavar="DAY", help=tell("panel.as_of"))
    ] = None,
) -> None:
    """Bring a file of your own into a panel store."""
    from havre.pipeline import import_observations

    if provider != "observations" and as_of is None:
        as_of = day_in_name(file.name)
    if provider != "observations" and as_of is None:
        raise typer.BadParameter(tell("panel.needs_as_of"))
    address = store or default_store(os.environ)
    added = import_observations(provider, file, address, as_of=as_of)
    stdout().print(tell("panel.imported", rows=added, store=address))


def day_in_name(name: str) -> date | None:
    """Give the day that stands in the name of a file, as Frontex writes it; ``None`` where none does.

    Examples
    --------
    >>> day_in_name("Monthly_detections_of_IBC_2026_09_02.xlsx"), day_in_name("Detections_of_IBC_20220204.xlsx")
    (datetime.date(2026, 9, 2), datetime.date(2022, 2, 4))
    """
    found = re.findall(r"(?<!\d)(20\d\d)[_-]?([01]\d)[_-]?([0-3]\d)(?!\d)", name)
    try:
        return date(*(int(part) for part in found[-1])) if found else None
    except ValueError:
        return None


def default_store(environment: Mapping[str, str]) -> str:
    """Give the address of the panel store: ``HAVRE_STORE``, else the folder ``panel-store`` here."""
    return environment.get("HAVRE_STORE") or "panel-store"
