"""Who the people are: demographics and ``agents.csv``, kept as groups with their numbers, never as persons.

A column that describes one person, such as a name, a document or a phone, is refused.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from havre.displacement.findings import Findings, shown
from havre.displacement.flee_cells import NOT_NEGATIVE, Cells, is_number
from havre.displacement.flee_tables import Row, content, is_there, read_rows
from havre.displacement.instance import AgentTable, Demographics
from havre.errors import Problem, Term

DEFAULT_PLACE = "Default"
MOST_VALUES = 10_000
MOST_GROUPS = 200_000
"""Different rows of ``agents.csv``; more are persons, not groups."""
MOST_PEOPLE = 1_000_000_000
PERSONAL: Mapping[str, str] = MappingProxyType(
    {
        "term.name": r"(first|last|family|given|full|birth|maiden|middle|father|mother|person)?s?_?names?|surname|"
        r"(vor|nach|familien)name|pr[eé]nom|nom(_de_famille)?|nombre|apellidos?",
        "term.birth": r"(date_?of_?)?birth_?(date|day|place)?|dob|geburts(datum|tag|ort)|(date_de_)?naissance",
        "term.document": r"(passport|visa|document|id_?card|identity_?card|residence_?permit)_?(no|nr|number|num|id)?",
        "term.identifier": r"(person|applicant|individual|case|file|unhcr|refugee|household|agent)?_?"
        r"(id|identifier|uuid|number|no|nr|ref)|ssn",
        "term.phone": r"(mobile|cell|tele)?_?phones?(_?(no|nr|number))?|mobile|handy(nummer)?|telefon(nummer)?|"
        r"t[eé]l([eé]phone)?",
        "term.email": r"e_?mails?(_?address)?|courriel",
        "term.address": r"(home|street|postal)?_?address|adresse|street|stra(ss|ß)e|postcode",
        "term.position": r"lat(itude)?|lon(gitude)?|gps(_.*)?|coordinates?",
        "term.face": r"photos?|photograph|portrait|face(_.*)?",
        "term.fingerprint": r"finger_?prints?(_.*)?|biometrics?(_.*)?|iris|dna",
    }
)
"""Columns about a person, by category; compared as whole names in lower case."""
_READ_AS_MISSING = frozenset(
    ("", "#N/A", "#NA", "-nan", "-NaN", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null")
)


def personal_category(column: str) -> str | None:
    """Name the category of personal data that a column's name announces, as a term, or ``None``.

    Examples
    --------
    >>> personal_category("dateOfBirth"), personal_category("ethnicity")
    ('term.birth', None)
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", unicodedata.normalize("NFKC", column))
    plain = re.sub(r"[\s_.\-#]+", "_", spaced).strip("_").casefold()
    return next((term for term, pattern in PERSONAL.items() if re.fullmatch(pattern, plain)), None)


def attribute_of(path: Path) -> str:
    """Give the attribute of a demographics file: its name after the first ``_`` up to the next ``_`` or point.

    Examples
    --------
    >>> attribute_of(Path("demographics_gender.csv"))
    'gender'
    """
    return re.split(r"[_.]", path.name)[1]


def read_all_demographics(folder: Path, findings: Findings) -> tuple[Demographics, ...]:
    """Read every ``demographics_<attribute>.csv`` of a folder, in the order of their names."""
    found: dict[str, Demographics] = {}
    for path in sorted(folder.glob("demographics_*.csv")):
        attribute = attribute_of(path)
        if not is_there(path, findings, Term("displacement.flee.content.demographics")):
            continue
        if not attribute or attribute in found:
            problem = Problem.of("displacement.flee.people.attribute", file=path, value=attribute)
            findings.wrong(problem)
        elif not _is_personal(attribute, str(path), findings):
            found[attribute] = _read_demographics(path, attribute, findings)
    return tuple(found.values())


