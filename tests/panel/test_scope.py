"""Which series are forecast together: the choice of a source, totals, and what was known at an origin."""

from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from havre.draws import SeriesKey
from havre.errors import ForecastError, PanelError, PlaceError
from havre.panel.scope import Scope, check_wanted, history_known, scope_series, scopes_for
from havre.panel.series import MonthlySeries
from tests.panel.observation_samples import monthly, table, without

MEASURE = "asylum_applications"
TO_GERMANY = Scope(MEASURE, "eurostat", "origin", destination="DEU")
EVERYWHERE = Scope(MEASURE, "eurostat", "destination")


def flat(months: int, origin: str = "SYR", value: float = 10.0, **facts: Any) -> list[dict[str, Any]]:
    return monthly([value] * months, origin=origin, **facts)


def pair(months: int, **facts: Any) -> list[dict[str, Any]]:
    """Give two corridors into one destination."""
    return flat(months, **facts) + flat(months, origin="ERI", value=5.0, **facts)


def test_the_source_with_the_latest_month_is_taken_then_the_one_with_most_rows() -> None:
    eurostat = pair(24) + flat(24, origin="IRQ")
    longer = table(*eurostat, *pair(25, source="bamf"))
    assert scopes_for(longer, MEASURE, destination="DEU") == (Scope(MEASURE, "bamf", "origin", None, "DEU"),)
    same = table(*eurostat, *pair(24, source="bamf"))
    assert scopes_for(same, MEASURE, destination="DEU") == (TO_GERMANY,)
    empty_end = table(*eurostat, *pair(24, source="bamf"), *monthly([None], first=date(2018, 1, 1), source="bamf"))
    assert scopes_for(empty_end, MEASURE, destination="DEU") == (TO_GERMANY,)


def test_a_source_that_was_asked_for_is_taken() -> None:
    panel = table(*pair(24), *pair(25, source="bamf"))
    assert scopes_for(panel, MEASURE, destination="DEU", source="eurostat") == (TO_GERMANY,)


@pytest.mark.parametrize("corridors", [[], flat(30), pair(23)], ids=["none", "one origin", "too short"])
def test_a_destination_without_enough_corridors_is_answered_by_its_published_total(
    corridors: list[dict[str, Any]],
) -> None:
    panel = table(*corridors, *flat(30, origin="TOT", value=99.0))
    only = Scope(MEASURE, "eurostat", "destination", None, None, ("DEU",))
    assert scopes_for(panel, MEASURE, destination="DEU") == (only,)


def test_a_published_total_is_added_where_it_is_known_for_later_months_and_alone_where_asked_for() -> None:
    total = Scope(MEASURE, "eurostat", "destination", None, None, ("DEU",))
    same, later = (table(*pair(30), *flat(months, origin="TOT", value=99.0)) for months in (30, 31))
    assert scopes_for(same, MEASURE, destination="DEU") == (TO_GERMANY,)
    assert scopes_for(later, MEASURE, destination="DEU") == (TO_GERMANY, total)
    assert scopes_for(same, MEASURE, destination="DEU", origin="TOT") == (total,)


def test_each_destination_has_its_own_source() -> None:
    panel = table(
        *flat(24, origin="TOT"),
        *flat(20, origin="TOT", destination="AUT"),
        *flat(24, origin="TOT", destination="AUT", source="bmi_austria"),
        *flat(30, source="bamf"),
    )
    found = scopes_for(panel, MEASURE)
    assert [(scope.source, scope.by, scope.origin, scope.destination) for scope in found] == [
        ("bmi_austria", "destination", None, None),
        ("eurostat", "destination", None, None),
    ]


def test_without_totals_the_corridors_speak_for_all_origins() -> None:
    assert scopes_for(table(*flat(24), *flat(24, origin="ERI")), MEASURE) == (EVERYWHERE,)


def test_an_origin_is_followed_to_all_destinations_or_in_one() -> None:
    panel = table(*flat(24), *flat(24, origin="TOT"), *flat(24, destination="AUT"))
    (scope,) = scopes_for(panel, MEASURE, origin="SYR")
    assert scope == Scope(MEASURE, "eurostat", "destination", "SYR")
    (scope,) = scopes_for(panel, MEASURE, origin="SYR", destination="DEU")
    assert scope == Scope(MEASURE, "eurostat", "origin", None, "DEU", ("SYR",))
    assert scope.wants(SeriesKey(MEASURE, "SYR", "DEU"))
    assert not scope.wants(SeriesKey(MEASURE, "ERI", "DEU"))
    assert TO_GERMANY.wants(SeriesKey(MEASURE, "ERI", "DEU"))


