"""Every published figure is explained wholly, in both languages, and no explanation knows a hidden count."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from havre.months import add_months
from havre.pipeline import explain_release, measure_names
from havre.record.explanation import ELEMENTS, FOLDER, SCHEMA_FILE, Document, missing_elements, whole_explanations
from havre.record.explanation_text import sections
from havre.record.figures import figures_of
from havre.record.wording import Wording
from havre.texts import LANGUAGES, Language
from tests.explained_case import GERMANY, case, forecast_of
from tests.forecast.delayed_panel import FIRST as DELAYED_FIRST
from tests.forecast.delayed_panel import delayed_panel, known_then
from tests.small_panel import APPLICATIONS, LAST, MONTHS, small_panel
from tests.test_hidden_counts import HIDDEN, with_counts

DRAFT: dict[str, Any] = {"state": "draft", "reviewed_by": None, "reviewed_at": None, "override": None, "notes": []}


@pytest.fixture
def _few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the same path through the code with fewer rounds, for releases of a test's own, to be done sooner."""
    monkeypatch.setattr("havre.forecast.quantile_trees.ROUNDS", 12)


def documents(files: dict[str, bytes]) -> list[Any]:
    return [
        json.loads(content) for path, content in files.items() if path.startswith(FOLDER) and path.endswith(".json")
    ]


def wholes() -> list[dict[str, Any]]:
    _, files = case()
    return [whole for document in documents(files) for _, whole in whole_explanations(document)]


def test_every_published_figure_is_explained_and_nothing_else() -> None:
    made, _ = case()
    published = {figure.id for figure in figures_of(made.release.forecasts)}
    assert len(published) > 12
    assert {whole["id"] for whole in wholes()} == published


def test_each_required_element_is_there_for_every_figure() -> None:
    for whole in wholes():
        assert missing_elements(whole) == []
        assert all(whole[name] for name in ELEMENTS if name != "past_situations")


def test_every_figure_fits_the_published_schema() -> None:
    schema = json.loads(case()[1][SCHEMA_FILE])
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    for whole in wholes():
        validator.validate({**whole, "review": DRAFT})
    wrong = {**whole, "automated": {**whole["automated"], "is_automated": False}}
    assert not validator.is_valid(wrong)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_required_element_is_told_in_words_for_every_figure(language: Language) -> None:
    wording = Wording(language, measure_names())
    for whole in wholes():
        told = {section.name: section.blocks for section in sections(whole, DRAFT, wording)}
        assert set(told) == set(ELEMENTS)
        assert all(told.values())


def test_contributions_add_up_to_the_published_median() -> None:
    made, _ = case()
    medians = made.release.forecasts.filter(model="ensemble", quantile=0.5).drop_nulls("value")
    published = {
        (row["scope"], row["origin"], row["destination"], f"{row['target_month']:%Y-%m}"): row["value"]
        for row in medians.iter_rows(named=True)
    }
    for whole in wholes():
        figure, parts = whole["figure"], whole["contributions"]
        median = published[figure["scope"], figure["origin"], figure["destination"], figure["month"]]
        drivers = parts["drivers"]
        assert parts["start"]["persons"] + sum(each["persons"] for each in drivers) == median
        assert abs(parts["start"]["persons"] + sum(each["exact"] for each in drivers) - median) < 0.51
        assert sum(member["weight_here"] for member in whole["model"]["members"]) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.usefixtures("_few_trees")
@pytest.mark.parametrize("step", [MONTHS - 1, MONTHS - 7])
@pytest.mark.parametrize(("ours", "theirs"), HIDDEN[:2])
def test_other_hidden_counts_change_no_byte(step: int, ours: dict[str, float], theirs: dict[str, float]) -> None:
    first, second = (
        explain_release(forecast_of(with_counts(small_panel(), step, counts), GERMANY)) for counts in (ours, theirs)
    )
    assert {path for path in first if first[path] != second[path]} == set()


@pytest.mark.usefixtures("_few_trees")
def test_a_visible_count_does_change_the_explanation() -> None:
    first, second = (
        explain_release(forecast_of(with_counts(small_panel(), MONTHS - 1, {"AFG": count}), GERMANY))
        for count in (131.0, 94.0)
    )
    changed = {path for path in first if first[path] != second[path]}
    assert f"explanations/{APPLICATIONS}.json" in changed


@pytest.mark.usefixtures("_few_trees")
def test_a_hidden_last_month_is_told_as_a_stand_in_and_no_past_situation_has_a_hidden_month() -> None:
    panel = with_counts(small_panel(), MONTHS - 1, {"ERI": 9.0, "TON": 8.0, "AFG": 131.0})
    for step in (20, 30):
        panel = with_counts(panel, step, {"ERI": 4.0})
    made = forecast_of(panel, GERMANY)
    hidden = {(row["origin"], row["period"]) for row in made.release.history.filter("suppressed").iter_rows(named=True)}
    [document] = documents(explain_release(made))
    by_origin = {whole["figure"]["origin"]: whole for _, whole in whole_explanations(document)}
    assert ("ERI", LAST) in hidden
    assert by_origin["ERI"]["contributions"]["start"]["is_stand_in"] is True
    assert by_origin["ERI"]["data"]["last_month_hidden"] is True
    assert by_origin["SYR"]["contributions"]["start"]["is_stand_in"] is False
    for whole in by_origin.values():
        for each in whole["past_situations"]:
            first = date.fromisoformat(f"{each['first_month']}-01")
            assert not {(each["origin"], add_months(first, step)) for step in range(24)} & hidden


