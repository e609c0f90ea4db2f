"""Comparisons by hand: ratios, the best naive after the fact, and the block bootstrap."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from havre.draws import Floats, SeriesKey
from havre.evaluate.compare import (
    against_every_baseline,
    best_naive,
    best_naive_overall,
    bootstrap_ratio,
    by_series,
    league_table,
    mean_by_horizon,
)
from havre.evaluate.protocol import INTERVALS, Scorecard
from havre.months import add_months

NAN = float("nan")
MODELS = ("rw_pooled", "mean3_pooled", "ours")


def card_of(wis: Floats, **others: Floats) -> Scorecard:
    """Make a scorecard (model, origin, series, horizon) whose other scores are simple functions of the WIS."""
    origins, series = wis.shape[1:3]
    hit = np.where(np.isnan(wis), NAN, wis < 5)
    covered = np.repeat(hit[..., None], len(INTERVALS), axis=-1)
    return Scorecard(
        models=MODELS[: len(wis)],
        baselines=MODELS[:2],
        keys=tuple(SeriesKey("asylum_applications", f"S{row}", "DEU") for row in range(series)),
        origins=tuple(add_months(date(2018, 1, 1), month) for month in range(origins)),
        wis=wis,
        wis_log=others.get("wis_log", wis / 100),
        squared=others.get("squared", wis**2),
        covered=others.get("covered", covered),
        mean_before=others.get("mean_before", np.full(series, 50.0)),
        missing=np.zeros(len(wis)),
    )


WIS = np.array(
    [
        [[[4.0, 8.0], [2.0, 2.0]]],
        [[[2.0, 9.0], [2.0, 9.0]]],
        [[[1.0, 4.0], [1.0, NAN]]],
    ]
)


def test_means_leave_out_what_is_not_known() -> None:
    means = mean_by_horizon(WIS)
    assert means.tolist() == [[3, 5], [2, 9], [1, 4]]
    assert np.isnan(mean_by_horizon(np.full((1, 2, 2, 1), NAN))).all()


def test_the_best_naive_is_chosen_after_the_fact_for_each_horizon_among_baselines_only() -> None:
    card = card_of(WIS)
    assert best_naive(card, mean_by_horizon(card.wis)) == ["mean3_pooled", "rw_pooled"]
    unknown = WIS.copy()
    unknown[0] = NAN
    assert best_naive(card, mean_by_horizon(unknown)) == ["mean3_pooled", "mean3_pooled"]
    assert best_naive_overall(card, card.wis) == "rw_pooled"


def test_the_place_of_a_model_in_the_table_does_not_matter() -> None:
    card = replace(card_of(WIS[[2, 0, 1]]), models=("ours", *MODELS[:2]))
    assert league_table(card).sort("horizon", "model").equals(league_table(card_of(WIS)).sort("horizon", "model"))
    assert by_series(card, "ours").equals(by_series(card_of(WIS), "ours"))
    assert bootstrap_ratio(card, "ours", 1, seed=1) == bootstrap_ratio(card_of(WIS), "ours", 1, seed=1)


def test_the_best_naive_of_each_scale_is_its_own() -> None:
    card = card_of(WIS, wis_log=WIS[[1, 0, 2]])
    rows = league_table(card).filter(model="ours")
    assert rows.select("best_naive", "best_naive_log").rows() == [
        ("mean3_pooled", "rw_pooled"),
        ("rw_pooled", "mean3_pooled"),
    ]


def test_the_league_by_hand() -> None:
    league = league_table(card_of(WIS))
    assert league.height == len(MODELS) * 2
    ours = league.filter(model="ours").to_dicts()
    assert [row["wis_ratio"] for row in ours] == pytest.approx([1 / 2, 4 / 5])
    assert [row["wis_ratio_log"] for row in ours] == pytest.approx([1 / 2, 4 / 5])
    assert [row["rmse_ratio"] for row in ours] == pytest.approx([np.sqrt(1 / 10), np.sqrt(16 / 34)])
    assert [row["coverage_80"] for row in ours] == [1, 1]
    assert [row["forecasts_scored"] for row in ours] == [2, 1]
    assert {row["kind"] for row in ours} == {"model"}
    first = league.filter(model="rw_pooled").to_dicts()
    assert [row["wis_ratio"] for row in first] == pytest.approx([3 / 2, 1])
    assert [row["rmse_ratio"] for row in first] == [1, 1]
    assert [row["coverage_50"] for row in first] == [1, 0.5]
    assert {row["kind"] for row in first} == {"baseline"}


def test_the_league_by_band_has_only_the_series_of_the_band() -> None:
    card = card_of(WIS, mean_before=np.array([5.0, 500.0]))
    league = league_table(card, per_band=True)
    assert league["band"].unique(maintain_order=True).to_list() == ["all", "1-10", ">=100"]
    small = league.filter(band="1-10", model="ours").to_dicts()
    assert [row["wis"] for row in small] == [1, 4]
    assert [row["wis_ratio"] for row in small] == pytest.approx([1 / 2, 4 / 8])
    assert league.filter(band="all").drop("band").equals(league_table(card).drop("band"))


def test_a_ratio_to_a_perfect_or_unknown_reference_is_no_number() -> None:
    perfect = WIS.copy()
    perfect[:2] = 0.0
    league = league_table(card_of(perfect))
    assert league["wis_ratio"].null_count() == league["wis_ratio_log"].null_count() == league.height
    assert by_series(card_of(perfect), "ours")["wis_ratio"].to_list() == [None, None]
    assert bootstrap_ratio(card_of(perfect), "ours", 1, seed=1) is None
    unknown = WIS.copy()
    unknown[..., 1] = NAN
    assert league_table(card_of(unknown)).filter(horizon=2)["wis_ratio"].to_list() == [None] * 3
    assert bootstrap_ratio(card_of(unknown), "ours", 2, seed=1) is None


def test_a_table_without_the_last_value_has_no_root_mean_square_ratio() -> None:
    card = replace(card_of(WIS), models=("a", "b", "ours"), baselines=("a", "b"))
    assert league_table(card)["rmse_ratio"].null_count() == 6


def test_ratios_to_every_baseline_by_hand() -> None:
    found = against_every_baseline(card_of(WIS), "ours")
    assert found.select("horizon", "baseline").rows() == [
        (1, "rw_pooled"),
        (1, "mean3_pooled"),
        (2, "rw_pooled"),
        (2, "mean3_pooled"),
    ]
    assert found["wis_ratio"].to_list() == pytest.approx([1 / 3, 1 / 2, 4 / 5, 4 / 9])


def test_ratios_by_series_by_hand() -> None:
    found = by_series(card_of(WIS), "ours")
    assert found["best_naive"].to_list() == ["rw_pooled"] * 2
    assert found["wis_ratio"].to_list() == pytest.approx([2.5 / 6, 1 / 2])
    assert found["forecasts_scored"].to_list() == [2, 1]
    assert found["coverage_80"].to_list() == [1, 1]


def test_the_best_naive_of_the_series_can_be_that_of_a_larger_table() -> None:
    card = card_of(WIS)
    other = card_of(WIS[[1, 0, 2]])
    assert by_series(card.select([0]), "ours", reference=other)["best_naive"].to_list() == ["mean3_pooled"]


def random_card(origins: int = 24, series: int = 8) -> Scorecard:
    rng = np.random.default_rng(4)
    wis = rng.gamma(2.0, 5.0, (3, origins, series, 2)) * np.array([1.0, 1.2, 0.8])[:, None, None, None]
    return card_of(wis)


def test_the_bootstrap_is_the_same_for_the_same_seed_and_holds_the_ratio() -> None:
    card = random_card()
    first, again, other = (bootstrap_ratio(card, "ours", 1, seed=seed) for seed in (1, 1, 2))
    assert first is not None
    assert first == again
    assert other is not None
    assert (first.low, first.high) != (other.low, other.high)
    assert first.ratio == other.ratio
    assert first.low < first.ratio < first.high < 1
    league = league_table(card).filter(model="ours", horizon=1)
    assert first.ratio == pytest.approx(league["wis_ratio"].item())
    on_logs = bootstrap_ratio(card, "ours", 1, seed=1, log_scale=True)
    assert on_logs is not None
    assert on_logs.ratio == pytest.approx(league["wis_ratio_log"].item())


def test_the_bootstrap_of_two_equal_forecasts_is_exactly_one() -> None:
    card = random_card()
    same = replace(card, wis=card.wis[[0, 1, 0]])
    found = bootstrap_ratio(same, "ours", 1, seed=1)
    assert found is not None
    assert (found.ratio, found.low, found.high) == (1, 1, 1)


def test_the_bootstrap_of_forecasts_of_equal_skill_holds_one() -> None:
    card = random_card()
    rng = np.random.default_rng(9)
    equal = replace(card, wis=rng.gamma(2.0, 5.0, card.wis.shape) * np.array([1.0, 2.0, 1.0])[:, None, None, None])
    found = bootstrap_ratio(equal, "ours", 1, seed=1)
    assert found is not None
    assert found.low < 1 < found.high


def test_the_bootstrap_draws_blocks_of_months_and_not_single_months() -> None:
    """Months that fail together make one cluster: their interval is wider than that of as many lone months."""
    rng = np.random.default_rng(2)
    shocks = rng.gamma(0.5, 10.0, (8, 6))
    together = np.repeat(shocks[:4], 6, axis=0)[:, :, None]
    widths = []
    for ours in (together, rng.permuted(together, axis=0)):
        card = card_of(np.stack([np.full_like(ours, 5.0), np.full_like(ours, 9.0), ours]))
        found = bootstrap_ratio(card, "ours", 1, seed=3)
        assert found is not None
        widths.append(found.high - found.low)
    assert widths[0] > 1.5 * widths[1]


def test_the_bootstrap_lives_with_references_that_are_mostly_perfect() -> None:
    wis = np.ones((3, 12, 2, 1))
    wis[:2] = 0.0
    wis[:2, 0, 0] = 2.0
    found = bootstrap_ratio(card_of(wis), "ours", 1, seed=1, repeats=200)
    assert found is not None
    assert found.ratio == 12
    assert found.low <= 12
    assert found.high == np.inf
