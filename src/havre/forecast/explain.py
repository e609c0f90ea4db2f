"""Why a forecast says what it says: drivers with signed contributions in persons that add up exactly to its median.

The path starts at the last value, which any naive guess would repeat. Each member of the ensemble moves the median away
from it by its Shapley value: its mean effect over all orders in which members could have joined. What a member does is
split among named drivers, on log1p, and turned into persons along the straight line from the last value to the
member's median (Aumann–Shapley), so that nothing is left over; for the boosted trees the split is TreeSHAP. Whatever
lies between the members and the figure told (recalibration, coherence) is a driver of its own.

Contributions tell what the models did with the figures, not why people move.

References
----------
.. [1] Shapley LS (1953). A value for n-person games. Contributions to the Theory of Games II: 307–317.
   doi:10.1515/9781400881970-018
.. [2] Billera LJ, Heath DC (1982). Allocation of shared costs: a set of axioms yielding a unique procedure.
   Mathematics of Operations Research 7(1): 32–39. doi:10.1287/moor.7.1.32
.. [3] Lundberg SM et al. (2020). From local explanations to global understanding with explainable AI for trees.
   Nature Machine Intelligence 2: 56–67. doi:10.1038/s42256-019-0138-9
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import factorial, fsum, isclose

import numpy as np
from numpy.typing import NDArray

from havre.draws import Draws, Floats, SeriesKey
from havre.errors import ForecastError
from havre.evaluate.protocol import check_horizons
from havre.forecast.ensemble import half_and_half
from havre.forecast.features import Features
from havre.forecast.levels import choose_weight, smoothed
from havre.forecast.models import ENSEMBLE, MEMBERS, draw_all
from havre.forecast.pooling import Window
from havre.panel.series import MonthlySeries

DRIVERS = (
    "completion",
    "recent_level",
    "trend",
    "season",
    "past_year",
    "long_run",
    "size",
    "unrest",
    "panel",
    "distribution",
    "other_models",
    "adjustment",
)
"""All drivers, in the order in which they are told. ``completion`` is what the last published month lacked of what
models were given for it (:mod:`havre.forecast.completion`). ``adjustment`` is what lies between the members' median and
the figure: recalibration, coherence, and the median of curves against the curve of medians."""
_TOLD_AFTER_LEVEL: Mapping[str, str] = {
    "exponential_level": "distribution",
    "seasonal_level": "season",
    "negative_binomial": "distribution",
    "own_smoothing": "season",
    "count_filter": "long_run",
    "factor_model": "panel",
}
"""Members that start from a smoothed level, and the driver of what they add to it."""
_TOLD_WHOLE: Mapping[str, str] = {
    "climatology_6": "past_year",
    "climatology_12": "past_year",
    "climatology_24": "past_year",
    "mixture": "past_year",
    "seasonal_naive": "season",
    "mean3_pooled": "recent_level",
    "rw_local": "distribution",
    "rw_pooled": "distribution",
}
"""Members with one driver. Any other member is told as ``other_models``."""
BOOSTED = "boosted_quantiles"

Aggregate = Callable[[Floats], Floats]
"""From the medians of the members (…, member) to that of the ensemble (…)."""
Parts = Callable[[str, int, int], Mapping[str, float]]
"""From a member, a row of the history and a horizon to what is known of its way, as :func:`member_parts` gives it."""
Said = tuple[float, float, float]
SAID_LEVELS = (0.1, 0.5, 0.9)
"""Levels of the quantiles of which an explanation tells [persons]."""


@dataclass(frozen=True)
class Share:
    """What one member of the ensemble says and by how much it moves the figure [persons]."""

    model: str
    median: float
    contribution: float


@dataclass(frozen=True)
class Explanation:
    """A forecast taken apart.

    Parameters
    ----------
    key, horizon : the series, and months after its last published month
    reference : the last value, as published [persons]
    figure : the median forecast [persons]
    low, high : its 80 % interval [persons]
    drivers : signed contributions [persons]; ``reference`` and all of them add up to ``figure``
    members : what each member of the ensemble says; their contributions and the drivers ``completion`` and
        ``adjustment`` add up too

    Raises
    ------
    ValueError : the contributions do not add up
    """

    key: SeriesKey
    horizon: int
    reference: float
    figure: float
    low: float
    high: float
    drivers: Mapping[str, float]
    members: tuple[Share, ...]

    def __post_init__(self) -> None:
        size = 1e-9 * max(1.0, self.reference, self.figure, *(abs(part) for part in self.drivers.values()))
        beside = [self.drivers.get(name, 0.0) for name in ("completion", "adjustment")]
        by_member = [*(share.contribution for share in self.members), *beside]
        for parts in (list(self.drivers.values()), by_member):
            if not isclose(fsum([self.reference, *parts]), self.figure, rel_tol=0, abs_tol=size):
                raise ValueError(f"{self.key}: the contributions do not add up to {self.figure}: {parts}")

    def whole_persons(self) -> dict[str, int]:
        """Round the contributions so that they and the rounded last value still add up to the rounded figure.

        What rounding leaves over goes to the contributions that it had changed most (largest remainder).
        """
        floors = {name: int(np.floor(part)) for name, part in self.drivers.items()}
        left = round(self.figure) - round(self.reference) - sum(floors.values())
        rest = sorted(self.drivers, key=lambda name: floors[name] - self.drivers[name])
        step = 1 if left > 0 else -1
        for place in range(abs(left)):
            floors[rest[place % len(rest)] if step > 0 else rest[-1 - place % len(rest)]] += step
        return floors


def shapley(values: Floats, reference: float, aggregate: Aggregate) -> Floats:
    """Give the Shapley value of each member: its mean effect on the aggregate over all orders of joining.

    A member that has not joined says the reference. The values add up to ``aggregate(values) − reference`` where the
    aggregate of equal numbers is that number.

    Parameters
    ----------
    values : what each member says (member,); the work doubles with each, and 12 take a few milliseconds
    aggregate : from an array (coalition, member) to (coalition,)

    Examples
    --------
    >>> shapley(np.array([10.0, 40.0]), 0.0, lambda said: said.mean(axis=-1)).tolist()
    [5.0, 20.0]
    """
    count = values.size
    joined: NDArray[np.bool_] = (np.arange(2**count)[:, None] >> np.arange(count)) & 1 == 1
    said = aggregate(np.where(joined, values, reference))
    size = joined.sum(axis=1)
    weight = np.array([factorial(s) * factorial(count - s - 1) / factorial(count) for s in range(count)])
    found = np.empty(count)
    for member in range(count):
        without = np.flatnonzero(~joined[:, member])
        found[member] = np.sum(weight[size[without]] * (said[without + 2**member] - said[without]))
    return found


def in_persons(start: float, parts: Mapping[str, float]) -> dict[str, float]:
    """Turn contributions on log1p into persons that add up exactly, along the straight line between both ends.

    Each part ``c`` gets ``c · ∫ exp(start + t Σc) dt`` for t from 0 to 1: reference [2]_.

    Parameters
    ----------
    start : log1p of the count where the path starts
    """
    whole = fsum(parts.values())
    slope = np.exp(start) * (np.expm1(whole) / whole if abs(whole) > 1e-12 else 1.0)
    return {name: float(part * slope) for name, part in parts.items()}


def explain_tree(history: MonthlySeries, horizons: int, horizon: int) -> tuple[Floats, dict[str, Floats]]:
    """Take the forecast of the boosted trees apart by TreeSHAP, on log1p.

    The trees are grown again, by the same settings from the same months, so they are the same trees.

    Parameters
    ----------
    horizons : number of horizons that the forecast was made for
    horizon : the one asked about

    Returns
    -------
    The level from which the trees start (series,), and the contribution of each driver (series,). They add up to the
    point forecast. There are no contributions where the panel is too small to grow trees.
    """
    from havre.forecast import quantile_trees as trees

    features = Features.of(history)
    learnt = trees.examples(features)
    if len(learnt.targets) < trees.LEAST_EXAMPLES:
        return features.level[:, -1], {}
    model = trees.fit(learnt, 0.5)
    question = trees.asked(features, trees.within_reach(horizon))
    shares = np.asarray(model.predict(question, pred_contrib=True, num_threads=1))
    grouped = {name: np.zeros(len(shares)) for name in dict.fromkeys((*features.drivers, "panel"))}
    for place, name in enumerate((*features.drivers, "panel")):
        # The last column is what the trees say when nothing is known: what series of the panel do on average.
        grouped[name] += shares[:, place]
    return features.level[:, -1], grouped


def member_parts(model: str, history: MonthlySeries, row: int, horizons: int, horizon: int) -> dict[str, float]:
    """Give what is known of how a member moves away from the last value, by driver on log1p.

    What these parts leave over up to the member's median belongs to :func:`rest_driver`.
    """
    last = float(np.log1p(history.values[row, -1]))
    if model == BOOSTED:
        level, parts = explain_tree(history, horizons, horizon)
        found = {name: float(part[row]) for name, part in parts.items()}
        found["recent_level"] = found.get("recent_level", 0.0) + float(level[row]) - last
        return found
    if model in _TOLD_AFTER_LEVEL:
        window = Window.of(history)
        level = smoothed(window.logs[row : row + 1], choose_weight(window, horizon))
        return {"recent_level": float(level[0, -1]) - last}
    return {}


def rest_driver(model: str) -> str:
    """Name the driver of what a member does beyond its known parts."""
    if model == BOOSTED:
        return "distribution"
    return _TOLD_AFTER_LEVEL.get(model) or _TOLD_WHOLE.get(model, "other_models")


def joined(medians: Floats) -> Floats:
    """Aggregate as the ensemble does, over the last axis: half of the first member, half of the median of the rest."""
    return half_and_half(np.moveaxis(medians, -1, 0))


def explain(
    history: MonthlySeries,
    key: SeriesKey,
    horizon: int,
    *,
    horizons: int = 12,
    draws: int = 1000,
    seed: int = 20_260_101,
    made: Mapping[str, Draws] | None = None,
    published: float | None = None,
    members: tuple[str, ...] = MEMBERS,
    aggregate: Aggregate = joined,
    parts: Parts | None = None,
) -> Explanation:
    """Take one forecast apart.

    Parameters
    ----------
    history : what the forecast was made from: the panel up to the origin
    key, horizon : the series and the month asked about
    horizons, draws, seed : what the forecast was made with
    made : draws of all members and of the ensemble, where they were made already; those of the ensemble are what was
        published (recalibrated, made coherent). By default all are drawn here
    published : the last value as published, where that of the history was completed
    members, aggregate : the members of the ensemble, and how it joins them
    parts : what is known of the members' ways, where it was found for many figures at once

    Raises
    ------
    ForecastError : the series has no value in the last month of the history, or a horizon is outside 1 to 12
    """
    check_horizons(horizon)
    horizons = max(horizon, check_horizons(horizons))
    row = history.keys.index(key) if key in history.keys else -1
    if row < 0 or history.values.shape[1] == 0 or np.isnan(history.values[row, -1]):
        raise ForecastError("forecast.no_series", what=f"{key} {history.last:%Y-%m}")
    drawn = made or draw_all(history, (*members, ENSEMBLE), horizons, draws, seed)

    def quantiles(name: str) -> Said:
        one = drawn[name]
        low, median, high = np.quantile(one.values[one.keys.index(key), horizon - 1], SAID_LEVELS).tolist()
        return low, median, high

    said = {name: quantiles(name) for name in (*members, ENSEMBLE)}
    known = parts or (lambda name, row, horizon: member_parts(name, history, row, horizons, horizon))
    return take_apart(history, row, horizon, said, known, published=published, members=members, aggregate=aggregate)


def take_apart(
    history: MonthlySeries,
    row: int,
    horizon: int,
    said: Mapping[str, Said],
    parts: Parts,
    *,
    published: float | None = None,
    members: tuple[str, ...] = MEMBERS,
    aggregate: Aggregate = joined,
) -> Explanation:
    """Take one forecast apart of which it is known what each member and the ensemble say.

    Parameters
    ----------
    row : of the series in the history, with a value in its last month
    said : quantiles of each member and of the ensemble at :data:`SAID_LEVELS` [persons]
    parts : what is known of the members' ways
    published : the last value as published, where that of the history was completed
    """
    low, figure, high = said[ENSEMBLE]
    reference = float(history.values[row, -1])
    start = reference if published is None else published
    medians = np.array([said[name][1] for name in members])
    effects = shapley(medians, reference, aggregate)
    totals = dict.fromkeys(DRIVERS, 0.0)
    for name, median, effect in zip(members, medians.tolist(), effects.tolist(), strict=True):
        known = parts(name, row, horizon)
        for driver, part in _split(known, rest_driver(name), reference, median, effect).items():
            totals[driver] += part
    totals["completion"] = reference - start
    totals["adjustment"] = figure - reference - fsum(effects.tolist())
    shares = tuple(Share(*each) for each in zip(members, medians.tolist(), effects.tolist(), strict=True))
    used = {name: part for name, part in totals.items() if part or name == "adjustment"}
    return Explanation(history.keys[row], horizon, start, figure, low, high, used, shares)


def _split(known: Mapping[str, float], rest: str, reference: float, median: float, effect: float) -> dict[str, float]:
    """Split the effect of a member among its drivers, in proportion to how they make up its move in persons."""
    start, way = float(np.log1p(reference)), float(np.log1p(median) - np.log1p(reference))
    parts = {**known, rest: known.get(rest, 0.0) + way - fsum(known.values())}
    moved = in_persons(start, parts)
    whole = median - reference
    if abs(whole) < 1e-9:
        # A member that says the last value moves nothing, whatever its drivers do to each other.
        return {rest: effect}
    split = {name: part * effect / whole for name, part in moved.items()}
    split[rest] += effect - fsum(split.values())
    return split
