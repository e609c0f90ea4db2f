"""Which column of a decision log is what, and what is refused before a row is read."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from havre.errors import AuditError, Problem, Term, check_none
from havre.sources.personal import personal_category, spellings

MOST_GROUPS = 200
"""Values of a group column. A column with more of them tells persons, days or places apart, not groups."""


_STAFF = re.compile(
    r"(case_?worker|officer|agent|operator|decision_?maker|examiner|inspector|official|clerk|interviewer|interpreter|judge|"
    r"sachbearbeiter(in)?|bearbeiter(in)?|entscheider(in)?|dolmetscher(in)?|richter(in)?|agente|funzionario|operatore|"
    r"funcionari[oa]|operadora?|oficial|instructeur|decideur|gestionnaire|fonctionnaire|interprete|juge|ypallilos|user|utilisateur|"
    r"benutzer|username|login)_?(id|no|nr|num|number|code|hash|name|initials|key)?"
)
"""Columns that tell who decided."""
_PERSON = re.compile(
    r"(id|identifier|identifiant|kennung|applicant|demandeur|demandeuse|requerante?|antragsteller(in)?|richiedente|"
    r"solicitante|aiton|aitousa|person|personne|persona|individual|individu|subject|data_subject|travell?er|passenger|"
    r"voyageur|passager|detainee|suspect|client|beneficiary|household|matricula|kennzeichen|dni)"
)
"""Columns that tell of whom a row is; in tables of aggregates the same names are harmless."""


@dataclass(frozen=True)
class Columns:
    """The columns of a log by their meaning; only these are read.

    Parameters
    ----------
    automated : what the system decided or advised; true is the outcome that burdens the person (flagged, refused)
    human : what the human decided in the end
    score : the number behind the automated outcome
    truth : what was found out later, if it was
    groups : columns of groups to compare
    time : day or month of the decision
    seconds : how long the human took [s]
    adverse : value of the outcome columns that means true, where they are not yes and no
    special_basis : why a special category of data (religion, ethnic origin, health) may be used to detect bias
    """

    automated: str | None = None
    human: str | None = None
    score: str | None = None
    truth: str | None = None
    groups: tuple[str, ...] = ()
    time: str | None = None
    seconds: str | None = None
    adverse: str | None = None
    special_basis: str | None = field(default=None, compare=False)

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The columns that hold yes or no."""
        return tuple(name for name in (self.automated, self.human, self.truth) if name is not None)

    @property
    def used(self) -> tuple[str, ...]:
        """All columns that are read."""
        others = (self.score, self.time, self.seconds)
        return (*self.outcomes, *(name for name in others if name is not None), *self.groups)


def check_columns(asked: Columns, found: Sequence[str], table: str) -> None:
    """Refuse a log before it is read.

    Parameters
    ----------
    found : names of the columns in the file
    table : how to call it in an error

    Raises
    ------
    AuditError : every personal column, every column that is asked for and missing, and every one used twice
    """
    problems = [
        Problem.of("audit.log.personal", table=table, column=column, category=Term(f"term.{category}"))
        for column in found
        if (category := category_in_log(column)) and not _may_be_used(column, category, asked)
    ]
    near = ", ".join(found[:20])
    missing = dict.fromkeys(name for name in asked.used if name not in found)
    problems += [Problem.of("audit.log.no_column", table=table, column=name, near=near) for name in missing]
    problems += [Problem.of("audit.log.same_column", table=table, column=name) for name in _twice(asked.used)]
    if asked.automated is None and asked.human is None:
        problems.append(Problem.of("audit.log.no_outcome", table=table))
    check_none(problems, AuditError)


def category_in_log(column: str) -> str | None:
    """Name the category of personal data that a column of a log announces, or ``None``.

    Examples
    --------
    >>> category_in_log("numero_dossier"), category_in_log("caseworker"), category_in_log("case_type")
    ('identifier', 'staff', None)
    """
    forms = spellings(column)
    of_staff, of_person = (any(map(kind.fullmatch, forms)) for kind in (_STAFF, _PERSON))
    return personal_category(column) or ("staff" if of_staff else "identifier" if of_person else None)


def _may_be_used(column: str, category: str, asked: Columns) -> bool:
    """A special category may be a group to compare where its legal basis is told; identifiers never are.

    A column named after who decided may hold what they decided: as an outcome its values must be yes and no.
    """
    if category == "staff":
        return column in asked.outcomes
    return category == "sensitive" and column in asked.groups and bool(asked.special_basis)


def _twice(names: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    return [name for name in names if name in seen or seen.add(name)]  # type: ignore[func-returns-value]
