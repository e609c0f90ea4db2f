"""The protocol: which origins, which series, what is the truth, and what a missing forecast costs."""

from datetime import date

import numpy as np
import pytest

from havre.draws import QUANTILE_LEVELS, Draws, Floats, Quantiles, SeriesKey
from havre.errors import ForecastError
from havre.evaluate.protocol import (
    TAIL_LEVELS,
    Forecasts,
    band_of,
    check_horizons,
    check_origins,
    rolling_origins,
    score,
    select_series,
    truth_for,
)
from havre.months import add_months
from havre.panel.series import MonthlySeries

FIRST = date(2015, 1, 1)
ORIGIN = date(2018, 12, 1)
KEYS = tuple(SeriesKey("asylum_applications", origin, "DEU") for origin in ("AFG", "ERI", "IRQ", "SYR"))
NAN = float("nan")


def series_of(values: Floats) -> MonthlySeries:
    return MonthlySeries(KEYS[: len(values)], FIRST, values)


def constant(value: float, keys: tuple[SeriesKey, ...], origin: date, horizons: int) -> Quantiles:
    return Quantiles(keys, origin, np.full((len(keys), horizons, 23), value))


def test_origins_roll_month_by_month() -> None:
    assert rolling_origins(date(2019, 11, 1), date(2020, 1, 1)) == [
        date(2019, 11, 1),
        date(2019, 12, 1),
        date(2020, 1, 1),
    ]
    assert rolling_origins(ORIGIN, ORIGIN) == [ORIGIN]
    with pytest.raises(ForecastError, match="first origin 2020-02 lies after the last one 2020-01"):
        rolling_origins(date(2020, 2, 1), date(2020, 1, 1))


@pytest.mark.parametrize("horizons", [0, -1, 13, 200])
def test_horizons_outside_one_year_are_refused(horizons: int) -> None:
    with pytest.raises(ForecastError, match=f"Horizon {horizons} is outside 1 to 12"):
        check_horizons(horizons)
    assert [check_horizons(h) for h in (1, 12)] == [1, 12]


def test_origins_outside_the_data_are_refused() -> None:
    series = series_of(np.ones((1, 48)))
    check_origins(series, [date(2016, 12, 1), ORIGIN], 24)
    with pytest.raises(ForecastError, match=r"Origin 2016-11 lies before .*24 months of history \(2016-12\)"):
        check_origins(series, [date(2016, 11, 1), ORIGIN], 24)
    with pytest.raises(ForecastError, match=r"Origin 2019-01 lies after the last month of data \(2018-12\)"):
        check_origins(series, [ORIGIN, date(2019, 1, 1)], 24)


def test_series_need_enough_persons_enough_months_and_a_value_at_the_first_origin() -> None:
    values = np.zeros((4, 60))
    values[0, 12:48] = 10.0
    values[1, 12:47] = 100.0
    values[2, 12:48] = 199 / 36
    values[3] = 10.0
    values[3, 47:] = NAN
    assert select_series(series_of(values), ORIGIN) == [0]
    assert select_series(series_of(values), ORIGIN, least_total=199, least_active=35) == [0, 1, 2]
    assert select_series(series_of(values), add_months(ORIGIN, -1)) == [3]
    assert select_series(series_of(values), date(2014, 1, 1)) == []


@pytest.mark.parametrize("poison", [NAN, 0.0, 1e9])
def test_the_choice_of_series_reads_nothing_after_the_first_origin(poison: float) -> None:
    values = np.random.default_rng(3).poisson(np.array([[2.0], [3.5], [5.0], [8.0]]), (4, 72)).astype(float)
    poisoned = values.copy()
    poisoned[:, 48:] = poison
    assert select_series(series_of(values), ORIGIN) == select_series(series_of(poisoned), ORIGIN) == [2, 3]
    tiny = np.ones((1, 72))
    tiny[:, 48:] = poison
    assert select_series(series_of(tiny), ORIGIN) == []


def test_bands() -> None:
    means = (0.0, 0.99, 1.0, 9.9, 10.0, 99.9, 100.0, 1e6)
    assert [band_of(m) for m in means] == ["<1", "<1", "1-10", "1-10", "10-100", "10-100", ">=100", ">=100"]


