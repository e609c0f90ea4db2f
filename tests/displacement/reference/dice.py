"""Single draws from a numpy generator, taken in blocks because one number at a time is slow."""

from collections.abc import Sequence

import numpy as np

BLOCK = 4096


class Dice:
    """What a person throws to decide."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.block: list[float] = []

    def uniform(self) -> float:
        """Draw from [0, 1)."""
        if not self.block:
            self.block = self.rng.random(BLOCK).tolist()
        return self.block.pop()

    def happens(self, chance: float) -> bool:
        """Say whether something of this chance happens; no draw where it is certain."""
        if chance >= 1.0:
            return True
        return chance > 0.0 and self.uniform() < chance

    def pick(self, weights: Sequence[float]) -> int:
        """Draw an index with probability proportional to its weight."""
        left = self.uniform() * sum(weights)
        for index, weight in enumerate(weights):
            left -= weight
            if left < 0.0:
                return index
        return max(index for index, weight in enumerate(weights) if weight > 0.0)

    def poisson(self, mean: float) -> int:
        """Draw a Poisson count."""
        return int(self.rng.poisson(mean))

    def order(self, size: int) -> list[int]:
        """Draw an order of so many people."""
        return list(self.rng.permutation(size).tolist())
