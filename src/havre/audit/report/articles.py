"""Articles and places within a source, as a language writes them."""

import re

from havre.texts import Language

_WORDS = {
    r"\barts\b": "art.", r"\bAnnex\b": "annexe", r"\bCh\.": "chap.", r"\btitle and abstract\b": "titre et résumé",
    r"\babstract\b": "résumé", r"\b4a\b": "4 bis",
}  # fmt: skip
_PARAGRAPH = re.compile(r"(\d+)\((\d+)\)(?:\(([a-z]+)\))?")
_POINT = re.compile(r"(\d+)\(([a-z]+)\)")
_TO_PARAGRAPH = re.compile(r"–\((\d+)\)")


def place_text(place: str, language: Language) -> str:
    """Write an article, annex or section within a source.

    Examples
    --------
    >>> place_text("arts 26, 63(3)", "fr"), place_text("Annex III 7(d)", "fr")
    ('art. 26, 63, §3', 'annexe III 7 d)')
    >>> place_text("art. 26(5)–(6)", "fr"), place_text("art. 17(2)(i)", "fr"), place_text("art. 4a", "en")
    ('art. 26, §5–6', 'art. 17, §2, i)', 'art. 4a')
    """
    if language == "en":
        return place
    for word, french in _WORDS.items():
        place = re.sub(word, french, place)
    place = _PARAGRAPH.sub(lambda found: f"{found[1]}, §{found[2]}" + (f", {found[3]})" if found[3] else ""), place)
    return _TO_PARAGRAPH.sub(r"–\1", _POINT.sub(r"\1 \2)", place))
