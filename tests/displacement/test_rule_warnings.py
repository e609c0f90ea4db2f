"""Settings without effect, or that stop everybody, are told under the rules in force and no others."""

import pytest

from havre.displacement.rule_warnings import rule_warnings
from havre.displacement.rules import Rules
from tests.displacement.small_instances import settings, small_instance


@pytest.mark.parametrize(("level", "told"), [(0, "awareness_stops"), (-1, "awareness_as_one"), (1, None), (3, None)])
def test_an_awareness_without_the_effect_of_the_manual_is_told(level: int, told: str | None) -> None:
    instance = small_instance(settings=settings({"awareness_level": level}))
    found = rule_warnings(instance, Rules.flee())
    assert [problem.key.rpartition(".")[2] for problem in found] == ([told] if told else [])
    assert rule_warnings(instance, Rules.documented()) == ()
    for problem in found:
        assert "awareness_level" in problem.sentence("en")
        assert problem.sentence("fr") != problem.sentence("en")
