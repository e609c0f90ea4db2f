"""``havre release new``: compute a forecast release, keep it as a draft, and hand it in for review."""

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from havre.cli import record_options as options
from havre.cli.console import progress_bar, say_reference, stdout, write_json
from havre.cli.language import tell as tell_cli
from havre.cli.options import (
    DEFAULT_SEED,
    Day,
    Destination,
    Draws,
    Horizons,
    Json,
    LeaveOutGaps,
    Measure,
    NoCache,
    NoCompletion,
    Origin,
    Panel,
    Purpose,
    Rounding,
    Seed,
    Source,
    Threshold,
    Workers,
    kept_forecasts,
    parse_day,
    requests,
)
from havre.cli.record_options import RECORD, KeyFile, LogKeyFile, RecordFolder
from havre.cli.release_view import tell
from havre.cli.small_counts import THRESHOLD

if TYPE_CHECKING:
    from polars import DataFrame

    from havre.forecast.outlook import OutlookOptions
    from havre.panel.scope import Scope
    from havre.pipeline import Forecast, PanelInput
    from havre.record.disclosure import Protection
    from havre.record.log.keys import Signer
    from havre.record.publication import Record
    from havre.record.tables import Release


def new(
    key_file: KeyFile,
    log_key_file: LogKeyFile = None,
    record: RecordFolder = RECORD,
    supersedes: Annotated[str | None, typer.Option("--supersedes", help=tell("new.supersedes"))] = None,
    corrects: Annotated[str | None, typer.Option("--corrects", metavar="CONTEST", help=tell("new.corrects"))] = None,
    measure: Measure = None,
    destination: Destination = None,
    origin: Origin = None,
    source: Source = None,
    panel: Panel = None,
    known_on: Day = None,
    horizons: Horizons = 12,
    draws: Draws = 1000,
    threshold: Threshold = THRESHOLD,
    rounding: Rounding = 1,
    purpose: Purpose = None,
    made_on: Annotated[
        date | None, typer.Option("--date", parser=parse_day, metavar="DAY", help=tell_cli("option.date"))
    ] = None,
    leave_out_gaps: LeaveOutGaps = False,  # noqa: FBT002 - a flag of the command line
    no_completion: NoCompletion = False,  # noqa: FBT002 - a flag of the command line
    seed: Seed = DEFAULT_SEED,
    workers: Workers = None,
    no_cache: NoCache = False,  # noqa: FBT002 - a flag of the command line
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Make a draft; the help text stands in the catalogue."""
    from havre.forecast.outlook import OutlookOptions
    from havre.pipeline import explain_release, find_scopes, load_panel
    from havre.record.disclosure import Protection
    from havre.scale import usable_workers

    asked = requests(measure=measure, destination=destination, origin=origin, source=source)
    with options.opened(record) as held:
        author, log_signers = options.signer(key_file), options.log_signers(log_key_file)
        held.settings.person(author.verifier)
        protection = Protection(threshold, rounding=rounding, purpose=purpose)
        earlier, widest = _earlier(held, supersedes, corrects)
        # What an earlier release states of its hidden cells holds on.
        protection = replace(protection, width=max(protection.wide, widest))
        data = load_panel(panel)
        scopes = find_scopes(data.known_on(known_on).observations, asked)
        chosen = OutlookOptions(
            horizons=horizons,
            draws=draws,
            seed=seed,
            # The reference snapshot has known gaps (small destinations): its release names them and goes on.
            leave_out_gaps=leave_out_gaps or panel is None,
            complete_recent=not no_completion,
            workers=workers or usable_workers(),
            kept=kept_forecasts(no_cache=no_cache),
        )
        day = made_on or options.clock().date()
        made = _made(data, scopes, chosen, earlier, day, protection, known_on)
        name = free_name(held, made.release.facts.id)
        further = explain_release(made, release_id=name, workers=chosen.workers)
        release = replace(made.release, facts=replace(made.release.facts, id=name))
        digest = hand_in(held, release, further, author, supersedes, corrects)
        waits = options.log_waiting(held, log_signers)
        _tell(held, release, digest, waits, as_json=as_json)


def _earlier(held: "Record", supersedes: str | None, corrects: str | None) -> "tuple[list[DataFrame], float]":
    """Read all counts that were ever published, and check before any work what the new release refers to.

    Returns
    -------
    tuple : what each earlier release, and each track record, shows of the past, as readers see it; and the widest
        protection that any of them states [persons]

    Raises
    ------
    RecordError : the release to supersede is not published, there is no such contest, or a draft was changed
    FileError : the draft of a published release is missing
    """
    from havre.errors import RecordError
    from havre.record.contest import contests
    from havre.record.dossier import once_public, submitted
    from havre.record.leaks import seen_by_readers, stated_width
    from havre.record.review import standing, state_problem
    from havre.record.track_log import scored_counts

    with held.store.read() as connection:
        if supersedes is not None and (now := standing(connection, supersedes)).state != "published":
            raise RecordError.all_of([state_problem(now, "published")])
        if corrects is not None and corrects not in {each.id for each in contests(connection, held.settings)}:
            raise RecordError("record.contest.unknown", contest=corrects)
        public = once_public(connection)
    releases = [submitted(held, each)[0] for each in public]
    seen = [*(seen_by_readers(each) for each in releases), *scored_counts(held.folder).values()]
    return seen, max((stated_width(each) for each in releases), default=0.0)


def _made(
    data: "PanelInput",
    scopes: "tuple[Scope, ...]",
    chosen: "OutlookOptions",
    earlier: "list[DataFrame]",
    day: date,
    protection: "Protection",
    known_on: date | None,
) -> "Forecast":
    """Compute the release; everything that readers may have kept of earlier ones is held against it."""
    from havre.pipeline import forecast_release

    with progress_bar() as progress:
        return forecast_release(
            data,
            scopes,
            chosen,
            made_on=day,
            threshold=protection.threshold,
            width=protection.width,
            rounding=protection.rounding,
            purpose=protection.purpose,
            earlier=earlier,
            known_on=known_on,
            progress=progress,
        )


def free_name(held: "Record", first: str) -> str:
    """Number an id that is taken by a release that was decided on: same input and day give the same id.

    Raises
    ------
    RecordError : that one still waits for its review or publication
    """
    from havre.errors import RecordError
    from havre.record.review import all_standing

    with held.store.read() as connection:
        states = {each.id: each.state for each in all_standing(connection)}
    names = (first if number == 1 else f"{first}-{number}" for number in count(1))
    name = next(name for name in names if states.get(name) not in _DECIDED)
    if name in states:
        raise RecordError("record.review.there", release=name)
    return name


_DECIDED = ("refused", "published", "superseded", "withdrawn")


def hand_in(
    held: "Record",
    release: "Release",
    further: Mapping[str, bytes],
    author: "Signer",
    supersedes: str | None,
    corrects: str | None,
) -> str:
    """Keep the draft and hand it in; both stand at the end, or nothing that counts: a folder alone is no release.

    Returns
    -------
    str : the digest of the draft

    Raises
    ------
    RecordError : somebody handed in the same at the same moment
    FileError : the disk is full
    """
    from havre.record.draft import write_draft
    from havre.record.publication import DRAFTS
    from havre.record.review import submit

    drafts = held.folder / DRAFTS
    _make(drafts)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=drafts) as beside:
        digest = write_draft(release, Path(beside) / "draft", further)
        with held.store.change() as connection:
            at = options.clock()
            submit(connection, release.facts.id, digest, author, at, supersedes=supersedes, corrects=corrects)
            # What lies here without being known to the store was left by a crash.
            place = held.draft(release.facts.id)
            shutil.rmtree(place, ignore_errors=True)
            (Path(beside) / "draft").rename(place)
    return digest


def _make(folder: Path) -> None:
    from havre.errors import FileError

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError("file.not_writable", path=folder, reason=error.strerror or str(error)) from error


def _tell(held: "Record", release: "Release", digest: str, waits: str, *, as_json: bool) -> None:
    facts = release.facts
    if as_json:
        told = {"release": facts.id, "state": "in_review", "draft": digest, "folder": held.draft(facts.id),
                "automated": True, "reference_snapshot": facts.reference_only, "log": waits}  # fmt: skip
        write_json(told)
        return
    if facts.reference_only:
        say_reference()
    hidden = int(release.history["suppressed"].sum())
    for line in (
        tell("new.made", release=facts.id, series=release.series.height, hidden=hidden),
        tell("new.draft", path=held.draft(facts.id), digest=digest),
        waits,
        tell("new.next", release=facts.id),
    ):
        stdout().print(line, soft_wrap=True, markup=False)
