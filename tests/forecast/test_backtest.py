"""The backtest gives the same bits however it is run, and refuses what cannot be judged."""

from datetime import date
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from havre.draws import QUANTILE_LEVELS, Floats, Quantiles
from havre.errors import ForecastError
from havre.evaluate.protocol import Scorecard, rolling_origins
from havre.forecast.backtest import BacktestTask, backtest, forecast_at, make_forecasts
from havre.forecast.kept import KeptForecasts
from havre.forecast.models import ALL_MODELS, BASELINES, ENSEMBLE, MEMBERS, draw_all
from havre.forecast.peers import MEDIAN_MEMBERS, PEERS
from havre.months import add_months
from havre.panel.series import MonthlySeries
from tests.forecast.series_samples import FIRST, lively, series_of

SERIES = series_of(lively(6, 66))
ORIGINS = rolling_origins(add_months(FIRST, 58), add_months(FIRST, 61))
FAST = tuple(BASELINES)
BACKTEST = import_module("havre.forecast.backtest")
"""The file, whose name in the package is that of its function."""


def run(series: MonthlySeries = SERIES, origins: list[date] = ORIGINS, **options: object) -> Scorecard:
    settings = {"models": FAST, "horizons": 3, "draws": 60, "seed": 3, **options}
    return backtest(series, origins, **settings)  # type: ignore[arg-type]


def bits(card: Scorecard) -> list[object]:
    arrays = (card.wis, card.wis_log, card.squared, card.covered, card.mean_before, card.missing)
    return [card.models, card.baselines, card.keys, card.origins, *(array.tobytes() for array in arrays)]


@pytest.fixture(scope="module")
def everything() -> Scorecard:
    return run(models=ALL_MODELS)


def test_two_runs_are_equal_and_another_seed_is_not(everything: Scorecard) -> None:
    assert bits(run(models=ALL_MODELS)) == bits(everything)


def test_the_number_of_workers_changes_no_bit(everything: Scorecard) -> None:
    assert bits(run(models=ALL_MODELS, workers=2)) == bits(everything)


@pytest.mark.slow
def test_a_cluster_changes_no_bit(everything: Scorecard) -> None:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, dashboard_address=":0"
    ) as cluster:
        assert bits(run(models=ALL_MODELS, cluster=cluster.scheduler_address)) == bits(everything)


@pytest.mark.slow
def test_keeping_forecasts_changes_no_bit(everything: Scorecard, tmp_path: Path) -> None:
    kept = KeptForecasts(tmp_path)
    assert bits(run(models=ALL_MODELS, kept=kept, workers=2)) == bits(everything)
    entries = len(list(tmp_path.glob("*/*")))
    assert entries == len(ORIGINS) * (len(ALL_MODELS) + len(MEMBERS))
    assert bits(run(models=ALL_MODELS, kept=kept)) == bits(everything)
    assert len(list(tmp_path.glob("*/*"))) == entries


def test_many_series_are_forecast_in_parts_that_are_pools_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BACKTEST, "MOST_TOGETHER", 4)
    parts = [SERIES.select([0, 2, 4]), SERIES.select([1, 3, 5])]
    alone = [make_forecasts(ORIGINS, part.until, models=FAST, horizons=3, draws=60, seed=3) for part in parts]
    found = make_forecasts(ORIGINS, SERIES.until, models=FAST, horizons=3, draws=60, seed=3)
    assert set(found) == set(alone[0])
    for place, made in found.items():
        assert made.keys == parts[0].keys + parts[1].keys
        assert made.values.tobytes() == b"".join(one[place].values.tobytes() for one in alone)
    assert bits(run(workers=2)) == bits(run())


def test_the_median_of_the_statistical_peers_is_made_of_their_forecasts() -> None:
    pytest.importorskip("statsforecast")
    history = series_of(lively(2, 60))
    [together] = forecast_at(BacktestTask(history, ("median_statistical",), 2, 60, 3)).values()
    drawn = PEERS["median_statistical"](history, 2, 60, np.random.default_rng(1))
    assert together.values.tobytes() == Quantiles.of(drawn).values.tobytes()


def test_a_model_is_made_once_in_a_group_with_those_that_are_made_of_it() -> None:
    groups = BACKTEST._groups((*ALL_MODELS, *PEERS))
    assert sorted(name for group in groups for name in group) == sorted((*ALL_MODELS, *PEERS))
    assert set(groups[0]) == {ENSEMBLE, *MEMBERS}
    assert set(groups[1]) == {"median_statistical", *MEDIAN_MEMBERS}


def test_ensembles_that_share_a_member_stay_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BACKTEST, "MEMBERS", ("mixture", "median_statistical"))
    groups = BACKTEST._groups((*BASELINES, "seasonal_level", ENSEMBLE, *PEERS))
    assert {"mixture", ENSEMBLE, "median_statistical", *MEDIAN_MEMBERS} in [set(group) for group in groups]
    assert sum(len(group) for group in groups) == len(BASELINES) + 2 + len(PEERS)


def test_peers_are_judged_as_models() -> None:
    card = run(models=(*FAST, "factor_poisson"), origins=ORIGINS[:1])
    assert card.baselines == FAST
    assert np.isfinite(card.wis[-1]).all()


