"""``havre audit register`` and ``report``: what is claimed of border systems, by whom, and pages about them."""

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from havre.cli.console import number, stdout, table, write_json
from havre.cli.language import language
from havre.cli.options import Json
from havre.texts import say

if TYPE_CHECKING:
    from havre.audit.register.models import Entry
    from havre.audit.report.page import Page

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)


def tell(key: str, /, **fields: object) -> str:
    """Say a sentence of the catalogue ``audit_register`` in the language of this process."""
    return say("audit_register", key, language(), **fields)


System = Annotated[str, typer.Argument(metavar="SYSTEM", help=tell("register.system"))]


def today() -> date:
    """Tell the day [UTC]; nothing further in asks a clock."""
    return datetime.now(UTC).date()


@app.command("list", help=tell("register.list"))
def list_systems(as_json: Json = False) -> None:  # noqa: FBT002 - a flag of the command line
    """List the entries."""
    from havre.audit.register.load import load_register

    register = load_register()
    rows = [_summary(entry) for entry in register.entries.values()]
    if as_json:
        write_json({"counts": register.counts(), "entries": rows})
        return
    names = ("system", "name", "claims", "unknown", "unverified", "checked")
    title = tell("register.title", **register.counts())
    cells = [[str(row[name]) for name in names] for row in rows]
    table(title, [tell(f"column.{name}") for name in names], cells)


def _summary(entry: "Entry") -> dict[str, object]:
    return {
        "system": entry.id,
        "name": entry.name.text(language()),
        "kind": entry.kind,
        "claims": sum(not claim.is_absent for claim in entry.claims),
        "unknown": sum(claim.is_absent for claim in entry.claims),
        "unverified": sum(claim.is_unverified for claim in entry.claims),
        "checked": entry.checked_on,
    }


@app.command(help=tell("register.show"))
def show(system: System, as_json: Json = False) -> None:  # noqa: FBT002 - a flag of the command line
    """Show the claims of one entry."""
    from havre.audit.register.export import to_json
    from havre.audit.register.load import load_register

    register = load_register()
    entry = register.system(system)
    if as_json:
        typer.echo(to_json(register, [entry]), nl=False)
        return
    stdout().print(entry.name.text(language()), style="bold", markup=False)
    for claim in entry.claims:
        source = register.sources[claim.source]
        marks = [tell(f"report.status.{claim.status}"), tell(f"report.verification.{claim.verification}"),
                 str(claim.date), source.named(language())]  # fmt: skip
        stdout().print(f"{claim.id}\n  {claim.text(language())}\n  {' · '.join(marks)}", soft_wrap=True, markup=False)
    _warn_if_stale(entry)


def _warn_if_stale(entry: "Entry") -> None:
    if entry.is_stale(today()):
        days = number(entry.days_since_check(today()))
        stdout().print(tell("register.stale", entry=entry.id, days=days), markup=False)


@app.command(help=tell("register.export"))
def export(
    system: Annotated[str | None, typer.Argument(metavar="[SYSTEM]", help=tell("register.system"))] = None,
    form: Annotated[str, typer.Option("--format", help=tell("register.format"))] = "json",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help=tell("register.out"))] = None,
) -> None:
    """Write the register."""
    from havre.audit.register.export import json_schema, to_csv, to_json, to_json_ld
    from havre.audit.register.load import load_register
    from havre.whole_files import write_whole

    register = load_register()
    entries = list(register.entries.values()) if system is None else [register.system(system)]
    writers = {"json": to_json, "csv": to_csv, "jsonld": to_json_ld}
    if form not in (*writers, "schema"):
        raise typer.BadParameter(tell("register.bad_format", text=form))
    text = json_schema() if form == "schema" else writers[form](register, entries)
    if out is None:
        typer.echo(text, nl=False)
    else:
        write_whole(out, text.encode("utf-8"))