def test_the_truth_is_what_came_after_the_origin() -> None:
    series = series_of(np.arange(100.0).reshape(2, 50))
    found = truth_for(series, ORIGIN, 3)
    assert found[:, :2].tolist() == [[48, 49], [98, 99]]
    assert np.isnan(found[:, 2]).all()


TRUTH = np.full((2, 51), 10.0)
TRUTH[1, 48:] = [20.0, 30.0, NAN]


def forecasts(*, skip: bool = False) -> Forecasts:
    keys = KEYS[:2]
    return {
        ("good", ORIGIN): constant(10.0, keys[:1] if skip else keys, ORIGIN, 3),
        ("naive", ORIGIN): constant(12.0, keys, ORIGIN, 3),
        ("worst", ORIGIN): constant(0.0, keys, ORIGIN, 3),
    }


MODELS = ("naive", "worst", "good")


def test_scores_of_draws_made_by_hand() -> None:
    card = score(forecasts(), series_of(TRUTH), MODELS, ("naive", "worst"), 3)
    assert card.wis.shape == (3, 1, 2, 3)
    assert card.horizons == 3
    assert card.origins == (ORIGIN,)
    unknown = np.zeros((2, 3), dtype=bool)
    unknown[1, 2] = True
    for scores in (card.wis, card.wis_log, card.squared, card.covered[..., 0]):
        assert all(np.array_equal(np.isnan(part[0]), unknown) for part in scores)
    assert card.wis[:, 0, 0, 0] == pytest.approx([2, 10, 0])
    assert card.wis[:, 0, 1, :2] == pytest.approx(np.array([[8, 18], [20, 30], [10, 20]]))
    assert card.squared[0, 0, 1, :2].tolist() == [64, 324]
    assert card.wis_log[0, 0, 0] == pytest.approx(np.log(13 / 11))
    assert card.covered[2, 0, 0].tolist() == [[1, 1, 1, 1]] * 3
    assert card.covered[0, 0, 0].tolist() == [[0, 0, 0, 0]] * 3
    assert card.missing.tolist() == [0, 0, 0]
    assert card.mean_before.tolist() == [10, 10]
    assert card.bands() == ["10-100", "10-100"]


def test_a_missing_series_costs_as_much_as_the_worst_baseline() -> None:
    full = score(forecasts(), series_of(TRUTH), MODELS, ("naive", "worst"), 3)
    card = score(forecasts(skip=True), series_of(TRUTH), MODELS, ("naive", "worst"), 3)
    assert card.missing.tolist() == [0, 0, 2]
    assert card.wis[2, 0, 1, :2] == pytest.approx([20, 30])
    assert np.isnan(card.wis[2, 0, 1, 2])
    assert card.covered[2, 0, 1, :2].tolist() == [[0] * 4] * 2
    for scores, whole in ((card.wis, full.wis), (card.wis_log, full.wis_log), (card.squared, full.squared)):
        assert np.nanmean(scores[2]) > np.nanmean(whole[2])
        assert np.array_equal(scores[:2], whole[:2], equal_nan=True)


def test_a_missing_origin_and_a_missing_horizon_cost_the_same() -> None:
    later = add_months(ORIGIN, 1)
    made = forecasts() | {
        ("naive", later): constant(12.0, KEYS[:2], later, 3),
        ("worst", later): constant(0.0, KEYS[:2], later, 3),
        ("good", ORIGIN): constant(10.0, KEYS[:2], ORIGIN, 1),
    }
    card = score(made, series_of(TRUTH), MODELS, ("naive", "worst"), 3)
    assert card.origins == (ORIGIN, later)
    assert card.missing.tolist() == [0, 0, 3 + 3]
    assert np.array_equal(card.wis[2, 1], card.wis[1, 1], equal_nan=True)
    assert np.array_equal(card.wis[2, 0, :, 1:], card.wis[1, 0, :, 1:], equal_nan=True)


