"""What claims can be about: sections, fields and units with their names, and the points of Annex VIII of the AI Act."""

from havre.audit.register.models import Bilingual, Entry, Family, Part, Status


class Field(Part):
    """A field of the register; ``annex`` is the point of Annex VIII that asks the same."""

    en: str
    fr: str
    annex: str | None = None


class AnnexPoint(Part):
    """A point of Annex VIII; ``non_public`` tells whether it is asked of police and border systems at all."""

    en: str
    fr: str
    non_public: bool


class Topic(Part):
    """What every system must tell, or say that it is not known.

    A claim in one of ``fields`` tells it, unless its status is one of ``besides``: a required error rate is no
    measured one. ``families`` are those that must tell it; all, where there are none. ``unknown`` is the sentence for
    what nobody has recorded.
    """

    en: str
    fr: str
    fields: tuple[str, ...]
    unknown: Bilingual
    besides: tuple[Status, ...] = ()
    families: tuple[Family, ...] = ()

    def is_told_by(self, entry: Entry) -> bool:
        """Tell whether a claim of the entry, other than that nothing is recorded, is about this topic."""
        return any(
            claim.field in self.fields and claim.status not in ("not_recorded", "refuted", *self.besides)
            for claim in entry.claims
        )

    def is_asked_of(self, entry: Entry) -> bool:
        """Tell whether an entry must tell it."""
        return entry.kind == "system" and (not self.families or entry.family in self.families)


class Vocabulary(Part):
    """Names of everything that a claim can be about, in the order of a report."""

    sections: dict[str, Bilingual]
    fields: dict[str, Field]
    units: dict[str, Bilingual]
    topics: dict[str, Topic]
    annex: dict[str, AnnexPoint]

    def section_of(self, field: str) -> str:
        """Name the section in which a field stands."""
        return field.split(".", maxsplit=1)[0]
