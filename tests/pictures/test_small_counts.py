"""No count from 1 to 9 can be told from another one, whatever is done with it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.pictures.small_counts import check_threshold, has_small, is_small, veiled
from havre.pictures.words import Words

COUNTS = st.floats(-1e6, 1e6)


@given(st.lists(COUNTS, min_size=1, max_size=8), st.integers(1, 50))
def test_small_counts_are_drawn_alike_and_others_as_they_are(values: list[float], threshold: int) -> None:
    drawn = veiled(values, threshold)
    for value, shown in zip(values, drawn.tolist(), strict=True):
        if is_small(value, threshold):
            assert abs(shown) == threshold / 2
            assert np.sign(shown) == np.sign(value)
        else:
            assert shown == (value if round(value) else 0.0)
    assert has_small(values, threshold) == any(is_small(value, threshold) for value in values)


def test_gaps_stay_gaps() -> None:
    np.testing.assert_array_equal(veiled([np.nan, 4.0], 10), [np.nan, 5.0])
    assert not has_small([np.nan, 0.0, 10.0], 10)


def test_words_never_hold_a_small_count() -> None:
    english, french = Words("en"), Words("fr")
    assert {english.people(count, 10) for count in range(1, 10)} == {"<10"}
    assert {french.change(count, 10) for count in range(-9, 0)} == {"−<\u00a010"}
    assert [english.people(count, 10) for count in (0, 0.4, 10)] == ["0", "0", "10"]


def test_a_threshold_is_at_least_one() -> None:
    check_threshold(1)
    with pytest.raises(ValueError, match="at least 1"):
        check_threshold(0)
