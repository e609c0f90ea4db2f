"""The contract of every peer on awkward panels, its place in time, and what happens where its package is missing."""

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from havre.draws import Draws, Floats
from havre.errors import ForecastError
from havre.forecast.ensemble import median_ensemble
from havre.forecast.peers import MEDIAN_MEMBERS, PEERS, extra, forest
from havre.forecast.peers.bounds import ALLOWANCE, FACTOR, NEW_FACTOR
from havre.panel.series import MonthlySeries
from tests.forecast.series_samples import lively, series_of

DRAWS = 60
TAIL = (0.05, 0.5, 0.95)
MONTHS = 50
NAN = float("nan")
OUTSIDE = [name for name in PEERS if name != "factor_poisson"]


@pytest.fixture(autouse=True)
def _few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the same path through the code with fewer trees, to be done sooner."""
    monkeypatch.setitem(forest.FOREST, "n_estimators", 12)
    monkeypatch.setitem(forest.BOOSTING, "max_iter", 40)


def draw(name: str, history: MonthlySeries, seed: int = 1, horizons: int = 4) -> Draws:
    return PEERS[name](history, horizons, DRAWS, np.random.default_rng(seed))


def awkward() -> MonthlySeries:
    """Make one panel of all that is awkward: zeros, one month, new, constant, a spike, ended, mostly zeros, and two."""
    values = lively(9, MONTHS)
    values[0] = 0
    values[1, :-1] = NAN
    values[2, :-14] = NAN
    values[3] = 250
    values[4, 30] = 1e9
    values[5, -5:] = NAN
    values[6] = np.where(np.arange(MONTHS) % 9 == 0, 1.0, 0.0)
    return series_of(values)


def check(made: Draws, history: MonthlySeries, horizons: int = 4) -> None:
    active = tuple(key for key, end in zip(history.keys, history.last_published(), strict=True) if end == history.last)
    assert made.keys == active
    assert made.origin == history.last
    assert made.values.shape == (len(active), horizons, DRAWS)
    assert np.isfinite(made.values).all()
    assert (made.values >= 0).all()


@pytest.mark.parametrize("name", PEERS)
def test_the_contract_on_an_awkward_panel(name: str) -> None:
    history = awkward()
    made, again, other = draw(name, history), draw(name, history), draw(name, history, seed=2)
    check(made, history)
    assert made.values.tobytes() == again.values.tobytes()
    assert made.values.tobytes() != other.values.tobytes()
    assert np.allclose(made.quantiles(TAIL), other.quantiles(TAIL), rtol=0.05, atol=0.5)
    spread = np.ptp(made.values, axis=2)
    assert (spread > 0).all(), "somebody was certain"


ALONE: dict[str, Floats] = {
    "one month": np.array([[7.0]]),
    "two months": np.array([[7.0, 12.0]]),
    "zeros": np.zeros((1, 50)),
    "constant": np.full((1, 50), 30.0),
    "fourteen months": lively(1, 14),
    "four years": lively(1, 48),
    "new": np.concatenate([np.full((1, 30), NAN), [[5.0]]], axis=1),
    "spike at the end": np.concatenate([lively(1, 47), [[1e12]]], axis=1),
    "one arrival": np.eye(1, 50, 49),
}


@pytest.mark.parametrize("name", PEERS)
@pytest.mark.parametrize("kind", ALONE)
def test_a_panel_of_one_series(name: str, kind: str) -> None:
    history = series_of(ALONE[kind])
    made = draw(name, history)
    check(made, history)
    assert (np.ptp(made.values, axis=2) > 0).all()


@pytest.mark.parametrize("name", PEERS)
def test_nothing_to_forecast_is_no_forecast(name: str) -> None:
    ended = series_of([[1.0, 2.0, NAN], [3.0, NAN, NAN]])
    check(draw(name, ended), ended)
    assert draw(name, series_of(np.empty((2, 0)))).keys == ()


@pytest.mark.parametrize("name", PEERS)
def test_no_draw_passes_the_cap(name: str) -> None:
    values = np.exp(np.linspace(0, 8, 60))[None, :].round()
    old, new = series_of(values), series_of(values[:, -20:])
    most = values[:, -24:].max()
    assert draw(name, old, horizons=12).values.max() <= 1.5 * (FACTOR * most + ALLOWANCE)  # Poisson noise around it
    if name != "factor_poisson":
        assert draw(name, old, horizons=12).values.max() <= FACTOR * most + ALLOWANCE + 1e-6
        assert draw(name, new, horizons=12).values.max() <= NEW_FACTOR * most + ALLOWANCE + 1e-6


@pytest.mark.parametrize("name", PEERS)
def test_a_forecast_reads_no_later_month(name: str) -> None:
    values = lively(3, 60)
    garbage = np.concatenate([values, np.full((3, 6), 1e9)], axis=1)
    clean, later = series_of(values), series_of(garbage)
    assert draw(name, clean).values.tobytes() == draw(name, later.until(clean.last)).values.tobytes()


def test_the_median_is_that_of_its_members() -> None:
    history = series_of(lively(3, 50))
    members = [draw(name, history) for name in MEDIAN_MEMBERS]
    expected = median_ensemble(members, np.random.default_rng(5))
    assert np.allclose(draw("median_statistical", history).quantiles(), expected.quantiles())


def test_the_list_of_peers_imports_none_of_their_packages() -> None:
    code = (
        "import sys, havre.forecast.peers; "
        "print([m for m in ('statsforecast', 'sklearn', 'pandas', 'scipy.stats') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_missing_package_is_told_with_its_remedy(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(module: str) -> Any:
        raise ModuleNotFoundError(name=module.partition(".")[0])

    monkeypatch.setattr(extra, "import_module", missing)
    with pytest.raises(ForecastError) as caught:
        draw(name, series_of(lively(2, 50)))
    assert caught.value.problems[0].key == "forecast.needs_peers"
    for language in ("en", "fr"):
        assert "havre[peers]" in caught.value.advice(language)
    if name != "median_statistical":
        assert name in caught.value.message()


def test_an_error_inside_a_package_is_not_taken_for_a_missing_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(module: str) -> Any:
        raise ValueError(module)

    monkeypatch.setattr(extra, "import_module", broken)
    with pytest.raises(ValueError, match="sklearn"):
        extra.load("sklearn", "any")
