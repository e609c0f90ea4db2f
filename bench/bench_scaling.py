"""Processor time and memory of forecasts from one origin against the number of series.

Run it with ``python bench/bench_scaling.py`` (10² to 10⁴ series, a few minutes) or with ``--largest 100000``; each size
runs in a process of its own, so that its peak of memory is its own. ``make bench`` runs the two smallest sizes.
"""

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import date

import numpy as np

from havre.draws import SeriesKey
from havre.forecast.backtest import DRAWS, make_forecasts
from havre.forecast.models import ENSEMBLE
from havre.panel.series import MonthlySeries

MODELS = ("rw_pooled", "mean3_pooled", "climatology_12", "seasonal_level", ENSEMBLE)
MONTHS = 120
FIRST = date(2010, 1, 1)


def synthetic(series: int, seed: int = 0) -> MonthlySeries:
    """Draw counts from less than one to some thousands a month that wander, have a season, and start at any time."""
    rng = np.random.default_rng(seed)
    size = np.exp(rng.normal(2.0, 2.0, (series, 1)))
    season = 1 + 0.3 * np.sin(2 * np.pi * (np.arange(MONTHS) / 12 + rng.random((series, 1))))
    walk = np.exp(np.cumsum(rng.normal(0, 0.12, (series, MONTHS)), axis=1))
    values = rng.poisson(np.minimum(size * season * walk, 1e6)).astype(np.float64)
    values[np.arange(MONTHS) < rng.integers(0, 60, (series, 1))] = np.nan
    keys = tuple(SeriesKey("irregular_crossings", f"S{row:06}", "TOT") for row in range(series))
    return MonthlySeries(keys, FIRST, values)


def measure(series: int, draws: int = DRAWS, models: tuple[str, ...] = MODELS) -> tuple[float, float]:
    """Fit and forecast once; give seconds of processor time and the peak of this process so far [MB]."""
    history = synthetic(series)
    started = time.process_time()
    found = make_forecasts([history.last], lambda _: history, models=models, draws=draws, seed=1)
    seconds = time.process_time() - started
    assert all(len(made.keys) == series for made in found.values())
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def exponent(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """Fit how the time grows: 1 is linear in the number of series."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def apart(series: int) -> tuple[float, float]:
    """Measure in a process of its own."""
    told = subprocess.run([sys.executable, __file__, "--one", str(series)], capture_output=True, text=True, check=True)
    seconds, peak = told.stdout.split()
    return float(seconds), float(peak)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--largest", type=int, default=10_000, help="largest number of series")
    parser.add_argument("--one", type=int, help="measure one size in this process")
    asked = parser.parse_args()
    if asked.one:
        measure(100, draws=20)  # imports and first calls are not what is asked
        print(*measure(asked.one))
        return
    sizes = [10**power for power in range(2, 7) if 10**power <= asked.largest]
    print(f"{', '.join(MODELS)}; {MONTHS} months, 12 horizons, {DRAWS} draws, one process")
    print(f"{'series':>8} {'CPU s':>9} {'ms/series':>10} {'peak MB':>8}")
    seconds: list[float] = []
    for size in sizes:
        taken, peak = apart(size)
        seconds.append(taken)
        print(f"{size:>8} {taken:>9.1f} {1000 * taken / size:>10.2f} {peak:>8.0f}", flush=True)
    print(f"exponent {exponent(sizes, seconds):.2f} (1 is linear in the number of series)")


def test_cost_of_the_two_smallest_sizes() -> None:
    sizes = (100, 1000)
    measure(100, draws=20)
    seconds = [measure(size)[0] for size in sizes]
    print(f"{sizes} series: {seconds} s, exponent {exponent(sizes, seconds):.2f}")
    assert exponent(sizes, seconds) < 1.3


if __name__ == "__main__":
    main()
