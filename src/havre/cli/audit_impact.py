"""``havre audit impact``: impact assessments, prefilled from register and audit, with your answers."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

import typer

from havre.cli.audit_register import today
from havre.cli.console import stdout, table
from havre.cli.default_command import DefaultCommandGroup
from havre.cli.language import language
from havre.cli.options import Json
from havre.texts import say

if TYPE_CHECKING:
    from havre.audit.impact.assessment import Assessment
    from havre.audit.impact.models import Kind

ENDINGS = (".html", ".pdf", ".odt", ".json")


class _Group(DefaultCommandGroup):
    default: ClassVar[str] = "assess"


app = typer.Typer(cls=_Group, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)


def tell(key: str, /, **fields: object) -> str:
    """Say a sentence of the catalogue ``impact`` in the language of this process."""
    return say("impact", key, language(), **fields)


System = Annotated[str, typer.Argument(metavar="SYSTEM", help=tell("command.system"))]
KindName = Annotated[str, typer.Option("--kind", metavar="fria|dpia", help=tell("command.kind"))]


@app.command("assess", help=tell("command.assess"))
def assess(
    system: System,
    answers: Annotated[
        list[Path] | None, typer.Option("--answers", metavar="FILE", help=tell("command.answers"))
    ] = None,
    kind: KindName = "fria",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help=tell("command.out"))] = None,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Show or write the assessment of a system."""
    from havre.audit.impact.render import render_json
    from havre.whole_files import write_whole

    if out is not None and out.suffix not in ENDINGS:
        raise typer.BadParameter(tell("command.bad_ending", path=out))
    assessment = _assessment(system, _kind(kind), answers or [])
    if out is not None:
        write_whole(out, _content(assessment, out.suffix))
        stdout().print(tell("command.written", path=out), soft_wrap=True, markup=False)
    elif as_json:
        typer.echo(render_json(assessment, language()), nl=False)
    else:
        _show(assessment)


@app.command("questions", help=tell("command.questions"))
def questions(
    system: Annotated[str | None, typer.Argument(metavar="[SYSTEM]", help=tell("command.system"))] = None,
    kind: KindName = "fria",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help=tell("command.blank_out"))] = None,
) -> None:
    """Write a blank answer file for a system."""
    from havre.audit.impact.blank import blank_answers
    from havre.audit.impact.load import load_questionnaire
    from havre.whole_files import write_whole

    if out is not None and out.suffix != ".toml":
        raise typer.BadParameter(tell("command.blank_ending", path=out))
    chosen = _kind(kind)
    assessment = _assessment(system, chosen, []) if system is not None else None
    text = blank_answers(load_questionnaire(chosen), language(), today(), assessment)
    if out is None:
        typer.echo(text, nl=False)
        return
    write_whole(out, text.encode("utf-8"))
    stdout().print(tell("command.written", path=out), soft_wrap=True, markup=False)


def _kind(text: str) -> "Kind":
    from havre.audit.impact.load import KINDS

    for kind in KINDS:
        if text.strip().lower() == kind:
            return kind
    raise typer.BadParameter(tell("command.bad_kind", text=text))


def _assessment(system: str, kind: "Kind", paths: list[Path]) -> "Assessment":
    from havre.audit.impact.answers import read_all_answers
    from havre.audit.impact.assessment import Assessment
    from havre.audit.impact.load import load_questionnaire
    from havre.audit.register.load import load_register

    register = load_register()
    entry = register.system(system)
    questionnaire = load_questionnaire(kind)
    files = read_all_answers(paths, questionnaire, entry.id)
    return Assessment(questionnaire, register, entry, files, today())


def _content(assessment: "Assessment", ending: str) -> bytes:
    from havre.audit.impact.render import render_html, render_json

    if ending == ".json":
        return render_json(assessment, language()).encode("utf-8")
    if ending == ".odt":
        from havre.audit.impact.odt import render_odt
        from havre.audit.impact.page import lay_out

        return render_odt(lay_out(assessment, language()), assessment.on)
    html = render_html(assessment, language())
    if ending == ".html":
        return html.encode("utf-8")
    from havre.audit.report.render import render_pdf

    return render_pdf(html)


def _show(assessment: "Assessment") -> None:
    """Print what the answers come to; the whole questionnaire is for a page."""
    from havre.audit.impact.page import lay_out

    page = lay_out(assessment, language())
    stdout().print(tell("terminal.title", title=page.title, name=page.name), style="bold", markup=False)
    for line in (*page.lead, *page.notice.lines):
        stdout().print(line.text, soft_wrap=True, markup=False)
    for part in page.parts:
        # The parts below the summary are the questions themselves.
        for shown in part.tables if part.level > 2 else ():
            rows = [["\n".join(line.text for line in cell) for cell in row] for row in shown.rows]
            table(part.title, list(shown.columns), rows)
    stdout().print(tell("command.hint", system=assessment.entry.id), soft_wrap=True, markup=False)
