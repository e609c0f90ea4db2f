"""The backtest: forecasts made again at past origins, each from what was known then, scored against what came.

The work is cut into tasks of one origin and a few models each, which may be done anywhere: only quantiles come back,
so that memory stays small. What was made before is taken from :mod:`havre.forecast.kept`, if that is given.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from havre.draws import Draws, Quantiles
from havre.errors import ForecastError
from havre.evaluate.protocol import Forecasts, Scorecard, check_horizons, check_origins, score, select_series
from havre.forecast.ensemble import join_members, median_ensemble
from havre.forecast.kept import KeptForecasts, entry_key, history_hash
from havre.forecast.models import ALL_MODELS, BASELINES, ENSEMBLE, MEMBERS, MODELS, Model
from havre.forecast.source_code import code_hash
from havre.panel.series import MonthlySeries
from havre.scale import generator, spread

if TYPE_CHECKING:
    from distributed import Client

LEAST_HISTORY = 24
"""Months of history that an origin needs."""
DRAWS = 500
MOST_TOGETHER = 1500
"""Series that are forecast together. More are dealt out into parts that are each a pool of their own: memory stays
bounded, and a pool of this size has nothing more to learn from further series."""


@dataclass(frozen=True)
class BacktestTask:
    """Everything that some models at one origin need; it can be sent to another process.

    ``code`` holds the hash of the code of each model, which names what is kept in ``kept``.
    """

    history: MonthlySeries
    models: tuple[str, ...]
    horizons: int
    draws: int
    seed: int
    code: Mapping[str, str] = field(default_factory=dict)
    kept: KeptForecasts | None = None


def forecast_at(task: BacktestTask) -> dict[str, Quantiles]:
    """Make the forecasts of one origin, or take them from where they are kept; only quantiles are given back."""
    maker = _Maker(task)
    return {name: maker.quantiles(name) for name in task.models}


@dataclass(frozen=True)
class _Maker:
    """Makes the forecasts of one task, each once; an ensemble is made of kept members where there are any."""

    task: BacktestTask
    made: dict[str, Draws] = field(default_factory=dict)

    def quantiles(self, name: str) -> Quantiles:
        kept = self.task.kept
        if kept is None:
            return Quantiles.of(self.draws(name))
        found = kept.quantiles(self.key(name))
        if found is None:
            found = Quantiles.of(self.draws(name))
            kept.keep_quantiles(self.key(name), found)
        return found

    def draws(self, name: str) -> Draws:
        if name not in self.made:
            kept = self.task.kept if any(name in members_of(other) for other in self.task.models) else None
            found = kept.draws(self.key(name)) if kept else None
            if found is None:
                found = self._draw(name)
                if kept:
                    kept.keep_draws(self.key(name), found)
            self.made[name] = found
        return self.made[name]

    def _draw(self, name: str) -> Draws:
        task = self.task
        rng = generator(task.seed, name, f"{task.history.last:%Y-%m}")
        if members := members_of(name):
            return _join_of(name)([self.draws(member) for member in members], rng)
        return model_of(name)(task.history, task.horizons, task.draws, rng)

    def key(self, name: str) -> str:
        task = self.task
        members = [self.key(member) for member in members_of(name)]
        settings = (self.history_hash, task.horizons, task.draws, task.seed)
        return entry_key(name, task.code[name], *settings, members)

    @cached_property
    def history_hash(self) -> str:
        return history_hash(self.task.history)


def members_of(name: str) -> tuple[str, ...]:
    """Give the members of an ensemble, none for another model."""
    from havre.forecast.peers import MEDIAN_MEMBERS

    return {ENSEMBLE: MEMBERS, "median_statistical": MEDIAN_MEMBERS}.get(name, ())


def _join_of(name: str) -> Callable[[Sequence[Draws], np.random.Generator], Draws]:
    """Give the function that makes an ensemble of the draws of its members."""
    return join_members if name == ENSEMBLE else median_ensemble


def _made_of(name: str) -> tuple[str, ...]:
    """Give a model and all that it is made of."""
    return (name, *(part for member in members_of(name) for part in _made_of(member)))


def check_any_model(name: str) -> str:
    """Check the name of a model or peer.

    Raises
    ------
    ForecastError : there is none of this name; the error names near matches
    """
    from havre.forecast.peers import PEERS

    known = (*ALL_MODELS, *PEERS)
    if name not in known:
        near = ", ".join(get_close_matches(name, known, n=3, cutoff=0.4)) or ", ".join(known)
        raise ForecastError("forecast.unknown_model", model=name, near=near)
    return name


def model_of(name: str) -> Model:
    """Give a baseline, model or peer by name; see :func:`check_any_model`."""
    from havre.forecast.peers import PEERS

    return {**BASELINES, **MODELS, **PEERS}[check_any_model(name)]


def code_of(models: Sequence[str]) -> dict[str, str]:
    """Give the hash of the code behind each model, of members of an ensemble too; see :func:`code_hash`."""
    names = dict.fromkeys(part for name in models for part in _made_of(name))
    of_generator = code_hash(generator)
    functions = {name: _join_of(name) if members_of(name) else model_of(name) for name in names}
    return {name: f"{code_hash(function)} {of_generator}" for name, function in functions.items()}


def make_forecasts(
    origins: Sequence[date],
    history: Callable[[date], MonthlySeries],
    *,
    models: tuple[str, ...] = ALL_MODELS,
    horizons: int = 12,
    draws: int = DRAWS,
    seed: int = 0,
    workers: int = 1,
    cluster: "str | Client | None" = None,
    kept: KeptForecasts | None = None,
    progress: Callable[[int], object] | None = None,
) -> Forecasts:
    """Forecast at every origin.

    Parameters
    ----------
    origins : last published months to forecast from, in order
    history : what was known at an origin; a history of more than :data:`MOST_TOGETHER` series is forecast in parts
    workers, cluster : who does it, see :func:`havre.scale.spread`; the bits are the same
    kept : where forecasts that were made before are kept; nothing is kept by default
    progress : called with the number of origins done

    Raises
    ------
    ForecastError : a model is not known
    WorkError : the work could not be spread
    """
    code = code_of(models) if kept else {}
    tasks = [
        BacktestTask(part, group, horizons, draws, seed, code, kept)
        for origin in origins
        for part in _parts(history(origin))
        for group in _groups(models)
    ]
    numbered = zip(tasks, spread(forecast_at, tasks, workers, cluster=cluster), strict=True)
    forecasts: Forecasts = {}
    for done, (_, results) in enumerate(groupby(numbered, key=lambda pair: pair[0].history.last), start=1):
        forecasts.update(_together(found for _, found in results))
        if progress:
            progress(done)
    if kept:
        kept.prune()
    return forecasts


def _groups(models: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Deal the models out: each ensemble with its members, the other baselines, and every other model by itself."""
    together: list[set[str]] = []
    for group in (set(_made_of(name)) for name in models if members_of(name)):
        sharing = [other for other in together if other & group]
        together = [*(other for other in together if other not in sharing), group.union(*sharing)]
    left = [name for name in models if not any(name in group for group in together)]
    groups = [tuple(name for name in models if name in group) for group in together]
    groups += [(name,) for name in left if name not in BASELINES]
    return [*groups, quick] if (quick := tuple(name for name in left if name in BASELINES)) else groups


