"""One against millions: the printed table, exact sums, draws, and what bounds it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from havre.audit.gallery import (
    YearOfSearches,
    chance_of_a_hit_in,
    fpir,
    fpir_elsewhere,
    fpir_interval,
    required_fmr,
    share_of_hits,
)
from havre.audit.intervals import interval
from havre.errors import AuditError

MILLION = 1_000_000


@pytest.mark.parametrize(
    ("fmr", "printed"),
    [(1e-6, [".9991", "1", "1"]), (1e-9, ["0.0070", "0.259", "0.330"]), (1e-12, ["7e-6", "3.0e-4", "4.0e-4"])],
)  # fmt: skip
def test_reference_table(fmr: float, printed: list[str]) -> None:
    found = fpir(fmr, np.array([7, 300, 400]) * MILLION)
    for value, text in zip(found, printed, strict=True):
        unit = 10.0 ** -len(text.split("e")[0].partition(".")[2]) * (
            10.0 ** float(text.split("e")[1]) if "e" in text else 1
        )
        assert abs(float(value) - float(text)) <= unit / 2


def test_false_match_rates_that_a_promise_needs() -> None:
    needed = required_fmr(0.001, np.array([7, 300, 400]) * MILLION)
    assert [f"{value:.2e}" for value in needed[:1]] == ["1.43e-10"]
    assert [f"{value:.1e}" for value in needed[1:]] == ["3.3e-12", "2.5e-12"]


def test_a_measured_rate_at_a_larger_gallery() -> None:
    assert [f"{100 * v:.1f}" for v in fpir_elsewhere(0.003, 12e6, np.array([300e6, 400e6]))] == ["7.2", "9.5"]
    # At the gallery where it was measured it is what was measured, also with look-alikes.
    assert float(fpir_elsewhere(0.003, 12e6, 12e6, 1.5)) == pytest.approx(0.003)


def test_false_hits_of_a_year() -> None:
    assert YearOfSearches(MILLION, 0.0, 0.001).false_hits == pytest.approx(1000)
    assert YearOfSearches(60 * MILLION, 0.0, 0.001).false_hits == pytest.approx(60_000)
    year = YearOfSearches(1000, 0.25, 0.1, 0.04)
    assert (year.false_hits, year.missed, year.hits_that_are_false) == pytest.approx((75, 10, 75 / 315))
    assert YearOfSearches(1000, 0.25, 0.1).missed is None


@pytest.mark.parametrize("variation", [0.01, 0.5, 1.0, 2.5])
@pytest.mark.parametrize("rate", [1e-9, 1e-4, 0.02])
def test_look_alikes_against_an_exact_sum(rate: float, variation: float) -> None:
    a = variation**-2.0
    b = a * (1 - rate) / rate
    log_none = np.log1p(-a / (a + b + np.arange(5000))).sum()
    assert float(fpir(rate, 5000, variation)) == pytest.approx(-np.expm1(log_none), rel=1e-9)


def test_look_alikes_in_a_huge_gallery_against_an_integral() -> None:
    gamma = stats.gamma(0.25, scale=4e-9)
    none, _ = integrate.quad(lambda u: np.exp(-4e8 * gamma.ppf(u)), 0, 1, limit=500)
    assert float(fpir(1e-9, 4e8, 2.0)) == pytest.approx(1 - none, rel=1e-6)


@given(
    rate=st.floats(1e-13, 1e-3), size=st.floats(1, 1e9), variation=st.sampled_from([0.0, 0.1, 1.0, 3.0]),
)  # fmt: skip
def test_laws(rate: float, size: float, variation: float) -> None:
    alike, found = float(fpir(rate, size)), float(fpir(rate, size, variation))
    assert 0 <= found <= alike + 1e-12
    assert alike <= min(1.0, rate * size * (1 + 1e-9))
    if found < 0.99:
        assert float(required_fmr(found, size, variation)) == pytest.approx(rate, rel=1e-6)


def test_the_same_people_are_hit_again() -> None:
    assert share_of_hits(0.01, 2.0) > share_of_hits(0.01, 0.5) > 0.01
    drawn = np.sort(np.random.default_rng(1).gamma(0.25, 1.0, 1_000_000))
    assert share_of_hits(0.01, 2.0) == pytest.approx(drawn[-10_000:].sum() / drawn.sum(), abs=0.005)
    assert chance_of_a_hit_in(10, 1e6, 1e-8, 2.0) < chance_of_a_hit_in(10, 1e6, 1e-8)


def test_a_count_carries_its_uncertainty_to_a_larger_gallery() -> None:
    found = fpir_interval(30, 10_000, 12e6, 300e6)
    assert found.low < float(fpir_elsewhere(0.003, 12e6, 300e6)) < found.high
    assert fpir_interval(0, 10_000, 12e6, 300e6).low == 0
    half = fpir_interval(30, 10_000, 12e6, 12e6, level=0.5)
    counted = interval(30, 10_000, level=0.5)
    assert (half.low, half.high, half.level) == pytest.approx((counted.low, counted.high, 0.5))


@pytest.mark.parametrize("bad", [(1.5, 10, 0), (0.1, 0, 0), (0.1, 10, -1), (float("nan"), 10, 0)])
def test_bad_input_is_refused(bad: tuple[float, float, float]) -> None:
    with pytest.raises(AuditError):
        fpir(*bad)


def test_what_is_certain_and_what_cannot_be() -> None:
    assert required_fmr([0, 1], 10, 1.0).tolist() == [0, 1]
    with pytest.raises(AuditError):
        YearOfSearches(0, 0.5, 2)
