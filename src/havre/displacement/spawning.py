"""Who is displaced, where and when: by registrations, by conflicts or by floods.

The number of a day is known (registrations, constant, share of the population) or drawn (Poisson); where they come from
and which group they belong to is drawn for each person on their own.
"""

from dataclasses import dataclass

import numpy as np

from havre.displacement.arrivals import Arrivals
from havre.displacement.chance import Chance, key_of
from havre.displacement.environment import Environment, number_of
from havre.displacement.findings import some
from havre.displacement.groups import Groups, read_fact
from havre.displacement.instance import Instance
from havre.displacement.network import Floats, Ints, Network
from havre.displacement.people import People
from havre.displacement.rules import Rules
from havre.displacement.scoring import decay_of, flood_value
from havre.displacement.settings import ConflictSpawning, FloodSpawning
from havre.errors import DisplacementError, Problem

MOST_DISPLACED = 1e15
"""People beyond whom nobody can be counted exactly."""
_MODES = ("constant", "pop_ratio", "poisson")


@dataclass(frozen=True)
class Ledger:
    """Registrations of a day: people to displace, the debt after it, and the sum of all changes so far.

    Each has one number, or one for each replica, (1,) or (R,).
    """

    new: Ints
    debt: Ints
    raw: Ints


class Spawning:
    """Displaces people day by day, the same number in every replica unless chance or population differ."""

    def __init__(
        self,
        instance: Instance,
        network: Network,
        environment: Environment,
        groups: Groups,
        rules: Rules,
        arrivals: Arrivals,
        replicas: int,
        *,
        homes: bool,
    ) -> None:
        self._instance, self._network, self._environment = instance, network, environment
        self._groups, self._rules, self._arrivals = groups, rules, arrivals
        self._spawn = instance.settings.spawn_rules
        self._replicas, self._homes = replicas, homes
        none = np.zeros(1, np.int64)
        self.ledger = Ledger(none, none, none)
        own = self._spawn.take_from_population
        columns = replicas if own else 1
        self.population = np.repeat(environment.population[:, None], columns, axis=1).astype(np.int64)
        self._flood = _flood_spawning(instance, rules)
        for mode in (self._spawn.conflict_driven_spawning, self._flood):
            if mode is not None and mode.spawn_mode not in _MODES:
                raise DisplacementError(
                    "displacement.engine.spawn_mode", mode=mode.spawn_mode, expected=", ".join(_MODES)
                )
        self.weights = self._weights(0)

    @property
    def by_registrations(self) -> bool:
        """Whether the registrations say how many people are displaced."""
        return self._spawn.conflict_driven_spawning is None and not self._spawn.flood_zone_spawning_only

    def reweigh(self, day: int) -> None:
        """Weigh the places anew, as at the start of a move phase or when a conflict begins or ends."""
        self.weights = self._weights(day)

    def _weights(self, day: int) -> Floats:
        environment, spawn = self._environment, self._spawn
        zone = (environment.conflict > 0)[:, None]
        decay = decay_of(spawn.conflict_spawn_decay, spawn.conflict_spawn_decay_interval, day - environment.since)
        weights = np.where(zone, self.population * (environment.conflict * decay)[:, None], 0.0)
        if spawn.starvation_driven_spawning and day > 0:
            hungry = self.population * environment.hunger[:, None]
            weights = weights + np.where(zone | (not spawn.conflict_zone_spawning_only), hungry, 0.0)
        return np.asarray(weights, np.float64)

    def begin(self, chance: Chance) -> People:
        """Put the first people in: ``agents.csv``, then those registered in camps on day 0, then displaced inside."""
        parts = [self._from_agents_file(chance)] if self._spawn.read_from_agents_csv_file else []
        chance.moment(0, 0)
        environment = self._environment
        inserted = np.zeros(self._network.locations, np.int64)
        if not self._spawn.empty_camps_on_day0:
            if self._spawn.insert_day0:
                inserted += np.where(environment.camps_at_start, self._arrivals.day0, 0)
            inside = [int(number_of(place.attributes, "initial_idps")) for place in self._instance.locations]
            counted = environment.camps_at_start | (not self._rules.idps_in_camps_only)
            inserted += np.where(counted, inside, 0)
        people = np.repeat(inserted[:, None], self._replicas, axis=1)
        return People.together([*parts, self._grouped(people, chance)])

    def displace(self, day: int, chance: Chance) -> People:
        """Displace the people of a day and lower the population they come from, where it is counted."""
        chance.moment(day, 1)
        if self._spawn.conflict_driven_spawning is not None:
            people = self._by_conflict(self._spawn.conflict_driven_spawning, chance)
        elif self._flood is not None:
            people = self._by_flood(self._flood, chance)
        else:
            people = self._by_registrations(day, chance)
        people = people + self._beside(day, chance)
        self._take(people)
        chance.moment(day, 2)
        return self._grouped(people, chance)

    def _take(self, people: Ints) -> None:
        if self._spawn.take_from_population:
            self.population = np.maximum(self.population - people, 0)

    def _by_conflict(self, mode: ConflictSpawning, chance: Chance) -> Ints:
        intensity = np.maximum(self._environment.conflict, 0.0)[:, None]
        rate = mode.displaced_per_conflict_day * intensity
        if mode.spawn_mode == "pop_ratio":
            rate = rate * self.population
        return self._number(rate, mode.spawn_mode, chance)

    def _by_flood(self, mode: FloodSpawning, chance: Chance) -> Ints:
        level = self._environment.level
        rate = flood_value(mode.displaced_per_flood_day, level, self._rules, "displaced_per_flood_day")
        rate = np.where(level > 0, rate, 0.0)[:, None]
        if mode.spawn_mode == "pop_ratio":
            rate = rate * self.population
        return self._number(rate if mode.spawn_mode == "pop_ratio" else np.trunc(rate), mode.spawn_mode, chance)

    def _number(self, rate: Floats, mode: str, chance: Chance) -> Ints:
        if float(rate.sum()) > MOST_DISPLACED:
            raise DisplacementError("displacement.engine.too_many", most=f"{MOST_DISPLACED:.0f}")
        wide = np.broadcast_to(rate, (rate.shape[0], self._replicas))
        if mode == "poisson":
            return chance.poisson(wide, key_of(np.arange(rate.shape[0])), "displaced")
        return np.trunc(wide).astype(np.int64)

    def _by_registrations(self, day: int, chance: Chance) -> Ints:
        change = np.atleast_1d(self._arrivals.change[..., day])
        raw = self.ledger.raw + change
        new = change - self.ledger.debt
        if day == 0 and self._spawn.insert_day0:
            new = np.zeros_like(new)
            if self._rules.day0_lowers_capacity:
                self._environment.lower_capacity(self._arrivals.day0)
        self.ledger = Ledger(np.maximum(new, 0), np.maximum(-new, 0), raw)
        new = self.ledger.new
        if not new.any():
            return np.zeros((self._network.locations, self._replicas), np.int64)
        weights = np.broadcast_to(self.weights, (self._network.locations, self._replicas)).T
        total = weights.sum(axis=1, keepdims=True)
        if (total <= 0).any():
            raise DisplacementError.all_of([self._nowhere(day, int(new.max()))])
        places = np.flatnonzero(self.weights.any(axis=1))
        shares = (weights / total)[None, :, places]
        counts = np.broadcast_to(new, (1, self._replicas))
        drawn = chance.multinomial(counts, shares, key_of(np.array([day])), places[None, :])
        people = np.zeros((self._network.locations, self._replicas), np.int64)
        people[places] = drawn[0].T
        return people

    def _nowhere(self, day: int, people: int) -> Problem:
        """Say why there is no place from which people could be displaced."""
        zones = np.flatnonzero(self._environment.conflict > 0)
        fields: dict[str, object] = {"day": day, "people": people, "hasten": self._instance.settings.hasten}
        if zones.size == 0:
            return Problem.of("displacement.engine.no_zone", row=day + 1, **fields)
        places = [self._instance.locations[zone] for zone in zones]
        fields["names"] = some(place.name for place in places)
        if (self.population[zones] > 0).any():
            return Problem.of("displacement.engine.zone_decayed", **fields)
        if all(place.population < 1 for place in places):
            return Problem.of("displacement.engine.zone_without_people", **fields)
        if (self._environment.population[zones] < 1).all():
            return Problem.of("displacement.engine.zone_below_hasten", **fields)
        return Problem.of("displacement.engine.zone_emptied", **fields)

    def _beside(self, day: int, chance: Chance) -> Ints:
        """Draw where the people start whom a scenario adds."""
        added = np.zeros((self._network.locations, self._replicas), np.int64)
        for number, extra in enumerate(self._arrivals.extra):
            counts = np.broadcast_to(np.atleast_1d(extra.people[..., day]), (1, self._replicas))
            chance.moment(day, 1, 1 + number)
            shares = np.broadcast_to(extra.shares, (1, self._replicas, extra.places.size))
            drawn = chance.multinomial(counts, shares, key_of(np.array([number])), extra.places[None, :])
            added[extra.places] += drawn[0].T
        return added

    def _grouped(self, people: Ints, chance: Chance) -> People:
        """Draw the group of each person and make rows of them."""
        some = np.flatnonzero(people.any(axis=1))
        size = len(self._groups)
        home = some + 1 if self._homes else np.zeros(some.size, np.int64)
        if size == 1:
            return People.at(some, people[some], home=home, first=True)
        shares = np.repeat(self._groups.shares[some][:, None, :], self._replicas, axis=1)
        drawn = chance.multinomial(people[some], shares, key_of(some), np.tile(np.arange(size), (some.size, 1)))
        place = np.repeat(some, size)
        group = np.tile(np.arange(size), some.size)
        count = drawn.transpose(0, 2, 1).reshape(-1, self._replicas)
        return People.at(place, count, group=group, home=np.repeat(home, size), first=True).occupied()

    def _from_agents_file(self, chance: Chance) -> People:
        table = self._instance.agents
        if table is None:
            return People.nobody(self._replicas)
        parts: list[People] = []
        for index, (row, number) in enumerate(zip(table.rows, table.numbers, strict=True)):
            chance.moment(0, 3, index)
            place = np.array([self._network.number(row[0])])
            facts = {
                kind: read_fact(kind, row[1 + table.attributes.index(kind)])
                for kind in self._groups.kinds
                if kind in table.attributes
            }
            people = np.zeros((self._network.locations, self._replicas), np.int64)
            people[place] = number
            self._take(people)
            parts.append(self._with_facts(place, people[place], facts, chance))
        return People.together(parts) if parts else People.nobody(self._replicas)

    def _with_facts(self, place: Ints, count: Ints, facts: dict[str, str], chance: Chance) -> People:
        """Draw what the file does not say of a row's people, among the groups that agree with what it says."""
        agree = np.ones(len(self._groups), np.bool_)
        for kind, fact in facts.items():
            agree &= self._groups.having(kind, fact)
        shares = np.where(agree, self._conditional(facts)[place[0]], 0.0)
        groups = np.flatnonzero(shares)
        each = np.broadcast_to(shares[groups] / shares.sum(), (1, self._replicas, groups.size))
        drawn = chance.multinomial(count, each, key_of(place), groups[None, :])
        return People.at(
            np.repeat(place, groups.size),
            drawn[0].T.copy(),
            group=groups,
            home=np.repeat(place + 1 if self._homes else np.zeros(1, np.int64), groups.size),
            first=True,
        )

    def _conditional(self, facts: dict[str, str]) -> Floats:
        """Give shares of groups by the kinds of which the file says nothing."""
        shares = np.ones_like(self._groups.shares)
        for kind in self._groups.kinds:
            if kind in facts:
                continue
            for value in dict.fromkeys(group[self._groups.kinds.index(kind)] for group in self._groups.values):
                have = self._groups.having(kind, value)
                shares[:, have] *= self._groups.shares[:, have].sum(axis=1, keepdims=True)
        return shares


def _flood_spawning(instance: Instance, rules: Rules) -> FloodSpawning | None:
    spawn = instance.settings.spawn_rules
    if not spawn.flood_zone_spawning_only:
        return None
    if spawn.conflict_zone_spawning_only:
        raise DisplacementError("displacement.engine.both_spawn")
    documented = None if rules.flood_spawn_key_unread else spawn.flood_spawn_mode
    return documented or spawn.flood_driven_spawn_mode or FloodSpawning()
