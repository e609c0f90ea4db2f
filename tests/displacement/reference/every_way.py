"""Dice that fall every way in turn: exact probabilities instead of samples.

:func:`every_way` repeats an action once for each way the dice can fall and gives each result with its probability.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import permutations
from typing import TypeVar

import numpy as np

from tests.displacement.reference.dice import Dice

Result = TypeVar("Result")


class EveryWay(Dice):
    """Dice that follow a script of falls and lengthen it where it ends."""

    def __init__(self) -> None:
        super().__init__(np.random.default_rng(0))
        self.falls: list[int] = []
        self.chances: list[list[float]] = []
        self.at = 0
        self.probability = 1.0

    def start(self) -> None:
        self.at, self.probability = 0, 1.0

    def next_script(self) -> bool:
        """Change the last fall that can still fall otherwise; say whether there is one."""
        while self.falls:
            later = [fall for fall in range(self.falls[-1] + 1, len(self.chances[-1])) if self.chances[-1][fall] > 0.0]
            if later:
                self.falls[-1] = later[0]
                return True
            self.falls.pop()
            self.chances.pop()
        return False

    def fall(self, chances: Sequence[float]) -> int:
        if self.at == len(self.falls):
            self.falls.append(next(index for index, chance in enumerate(chances) if chance > 0.0))
            self.chances.append(list(chances))
        index = self.falls[self.at]
        self.at += 1
        self.probability *= chances[index]
        return index

    def happens(self, chance: float) -> bool:
        chance = min(1.0, max(0.0, chance))
        return self.fall([chance, 1.0 - chance]) == 0

    def pick(self, weights: Sequence[float]) -> int:
        total = sum(weights)
        return self.fall([weight / total for weight in weights])

    def order(self, size: int) -> list[int]:
        orders = list(permutations(range(size)))
        return list(orders[self.fall([1.0 / len(orders)] * len(orders))])


def every_way(action: Callable[[EveryWay], Result]) -> Iterator[tuple[float, Result]]:
    """Give each way in which an action can end, with its probability; the action must start afresh each time."""
    dice = EveryWay()
    while True:
        dice.start()
        result = action(dice)
        yield dice.probability, result
        if not dice.next_script():
            return
