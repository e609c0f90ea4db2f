"""What the audits that an entry names come to: figures computed from its claims, with what each one assumes.

Nothing here words or draws; a figure keeps the claims that it comes from, so that a report can print them beside it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from havre.audit.gallery import fpir, fpir_elsewhere, required_fmr
from havre.audit.intervals import LEVEL, Interval
from havre.audit.questions import chance_of_flags
from havre.audit.rates import Rate
from havre.audit.register.load import Register
from havre.audit.register.models import Claim, Entry, IdentificationAudit, QuestionsAudit, ScreeningAudit
from havre.audit.screening import Screening

CORRELATIONS = (0.0, 0.1, 0.3)
"""Correlations of two answers of a person that a report shows beside each other."""
VARIATIONS = (0.0, 1.0)
"""Coefficients of variation of people's false-match rates: all alike, and some with many look-alikes."""
ASSUMED_FMR = (1e-6, 1e-9, 1e-12)
"""False-match rates per comparison of which a report shows the consequences where none is published."""


@dataclass(frozen=True)
class ScreeningRow:
    """What a check does at one assumed base rate, as shares of all people; intervals where samples are known.

    ``trait`` is the share of the flagged who have what the check looks for.
    """

    base_rate: float
    flagged: float
    flagged_wrongly: float
    trait: float
    flagged_interval: Interval | None
    wrongly_interval: Interval | None
    trait_interval: Interval | None


@dataclass(frozen=True)
class ScreeningFigure:
    """A check that flags people, by one pair of claims."""

    audit: ScreeningAudit
    sensitivity: Claim
    specificity: Claim
    sample: Claim | None
    share_with_trait: Claim | None
    screening: Screening
    rows: tuple[ScreeningRow, ...]

    @property
    def honest_flagged(self) -> float:
        """Share of people without the trait who are flagged."""
        return self.screening.specificity.complement.share

    @property
    def honest_interval(self) -> Interval | None:
        """Exact interval of that share; ``None`` where no sample size is known."""
        return self.screening.specificity.complement.interval("clopper-pearson", LEVEL)

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Every claim that went in, each once."""
        found = (self.sensitivity, self.specificity, self.sample, self.share_with_trait)
        return tuple(dict.fromkeys(claim for claim in found if claim))

    @property
    def unattainable(self) -> tuple[Claim, ...]:
        """Claims whose share no whole number of the people in the sample gives: something else was counted.

        One accuracy that stands for both rates is not asked: it was counted over the whole sample, and rounded.
        """
        if self.sensitivity == self.specificity:
            return ()
        pairs = ((self.sensitivity, self.screening.sensitivity), (self.specificity, self.screening.specificity))
        return tuple(claim for claim, rate in pairs if rate.is_attainable is False)


@dataclass(frozen=True)
class QuestionsFigure:
    """How likely an honest person collects so many flags as one person did."""

    audit: QuestionsAudit
    specificity: Claim
    questions: Claim
    flags: Claim
    chances: tuple[tuple[float, float], ...]
    """Correlation of two answers, and the chance of at least so many flags."""

    @property
    def expected(self) -> float:
        """Flags that an honest person collects on average."""
        return _whole(self.questions) * (1 - _number(self.specificity))

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Every claim that went in."""
        return self.specificity, self.questions, self.flags


@dataclass(frozen=True)
class GalleryRow:
    """What a search meets at one size of the base.

    ``needed`` is the false-match rate that the promised FPIR needs; ``carried`` the FPIR that the tested one becomes
    at this size if the threshold stays, for each of :data:`VARIATIONS`; ``assumed`` that of :data:`ASSUMED_FMR`.
    """

    gallery: Claim
    times_tested: float
    needed: float | None
    carried: tuple[float, ...] | None
    assumed: tuple[float, ...]

    @property
    def beyond_test(self) -> bool:
        """Tell whether the base is larger than the largest one in an independent test."""
        return self.times_tested > 1


