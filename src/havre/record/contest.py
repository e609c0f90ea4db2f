"""Contests: anybody may say that a published figure is wrong or harmful; a human answers, in time, in public.

Who contests needs no account: a receipt with a secret lets them follow it. What they wrote stays in the store and can
be erased; the log holds a salted commitment and a summary that a human approved.

References
----------
Regulation (EU) 2016/679 (GDPR), articles 12(3) (one month), 17 (erasure), 22(3) (human intervention, contest).
Regulation (EEC, Euratom) 1182/71, article 3 (a period in months ends on the same date, else on the month's last day).
"""

import hmac
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import rfc8785
from sqlalchemy import Connection, delete, insert, select, update

from havre.errors import Problem, RecordError, Term, check_none
from havre.months import add_months
from havre.record.contest_answers import answer_problems
from havre.record.contest_sources import slow
from havre.record.contest_texts import ContestText, check_about, check_text
from havre.record.log.entries import Entry
from havre.record.log.keys import Signer, Verifier, parse_verifier
from havre.record.public_words import MOST_TEXT, public_problems
from havre.record.review import LEAST_REASON, reviewers, standing
from havre.record.settings import RecordSettings
from havre.record.store.database import read_time, written
from havre.record.store.outbox import post
from havre.record.store.schema import CONTEST_TEXTS, CONTESTS

SECRET_BYTES = 16
"""128 bits at random: nobody can try them all, so that a plain salted hash keeps them as well as a slow one would."""
Random = Callable[[int], bytes]
CONTESTABLE = ("published", "superseded", "withdrawn")


@dataclass(frozen=True)
class Receipt:
    """What who contests gets: the id, which is public, and the secret, which is told this once."""

    id: str
    secret: str

    @property
    def code(self) -> str:
        """Both in one word."""
        return f"{self.id}.{self.secret}"


@dataclass(frozen=True)
class Contest:
    """What is public of a contest.

    Parameters
    ----------
    acknowledge_by, answer_by : ends of the times that are set
    remedy_state : where the release that the remedy names stands by now; it may be refused after all
    summary, answer : written by who answered, for the public
    """

    id: str
    state: str
    about: str
    release: str | None
    filed_at: datetime
    acknowledge_by: datetime
    answer_by: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    answered_at: datetime | None
    answered_by: str | None
    outcome: str | None
    summary: str | None
    answer: str | None
    remedy: str | None
    remedy_id: str | None
    erased_at: datetime | None
    remedy_state: str | None = None

    @property
    def is_owed(self) -> bool:
        """Whether a remedy was promised that will not come: the new release was refused."""
        return self.remedy == "release" and self.remedy_state == "refused"

    def late(self, at: datetime) -> tuple[str, ...]:
        """Tell which time was missed or is being missed: ``acknowledgement``, ``answer``."""
        missed = {
            "acknowledgement": (self.acknowledged_at or self.answered_at or at) > self.acknowledge_by,
            "answer": (self.answered_at or at) > self.answer_by,
        }
        return tuple(name for name, is_late in missed.items() if is_late)


def file_contest(
    connection: Connection,
    settings: RecordSettings,
    release: str,
    about: str,
    text: ContestText,
    at: datetime,
    *,
    source: str | None = None,
    figures: Collection[str] | None = None,
    random: Random = secrets.token_bytes,
) -> Receipt:
    """File a contest.

    Parameters
    ----------
    release : the release that it is about
    about : the figure (see :mod:`havre.record.figures`), ``release`` for all of it, or ``decision`` for the decision to
        publish, change or withdraw it; it is public at once, and so never a text of one's own
    source : from where it comes, such as a network address, to slow floods; kept only as a hash with a salt of the day
    figures : names of the figures of the release, of which ``about`` must be one; whoever offers filing to the public
        gives them

    Raises
    ------
    RecordError : there is no such published release or figure, the text is too long or not plain text, or too many
        were filed of late; nothing is kept then
    """
    check_text(text)
    now = standing(connection, release)
    if now.state not in CONTESTABLE:
        raise RecordError("record.contest.not_published", release=release)
    check_about(about, figures)
    slow(connection, settings, source, at, random)
    identity, secret = random(8).hex(), random(SECRET_BYTES).hex()
    salt, secret_salt = random(32).hex(), random(16).hex()
    commitment = commitment_of(text, salt)
    connection.execute(
        insert(CONTESTS).values(
            id=identity,
            state="filed",
            about=about,
            release=release,
            filed_at=written(at),
            secret_salt=secret_salt,
            secret_hash=_secret_hash(secret_salt, secret),
            commitment=commitment,
            version=1,
        )
    )
    words = {"why": text.why, "evidence": text.evidence, "contact": text.contact}
    connection.execute(insert(CONTEST_TEXTS).values(contest=identity, salt=salt, **words))
    due = _due(settings, at)
    body = {"about": about, "release": release, "commitment": commitment, "acknowledge_by": written(due[0]),
            "answer_by": written(due[1])}  # fmt: skip
    post(connection, Entry("contest_filed", at, identity, f"filed-{identity}", body))
    return Receipt(identity, secret)


