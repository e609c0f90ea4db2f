"""An experiment: made-up templates, every one compared with every probe, to hold the theory of scale against a count.

Nobody's data are in it. A template is a vector x = likeness · c + z, where z is standard normal in ``dimension``
dimensions and c is the unit vector of one of ``kinds`` of look-alikes, drawn with Zipf's frequencies. The score of a
probe with direction u is u · x. Against everybody else's templates it is a mixture of normal distributions, so that the
false-match rate of each probe is known exactly: the sum over kinds k of share_k · Φ(likeness · u · c_k − threshold).
With likeness 0, all people are alike and the rate is Φ(−threshold).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray
from scipy import fft, special

from havre.errors import AuditError, Problem, check_none
from havre.scale import generator

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
BLOCK = 4096
"""Templates compared at once: their scores stay in the cache of a processor."""


@dataclass(frozen=True)
class World:
    """How the made-up people look.

    Raises
    ------
    AuditError : no dimension, no kinds, or a likeness below 0
    """

    likeness: float = 3.0
    kinds: int = 50
    dimension: int = 64
    seed: int = 20_261_124

    def __post_init__(self) -> None:
        problems = [
            Problem.of("audit.world", name=name, value=f"{value:g}")
            for name, value, least in (("likeness", self.likeness, 0), ("kinds", self.kinds, 1),
                                       ("dimension", self.dimension, 2))
            if not (np.isfinite(value) and value >= least)
        ]  # fmt: skip
        check_none(problems, AuditError)

    @property
    def shares(self) -> Floats:
        """How frequent each kind is."""
        weights = 1 / np.arange(1, self.kinds + 1)
        return np.asarray(weights / weights.sum())

    @property
    def centres(self) -> Singles:
        """The direction of each kind: kinds × dimension."""
        drawn = generator(self.seed, "centres").standard_normal((self.kinds, self.dimension), dtype=np.float32)
        return _directions(drawn)

    def probes(self, number: int) -> Singles:
        """Draw the directions of people who are not enrolled: number × dimension."""
        drawn = self._draw(generator(self.seed, "probes"), number)
        return _directions(drawn)

    def templates(self, number: int) -> Iterator[Singles]:
        """Draw the enrolled templates, block after block; each block is the same whatever the number."""
        for place in range(0, number, BLOCK):
            block = self._draw(generator(self.seed, "gallery", str(place)), BLOCK)
            yield block[: number - place]

    def _draw(self, random: np.random.Generator, number: int) -> Singles:
        noise = random.standard_normal((number, self.dimension), dtype=np.float32)
        if self.likeness == 0:
            return noise
        kinds = np.searchsorted(np.cumsum(self.shares), random.random(number)).clip(max=self.kinds - 1)
        return np.asarray(noise + np.float32(self.likeness) * self.centres[kinds])


def _directions(drawn: Singles) -> Singles:
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True))


@dataclass(frozen=True)
class Hits:
    """Every comparison above a threshold: which probe, which template, and the score."""

    above: float
    probes: int
    gallery: int
    probe: NDArray[np.int64]
    template: NDArray[np.int64]
    score: Floats

    def within(self, gallery: int) -> "Hits":
        """Keep the hits among the first templates: what a search of a smaller gallery would have found."""
        kept = self.template < gallery
        return Hits(self.above, self.probes, gallery, self.probe[kept], self.template[kept], self.score[kept])

    def searches_with_a_hit(self, threshold: float) -> int:
        """Count the probes with at least one hit at or above a threshold, which lies at or above ``above``."""
        return len(np.unique(self.probe[self.score >= threshold]))

    def hits_per_probe(self, threshold: float) -> NDArray[np.int64]:
        """Count the hits of each probe."""
        return np.bincount(self.probe[self.score >= threshold], minlength=self.probes)


def own_rates(world: World, probes: Singles, threshold: float) -> Floats:
    """Give the exact false-match rate of each probe at a threshold."""
    pull = world.likeness * (probes.astype(np.float64) @ world.centres.astype(np.float64).T)
    return np.asarray(special.ndtr(pull - threshold) @ world.shares)


def threshold_for(world: World, probes: Singles, fmr: float) -> float:
    """Give the threshold at which the mean false-match rate of the probes is ``fmr``."""
    if not 0 < fmr < 0.5:
        raise AuditError("audit.share", share=f"{fmr:g}")
    return float(
        scipy.optimize.brentq(lambda t: np.log(own_rates(world, probes, t).mean()) - np.log(fmr), 0.0, 30.0, xtol=1e-12)
    )


def search_all(
    world: World, probes: Singles, gallery: int, above: float, tell: Callable[[int], None] | None = None
) -> Hits:
    """Compare every probe with every template and keep what scores above a threshold.

    Memory does not grow with the gallery, but for the hits.

    Parameters
    ----------
    tell : called with the number of templates done

    Raises
    ------
    AuditError : no probes, or a gallery below 1
    """
    if gallery < 1 or len(probes) < 1:
        raise AuditError("audit.gallery", value=gallery)
    found: list[tuple[NDArray[np.int64], NDArray[np.int64], Floats]] = []
    scores = np.empty((len(probes), BLOCK), dtype=np.float32)
    done = 0
    for block in world.templates(gallery):
        size = len(block)
        made = scores[:, :size] if size == BLOCK else np.empty((len(probes), size), dtype=np.float32)
        np.matmul(probes, block.T, out=made)
        # Few probes have a hit in a block: the highest score of each is found ten times quicker than all hits.
        rows = np.flatnonzero(made.max(axis=1) > above)
        where, column = np.nonzero(made[rows] > above)
        found.append((rows[where], column + done, made[rows[where], column].astype(np.float64)))
        done += size
        if tell:
            tell(done)
    probe, template, score = (np.concatenate(part) for part in zip(*found, strict=True))
    return Hits(above, len(probes), gallery, probe, template, score)


def predicted_searches(own: Floats, gallery: int, level: float) -> tuple[int, int, float]:
    """Predict how many searches give a hit: lowest, highest (at a level), and expected number.

    Searches are independent, each with its own chance 1 − (1 − rate)^gallery (Poisson-binomial distribution, whose
    chances come from its characteristic function).

    Reference: Hong Y (2013), Computational Statistics & Data Analysis 59:41–51. doi:10.1016/j.csda.2012.10.006
    """
    chances = -np.expm1(gallery * np.log1p(-own))
    size = len(own) + 1
    turn = np.exp(-2j * np.pi * np.arange(size) / size)
    logs = np.zeros(size, dtype=np.complex128)
    for start in range(0, len(own), 256):
        logs += np.log1p(chances[start : start + 256, None] * (turn - 1)).sum(axis=0)
    mass = np.clip(np.asarray(fft.ifft(np.exp(logs))).real, 0, None)
    below = np.cumsum(mass)
    tail = (1 - level) / 2
    low = int(np.searchsorted(below, tail))
    return low, int(np.searchsorted(below, 1 - tail).clip(max=len(own))), float(chances.sum())


def sizes_up_to(largest: int) -> Sequence[int]:
    """List the powers of ten from 10⁴, and the largest size."""
    return sorted({size for k in range(4, 12) if (size := 10**k) < largest} | {largest})
