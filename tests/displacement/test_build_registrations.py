"""Registrations: period, total, names of files, capacities."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.displacement.build import BuildOptions
from havre.displacement.build_countries import find_countries
from havre.displacement.build_registrations import capacities, file_name, find_period, make_registrations, sum_of
from havre.displacement.build_tables import BuildTables
from havre.displacement.instance import CountFile, Registrations
from havre.errors import DisplacementError
from tests.displacement.build_case import KEEP, PLACES, tables

FIRST = date(2024, 1, 1)


def registrations(read: BuildTables) -> tuple[Registrations, ...]:
    return make_registrations(read, find_countries(read, KEEP))[0]


def file(*entries: tuple[int, float]) -> CountFile:
    return CountFile("", tuple(FIRST + timedelta(days=day) for day, _ in entries), tuple(count for _, count in entries))


def test_the_period_is_that_of_the_counts_unless_told(tmp_path: Path) -> None:
    counts = tables(tmp_path).counts
    assert find_period(counts, BuildOptions())[:2] == (FIRST, 21)
    assert find_period(counts, BuildOptions(start=date(2024, 1, 4)))[:2] == (date(2024, 1, 4), 18)
    assert find_period(counts, BuildOptions(length=400))[:2] == (FIRST, 400)
    notes = find_period(counts, BuildOptions())[2]
    assert [note.key for note in notes] == ["assumed.start", "assumed.length"]
    assert find_period(counts, BuildOptions(start=FIRST, length=3))[2] == ()


def test_a_period_that_cannot_be_is_told(tmp_path: Path) -> None:
    counts = tables(tmp_path).counts
    with pytest.raises(DisplacementError, match="begin on 2025-01-01 and end with the last count, on 2024-01-21"):
        find_period(counts, BuildOptions(start=date(2025, 1, 1)))
    with pytest.raises(DisplacementError, match="36525"):
        find_period(counts, BuildOptions(start=date(1900, 1, 1)))
    with pytest.raises(DisplacementError, match="before the year 10000"):
        find_period(counts, BuildOptions(start=date(9999, 12, 1), length=300))
    with pytest.raises(DisplacementError, match="no count of any camp"):
        find_period(counts.clear(), BuildOptions())


def test_a_total_that_is_given_is_kept(tmp_path: Path) -> None:
    given_total = "date,camp,count\n2024-01-01,Dale Camp,5\n2024-01-01,Eden Camp,6\n2024-01-02,Total,99\n"
    rows = registrations(tables(tmp_path, registrations=given_total))
    assert [(row.name, row.files[0].file) for row in rows] == [
        ("total", "refugees.csv"),
        ("Dale Camp", "ostmere-dale-camp.csv"),
        ("Eden Camp", "ostmere-eden-camp.csv"),
    ]
    assert rows[0].files[0].counts == (99.0,)


def test_else_it_is_the_sum_with_the_last_count_carried_forward(tmp_path: Path) -> None:
    rows = registrations(tables(tmp_path))
    total = rows[0].files[0]
    assert [day.day for day in total.days] == [1, 5, 11, 21]
    assert total.counts == (100.0, 100.0, 300.0, 1000.0)
    assert rows[1].files[0].counts == (100.0, 300.0)


@given(
    st.lists(st.dictionaries(st.integers(0, 40), st.integers(0, 1000), min_size=1, max_size=6), min_size=1, max_size=5)
)
def test_the_sum_has_the_last_known_count_of_each_file_on_each_day(series: list[dict[int, int]]) -> None:
    files = [file(*((day, float(count)) for day, count in sorted(each.items()))) for each in series]
    total = sum_of(files)
    assert list(total.days) == sorted({day for each in files for day in each.days})
    for day, count in zip(total.days, total.counts, strict=True):
        number = (day - FIRST).days
        held = [each[max([known for known in each if known <= number], default=min(each))] for each in series]
        assert count == sum(held)


def test_names_of_files_are_plain_and_never_twice() -> None:
    taken: list[str] = []
    for camp in ("Zaʿatari", "Za'atari", "مخيم", "../../etc", "Camp A/B"):
        taken.append(file_name("JOR", camp, taken))
    assert taken == ["jor-za-atari.csv", "jor-za-atari-2.csv", "jor-camp.csv", "jor-etc.csv", "jor-camp-a-b.csv"]


def test_a_missing_capacity_is_the_highest_count(tmp_path: Path) -> None:
    read = tables(tmp_path)
    found, notes = capacities(read, registrations(read))
    assert found == {"Dale Camp": 5000, "Eden Camp": 700}
    assert [note.key for note in notes] == ["assumed.capacity"]
    assert "1 (Eden Camp)" in notes[0].sentence()


def test_a_capacity_of_nothing_is_told_since_flee_takes_it_for_no_limit(tmp_path: Path) -> None:
    read = tables(tmp_path, places=PLACES.replace("5000", "0"))
    assert [note.key for note in capacities(read, registrations(read))[1]] == ["assumed.capacity", "warned.no_capacity"]
