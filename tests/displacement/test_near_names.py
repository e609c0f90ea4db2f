"""Near names: what was probably meant, and what counts as a misspelling."""

from dataclasses import fields

import pytest

from havre.displacement.near_names import misspelt, near
from havre.displacement.settings import MoveRules

KEYS = [each.name for each in fields(MoveRules)]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("awarness_level", "awareness_level"),
        ("foreign_weights", "foreign_weight"),
        ("idp_camp_movechance", "idpcamp_movechance"),
        ("Max-Move-Speed", "max_move_speed"),
        ("conflict_wieght", "conflict_weight"),
        ("womenavoidhazards", "WomenAvoidHazards"),
    ],
)
def test_a_misspelling_is_known_and_its_key_comes_first(name: str, meant: str) -> None:
    assert misspelt(name, KEYS)
    assert near(name, KEYS).split(", ")[0] == meant


@pytest.mark.parametrize("name", ["max_hops", "town_movechance", "max_flood_level", "verbose", "use_dynamic_awareness"])
def test_another_key_is_no_misspelling(name: str) -> None:
    assert not misspelt(name, KEYS)


def test_where_nothing_is_near_a_dash_is_told() -> None:
    assert near("Oslo", []) == near("Oslo", ["Gitega"]) == "–"
    assert near("Bujumbra", ["Bujumbura", "Gitega"]) == "Bujumbura"
