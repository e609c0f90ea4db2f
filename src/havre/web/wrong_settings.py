"""Says what is wrong with settings of a site in the words of the catalogue: which setting, its value, what it takes."""

import json
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from havre.errors import Problem, Term

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

LONGEST = 80
"""Characters of a value that are told."""
_BOUNDS = {
    "greater_than_equal": ("least", "ge"),
    "less_than_equal": ("most", "le"),
    "string_too_long": ("letters", "max_length"),
}
_EXPECTED = {
    "bool": "yes_no",
    "int": "whole",
    "float": "number",
    "finite": "number",
    "string": "text",
    "path": "path",
    "tuple": "list",
    "model": "table",
    "dict": "table",
}
"""What was expected, by the first word of the kind of a fault as pydantic names it."""


def wrong_settings(model: type[BaseModel], file: str | Path, error: ValidationError) -> Iterator[Problem]:
    """Tell every fault of settings.

    Parameters
    ----------
    model : the settings, in which names that were meant are looked for
    file : where the settings stand
    """
    for each in error.errors(include_url=False):
        yield _problem(model, file, each)


def _problem(model: type[BaseModel], file: str | Path, fault: "ErrorDetails") -> Problem:
    kind, key = fault["type"], ".".join(str(part) for part in fault["loc"])
    if kind == "extra_forbidden":
        meant = get_close_matches(str(fault["loc"][-1]), _within(model, fault["loc"][:-1]).model_fields, 3)
        return Problem.of("web.settings.unknown", file=file, key=key, near=", ".join(meant) or "–")
    if kind == "missing":
        return Problem.of("web.settings.missing", file=file, key=key)
    value = _value(model, fault)
    if kind in _BOUNDS:
        name, bound = _BOUNDS[kind]
        return Problem.of(f"web.settings.{name}", file=file, key=key, value=value, bound=fault["ctx"][bound])
    expected = "address" if kind == "string_pattern_mismatch" else _EXPECTED.get(kind.partition("_")[0], "other")
    return Problem.of(
        "web.settings.wrong", file=file, key=key, value=value, expected=Term(f"term.web_setting.{expected}")
    )


def _within(model: type[BaseModel], path: tuple[int | str, ...]) -> type[BaseModel]:
    """Find the model of a table of the settings."""
    for part in path:
        held = model.model_fields[str(part)].annotation
        choices = (held, *getattr(held, "__args__", ()))
        model = next(each for each in choices if isinstance(each, type) and issubclass(each, BaseModel))
    return model


def _value(model: type[BaseModel], fault: "ErrorDetails") -> str:
    """Write a value as it stands in a file; one that is secret is not told."""
    field = model.model_fields.get(str(fault["loc"][0]))
    if field is not None and field.repr is False:
        return "•••"
    given: Any = fault["input"]
    told = json.dumps(given, ensure_ascii=False, default=str)
    return told if len(told) <= LONGEST else f"{told[:LONGEST]}…"
