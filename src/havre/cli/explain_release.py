"""``havre explain FIGURE --release FOLDER``: the explanation that was published with a figure, read from its folder."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from havre.cli.console import stdout, table, write_json
from havre.cli.language import language

if TYPE_CHECKING:
    from havre.record.explained_folder import Found
    from havre.record.explanation_words import Block, Section
    from havre.record.wording import Wording


def explain_figure(folder: Path, figure: str, *, as_json: bool) -> None:
    """Tell everything about one published figure.

    Raises
    ------
    FileError : the folder holds no explanations
    RecordError : there is no such figure; near matches are told
    """
    from havre.record.explained_folder import ExplainedFolder
    from havre.record.explanation_text import headline, sections, title

    found = ExplainedFolder(folder).find(figure)
    if as_json:
        write_json(plain(found))
        return
    words = _wording()
    _heading(title(found.explanation, words))
    _show(headline(found.explanation, words, found.review["override"]))
    _show_sections(sections(found.explanation, found.review, words))


def explain_largest(folder: Path, count: int, horizon: int | None, *, as_json: bool) -> None:
    """Tell about the largest corridors: what they share once for each scope, then each figure.

    Raises
    ------
    FileError : the folder holds no explanations
    """
    from havre.record.explained_folder import ExplainedFolder
    from havre.record.explanation_text import common_sections

    explained = ExplainedFolder(folder)
    chosen = [explained.find(figure.id) for figure in explained.largest(count, horizon)]
    if as_json:
        write_json({"release": str(folder), "figures": [plain(found) for found in chosen]})
        return
    words = _wording()
    scopes = {found.explanation["figure"]["scope"]: found.explanation for found in chosen}
    for scope, explanation in scopes.items():
        _heading(str(scope))
        _show_sections(common_sections(explanation, words))
    for found in chosen:
        _show_own(found, words)


def plain(found: "Found") -> dict[str, object]:
    """Give an explanation with what a human did to the figure, as JSON values."""
    return {**found.explanation, "review": found.review}


def _show_own(found: "Found", words: "Wording") -> None:
    from havre.record.explanation_text import headline, own_sections, review_lines, title
    from havre.record.explanation_words import Words

    _heading(title(found.explanation, words))
    _show(headline(found.explanation, words, found.review["override"]))
    for line in (found.explanation["id"], *review_lines(found.review, Words(words))):
        _show(line)
    _show_sections(own_sections(found.explanation, words))


def _wording() -> "Wording":
    from havre.pipeline import measure_names
    from havre.record.wording import Wording

    return Wording(language(), measure_names())


def _heading(text: str) -> None:
    stdout().print(f"\n {text} \n", style="bold reverse", markup=False, soft_wrap=True)


def _show_sections(sections: "Iterable[Section]") -> None:
    for section in sections:
        stdout().print(f"\n{section.title}", style="bold", markup=False)
        _show_blocks(section.blocks)


def _show_blocks(blocks: "Sequence[Block]") -> None:
    from rich.markup import escape

    from havre.record.explanation_words import Listed

    for block in blocks:
        if isinstance(block, str):
            _show(block)
        elif isinstance(block, Listed):
            for number, item in enumerate(block.items, start=1):
                _show(f"{f'{number}.' if block.ordered else '-'} {item}")
        else:
            rows = [[escape(cell) for cell in row] for row in block.rows]
            table("", list(block.columns), rows, footer=block.footer)


def _show(text: str) -> None:
    stdout().print(text, markup=False, soft_wrap=True)
