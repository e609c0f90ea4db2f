"""What a reviewer decides, whole or not at all: replaced figures, notes, approval or refusal, after the leak report."""

from collections.abc import Sequence
from datetime import datetime

import polars as pl

from havre.errors import HavreError, Problem, RecordError, check_none
from havre.record import review
from havre.record.dossier import once_public, submitted
from havre.record.figures import figures_of, find_figure
from havre.record.leaks import LeakReport, check_leaks, leak_report, seen_by_readers, stated_width
from havre.record.log.keys import Signer
from havre.record.publication import Record
from havre.record.review import Standing, standing
from havre.record.reviewed import Override
from havre.record.tables import Release
from havre.record.track_log import scored_counts


def leaks_of(record: Record, now: Standing, shown: Release) -> LeakReport:
    """Let the attacker at a release, with all that was ever published at hand: releases, and counts of scores.

    Parameters
    ----------
    now : where the release stands
    shown : its tables, as readers would see them
    """
    with record.store.read() as connection:
        public = once_public(connection, but=now.id)
    releases = {each.id: submitted(record, each)[0] for each in public}
    earlier = {name: seen_by_readers(each) for name, each in releases.items()} | scored_counts(record.folder)
    # What an earlier release states of its hidden cells holds on.
    width = max(stated_width(each) for each in (shown, *releases.values()))
    return leak_report(seen_by_readers(shown), width, earlier)


def decide(
    record: Record,
    release: str,
    reviewer: Signer,
    at: datetime,
    *,
    approve: bool = False,
    refuse: str | None = None,
    overrides: Sequence[tuple[str, str]] = (),
    notes: Sequence[str] = (),
    seen: int | None = None,
) -> tuple[Release | None, Sequence[Override]]:
    """Record everything that was decided in one transaction: all of it stands, or nothing.

    Parameters
    ----------
    refuse : the reason, where it is refused
    overrides : ``FIGURE=VALUE`` and the reason of each
    seen : version of the release that the reviewer decided by; where it is another now, nothing is decided

    Returns
    -------
    The release, where it was read for this, and the figures that were replaced

    Raises
    ------
    RecordError : the reviewer may not act or made the release, it is in another state, leaks, was changed after it was
        handed in, or something that is stated or written cannot stand; all of it is told
    FileError : there is no draft
    """
    record.settings.person(reviewer.verifier)
    with record.store.read() as connection:
        now = standing(connection, release)
    shown: Release | None = None
    changes: Sequence[Override] = ()
    if approve or overrides:
        shown, _ = submitted(record, now)
        changes = parsed_overrides(overrides, shown, reviewer.name)
        if approve:
            check_leaks(leaks_of(record, now, shown))
    with record.store.change() as connection:
        if seen is not None and standing(connection, release).version != seen:
            raise RecordError("record.store.at_once")
        for change in changes:
            review.override(connection, release, change, reviewer, at)
        for text in notes:
            review.add_note(connection, release, text, reviewer, at)
        if approve:
            review.approve(connection, release, now.draft, reviewer, at)
        elif refuse is not None:
            review.refuse(connection, release, refuse, reviewer, at)
    return shown, changes


def parsed_overrides(overrides: Sequence[tuple[str, str]], release: Release, reviewer: str) -> list[Override]:
    """Read ``FIGURE=VALUE`` with its reason.

    Raises
    ------
    RecordError : there is no such figure (near ones are told), or the value is no count or a small one; all is told
    """
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
