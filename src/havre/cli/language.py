"""In which language to speak: ``--lang``, else ``HAVRE_LANG``, else the locale, else English.

The help texts are made when the commands are declared, so the language is read from the command line before that.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise

from havre.texts import Language, as_language, say


def language_of(arguments: Sequence[str], environment: Mapping[str, str]) -> Language:
    """Choose the language of a command line and its environment."""
    asked = [after for before, after in pairwise(arguments) if before == "--lang"]
    asked += [argument.removeprefix("--lang=") for argument in arguments if argument.startswith("--lang=")]
    named = [*asked, *(environment.get(name, "") for name in ("HAVRE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"))]
    return next((found for text in named if (found := as_language(text))), "en")


@cache
def language() -> Language:
    """Give the language of this process."""
    return language_of(sys.argv[1:], os.environ)


def tell(key: str, /, **fields: object) -> str:
    """Say a sentence of the command line's catalogue in the language of this process."""
    return say("cli", key, language(), **fields)
