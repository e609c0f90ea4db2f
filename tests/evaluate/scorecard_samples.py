"""Scorecards made by hand: the WIS is given, and the other scores are simple functions of it."""

from datetime import date
from typing import Any

import numpy as np

from havre.draws import Floats, SeriesKey
from havre.evaluate.protocol import INTERVALS, TAIL_LEVELS, Scorecard
from havre.months import add_months

NAN = float("nan")
MODELS = ("rw_pooled", "mean3_pooled", "ours")
FIRST_ORIGIN = date(2018, 1, 1)


def card_of(wis: Floats, **others: Any) -> Scorecard:
    """Make a scorecard from an array (model, origin, series, horizon); an interval holds where the WIS is below 5."""
    origins, series = wis.shape[1:3]
    hit = np.where(np.isnan(wis), NAN, wis < 5)
    made: dict[str, Any] = {
        "models": MODELS[: len(wis)],
        "baselines": MODELS[:2],
        "keys": tuple(SeriesKey("asylum_applications", f"S{row}", "DEU") for row in range(series)),
        "origins": tuple(add_months(FIRST_ORIGIN, month) for month in range(origins)),
        "wis": wis,
        "wis_log": wis / 100,
        "squared": wis**2,
        "covered": np.repeat(hit[..., None], len(INTERVALS), axis=-1),
        "tail": wis[..., None] * np.arange(1, len(TAIL_LEVELS) + 1),
        "above_95": 1 - hit,
        "pit_low": np.where(np.isnan(wis), NAN, 0.5),
        "pit_high": np.where(np.isnan(wis), NAN, 0.5),
        "surge_chance": np.where(np.isnan(wis), NAN, 0.1),
        "surge": np.where(np.isnan(wis).all(axis=0), NAN, 0.0),
        "mean_before": np.full(series, 50.0),
        "missing": np.zeros(len(wis)),
    }
    return Scorecard(**(made | others))


def random_card(origins: int = 24, series: int = 8, horizons: int = 2) -> Scorecard:
    """Make a card in which ours is better than both baselines by a fifth or more."""
    rng = np.random.default_rng(4)
    wis = rng.gamma(2.0, 5.0, (3, origins, series, horizons)) * np.array([1.0, 1.2, 0.8])[:, None, None, None]
    return card_of(wis)
