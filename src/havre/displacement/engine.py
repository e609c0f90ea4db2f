"""The days of a simulation, for some replicas at once.

A day is: the morning's changes, people displaced, closures, a pass in which everybody at a place decides, a pass in
which everybody on a link walks and, arriving early, decides again. In both passes people see how full places are;
``occupancy`` says how often that is looked at anew.
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from havre.displacement.arrivals import Arrivals
from havre.displacement.candidates import Candidates, RouteBook, find_candidates
from havre.displacement.chance import Chance
from havre.displacement.choosing import Choices
from havre.displacement.crowding import Attraction, Crowding
from havre.displacement.decision import Leaving, Weights, forced_only, present_groups
from havre.displacement.environment import Environment, number_of
from havre.displacement.findings import shown
from havre.displacement.fixed_routes import best_routes
from havre.displacement.groups import find_groups
from havre.displacement.instance import Instance
from havre.displacement.network import Flags, Floats, Ints, Network
from havre.displacement.onward import Onward
from havre.displacement.people import FIRST, HOME, KM, PLACE, ROUTE, People, add_by, sum_by
from havre.displacement.rules import Occupancy, Rules
from havre.displacement.scoring import Parameters
from havre.displacement.spawning import MOST_DISPLACED, Spawning
from havre.displacement.travel import Arrived, Roads, counted_at, keys_of, parts_of, remembered
from havre.errors import DisplacementError

Split = tuple[Ints, bool]
"""Into how many parts a pass is split in each replica, and whether people go one by one."""
MOST_ROADS = 10_000
_ROADS_NAMED = 3
WORTH_MERGING = 200
"""Rows times replicas from which it pays within a day to add up equal states."""


@dataclass(frozen=True)
class Plan:
    """What all replicas of a simulation share."""

    instance: Instance
    network: Network
    rules: Rules
    occupancy: Occupancy
    arrivals: Arrivals
    days: int
    record: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Days:
    """What some replicas gave, see :class:`havre.displacement.outcome.Outcome`; places and links are summed here."""

    camp_counts: Ints
    people: Ints
    raw: Floats
    debt: Floats
    steps: Ints
    location_sums: Floats | None
    link_sums: Floats | None
    daily_link_sums: Floats | None


class Engine:
    """Runs the days of some replicas."""

    def __init__(
        self,
        plan: Plan,
        parameters: Mapping[str, Floats],
        replicas: int,
        chance: Chance,
        book: RouteBook | None = None,
    ) -> None:
        self._plan, self._chance, self._replicas = plan, chance, replicas
        instance, network, rules = plan.instance, plan.network, plan.rules
        self._move = instance.settings.move_rules
        self._parameters = Parameters(parameters)
        self._environment = Environment(instance, network, rules, hasten=instance.settings.hasten)
        self._groups = find_groups(instance, network, rules)
        far = self._move.stay_close_to_home and not rules.home_is_current_place
        self._homes = far or bool(self._move.harvest_months)
        self._spawning = Spawning(
            instance, network, self._environment, self._groups, rules, plan.arrivals, replicas, homes=self._homes
        )
        self._weights = Weights(instance, network, self._environment, self._groups, rules, self._parameters, replicas)
        self._leaving = Leaving(instance, self._environment, rules, self._parameters, self._weights.floods)
        self._crowding = Crowding(self._environment, self._parameters, replicas)
        self._choices = Choices(
            self._weights, len(self._groups), replicas, chance, full_is_uniform=rules.full_is_uniform
        )
        self._roads = Roads(network, self._move, rules, chance)
        alike = Onward.suits(network, self._move, rules, self._choices, chance, homes=self._homes)
        self._onward = Onward(network, self._move, rules, self._choices, chance) if alike else None
        self._book = RouteBook() if book is None else book
        self._routes_of: tuple[bytes, ...] = ()
        self._candidates: Candidates
        self._deactivation = np.array(
            [number_of(place.attributes, "deactivation_probability") for place in instance.locations]
        )
        spawn = instance.settings.spawn_rules
        self._sinks = spawn.camps_are_sicks if rules.sinks_key_misspelt else spawn.camps_are_sinks
        self.people = People.nobody(replicas)
        self.present = np.zeros((network.locations, replicas), np.int64)
        self._displaced = np.zeros(replicas, np.int64)
        self._flows = np.zeros(network.links)
        self._steps = 1

    def run(self) -> Days:
        """Run all days."""
        stages = self.stages()
        wanted = next(stages)
        while True:
            try:
                wanted = stages.send(wanted)
            except StopIteration as end:
                days: Days = end.value
                return days

    def stages(self) -> Generator[Split, Split, Days]:
        """Run all days, and stop before each pass to say into how many parts it needs to be split.

        Whoever runs two engines hand in hand sends back what both need.
        """
        plan, camps = self._plan, np.flatnonzero(self._environment.counted)
        counts = np.zeros((self._replicas, plan.days, camps.size), np.int64)
        people = np.zeros((self._replicas, plan.days), np.int64)
        raw, debt = np.zeros(plan.days), np.zeros(plan.days)
        steps = np.zeros(plan.days, np.int64)
        places = np.zeros((plan.days, plan.network.locations)) if "locations" in plan.record else None
        total = np.zeros(plan.network.links)
        daily = np.zeros((plan.days, plan.network.links)) if "daily_flows" in plan.record else None
        self.people = self._spawning.begin(self._chance)
        self._displaced += self.people.count.sum(axis=0)
        for day in range(plan.days):
            self._flows[:] = 0
            yield from self.day(day)
            counts[:, day] = self.present[camps].T
            people[:, day] = self._displaced
            raw[day], debt[day] = self._spawning.ledger.raw.mean(), self._spawning.ledger.debt.mean()
            steps[day] = self._steps
            total += self._flows
            if places is not None:
                places[day] = self.present.sum(axis=1)
            if daily is not None:
                daily[day] = self._flows
        flows = total if "flows" in plan.record else None
        return Days(counts, people, raw, debt, steps, places, flows, daily)

    def day(self, day: int) -> Generator[Split, Split, None]:
        """Run one day."""
        environment, network = self._environment, self._plan.network
        if environment.begin_day(day):
            self._spawning.reweigh(day)
        displaced = self._spawning.displace(day, self._chance)
        self._displaced += displaced.count.sum(axis=0)
        if int(self._displaced.max()) > MOST_DISPLACED:
            raise DisplacementError("displacement.engine.too_many", most=f"{MOST_DISPLACED:.0f}")
        self.people = People.together([self.people, displaced])
        self._turn_back(environment.close_and_open(day))
        self._spawning.reweigh(day)
        environment.grow_capacity()
        self._find_routes()
        self._count_present()
        self._weights.update(self._candidates, day, self._present_groups(), self._spawning.population)
        self._chance_table = self._leaving.chance(day, self._month(day), self._spawning.population, self._groups)
        self._harvest = self._month(day) in self._move.harvest_months and self._plan.rules.harvest_stops_everyone
        self._crowding.begin_day()
        here = self.people.place < network.locations
        self._steps = 1
        stayed, left = yield from self._first_pass(day, self.people.rows(here))
        ended = yield from self._travel_pass(day, People.together([self.people.rows(~here), left]))
        together = People.together([*stayed, *ended])
        self.people = remembered(together.occupied(), self._move)
        if self._sinks:
            self._deactivate(day)
        self._count_present()

    def _month(self, day: int) -> int:
        today: date = self._plan.instance.start + timedelta(days=day)
        return today.month

    def _turn_back(self, closed: Ints) -> None:
        """Put people on links that close onto their twins."""
        if closed.size:
            network = self._plan.network
            lost = np.isin(self.people.place - network.locations, closed)
            self.people.state[lost, PLACE] += network.links

    def _find_routes(self) -> None:
        environment, plan = self._environment, self._plan
        forced = environment.open_forced()
        state = (environment.open.tobytes(), environment.marker.tobytes(), forced.tobytes())
        if state == self._routes_of:
            return
        self._routes_of = state
        hops = self._weights.awareness
        found = find_candidates(plan.network, environment.open, environment.marker, hops, self._book)
        if self._move.fixed_routes:
            found = best_routes(plan.instance, plan.network, environment, found, self._book)
        self._redirects = np.zeros(plan.network.locations, np.bool_)
        self._redirects[plan.network.origin[forced]] = True
        if forced.any():
            found = forced_only(found, plan.network, forced, self._book)
        self._candidates = found
        network = plan.network
        usable = np.flatnonzero(environment.open)
        pairs = network.origin[usable] * network.locations + network.destination[usable]
        self._pairs, first = np.unique(pairs, return_index=True)
        self._pair_link = usable[first]

    def _count_present(self) -> None:
        here, place = counted_at(self.people, self._plan.network.locations)
        self.present = sum_by(place, self.people.count[here], self._plan.network.locations)

    def _present_groups(self) -> Ints:
        """Count people of each group at each place, where a Match rule asks for it."""
        locations, groups = self._plan.network.locations, len(self._groups)
        if self._weights.plain:
            return np.zeros((0, 0, 0), np.int64)
        here, place = counted_at(self.people, locations)
        return present_groups(place, self.people.group[here], self.people.count[here], locations, groups)

    def _first_pass(self, day: int, people: People) -> Generator[Split, Split, tuple[list[People], People]]:
        steps, single = yield self._steps_for(people, arriving=None)
        self._steps = int(steps.max())
        self._chance.moment(day, 4)
        stayed: list[People] = []
        left: list[People] = []
        known = self._crowding.known(self.present)
        for number, part in enumerate(parts_of(people, steps, one_by_one=single, chance=self._chance)):
            if number:
                known = self._crowding.known(self.present)
            self._chance.moment(day, 5, number)
            staying, leaving = self._decide(part, np.zeros(len(part), np.bool_), known)
            stayed.append(staying)
            left.append(leaving)
        return stayed, People.together(left)

    def _travel_pass(self, day: int, people: People) -> Generator[Split, Split, list[People]]:
        self._chance.moment(day, 6)
        arrived, back, ended = self._roads.walk(people.occupied(), self._candidates.nearest)
        self._settle(back)
        arrived = self._merged(arrived)
        steps, single = yield self._steps_for(arrived.people.rows(arrived.again), arriving=arrived.people)
        self._steps = max(self._steps, int(steps.max()))
        # Where a pass is not split, nobody's choice changes noticeably within it: one look is enough.
        once = self._plan.occupancy == "frozen" or (not single and steps.max() <= 1)
        frozen = self._crowding.known(self.present) if once else None
        done = [back, ended]
        # Whether a day is over stands in the km made, so that it stays with people when they are split.
        for number, part in enumerate(self._parts(day, arrived, steps, single=single)):
            done += self._walk_on(day, number, part, frozen, single=single)
        return done

    def _settle(self, people: People) -> None:
        """Count people who came to a place."""
        if len(people):
            add_by(self.present, people.place, people.count)

    def _parts(self, day: int, arrived: Arrived, steps: Ints, *, single: bool) -> list[Arrived]:
        if steps.max() <= 1:
            return [arrived]
        self._chance.moment(day, 7)
        marked = _marked(arrived)
        parts = parts_of(marked, steps, one_by_one=single, chance=self._chance)
        return [_unmarked(part) for part in parts]

    def _walk_on(
        self, day: int, number: int, arrived: Arrived, frozen: Attraction | None, *, single: bool
    ) -> list[People]:
        """Let people who arrived decide again and walk on, until everybody's day is over."""
        before = self.present.copy() if frozen is None and not single else self.present

        def look(road: int) -> Attraction:
            self._chance.moment(day, 8, number, road)
            # People of a part come one after the other: on average they meet half of the others already there.
            return frozen or self._crowding.known(self.present if single else (before + self.present) / 2)

        done = self._walk_on_alike(arrived, look) if self._all_alike(arrived) else self._walk_on_any(arrived, look)
        if done is None:
            raise DisplacementError(
                "displacement.engine.endless", day=day, rounds=MOST_ROADS, roads=_shortest(self._plan.network)
            )
        return done

    def _all_alike(self, arrived: Arrived) -> bool:
        """Tell whether nothing but place and km made today tells people apart."""
        if self._onward is None or self._harvest or not Onward.today(self._candidates, self._chance_table):
            return False
        return not (self._redirects.any() or arrived.people.route.any())

    def _walk_on_alike(self, arrived: Arrived, look: Callable[[int], Attraction]) -> list[People] | None:
        assert self._onward is not None  # noqa: S101 - for the type checker; the caller looked
        flows = self._flows if self._plan.record else None
        return self._onward.walk_on(
            arrived,
            self.present,
            self._chance_table,
            self._candidates,
            look=look,
            flows=flows,
            worth_merging=WORTH_MERGING,
            most=MOST_ROADS,
        )

    def _walk_on_any(self, arrived: Arrived, look: Callable[[int], Attraction]) -> list[People] | None:
        done: list[People] = []
        for road in range(MOST_ROADS):
            people = arrived.people
            self._settle(people)
            people, over = people.parted(arrived.again)
            done.append(over)
            if len(people) == 0:
                return done
            known = look(road)
            stayed, left = self._decide(people, self._roads.forces(people, self._environment), known)
            done.append(stayed)
            if len(left) == 0:
                return done
            arrived, back, resting = self._roads.walk(left, self._candidates.nearest)
            self._settle(back)
            done += [back, resting]
            arrived = self._merged(arrived)
        return None

    def _steps_for(self, choosing: People, *, arriving: People | None) -> Split:
        """Say into how many parts a pass over people who decide is split, and whether they go one by one."""
        if self._plan.occupancy == "frozen":
            return np.ones(self._replicas, np.int64), False
        weights = self._weights
        chance = self._mean_chance()
        return self._crowding.steps(
            self.present, weights.candidates, weights.base[0][:-1], chance, choosing, arriving=arriving
        )

    def _mean_chance(self) -> Floats:
        table = self._chance_table
        return table if table.ndim == 2 else table.max(axis=1)

    def _decide(self, people: People, force: Flags, known: Attraction) -> tuple[People, People]:
        """Let people at places decide: who stays, and who is now on which link."""
        if self._harvest:
            state = people.state.copy()
            state[:, HOME] = -np.abs(people.home)
            return People(state, people.way, people.count), People.nobody(self._replicas)
        table = self._chance_table
        chance = table[people.place] if table.ndim == 2 else table[people.place, people.group]
        bound = people.route > 0
        certain = force | bound
        # A flagged link takes also those who are on their way elsewhere.
        bound &= ~self._redirects[people.place]
        if certain.any():
            chance = np.where(certain[:, None], 1.0, chance)
        keys = keys_of(people, self._chance)
        leavers = self._chance.binomial(people.count, chance, keys, "leave")
        stayed = people.count - leavers
        left: list[People] = []
        if bound.any():
            left.append(self._follow(people, leavers, stayed, known, np.flatnonzero(bound)))
        choosing = np.flatnonzero(leavers.any(axis=1) & ~bound)
        left += [
            self._set_out(people, chosen.row, chosen.link, chosen.rest, chosen.count)
            for chosen in self._choices.draw(people, leavers, stayed, known, choosing, keys)
        ]
        gone = People.together(left) if left else People.nobody(self._replicas)
        place = counted_at(people, self._plan.network.locations)[1] if self._homes else people.place
        add_by(self.present, place, stayed - people.count)
        state = people.state
        if certain.any():
            state = state.copy()
            state[:, ROUTE] = 0
        if self._chance.keyed or len(gone) * self._replicas >= WORTH_MERGING:
            gone = gone.merged()
        return People(state, people.way, stayed).occupied(), gone

    def _follow(self, people: People, leavers: Ints, stayed: Ints, known: Attraction, rows: Ints) -> People:
        """Let people take the next link of the route they remember; those who cannot stay and forget it."""
        network = self._plan.network
        following, rest, end = self._book.step(people.route[rows])
        pair = people.place[rows] * network.locations + following
        at = np.minimum(np.searchsorted(self._pairs, pair), max(self._pairs.size - 1, 0))
        there = self._pairs[at] == pair if self._pairs.size else np.zeros(rows.size, np.bool_)
        goes = np.where(there[:, None], leavers[rows], 0)
        if known.give_up is not None:
            goes = np.where(known.give_up[end], 0, goes)
        stayed[rows] += leavers[rows] - goes
        link = self._pair_link[at] if self._pairs.size else np.zeros(rows.size, np.int64)
        return self._set_out(people, rows, link, rest, goes)

    def _set_out(self, people: People, rows: Ints, link: Ints, rest: Ints, count: Ints) -> People:
        """Put people onto links."""
        if self._plan.record:
            np.add.at(self._flows, link, count.sum(axis=1))
        state, way = people.state.take(rows, 0), people.way.take(rows, 0)
        state[:, PLACE] = self._plan.network.locations + link
        state[:, ROUTE] = rest
        if self._homes:
            state[:, HOME] = np.abs(state[:, HOME])
        way[:, KM] = 0.0
        return People(state, way, count).occupied()

    def _merged(self, arrived: Arrived) -> Arrived:
        """Add up people who arrived in the same state, where that is needed or worth it; the law is the same."""
        if not self._chance.keyed and len(arrived.people) * self._replicas < WORTH_MERGING:
            return arrived
        return _unmarked(_marked(arrived).merged())

    def _deactivate(self, day: int) -> None:
        """Take people out who have settled in a camp."""
        people, environment = self.people, self._environment
        here = people.place < self._plan.network.locations
        rows = np.flatnonzero(here)
        rows = rows[environment.camp[people.place[rows]]]
        self._chance.moment(day, 9)
        part = people.rows(rows)
        chance = np.clip(self._deactivation[part.place], 0.0, 1.0)
        gone = self._chance.binomial(part.count, chance[:, None], keys_of(part, self._chance), "deactivate")
        people.count[rows] -= gone
        self.people = people.occupied()


def _shortest(network: Network) -> str:
    """Name the shortest roads with their lengths, each once."""
    order = np.argsort(network.distance, kind="stable")
    ends = {int(network.row[link]): link for link in order[: 4 * _ROADS_NAMED][::-1]}
    chosen = sorted(ends.values(), key=lambda link: float(network.distance[link]))[:_ROADS_NAMED]
    names = network.names
    return ", ".join(
        f"{shown(names[network.origin[link]])} – {shown(names[network.destination[link]])} "
        f"({network.distance[link]:g} km)"
        for link in chosen
    )


def _marked(arrived: Arrived) -> People:
    """Write down with the people whether their day is over, in a column that is free: their first leg has ended."""
    state = arrived.people.state.copy()
    state[:, FIRST] = arrived.again
    return People(state, arrived.people.way, arrived.people.count)


def _unmarked(people: People) -> Arrived:
    again = people.first
    state = people.state.copy()
    state[:, FIRST] = 0
    return Arrived(People(state, people.way, people.count), again)
