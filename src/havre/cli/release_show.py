"""``havre release list``, ``show`` and ``diff``: what there is, what is known of one, what changed between two."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from havre.cli import record_options as options
from havre.cli.console import number, stdout, table, write_json
from havre.cli.options import Json
from havre.cli.record_options import RECORD, RecordFolder
from havre.cli.release_view import show_changes, tell

if TYPE_CHECKING:
    from havre.record.dossier import Dossier
    from havre.record.publication import Record

ReleaseId = Annotated[str, typer.Argument(metavar="RELEASE", help=tell("option.release"))]


def list_releases(record: RecordFolder = RECORD, as_json: Json = False) -> None:  # noqa: FBT002 - a flag
    """List the releases; the help text stands in the catalogue."""
    from havre.record.review import all_standing

    with options.opened(record) as held, held.store.read() as connection:
        found = all_standing(connection)
    if as_json:
        write_json({"releases": [{**asdict(each), "author": name_of(each.author)} for each in found]})
        return
    if not found:
        stdout().print(tell("list.none"), soft_wrap=True)
        return
    columns = [tell(f"column.{name}") for name in ("release", "state", "author", "created", "changed")]
    rows = [
        [each.id, tell(f"state.{each.state}"), name_of(each.author), moment(each.created_at), moment(each.changed_at)]
        for each in found
    ]
    table("", columns, rows)


def show(release: ReleaseId, record: RecordFolder = RECORD, as_json: Json = False) -> None:  # noqa: FBT002 - a flag
    """Show what is known of a release; the help text stands in the catalogue."""
    from havre.record.dossier import dossier

    with options.opened(record) as held:
        with held.store.read() as connection:
            found = dossier(connection, held, release)
        if as_json:
            write_json(_as_dict(held, found))
            return
        for line in _lines(held, found):
            stdout().print(line, soft_wrap=True, markup=False)


def diff(
    release: ReleaseId,
    other: Annotated[str | None, typer.Argument(metavar="EARLIER", help=tell("diff.other"))] = None,
    record: RecordFolder = RECORD,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Compare two releases; the help text stands in the catalogue."""
    from havre.record.changes import compare
    from havre.record.dossier import submitted
    from havre.record.review import latest_published, standing

    with options.opened(record) as held:
        with held.store.read() as connection:
            now = standing(connection, release)
            before = standing(connection, other) if other else latest_published(connection, release)
        changes = None if before is None else compare(submitted(held, now)[0], submitted(held, before)[0])
    if as_json:
        write_json({"release": release, "changes": None if changes is None else asdict(changes)})
    elif changes is None:
        stdout().print(tell("changes.first"), soft_wrap=True)
    else:
        show_changes(changes)


def name_of(key: str) -> str:
    """Give the name that stands in the text of a public key."""
    return key.split("+", 1)[0]


def moment(at: datetime) -> str:
    """Write a time."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _as_dict(held: "Record", found: "Dossier") -> dict[str, object]:
    """Give a dossier as plain values; of contests only what is public, whether answered in time included."""
    at = options.clock()
    told = asdict(found)
    for each, plain in zip(found.contests, told["contests"], strict=True):
        plain["late"] = each.late(at)
    published = held.release(found.standing.id)
    return {**told, "folder": published if published.is_dir() else None, "draft": held.draft(found.standing.id)}


def _lines(held: "Record", found: "Dossier") -> Iterator[str]:
    now = found.standing
    yield tell("show.state", release=now.id, state=tell(f"state.{now.state}"), at=moment(now.changed_at))
    yield tell("show.author", name=name_of(now.author), at=moment(now.created_at), draft=now.draft)
    if now.reason:
        yield tell("show.reason", reason=now.reason)
    for key in ("supersedes", "superseded_by", "corrects"):
        if getattr(now, key):
            yield tell(f"show.{key}", other=getattr(now, key))
    for decision in found.decisions:
        yield tell(f"show.{decision.decision}", reviewer=decision.reviewer, at=moment(decision.at))
    for change in found.overrides:
        name = f"{change.scope}/{change.origin}/{change.destination}/{change.target_month:%Y-%m}"
        numbers = {"computed": number(change.computed), "stated": number(change.stated)}
        yield tell("show.override", figure=name, reviewer=change.reviewer, reason=change.reason, **numbers)
    for note in found.notes:
        yield tell("show.note", reviewer=note.reviewer, text=note.text)
    yield from _contest_lines(found)
    for entry in found.entries:
        place = tell("show.waits") if entry.index is None else tell("show.entry", index=entry.index)
        yield f"  {moment(entry.at)}  {tell(f'entry.{entry.kind}')}  {place}"
    folder = held.release(now.id)
    if folder.is_dir():
        yield tell("show.folder", path=folder)
    elif now.manifest is not None:
        yield tell("show.interrupted")


def _contest_lines(found: "Dossier") -> Iterator[str]:
    at = options.clock()
    for each in found.contests:
        outcome = "" if each.outcome is None else f" ({tell(f'outcome.{each.outcome}')})"
        state = tell(f"contest.{each.state}") + outcome
        late = tell("show.late") if each.late(at) else ""
        yield tell("show.contest", contest=each.id, about=each.about, state=state, late=late).strip()
