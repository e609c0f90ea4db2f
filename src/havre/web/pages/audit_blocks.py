"""What a calculator answers with: lines, findings, tables and icon arrays; the browser makes and shows the same."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from havre.audit.intervals import Interval
from havre.audit.report import numbers
from havre.audit.report.icons import PEOPLE, Part, icon_array, of_a_thousand
from havre.errors import Problem
from havre.texts import Language, catalogue, say

DASH = "–"
MILLION = 1_000_000
SMALL = 1e-3
PLAIN_DIGITS = 6


@dataclass(frozen=True)
class Line:
    """A sentence; a ``finding`` is what a reader must know before the figures, a ``note`` what they assume."""

    text: str
    kind: Literal["line", "finding", "note", "heading"] = "line"


@dataclass(frozen=True)
class Cell:
    """A figure, with its interval below it where there is one."""

    text: str
    range: str = ""


@dataclass(frozen=True)
class Table:
    """A table; the first cell of a row is its head."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    kind: Literal["table"] = "table"


@dataclass(frozen=True)
class Icons:
    """A thousand persons, of whom so many are marked."""

    count: int
    text: str
    kind: Literal["icons"] = "icons"

    @property
    def svg(self) -> str:
        """Draw them."""
        return icon_array((Part(self.count, "flagged"), Part(PEOPLE - self.count, "clear")), self.text)


Block = Line | Table | Icons


@dataclass(frozen=True)
class Answer:
    """What a calculator says: blocks, or what is wrong with which field."""

    blocks: tuple[Block, ...] = ()
    problems: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)

    def as_json(self, language: Language) -> dict[str, Any]:
        """Give it as plain data, as the calculators in the browser do."""
        told = {name: [one.sentence(language) for one in problems] for name, problems in self.problems.items()}
        return {"blocks": [asdict(block) for block in self.blocks], "problems": told}


@dataclass(frozen=True)
class Writer:
    """Words and numbers of an answer in one language."""

    language: Language

    def tell(self, key: str, /, **fields: object) -> str:
        """Give a sentence of the catalogue ``web_audit``, or with ``audit.`` before its key of ``audit``."""
        subject, _, rest = key.partition(".")
        if subject == "audit":
            return say("audit", rest, self.language, **fields)
        return say("web_audit", f"result.{key}", self.language, **fields)

    def percent(self, share: float | None) -> str:
        """Write a share in per cent."""
        return DASH if share is None else numbers.percent(share, self.language)

    def rate(self, share: float) -> str:
        """Write a false-match rate: as a power of ten where it is small."""
        return numbers.power(share, self.language) if 0 < share < SMALL else self.percent(share)

    def whole(self, value: float | None) -> str:
        """Write a count."""
        return DASH if value is None else numbers.whole(value, self.language)

    def decimal(self, value: float) -> str:
        """Write a number with three digits."""
        return numbers.decimal(value, self.language)

    def plain(self, value: float) -> str:
        """Write a number as it was given."""
        return numbers.decimal(value, self.language, PLAIN_DIGITS)

    def span(self, found: Interval | None) -> str:
        """Write an interval of shares; nothing where there is none."""
        return numbers.span(found, self.language) or ""

    def span_of(self, found: Interval | None, people: float) -> str:
        """Write an interval of shares as persons of so many; nothing where there is none."""
        return numbers.span(found, self.language, people) or ""

    def ends(self, low: str, high: str) -> str:
        """Write two values, or one where they are the same."""
        return low if low == high else f"{low} {DASH} {high}"

    def icons(self, share: float, key: str, /, **fields: object) -> Icons:
        """Draw a share of a thousand persons, with its sentence."""
        count = of_a_thousand(share)
        return Icons(count, self.tell(key, count=self.whole(count), **fields))


REFUSALS = tuple(
    f"audit.{name}"
    for name in (
        "level", "no_trials", "counts", "share", "unknown_trials", "not_a_rate", "base_rate", "correlation", "gallery",
        "variation", "files", "base_rate_order", "number", "whole_number", "nothing", "too_many", "sensor.value",
        "weight", "roc_order",
    )
)  # fmt: skip
"""Problems that a calculator can have."""
_OF_ROC = ("title", "area", "useless", "choice", "nobody", "everybody", "assumption", "column.")
_OF_AUDIT = (
    "finding.",
    "sensor.result.",
    "sensor.place",
    "sensor.quantity.",
    "sensor.help_",
    "sensor.people",
    "sensor.ways",
    "sensor.fleet",
    "sensor.basis.",
    "sensor.checks_note",
    "sensor.at_",
    *(f"roc.{name}" for name in _OF_ROC),
)


def words_of(language: Language) -> dict[str, str]:
    """Give the sentences that the calculators in the browser need, by the keys of :meth:`Writer.tell` and problems."""
    own = {key.removeprefix("result."): text for key, text in catalogue("web_audit", language).items()
           if key.startswith("result.")}  # fmt: skip
    audit = {f"audit.{key}": text for key, text in catalogue("audit", language).items() if key.startswith(_OF_AUDIT)}
    refusals = {key: text for key, text in catalogue("errors", language).items() if key in REFUSALS}
    return own | audit | refusals
