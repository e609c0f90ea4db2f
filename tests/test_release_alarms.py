"""A surge is told where the published quantiles make one likely, and nothing is told of what is hidden."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from havre.evaluate.surges import GROWTH
from havre.record.tables import Release
from havre.release_alarms import PAST_ALARMS, PastAlarms, as_option, likely_surges, past_alarms, told_past_alarms
from tests.evaluate.scorecard_samples import card_of
from tests.record.release_samples import sample_facts, sample_release

SYRIA = ("germany", "asylum_applications", "SYR", "DEU")


def forecast(release: Release, value: float) -> Release:
    """Set every quantile of one series to a value."""
    here = (pl.col("origin") == "SYR") & pl.col("value").is_not_null()
    return replace(
        release, forecasts=release.forecasts.with_columns(value=pl.when(here).then(value).otherwise("value"))
    )


def last_three(release: Release) -> float:
    return float(release.history.filter(origin="SYR", destination="DEU")["value"].tail(3).to_numpy().mean())


def test_half_as_many_again_as_the_last_three_months_is_a_surge() -> None:
    quiet = forecast(sample_release(), 100.0)
    assert [each for each in likely_surges(quiet) if each.series == SYRIA] == []
    needed = GROWTH * last_three(quiet)
    found = [each for each in likely_surges(forecast(sample_release(), needed + 1)) if each.series == SYRIA]
    assert [each.horizon for each in found] == list(range(1, 13))
    assert [each.needed for each in found] == pytest.approx([needed] * 12)
    assert [each.before for each in found] == pytest.approx([needed / GROWTH] * 12)
    assert min(each.chance for each in found) > 0.9


def test_the_likeliest_comes_first_and_a_higher_bar_tells_fewer() -> None:
    found = likely_surges(sample_release(), least=0.05)
    assert [each.chance for each in found] == sorted((each.chance for each in found), reverse=True)
    assert len(likely_surges(sample_release(), least=0.3)) < len(found)


def test_a_hidden_series_and_a_release_of_hidden_series_tell_nothing() -> None:
    release = sample_release()
    assert "ERI" not in {each.series[2] for each in likely_surges(release, least=0.0)}
    hidden = release.forecasts.with_columns(value=pl.lit(None, pl.Float64))
    assert likely_surges(replace(release, forecasts=hidden), least=0.0) == ()


def test_past_alarms_are_counted_by_hand() -> None:
    wis = np.zeros((3, 1, 4, 2))
    chance = np.zeros((3, 1, 4, 2))
    chance[2, 0] = [[0.9, 0.1], [0.5, np.nan], [0.49, 0.7], [0.2, 0.8]]
    came = np.array([[[1, 1], [0, 1], [1, np.nan], [0, 0]]], dtype=float)
    card = card_of(wis, surge_chance=chance, surge=came)
    assert list(past_alarms(card, "ours")) == [PastAlarms(1, 4, 2, 1, 1), PastAlarms(2, 2, 1, 0, 1)]
    assert [each.false for each in past_alarms(card, "ours")] == [1, 1]


def test_the_record_of_alarms_is_read_back_from_a_release() -> None:
    option = as_option(card_of(np.zeros((3, 2, 2, 1))), "ours")
    release = sample_release(facts=sample_facts(options={PAST_ALARMS: {"germany": option}}))
    assert told_past_alarms(release) == {"germany": (PastAlarms(1, 4, 0, 0, 0),)}
    assert told_past_alarms(sample_release()) == {}
