"""The choice of one person at one place, for tests: where to, and how likely."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from havre.displacement.candidates import RouteBook, find_candidates
from havre.displacement.crowding import Crowding
from havre.displacement.decision import Leaving, Weights
from havre.displacement.environment import Environment
from havre.displacement.groups import find_groups
from havre.displacement.instance import Instance
from havre.displacement.network import Floats, Ints, compile_network
from havre.displacement.rules import Rules
from havre.displacement.scoring import Parameters
from havre.displacement.simulate import PARAMETERS


class ChoiceOfOne:
    """A place, a day and who is where, from which :meth:`weights` tells how much each destination pulls.

    Parameters
    ----------
    here : people at places whom camps count as theirs
    groups : people of each group at places, for the Match rules
    parameters : move rules with a value for each replica
    """

    def __init__(
        self,
        instance: Instance,
        rules: Rules | None = None,
        *,
        day: int = 0,
        here: Mapping[str, int] | None = None,
        groups: Mapping[str, list[int]] | None = None,
        parameters: Mapping[str, list[float]] | None = None,
    ) -> None:
        rules = rules or Rules.flee()
        self.network = compile_network(instance, rules)
        self.environment = Environment(instance, self.network, rules, hasten=1)
        self.environment.begin_day(0)
        self.groups = find_groups(instance, self.network, rules)
        move = instance.settings.move_rules
        own = {name: np.array(values) for name, values in (parameters or {}).items()}
        self.parameters = Parameters({name: np.array([getattr(move, name)], float) for name in PARAMETERS} | own)
        self.replicas = max([1, *(values.size for values in own.values())])
        self._weights = Weights(
            instance, self.network, self.environment, self.groups, rules, self.parameters, self.replicas
        )
        every = np.ones(self.network.links, np.bool_)
        hops = self._weights.awareness
        self.candidates = find_candidates(self.network, every, self.environment.marker, hops, RouteBook())
        present = np.zeros((self.network.locations, len(self.groups), self.replicas), np.int64)
        for name, counts in (groups or {}).items():
            present[self.network.number(name)] = np.array(counts)[:, None]
        population = self.environment.population[:, None]
        self._weights.update(self.candidates, 0, present, population)
        for each in range(1, day + 1):
            self.environment.begin_day(each)
            self._weights.update(self.candidates, each, present, population)
        leaving = Leaving(instance, self.environment, rules, self.parameters, self._weights.floods)
        month = instance.start.month
        self.chances: Floats = leaving.chance(day, month, population, self.groups)
        self.present: Ints = np.zeros((self.network.locations, self.replicas), np.int64)
        for name, count in (here or {}).items():
            self.present[self.network.number(name)] = count
        self._known = Crowding(self.environment, self.parameters, self.replicas).known(self.present)

    def weights(self, at: str = "War", *, replica: int = 0, home: str | None = None, **facts: str) -> dict[str, float]:
        """Give the weight of each destination, added up over the routes to it, for a person with some facts."""
        place, home_place = self.network.number(at), self.network.number(home or at)
        group = self.groups.number(facts)
        block = self.candidates.blocks[self.candidates.block_of[place]]
        row = self.candidates.row_of[[place]]
        weight, table = self._weights.of_rows(block, row, np.array([group]), np.array([home_place + 1]), self._known)
        found: dict[str, float] = {}
        for value, candidate in zip(weight[0, replica], table[0], strict=True):
            if candidate >= 0:
                name = self.network.names[self.candidates.end[candidate]]
                found[name] = found.get(name, 0.0) + float(value)
        return found

    def chance(self, at: str = "War", *, replica: int = 0, **facts: str) -> float:
        """Give the chance to leave of a person with some facts."""
        place = self.network.number(at)
        table = self.chances[place] if self.chances.ndim == 2 else self.chances[place, self.groups.number(facts)]
        return float(np.broadcast_to(table, (self.replicas,))[replica])


def choice(instance: Instance, rules: Rules | None = None, **options: Any) -> dict[str, float]:
    """Give the weights of the destinations from the place ``War``."""
    return ChoiceOfOne(instance, rules, **options).weights()