def _read_demographics(path: Path, attribute: str, findings: Findings) -> Demographics:
    file = str(path)
    rows = read_rows(path, findings, most=MOST_VALUES + 1)
    header = next(rows, None)
    if header is None or header.is_blank:
        if file not in findings.broken:
            findings.cannot_read(Problem.of("displacement.flee.file.empty", file=file))
        return Demographics(attribute, (), {})
    places = header.cells[1:]
    cells = Cells(file, findings, header.cells)
    if header.cells[0].lstrip("#").strip() != attribute:
        fields = {"file": file, "value": shown(header.cells[0]), "expected": attribute}
        findings.warn(Problem.of("displacement.flee.people.first_column", **fields))
    _check_header(cells, places)
    values: list[str] = []
    weights: list[list[float]] = []
    for row in content(file, rows, findings, blank_ends_flee=False, comments=False):
        if not cells.fits(row, len(places) + 1, len(places) + 1):
            continue
        values.append(_value(cells, row))
        meaning = Term("displacement.flee.column.weight")
        weights.append([cells.number(row, place, meaning, NOT_NEGATIVE) for place in range(1, len(places) + 1)])
    _check_weights(cells, places, weights)
    by_place = {place: tuple(row[column] for row in weights) for column, place in enumerate(places)}
    return Demographics(attribute, _as_numbers(values), by_place)


def _check_header(cells: Cells, places: list[str]) -> None:
    if DEFAULT_PLACE not in places:
        cells.findings.wrong(Problem.of("displacement.flee.people.no_default", file=cells.file), flee_runs=True)
    for position, place in enumerate(places, start=1):
        if not place.strip() or place in places[: position - 1]:
            fields = {"file": cells.file, "number": position + 1, "value": shown(place)}
            cells.findings.wrong(Problem.of("displacement.flee.header.name", **fields), flee_runs=True)


def _check_weights(cells: Cells, places: list[str], weights: list[list[float]]) -> None:
    for column, place in enumerate(places):
        if not any(row[column] > 0 for row in weights):
            fields = {"file": cells.file, "column": shown(place)}
            cells.findings.wrong(Problem.of("displacement.flee.people.no_weight", **fields))


def _value(cells: Cells, row: Row) -> str:
    text = row.cells[0]
    if text in _READ_AS_MISSING:
        fields = {"file": cells.file, "row": row.number, "value": shown(text)}
        cells.findings.warn(Problem.of("displacement.flee.people.missing_value", **fields))
    return text


def _as_numbers(values: list[str]) -> tuple[str | float, ...]:
    """Make numbers of values that all are; one word among them leaves them all words, as in Flee."""
    if values and all(is_number(value) for value in values):
        return tuple(float(value) for value in values)
    return tuple(values)


def read_agents(path: Path, findings: Findings) -> AgentTable | None:
    """Read ``agents.csv`` row by row and count equal rows; no person is kept.

    Returns
    -------
    The groups, in the order in which each first occurs; ``None`` where the file cannot be used.
    """
    file = str(path)
    rows = read_rows(path, findings, most=MOST_PEOPLE)
    header = next(rows, None)
    if header is None or header.is_blank:
        if file not in findings.broken:
            findings.cannot_read(Problem.of("displacement.flee.file.empty", file=file))
        return None
    if header.is_comment:
        value = shown(header.cells[0])
        findings.wrong(Problem.of("displacement.flee.people.comment_header", file=file, row=header.number, value=value))
    attributes = header.cells[1:]
    cells = Cells(file, findings, header.cells)
    for position, name in enumerate(attributes, start=1):
        if not name.strip() or name in attributes[: position - 1]:
            fields = {"file": file, "number": position + 1, "value": shown(name)}
            findings.wrong(Problem.of("displacement.flee.header.name", **fields))
    personal = [name for name in attributes if _is_personal(name, file, findings)]
    if personal:
        return None
    groups: Counter[tuple[str, ...]] = Counter()
    for row in _people(cells, rows, len(header.cells)):
        groups[tuple(row.cells)] += 1
        if len(groups) > MOST_GROUPS:
            findings.cannot_read(Problem.of("displacement.flee.people.too_many_groups", file=file, most=MOST_GROUPS))
            return None
    return AgentTable(tuple(attributes), tuple(groups), tuple(groups.values()))


def _people(cells: Cells, rows: Iterator[Row], width: int) -> Iterator[Row]:
    for row in content(cells.file, rows, cells.findings, blank_ends_flee=False, comments=False):
        if cells.fits(row, width, width):
            if not row.cells[0].strip():
                cells.name(row, 0, Term("displacement.flee.column.place"))
            yield row


def _is_personal(column: str, file: str, findings: Findings) -> bool:
    category = personal_category(column)
    if category:
        fields = {"file": file, "column": shown(column), "category": Term(category)}
        findings.wrong(Problem.of("displacement.flee.people.personal", **fields))
    return category is not None
