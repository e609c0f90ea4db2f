"""Checks the explanations that lie beside a draft: whole, of its own figures, and nothing but what is made of them."""

import json
from collections.abc import Mapping

from havre.errors import Problem, RecordError, check_none
from havre.record.explanation import (
    FOLDER,
    SCHEMA_FILE,
    Document,
    canonical,
    check_explanations,
    explanation_path,
    schema_bytes,
)
from havre.record.explanation_cards import write_cards
from havre.record.explanation_page import explanation_pages
from havre.record.tables import Release
from havre.texts import Language


def check_beside(
    further: Mapping[str, bytes], release: Release, measure_names: Mapping[str, Mapping[Language, str]]
) -> None:
    """Check the explanations, pages and cards of a draft; where there are none at all there is nothing to check.

    The JSON must explain every published figure, with parts that add up to it. Pages, cards and schema are made anew of
    the JSON and the tables, and must be the same: so nobody can write anything else into them before the review.

    Raises
    ------
    RecordError : a figure is not wholly explained, or a file is not what is made of the draft; every one is named
    """
    if not further:
        return
    documents: list[Document] = []
    for path, content in further.items():
        if path.startswith(f"{FOLDER}/") and path.endswith(".json"):
            documents.append(_document(path, content))
    check_explanations(documents, release)
    # In the order of the release, as they were when the cards were made.
    order = {scope: place for place, scope in enumerate(release.series["scope"].unique(maintain_order=True))}
    documents.sort(key=lambda document: order.get(document["scope"], len(order)))
    made = {explanation_path(document["scope"]): canonical(document) for document in documents}
    for document in documents:
        made |= explanation_pages(document, measure_names)
    made |= {SCHEMA_FILE: schema_bytes()} | write_cards(release, documents, measure_names)
    wrong = sorted(path for path in {*made, *further} if made.get(path) != further.get(path))
    check_none([Problem.of("record.draft.not_made", path=path) for path in wrong], RecordError)


def _document(path: str, content: bytes) -> Document:
    try:
        found = json.loads(content)
        if isinstance(found, dict) and isinstance(found["scope"], str) and isinstance(found["series"], list):
            return found
    except (ValueError, KeyError, RecursionError) as error:
        raise RecordError("record.draft.not_made", path=path) from error
    raise RecordError("record.draft.not_made", path=path)
