"""Explanations and cards as Markdown and HTML: complete files that load nothing.

A page tells what all figures of a scope share once, at its top; then each series, and in it each figure, which can be
linked to by its name (``#SYR/DEU/2026-12``).
"""

import hashlib
import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from itertools import groupby
from typing import Any

from havre.record.explanation import Document, explanation_path, override_of, whole_explanations
from havre.record.explanation_text import common_sections, headline, own_sections
from havre.record.explanation_words import Block, Listed, Section, Table, Words
from havre.record.wording import Wording
from havre.texts import LANGUAGES, Language

Names = Mapping[str, Mapping[Language, str]]
OF_SERIES = "data"
"""The element that is the same for all figures of a series."""
_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
table { border-collapse: collapse; margin: .5rem 0; display: block; overflow-x: auto; }
th, td { padding: .2rem .8rem .2rem 0; text-align: right; border-bottom: 1px solid #8886; }
th:first-child, td:first-child { text-align: left; }
tr.end td { font-weight: 600; }
details { margin: .4rem 0 .4rem 1rem; }
summary { cursor: pointer; }
h4 { margin: 1rem 0 .2rem; font-size: 1rem; }
p, li { overflow-wrap: anywhere; }
"""


def explanation_pages(document: Document, measure_names: Names, review: Document | None = None) -> dict[str, bytes]:
    """Write the page of a scope in each language: files by path.

    Parameters
    ----------
    review : what a human did to the release, as its manifest tells it; none of a draft
    """
    stem = explanation_path(document["scope"]).removesuffix(".json")
    return {
        f"{stem}.{language}.html": _page(document, Wording(language, measure_names), review).encode()
        for language in LANGUAGES
    }


def reviewed_pages(further: Mapping[str, bytes], measure_names: Names, review: Document) -> dict[str, bytes]:
    """Write the pages of a draft again where a reviewer replaced a figure, so that they tell what is published.

    Parameters
    ----------
    further : files of the draft by path, with the explanations as JSON
    """
    pages: dict[str, bytes] = {}
    for scope in dict.fromkeys(each["scope"] for each in review["overrides"]):
        content = further.get(explanation_path(scope))
        if content is not None:
            pages |= explanation_pages(json.loads(content), measure_names, review)
    return pages


def _page(document: Document, wording: Wording, review: Document | None) -> str:
    words, path = Words(wording), explanation_path(document["scope"])
    wholes = list(whole_explanations(document))
    by_series = [
        (key, [whole for _, whole in group])
        for key, group in groupby(wholes, key=lambda pair: (pair[0].origin, pair[0].destination))
    ]
    names = {key: wording.series(group[0]["figure"]["measure"], *key) for key, group in by_series}
    links = [f'<li><a href="#{escape("/".join(key))}">{escape(name)}</a></li>' for key, name in names.items()]
    title = words("page_title", scope=document["scope"])
    body = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{escape(words('page_lead', release=document['release'], scope=document['scope']))}</p>",
        f"<p>{escape(words('page_review'))}</p>",
        f'<p><a href="{escape(path.rsplit("/", 1)[-1])}">{escape(words("machine", path=path))}</a></p>',
        *html_sections(common_sections(wholes[0][1], wording), 2),
        f"<h2>{escape(words('contents'))}</h2><ul>{''.join(links)}</ul>",
    ]
    for key, group in by_series:
        body += [
            f'<section id="{escape("/".join(key))}"><h2>{escape(names[key])}</h2>',
            *_series(group, wording, review),
        ]
        body.append("</section>")
    return html_page(title, wording.language, body)


def _series(group: list[dict[str, Any]], wording: Wording, review: Document | None) -> Iterator[str]:
    own = [own_sections(whole, wording) for whole in group]
    yield from html_sections([section for section in own[0] if section.name == OF_SERIES], 3)
    for whole, parts in zip(group, own, strict=True):
        anchor = str(whole["id"]).rsplit("/", 3)
        override = override_of(review, whole["figure"])
        summary = escape(headline(whole, wording, override))
        yield f'<details id="{escape("/".join(anchor[1:]))}"><summary>{summary}</summary>'
        yield f"<p>{escape(Words(wording)('id_line', id=whole['id'], release=whole['release']))}</p>"
        if override is not None:
            yield f"<p>{escape(Words(wording)('override_reason', reason=override['reason']))}</p>"
        yield from html_sections([section for section in parts if section.name != OF_SERIES], 4)
        yield "</details>"


def html_page(title: str, language: Language, body: Iterable[str]) -> str:
    """Write a whole page; its policy forbids that anything be loaded or run."""
    digest = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="{language}">',
            f'<head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title><style>{_STYLE}</style></head>",
            "<body><main>",
            *body,
            "</main></body></html>",
            "",
        ]
    )


def html_sections(sections: Iterable[Section], level: int) -> Iterator[str]:
    """Write sections under headings of a level."""
    for section in sections:
        yield f"<h{level}>{escape(section.title)}</h{level}>"
        yield from (_html(block) for block in section.blocks)


def _html(block: Block) -> str:
    if isinstance(block, str):
        return f"<p>{escape(block)}</p>"
    if isinstance(block, Listed):
        tag = "ol" if block.ordered else "ul"
        return f"<{tag}>{''.join(f'<li>{escape(item)}</li>' for item in block.items)}</{tag}>"
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in block.columns)
    rows = []
    for place, row in enumerate(block.rows):
        end = ' class="end"' if place >= len(block.rows) - block.footer else ""
        rows.append(f"<tr{end}>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>")
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def markdown(title: str, sections: Iterable[Section]) -> str:
    """Write sections as Markdown."""
    lines = [f"# {_plain(title)}"]
    for section in sections:
        lines.append(f"## {_plain(section.title)}")
        lines += [_markdown(block) for block in section.blocks]
    return "\n\n".join(lines) + "\n"


def _markdown(block: Block) -> str:
    if isinstance(block, str):
        return _plain(block)
    if isinstance(block, Listed):
        marks = (f"{number}." if block.ordered else "-" for number in range(1, len(block.items) + 1))
        return "\n".join(f"{mark} {_plain(item)}" for mark, item in zip(marks, block.items, strict=True))
    assert isinstance(block, Table)  # noqa: S101 - for the type checker: nothing else is a block
    line = ["---"] + ["---:"] * (len(block.columns) - 1)
    rows = (block.columns, tuple(line), *block.rows)
    return "\n".join(f"| {' | '.join(_plain(cell) for cell in row)} |" for row in rows)


def _plain(text: str) -> str:
    """Keep what a source or reviewer wrote from being taken for markup."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*").replace("`", "\\`")
