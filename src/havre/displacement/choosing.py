"""Which route people take who leave: shares of all routes from a place, and draws from them."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from havre.displacement.chance import Chance, Keys
from havre.displacement.crowding import Attraction
from havre.displacement.decision import Weights
from havre.displacement.network import Flags, Floats, Ints
from havre.displacement.people import sum_by

KEPT_SHARES = 65_536
"""Shares of all places of a network are kept while nothing changes, if they are no more than this."""


@dataclass(frozen=True, eq=False)
class Shares:
    """Shares of the routes of some rows.

    Attributes
    ----------
    share : adds up to 1, (S, R, K)
    stuck : rows whose people have nowhere to go, (S, R), or ``None`` where there are none
    """

    share: Floats
    stuck: Flags | None

    def rows(self, chosen: Ints) -> "Shares":
        """Give some rows."""
        stuck = None if self.stuck is None else self.stuck[chosen]
        return Shares(self.share[chosen], stuck if stuck is not None and stuck.any() else None)


@dataclass(frozen=True, eq=False)
class Chosen:
    """People who set out: their row, the link they take, the route that remains, and how many they are (N, R)."""

    row: Ints
    link: Ints
    rest: Ints
    count: Ints


class AtPlaces(Protocol):
    """Rows of people at places, of whom place, group and home are asked."""

    @property
    def place(self) -> Ints:
        """Where each row is."""

    @property
    def group(self) -> Ints:
        """The group of each row."""

    @property
    def home(self) -> Ints:
        """One more than the place where each row began; 0 where no rule asks."""

    def __len__(self) -> int: ...


class Choices:
    """Draws routes for people who leave."""

    def __init__(self, weights: Weights, groups: int, replicas: int, chance: Chance, *, full_is_uniform: bool) -> None:
        self._weights, self._replicas, self._chance = weights, replicas, chance
        self._full_is_uniform = full_is_uniform
        self.alike = weights.plain and groups == 1
        """Whether the shares of routes depend on nothing but the place."""
        self._kept: dict[int, Shares] = {}
        self._kept_for: tuple[object, ...] = ()

    def draw(
        self, people: AtPlaces, leavers: Ints, stayed: Ints, known: Attraction, rows: Ints, keys: Keys
    ) -> list[Chosen]:
        """Draw routes for those who leave; who has nowhere to go or gives up before a full camp is added to ``stayed``.

        Parameters
        ----------
        leavers, stayed : people by row of ``people``, (S, R); ``stayed`` is changed
        rows : the rows that choose
        keys : keys of all rows, where the draws need them
        """
        candidates = self._weights.candidates
        block_of = candidates.block_of[people.place[rows]]
        chosen: list[Chosen] = []
        for number, block in enumerate(candidates.blocks):
            own = rows if len(candidates.blocks) == 1 else rows[block_of == number]
            if own.size == 0:
                continue
            if block.width == 0:
                stayed[own] += leavers[own]
                continue
            row_of = candidates.row_of[people.place[own]]
            table = block.table[row_of]
            shares = self._shares(number, row_of, people, own, known)
            count = leavers[own]
            if shares.stuck is not None:
                stayed[own] += np.where(shares.stuck, count, 0)
                count = np.where(shares.stuck, 0, count)
            drawn = self._spread(count, shares.share, table, keys, own)
            some = np.flatnonzero(drawn.any(axis=1))
            route, row, goes = table.ravel()[some], own[some // block.width], drawn[some]
            if known.give_up is not None:
                full = known.give_up[candidates.end[route]]
                if full.any():
                    stayed += sum_by(row, np.where(full, goes, 0), len(people))
                    goes = np.where(full, 0, goes)
            chosen.append(Chosen(row, candidates.link[route], candidates.rest[route], goes))
        return chosen

    def _spread(self, count: Ints, share: Floats, table: Ints, keys: Keys, own: Ints) -> Ints:
        """Draw how many take each route, (S × K, R)."""
        labels = table
        if self._chance.keyed:
            candidates = self._weights.candidates
            labels = np.where(table >= 0, candidates.link[table] + (candidates.rest[table] << 20), -1)
            keys = keys[own]
        drawn = self._chance.multinomial(count, share, keys, labels)
        return drawn.transpose(0, 2, 1).reshape(-1, self._replicas)

    def _shares(self, number: int, row_of: Ints, people: AtPlaces, own: Ints, known: Attraction) -> Shares:
        block = self._weights.candidates.blocks[number]
        if not self.alike or block.table.size * self._replicas > KEPT_SHARES:
            weight, table = self._weights.of_rows(block, row_of, people.group[own], people.home[own], known)
            return self._normed(weight, table)
        moment = (known, self._weights.base)
        if len(self._kept_for) != len(moment) or any(
            one is not other for one, other in zip(moment, self._kept_for, strict=True)
        ):
            self._kept_for, self._kept = moment, {}
        if number not in self._kept:
            every = np.arange(block.table.shape[0])
            none = np.zeros(every.size, np.int64)
            self._kept[number] = self._normed(*self._weights.of_rows(block, every, none, none, known))
        return self._kept[number].rows(row_of)

    def _normed(self, weight: Floats, table: Ints) -> Shares:
        """Make weights (S, R, K) shares; where all are 0, any route is as likely, or nobody leaves."""
        total = weight.sum(axis=2, keepdims=True)
        none = total[:, :, 0] <= 0
        if not none.any():
            return Shares(weight / total, None)
        weight[none] = np.broadcast_to((table >= 0)[:, None, :], weight.shape)[none]
        total = weight.sum(axis=2, keepdims=True)
        stuck = total[:, :, 0] <= 0 if self._full_is_uniform else none
        return Shares(weight / np.where(total > 0, total, 1.0), stuck)
