"""Who leaves a place, and which route they take.

The chance to leave depends on the place; the route is drawn in proportion to weights,
``[(weight_softening + score) / (softening + km)^distance_power × attraction]^weight_power``, where the attraction falls
from 1 to 0 as a camp fills.
"""

from dataclasses import replace

import numpy as np

from havre.displacement.candidates import Block, Candidates, RouteBook, arrange
from havre.displacement.crowding import Attraction
from havre.displacement.environment import CAMP, CONFLICT, DEFAULT, IDP_CAMP, Environment
from havre.displacement.groups import Groups
from havre.displacement.instance import Instance
from havre.displacement.network import Flags, Floats, Ints, Network
from havre.displacement.people import sum_by
from havre.displacement.rules import Rules
from havre.displacement.scoring import (
    Floods,
    Parameters,
    flood_value,
    great_circle_km,
    hazard_power,
    nearness,
    place_scores,
)

NO_PRUNING = 1.001
NOBODY_COUNTED = 1e8
"""Stands for the population of a place that has none, in the Match rules."""
_CHANCES = ("conflict_movechance", "camp_movechance", "idpcamp_movechance", "default_movechance")


class Weights:
    """Weights of all candidates on the current day, kept as long as nothing changes."""

    def __init__(
        self,
        instance: Instance,
        network: Network,
        environment: Environment,
        groups: Groups,
        rules: Rules,
        parameters: Parameters,
        replicas: int,
    ) -> None:
        self._move = instance.settings.move_rules
        self._instance, self._network, self._environment = instance, network, environment
        self._groups, self._rules, self._parameters, self._replicas = groups, rules, parameters, replicas
        self.floods = Floods(environment, rules, self._move.flood_rules)
        self._power = hazard_power(self._move, groups, rules)
        self._scores = np.ones((network.locations, 1))
        self._version: tuple[object, ...] = ()
        self._match: Floats | None = None
        self.candidates: Candidates
        self.base: Floats
        self.plain = not (self._matches or self._from_home or self._counts_population)

    @property
    def awareness(self) -> int:
        """How many hops people see."""
        return self._move.awareness_level

    @property
    def _matches(self) -> bool:
        move = self._move
        return (
            move.MatchCampEthnicity or move.MatchCampReligion or move.MatchTownEthnicity or move.MatchConflictEthnicity
        )

    @property
    def _from_home(self) -> bool:
        return self._move.stay_close_to_home and not self._rules.home_is_current_place

    @property
    def _counts_population(self) -> bool:
        return self._move.use_pop_for_loc_weight and self._instance.settings.spawn_rules.take_from_population

    @property
    def _distance_only(self) -> bool:
        return not self._rules.awareness_zero_stops and self.awareness == 0

    @property
    def _unweighted(self) -> bool:
        return not self._rules.awareness_zero_stops and self.awareness < 0

    def update(self, candidates: Candidates, day: int, present: Ints, population: Ints) -> None:
        """Make the weights of the day.

        Parameters
        ----------
        present : people of each group at each place, (L, G, R); used by the Match rules
        population : (L, 1) or (L, R)
        """
        environment, spawn = self._environment, self._instance.settings.spawn_rules
        changing = bool(spawn.conflict_spawn_decay) or self._move.avoid_food_deprived_locations
        forecast = self._move.flood_rules is not None and self._move.flood_rules.flood_forecaster
        daily = changing or forecast or self._fixed or day == 0
        version = (id(candidates), environment.version, day if daily else -1)
        if self._matches:
            self._match = self._match_factors(present, population)
        self._population = population
        if version == self._version:
            return
        self._version = version
        self.candidates = candidates
        before = self._scores
        self._scores = place_scores(self._instance, self._network, environment, self._parameters, self.floods, day)
        self.scores = self._personal(day)
        self.base = self._fixed_base(before) if self._fixed else self._base(self.scores)

    def _fixed_base(self, before: Floats) -> Floats:
        """Weigh fixed routes as Flee does: by a score that is yesterday's further down the file, then by today's."""
        candidates = self.candidates
        seen = (candidates.end <= candidates.place)[:, None]
        known = np.where(seen, self._scores[candidates.end], before[candidates.end])
        route = self._base(np.concatenate([known, np.zeros((1, known.shape[1]))])[None])
        return route * self.scores

    @property
    def _fixed(self) -> bool:
        return self._move.fixed_routes and self._rules.fixed_routes_score_twice

    def _personal(self, day: int) -> Floats:
        """Score each candidate's end for each group, (G, C + 1, P); the last candidate stands for none and scores 0."""
        end = self.candidates.end
        if self._distance_only or self._unweighted:
            score = np.ones((len(self._groups), end.size, 1))
        else:
            score = self._scores[end][None] ** self._power[:, None, None]
            score = score * self._static_factor(day)[None, :, None]
        none = np.zeros((score.shape[0], 1, score.shape[2]))
        return np.concatenate([score, none], axis=1)

    def _static_factor(self, day: int) -> Floats:
        """Multiply what depends on place and day alone: distance from here, floods, population."""
        move, environment, candidates = self._move, self._environment, self.candidates
        factor = np.ones(candidates.end.size)
        if move.stay_close_to_home and self._rules.home_is_current_place:
            km = great_circle_km(
                self._network, candidates.place, candidates.end, swapped=self._rules.swapped_coordinates
            )
            factor = factor * nearness(km, move.home_distance_power)
        if move.flood_rules is not None:
            weight = self.floods.location_weight(day, flooded_only=True)
            if not self._rules.flood_weight_twice:
                weight = np.where(environment.flood_zone, 1.0, weight)
            factor = factor * weight[candidates.end]
        if move.use_pop_for_loc_weight and not self._counts_population:
            factor = factor * self._population_weight(self._population)[candidates.end, 0]
        return factor

    def _population_weight(self, population: Ints) -> Floats:
        """Weigh places that are no camps by population, (L, 1) or (L, R)."""
        weight = np.maximum(1.0, population) ** self._move.pop_power_for_loc_weight
        return np.where(self._environment.camp[:, None], 1.0, weight)

    def _match_factors(self, present: Ints, population: Ints) -> Floats:
        """Factor of the Match rules for each group and place, (G, L, R)."""
        move, environment, groups = self._move, self._environment, self._groups
        factor = np.ones((len(groups), *present.shape[::2]))
        camp = environment.camp
        zone = ~camp & (environment.conflict > 0)
        rules = (
            ("ethnicity", move.MatchCampEthnicity, camp, 10.0),
            ("religion", move.MatchCampReligion, camp, 1 / move.avg_religion_fraction),
            ("ethnicity", move.MatchConflictEthnicity, zone, 10.0),
            ("ethnicity", move.MatchTownEthnicity, ~camp & ~zone, 10.0),
        )
        people = np.where(population < 1, NOBODY_COUNTED, population)
        for kind, on, places, scale in rules:
            if not on:
                continue
            column = groups.kinds.index(kind)
            for value in dict.fromkeys(group[column] for group in groups.values):
                having = groups.having(kind, value)
                share = present[:, having].sum(axis=1) / people
                factor[having] *= np.where(places[:, None], scale * share, 1.0)[None]
        return factor

    def _base(self, scores: Floats) -> Floats:
        """Weigh candidates by score and distance, (G, C + 1, P)."""
        parameters = self._parameters
        if self._unweighted:
            weight = (scores > 0).astype(np.float64)
        else:
            # The last candidate stands for none: its weight is 0 whatever its length.
            km = np.append(self.candidates.distance, 1.0)[None, :, None]
            weight = (parameters["weight_softening"] + scores) / (parameters["softening"] + km) ** parameters[
                "distance_power"
            ]
        powered = self._powered(weight).copy()
        powered[:, -1] = 0.0
        return powered

    def _powered(self, weight: Floats) -> Floats:
        power = self._parameters["weight_power"]
        return weight if (power == 1).all() else np.asarray(weight**power, np.float64)

    def of_rows(self, block: Block, rows: Ints, group: Ints, home: Ints, known: Attraction) -> tuple[Floats, Ints]:
        """Weigh the candidates of rows of people who are at places of a block.

        Returns
        -------
        Weights (S, R, K), and the candidates (S, K) with ``-1`` where there are fewer than K.
        """
        table = block.table[rows]
        weight = self.base[group[:, None], table] if self.plain else self._own_weight(table, group, home)
        if not self._fixed:
            weight = weight * self._powered(known.share[self.candidates.end[table]])
        if self.candidates.flagged is not None:
            weight = np.where(self.candidates.flagged[table][:, :, None], 1.0, weight)
        weight = np.broadcast_to(weight, (*table.shape, self._replicas)).transpose(0, 2, 1).copy()
        if not self._move.fixed_routes:
            self._prune(weight)
        return weight, table

    def _own_weight(self, table: Ints, group: Ints, home: Ints) -> Floats:
        """Weigh candidates where the score depends on the home, on who else is there or on a population that falls."""
        factor = self._own_factor(table, group, home)
        if self._unweighted:
            return np.asarray((table >= 0)[:, :, None], np.float64)
        if self._fixed:
            return self.base[group[:, None], table] * factor
        score = self.scores[group[:, None], table] * factor
        km = self.candidates.distance[table][:, :, None]
        parameters = self._parameters
        weight = (parameters["weight_softening"] + score) / (parameters["softening"] + km) ** parameters[
            "distance_power"
        ]
        return np.where((table >= 0)[:, :, None], self._powered(weight), 0.0)

    def _own_factor(self, table: Ints, group: Ints, home: Ints) -> Floats:
        """Multiply what depends on the home, on who else is there or on a population that falls, (S, K, R) or less."""
        end = self.candidates.end[table]
        factor = np.ones((*table.shape, 1))
        if self._from_home:
            start = np.broadcast_to((np.abs(home) - 1)[:, None], end.shape)
            km = great_circle_km(self._network, start, end, swapped=self._rules.swapped_coordinates)
            factor = factor * nearness(km, self._move.home_distance_power)[:, :, None]
        if self._match is not None and not (self._distance_only or self._unweighted):
            factor = factor * self._match[group[:, None], end]
        if self._counts_population:
            factor = factor * self._population_weight(self._population)[end]
        return factor

    def _prune(self, weight: Floats) -> None:
        threshold = self._move.pruning_threshold
        if threshold < NO_PRUNING:
            return
        share = 1 / threshold if self._rules.pruning_inverted else 1 - 1 / threshold
        weight[weight < weight.max(axis=2, keepdims=True) * share] = 0.0


