"""Claims about one system side by side: each with its source, date and status, never averaged.

A file of claims is TOML: ``system``, and one ``[[claim]]`` each with ``name``, ``sensitivity``, ``specificity`` (as
:func:`havre.audit.rates.parse_rate` reads them), ``source``, ``date``, ``status``, and ``groups``: either a table of
group names with rates of their own, or the word ``not_published``.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from havre.audit.rates import Rate, parse_rate
from havre.audit.register.dates import first_day
from havre.audit.screening import Screening
from havre.errors import AuditError, FileError, Problem, check_none

STATUSES = ("measured", "promised", "legal_requirement", "press", "disputed", "refuted")
EMPTY = (None, "")
NOT_PUBLISHED = "not_published"
_NEEDED = ("name", "sensitivity", "specificity", "source", "date", "status")


@dataclass(frozen=True)
class Claim:
    """What somebody said about a check, on a day.

    ``groups`` is ``None`` where rates by group were not published, which is a result of its own.
    """

    name: str
    screening: Screening
    source: str
    date: str
    status: str
    groups: Mapping[str, Screening] | None = None
    note: str | None = None


@dataclass(frozen=True)
class ClaimSet:
    """Claims about one system."""

    system: str
    claims: tuple[Claim, ...]

    def contradictions(self, level: float = 0.95) -> list[tuple[str, str]]:
        """Name the pairs of claims of which one's rate lies outside the other's interval; bare rates have none."""
        pairs = combinations(self.claims, 2)
        return [(one.name, other.name) for one, other in pairs if _contradict(one.screening, other.screening, level)]

    def disagreements(self, level: float = 0.95) -> list[tuple[str, str]]:
        """Name the pairs of claims that state different rates where no sample could tell whether chance explains it.

        Shares differ if no value rounds to both as they are printed. Pairs that contradict each other are not among
        them.
        """
        known = set(self.contradictions(level))
        pairs = [(one.name, other.name) for one, other in combinations(self.claims, 2) if disagree(one, other)]
        return [pair for pair in pairs if pair not in known]


def read_claims(path: Path) -> ClaimSet:
    """Read a file of claims.

    Raises
    ------
    FileError : there is no such file, or it is not TOML in UTF-8
    AuditError : every claim that lacks something, has a rate that cannot be, or an unknown status
    """
    if not path.is_file():
        raise FileError("file.missing", path=path)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise FileError("file.damaged", path=path, expected="TOML (UTF-8)", reason=reason) from error
    return parse_claims(content, str(path))


def parse_claims(content: Mapping[str, Any], where: str) -> ClaimSet:
    """Make claims from the content of a file; errors as :func:`read_claims`.

    Parameters
    ----------
    where : how to call the file in an error
    """
    rows = content.get("claim")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise AuditError("audit.no_claims", path=where)
    problems: list[Problem] = []
    claims = [_parse_claim(row, number, where, problems) for number, row in enumerate(rows, 1)]
    check_none(problems, AuditError)
    return ClaimSet(str(content.get("system", where)), tuple(claim for claim in claims if claim))


def _is_date(text: str) -> bool:
    try:
        first_day(text)
    except ValueError:
        return False
    return True


def _parse_claim(row: Mapping[str, Any], number: int, where: str, problems: list[Problem]) -> Claim | None:
    place = f"{where}: claim {number}"
    before = len(problems)
    problems += [Problem.of("audit.claim_lacks", place=place, field=name) for name in _NEEDED if row.get(name) in EMPTY]
    status, date = str(row.get("status", "")), str(row.get("date", ""))
    if status and status not in STATUSES:
        problems.append(Problem.of("audit.claim_status", place=place, status=status, near=", ".join(STATUSES)))
    if date and not _is_date(date):
        problems.append(Problem.of("audit.claim_date", place=place, date=date))
    screening = _screening(row, place, problems)
    raw = row.get("groups", NOT_PUBLISHED)
    groups = None
    if isinstance(raw, dict):
        groups = {name: _screening({**row, **rates}, f"{place}, {name}", problems) for name, rates in raw.items()}
    elif raw != NOT_PUBLISHED:
        problems.append(Problem.of("audit.claim_groups", place=place, expected=NOT_PUBLISHED))
    if len(problems) > before or screening is None:
        return None
    known = None if groups is None else {name: found for name, found in groups.items() if found}
    note = str(row["note"]) if row.get("note") else None
    return Claim(str(row["name"]), screening, str(row["source"]), date, status, known, note)


def _screening(row: Mapping[str, Any], place: str, problems: list[Problem]) -> Screening | None:
    rates: list[Rate] = []
    for name in ("sensitivity", "specificity"):
        if row.get(name) not in EMPTY:
            try:
                rates.append(parse_rate(str(row[name])))
            except AuditError as error:
                problems += [Problem.of("audit.claim_rate", place=place, field=name), *error.problems]
    return Screening(*rates) if len(rates) == 2 else None


def _contradict(one: Screening, other: Screening, level: float) -> bool:
    pairs = ((one.sensitivity, other.sensitivity), (one.specificity, other.specificity))
    return any(_outside(a, b, level) or _outside(b, a, level) for a, b in pairs)


def disagree(one: Claim, other: Claim) -> bool:
    """Tell whether two claims state different rates of which neither has a sample, beyond what rounding explains."""
    a, b = one.screening, other.screening
    return any(_is_other(x, y) for x, y in ((a.sensitivity, b.sensitivity), (a.specificity, b.specificity)))


def _is_other(one: Rate, other: Rate) -> bool:
    halves = sum(0.5 * 10.0**-rate.digits for rate in (one, other) if rate.digits is not None)
    bare = one.trials is None and other.trials is None
    return bare and abs(one.share - other.share) > halves * (1 + 1e-9)


def _outside(rate: Rate, of: Rate, level: float) -> bool:
    found = of.interval("clopper-pearson", level)
    return found is not None and rate.share not in found


def groups_that_differ(groups: Mapping[str, Screening]) -> Sequence[tuple[str, str, str]]:
    """Name pairs of groups, and the rate of which their 95 % intervals do not touch (``sensitivity``, …)."""
    return [
        (one, other, name)
        for one, other in combinations(groups, 2)
        for name in ("sensitivity", "specificity")
        if (a := getattr(groups[one], name).interval()) and (b := getattr(groups[other], name).interval())
        if a.high < b.low or b.high < a.low
    ]
