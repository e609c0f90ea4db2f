"""Charts of a simulation refuse tables that do not fit, and choose what is shown where there is too much."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from havre.pictures.displacement_charts import MOST_CAMPS, MOST_LINKS, MOST_PLACES, largest_network
from tests.pictures import sample_displacement as displaced
from tests.pictures.sample_charts import FIRST, camps_of, differences, fills, network_of

NETWORK = displaced.network(displaced.sample())


@pytest.mark.parametrize(
    ("table", "column", "value", "message"),
    [
        ("places", "kind", "village", "kind must be one of"),
        ("places", "name", "Kidar", "twice"),
        ("places", "latitude", 91.0, "latitude must lie between -90 and 90, not 91"),
        ("places", "longitude", float("nan"), "longitude"),
        ("places", "people", -1.0, "people must lie between 0"),
        ("links", "flow", float("inf"), "flow"),
        ("links", "origin", "Nowhere", "origin must be one of"),
        ("links", "destination", "Fassara-Mbo", "from Fassara-Mbo back to it|twice"),
    ],
)
def test_a_network_that_does_not_fit_is_refused(table: str, column: str, value: object, message: str) -> None:
    wrong = getattr(NETWORK, table).with_row_index("row")
    wrong = wrong.with_columns(pl.when(pl.col("row") == 0).then(pl.lit(value)).otherwise(pl.col(column)).alias(column))
    with pytest.raises(ValueError, match=message):
        replace(NETWORK, **{table: wrong})


def test_camps_need_a_median_and_each_row_once() -> None:
    with pytest.raises(ValueError, match="camp must be one of"):
        camps_of(("One", FIRST, 0.1, 3.0))
    with pytest.raises(ValueError, match="twice"):
        camps_of(("One", FIRST, 0.5, 3.0), ("One", FIRST, 0.5, 3.0))
    with pytest.raises(ValueError, match="value must lie between 0"):
        camps_of(("One", FIRST, 0.5, -3.0))


def test_the_largest_camps_are_shown_in_their_order() -> None:
    chart = camps_of(*((f"C{camp}", FIRST, 0.5, float(camp % 30)) for camp in range(29, -1, -1)))
    assert chart.camps == [f"C{camp}" for camp in range(29, 29 - MOST_CAMPS, -1)]
    assert chart.left_out == 30 - MOST_CAMPS


def test_days_of_filling_come_in_their_order() -> None:
    early, late = date(2019, 3, 1), date(2019, 5, 1)
    fills(("One", 0.97, early, late, None), ("Two", 0.2, early, None, None))
    for days in ((late, early, None), (None, early, late), (early, None, late), (date(2018, 1, 1), early, late)):
        with pytest.raises(ValueError, match="One"):
            fills(("One", 0.5, *days))
    with pytest.raises(ValueError, match="chance"):
        fills(("One", 1.5, None, None, None))


def test_a_change_lies_in_its_interval() -> None:
    differences(("One", 100.0, -5.0, -9.0, 3.0))
    with pytest.raises(ValueError, match="outside its interval"):
        differences(("One", 100.0, 5.0, -9.0, 3.0))
    with pytest.raises(ValueError, match="base"):
        differences(("One", -100.0, 0.0, 0.0, 0.0))


def test_charts_know_whether_they_hide_something() -> None:
    assert not differences(("One", 100.0, -15.0, -90.0, 0.0)).veils
    assert differences(("One", 100.0, -5.0, -90.0, 0.0)).veils
    assert network_of(("A", "camp", 1.0, 1.0, 9.0)).veils
    assert not network_of(("A", "camp", 1.0, 1.0, None)).veils
    assert camps_of(("One", FIRST, 0.5, 1.0)).veils
    assert not camps_of(("One", FIRST, 0.5, 0.0)).veils


def test_of_too_many_places_camps_and_the_largest_are_kept() -> None:
    count = MOST_PLACES + 50
    names = [f"P{row}" for row in range(count)]
    places = pl.DataFrame(
        {"name": names, "kind": ["camp" if row % 10 == 0 else "town" for row in range(count)], "people": range(count)}
    )
    near = [(names[row], names[(row + step) % count], row + step) for row in range(count) for step in (1, 2, 3, 4)]
    links = pl.DataFrame(near, schema=("origin", "destination", "flow"), orient="row")
    kept, between = largest_network(places, links)
    assert kept.height == MOST_PLACES
    assert kept.filter(kind="camp").height == 45
    assert kept["row"].is_sorted()
    assert kept.filter(kind="town")["people"].min() == 56
    assert between.height == MOST_LINKS
    shown = set(kept["name"])
    possible = sorted((flow for one, other, flow in near if {one, other} <= shown), reverse=True)
    assert sorted(between["flow"], reverse=True) == possible[:MOST_LINKS]
    at = kept["name"].to_list()
    for origin, destination, start, end in between.select("origin", "destination", "start", "end").iter_rows():
        assert (at[start], at[end]) == (origin, destination)