def test_the_same_release_gives_the_same_bytes_with_two_workers_too() -> None:
    made, files = case()
    assert explain_release(made, workers=2) == files


def test_the_release_may_be_named_anew() -> None:
    made, _ = case()
    files = explain_release(made, release_id="another")
    assert {document["release"] for document in documents(files)} == {"another"}
    assert b"another" in files["model-card.en.md"]


def test_a_wider_protection_is_told() -> None:
    made, _ = case()
    [document, *_] = documents(explain_release(replace(made, width=25.0)))
    [operation] = [each for each in document["shared"]["operations"] if each["name"] == "protect_history"]
    assert operation["parameters"]["width"] == 25
    assert "25" in operation["text"]["fr"]


def test_without_a_threshold_nothing_is_said_to_be_hidden() -> None:
    made, _ = case()
    facts = replace(made.release.facts, threshold=0)
    files = explain_release(replace(made, release=replace(made.release, facts=facts)))
    for document in documents(files):
        names = {each["name"] for each in document["shared"]["operations"]}
        assert not names & {"protect_history", "protect_forecasts"}
    assert "its threshold is 0" in files["data-card.en.md"].decode()


def test_operations_stand_in_order_and_end_with_a_human() -> None:
    _, files = case()
    for document in documents(files):
        steps = document["shared"]["operations"]
        assert [each["step"] for each in steps] == list(range(1, len(steps) + 1))
        names = [each["name"] for each in steps]
        order = ("vintage", "protect_history", "damping", "width", "combination", "recalibration", "quantiles")
        assert [name for name in names if name in order] == list(order)
        assert names[-2:] == ["protect_forecasts", "review"]


def test_cards_and_pages_are_there_in_both_languages() -> None:
    _, files = case()
    cards = {
        f"{card}.{lang}.{form}" for card in ("model-card", "data-card") for lang in LANGUAGES for form in ("md", "html")
    }
    pages = {f"explanations/{APPLICATIONS}.{language}.html" for language in LANGUAGES}
    assert cards | pages < set(files)
    assert "Fiche du modèle" in files["model-card.fr.md"].decode()
    assert "Asylgeschäftsstatistik" in files["data-card.en.md"].decode()


def lacking(whole: Document, *path: str) -> list[str]:
    """Take one thing out of an explanation, and name what is missing then."""
    copy = json.loads(json.dumps(whole))
    at = copy
    for name in path[:-1]:
        at = at[name]
    del at[path[-1]]
    return missing_elements(copy)


@pytest.mark.parametrize("element", ELEMENTS)
def test_a_missing_element_is_named(element: str) -> None:
    assert element in lacking(wholes()[0], element)


def test_a_missing_part_of_an_element_is_named() -> None:
    whole = wholes()[0]
    assert lacking(whole, "automated", "degree") == ["automated.degree"]
    assert lacking(whole, "data", "sources") == ["data.sources"]
    assert lacking(whole, "model", "parameters") == ["model.parameters"]
    assert lacking(whole, "would_move", "up_10") == ["would_move.answers"]


@pytest.mark.usefixtures("_few_trees")
def test_what_the_last_month_still_lacked_is_told_in_its_place() -> None:
    panel = known_then(delayed_panel(months=60, codes=("AFG", "SYR", "IRQ")), add_months(DELAYED_FIRST, 58))
    made = forecast_of(panel, GERMANY)
    [document] = documents(explain_release(made))
    steps = document["shared"]["operations"]
    names = [each["name"] for each in steps]
    assert names.index("choose_series") < names.index("complete_recent") < names.index("logarithm")
    [told] = [each for each in steps if each["name"] == "complete_recent"]
    assert (told["parameters"]["series"], told["parameters"]["months"]) == (4, 4)
    assert 1.1 < told["parameters"]["factor"] < 1.7
    assert document["shared"]["model"]["parameters"]["complete_recent"] is True
    last = {
        (row["origin"], row["destination"]): row["value"]
        for row in made.release.history.filter(period=add_months(DELAYED_FIRST, 58)).iter_rows(named=True)
    }
    for series in document["series"]:
        for figure in series["figures"]:
            start = figure["contributions"]["start"]["persons"]
            [lacked] = [each for each in figure["contributions"]["drivers"] if each["name"] == "completion"]
            assert start == last[series["origin"], series["destination"]], "as published, not as completed"
            assert lacked["persons"] > 0.1 * start
    assert all(missing_elements(whole) == [] for _, whole in whole_explanations(document))


def test_without_a_known_revision_it_is_told_that_nothing_was_changed() -> None:
    for document in documents(case()[1]):
        names = [each["name"] for each in document["shared"]["operations"]]
        assert "complete_recent_none" in names
        drivers = {d["name"] for s in document["series"] for f in s["figures"] for d in f["contributions"]["drivers"]}
        assert "completion" not in drivers