def follow(connection: Connection, settings: RecordSettings, code: str) -> tuple[Contest, ContestText | None]:
    """Give a contest and what was written, to whoever has the receipt; using it again changes nothing.

    Raises
    ------
    RecordError : the receipt is not right; whether there is such a contest is not told
    """
    identity, _, secret = code.strip().partition(".")
    row = connection.execute(select(CONTESTS).where(CONTESTS.c.id == identity)).mappings().first()
    salt, expected = (row["secret_salt"], row["secret_hash"]) if row else ("", "0" * 64)
    if not hmac.compare_digest(_secret_hash(salt, secret), expected) or row is None:
        raise RecordError("record.contest.receipt")
    return _contest(connection, row, settings), written_text(connection, identity)


def acknowledge(connection: Connection, settings: RecordSettings, contest: str, person: Signer, at: datetime) -> None:
    """Say that a human has read a contest and will answer it.

    Raises
    ------
    RecordError : there is no such contest, it was acknowledged before, or the person may not act
    """
    settings.person(person.verifier)
    row = _row(connection, contest, "filed")
    when = max(at, read_time(row["filed_at"]))
    _step(connection, row, state="acknowledged", acknowledged_at=written(when), acknowledged_by=person.name)
    post(
        connection,
        Entry("contest_acknowledged", when, contest, f"acknowledged-{contest}", {"by": person.verifier.text}),
    )


def answer(
    connection: Connection,
    settings: RecordSettings,
    contest: str,
    person: Signer,
    at: datetime,
    *,
    outcome: str,
    summary: str,
    reasons: str,
    remedy: str | None = None,
    remedy_id: str | None = None,
) -> None:
    """Answer a contest.

    Parameters
    ----------
    outcome : ``upheld``, ``partly`` or ``rejected``
    summary : what was contested, in words for the public that hold nothing about a person: who answers approves them
    reasons : the answer, for the public too
    remedy : what follows from an outcome that is not ``rejected``: ``correction``, ``release`` or ``withdrawal``
    remedy_id : the text of the correction for readers, or the id of the release that was made or withdrawn

    Raises
    ------
    RecordError : there is no such contest or it was answered, the person may not act or made the release, words or
        remedy are missing, what is public holds how somebody can be reached, or the release that is to mend it does not
        tell that it corrects this contest; all of it is told
    """
    settings.person(person.verifier)
    row = _row(connection, contest, "filed", "acknowledged")
    now = standing(connection, row["release"])
    problems = answer_problems(connection, contest, row["release"], outcome, remedy, remedy_id)
    words = {"summary": summary, "reasons": reasons}
    if any(not LEAST_REASON <= len(each.strip()) <= MOST_TEXT for each in words.values()):
        problems.append(Problem.of("record.review.reason", least=LEAST_REASON, most=MOST_TEXT))
    words |= {"correction": remedy_id or ""} if remedy == "correction" else {}
    problems += public_problems(words, written_text(connection, contest))
    author = parse_verifier(now.author)
    if person.name == author.name or person.verifier.key == author.key:
        problems.append(Problem.of("record.contest.own", name=person.name))
    elif row["about"] == "decision" and _is_one_of(person, reviewers(connection, row["release"])):
        problems.append(Problem.of("record.contest.own_decision", name=person.name))
    check_none(problems, RecordError)
    when = max(at, read_time(row["acknowledged_at"] or row["filed_at"]))
    values: dict[str, object] = {
        "answered_by": person.name, "outcome": outcome, "summary": summary, "answer": reasons, "remedy": remedy,
        "remedy_id": remedy_id,
    }  # fmt: skip
    _step(connection, row, state="answered", answered_at=written(when), **values)
    told = {**values, "answered_by": person.verifier.text, "release": row["release"], "about": row["about"]}
    post(connection, Entry("contest_answered", when, contest, f"answered-{contest}", told))
    if remedy == "correction":
        body = {"contest": contest, "release": row["release"], "about": row["about"], "text": remedy_id}
        post(connection, Entry("correction", when, str(row["release"]), f"correction-{contest}", body))


