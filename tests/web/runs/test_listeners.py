"""Streams: as many as may be open for each address and in all, and each is counted until it ends."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.web.runs.listeners import Listeners, TooManyStreamsError


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), max_size=40))
def test_streams_are_bounded_for_each_address_and_in_all(steps: list[tuple[str, bool]]) -> None:
    listeners = Listeners(of_one=2, most=5)
    held: list[tuple[str, Callable[[], None]]] = []
    for address, opens in steps:
        full = 429 if sum(each == address for each, _ in held) == 2 else 503 if len(held) == 5 else None
        if opens and full is not None:
            with pytest.raises(TooManyStreamsError) as refused:
                listeners.open(address)
            assert refused.value.status == full
        elif opens:
            held.append((address, listeners.open(address)))
        elif held:
            _, close = held.pop(0)
            close()
            close()
    for _, close in held:
        close()
    assert not listeners._open
