"""``havre release review``: show what a reviewer decides by, and record what they decide."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from havre.cli import record_options as options
from havre.cli.console import number, stdout, write_json
from havre.cli.options import Json
from havre.cli.record_options import RECORD, LogKeyFile, MaybeKeyFile, RecordFolder
from havre.cli.release_show import ReleaseId
from havre.cli.release_view import leaks_of, show_view, tell, view_of

if TYPE_CHECKING:
    from havre.record.log.keys import Signer
    from havre.record.publication import Record
    from havre.record.reviewed import Override
    from havre.record.tables import Release


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
            view = view_of(held, release, against)
            if as_json:
                write_json(view.as_dict())
            else:
                show_view(view)
            return
        if key_file is None:
            raise typer.BadParameter(tell("review.needs_key"))
        reviewer, log_signers = options.signer(key_file), options.log_signers(log_key_file)
        held.settings.person(reviewer.verifier)
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
    from havre.record import review as steps
    from havre.record.changes import interval_missed
    from havre.record.dossier import submitted
    from havre.record.leaks import check_leaks
    from havre.record.review import standing

    with held.store.read() as connection:
        now = standing(connection, release)
    changes: Sequence[Override] = ()
    if approve or overrides:
        shown, _ = submitted(held, now)
        changes = parsed_overrides(overrides, shown, reviewer.name)
    if approve:
        check_leaks(leaks_of(held, now, shown))
    at = options.clock()
    with held.store.change() as connection:
        for change in changes:
            steps.override(connection, release, change, reviewer, at)
        for text in notes:
            steps.add_note(connection, release, text, reviewer, at)
        if approve:
            steps.approve(connection, release, now.draft, reviewer, at)
        elif refuse is not None:
            steps.refuse(connection, release, refuse, reviewer, at)
    for change in changes:
        missed = interval_missed(shown, change)
        if missed is not None:
            low, high = (number(end) for end in missed)
            name = f"{change.scope}/{change.origin}/{change.destination}/{change.target_month:%Y-%m}"
            typer.echo(tell("review.outside", figure=name, stated=number(change.stated), low=low, high=high), err=True)


def parsed_overrides(overrides: Sequence[tuple[str, str]], release: "Release", reviewer: str) -> "list[Override]":
    """Read ``FIGURE=VALUE`` with its reason.

    Raises
    ------
    RecordError : there is no such figure (near ones are told), or the value is no count or a small one; all is told
    """
    import polars as pl

    from havre.errors import HavreError, Problem, RecordError, check_none
    from havre.record.figures import figures_of, find_figure
    from havre.record.reviewed import Override

    ensemble = release.forecasts.filter(pl.col("model") == release.facts.ensemble)
    known = figures_of(ensemble)
    problems: list[Problem] = []
    found: list[Override] = []
    for text, reason in overrides:
        name, _, value = text.rpartition("=")
        try:
            figure, stated = find_figure(name, known), float(value)
        except HavreError as error:
            problems += error.problems
            continue
        except ValueError:
            problems.append(Problem.of("record.review.override", text=text[:160]))
            continue
        if 0 < stated < release.facts.threshold:
            problems.append(Problem.of("record.review.small", value=f"{stated:g}", threshold=release.facts.threshold))
        key = {"scope": figure.scope, "origin": figure.origin, "destination": figure.destination}
        [row] = ensemble.filter(quantile=0.5, target_month=figure.month, **key).to_dicts()
        found.append(Override(**key, horizon=row["horizon"], target_month=figure.month, computed=row["value"],
                              stated=stated, reason=reason, reviewer=reviewer))  # fmt: skip
    check_none(problems, RecordError)
    return found


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
