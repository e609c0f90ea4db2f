from datetime import date

import polars as pl

from havre.record.outlook import Outlook, losing_first, read_outlooks
from tests.record.release_samples import ENSEMBLE, LAST_MONTH, sample_release


def test_outlooks_are_largest_first_and_hidden_last() -> None:
    outlooks = read_outlooks(sample_release())
    means = [outlook.row["recent_mean"] for outlook in outlooks if outlook.row["recent_mean"] is not None]
    assert means == sorted(means, reverse=True)
    assert [outlook.row["origin"] for outlook in outlooks][-1] == "ERI"


def test_the_forecast_is_that_of_the_ensemble() -> None:
    release = sample_release()
    outlook = read_outlooks(release)[0]
    first = release.forecasts.filter(model=ENSEMBLE, origin="TOT", destination="DEU", horizon=1)
    assert [month.horizon for month in outlook.expected] == list(range(1, 13))
    assert outlook.expected[0].median == first.filter(quantile=0.5)["value"].item()
    for percent, levels in ((50, (0.25, 0.75)), (80, (0.1, 0.9)), (95, (0.025, 0.975))):
        bounds = tuple(first.filter(quantile=level)["value"].item() for level in levels)
        assert outlook.expected[0].interval(percent) == bounds


def test_a_missing_month_is_a_gap() -> None:
    release = sample_release(months=4)
    holed = release.history.filter(pl.col("period") != date(2020, 11, 1))
    object.__setattr__(release, "history", holed)
    history = read_outlooks(release)[0].history
    assert [month for month, _ in history] == [date(2020, 9, 1), date(2020, 10, 1), date(2020, 11, 1), LAST_MONTH]
    assert history[2][1] is None
    assert history[3][1] is not None


def test_a_suppressed_value_is_dropped() -> None:
    hidden = next(o for o in read_outlooks(sample_release(hidden_value=3.0)) if o.row["origin"] == "ERI")
    assert [value for _, value in hidden.history[:4]] == [None, hidden.history[1][1], hidden.history[2][1], None]
    assert hidden.is_hidden
    assert hidden.expected[0].median is None
    assert hidden.expected[0].interval(80) is None


def test_the_worst_loss_comes_first() -> None:
    ratios = [outlook.row["wis_ratio"] for outlook in losing_first(read_outlooks(sample_release()))]
    assert ratios == [1.23, 1.07, 1.04, 1.02]
    # As good as a naive guess is no loss.
    assert [Outlook({"wis_ratio": ratio}, (), ()).is_losing for ratio in (1.0, 1.001, None)] == [False, True, False]
