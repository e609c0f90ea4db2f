"""What a scenario changes: base and scenario simulated hand in hand, and their differences with intervals.

Base and scenario share their chance as far as their laws allow, so a difference between two replicas of the same number
is what the scenario does in one possible course of events. :attr:`Comparison.pairing` measures what that gains.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from havre.displacement.camp_capacities import camp_capacities, closed_to_newcomers
from havre.displacement.camp_series import registered
from havre.displacement.fill_dates import FillDates, fill_dates
from havre.displacement.instance import Instance
from havre.displacement.outcome import Counts, Floats, Outcome
from havre.displacement.paired_runs import simulate_pair
from havre.displacement.rules import Occupancy, Rules
from havre.displacement.scenario import Applied, apply_scenario
from havre.displacement.scenario_changes import Scenario
from havre.displacement.simulate import DEFAULT_SEED, Progress
from havre.errors import DisplacementError

if TYPE_CHECKING:
    from distributed import Client

SURE = 0.8
"""How much of the differences an interval holds unless said otherwise: 80 %."""
_NORMAL_95 = 1.959963984540054


@dataclass(frozen=True, eq=False)
class Pairing:
    """What the shared chance gains: variances over replicas, shape (days, camps).

    Attributes
    ----------
    base, changed : of either run
    paired : of the differences as they are
    first : first day on which a run differs from its base; ``None`` where none does
    """

    base: Floats
    changed: Floats
    paired: Floats
    first: int | None

    @property
    def unpaired(self) -> Floats:
        """The variance that the difference of two runs without shared chance has."""
        return self.base + self.changed

    def factor(self, day: int | None = None) -> float | None:
        """Say by how much the variance falls, summed over camps: on a day, or over all days from the first on.

        ``None`` where nothing differs.
        """
        return self._cut(self.paired, day)

    def bound(self, day: int | None = None) -> float | None:
        """Say by how much it could fall at most, whatever the two runs shared.

        The difference of two numbers of standard deviations ``a`` and ``b`` varies at least by ``(a - b)²``.
        """
        return self._cut((np.sqrt(self.base) - np.sqrt(self.changed)) ** 2, day)

    def _cut(self, variance: Floats, day: int | None) -> float | None:
        if self.first is None:
            return None
        days = slice(self.first, None) if day is None else slice(day, day + 1 or None)
        left = float(variance[days].sum())
        return float(self.unpaired[days].sum()) / left if left > 0 else None

    def by_camp(self, day: int) -> list[float | None]:
        """Say by how much the variance falls in each camp on a day; ``None`` where the differences are all the same."""
        return [
            float(before / after) if after > 0 else None
            for before, after in zip(self.unpaired[day], self.paired[day], strict=True)
        ]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Base and scenario, replica by replica.

    Attributes
    ----------
    base, changed : the outcome of either
    base_capacities, capacities : people that each camp holds by day, infinite without limit, (days, camps)
    closed_shares : part of its capacity above which nobody sets out for a camp any more, in base and scenario
    """

    applied: Applied
    base: Outcome
    changed: Outcome
    base_capacities: Floats
    capacities: Floats
    rules: Rules
    occupancy: Occupancy
    closed_shares: tuple[float, float]

    @property
    def camps(self) -> tuple[str, ...]:
        """The camps of either, and places that the scenario makes a camp."""
        return self.base.camps

    @property
    def days(self) -> int:
        """How many days were simulated."""
        return self.base.days

    @cached_property
    def difference(self) -> Counts:
        """People more in each camp, fewer where negative, (replicas, days, camps)."""
        return self.changed.camp_counts - self.base.camp_counts

    @property
    def outside(self) -> tuple[Counts, Counts]:
        """People who are in no camp: on roads and in towns, of base and scenario, (replicas, days) each.

        Where camps are sinks, those who settled and left them count as well.
        """
        base, changed = (each.people - each.camp_counts.sum(axis=2) for each in (self.base, self.changed))
        return base, changed

    def quantiles(self, levels: Sequence[float] = (0.1, 0.5, 0.9)) -> Floats:
        """Give quantiles over replicas of the difference, (levels, days, camps)."""
        return np.quantile(self.difference, levels, axis=0)

    @property
    def chance_of_more(self) -> Floats:
        """Share of replicas in which a camp has more people than in the base, (days, camps)."""
        return np.asarray((self.difference > 0).mean(axis=0), np.float64)

    @property
    def chance_of_fewer(self) -> Floats:
        """Share of replicas in which a camp has fewer people than in the base, (days, camps)."""
        return np.asarray((self.difference < 0).mean(axis=0), np.float64)

    @property
    def first_difference(self) -> int | None:
        """First day on which a replica differs from its base; ``None`` where none ever does."""
        same_people = (self.base.people == self.changed.people).all(axis=0)
        same = (self.difference == 0).all(axis=(0, 2)) & same_people
        return None if same.all() else int(np.argmin(same))

    @cached_property
    def pairing(self) -> Pairing:
        """What the shared chance gains."""
        base, changed = self.base.camp_counts.var(axis=0), self.changed.camp_counts.var(axis=0)
        return Pairing(base, changed, self.difference.var(axis=0), self.first_difference)

    def fill_dates(self, share: float | None = None) -> tuple[FillDates, FillDates]:
        """Find when each camp fills in base and scenario.

        Parameters
        ----------
        share : part of the capacity from which a camp counts as full; ``None`` is where nobody sets out for it any more
        """
        before, after = self.closed_shares if share is None else (share, share)
        base = fill_dates(self.base, self.base_capacities, before)
        return base, fill_dates(self.changed, self.capacities, after)

    def rows(self, day: int = -1, sure: float = SURE) -> list[dict[str, object]]:
        """Give one row a camp on a day, in plain values.

        Returns
        -------
        ``camp``; ``base`` and ``scenario``, medians; ``change``, ``low`` and ``high``, median and interval of the
        differences; ``mean``, ``mean_low`` and ``mean_high``, their mean and its 95 % confidence interval; ``more`` and
        ``fewer``, shares of replicas; ``variance_cut``, by how much pairing cuts the variance.
        """
        day = range(self.days)[day]
        levels = ((1 - sure) / 2, 0.5, (1 + sure) / 2)
        change = np.quantile(self.difference[:, day], levels, axis=0)
        medians = [np.median(each.camp_counts[:, day], axis=0) for each in (self.base, self.changed)]
        mean = self.difference[:, day].mean(axis=0)
        error = _NORMAL_95 * self.difference[:, day].std(axis=0) / max(self.base.replicas - 1, 1) ** 0.5
        more, fewer, cut = self.chance_of_more[day], self.chance_of_fewer[day], self.pairing.by_camp(day)
        return [
            {
                "camp": camp,
                "base": float(medians[0][column]),
                "scenario": float(medians[1][column]),
                "change": float(change[1, column]),
                "low": float(change[0, column]),
                "high": float(change[2, column]),
                "mean": float(mean[column]),
                "mean_low": float(mean[column] - error[column]),
                "mean_high": float(mean[column] + error[column]),
                "more": float(more[column]),
                "fewer": float(fewer[column]),
                "variance_cut": cut[column],
            }
            for column, camp in enumerate(self.camps)
        ]

    def outside_row(self, day: int = -1, sure: float = SURE) -> dict[str, float]:
        """Give ``base``, ``scenario``, ``change``, ``low`` and ``high`` of the people who are in no camp on a day."""
        base, changed = (each[:, day] for each in self.outside)
        low, middle, high = np.quantile(changed - base, ((1 - sure) / 2, 0.5, (1 + sure) / 2))
        medians = {"base": float(np.median(base)), "scenario": float(np.median(changed))}
        return {**medians, "change": float(middle), "low": float(low), "high": float(high)}


