"""Surge alarms: where the chance of a surge exceeds a threshold that was fixed beforehand for a false-alarm budget.

The budget is how many false alarms a corridor may have a year, on average and at one horizon. The threshold is the
lowest chance that would have kept past alarms within it, at origins whose truth was known by then; the track record
counts alarms of the past by thresholds that were fixed earlier still. What a surge is, how its chance is read from a
forecast, and how a threshold is fixed, the judge says: :mod:`havre.evaluate.surges`, :mod:`havre.evaluate.alarms`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from havre.draws import Draws, Floats, Quantiles, SeriesKey
from havre.errors import ForecastError, Problem
from havre.evaluate.alarms import BUDGET, LEAST_ORIGINS, threshold_before
from havre.evaluate.protocol import check_horizons, truth_for
from havre.evaluate.surges import MONTHS_BEFORE, surge_came, surge_chance, surge_threshold
from havre.forecast.backtest import LEAST_HISTORY, make_forecasts
from havre.forecast.kept import KeptForecasts
from havre.forecast.models import ENSEMBLE, draw_all
from havre.forecast.outlook import Progress
from havre.forecast.pooling import active_rows
from havre.forecast.teaching import teaching_series, too_short
from havre.months import add_months, month_index, months_between
from havre.panel.scope import Scope, check_wanted, history_known, scope_series
from havre.panel.series import MonthlySeries
from havre.record.wording import Wording
from havre.sources.catalogue import source
from havre.texts import say

MOST_BUDGET = 12.0
"""A false alarm every month."""


@dataclass(frozen=True)
class AlarmOptions:
    """What alarms depend on besides the panel.

    ``budget`` is in false alarms per corridor-year; ``past_origins`` counts the months from which forecasts are made
    again to fix thresholds and tell the record; ``workers`` and ``kept`` (where they are kept) change nothing but the
    time it takes.
    """

    horizons: int = 3
    budget: float = BUDGET
    draws: int = 500
    seed: int = 20_260_101
    past_origins: int = 36
    leave_out_gaps: bool = False
    workers: int = 1
    kept: KeptForecasts | None = None

    def __post_init__(self) -> None:
        check_horizons(self.horizons)
        check_budget(self.budget)


def check_budget(budget: float) -> float:
    """Check a false-alarm budget.

    Raises
    ------
    ForecastError : it is not above 0 and at most 12 per corridor-year
    """
    if not 0 < budget <= MOST_BUDGET:
        raise ForecastError("alarms.budget", budget=budget, most=f"{MOST_BUDGET:.0f}")
    return budget


@dataclass(frozen=True)
class PastChances:
    """Chances of a surge that forecasts told at past origins, and what came.

    Both arrays have the shape (origin, series, horizon) and NaN where nothing was forecast or no truth is known;
    ``came`` is 1 where a surge came and 0 where none did.
    """

    keys: tuple[SeriesKey, ...]
    origins: tuple[date, ...]
    chances: Floats
    came: Floats

    def until(self, origin: date) -> "PastChances":
        """Keep the earlier origins, and of what came only what was known at ``origin``."""
        kept = [place for place, past in enumerate(self.origins) if past < origin]
        came = self.came[kept].copy()
        for place, index in enumerate(kept):
            known = month_index(origin) - month_index(self.origins[index])
            came[place, :, known:] = np.nan
        return replace(self, origins=tuple(self.origins[i] for i in kept), chances=self.chances[kept], came=came)


def surge_chances(draws: Draws, history: MonthlySeries) -> Floats:
    """Give the chance of a surge as an array (series, horizon), for the series of the draws."""
    place = {key: row for row, key in enumerate(history.keys)}
    known = history.select([place[key] for key in draws.keys])
    return surge_chance(Quantiles.of(draws).values, surge_threshold(known, draws.origin))


def thresholds_at(past: PastChances, origin: date, budget: float) -> Floats:
    """Fix the threshold of each horizon by what was known at an origin, as an array (horizon,).

    NaN where fewer than :data:`havre.evaluate.alarms.LEAST_ORIGINS` earlier origins have known truth. The rule is that
    of the judge, :func:`havre.evaluate.alarms.threshold_before`.
    """
    known = past.until(origin)
    found = np.full(past.chances.shape[2], np.nan)
    for place in range(found.size):
        chances, came = known.chances[..., place], known.came[..., place]
        counted = ~np.isnan(came) & ~np.isnan(chances)
        if counted.any(axis=1).sum() >= LEAST_ORIGINS:
            found[place] = threshold_before(chances, came, budget)
    return found


def past_alarms(past: PastChances, budget: float) -> Floats:
    """Tell where an alarm would have been raised, each by the threshold that could be fixed at its own origin.

    Returns
    -------
    Array (origin, series, horizon): 1, 0, or NaN where nothing was forecast, no threshold could be fixed yet, or
    nobody knows what came.
    """
    raised = np.full(past.chances.shape, np.nan)
    for place, origin in enumerate(past.origins):
        fixed = thresholds_at(past, origin, budget)
        judged = ~np.isnan(past.chances[place]) & ~np.isnan(past.came[place]) & ~np.isnan(fixed)
        raised[place] = np.where(judged, past.chances[place] > fixed, np.nan)
    return raised


@dataclass(frozen=True)
class AlarmRecord:
    """How past alarms did: ``months`` judged, surges announced, false alarms, and surges that came without one."""

    months: int
    hits: int
    false_alarms: int
    missed: int

    @property
    def raised(self) -> int:
        """Number of alarms."""
        return self.hits + self.false_alarms


def record_of(raised: Floats, came: Floats) -> AlarmRecord:
    """Count hits, false alarms and misses of arrays of the same shape, NaN where not judged."""
    judged = ~np.isnan(raised) & ~np.isnan(came)
    alarm, surge = judged & (raised == 1), judged & (came == 1)
    counts = (judged, alarm & surge, alarm & ~surge, surge & ~alarm)
    return AlarmRecord(*(int(part.sum()) for part in counts))


@dataclass(frozen=True)
class SurgeWatch:
    """The chance of a surge in one month of one series, and all that an alarm has to tell.

    Parameters
    ----------
    key, origin, horizon, month : the series, the last month that was known, months ahead, the month spoken of
    lead : whole months between the day when the origin was published and the month; below 0 it has begun by then
    chance : chance of a surge
    threshold : chance above which an alarm is raised; ``None`` where the past is too short to fix one
    budget : false alarms per corridor-year that the threshold is fixed for
    needed : count from which the month is a surge [persons]
    before : mean of the last three months [persons a month]
    low, high : 80 % interval [persons]
    record, record_all : past alarms at this horizon on this series, and on all series of the scope
    """

    key: SeriesKey
    origin: date
    horizon: int
    month: date
    lead: int
    chance: float
    threshold: float | None
    budget: float
    needed: float
    before: float
    low: float
    high: float
    record: AlarmRecord
    record_all: AlarmRecord

    @property
    def alarm(self) -> bool:
        """Whether an alarm is raised."""
        return self.threshold is not None and self.chance > self.threshold


def watch_surges(
    draws: Draws, history: MonthlySeries, past: PastChances, *, budget: float = BUDGET, lag: int = 0
) -> tuple[SurgeWatch, ...]:
    """Judge every series and horizon of a forecast by thresholds fixed before, most likely surges first.

    Parameters
    ----------
    draws : the forecast
    history : what it was made from
    past : chances at past origins; what was not known at the origin of the draws is left out here
    budget : false alarms per corridor-year
    lag : months after its end until a month is published
    """
    known = past.until(draws.origin)
    fixed, raised = thresholds_at(past, draws.origin, budget), past_alarms(known, budget)
    place = {key: row for row, key in enumerate(history.keys)}
    rows = history.select([place[key] for key in draws.keys])
    needed = surge_threshold(rows, draws.origin)
    before = np.nanmean(rows.values[:, -MONTHS_BEFORE:], axis=1)
    chances, bounds = surge_chances(draws, history), draws.quantiles((0.1, 0.9))
    found: list[SurgeWatch] = []
    for row, key in enumerate(draws.keys):
        own = [index for index, other in enumerate(past.keys) if other == key]
        for h, month in enumerate(draws.target_months):
            found.append(
                SurgeWatch(
                    key=key,
                    origin=draws.origin,
                    horizon=h + 1,
                    month=month,
                    lead=h - lag,
                    chance=float(chances[row, h]),
                    threshold=float(fixed[h]) if h < fixed.size and not np.isnan(fixed[h]) else None,
                    budget=budget,
                    needed=float(needed[row]),
                    before=float(before[row]),
                    low=float(bounds[row, h, 0]),
                    high=float(bounds[row, h, 1]),
                    record=record_of(raised[:, own, h : h + 1], known.came[:, own, h : h + 1]),
                    record_all=record_of(raised[..., h : h + 1], known.came[..., h : h + 1]),
                )
            )
    return tuple(sorted(found, key=lambda watch: -watch.chance))


def past_chances(
    series: MonthlySeries,
    origins: Sequence[date],
    options: AlarmOptions,
    *,
    history: Callable[[date], MonthlySeries] | None = None,
    kept: KeptForecasts | None = None,
    progress: Callable[[int], object] | None = None,
) -> PastChances:
    """Forecast again at past origins, each from what was known then, and set the chances of a surge beside what came.

    Parameters
    ----------
    series : the truth, as known today
    history : what was known at an origin, with the rows of ``series``; by default the months of ``series`` up to it
    kept, progress : see :func:`havre.forecast.backtest.make_forecasts`
    """
    shape = (len(origins), len(series.keys), options.horizons)
    chances, came = np.full(shape, np.nan), np.full(shape, np.nan)
    known = {origin: teaching_series((history or series.until)(origin)) for origin in origins}
    used = [origin for origin in origins if active_rows(known[origin]).size]
    made = make_forecasts(
        used,
        known.__getitem__,
        models=(ENSEMBLE,),
        horizons=options.horizons,
        draws=options.draws,
        seed=options.seed,
        workers=options.workers,
        kept=kept,
        progress=progress,
    )
    place = {key: row for row, key in enumerate(series.keys)}
    for index, origin in enumerate(origins):
        if origin in used:
            quantiles, past = made[ENSEMBLE, origin], known[origin]
            rows = [place[key] for key in quantiles.keys]
            threshold = surge_threshold(past, origin)[[past.keys.index(key) for key in quantiles.keys]]
            chances[index, rows] = surge_chance(quantiles.values, threshold)
            came[index, rows] = surge_came(truth_for(series, origin, options.horizons)[rows], threshold)
    return PastChances(series.keys, tuple(origins), chances, came)


@dataclass(frozen=True)
class AlarmOutlook:
    """All that is watched in a scope, most likely surges first, and which series could not be watched and why."""

    scope: Scope
    watched: tuple[SurgeWatch, ...]
    left_out: tuple[Problem, ...]

    @property
    def alarms(self) -> tuple[SurgeWatch, ...]:
        """Those for which an alarm is raised."""
        return tuple(watch for watch in self.watched if watch.alarm)


def find_alarms(
    panel: pl.DataFrame, scope: Scope, options: AlarmOptions, progress: Progress | None = None
) -> AlarmOutlook:
    """Watch every series of a scope for surges, from its own last published month.

    Raises
    ------
    ForecastError : a series has a gap and gaps are not left out, or no series has enough history
    PlaceError : a code that was asked for has no series
    """
    series, broken = scope_series(panel, scope, leave_out_gaps=options.leave_out_gaps)
    check_wanted(scope, series)
    ends = dict(zip(series.keys, series.last_published(), strict=True))
    groups = {end: teaching_series(series.until(end)) for end in sorted({end for end in ends.values() if end})}
    wanted = {
        end: tuple(key for key in known.keys if ends[key] == end and scope.wants(key)) for end, known in groups.items()
    }
    watched = {key for keys in wanted.values() for key in keys}
    short = [too_short(key, ends[key]) for key in series.keys if scope.wants(key) and key not in watched]
    if not watched:
        raise ForecastError.all_of(short)
    past = _past_of_scope(panel, scope, series, options, progress)
    terms = source(scope.source).measures.get(scope.measure)
    lag = terms.lag_months if terms else 0
    found: list[SurgeWatch] = []
    for end, keys in wanted.items():
        if keys:
            drawn = draw_all(groups[end], (ENSEMBLE,), options.horizons, options.draws, options.seed)[ENSEMBLE]
            found += watch_surges(drawn.select(keys), groups[end], past, budget=options.budget, lag=lag)
    return AlarmOutlook(scope, tuple(sorted(found, key=lambda watch: -watch.chance)), (*broken, *short))


def _past_of_scope(
    panel: pl.DataFrame, scope: Scope, series: MonthlySeries, options: AlarmOptions, progress: Progress | None
) -> PastChances:
    first = max(add_months(series.last, -options.past_origins), add_months(series.first, LEAST_HISTORY - 1))
    origins = months_between(first, add_months(series.last, -1))
    return past_chances(
        series,
        origins,
        options,
        history=lambda origin: history_known(panel, scope, series, origin),
        kept=options.kept,
        progress=(lambda done: progress(f"{scope.id} alarms", done, len(origins))) if progress else None,
    )


def why(watch: SurgeWatch, words: Wording, *, least_shown: int = 10) -> str:
    """Tell in plain words why an alarm is raised, or is not: expectation, chance, threshold, past record, lead time.

    Parameters
    ----------
    words : the language, with the names of the measures
    least_shown : counts from 1 to one below it are told as "fewer than" it
    """

    def number(value: float) -> str:
        return _say(words, "few", least=least_shown) if 0 < value < least_shown else words.number(value)

    expected = {
        "low": number(watch.low),
        "high": number(watch.high),
        "month": words.month(watch.month),
        "before": number(watch.before),
        "last": words.month(watch.origin),
    }
    parts = [
        _say(words, "why.expected", **expected),
        _say(words, "why.chance", needed=number(watch.needed), chance=_percents(watch, words)[0]),
        _why_threshold(watch, words),
    ]
    if watch.threshold is not None:
        parts.append(_why_record(watch.record, words, "here"))
        if watch.record_all != watch.record:
            parts.append(_why_record(watch.record_all, words, "all"))
    return " ".join((*parts, _why_lead(watch, words)))


def _say(words: Wording, key: str, /, **fields: object) -> str:
    return say("alarms", key, words.language, **fields)


def _why_threshold(watch: SurgeWatch, words: Wording) -> str:
    if watch.threshold is None:
        return _say(words, "why.no_threshold", origins=LEAST_ORIGINS)
    from babel.numbers import format_decimal

    fields = {
        "threshold": _percents(watch, words)[1],
        "budget": format_decimal(watch.budget, locale=words.language),
    }
    return _say(words, "why.above" if watch.alarm else "why.below", **fields)


def _percents(watch: SurgeWatch, words: Wording) -> tuple[str, str]:
    """Write chance and threshold with as many decimals as tell them apart."""
    from babel.numbers import format_percent

    pair = (watch.chance, watch.threshold or 0.0)
    told = [
        tuple(
            format_percent(round(share, 2 + decimals), locale=words.language, decimal_quantization=False)
            for share in pair
        )
        for decimals in range(4)
    ]
    return next(((first, second) for first, second in told if first != second), (told[-1][0], told[-1][1]))


def _why_record(record: AlarmRecord, words: Wording, where: str) -> str:
    fields = {name: words.number(getattr(record, name)) for name in ("months", "hits", "raised", "missed")}
    if record.months == 0:
        return _say(words, f"why.{where}.unknown")
    return _say(words, f"why.{where}.{'some' if record.raised else 'none'}", **fields)


def _why_lead(watch: SurgeWatch, words: Wording) -> str:
    if watch.lead < 0:
        return _say(words, "why.lead.begun")
    key = "one" if watch.lead == 1 else "many" if watch.lead else "now"
    return _say(words, f"why.lead.{key}", lead=words.number(watch.lead))
