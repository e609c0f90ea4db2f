"""What is known on a day holds nothing of the counts after it but their sum."""

from dataclasses import replace

import numpy as np
import pytest

from havre.displacement import simulate
from havre.displacement.calibrate_known import known_before
from havre.displacement.camp_series import registered
from havre.displacement.instance import Correction
from havre.displacement.settings import ConflictSpawning
from havre.errors import DisplacementError
from tests.displacement.calibrate_case import DAYS, FIT, LATER, SWAPPED, calibrate_case
from tests.displacement.small_instances import day, settings, small_instance, with_settings


def test_counts_are_lines_between_known_entries_and_the_last_count_after_them() -> None:
    known = known_before(calibrate_case(), 23)
    assert known.camps == ("Dol Camp", "Este")
    assert known.counts[:21, 0].tolist() == registered(calibrate_case()).counts[:21, 0].tolist()
    # After the last entry nothing is known but the sum: 1,200 on day 20, and 30 + 10 more on each day.
    assert known.counts[22] == pytest.approx(np.array([800.0, 400.0]) * 1_280 / 1_200)
    assert known.revision == pytest.approx(1_280 / 1_200)
    assert known.last_days.tolist() == [20, 20]
    assert known.last_counts.tolist() == [800.0, 400.0]
    assert np.flatnonzero(known.counted[:, 1]).tolist() == [5, 10, 15, 20]
    assert known.capacity.tolist() == [3_000.0, 2_000.0]
    assert known.exceeded.tolist() == [False, False]


def test_the_told_instance_has_the_same_arrivals_as_the_whole_one() -> None:
    whole = calibrate_case()
    told = known_before(whole, FIT).instance
    first, second = (simulate(each, replicas=3, seed=4) for each in (whole, told))
    assert first.people.tolist() == second.people.tolist()
    assert first.debt.tolist() == second.debt.tolist()
    # Nothing before the fit's end differs, so neither do the draws.
    assert first.camp_counts.tolist() == second.camp_counts.tolist()


@pytest.mark.parametrize("until", [1, 6, FIT, 30])
def test_other_counts_of_later_days_with_the_same_sum_change_nothing(until: int) -> None:
    mine, other = (known_before(calibrate_case(later), until) for later in (LATER, SWAPPED))
    assert mine.counts.tolist() == other.counts.tolist()
    assert mine.arrivals.tolist() == other.arrivals.tolist()
    assert mine.instance.registrations == other.instance.registrations
    assert registered(calibrate_case()).counts.tolist() != registered(calibrate_case(SWAPPED)).counts.tolist()


def test_a_later_correction_is_not_known_but_its_sum_is() -> None:
    # The correction of day 30 makes all earlier counts of Este 500 / 400 times what they were.
    corrected = calibrate_case(corrections=(Correction("Este", day(30)),))
    known = known_before(corrected, FIT)
    assert registered(corrected).counts[20].tolist() == [800.0, 500.0]
    assert known.counts[20] == pytest.approx(np.array([800.0, 400.0]) * 1_300 / 1_200)
    assert known.revision == pytest.approx(1_300 / 1_200)
    assert known.instance.corrections == ()
    # An earlier one is known.
    early = known_before(calibrate_case(corrections=(Correction("Este", day(10)),)), FIT)
    assert early.counts[5, 1] == 150.0
    assert early.revision == 1.0


def test_arrivals_of_the_total_do_not_scale_counts() -> None:
    # Of 1,400 people in all on day 20, 1,200 were in camps: nobody knows what later counts say of that.
    case = with_settings(calibrate_case(), spawn={"sum_from_camps": False})
    known = known_before(case, 23)
    assert known.counts[22].tolist() == [800.0, 400.0]
    assert known.revision == 1.0
    assert known.arrivals.tolist() == registered(case).total.tolist()


def test_a_camp_never_counted_is_empty_and_has_no_observation() -> None:
    case = calibrate_case()
    late = replace(case.registrations[2].files[0], days=(day(25), day(39)), counts=(70.0, 90.0))
    rows = (*case.registrations[:2], replace(case.registrations[2], files=(late,)))
    known = known_before(replace(case, registrations=rows), FIT)
    assert known.counts[:, 1].tolist() == [0.0] * FIT
    assert not known.counted[:, 1].any()
    assert known.last_days[1] == 0


def test_hasten_divides_counts_and_capacities_once() -> None:
    case = replace(calibrate_case(), settings=settings(hasten=10))
    known = known_before(case, FIT)
    assert known.counts[20].tolist() == [80.0, 40.0]
    assert known.capacity.tolist() == [300.0, 200.0]
    told = registered(known.instance)
    assert told.total.tolist() == registered(case).camp_sum.tolist()
    assert told.counts[:FIT].tolist() == np.floor(known.counts + 1e-9).tolist()


def test_arrivals_by_conflict_are_not_given() -> None:
    case = with_settings(calibrate_case(), spawn={"conflict_driven_spawning": ConflictSpawning()})
    known = known_before(case, FIT)
    assert not known.given
    assert known.revision == 1.0


def test_a_camp_over_its_capacity_has_exceeded_it_and_capacity_0_is_no_limit() -> None:
    places = tuple(
        replace(place, population={"Dol Camp": 500, "Este": 0}.get(place.name, place.population))
        for place in small_instance().locations
    )
    known = known_before(calibrate_case(locations=places), FIT)
    assert known.capacity.tolist() == [500.0, np.inf]
    assert known.exceeded.tolist() == [True, False]


@pytest.mark.parametrize("until", [0, -3, DAYS + 1])
def test_days_outside_the_period_are_refused(until: int) -> None:
    with pytest.raises(DisplacementError, match=f"day {until}"):
        known_before(calibrate_case(), until)
