"""Published points of a ROC curve: bounds, thresholds, choices; what no system can have is refused."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.audit.roc import (
    RocPoint,
    area_bounds,
    choose,
    consequences,
    parse_points,
    read_points,
    trapezoid_area,
    useless_points,
)
from havre.errors import AuditError, FileError, HavreError

POINTS = parse_points(["0.3=0.9,0.5", "0.5=38/50,0.76", "0.7=50%,0.9"])


def test_the_area_lies_between_steps_below_and_above() -> None:
    found = area_bounds(POINTS)
    assert (found.low, found.high) == pytest.approx((0.1 * 0 + 0.14 * 0.5 + 0.26 * 0.76 + 0.5 * 0.9, 0.8904))
    assert found.low < trapezoid_area(POINTS) < found.high
    assert useless_points([RocPoint(0.2, 0.95, 0.05), *POINTS]) == [RocPoint(0.2, 0.95, 0.05)]


def test_what_a_threshold_does() -> None:
    found = consequences(POINTS[1], 0.001)
    assert 1e6 * found.flagged == pytest.approx(240_520)
    assert 1e6 * found.flagged_wrongly == pytest.approx(239_760)
    assert 1e6 * found.missed == pytest.approx(240)
    assert found.ppv == pytest.approx(0.00316, abs=1e-5)


def test_the_choice_hangs_on_what_a_miss_weighs() -> None:
    assert choose(POINTS, 0.01, 1).best == "nobody"
    assert choose(POINTS, 0.01, 100).best == POINTS[1]
    assert choose(POINTS, 0.05, 100).best == "everybody"


@given(base=st.floats(0.001, 0.999), weight=st.floats(0.01, 1e4))
def test_no_published_threshold_costs_less_than_the_chosen_one(base: float, weight: float) -> None:
    found = choose(POINTS, base, weight)
    for point in POINTS:
        each = consequences(point, base)
        assert found.cost <= each.flagged_wrongly + weight * each.missed
    assert found.cost <= min(weight * base, 1 - base)


@pytest.mark.parametrize(
    ("texts", "count"),
    [([], 1), (["0.5"], 1), (["0.5=2,0.5", "x=0.1,0.1", "1=0.4,-1"], 3), (["1=0.5,0.5", "2=0.6,0.7"], 1),
     (["nan=0.5,0.6"], 1)],
)  # fmt: skip
def test_points_that_no_system_has(texts: list[str], count: int) -> None:
    with pytest.raises(AuditError) as caught:
        parse_points(texts)
    assert len(caught.value.problems) == count


@pytest.mark.parametrize(("base", "weight"), [(0, 1), (1, 1), (0.1, 0), (0.1, float("nan")), (0.1, float("inf"))])
def test_a_base_rate_or_weight_that_cannot_be(base: float, weight: float) -> None:
    with pytest.raises(AuditError):
        choose(POINTS, base, weight)


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_text("threshold,sensitivity,specificity\n0.5,0.8,0.7\n", encoding="utf-8-sig")
    assert read_points(path) == [RocPoint(0.5, 0.8, 0.7)]
    for text in (b"threshold,sensitivity\n1,0.5\n", b"threshold,sensitivity,specificity\n1,0.5\n", b"\xff\xfe", b""):
        path.write_bytes(text)
        with pytest.raises(HavreError):
            read_points(path)
    with pytest.raises(FileError):
        read_points(tmp_path / "none.csv")
