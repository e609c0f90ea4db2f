"""Every person stands in the bottom once, so that every sum is whole."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havre.draws import Draws, SeriesKey
from havre.forecast.hierarchy import REST, Hierarchy, build_hierarchy
from havre.panel.series import MonthlySeries
from havre.places import countries, special_codes

FIRST = date(2018, 1, 1)
NAN = np.nan
SEA, LAND = "route:central-mediterranean", "route:western-balkan"


def key(origin: str, destination: str) -> SeriesKey:
    return SeriesKey("irregular_crossings", origin, destination)


def series(rows: dict[SeriesKey, list[float]]) -> MonthlySeries:
    return MonthlySeries(tuple(rows), FIRST, np.array(list(rows.values())))


CROSSINGS = series(
    {
        key("SYR", SEA): [10, 20, 30],
        key("AFG", SEA): [5, 5, 5],
        key("AFG", LAND): [0, 1, 0],
        key("SYR", LAND): [0, 0, 0],
        key("ERI", SEA): [2, 0, 2],
        key("XXX", SEA): [7, 7, 7],
        key("XXX", LAND): [0, 0, 4],
    }
)
MODELLED = (key("SYR", SEA), key("AFG", SEA))


def values_of(history: MonthlySeries) -> dict[SeriesKey, list[float]]:
    return dict(zip(history.keys, history.values.tolist(), strict=True))


def test_corridors_over_two_routes_by_hand() -> None:
    hierarchy, history = build_hierarchy(CROSSINGS, MODELLED)
    # Afghans by land are few, but without them the total of Afghans would be short; Eritreans have no total.
    assert hierarchy.bottom == (*MODELLED, key("AFG", LAND), key(REST, SEA), key(REST, LAND))
    assert values_of(history) == {
        **{each: values_of(CROSSINGS)[each] for each in hierarchy.bottom[:3]},
        key(REST, SEA): [9, 7, 9],
        key(REST, LAND): [0, 0, 4],
        key("TOT", SEA): [24, 32, 44],
        key("TOT", LAND): [0, 1, 4],
        key("AFG", "TOT"): [5, 6, 5],
        key("SYR", "TOT"): [10, 20, 30],
        key("TOT", "TOT"): [24, 33, 48],
    }
    assert history.keys == hierarchy.keys


def test_one_destination_has_one_sum() -> None:
    germany = series({key("SYR", "DEU"): [3, 4], key("AFG", "DEU"): [1, 2], key("ERI", "DEU"): [0, 1]})
    hierarchy, history = build_hierarchy(germany, germany.keys[:2])
    assert hierarchy.keys == (*germany.keys[:2], key(REST, "DEU"), key("TOT", "DEU"))
    assert history.values[-1].tolist() == [4, 7]


def test_no_rest_where_nobody_is_left() -> None:
    germany = series({key("SYR", "DEU"): [3, 4], key("AFG", "DEU"): [1, 2]})
    hierarchy, _ = build_hierarchy(germany, germany.keys)
    assert hierarchy.keys == (*germany.keys, key("TOT", "DEU"))


def test_totals_of_destinations_only() -> None:
    totals = series({key("TOT", "DEU"): [3, 4], key("TOT", "FRA"): [1, 2]})
    hierarchy, history = build_hierarchy(totals, totals.keys)
    assert (hierarchy.bottom, hierarchy.upper) == (totals.keys, (key("TOT", "TOT"),))
    assert history.values[-1].tolist() == [4, 6]


def test_what_a_published_total_counts_beyond_its_corridors_is_rest() -> None:
    germany = series({key("SYR", "DEU"): [3, 4], key("ERI", "DEU"): [1, 1], key("TOT", "DEU"): [10, 5]})
    hierarchy, history = build_hierarchy(germany, germany.keys[:1])
    assert hierarchy.keys == (key("SYR", "DEU"), key(REST, "DEU"), key("TOT", "DEU"))
    assert history.values.tolist() == [[3, 4], [7, 1], [10, 5]]


def test_a_corridor_that_ended_is_rest_and_one_that_starts_late_was_zero() -> None:
    germany = series({key("SYR", "DEU"): [3, 4, 5], key("AFG", "DEU"): [9, NAN, NAN], key("ERI", "DEU"): [NAN, NAN, 2]})
    hierarchy, history = build_hierarchy(germany, germany.keys)
    assert hierarchy.bottom == (key("SYR", "DEU"), key("ERI", "DEU"), key(REST, "DEU"))
    assert history.values[2:].tolist() == [[9, 0, 0], [12, 4, 7]]
    assert np.isnan(history.values[1, :2]).all()


def test_all_together_are_not_known_before_every_destination_is() -> None:
    rows: dict[SeriesKey, list[float]] = {
        key("SYR", "DEU"): [3, 4],
        key("AFG", "DEU"): [3, 4],
        key("SYR", "FRA"): [NAN, 1],
        key("AFG", "FRA"): [NAN, 1],
    }
    _, history = build_hierarchy(series(rows), tuple(rows))
    assert values_of(history)[key("TOT", "DEU")] == [6, 8]
    assert np.isnan(values_of(history)[key("TOT", "TOT")][0])
    assert values_of(history)[key("TOT", "TOT")][1] == 10


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_every_sum_is_whole(seed: int) -> None:
    rng = np.random.default_rng(seed)
    keys = tuple(key(origin, place) for origin in ("SYR", "AFG", "ERI", "XXX") for place in (SEA, LAND, "DEU"))
    values = rng.poisson(rng.gamma(0.3, 5.0, (len(keys), 1)), (len(keys), 4)).astype(np.float64)
    modelled = [each for each in keys if each.origin != "XXX" and rng.random() < 0.5]
    _, history = build_hierarchy(MonthlySeries(keys, FIRST, values), modelled)
    found = values_of(history)
    assert found[key("TOT", "TOT")] == values.sum(axis=0).tolist()
    for sum_key in [each for each in history.keys if "TOT" in (each.origin, each.destination)]:
        parts = [
            row
            for row, each in enumerate(keys)
            if sum_key.origin in ("TOT", each.origin) and sum_key.destination in ("TOT", each.destination)
        ]
        assert found[sum_key] == values[parts].sum(axis=0).tolist()


def test_the_summing_matrix_is_sparse_and_says_what_is_coherent() -> None:
    hierarchy, _ = build_hierarchy(CROSSINGS, MODELLED)
    assert hierarchy.summing.nnz == 3 * 5 + 3  # itself, its route, all together; three also stand in an origin
    bottom = np.arange(10.0).reshape(5, 1, 2)
    whole = hierarchy.add_up(bottom)
    assert hierarchy.is_coherent(Draws(hierarchy.keys, FIRST, whole))
    off = np.where(whole == whole[-1, 0, 1], whole + 1e-9, whole)
    assert not hierarchy.is_coherent(Draws(hierarchy.keys, FIRST, off))


@pytest.mark.parametrize(
    ("bottom", "upper", "message"),
    [
        ((key("SYR", "DEU"), key("SYR", "DEU")), (), "only once"),
        ((key("SYR", "DEU"),), (key("SYR", "DEU"),), "only once"),
        ((), (key("TOT", "DEU"),), "needs a bottom"),
        ((key("SYR", "DEU"), SeriesKey("sea_arrivals", "SYR", "FRA")), (), "one measure"),
        ((key("SYR", "DEU"),), (key("TOT", "FRA"),), "needs a part"),
    ],
)
def test_what_cannot_add_up_is_refused(
    bottom: tuple[SeriesKey, ...], upper: tuple[SeriesKey, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Hierarchy(bottom, upper)


def test_a_rest_is_neither_a_country_nor_a_category_of_providers() -> None:
    published = {place.code for place in special_codes()} - {REST}
    assert REST not in {place.code for place in countries()} | published
