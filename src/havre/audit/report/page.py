"""What a report shows of one system in one language: sentences, rows and pictures, ready for the template."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from havre.audit.gallery import YearOfSearches
from havre.audit.intervals import Interval
from havre.audit.register.load import Register
from havre.audit.register.models import Claim, Entry
from havre.audit.register.views import AnnexRow, Group, annex_rows, claims_of, groups_of, sections_of
from havre.audit.report import numbers
from havre.audit.report.articles import place_text
from havre.audit.report.assumptions import assumptions_of
from havre.audit.report.citations import Citations
from havre.audit.report.figures import (
    ASSUMED_FMR,
    Figure,
    GalleryRow,
    IdentificationFigure,
    QuestionsFigure,
    ScreeningFigure,
    figures_of,
)
from havre.audit.report.icons import PEOPLE, Part, icon_array, of_a_thousand
from havre.texts import BETWEEN, Language, say

MILLION = 1_000_000
RATE_DIGITS = 4
KEY_FIELDS = (
    "purpose.intended", "purpose.dublin", "status.use", "status.start", "status.trial", "scale.size", "scale.people",
    "scale.refusals", "accuracy.requirement", "actors.provider", "actors.contractor", "actors.deployer",
    "actors.authority", "money.total", "place.states", "place.regions", "place.pilots", "litigation.outcome",
    "data.categories", "data.inputs", "data.logic", "law.applies", "law.basis", "incident.failure",
    "oversight.critique", "law.hit_deadline", "law.transfer",
)  # fmt: skip
"""What a page of one sheet tells first."""
LONG_UNIT, LONG_CAPTION = 5, 110
"""Letters of a unit that may stand on a line of its own, and of a caption of more than three lines."""
KEY_FACTS, KEY_RIGHTS, KEY_GAPS = 8, 4, 4


@dataclass(frozen=True)
class Picture:
    """An icon array with its sentence and the claims behind it."""

    svg: str
    share: float
    caption: str
    claims: tuple[Claim, ...]
    beyond_test: bool = False


@dataclass(frozen=True)
class Page:
    """A report about one entry in one language on one day."""

    register: Register
    entry: Entry
    language: Language
    on: date
    citations: Citations = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "citations", Citations(self.register.sources))

    def text(self, key: str, /, **fields: object) -> str:
        """Give a sentence of the catalogue of reports."""
        return say("audit_register", f"report.{key}", self.language, **fields)

    @property
    def name(self) -> str:
        """Name of the system."""
        return self.entry.name.text(self.language)

    @property
    def checked(self) -> str:
        """Say when the entry was checked, and whether that is too long ago."""
        day = numbers.day(self.entry.checked_on, self.language)
        days = self.entry.days_since_check(self.on)
        return self.text("stale" if self.entry.is_stale(self.on) else "checked", day=day, days=days)

    @cached_property
    def figures(self) -> Sequence[Figure]:
        """What the audits of the entry come to."""
        return figures_of(self.register, self.entry)

    @cached_property
    def screenings(self) -> list[ScreeningFigure]:
        """Checks that flag people."""
        return [figure for figure in self.figures if isinstance(figure, ScreeningFigure)]

    @cached_property
    def questions(self) -> list[QuestionsFigure]:
        """Interviews of several questions."""
        return [figure for figure in self.figures if isinstance(figure, QuestionsFigure)]

    @cached_property
    def identifications(self) -> list[IdentificationFigure]:
        """Searches of a whole base."""
        return [figure for figure in self.figures if isinstance(figure, IdentificationFigure)]

    @cached_property
    def assumptions(self) -> list[str]:
        """What the figures assume, one sentence each."""
        return assumptions_of(self.figures, self.language)

    @property
    def has_long_captions(self) -> bool:
        """Tell whether a caption needs more than three lines, so that all pictures begin at one height."""
        return any(len(picture.caption) > LONG_CAPTION for picture in self.pictures)

    @cached_property
    def pictures(self) -> list[Picture]:
        """Icon arrays: honest people flagged, and searches with a false hit."""
        return [*self._screening_pictures(), *self._identification_pictures()]

    def _screening_pictures(self) -> Iterator[Picture]:
        who = self.text(f"who.{'lie' if self.entry.family == 'lie_detector' else 'other'}")
        for figure in self.screenings:
            bounds = numbers.span(figure.honest_interval, self.language, PEOPLE)
            count = of_a_thousand(figure.honest_flagged)
            key = "honest" if bounds else "honest_bare"
            yield self._picture(
                figure.honest_flagged, self.text(key, who=who, count=count, bounds=bounds), figure.claims
            )

    def _identification_pictures(self) -> Iterator[Picture]:
        for figure in self.identifications:
            if figure.promised and figure.promised.number:
                yield self._picture(figure.promised.number, self._promised(figure.promised), (figure.promised,))
            for row in figure.rows:
                if row.carried and row.beyond_test and figure.tested_fpir:
                    share, size = row.carried[0], numbers.whole((row.gallery.number or 0) / MILLION, self.language)
                    other = of_a_thousand(row.carried[-1])
                    caption = self.text("carried_hits", count=of_a_thousand(share), other=other, size=size)
                    claims = (figure.tested_fpir, *figure.tested, row.gallery)
                    yield self._picture(share, caption, claims, beyond=True)

    def _promised(self, claim: Claim) -> str:
        """Say what a promised rate is, who says so, and what it means for a thousand searches."""
        said = {"status": self.status(claim), "verification": self.verification(claim)}
        count = of_a_thousand(claim.number or 0)
        return self.text("promised_hits", statement=claim.text(self.language), count=count, **said)

    def _picture(self, share: float, caption: str, claims: tuple[Claim, ...], *, beyond: bool = False) -> Picture:
        flagged = of_a_thousand(share)
        parts = (Part(flagged, "flagged"), Part(PEOPLE - flagged, "clear"))
        return Picture(icon_array(parts, caption), share, caption, claims, beyond)

    def false_hits(self, figure: IdentificationFigure) -> str | None:
        """Say how many false hits a million searches bring at the promised rate; ``None`` where none is promised."""
        if figure.promised is None or figure.promised.number is None:
            return None
        year = YearOfSearches(MILLION, 0.0, figure.promised.number)
        return self.text("false_hits", hits=numbers.whole(year.false_hits, self.language))

    @property
    def own(self) -> list[Claim]:
        """Claims of the entry."""
        return list(self.entry.claims)

    @cached_property
    def key_facts(self) -> list[Group]:
        """What a page of one sheet tells about the system, with conflicting claims together."""
        groups = {(group.field, group.about): group for group in groups_of(self.own)}
        first = [group for name in KEY_FIELDS for group in groups.values() if group.field == name]
        found = [group for group in first if any(claim.value is not None for claim in group.claims)]
        return sorted(found, key=lambda group: group.about is not None)[:KEY_FACTS]

    @cached_property
    def gaps(self) -> list[Claim]:
        """What is not known: not found, not published, or not recorded."""
        return [claim for claim in self.own if claim.is_absent]

    @cached_property
    def ai_act(self) -> list[Claim]:
        """What the AI Act says of this system, and the readings that are contested."""
        own = [claim for claim in self.own if claim.field.startswith("ai_act.")]
        return own + (self.contested if "ai-act" in self.entry.includes else [])

    @property
    def contested(self) -> list[Claim]:
        """Readings of the AI Act that are contested, all beside each other."""
        claims = self.register.entries["ai-act"].claims
        return [claim for claim in claims if claim.reading and claim.status == "disputed"]

    @cached_property
    def rights(self) -> list[Claim]:
        """Rights of persons: those of the system first, then those that hold for all."""
        claims = claims_of(self.register, self.entry, with_contexts=True)
        return [claim for claim in claims if claim.field.startswith("rights.") and claim.status != "refuted"]

    @cached_property
    def annex(self) -> Sequence[AnnexRow]:
        """The entry by the points of Annex VIII."""
        return annex_rows(self.register, self.entry)

    def sections(self, claims: Sequence[Claim]) -> Iterator[tuple[str, list[tuple[str, list[Group]]]]]:
        """Give sections with their fields and groups, by name."""
        words = self.register.vocabulary
        for section, groups in sections_of(self.register, claims):
            fields: dict[str, list[Group]] = {}
            for group in groups:
                named = words.fields[group.field]
                fields.setdefault(named.fr if self.language == "fr" else named.en, []).append(group)
            yield words.sections[section].text(self.language), list(fields.items())

    @property
    def contexts(self) -> list[Entry]:
        """Entries whose claims belong to this system too."""
        return [self.register.entries[name] for name in self.entry.includes]

    def value(self, claim: Claim) -> str | None:
        """Write the value of a claim with its unit."""
        return numbers.value_of(claim, self.register.vocabulary, self.language)

    def value_in_cell(self, claim: Claim) -> str:
        """Write a value for a narrow column, where a long unit may stand on a line of its own."""
        value = self.value(claim)
        if value is None:
            return "–" if claim.value is None else self.text("in_statement")
        number, space, unit = value.rpartition(numbers.SPACE)
        return f"{number} {unit}" if space and len(unit) >= LONG_UNIT else value

    def day(self, claim: Claim) -> str:
        """Write the day of a claim, and say so where it is only the day of reading."""
        written = numbers.day(claim.date, self.language)
        return self.text("read_on", day=written) if claim.date_is == "read" else written

    def status(self, claim: Claim) -> str:
        """Name the status of a claim."""
        return self.text(f"status.{claim.status}")

    def verification(self, claim: Claim) -> str:
        """Say how far a claim was checked."""
        return self.text(f"verification.{claim.verification}")

    def counted(self, key: str, count: int) -> str:
        """Give a sentence with a count, for one or for several."""
        return self.text(f"{key}_one" if count == 1 else key, count=count)

    def where(self, claim: Claim) -> str:
        """Write the place of a claim within its source."""
        return place_text(claim.where or "", self.language)

    @property
    def colon(self) -> str:
        """Give the colon with its spaces."""
        return numbers.COLON[self.language]

    @property
    def between(self) -> str:
        """Give what stands between parts of a sentence."""
        return BETWEEN[self.language]

    def rates(self, figure: ScreeningFigure) -> str:
        """Say which two rates a check has."""
        key = "lie" if self.entry.family == "lie_detector" else "other"
        shares = (figure.screening.sensitivity.share, figure.screening.specificity.share)
        found, cleared = (numbers.percent(share, self.language, RATE_DIGITS) for share in shares)
        return self.text(f"rates.{key}", found=found, cleared=cleared)

    def power(self, rate: float) -> str:
        """Write a small rate as a power of ten."""
        return numbers.power(rate, self.language)

    def percent(self, share: float) -> str:
        """Write a share in per cent."""
        return numbers.percent(share, self.language)

    def rate(self, share: float) -> str:
        """Write a share that may be tiny."""
        return numbers.rate(share, self.language)

    def million(self, share: float) -> str:
        """Write a share as persons of a million."""
        return numbers.whole(MILLION * share, self.language)

    def span_million(self, found: Interval | None) -> str | None:
        """Write an interval of shares as persons of a million."""
        return numbers.span(found, self.language, MILLION)

    def span(self, found: Interval | None) -> str | None:
        """Write an interval of shares."""
        return numbers.span(found, self.language)

    def millions(self, claim: Claim) -> str:
        """Write the size that a claim gives, with its unit."""
        return self.value(claim) or ""

    def times(self, ratio: float) -> str:
        """Write how many times larger something is."""
        return numbers.decimal(ratio, self.language, 2)

    def decimal(self, value: float) -> str:
        """Write a number with two digits."""
        return numbers.decimal(value, self.language, 2)

    def carried(self, row: GalleryRow) -> tuple[str, str]:
        """Write the FPIR of the test at another size: with all people alike, and with look-alikes.

        These are two assumptions and no interval, so they are never written as one.
        """
        alike, looking_alike = row.carried or (0.0, 0.0)
        written = numbers.percent(looking_alike, self.language)
        return numbers.percent(alike, self.language), self.text("carried_alike", share=written)

    @cached_property
    def missed(self) -> list[Claim]:
        """What is said of people who are in a base and are not found."""
        return [claim for claim in self.own if claim.field == "accuracy.fnir"] if self.identifications else []

    def written_day(self, text: str) -> str:
        """Write a date that may be a year, a month or a day."""
        return numbers.day(text, self.language)

    def annex_name(self, point: str) -> str:
        """Name a point of Annex VIII."""
        named = self.register.vocabulary.annex[point]
        return named.fr if self.language == "fr" else named.en

    assumed_rates = ASSUMED_FMR
    key_rights, key_gaps = KEY_RIGHTS, KEY_GAPS
