"""Chance: exact binomial, multinomial and Poisson draws of counts.

:class:`StreamChance` draws one after the other from one generator. Two runs that go hand in hand have chances of their
own, :mod:`havre.displacement.coupling`; these ask each state for a key by which it is known in both.

References
----------
Steele, G. L., Lea, D. & Flood, C. H. (2014). Fast splittable pseudorandom number generators (the mixing function).
https://doi.org/10.1145/2660193.2660195
"""

from typing import Protocol

import numpy as np
import numpy.typing as npt

from havre.displacement.network import Floats, Ints

Keys = npt.NDArray[np.uint64]


class Chance(Protocol):
    """Draws counts.

    Where ``keyed``, keys tell states apart (one for each row) and the purpose tells draws of one moment apart; else
    both go unused, and keys may be empty.
    """

    keyed: bool

    def moment(self, *when: int) -> None:
        """Say when what follows happens: day, pass, part, round."""

    def binomial(self, count: Ints, chance: Floats, keys: Keys, purpose: str) -> Ints:
        """Draw how many of ``count`` do something: both (S, R) or broadcast to it."""

    def multinomial(self, count: Ints, shares: Floats, keys: Keys, labels: Ints) -> Ints:
        """Spread counts (S, R) over choices by shares (S, R, K), which add up to 1; labels (S, K) name the choices."""

    def poisson(self, mean: Floats, keys: Keys, purpose: str) -> Ints:
        """Draw counts of the given means (S, R)."""

    def uniform(self, shape: tuple[int, int], keys: Keys, purpose: str) -> Floats:
        """Draw numbers between 0 and 1 of shape (S, R)."""


class StreamChance:
    """Draws from one generator, one after the other."""

    keyed = False

    def __init__(self, generator: np.random.Generator) -> None:
        self._generator = generator

    def moment(self, *when: int) -> None:
        """Say when what follows happens; a stream needs no moment."""

    def binomial(self, count: Ints, chance: Floats, keys: Keys, purpose: str) -> Ints:
        """Draw how many of ``count`` do something."""
        return self._generator.binomial(count, chance)

    def multinomial(self, count: Ints, shares: Floats, keys: Keys, labels: Ints) -> Ints:
        """Spread counts over choices."""
        return self._generator.multinomial(count, shares)

    def poisson(self, mean: Floats, keys: Keys, purpose: str) -> Ints:
        """Draw counts of the given means."""
        return self._generator.poisson(mean)

    def uniform(self, shape: tuple[int, int], keys: Keys, purpose: str) -> Floats:
        """Draw numbers between 0 and 1."""
        return self._generator.random(shape)


def key_of(*columns: npt.NDArray[np.generic]) -> Keys:
    """Make one key for each row of whole or real numbers: equal rows have equal keys.

    Columns of zeros only, which most are, cost nothing and change no key.
    """
    key = np.zeros(columns[0].size, np.uint64)
    for number, column in enumerate(columns, start=1):
        if column.any():
            bits = column.view(np.uint64) if column.dtype == np.float64 else column.astype(np.uint64)
            key ^= np.where(column == 0, np.uint64(0), _mixed(bits ^ _mixed(np.array([number], np.uint64))))
    return _mixed(key)


def _mixed(words: Keys) -> Keys:
    """Scatter 64-bit words (the finaliser of SplitMix64)."""
    with np.errstate(over="ignore"):
        words = words + np.uint64(0x9E3779B97F4A7C15)
        words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return words ^ (words >> np.uint64(31))
