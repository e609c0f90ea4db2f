"""The block bootstrap: reproducible, paired, and as wide as what goes together makes it."""

from dataclasses import replace

import numpy as np
import pytest

from havre.draws import Floats
from havre.evaluate.bootstrap import (
    Scheme,
    block_sums,
    bootstrap_ratio,
    bootstrap_table,
    cell_weights,
    paired_ratio,
    ratios_of_sums,
    resampled,
)
from havre.evaluate.compare import league_table
from havre.months import add_months
from tests.evaluate.scorecard_samples import FIRST_ORIGIN, MODELS, NAN, card_of, random_card

ORIGINS = tuple(add_months(FIRST_ORIGIN, month) for month in range(24))


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
    shocks = rng.gamma(0.5, 10.0, (12, 1))
    together = np.repeat(shocks, 6, axis=0)[:, :, None]
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


def test_blocks_are_months_of_the_calendar() -> None:
    values = np.arange(8.0)[:, None]
    assert block_sums(values, ORIGINS[:8]).ravel().tolist() == [0 + 1 + 2 + 3 + 4 + 5, 6 + 7]
    with_gap = (*ORIGINS[:2], *ORIGINS[13:19])
    assert block_sums(values, with_gap).ravel().tolist() == [0 + 1, 2 + 3 + 4 + 5 + 6, 7]


def test_a_two_way_cell_counts_as_often_as_its_series_times_its_block() -> None:
    rng = np.random.default_rng(1)
    values = rng.gamma(1.0, 1.0, (24, 5))
    weights = cell_weights(ORIGINS, 5, seed=3, repeats=40)
    assert weights.shape == (40, 24, 5)
    by_hand = (weights * values).sum(axis=(1, 2))
    found = resampled(block_sums(values, ORIGINS)[..., None], seed=3, repeats=40, scheme="two_way")[:, 0]
    assert found == pytest.approx(by_hand)
    assert (weights[:, :6] == weights[:, :1]).all()
    # Four blocks and five series were drawn, so that the weights of a repeat add up to all cells.
    assert (weights[:, ::6].sum(axis=(1, 2)) == 4 * 5).all()
    assert np.linalg.matrix_rank(weights[0]) == 1


def test_the_table_of_all_models_is_that_of_each() -> None:
    card = random_card()
    wis = card.wis.copy()
    wis[2, 3, 4, 0] = NAN
    card = replace(card, wis=wis, wis_log=wis[[1, 0, 2]])
    for log_scale in (False, True):
        table = bootstrap_table(card, seed=5, log_scale=log_scale, repeats=200)
        assert table.height == 3 * 2
        for row in table.to_dicts():
            alone = bootstrap_ratio(card, row["model"], row["horizon"], seed=5, log_scale=log_scale, repeats=200)
            assert alone is not None
            assert (row["ratio"], row["low"], row["high"]) == pytest.approx((alone.ratio, alone.low, alone.high))
    assert bootstrap_table(card, seed=5).filter(horizon=1)["best_naive"].unique().to_list() == ["rw_pooled"]
    unknown = bootstrap_table(card_of(np.zeros((3, 6, 2, 1))), seed=1)
    assert unknown["ratio"].to_list() == [None] * 3


def test_two_named_models_are_compared_on_the_targets_of_both() -> None:
    card = random_card()
    found = paired_ratio(card, "ours", "mean3_pooled", 2, seed=1)
    assert found is not None
    assert found.ratio == pytest.approx(card.wis[2, :, :, 1].sum() / card.wis[1, :, :, 1].sum())
    assert found.low < found.ratio < found.high
    turned = paired_ratio(card, "mean3_pooled", "ours", 2, seed=1)
    assert turned is not None
    assert (turned.ratio, turned.low, turned.high) == pytest.approx(
        (1 / found.ratio, 1 / found.high, 1 / found.low), rel=1e-3
    )
    half = card.wis.copy()
    half[1, :12] = NAN
    part = paired_ratio(replace(card, wis=half), "ours", "mean3_pooled", 2, seed=1)
    assert part is not None
    assert part.ratio == pytest.approx(card.wis[2, 12:, :, 1].sum() / card.wis[1, 12:, :, 1].sum())


def of_scheme(ours: Floats, theirs: Floats, scheme: Scheme) -> tuple[float, float]:
    sums = [block_sums(part, ORIGINS)[..., None] for part in (ours, theirs)]
    (found,) = ratios_of_sums(*sums, seed=2, repeats=600, scheme=scheme)
    assert found is not None
    return found.low, found.high


def test_a_month_that_is_bad_for_all_series_widens_only_the_two_way_interval() -> None:
    rng = np.random.default_rng(7)
    shock = np.repeat(rng.gamma(2.0, 0.5, 4), 6)[:, None]
    ours, theirs = shock * rng.gamma(20.0, 0.05, (24, 100)), rng.gamma(20.0, 0.05, (24, 100))
    (low, high), (cell_low, cell_high) = (of_scheme(ours, theirs, scheme) for scheme in ("two_way", "cells"))
    assert high - low > 3 * (cell_high - cell_low)


def share_held(scheme: Scheme, worlds: int = 60) -> float:
    """Over many worlds in which both models are equal on average, tell how often the interval holds one."""
    rng = np.random.default_rng(11)
    held = 0
    for _ in range(worlds):
        months, places = (rng.lognormal(-0.045, 0.3, shape) for shape in ((10, 1, 2), (1, 40, 2)))
        sums = months * places * rng.gamma(12.0, 0.5, (10, 40, 2))
        (found,) = ratios_of_sums(sums[..., :1], sums[..., 1:], seed=2, repeats=400, scheme=scheme)
        assert found is not None
        held += found.low <= 1 <= found.high
    return held / worlds


def test_the_interval_holds_the_truth_where_blocks_and_series_have_their_own_luck() -> None:
    assert share_held("two_way") > 0.85
    assert share_held("cells") < 0.6


def test_every_model_of_a_table_is_there() -> None:
    assert bootstrap_table(random_card(), seed=1)["model"].unique(maintain_order=True).to_list() == list(MODELS)
