"""Forecasts of a scope made coherent: in every draw the parts, with what is too small to be told, make the total."""

from collections.abc import Mapping

import numpy as np

from havre.draws import Draws, SeriesKey
from havre.forecast.dependence import draw_joint
from havre.forecast.filters import draw_count_filter
from havre.forecast.hierarchy import REST, build_hierarchy
from havre.forecast.models import ENSEMBLE, draw_all
from havre.forecast.reconcile import coherent_draws, merge_draws
from havre.panel.scope import TOTAL, By, Scope
from havre.panel.series import MonthlySeries
from havre.scale import generator


def draw_coherent(
    everything: MonthlySeries,
    known: MonthlySeries,
    models: tuple[str, ...],
    scope: Scope,
    *,
    horizons: int,
    draws: int,
    seed: int,
) -> dict[str, Draws]:
    """Draw the forecasts of a scope as a release tells them: those of its ensemble coherent with their total.

    Parameters
    ----------
    everything : all series of the scope as known at the origin
    known : those that are long enough to teach and to be forecast; its last month is the origin
    models : names of models
    """
    drawn = draw_all(known, models, horizons, draws, seed)
    if ENSEMBLE in drawn:
        rng = generator(seed, "coherence", scope.id, f"{known.last:%Y-%m}")
        drawn[ENSEMBLE] = make_coherent(everything, drawn[ENSEMBLE], scope.by, rng)
    return drawn


def make_coherent(everything: MonthlySeries, told: Draws, by: By, rng: np.random.Generator) -> Draws:
    """Put the forecasts of a scope into a joint order, and reconcile them with their total.

    What has no forecast of its own (small corridors, unknown nationality) is forecast by the count filter, only so
    that the sum is short of nobody; it is not given back.

    Parameters
    ----------
    everything : all series of the scope as known at the origin, those too small to be forecast included
    told : draws of the series that are forecast, their total among them
    by : the dimension in which the series of the scope differ

    Returns
    -------
    Draws of the same series in the same order, in whole persons: each total exactly the sum of its parts in every
    draw. Where there is no total, or nothing beside it, only the order of the draws is new.
    """
    parts = [key for key in told.keys if getattr(key, by) != TOTAL]
    if len(parts) != len(told.keys) - 1 or not parts:
        return draw_joint(everything, told, rng) if told.keys else told
    as_whole = _for_all_origins((*everything.keys, *told.keys), by)
    total = SeriesKey(told.keys[0].measure, TOTAL, TOTAL)
    rows = [
        row
        for row, key in enumerate(everything.keys)
        if as_whole[key] != total and not np.isnan(everything.values[row]).all()
    ]
    keys = tuple(as_whole[everything.keys[row]] for row in rows)
    series = MonthlySeries(keys, everything.first, everything.values[rows])
    hierarchy, history = build_hierarchy(series, [as_whole[key] for key in parts])
    base = Draws(tuple(as_whole[key] for key in told.keys), told.origin, told.values)
    if missing := tuple(key for key in hierarchy.keys if key not in base.keys):
        beside = draw_count_filter(history, told.horizons, told.values.shape[2], rng)
        base = merge_draws([base, beside.select(missing)])
    found = coherent_draws(history, base, hierarchy, rng).select(tuple(as_whole[key] for key in told.keys))
    return Draws(told.keys, told.origin, found.values)


def _for_all_origins(keys: tuple[SeriesKey, ...], by: By) -> Mapping[SeriesKey, SeriesKey]:
    """Name series that differ by destination as if they were of all origins: which origin it is changes no sum."""
    if by == "origin":
        return {key: key for key in keys}
    return {key: SeriesKey(key.measure, TOTAL, key.destination) for key in keys}


def with_rest(told: Draws, by: By) -> Draws:
    """Add what a total has beyond the parts that are told, as a series of its own, so that the parts make it whole.

    Draws without a total, or whose parts make it already, are given back as they are.
    """
    totals = [row for row, key in enumerate(told.keys) if getattr(key, by) == TOTAL]
    if len(totals) != 1 or len(told.keys) == 1:
        return told
    [total] = totals
    rest = 2 * told.values[total] - told.values.sum(axis=0)
    if not (rest > 0).any() or (rest < 0).any():
        return told
    whole = told.keys[total]
    key = SeriesKey(whole.measure, *((REST, whole.destination) if by == "origin" else (whole.origin, REST)))
    return Draws((*told.keys, key), told.origin, np.concatenate([told.values, rest[None]]))
