"""The numbers that describe an instance are those of its parts, and plain values."""

import json
from dataclasses import replace

from havre.displacement.instance_summary import changed_settings, summary
from havre.displacement.settings import ConflictSpawning, FloodRules, MoveRules, Settings, SpawnRules
from tests.displacement.small_instances import LENGTH, START, small_instance, with_everything


def test_a_summary_counts_places_roads_days_and_people() -> None:
    told = summary(with_everything())
    assert told["start"] == START.isoformat()
    assert told["end"] == "2020-01-20"
    assert told["days"] == LENGTH
    assert told["places"] == {"total": 6, "camp": 2, "conflict": 2, "forward": 1, "town": 1}
    assert (told["countries"], told["roads"], told["road_km"]) == (3, 6, 900.0)
    assert told["camps"] == {"Dol Camp": 3_000, "Este": 2_000}
    assert told["population"] == 78_000
    assert told["conflict_zones"] == 2
    assert told["registered"] == {"first": ["2020-01-01", 150.0], "last": ["2020-01-20", 1_800.0]}
    assert (told["closures"], told["corrections"]) == (5, 1)
    assert told["settings"] == {}
    assert told["settings_file"] is None


def test_a_summary_is_plain_json_and_keeps_to_the_period() -> None:
    told = summary(small_instance(length=15))
    assert json.loads(json.dumps(told)) == told
    assert told["registered"] == {"first": ["2020-01-01", 150.0], "last": ["2020-01-11", 900.0]}
    empty = summary(replace(small_instance(), registrations=()))
    assert empty["registered"] == {}


def test_settings_that_differ_from_the_defaults_are_told_by_key() -> None:
    settings = Settings(
        hasten=10,
        move_rules=MoveRules(conflict_weight=0.25, flood_rules=FloodRules(max_flood_level=4)),
        spawn_rules=SpawnRules(conflict_driven_spawning=ConflictSpawning(), conflict_spawn_decay=(1.0, 0.5)),
    )
    told = changed_settings(settings)
    assert told["hasten"] == 10
    assert told["move_rules.conflict_weight"] == 0.25
    assert told["move_rules.flood_rules.max_flood_level"] == 4
    assert told["spawn_rules.conflict_driven_spawning.spawn_mode"] == "constant"
    assert told["spawn_rules.conflict_spawn_decay"] == [1.0, 0.5]
    assert "move_rules.camp_weight" not in told
