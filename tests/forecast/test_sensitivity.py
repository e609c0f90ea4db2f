"""What would have moved a forecast is found by making it again, and holds when it is made again."""

import numpy as np
import pytest

from havre.forecast.backtest import BacktestTask, forecast_at
from havre.forecast.models import ENSEMBLE
from havre.forecast.sensitivity import MEDIAN, QUESTIONS, Sensitivity, _changed, _with_last, sensitivity, solve
from tests.forecast.series_samples import lively, series_of


@pytest.fixture(autouse=True)
def _few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the same path through the code with fewer rounds, to be done sooner."""
    monkeypatch.setattr("havre.forecast.quantile_trees.ROUNDS", 12)


def test_the_last_value_that_moves_the_median_moves_it_when_the_forecast_is_made_again() -> None:
    history = series_of(lively(4, 60))
    key = history.keys[2]
    found = sensitivity(history, key, 1, draws=100, seed=3)
    assert tuple(found.answers) == QUESTIONS
    assert found.last_value == history.values[2, -1]
    assert [value for value, _ in found.curve] == sorted(value for value, _ in found.curve)
    assert dict(found.curve)[found.last_value] == found.median
    for share, value in found.moves.items():
        assert value is not None
        task = BacktestTask(_with_last(history, 2, value), (ENSEMBLE,), 1, 100, 3)
        quantiles = forecast_at(task)[ENSEMBLE]
        assert quantiles.values[2, 0, MEDIAN] == pytest.approx(found.median * (1 + share), rel=0.03)
    up, down = found.moves[0.1], found.moves[-0.1]
    assert up is not None
    assert down is not None
    assert down < found.last_value < up


def test_questions_change_what_they_say() -> None:
    values = lively(2, 48)
    history = series_of(values)
    asked = dict(_changed(history, 0, 2))
    shorter, horizon = asked["without_last_month"]
    assert (shorter.values.shape[1], horizon) == (47, 3)
    mean, _ = asked["last_as_three"]
    assert mean.values[0, -1] == values[0, -3:].mean()
    year, _ = asked["three_as_year"]
    assert year.values[0, -3:].tolist() == [values[0, -12:].mean()] * 3
    for name in ("last_as_three", "three_as_year", "without_season"):
        assert asked[name][0].values[1].tolist() == values[1].tolist(), "the other series stay"
    alone, _ = asked["without_others"]
    assert alone.keys == history.keys[:1]
    calm = asked["without_season"][0].values[0]
    by_month = [np.log1p(row[-24:]).reshape(2, 12).mean(axis=0).std() for row in (values[0], calm)]
    assert by_month[1] < by_month[0]


def test_what_cannot_be_asked_is_left_out() -> None:
    one = series_of([[50.0]])
    assert dict(_changed(one, 0, 1)) == {}
    history = series_of(lively(1, 40))
    assert "without_others" not in dict(_changed(history, 0, 1))
    assert "without_last_month" not in dict(_changed(history, 0, 12))


def test_zeros_have_no_ten_percent() -> None:
    values = lively(2, 40)
    values[0] = 0
    history = series_of(values)
    found = sensitivity(history, history.keys[0], 1, draws=100)
    assert found.median == 0
    assert found.moves == {0.1: None, -0.1: None}


def test_solving_by_hand() -> None:
    def made(value: float) -> float:
        return float(10 * np.sqrt(value))

    curve = tuple((value, made(value)) for value in (4.0, 16.0, 64.0, 256.0))
    assert solve(curve, 16.0, 50.0, made) == pytest.approx(25.0, rel=0.01)
    assert solve(curve, 16.0, 25.0, made) == pytest.approx(6.25, rel=0.01)
    assert solve(curve, 16.0, 1000.0, made) is None
    # Of two crossings the one nearest to the start.
    bent = ((1.0, 50.0), (10.0, 10.0), (20.0, 12.0), (100.0, 60.0))
    assert solve(bent, 20.0, 40.0, lambda value: 12 + 0.6 * (value - 20)) == pytest.approx(20 + 28 / 0.6, rel=0.01)


def test_answers_are_told_in_proportion_to_another_median() -> None:
    found = Sensitivity(100.0, {"season": 80.0}, 90.0, ((50.0, 60.0), (100.0, 110.0)), {0.1: 95.0}).in_proportion(150.0)
    assert (found.median, found.answers, found.curve) == (150.0, {"season": 120.0}, ((50.0, 90.0), (100.0, 165.0)))
    assert found.moves == {0.1: 95.0}
    nobody = Sensitivity(0.0, {}, 0.0, (), {})
    assert nobody.in_proportion(5.0) is nobody