@dataclass(frozen=True)
class IdentificationFigure:
    """A search of a whole base, by the promised rate and the sizes that are claimed."""

    audit: IdentificationAudit
    promised: Claim | None
    tested: tuple[Claim, ...]
    tested_fpir: Claim | None
    rows: tuple[GalleryRow, ...]

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Every claim that went in, each once."""
        found = (self.promised, self.tested_fpir, *self.tested, *(row.gallery for row in self.rows))
        return tuple(dict.fromkeys(claim for claim in found if claim))


Figure = ScreeningFigure | QuestionsFigure | IdentificationFigure


def figures_of(register: Register, entry: Entry) -> Sequence[Figure]:
    """Compute every audit that an entry names.

    Raises
    ------
    AuditError : a claim that the audit uses is not a rate or size that can be
    """
    return tuple(_figures(register, entry))


def _figures(register: Register, entry: Entry) -> Iterator[Figure]:
    for audit in entry.audits:
        if isinstance(audit, ScreeningAudit):
            yield _screen(register, audit)
        elif isinstance(audit, QuestionsAudit):
            yield _ask(register, audit)
        else:
            yield _identify(register, audit)


def _screen(register: Register, audit: ScreeningAudit) -> ScreeningFigure:
    sensitivity, specificity = register.claim(audit.sensitivity), register.claim(audit.specificity)
    sample = register.claim(audit.sample) if audit.sample else None
    share = register.claim(audit.share_with_trait) if audit.share_with_trait else None
    with_trait = _number(sample) * _number(share) if sample and share else None
    without = _number(sample) - with_trait if sample and with_trait is not None else None
    screening = Screening(_rate(sensitivity, with_trait), _rate(specificity, without))
    rows = tuple(_row(screening, base_rate) for base_rate in audit.base_rates)
    return ScreeningFigure(audit, sensitivity, specificity, sample, share, screening, rows)


def _rate(claim: Claim, trials: float | None) -> Rate:
    share = _number(claim)
    return Rate(share, trials, len(f"{share:.10f}".rstrip("0").partition(".")[2]))


def _row(screening: Screening, base_rate: float) -> ScreeningRow:
    return ScreeningRow(
        base_rate,
        screening.flagged(base_rate),
        screening.flagged_wrongly(base_rate),
        screening.ppv(base_rate) or 0.0,
        screening.flagged_interval(base_rate),
        screening.flagged_wrongly_interval(base_rate),
        screening.ppv_interval(base_rate),
    )


def _ask(register: Register, audit: QuestionsAudit) -> QuestionsFigure:
    specificity, questions = register.claim(audit.specificity), register.claim(audit.questions)
    flags = register.claim(audit.flags)
    chances = tuple(
        (each, chance_of_flags(_whole(flags), _whole(questions), 1 - _number(specificity), each))
        for each in CORRELATIONS
    )
    return QuestionsFigure(audit, specificity, questions, flags, chances)


def _identify(register: Register, audit: IdentificationAudit) -> IdentificationFigure:
    promised = register.claim(audit.fpir) if audit.fpir else None
    tested_fpir = register.claim(audit.tested_fpir) if audit.tested_fpir else None
    tested = tuple(register.claim(each) for each in audit.tested)
    largest = max(_number(each) for each in tested)
    rows = []
    for each in audit.galleries:
        gallery = register.claim(each)
        size = _number(gallery)
        needed = float(required_fmr(_number(promised), size)) if promised else None
        carried = (
            tuple(float(fpir_elsewhere(_number(tested_fpir), largest, size, v)) for v in VARIATIONS)
            if tested_fpir
            else None
        )
        assumed = tuple(float(fpir(rate, size)) for rate in ASSUMED_FMR)
        rows.append(GalleryRow(gallery, size / largest, needed, carried, assumed))
    return IdentificationFigure(audit, promised, tested, tested_fpir, tuple(rows))


def _number(claim: Claim) -> float:
    number = claim.number
    if number is None:  # the register checks that an audit names numbers
        raise ValueError(claim.id)
    return number


def _whole(claim: Claim) -> int:
    return round(_number(claim))
