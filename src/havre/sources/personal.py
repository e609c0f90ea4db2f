"""Tables that describe persons are refused: Havre takes aggregates only (principle 1 of the charter).

The column names that give such a table away stand in ``personal_columns.toml`` beside this file.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from havre.errors import PersonalDataError, Problem, Term, check_none


def check_personal_columns(columns: Iterable[str], table: str) -> None:
    """Refuse a table that has a column about a person.

    Parameters
    ----------
    columns : the names as they stand in the file
    table : how to call the table in the error, such as a file name

    Raises
    ------
    PersonalDataError : names every such column with its category
    """
    found = [(column, category) for column in columns if (category := personal_category(column))]
    problems = [
        Problem.of("panel.personal_column", table=table, column=column, category=Term(f"term.{category}"))
        for column, category in found
    ]
    check_none(problems, PersonalDataError)


def personal_category(column: str) -> str | None:
    """Name the category of personal data that a column name announces, or ``None``.

    Examples
    --------
    >>> personal_category("dateOfBirth"), personal_category("destination")
    ('birth', None)
    """
    forms = spellings(column)
    return next((name for name, pattern in _patterns().items() if any(map(pattern.fullmatch, forms))), None)


def spellings(column: str) -> frozenset[str]:
    """Give the ways in which a column name is compared: lower case with underscores, with and without accents.

    Examples
    --------
    >>> sorted(spellings("N° Dossier")), sorted(spellings("numéroDossier2"))
    (['n_dossier'], ['numero_dossier', 'numerodossier', 'numéro_dossier', 'numérodossier'])
    """
    plain = unicodedata.normalize("NFKC", column.replace("°", "_").replace("º", "_"))
    visible = "".join(c for c in plain if unicodedata.category(c) != "Cf").strip()
    split = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", visible)
    forms = {
        re.sub(r"[\s_.\-'’/#]+", "_", text).strip("_").rstrip("0123456789").strip("_").casefold()
        for text in (visible, split)
    }
    return frozenset(forms | {_without_accents(form) for form in forms})


def _without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    raw = tomllib.loads(files(__package__).joinpath("personal_columns.toml").read_text(encoding="utf-8"))
    return {category: re.compile("|".join(f"(?:{entry})" for entry in entries)) for category, entries in raw.items()}
