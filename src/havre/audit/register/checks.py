"""Rules that reach across claims: sources, dates, references, what may be said on which ground."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date

from havre.audit.register.dates import first_day, last_day
from havre.audit.register.load import Register
from havre.audit.register.models import UNDATED, Audit, Claim, Entry, Source, SourceKind, Status
from havre.errors import Problem, RegisterError, check_none

ON_EDITORS_WORD = {"unverified", "computed", "secondary", "read_secondary", "nothing"}
"""What a claim may be marked that rests on notes, readings or calculations of the editors: never as read."""
CARRIED_BY: Mapping[Status, frozenset[SourceKind]] = {
    "official": frozenset({"official", "law", "court"}),
    "judgment": frozenset({"court"}),
    "press": frozenset({"press", "secondary"}),
    "organisation": frozenset({"organisation"}),
    "project": frozenset({"project"}),
    "commentary": frozenset({"commentary"}),
    "research": frozenset({"research"}),
    "reading": frozenset({"law", "editors"}),
    "computed": frozenset({"editors"}),
    "note": frozenset({"editors"}),
    "not_recorded": frozenset({"editors"}),
}
"""Kinds of source that can carry a status: no newspaper, organisation or law firm speaks with an authority's voice."""
FIRST_HAND: Mapping[Status, frozenset[SourceKind]] = {
    "legal_requirement": frozenset({"law"}),
    "guidance": frozenset({"official"}),
    "measured": frozenset({"official", "research"}),
}
"""Where a statement of a status stands first: read anywhere else, it was read in a secondary source."""


def check_register(register: Register) -> None:
    """Check every rule that one claim alone cannot show.

    Raises
    ------
    RegisterError : all problems at once
    """
    known = {claim.id: claim for claim in register.claims}
    problems = [
        problem
        for entry in register.entries.values()
        for claim in entry.claims
        for problem in (*_check_claim(claim, register, known), *_check_date(claim, entry, register))
    ]
    for entry in register.entries.values():
        problems += [*_check_entry(entry, register, known), *_check_topics(entry, register)]
    check_none(problems, RegisterError)


def check_days(register: Register, on: date) -> None:
    """Check that no entry was checked on a day that is still to come.

    Raises
    ------
    RegisterError : every entry of which that is said
    """
    problems = [
        Problem.of("register.checked_later", entry=entry.id, day=entry.checked_on, today=on.isoformat())
        for entry in register.entries.values()
        if first_day(entry.checked_on) > on
    ]
    check_none(problems, RegisterError)


def _check_claim(claim: Claim, register: Register, known: Mapping[str, Claim]) -> Iterator[Problem]:
    source = register.sources.get(claim.source)
    if source is None:
        yield Problem.of("register.no_source", claim=claim.id, source=claim.source)
    else:
        yield from _check_ground(claim, source)
    if claim.field not in register.vocabulary.fields:
        yield Problem.of("register.no_field", claim=claim.id, field=claim.field)
    if claim.unit is not None and claim.unit not in register.vocabulary.units:
        yield Problem.of("register.no_unit", claim=claim.id, unit=claim.unit)
    for target in (*claim.rests_on, *claim.refuted_by):
        if target not in known:
            yield Problem.of("register.reference", claim=claim.id, target=target)
    if claim.status == "refuted" and not claim.refuted_by:
        yield Problem.of("register.refuted", claim=claim.id)
    elif claim.refuted_by and all(target in known and known[target].is_absent for target in claim.refuted_by):
        yield Problem.of("register.refuted_by_nothing", claim=claim.id)
    if claim.status == "computed" and not claim.rests_on:
        yield Problem.of("register.computed", claim=claim.id)
    if claim.en == claim.fr:
        yield Problem.of("register.one_language", claim=claim.id)


def _check_ground(claim: Claim, source: Source) -> Iterator[Problem]:
    """Check that a source of this kind can carry the status, and that what was read stands there first."""
    carriers = CARRIED_BY.get(claim.status)
    first_hand = FIRST_HAND.get(claim.status)
    if source.kind == "editors" and claim.verification not in ON_EDITORS_WORD:
        yield Problem.of("register.editors", claim=claim.id)
    elif carriers and source.kind not in carriers:
        kinds = ", ".join(sorted(carriers))
        yield Problem.of(
            "register.not_its_voice", claim=claim.id, status=claim.status, kind=source.kind, source=claim.source,
            kinds=kinds,
        )  # fmt: skip
    elif first_hand and claim.verification == "read" and source.kind not in first_hand:
        yield Problem.of("register.read_elsewhere", claim=claim.id, status=claim.status, kind=source.kind)


def _check_date(claim: Claim, entry: Entry, register: Register) -> Iterator[Problem]:
    if first_day(claim.date) > last_day(entry.checked_on):
        yield Problem.of("register.date_later", claim=claim.id, date=claim.date, checked=entry.checked_on)
        return
    source = register.sources.get(claim.source)
    if source is None or (source.kind == "editors" and claim.date_is == "read"):
        return
    if source.date == UNDATED:
        if claim.date_is == "stated":
            yield Problem.of("register.date_unknown", claim=claim.id, date=claim.date, source=claim.source)
    elif claim.date_is == "read" or not _overlap(claim.date, source.date):
        yield Problem.of(
            "register.date_not_its", claim=claim.id, date=claim.date, source=claim.source, said=source.date
        )


def _overlap(one: str, other: str) -> bool:
    return first_day(one) <= last_day(other) and first_day(other) <= last_day(one)


def _check_entry(entry: Entry, register: Register, known: Mapping[str, Claim]) -> Iterator[Problem]:
    contexts = {each.id for each in register.contexts}
    lost = [(entry.id, name) for name in entry.includes if name not in contexts]
    lost += [(f"{entry.id}: {reply.author}", each) for reply in entry.replies for each in set(reply.about) - set(known)]
    for audit in entry.audits:
        numbers = [target for target in _claims_of_audit(audit) if target in known and known[target].number]
        lost += [(f"{entry.id}: {audit.id}", target) for target in _claims_of_audit(audit) if target not in numbers]
    for place, target in lost:
        yield Problem.of("register.reference", claim=place, target=target)
    # A contested rule needs its other reading beside it.
    readings = Counter(claim.field for claim in entry.claims if claim.reading)
    for claim in entry.claims:
        contested = claim.reading or claim.field.endswith(".applies")
        if contested and claim.status == "disputed" and readings[claim.field] < 2:
            yield Problem.of("register.one_reading", claim=claim.id)


def _check_topics(entry: Entry, register: Register) -> Iterator[Problem]:
    """Check that a system tells every topic that is asked of it, or says that nothing is recorded; not both."""
    topics = register.vocabulary.topics
    for name in entry.not_recorded:
        if name not in topics:
            yield Problem.of("register.no_topic", entry=entry.id, topic=name, known=", ".join(topics))
        elif topics[name].is_told_by(entry):
            yield Problem.of("register.told_after_all", entry=entry.id, topic=name)
    for name, topic in topics.items():
        if topic.is_asked_of(entry) and name not in entry.not_recorded and not topic.is_told_by(entry):
            yield Problem.of("register.topic_untold", entry=entry.id, topic=name, fields=", ".join(topic.fields))


def _claims_of_audit(audit: Audit) -> list[str]:
    values = audit.model_dump(exclude={"id", "kind", "base_rates"}, exclude_none=True).values()
    return list(
        dict.fromkeys(target for value in values for target in (value if isinstance(value, tuple) else (value,)))
    )
