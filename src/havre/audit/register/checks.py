"""Rules that reach across claims: sources, references, what may be said on which ground."""

from collections import Counter
from collections.abc import Iterator

from havre.audit.register.load import Register
from havre.audit.register.models import Audit, Claim, Entry
from havre.errors import Problem, RegisterError, check_none

ON_EDITORS_WORD = {"unverified", "computed", "secondary", "read_secondary"}
"""What a claim may be marked that rests on notes, readings or calculations of the editors: never as read."""


def check_register(register: Register) -> None:
    """Check every rule that one claim alone cannot show.

    Raises
    ------
    RegisterError : all problems at once
    """
    known = {claim.id for claim in register.claims}
    problems = [problem for claim in register.claims for problem in _check_claim(claim, register, known)]
    for entry in register.entries.values():
        problems += _check_entry(entry, register, known)
    check_none(problems, RegisterError)


def _check_claim(claim: Claim, register: Register, known: set[str]) -> Iterator[Problem]:
    source = register.sources.get(claim.source)
    if source is None:
        yield Problem.of("register.no_source", claim=claim.id, source=claim.source)
    elif source.kind == "editors" and claim.verification not in ON_EDITORS_WORD:
        yield Problem.of("register.editors", claim=claim.id)
    if claim.field not in register.vocabulary.fields:
        yield Problem.of("register.no_field", claim=claim.id, field=claim.field)
    if claim.unit is not None and claim.unit not in register.vocabulary.units:
        yield Problem.of("register.no_unit", claim=claim.id, unit=claim.unit)
    for target in (*claim.rests_on, *claim.refuted_by):
        if target not in known:
            yield Problem.of("register.reference", claim=claim.id, target=target)
    if claim.status == "refuted" and not claim.refuted_by:
        yield Problem.of("register.refuted", claim=claim.id)
    if claim.status == "computed" and not claim.rests_on:
        yield Problem.of("register.computed", claim=claim.id)
    if claim.en == claim.fr:
        yield Problem.of("register.one_language", claim=claim.id)


def _check_entry(entry: Entry, register: Register, known: set[str]) -> Iterator[Problem]:
    contexts = {name for name, each in register.entries.items() if each.kind == "context"}
    lost = [(entry.id, name) for name in entry.includes if name not in contexts]
    lost += [(f"{entry.id}: {reply.author}", target) for reply in entry.replies for target in set(reply.about) - known]
    for audit in entry.audits:
        numbers = [target for target in _claims_of_audit(audit) if target in known and register.claim(target).number]
        lost += [(f"{entry.id}: {audit.id}", target) for target in _claims_of_audit(audit) if target not in numbers]
    for place, target in lost:
        yield Problem.of("register.reference", claim=place, target=target)
    # A contested rule needs its other reading beside it.
    readings = Counter(claim.field for claim in entry.claims if claim.reading)
    for claim in entry.claims:
        if claim.field.endswith(".applies") and claim.status == "disputed" and readings[claim.field] < 2:
            yield Problem.of("register.one_reading", claim=claim.id)


def _claims_of_audit(audit: Audit) -> list[str]:
    values = audit.model_dump(exclude={"id", "kind", "base_rates"}, exclude_none=True).values()
    return list(
        dict.fromkeys(target for value in values for target in (value if isinstance(value, tuple) else (value,)))
    )
