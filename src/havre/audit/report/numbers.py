"""Numbers of a report as a language writes them."""

import math
import re
from collections.abc import Mapping, Sequence

from havre.audit.intervals import Interval
from havre.audit.register.models import Claim
from havre.audit.register.vocabulary import Vocabulary
from havre.texts import MINUS, Language

SPACE = "\u00a0"
PERCENT: Mapping[Language, str] = {"en": "%", "fr": "\u202f%"}
"""The per cent sign as a language joins it to its number: French keeps a narrow space that does not break."""
ABOVE: Mapping[Language, str] = {"en": ">", "fr": f">{SPACE}"}
COLON: Mapping[Language, str] = {"en": ": ", "fr": "\u202f: "}
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
SMALLEST_PLAIN = 1e-4
CLAIMED_DIGITS = 4
"""Digits of a share as it was claimed: 75.55 % must not become another claim."""
NEARLY_ALL = 0.999


def whole(value: float, language: Language) -> str:
    """Write a count.

    Examples
    --------
    >>> whole(244_256, "en")
    '244,256'
    """
    from babel.numbers import format_decimal

    return str(format_decimal(round(value), locale=language)).replace("-", MINUS)


def percent(share: float, language: Language, digits: int = 3) -> str:
    """Write a share in per cent with so many digits; tiny shares in powers of ten.

    Examples
    --------
    >>> [percent(share, "en").replace(SPACE, " ") for share in (0.0295, 3.3e-12, 0.9996)]
    ['2.95%', '3.3 × 10⁻¹⁰%', '99.96%']
    >>> percent(0.0295, "fr") == f"2,95{chr(0x202F)}%"
    True
    """
    sign = PERCENT[language]
    if 0 < share < SMALLEST_PLAIN / 100:
        return f"{power(100 * share, language)}{sign}"
    if 0 < 1 - share < SMALLEST_PLAIN:
        return f"{ABOVE[language]}{decimal(99.99, language, 4)}{sign}"
    # What is not all must not be rounded to all.
    return f"{decimal(100 * share, language, 4 if NEARLY_ALL <= share < 1 else digits)}{sign}"


def decimal(value: float, language: Language, digits: int = 3) -> str:
    """Write a number with so many significant digits, none needless, and a true minus sign.

    Examples
    --------
    >>> decimal(13.694, "en"), decimal(0.5, "fr"), decimal(-2, "en")
    ('13.7', '0,5', '−2')
    """
    from babel.numbers import format_decimal

    rounded = float(f"{value:.{digits}g}")
    return str(format_decimal(rounded, format="#,##0.##########", locale=language)).replace("-", MINUS)


def power(value: float, language: Language) -> str:
    """Write a small number as a power of ten with two digits.

    Examples
    --------
    >>> power(3.3335e-12, "en").replace(SPACE, " ")
    '3.3 × 10⁻¹²'
    """
    exponent = math.floor(math.log10(value))
    factor = round(value / 10**exponent, 1)
    if factor == 10:  # rounded up
        factor, exponent = 1.0, exponent + 1
    raised = f"10{str(exponent).translate(_RAISED)}"
    return raised if factor == 1 else f"{decimal(factor, language, 2)}{SPACE}×{SPACE}{raised}"


def rate(value: float, language: Language) -> str:
    """Write a share in per cent, or as a power of ten where it is tiny."""
    return power(value, language) if 0 < value < 1e-6 else percent(value, language)


def span(found: Interval | None, language: Language, scale: float | None = None) -> str | None:
    """Write an interval, of shares in per cent or of counts of ``scale`` persons; ``None`` where there is none."""
    if found is None:
        return None
    if scale is not None:
        return f"{whole(scale * found.low, language)}–{whole(scale * found.high, language)}"
    low, high = percent(found.low, language), percent(found.high, language)
    return low if low == high else f"{low.removesuffix(PERCENT[language])}–{high}"


def value_of(claim: Claim, vocabulary: Vocabulary, language: Language) -> str | None:
    """Write the value of a claim with its unit; ``None`` where it is a text, which its sentence tells better."""
    if claim.value is None or claim.unit in (None, "text") or isinstance(claim.value, bool):
        return None
    values: Sequence[float] = claim.value if isinstance(claim.value, tuple) else ()
    if isinstance(claim.value, str):
        return day(claim.value, language)
    unit = str(claim.unit)
    name = vocabulary.units[unit].text(language)
    numbers = values or (float(claim.value),)  # type: ignore[arg-type]
    if unit.startswith("share") or unit == "relative change":
        texts = [percent(number, language, CLAIMED_DIGITS) for number in numbers]
        if unit == "relative change":
            texts = [f"+{text}" if number > 0 else text for text, number in zip(texts, numbers, strict=True)]
        return "–".join(texts) if unit in ("share", "relative change") else f"{'–'.join(texts)} {name}"
    texts = [power(number, language) if 0 < number < 1e-6 else decimal(number, language, 9) for number in numbers]
    if unit == "euro" and language == "en":
        return f"{name}{'–'.join(texts)}"
    return f"{'–'.join(texts)}{SPACE}{name}"


def day(text: str, language: Language) -> str:
    """Write a date that may be a year, a month or a day.

    Examples
    --------
    >>> day("2026-10", "fr"), day("2025-05-19", "en"), day("2018", "en"), day("2026-12-01", "fr")
    ('octobre 2026', '19 May 2025', '2018', '1er décembre 2026')
    """
    from babel.dates import format_date

    from havre.audit.register.dates import first_day

    pattern = {4: "yyyy", 7: "MMMM yyyy"}.get(len(text), "d MMMM yyyy")
    written = str(format_date(first_day(text), pattern, locale=language))
    # French counts the first day, and only that one.
    return re.sub(r"^1 ", "1er ", written) if language == "fr" else written
