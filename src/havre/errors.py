"""The one family of errors that Havre raises on purpose, each told to a person in English or French.

An error carries one or more *problems*. A problem is a key of the catalogue ``errors`` with its fields:
the sentence says what was wrong, where, and what was expected; its twin under ``advice.`` says what to do.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from havre.texts import Language, catalogue, say

_NOTHING = frozenset({"–", "—"})
"""What stands in the field ``near`` where no known name is near."""
_NOTHING_NEAR = re.compile(r" \([^()]*: ?[–—]\)|[ \u00a0][^.;:]*[ \u00a0\u202f]?: ?[–—]\.$")
"""The words about near names without any: a last sentence, or what stands in brackets."""


class Term(str):
    """A word of the catalogue (a key such as ``term.name``) that stands in a sentence in the sentence's language."""

    __slots__ = ()


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: a key of the catalogue ``errors`` and the fields of its sentence.

    A field may be a :class:`Term`, or several of them in a tuple: they stand in the sentence with a stroke between.
    """

    key: str
    fields: tuple[tuple[str, object], ...] = ()

    @classmethod
    def of(cls, key: str, /, **fields: object) -> Self:
        """Make a problem from keyword fields."""
        return cls(key, tuple(fields.items()))

    def sentence(self, language: Language = "en") -> str:
        """Say what is wrong."""
        said = say("errors", self.key, language, **self._spoken(language))
        return _NOTHING_NEAR.sub("", said) if dict(self.fields).get("near") in _NOTHING else said

    def advice(self, language: Language = "en") -> str | None:
        """Say what to do, or ``None`` where the catalogue has no advice for this key."""
        key = f"advice.{self.key}"
        if key not in catalogue("errors", language):
            return None
        return say("errors", key, language, **self._spoken(language))

    def _spoken(self, language: Language) -> dict[str, object]:
        return {name: _spoken(value, language) for name, value in self.fields}


def _spoken(value: object, language: Language) -> object:
    if isinstance(value, tuple) and value and all(isinstance(each, Term) for each in value):
        return " / ".join(say("errors", each, language) for each in value)
    return say("errors", value, language) if isinstance(value, Term) else value


class HavreError(Exception):
    """Base of every error that Havre raises on purpose.

    Raised as ``PanelError("panel.unknown_measure", measure="x", near="…")`` for one problem, or through
    :meth:`all_of` for every problem that was found.
    """

    def __init__(self, key: str, /, **fields: object) -> None:
        self.problems: tuple[Problem, ...] = (Problem.of(key, **fields),)
        super().__init__(self.message())

    @classmethod
    def all_of(cls, problems: Iterable[Problem]) -> Self:
        """Make one error that tells all problems at once.

        Raises
        ------
        ValueError : there are no problems to tell
        """
        found = tuple(problems)
        if not found:
            raise ValueError("an error needs at least one problem")
        error = cls(found[0].key, **dict(found[0].fields))
        error.problems = found
        error.args = (error.message(),)
        return error

    def message(self, language: Language = "en") -> str:
        """Tell all problems, one a line."""
        return "\n".join(problem.sentence(language) for problem in self.problems)

    def advice(self, language: Language = "en") -> str:
        """Tell what to do, each advice once, one a line; empty where there is none."""
        seen = dict.fromkeys(problem.advice(language) for problem in self.problems)
        return "\n".join(advice for advice in seen if advice)


class FileError(HavreError):
    """A file or folder is missing, damaged, exists already or cannot be written."""


class PlaceError(HavreError):
    """A label or code is not a country, special code or route that Havre knows."""


class PanelError(HavreError):
    """A table of observations breaks the schema or the rules of the panel."""


class PersonalDataError(PanelError):
    """A table has a column that describes a person; Havre takes aggregates only."""


class SourceError(HavreError):
    """A provider's file is not laid out as expected."""


class ForecastError(HavreError):
    """A forecast cannot be made from what was given."""


class WorkError(HavreError):
    """Work that was spread over processes could not be finished."""


class DisplacementError(HavreError):
    """An instance of a displacement simulation is faulty, or asks for what cannot be simulated as counts."""


class AuditError(HavreError):
    """An audit was asked for with rates, counts, claims or a log from which nothing can be computed."""


class RegisterError(HavreError):
    """The register of border systems, or the answers to a questionnaire, lack something or refer to nothing."""


class RecordError(HavreError):
    """A release cannot be written or breaks its own rules."""


def check_none(problems: Sequence[Problem], kind: type[HavreError]) -> None:
    """Raise one error of the given kind that tells all problems; return where there are none."""
    if problems:
        raise kind.all_of(problems)
