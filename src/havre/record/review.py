"""The way of a release: draft → in review → approved → published → superseded or withdrawn; or refused.

Each step is a row of the store and an entry for the log in one transaction. A reviewer is somebody else than the
author, with another key, and signs the decision on exactly the draft that they saw.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from havre.errors import Problem, RecordError, Term, check_none
from havre.record.log.entries import Entry
from havre.record.log.keys import Signer, Verifier, parse_verifier
from havre.record.public_words import MOST_TEXT, public_problems
from havre.record.reviewed import Override, Reviewed
from havre.record.statements import Origin, plain_override, sign_statement
from havre.record.store.database import read_time, written
from havre.record.store.outbox import post
from havre.record.store.schema import CONTESTS, NOTES, OVERRIDES, RELEASES, REVIEWS

LEAST_REASON = 20
"""Characters of a reason: a word is none."""


@dataclass(frozen=True)
class Standing:
    """Where a release stands."""

    id: str
    state: str
    author: str
    created_at: datetime
    changed_at: datetime
    draft: str
    supersedes: str | None
    superseded_by: str | None
    corrects: str | None
    reason: str | None
    manifest: str | None
    version: int


def submit(
    connection: Connection,
    release: str,
    draft: str,
    author: Signer,
    at: datetime,
    *,
    supersedes: str | None = None,
    corrects: str | None = None,
) -> None:
    """Hand a draft in for review.

    Parameters
    ----------
    draft : digest of the draft, see :func:`havre.record.draft.draft_digest`
    supersedes : id of the published release that it is to take the place of
    corrects : id of the contest that led to it

    Raises
    ------
    RecordError : there is such a release already, or none of the id that it supersedes is published
    """
    if connection.execute(select(RELEASES.c.id).where(RELEASES.c.id == release)).first() is not None:
        raise RecordError("record.review.there", release=release)
    if supersedes is not None:
        _in_state(standing(connection, supersedes), "published")
    connection.execute(
        insert(RELEASES).values(
            id=release,
            state="in_review",
            author=author.verifier.text,
            created_at=written(at),
            changed_at=written(at),
            draft=draft,
            supersedes=supersedes,
            corrects=corrects,
            version=1,
        )
    )
    body = {"draft": draft, "author": author.verifier.text, "supersedes": supersedes, "corrects": corrects}
    post(connection, Entry("release_submitted", at, release, f"submitted-{release}", body))


def standing(connection: Connection, release: str) -> Standing:
    """Give where a release stands.

    Raises
    ------
    RecordError : there is no such release
    """
    row = connection.execute(select(RELEASES).where(RELEASES.c.id == release)).mappings().first()
    if row is None:
        known = connection.execute(select(RELEASES.c.id).order_by(RELEASES.c.created_at.desc()).limit(5)).scalars()
        raise RecordError("record.review.unknown", release=release, known=", ".join(known) or "–")
    return _standing(row)


def all_standing(connection: Connection) -> tuple[Standing, ...]:
    """Give all releases, the oldest first."""
    rows = connection.execute(select(RELEASES).order_by(RELEASES.c.created_at, RELEASES.c.id)).mappings()
    return tuple(_standing(row) for row in rows)


def latest_published(connection: Connection, before: str | None = None) -> Standing | None:
    """Give the release that was published last, another than ``before``; ``None`` where there is none."""
    found = [each for each in all_standing(connection) if each.state == "published" and each.id != before]
    return max(found, key=lambda each: each.changed_at, default=None)


def override(connection: Connection, release: str, change: Override, reviewer: Signer, at: datetime) -> None:
    """Replace a figure in a release in review; the computed one stays visible beside it.

    A second override of a figure replaces the first.

    Raises
    ------
    RecordError : the release is not in review, the reviewer is its author, the reason is too short, or the figure is
        not a count
    """
    now = _for_reviewer(connection, release, reviewer)
    problems = _reason_problems(change.reason)
    if not 0 <= change.stated < 1e12 or change.stated != round(change.stated):
        problems.append(Problem.of("record.review.no_count", value=change.stated))
    check_none(problems, RecordError)
    values = {
        "computed": change.computed,
        "stated": change.stated,
        "reason": change.reason,
        "reviewer": reviewer.name,
        "at": written(at),
        "target_month": change.target_month.isoformat(),
    }
    names = ("scope", "origin", "destination", "horizon")
    key = {"release": release, **dict(zip(names, change.key, strict=True))}
    where = [OVERRIDES.c[name] == value for name, value in key.items()]
    if connection.execute(update(OVERRIDES).where(*where).values(**values)).rowcount == 0:
        connection.execute(insert(OVERRIDES).values(**key, **values))
    _step(connection, now, at, state="in_review")


def add_note(connection: Connection, release: str, text: str, reviewer: Signer, at: datetime) -> None:
    """Add a note for readers to a release in review.

    Raises
    ------
    RecordError : it is not in review, the reviewer is its author, or the note is empty or too long
    """
    now = _for_reviewer(connection, release, reviewer)
    if not text.strip() or len(text) > MOST_TEXT:
        raise RecordError("record.review.note", most=MOST_TEXT)
    check_none(public_problems({"note": text}), RecordError)
    connection.execute(insert(NOTES).values(release=release, text=text, reviewer=reviewer.name, at=written(at)))
    _step(connection, now, at, state="in_review")


def approve(connection: Connection, release: str, draft: str, reviewer: Signer, at: datetime) -> None:
    """Approve a release: what is published will be exactly this draft with the overrides and notes that stand.

    Raises
    ------
    RecordError : it is not in review, the reviewer is its author, or the draft is not the one that was submitted
    """
    now = _for_reviewer(connection, release, reviewer)
    if draft != now.draft:
        raise RecordError("record.review.other_draft", release=release, found=draft, expected=now.draft)
    _decide(connection, now, "approved", reviewer, at, None)
    _step(connection, now, at, state="approved")


def refuse(connection: Connection, release: str, reason: str, reviewer: Signer, at: datetime) -> None:
    """Refuse a release.

    Raises
    ------
    RecordError : it is not in review, the reviewer is its author, or the reason is too short
    """
    now = _for_reviewer(connection, release, reviewer)
    check_none(_reason_problems(reason), RecordError)
    _decide(connection, now, "refused", reviewer, at, reason)
    _step(connection, now, at, state="refused", reason=reason)


def reviewed(connection: Connection, release: str) -> Reviewed:
    """Give the review with which a release is published.

    Raises
    ------
    RecordError : nobody has approved it
    """
    now = standing(connection, release)
    row = (
        connection.execute(select(REVIEWS).where(REVIEWS.c.release == release, REVIEWS.c.decision == "approved"))
        .mappings()
        .first()
    )
    if row is None:
        raise RecordError.all_of([state_problem(now, "approved")])
    return Reviewed(
        author=parse_verifier(now.author).name,
        reviewer=row["reviewer"],
        reviewed_at=read_time(row["at"]),
        draft=row["draft"],
        notes=_notes(connection, release),
        overrides=_overrides(connection, release),
        supersedes=now.supersedes,
        corrects=now.corrects,
        statement=row["statement"],
        signature=row["signature"],
        verifier=row["verifier"],
        author_verifier=now.author,
    )


def mark_published(
    connection: Connection, release: str, manifest: str, forecasts: Mapping[str, str], publisher: Signer, at: datetime
) -> None:
    """Publish an approved release; the one that it supersedes is marked so.

    Parameters
    ----------
    manifest : SHA-256 of the manifest
    forecasts : SHA-256 of each file with forecasts: registered before the truth is known

    Raises
    ------
    RecordError : it is not approved
    """
    now = standing(connection, release)
    _in_state(now, "approved")
    _step(connection, now, at, state="published", manifest=manifest)
    body = {"manifest": manifest, "publisher": publisher.verifier.text, "supersedes": now.supersedes}
    post(connection, Entry("release_published", at, release, published_id(release), {**body, "corrects": now.corrects}))
    registered: dict[str, object] = {"files": dict(forecasts), "manifest": manifest}
    post(connection, Entry("forecast_registered", at, release, f"forecast-{release}", registered))
    if now.supersedes is not None:
        old = standing(connection, now.supersedes)
        if old.state == "published":
            _step(connection, old, at, state="superseded", superseded_by=release)
            later = {"superseded_by": release}
            post(connection, Entry("release_superseded", at, old.id, f"superseded-{old.id}", later))


def published_id(release: str) -> str:
    """Give the id of the log entry that publishes a release."""
    return f"published-{release}"


def withdraw(
    connection: Connection, release: str, reason: str, person: Signer, at: datetime, *, contest: str | None = None
) -> None:
    """Withdraw a published release; its folder and entries stay, marked.

    Parameters
    ----------
    contest : id of the contest of this release that led to it, which the log then tells

    Raises
    ------
    RecordError : it is not published or superseded, the reason is too short, or there is no such contest of it
    """
    now = standing(connection, release)
    _in_state(now, "published", "superseded")
    problems = _reason_problems(reason)
    query = select(CONTESTS.c.id).where(CONTESTS.c.id == contest, CONTESTS.c.release == release)
    if contest is not None and connection.execute(query).first() is None:
        problems.append(Problem.of("record.contest.not_of", contest=contest, release=release))
    check_none(problems, RecordError)
    _step(connection, now, at, state="withdrawn", reason=reason)
    body = {"reason": reason, "by": person.verifier.text, "contest": contest}
    post(connection, Entry("release_withdrawn", at, release, f"withdrawn-{release}", body))


def _decide(
    connection: Connection, now: Standing, decision: str, reviewer: Signer, at: datetime, reason: str | None
) -> None:
    """Sign a decision and keep it."""
    overrides, notes = _overrides(connection, now.id), _notes(connection, now.id)
    origin = Origin(now.author, now.supersedes, now.corrects)
    signed = sign_statement(now.id, now.draft, decision, reviewer, at, reason, overrides, notes, origin)
    connection.execute(
        insert(REVIEWS).values(
            release=now.id,
            decision=decision,
            reviewer=reviewer.name,
            at=written(at),
            draft=now.draft,
            reason=reason,
            statement=signed.text,
            signature=signed.signature,
            verifier=reviewer.verifier.text,
        )
    )
    kind = "release_reviewed" if decision == "approved" else "release_refused"
    body = {"draft": now.draft, "reviewer": reviewer.verifier.text, "signature": signed.signature, "reason": reason,
            "overrides": len(overrides)}  # fmt: skip
    post(connection, Entry(kind, at, now.id, f"{decision}-{now.id}", body))
    for number, each in enumerate(overrides):
        post(connection, Entry("figure_overridden", at, now.id, f"override-{now.id}-{number}", plain_override(each)))


def _for_reviewer(connection: Connection, release: str, reviewer: Signer) -> Standing:
    now = standing(connection, release)
    _in_state(now, "in_review")
    author = parse_verifier(now.author)
    if reviewer.name == author.name or reviewer.verifier.key == author.key:
        raise RecordError("record.reviewed.same", name=author.name)
    return now


def _in_state(now: Standing, *expected: str) -> None:
    if now.state not in expected:
        raise RecordError.all_of([state_problem(now, *expected)])


def state_problem(now: Standing, *expected: str) -> Problem:
    """Tell that a release is in another state than is needed."""
    state, wanted = Term(f"term.release.{now.state}"), tuple(Term(f"term.release.{each}") for each in expected)
    return Problem.of("record.review.state", release=now.id, state=state, expected=wanted)


def _step(connection: Connection, now: Standing, at: datetime, **values: object) -> None:
    """Change a release, if nobody else has since it was looked at. Time never runs back for a release."""
    later = max(at, now.changed_at)
    done = connection.execute(
        update(RELEASES)
        .where(RELEASES.c.id == now.id, RELEASES.c.version == now.version)
        .values(changed_at=written(later), version=now.version + 1, **values)
    )
    if done.rowcount != 1:
        raise RecordError("record.store.at_once")


def _reason_problems(reason: str) -> list[Problem]:
    if len(reason.strip()) < LEAST_REASON or len(reason) > MOST_TEXT:
        return [Problem.of("record.review.reason", least=LEAST_REASON, most=MOST_TEXT)]
    return public_problems({"reason": reason})


def reviewers(connection: Connection, release: str) -> tuple[Verifier, ...]:
    """Give the keys of those who decided on a release."""
    query = select(REVIEWS.c.verifier).where(REVIEWS.c.release == release)
    return tuple(parse_verifier(text) for text in connection.execute(query).scalars())


def _notes(connection: Connection, release: str) -> tuple[str, ...]:
    query = select(NOTES.c.text).where(NOTES.c.release == release).order_by(NOTES.c.number)
    return tuple(connection.execute(query).scalars())


def _overrides(connection: Connection, release: str) -> tuple[Override, ...]:
    query = select(OVERRIDES).where(OVERRIDES.c.release == release).order_by(OVERRIDES.c.number)
    names = ("scope", "origin", "destination", "horizon", "computed", "stated", "reason", "reviewer")
    return tuple(
        Override(**{name: row[name] for name in names}, target_month=date.fromisoformat(row["target_month"]))
        for row in connection.execute(query).mappings()
    )


def _standing(row: Mapping[Any, Any]) -> Standing:
    values = {name: row[name] for name in Standing.__dataclass_fields__}
    times = {name: read_time(row[name]) for name in ("created_at", "changed_at")}
    return Standing(**{**values, **times})
