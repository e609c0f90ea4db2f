"""Instances with a fault in their files, and what is told of it."""

from collections.abc import Mapping
from pathlib import Path

from havre.displacement.flee_files import read_instance
from havre.errors import DisplacementError, Problem
from havre.texts import LANGUAGES
from tests.displacement.small_instances import small_files, write_files

Files = Mapping[str, str | bytes | None]
PREFIX = "displacement.flee."


def written(folder: Path, changes: Files | None = None) -> Path:
    """Write the small instance with some files changed, added or (``None``) left out."""
    return write_files(folder / "small", small_files() | dict(changes or {}))


def told(folder: Path, *, lenient: bool = False) -> tuple[list[Problem], list[Problem]]:
    """Read an instance; give its errors, or where there are none its warnings. Each is said in every language."""
    errors: list[Problem] = []
    warnings: list[Problem] = []
    try:
        warnings = list(read_instance(folder, lenient=lenient).warnings)
    except DisplacementError as error:
        errors = list(error.problems)
    for problem in (*errors, *warnings):
        for language in LANGUAGES:
            assert problem.sentence(language).strip()
            problem.advice(language)
    return errors, warnings


def keys(problems: list[Problem]) -> list[str]:
    """Give the keys of problems without what they all begin with."""
    return [problem.key.removeprefix(PREFIX) for problem in problems]


def facts(problem: Problem) -> dict[str, object]:
    """Give the fields of a problem; a file as its name alone."""
    found = dict(problem.fields)
    return found | {"file": Path(str(found["file"])).name}
