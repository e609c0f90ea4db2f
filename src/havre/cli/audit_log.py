"""``havre audit log``: a pseudonymised decision log, streamed; only aggregates come out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from havre.cli.audit_options import Level, tell
from havre.cli.console import stdout, write_json
from havre.cli.language import language
from havre.cli.options import Json

if TYPE_CHECKING:
    from havre.audit.decisions.report import LogAudit


def _column(name: str) -> Any:
    return typer.Option(f"--{name}", metavar="COLUMN", help=tell(f"log.option.{name}"))


def log(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=tell("log.option.file"))],
    automated: Annotated[str | None, _column("automated")] = None,
    human: Annotated[str | None, _column("human")] = None,
    score: Annotated[str | None, _column("score")] = None,
    truth: Annotated[str | None, _column("truth")] = None,
    group: Annotated[list[str] | None, _column("group")] = None,
    time: Annotated[str | None, _column("time")] = None,
    seconds: Annotated[str | None, _column("seconds")] = None,
    adverse: Annotated[str | None, typer.Option("--adverse", metavar="VALUE", help=tell("log.option.adverse"))] = None,
    probability: Annotated[bool, typer.Option("--probability", help=tell("log.option.probability"))] = False,  # noqa: FBT002
    threshold: Annotated[int, typer.Option("--threshold", help=tell("log.option.threshold"))] = 10,
    alpha: Annotated[float, typer.Option("--alpha", help=tell("log.option.alpha"))] = 0.05,
    margin: Annotated[float, typer.Option("--margin", help=tell("log.option.margin"))] = 0.0,
    power: Annotated[float, typer.Option("--power", help=tell("log.option.power"))] = 0.8,
    special_basis: Annotated[
        str | None, typer.Option("--special-basis", metavar="TEXT", help=tell("log.option.special_basis"))
    ] = None,
    level: Level = 0.95,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help=tell("log.option.out"))] = None,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Audit a decision log; the help text stands in the catalogue."""
    from havre.audit.decisions.columns import Columns
    from havre.audit.decisions.report import Settings, audit_log
    from havre.errors import AuditError
    from havre.whole_files import write_whole

    ending = out.suffix.lower() if out is not None else ""
    if out is not None and ending not in (".json", ".csv", ".html"):
        raise AuditError("audit.log.output", path=out)
    columns = Columns(automated, human, score, truth, tuple(group or ()), time, seconds, adverse, special_basis)
    found = audit_log(file, columns, Settings(threshold, level, alpha, power, margin, probability))
    if out is not None:
        write_whole(out, _page(found) if ending == ".html" else _data(found, ending))
    if as_json:
        write_json(found.as_json())
    else:
        from havre.cli.audit_log_pages import Terminal
        from havre.cli.audit_log_show import show

        show(found, Terminal())
    if out is not None and not as_json:
        stdout().print(tell("log.written", path=out), soft_wrap=True, markup=False)


def _data(found: "LogAudit", ending: str) -> bytes:
    return found.encode() if ending == ".json" else found.groups.write_csv().encode()


def _page(found: "LogAudit") -> bytes:
    """Write the report that the terminal shows as one HTML page, in the language of the command."""
    from havre.cli.audit_log_pages import Html
    from havre.cli.audit_log_show import show

    page = Html(language())
    show(found, page)
    return page.encode()
