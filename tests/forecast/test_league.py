"""The league judges the chosen series of a public panel, fresh origins apart, and others beside ours."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from havre.draws import QUANTILE_LEVELS, Quantiles
from havre.errors import ForecastError
from havre.evaluate.outside import write_hub_forecasts
from havre.forecast.backtest import backtest
from havre.forecast.league import LeagueOptions, judge_panel
from havre.forecast.models import BASELINES
from havre.months import add_months, months_between
from havre.panel.public import PublicPanel, public_panel
from tests.panel.observation_samples import monthly, table

FIRST = date(2014, 1, 1)
LAST = date(2022, 12, 1)
FACTS = {"measure": "irregular_crossings", "source": "frontex", "as_of": date(2023, 2, 1)}
OPTIONS = LeagueOptions(models=tuple(BASELINES), horizons=2, draws=40, seed=3)


@pytest.fixture(scope="module")
def panel() -> PublicPanel:
    """Give the corridors of made-up detections: two that count and one that is too small."""
    rng = np.random.default_rng(5)
    months = len(months_between(FIRST, LAST))
    rows = []
    for origin, mean in (("TUN", 400.0), ("EGY", 30.0), ("TON", 0.5)):
        values = rng.poisson(mean * np.exp(np.cumsum(rng.normal(0, 0.1, months)))).astype(float).tolist()
        rows += monthly(values, origin, FIRST, destination="route:central-mediterranean", **FACTS)
    [corridors] = public_panel("A", table(*rows))
    return corridors


def test_the_league_is_the_backtest_of_the_series_that_count(panel: PublicPanel) -> None:
    [found] = judge_panel([panel], OPTIONS)
    chosen = [row for row, key in enumerate(panel.series.keys) if key.origin != "TON"]
    series = panel.series.select(chosen)
    same = backtest(series, list(panel.origins), judged=[0, 1], models=OPTIONS.models, horizons=2, draws=40, seed=3)
    assert found.card.keys == series.keys
    assert found.card.wis.tobytes() == same.wis.tobytes()
    assert found.fresh is None


def test_fresh_origins_have_a_card_of_their_own(panel: PublicPanel) -> None:
    [plain] = judge_panel([panel], OPTIONS)
    [found] = judge_panel([panel], replace(OPTIONS, fresh=True))
    assert found.card.wis.tobytes() == plain.card.wis.tobytes()
    assert found.fresh is not None
    assert found.fresh.origins == panel.fresh_origins == tuple(months_between(date(2022, 5, 1), date(2022, 11, 1)))
    assert found.fresh.bands() == found.card.bands()
    assert np.isnan(found.fresh.wis[:, -1, :, 1]).all(), "the last origin has one month of truth"
    assert np.isfinite(found.fresh.wis[:, -1, :, 0]).all()


def test_others_are_judged_where_they_speak(panel: PublicPanel, tmp_path: Path) -> None:
    key = panel.series.keys[0]
    made = {}
    for origin in panel.origins[:3]:
        truth = panel.series.at([add_months(origin, h) for h in (1, 2)])[0]
        values = np.broadcast_to(truth[None, :, None], (1, 2, len(QUANTILE_LEVELS))).copy()
        made["other-oracle", origin] = Quantiles((key,), origin, values)
    write_hub_forecasts(made, tmp_path, source="frontex")
    [found] = judge_panel([panel], OPTIONS, outside=tmp_path)
    assert found.card.models == (*BASELINES, "other-oracle")
    spoken = found.card.wis[-1, :3, found.card.keys.index(key)]
    assert (spoken == 0).all()
    assert found.card.missing[-1] == found.card.wis[-1].size - spoken.size
    elsewhere = replace(panel, origins=panel.origins[5:])
    with pytest.raises(ForecastError, match="other-oracle"):
        judge_panel([elsewhere], OPTIONS, outside=tmp_path)


def test_progress_is_told_by_part(panel: PublicPanel) -> None:
    told: list[tuple[str, int, int]] = []
    judge_panel([panel], OPTIONS, progress=lambda *facts: told.append(facts))
    assert told == [("A/corridors", done, 29) for done in range(1, 30)]


def test_what_cannot_be_judged_is_refused(panel: PublicPanel) -> None:
    with pytest.raises(ForecastError, match="Horizon 13"):
        judge_panel([panel], replace(OPTIONS, horizons=13))
    small = replace(panel, series=panel.series.select([panel.series.keys.index(k) for k in panel.series.keys
                                                       if k.origin == "TON"]))  # fmt: skip
    with pytest.raises(ForecastError, match=r"no series to forecast for A/corridors 2019-12"):
        judge_panel([small], OPTIONS)


def test_who_counts_follows_from_the_first_origin_alone() -> None:
    months = len(months_between(FIRST, LAST))
    late = len(months_between(FIRST, date(2018, 6, 1))) - 1
    rows = [
        *monthly([50.0] * months, "TUN", FIRST, destination="route:central-mediterranean", **FACTS),
        *monthly(
            [0.0] * late + [900.0] * (months - late), "EGY", FIRST, destination="route:central-mediterranean", **FACTS
        ),
    ]
    [corridors] = public_panel("A", table(*rows))
    [found] = judge_panel([corridors], OPTIONS)
    assert [key.origin for key in found.card.keys] == ["TUN"], (
        "active for 19 months at the first origin, 47 at the last"
    )
