"""Two runs hand in hand: the one leads, the other follows and does the same wherever it can.

The leading run draws as always and keeps what it drew. The following run, asked for a draw of the same state at the
same moment, lets the people whom both runs have there do as they did, as far as its own chances allow (maximal
coupling), and draws the others anew. Each draw of the following run has exactly the distribution that it would have on
its own, whatever else the leading run drew: only what the two have in common is chosen. So each run obeys its law, and
their difference comes from the people whose fate a scenario touches.

How, for ``n`` people of whom each takes choice ``k`` with chance ``s[k]``, of whom ``X[k]`` did so in the leading run,
and ``n'`` people with chances ``s'`` in the following run:

1. Where ``n' < n``, people taken at random are left out of ``X`` (multivariate hypergeometric draw).
2. Of the rest, people keep their choice with chance ``min(1, s'[k] / s[k])``.
3. The others choose anew among the choices that have become more likely, in proportion to ``s' - s``.
4. Where ``n' > n``, the additional people choose by ``s'``.

References
----------
Lindvall, T. (1992). Lectures on the Coupling Method. Wiley, chapter I.5 (maximal coupling).
Glasserman, P. & Yao, D. D. (1992). Some guidelines and guarantees for common random numbers. Management Science 38(6).
https://doi.org/10.1287/mnsc.38.6.884
"""

from dataclasses import dataclass, field

import numpy as np

from havre.displacement.chance import Keys
from havre.displacement.network import Flags, Floats, Ints

Moment = tuple[tuple[int, ...], str]
CHOICE = "choice"
MOST_REMOVED_FROM = 1_000_000_000
"""NumPy draws hypergeometric numbers below so many people; with more, what the runs have in common is given up."""
_SAME_CHOICE = 1024
"""Choices of a row that have the same label are told apart by their order, up to so many."""


@dataclass(eq=False)
class Draws:
    """Draws of some rows; each is followed once at most.

    Attributes
    ----------
    keys : which states they are, S
    count : people, (S, R)
    share : chances of the choices, (S, R, K), or the chance or mean of a single number, (S, R)
    drawn : as share
    labels : which choices they are, (S, K), negative for none; no columns where there is a single number
    """

    keys: Keys
    count: Ints
    share: Floats
    drawn: Ints
    labels: Ints
    free: Flags = field(init=False)

    def __post_init__(self) -> None:
        self.free = np.ones(self.keys.size, np.bool_)

    def meet(self, keys: Keys, alone: Flags) -> tuple[Ints, Ints]:
        """Find rows of the following run among these, and take them off both lists.

        Parameters
        ----------
        keys : states of the following run, N
        alone : those that have met nobody yet, N; changed

        Returns
        -------
        Rows of the following run and those of this one that they meet.
        """
        mine, theirs = np.flatnonzero(self.free), np.flatnonzero(alone)
        _, at, own = np.intersect1d(self.keys[mine], keys[theirs], return_indices=True)
        rows, their_rows = mine[at], theirs[own]
        self.free[rows] = alone[their_rows] = False
        return their_rows, rows

    def aligned(self, rows: Ints, labels: Ints) -> tuple[Floats, Ints]:
        """Give shares and numbers of some rows in the order of other labels; choices not among these are left out."""
        share, drawn, own = self.share[rows], self.drawn[rows], self.labels[rows]
        if own.shape == labels.shape and np.array_equal(own, labels):
            return share, drawn
        same = (own[:, :, None] == labels[:, None, :]) & (labels >= 0)[:, None, :]
        source = np.where(same.any(axis=1), same.argmax(axis=1), own.shape[1])[:, None, :]
        nothing = np.zeros((*share.shape[:2], 1))
        wide_share = np.concatenate([share, nothing], axis=2)
        wide_drawn = np.concatenate([drawn, nothing.astype(np.int64)], axis=2)
        return np.take_along_axis(wide_share, source, axis=2), np.take_along_axis(wide_drawn, source, axis=2)


