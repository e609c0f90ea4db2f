"""What figures assume, said before they are shown."""

from collections.abc import Iterator, Sequence

from havre.audit.report import numbers
from havre.audit.report.figures import Figure, IdentificationFigure, QuestionsFigure, ScreeningFigure
from havre.texts import Language, say


def assumptions_of(figures: Sequence[Figure], language: Language) -> list[str]:
    """Say each assumption of the figures once, in a fixed order."""
    return list(
        dict.fromkeys(
            say("audit_register", f"report.assume.{key}", language, **fields)
            for key, fields in _keys(figures, language)
        )
    )


def _keys(figures: Sequence[Figure], language: Language) -> Iterator[tuple[str, dict[str, object]]]:
    screenings = [figure for figure in figures if isinstance(figure, ScreeningFigure)]
    if screenings:
        rates = list(dict.fromkeys(row.base_rate for figure in screenings for row in figure.rows))
        yield "base_rate", {"rates": ", ".join(numbers.percent(rate, language) for rate in rates)}
        yield "elsewhere", {}
    if any(figure.sensitivity == figure.specificity for figure in screenings):
        yield "both_rates", {}
    if any(figure.screening.is_uncertain for figure in screenings):
        yield "sample", {}
    if any(not figure.screening.is_uncertain for figure in screenings):
        yield "no_sample", {}
    odd = dict.fromkeys(claim.number or 0 for figure in screenings for claim in figure.unattainable)
    if odd:
        yield "unattainable", {"rates": ", ".join(numbers.percent(rate, language, 4) for rate in odd)}
    if any(isinstance(figure, QuestionsFigure) for figure in figures):
        yield "questions", {}
    searches = [figure for figure in figures if isinstance(figure, IdentificationFigure)]
    if searches:
        yield "independent", {}
        yield "sizes", {}
    for figure in searches:
        if figure.tested_fpir:
            yield "carried", {"fpir": numbers.percent(figure.tested_fpir.number or 0, language)}