@pytest.mark.parametrize(
    ("asked", "kind", "told"),
    [
        ({"measure": "asylum_aplications"}, PanelError, "asylum_applications"),
        ({"measure": MEASURE, "destination": "GERMANY"}, PlaceError, "DEU"),
        ({"measure": MEASURE, "origin": "SYI"}, PlaceError, "SYR"),
        ({"measure": "sea_arrivals"}, PanelError, "sea_arrivals TOT→TOT"),
        ({"measure": MEASURE, "destination": "FRA"}, PanelError, "TOT→FRA"),
        ({"measure": MEASURE, "origin": "ERI", "destination": "DEU", "source": "bamf"}, PanelError, "ERI→DEU"),
    ],
)
def test_what_cannot_be_answered_is_told(asked: dict[str, Any], kind: type[Exception], told: str) -> None:
    with pytest.raises(kind, match=told):
        scopes_for(table(*flat(24)), **asked)


def test_annual_observations_are_not_forecast() -> None:
    with pytest.raises(PanelError, match="no observations"):
        scopes_for(table({"frequency": "A"}), MEASURE)


def test_names_and_levels_of_scopes() -> None:
    route = SeriesKey("irregular_crossings", "TOT", "route:western-balkans")
    assert TO_GERMANY.id == "asylum_applications/eurostat/DEU/origin"
    assert EVERYWHERE.id == "asylum_applications/eurostat/all/destination"
    assert Scope(MEASURE, "eurostat", "destination", "SYR").id == "asylum_applications/eurostat/SYR/destination"
    assert TO_GERMANY.level(SeriesKey(MEASURE, "SYR", "DEU")) == "corridor"
    assert TO_GERMANY.level(SeriesKey(MEASURE, "TOT", "DEU")) == "total"
    assert EVERYWHERE.level(SeriesKey(MEASURE, "TOT", "DEU")) == "destination"
    assert EVERYWHERE.level(SeriesKey(MEASURE, "TOT", "TOT")) == "total"
    assert EVERYWHERE.level(route) == "route"


def test_corridors_have_their_sum_as_last_row_or_the_published_total() -> None:
    series, broken = scope_series(table(*pair(40)), TO_GERMANY)
    assert [key.origin for key in series.keys] == ["ERI", "SYR", "TOT"]
    assert (series.values[-1] == 15).all()
    assert broken == ()
    published, _ = scope_series(table(*pair(40), *flat(40, origin="TOT", value=99.0)), TO_GERMANY)
    assert [key.origin for key in published.keys] == ["ERI", "SYR", "TOT"]
    assert (published.values[-1] == 99).all()


def test_zeros_that_a_source_leaves_out_are_filled_in_every_month_that_it_covers() -> None:
    elsewhere = flat(40, source="bamf", destination="AUT")
    holed = without(flat(30, source="bamf"), date(2016, 1, 1))
    series, _ = scope_series(table(*elsewhere, *holed), Scope(MEASURE, "bamf", "origin", destination="DEU"))
    assert series.values[0].tolist() == [10.0] * 12 + [0.0] + [10.0] * 17 + [0.0] * 10


def test_destinations_take_the_published_totals_where_there_are_any() -> None:
    panel = table(*flat(40), *flat(40, origin="TOT", value=99.0), *flat(40, origin="TOT", destination="AUT"))
    series, _ = scope_series(panel, EVERYWHERE)
    assert [(key.origin, key.destination) for key in series.keys] == [("TOT", "AUT"), ("TOT", "DEU"), ("TOT", "TOT")]
    assert series.values[:, 0].tolist() == [10, 99, 109]


def test_destinations_add_up_their_origins_where_no_total_is_published() -> None:
    panel = table(*flat(40), *flat(40, origin="ERI", value=5.0), *flat(40, destination="AUT"))
    series, _ = scope_series(panel, EVERYWHERE)
    assert [(key.origin, key.destination) for key in series.keys] == [("TOT", "AUT"), ("TOT", "DEU"), ("TOT", "TOT")]
    assert series.values[:, 0].tolist() == [10, 15, 25]


def test_one_origin_is_followed_with_its_own_total() -> None:
    panel = table(*flat(40), *flat(40, destination="AUT", value=1.0), *flat(40, origin="ERI"))
    series, _ = scope_series(panel, Scope(MEASURE, "eurostat", "destination", "SYR"))
    assert [str(key) for key in series.keys][-1] == "asylum_applications SYR→TOT"
    assert (series.values[-1] == 11).all()


@pytest.mark.parametrize(("months", "lag", "has_total"), [(36, 0, True), (35, 0, False), (40, 1, False)])
def test_a_total_needs_enough_months_in_common_and_the_same_end(months: int, lag: int, *, has_total: bool) -> None:
    panel = table(*flat(months), *flat(months + lag, origin="ERI"))
    series, _ = scope_series(panel, TO_GERMANY)
    assert ("TOT" in [key.origin for key in series.keys]) == has_total


def test_a_single_series_has_no_total() -> None:
    assert len(scope_series(table(*flat(40)), TO_GERMANY)[0].keys) == 1


def test_gaps_are_refused_or_left_out_and_then_there_is_no_total() -> None:
    panel = table(*flat(40), *flat(40, origin="IRQ"), *without(flat(40, origin="ERI"), date(2016, 1, 1)))
    with pytest.raises(ForecastError, match="ERI→DEU"):
        scope_series(panel, TO_GERMANY)
    series, broken = scope_series(panel, TO_GERMANY, leave_out_gaps=True)
    assert [key.origin for key in series.keys] == ["IRQ", "SYR"]
    assert len(broken) == 1


