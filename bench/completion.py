"""What completing recent months gains on made-up panels with reporting delay, beside knowing the final values at once.

Run as ``python -m bench.completion [--seeds 3] [--months 13]``. Each month is first published two months on, at 60 to
90 % of what it becomes, and completed over four further months; all vintages are kept. Printed is the mean WIS of the
ensemble against the final values, over eight corridors and their total, all origins and six horizons.
"""

import argparse
from collections.abc import Callable
from datetime import date
from functools import partial

import numpy as np

from havre.draws import Floats
from havre.evaluate.protocol import INTERVALS
from havre.forecast.backtest import backtest
from havre.forecast.completion import history_then
from havre.forecast.models import BASELINES, ENSEMBLE, MEMBERS
from havre.forecast.outlook import OutlookOptions, track_record_origins
from havre.panel.scope import Scope, history_known, scope_series
from havre.panel.series import MonthlySeries
from tests.forecast.delayed_panel import delayed_panel

SCOPE = Scope("asylum_applications", "eurostat", "origin", destination="DEU")
MODELS = tuple(dict.fromkeys((*BASELINES, *MEMBERS, ENSEMBLE)))
HORIZONS = 6


def measure(seed: int, months: int) -> dict[str, tuple[Floats, Floats]]:
    """Give mean WIS and coverage of the 80 % interval by horizon, for each way of knowing the last months."""
    panel = delayed_panel(seed)
    series, _ = scope_series(panel, SCOPE)
    origins = track_record_origins(series, OutlookOptions(horizons=HORIZONS, backtest_months=months))
    ways: dict[str, Callable[[date], MonthlySeries]] = {
        "as published": partial(history_known, panel, SCOPE, series),
        "completed": partial(history_then, panel, SCOPE, series, series.keys),
        "final values": series.until,
    }
    found = {}
    for name, history in ways.items():
        card = backtest(series, origins, history=history, models=MODELS, horizons=HORIZONS)
        place = card.models.index(ENSEMBLE)
        held = card.covered[place, ..., INTERVALS.index(0.8)].astype(float)
        found[name] = (card.wis[place].mean(axis=(0, 1)), held.mean(axis=(0, 1)))
    return found


def main() -> None:
    """Print a line for each seed and way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--months", type=int, default=13)
    chosen = parser.parse_args()
    for seed in range(1, chosen.seeds + 1):
        found = measure(seed, chosen.months)
        before = found["as published"][0].mean()
        for name, (wis, held) in found.items():
            by_horizon = " ".join(f"{value:6.1f}" for value in wis)
            print(f"seed {seed} {name:13} WIS {wis.mean():6.1f} ({wis.mean() / before:.2f}) by horizon {by_horizon}"
                  f"  80 % held {np.mean(held):.2f}")  # fmt: skip


if __name__ == "__main__":
    main()
