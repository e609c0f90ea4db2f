"""A day on the road: how far people on links come, and who arrives."""

from dataclasses import dataclass

import numpy as np

from havre.displacement.chance import Chance, Keys, key_of
from havre.displacement.environment import Environment
from havre.displacement.network import Flags, Floats, Ints, Network
from havre.displacement.people import FIRST, KM, MOVED, PLACE, RECENT, People
from havre.displacement.rules import Rules
from havre.displacement.settings import MoveRules

FINE_MEMORY, COARSE_MEMORY = 2.0**-20, 2.0**-8
"""``avoid_short_stints``: how finely it is remembered how far people came of late, as a share of the daily range."""
MOST_STATES = 1000


@dataclass(frozen=True, eq=False)
class Arrived:
    """People who reached the end of their link; ``again`` are those whose day is not over."""

    people: People
    again: Flags


class Roads:
    """Walks people along links by the rules in force."""

    def __init__(self, network: Network, move: MoveRules, rules: Rules, chance: Chance) -> None:
        self._network, self._move, self._rules, self._chance = network, move, rules, chance
        self._mixed = bool((network.walk_probability > 0).any())
        even = not self._mixed and bool((network.speed == move.max_move_speed).all())
        # Where only "is the day over" depends on km made, people on their last link of the day are alike.
        self._last_alike = even and not move.avoid_short_stints and rules.full_day_on_each_link

    def walk(self, people: People, nearest: Floats) -> tuple[Arrived, People, People]:
        """Walk one link, or as far as the day allows.

        Parameters
        ----------
        people : people on links
        nearest : km of the shortest open link of each place, L

        Returns
        -------
        Who arrived, who is turned back at the end of a link that has closed, and who is still on a link.
        """
        network, locations = self._network, self._network.locations
        people, on_foot = self._split_walkers(people)
        link = people.place - locations
        twin = link >= network.links
        link = np.where(twin, link - network.links, link)
        speed = network.speed[link]
        if self._move.start_on_foot or self._mixed:
            speed = np.where(on_foot, self._move.max_walk_speed, speed)
        stretch = speed if self._rules.full_day_on_each_link else np.maximum(0.0, speed - people.moved)
        reached = people.km + stretch
        distance = network.distance[link]
        arrives = reached > distance if self._rules.strict_arrival else reached >= distance
        moved = np.where(arrives, people.moved + (distance - people.km), people.moved + stretch)
        ends = np.where(twin, network.origin[link], network.destination[link])
        state, way = people.state.copy(), people.way.copy()
        state[:, PLACE] = np.where(arrives, ends, people.place)
        state[:, FIRST] &= ~arrives
        way[:, KM] = np.where(arrives, 0.0, reached)
        way[:, MOVED] = moved
        walked = People(state, way, people.count)
        again = moved < speed
        if self._last_alike:
            last = arrives & again
            near = moved + nearest[np.where(last, ends, 0)] >= self._move.max_move_speed
            way[last & near, MOVED] = self._move.max_move_speed
        ended, resting = walked.parted(arrives)
        again = again if ended is walked else again[arrives]
        if not twin.any():
            return Arrived(ended, again), People.nobody(people.count.shape[1]), resting
        back = twin[arrives]
        return Arrived(ended.rows(~back), again[~back]), ended.rows(back), resting

    def _split_walkers(self, people: People) -> tuple[People, Flags]:
        """Say who walks: on first legs under ``start_on_foot``, and a share of people on roads that are walked."""
        on_foot = people.first if self._move.start_on_foot else np.zeros(len(people), np.bool_)
        if not self._mixed:
            return people, on_foot
        link = (people.place - self._network.locations) % self._network.links
        chance = np.where(on_foot, 1.0, self._network.walk_probability[link])
        walkers = self._chance.binomial(people.count, chance[:, None], keys_of(people, self._chance), "walk")
        both = People.together([people.counted(walkers), people.counted(people.count - walkers)])
        flags = np.concatenate([np.ones(len(people), np.bool_), np.zeros(len(people), np.bool_)])
        some = np.flatnonzero(both.count.any(axis=1))
        return both.rows(some), flags[some]

    def forces(self, people: People, environment: Environment) -> Flags:
        """Say who moves on at once: people in towns who came only a short way of late, under ``avoid_short_stints``."""
        if not self._move.avoid_short_stints:
            return np.zeros(len(people), np.bool_)
        short = (people.recent + people.moved / self._move.max_move_speed) / 2 < 0.5
        return short & environment.town[people.place]


