"""``havre record witness``: which witnesses a record asks for cosignatures, and how many of them it needs."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from havre.cli import record_options as options
from havre.cli.console import stdout
from havre.cli.record_options import RECORD, RecordFolder
from havre.cli.release_view import tell

if TYPE_CHECKING:
    from havre.record.log.cosignature import Witness
    from havre.record.publication import Record

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
Needed = Annotated[int | None, typer.Option("--needed", min=0, help=tell("witness.needed"))]


@app.command(help=tell("witness.add"))
def add(
    witness: Annotated[str, typer.Argument(metavar="KEY=ADDRESS", help=tell("witness.text"))],
    needed: Needed = None,
    record: RecordFolder = RECORD,
) -> None:
    """Add a witness, or give one that is there another address."""
    from havre.record.log.cosignature import parse_witness_at

    key, address = parse_witness_at(witness)
    if not address:
        raise typer.BadParameter(tell("witness.no_address"))
    with options.opened(record) as held:
        others = [each for each in held.settings.witnesses if each[0] != key]
        _keep(held, [*others, (key, address)], needed)


@app.command(help=tell("witness.remove"))
def remove(
    witness: Annotated[str, typer.Argument(metavar="NAME|KEY", help=tell("witness.name"))],
    needed: Needed = None,
    record: RecordFolder = RECORD,
) -> None:
    """Ask a witness no more."""
    from havre.errors import RecordError

    with options.opened(record) as held:
        present = held.settings.witnesses
        left = [each for each in present if witness not in (each[0].name, each[0].text)]
        if len(left) == len(present):
            names = ", ".join(key.name for key, _ in present) or "–"
            raise RecordError("record.settings.not_there", name=witness, file=held.settings.file, known=names)
        _keep(held, left, needed)


def _keep(held: "Record", witnesses: "Sequence[tuple[Witness, str]]", needed: int | None) -> None:
    """Write the settings.

    Raises
    ------
    RecordError : more are needed than there are
    """
    from havre.errors import RecordError
    from havre.record.settings import write_settings

    wanted = held.settings.witnesses_needed if needed is None else needed
    if wanted > len(witnesses):
        raise RecordError("record.settings.needed", file=held.settings.file, needed=wanted, count=len(witnesses))
    write_settings(held.folder, replace(held.settings, witnesses=tuple(witnesses), witnesses_needed=wanted))
    names = ", ".join(key.name for key, _ in witnesses) or "–"
    stdout().print(tell("witness.now", names=names, needed=wanted), soft_wrap=True, markup=False)
