"""Calibration: counted by hand, and found right for forecasts that say what they know."""

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest
from scipy.stats import gamma

from havre.draws import QUANTILE_LEVELS, Quantiles, SeriesKey
from havre.evaluate.calibration import coverage_gaps, coverage_table, pit_histogram, upper_tail_table
from havre.evaluate.protocol import Forecasts, Scorecard, score
from havre.months import add_months
from havre.panel.series import MonthlySeries
from tests.evaluate.scorecard_samples import NAN, card_of, random_card

FIRST = date(2015, 1, 1)
MEANS = np.array([20.0] * 20 + [300.0] * 20)
WIDTHS = {"right": 1.0, "narrow": 0.6, "wide": 1.6}


def card_of_gammas(origins: int = 36) -> Scorecard:
    """Make a card of models whose quantiles are those of the truth, nearer to its median, or farther from it."""
    law = gamma(2.0)
    values = law.rvs((40, 60), random_state=np.random.default_rng(12)) * MEANS[:, None]
    keys = tuple(SeriesKey("sea_arrivals", f"S{row}", "ITA") for row in range(40))
    unit = law.ppf(QUANTILE_LEVELS)
    made: Forecasts = {}
    for name, width in WIDTHS.items():
        quantiles = np.maximum(law.median() + width * (unit - law.median()), 0.0)
        for step in range(origins):
            origin = add_months(FIRST, 12 + step)
            made[name, origin] = Quantiles(keys, origin, np.tile(quantiles * MEANS[:, None, None], (1, 2, 1)))
    return score(made, MonthlySeries(keys, FIRST, values), tuple(WIDTHS), ("right",), 2)


CARD = card_of_gammas()


def test_coverage_by_hand() -> None:
    covered = np.zeros((3, 2, 2, 1, 4))
    covered[2, 0, 0, 0] = [0, 1, 1, 1]
    covered[2, 1, 0, 0] = [0, 0, 1, 1]
    covered[2, 0, 1, 0] = [1, 1, 1, 1]
    covered[2, 1, 1, 0] = NAN
    card = card_of(np.ones((3, 2, 2, 1)), covered=covered, mean_before=np.array([0.5, 500.0]))
    found = coverage_table(card, "ours")
    assert found.columns == ["band", "horizon", "level", "coverage", "low", "high", "count"]
    whole = found.filter(band="all")
    assert whole["level"].to_list() == [0.5, 0.8, 0.9, 0.95]
    assert whole["coverage"].to_list() == pytest.approx([1 / 3, 2 / 3, 1, 1])
    assert whole["count"].to_list() == [3] * 4
    assert found.filter(band="<1")["coverage"].to_list() == pytest.approx([0, 1 / 2, 1, 1])
    assert found.filter(band=">=100")["count"].to_list() == [1] * 4
    assert set(found["band"]) == {"all", "<1", ">=100"}
    nothing = coverage_table(card_of(np.full((3, 2, 2, 1), NAN)), "ours")
    assert nothing["coverage"].null_count() == nothing.height
    assert nothing["count"].unique().to_list() == [0]


def test_a_right_forecast_is_covered_as_it_says() -> None:
    found = coverage_table(CARD, "right")
    assert (found["coverage"] - found["level"]).abs().max() < 0.02  # type: ignore[operator]
    inside = found.select((pl.col("low") <= pl.col("level")) & (pl.col("level") <= pl.col("high"))).to_series()
    assert inside.sum() >= 0.9 * found.height
    assert coverage_gaps(CARD, "right").height == 0


def test_departures_are_listed_the_largest_first() -> None:
    narrow, wide = coverage_gaps(CARD, "narrow"), coverage_gaps(CARD, "wide")
    assert set(narrow["band"]) == {"all", "10-100", ">=100"}
    assert narrow.height == 3 * 2 * 4
    assert (narrow["departure"] < 0).all()
    assert (wide["departure"] > 0).all()
    assert narrow["departure"].abs().is_sorted(descending=True)
    assert coverage_gaps(CARD, "narrow", bands=("<1",)).height == 0


