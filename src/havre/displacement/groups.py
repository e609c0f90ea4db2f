"""Groups of people whom the rules treat alike: age band, gender, ethnicity, religion, farmers, awareness of floods.

Only what a rule in force asks for tells groups apart; with no such rule there is one group. A group is drawn when a
person is displaced, from the table of the place or its ``Default``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from havre.displacement.instance import Demographics, Instance
from havre.displacement.network import Flags, Floats, Network
from havre.displacement.rules import Rules
from havre.displacement.settings import MoveRules
from havre.errors import DisplacementError

BANDS = ("child", "youth", "adult", "elder")
"""Under 15, 15 to 18, 19 to 59, 60 and over."""
FEMALE, MALE = ("f", "female", "woman", "w"), ("m", "male", "man")
_HAZARD_RULES = ("WomenAvoidHazards", "ChildrenAvoidHazards", "ElderlyAvoidHazards", "BoysTakeRisk")


@dataclass(frozen=True, eq=False)
class Groups:
    """All groups (G).

    Attributes
    ----------
    kinds : the facts that tell groups apart, in order
    values : for each group its value of each kind
    shares : how often each group occurs among people from each place, (L, G)
    """

    kinds: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    shares: Floats

    def __len__(self) -> int:
        return len(self.values)

    def having(self, kind: str, *values: str) -> Flags:
        """Say which groups have one of some values; none where the kind does not tell groups apart."""
        if kind not in self.kinds:
            return np.zeros(len(self), np.bool_)
        place = self.kinds.index(kind)
        return np.array([group[place] in values for group in self.values], np.bool_)

    def number(self, facts: Mapping[str, str]) -> int:
        """Give the number of the group that has these facts.

        Raises
        ------
        DisplacementError : there is no such group
        """
        wanted = tuple(facts[kind] for kind in self.kinds)
        if wanted not in self.values:
            raise DisplacementError("displacement.engine.no_group", facts=", ".join(wanted))
        return self.values.index(wanted)


def find_groups(instance: Instance, network: Network, rules: Rules) -> Groups:
    """Find the groups that the rules in force tell apart.

    Raises
    ------
    DisplacementError : a rule needs demographics that the instance does not have, or a value that cannot be read
    """
    tables = {table.attribute.lower(): table for table in instance.demographics}
    kinds: list[tuple[str, tuple[str, ...], Floats]] = []
    for kind in _needed(instance.settings.move_rules, tables):
        values, shares = _kind_shares(kind, tables[kind], network.names)
        values, shares = _with_agents(instance, kind, values, shares)
        kinds.append((kind, values, shares))
    kinds += _drawn_kinds(instance, network, rules)
    return _crossed(kinds, network.locations)


def _needed(move: MoveRules, tables: Mapping[str, Demographics]) -> list[str]:
    asked: list[tuple[str, str]] = []
    if move.ChildrenAvoidHazards or move.ElderlyAvoidHazards:
        asked.append(("age", "ChildrenAvoidHazards / ElderlyAvoidHazards"))
    if move.WomenAvoidHazards or (move.ChildrenAvoidHazards and move.BoysTakeRisk):
        asked.append(("gender", "WomenAvoidHazards / BoysTakeRisk"))
    if move.MatchCampEthnicity or move.MatchTownEthnicity or move.MatchConflictEthnicity:
        asked.append(("ethnicity", "MatchCampEthnicity / MatchTownEthnicity / MatchConflictEthnicity"))
    if move.MatchCampReligion:
        asked.append(("religion", "MatchCampReligion"))
    if move.flood_rules is not None and move.flood_rules.flood_forecaster and "floodawareness" in tables:
        asked.append(("floodawareness", "flood_forecaster"))
    for kind, rule in asked:
        if kind not in tables:
            raise DisplacementError("displacement.engine.no_demographics", attribute=kind, rule=rule)
    return [kind for kind, _ in asked]


def read_fact(kind: str, value: str | float) -> str:
    """Read a value as the rules see it: an age as its band, a gender as ``f`` or ``m``, others as they are.

    Raises
    ------
    DisplacementError : an age is not a number
    """
    if kind == "age":
        try:
            age = float(value)
        except ValueError as error:
            raise DisplacementError("displacement.engine.age", value=value) from error
        return BANDS[int(np.searchsorted([15, 19, 60], age, side="right"))]
    text = str(value).strip()
    if kind == "floodawareness":
        return str(int(float(text)))
    if kind == "gender":
        return "f" if text.lower() in FEMALE else "m" if text.lower() in MALE else text
    return text


def _kind_shares(kind: str, table: Demographics, names: Sequence[str]) -> tuple[tuple[str, ...], Floats]:
    facts = [read_fact(kind, value) for value in table.values]
    values = tuple(dict.fromkeys(facts))
    shares = np.zeros((len(names), len(values)))
    default = table.weights.get("Default")
    for place, name in enumerate(names):
        weights = table.weights.get(name, default)
        if weights is None:
            raise DisplacementError("displacement.engine.no_default", attribute=kind, place=name)
        for fact, weight in zip(facts, weights, strict=True):
            shares[place, values.index(fact)] += weight
    totals = shares.sum(axis=1, keepdims=True)
    if (totals <= 0).any():
        without = names[int(np.flatnonzero(totals[:, 0] <= 0)[0])]
        raise DisplacementError("displacement.engine.no_weights", attribute=kind, place=without)
    return values, shares / totals


def _with_agents(
    instance: Instance, kind: str, values: tuple[str, ...], shares: Floats
) -> tuple[tuple[str, ...], Floats]:
    """Add values that only ``agents.csv`` has; nobody else is drawn with them."""
    if instance.agents is None or kind not in instance.agents.attributes:
        return values, shares
    column = instance.agents.attributes.index(kind) + 1
    facts = [read_fact(kind, row[column]) for row in instance.agents.rows]
    more = tuple(fact for fact in dict.fromkeys(facts) if fact not in values)
    return (*values, *more), np.hstack([shares, np.zeros((shares.shape[0], len(more)))])


def _drawn_kinds(instance: Instance, network: Network, rules: Rules) -> list[tuple[str, tuple[str, ...], Floats]]:
    """Facts that no table has: who farms (by share of the place), who is aware of floods (each level as likely)."""
    move = instance.settings.move_rules
    kinds: list[tuple[str, tuple[str, ...], Floats]] = []
    if move.harvest_months and not rules.harvest_stops_everyone:
        farming = np.array([float(place.attributes.get("farmer_fraction", 0) or 0) for place in instance.locations])
        kinds.append(("farmer", ("yes", "no"), np.stack([farming, 1 - farming], axis=1)))
    told = any(table.attribute.lower() == "floodawareness" for table in instance.demographics)
    if move.flood_rules is not None and move.flood_rules.flood_forecaster and not told:
        levels = len(move.flood_rules.flood_awareness_weights)
        if levels == 0:
            raise DisplacementError("displacement.engine.no_awareness")
        values = tuple(str(level) for level in range(levels))
        kinds.append(("floodawareness", values, np.full((network.locations, levels), 1 / levels)))
    return kinds


def _crossed(kinds: list[tuple[str, tuple[str, ...], Floats]], locations: int) -> Groups:
    shares = np.ones((locations, 1))
    for _, _, own in kinds:
        shares = (shares[:, :, None] * own[:, None, :]).reshape(locations, -1)
    values = tuple(product(*(values for _, values, _ in kinds)))
    return Groups(tuple(kind for kind, _, _ in kinds), values, shares)


def any_group_rule(move: MoveRules) -> bool:
    """Say whether a rule treats groups of people differently."""
    return any(getattr(move, rule) for rule in _HAZARD_RULES)