def _is_one_of(person: Signer, keys: Iterable[Verifier]) -> bool:
    return any(person.name == each.name or person.verifier.key == each.key for each in keys)


def erase(connection: Connection, contest: str, at: datetime) -> None:
    """Erase what somebody wrote and how they can be reached; the log is not touched, and its commitment stays closed.

    Raises
    ------
    RecordError : there is no such contest
    """
    row = _row(connection, contest)
    connection.execute(delete(CONTEST_TEXTS).where(CONTEST_TEXTS.c.contest == contest))
    if row["erased_at"] is None:
        _step(connection, row, erased_at=written(at))


def contests(connection: Connection, settings: RecordSettings) -> tuple[Contest, ...]:
    """Give what is public of all contests, the oldest first."""
    rows = connection.execute(select(CONTESTS).order_by(CONTESTS.c.filed_at, CONTESTS.c.id)).mappings()
    return tuple(_contest(connection, row, settings) for row in rows.all())


def contest_of(connection: Connection, settings: RecordSettings, contest: str) -> Contest:
    """Give what is public of one contest.

    Raises
    ------
    RecordError : there is no such contest
    """
    return _contest(connection, _row(connection, contest), settings)


def written_text(connection: Connection, contest: str) -> ContestText | None:
    """Give what was written, for those who answer; ``None`` where it was erased."""
    row = connection.execute(select(CONTEST_TEXTS).where(CONTEST_TEXTS.c.contest == contest)).mappings().first()
    return None if row is None else ContestText(row["why"], row["evidence"], row["contact"])


def commitment_of(text: ContestText, salt: str) -> str:
    """Give the commitment to a text: SHA-256 of 32 random bytes and its canonical JSON.

    Without the salt nobody can find out by trying whether a text was it, however short it is.
    """
    plain = {"why": text.why, "evidence": text.evidence, "contact": text.contact}
    return sha256(bytes.fromhex(salt) + rfc8785.dumps(plain)).hexdigest()


def _due(settings: RecordSettings, filed: datetime) -> tuple[datetime, datetime]:
    """Give the ends of the times for acknowledgement and answer: the last second of their last day.

    A month that ends on a weekend is not made longer: what is set for those who answer is never later than the law.
    """
    day = filed.replace(hour=23, minute=59, second=59, microsecond=0)
    first = add_months(day.date().replace(day=1), settings.answer_months)
    after = add_months(first, 1) - timedelta(days=1)
    last = day.replace(year=first.year, month=first.month, day=min(day.day, after.day))
    return day + timedelta(days=settings.acknowledge_days), last


def _row(connection: Connection, contest: str, *states: str) -> Mapping[Any, Any]:
    row = connection.execute(select(CONTESTS).where(CONTESTS.c.id == contest)).mappings().first()
    if row is None:
        raise RecordError("record.contest.unknown", contest=contest)
    if states and row["state"] not in states:
        state, wanted = Term(f"term.contest.{row['state']}"), tuple(Term(f"term.contest.{each}") for each in states)
        raise RecordError("record.contest.state", contest=contest, state=state, expected=wanted)
    return row


def _step(connection: Connection, row: Mapping[Any, Any], **values: object) -> None:
    done = connection.execute(
        update(CONTESTS)
        .where(CONTESTS.c.id == row["id"], CONTESTS.c.version == row["version"])
        .values(version=row["version"] + 1, **values)
    )
    if done.rowcount != 1:
        raise RecordError("record.store.at_once")


def _secret_hash(salt: str, secret: str) -> str:
    return sha256(f"{salt} {secret}".encode()).hexdigest()


def _contest(connection: Connection, row: Mapping[Any, Any], settings: RecordSettings) -> Contest:
    values = {name: row[name] for name in Contest.__dataclass_fields__ if name in row}
    times = ("filed_at", "acknowledged_at", "answered_at", "erased_at")
    values |= {name: None if row[name] is None else read_time(row[name]) for name in times}
    acknowledge_by, answer_by = _due(settings, values["filed_at"])
    names_release = row["remedy"] in ("release", "withdrawal")
    state = standing(connection, row["remedy_id"]).state if names_release else None
    return Contest(acknowledge_by=acknowledge_by, answer_by=answer_by, remedy_state=state, **values)
