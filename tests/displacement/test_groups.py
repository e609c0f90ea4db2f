"""Groups of people: only what a rule asks for tells them apart, and tables say how often each occurs."""

from typing import Any

import numpy as np
import pytest

from havre.displacement.groups import Groups, any_group_rule, find_groups, read_fact
from havre.displacement.instance import AgentTable, Demographics, Instance
from havre.displacement.network import compile_network
from havre.displacement.rules import Rules
from havre.displacement.settings import FloodRules, MoveRules
from havre.errors import DisplacementError
from tests.displacement.sketches import WAR, place, sketch

AGE = Demographics("age", (10, 40.0, 14, 70), {"Default": (1.0, 2.0, 1.0, 4.0), "Camp": (0.0, 1.0, 0.0, 1.0)})
GENDER = Demographics("Gender", ("Woman", "m"), {"Default": (3.0, 1.0)})
PEOPLES = Demographics("ethnicity", ("x", "y"), {"War": (1.0, 0.0), "Camp": (0.5, 0.5)})


def groups_of(*tables: Demographics, rules: Rules | None = None, **move: Any) -> Groups:
    return found(sketch([WAR, place("Camp", "camp")], (), move=move, demographics=tables), rules)


def found(instance: Instance, rules: Rules | None = None) -> Groups:
    rules = rules or Rules.flee()
    return find_groups(instance, compile_network(instance, rules), rules)


@pytest.mark.parametrize(
    ("age", "band"),
    [
        (0, "child"),
        (14.9, "child"),
        (15, "youth"),
        (18, "youth"),
        ("18", "youth"),
        (19, "adult"),
        (59, "adult"),
        (60, "elder"),
        (110.0, "elder"),
    ],
)
def test_ages_by_band(age: str | float, band: str) -> None:
    assert read_fact("age", age) == band


@pytest.mark.parametrize(
    ("kind", "value", "fact"),
    [
        ("gender", "Female", "f"),
        ("gender", " w ", "f"),
        ("gender", "MAN", "m"),
        ("gender", "m", "m"),
        ("gender", "other", "other"),
        ("floodawareness", 1.0, "1"),
        ("floodawareness", "2", "2"),
        ("ethnicity", " Hausa ", "Hausa"),
        ("religion", 3.0, "3.0"),
    ],
)
def test_facts_as_the_rules_see_them(kind: str, value: str | float, fact: str) -> None:
    assert read_fact(kind, value) == fact


def test_an_age_that_is_no_number() -> None:
    with pytest.raises(DisplacementError) as raised:
        read_fact("age", "old")
    assert raised.value.message() == "demographics_age.csv: “old” is not an age in years."


def test_without_a_rule_there_is_one_group() -> None:
    groups = groups_of(AGE, GENDER, PEOPLES)
    assert len(groups) == 1
    assert groups.kinds == ()
    assert groups.shares.tolist() == [[1.0], [1.0]]
    assert groups.having("age", "adult").tolist() == [False]


def test_equal_bands_are_one_group_with_their_weights_added() -> None:
    groups = groups_of(AGE, GENDER, ElderlyAvoidHazards=True)
    assert groups.kinds == ("age",)
    assert groups.values == (("child",), ("adult",), ("elder",))
    assert groups.shares.tolist() == [[0.25, 0.25, 0.5], [0.0, 0.5, 0.5]]


def test_kinds_are_crossed() -> None:
    groups = groups_of(AGE, GENDER, WomenAvoidHazards=True, ChildrenAvoidHazards=True)
    assert groups.kinds == ("age", "gender")
    assert groups.values[:3] == (("child", "f"), ("child", "m"), ("adult", "f"))
    assert groups.shares[0].tolist() == [0.1875, 0.0625, 0.1875, 0.0625, 0.375, 0.125]
    assert np.allclose(groups.shares.sum(axis=1), 1)
    assert groups.having("gender", "f").tolist() == [True, False] * 3
    assert groups.having("age", "child", "elder").tolist() == [True, True, False, False, True, True]
    assert groups.number({"gender": "m", "age": "elder", "religion": "?"}) == 5


@pytest.mark.parametrize(
    ("rules", "kinds"),
    [
        ({"ChildrenAvoidHazards": True}, ("age",)),
        ({"WomenAvoidHazards": True}, ("gender",)),
        ({"BoysTakeRisk": True}, ()),
        ({"BoysTakeRisk": True, "ChildrenAvoidHazards": True}, ("age", "gender")),
        ({"MatchCampEthnicity": True}, ("ethnicity",)),
        ({"MatchTownEthnicity": True}, ("ethnicity",)),
        ({"MatchConflictEthnicity": True}, ("ethnicity",)),
        ({"MatchCampReligion": True}, ("religion",)),
    ],
)
def test_each_rule_asks_for_its_facts(rules: dict[str, Any], kinds: tuple[str, ...]) -> None:
    religion = Demographics("religion", ("a", "b"), {"Default": (1.0, 1.0)})
    assert groups_of(AGE, GENDER, PEOPLES, religion, **rules).kinds == kinds


