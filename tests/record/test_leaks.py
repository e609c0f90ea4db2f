"""The leak report: as many bounds as there are, no false ones where a total counts more than is shown."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from havre.errors import RecordError
from havre.record.attack import UNSHOWN
from havre.record.disclosure import protect_history
from havre.record.leaks import check_leaks, leak_report, seen_by_readers
from havre.record.tables import HISTORY, Release
from tests.record.release_samples import sample_facts, sample_release

SCOPE, MEASURE = "applications/office/DEU/origin", "applications"
MONTH = date(2024, 1, 1)


def history(total: float | None, **parts: float | None) -> pl.DataFrame:
    rows = [(SCOPE, MEASURE, name, "DEU", MONTH, value, value is None) for name, value in parts.items()]
    return pl.DataFrame([*rows, (SCOPE, MEASURE, "TOT", "DEU", MONTH, total, total is None)], HISTORY, orient="row")


def release(table: pl.DataFrame, left_out: dict[str, list[str]] | None = None) -> Release:
    facts = sample_facts(options={"left_out": left_out or {}})
    return replace(sample_release(facts=facts), history=table)


def test_a_cell_that_a_total_gives_back_is_a_leak() -> None:
    report = leak_report(history(120.0, SYR=100.0, ERI=None), 10.0, {})
    assert (report.suppressed, report.bounded, len(report.leaks)) == (1, 1, 1)
    assert report.narrowest is not None
    assert (report.narrowest.low, report.narrowest.high) == (20.0, 20.0)
    with pytest.raises(RecordError, match="ERI"):
        check_leaks(report)


def test_where_parts_are_not_shown_a_total_gives_only_a_greatest_value() -> None:
    table = history(120.0, SYR=100.0, ERI=None)
    seen = seen_by_readers(release(table, {SCOPE: ["TON→DEU: too little history"]}))
    assert seen.filter(origin=UNSHOWN).height == 1
    report = leak_report(seen, 10.0, {})
    assert report.narrowest is not None
    assert (report.suppressed, report.leaks) == (1, ())
    assert (report.narrowest.low, report.narrowest.high) == (1.0, 20.0)
    # Without anything left out, and in another scope, nothing is added.
    assert seen_by_readers(release(table, {"other": ["TON"]})).equals(table)


def test_the_program_with_several_sums_knows_of_unshown_parts_too() -> None:
    one = seen_by_readers(release(history(120.0, SYR=100.0, ERI=None, TON=None), {SCOPE: ["x"]}))
    other = seen_by_readers(release(history(120.0, SYR=100.0, ERI=None), {SCOPE: ["x"]}))
    report = leak_report(one, 10.0, {"r-0": other})
    assert report.narrowest is not None
    assert (report.earlier, report.leaks) == (("r-0",), ())
    assert {report.narrowest.low, report.narrowest.high} == {1.0, 19.0}
    # What a total without unshown parts gives back is given back here too.
    closed = leak_report(one, 10.0, {"r-0": history(120.0, SYR=100.0, ERI=None, TON=8.0)})
    assert {each.cell[2]: (each.low, each.high) for each in closed.leaks} == {"ERI": (12.0, 12.0), "TON": (8.0, 8.0)}


def test_a_total_of_more_than_its_parts_says_that_something_is_not_shown() -> None:
    later = history(150.0, SYR=100.0, ERI=40.0).with_columns(period=pl.lit(date(2024, 2, 1)))
    table = pl.concat([history(120.0, SYR=100.0, ERI=None), later])
    assert seen_by_readers(release(table)).filter(origin=UNSHOWN)["period"].to_list() == [MONTH]


def test_an_earlier_release_that_shows_the_cell_is_a_leak_and_nothing_hidden_is_none() -> None:
    table = history(None, SYR=100.0, ERI=None)
    assert leak_report(table, 10.0, {}).leaks == ()
    report = leak_report(table, 10.0, {"r-0": history(None, SYR=100.0, ERI=14.0)})
    assert {each.cell[2] for each in report.leaks} == {"ERI", "TOT"}
    assert leak_report(history(120.0, SYR=100.0, ERI=20.0), 10.0, {}).narrowest is None


def test_what_an_earlier_release_hides_and_this_one_gives_away_is_a_leak() -> None:
    # Drafted before the first one was published: it shows what that one hides, and hides nothing itself.
    first, second = history(120.0, SYR=100.0, ERI=None, TON=None), history(120.0, SYR=100.0, ERI=14.0)
    report = leak_report(second, 10.0, {"r-0": first})
    assert {each.cell[2]: each.low for each in report.leaks} == {"ERI": 14.0, "TON": 6.0}
    assert report.suppressed == 0
    with pytest.raises(RecordError, match="ERI→DEU 2024-01.*between 14 and 14"):
        protect_history(second, earlier=[first, history(None, ERI=14.0)])
    # What was known before is none of its doing, and a zero says that what was hidden was revised.
    assert leak_report(second, 10.0, {"r-0": first, "r-1": second}).leaks == ()
    assert leak_report(history(None, ERI=0.0), 10.0, {"r-0": history(None, ERI=None, TON=None)}).leaks == ()
