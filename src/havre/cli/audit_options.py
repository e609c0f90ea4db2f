"""What the commands of the audit share: words, numbers, options."""

from typing import TYPE_CHECKING, Annotated

import typer

from havre.cli.language import language
from havre.texts import say

if TYPE_CHECKING:
    from havre.audit.intervals import Interval

DASH = "–"


def tell(key: str, /, **fields: object) -> str:
    """Say a sentence of the catalogue ``audit`` in the language of this process."""
    return say("audit", key, language(), **fields)


Level = Annotated[float, typer.Option("--level", help=tell("option.level"))]
Out = Annotated[str | None, typer.Option("--out", metavar="FILE", help=tell("option.out"))]


def parse_share(text: str) -> float:
    """Read a share such as ``0.01`` or ``1%``.

    Raises
    ------
    AuditError : it is none
    """
    from havre.audit.rates import parse_rate

    return parse_rate(text).share


def percent(share: float | None) -> str:
    """Write a share in per cent: two decimals below 10 % and near 100 %, else one; tiny ones with two digits."""
    if share is None:
        return DASH
    from babel.numbers import format_decimal

    from havre.audit.report import numbers

    if 0 < share < 1e-4:
        return numbers.percent(share, language(), 2)
    digits = "0.00" if share < 0.09995 or 0.9995 <= share < 1 else "0.#" if share == 1 else "0.0"
    return f"{format_decimal(100 * share, digits, locale=language())}{_sign()}"


def _sign() -> str:
    from havre.audit.report.numbers import PERCENT

    return PERCENT[language()]


def level_percent(level: float) -> str:
    """Write a confidence level, such as 95%."""
    return f"{written(100 * level)}{_sign()}"


def percent_range(found: "Interval | None") -> str:
    """Write an interval of shares."""
    return DASH if found is None else f"{percent(found.low).removesuffix(_sign())}{DASH}{percent(found.high)}"


def written(value: float, form: str = "g") -> str:
    """Write a number in a form of Python's, with the decimal comma of French."""
    return f"{value:{form}}".replace(".", "," if language() == "fr" else ".")


def small(rate: float) -> str:
    """Write a rate that may be very small or near 1, with three digits."""
    from babel.numbers import format_decimal, format_scientific

    if rate >= 1e-3:
        return str(format_decimal(rate, "0.0000", locale=language()))
    return str(format_scientific(rate, "0.00E0", locale=language())) if rate else "0"
