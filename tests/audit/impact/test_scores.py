"""Scores: pure functions of visible answers; what is not answered is unknown and never 0."""

from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.audit.impact.load import KINDS, load_questionnaire
from havre.audit.impact.models import Kind, Questionnaire
from havre.audit.impact.scores import Score, is_asked, level_of, scores

FRIA = load_questionnaire("fria")
ORDER = list(FRIA.levels)
Said = dict[str, tuple[tuple[str, ...], ...]]


def score(answers: Mapping[str, str], rule: str, kind: str, questionnaire: Questionnaire = FRIA) -> Score:
    said = {name: ((value,),) for name, value in answers.items()}
    return next(s for s in scores(questionnaire, said) if s.rule.id == rule and s.rule.rule == kind)


def test_a_level_by_the_table() -> None:
    life = {"life-touched": "yes", "life-gravity": "serious", "life-likelihood": "possible"}
    assert score({**life, "life-undone": "yes"}, "life", "level").known == "medium"
    assert score({**life, "life-undone": "no"}, "life", "level").known == "high"
    assert score(life, "life", "level").possible == ("medium", "high")
    assert score({"life-touched": "no"}, "life", "level").known == "none"
    assert score({}, "life", "level").possible == tuple(ORDER)


@pytest.mark.parametrize("kind", KINDS)
def test_graver_likelier_and_final_is_never_less(kind: Kind) -> None:
    found = load_questionnaire(kind)
    grave, likely = list(found.options["gravity"]), list(found.options["likelihood"])
    rank = {level: place for place, level in enumerate(found.levels)}
    for (g, gravity), (p, likelihood) in product(enumerate(grave), enumerate(likely)):
        here = rank[level_of(found, gravity, likelihood, "yes")]
        assert rank[level_of(found, gravity, likelihood, "no")] >= here > 0
        assert g == 0 or rank[level_of(found, grave[g - 1], likelihood, "yes")] <= here
        assert p == 0 or rank[level_of(found, gravity, likely[p - 1], "yes")] <= here


def test_counts() -> None:
    found = score({"e-before": "yes", "e-two": "no"}, "oversight", "count")
    assert found.counts == (1, 1, 4, 0)
    said = {"e-before": (("yes",), ("no",))}
    assert next(s for s in scores(FRIA, said) if s.rule.id == "oversight").counts == (0, 0, 5, 1)
    assert score({"c-groups": "asylum"}, "remedies", "count").counts == (0, 0, 5, 0)
    assert score({"c-groups": "children"}, "remedies", "count").counts == (0, 0, 6, 0)


def test_warnings() -> None:
    assert score({}, "alone", "warning").possible == ("yes", "no")
    assert score({"a-decision": "decides"}, "alone", "warning").known is None
    assert score({"a-decision": "decides", "e-before": "no"}, "alone", "warning").known == "yes"
    assert score({"e-before": "yes"}, "alone", "warning").known == "no"


def answers_for(questionnaire: Questionnaire) -> st.SearchStrategy[Said]:
    one: dict[str, st.SearchStrategy[Any]] = {}
    for question in questionnaire.questions.values():
        domain = questionnaire.domain(question)
        if question.kind == "choices" and question.options:
            named = list(questionnaire.options[question.options])
            one[question.id] = st.lists(st.sampled_from(named), min_size=1, max_size=3, unique=True).map(tuple)
        elif domain:
            one[question.id] = st.sampled_from(domain).map(lambda value: (value,))
    return st.fixed_dictionaries(
        {},
        optional={name: st.lists(each, min_size=1, max_size=2, unique=True).map(tuple) for name, each in one.items()},
    )


@given(said=answers_for(FRIA), other=answers_for(FRIA))
def test_what_is_not_asked_changes_no_score(said: Said, other: Said) -> None:
    hidden = {name for name in FRIA.questions if is_asked(FRIA, name, said) is False}
    changed = {name: other.get(name, ()) if name in hidden else said.get(name, ()) for name in {*said, *other}}
    changed = {name: each for name, each in changed.items() if each and (name in said or name in hidden)}
    assert scores(FRIA, changed) == scores(FRIA, said)


@given(said=answers_for(FRIA), name=st.sampled_from(sorted(FRIA.questions)))
def test_an_answer_less_leaves_more_possible_and_never_a_smaller_risk_alone(said: Said, name: str) -> None:
    less = {key: each for key, each in said.items() if key != name}
    for before, after in zip(scores(FRIA, said), scores(FRIA, less), strict=True):
        assert set(before.possible) <= set(after.possible) or len(said.get(name, ())) > 1


@given(said=answers_for(FRIA))
def test_counts_add_up_to_the_questions_that_can_be_asked(said: Said) -> None:
    for found in scores(FRIA, said):
        if found.counts:
            assert sum(found.counts) == sum(one.asked is not False for one in found.inputs)
        else:
            assert found.possible
