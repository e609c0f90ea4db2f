"""The forecasts of a scope add up in every draw, and keep what they said."""

import numpy as np
import pytest

from havre.draws import Draws, SeriesKey
from havre.forecast.coherence import make_coherent, with_rest
from havre.forecast.models import draw_all
from havre.panel.scope import By
from havre.panel.series import MonthlySeries, with_total
from tests.forecast.series_samples import FIRST, lively

MODEL = "count_filter"


def scope(by: By, series: int = 5, months: int = 72) -> MonthlySeries:
    """Series that differ by origin or by destination, and their total."""
    codes = ("AFG", "ERI", "IRQ", "SOM", "SYR")[:series]
    keys = tuple(
        SeriesKey("asylum_applications", code, "DEU")
        if by == "origin"
        else SeriesKey("asylum_applications", "SYR", code)
        for code in codes
    )
    origin, destination = ("TOT", "DEU") if by == "origin" else ("SYR", "TOT")
    return with_total(MonthlySeries(keys, FIRST, lively(series, months)), origin=origin, destination=destination)


def drawn(history: MonthlySeries) -> Draws:
    return draw_all(history, (MODEL,), 6, 400, 1)[MODEL]


@pytest.mark.parametrize("by", ["origin", "destination"])
def test_every_draw_adds_up(by: By) -> None:
    history = scope(by)
    found = make_coherent(history, drawn(history), by, np.random.default_rng(2))
    assert found.keys == history.keys
    assert np.array_equal(found.values[:-1].sum(axis=0), found.values[-1])
    assert (found.values == np.floor(found.values)).all()
    for level, tolerance in ((0.1, 0.35), (0.5, 0.15), (0.9, 0.25)):
        before, after = (made.quantiles((level,)) for made in (drawn(history), found))
        assert after == pytest.approx(before, rel=tolerance)


@pytest.mark.parametrize("by", ["origin", "destination"])
def test_what_is_not_told_is_in_the_sum(by: By) -> None:
    history = scope(by)
    shown = (1, 3, 4, 5)
    told = drawn(history).select(tuple(history.keys[row] for row in shown))
    found = make_coherent(history, told, by, np.random.default_rng(2))
    assert found.keys == told.keys
    beside = found.values[-1] - found.values[:-1].sum(axis=0)
    assert (beside >= 0).all()
    assert np.median(beside) == pytest.approx(np.median(drawn(history).values[[0, 2]].sum(axis=0)), rel=0.3)


@pytest.mark.parametrize("rows", [(0, 1), (5,)])
def test_draws_without_a_total_or_with_nothing_beside_it_keep_their_values(rows: tuple[int, ...]) -> None:
    history = scope("origin")
    told = drawn(history).select(tuple(history.keys[row] for row in rows))
    found = make_coherent(history, told, "origin", np.random.default_rng(2))
    assert np.array_equal(np.sort(found.values, axis=2), np.sort(told.values, axis=2))
    ranks = np.argsort(np.argsort(found.values[0], axis=1), axis=1)
    assert np.asarray(np.corrcoef(ranks))[0, 5] < 0.9, "months hang together, but they are not one"


@pytest.mark.parametrize("by", ["origin", "destination"])
def test_the_rest_makes_the_total_whole(by: By) -> None:
    history = scope(by)
    told = drawn(history).select(tuple(history.keys[row] for row in (1, 3, 5)))
    found = with_rest(make_coherent(history, told, by, np.random.default_rng(2)), by)
    assert getattr(found.keys[-1], by) == "RST"
    assert np.array_equal(found.values[[0, 1, 3]].sum(axis=0), found.values[2])
    whole = make_coherent(history, drawn(history), by, np.random.default_rng(2))
    assert with_rest(whole, by) is whole


def test_the_same_seed_gives_the_same_bits() -> None:
    history = scope("origin")
    told = drawn(history)
    first, again = (make_coherent(history, told, "origin", np.random.default_rng(7)) for _ in range(2))
    assert first.values.tobytes() == again.values.tobytes()
