"""Settings files: every key there and back, and faults with their lines and with what was probably meant."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from havre.displacement.setting_file import OPTIMISATIONS, UNREAD, read_settings, settings_text
from havre.displacement.setting_values import CHOICES, RANGES
from havre.displacement.settings import (
    ConflictSpawning,
    FloodRules,
    FloodSpawning,
    MoveRules,
    Settings,
    SpawnRules,
)
from havre.errors import DisplacementError, Problem
from havre.texts import LANGUAGES
from tests.displacement.faulty_files import keys
from tests.displacement.test_flee_files import SHARED


def read(folder: Path, text: str | bytes, *, lenient: bool = False) -> tuple[Settings | None, list[Problem]]:
    """Read a text as a settings file; give the settings with warnings, or nothing with errors."""
    path = folder / "simsetting.yml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    try:
        settings, warnings = read_settings(path, lenient=lenient)
    except DisplacementError as error:
        for language in LANGUAGES:
            error.message(language)
        return None, list(error.problems)
    return settings, list(warnings)


def other_value(name: str, kind: Any, default: Any) -> Any:
    """Give a value of a setting that is not its default."""
    choices = [choice for choice in get_args(kind) if choice is not type(None)]
    if type(None) in get_args(kind):
        return other_value(name, choices[0], default)
    if is_dataclass(kind):
        assert isinstance(kind, type)
        inner = kind()
        changed = {each.name: other_value(each.name, each.type, getattr(inner, each.name)) for each in fields(inner)}
        return kind(**changed)
    if choices:
        return (other_value(name, choices[0], None),) * 2
    if name in CHOICES:
        return next(choice for choice in CHOICES[name] if choice != default)
    candidates: dict[type, list[Any]] = {
        bool: [True, False],
        int: [3, 2],
        float: [0.75, 0.5],
        str: ["other.csv", "more.csv"],
    }
    return next(value for value in candidates[kind] if value != default)


def fully_changed() -> Settings:
    """Give settings of which no field, however deep, has its default."""
    changed = Settings(
        **{each.name: other_value(each.name, each.type, getattr(Settings(), each.name)) for each in fields(Settings)}
    )
    # Flee ends where both are true.
    return replace(changed, spawn_rules=replace(changed.spawn_rules, flood_zone_spawning_only=True))


def leaves(section: Any) -> dict[str, Any]:
    """Give every setting by its name, sections taken apart."""
    found: dict[str, Any] = {}
    for each in fields(section):
        value = getattr(section, each.name)
        found |= leaves(value) if is_dataclass(value) else {each.name: value}
    return found


def test_every_setting_is_written_and_read_again(tmp_path: Path) -> None:
    settings = fully_changed()
    again, warnings = read(tmp_path, settings_text(settings))
    assert again == settings
    assert sorted(keys(warnings)) == ["settings.unread"] * len(UNREAD)
    same = {name for name, value in leaves(settings).items() if value == leaves(Settings()).get(name)}
    assert same <= {"conflict_zone_spawning_only"}
    assert leaves(settings)["conflict_zone_spawning_only"] is False


def test_every_setting_that_is_a_number_has_bounds_or_may_be_any() -> None:
    free = {
        *("agent", "link", "camp", "init", "conflict", "idp_totals", "number_of_steps"),
        *("max_flood_level", "two_system_decision_making"),
    }
    numbers = {
        name
        for name, value in leaves(fully_changed()).items()
        if isinstance(value, tuple) or (isinstance(value, int | float) and not isinstance(value, bool))
    }
    assert numbers - free == set(RANGES)


def test_defaults_are_written_and_read_again(tmp_path: Path) -> None:
    text = settings_text(Settings())
    assert read(tmp_path, text) == (Settings(), [])
    assert yaml.safe_load(text)[OPTIMISATIONS] == {"hasten": 1}
    assert not any(key in text for key in (*UNREAD, *UNREAD.values()))


@given(
    st.floats(0, 1e6, allow_nan=False),
    st.integers(1, 10**9),
    st.lists(st.floats(0, 10), min_size=1, max_size=5),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20),
)
def test_any_values_are_written_and_read_again(
    tmp_path_factory: pytest.TempPathFactory, weight: float, hasten: int, decay: list[float], file: str
) -> None:
    settings = Settings(
        conflict_input_file=file,
        move_rules=MoveRules(conflict_weight=weight),
        spawn_rules=SpawnRules(conflict_spawn_decay=tuple(decay)),
        hasten=hasten,
    )
    assert read(tmp_path_factory.mktemp("s"), settings_text(settings)) == (settings, [])


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared instances are not beside the repository")
def test_the_shared_settings_file_differs_from_the_defaults_in_one_value() -> None:
    settings, warnings = read_settings(SHARED / "simsetting.yml")
    assert settings == Settings(move_rules=MoveRules(conflict_weight=0.25))
    assert warnings == ()


def test_defaults_of_spawning_go_by_its_mode(tmp_path: Path) -> None:
    text = "spawn_rules:\n  conflict_driven_spawning: {spawn_mode: %s}\n  flood_driven_spawn_mode: {spawn_mode: %s}\n"
    for mode, conflict, flood in (
        ("pop_ratio", 0.01, (0.0, 0.1, 0.2, 0.5, 0.9)),
        ("constant", 500.0, (0.0, 100.0, 200.0, 300.0, 500.0)),
        ("poisson", 500.0, (0.0, 100.0, 200.0, 300.0, 500.0)),
    ):
        settings, _ = read(tmp_path, text % (mode, mode))
        assert settings is not None
        assert settings.spawn_rules.conflict_driven_spawning == ConflictSpawning(mode, conflict)
        assert settings.spawn_rules.flood_driven_spawn_mode == FloodSpawning(mode, flood)
    empty, _ = read(tmp_path, "spawn_rules:\n  conflict_driven_spawning: {}\nmove_rules:\n  flood_rules: {}\n")
    assert empty is not None
    assert empty.spawn_rules.conflict_driven_spawning == ConflictSpawning()
    assert empty.move_rules.flood_rules == FloodRules()


VALUES: list[tuple[str, object, str]] = [
    # The line of the file; what lenient reading makes of it; strict: "fault", "warning" or nothing.
    ("start_on_foot: True", True, ""),
    ("start_on_foot: yes", True, ""),
    ('start_on_foot: "False"', True, "fault"),
    ("start_on_foot: 1", True, "warning"),
    ("start_on_foot: 0", False, "warning"),
    ("start_on_foot: 2", True, "fault"),
    ("start_on_foot:", False, "fault"),
    ("start_on_foot: [False]", True, "fault"),
    ("awareness_level: 2", 2, ""),
    ("awareness_level: 2.0", 2, "warning"),
    ("awareness_level: 2.7", 2, "fault"),
    ('awareness_level: "2"', 2, "warning"),
    ("awareness_level: True", 1, "fault"),
    ("max_move_speed: 200", 200.0, ""),
    ("max_move_speed: 2e2", 200.0, "warning"),
    ("max_move_speed: '200'", 200.0, "warning"),
    ("max_move_speed: True", 1.0, "fault"),
    ("max_move_speed: -1.0", -1.0, "fault"),
    ("camp_movechance: 1.5", 1.5, "fault"),
    ("two_system_decision_making: True", 1.0, ""),
    ("two_system_decision_making: 0.5", 0.5, ""),
    ("awareness_level: 3", 3, ""),
    ("awareness_level: 99", 99, "fault"),
    ("awareness_level: -5", -5, "fault"),
    ("max_walk_speed: 010", 8.0, "fault"),
    ("max_walk_speed: 6:00", 360.0, "fault"),
    ("max_walk_speed: 6:00.5", 360.5, "fault"),
    ("max_walk_speed: 0x1F", 31.0, "fault"),
    ("max_walk_speed: 0.5", 0.5, ""),
    ("max_walk_speed: .5", 0.5, ""),
    ("max_walk_speed: 1_000", 1000.0, ""),
    ("awareness_level: 0b1", 1, "fault"),
    ("harvest_months: [5, 6]", (5, 6), ""),
    ("harvest_months: [5, 13]", (5, 13), "fault"),
    ("harvest_months: []", (), ""),
]


@pytest.mark.parametrize(("line", "value", "strict"), VALUES)
def test_values_are_converted_as_flee_does_and_told_where_the_meaning_changes(
    tmp_path: Path, line: str, value: object, strict: str
) -> None:
    name = line.partition(":")[0]
    settings, problems = read(tmp_path, f"move_rules:\n  {line}\n")
    if strict == "fault":
        assert settings is None
        assert [dict(each.fields)["key"] for each in problems] == [f"move_rules.{name}"]
        assert [dict(each.fields)["row"] for each in problems] == [2]
    else:
        assert settings is not None
        assert getattr(settings.move_rules, name) == value
        assert keys(problems) == (["settings.converted"] if strict else [])
    lenient, warnings = read(tmp_path, f"move_rules:\n  {line}\n", lenient=True)
    assert lenient is not None
    assert getattr(lenient.move_rules, name) == value
    assert type(getattr(lenient.move_rules, name)) is type(value)
    assert bool(warnings) == bool(strict)


def test_an_empty_decay_is_told(tmp_path: Path) -> None:
    settings, problems = read(tmp_path, "spawn_rules:\n  conflict_spawn_decay: []\n")
    assert settings is not None
    assert keys(problems) == ["settings.empty_list"]
    assert dict(problems[0].fields)["row"] == 2


STOPS = [
    "awareness_level: many",
    "awareness_level:",
    "awareness_level: [1]",
    "awareness_level: .inf",
    "max_move_speed: fast",
    "max_move_speed: .nan",
    "max_move_speed: {a: 1}",
    "max_move_speed: !!python/object:os.system x",
    "max_move_speed: " + "9" * 400,
    "max_move_speed: 2001-99-99",
    "harvest_months: 5",
    "harvest_months: [may]",
    "harvest_months: [[5]]",
    "flood_rules:",
    "flood_rules: True",
    "flood_rules: [1]",
]


@pytest.mark.parametrize("line", STOPS)
def test_a_value_at_which_flee_stops_is_a_fault_in_lenient_reading_too(tmp_path: Path, line: str) -> None:
    for lenient in (False, True):
        settings, problems = read(tmp_path, f"move_rules:\n  foreign_weight: 1.0\n  {line}\n", lenient=lenient)
        assert settings is None
        assert keys(problems) == ["settings.value"]
        assert dict(problems[0].fields)["row"] == 3


def test_spawn_modes_are_those_of_the_format(tmp_path: Path) -> None:
    text = "spawn_rules:\n  conflict_driven_spawning:\n    spawn_mode: binomial\n"
    for lenient in (False, True):
        settings, problems = read(tmp_path, text, lenient=lenient)
        assert settings is None
        assert keys(problems) == ["settings.choice"]
        assert dict(problems[0].fields)["row"] == 3


def test_people_of_a_conflict_day_are_whole_unless_they_are_a_ratio(tmp_path: Path) -> None:
    text = "spawn_rules:\n  conflict_driven_spawning:\n    displaced_per_conflict_day: 0.5\n    spawn_mode: %s\n"
    assert keys(read(tmp_path, text % "constant")[1]) == ["settings.value"]
    lenient, _ = read(tmp_path, text % "constant", lenient=True)
    assert lenient is not None
    assert lenient.spawn_rules.conflict_driven_spawning == ConflictSpawning("constant", 0.0)
    ratio, _ = read(tmp_path, text % "pop_ratio")
    assert ratio is not None
    assert ratio.spawn_rules.conflict_driven_spawning == ConflictSpawning("pop_ratio", 0.5)


UNKNOWN: list[tuple[str, str, Mapping[str, object], bool]] = [
    ("move_rules:\n  awarness_level: 1\n", "settings.misspelt", {"row": 2, "near": "awareness_level"}, True),
    ("move_rule:\n  awareness_level: 1\n", "settings.misspelt", {"row": 1, "near": "move_rules"}, True),
    ("move_rules:\n  Max_Move_Speed: 1.0\n", "settings.misspelt", {"row": 2, "near": "max_move_speed"}, True),
    ("optimisations:\n  hastens: 2\n", "settings.misspelt", {"row": 2, "near": "hasten"}, True),
    (
        "move_rules:\n  max_flood_level: 4\n",
        "settings.elsewhere",
        {"home": "move_rules.flood_rules.max_flood_level"},
        False,
    ),
    ("awareness_level: 1\n", "settings.elsewhere", {"row": 1, "home": "move_rules.awareness_level"}, False),
    ("hasten: 10\n", "settings.elsewhere", {"row": 1, "home": "optimisations.hasten"}, False),
    ("move_rules:\n  max_hops: 1\n", "settings.unknown", {"row": 2, "key": "move_rules.max_hops"}, False),
    ("spawn_rules:\n  camps_are_sinks: True\n", "settings.unread", {"row": 2, "read": "camps_are_sicks"}, False),
    ("spawn_rules:\n  flood_spawn_mode: {}\n", "settings.unread", {"row": 2}, False),
    ("spawn_rules:\n  flood_driven_spawning: True\n", "settings.value", {"row": 2}, False),
]


@pytest.mark.parametrize(("text", "key", "fields_", "is_fault"), UNKNOWN)
def test_keys_that_flee_does_not_read_are_named_with_what_was_meant(
    tmp_path: Path, text: str, key: str, fields_: Mapping[str, object], *, is_fault: bool
) -> None:
    settings, problems = read(tmp_path, text)
    assert (settings is None) is is_fault
    found = [dict(each.fields) for each in problems if each.key.endswith(key)]
    assert len(found) == 1
    assert fields_.items() <= found[0].items()
    lenient, warnings = read(tmp_path, text, lenient=True)
    assert lenient is not None
    assert key in keys(warnings)
    if key != "settings.unread":
        assert lenient == Settings()


def test_keys_that_flee_reads_under_another_name_are_kept(tmp_path: Path) -> None:
    settings, _ = read(tmp_path, "spawn_rules:\n  camps_are_sinks: True\n  flood_spawn_mode: {}\n")
    assert settings is not None
    assert settings.spawn_rules == SpawnRules(camps_are_sinks=True, flood_spawn_mode=FloodSpawning())
    read_key, warnings = read(tmp_path, "spawn_rules:\n  camps_are_sicks: True\n")
    assert read_key is not None
    assert read_key.spawn_rules == SpawnRules(camps_are_sicks=True)
    assert warnings == []


def test_a_key_that_stands_twice_is_a_fault_and_its_last_value_counts(tmp_path: Path) -> None:
    text = "move_rules:\n  camp_weight: 2.0\n  camp_weight: 3.0\n"
    _, problems = read(tmp_path, text)
    assert [(dict(each.fields)["row"], dict(each.fields)["first"]) for each in problems] == [(3, 2)]
    lenient, _ = read(tmp_path, text, lenient=True)
    assert lenient is not None
    assert lenient.move_rules.camp_weight == 3.0


def test_sections_may_be_empty_and_values_may_be_shared_by_anchors(tmp_path: Path) -> None:
    assert read(tmp_path, "move_rules:\nspawn_rules: {}\n") == (Settings(), [])
    merged = "base: &base {camp_weight: 3.0, softening: 2.0}\nmove_rules:\n  <<: *base\n  softening: 5.0\n"
    settings, warnings = read(tmp_path, merged)
    assert settings == Settings(move_rules=MoveRules(camp_weight=3.0, softening=5.0))
    assert keys(warnings) == ["settings.unknown"]


def test_both_zones_at_once_end_flee(tmp_path: Path) -> None:
    text = "spawn_rules:\n  flood_zone_spawning_only: True\n"
    for lenient in (False, True):
        assert keys(read(tmp_path, text, lenient=lenient)[1]) == ["settings.both_zones"]
    settings, _ = read(tmp_path, text + "  conflict_zone_spawning_only: False\n")
    assert settings is not None


@pytest.mark.parametrize(
    ("text", "key", "row"),
    [
        ("move_rules:\n\tsoftening: 1.0\n", "settings.syntax", 2),
        ("a: 1\nb: [1, 2\n", "settings.syntax", 3),
        ("a: *nothing\n", "settings.syntax", 1),
        ("a: 1\n---\nb: 2\n", "settings.syntax", 2),
        ("[" * 5000, "settings.syntax", 1),
        ("a: b\0\n", "settings.syntax", 1),
        (b"a: 1\nb: \xff\n", "file.encoding", 2),
        ("", "file.empty", None),
        ("# nothing\n", "file.empty", None),
        ("- a\n- b\n", "settings.value", 1),
        ("text\n", "settings.value", 1),
        ("move_rules:\n  <<: 5\n", "settings.merge", 2),
        ("optimisations: 5\n", "settings.value", 1),
        ("optimisations:\n  hasten: 0\n", "settings.value", 2),
    ],
)
def test_what_is_no_settings_file_says_so(tmp_path: Path, text: str | bytes, key: str, row: int | None) -> None:
    settings, problems = read(tmp_path, text)
    assert settings is None
    assert keys(problems) == [key]
    assert dict(problems[0].fields).get("row") == row


def test_a_missing_file_a_folder_and_a_huge_file_are_told(tmp_path: Path) -> None:
    for path, key in ((tmp_path / "no.yml", "settings.missing"), (tmp_path, "settings.no_file")):
        with pytest.raises(DisplacementError) as caught:
            read_settings(path)
        assert keys(list(caught.value.problems)) == [key]
    assert keys(read(tmp_path, "# " + "x" * 2_000_000)[1]) == ["settings.too_large"]


def test_all_faults_are_told_with_their_lines(tmp_path: Path) -> None:
    text = "move_rules:\n  start_on_foot: 'no'\n  camp_weight: heavy\nspawn_rules:\n  insert_day00: True\n"
    _, problems = read(tmp_path, text)
    assert [dict(each.fields)["row"] for each in problems] == [2, 3, 5]
