"""The settings of a simulation: every key of ``simsetting.yml`` under its own name, with its default.

A field that a mapping of the file may leave out altogether (such as ``conflict_driven_spawning``) is ``None`` then.
Flee reads some keys under other names than its manual says; both names are fields here, and
:mod:`havre.displacement.rules` says which of them counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import sqrt
from types import MappingProxyType

SPAWN_MODES = ("constant", "pop_ratio", "poisson")


@dataclass(frozen=True)
class LogLevels:
    """What Flee writes beside its results; read and written again, without effect on the simulation."""

    agent: int = 0
    link: int = 0
    camp: int = 0
    init: int = 0
    conflict: int = 0
    idp_totals: int = 0
    granularity: str = "location"


@dataclass(frozen=True)
class ConflictSpawning:
    """People displaced by each conflict zone and day: a number, or a fraction of its population for ``pop_ratio``."""

    spawn_mode: str = "constant"
    displaced_per_conflict_day: float = 500.0


@dataclass(frozen=True)
class FloodSpawning:
    """People displaced by each flooded place and day, by flood level 0, 1, 2, …; between levels linear."""

    spawn_mode: str = "pop_ratio"
    displaced_per_flood_day: tuple[float, ...] = (0.0, 0.1, 0.2, 0.5, 0.9)


@dataclass(frozen=True)
class SpawnRules:
    """Where and when people are displaced."""

    take_from_population: bool = False
    insert_day0: bool = True
    empty_camps_on_day0: bool = False
    conflict_zone_spawning_only: bool = True
    flood_zone_spawning_only: bool = False
    camps_are_sinks: bool = False
    camps_are_sicks: bool = False
    """The misspelt key from which Flee reads ``camps_are_sinks``."""
    read_from_agents_csv_file: bool = False
    sum_from_camps: bool = True
    starvation_driven_spawning: bool = False
    conflict_driven_spawning: ConflictSpawning | None = None
    flood_driven_spawn_mode: FloodSpawning | None = None
    flood_spawn_mode: FloodSpawning | None = None
    """The key of the manual, which Flee does not read."""
    flood_driven_spawning: FloodSpawning | None = None
    """The key of some test files, which Flee does not read."""
    average_social_connectivity: float = 3.0
    conflict_spawn_decay: tuple[float, ...] | None = None
    conflict_spawn_decay_interval: int = 30


@dataclass(frozen=True)
class FloodRules:
    """How floods change moves; lists are by flood level 0, 1, 2, …"""

    max_flood_level: int = -1
    flood_movechances: tuple[float, ...] = ()
    flood_loc_weights: tuple[float, ...] = ()
    flood_link_weights: tuple[float, ...] = ()
    flood_forecaster: bool = False
    flood_forecaster_timescale: int = 0
    flood_forecaster_end_time: int = 0
    flood_forecaster_weights: tuple[float, ...] = ()
    flood_awareness_weights: tuple[float, ...] = ()


@dataclass(frozen=True)
class MoveRules:
    """Who moves, where to, and how fast; speeds in km a day, distances in km, chances a day."""

    max_move_speed: float = 360.0
    max_walk_speed: float = 35.0
    max_crossing_speed: float = 20.0
    foreign_weight: float = 1.0
    camp_weight: float = 1.0
    conflict_weight: float = 1 / sqrt(10)
    conflict_movechance: float = 1.0
    camp_movechance: float = 0.001
    idpcamp_movechance: float = 0.1
    default_movechance: float = 0.3
    awareness_level: int = 1
    capacity_buffer: float = 0.9
    capacity_scaling: float = 1.0
    avoid_short_stints: bool = False
    start_on_foot: bool = False
    use_v1_rules: bool = False
    softening: float = 10.0
    weight_softening: float = 0.0
    weight_power: float = 1.0
    distance_power: float = 1.0
    stay_close_to_home: bool = False
    home_distance_power: float = 0.5
    use_pop_for_loc_weight: bool = False
    pop_power_for_loc_weight: float = 0.1
    movechance_pop_base: float = 10_000.0
    movechance_pop_scale_factor: float = 0.0
    pruning_threshold: float = 1.0
    fixed_routes: bool = False
    two_system_decision_making: float = 0.0
    use_economic_pull: bool = False
    harvest_months: tuple[int, ...] = ()
    flee_when_starving: bool = False
    avoid_food_deprived_locations: bool = False
    WomenAvoidHazards: bool = False
    ChildrenAvoidHazards: bool = False
    ElderlyAvoidHazards: bool = False
    BoysTakeRisk: bool = False
    MatchCampReligion: bool = False
    MatchCampEthnicity: bool = False
    MatchTownEthnicity: bool = False
    MatchConflictEthnicity: bool = False
    avg_religion_fraction: float = 0.25
    flood_rules: FloodRules | None = None


V1_RULES: Mapping[str, object] = MappingProxyType(
    {
        "max_move_speed": 200.0,
        "camp_weight": 2.0,
        "conflict_weight": 0.25,
        "start_on_foot": False,
        "avoid_short_stints": False,
    }
)
"""What ``use_v1_rules`` puts in place of the values of the file."""


@dataclass(frozen=True)
class Settings:
    """All settings of one simulation."""

    number_of_steps: int = -1
    conflict_input_file: str = ""
    flood_level_input_file: str = ""
    default_conflict_intensity: int = 1
    log_levels: LogLevels = field(default_factory=LogLevels)
    spawn_rules: SpawnRules = field(default_factory=SpawnRules)
    move_rules: MoveRules = field(default_factory=MoveRules)
    hasten: int = 1
    """People for one simulated person; Havre does not need it, and reads it so that Flee's files give its results."""
