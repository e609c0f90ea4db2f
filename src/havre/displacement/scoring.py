"""How attractive places are, before distance and before how full they are.

Arrays end in an axis P: 1, or the number of replicas where parameters differ between replicas.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from havre.displacement.environment import Environment, number_of
from havre.displacement.groups import Groups
from havre.displacement.instance import Instance
from havre.displacement.network import Floats, Ints, Network
from havre.displacement.rules import Rules
from havre.displacement.settings import FloodRules, MoveRules
from havre.errors import DisplacementError

EARTH_RADIUS_KM = 6371.0


@dataclass(frozen=True, eq=False)
class Parameters:
    """Move rules by name, each (P,): one value, or one for each replica."""

    values: Mapping[str, Floats]

    def __getitem__(self, name: str) -> Floats:
        return self.values[name]


def flood_value(values: Sequence[float], levels: Ints, rules: Rules, name: str) -> Floats:
    """Give the value of a list for each flood level.

    Raises
    ------
    DisplacementError : a level is the last of the list or beyond, and the rules are those under which Flee stops there
    """
    last = len(values) - 1
    if last < 0:
        raise DisplacementError("displacement.engine.flood_list", name=name)
    if rules.flood_top_level_fails and (levels >= last).any():
        raise DisplacementError("displacement.engine.flood_level", name=name, level=int(levels.max()), levels=last + 1)
    return np.asarray(values, np.float64)[np.clip(levels, 0, last)]


class Floods:
    """What floods, and forecasts of them, do to move chances and scores (L)."""

    def __init__(self, environment: Environment, rules: Rules, flood: FloodRules | None) -> None:
        self._environment, self._rules, self._flood = environment, rules, flood

    def forecast(self, values: Sequence[float], name: str, day: int) -> Floats:
        """Give the weighted mean of a list's values for the levels foreseen; 1 without a forecast."""
        flood = self._flood
        levels = self._environment.level
        if flood is None or not flood.flood_forecaster:
            return np.ones(levels.size)
        total, weight_sum = np.zeros(levels.size), 0.0
        for ahead in range(1, flood.flood_forecaster_timescale + 1):
            if day + ahead > flood.flood_forecaster_end_time or not flood.flood_forecaster_weights:
                break
            last = len(flood.flood_forecaster_weights) - 1
            weight = flood.flood_forecaster_weights[min(ahead - 1, last)]
            total += weight * flood_value(values, self._environment.flood_levels(day + ahead), self._rules, name)
            weight_sum += weight
        return total / weight_sum if weight_sum else np.ones(levels.size)

    def location_weight(self, day: int, *, flooded_only: bool) -> Floats:
        """Give the weight of each place under its flood level and forecast."""
        if self._flood is None:
            return np.ones(self._environment.level.size)
        level = self._environment.level
        names = self._flood.flood_loc_weights
        now = flood_value(names, level, self._rules, "flood_loc_weights")
        weight = np.where(level > 0, now, 1.0) if flooded_only else now
        return weight * self.forecast(names, "flood_loc_weights", day)


def decay_of(decay: Sequence[float] | None, interval: int, age: Ints) -> Floats:
    """Give by how much a conflict of some age (days) still displaces and deters."""
    if not decay:
        return np.ones(age.size)
    step = np.minimum((age / interval).astype(np.int64), len(decay) - 1)
    return np.asarray(decay, np.float64)[np.maximum(step, 0)]


def place_scores(
    instance: Instance, network: Network, environment: Environment, parameters: Parameters, floods: Floods, day: int
) -> Floats:
    """Score each place as everybody sees it, (L, P)."""
    move, spawn = instance.settings.move_rules, instance.settings.spawn_rules
    score = np.ones((network.locations, 1))
    foreign = network.foreign[:, None]
    if move.use_economic_pull:
        pull = [
            number_of(place.attributes, "trade_volume") + number_of(place.attributes, "hdi") ** 2
            for place in instance.locations
        ]
        score = np.where(foreign, score + score * np.array(pull)[:, None], score)
    score = np.where(foreign, score * parameters["foreign_weight"], score)
    if move.avoid_food_deprived_locations and day > 0:
        score = np.where(foreign, score, score * (1 - environment.hunger[:, None] ** 2))
    score = np.where(environment.camp[:, None], score * parameters["camp_weight"], score)
    zone = environment.conflict > 0
    decay = decay_of(spawn.conflict_spawn_decay, spawn.conflict_spawn_decay_interval, day - environment.since)
    power = np.where(zone, decay * environment.conflict, 0.0)[:, None]
    score = score * parameters["conflict_weight"] ** power
    if environment.flood_zone.any() and move.flood_rules is not None:
        weight = floods.location_weight(day, flooded_only=False)
        score = np.where(environment.flood_zone[:, None], score * weight[:, None], score)
    return np.asarray(score, np.float64)


def hazard_power(move: MoveRules, groups: Groups, rules: Rules) -> Floats:
    """Give the power to which each group takes the score of a place, (G,): 2 for those who avoid hazards.

    Power 0 sets the score to 1, as the rule for risk-taking boys does.
    """
    power = np.ones(len(groups))
    children = groups.having("age", "child", "youth")
    squared = np.zeros(len(groups), np.bool_)
    if move.ChildrenAvoidHazards:
        power[children] = 2
        squared |= children
        if move.BoysTakeRisk:
            bands = ("youth", "adult", "elder") if rules.risk_rule_covers_men else ("youth",)
            risky = groups.having("gender", "m") & groups.having("age", *bands)
            power[risky] = 0
    if move.ElderlyAvoidHazards:
        elders = groups.having("age", "elder")
        power[elders] *= 2
        squared |= elders
    if move.WomenAvoidHazards:
        power[groups.having("gender", "f") & ~squared] = 2
    return power


def great_circle_km(network: Network, start: Ints, end: Ints, *, swapped: bool) -> Floats:
    """Measure great circles between places [km]; ``swapped`` takes latitudes for longitudes, as Flee does."""
    latitude, longitude = (network.y, network.x) if swapped else (network.x, network.y)
    lat1, lat2 = np.radians(latitude[start]), np.radians(latitude[end])
    half_lat = (lat2 - lat1) / 2
    half_lon = np.radians(longitude[end] - longitude[start]) / 2
    chord = np.sin(half_lat) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin(half_lon) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(1.0, chord))), np.float64)


def nearness(km: Floats, power: float) -> Floats:
    """Say how much less attractive a place is at some distance from home."""
    return np.asarray(1 / np.maximum(1.0, km) ** power, np.float64)
