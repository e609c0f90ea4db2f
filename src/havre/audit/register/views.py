"""What stands side by side, what contradicts, and what the public register leaves out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from havre.audit.register.load import Register
from havre.audit.register.models import Claim, Entry


@dataclass(frozen=True)
class Group:
    """Claims about the same field of the same thing, in the order of the file."""

    field: str
    about: str | None
    claims: tuple[Claim, ...]

    @property
    def conflicts(self) -> bool:
        """Tell whether numbers or days contradict, or a claim is disputed or refuted by another one here."""
        values = {
            (claim.value, claim.unit) for claim in self.claims if claim.unit != "text" and claim.value is not None
        }
        marked = [claim for claim in self.claims if claim.status in ("disputed", "refuted")]
        return len(values) > 1 or (len(self.claims) > 1 and bool(marked))


def claims_of(register: Register, entry: Entry, *, with_contexts: bool = False) -> Iterator[Claim]:
    """Give the claims of an entry, and if wanted those of the contexts that it includes."""
    yield from entry.claims
    if with_contexts:
        for name in entry.includes:
            yield from register.entries[name].claims


def groups_of(claims: Iterable[Claim]) -> list[Group]:
    """Put claims about the same thing side by side."""
    found: dict[tuple[str, str | None], list[Claim]] = {}
    for claim in claims:
        found.setdefault(claim.group, []).append(claim)
    return [Group(field, about, tuple(group)) for (field, about), group in found.items()]


def sections_of(register: Register, claims: Iterable[Claim]) -> Iterator[tuple[str, list[Group]]]:
    """Give sections that have claims, in the order of the vocabulary, each with its groups."""
    order = {field: place for place, field in enumerate(register.vocabulary.fields)}
    groups = sorted(groups_of(claims), key=lambda group: order[group.field])
    for section in register.vocabulary.sections:
        here = [group for group in groups if register.vocabulary.section_of(group.field) == section]
        if here:
            yield section, here


@dataclass(frozen=True)
class AnnexRow:
    """What one point of Annex VIII would say, and where it can be read.

    ``claims`` are what this register has; ``asked`` tells whether authorities must give it even in the section
    that is not public.
    """

    point: str
    asked: bool
    claims: tuple[Claim, ...]


def annex_rows(register: Register, entry: Entry) -> Sequence[AnnexRow]:
    """Lay an entry out by the points of Annex VIII of the AI Act, to show what the non-public section leaves out."""
    by_point: dict[str, list[Claim]] = {}
    for claim in entry.claims:
        point = register.vocabulary.fields[claim.field].annex
        if point and claim.value is not None and claim.status != "refuted":
            by_point.setdefault(point, []).append(claim)
    return [
        AnnexRow(point, row.non_public, tuple(by_point.get(point, ())))
        for point, row in register.vocabulary.annex.items()
    ]
