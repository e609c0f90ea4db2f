"""Registrations by day are those that the format asks for: added, divided, corrected, filled in and truncated."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from math import inf
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.displacement.camp_series import CampSeries, camp_names, registered
from havre.displacement.flee_files import read_instance
from havre.displacement.instance import Correction, CountFile, Instance, Location, Registrations
from havre.displacement.settings import Settings, SpawnRules
from havre.errors import DisplacementError
from tests.displacement.sketches import UNHURRIED
from tests.displacement.small_instances import COUNTS, START, count_file, day, registrations, small_instance

CAMP = "Dol Camp"
SHARED = Path(__file__).parents[3] / "shared" / "data" / "flee"
COUNT_FILES = st.dictionaries(st.integers(-30, 60), st.integers(0, 10**6), min_size=1, max_size=8).map(
    lambda counts: dict(sorted(counts.items()))
)


def with_counts(*files: Mapping[int, float], settings: Settings | None = None, **overrides: object) -> Instance:
    """Make the small instance with a camp whose counts by day are those of some files."""
    others = registrations(COUNTS)
    row = Registrations(CAMP, tuple(count_file(f"file-{number}.csv", each) for number, each in enumerate(files)))
    return small_instance(registrations=(others[0], row, others[2]), settings=settings or Settings(), **overrides)


def values(instance: Instance, days: int | None = None) -> list[float]:
    """Give the series of the camp."""
    return [float(value) for value in registered(instance, days).counts[:, 0]]


def problems(instance: Instance) -> list[str]:
    """Name the problems of an instance, by the ends of their keys."""
    with pytest.raises(DisplacementError) as caught:
        registered(instance)
    assert caught.value.message("fr") != caught.value.message("en")
    return [problem.key.removeprefix("displacement.series.") for problem in caught.value.problems]


def test_between_entries_the_line_is_truncated_and_outside_the_nearest_entry_holds() -> None:
    assert values(with_counts({1: 10.0, 4: 20.0}), 7) == [10, 10, 13, 16, 20, 20, 20]
    # A fall is truncated as well, not rounded: 20 − 3.33 and 20 − 6.67.
    assert values(with_counts({1: 20.0, 4: 10.0}), 6) == [20, 20, 16, 13, 10, 10]


def test_entries_before_the_start_count_for_the_line() -> None:
    assert values(with_counts({-10: 0.0, 10: 200.0}), 3) == [100, 110, 120]
    assert values(with_counts({-10: 7.0, -5: 9.0}), 2) == [9, 9]


def test_camps_are_the_places_of_a_camp_type_in_the_order_of_the_places() -> None:
    instance = small_instance()
    assert camp_names(instance) == ("Dol Camp", "Este")
    first = Location("Este", "Coast", "Westland", 0.0, 0.0, "IDPcamp")
    assert camp_names(replace(instance, locations=(first, *instance.locations[:5]))) == ("Este", "Dol Camp")
    series = registered(replace(instance, locations=(first, *instance.locations[:5])))
    assert series.counts[10].tolist() == [300, 600]
    assert series.total[10] == 900
    assert series.days == 20


def test_every_row_but_the_first_is_in_the_sum_also_that_of_no_camp() -> None:
    rows = (*registrations(COUNTS), Registrations("Nowhere", (count_file("nowhere.csv", {0: 1_000.0, 10: 500.0}),)))
    series = registered(small_instance(registrations=rows))
    assert series.camps == ("Dol Camp", "Este")
    assert series.camp_sum[[0, 10]].tolist() == [1_150, 1_400]
    assert series.counts[[0, 10]].sum(axis=1).tolist() == [150, 900]


def test_the_total_goes_by_its_place_also_where_a_camp_has_its_name() -> None:
    rows = registrations({"x": {0: 5.0}, CAMP: {0: 1.0}, "Este": {0: 2.0}})
    series = registered(small_instance(registrations=(replace(rows[0], name=CAMP), *rows[1:])))
    assert series.total[0] == 5
    assert series.counts[0].tolist() == [1, 2]


def test_files_are_added_on_the_union_of_their_days() -> None:
    first, second = {0: 10.0, 4: 20.0, 8: 30.0}, {2: 100.0, 4: 200.0, 6: 300.0}
    series = registered(with_counts(first, second))
    assert series.entries[0].days.tolist() == [0, 2, 4, 6, 8]
    # The first's next count and the second's last: 10 + 0, 20 + 100, 20 + 200, 30 + 300, 30 + 300.
    assert series.entries[0].counts.tolist() == [10, 120, 220, 330, 330]
    assert series.counts[3, 0] == 170
    # Before the first's first count and after its last.
    ends = registered(with_counts({3: 10.0, 4: 20.0}, {1: 100.0, 6: 200.0}))
    assert ends.entries[0].counts.tolist() == [110, 110, 120, 220]


def test_a_third_file_is_added_too() -> None:
    assert values(with_counts({0: 1.0}, {0: 10.0}, {1: 100.0}), 2) == [11, 111]
    # The sum of the first two has the entries 0 (1 + 10) and 5 (2 + 10), of which the next counts on day 3.
    added = registered(with_counts({0: 1.0, 5: 2.0}, {0: 10.0}, {3: 100.0}))
    assert added.entries[0].counts.tolist() == [11, 112, 112]
    assert values(with_counts({}, {0: 5.0}, {}), 1) == [5], "files without counts add nothing"


def test_a_correction_scales_all_earlier_entries_to_the_level_of_its_day() -> None:
    corrected = with_counts({0: 100.0, 5: 200.0, 10: 50.0, 15: 80.0}, corrections=(Correction(CAMP, day(10)),))
    # 50 / 200 = 1/4: 25, 50, then as they are.
    assert registered(corrected).entries[0].counts.tolist() == [25, 50, 50, 80]
    # 25 + 25 · 2/5 on day 2 and 25 + 25 · 3/5 on day 3.
    assert values(corrected, 4) == [25, 30, 35, 40]


def test_corrections_follow_each_other() -> None:
    rows = (Correction(CAMP, day(10)), Correction(CAMP, day(5)))
    corrected = with_counts({0: 100.0, 5: 200.0, 10: 50.0}, corrections=rows)
    # First 25, 50, 50; then the entry before day 5 is scaled by 50 / 25.
    assert registered(corrected).entries[0].counts.tolist() == [50, 50, 50]


def test_a_correction_before_the_start_is_skipped_and_its_entry_not_asked_for() -> None:
    counts = {-5: 10.0, 0: 20.0}
    assert values(with_counts(counts, corrections=(Correction(CAMP, day(-5)),)), 1) == [20]
    assert values(with_counts(counts, corrections=(Correction("Nobody", day(-3)),)), 1) == [20]


def test_a_correction_that_divides_to_a_fraction_leaves_no_rounding_error() -> None:
    # Flee multiplies by the ratio, and 49 · (113 / 49), say, is below 113 in floating point.
    for before in range(1, 60):
        for after in (7, 29, 113):
            corrected = with_counts({0: 6.0, 5: before, 10: after}, corrections=(Correction(CAMP, day(10)),))
            assert registered(corrected).counts[5, 0] == after


def test_hasten_divides_entries_before_the_line_is_truncated() -> None:
    divided = with_counts({0: 17.0, 2: 39.0}, settings=Settings(hasten=10))
    assert registered(divided).entries[0].counts.tolist() == pytest.approx([1.7, 3.9])
    # The ends are truncated as well: 1.7, 2.8, 3.9, 3.9.
    assert values(divided, 4) == [1, 2, 3, 3]


def test_emptied_camps_start_at_none_and_may_fall_below() -> None:
    emptied = with_counts(
        {0: 30.0, 5: 10.0, 10: 80.0}, settings=Settings(spawn_rules=SpawnRules(empty_camps_on_day0=True))
    )
    series = registered(emptied)
    assert series.counts[[0, 5, 10], 0].tolist() == [0, -20, 50]
    assert series.total[[0, 10]].tolist() == [0, 750]
    # −20 · 3/5 = −12, and towards 0: −20 · 1/5 · 4 = −16.
    assert series.counts[[3, 4], 0].tolist() == [-12, -16]


def test_emptied_camps_are_truncated_towards_none() -> None:
    emptied = with_counts({0: 1.0, 3: 0.0}, settings=Settings(spawn_rules=SpawnRules(empty_camps_on_day0=True)))
    assert values(emptied, 4) == [0, 0, 0, -1]
    assert not np.signbit(registered(emptied).counts[:3, 0]).any()


def test_days_beyond_the_period_and_few_days_may_be_asked_for() -> None:
    assert registered(small_instance()).days == 20
    assert registered(small_instance(), 21).counts[20].tolist() == [1_200, 600]
    assert registered(small_instance(), 0).counts.shape == (0, 2)
    assert registered(small_instance(), 1).observed.tolist() == [[True, True]]


def test_observed_days_are_those_of_entries_within_the_period() -> None:
    series = registered(with_counts({-3: 1.0, 2: 2.0, 5: 3.0, 30: 4.0}))
    assert np.flatnonzero(series.observed[:, 0]).tolist() == [2, 5]
    assert np.flatnonzero(series.observed[:, 1]).tolist() == [0, 10, 19]


def test_series_are_put_in_another_order_and_cut() -> None:
    series = registered(small_instance()).matching(("Este", "Dol Camp"), 11)
    assert (series.camps, series.days, series.counts[10].tolist()) == (("Este", "Dol Camp"), 11, [300, 600])
    assert series.entries[0].counts.tolist() == [50, 300, 600]
    with pytest.raises(DisplacementError, match="Nobody") as caught:
        series.matching(("Nobody", "Este"), 12)
    assert [each.key.split(".")[-1] for each in caught.value.problems] == ["no_series", "short"]


def test_every_fault_is_told_and_all_at_once() -> None:
    rows = registrations({"total": {0: 1.0}, "Este": {0: 1.0}})
    empty = Registrations("Este", (CountFile("este.csv", (), ()),))
    assert problems(small_instance(registrations=(*rows, empty))) == ["no_camp", "twice", "no_counts"]
    unordered = Registrations(CAMP, (CountFile("x.csv", (day(3), day(3), day(2)), (1.0, inf, 2.0)),))
    assert problems(small_instance(registrations=(rows[0], unordered))) == ["no_camp", "order", "order", "not_finite"]
    no_rows = problems(small_instance(registrations=(), settings=Settings(hasten=0)))
    assert no_rows == ["hasten", "no_rows", "no_camp", "no_camp"]


def test_corrections_that_cannot_be_made_are_told_all_at_once() -> None:
    corrections = (
        Correction("Nobody", day(10)),
        Correction(CAMP, day(6)),
        Correction(CAMP, day(0)),
        Correction(CAMP, day(10)),
        Correction("Este", day(10)),
        Correction(CAMP, day(99)),
    )
    found = problems(with_counts({0: 5.0, 5: 0.0, 10: 50.0}, corrections=corrections))
    assert found == [f"correction_{end}" for end in ("unknown_camp", "no_entry", "first", "zero", "no_entry")]


def test_a_camp_asked_for_without_a_row_is_told() -> None:
    with pytest.raises(DisplacementError, match="no row for the camp Alba"):
        registered(small_instance(), camps=("Este", "Alba"))
    assert registered(small_instance(), camps=("Este",)).counts.shape == (20, 1)


def displaced(series: CampSeries) -> tuple[int, int]:
    """Count who is displaced over the period and the raw arrivals, as Flee does with people inserted on day 0."""
    changes = np.diff(series.camp_sum).astype(int)
    people, debt = int(series.counts[0].sum()), 0
    for change in changes:
        new = int(change) - debt
        people, debt = people + max(new, 0), max(-new, 0)
    return people, int(series.camp_sum[0] + series.total[0] + changes.sum())


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared instances are not beside the repository")
@pytest.mark.parametrize(
    ("name", "hasten", "people"),
    [
        ("burundi", 10, 21_230),
        # "mali" without hasten counts 110,066 raw arrivals, day 0 twice, for 89,991 people.
        ("mali", 1, 89_991),
        ("mali", 10, 8_996),
        ("car", 1, 406_445),
        ("car", 10, 40_638),
        ("car", 100, 4_057),
        ("ssudan", 10, 43_325),
        ("syria", 100, 38_133),
    ],
)
def test_the_shared_instances_displace_as_many_people_as_in_flee(name: str, hasten: int, people: int) -> None:
    instance = read_instance(SHARED / name, settings=SHARED / "simsetting.yml").instance
    series = registered(replace(instance, settings=replace(instance.settings, hasten=hasten)))
    found, raw = displaced(series)
    assert found == people
    assert (name, hasten) != ("mali", 1) or raw == 110_066


def by_hand(counts: dict[int, int], hasten: int, on: int) -> int:
    """Give a day's value in exact arithmetic."""
    days = sorted(counts)
    if on <= days[0] or on >= days[-1]:
        return counts[days[0] if on <= days[0] else days[-1]] // hasten
    right = next(number for number in days if number >= on)
    left = next(number for number in reversed(days) if number < on)
    line = counts[left] + Fraction(counts[right] - counts[left]) / (right - left) * (on - left)
    return int(line / hasten)


