"""Evidence comes from the panel's own past events; where there are none it says that the size is assumed."""

from datetime import date

import numpy as np
import pytest

from havre.draws import Floats, SeriesKey
from havre.forecast.scenario_evidence import past_events, share_evidence, size_evidence
from havre.panel.series import MonthlySeries

FIRST = date(2014, 1, 1)


def two_routes(one: Floats, other: Floats, origin: str = "SYR") -> MonthlySeries:
    keys = tuple(SeriesKey("irregular_crossings", origin, d) for d in ("route:western-balkan", "route:western-african"))
    return MonthlySeries(keys, FIRST, np.vstack([one, other]))


def closed_once(share: float) -> MonthlySeries:
    one, other = np.full(48, 1000.0), np.full(48, 200.0)
    one[24:], other[24:] = 100.0, 200.0 + 900 * share
    return two_routes(one, other)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_the_share_that_went_to_the_other_route_is_found(share: float) -> None:
    [event] = past_events(closed_once(share), "drop")
    assert (event.origin, event.destination) == ("SYR", "route:western-balkan")
    assert (event.month, event.before, event.after) == (date(2016, 1, 1), 1000, 100)
    assert event.share == pytest.approx(share)


def test_a_rise_is_a_drop_backwards() -> None:
    known = closed_once(0.5)
    turned = MonthlySeries(known.keys, FIRST, known.values[:, ::-1])
    [event] = [e for e in past_events(turned, "rise") if e.destination == "route:western-balkan"]
    assert event.share == pytest.approx(0.5)


def test_three_episodes_are_an_estimate_and_two_are_an_assumption() -> None:
    keys, values = [], []
    for place, origin in enumerate(("SYR", "AFG", "IRQ")):
        for destination, share in (("route:western-balkan", None), ("route:western-african", 0.4)):
            row = np.full(96, 1000.0 if share is None else 3000.0)
            start = 24 + 20 * place
            row[start : start + 8] = 0.0 if share is None else 3000 + 1000 * share
            keys.append(SeriesKey("irregular_crossings", origin, destination))
            values.append(row)
    every = MonthlySeries(tuple(keys), FIRST, np.array(values))
    found, shares = share_evidence("close[1].diverted", every, "drop", None, 200, np.random.default_rng(1))
    assert (found.basis, found.episodes) == ("estimated", 3)
    assert found.mean == pytest.approx(0.4)
    assert np.allclose(shares, 0.4)
    assert found.placebo_80 is not None
    few, wide = share_evidence("close[1].diverted", every.select(range(4)), "drop", None, 200, np.random.default_rng(1))
    assert (few.basis, few.episodes, few.mean) == ("assumed", 2, None)
    assert (wide.min(), wide.max()) == pytest.approx((0.0025, 0.9975)), "nothing is known: all of 0 to 1"
    stated, used = share_evidence("x", every, "drop", np.full(200, 0.9), 200, np.random.default_rng(1))
    assert (stated.basis, stated.range_80) == ("stated", (0.9, 0.9, 0.9))
    assert stated.past_80 == pytest.approx((0.4, 0.4, 0.4))
    assert (used == 0.9).all()


def test_many_corridors_of_one_closure_count_once() -> None:
    parts = [closed_once(0.2)] * 10
    keys = tuple(SeriesKey(k.measure, f"S{i:02}", k.destination) for i, p in enumerate(parts) for k in p.keys)
    together = MonthlySeries(keys, FIRST, np.vstack([p.values for p in parts]))
    found, _ = share_evidence("x", together, "drop", None, 50, np.random.default_rng(1))
    assert (len(found.events), found.episodes, found.basis) == (10, 1, "assumed")


@pytest.mark.parametrize("values", [np.zeros((2, 40)), np.ones((2, 1)), np.full((2, 40), np.nan)])
def test_nothing_is_found_in_nothing(values: Floats) -> None:
    assert past_events(two_routes(values[0], values[1]), "drop") == ()
    assert size_evidence("x", values[0], FIRST, 0.3).basis == "assumed"


def test_how_unusual_a_change_is() -> None:
    values = np.full(40, 100.0)
    values[24:] = 150.0
    seen = size_evidence("x", values, FIRST, 0.5)
    assert (seen.basis, seen.seen, seen.months) == ("stated", 10, 26)
    assert seen.largest == pytest.approx(0.5)
    assert seen.largest_month == date(2016, 3, 1)
    assert size_evidence("x", values, FIRST, 0.6).basis == "assumed"
    falls = size_evidence("x", values, FIRST, -0.1)
    assert (falls.basis, falls.seen) == ("assumed", 0)
