"""Every model keeps one contract, on ordinary histories and on the strangest ones that a panel can hold."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest

from havre.draws import Draws, Floats
from havre.errors import ForecastError
from havre.forecast.models import (
    ALL_MODELS,
    BASELINES,
    ENSEMBLE,
    MEMBERS,
    MODELS,
    check_model,
    describe_models,
    draw_all,
)
from tests.forecast import model_contract
from tests.forecast.series_samples import lively, series_of

NAN = float("nan")


def changed(*changes: tuple[object, float], months: int = 48) -> Floats:
    """Change some places of lively values."""
    values: Any = lively(4, months)
    for place, value in changes:
        values[place] = value
    return np.asarray(values)


ROW, END = (0, slice(None)), (slice(None), slice(-1, None))
STRANGE: Mapping[str, Floats] = {
    "ordinary": lively(4, 48),
    "enough for the trees": lively(6, 72),
    "one series": lively(1, 60),
    "one observation": np.array([[5.0]]),
    "one zero": np.array([[0.0]]),
    "nothing but zeros": np.zeros((3, 48)),
    "one series of zeros": changed((ROW, 0.0)),
    "one series that never changes": changed((ROW, 250.0)),
    "zeros that end": changed(((0, slice(None, -1)), 0.0)),
    "a spike in the past": changed(((0, 20), 1e7)),
    "a spike in the last month": changed(((0, -1), 1e7)),
    "spikes in the smallest and largest": changed(((0, -2), 1e7), ((3, -1), 1e7)),
    "a series that starts yesterday": changed(((0, slice(None, -1)), NAN)),
    "all series start yesterday": changed(((slice(None), slice(None, -1)), NAN)),
    "a series that ended": changed(((1, slice(-3, None)), NAN)),
    "a series without any value": changed((ROW, NAN)),
    "nobody is active": changed((END, NAN)),
    "no series": np.empty((0, 48)),
    "values that are no whole numbers": lively(4, 48) * 0.37,
}


@pytest.fixture(autouse=True)
def _few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the same path through the code with fewer rounds, to be done sooner."""
    monkeypatch.setattr("havre.forecast.quantile_trees.ROUNDS", 12)


@cache
def drawn(history: str) -> list[dict[str, Draws]]:
    """Draw from a history with all models, once for all of them: the ensemble need not draw its members anew.

    What one model draws does not depend on which others are asked for, as a test below shows.
    """
    given, wanted = series_of(STRANGE[history]), (model_contract.HORIZONS, model_contract.DRAWS)
    return [draw_all(given, ALL_MODELS, *wanted, seed) for seed in model_contract.SEEDS]


@pytest.mark.parametrize("name", ALL_MODELS)
@pytest.mark.parametrize("history", STRANGE, ids=str)
def test_every_model_keeps_the_contract(name: str, history: str) -> None:
    model_contract.check_draws(series_of(STRANGE[history]), *(made[name] for made in drawn(history)))


def test_the_ensemble_is_never_certain_that_nobody_comes() -> None:
    """Forty-eight months without anybody: one in fifty may have somebody, as Laplace's rule of succession says."""
    made = draw_all(series_of(np.zeros((3, 48))), (ENSEMBLE,), 12, 1000, 1)[ENSEMBLE].values
    assert ((made > 0).mean(axis=2) == 0.02).all()
    assert made.max() <= 2


@cache
def drawn_by_length() -> dict[int, dict[str, Draws]]:
    """Draw with all models from the first months of a history, by how many they are."""
    values = lively(3, 24, seed=4)
    return {months: draw_all(series_of(values[:, :months]), ALL_MODELS, 12, 40, 1) for months in range(1, 25)}


@pytest.mark.parametrize("name", ALL_MODELS)
def test_every_model_lives_with_a_history_of_any_length(name: str) -> None:
    for months, by_model in drawn_by_length().items():
        made = by_model[name]
        assert made.values.shape == (3, 12, 40)
        width = np.ptp(made.quantiles((0.05, 0.95)), axis=2)
        if not name.startswith("climatology") or months >= 4:
            # Whoever knows little has to say so: no interval is a point.
            assert (width > 0).all(), months


@pytest.mark.parametrize("name", [name for name in ALL_MODELS if not name.startswith("climatology")])
def test_a_horizon_beyond_the_history_is_not_more_certain_than_a_near_one(name: str) -> None:
    made = model_contract.check_model(name, series_of(lively(4, 3, seed=1)))
    width = np.ptp(np.log1p(made.quantiles((0.05, 0.95))), axis=2)[..., [0, 11]]
    assert (width[:, 1] >= 0.9 * width[:, 0]).all()


@pytest.mark.parametrize("name", ALL_MODELS)
def test_a_spike_elsewhere_does_not_move_a_series_out_of_sight(name: str) -> None:
    spiked = changed(((3, 20), 1e7))
    made = draw_all(series_of(spiked), (name,), 3, 60, 1)[name]
    assert (np.quantile(made.values[0], 0.5, axis=1) < 3 * spiked[0, -24:].max()).all()


@cache
def drawn_in_reverse() -> dict[str, Draws]:
    return draw_all(series_of(lively(3, 40)), (*reversed(ALL_MODELS),), 2, 30, 5)


@pytest.mark.parametrize("name", ALL_MODELS)
def test_the_order_of_the_models_asked_for_does_not_change_a_bit(name: str) -> None:
    alone = draw_all(series_of(lively(3, 40)), (name,), 2, 30, 5)[name]
    among = drawn_in_reverse()
    assert tuple(among) == tuple(reversed(ALL_MODELS))
    assert among[name].values.tobytes() == alone.values.tobytes()


def test_another_origin_has_other_draws() -> None:
    values = np.tile(lively(2, 12), (1, 4))
    first, second = (draw_all(series_of(values[:, :n]), ("climatology_12",), 1, 30, 5) for n in (36, 48))
    ranks = [np.argsort(made["climatology_12"].values, axis=2) for made in (first, second)]
    assert not np.array_equal(ranks[0], ranks[1])


def test_the_names_of_models_are_complete() -> None:
    assert len(set(ALL_MODELS)) == len(ALL_MODELS) == len(BASELINES) + len(MODELS) + 1
    assert set(MEMBERS) <= set(ALL_MODELS) - {ENSEMBLE}
    assert set(describe_models()) == set(ALL_MODELS)
    assert all(text.endswith(".") and len(text) > 20 for text in describe_models().values())


def test_an_unknown_model_is_told_with_near_ones() -> None:
    assert check_model("mixture") == "mixture"
    with pytest.raises(ForecastError, match=r"“rw_poold” is not a model.*rw_pooled"):
        check_model("rw_poold")
    with pytest.raises(ForecastError, match="ensemble"):
        check_model("zzz")


@pytest.mark.parametrize("name", ALL_MODELS)
def test_fewer_horizons_give_the_same_quantiles(name: str) -> None:
    """What is said of a month does not depend on how many months are asked for beside it."""
    history = series_of(lively(6, 60))
    few, many = (draw_all(history, (name,), horizons, 100, 1)[name].values for horizons in (2, 12))
    assert np.array_equal(np.sort(few, axis=2), np.sort(many[:, :2], axis=2))
