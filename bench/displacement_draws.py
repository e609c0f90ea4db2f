"""Takes a displacement simulation apart: what NumPy's draws cost, and what everything around them.

The draws are the bound. They are timed as they are called, and drawn once more with thousands of rows a call, which no
simulation of these counts can beat without drawing less.
"""

import time
from collections import defaultdict
from collections.abc import Callable

import numpy as np

from bench.displacement_cost import Draws
from havre.displacement import Instance, Rules
from havre.displacement.chance import Keys, StreamChance
from havre.displacement.engine import Days, Engine
from havre.displacement.network import Floats, Ints
from havre.displacement.simulate import PARAMETERS, make_plan
from havre.scale import generator

DECIDING, WALKING_ON = 4, 8
"""Second parts of a moment: everybody is about to decide; those who arrived today decide again."""
ROWS_A_CALL = 4096
"""Rows that are drawn together for the bound: enough that calls cost nothing, few enough to stay in the cache."""


class TimedChance(StreamChance):
    """Draws as the simulation does, with a clock around each draw, and keeps what was asked."""

    def __init__(self, random: np.random.Generator) -> None:
        super().__init__(random)
        self.engine: Engine | None = None
        self.states: list[int] = []
        self.calls = self.drawn = self.rounds = 0
        self.seconds = 0.0
        self._binomials: list[tuple[Ints, Floats]] = []
        self._multinomials: dict[int, list[tuple[Ints, Floats]]] = defaultdict(list)

    def moment(self, *when: int) -> None:
        """Count the states of the morning, and the rounds of the day."""
        if when[1] == DECIDING and self.engine is not None:
            self.states.append(len(self.engine.people))
        self.rounds += when[1] == WALKING_ON

    def binomial(self, count: Ints, chance: Floats, keys: Keys, purpose: str) -> Ints:
        """Draw how many of ``count`` do something."""
        started = time.process_time()
        drawn = super().binomial(count, chance, keys, purpose)
        self._told(started, drawn)
        self._binomials.append((count.ravel(), np.broadcast_to(chance, count.shape).ravel()))
        return drawn

    def multinomial(self, count: Ints, shares: Floats, keys: Keys, labels: Ints) -> Ints:
        """Spread counts over choices."""
        started = time.process_time()
        drawn = super().multinomial(count, shares, keys, labels)
        self._told(started, drawn)
        choices = shares.shape[2]
        share = np.broadcast_to(shares, (*count.shape, choices)).reshape(-1, choices)
        self._multinomials[choices].append((count.ravel(), share))
        return drawn

    def _told(self, started: float, drawn: Ints) -> None:
        self.seconds += time.process_time() - started
        self.calls += 1
        self.drawn += drawn.size

    def bound(self) -> float:
        """Draw all that was asked again, many rows a call; give the seconds of processor."""
        random = generator(2, "bench")
        seconds = _seconds_of(random.binomial, self._binomials)
        return seconds + sum(_seconds_of(random.multinomial, asked) for asked in self._multinomials.values())


def _seconds_of(draw: Callable[[Ints, Floats], object], asked: list[tuple[Ints, Floats]]) -> float:
    count, share = (np.concatenate(parts) for parts in zip(*asked, strict=True))
    seconds = 0.0
    for first in range(0, len(count), ROWS_A_CALL):
        rows = slice(first, first + ROWS_A_CALL)
        started = time.process_time()
        draw(count[rows], share[rows])
        seconds += time.process_time() - started
    return seconds


def run_taken_apart(instance: Instance, days: int | None, replicas: int) -> tuple[Days, Callable[[], Draws]]:
    """Run replicas together; give what they did, and what tells of their draws (which draws them once more).

    Parameters
    ----------
    days : ``None`` for all
    replicas : drawn together, however many: memory grows with all that is drawn
    """
    chance = TimedChance(generator(1, "bench"))
    move = instance.settings.move_rules
    values = {name: np.array([getattr(move, name)], np.float64) for name in PARAMETERS}
    chance.engine = Engine(make_plan(instance, Rules.flee(), "adaptive", days), values, replicas, chance)
    found = chance.engine.run()

    def draws() -> Draws:
        return Draws(
            states=float(np.mean(chance.states)),
            most_states=max(chance.states),
            rounds=chance.rounds / len(chance.states),
            calls=chance.calls,
            drawn=chance.drawn,
            cpu=chance.seconds,
            bound_cpu=chance.bound(),
        )

    return found, draws
