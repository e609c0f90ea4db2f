"""``havre explain FIGURE --release`` tells what was published with a figure, in both languages and as JSON."""

import json
import re
from pathlib import Path

import pytest

from havre.errors import FileError, RecordError
from havre.record.explanation import ELEMENTS, missing_elements
from havre.texts import LANGUAGES, Language, say
from tests.cli.command import invoke, run_here, run_raising
from tests.explained_case import draft
from tests.small_panel import APPLICATIONS

FIGURE = f"{APPLICATIONS}/SYR/DEU/2019-01"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draft(tmp_path_factory.mktemp("explained") / "draft")


def test_json_holds_every_element_and_adds_up(monkeypatch: pytest.MonkeyPatch, release: Path) -> None:
    first, second = (invoke(monkeypatch, "explain", FIGURE, "--release", release, "--json") for _ in range(2))
    assert first.exit_code == 0, first.exception
    assert first.stdout == second.stdout
    told = json.loads(first.stdout)
    assert told["schema"] == "havre-explanation/1"
    assert told["id"] == FIGURE
    assert missing_elements(told) == []
    assert told["review"]["state"] == "draft"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_element_is_told_in_words(monkeypatch: pytest.MonkeyPatch, release: Path, language: Language) -> None:
    told = invoke(monkeypatch, "explain", FIGURE, "--release", release, lang=language)
    assert told.exit_code == 0, told.exception
    assert all(say("explanation", f"section.{name}", language) in told.stdout for name in ELEMENTS)
    assert say("explanation", "review.draft", language) in told.stdout
    assert not re.search(r"\{[a-z_]+\}", told.stdout)


def test_the_table_of_contributions_adds_up(monkeypatch: pytest.MonkeyPatch, release: Path) -> None:
    told = invoke(monkeypatch, "explain", FIGURE, "--release", release).stdout
    table = told.split(say("explanation", "contributions.lead"))[0].split(say("explanation", "section.contributions"))[
        1
    ]
    rows = [row for row in table.splitlines() if re.search(r"\s[−+]?[\d,]+\s*$", row)]
    numbers = [int(row.split()[-1].replace(",", "").replace("−", "-")) for row in rows]
    assert len(numbers) > 4
    assert sum(numbers[:-1]) == numbers[-1]


def test_the_largest_corridors(monkeypatch: pytest.MonkeyPatch, release: Path) -> None:
    told = invoke(monkeypatch, "explain", "--release", release, "--top", "2", "--json")
    figures = json.loads(told.stdout)["figures"]
    assert [each["figure"]["origin"] for each in figures] == ["SYR", "AFG"]
    later = invoke(monkeypatch, "explain", "--release", release, "--top", "1", "--horizon", "2", "--json")
    assert json.loads(later.stdout)["figures"][0]["id"] == f"{APPLICATIONS}/SYR/DEU/2019-02"
    words = invoke(monkeypatch, "explain", "--release", release, "--top", "2", lang="fr")
    lines = words.stdout.splitlines()
    # Once for what all share, once for each figure.
    assert lines.count(say("explanation", "section.contributions", "fr")) == 3
    assert lines.count(say("explanation", "section.rules", "fr")) == 1


def test_an_unknown_figure_is_told_with_near_matches(monkeypatch: pytest.MonkeyPatch, release: Path) -> None:
    with pytest.raises(RecordError, match=re.escape(FIGURE)):
        run_raising(monkeypatch, "explain", f"{APPLICATIONS}/SIR/DEU/2019-01", "--release", str(release))


def test_a_folder_without_explanations_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(FileError, match="explanations"):
        run_raising(monkeypatch, "explain", FIGURE, "--release", str(tmp_path))


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        ((), "needs_figure"),
        ((FIGURE,), "needs_release"),
        (("--top", "3"), "needs_release"),
        ((FIGURE, "--top", "3", "--release", "x"), "one_of_release"),
        (("--release", "x"), "one_of_release"),
        ((FIGURE, "--measure", "sea_arrivals", "--release", "x"), "one_of_release"),
    ],
)
def test_what_does_not_go_together_is_told(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    arguments: tuple[str, ...],
    key: str,
) -> None:
    monkeypatch.setenv("TERMINAL_WIDTH", "300")
    assert run_here(monkeypatch, "explain", *arguments, cwd=tmp_path, lang="en") == 2
    told = re.sub(r"[\s│]+", " ", capsys.readouterr().err)
    assert say("explain", key, "en") in told
