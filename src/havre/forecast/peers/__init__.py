"""Strong peers of the models: what others have published, judged in the same league table.

Each file names its source. They need the ``peers`` extra, but for ``factor_poisson``; nothing of it is imported before
a peer is asked for. Their forecasts are capped: see :mod:`havre.forecast.peers.bounds`.
"""

from collections.abc import Callable, Mapping

import numpy as np

from havre.draws import Draws
from havre.forecast.peers.factors import draw_factor_poisson
from havre.forecast.peers.forest import draw_forest_boosting
from havre.forecast.peers.statistical import (
    MEDIAN_MEMBERS,
    draw_auto_arima,
    draw_auto_ets,
    draw_auto_theta,
    draw_median_statistical,
)
from havre.forecast.peers.windows import draw_elastic_net_windows
from havre.panel.series import MonthlySeries

PEERS: Mapping[str, Callable[[MonthlySeries, int, int, np.random.Generator], Draws]] = {
    "auto_ets": draw_auto_ets,
    "auto_theta": draw_auto_theta,
    "auto_arima": draw_auto_arima,
    "median_statistical": draw_median_statistical,
    "forest_boosting": draw_forest_boosting,
    "elastic_net_windows": draw_elastic_net_windows,
    "factor_poisson": draw_factor_poisson,
}
"""The peers by name: model functions as those of :mod:`havre.forecast.models`."""

__all__ = ["MEDIAN_MEMBERS", "PEERS"]