def keys_of(people: People, chance: Chance) -> Keys:
    """Make the keys of rows where the draws need them."""
    if not chance.keyed:
        return np.zeros(0, np.uint64)
    return key_of(*people.state.T, *people.way.T)


def parts_of(people: People, parts: Ints, *, one_by_one: bool, chance: Chance) -> list[People]:
    """Split people at random into parts that go one after the other.

    Parameters
    ----------
    parts : how many parts in each replica, (R,); each person falls into each with the same chance
    one_by_one : one person of each replica a part, in random order; ``parts`` is then the people of each replica
    """
    most = int(parts.max())
    if most <= 1:
        return [people]
    keys = keys_of(people, chance)
    if one_by_one:
        return _one_by_one(people, most, keys, chance)
    left = people.count
    split: list[People] = []
    for part in range(most - 1):
        share = 1 / np.maximum(parts - part, 1)[None, :]
        taken = chance.binomial(left, share, keys, f"part {part}")
        split.append(people.counted(taken).occupied())
        left = left - taken
    return [*split, people.counted(left).occupied()]


def _one_by_one(people: People, parts: int, keys: Keys, chance: Chance) -> list[People]:
    replicas = people.count.shape[1]
    ends = np.cumsum(people.count, axis=0)
    persons = np.arange(parts)
    row = np.stack([np.searchsorted(ends[:, replica], persons, side="right") for replica in range(replicas)], axis=1)
    number = key_of(persons) if chance.keyed else keys
    order = chance.uniform((parts, replicas), number, "order")
    order[row >= len(people)] = 2.0
    row = np.take_along_axis(row, np.argsort(order, axis=0, kind="stable"), axis=0)
    split: list[People] = []
    for part in range(parts):
        somebody = np.flatnonzero(row[part] < len(people))
        count = np.zeros_like(people.count)
        count[row[part, somebody], somebody] = 1
        split.append(people.counted(count).occupied())
    return split


def remembered(people: People, move: MoveRules) -> People:
    """End the day: average how far people came of late with today's way, forget today's way, merge equal states.

    Under ``avoid_short_stints`` the memory of each person is a number of its own in time. It is kept to 2⁻²⁰ of the
    daily range while there are few states, and to ``COARSE_MEMORY`` once there are more than ``MOST_STATES``.
    """
    state, way = people.state.copy(), people.way.copy()
    if not move.start_on_foot:
        state[:, FIRST] = 0
    way[:, RECENT] = 0.0
    if move.avoid_short_stints:
        way[:, RECENT] = _rounded((people.recent + people.moved / move.max_move_speed) / 2, FINE_MEMORY)
    way[:, MOVED] = 0.0
    merged = People(state, way, people.count).merged()
    if len(merged) <= MOST_STATES or not move.avoid_short_stints:
        return merged
    coarse = merged.way.copy()
    coarse[:, RECENT] = _rounded(merged.recent, COARSE_MEMORY)
    return People(merged.state, coarse, merged.count).merged()


def _rounded(values: Floats, grid: float) -> Floats:
    return np.asarray(np.rint(values / grid) * grid, np.float64)


def counted_at(people: People, locations: int) -> tuple[Ints, Ints]:
    """Give the rows of people at places, and the place where each counts: in harvest months their home."""
    here = np.flatnonzero(people.place < locations)
    home = people.home[here]
    return here, np.where(home < 0, -home - 1, people.place[here])