class Leaving:
    """The chance to leave each place on a day, (L, P)."""

    def __init__(
        self, instance: Instance, environment: Environment, rules: Rules, parameters: Parameters, floods: Floods
    ) -> None:
        self._move = instance.settings.move_rules
        self._environment, self._rules, self._parameters, self._floods = environment, rules, parameters, floods
        self._stays = rules.awareness_zero_stops and self._move.awareness_level == 0

    def chance(self, day: int, month: int, population: Ints, groups: Groups) -> Floats:
        """Give the chance to leave, (L, P) or, where groups differ, (L, G, P)."""
        move, environment = self._move, self._environment
        if self._stays:
            return np.zeros((environment.kind.size, 1))
        width = max(self._parameters[name].size for name in _CHANCES)
        chances = np.ones((5, width))
        for kind, name in zip((CONFLICT, CAMP, IDP_CAMP, DEFAULT), _CHANCES, strict=True):
            chances[kind] = self._parameters[name]
        chance = chances[environment.kind]
        if move.movechance_pop_scale_factor:
            people = np.maximum(population, environment.capacity[:, None]) / move.movechance_pop_base
            chance = chance * np.maximum(people, 0.0) ** move.movechance_pop_scale_factor
        if move.flee_when_starving:
            hunger = environment.hunger[:, None]
            chance = hunger + (1 - hunger) * chance
        if move.flood_rules is not None and (environment.level > 0).any():
            flooded = flood_value(
                move.flood_rules.flood_movechances, environment.level, self._rules, "flood_movechances"
            )
            chance = np.where(environment.level[:, None] > 0, flooded[:, None], chance)
        if month in move.harvest_months and self._rules.harvest_stops_everyone:
            chance = np.zeros_like(chance)
        return self._by_group(np.clip(chance, 0.0, 1.0), day, month, groups)

    def _by_group(self, chance: Floats, day: int, month: int, groups: Groups) -> Floats:
        flood, harvest = self._move.flood_rules, self._move.harvest_months
        forecast = flood is not None and flood.flood_forecaster
        farmers = month in harvest and not self._rules.harvest_stops_everyone
        if not forecast and not farmers:
            return chance
        by_group = np.repeat(chance[:, None, :], len(groups), axis=1)
        if flood is not None and flood.flood_forecaster:
            term = self._floods.forecast(flood.flood_movechances, "flood_movechances", day)
            aware = np.array([_awareness(group, groups, flood.flood_awareness_weights) for group in groups.values])
            by_group = by_group * term[:, None, None] * aware[None, :, None]
        if farmers:
            by_group = np.where(groups.having("farmer", "yes")[None, :, None], 0.0, by_group)
        return np.clip(by_group, 0.0, 1.0)


