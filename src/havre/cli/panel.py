"""``havre panel``: what is there, how good it is, take it out, bring your own in."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from havre.cli.console import stdout, table, write_json
from havre.cli.language import language, tell
from havre.cli.options import Day, Destination, Json, Measure, Origin, Panel, Source, as_day

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
_SHOWN = 40
"""Findings printed; all of them are in the JSON."""


@app.command(help=tell("panel.status"))
def status(panel: Panel = None, known_on: Day = None, as_json: Json = False) -> None:  # noqa: FBT002 - a flag
    """Tell what the panel holds."""
    from havre.panel.checks import summary
    from havre.panel.measures import measure
    from havre.pipeline import load_panel
    from havre.sources.catalogue import source

    rows = summary(load_panel(panel).known_on(as_day(known_on)).observations).to_dicts()
    if as_json:
        terms = {str(row["source"]): source(str(row["source"])).model_dump() for row in rows}
        write_json({"panel": rows, "sources": terms})
        return
    names = ("measure", "source", "frequency", "origins", "destinations", "rows", "first", "last", "as_of")
    cells = [
        [
            f"{row['measure']}\n{measure(str(row['measure'])).name(language())}",
            *(
                str(row[name])
                for name in (
                    "source",
                    "frequency",
                    "origins",
                    "destinations",
                    "rows",
                    "first_period",
                    "last_period",
                    "latest_as_of",
                )
            ),
        ]
        for row in rows
    ]
    table(tell("panel.title"), [tell(f"panel.column.{name}") for name in names], cells)


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
        rows = [["–" if value is None else str(value) for value in row] for row in findings.head(_SHOWN).iter_rows()]
        if rows:
            table(tell("panel.findings"), findings.columns, rows)
        stdout().print(tell("panel.found", count=findings.height, errors=errors, shown=min(_SHOWN, findings.height)))
    if errors:
        raise typer.Exit(1)


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
    from havre.pipeline import load_panel

    data = load_panel(panel).known_on(as_day(known_on)).observations
    chosen = select_observations(data, measure=measure, destination=destination, origin=origin, source=source)
    export_observations(chosen, out)
    stdout().print(tell("panel.exported", rows=chosen.height, path=out))


@app.command("import", help=tell("panel.import"))
def import_file(
    provider: Annotated[str, typer.Argument(help=tell("panel.provider"))],
    file: Annotated[Path, typer.Argument(help=tell("panel.file"))],
    store: Annotated[str, typer.Option("--store", help=tell("panel.store"))],
    as_of: Annotated[datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help=tell("panel.as_of"))] = None,
) -> None:
    """Bring a file of your own into a panel store."""
    from havre.pipeline import import_observations

    if provider != "observations" and as_of is None:
        raise typer.BadParameter(tell("panel.needs_as_of"))
    added = import_observations(provider, file, store, as_of=as_day(as_of))
    stdout().print(tell("panel.imported", rows=added, store=store))