class LeadingChance:
    """Draws from one generator and keeps what was drawn until it is told to forget."""

    keyed = True

    def __init__(self, generator: np.random.Generator) -> None:
        self._generator = generator
        self._when: tuple[int, ...] = ()
        self._draws: dict[Moment, list[Draws]] = {}

    def moment(self, *when: int) -> None:
        """Say when what follows happens."""
        self._when = when

    def at(self, when: tuple[int, ...], purpose: str) -> list[Draws]:
        """Give what was drawn at a moment for a purpose."""
        return self._draws.get((when, purpose), [])

    def forget(self) -> None:
        """Forget all draws: the following run is past them."""
        self._draws = {}

    def binomial(self, count: Ints, chance: Floats, keys: Keys, purpose: str) -> Ints:
        """Draw how many of ``count`` do something."""
        chance = np.broadcast_to(chance, count.shape)
        return self._kept(purpose, keys, count, chance, self._generator.binomial(count, chance), _no_labels(keys))

    def multinomial(self, count: Ints, shares: Floats, keys: Keys, labels: Ints) -> Ints:
        """Spread counts over choices."""
        return self._kept(CHOICE, keys, count, shares, self._generator.multinomial(count, shares), _distinct(labels))

    def poisson(self, mean: Floats, keys: Keys, purpose: str) -> Ints:
        """Draw counts of the given means."""
        drawn = self._generator.poisson(mean)
        return self._kept(purpose, keys, drawn, mean, drawn, _no_labels(keys))

    def uniform(self, shape: tuple[int, int], keys: Keys, purpose: str) -> Floats:
        """Draw numbers between 0 and 1; nobody follows them."""
        return self._generator.random(shape)

    def _kept(self, purpose: str, keys: Keys, count: Ints, share: Floats, drawn: Ints, labels: Ints) -> Ints:
        # Copied, since the engine goes on to change what it counted and what it was given.
        draws = Draws(keys, count.copy(), share, drawn.copy(), labels)
        self._draws.setdefault((self._when, purpose), []).append(draws)
        return drawn