def compare(
    instance: Instance,
    scenario: Scenario,
    *,
    replicas: int = 100,
    seed: int = DEFAULT_SEED,
    rules: Rules | None = None,
    occupancy: Occupancy = "adaptive",
    days: int | None = None,
    workers: int = 1,
    cluster: "str | Client | None" = None,
    progress: Progress | None = None,
) -> Comparison:
    """Simulate an instance with and without the changes of a scenario.

    Parameters
    ----------
    replicas : pairs of runs; at least 2
    seed : same seed, same bits, whatever the workers
    rules, occupancy, days, workers, cluster, progress : as in :func:`havre.displacement.simulate.simulate`

    Raises
    ------
    DisplacementError : the scenario has faults or does not fit the instance (all told at once), there are too few
        replicas, or the instance cannot be simulated
    """
    if replicas < 2:
        raise DisplacementError("displacement.scenario.few_replicas", replicas=replicas)
    rules = rules or Rules.flee()
    applied = apply_scenario(instance, scenario, rules=rules, replicas=replicas, seed=seed)
    base, changed = simulate_pair(
        applied.base,
        applied.changed,
        replicas=replicas,
        seed=seed,
        rules=rules,
        occupancy=occupancy,
        days=days,
        workers=workers,
        cluster=cluster,
        progress=progress,
    )
    capacities = [
        camp_capacities(each, rules, registered(each, base.days), base.camps, base.days)
        for each in (applied.base, applied.changed)
    ]
    shares = closed_to_newcomers(applied.base), closed_to_newcomers(applied.changed)
    return Comparison(applied, base, changed, capacities[0], capacities[1], rules, occupancy, shares)
