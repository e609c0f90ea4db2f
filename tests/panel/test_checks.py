"""The quality report finds each kind of fault, and does not find it where there is none."""

from datetime import date

import polars as pl
import pytest

from havre.panel.checks import REPORT, quality_report, summary
from havre.panel.observations import empty_panel
from tests.panel.observation_samples import monthly, table, without

GOOD = monthly([100.0 + month % 5 for month in range(24)])


def findings(*rows: dict[str, object]) -> list[tuple[str, str]]:
    report = quality_report(table(*rows))
    assert report.schema == REPORT
    return [(row["check"], row["severity"]) for row in report.iter_rows(named=True)]


def test_a_good_panel_has_no_findings() -> None:
    assert findings(*GOOD, *monthly([200.0] * 24, origin="TOT")) == []
    assert quality_report(empty_panel()).height == 0


def test_a_key_that_is_there_twice_as_of_one_day() -> None:
    assert findings(*GOOD, {**GOOD[3], "value": 101.0}) == [("duplicate", "error")]
    assert findings(*GOOD, {**GOOD[3], "value": 101.0, "as_of": date(2021, 2, 1)}) == []


@pytest.mark.parametrize(
    ("frequency", "periods"),
    [
        ("D", [date(2020, 1, 1), date(2020, 1, 2), date(2020, 1, 4)]),
        ("W", [date(2020, 1, 6), date(2020, 1, 13), date(2020, 1, 27)]),
        ("M", [date(2020, 1, 1), date(2020, 2, 1), date(2020, 4, 1)]),
        ("Q", [date(2020, 1, 1), date(2020, 4, 1), date(2020, 10, 1)]),
        ("A", [date(2018, 1, 1), date(2019, 1, 1), date(2021, 1, 1)]),
    ],
)
def test_a_missing_period_of_every_frequency(frequency: str, periods: list[date]) -> None:
    rows = [{"frequency": frequency, "period": period} for period in periods]
    assert findings(*rows) == [("gap", "warning")]
    assert findings(*rows[:2]) == []


def test_a_gap_is_told_once_per_run_at_its_first_period() -> None:
    holed = without(GOOD, date(2015, 4, 1), date(2015, 5, 1), date(2015, 9, 1))
    report = quality_report(table(*holed)).filter(check="gap")
    assert report["period"].to_list() == [date(2015, 4, 1), date(2015, 9, 1)]


def test_a_month_that_another_origin_reported_is_no_gap_of_the_destination() -> None:
    assert findings(*without(GOOD, date(2015, 4, 1)), *monthly([1.0] * 24, origin="ERI")) == []


def test_a_value_that_is_empty_counts_as_missing() -> None:
    empty = [row if row["period"] != date(2015, 4, 1) else {**row, "value": None} for row in GOOD]
    assert findings(*empty) == [("gap", "warning")]


def test_a_jump_beyond_ten_times_all_neighbours() -> None:
    def spiked(value: float) -> list[dict[str, object]]:
        return [row if row["period"] != date(2015, 10, 1) else {**row, "value": value} for row in GOOD]

    report = quality_report(table(*spiked(1100.0)))
    assert report.select("check", "period", "found", "expected").rows() == [("jump", date(2015, 10, 1), 1100.0, 104.0)]
    assert findings(*spiked(1040.0)) == []
    small = [{**row, "value": 1.0 if row["period"] != date(2015, 10, 1) else 900.0} for row in GOOD]
    assert findings(*small) == []


def test_a_total_below_the_sum_of_its_parts() -> None:
    parts = [*monthly([60.0] * 3, origin="SYR"), *monthly([50.0] * 3, origin="ERI")]
    report = quality_report(table(*parts, *monthly([110.0, 90.0, 130.0], origin="TOT")))
    assert report.select("check", "period", "found", "expected").rows() == [("total", date(2015, 2, 1), 90.0, 110.0)]
    other_source = monthly([90.0] * 3, origin="TOT", source="unhcr_population")
    assert findings(*parts, *other_source) == []


def test_rounding_explains_a_small_difference_of_a_total() -> None:
    def rows(total: float, rounding: float) -> list[dict[str, object]]:
        parts = [*monthly([60.0], origin="SYR"), *monthly([50.0], origin="ERI"), *monthly([total], origin="TOT")]
        return [{**row, "rounding": rounding} for row in parts]

    assert findings(*rows(103.0, 5.0)) == []
    assert findings(*rows(102.0, 5.0)) == [("total", "warning")]
    assert findings(*rows(103.0, 1.0)) == [("total", "warning")]


def test_a_value_that_cannot_be() -> None:
    assert ("implausible", "error") in findings({"value": 20_000_001.0})
    assert findings({"value": 20_000_000.0}) == []


def test_findings_come_worst_first_and_of_the_latest_values_only() -> None:
    found = findings(*without(GOOD, date(2015, 4, 1)), {"origin": "ERI", "value": 3e7}, {**GOOD[0]})
    assert [severity for _, severity in found] == sorted((s for _, s in found), key=["error", "warning", "note"].index)
    assert findings({"value": 3e7}, {"value": 3.0, "as_of": date(2022, 1, 1)}) == []


def test_the_summary_tells_what_there_is() -> None:
    found = summary(table(*GOOD, *monthly([1.0], origin="ERI", destination="AUT"), {"frequency": "A"}))
    assert found.select("frequency", "origins", "destinations", "rows").rows() == [("M", 2, 2, 25), ("A", 1, 1, 1)]
    assert found.filter(frequency="M").select("first_period", "last_period", "latest_as_of").row(0) == (
        date(2015, 1, 1),
        date(2016, 12, 1),
        date(2021, 1, 1),
    )
    assert summary(empty_panel()).height == 0
    assert isinstance(found.schema["rows"], pl.UInt32)
