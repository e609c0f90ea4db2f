"""Draws for future months: baselines, models, their median ensemble, and the backtest."""

from havre.forecast.backtest import backtest
from havre.forecast.models import ALL_MODELS, BASELINES, ENSEMBLE, MEMBERS, MODELS, draw_all

__all__ = ["ALL_MODELS", "BASELINES", "ENSEMBLE", "MEMBERS", "MODELS", "backtest", "draw_all"]
