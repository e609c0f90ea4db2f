"""Says what is wrong with the parameters of a request in the words of the catalogue, in the reader's language."""

from collections.abc import Iterable, Mapping
from typing import Any

from havre.texts import Language, say

_KINDS = {
    "missing": "missing",
    "int_parsing": "whole",
    "int_from_float": "whole",
    "int_parsing_size": "whole",
    "float_parsing": "number",
    "finite_number": "number",
    "bool_parsing": "yes_no",
    "literal_error": "choice",
    "enum": "choice",
    "greater_than_equal": "least",
    "less_than_equal": "most",
    "string_too_short": "longer",
    "string_too_long": "shorter",
}
"""Kinds of faults as pydantic names them, and the sentence for each; all others have one."""
_BOUNDS = ("ge", "le", "min_length", "max_length", "expected")


def wrong_questions(faults: Iterable[Mapping[str, Any]], language: Language) -> list[dict[str, str]]:
    """Tell each fault: where it stands (``query.limit``), and a sentence.

    Parameters
    ----------
    faults : as pydantic tells them
    """
    return [_told(each, language) for each in faults]


def _told(fault: Mapping[str, Any], language: Language) -> dict[str, str]:
    facts = fault.get("ctx", {})
    bound = next((facts[name] for name in _BOUNDS if name in facts), "")
    choices = str(bound).replace("' or '", "', '").replace("'", "")
    key = _KINDS.get(fault["type"], "other")
    said = say("web_api", f"invalid.{key}", language, name=str(fault["loc"][-1])[:60], bound=choices)
    return {"where": ".".join(str(part) for part in fault["loc"]), "what": said}
