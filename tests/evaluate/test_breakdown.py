"""The same scores by origin and by target month, by hand."""

import numpy as np
import polars as pl
import pytest

from havre.evaluate.breakdown import by_origin, by_target_month
from havre.months import add_months
from tests.evaluate.scorecard_samples import FIRST_ORIGIN, NAN, card_of, random_card

WIS = np.array(
    [
        [[[4.0, 8.0]], [[2.0, 2.0]]],
        [[[6.0, 9.0]], [[3.0, NAN]]],
        [[[1.0, 4.0]], [[1.0, 1.0]]],
    ]
)
"""(model, origin, series, horizon): two origins, one series, two horizons."""


def test_by_origin_by_hand() -> None:
    found = by_origin(card_of(WIS))
    assert found["origin"].unique(maintain_order=True).to_list() == [FIRST_ORIGIN, add_months(FIRST_ORIGIN, 1)]
    ours = found.filter(model="ours")
    assert ours["wis"].to_list() == [2.5, 1]
    assert ours["best_naive"].to_list() == ["rw_pooled"] * 2
    assert ours["wis_ratio"].to_list() == pytest.approx([5 / 12, 2 / 4])
    assert ours["forecasts_scored"].to_list() == [2, 2]
    assert found.filter(model="rw_pooled")["kind"].unique().to_list() == ["baseline"]


def test_by_target_month_by_hand() -> None:
    found = by_target_month(card_of(WIS)).filter(model="ours")
    assert found["target_month"].to_list() == [add_months(FIRST_ORIGIN, months) for months in (1, 2, 3)]
    # The second month was forecast twice: from the first origin two months ahead and from the second one ahead.
    assert found["wis"].to_list() == [1, (4 + 1) / 2, 1]
    assert found["wis_ratio"].to_list() == pytest.approx([1 / 4, 5 / 10, 1 / 2])
    assert found["forecasts_scored"].to_list() == [1, 2, 1]


def test_every_forecast_is_counted_once_in_each_table() -> None:
    card = random_card(origins=7, series=3, horizons=4)
    for table in (by_origin(card), by_target_month(card)):
        sums = table.group_by("model").agg(
            pl.col("forecasts_scored").sum(), total=(pl.col("wis") * pl.col("forecasts_scored")).sum()
        )
        for model, count, total in sums.iter_rows():
            assert count == 7 * 3 * 4
            assert total == pytest.approx(card.wis[card.models.index(model)].sum())


def test_months_without_truth_have_no_number() -> None:
    unknown = WIS.copy()
    unknown[:, 1] = NAN
    row = by_origin(card_of(unknown)).filter(model="ours").to_dicts()[1]
    assert (row["wis"], row["wis_ratio"], row["forecasts_scored"]) == (None, None, 0)
