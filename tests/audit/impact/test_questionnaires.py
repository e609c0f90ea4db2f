"""The questionnaires that come with Havre ask every point of the law, in two languages, and refer to what is there."""

import tomllib
from importlib.resources import files
from typing import Any

import pytest

from havre.audit.impact.articles import article_text
from havre.audit.impact.load import KINDS, load_questionnaire, make_questionnaire, questions_of
from havre.audit.impact.models import Count, Kind, Level
from havre.audit.register.load import load_register


@pytest.mark.parametrize("kind", KINDS)
def test_every_question_is_asked_in_both_languages_and_comes_from_a_law(kind: Kind) -> None:
    for question in load_questionnaire(kind).questions.values():
        assert question.en != question.fr
        assert "{" not in question.en + question.fr
        assert article_text(question.article, "en") != article_text(question.article, "fr")


def test_every_point_of_the_law_has_questions() -> None:
    fria = load_questionnaire("fria")
    assert [section.article for section in fria.sections.values()] == [f"AI Act 27(1)({point})" for point in "abcdef"]
    dpia = load_questionnaire("dpia")
    told = " ".join(section.article for section in dpia.sections.values())
    assert all(f"GDPR 35(7)({point})" in told for point in "abcd")
    assert "Directive 2016/680 27(2)" in told
    for found in (fria, dpia):
        assert {question.section for question in found.questions.values()} == set(found.sections)


@pytest.mark.parametrize("kind", KINDS)
def test_what_fills_a_question_in_is_in_the_register(kind: Kind) -> None:
    register = load_register()
    for question in load_questionnaire(kind).questions.values():
        wanted = question.prefill
        assert set(wanted.fields) <= set(register.vocabulary.fields)
        for name in (*wanted.claims, *(each.claim for each in wanted.suggest if each.claim)):
            assert register.claim(name)
        fields = {each.field for each in wanted.suggest if each.field}
        assert fields <= set(wanted.fields), "a suggestion stands beside the claims that it comes from"


@pytest.mark.parametrize("kind", KINDS)
def test_rules_have_names_of_their_own_and_every_safeguard_counts_once(kind: Kind) -> None:
    rules = load_questionnaire(kind).rules
    assert len({(rule.rule, rule.id) for rule in rules}) == len(rules)
    counted = [name for rule in rules if isinstance(rule, Count) for name in questions_of(rule)]
    assert len(set(counted)) == len(counted)
    assert sum(isinstance(rule, Level) for rule in rules) >= 7


def broken(change: str) -> dict[str, Any]:
    table = tomllib.loads(files("havre.audit.impact").joinpath("fria.toml").read_text(encoding="utf-8"))
    if change == "option":
        table["questions"]["a-decision"]["options"] = "nothing"
    elif change == "condition":
        table["questions"]["f-children"]["asked_when"][0]["question"] = "nothing"
    elif change == "suggestion":
        table["questions"]["d-published"]["prefill"]["suggest"][0]["answer"] = "perhaps"
    elif change == "warning":
        table["rules"][-1]["when"][0]["among"] = ["perhaps"]
    else:
        table["orders"][0]["second"] = "nothing"
    return table


@pytest.mark.parametrize("change", ["option", "condition", "suggestion", "warning", "order"])
def test_a_questionnaire_that_refers_to_nothing_is_refused(change: str) -> None:
    with pytest.raises(ValueError, match="fria"):
        make_questionnaire(broken(change))