def _parts(history: MonthlySeries) -> Iterator[MonthlySeries]:
    """Deal the series out like cards, so that every part is a cross-section of all."""
    parts = -(-len(history.keys) // MOST_TOGETHER)
    if parts <= 1:
        yield history
        return
    for part in range(parts):
        yield history.select(range(part, len(history.keys), parts))


def _together(results: Iterator[dict[str, Quantiles]]) -> Forecasts:
    """Join the parts of one origin by model."""
    found: dict[str, list[Quantiles]] = {}
    for result in results:
        for name, quantiles in result.items():
            found.setdefault(name, []).append(quantiles)
    return {(name, parts[0].origin): _joined(parts) for name, parts in found.items()}


def _joined(parts: list[Quantiles]) -> Quantiles:
    if len(parts) == 1:
        return parts[0]
    keys = tuple(key for part in parts for key in part.keys)
    return Quantiles(keys, parts[0].origin, np.concatenate([part.values for part in parts]))


def backtest(
    series: MonthlySeries,
    origins: list[date],
    *,
    judged: list[int] | None = None,
    history: Callable[[date], MonthlySeries] | None = None,
    models: tuple[str, ...] = ALL_MODELS,
    horizons: int = 12,
    draws: int = DRAWS,
    seed: int = 0,
    workers: int = 1,
    cluster: "str | Client | None" = None,
    kept: KeptForecasts | None = None,
    progress: Callable[[int], object] | None = None,
) -> Scorecard:
    """Forecast at every origin from nothing but the months up to it, and score.

    Parameters
    ----------
    series : the truth, as known today; all rows may teach a model
    origins : last published months to forecast from, in order
    judged : rows that are scored; by default those of :func:`havre.evaluate.protocol.select_series`
    history : what was known at an origin, with the rows of ``series``; by default the months of ``series`` up to it
    workers, cluster, kept, progress : see :func:`make_forecasts`

    Raises
    ------
    ForecastError : an origin lies outside the data, the horizon outside 1 to 12, or no series can be judged
    """
    check_horizons(horizons)
    check_origins(series, origins, LEAST_HISTORY)
    rows = select_series(series, origins[0]) if judged is None else judged
    if not rows:
        raise ForecastError("forecast.no_series", what=f"{len(series.keys)} series before {origins[0]:%Y-%m}")
    forecasts = make_forecasts(
        origins,
        history or series.until,
        models=models,
        horizons=horizons,
        draws=draws,
        seed=seed,
        workers=workers,
        cluster=cluster,
        kept=kept,
        progress=progress,
    )
    known = tuple(name for name in models if name in BASELINES)
    return score(forecasts, series.select(rows), models, known, horizons)
