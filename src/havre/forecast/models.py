"""The models by name: naive baselines, models, and the ensemble over some of them."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import partial

import numpy as np

from havre.draws import Draws
from havre.errors import ForecastError
from havre.forecast import baselines, counts, factors, filters, levels, quantile_trees, seasons, smoothing
from havre.forecast.ensemble import join_members
from havre.panel.series import MonthlySeries
from havre.scale import generator

Model = Callable[[MonthlySeries, int, int, np.random.Generator], Draws]
"""From the history, the number of horizons, the number of draws and a generator to draws of every series that has a
value in the last month of the history. A model reads nothing but its arguments."""

BASELINES: Mapping[str, Model] = {
    "rw_local": baselines.draw_rw_local,
    "rw_pooled": baselines.draw_rw_pooled,
    "mean3_pooled": baselines.draw_mean3_pooled,
    "seasonal_naive": baselines.draw_seasonal_naive,
    "climatology_6": partial(baselines.draw_climatology, months=6),
    "climatology_12": partial(baselines.draw_climatology, months=12),
    "climatology_24": partial(baselines.draw_climatology, months=24),
    "mixture": baselines.draw_mixture,
}
MODELS: Mapping[str, Model] = {
    "exponential_level": levels.draw_exponential_level,
    "seasonal_level": seasons.draw_seasonal_level,
    "negative_binomial": counts.draw_negative_binomial,
    "own_smoothing": smoothing.draw_own_smoothing,
    "count_filter": filters.draw_count_filter,
    "factor_model": factors.draw_factor_model,
    "boosted_quantiles": quantile_trees.draw_boosted_quantiles,
}
ENSEMBLE = "ensemble"
MEMBERS = ("boosted_quantiles", "count_filter", "factor_model", "own_smoothing", "mixture")
"""Half of the first, half of the median of the others: :func:`havre.forecast.ensemble.half_and_half`."""
ALL_MODELS = (*BASELINES, *MODELS, ENSEMBLE)


def check_model(name: str) -> str:
    """Check the name of a model.

    Raises
    ------
    ForecastError : there is no such model; the error names near matches
    """
    if name not in ALL_MODELS:
        near = ", ".join(get_close_matches(name, ALL_MODELS, n=3, cutoff=0.4)) or ", ".join(ALL_MODELS)
        raise ForecastError("forecast.unknown_model", model=name, near=near)
    return name


def draw_all(history: MonthlySeries, models: tuple[str, ...], horizons: int, draws: int, seed: int) -> dict[str, Draws]:
    """Draw the forecasts of several models from the last month of a history.

    Every model has its own generator, made of the seed, its name and the origin: what one draws does not depend on
    which others are asked for.
    """
    made: dict[str, Draws] = {}

    def one(name: str) -> Draws:
        if name not in made:
            rng = generator(seed, name, f"{history.last:%Y-%m}")
            if name == ENSEMBLE:
                made[name] = join_members([one(member) for member in MEMBERS], rng)
            else:
                made[name] = {**BASELINES, **MODELS}[name](history, horizons, draws, rng)
        return made[name]

    return {check_model(name): one(name) for name in models}


def describe_models() -> dict[str, str]:
    """Describe each model in one sentence: the first line of its documentation."""
    described = {name: _first_line(getattr(model, "func", model)) for name, model in {**BASELINES, **MODELS}.items()}
    others = ", ".join(MEMBERS[1:])
    return {**described, ENSEMBLE: f"Half the quantiles of {MEMBERS[0]}, half the median of those of {others}."}


def _first_line(function: object) -> str:
    return " ".join((function.__doc__ or "").strip().split("\n\n")[0].split())
