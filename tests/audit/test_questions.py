"""Many questions to one person, chained checks, and points of a ROC curve."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.audit.chain import chain
from havre.audit.questions import chance_of_flags, flag_chances
from havre.audit.roc import RocPoint, area_bounds, check_points, trapezoid_area, useless_points
from havre.errors import AuditError


def test_four_flags_of_sixteen_questions() -> None:
    assert f"{100 * chance_of_flags(4, 16, 1 - 0.7555):.1f}" == "57.5"
    assert round(float(np.arange(17) @ flag_chances(16, 1 - 0.7555)), 1) == 3.9


@given(n=st.integers(1, 60), rate=st.floats(0, 1), correlation=st.floats(0, 1))
def test_the_mean_stays_whatever_the_correlation(n: int, rate: float, correlation: float) -> None:
    chances = flag_chances(n, rate, correlation)
    assert chances.sum() == pytest.approx(1)
    assert chances @ np.arange(n + 1) == pytest.approx(n * rate, abs=1e-7)


@pytest.mark.parametrize("correlation", [0.0, 0.05, 0.3, 0.9, 1.0])
def test_two_answers_correlate_as_stated(correlation: float) -> None:
    chances = flag_chances(2, 0.3, correlation)
    assert (chances[2] - 0.3**2) / (0.3 * 0.7) == pytest.approx(correlation)


def test_correlated_answers_against_brute_force() -> None:
    generator = np.random.default_rng(1)
    own = generator.beta(0.2445 * 4, 0.7555 * 4, 400_000)
    assert np.mean(generator.binomial(16, own) >= 4) == pytest.approx(chance_of_flags(4, 16, 0.2445, 0.2), abs=0.003)


@pytest.mark.parametrize("bad", [(4, 0, 0.5, 0), (17, 16, 0.5, 0), (4, 16, 1.5, 0), (4, 16, 0.5, 2), (-1, 16, 0.5, 0)])
def test_bad_questions_are_refused(bad: tuple[int, int, float, float]) -> None:
    with pytest.raises(AuditError):
        chance_of_flags(*bad)


@given(rates=st.lists(st.floats(0, 1), min_size=1, max_size=6), rule=st.sampled_from(["any", "all"]))
def test_independence_lies_within_the_bounds(rates: list[float], rule: str) -> None:
    found = chain(rates, "any" if rule == "any" else "all")
    assert found.lowest - 1e-12 <= found.independent <= found.highest + 1e-12


def test_chains() -> None:
    assert chain([0.2445, 0.05], "any").independent == pytest.approx(1 - 0.7555 * 0.95)
    both = chain([0.7, 0.6], "all")
    assert (both.lowest, both.highest) == pytest.approx((0.3, 0.6))
    assert both.independent == pytest.approx(0.42)
    with pytest.raises(AuditError):
        chain([], "any")
    with pytest.raises(AuditError, match=r"1\.5"):
        chain([0.5, 1.5], "all")


POINTS = [RocPoint(0.9, 0.2, 0.95), RocPoint(0.5, 0.6, 0.7), RocPoint(0.1, 0.9, 0.3)]


def test_area_under_published_points() -> None:
    found = area_bounds(POINTS)
    assert found.low < trapezoid_area(POINTS) < found.high
    assert (found.low + found.high) / 2 == pytest.approx(trapezoid_area(POINTS))
    assert trapezoid_area([RocPoint(0, 0.5, 0.5)]) == 0.5


def test_points_that_no_coin_would_envy() -> None:
    assert useless_points([*POINTS, RocPoint(0.0, 0.95, 0.02)]) == [RocPoint(0.0, 0.95, 0.02)]


@pytest.mark.parametrize(
    "points",
    [[], [RocPoint(1, 1.2, 0.5)], [RocPoint(1, 0.5, 0.5), RocPoint(2, 0.6, 0.6)], [RocPoint(1, 0.5, 0.5)] * 2,
     [RocPoint(1, math.nan, 0.5)]],
)  # fmt: skip
def test_points_that_cannot_be(points: list[RocPoint]) -> None:
    with pytest.raises(AuditError):
        check_points(points)
