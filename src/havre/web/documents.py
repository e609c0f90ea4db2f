"""Documents that the site shows: the charter and the glossary, as they stand in ``docs``.

The wheel holds them beside this file (``pyproject.toml``, ``force-include``); a checkout reads them where they stand.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from havre.texts import Language

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

FOLDER = "documents"
NAMES = ("charter.md", "charter.fr.md", "glossary.md")
"""Files of ``docs`` that the site shows."""
_ENTRY = re.compile(
    r"\*\*(?P<term>[^*]+)\*\*(?P<of> \([^)]*\))? · (?P<fr>.+)\n- (?P<meaning_en>.+)\n- \*(?P<meaning_fr>.+)\*"
)
_SECTION = re.compile(r"^## (?P<en>.+?) · (?P<fr>.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Term:
    """A word of the glossary in a reader's language, the same word in the other, and what it means."""

    anchor: str
    word: str
    other: str
    meaning: Markup


@dataclass(frozen=True)
class Section:
    """A part of the glossary."""

    title: str
    terms: tuple[Term, ...]


@cache
def document(name: str) -> str:
    """Read a document.

    Raises
    ------
    FileNotFoundError : neither the package nor a checkout around it has it
    """
    packed = files("havre.web") / FOLDER / name
    beside = Path(__file__).parents[3] / "docs" / name
    return packed.read_text(encoding="utf-8") if packed.is_file() else beside.read_text(encoding="utf-8")


def rendered(text: str, addresses: Mapping[str, str]) -> tuple[str, Markup]:
    """Make HTML of Markdown; HTML within it is shown as text.

    Parameters
    ----------
    addresses : where links of the document lead on this site; a link that leads elsewhere in the source code becomes
        plain text, one to another site or within the page stays

    Returns
    -------
    str : the first heading, which is left out of the rest
    Markup : the rest
    """
    reader = _reader()
    tokens = reader.parse(text)
    title = ""
    if len(tokens) > 2 and tokens[0].type == "heading_open":
        title = tokens[1].content
        tokens = tokens[3:]
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", anchor_of(tokens[at + 1].content))
        token.children = _links(token.children, addresses) if token.children else token.children
    html = reader.renderer.render(tokens, reader.options, {})
    html = html.replace("<table>", '<div class="scroll" role="group" tabindex="0"><table>')
    return title, Markup(html.replace("</table>", "</table></div>"))  # noqa: S704 - HTML in the text is escaped


def anchor_of(text: str) -> str:
    """Give the anchor of a heading or a word.

    Examples
    --------
    >>> anchor_of("The four guarantees"), anchor_of("Données, et *quand* ?")
    ('the-four-guarantees', 'données-et-quand')
    """
    return re.sub(r"[^\w-]+", "", re.sub(r"\s+", "-", text.lower().strip())).strip("-")


@cache
def glossary(language: Language) -> tuple[Section, ...]:
    """Read the glossary in a language."""
    text = document("glossary.md")
    heads = list(_SECTION.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    anchors: Counter[str] = Counter()
    return tuple(
        Section(head[language], _terms(text[head.end() : end], language, anchors))
        for head, end in zip(heads, ends, strict=True)
    )


def _terms(text: str, language: Language, anchors: Counter[str]) -> tuple[Term, ...]:
    """Read the words of a part; one that stands in two parts has a number in its second anchor."""
    found: list[Term] = []
    for entry in _ENTRY.finditer(text):
        words = {"en": f"{entry['term']}{entry['of'] or ''}", "fr": entry["fr"]}
        word, other = (words["en"], words["fr"]) if language == "en" else (words["fr"], words["en"])
        anchor = anchor_of(entry["term"])
        anchors[anchor] += 1
        numbered = anchor if anchors[anchor] == 1 else f"{anchor}-{anchors[anchor]}"
        found.append(Term(numbered, word, other, _inline(entry[f"meaning_{language}"])))
    return tuple(found)


def _inline(text: str) -> Markup:
    return Markup(_reader().renderInline(text))  # noqa: S704 - HTML in the text is escaped


@cache
def _reader() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _links(children: "Sequence[Token]", addresses: Mapping[str, str]) -> "list[Token]":
    """Lead links to pages of this site; take out those that lead nowhere on it."""
    kept: list[Token] = []
    dropped = False
    for token in children:
        if token.type == "link_open":
            address = str(token.attrGet("href") or "")
            known = addresses.get(address.partition("#")[0])
            dropped = known is None and not address.startswith(("#", "http://", "https://", "mailto:"))
            if known is not None:
                token.attrSet("href", known)
        if not (dropped and token.type in ("link_open", "link_close")):
            kept.append(token)
    return kept