def test_only_the_latest_values_of_the_one_source_are_taken() -> None:
    panel = table(*flat(40), {**flat(40)[-1], "value": 77.0, "as_of": date(2022, 1, 1)}, *flat(40, source="bamf"))
    series, _ = scope_series(panel, TO_GERMANY)
    assert len(series.keys) == 1
    assert series.values[0, -2:].tolist() == [10, 77]


def test_a_code_without_series_is_told_with_near_ones() -> None:
    series, _ = scope_series(table(*flat(40), *flat(40, origin="ERI")), TO_GERMANY)
    check_wanted(Scope(MEASURE, "eurostat", "origin", None, "DEU", ("ERI", "TOT")), series)
    with pytest.raises(PlaceError, match=r"“SYC”.*known on 2020-01-01.*SYR"):
        check_wanted(Scope(MEASURE, "eurostat", "origin", None, "DEU", ("SYC",)), series, date(2020, 1, 1))


ORIGIN = date(2018, 6, 1)
"""Eurostat's lag of two months makes a forecast of this month on 31 August 2018."""


def revised_panel() -> pl.DataFrame:
    """Give a panel with two series of four years, all known in 2021, three of their values with earlier versions."""
    rows = flat(48) + flat(48, origin="ERI", value=5.0)
    march = {"period": date(2018, 3, 1)}
    earlier = [
        {**march, "value": 1.0, "as_of": date(2018, 5, 1)},
        {**march, "value": 2.0, "as_of": date(2018, 8, 31)},
        {**march, "value": 3.0, "as_of": date(2018, 9, 1)},
    ]
    return table(*rows, *earlier)


def history(panel: pl.DataFrame, origin: date = ORIGIN) -> MonthlySeries:
    series, _ = scope_series(revised_panel(), TO_GERMANY)
    return history_known(panel, TO_GERMANY, series, origin)


def test_a_panel_without_revisions_gives_the_months_up_to_the_origin() -> None:
    panel = table(*flat(48), *flat(48, origin="ERI", value=5.0))
    series, _ = scope_series(panel, TO_GERMANY)
    found = history_known(panel, TO_GERMANY, series, ORIGIN)
    assert np.array_equal(found.values, series.until(ORIGIN).values)


def test_a_history_holds_the_values_of_the_day_on_which_its_origin_was_published() -> None:
    found = history(revised_panel())
    assert found.last == ORIGIN
    by_origin = {key.origin: row for key, row in zip(found.keys, found.values, strict=True)}
    march = -4
    assert by_origin["SYR"][march] == 2
    assert by_origin["TOT"][march] == 7
    assert np.delete(by_origin["SYR"], len(by_origin["SYR"]) + march).tolist() == [10] * 41
    assert (by_origin["ERI"] == 5).all()
    later = history(revised_panel(), date(2018, 7, 1))
    assert later.values[[key.origin for key in later.keys].index("SYR"), -5] == 3


def test_a_value_first_fetched_later_stands_in_but_its_revision_does_not() -> None:
    rows = flat(48, as_of=date(2021, 1, 1))
    revised = [{**row, "value": 99.0, "as_of": date(2022, 1, 1)} for row in rows]
    series, _ = scope_series(table(*rows, *revised), TO_GERMANY)
    found = history_known(table(*rows, *revised), TO_GERMANY, series, ORIGIN)
    assert (found.values == 10).all()


@pytest.mark.parametrize("poison", [0.0, 1e9, None])
def test_neither_later_revisions_nor_later_periods_change_a_history(poison: float | None) -> None:
    clean = revised_panel()
    everything = clean.with_columns(value=pl.lit(poison, dtype=pl.Float64), as_of=pl.lit(date(2030, 1, 1)))
    after = clean.filter(pl.col("period") > ORIGIN).with_columns(value=pl.lit(poison, dtype=pl.Float64))
    holed = after.filter(pl.col("period").dt.month() != 9)
    series, _ = scope_series(clean, TO_GERMANY)
    expected = history_known(clean, TO_GERMANY, series, ORIGIN)
    for rows in (
        [clean, everything.unique(["origin", "period"])],
        [clean.filter(pl.col("period") <= ORIGIN), after],
        [clean.filter(pl.col("period") <= ORIGIN), holed],
    ):
        found = history_known(pl.concat(rows), TO_GERMANY, series, ORIGIN)
        assert found.keys == expected.keys
        assert found.values.tobytes() == expected.values.tobytes()


def test_a_series_that_had_a_gap_then_is_not_filled_with_what_came_later() -> None:
    hole = {"origin": "ERI", "period": date(2017, 3, 1), "value": None, "as_of": date(2018, 1, 1)}
    panel = pl.concat([revised_panel(), table(hole)])
    found = history(panel)
    empty = {key.origin: bool(np.isnan(row).all()) for key, row in zip(found.keys, found.values, strict=True)}
    assert empty == {"ERI": True, "SYR": False, "TOT": True}
