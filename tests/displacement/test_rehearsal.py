"""What would stop a simulation on any day is found without one, and nobody moves meanwhile."""

from collections.abc import Callable

import numpy as np
import pytest

from havre.displacement import engine
from havre.displacement.instance import DayTable, Instance
from havre.displacement.rehearsal import rehearse
from havre.displacement.rules import QUIRKS, Rules
from havre.displacement.settings import ConflictSpawning, FloodRules
from havre.displacement.simulate import make_plan, simulate
from havre.errors import DisplacementError, Problem
from tests.displacement.sketches import FLOODED, WAR, place, roads, sketch
from tests.displacement.small_instances import small_instance, with_everything

FLOODS = DayTable(("War",), (0.0, 1.0, 2.0), np.ones((3, 1)))


def made(**rest: object) -> Instance:
    places = rest.pop("places", [WAR, place("Camp", "camp"), place("Wet", "flood_zone")])
    return sketch(places, roads(("War", "Camp", 50), ("War", "Wet", 50)), **rest)  # type: ignore[arg-type]


FAULTS: dict[str, Callable[[], Instance]] = {
    "zone_without_people": lambda: made(places=[place(name, kind) for name, kind in
                                                (("War", "conflict_zone"), ("Camp", "camp"), ("Wet", "town"))]),
    "no_zone": lambda: made(zones={"War": [1.0, 1.0, 0.0]}, camps={"total": {0: 5.0, 2: 9.0}}),
    "flood_list": lambda: made(floods=FLOODS, spawn=FLOODED, move={"flood_rules": FloodRules(max_flood_level=2)}),
    "flood_level": lambda: made(
        floods=FLOODS, spawn=FLOODED,
        move={"flood_rules": FloodRules(2, (0.0, 1.0), (1.0, 1.0), (1.0, 1.0))},
    ),
}  # fmt: skip


@pytest.mark.parametrize("key", FAULTS)
def test_what_stops_a_simulation_is_found_and_told_alike(key: str) -> None:
    instance = FAULTS[key]()
    told: list[Problem] = []
    for ended in (lambda: rehearse(make_plan(instance, Rules.flee(), "adaptive", None)), lambda: simulate(instance)):
        with pytest.raises(DisplacementError) as raised:
            ended()
        told += raised.value.problems
    assert [problem.key.rpartition(".")[2] for problem in told] == [key, key]
    assert told[0] == told[1]


@pytest.mark.parametrize("rules", [Rules.flee(), Rules(**dict.fromkeys(QUIRKS, False))])
def test_nobody_walks_in_a_rehearsal(rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    driven = small_instance(
        settings=made(spawn={"conflict_driven_spawning": ConflictSpawning("constant", 50.0)}).settings
    )
    walked: list[int] = []
    whole = engine.Engine._count_present

    def counted(self: engine.Engine) -> None:
        whole(self)
        walked.append(int(self.present.sum()))

    monkeypatch.setattr(engine.Engine, "_count_present", counted)
    for instance in (small_instance(), with_everything(), driven):
        rehearse(make_plan(instance, rules, "adaptive", None))
    assert len(walked) > 3 * small_instance().length
    assert set(walked) == {0}