@UNHURRIED
@given(COUNT_FILES, st.integers(1, 100))
def test_counts_are_filled_in_as_in_exact_arithmetic(counts: dict[int, int], hasten: int) -> None:
    filled = values(with_counts(counts, settings=Settings(hasten=hasten)), 40)
    assert filled == [by_hand(counts, hasten, on) for on in range(40)]


def test_a_sum_that_rounding_leaves_below_a_whole_number_is_that_number() -> None:
    # 0.9 + (5.1 − 0.9) · 6 / 12 is 3 and comes out as 2.9999999999999996.
    for low in range(10):
        for high in range(low, 60):
            counts = {0: low, 12: high}
            filled = values(with_counts(counts, settings=Settings(hasten=10)), 13)
            assert filled == [by_hand(counts, 10, on) for on in range(13)]


@UNHURRIED
@given(COUNT_FILES, COUNT_FILES)
def test_the_sum_of_two_files_has_the_days_of_both(a: dict[int, int], b: dict[int, int]) -> None:
    def following(on: int) -> int:
        return next((count for number, count in a.items() if number >= on), list(a.values())[-1])

    def known(on: int) -> int:
        return next((b[number] for number in sorted(b, reverse=True) if number <= on), 0)

    series = registered(with_counts(a, b), 61)
    observed = np.flatnonzero(series.observed[:, 0])
    assert set(observed) == {on for on in (*a, *b) if on >= 0}
    assert [series.counts[on, 0] for on in observed] == [following(int(on)) + known(int(on)) for on in observed]


@UNHURRIED
@given(COUNT_FILES, st.integers(1, 100))
def test_at_entries_the_series_is_the_entry_truncated_whatever_hasten(counts: dict[int, int], hasten: int) -> None:
    series = registered(with_counts(counts, settings=Settings(hasten=hasten)), 61)
    for on, count in counts.items():
        if on >= 0:
            assert series.counts[on, 0] == count // hasten


@UNHURRIED
@given(COUNT_FILES)
def test_dates_do_not_matter_only_days_from_the_start(counts: dict[int, int]) -> None:
    def moved(instance: Instance, by: timedelta) -> CampSeries:
        rows = tuple(
            replace(row, files=tuple(replace(f, days=tuple(d + by for d in f.days)) for f in row.files))
            for row in instance.registrations
        )
        return registered(replace(instance, start=START + by, registrations=rows))

    instance = with_counts(counts)
    assert np.array_equal(moved(instance, timedelta(days=800)).counts, registered(instance).counts)
