"""Articles of a question as a language writes them, and which of them were read in the text of the law."""

import re
from collections.abc import Iterator, Mapping

from havre.audit.report.articles import place_text
from havre.audit.report.numbers import BETWEEN
from havre.texts import Language, say

READ: Mapping[str, frozenset[str]] = {
    "AI Act": frozenset((
        "4a", "5", "6(3)", "26(5)", "26(6)", "26(8)", "26(11)", "27", "27(a)", "27(b)", "27(c)", "27(d)", "27(e)",
        "27(f)", "49", "49(4)", "50(3)", "71", "85", "86", "86(3)", "100", "111", "113", "Annex III",
    )),
}  # fmt: skip
"""Places that were read in a public copy of the consolidated text, as they are cited there.

Everything else, also all of the GDPR, of its twins and of the Charter, is from general knowledge of the texts.
"""
_LAWS = {
    "AI Act": "ai_act", "GDPR": "gdpr", "Charter": "charter", "Annex": "annex", "Directive": "directive",
    "Regulation": "regulation", "recital": "recital",
}  # fmt: skip
_LAW = re.compile(r"(AI Act|GDPR|Charter|Directive 2016/680|Regulation 2018/1725) (.+)")
_NUMBERED = re.compile(r"(AI Act|GDPR|Charter|Directive 2016/680|Regulation 2018/1725) (?=\d)")
_CASE = re.compile(r"C-\d+/\d+")


def article_text(article: str, language: Language) -> str:
    """Write the articles of a question as a language does.

    Examples
    --------
    >>> article_text("AI Act 14(4)(d), 15", "fr").replace(chr(0x202F), " ")
    'règlement IA, art. 14, §4, d) ; 15'
    """
    article = _NUMBERED.sub(r"\1, art. ", article.replace(", ", BETWEEN[language])).replace(" recital", ", recital")
    if language == "en":
        return article
    words = {law: say("impact", f"article.{key}", language) for law, key in _LAWS.items()}
    return place_text(re.sub("|".join(words), lambda found: words[found[0]], article), language)


def split_articles(article: str) -> tuple[str, str]:
    """Part the articles of a question into those that were read in the text and those that are to be checked.

    Examples
    --------
    >>> split_articles("AI Act 27(a), 26(1), GDPR 22, C-634/21")
    ('AI Act 27(a), C-634/21', 'AI Act 26(1), GDPR 22')
    """
    places = list(_places(article))
    read = [place for place in places if not place[0] or place[1] in READ.get(place[0], ())]
    return _joined(read), _joined([place for place in places if place not in read])


def _places(article: str) -> Iterator[tuple[str, str]]:
    """Give law and place of each part; a judgment has no law."""
    law = ""
    for part in article.split(", "):
        found = _LAW.fullmatch(part)
        law, place = (found[1], found[2]) if found else ("" if _CASE.fullmatch(part) else law, part)
        yield law, place


def _joined(places: list[tuple[str, str]]) -> str:
    before = ["", *(law for law, _ in places)]
    return ", ".join(
        place if law == last else f"{law} {place}" for last, (law, place) in zip(before, places, strict=False)
    )
