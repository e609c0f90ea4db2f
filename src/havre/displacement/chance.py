"""Chance: exact binomial, multinomial and Poisson draws of counts, in two ways.

:class:`StreamChance` draws one after the other from one generator: fastest, for ensembles. :class:`PairedChance` gives
every draw a uniform number that depends only on the seed, the moment, the state, the choice and the replica, and
inverts the distribution: two runs then share their randomness wherever they agree (common random numbers), so that a
difference between scenarios is not noise. Both draw from the same distributions.

References
----------
Glasserman, P. & Yao, D. D. (1992). Some guidelines and guarantees for common random numbers. Management Science 38(6).
https://doi.org/10.1287/mnsc.38.6.884
Steele, G. L., Lea, D. & Flood, C. H. (2014). Fast splittable pseudorandom number generators (the mixing function).
https://doi.org/10.1145/2660193.2660195
"""

import zlib
from typing import Protocol

import numpy as np
import numpy.typing as npt

from havre.displacement.network import Floats, Ints

Keys = npt.NDArray[np.uint64]


class Chance(Protocol):
    """Draws counts; ``keys`` tell states apart (one for each row), ``purpose`` tells draws of one moment apart."""

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


class PairedChance:
    """Draws by inversion of uniform numbers that depend on what is drawn, not on what was drawn before."""

    keyed = True

    def __init__(self, seed: int, first_replica: int, replicas: int) -> None:
        self._replicas = _mixed(np.arange(first_replica, first_replica + replicas, dtype=np.uint64) + np.uint64(1))
        self._seed = _mixed(np.array([seed], np.uint64))[0]
        self._moment = self._seed

    def moment(self, *when: int) -> None:
        """Say when what follows happens."""
        key = self._seed
        for part in when:
            key = _mixed(np.array([key ^ np.uint64(part + 1)], np.uint64))[0]
        self._moment = key

    def binomial(self, count: Ints, chance: Floats, keys: Keys, purpose: str) -> Ints:
        """Draw how many of ``count`` do something."""
        count, chance = np.broadcast_arrays(count, chance)
        return _binomial_quantile(self._uniform(keys, purpose, count.shape[1]), count, chance)

    def multinomial(self, count: Ints, shares: Floats, keys: Keys, labels: Ints) -> Ints:
        """Spread counts over choices: one binomial for each choice among those left."""
        drawn = np.zeros(shares.shape, np.int64)
        left, share_left = count.copy(), np.ones(count.shape)
        last = shares.shape[2] - 1
        for choice in range(last):
            share = shares[:, :, choice]
            chance = np.clip(np.divide(share, share_left, out=np.zeros(share.shape), where=share_left > 0), 0.0, 1.0)
            choice_keys = _mixed(keys ^ _mixed(labels[:, choice].astype(np.uint64) + np.uint64(7)))
            taken = _binomial_quantile(self._uniform(choice_keys, "choice", count.shape[1]), left, chance)
            drawn[:, :, choice] = taken
            left -= taken
            share_left = np.maximum(share_left - share, 0.0)
        drawn[:, :, last] = left
        return drawn

    def poisson(self, mean: Floats, keys: Keys, purpose: str) -> Ints:
        """Draw counts of the given means."""
        from scipy.stats import poisson

        return np.asarray(poisson.ppf(self._uniform(keys, purpose, mean.shape[1]), mean)).astype(np.int64)

    def uniform(self, shape: tuple[int, int], keys: Keys, purpose: str) -> Floats:
        """Draw numbers between 0 and 1."""
        return self._uniform(keys, purpose, shape[1])

    def _uniform(self, keys: Keys, purpose: str, replicas: int) -> Floats:
        base = _mixed(keys ^ self._moment ^ np.uint64(zlib.crc32(purpose.encode())))
        bits = _mixed(base[:, None] ^ self._replicas[None, :replicas])
        # The middle of one of 2^53 equal parts, so that neither 0 nor 1 is drawn.
        return ((bits >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


def _binomial_quantile(uniform: Floats, count: Ints, chance: Floats) -> Ints:
    from scipy.stats import binom

    drawn = np.where(chance >= 1, count, 0)
    open_ = (count > 0) & (chance > 0) & (chance < 1)
    if open_.any():
        drawn[open_] = np.asarray(binom.ppf(uniform[open_], count[open_], chance[open_])).astype(np.int64)
    return drawn


def _mixed(words: Keys) -> Keys:
    """Scatter 64-bit words (the finaliser of SplitMix64)."""
    with np.errstate(over="ignore"):
        words = words + np.uint64(0x9E3779B97F4A7C15)
        words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return words ^ (words >> np.uint64(31))


def key_of(*columns: npt.NDArray[np.generic]) -> Keys:
    """Make one key for each row of whole or real numbers: equal rows have equal keys."""
    key = np.zeros(columns[0].size, np.uint64)
    for column in columns:
        bits = column.view(np.uint64) if column.dtype == np.float64 else column.astype(np.int64).view(np.uint64)
        key = _mixed(key ^ bits)
    return key
