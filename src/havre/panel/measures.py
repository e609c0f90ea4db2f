"""What Havre counts, with names in English and French, unit and kind."""

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

from havre.errors import PanelError
from havre.texts import Language


class Measure(BaseModel):
    """A quantity that is counted: a *flow* adds up over months, a *stock* does not, an *index* is neither.

    A *balance* is the difference of two flows and may be negative.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    en: str
    fr: str
    unit: str
    unit_fr: str
    kind: Literal["flow", "stock", "index", "balance"]

    def name(self, language: Language) -> str:
        """Give the name of the measure in a language."""
        return self.fr if language == "fr" else self.en

    def unit_name(self, language: Language) -> str:
        """Give what is counted in a language, such as ``persons`` or ``detections``."""
        return self.unit_fr if language == "fr" else self.unit


@cache
def measures() -> Mapping[str, Measure]:
    """Read the measures, keyed by id."""
    raw = tomllib.loads(files(__package__).joinpath("measures.toml").read_text(encoding="utf-8"))
    return {name: Measure(id=name, **facts) for name, facts in raw.items()}


def near_measures(name: str) -> str:
    """Name the known measures whose spelling is near, for an error message."""
    return ", ".join(get_close_matches(name, measures(), n=3, cutoff=0.4)) or ", ".join(measures())


def measure(name: str, *, where: str = "") -> Measure:
    """Give one measure.

    Raises
    ------
    PanelError : the measure is not known; the error names near matches
    """
    if name not in measures():
        raise PanelError("panel.unknown_measure", measure=name, where=where, near=near_measures(name))
    return measures()[name]