def test_skipping_what_is_hard_never_improves_a_mean() -> None:
    """Whatever a model leaves out, the mean over all targets is at least that of a model that says what it knows."""
    rng = np.random.default_rng(8)
    series = series_of(rng.poisson(50, (4, 60)).astype(float))
    made: Forecasts = {
        (name, ORIGIN): Quantiles.of(Draws(KEYS, ORIGIN, rng.poisson(mean, (4, 6, 40)).astype(float)))
        for name, mean in (("naive", 70), ("worst", 90), ("good", 50))
    }
    full = score(made, series, MODELS, ("naive", "worst"), 6)
    for row in range(4):
        kept = [place for place in range(4) if place != row]
        part = Quantiles(tuple(KEYS[place] for place in kept), ORIGIN, made["good", ORIGIN].values[kept])
        card = score({**made, ("good", ORIGIN): part}, series, MODELS, ("naive", "worst"), 6)
        assert np.nanmean(card.wis[2]) >= np.nanmean(full.wis[2])
        assert np.isnan(card.wis).sum() == np.isnan(full.wis).sum()


def test_what_no_baseline_forecast_is_left_out_for_all() -> None:
    made: Forecasts = {(name, ORIGIN): constant(10.0, KEYS[:1], ORIGIN, 2) for name in MODELS}
    card = score(made, series_of(TRUTH), MODELS, ("naive", "worst"), 2)
    assert np.isnan(card.wis[:, :, 1]).all()
    assert card.missing.tolist() == [2, 2, 2]


def test_the_order_of_series_in_the_draws_does_not_matter() -> None:
    values = np.array([[np.arange(23.0)], [np.arange(23.0) + 30]])
    straight: Forecasts = {("naive", ORIGIN): Quantiles(KEYS[:2], ORIGIN, values)}
    turned: Forecasts = {("naive", ORIGIN): Quantiles(KEYS[1::-1], ORIGIN, values[::-1])}
    cards = [score(made, series_of(TRUTH), ("naive",), ("naive",), 1) for made in (straight, turned)]
    assert np.array_equal(cards[0].wis, cards[1].wis)


def test_nothing_to_score_is_told() -> None:
    late = date(2019, 3, 1)
    made: Forecasts = {("naive", late): constant(1.0, KEYS[:2], late, 2)}
    with pytest.raises(ForecastError, match="No month after 2019-03 is known"):
        score(made, series_of(TRUTH), ("naive",), ("naive",), 2)


def test_the_band_comes_from_the_year_before_the_first_origin() -> None:
    values = np.zeros((2, 60))
    values[0, :36] = 1000.0
    values[0, 48:] = 1000.0
    values[1, 36:48] = 24.0
    card = score({("naive", ORIGIN): constant(1.0, KEYS[:2], ORIGIN, 1)}, series_of(values), ("naive",), ("naive",), 1)
    assert card.mean_before.tolist() == [0, 24]
    assert card.bands() == ["<1", "10-100"]


def test_a_part_of_a_scorecard_keeps_its_series_together() -> None:
    card = score(forecasts(), series_of(TRUTH), MODELS, ("naive", "worst"), 3)
    part = card.select([1])
    assert part.keys == KEYS[1:2]
    assert np.array_equal(part.wis, card.wis[:, :, [1]], equal_nan=True)
    assert np.array_equal(part.covered, card.covered[:, :, [1]], equal_nan=True)
    assert part.mean_before.tolist() == [10]


def test_the_upper_tail_is_scored_apart() -> None:
    card = score(forecasts(), series_of(TRUTH), MODELS, ("naive", "worst"), 3)
    # Twice the pinball loss: 12 said and 10 came costs 2 (1 − τ) 2; 12 said and 30 came costs 2 τ 18.
    assert card.tail[0, 0, 0, 0] == pytest.approx([4 * (1 - level) for level in TAIL_LEVELS], rel=1e-6)
    assert card.tail[0, 0, 1, 1] == pytest.approx([36 * level for level in TAIL_LEVELS], rel=1e-6)
    assert card.above_95[0, 0, 0].tolist() == [0, 0, 0]
    assert card.above_95[0, 0, 1, :2].tolist() == [1, 1]
    assert card.above_95[2, 0, 0, 0] == 0
    for part in (card.above_95, card.tail[..., 0], card.pit_low, card.pit_high):
        assert np.array_equal(np.isnan(part), np.isnan(card.wis))


def test_a_point_that_comes_true_has_the_whole_range_of_chances() -> None:
    card = score(forecasts(), series_of(TRUTH), MODELS, ("naive", "worst"), 3)
    assert (card.pit_low[2, 0, 0, 0], card.pit_high[2, 0, 0, 0]) == pytest.approx((0.01, 1))
    assert card.pit_high[0, 0, 0, 0] < 0.011
    assert card.pit_low[0, 0, 1, 0] == 1


