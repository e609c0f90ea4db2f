"""Ticks are round and hold what is drawn; figures are written as each language writes them."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from havre.months import month_ticks
from havre.pictures.words import Words, number_ticks, wrapped


@given(st.floats(-1e7, 1e7), st.floats(0.01, 1e7) | st.just(0.0), st.integers(3, 8))
def test_ticks_hold_the_range_at_even_distances(low: float, span: float, at_most: int) -> None:
    high = low + span
    ticks = number_ticks(low, high, at_most)
    step = ticks[1] - ticks[0]
    assert ticks[0] <= low + 1e-6 * step
    assert ticks[-1] >= high - 1e-6 * step
    assert 2 <= len(ticks) <= at_most + 3
    assert all(abs((b - a) / step - 1) < 1e-6 for a, b in pairwise(ticks))


def test_ticks_by_hand() -> None:
    assert number_ticks(0, 0.42, 5) == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]
    assert number_ticks(0, 0) == [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    assert number_ticks(8719, 9262, 6) == [8700, 8800, 8900, 9000, 9100, 9200, 9300]


@given(st.integers(24_000, 25_000), st.integers(0, 230), st.integers(2, 10))
def test_month_ticks_are_few_and_inside(first: int, span: int, at_most: int) -> None:
    ticks = month_ticks(first, first + span, at_most)
    assert 1 <= len(ticks) <= at_most
    assert all(first <= tick <= first + span for tick in ticks)


def test_figures_in_both_languages() -> None:
    english, french = Words("en"), Words("fr")
    assert (english.number(12345.6), french.number(12345.6)) == ("12,346", "12\u202f346")
    assert (english.signed(-1200), french.signed(40)) == ("−1,200", "+40")
    assert (english.decimal(1.25), french.decimal(0.5)) == ("1.25", "0,5")
    assert (english.percent(0.42), french.percent(0.42)) == ("42%", "42\u00a0%")
    assert (english.counted_month(24_228), french.counted_month(24_228)) == ("Jan 2019", "janv. 2019")


def test_no_break_spaces_hold_lines_together() -> None:
    assert wrapped("one two\u00a0three", 9) == "one\ntwo\u00a0three"
    assert wrapped("", 8) == ""
