"""The statistical peers: the fallback by hand, the doubt, and that a fit that fails is a random walk."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from havre.forecast.peers import statistical
from havre.forecast.peers.statistical import draw_auto_ets, random_walk, with_doubt
from tests.forecast.series_samples import series_of


def test_the_random_walk_by_hand() -> None:
    centre, spread = random_walk(np.array([1.0, 3.0, 2.0]), 4)
    # Steps 2 and −1: mean square 2.5; two months of it and one of 1 give (5 + 1) / 3 = 2.
    assert centre == pytest.approx([2, 2, 2, 2])
    assert spread == pytest.approx(np.sqrt([2, 4, 6, 8]))
    assert random_walk(np.array([4.0]), 2)[1] == pytest.approx([1, np.sqrt(2)])


def test_doubt_fades_with_the_months_and_never_ends() -> None:
    assert with_doubt(np.array([0.0]), 99) == pytest.approx([0.1])
    assert with_doubt(np.array([2.0]), 0) == pytest.approx([1.0])


def test_a_season_is_found() -> None:
    rng = np.random.default_rng(3)
    wave = np.exp(6 + np.sin(2 * np.pi * np.arange(96) / 12))
    median = draw_auto_ets(series_of(rng.poisson(wave)[None, :].astype(np.float64)), 12, 101, rng).quantiles((0.5,))[
        0, :, 0
    ]
    assert median == pytest.approx(wave[:12], rel=0.15)


class _Fails:
    def forecast(self, **_: Any) -> dict[str, Any]:
        raise Exception("no model able to be fitted")  # noqa: TRY002 the package does so


class _Says:
    def __init__(self, mean: float, width: float) -> None:
        self.mean, self.width = mean, width

    def forecast(self, y: Any, h: int, level: list[int]) -> dict[str, Any]:
        ends = {f"{end}-{one}": np.full(h, self.mean + sign * self.width) for one in level for end, sign in _ENDS}
        return {"mean": np.full(h, self.mean), **ends}


_ENDS = (("lo", -1), ("hi", 1))


@pytest.mark.parametrize("model", [_Fails(), _Says(float("nan"), 1.0), _Says(3.0, float("inf"))])
def test_a_fit_that_fails_is_a_random_walk(model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistical, "load", lambda *_: SimpleNamespace(AutoETS=lambda **_: model))
    history = series_of([[20.0, 30.0] * 20 + [25.0]])
    median = draw_auto_ets(history, 2, 101, np.random.default_rng(1)).quantiles((0.5,))[0, :, 0]
    assert median == pytest.approx([25, 25])


def test_what_a_fit_says_is_taken_on_log1p(monkeypatch: pytest.MonkeyPatch) -> None:
    said = _Says(np.log1p(22.0), 0.1)
    monkeypatch.setattr(statistical, "load", lambda *_: SimpleNamespace(AutoETS=lambda **_: said))
    history = series_of([[20.0, 30.0] * 20])
    median = draw_auto_ets(history, 2, 101, np.random.default_rng(1)).quantiles((0.5,))[0, :, 0]
    assert median == pytest.approx([22, 22])
