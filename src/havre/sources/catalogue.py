"""The sources that Havre knows: provider, terms, and what each measure means there.

The facts stand in ``catalogue.toml`` beside this file.
"""

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

from havre.errors import PanelError
from havre.texts import Language

Cadence = Literal["continuous", "daily", "weekly", "monthly", "quarterly", "annual", "irregular"]


class SourceMeasure(BaseModel):
    """One measure as one provider publishes it.

    ``definition`` says what is counted, ``definition_fr`` the same in French.
    ``lag_months`` are the whole months after the month counted until the provider usually publishes it.
    ``zeros`` tells whether a zero is a row (``explicit``) or a missing row of a reported month (``implicit``).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    definition: str
    definition_fr: str
    zeros: Literal["explicit", "implicit"]
    lag_months: int

    def defined(self, language: Language) -> str:
        """Say what is counted in a language."""
        return self.definition_fr if language == "fr" else self.definition


class Source(BaseModel):
    """A provider's publication with its terms.

    ``licence_url`` is where the terms stand, ``licence_id`` their name in the Open Definition's list; both are empty
    where the terms of reuse are not clear, and ``licence_id`` also where they are clear but not on that list.
    ``key`` tells whether a key of your own is needed, ``key_variables`` where it is looked for, ``key_from`` who gives
    one; ``hosts`` are those that the provider's addresses may lead to. What is ``display_only`` may be looked at, and
    is never an input of a model nor part of a release.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    provider: str
    title: str
    url: str
    licence: str
    licence_id: str = ""
    licence_url: str = ""
    attribution: str
    redistributable: bool
    caveats: tuple[str, ...] = ()
    cadence: Cadence = "irregular"
    key: Literal["none", "needed", "optional"] = "none"
    key_variables: tuple[str, ...] = ()
    key_from: str = ""
    hosts: tuple[str, ...] = ()
    display_only: bool = False
    measures: Mapping[str, SourceMeasure]


@cache
def sources() -> Mapping[str, Source]:
    """Read the catalogue, keyed by source id."""
    raw = tomllib.loads(files(__package__).joinpath("catalogue.toml").read_text(encoding="utf-8"))
    return {name: Source(id=name, **facts) for name, facts in raw.items()}


def source(name: str, *, where: str = "") -> Source:
    """Give one source.

    Raises
    ------
    PanelError : the source is not in the catalogue; the error names near matches
    """
    known = sources()
    if name not in known:
        near = ", ".join(get_close_matches(name, known, n=3, cutoff=0.4)) or "–"
        raise PanelError("panel.unknown_source", source=name, where=where, near=near)
    return known[name]
