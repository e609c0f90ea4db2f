"""What the models of a release are, in numbers: members with weights and parameters, and the operations in order.

Every number is read from where it is used, so that what is told cannot fall behind what is done.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from havre.forecast import conditional, damping, dependence, ensemble, factors, filters, quantile_trees, reconcile
from havre.forecast import smoothing as own
from havre.forecast.completion import Changes
from havre.forecast.models import MEMBERS
from havre.forecast.teaching import LEAST_ACTIVE, LEAST_TOTAL
from havre.forecast.triangle import LEAST_OWN, MOST_AGE, TRIMMED
from havre.panel.scope import TOTAL, Scope
from havre.panel.series import MonthlySeries

Parameters = Mapping[str, object]
HALF = 0.5
_MIXTURE_MONTHS = 12


@dataclass(frozen=True)
class Operation:
    """One operation, with the numbers that it depends on."""

    name: str
    parameters: Parameters


def member_parameters() -> dict[str, Parameters]:
    """Give the parameters of each member of the ensemble, in its order."""
    settings = {name: value for name, value in quantile_trees.SETTINGS.items() if name != "verbosity"}
    known: dict[str, Parameters] = {
        "boosted_quantiles": {
            "quantiles": list(quantile_trees.LEVELS),
            "rounds": quantile_trees.ROUNDS,
            "most_examples": quantile_trees.MOST_EXAMPLES,
            "headroom_log": quantile_trees.HEADROOM,
            **settings,
        },
        "count_filter": {
            "level_weights": [filters.FAST, filters.MIDDLE, filters.SLOW],
            "damping_penalty": damping.PENALTY,
            "error_months": conditional.MONTHS,
            "headroom_log": damping.HEADROOM,
        },
        "factor_model": {
            "factors": factors.FACTORS,
            "level_weights": [factors.FAST, factors.SLOW, factors.SLOWEST],
            "season_share": factors.BELIEF,
            "degrees_of_freedom": factors.FREEDOM,
            "damping_penalty": damping.PENALTY,
            "error_months": conditional.MONTHS,
        },
        "own_smoothing": {
            "level_weights": list(own.LEVEL_WEIGHTS),
            "season_weights": ["none" if weight is None else weight for weight in own.SEASON_WEIGHTS],
            "months": own.MONTHS,
            "cap": own.CAP,
            "cap_months": own.CAP_MONTHS,
        },
        "mixture": {"own_months": _MIXTURE_MONTHS, "share_of_last_value": HALF},
    }
    return {name: known[name] for name in MEMBERS}


def member_rules() -> dict[str, str]:
    """Give the rule by which each member counts: see :func:`havre.forecast.ensemble.half_and_half`."""
    return {name: "first" if place == 0 else "others" for place, name in enumerate(MEMBERS)}


def has_total(series: MonthlySeries, scope: Scope) -> bool:
    """Tell whether a scope has a total with which its parts have to agree."""
    return len(series.keys) > 1 and any(getattr(key, scope.by) == TOTAL for key in series.keys)


def completion_operation(done: Changes) -> Operation:
    """Tell what completion did to the last months of a scope."""
    numbers: Parameters = {"middle_share": 1 - 2 * TRIMMED, "own_steps": LEAST_OWN, "most_age": MOST_AGE}
    if not done.series:
        return Operation("complete_recent_none", numbers)
    found: Parameters = {"series": done.series, "months": done.months}
    if done.last_month_factor is None:
        return Operation("complete_recent_older", {**found, **numbers})
    return Operation("complete_recent", {**found, "factor": round(done.last_month_factor, 3), **numbers})


def operations(*, horizons: int, draws: int, with_total: bool, completed: Changes | None = None) -> list[Operation]:
    """List what is done to the protected series until quantiles are there, in order.

    Parameters
    ----------
    completed : what completion did; ``None`` where it was switched off
    """
    below, above = ensemble.INWARD
    joint: Parameters = {"draws": draws, "error_months": dependence.WINDOW}
    return [
        Operation("choose_series", {"persons": LEAST_TOTAL, "months": LEAST_ACTIVE}),
        *([] if completed is None else [completion_operation(completed)]),
        Operation("logarithm", {}),
        Operation("members", {"horizons": horizons}),
        Operation("damping", {"penalty": damping.PENALTY}),
        Operation("width", {"months": conditional.MONTHS}),
        Operation("combination", {"first": HALF, "others": HALF}),
        Operation(
            "recalibration", {"large": ensemble.LARGE, "below": below, "above": above, "upward": ensemble.UPWARD}
        ),
        Operation("coherence", {**joint, "sum_variance": reconcile.SUM_VARIANCE}) if with_total
        else Operation("joint_order", joint),
        Operation("quantiles", {"draws": draws}),
    ]  # fmt: skip
