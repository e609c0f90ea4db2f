"""Draws for future months: baselines, models, their median ensemble, and the backtest."""

from havre.forecast.backtest import backtest
from havre.forecast.models import ALL_MODELS, BASELINES, ENSEMBLE, MEMBERS, MODELS, draw_all
from havre.forecast.outlook import Outlook, OutlookOptions, make_outlook

__all__ = [
    "ALL_MODELS",
    "BASELINES",
    "ENSEMBLE",
    "MEMBERS",
    "MODELS",
    "Outlook",
    "OutlookOptions",
    "backtest",
    "draw_all",
    "make_outlook",
]
