"""``havre release review``: show what a reviewer decides by, and record what they decide."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from havre.cli import record_options as options
from havre.cli.console import number, stdout, write_json
from havre.cli.options import Json
from havre.cli.record_options import RECORD, LogKeyFile, MaybeKeyFile, RecordFolder
from havre.cli.release_show import ReleaseId
from havre.cli.release_view import show_view, tell

if TYPE_CHECKING:
    from havre.record.log.keys import Signer
    from havre.record.publication import Record


def review(
    release: ReleaseId,
    approve: Annotated[bool, typer.Option("--approve", help=tell("review.approve"))] = False,  # noqa: FBT002 - a flag
    refuse: Annotated[str | None, typer.Option("--refuse", metavar="REASON", help=tell("review.refuse"))] = None,
    override: Annotated[
        list[str] | None, typer.Option("--override", metavar="FIGURE=VALUE", help=tell("review.override"))
    ] = None,
    reason: Annotated[list[str] | None, typer.Option("--reason", metavar="TEXT", help=tell("review.reason"))] = None,
    note: Annotated[list[str] | None, typer.Option("--note", metavar="TEXT", help=tell("review.note"))] = None,
    against: Annotated[str | None, typer.Option("--against", metavar="RELEASE", help=tell("review.against"))] = None,
    key_file: MaybeKeyFile = None,
    log_key_file: LogKeyFile = None,
    record: RecordFolder = RECORD,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Review a release; the help text stands in the catalogue."""
    if approve and refuse is not None:
        raise typer.BadParameter(tell("review.both"))
    decides = approve or refuse is not None or bool(override) or bool(note)
    if reason and not override:
        raise typer.BadParameter(tell("review.reason_of_nothing"))
    with options.opened(record) as held:
        if not decides:
            from havre.release_view import view_of

            view = view_of(held, release, against)
            if as_json:
                write_json(view.as_dict())
            else:
                show_view(view)
            return
        if key_file is None:
            raise typer.BadParameter(tell("review.needs_key"))
        reviewer, log_signers = options.signer(key_file), options.log_signers(log_key_file)
        _decide(held, release, reviewer, approve=approve, refuse=refuse, overrides=list(zip_reasons(override, reason)),
                notes=note or ())  # fmt: skip
        waits = options.log_waiting(held, log_signers)
        _tell(held, release, waits, as_json=as_json)


def zip_reasons(overrides: Sequence[str] | None, reasons: Sequence[str] | None) -> Sequence[tuple[str, str]]:
    """Give each override its reason: as many as there are overrides, in their order, or one for all.

    Raises
    ------
    RecordError : there are too few or too many reasons
    """
    from havre.errors import RecordError

    changes, told = list(overrides or ()), list(reasons or ())
    if len(told) == 1:
        told *= max(len(changes), 1)
    if len(told) != len(changes):
        raise RecordError("record.review.reasons", overrides=len(changes), reasons=len(told))
    return list(zip(changes, told, strict=True))


def _decide(
    held: "Record",
    release: str,
    reviewer: "Signer",
    *,
    approve: bool,
    refuse: str | None,
    overrides: Sequence[tuple[str, str]],
    notes: Sequence[str],
) -> None:
    """Record everything that was decided in one transaction: all of it stands, or nothing."""
    from havre.record.changes import interval_missed
    from havre.record.deciding import decide

    at = options.clock()
    shown, changes = decide(
        held, release, reviewer, at, approve=approve, refuse=refuse, overrides=overrides, notes=notes
    )
    for change in changes:
        missed = None if shown is None else interval_missed(shown, change)
        if missed is not None:
            low, high = (number(end) for end in missed)
            name = f"{change.scope}/{change.origin}/{change.destination}/{change.target_month:%Y-%m}"
            typer.echo(tell("review.outside", figure=name, stated=number(change.stated), low=low, high=high), err=True)


def _tell(held: "Record", release: str, waits: str, *, as_json: bool) -> None:
    from havre.record.dossier import dossier

    with held.store.read() as connection:
        found = dossier(connection, held, release)
    told = {"overrides": len(found.overrides), "notes": len(found.notes)}
    if as_json:
        write_json({"release": release, "state": found.standing.state, **told, "log": waits})
        return
    state = tell(f"state.{found.standing.state}")
    lines = [tell("review.done", release=release, state=state, **told), waits]
    if found.standing.state == "approved":
        lines.append(tell("review.next", release=release))
    elif found.standing.state == "in_review":
        lines.append(tell("review.stays"))
    for line in lines:
        stdout().print(line, soft_wrap=True, markup=False)
