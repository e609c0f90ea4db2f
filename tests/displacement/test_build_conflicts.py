"""Conflict zones by hand: thresholds, windows, quiet days, and every reason for which an event is left out."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havre.displacement.build import BuildOptions
from havre.displacement.build_conflicts import Conflicts, active_days, make_conflicts, nearest_places
from havre.displacement.build_countries import find_countries
from havre.displacement.build_options import ConflictMeasure
from havre.displacement.build_rows import PlaceRow
from tests.displacement.build_case import EVENTS, KEEP, PLACES, tables
from tests.properties import examples

START = date(2024, 1, 1)
HEADER = EVENTS.partition("\n")[0]
ACLED_HEADER = "event_id_cnty,event_date,time_precision,event_type,country,latitude,longitude,geo_precision,fatalities"


def conflicts(folder: Path, events: str | None, length: int = 20, **options: object) -> Conflicts:
    rules = BuildOptions(keep_unknown_countries=True, **options)  # type: ignore[arg-type]
    read = tables(folder, places=PLACES.replace("conflict", "town"), roads=None, events=events)
    home = BuildOptions(home="Norvale", keep_unknown_countries=True)
    return make_conflicts(read, find_countries(read, home), START, length, rules)


def days(made: Conflicts, zone: str) -> list[int]:
    return np.flatnonzero(made.table.values[:, made.table.names.index(zone)]).tolist()


def test_events_make_the_nearest_town_a_zone_from_their_day_on(tmp_path: Path) -> None:
    made = conflicts(tmp_path, EVENTS)
    assert made.table.names == ("Birk", "Cole")
    assert made.first_days == {"Birk": 2, "Cole": 8}
    assert days(made, "Birk") == list(range(2, 20))
    assert days(made, "Cole") == list(range(8, 20))
    assert set(np.unique(made.table.values)) == {0.0, 1.0}
    assert made.table.days == tuple(range(20))


def test_where_events_are_counted_one_without_deaths_counts(tmp_path: Path) -> None:
    assert conflicts(tmp_path, EVENTS, conflict_measure="events").first_days == {"Birk": 2, "Cole": 7}


def test_each_reason_for_which_an_event_is_left_out_is_counted_once(tmp_path: Path) -> None:
    rows = [
        "1,2024-01-03,10,21,5,1,1,Norvale",
        "1,2024-01-04,10,21,5,1,1,Norvale",
        "2,2024-01-05,10,21,5,4,1,Norvale",
        "3,2024-01-05,10,21,5,3,4,Norvale",
        "4,2024-01-05,10,21,5,1,1,Ostmere",
        "5,2024-01-05,10,21,5,1,1,Nowhereland",
        "6,2023-11-30,10,21,5,1,1,Norvale",
        "7,2024-01-21,10,21,5,1,1,Norvale",
        "8,2024-01-05,12.5,21,5,1,1,norvale",
    ]
    made = conflicts(tmp_path, "\n".join([HEADER, *rows]) + "\n")
    assert made.dropped == {
        "repeated_event": 1,
        "other_kind": 0,
        "coarse_place": 1,
        "coarse_day": 1,
        "other_country": 2,
        "before_period": 1,
        "after_period": 1,
        "far_event": 1,
    }
    assert days(made, "Birk") == list(range(3, 20))
    told = [note.sentence() for note in made.notes if note.key == "warned.event_countries"]
    assert told == ["Events of countries that are not known were left out; such countries: 1 (Nowhereland)."]


def test_the_last_day_before_the_lookback_and_the_first_in_it(tmp_path: Path) -> None:
    rows = "\n".join([HEADER, "1,2023-12-22,10,20,1,1,1,Norvale", "2,2023-12-21,10,21,1,1,1,Norvale", ""])
    made = conflicts(tmp_path, rows, lookback_days=10)
    assert made.first_days == {"Arden": 0}
    assert made.dropped["before_period"] == 1


def test_events_of_acled_count_by_their_type_and_precision(tmp_path: Path) -> None:
    rows = [
        "N1,2024-01-02,1,Battles,Norvale,10,20,1,1",
        "N2,2024-01-02,1,Protests,Norvale,10,21,1,1",
        "N3,2024-01-02,1,violence against civilians,Norvale,10,21,3,1",
        "N4,2024-01-02,3,Battles,Norvale,10,21,2,1",
        "N5,2024-01-06,2,Explosions/Remote violence,Norvale,11,21,2,1",
    ]
    made = conflicts(tmp_path, "\n".join([ACLED_HEADER, *rows]) + "\n")
    assert made.first_days == {"Arden": 1, "Cole": 5}
    reasons = {reason: count for reason, count in made.dropped.items() if count}
    assert reasons == {"other_kind": 1, "coarse_place": 1, "coarse_day": 1}


def test_events_without_a_country_count_on_both_sides_of_a_border_and_this_is_told(tmp_path: Path) -> None:
    made = conflicts(tmp_path, "date,latitude,longitude,deaths\n2024-01-05,10,21.3,1\n")
    assert made.first_days == {"Birk": 4}
    assert "assumed.events_without_country" in [note.key for note in made.notes]


def test_a_declared_zone_is_one_on_all_days_unless_events_say_when(tmp_path: Path) -> None:
    read = tables(tmp_path, places=PLACES.replace("Birk,10.0,21.0,Norvale,West,town", "Birk,10,21,Norvale,,conflict"))
    made = make_conflicts(read, find_countries(read, KEEP), START, 20, KEEP)
    assert made.first_days == {"Arden": 0, "Birk": 2, "Cole": 8}
    assert "Arden" in next(note.sentence() for note in made.notes if note.key == "assumed.declared_zones")


def test_a_camp_or_a_place_abroad_never_becomes_a_zone(tmp_path: Path) -> None:
    rows = f"{HEADER}\n1,2024-01-05,10.0,21.9,9,1,1,Norvale\n"
    near = conflicts(tmp_path, rows, event_distance_km=200.0)
    assert near.first_days == {"Birk": 4}
    assert conflicts(tmp_path, rows, event_distance_km=90.0).first_days == {}


def active(
    days: list[int],
    weights: list[float],
    threshold: float,
    window: int,
    quiet: int | None,
    measure: ConflictMeasure = "deaths",
) -> list[int]:
    options = BuildOptions(conflict_threshold=threshold, window_days=window, quiet_days=quiet, conflict_measure=measure)
    return np.flatnonzero(active_days(np.array(days), np.array(weights), 12, options)).tolist()


@pytest.mark.parametrize(
    ("event_days", "weights", "threshold", "window", "quiet", "expected"),
    [
        ([3], [1], 1, 1, None, list(range(3, 12))),
        ([3], [1], 2, 30, None, []),
        ([3, 5], [1, 1], 2, 3, None, list(range(5, 12))),
        ([3, 6], [1, 1], 2, 3, None, []),
        ([3, 3], [1, 1], 2, 1, 1, [3, 4]),
        ([3, 5], [1, 1], 1, 1, 2, [3, 4, 5, 6, 7]),
        ([3, 6], [1, 1], 1, 1, 2, [3, 4, 5, 6, 7, 8]),
        ([3, 7], [1, 1], 1, 1, 2, [3, 4, 5, 7, 8, 9]),
        # Once stopped, what happened before does not count again.
        ([2, 3, 6], [1, 1, 1], 2, 5, 1, [3, 4]),
        ([2, 3, 6, 7], [1, 1, 1, 1], 2, 5, 1, [3, 4, 7, 8]),
        ([-5], [1], 1, 1, None, list(range(12))),
        ([-5, -1], [1, 1], 2, 5, 3, [0, 1, 2]),
        ([-5], [1], 1, 1, 3, []),
        ([3, 5], [0, 4], 4, 1, 3, [5, 6, 7, 8]),
        ([], [], 1, 1, 1, []),
    ],
)
def test_days_of_conflict_by_hand(
    event_days: list[int], weights: list[float], threshold: float, window: int, quiet: int | None, expected: list[int]
) -> None:
    assert active(event_days, weights, threshold, window, quiet) == expected


@given(
    st.lists(st.integers(-8, 11), max_size=12),
    st.integers(1, 4),
    st.integers(1, 6),
    st.integers(1, 6),
)
@settings(max_examples=examples(200), deadline=None)
def test_days_of_conflict_follow_the_rule_day_by_day(
    event_days: list[int], threshold: int, window: int, quiet: int
) -> None:
    """Play the rule one day after the other."""
    playing, last, ended, expected = False, 0, -99, []
    for day in range(-8, 12):
        today = event_days.count(day)
        if playing and day - last > quiet:
            playing, ended = False, last + quiet
        if today and not playing:
            playing = sum(max(day - window, ended) < each <= day for each in event_days) >= threshold
        if today and playing:
            last = day
        if playing and day >= 0:
            expected.append(day)
    assert active(sorted(event_days), [1.0] * len(event_days), threshold, window, quiet) == expected


def test_the_nearest_place_over_the_date_line() -> None:
    rows = [PlaceRow(1, "East", -16.8, 179.9, "FJI", "town"), PlaceRow(2, "West", -16.8, 179.0, "FJI", "town")]
    found, km = nearest_places(rows, np.array([-16.8]), np.array([-179.9]))
    assert found.tolist() == [0]
    assert km[0] == pytest.approx(21.29, abs=0.01)
