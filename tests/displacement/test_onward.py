"""People who are all alike walk on with the same bits as in the general way, and only where they are alike."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from havre.displacement import Instance, Outcome, Rules, simulate
from havre.displacement.engine import Engine
from havre.displacement.flee_files import read_instance
from havre.displacement.network import Floats, Ints
from havre.displacement.onward import _merged
from tests.displacement.small_instances import day_table, small_instance


def both_ways(monkeypatch: pytest.MonkeyPatch, instance: Instance, **options: object) -> tuple[Outcome, Outcome, int]:
    """Simulate by the short and by the general way; tell how often the short one was taken."""
    taken = 0
    shortly = Engine._walk_on_alike

    def counted(self: Engine, *given: object) -> object:
        nonlocal taken
        taken += 1
        return shortly(self, *given)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(Engine, "_walk_on_alike", counted)
        short = simulate(instance, **options)  # type: ignore[arg-type]
    with monkeypatch.context() as patch:
        patch.setattr(Engine, "_all_alike", lambda *_: False)
        general = simulate(instance, **options)  # type: ignore[arg-type]
    return short, general, taken


OPTIONS: tuple[Mapping[str, object], ...] = (
    {"replicas": 1, "seed": 1},
    {"replicas": 40, "seed": 2},
    {"replicas": 3, "seed": 3, "occupancy": "frozen", "record": ("flows", "locations")},
    {"replicas": 2, "seed": 4, "rules": Rules.documented()},
    {"replicas": 5, "seed": 5, "rules": replace(Rules.flee(), strict_arrival=False)},
)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_both_ways_give_the_same_bits(monkeypatch: pytest.MonkeyPatch, options: Mapping[str, object]) -> None:
    instance = small_instance(length=30, conflicts=day_table(30, {"Alba": (0, 30), "Brod": (4, 20)}))
    short, general, _ = both_ways(monkeypatch, instance, **options)
    assert short.camp_counts.tobytes() == general.camp_counts.tobytes()
    assert short.people.tobytes() == general.people.tobytes()
    assert short.steps.tobytes() == general.steps.tobytes()
    for one, other in ((short.location_means, general.location_means), (short.link_flows, general.link_flows)):
        assert (one is None) == (other is None) == ("record" not in options)
        assert one is None or other is None or one.tobytes() == other.tobytes()


def test_the_short_way_is_taken_where_people_are_alike_and_not_else(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = small_instance()
    assert both_ways(monkeypatch, plain)[2] > 0
    move = plain.settings.move_rules
    apart = ({"avoid_short_stints": True}, {"start_on_foot": True}, {"awareness_level": 2}, {"fixed_routes": True})
    for other in apart:
        settings = replace(plain.settings, move_rules=replace(move, **other))
        assert both_ways(monkeypatch, replace(plain, settings=settings))[2] == 0
    assert both_ways(monkeypatch, plain, rules=replace(Rules.flee(), full_day_on_each_link=False))[2] == 0


def test_a_whole_network_with_full_camps_gives_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(__file__).parents[2] / "examples" / "displacement" / "arvania"
    short, general, taken = both_ways(monkeypatch, read_instance(folder).instance, replicas=30, seed=8)
    assert taken > 0
    assert short.camp_counts.tobytes() == general.camp_counts.tobytes()


def test_merging_keeps_everybody_and_every_state() -> None:
    rng = np.random.default_rng(3)
    place: Ints = rng.integers(0, 4, 200)
    moved: Floats = rng.integers(0, 3, 200).astype(np.float64)
    again = rng.random(200) < 0.5
    count: Ints = rng.integers(0, 9, (200, 2))
    where, km, total, on = _merged(place, moved, again, count)
    keys = list(zip(where.tolist(), on.tolist(), km.tolist(), strict=True))
    assert keys == sorted(set(zip(place.tolist(), again.tolist(), moved.tolist(), strict=True)))
    for number, (at, goes, made) in enumerate(keys):
        same = (place == at) & (again == goes) & (moved == made)
        assert total[number].tolist() == count[same].sum(axis=0).tolist()