def surging() -> MonthlySeries:
    """Make two series of 80 persons a month: the first has 119, 120 and 121 in the months after the origin."""
    values = np.full((2, 51), 80.0)
    values[0, 48:] = [119.0, 120.0, 121.0]
    values[1, 48:] = [NAN, NAN, NAN]
    return series_of(values)


def test_a_surge_is_half_as_many_again_and_at_least_a_hundred() -> None:
    chances = np.array(QUANTILE_LEVELS) * 240
    made: Forecasts = {("naive", ORIGIN): Quantiles(KEYS[:2], ORIGIN, np.tile(chances, (2, 3, 1)))}
    card = score(made, surging(), ("naive",), ("naive",), 3)
    assert card.surge[0, 0].tolist() == [0, 1, 1]
    assert np.isnan(card.surge[0, 1]).all()
    assert card.surge_chance[0, 0, 0] == pytest.approx([0.5, 0.5, 0.5])


def test_a_missing_forecast_counts_as_the_worst_in_everything() -> None:
    made: Forecasts = {
        ("naive", ORIGIN): constant(50.0, KEYS[:1], ORIGIN, 3),
        ("worst", ORIGIN): constant(500.0, KEYS[:1], ORIGIN, 3),
        ("good", ORIGIN): constant(1.0, KEYS[:1], ORIGIN, 1),
    }
    card = score(made, surging().select([0]), MODELS, ("naive", "worst"), 3)
    # A surge came at the second and third month: no warning is the worst that was said, and a warning before that.
    assert card.surge_chance[:, 0, 0] == pytest.approx(np.array([[0, 0, 0], [1, 1, 1], [0, 0, 0]]), abs=0.003)
    assert card.above_95[2, 0, 0].tolist() == [1, 1, 1]
    assert card.covered[2, 0, 0, 1].tolist() == [0, 0, 0, 0]
    assert np.array_equal(card.tail[2, 0, 0, 1], card.tail[:2, 0, 0, 1].max(axis=0))
    assert np.isnan(card.pit_low[2, 0, 0]).tolist() == [False, True, True]
    quiet = score({**made, ("good", ORIGIN): constant(1.0, KEYS[1:2], ORIGIN, 3)}, surging(), MODELS, MODELS[:2], 3)
    assert quiet.surge_chance[2, 0, 0] == pytest.approx([1, 0, 0], abs=0.003)


def test_what_only_one_model_dared_to_forecast_is_left_out_for_all() -> None:
    made: Forecasts = {(name, ORIGIN): constant(10.0, KEYS[:1], ORIGIN, 2) for name in ("naive", "worst")}
    made["good", ORIGIN] = constant(10.0, KEYS[:2], ORIGIN, 2)
    card = score(made, series_of(TRUTH), MODELS, ("naive", "worst"), 2)
    for part in (card.wis, card.covered, card.tail, card.above_95, card.pit_low, card.surge_chance):
        assert np.isnan(part[:, :, 1]).all()
        assert not np.isnan(part[:, :, 0]).any()
    assert np.isnan(card.surge[:, 1]).all()


def test_origins_at_which_no_baseline_spoke_are_not_judged() -> None:
    early = add_months(ORIGIN, -12)
    made = {**forecasts(), ("good", early): constant(10.0, KEYS[:2], early, 3)}
    card = score(made, series_of(TRUTH), MODELS, ("naive", "worst"), 3)
    assert card.origins == (ORIGIN,)
    alone = score({("good", early): constant(10.0, KEYS[:2], early, 3)}, series_of(TRUTH), ("good",), (), 3)
    assert alone.origins == (early,)
    assert alone.missing.tolist() == [0]


def test_later_origins_alone_keep_bands_and_series() -> None:
    later = add_months(ORIGIN, 1)
    made = {(name, origin): constant(9.0, KEYS[:2], origin, 2) for name in MODELS for origin in (ORIGIN, later)}
    card = score(made, series_of(TRUTH), MODELS, ("naive", "worst"), 2)
    part = card.since(later)
    assert part.origins == (later,)
    assert np.array_equal(part.wis, card.wis[:, 1:], equal_nan=True)
    assert np.array_equal(part.surge, card.surge[1:], equal_nan=True)
    assert part.bands() == card.bands()
    assert card.since(add_months(later, 1)).origins == ()