class FollowingChance:
    """Draws what a leading run drew, as far as its own chances allow."""

    keyed = True

    def __init__(self, leading: LeadingChance, generator: np.random.Generator) -> None:
        self._leading, self._generator = leading, generator
        self._when: tuple[int, ...] = ()

    def moment(self, *when: int) -> None:
        """Say when what follows happens."""
        self._when = when

    def binomial(self, count: Ints, chance: Floats, keys: Keys, purpose: str) -> Ints:
        """Draw how many of ``count`` do something."""
        chance = np.broadcast_to(chance, count.shape)
        drawn = np.zeros(count.shape, np.int64)
        alone = np.ones(keys.size, np.bool_)
        for led in self._leading.at(self._when, purpose):
            own, rows = led.meet(keys, alone)
            drawn[own] = self._number(count[own], chance[own], led.count[rows], led.share[rows], led.drawn[rows])
        drawn[alone] = self._generator.binomial(count[alone], chance[alone])
        return drawn

    def _number(self, count: Ints, chance: Floats, before: Ints, chance_before: Floats, did: Ints) -> Ints:
        """Draw binomial numbers after those of the leading run."""
        apart = (count != before) | (chance != chance_before)
        if apart.any():
            did[apart] = self._number_apart(
                count[apart], chance[apart], before[apart], chance_before[apart], did[apart]
            )
        return did

    def _number_apart(self, n: Ints, p: Floats, before: Ints, chance_before: Floats, did: Ints) -> Ints:
        common = _common(n, before)
        did = self._left_in(did[:, None], before, common)[:, 0]
        rises = p > chance_before
        join = np.where(rises, (p - chance_before) / np.where(rises, 1 - chance_before, 1.0), 0.0)
        keep = np.where(rises | (chance_before <= 0), 1.0, p / np.where(chance_before > 0, chance_before, 1.0))
        draw = self._generator.binomial
        return draw(did, keep) + draw(common - did, join) + draw(n - common, p)

    def multinomial(self, count: Ints, shares: Floats, keys: Keys, labels: Ints) -> Ints:
        """Spread counts over choices."""
        labels = _distinct(labels)
        drawn = np.zeros(shares.shape, np.int64)
        alone = np.ones(keys.size, np.bool_)
        for led in self._leading.at(self._when, CHOICE):
            own, rows = led.meet(keys, alone)
            if own.size:
                drawn[own] = self._spread(count[own], shares[own], led.count[rows], *led.aligned(rows, labels[own]))
        drawn[alone] = self._generator.multinomial(count[alone], shares[alone])
        return drawn

    def _spread(self, count: Ints, share: Floats, before: Ints, share_before: Floats, did: Ints) -> Ints:
        """Draw multinomial numbers after those of the leading run."""
        apart = (count != before) | (share != share_before).any(axis=2) | (did.sum(axis=2) != before)
        if apart.any():
            did[apart] = self._spread_apart(count[apart], share[apart], before[apart], share_before[apart], did[apart])
        return did

    def _spread_apart(self, n: Ints, share: Floats, before: Ints, share_before: Floats, did: Ints) -> Ints:
        common = _common(n, before)
        did = self._left_in(did, before, common)
        known = share_before > 0
        keep = np.where(known, np.minimum(1.0, share / np.where(known, share_before, 1.0)), 1.0)
        kept = self._generator.binomial(did, keep)
        excess = np.maximum(share - share_before, 0.0)
        total = excess.sum(axis=1, keepdims=True)
        # Where rounding leaves nothing to go by, one person in 10^16 perhaps, the plain shares hold.
        excess = np.where(total > 0, excess / np.where(total > 0, total, 1.0), share)
        moved = self._generator.multinomial(common - kept.sum(axis=1), excess)
        return kept + moved + self._generator.multinomial(n - common, share)

    def _left_in(self, did: Ints, before: Ints, common: Ints) -> Ints:
        """Draw how many of those who did each thing (N, K) are among the common people (N)."""
        fewer = np.flatnonzero((common < before) & (common > 0))
        kept = np.where(common[:, None] > 0, did, 0)
        people, needed = before[fewer], common[fewer]
        for choice in range(did.shape[1]):
            here = did[fewer, choice]
            taken = self._generator.hypergeometric(here, people - here, needed)
            kept[fewer, choice] = taken
            people, needed = people - here, needed - taken
        return kept

    def poisson(self, mean: Floats, keys: Keys, purpose: str) -> Ints:
        """Draw counts of the given means."""
        drawn = np.zeros(mean.shape, np.int64)
        alone = np.ones(keys.size, np.bool_)
        for led in self._leading.at(self._when, purpose):
            own, rows = led.meet(keys, alone)
            now, before = mean[own], led.share[rows]
            keep = np.where(before > now, now / np.where(before > 0, before, 1.0), 1.0)
            more = self._generator.poisson(np.maximum(now - before, 0.0))
            drawn[own] = self._generator.binomial(led.drawn[rows], keep) + more
        drawn[alone] = self._generator.poisson(mean[alone])
        return drawn

    def uniform(self, shape: tuple[int, int], keys: Keys, purpose: str) -> Floats:
        """Draw numbers between 0 and 1, on its own."""
        return self._generator.random(shape)


def _common(n: Ints, before: Ints) -> Ints:
    """Say how many people both runs have."""
    return np.where(before < MOST_REMOVED_FROM, np.minimum(n, before), 0)


def _no_labels(keys: Keys) -> Ints:
    return np.zeros((keys.size, 0), np.int64)


def _distinct(labels: Ints) -> Ints:
    """Number choices of a row that have the same label (a road that is there twice) in their order."""
    ordered = np.sort(labels, axis=1)
    twice = ((ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] >= 0)).any(axis=1)
    order = np.zeros(labels.shape, np.int64)
    for row in np.flatnonzero(twice):
        same = labels[row][:, None] == labels[row][None, :]
        order[row] = np.tril(same, -1).sum(axis=1)
    return np.where(labels >= 0, labels * _SAME_CHOICE + order, -1)
