"""Articles of a question as a language writes them, and which of them are to be checked."""

import re
from collections.abc import Iterator, Mapping

from havre.audit.report.articles import place_text
from havre.texts import BETWEEN, Language, say

KNOWN: Mapping[str, frozenset[str]] = {
    "AI Act": frozenset((
        "4a", "5", "6(3)", "26(5)", "26(6)", "26(8)", "26(11)", "27", "27(1)", "27(1)(a)", "27(1)(b)", "27(1)(c)",
        "27(1)(d)", "27(1)(e)", "27(1)(f)", "49", "49(4)", "50(3)", "71", "85", "86", "86(3)", "100", "111", "113",
        "Annex III",
    )),
    "GDPR": frozenset((
        "9(2)", "12", "12(3)", "12(4)", "12(5)", "12(6)", "13", "14", "15", "15(3)", "16", "17", "18", "21", "22",
        "22(2)", "22(3)", "22(4)", "77", "78(2)", "79", "80", "82",
    )),
    "Directive 2016/680": frozenset(("11", "14", "17")),
    "Regulation 2018/1725": frozenset(("14", "17", "24", "63")),
}  # fmt: skip
"""Places whose content was noted when the questionnaires were made.

Those of the AI Act were read in a public copy of the consolidated text. Those of the GDPR and of its twins stand in
notes that were not compared with the text, and readers are told so. Every other place is to be checked.
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
    """Part the articles of a question into those that are known and those that are to be checked.

    Examples
    --------
    >>> split_articles("AI Act 27(1)(a), 26(1), GDPR 22, 35, C-634/21")
    ('AI Act 27(1)(a), GDPR 22, C-634/21', 'AI Act 26(1), GDPR 35')
    """
    places = list(_places(article))
    known = [place for place in places if not place[0] or place[1] in KNOWN.get(place[0], ())]
    return _joined(known), _joined([place for place in places if place not in known])


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