def _awareness(group: tuple[str, ...], groups: Groups, weights: tuple[float, ...]) -> float:
    return weights[int(group[groups.kinds.index("floodawareness")])]


def present_groups(place: Ints, group: Ints, count: Ints, locations: int, groups: int) -> Ints:
    """Count people of each group at each place, (L, G, R)."""
    total = sum_by(place * groups + group, count, locations * groups)
    return total.reshape(locations, groups, count.shape[1])


def forced_only(candidates: Candidates, network: Network, forced: Flags, book: RouteBook) -> Candidates:
    """Leave only flagged links to people at places from which one leads; see ``forced_redirection``."""
    places = np.zeros(network.locations, np.bool_)
    places[network.origin[forced]] = True
    links = np.flatnonzero(forced)
    kept = ~places[candidates.place]
    none = np.full(links.size, book.number(()), np.int64)
    joined = replace(
        candidates,
        place=np.concatenate([candidates.place[kept], network.origin[links]]),
        end=np.concatenate([candidates.end[kept], network.destination[links]]),
        distance=np.concatenate([candidates.distance[kept], network.distance[links]]),
        link=np.concatenate([candidates.link[kept], links]),
        rest=np.concatenate([candidates.rest[kept], none]),
    )
    found = arrange(joined, network.locations)
    return replace(found, flagged=np.append(forced[found.link], False))
