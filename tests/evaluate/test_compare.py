"""Comparisons by hand: ratios, the best naive after the fact, bands, and origins never used in development."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from havre.evaluate.compare import (
    against_every_baseline,
    best_naive,
    best_naive_overall,
    bootstrap_ratio,
    by_series,
    league_table,
    mean_by_horizon,
)
from havre.months import add_months
from tests.evaluate.scorecard_samples import FIRST_ORIGIN, MODELS, NAN, card_of, random_card

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


def test_the_geometric_mean_counts_large_series_alike() -> None:
    wis = np.array([[[[4.0], [1.0], [2.0]]], [[[8.0], [9.0], [9.0]]], [[[2.0], [4.0], [16.0]]]])
    card = card_of(wis, mean_before=np.array([10.0, 500.0, 9.9]))
    row = league_table(card).filter(model="ours").to_dicts()[0]
    assert row["geometric_mean"] == pytest.approx(np.sqrt(2 / 4 * 4 / 1))
    assert row["series_in_geometric_mean"] == 2
    perfect = wis.copy()
    perfect[0, 0, 1] = 0.0
    left_out = league_table(card_of(perfect, mean_before=card.mean_before)).filter(model="ours").to_dicts()[0]
    assert left_out["geometric_mean"] == pytest.approx(2 / 4)
    small = league_table(card_of(wis, mean_before=np.full(3, 2.0)))
    assert small["geometric_mean"].null_count() == 3


def test_the_upper_tail_has_its_own_best_naive_at_each_level() -> None:
    tail = np.zeros((3, 1, 2, 1, 3))
    tail[:, 0, :, 0] = np.array([[1.0, 4.0, 2.0], [2.0, 2.0, 2.0], [0.5, 3.0, 2.0]])[:, None]
    row = league_table(card_of(np.ones((3, 1, 2, 1)), tail=tail)).filter(model="ours").to_dicts()[0]
    assert [row[f"qs_{level}_ratio"] for level in (90, 95, 99)] == [0.5, 1.5, 1]


def test_origins_never_used_in_development_stand_apart() -> None:
    wis = np.ones((3, 4, 2, 2))
    wis[0, :2] = 2.0
    wis[1, :2] = 4.0
    wis[0, 2:] = 6.0
    wis[1, 2:] = 5.0
    wis[:, 3, :, 1] = NAN
    card = card_of(wis)
    fresh = league_table(card, fresh_from=add_months(FIRST_ORIGIN, 2), per_band=True)
    assert fresh.columns[-3:] == ["wis_ratio_fresh", "wis_ratio_log_fresh", "origins_fresh"]
    assert fresh.drop(fresh.columns[-3:]).equals(league_table(card, per_band=True))
    for row in fresh.filter(model="ours").to_dicts():
        assert [row["wis_ratio_fresh"], row["wis_ratio_log_fresh"]] == pytest.approx([1 / 5, 1 / 5])
        assert row["origins_fresh"] == {1: 2, 2: 1}[row["horizon"]]
    none = league_table(card, fresh_from=add_months(FIRST_ORIGIN, 9))
    assert none["wis_ratio_fresh"].null_count() == none.height
    assert none["origins_fresh"].to_list() == [0] * 6
    with_gap = league_table(card, fresh_from=add_months(FIRST_ORIGIN, 3)).filter(horizon=2)
    assert with_gap["wis_ratio_fresh"].to_list() == [None] * 3


def test_two_runs_give_the_same_bytes() -> None:
    def run() -> bytes:
        card = random_card()
        tables = [league_table(card, per_band=True, fresh_from=add_months(FIRST_ORIGIN, 12)), by_series(card, "ours")]
        return b"".join(table.write_ipc(None, compat_level=None).getvalue() for table in tables)

    assert run() == run()


def test_unknown_numbers_are_null_and_never_not_a_number() -> None:
    unknown = WIS.copy()
    unknown[..., 1] = NAN
    league = league_table(card_of(unknown))
    numbers = [name for name in league.columns if name.endswith(("_ratio", "_mean", "_95", "_80"))]
    numbers.remove("series_in_geometric_mean")
    assert len(numbers) > 6
    assert league.filter(horizon=2).select(pl.col(numbers).is_null()).to_numpy().all()
