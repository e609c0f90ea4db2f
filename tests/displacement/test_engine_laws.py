"""Whatever the instance and the rules: nobody is lost or made, and the engine knows at all times who is where."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from havre.displacement.chance import StreamChance
from havre.displacement.engine import Engine, Split
from havre.displacement.instance import Closure, Demographics, Instance, Route
from havre.displacement.network import Ints
from havre.displacement.rules import QUIRKS, Occupancy, Rules
from havre.displacement.settings import ConflictSpawning
from havre.displacement.simulate import make_plan, parameter_values, simulate
from havre.scale import generator
from tests.displacement.sketches import UNHURRIED, place, sketch
from tests.properties import examples

DAYS = 6
NAMES = ("War", "Riot", "Town", "Hub", "Cross", "Camp", "Idp")
KINDS = ("conflict_zone", "conflict_zone", "town", "forwarding_hub", "marker", "camp", "idpcamp")
FACTS = (
    Demographics("age", (10, 40, 70), {"Default": (1.0, 2.0, 1.0)}),
    Demographics("gender", ("f", "m"), {"Default": (1.0, 1.0)}),
    Demographics("ethnicity", ("x", "y"), {"Default": (1.0, 3.0)}),
)
# Left out are the switches under which an instance may be refused.
SWITCHES = tuple(name for name in QUIRKS if name not in ("two_systems_never", "flood_top_level_fails"))


class Watched(Engine):
    """An engine that tells after each day how many people there are, and what it took out."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.deactivated = np.zeros(self._replicas, np.int64)
        self.there: list[Ints] = []
        self.least = 0
        self.recounts: list[tuple[Ints, Ints]] = []

    def day(self, day: int) -> Generator[Split, Split, None]:
        yield from super().day(day)
        self.there.append(self.people.count.sum(axis=0) + self.deactivated)
        self.least = min(self.least, int(self.people.count.min(initial=0)), int(self.present.min()))

    def _deactivate(self, day: int) -> None:
        before = self.people.count.sum(axis=0)
        super()._deactivate(day)
        self.deactivated += before - self.people.count.sum(axis=0)

    def _count_present(self) -> None:
        before = self.present.copy()
        super()._count_present()
        self.recounts.append((before, self.present.copy()))