def test_the_scorecard_has_every_model_origin_series_and_horizon(everything: Scorecard) -> None:
    assert everything.models == ALL_MODELS
    assert everything.baselines == tuple(BASELINES)
    assert everything.origins == tuple(ORIGINS)
    assert everything.keys == SERIES.keys
    assert everything.wis.shape == (len(ALL_MODELS), 4, 6, 3)
    assert (everything.missing == 0).all()
    assert np.isfinite(everything.wis).all()


def test_a_model_scores_the_same_whoever_else_is_asked(everything: Scorecard) -> None:
    alone = run(models=("climatology_12",))
    row = everything.models.index("climatology_12")
    assert alone.wis[0].tobytes() == everything.wis[row].tobytes()


def test_more_horizons_do_not_change_the_nearer_ones() -> None:
    near, far = run(), run(horizons=5)
    assert near.wis.tobytes() == far.wis[..., :3].tobytes()


def test_forecasts_are_made_from_the_months_up_to_each_origin() -> None:
    made = forecast_at(BacktestTask(SERIES.until(ORIGINS[1]), ("rw_pooled",), 3, 60, 3))["rw_pooled"]
    assert made.origin == ORIGINS[1]
    truth = SERIES.at(made.target_months)
    expected = (made.values[..., QUANTILE_LEVELS.index(0.5)] - truth) ** 2
    card = run()
    assert card.squared[card.models.index("rw_pooled"), 1] == pytest.approx(expected)


def test_the_backtest_judges_what_is_drawn_for_a_release() -> None:
    history = SERIES.until(ORIGINS[0])
    drawn = draw_all(history, ALL_MODELS, 3, 60, 3)
    made = forecast_at(BacktestTask(history, ALL_MODELS, 3, 60, 3))
    assert {name: found.values.tobytes() for name, found in made.items()} == {
        name: Quantiles.of(draws).values.tobytes() for name, draws in drawn.items()
    }


def test_a_history_that_was_given_is_what_models_see() -> None:
    doubled = MonthlySeries(SERIES.keys, SERIES.first, SERIES.values * 2)
    card = run(history=doubled.until, models=("climatology_6",))
    plain = run(models=("climatology_6",))
    assert card.mean_before.tolist() == plain.mean_before.tolist()
    assert card.wis.mean() > 1.5 * plain.wis.mean()


def test_only_the_series_judged_are_scored_and_all_may_teach() -> None:
    part, whole = run(judged=[4, 1]), run()
    assert part.keys == (SERIES.keys[4], SERIES.keys[1])
    assert part.wis.tobytes() == whole.wis[:, :, [4, 1]].tobytes()
    lone = backtest(SERIES.select([4, 1]), ORIGINS, models=FAST, horizons=3, draws=60, seed=3)
    pooled = FAST.index("rw_pooled")
    assert lone.wis[pooled].tobytes() != part.wis[pooled].tobytes()


def test_a_series_that_has_ended_costs_nobody_more_than_another() -> None:
    values = SERIES.values.copy()
    values[2, 60:] = np.nan
    card = run(series_of(values))
    assert (card.missing == 0).all()
    assert np.isnan(card.wis[:, :, 2]).sum() > 0


def test_progress_is_told_origin_by_origin() -> None:
    told: list[int] = []
    run(progress=told.append)
    assert told == [1, 2, 3, 4]


def refusal(**options: object) -> str:
    with pytest.raises(ForecastError) as caught:
        run(**options)  # type: ignore[arg-type]
    assert caught.value.message("fr") != caught.value.message("en")
    return caught.value.problems[0].key


@pytest.mark.parametrize("horizons", [0, -3, 13, 200])
def test_horizons_that_are_not_in_the_protocol_are_refused(horizons: int) -> None:
    assert refusal(horizons=horizons) == "forecast.horizon"


def test_origins_outside_the_data_are_refused() -> None:
    assert refusal(origins=[add_months(FIRST, 22)]) == "forecast.origin_before_data"
    assert refusal(origins=[date(1990, 1, 1), *ORIGINS]) == "forecast.origin_before_data"
    assert refusal(origins=[*ORIGINS, add_months(FIRST, 66)]) == "forecast.origin_after_data"
    assert run(origins=[add_months(FIRST, 23)], judged=[0]).origins == (add_months(FIRST, 23),)


def test_an_origin_without_anything_after_it_cannot_be_scored() -> None:
    assert refusal(origins=[SERIES.last]) == "forecast.no_truth"


def test_series_too_small_to_judge_are_refused() -> None:
    assert refusal(series=series_of(np.ones((3, 66)))) == "forecast.no_series"
    assert refusal(judged=[]) == "forecast.no_series"


def test_an_unknown_model_is_refused() -> None:
    assert refusal(models=("rw_pooled", "crystal_ball")) == "forecast.unknown_model"


def steady(series: int, months: int) -> Floats:
    """Draw counts around a level that never moves: what every model should know how to forecast."""
    rng = np.random.default_rng(12)
    return rng.negative_binomial(8, 8 / (8 + np.geomspace(30, 900, series)[:, None]), (series, months)).astype(float)


@pytest.mark.slow
def test_intervals_hold_about_as_often_as_they_say() -> None:
    card = run(
        series_of(steady(10, 84)), rolling_origins(add_months(FIRST, 66), add_months(FIRST, 77)), models=ALL_MODELS
    )
    covered = dict(zip(card.models, card.covered[..., 1].mean(axis=(1, 2, 3)), strict=True))
    assert 0.7 < covered[ENSEMBLE] < 0.9
    assert {name: share for name, share in covered.items() if not 0.6 < share < 0.97} == {}