def test_exactly_three_points_are_no_departure() -> None:
    covered = np.zeros((3, 1, 100, 1, 4))
    for place, hits in enumerate((53, 77, 94, 92)):
        covered[2, 0, :hits, 0, place] = 1
    card = card_of(np.ones((3, 1, 100, 1)), covered=covered)
    assert coverage_gaps(card, "ours").select("level", "departure").unique().rows() == [(0.9, 0.04)]


def test_the_upper_tail_by_hand() -> None:
    tail = np.zeros((3, 1, 2, 1, 3))
    tail[:, 0, :, 0] = np.array([[1.0, 4.0, 2.0], [2.0, 2.0, 2.0], [0.5, 3.0, 2.0]])[:, None]
    above = np.zeros((3, 1, 2, 1))
    above[2, 0, 0] = 1
    found = upper_tail_table(card_of(np.ones((3, 1, 2, 1)), tail=tail, above_95=above))
    ours = found.filter(model="ours").to_dicts()[0]
    assert (ours["horizon"], ours["missed_above_95"], ours["count"]) == (1, 0.5, 2)
    assert [ours[f"qs_{level}"] for level in (90, 95, 99)] == [0.5, 3, 2]
    assert [ours[f"qs_{level}_ratio"] for level in (90, 95, 99)] == [0.5, 1.5, 1]
    assert ours["low"] <= 0.5 <= ours["high"]
    assert found.height == 3


def test_a_right_forecast_is_missed_above_five_times_in_a_hundred() -> None:
    found = upper_tail_table(CARD)
    shares = {model: rows["missed_above_95"].to_list() for (model,), rows in found.group_by("model")}
    assert shares["right"] == pytest.approx([0.05, 0.05], abs=0.012)
    assert min(shares["narrow"]) > 0.1
    assert max(shares["wide"]) < 0.03
    ratios = {model: rows["qs_95_ratio"].to_list() for (model,), rows in found.group_by("model")}
    assert ratios["right"] == [1, 1]
    assert min(ratios["narrow"]) > 1


def test_the_histogram_of_a_right_forecast_is_flat_and_that_of_a_narrow_one_has_walls() -> None:
    for model in WIDTHS:
        found = pit_histogram(CARD, model)
        assert found.height == 3 * 2 * 10
        sums = found.group_by("band", "horizon").agg(pl.col("share").sum())
        assert sums["share"].to_list() == pytest.approx([1] * 6)
    flat = pit_histogram(CARD, "right").filter(band="all")
    assert flat["share"].to_list() == pytest.approx([0.1] * 20, abs=0.03)
    outer = pl.col("bin").is_in([1, 10])
    walls, hill = (pit_histogram(CARD, model).filter(pl.col("band") == "all", outer) for model in ("narrow", "wide"))
    assert min(walls["share"]) > 0.15
    assert max(hill["share"]) < 0.08


def test_the_histogram_by_hand() -> None:
    ones = np.ones((3, 1, 4, 1))
    low, high = ones.copy(), ones.copy()
    low[2, 0, :, 0] = [0.0, 0.3, 1.0, NAN]
    high[2, 0, :, 0] = [0.5, 0.3, 1.0, NAN]
    found = pit_histogram(card_of(ones, pit_low=low, pit_high=high), "ours", bins=4).filter(band="all")
    assert found["low"].to_list() == [0, 0.25, 0.5, 0.75]
    assert found["share"].to_list() == pytest.approx([0.5 / 3, 1.5 / 3, 0, 1 / 3])
    assert found["count"].unique().to_list() == [3]
    zero = pit_histogram(card_of(ones, pit_low=ones * 0, pit_high=ones * 0), "ours", bins=4).filter(band="all")
    assert zero["share"].to_list() == [1, 0, 0, 0]


def test_missing_forecasts_count_as_misses() -> None:
    card = random_card()
    covered = card.covered.copy()
    covered[2, 0] = 0
    table, worse = coverage_table(card, "ours"), coverage_table(replace(card, covered=covered), "ours")
    assert (worse["coverage"] <= table["coverage"]).all()
    assert (worse["count"] == table["count"]).all()
