"""People who are all alike walk on within a day: place and km made are the whole state.

Where there is one group, no home, no route to remember and one speed for all, a decision needs three arrays instead of
all that a state may hold. It draws the same numbers in the same order as the general way of
:mod:`havre.displacement.engine`, so that both give the same bits; it only takes half as long.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from havre.displacement.candidates import Candidates
from havre.displacement.chance import Chance
from havre.displacement.choosing import Choices
from havre.displacement.crowding import Attraction
from havre.displacement.network import Flags, Floats, Ints, Network
from havre.displacement.people import KM, People, add_by
from havre.displacement.rules import Rules
from havre.displacement.settings import MoveRules
from havre.displacement.travel import Arrived

_NO_KEYS = np.zeros(0, np.uint64)


@dataclass(frozen=True, eq=False)
class Alike:
    """People at places: where, km made today, and how many, (S,), (S,) and (S, R)."""

    place: Ints
    moved: Floats
    count: Ints

    def __len__(self) -> int:
        return int(self.place.size)

    @property
    def group(self) -> Ints:
        """All are of the only group."""
        return np.zeros(self.place.size, np.int64)

    @property
    def home(self) -> Ints:
        """Nobody's home matters."""
        return np.zeros(self.place.size, np.int64)


class Ended:
    """Where people are whose day is over: at places, and on links with the km walked there."""

    def __init__(self, locations: int, replicas: int) -> None:
        self._at = np.zeros((locations, replicas), np.int64)
        self._links: list[tuple[Ints, Ints]] = []

    def stay(self, place: Ints, count: Ints) -> None:
        """End the day of people at places."""
        add_by(self._at, place, count)

    def rest(self, link: Ints, count: Ints) -> None:
        """End the day of people on links."""
        if link.size:
            self._links.append((link, count))

    def people(self, km: float) -> list[People]:
        """Give them as rows; on a link all have walked ``km``."""
        locations = self._at.shape[0]
        places = np.flatnonzero(self._at.any(axis=1))
        found = [People.at(places, self._at[places], first=False)]
        for link, count in self._links:
            row = People.at(locations + link, count, first=False)
            row.way[:, KM] = km
            found.append(row)
        return found


