"""Months are whole numbers, and reading one refuses what is none."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.errors import ForecastError
from havre.months import add_months, month_index, month_start, months_between, parse_month

DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))


@given(DAYS)
def test_counting_and_its_inverse(day: date) -> None:
    assert month_start(month_index(day)) == day.replace(day=1)


@given(DAYS, st.integers(-1000, 1000), st.integers(-1000, 1000))
def test_adding_months_adds_up(day: date, first: int, second: int) -> None:
    assert add_months(add_months(day, first), second) == add_months(day, first + second)
    assert month_index(add_months(day, first)) - month_index(day) == first


def test_adding_over_the_end_of_a_year_by_hand() -> None:
    assert add_months(date(2019, 12, 31), 1) == date(2020, 1, 1)
    assert add_months(date(2020, 1, 1), -1) == date(2019, 12, 1)
    assert add_months(date(2020, 3, 1), 12) == date(2021, 3, 1)


@given(DAYS, st.integers(-20, 200))
def test_months_between_holds_both_ends(day: date, months: int) -> None:
    listed = months_between(day, add_months(day, months))
    assert len(listed) == max(0, months + 1)
    assert all(month_index(after) - month_index(before) == 1 for before, after in pairwise(listed))
    if listed:
        assert (listed[0], listed[-1]) == (day.replace(day=1), add_months(day, months))


@given(DAYS)
def test_reading_what_was_written(day: date) -> None:
    assert parse_month(f"{day:%Y-%m}") == parse_month(f" {day:%Y-%m}-01 ") == day.replace(day=1)


@pytest.mark.parametrize("text", ["", "2020", "2020-13", "2020-00", "0000-01", "2020-1", "2020-01-02", "20-01", "mai"])
def test_what_is_no_month_is_told(text: str) -> None:
    with pytest.raises(ForecastError, match="is not a month") as caught:
        parse_month(text)
    assert f"“{text}”" in str(caught.value)