@pytest.mark.parametrize(
    ("rules", "attribute"),
    [
        ({"ChildrenAvoidHazards": True}, "age"),
        ({"WomenAvoidHazards": True}, "gender"),
        ({"MatchCampEthnicity": True}, "ethnicity"),
        ({"MatchCampReligion": True}, "religion"),
    ],
)
def test_a_rule_without_its_table_is_refused(rules: dict[str, Any], attribute: str) -> None:
    with pytest.raises(DisplacementError) as raised:
        groups_of(**rules)
    (problem,) = raised.value.problems
    assert problem.key == "displacement.engine.no_demographics"
    assert dict(problem.fields)["attribute"] == attribute
    assert f"demographics_{attribute}.csv" in raised.value.message()


def test_a_place_without_column_and_without_default_is_refused() -> None:
    table = Demographics("ethnicity", ("x", "y"), {"War": (1.0, 0.0)})
    with pytest.raises(DisplacementError) as raised:
        groups_of(table, MatchCampEthnicity=True)
    (problem,) = raised.value.problems
    assert (problem.key, dict(problem.fields)["place"]) == ("displacement.engine.no_default", "Camp")


def test_weights_that_are_all_0_are_refused() -> None:
    table = Demographics("ethnicity", ("x", "y"), {"Default": (1.0, 1.0), "Camp": (0.0, 0.0)})
    with pytest.raises(DisplacementError) as raised:
        groups_of(table, MatchCampEthnicity=True)
    (problem,) = raised.value.problems
    assert (problem.key, dict(problem.fields)["place"]) == ("displacement.engine.no_weights", "Camp")


def test_values_that_only_agents_have_are_drawn_for_nobody_else() -> None:
    agents = AgentTable(("gender", "ethnicity"), (("War", "f", "z"), ("Camp", "m", "x"), ("War", "m", "z")), (5, 2, 1))
    places = [WAR, place("Camp", "camp")]
    move = {"MatchCampEthnicity": True}
    groups = found(sketch(places, (), demographics=(PEOPLES,), agents=agents, move=move))
    assert groups.values == (("x",), ("y",), ("z",))
    assert groups.shares.tolist() == [[1.0, 0.0, 0.0], [0.5, 0.5, 0.0]]


def test_farmers_are_told_apart_where_only_they_stay() -> None:
    places = [place("War", "conflict_zone", 9, farmer_fraction=0.25), place("Camp", "camp")]
    instance = sketch(places, (), move={"harvest_months": (1,)})
    assert found(instance, Rules.flee()).kinds == ()
    groups = found(instance, Rules.documented())
    assert groups.values == (("yes",), ("no",))
    assert groups.shares.tolist() == [[0.25, 0.75], [0.0, 1.0]]


def test_awareness_of_floods_is_drawn_evenly_or_from_its_table() -> None:
    flood = FloodRules(flood_forecaster=True, flood_awareness_weights=(0.0, 0.5, 1.0, 1.0))
    groups = groups_of(flood_rules=flood)
    assert groups.values == (("0",), ("1",), ("2",), ("3",))
    assert groups.shares.tolist() == [[0.25] * 4] * 2
    table = Demographics("floodawareness", (0.0, 1.0), {"Default": (1.0, 3.0)})
    told = groups_of(table, flood_rules=flood)
    assert told.values == (("0",), ("1",))
    assert told.shares.tolist() == [[0.25, 0.75]] * 2
    assert groups_of(table, flood_rules=FloodRules()).kinds == ()
    with pytest.raises(DisplacementError) as raised:
        groups_of(flood_rules=FloodRules(flood_forecaster=True))
    assert raised.value.problems[0].key == "displacement.engine.no_awareness"


def test_no_such_group() -> None:
    with pytest.raises(DisplacementError) as raised:
        groups_of(GENDER, WomenAvoidHazards=True).number({"gender": "x"})
    assert raised.value.problems[0].key == "displacement.engine.no_group"


def test_rules_that_treat_groups_differently() -> None:
    assert not any_group_rule(MoveRules())
    for rule in ("WomenAvoidHazards", "ChildrenAvoidHazards", "ElderlyAvoidHazards", "BoysTakeRisk"):
        assert any_group_rule(MoveRules(**{rule: True}))  # type: ignore[arg-type]
