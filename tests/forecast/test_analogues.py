"""The nearest past situations are those that look alike, had ended, and had shown by then what followed."""

from datetime import date

import numpy as np
import pytest

from havre.draws import Floats, SeriesKey
from havre.errors import ForecastError
from havre.forecast.analogues import LEAST_MEAN, WINDOW, nearest_past, would_follow
from havre.months import add_months, month_index
from tests.forecast.series_samples import lively, series_of

SHAPE = np.array([100, 120, 90, 150, 300, 280, 260, 400, 380, 300, 500, 700], dtype=float)


def planted(months: int = 84) -> Floats:
    """Three series; the first ends as the second once went, twice as large then and doubling in the month after."""
    rng = np.random.default_rng(3)
    values = np.round(rng.uniform(150, 450, (3, months)))
    values[0, -12:] = SHAPE
    start = months - 12 - 36
    values[1, start : start + 12] = 2 * SHAPE
    values[1, start + 12] = 4 * SHAPE.mean()
    return values


def test_a_planted_situation_is_found_first_with_what_followed() -> None:
    series = series_of(planted())
    found = nearest_past(series, series.keys[0], series.last)
    assert len(found) == 5
    first = found[0]
    assert (first.key, first.start) == (series.keys[1], add_months(series.last, -11 - 36))
    assert first.end == add_months(first.start, 11)
    assert first.distance < 0.3 < found[1].distance
    assert [one.distance for one in found] == sorted(one.distance for one in found)
    assert first.level == pytest.approx(2 * SHAPE.mean())
    assert first.followed[0] == pytest.approx(2)
    assert len(first.followed) == 12
    # Here it would double from the mean of the last twelve months.
    assert would_follow(found, series, series.keys[0], 1)[0] == pytest.approx(2 * SHAPE.mean())


def test_distance_by_hand() -> None:
    # The same months, four times as many: only the size differs, by log1p.
    values = np.concatenate([4 * SHAPE, np.full(36, 500.0), SHAPE])[None, :]
    series = series_of(np.repeat(values, 1, axis=0))
    found = nearest_past(series, series.keys[0], series.last, count=50)
    [same] = [one for one in found if one.start == series.first]
    logs = np.log1p(4 * SHAPE), np.log1p(SHAPE)
    course = ((logs[0] - logs[0].mean() - logs[1] + logs[1].mean()) ** 2).mean()
    rises = [log[-3:].mean() - log[:-3].mean() for log in logs]
    expected = course + (rises[0] - rises[1]) ** 2 + (0.25 * (logs[0].mean() - logs[1].mean())) ** 2
    # 48 months lie between: the same time of the year.
    assert same.distance == pytest.approx(np.sqrt(expected))


def test_half_a_year_apart_in_the_calendar_is_farther() -> None:
    flat = np.full((1, 60), 200.0)
    series = series_of(flat)
    found = nearest_past(series, series.keys[0], series.last, count=3)
    assert [one.distance for one in found] == pytest.approx([0, 0, 0])
    apart = {(month_index(one.end) - month_index(series.last)) % 12 for one in found}
    assert apart == {0}


@pytest.mark.parametrize("poison", [0.0, 1e9, float("nan")])
def test_nothing_after_the_origin_is_read(poison: float) -> None:
    values = lively(4, 96)
    origin = add_months(series_of(values).last, -20)
    clean = nearest_past(series_of(values), series_of(values).keys[2], origin)
    poisoned = values.copy()
    poisoned[:, -20:] = poison
    series = series_of(poisoned)
    found = nearest_past(series, series.keys[2], origin)
    assert found == clean
    assert all(add_months(one.end, 12) <= origin for one in found)


def test_windows_of_one_series_share_no_month() -> None:
    series = series_of(lively(2, 120))
    found = nearest_past(series, series.keys[0], series.last, count=40)
    for key in series.keys:
        starts = sorted(month_index(one.start) for one in found if one.key == key)
        assert (np.diff(starts) >= WINDOW).all()
    assert len(found) > 8


def test_small_counts_and_unknown_months_are_no_situation() -> None:
    values = lively(3, 72)
    values[1] = np.tile([1.0, 4.0], 36)
    values[2, :40] = np.nan
    series = series_of(values)
    found = nearest_past(series, series.keys[0], series.last, count=60)
    assert all(one.level >= LEAST_MEAN for one in found)
    assert series.keys[1] not in {one.key for one in found}
    assert all(one.start >= add_months(series.first, 40) for one in found if one.key == series.keys[2])
    # A small series may ask; a panel that is too short has no past.
    assert len(nearest_past(series, series.keys[1], series.last)) == 5
    short = series_of(lively(2, 20))
    assert nearest_past(short, short.keys[0], short.last) == ()
    assert would_follow((), short, short.keys[0], 3).shape == (0,)


def test_zeros_are_compared_too() -> None:
    values = lively(2, 60)
    values[0] = 0
    series = series_of(values)
    found = nearest_past(series, series.keys[0], series.last)
    assert len(found) > 0
    assert would_follow(found, series, series.keys[0], 12).tolist() == [0.0] * len(found)


@pytest.mark.parametrize("fault", ["unknown", "short", "ended", "later"])
def test_what_has_no_last_year_is_refused(fault: str) -> None:
    values = lively(2, 40)
    if fault == "short":
        values[0, :-11] = np.nan
    if fault == "ended":
        values[0, -1] = np.nan
    series = series_of(values)
    key = SeriesKey("asylum_applications", "XYZ", "DEU") if fault == "unknown" else series.keys[0]
    origin = add_months(series.last, 1) if fault == "later" else series.last
    with pytest.raises(ForecastError) as refused:
        nearest_past(series, key, origin)
    assert refused.value.problems[0].key == "explain.too_few_months"
    assert str(date(2015, 1, 1).year) not in refused.value.message()


def test_no_situation_is_given_that_tells_a_small_count() -> None:
    values = lively(3, 96) + 20
    values[1, 40] = 4
    history = series_of(values)
    for least, can_hold in ((0.0, True), (10.0, False)):
        found = nearest_past(history, history.keys[0], history.last, count=100, least_shown=least)
        spans = [
            (month_index(one.start) - month_index(history.first), one.key)
            for one in found
            if one.key == history.keys[1]
        ]
        assert any(start <= 40 < start + 24 for start, _ in spans) == can_hold
        assert found
