"""What claims can be about: sections, fields and units with their names, and the points of Annex VIII of the AI Act."""

from havre.audit.register.models import Bilingual, Part


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


class Vocabulary(Part):
    """Names of everything that a claim can be about, in the order of a report."""

    sections: dict[str, Bilingual]
    fields: dict[str, Field]
    units: dict[str, Bilingual]
    annex: dict[str, AnnexPoint]

    def section_of(self, field: str) -> str:
        """Name the section in which a field stands."""
        return field.split(".", maxsplit=1)[0]
