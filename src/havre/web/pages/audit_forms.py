"""The calculators of the audit: their fields with what stands in them at first, and who answers."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from havre.audit.sensors import OF_CHECKS, OF_PEOPLE, QUANTITIES
from havre.texts import Language
from havre.web.pages import audit_rates, audit_scale, audit_thresholds
from havre.web.pages.audit_blocks import Answer, Writer
from havre.web.pages.audit_inputs import MOST_LETTERS, Fields

EXAMPLE = {
    "sensors": "1", "sweep_width_km": "2..4", "speed_kmh": "90", "availability": "40%..70%", "hours": "6",
    "area_km2": "5000", "confirm_minutes": "5..20", "alert_minutes": "10..60", "distance_km": "30..80",
    "rescue_speed_kmh": "30..50", "survival_minutes": "60..180", "acted_on": "50%..80%", "returned": "0%..30%",
}  # fmt: skip
"""A made-up drone; what is missing was "not published"."""


@dataclass(frozen=True)
class Field:
    """A field of a form. ``base`` names its words; ``at`` counts fields that have the same."""

    name: str
    first: str
    base: str = ""
    at: int = 0
    kind: Literal["text", "rule"] = "text"
    is_needed: bool = True

    @property
    def words(self) -> str:
        """Key of its label."""
        return self.base or self.name


@dataclass(frozen=True)
class Calculator:
    """A calculator: groups of fields, and what answers them."""

    name: str
    groups: tuple[tuple[Field, ...], ...]
    answer: Callable[[Fields, Writer], Answer]

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every field."""
        return tuple(field for group in self.groups for field in group)

    def texts(self, asked: Mapping[str, str], language: Language = "en") -> dict[str, str]:
        """Give what stands in each field: what was asked, or at first the example."""
        if asked.get("calculator") != self.name or not any(field.name in asked for field in self.fields):
            return {field.name: typed(field.first, language) for field in self.fields}
        # One letter too many is kept, so that a text that is too long is refused and not shortened in silence.
        return {field.name: asked.get(field.name, "")[: MOST_LETTERS + 1] for field in self.fields}


def typed(text: str, language: Language) -> str:
    """Write numbers as readers of a language type them."""
    return re.sub(r"(?<=\d)\.(?=\d)", ",", text) if language == "fr" else text


def _pairs(count: int, *firsts: tuple[str, str]) -> tuple[tuple[Field, ...], ...]:
    padded = [*firsts, *[("", "")] * (count - len(firsts))]
    return tuple(
        (
            Field(f"sensitivity{at}", one, "sensitivity", at, is_needed=at == 1),
            Field(f"specificity{at}", other, "specificity", at, is_needed=at == 1),
        )
        for at, (one, other) in enumerate(padded, 1)
    )


def _point_fields(at: int) -> tuple[Field, ...]:
    texts = _POINTS[at - 1] if at <= len(_POINTS) else ("", "", "")
    names = ("threshold", "sensitivity", "specificity")
    return tuple(
        Field(f"{name}{at}", text, name, at, is_needed=at == 1) for name, text in zip(names, texts, strict=True)
    )


_POINTS = (("0.3", "90%", "50%"), ("0.5", "76%", "76%"), ("0.7", "50%", "90%"))
"""Made up."""
_LINKS = (("2", "0.1%", "30%"), ("3", "2%", "10%"), ("", "", ""))
_RESCUE = ("confirm_minutes", "alert_minutes", "distance_km", "rescue_speed_kmh", "survival_minutes")
_PEOPLE = ("targets_per_hour", *OF_PEOPLE)
_SENSOR_GROUPS = (
    tuple(name for name in QUANTITIES if name not in (*_RESCUE, *_PEOPLE)), _PEOPLE, _RESCUE, tuple(OF_CHECKS),
)  # fmt: skip
LEVEL = Field("level", "95%", is_needed=False)
CALCULATORS: dict[str, Calculator] = {
    made.name: made
    for made in (
        Calculator(
            "rates",
            (
                (Field("sensitivity", "38/50"), Field("specificity", "38/50")),
                (
                    Field("sensitivity2", "", "sensitivity", 2, is_needed=False),
                    Field("specificity2", "", "specificity", 2, is_needed=False),
                ),
                (Field("base_rate", "0.1%; 1%; 5%"), LEVEL),
            ),
            audit_rates.rates,
        ),
        Calculator("intervals", ((Field("rates", "23/30; 11/15"), LEVEL),), audit_rates.intervals),
        Calculator(
            "questions",
            (
                (Field("questions", "16"), Field("flags", "4")),
                (Field("specificity", "75.55%"), Field("correlation", "0; 0.1; 0.3")),
            ),
            audit_rates.questions,
        ),
        Calculator(
            "chain", (*_pairs(3, ("80%", "95%"), ("70%", "90%")), (Field("rule", "any", kind="rule"),)),
            audit_rates.chains,
        ),
        Calculator(
            "thresholds",
            (
                tuple(field for at in audit_thresholds.ROWS for field in _point_fields(at)),
                (Field("base_rate", "0.1%; 1%; 5%"), Field("weight", "1; 10; 100")),
            ),
            audit_thresholds.thresholds,
        ),
        Calculator(
            "scale",
            (
                (Field("gallery", "7; 60; 300; 400"), Field("fmr", "1e-6; 1e-9; 1e-12")),
                (Field("promised", "0.1%"), Field("variation", "0", is_needed=False)),
                (Field("measured", "0.3%"), Field("tested", "12")),
                (
                    Field("searches", "60"), Field("mated", "0%", is_needed=False),
                    Field("fnir", "", is_needed=False),
                ),
            ),
            audit_scale.scale,
        ),
        Calculator(
            "links",
            (
                *(
                    (
                        Field(f"files{at}", files, "files", at, is_needed=at == 1),
                        Field(f"false{at}", false, "false", at, is_needed=at == 1),
                        Field(f"left{at}", left, "left", at, is_needed=False),
                    )
                    for at, (files, false, left) in enumerate(_LINKS, 1)
                ),
                (Field("people", "300"),),
            ),
            audit_scale.links,
        ),
        Calculator(
            "sensors",
            tuple(
                tuple(Field(name, EXAMPLE.get(name, ""), is_needed=False) for name in group) for group in _SENSOR_GROUPS
            ),
            audit_scale.sensors,
        ),
    )
}  # fmt: skip


def calculator_of(asked: Mapping[str, str]) -> Calculator:
    """Give the calculator that was asked for, or the first."""
    return CALCULATORS.get(asked.get("calculator", ""), CALCULATORS["rates"])
