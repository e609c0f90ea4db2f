"""What a simulation gives, by name."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from havre.displacement import simulate
from havre.displacement.flee_writer import write_instance
from tests.displacement.small_instances import small_instance
from tests.displacement.small_outcomes import small_outcome

OUTCOME = small_outcome([[[1, 10], [2, 20], [3, 30]], [[5, 50], [6, 60], [7, 70]]])


def test_shape_and_dates() -> None:
    assert (OUTCOME.replicas, OUTCOME.days) == (2, 3)
    assert OUTCOME.dates == (date(2020, 1, 1), date(2020, 1, 2), date(2020, 1, 3))


def test_camps_by_name() -> None:
    assert OUTCOME.camp("B").tolist() == [[10, 20, 30], [50, 60, 70]]
    with pytest.raises(KeyError, match="C"):
        OUTCOME.camp("C")


def test_quantiles_over_replicas() -> None:
    found = OUTCOME.quantiles((0.0, 0.25, 1.0))
    assert found.shape == (3, 3, 2)
    assert found[:, 0, 0].tolist() == [1, 2, 5]
    assert found[1].tolist() == [[2, 20], [3, 30], [4, 40]]
    assert np.array_equal(OUTCOME.quantiles()[1], [[3, 30], [4, 40], [5, 50]])


def test_what_was_not_recorded_is_not_there() -> None:
    for name in ("location_means", "link_flows", "daily_link_flows", "links"):
        assert getattr(OUTCOME, name) is None


def test_the_table_has_a_labelled_row_for_each_count() -> None:
    outcome = simulate(small_instance(), replicas=2, days=3)
    table = outcome.table()
    assert table.columns == ["replica", "day", "date", "camp", "people"]
    assert table.height == 2 * 3 * 2
    for replica, day, when, camp, people in table.iter_rows():
        assert people == outcome.camp(camp)[replica, day]
        assert when == outcome.dates[day]


def test_a_folder_is_simulated_as_its_instance(tmp_path: Path) -> None:
    write_instance(small_instance(), tmp_path / "small")
    by_path = simulate(str(tmp_path / "small"), days=5)
    assert (by_path.camp_counts == simulate(small_instance(), days=5).camp_counts).all()
