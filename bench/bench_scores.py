"""The judge against a peer in the same run: ours must not be slower than scoringrules on the same draws."""

import numpy as np
import pytest
import scoringrules

from havre.evaluate.scores import crps_sample, wis_quantile

RNG = np.random.default_rng(1)
DRAWS = RNG.gamma(2.0, 50.0, (170, 12, 1000))
OBSERVED = RNG.gamma(2.0, 50.0, (170, 12))


@pytest.mark.benchmark(group="crps of 170 series × 12 horizons × 1000 draws")
@pytest.mark.parametrize("who", ["havre", "scoringrules"])
def test_crps(benchmark: object, who: str) -> None:
    def peer() -> object:
        return scoringrules.crps_ensemble(OBSERVED, DRAWS, backend="numpy")

    work = (lambda: crps_sample(DRAWS, OBSERVED)) if who == "havre" else peer
    assert np.asarray(benchmark(work)).shape == OBSERVED.shape  # type: ignore[operator]


@pytest.mark.benchmark(group="wis of 170 series × 12 horizons × 23 quantiles")
def test_wis(benchmark: object) -> None:
    quantiles = np.sort(RNG.gamma(2.0, 50.0, (170, 12, 23)), axis=-1)
    assert benchmark(wis_quantile, quantiles, OBSERVED).shape == OBSERVED.shape  # type: ignore[operator]
