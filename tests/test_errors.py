"""Errors tell what is wrong and what to do, in English and French, one problem or many."""

import pytest

from havre.errors import FileError, HavreError, PanelError, PersonalDataError, Problem, Term, check_none
from havre.record.store.schema import CONTEST_STATES, RELEASE_STATES
from havre.texts import LANGUAGES, catalogue

ORDER = {"first": "2020-02", "last": "2020-01"}


def test_an_error_says_its_sentence_and_its_advice_in_both_languages() -> None:
    error = FileError("file.missing", path="panel.csv")
    assert str(error) == error.message("en") == "panel.csv: there is no such file."
    french = error.message("fr").replace("\u202f", " ").replace("\xa0", " ")
    assert french == "panel.csv : ce fichier n’existe pas."
    assert error.advice("en").startswith("Check the path")
    assert error.advice("fr").startswith("Vérifiez le chemin")


def test_an_error_of_many_tells_all_one_a_line_and_each_advice_once() -> None:
    problems = [Problem.of("file.missing", path=path) for path in ("a", "b", "c")]
    error = FileError.all_of(problems)
    assert isinstance(error, FileError)
    assert error.problems == tuple(problems)
    assert str(error).splitlines() == [f"{path}: there is no such file." for path in ("a", "b", "c")]
    assert len(error.advice().splitlines()) == 1


def test_an_error_of_no_problems_is_a_mistake_of_the_programmer() -> None:
    with pytest.raises(ValueError, match="at least one problem"):
        PanelError.all_of([])


def test_a_problem_without_advice_has_none() -> None:
    assert Problem.of("draws.shape", shape=(1,), series=2).advice() is None
    assert HavreError("draws.shape", shape=(1,), series=2).advice() == ""


def test_a_term_stands_in_the_language_of_its_sentence() -> None:
    problem = Problem.of("panel.personal_column", table="t", column="dob", category=Term("term.birth"))
    assert "birth date or age" in problem.sentence("en")
    assert "date de naissance ou âge" in problem.sentence("fr")
    plain = Problem.of("panel.personal_column", table="t", column="dob", category="term.birth")
    assert "term.birth" in plain.sentence("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_key_that_the_catalogue_lacks_is_never_hidden(language: str) -> None:
    with pytest.raises(KeyError):
        HavreError("no.such.key")
    with pytest.raises(KeyError):
        HavreError("forecast.order", first="2020-01")


def test_check_none_raises_all_or_returns() -> None:
    check_none([], PanelError)
    with pytest.raises(PersonalDataError) as caught:
        check_none([Problem.of("forecast.order", **ORDER)] * 2, PersonalDataError)
    assert len(caught.value.problems) == 2
    assert isinstance(caught.value, PanelError)


def test_several_words_of_the_catalogue_stand_in_one_field_in_each_language() -> None:
    states = tuple(Term(f"term.release.{name}") for name in ("in_review", "published"))
    problem = Problem.of("record.review.state", release="r-1", state=Term("term.release.withdrawn"), expected=states)
    assert problem.sentence() == "The release r-1 is withdrawn; that takes one that is in review / published."
    assert "est retirée ; il en faut une qui soit en relecture / publiée" in problem.sentence("fr")


def test_every_state_of_a_release_and_a_contest_has_its_word() -> None:
    for language in LANGUAGES:
        words = catalogue("errors", language)
        assert {f"term.release.{state}" for state in RELEASE_STATES} <= set(words)
        assert {f"term.contest.{state}" for state in CONTEST_STATES} <= set(words)
