"""Draws of routes: everybody who leaves sets out or stays, in the shares of the weights."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from havre.displacement.chance import Chance, StreamChance
from havre.displacement.choosing import Choices
from havre.displacement.coupling import LeadingChance
from havre.displacement.crowding import Crowding
from havre.displacement.network import Ints
from havre.displacement.people import People
from havre.displacement.rules import Rules
from havre.displacement.travel import keys_of
from havre.scale import generator
from tests.displacement.choice_of_one import ChoiceOfOne
from tests.displacement.sketches import WAR, place, roads, sketch

PLACES = [WAR, place("Town"), place("Camp", "camp", 100), place("Island", "conflict_zone")]
ROUTES = roads(("War", "Town", 20), ("War", "Camp", 50))


def drawn(
    people: dict[str, int], *, keyed: bool = False, uniform: bool = True, seed: int = 1, **options: Any
) -> tuple[dict[tuple[str, str], int], dict[str, int]]:
    """Let people at places leave, all of them: give the numbers on each link, and of those who stay."""
    move = {"default_movechance": 0.3, "softening": 10.0} | options.pop("move", {})
    one = ChoiceOfOne(sketch(PLACES, ROUTES, move=move), Rules.flee(), **options)
    chance: Chance = (LeadingChance if keyed else StreamChance)(generator(seed, "choices"))
    chance.moment(1, 5)
    choices = Choices(one._weights, 1, 1, chance, full_is_uniform=uniform)
    numbers = np.array([one.network.number(name) for name in people])
    rows = People.at(numbers, np.array([[count] for count in people.values()]), first=False)
    leavers: Ints = rows.count.copy()
    stayed = np.zeros_like(leavers)
    chosen = choices.draw(rows, leavers, stayed, one._known, np.arange(len(rows)), keys_of(rows, chance))
    names = one.network.names
    links: dict[tuple[str, str], int] = {}
    for part in chosen:
        for row, link, count in zip(part.row, part.link, part.count[:, 0], strict=True):
            assert one.network.origin[link] == rows.place[row]
            ends = names[one.network.origin[link]], names[one.network.destination[link]]
            links[ends] = links.get(ends, 0) + int(count)
    return {ends: count for ends, count in links.items() if count}, {
        name: int(count) for name, count in zip(people, stayed[:, 0], strict=True)
    }


@pytest.mark.parametrize("keyed", [False, True])
def test_people_choose_in_the_shares_of_the_weights(keyed: bool) -> None:  # noqa: FBT001
    links, stayed = drawn({"War": 90_000, "Town": 7}, keyed=keyed)
    # Weights 1/30 and 1/60.
    assert links["War", "Town"] == pytest.approx(60_000, abs=4 * np.sqrt(20_000))
    assert links["War", "Town"] + links["War", "Camp"] == 90_000
    assert links["Town", "War"] == 7
    assert stayed == {"War": 0, "Town": 0}


@pytest.mark.parametrize("keyed", [False, True])
def test_few_people_choose_by_the_binomial_law(keyed: bool) -> None:  # noqa: FBT001
    towards = [drawn({"War": 3}, keyed=keyed, seed=seed)[0].get(("War", "Town"), 0) for seed in range(600)]
    law = stats.binom.pmf(np.arange(4), 3, 2 / 3)
    assert stats.chisquare(np.bincount(towards, minlength=4), 600 * law).pvalue > 1e-4


def test_people_without_a_road_stay() -> None:
    links, stayed = drawn({"Island": 40, "Camp": 2})
    assert links == {("Camp", "War"): 2}
    assert stayed == {"Island": 40, "Camp": 0}


def test_whoever_chose_a_camp_that_is_all_but_full_stays() -> None:
    links, stayed = drawn({"War": 90_000}, here={"Camp": 97})
    # Weights 1/30 and 0.3/60; 0.3 is below a half.
    assert set(links) == {("War", "Town")}
    assert stayed["War"] == pytest.approx(90_000 * 0.15 / 1.15, abs=4 * np.sqrt(10_300))
    assert links["War", "Town"] + stayed["War"] == 90_000
    still, none = drawn({"War": 90_000}, here={"Camp": 95})
    assert none["War"] == 0
    assert still["War", "Camp"] == pytest.approx(90_000 * 0.25 / 1.25, abs=4 * np.sqrt(14_400))


def test_without_any_pull_every_route_is_as_likely_or_nobody_goes() -> None:
    move = {"conflict_weight": 0.0}
    assert drawn({"Town": 50}, move=move) == ({("Town", "War"): 50}, {"Town": 0})
    assert drawn({"Town": 50}, move=move, uniform=False) == ({}, {"Town": 50})


def test_shares_follow_the_news() -> None:
    one = ChoiceOfOne(sketch(PLACES, ROUTES, move={"default_movechance": 0.3, "softening": 10.0}))
    choices = Choices(one._weights, 1, 1, StreamChance(generator(1, "x")), full_is_uniform=True)
    people = People.at(np.array([0]), np.array([[50_000]]), first=False)
    found = []
    for in_camp in (0, 95, 100, 0):
        known = Crowding(one.environment, one.parameters, 1).known(np.array([[0], [0], [in_camp], [0]]))
        stayed = np.zeros((1, 1), np.int64)
        parts = choices.draw(people, people.count, stayed, known, np.array([0]), keys_of(people, choices._chance))
        found.append(int(sum(part.count[part.link == 2].sum() for part in parts)))
    assert found[2] == 0
    assert found[0] == pytest.approx(50_000 / 3, abs=450)
    assert found[1] == pytest.approx(10_000, abs=400)
    assert found[3] == pytest.approx(50_000 / 3, abs=450)
