"""What the planner makes of a published forecast is what the forecast's own joint draws give; slow, on real figures."""

import numpy as np
import pytest

from havre.draws import QUANTILE_LEVELS, SeriesKey
from havre.forecast.reception import Reception, draw_occupancy
from havre.forecast.scope_draws import draw_scope
from havre.panel.scope import Scope
from havre.pipeline import load_panel
from havre.record.outlook import Outlook
from havre.web.pages.planner_form import stay_of_mean
from havre.web.planning import PublishedArrivals, month_correlations

DRAWS = 4000


@pytest.mark.slow
def test_probabilities_are_near_those_of_the_joint_draws() -> None:
    panel = load_panel(None).known_on(None).observations
    scope = Scope("sea_arrivals", "unhcr_odp", by="destination")
    base = draw_scope(panel, scope, horizons=12, draws=DRAWS, seed=5, leave_out_gaps=True)
    for code in ("ITA", "GRC", "ESP"):
        key = SeriesKey("sea_arrivals", "TOT", code)
        flows = base.draws.select((key,))
        row = base.history.keys.index(key)
        values = base.history.values[row]
        months = [base.history.month(column) for column in range(values.size)]
        history = tuple((m, float(v)) for m, v in zip(months, values, strict=True) if not np.isnan(v))
        outlook = Outlook(
            {"scope": scope.id, "measure": key.measure, "origin": "TOT", "destination": code}, history, ()
        )
        factor = np.asarray(np.linalg.cholesky(month_correlations(outlook, 12)), dtype=np.float64)
        ours = PublishedArrivals(outlook, flows.target_months, QUANTILE_LEVELS, flows.quantiles()[0], factor)
        place = Reception(
            capacity=500, occupancy=440, share=_even(float(np.median(flows.values))), stay=stay_of_mean(6, 1)
        )
        rng = np.random.default_rng(1)
        joint = draw_occupancy(flows.values[0], flows.target_months, place, rng).is_full
        planned = draw_occupancy(ours.draws(DRAWS, rng), flows.target_months, place, rng).is_full
        assert np.abs(joint - planned).max() < 0.03, code


def _even(median: float) -> tuple[float, float]:
    """Give the share with which about as many come as leave."""
    share = 440 / 6 / median
    return share, share