@dataclass(frozen=True)
class Case:
    """An instance and how it is simulated."""

    instance: Instance
    rules: Rules
    occupancy: Occupancy
    replicas: int

    def run(self) -> tuple[Watched, Ints, Ints]:
        """Run it watched; give the engine, the people ever displaced by day, and the counts of camps."""
        plan = make_plan(self.instance, self.rules, self.occupancy, None)
        values = parameter_values(self.instance, {}, self.replicas)
        engine = Watched(plan, values, self.replicas, StreamChance(generator(3, "laws")))
        days = engine.run()
        return engine, days.people, days.camp_counts


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw a small country of seven places with anything that may happen to people."""
    capacity = draw(st.lists(st.sampled_from([0, 30, 200, 10_000]), min_size=2, max_size=2))
    populations = [500, 300, 100, 0, 0, *capacity]
    sink = draw(st.sampled_from(["", "0.3"]))
    places = [
        place(name, kind, people, "Home" if number < 4 else "Away", deactivation_probability=sink, farmer_fraction=0.5)
        for number, (name, kind, people) in enumerate(zip(NAMES, KINDS, populations, strict=True))
    ]
    ends = st.lists(st.sampled_from(NAMES), min_size=2, max_size=2, unique=True)
    km = st.sampled_from([30.0, 90.0, 150.0, 360.0, 700.0])
    extra = st.sampled_from([{}, {}, {"walk_probability": "0.4"}, {"max_move_speed": "120"}])
    rows = draw(st.lists(st.tuples(ends, km, st.sampled_from([0, 0, 1, 2]), extra), min_size=3, max_size=10))
    routes = [Route(one, other, distance, flag, words) for (one, other), distance, flag, words in rows]
    what = st.sampled_from(["country", "location", "camp", "link"])
    when = st.integers(0, DAYS)
    closures = [
        Closure(kind, *(("Home", "Away") if kind == "country" else ("Camp", "War")), start, end)
        for kind, start, end in draw(st.lists(st.tuples(what, when, when), max_size=3))
    ]
    counts = [0.0, *draw(st.lists(st.integers(0, 600), min_size=DAYS - 1, max_size=DAYS - 1))]
    camps = {name: {day: float(count) for day, count in enumerate(counts)} for name in ("total", "Camp")}
    instance = sketch(
        places,
        routes,
        length=DAYS,
        camps=camps,
        closures=tuple(closures),
        demographics=FACTS,
        zones={"Riot": draw(st.sampled_from([[0.0, 1, 1, 0, 2, 1], [1.0] * 6]))},
        move=_moves(draw),
        spawn=_spawn(draw),
    )
    switches = {name: draw(st.booleans()) for name in SWITCHES}
    occupancy: Occupancy = draw(st.sampled_from(["adaptive", "frozen"]))
    return Case(instance, Rules.flee().switched(**switches), occupancy, draw(st.integers(1, 3)))


def _moves(draw: st.DrawFn) -> dict[str, Any]:
    flags = [
        "avoid_short_stints",
        "start_on_foot",
        "stay_close_to_home",
        "fixed_routes",
        "use_pop_for_loc_weight",
        "WomenAvoidHazards",
        "ChildrenAvoidHazards",
        "MatchCampEthnicity",
        "use_v1_rules",
    ]
    on = draw(st.sets(st.sampled_from(flags), max_size=4))
    return {
        "camp_movechance": draw(st.sampled_from([0.0, 0.3])),
        "default_movechance": draw(st.sampled_from([0.0, 0.5, 1.0])),
        "awareness_level": draw(st.sampled_from([1, 1, 1, 2, 3, 0, -1])),
        "capacity_buffer": draw(st.sampled_from([0.9, 0.5, 1.0])),
        "pruning_threshold": draw(st.sampled_from([1.0, 1.5])),
        "harvest_months": draw(st.sampled_from([(), (), (1,)])),
        **dict.fromkeys(on, True),
    }


def _spawn(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "insert_day0": draw(st.booleans()),
        "sum_from_camps": draw(st.booleans()),
        "camps_are_sinks": draw(st.booleans()),
        "camps_are_sicks": draw(st.booleans()),
        "conflict_driven_spawning": draw(
            st.sampled_from([None, None, ConflictSpawning("poisson", 40.0), ConflictSpawning("constant", 70.0)])
        ),
    }


@given(cases())
@settings(UNHURRIED, max_examples=examples(60))
def test_nobody_is_lost_or_made(case: Case) -> None:
    engine, displaced, camp_counts = case.run()
    assert len(engine.there) == DAYS
    for day, there in enumerate(engine.there):
        assert np.array_equal(there, displaced[:, day])
    assert (np.diff(displaced, axis=1) >= 0).all()
    assert engine.least >= 0
    assert (camp_counts >= 0).all()
    assert (camp_counts.sum(axis=2) <= displaced).all()
    # During a day the engine adds up who comes and goes; a count at its end finds the same.
    if case.instance.settings.move_rules.harvest_months or engine._sinks:
        return
    assert len(engine.recounts) == 2 * DAYS
    for added_up, counted in engine.recounts[1::2]:
        assert np.array_equal(added_up, counted)


@given(cases())
@settings(UNHURRIED, max_examples=10)
def test_the_same_seed_gives_the_same_bits(case: Case) -> None:
    one, other = (
        simulate(
            case.instance,
            replicas=2,
            seed=8,
            rules=case.rules,
            occupancy=case.occupancy,
            record=("locations", "flows", "daily_flows"),
        )
        for _ in range(2)
    )
    assert one.camp_counts.tobytes() == other.camp_counts.tobytes()
    assert one.people.tobytes() == other.people.tobytes()
    assert one.location_means is not None
    assert other.location_means is not None
    assert one.location_means.tobytes() == other.location_means.tobytes()
    assert one.daily_link_flows is not None
    assert one.link_flows is not None
    assert np.allclose(one.daily_link_flows.sum(axis=0), one.link_flows)
