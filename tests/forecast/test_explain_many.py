"""Many figures taken apart at once: the same parts as one by one, weights that make one, and moves that are reached."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.draws import SeriesKey
from havre.forecast.explain import explain, member_parts
from havre.forecast.explain_many import MOVES, SHIFTS, SharedParts, effective_weights, find_moves, shifted, told_of
from havre.forecast.models import ENSEMBLE, MEMBERS
from havre.forecast.outlook import Outlook, OutlookOptions, make_outlook
from havre.forecast.teaching import teaching_series
from havre.panel.series import MonthlySeries
from havre.pipeline import find_scopes
from tests.small_panel import small_panel

OPTIONS = OutlookOptions(horizons=2, draws=100, backtest_months=1, seed=5)


@pytest.fixture(scope="module")
def outlook() -> Outlook:
    panel = small_panel()
    [scope] = find_scopes(panel, [{"measure": "asylum_applications", "destination": "DEU"}])
    return make_outlook(panel, scope, OPTIONS)


def test_what_is_shared_is_what_is_found_one_by_one(outlook: Outlook) -> None:
    history = teaching_series(outlook.series)
    shared = SharedParts(history, 2)
    for model in MEMBERS:
        for row in range(len(history.keys)):
            for horizon in (1, 2):
                assert shared.parts(model, row, horizon) == pytest.approx(
                    member_parts(model, history, row, 2, horizon), abs=1e-12
                )


def test_a_figure_is_taken_apart_as_alone(outlook: Outlook) -> None:
    [group] = outlook.forecasts
    key = group[ENSEMBLE].keys[0]
    told = told_of(outlook, {(key, 2)}, horizons=2, seed=5)
    alone = explain(teaching_series(outlook.series), key, 2, horizons=2, made=group)
    assert set(told) == {(key, 2)}
    assert told[key, 2].explanation.drivers == pytest.approx(alone.drivers, abs=1e-9)
    assert told[key, 2].explanation.figure == alone.figure


def test_a_higher_last_month_moves_the_figure_and_the_needed_factor_lies_between(outlook: Outlook) -> None:
    key = outlook.forecasts[0][ENSEMBLE].keys[0]
    moves = told_of(outlook, {(key, 1)}, horizons=2, seed=5)[key, 1].moves
    factors = [factor for factor, _ in moves.curve]
    assert factors == sorted(factors)
    assert len(factors) == len(SHIFTS) + 1
    assert dict(moves.curve)[1.0] == 1.0
    assert moves.curve[-1][1] > 1.0 > moves.curve[0][1]
    up, down = (moves.needed[share] for share in MOVES)
    assert up is not None
    assert up > 1
    assert down is not None
    assert down < 1


@given(st.lists(st.floats(0, 1e6), min_size=len(MEMBERS), max_size=len(MEMBERS)))
def test_weights_make_one_and_give_the_joined_median(medians: list[float]) -> None:
    weights = effective_weights(medians)
    assert sum(weights.values()) == pytest.approx(1.0)
    joined = 0.5 * medians[0] + 0.5 * float(np.median(medians[1:]))
    found = sum(weights[name] * median for name, median in zip(MEMBERS, medians, strict=True))
    assert found == pytest.approx(joined, rel=1e-9, abs=1e-9)


def test_a_move_is_found_between_the_factors_tried() -> None:
    # The figure follows the square root of the factor: 1.1 needs 1.21 of the last months.
    moves = find_moves(np.exp(0.5 * np.array([0.0, *SHIFTS])) * 40)
    assert moves.needed[0.1] == pytest.approx(1.21, abs=0.01)
    assert moves.needed[-0.1] == pytest.approx(0.81, abs=0.01)


def test_what_no_factor_reaches_is_none() -> None:
    flat = find_moves(np.full(1 + len(SHIFTS), 12.0))
    assert flat.needed == dict.fromkeys(MOVES)
    assert find_moves(np.zeros(1 + len(SHIFTS))).curve == ()


def test_only_the_last_month_is_shifted_and_stays_whole() -> None:
    keys = (SeriesKey("m", "AAA", "DEU"), SeriesKey("m", "BBB", "DEU"))
    history = MonthlySeries(keys, date(2020, 1, 1), np.array([[4.0, 9.0], [1.5, 3.0]]))
    values = shifted(history, float(np.log(1.5))).values
    assert values.tolist() == [[4.0, 14.0], [1.5, 4.5]]
