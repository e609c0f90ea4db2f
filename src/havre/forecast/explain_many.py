"""All forecasts of an outlook taken apart at once: what many figures share is found once.

The trees are grown once for each last month and asked about all series and horizons together; the smoothed levels are
found once for each horizon. Otherwise this is :mod:`havre.forecast.explain`, figure by figure.

What would have moved the figures is asked of all series at once: the models make the whole forecast again with the
last month of every series multiplied by the same factor. So the sums still hold, as they do in the published
forecast: a change of one series alone would contradict its total. All members but the trees learn anew; the trees stay
as they were grown, and answer about the changed months.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from havre.draws import Draws, Floats, SeriesKey
from havre.forecast import quantile_trees as trees
from havre.forecast.explain import BOOSTED, SAID_LEVELS, Explanation, joined, member_parts, take_apart
from havre.forecast.features import Features, Table
from havre.forecast.levels import choose_weight, smoothed
from havre.forecast.models import ENSEMBLE, MEMBERS, draw_all
from havre.forecast.outlook import Outlook
from havre.forecast.pooling import Window
from havre.forecast.teaching import teaching_rows
from havre.panel.series import MonthlySeries
from havre.scale import spread

SHIFTS = (-0.7, -0.2, 0.2, 0.7)
"""Changes of the last month on log that are tried: from half to twice."""
MOVES = (0.1, -0.1)
"""Changes of the figure that are looked for."""
SHIFT_DRAWS = 200
Wanted = tuple[SeriesKey, int]
"""A series and a horizon."""
_SMOOTHED = ("count_filter", "own_smoothing", "factor_model")


@dataclass(frozen=True)
class Moves:
    """How a figure follows the last published month of all series of its scope.

    Parameters
    ----------
    curve : pairs of a factor on the last month of every series, and the factor on the figure that follows
    needed : for each of :data:`MOVES` the factor on the last months that would give it; ``None`` where none between
        the ends of the curve does
    """

    curve: tuple[tuple[float, float], ...]
    needed: Mapping[float, float | None]


@dataclass(frozen=True)
class Told:
    """One forecast taken apart.

    Parameters
    ----------
    explanation : drivers and members
    weights : weight of each member in this very median: the middle ones of the median of the others count, those
        beside do not
    moves : what would have moved it
    """

    explanation: Explanation
    weights: Mapping[str, float]
    moves: Moves


class SharedParts:
    """What all figures of one last month share: the trees and the levels, found once.

    Parameters
    ----------
    history : what the forecasts were made from, up to that month
    horizons : number of horizons
    """

    def __init__(self, history: MonthlySeries, horizons: int) -> None:
        self.history, self.horizons = history, horizons
        window = Window.of(history)
        chosen = [choose_weight(window, horizon) for horizon in range(1, horizons + 1)]
        levels = {weight: smoothed(window.logs, weight)[:, -1] for weight in set(chosen)}
        self._levels = np.stack([levels[weight] for weight in chosen], axis=1)
        self._features = Features.of(history)
        learnt = trees.examples(self._features)
        self._trees = trees.fit(learnt, 0.5) if len(learnt.targets) >= trees.LEAST_EXAMPLES else None
        self._shares = self._tree_shares()

    def _questions(self, features: Features) -> Table:
        asked = [trees.asked(features, trees.within_reach(h)) for h in range(1, self.horizons + 1)]
        return np.stack(asked, axis=1)

    def _tree_shares(self) -> dict[str, Floats]:
        """Give TreeSHAP contributions by driver, array (series, horizon); see ``explain_tree``."""
        if self._trees is None:
            return {}
        table = self._questions(self._features)
        shape = table.shape[:2]
        found = self._trees.predict(table.reshape(-1, table.shape[2]), pred_contrib=True, num_threads=1)
        shares = np.asarray(found).reshape(*shape, -1)
        names = (*self._features.drivers, "panel")
        grouped = {name: np.zeros(shape) for name in dict.fromkeys(names)}
        for place, name in enumerate(names):
            grouped[name] += shares[..., place]
        return grouped

    def parts(self, model: str, row: int, horizon: int) -> Mapping[str, float]:
        """Give what :func:`havre.forecast.explain.member_parts` gives."""
        last = float(np.log1p(self.history.values[row, -1]))
        if model == BOOSTED:
            found = {name: float(part[row, horizon - 1]) for name, part in self._shares.items()}
            level = float(self._features.level[row, -1])
            found["recent_level"] = found.get("recent_level", 0.0) + level - last
            return found
        if model in _SMOOTHED:
            return {"recent_level": float(self._levels[row, horizon - 1]) - last}
        return member_parts(model, self.history, row, self.horizons, horizon)

    def tree_medians(self, history: MonthlySeries) -> Floats:
        """Give what the trees, as they were grown, say of changed months: array (series, horizon) [persons]."""
        features = Features.of(history)
        change = np.zeros((len(history.keys), self.horizons))
        if self._trees is not None:
            table = self._questions(features)
            change = trees.predict(self._trees, table.reshape(-1, table.shape[2])).reshape(change.shape)
        top = np.nanmax(np.nan_to_num(features.logs), axis=1, keepdims=True) + trees.HEADROOM
        return np.asarray(np.expm1(np.clip(features.level[:, -1:] + change, 0.0, top)))


@dataclass(frozen=True)
class _ShiftTask:
    history: MonthlySeries
    horizons: int
    seed: int


def _other_medians(task: _ShiftTask) -> Floats:
    """Give the medians of all members but the trees, made anew: array (member, series, horizon); NaN without one."""
    others = tuple(name for name in MEMBERS if name != BOOSTED)
    drawn = draw_all(task.history, others, task.horizons, SHIFT_DRAWS, task.seed)
    return np.stack([_medians(drawn[name], task.history.keys) for name in others])


def _medians(draws: Draws, keys: Sequence[SeriesKey]) -> Floats:
    place = {key: row for row, key in enumerate(keys)}
    found = np.full((len(keys), draws.horizons), np.nan)
    found[[place[key] for key in draws.keys]] = np.median(draws.values, axis=2)
    return found


def shifted(history: MonthlySeries, shift: float) -> MonthlySeries:
    """Multiply the last month of every series by ``exp(shift)``, in whole persons where the series has only those."""
    values = history.values.copy()
    last = values[:, -1] * np.exp(shift)
    whole = (np.isnan(values) | (values == np.floor(values))).all(axis=1)
    values[:, -1] = np.where(whole, np.floor(last + 0.5), last)
    return replace(history, values=values)


def told_of(
    outlook: Outlook, wanted: Collection[Wanted], *, horizons: int, seed: int, workers: int = 1
) -> dict[Wanted, Told]:
    """Take forecasts of an outlook apart.

    Parameters
    ----------
    outlook : as the release tells it; its draws are those of the release
    wanted : series and horizons
    horizons, seed : what the outlook was made with
    workers : processes that make forecasts of changed months; changes nothing but the time it takes
    """
    groups = [group for group in outlook.forecasts if any(key in group[ENSEMBLE].keys for key, _ in wanted)]
    shown = [outlook.series.until(group[ENSEMBLE].origin) for group in groups]
    teachers = [teaching_rows(series) for series in shown]
    histories = [outlook.history(each.last).select(rows) for each, rows in zip(shown, teachers, strict=True)]
    tasks = [_ShiftTask(shifted(history, shift), horizons, seed) for history in histories for shift in SHIFTS]
    answers = iter(spread(_other_medians, tasks, workers))
    found: dict[Wanted, Told] = {}
    for group, history, series in zip(groups, histories, shown, strict=True):
        shared = SharedParts(history, horizons)
        as_it_is = np.stack([_medians(group[name], history.keys) for name in MEMBERS if name != BOOSTED])
        others = [as_it_is, *(next(answers) for _ in SHIFTS)]
        curve = np.stack(
            [_joined_medians(shared, shift, said) for shift, said in zip((0.0, *SHIFTS), others, strict=True)]
        )
        for (key, horizon), explanation in _explained(group, history, series, shared, wanted):
            weights = effective_weights([share.median for share in explanation.members])
            moves = find_moves(curve[:, history.keys.index(key), horizon - 1])
            found[key, horizon] = Told(explanation, weights, moves)
    return found


def _joined_medians(shared: SharedParts, shift: float, others: Floats) -> Floats:
    """Join the medians of all members as the ensemble does: array (series, horizon)."""
    first = shared.tree_medians(shifted(shared.history, shift))
    return joined(np.stack([first, *others], axis=-1))


def _explained(
    group: Mapping[str, Draws],
    history: MonthlySeries,
    shown: MonthlySeries,
    shared: SharedParts,
    wanted: Collection[Wanted],
) -> Iterator[tuple[Wanted, Explanation]]:
    said = {name: group[name].quantiles(SAID_LEVELS).tolist() for name in (*MEMBERS, ENSEMBLE)}
    for place, key in enumerate(group[ENSEMBLE].keys):
        for horizon in range(1, shared.horizons + 1):
            if (key, horizon) in wanted:
                here = {name: tuple(values[place][horizon - 1]) for name, values in said.items()}
                row = history.keys.index(key)
                published = float(shown.values[shown.keys.index(key), -1])
                yield (key, horizon), take_apart(history, row, horizon, here, shared.parts, published=published)


def effective_weights(medians: Sequence[float]) -> dict[str, float]:
    """Give the weight that each member has in the joined median: a half for the first, and for the median of the others
    a half shared by its middle ones. Members that say the same share what falls on them.

    Examples
    --------
    >>> effective_weights([10.0, 1.0, 2.0, 4.0, 99.0])["factor_model"]
    0.25
    """
    others = np.asarray(medians[1:])
    order = np.argsort(others, kind="stable")
    middle = {order[(others.size - 1) // 2], order[others.size // 2]}
    weights = np.zeros(others.size)
    for place in middle:
        same = np.flatnonzero(others == others[place])
        weights[same] += 0.5 / len(middle) / same.size
    return {MEMBERS[0]: 0.5, **dict(zip(MEMBERS[1:], weights.tolist(), strict=True))}


def find_moves(medians: Floats) -> Moves:
    """Find which factor on the last months would have moved a figure, between those that were tried.

    Parameters
    ----------
    medians : array (1 + shift,): the median as it is, then one for each of :data:`SHIFTS`
    """
    if not np.isfinite(medians).all() or medians[0] <= 0:
        return Moves((), dict.fromkeys(MOVES))
    points = sorted(zip((0.0, *SHIFTS), (medians / medians[0]).tolist(), strict=True))
    curve = tuple((round(float(np.exp(shift)), 4), round(factor, 4)) for shift, factor in points)
    return Moves(curve, {share: _needed(points, 1.0 + share) for share in MOVES})


def _needed(points: Sequence[tuple[float, float]], target: float) -> float | None:
    """Interpolate, between two neighbours, the shift nearest to none at which the target is reached."""
    reached = [
        left[0] + (right[0] - left[0]) * (target - left[1]) / (right[1] - left[1])
        for left, right in pairwise(points)
        if left[1] != right[1] and min(left[1], right[1]) <= target <= max(left[1], right[1])
    ]
    return round(float(np.exp(min(reached, key=abs))), 4) if reached else None
