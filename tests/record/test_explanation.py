"""Documents of explanations: checks that can fail, reading them back, and what a reviewer changed beside them."""

import json
from pathlib import Path
from typing import Any

import pytest

from havre.errors import FileError, RecordError
from havre.record.explained_folder import ExplainedFolder
from havre.record.explanation import (
    FOLDER,
    adds_up,
    canonical,
    check_explanations,
    explanation_path,
    figures_in,
    whole_explanation,
)
from havre.record.figures import parse_figure
from havre.record.folder import MANIFEST
from tests.explained_case import case, draft
from tests.record.release_samples import sample_release
from tests.small_panel import APPLICATIONS

FIGURE = f"{APPLICATIONS}/SYR/DEU/2019-01"


def document() -> Any:
    return json.loads(case()[1][explanation_path(APPLICATIONS)])


def published(folder: Path, review: dict[str, Any] | None) -> Path:
    """Lay the explanations out as a published release has them."""
    for path, content in case()[1].items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    (folder / MANIFEST).write_text(json.dumps({"review": review}))
    return folder


def test_a_document_is_canonical() -> None:
    content = case()[1][explanation_path(APPLICATIONS)]
    assert canonical(json.loads(content)) == content


def test_contributions_have_to_add_up_exactly() -> None:
    parts: dict[str, Any] = {"start": {"persons": 10}, "drivers": [{"persons": 3}, {"persons": -1}], "end": 12}
    assert adds_up(parts, 12)
    assert not adds_up(parts, 13)
    assert not adds_up({**parts, "end": 13}, 13)


def test_a_figure_without_explanation_and_one_that_was_not_published_are_named() -> None:
    made, _ = case()
    with pytest.raises(RecordError, match=FIGURE):
        check_explanations([], made.release)
    with pytest.raises(RecordError, match=FIGURE):
        check_explanations([document()], sample_release())


def test_contributions_that_do_not_add_up_and_another_median_are_named() -> None:
    made, files = case()
    others = [
        json.loads(content) for path, content in files.items() if path.startswith(FOLDER) and path.endswith(".json")
    ]
    check_explanations(others, made.release)
    figure = others[0]["series"][0]["figures"][0]
    figure["contributions"]["drivers"][0]["persons"] += 1
    figure["median"] += 1
    with pytest.raises(RecordError) as error:
        check_explanations(others, made.release)
    told = error.value.message("en")
    assert "contributions.sum" in told
    assert "median" in told


def test_a_figure_that_a_document_does_not_explain_is_refused() -> None:
    with pytest.raises(RecordError, match="SYR/DEU/2019-01"):
        whole_explanation(document(), parse_figure(f"{APPLICATIONS}/SYR/DEU/2031-01"))


def test_a_draft_says_that_nobody_has_reviewed_it(tmp_path: Path) -> None:
    found = ExplainedFolder(draft(tmp_path / "draft")).find(FIGURE)
    assert found.explanation["id"] == FIGURE
    assert found.review["state"] == "draft"


def test_an_unknown_figure_is_told_with_near_matches(tmp_path: Path) -> None:
    folder = ExplainedFolder(draft(tmp_path / "draft"))
    with pytest.raises(RecordError, match=FIGURE):
        folder.find(f"{APPLICATIONS}/SYR/DEU/2019-10")


def test_an_override_of_the_reviewer_stands_beside_the_computed_figure(tmp_path: Path) -> None:
    override = {
        "scope": APPLICATIONS, "origin": "SYR", "destination": "DEU", "horizon": 1, "computed": 400.0, "stated": 500.0,
        "reason": "The border was closed.", "reviewer": "noor", "target_month": "2019-01-01",
    }  # fmt: skip
    review = {"reviewer": "noor", "reviewed_at": "2026-11-24T12:00:00Z", "notes": ["Read with care."]}
    folder = ExplainedFolder(published(tmp_path, {**review, "overrides": [override]}))
    assert folder.find(FIGURE).review["override"] == override
    assert folder.find(FIGURE).review["notes"] == ["Read with care."]
    figure = folder.find(FIGURE).explanation["figure"]
    assert (figure["stated"], figure["published"], figure["stated_outside_interval_80"]) == (500.0, 500.0, True)
    untouched = folder.find(f"{APPLICATIONS}/SYR/DEU/2019-02").explanation["figure"]
    assert (untouched["stated"], untouched["published"]) == (None, untouched["median"])
    other = folder.find(f"{APPLICATIONS}/SYR/DEU/2019-02").review
    assert (other["state"], other["override"], other["reviewed_by"]) == ("published", None, "noor")


def test_a_release_without_review_says_so(tmp_path: Path) -> None:
    assert ExplainedFolder(published(tmp_path, None)).find(FIGURE).review["state"] == "not_reviewed"


def test_the_largest_corridors_come_first_and_totals_are_none(tmp_path: Path) -> None:
    folder = ExplainedFolder(draft(tmp_path / "draft"))
    assert [figure.id for figure in folder.largest(2)] == [FIGURE, f"{APPLICATIONS}/AFG/DEU/2019-01"]
    assert [f"{figure.month:%Y-%m}" for figure in folder.largest(2, horizon=2)] == ["2019-02"] * 2
    assert all(figure.origin != "TOT" for figure in folder.largest(50))


def test_every_figure_is_listed_once(tmp_path: Path) -> None:
    listed = [figure.id for figure, _ in ExplainedFolder(draft(tmp_path / "draft")).figures()]
    assert len(listed) == len(set(listed))
    assert {figure.id for figure, _, _ in figures_in(document())} < set(listed)


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"schema": "something/9"}'])
def test_damaged_explanations_are_told(tmp_path: Path, content: bytes) -> None:
    folder = published(tmp_path, None)
    (folder / explanation_path(APPLICATIONS)).write_bytes(content)
    with pytest.raises(RecordError, match="origin.json"):
        ExplainedFolder(folder)


def test_a_folder_without_explanations_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="explanations"):
        ExplainedFolder(tmp_path)