@app.command(help=tell("register.check"))
def check(
    folder: Annotated[Path | None, typer.Argument(metavar="[FOLDER]", help=tell("register.folder"))] = None,
) -> None:
    """Check a register."""
    from havre.audit.register.checks import check_days
    from havre.audit.register.load import load_register, read_register
    from havre.errors import FileError

    if folder is not None and not (folder / "entries").is_dir():
        raise FileError("file.missing", path=folder / "entries")
    register = load_register() if folder is None else read_register(folder)
    check_days(register, today())
    stdout().print(tell("register.sound", **register.counts()), markup=False, soft_wrap=True)
    for entry in register.entries.values():
        _warn_if_stale(entry)


@app.command(help=tell("register.annex"))
def annex(system: System, as_json: Json = False) -> None:  # noqa: FBT002 - a flag of the command line
    """Show an entry by the points of Annex VIII of the AI Act."""
    from havre.audit.register.load import load_register
    from havre.audit.register.views import annex_rows

    register = load_register()
    entry = register.system(system)
    rows = annex_rows(register, entry)
    names = {point: (each.fr if language() == "fr" else each.en) for point, each in register.vocabulary.annex.items()}
    lacking = [row.point for row in rows if not row.claims]
    here_only = [row.point for row in rows if row.claims and not row.asked]
    if as_json:
        points = [
            {"point": row.point, "name": names[row.point], "asked": row.asked, "public": False,
             "claims": [claim.id for claim in row.claims]}
            for row in rows
        ]  # fmt: skip
        write_json({"system": entry.id, "points": points, "not_asked": [row.point for row in rows if not row.asked]})
        return
    cells = [
        [row.point, names[row.point], tell(f"annex.{'asked' if row.asked else 'not_asked'}"),
         ", ".join(claim.id for claim in row.claims) or tell("annex.nothing")]
        for row in rows
    ]  # fmt: skip
    columns = [tell(f"column.{name}") for name in ("point", "asks", "asked", "here")]
    table(tell("annex.title", name=entry.name.text(language())), columns, cells)
    asked = sum(row.asked for row in rows)
    counts = {"all": len(rows), "asked": asked, "not_asked": len(rows) - asked}
    stdout().print(tell("annex.gap", **counts), soft_wrap=True, markup=False)
    key = "annex.here" if here_only else "annex.nothing_more"
    told = {"here": len(rows) - len(lacking), "points": ", ".join(here_only)}
    stdout().print(tell(key, **told), soft_wrap=True, markup=False)
    stdout().print(tell("annex.lead"), soft_wrap=True, markup=False)


def report(
    system: System,
    full: Annotated[bool, typer.Option("--full", help=tell("system.full"))] = False,  # noqa: FBT002 - a flag
    out: Annotated[Path | None, typer.Option("--out", metavar="PATH", help=tell("system.out"))] = None,
) -> None:
    """Write the report about one entry."""
    from havre.audit.register.load import load_register
    from havre.audit.report.page import Page
    from havre.audit.report.render import Length, render_html, render_pdf, report_files
    from havre.whole_files import write_whole

    register = load_register()
    entry = register.system(system)
    if out is not None and not out.suffix:
        # All are made before the first is written; reports of other systems in the folder stay.
        for name, content in list(report_files(register, entry, today())):
            write_whole(out / name, content)
    else:
        if out is not None and out.suffix not in (".html", ".pdf"):
            raise typer.BadParameter(tell("system.bad_ending", path=out))
        if out is None and sys.stdout.isatty():
            _show_report(Page(register, entry, language(), today()))
            return
        length: Length = "full" if full else "one_page"
        html = render_html(register, entry, language(), length, today())
        if out is None:
            typer.echo(html, nl=False)
            return
        write_whole(out, render_pdf(html, length) if out.suffix == ".pdf" else html.encode("utf-8"))
    stdout().print(tell("system.written", path=out), soft_wrap=True, markup=False)


def _show_report(page: "Page") -> None:
    """Tell a report in a terminal, where nobody reads HTML."""
    from havre.audit.report.text import lines_of

    for line in lines_of(page):
        stdout().print(line, soft_wrap=False, markup=False)
    stdout().print(tell("system.hint", system=page.entry.id), soft_wrap=True, markup=False)
