"""Nobody writes anything into explanations, pages or cards between their making and the review."""

import json

import pytest

from havre.errors import RecordError
from havre.pipeline import measure_names
from havre.record.explained_draft import check_beside
from havre.record.explanation import canonical
from tests.explained_case import case
from tests.small_panel import APPLICATIONS

DOCUMENT = f"explanations/{APPLICATIONS}.json"


def test_what_was_made_fits_and_a_draft_without_explanations_has_nothing_to_check() -> None:
    made, further = case()
    check_beside(further, made.release, measure_names())
    check_beside({}, made.release, measure_names())


@pytest.mark.parametrize(
    "path", ["model-card.fr.md", "data-card.en.html", f"explanations/{APPLICATIONS}.fr.html", "explanation.schema.json"]
)
def test_another_page_or_card_is_named(path: str) -> None:
    made, further = case()
    with pytest.raises(RecordError, match=path.replace(".", r"\.")):
        check_beside({**further, path: further[path] + b"<!-- hidden count: 4 -->"}, made.release, measure_names())
    with pytest.raises(RecordError, match=path.replace(".", r"\.")):
        check_beside({each: further[each] for each in further if each != path}, made.release, measure_names())


def test_contributions_that_do_not_add_up_and_figures_left_out_are_named() -> None:
    made, further = case()
    document = json.loads(further[DOCUMENT])
    document["series"][0]["figures"][0]["contributions"]["drivers"][0]["persons"] += 1
    with pytest.raises(RecordError, match="contributions"):
        check_beside({**further, DOCUMENT: canonical(document)}, made.release, measure_names())
    document["series"] = document["series"][1:]
    with pytest.raises(RecordError):
        check_beside({**further, DOCUMENT: canonical(document)}, made.release, measure_names())
    for content in (b"{}", b"[", b"[]", b"[" * 100_000):
        with pytest.raises(RecordError, match="not what Havre makes"):
            check_beside({**further, DOCUMENT: content}, made.release, measure_names())