class Onward:
    """Walks people on until their day is over, where they are all alike."""

    def __init__(self, network: Network, move: MoveRules, rules: Rules, choices: Choices, chance: Chance) -> None:
        self._network, self._choices, self._chance = network, choices, chance
        self._range = float(move.max_move_speed)
        self._strict = rules.strict_arrival

    @staticmethod
    def suits(
        network: Network, move: MoveRules, rules: Rules, choices: Choices, chance: Chance, *, homes: bool
    ) -> bool:
        """Tell whether the settings make all people alike; what can change from day to day is for :meth:`today`."""
        one_speed = bool((network.speed == move.max_move_speed).all()) and not (network.walk_probability > 0).any()
        plain = not (move.avoid_short_stints or move.start_on_foot or move.fixed_routes or homes)
        return plain and one_speed and rules.full_day_on_each_link and choices.alike and not chance.keyed

    @staticmethod
    def today(candidates: Candidates, table: Floats) -> bool:
        """Tell whether nothing on this day tells people apart: no route of several links, nobody redirected."""
        return candidates.flagged is None and table.ndim == 2 and not candidates.rest.any()

    def walk_on(
        self,
        arrived: Arrived,
        present: Ints,
        table: Floats,
        candidates: Candidates,
        *,
        look: Callable[[int], Attraction],
        flows: Floats | None,
        worth_merging: int,
        most: int,
    ) -> list[People] | None:
        """Let people who arrived decide again and walk on, until everybody's day is over.

        Parameters
        ----------
        present : people at each place, (L, R); changed as they come and go
        table : chance to leave each place, (L, P)
        look : gives what people know in a round, which it is told
        flows : people on each link, added to; ``None`` where nobody asks
        worth_merging : rows times replicas from which equal states are added up
        most : rounds after which this is given up

        Returns
        -------
        Everybody, at the end of the day; ``None`` where it does not end.
        """
        ended = Ended(*present.shape)
        people, again = Alike(arrived.people.place, arrived.people.moved, arrived.people.count), arrived.again
        for road in range(most):
            add_by(present, people.place, people.count)
            if not again.all():
                over = np.flatnonzero(~again)
                ended.stay(people.place[over], people.count.take(over, 0))
                people = _rows(people, np.flatnonzero(again))
            if len(people) == 0:
                return ended.people(self._range)
            row, link, count = self._decide(people, present, table, look(road), ended)
            if row.size == 0:
                return ended.people(self._range)
            if flows is not None:
                np.add.at(flows, link, count.sum(axis=1))
            moved = people.moved[row]
            if row.size * present.shape[1] >= worth_merging:
                link, moved, count = _merged(link, moved, np.zeros(0, np.bool_), count)[:3]
            people, again = self._walk(link, moved, count, candidates, ended)
            if len(people) * present.shape[1] >= worth_merging:
                place, km, number, again = _merged(people.place, people.moved, again, people.count)
                people = Alike(place, km, number)
        return None

    def _decide(
        self, people: Alike, present: Ints, table: Floats, known: Attraction, ended: Ended
    ) -> tuple[Ints, Ints, Ints]:
        """Draw who leaves by which link: row, link, people; the others stay."""
        leavers = self._chance.binomial(people.count, table[people.place], _NO_KEYS, "leave")
        stayed = people.count - leavers
        chosen = self._choices.draw(people, leavers, stayed, known, _occupied(leavers), _NO_KEYS)
        add_by(present, people.place, stayed - people.count)
        ended.stay(people.place, stayed)
        rows, links, counts = [], [], []
        for each in chosen:
            some = _occupied(each.count)
            rows.append(each.row[some])
            links.append(each.link[some])
            counts.append(each.count.take(some, 0))
        if len(rows) == 1:
            return rows[0], links[0], counts[0]
        if not rows:
            none = np.zeros(0, np.int64)
            return none, none, np.zeros((0, present.shape[1]), np.int64)
        return np.concatenate(rows), np.concatenate(links), np.concatenate(counts)

    def _walk(
        self, link: Ints, moved: Floats, count: Ints, candidates: Candidates, ended: Ended
    ) -> tuple[Alike, Flags]:
        """Walk one link: who arrives where, and whether their day goes on."""
        distance = self._network.distance[link]
        arrives = self._range > distance if self._strict else self._range >= distance
        if not arrives.all():
            resting, come = np.flatnonzero(~arrives), np.flatnonzero(arrives)
            ended.rest(link[resting], count.take(resting, 0))
            link, moved, distance, count = link[come], moved[come], distance[come], count.take(come, 0)
        place = self._network.destination[link]
        moved = moved + distance
        again = moved < self._range
        # On their last link of the day, people are alike however far they came.
        last = again & (moved + candidates.nearest[place] >= self._range)
        return Alike(place, np.where(last, self._range, moved), count), again


def _rows(people: Alike, rows: Ints) -> Alike:
    return Alike(people.place[rows], people.moved[rows], people.count.take(rows, 0))


def _occupied(count: Ints) -> Ints:
    """Give the rows in which somebody is in some replica."""
    return np.flatnonzero(count[:, 0]) if count.shape[1] == 1 else np.flatnonzero(count.any(axis=1))


def _merged(place: Ints, moved: Floats, again: Flags, count: Ints) -> tuple[Ints, Floats, Ints, Flags]:
    """Add up rows of the same state, in the order of place, whether the day goes on, and km made."""
    first = place if again.size == 0 else place * 2 + again
    order = np.lexsort((moved, first))
    first, moved = first[order], moved[order]
    new = np.concatenate(([True], (first[1:] != first[:-1]) | (moved[1:] != moved[:-1])))
    starts = np.flatnonzero(new)
    summed = np.add.reduceat(count.take(order, 0), starts, axis=0) if starts.size < order.size else count.take(order, 0)
    first, moved = first[starts], moved[starts]
    if again.size == 0:
        return first, moved, summed, again
    return first >> 1, moved, summed, (first & 1).astype(np.bool_)
