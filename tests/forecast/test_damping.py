"""The share of a deviation that lasts is found from the past, without looking ahead, and one crisis does not set it."""

import numpy as np
import pytest

from havre.draws import Floats
from havre.forecast.damping import (
    HEADROOM,
    calendar_value,
    damped_centre,
    drift_of_others,
    least_absolute,
    long_run,
    products,
)

NAN = float("nan")


def fading(share: float, series: int = 40, months: int = 120) -> Floats:
    """Draw logs around 5 whose distance fades to ``share`` within a month."""
    rng = np.random.default_rng(1)
    values = np.full((series, months), 5.0)
    for month in range(1, months):
        values[:, month] = 5.0 + share * (values[:, month - 1] - 5.0) + rng.normal(0, 0.5, series)
    return values


@pytest.mark.parametrize("share", [0.3, 0.8])
@pytest.mark.parametrize("horizon", [1, 3])
def test_a_deviation_fades_as_it_did(share: float, horizon: int) -> None:
    logs, base = fading(share), np.full((40, 120), 5.0)
    centre = damped_centre(logs, base, base, [logs - base], horizon)
    lasting = (centre[:, -1] - 5.0) / (logs[:, -1] - 5.0)
    assert lasting == pytest.approx(np.full(40, share**horizon), abs=0.06)


def test_small_and_large_series_may_fade_differently() -> None:
    logs = np.vstack([fading(0.8), fading(0.1) - 5.0 + 0.5])
    slow = np.repeat([[5.0], [0.5]], 40, axis=0).repeat(120, axis=1)
    lasting = (damped_centre(logs, slow, slow, [logs - slow], 1) - slow)[:, -1] / (logs - slow)[:, -1]
    assert np.median(lasting[:40]) > 0.7
    assert np.median(lasting[40:]) < 0.3


def test_no_forecast_falls_below_nobody_or_far_above_the_past() -> None:
    logs = fading(0.5)
    for base in (np.full_like(logs, -3.0), np.full_like(logs, 30.0)):
        centre = damped_centre(logs, base, base, [], 1)
        assert (centre >= 0).all()
        assert (centre <= np.maximum.accumulate(logs, axis=1) + HEADROOM).all()


def test_what_comes_after_an_example_is_not_used_before_it_has_come() -> None:
    logs, base = fading(0.8), np.full((40, 120), 5.0)
    known = damped_centre(logs[:, :100], base[:, :100], base[:, :100], [logs[:, :100] - 5.0], 6)
    logs[:, 100:] = 9.0
    again = damped_centre(logs[:, :100], base[:, :100], base[:, :100], [logs[:, :100] - 5.0], 6)
    assert np.array_equal(known, again)


def test_beyond_the_history_every_deviation_is_forgotten() -> None:
    logs, base = np.array([[5.0, 6.0, 5.5]]), np.full((1, 3), 5.2)
    assert damped_centre(logs, base, base, [logs - base], 4) == pytest.approx(base)


def test_absolute_errors_are_not_moved_by_a_crisis() -> None:
    rng = np.random.default_rng(2)
    examples = rng.normal(0, 1, (500, 1))
    came = 0.7 * examples[:, 0] + rng.normal(0, 0.2, 500)
    came[:25] += 40.0 * examples[:25, 0]
    assert least_absolute(examples, came, 1.0) == pytest.approx([0.7], abs=0.05)


@pytest.mark.parametrize("examples", [0, 1, 256, 700])
def test_products_in_blocks_are_those_of_the_whole(examples: int) -> None:
    rng = np.random.default_rng(2)
    left, right = rng.normal(0, 1, (examples, 3)), rng.normal(0, 1, (examples, 2))
    assert products(left, right) == pytest.approx(left.T @ right, abs=1e-9)


def test_a_heavy_penalty_leaves_nothing() -> None:
    examples = np.random.default_rng(2).normal(0, 1, (100, 2))
    assert least_absolute(examples, examples @ np.array([1.0, -1.0]), 1e9) == pytest.approx([0.0, 0.0], abs=1e-4)


def test_the_drift_of_others_leaves_the_series_itself_out() -> None:
    change = np.array([[3.0], [1.0], [2.0], [7.0], [NAN]])
    found = drift_of_others(change, ["a", "a", "a", "b", "a"])
    # Sums of the others over their number plus two.
    assert found[:, 0] == pytest.approx([3 / 4, 5 / 4, 4 / 4, 0.0, 6 / 5])


def test_the_calendar_looks_ahead_by_months() -> None:
    season = np.tile(np.arange(12.0), (1, 3, 1))
    assert calendar_value(season, 10, 0)[0] == pytest.approx([10, 11, 0])
    assert calendar_value(season, 10, 3)[0] == pytest.approx([1, 2, 3])


def test_the_long_run_is_the_mean_of_what_is_known() -> None:
    found = long_run(np.array([[NAN, 2.0, NAN, 4.0]]))
    assert np.isnan(found[0, 0])
    assert found[0, 1:] == pytest.approx([2.0, 2.0, 3.0])
