from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from havre.record.outlook import ExpectedMonth, Outlook, read_outlooks
from havre.record.report import Page as Report
from havre.record.tables import Release
from havre.record.wording import Wording
from havre.release_alarms import PAST_ALARMS, LikelySurge
from havre.web.reading.glance import (
    Surge,
    alarms_before,
    biggest_changes,
    losing_scopes,
    scopes_at_a_glance,
    surges_of,
)
from tests.record.release_samples import MEASURE_NAMES, sample_facts, sample_release


def report(release: Release) -> Report:
    return Report(release, read_outlooks(release), Wording("en", MEASURE_NAMES))


def series(
    origin: str, before: float | None, ahead: tuple[float, ...], *, last: date = date(2026, 1, 1), scope: str = "a"
) -> Outlook:
    row = {"scope": scope, "measure": "m", "origin": origin, "destination": "DEU", "last_month": last}
    months = tuple(
        ExpectedMonth(date(2026, 1 + step, 1), step, {0.1: value * 0.8, 0.5: value, 0.9: value * 1.2})
        for step, value in enumerate(ahead, 1)
    )
    return Outlook({**row, "recent_mean": before}, (), months)


def test_a_scope_is_shown_by_its_total_or_by_its_largest_series_and_no_total_is_made_up() -> None:
    release = sample_release()
    found = scopes_at_a_glance(report(release))
    assert [(each.scope.code, each.outlook.key[2:], each.is_total) for each in found] == [
        ("germany", ("TOT", "DEU"), True),
        ("sea", ("TOT", "TOT"), True),
    ]
    assert [each.others for each in found] == [6, 3]
    without = replace(release, series=release.series.filter(pl.col("level") != "total"))
    assert [(each.outlook.key[2:], each.is_total) for each in scopes_at_a_glance(report(without))] == [
        (("SYR", "DEU"), False),
        (("TOT", "ESP"), False),
    ]


def test_changes_are_of_typical_months_and_those_beyond_the_range_come_first() -> None:
    rise, fall, still = (
        series("SYR", 100, (110, 120, 130)),
        series("AFG", 100, (50, 50, 50)),
        series("IRQ", 9, (9,) * 3),
    )
    found = biggest_changes([rise, fall, still])
    assert found.compared == 3
    assert [(each.outlook, each.difference) for each in found.rises] == [(rise, 20)]
    assert [(each.outlook, each.share) for each in found.falls] == [(fall, -0.5)]
    # 100 lies between 96 and 144, and above 60.
    assert [each.outlook for each in found.beyond] == [fall]


def test_nothing_is_told_of_a_change_that_hidden_months_would_show() -> None:
    hidden = series("SYR", 100, (10, 10, 10))
    ahead = (*hidden.expected[:2], replace(hidden.expected[2], quantiles=None))
    unknown, short = series("AFG", None, (10, 10, 10)), series("ERI", 100, (10, 10))
    assert biggest_changes([replace(hidden, expected=ahead), unknown, short]).compared == 0


def test_a_series_of_two_scopes_is_told_once_by_the_newest_data() -> None:
    old, new = series("SYR", 10, (30,) * 3), series("SYR", 10, (20,) * 3, last=date(2026, 2, 1), scope="b")
    assert [each.outlook for each in biggest_changes([old, new]).rises] == [new]
    assert [each.outlook for each in biggest_changes([new, old]).rises] == [new]


def test_surges_are_told_by_series_with_the_runs_of_their_months() -> None:
    key = ("a", "m", "SYR", "DEU")
    months = tuple(LikelySurge(key, date(2026, 1 + h, 1), h, 0.5 + h / 100, 150.0, 90.0) for h in (1, 2, 3, 6))
    surge = Surge(series("SYR", 1, (1,)), months)
    assert surge.likeliest.horizon == 6
    assert surge.spans == [(date(2026, 2, 1), date(2026, 4, 1)), (date(2026, 7, 1), date(2026, 7, 1))]


def test_surges_of_a_release_are_those_that_its_quantiles_make_likely() -> None:
    release = sample_release()
    assert surges_of(release, read_outlooks(release)) == []
    higher = release.forecasts.with_columns(
        value=pl.col("value") * pl.when(pl.col("origin") == "SYR").then(3).otherwise(1)
    )
    (found,) = surges_of(replace(release, forecasts=higher), read_outlooks(release))
    assert found.outlook.row["origin"] == "SYR"


def test_the_record_of_alarms_is_that_of_the_release() -> None:
    assert alarms_before(report(sample_release())) == {}
    rows = [{"horizon": h, "judged": 10, "alarms": 3, "right": 1, "missed": h} for h in (1, 2)]
    rows.append({"horizon": 3, "judged": 0, "alarms": 0, "right": 0, "missed": 0})
    told = alarms_before(report(sample_release(facts=sample_facts(options={PAST_ALARMS: {"germany": rows}}))))
    assert list(told) == ["germany"]
    assert [told["germany"].total(name) for name in ("judged", "alarms", "right", "false", "missed")] == [
        20,
        6,
        2,
        4,
        3,
    ]
    assert told["germany"].at(2) == told["germany"].by_horizon[1]
    assert told["germany"].at(3) is None


def test_scopes_that_lose_tell_how_often_and_how_badly() -> None:
    release = sample_release()
    rows = release.skill.filter((pl.col("kind") == "ensemble") & (pl.col("wis_ratio") > 1))
    found = losing_scopes(report(release))
    assert {each.scope.code for each in found} == set(rows["scope"])
    for each in found:
        own = rows.filter(scope=each.scope.code)
        assert len(each.rows) == own.height
        assert each.worst["wis_ratio"] == pytest.approx(own["wis_ratio"].max())
