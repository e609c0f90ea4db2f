"""What people know of how full places are, and when a pass is split."""

from typing import Any

import numpy as np
import pytest

from havre.displacement.candidates import Candidates, RouteBook, find_candidates
from havre.displacement.crowding import Crowding
from havre.displacement.environment import Environment
from havre.displacement.network import Ints, compile_network
from havre.displacement.people import People
from havre.displacement.rules import Rules
from havre.displacement.scoring import Parameters
from tests.displacement.sketches import WAR, place, roads, sketch

PLACES = [WAR, place("Camp", "camp", 100), place("Wide", "camp"), place("Town", capacity_per_day=50)]
ROUTES = roads(("War", "Camp", 50), ("War", "Wide", 50), ("War", "Town", 50))


class Scene:
    """The crowding of four places, War, Camp, Wide and Town."""

    def __init__(self, replicas: int = 1, **parameters: list[float]) -> None:
        instance = sketch(PLACES, ROUTES)
        self.network = compile_network(instance, Rules.documented())
        self.environment = Environment(instance, self.network, Rules.documented(), hasten=1)
        values = {"capacity_scaling": [1.0], "capacity_buffer": [0.9]} | parameters
        self.replicas = replicas
        self.crowding = Crowding(
            self.environment, Parameters({name: np.array(each) for name, each in values.items()}), replicas
        )

    def candidates(self) -> Candidates:
        every = np.ones(self.network.links, np.bool_)
        return find_candidates(self.network, every, self.environment.marker, 1, RouteBook())

    def steps(self, waiting: int, in_camp: int, chance: float = 1.0, **arriving: int) -> tuple[list[int], bool]:
        """Say into how many parts a pass over people in the war zone is split, or of those who arrive at places."""
        candidates = self.candidates()
        base = np.ones((candidates.end.size, 1))
        present = here(War=waiting, Camp=in_camp)
        if arriving:
            names = list(arriving)
            numbers = np.array([self.network.number(name) for name in names])
            count = np.array([[arriving[name]] for name in names])
            arrived = People.at(numbers, count, first=False)
            found = self.crowding.steps(present, candidates, base, np.full((4, 1), chance), arrived, arriving=arrived)
        else:
            people = People.at(np.array([0]), np.array([[waiting]]), first=False)
            found = self.crowding.steps(present, candidates, base, np.full((4, 1), chance), people, arriving=None)
        return found[0].tolist(), found[1]


def here(**people: int) -> Ints:
    return np.array([[people.get(each.name, 0)] for each in PLACES])


@pytest.mark.parametrize(
    ("people", "share", "turning"),
    [(0, 1.0, False), (90, 1.0, False), (95, 0.5, False), (96, 0.4, True), (200, 0.0, True)],
)
def test_camps_fill_and_people_turn_back_below_one_half(people: int, share: float, turning: bool) -> None:  # noqa: FBT001
    known = Scene().crowding.known(here(Camp=people, War=10**6, Wide=10**6, Town=10**6))
    assert known.share[:, 0] == pytest.approx([1.0, share, 1.0, 1.0])
    assert (known.give_up is not None) == turning
    if known.give_up is not None:
        assert known.give_up[:, 0].tolist() == [False, True, False, False]


def test_nobody_turns_back_before_a_place_with_a_limit_that_is_no_camp() -> None:
    scene = Scene()
    scene.environment.grow_capacity()
    scene.crowding.begin_day()
    known = scene.crowding.known(here(Town=60))
    # A town without a limit, -1, that takes 50 more each day takes 49.
    assert known.share[:, 0].tolist() == [1, 1, 1, 0]
    assert known.give_up is None


def test_capacity_is_scaled_and_grows_from_the_next_day() -> None:
    scene = Scene(replicas=2, capacity_scaling=[1.0, 2.0])
    both = np.repeat(here(Camp=100), 2, axis=1)
    assert scene.crowding.known(both).share[1].tolist() == [0, 1]
    scene.environment.capacity[1] = 200
    assert scene.crowding.known(both).share[1].tolist() == [0, 1]
    scene.crowding.begin_day()
    assert scene.crowding.known(both).share[1].tolist() == [1, 1]


def test_the_same_news_is_the_same_object() -> None:
    crowding = Scene().crowding
    one = crowding.known(here(Camp=10))
    assert crowding.known(here(Camp=80, War=5)) is one
    other = crowding.known(here(Camp=95))
    assert other is not one
    assert other.share[1, 0] == pytest.approx(0.5)
    assert one.share[1, 0] == 1.0


def test_a_pass_in_which_camps_only_lose_or_stay_empty_is_one_part() -> None:
    scene = Scene()
    assert scene.steps(10_000, in_camp=95) == ([1], False)  # who leaves the war arrives in another pass
    assert scene.steps(0, in_camp=95) == ([1], False)
    assert scene.steps(100, in_camp=20, War=150) == ([1], False)  # a third of 150 goes to the camp, up to 70
    assert scene.steps(10_000, in_camp=5_000, War=10_000) == ([1], False)


def test_a_pass_that_fills_a_camp_is_split() -> None:
    scene = Scene()
    # A third of 600 goes to a camp with room for 80, with a buffer of 10: a part for each of them.
    assert scene.steps(600, in_camp=20, War=600) == ([200], False)
    assert scene.steps(600, in_camp=20, chance=0.5, War=600) == ([100], False)
    assert scene.steps(600, in_camp=20, chance=0.0, War=600) == ([1], False)
    # People who arrive in the camp itself count as they are.
    assert scene.steps(600, in_camp=60, chance=0.0, Camp=35, War=0) == ([1], False)
    assert scene.steps(600, in_camp=60, chance=0.5, Camp=35, War=600)[0] > [100]


def test_few_people_go_one_by_one() -> None:
    scene = Scene()
    assert scene.steps(60, in_camp=85, War=60) == ([60], True)
    assert scene.steps(60, in_camp=10, War=60) == ([1], False)


@pytest.mark.parametrize("nothing", ["people", "limits"])
def test_nothing_to_split(nothing: str) -> None:
    scene: Any = Scene()
    if nothing == "limits":
        scene.environment.capacity[:] = -1
        scene.crowding.begin_day()
        assert scene.steps(10**6, in_camp=10**6, War=10**6) == ([1], False)
    else:
        assert scene.steps(0, in_camp=95, War=0)[0] == [1]
