"""The checks keep their error where nothing differs, and have the power that is computed where something does."""

import numpy as np
import pytest
from scipy import stats

from tests.displacement.equivalence import two_sample
from tests.displacement.equivalence.two_sample import smallest_difference

RNG_SEED = 17
TRIALS = 2000
ERROR = 0.01


def shares_found(probabilities: list[float], error: float = ERROR) -> float:
    return float(np.mean(np.array(probabilities) < error))


@pytest.mark.parametrize("size", [150, 1500])
@pytest.mark.parametrize("mean", [1.0, 6.0, 40.0])
def test_between_equal_samples_little_is_found(mean: float, size: int) -> None:
    rng = np.random.default_rng(RNG_SEED)
    found: dict[str, list[float]] = {}
    for _ in range(TRIALS // 2 if size == 150 else TRIALS // 4):
        first, second = rng.poisson(mean, 2 * size), rng.poisson(mean, size)
        other_first, other_second = first // 2 + rng.poisson(2, 2 * size), second // 2 + rng.poisson(2, size)
        checks = {
            "mean": two_sample.mean_between("", first, second),
            "known": two_sample.mean_with_spread_of_reference("", float(first.mean()), 2 * size, second),
            "variance": two_sample.variance_between("", first, second),
            "covariance": two_sample.covariance_between("", (first, other_first), (second, other_second)),
            "distribution": two_sample.distribution_between("", first, second),
        }
        for name, results in checks.items():
            found.setdefault(name, []).extend(check.probability for check in results)
    # 1 % of 500 trials has a standard deviation of 0.45 %.
    for name, probabilities in found.items():
        assert shares_found(probabilities) < 0.025, name
    assert size == 150 or len(found["covariance"]) > 50


@pytest.mark.parametrize("chance", [0.02, 0.3])
def test_against_the_right_law_little_is_found(chance: float) -> None:
    rng = np.random.default_rng(RNG_SEED)
    size, number = 60, 500
    pq = chance * (1 - chance)
    cumulants = (
        size * chance,
        size * pq,
        size * pq * (1 - 2 * chance),
        size * pq * (1 - 6 * pq),
    )
    pmf = stats.binom.pmf(np.arange(size + 1), size, chance)
    found: dict[str, list[float]] = {}
    for _ in range(TRIALS):
        first = rng.binomial(size, chance, number)
        second = rng.binomial(size - first, chance)
        means = (size * chance, size * (1 - chance) * chance)
        checks = {
            "mean": two_sample.mean_against_law("", float(first.mean()), number, cumulants),
            "variance": two_sample.variance_against_law("", first, cumulants),
            "covariance": two_sample.covariance_against_law(
                "", first, second, means, -size * chance * chance * (1 - chance)
            ),
            "distribution": two_sample.distribution_against_law("", first, pmf),
        }
        for name, results in checks.items():
            found.setdefault(name, []).extend(check.probability for check in results)
    for name, probabilities in found.items():
        assert shares_found(probabilities) < 0.016, name


def test_the_smallest_difference_is_found_nine_times_in_ten() -> None:
    rng = np.random.default_rng(RNG_SEED)
    difference = smallest_difference(1e-4, 400, 150)
    found = []
    for _ in range(TRIALS // 2):
        first, second = rng.poisson(30.0 + difference * np.sqrt(30.0), 400), rng.poisson(30.0, 150)
        found += [check.probability for check in two_sample.mean_between("", first, second)]
    assert 0.84 < shares_found(found, 1e-4) < 0.96


def test_nothing_varies() -> None:
    same, other = np.full(10, 4), np.full(10, 5)
    assert two_sample.mean_between("", same, same)[0].probability == 1.0
    assert two_sample.mean_between("", other, same)[0].probability == 0.0
    assert two_sample.mean_against_law("", 4.0, 10, (4.0, 0.0, 0.0, 0.0))[0].probability == 1.0
    assert two_sample.mean_against_law("", 4.1, 10, (4.0, 0.0, 0.0, 0.0))[0].probability == 0.0


def test_many_checks_share_one_error() -> None:
    checks = [two_sample.Check("rare", 1e-5), *(two_sample.Check("usual", 0.2) for _ in range(9))]
    assert [check.what for check in two_sample.found(checks, 1e-3)] == ["rare"]
    assert two_sample.found(checks, 1e-5) == []
