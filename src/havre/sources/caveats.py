"""What is to be kept in mind of a source, in the reader's language.

A release holds the English sentences of the catalogue of sources. Its files stay as they are: a sentence that Havre
knows is told in the reader's language where it is shown, and any other as it stands in the release.
"""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from havre.texts import Language, catalogue

SUBJECT = "caveats"


class Told(NamedTuple):
    """A sentence and the language that it is in."""

    text: str
    language: Language


def caveat_in(caveat: str, language: Language) -> Told:
    """Tell a caveat of a source in a language, or in English where Havre has no other words for it.

    Examples
    --------
    >>> caveat_in("Exits (the Channel) are not included.", "fr")
    Told(text='Les sorties (la Manche) n’y sont pas.', language='fr')
    >>> caveat_in("Of another release.", "fr").language
    'en'
    """
    key = _keys().get(caveat)
    return Told(caveat, "en") if key is None else Told(catalogue(SUBJECT, language)[key], language)


@cache
def _keys() -> Mapping[str, str]:
    return {text: key for key, text in catalogue(SUBJECT, "en").items()}
