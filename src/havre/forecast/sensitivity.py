"""What would have changed a forecast: the same models on months that were changed, and the last value that moves it.

Each question changes the history of the one series (or leaves out the others) and makes the whole forecast again, with
the same seed. It tells how the models would have answered, not what would have happened.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from havre.draws import Floats, SeriesKey
from havre.evaluate.protocol import MOST_HORIZONS
from havre.forecast.backtest import BacktestTask, forecast_at
from havre.forecast.models import ENSEMBLE
from havre.forecast.seasons import seasons
from havre.months import add_months, month_index
from havre.panel.series import MonthlySeries
from havre.scale import spread

QUESTIONS = ("without_last_month", "last_as_three", "three_as_year", "without_season", "without_others")
"""What is changed: the last month left out; the last month set to the mean of the last three; the last three months set
to the mean of the last twelve; the series without its own season; the other series left out of the panel."""
SHIFTS = (-1.6, -0.8, -0.3, 0.0, 0.3, 0.8, 1.6)
"""Changes of the last value on log1p that are tried: from about a fifth to five times."""
REFINEMENTS = 3
MEDIAN = 11
"""Place of the median among the quantile levels."""


@dataclass(frozen=True)
class Sensitivity:
    """How a median forecast answers to changed input.

    Parameters
    ----------
    median : median of the forecast as it is [persons]
    answers : median under each of :data:`QUESTIONS` [persons]; one that cannot be asked is left out
    last_value : what was counted in the last month [persons]
    curve : pairs of a last value and the median that it would have given [persons]
    moves : for each share, such as 0.1 and −0.1, the last value that would have moved the median by it; ``None``
        where no last value between the ends of the curve does
    """

    median: float
    answers: dict[str, float]
    last_value: float
    curve: tuple[tuple[float, float], ...]
    moves: dict[float, float | None]

    def in_proportion(self, figure: float) -> "Sensitivity":
        """Give the same answers around another median, such as that of reconciled draws, each changed in proportion."""
        if self.median <= 0:
            return self
        factor = figure / self.median
        answers = {name: value * factor for name, value in self.answers.items()}
        curve = tuple((last, value * factor) for last, value in self.curve)
        return replace(self, median=figure, answers=answers, curve=curve)


@dataclass(frozen=True)
class _Forecaster:
    key: SeriesKey
    horizon: int
    draws: int
    seed: int
    workers: int

    def medians(self, asked: list[tuple[MonthlySeries, int]]) -> list[float]:
        """Give the median for each changed history and its horizon."""
        tasks = [BacktestTask(history, (ENSEMBLE,), horizon, self.draws, self.seed) for history, horizon in asked]
        found = []
        for task, made in zip(tasks, spread(forecast_at, tasks, self.workers), strict=True):
            quantiles = made[ENSEMBLE]
            found.append(float(quantiles.values[quantiles.keys.index(self.key), task.horizons - 1, MEDIAN]))
        return found


def sensitivity(
    history: MonthlySeries,
    key: SeriesKey,
    horizon: int,
    *,
    shares: tuple[float, ...] = (0.1, -0.1),
    draws: int = 200,
    seed: int = 20_260_101,
    workers: int = 1,
) -> Sensitivity:
    """Ask what would have changed a forecast.

    Parameters
    ----------
    history : what the forecast was made from; the series has a value in its last month
    shares : by how much the median is to be moved
    workers : processes; each question is one forecast of the whole panel
    """
    ask = _Forecaster(key, horizon, draws, seed, workers)
    row = history.keys.index(key)
    last = float(history.values[row, -1])
    tried = _tried_values(last)
    changed = dict(_changed(history, row, horizon))
    answers = ask.medians([*changed.values(), *((_with_last(history, row, value), horizon) for value in tried)])
    by_question = dict(zip(changed, answers, strict=False))
    curve = tuple(zip(tried, answers[len(changed) :], strict=True))
    median = dict(curve)[last]

    def again(value: float) -> float:
        return ask.medians([(_with_last(history, row, value), horizon)])[0]

    moves = {share: solve(curve, last, median * (1 + share), again) if median > 0 else None for share in shares}
    return Sensitivity(median, by_question, last, curve, moves)


def _tried_values(last: float) -> list[float]:
    values = [last if shift == 0 else float(np.expm1(np.log1p(last) + shift)) for shift in SHIFTS]
    return sorted({max(0.0, value) for value in values})


def _with_last(history: MonthlySeries, row: int, value: float) -> MonthlySeries:
    return _with(history, row, np.array([value]))


def _with(history: MonthlySeries, row: int, end: Floats) -> MonthlySeries:
    values = history.values.copy()
    values[row, values.shape[1] - end.size :] = end
    return replace(history, values=values)


def _changed(history: MonthlySeries, row: int, horizon: int) -> Iterator[tuple[str, tuple[MonthlySeries, int]]]:
    """Give each question that can be asked: the changed history, and the horizon of the same month from there."""
    own = history.values[row]
    known = own[~np.isnan(own)]
    if known.size > 1 and horizon < MOST_HORIZONS:
        yield "without_last_month", (history.until(add_months(history.last, -1)), horizon + 1)
    if known.size >= 3:
        yield "last_as_three", (_with(history, row, known[-3:].mean(keepdims=True)), horizon)
    if known.size >= 12:
        yield "three_as_year", (_with(history, row, np.full(3, known[-12:].mean())), horizon)
        logs = np.log1p(history.values)
        first = month_index(history.first)
        season = seasons(logs, first % 12)[row, -1]
        calendar = (first + np.arange(own.size)) % 12
        flat = np.expm1(np.maximum(0.0, logs[row] - season[calendar]))
        yield "without_season", (_with(history, row, flat), horizon)
    if len(history.keys) > 1:
        yield "without_others", (history.select([row]), horizon)


def solve(
    curve: tuple[tuple[float, float], ...], start: float, target: float, again: Callable[[float], float]
) -> float | None:
    """Find the last value nearest to the start, on log1p, at which the median reaches a target.

    Parameters
    ----------
    curve : values tried, rising, with their medians; ``start`` is one of them
    target : the median wanted
    again : gives the median of another value
    """
    crossings = [
        (left, right)
        for left, right in pairwise(curve)
        if min(left[1], right[1]) <= target <= max(left[1], right[1]) and left[1] != right[1]
    ]
    if not crossings:
        return None
    low, high = min(crossings, key=lambda ends: min(abs(np.log1p(end[0]) - np.log1p(start)) for end in ends))
    value = _between(low, high, target)
    for _ in range(REFINEMENTS):
        found = (value, again(value))
        if abs(found[1] - target) <= 0.002 * target:
            break
        if (found[1] < target) == (low[1] < target):
            low = found
        else:
            high = found
        value = _between(low, high, target)
    return value


def _between(low: tuple[float, float], high: tuple[float, float], target: float) -> float:
    """Interpolate on log1p of both."""
    ends = np.log1p(np.array([low, high]))
    way = ends[1, 1] - ends[0, 1]
    share = 0.5 if way == 0 else (np.log1p(target) - ends[0, 1]) / way
    return float(np.expm1(ends[0, 0] + np.clip(share, 0.0, 1.0) * (ends[1, 0] - ends[0, 0])))
