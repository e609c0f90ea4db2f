"""A forecast that reads what came later is caught, however small the thing it reads; one that looks away passes."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from havre.draws import Draws, Quantiles, SeriesKey
from havre.errors import ForecastError
from havre.evaluate.leakage import POISONS, bits, check_blind, find_leaks, poisoned
from havre.months import add_months, month_index
from havre.panel.series import MonthlySeries

FIRST, ORIGIN = date(2018, 1, 1), date(2020, 6, 1)
KEYS = tuple(SeriesKey("sea_arrivals", code, "ITA") for code in ("A", "B", "C"))
SERIES = MonthlySeries(KEYS, FIRST, np.random.default_rng(2).poisson(50, (3, 48)).astype(float))
HONEST = 0.0


def forecast(history: MonthlySeries, origin: date, shift: float = HONEST) -> Draws:
    """Say the last three values of each series, moved by a millionth of something."""
    values = history.until(origin).values[:, None, -3:]
    return Draws(history.keys, origin, np.repeat(values, 2, axis=1) + 1e-6 * abs(shift))


def later(series: MonthlySeries, origin: date) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return series.values[:, month_index(origin) - month_index(series.first) + 1 :]


LEAKS: dict[str, Callable[[MonthlySeries, date], Draws]] = {
    "the next value": lambda s, o: forecast(s, o, float(np.nan_to_num(s.at([add_months(o, 1)])[0, 0]))),
    "the last value of all": lambda s, o: forecast(s, o, float(np.nan_to_num(s.values[-1, -1]))),
    "a mean for scaling": lambda s, o: forecast(s, o, float(np.nanmean(s.values))),
    "how long the panel is": lambda s, o: forecast(s, o, float(s.values.shape[1])),
    "where values are missing": lambda s, o: forecast(s, o, float(np.isnan(s.values).sum())),
    "whether anything came": lambda s, o: forecast(s, o, float((later(s, o) > 0).any())),
    "which is the largest": lambda s, o: forecast(s, o, float(np.nan_to_num(s.values).argmax())),
    "which series stay large": lambda s, o: forecast(
        s.select([row for row in range(3) if not np.nansum(s.values[row, 30:]) < 800] or [0]), o
    ),
}


@pytest.mark.parametrize("name", LEAKS)
def test_whatever_a_forecast_reads_of_the_future_is_found(name: str) -> None:
    problems = find_leaks(LEAKS[name], SERIES, ORIGIN)
    assert problems
    assert all(problem.key.startswith("leakage.") for problem in problems)
    with pytest.raises(ForecastError, match="when what came later was replaced"):
        check_blind(LEAKS[name], SERIES, ORIGIN)


def test_a_forecast_that_looks_away_has_no_problem() -> None:
    assert find_leaks(forecast, SERIES, ORIGIN) == []
    check_blind(forecast, SERIES, ORIGIN)
    assert find_leaks(lambda s, o: Quantiles.of(forecast(s, o)), SERIES, ORIGIN) == []


def test_the_problem_tells_the_series_the_poison_and_how_many() -> None:
    def leaking(series: MonthlySeries, origin: date) -> Draws:
        honest = forecast(series, origin)
        values = honest.values.copy()
        values[1] += np.nan_to_num(series.at([add_months(origin, 1)])[1, 0])
        return Draws(honest.keys, origin, values)

    problems = find_leaks(leaking, SERIES, ORIGIN)
    assert len(problems) == 5
    sentence = problems[0].sentence()
    assert "sea_arrivals B→ITA and of 1 of 3 series" in sentence
    assert "2020-06" in sentence
    assert "Depuis l’origine 2020-06" in problems[0].sentence("fr")
    assert {dict(problem.fields)["poison"] for problem in problems} == {"cut", *POISONS}


def test_a_blank_of_quantiles_that_stays_blank_is_no_leak() -> None:
    def blank(series: MonthlySeries, origin: date) -> Quantiles:
        values = Quantiles.of(forecast(series, origin)).values.copy()
        values[0, 0] = np.nan
        peep = float(np.nan_to_num(series.at([add_months(origin, 1)])[2, 0])) if leak else 0.0
        values[2] += peep
        return Quantiles(series.keys, origin, values)

    leak = False
    assert find_leaks(blank, SERIES, ORIGIN) == []
    leak = True
    assert "sea_arrivals C→ITA and of 1 of 3" in find_leaks(blank, SERIES, ORIGIN)[0].sentence()


def test_to_fail_on_poison_is_a_leak() -> None:
    def stumbling(series: MonthlySeries, origin: date) -> Draws:
        if np.isnan(later(series, origin)).any():
            raise ValueError("no number")
        return forecast(series, origin)

    (problem,) = find_leaks(stumbling, SERIES, ORIGIN)
    assert problem.key == "leakage.fails"
    assert "ValueError: no number" in problem.sentence()


def test_chance_without_a_seed_cannot_be_compared() -> None:
    rng = np.random.default_rng(1)
    problems = find_leaks(lambda s, o: forecast(s, o, rng.random()), SERIES, ORIGIN)
    assert [problem.key for problem in problems] == ["leakage.not_repeatable"]


def test_poison_replaces_all_that_came_later_and_nothing_else() -> None:
    after = month_index(ORIGIN) - month_index(FIRST) + 1
    found = dict(poisoned(SERIES, ORIGIN))
    assert set(found) == set(POISONS)
    for panel in found.values():
        assert np.array_equal(panel.values[:, :after], SERIES.values[:, :after])
        assert not (panel.values[:, after:] == SERIES.values[:, after:]).any()
    whole = dict(poisoned(SERIES, date(2010, 1, 1)))["zero"]
    assert (whole.values == 0).all()


def test_the_same_bits_are_the_same_forecast() -> None:
    one = forecast(SERIES, ORIGIN)
    assert bits(one) == bits(forecast(SERIES, ORIGIN))
    assert bits(one) != bits(forecast(SERIES, ORIGIN, 1e-5))
    assert bits(one) != bits(Draws(KEYS[::-1], ORIGIN, one.values))
