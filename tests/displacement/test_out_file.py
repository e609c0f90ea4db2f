"""``out.csv`` has Flee's columns, and whoever reads it by their names finds the same scores."""

import csv
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from havre.displacement.out_file import out_csv, write_out_csv
from havre.displacement.outcome import Counts, Outcome
from havre.displacement.rules import Rules
from havre.displacement.validate import validate
from havre.errors import DisplacementError
from tests.displacement.small_outcomes import small_outcome, small_series

COUNTS = st.tuples(st.integers(1, 3), st.integers(1, 5), st.integers(1, 3)).flatmap(
    lambda shape: hnp.arrays(np.int64, shape, elements=st.integers(0, 10**6))
)
SERIES = small_series(3, A={0: 10, 2: 30}, B={0: 0, 2: 3})


def two_replicas() -> Outcome:
    """Make an outcome of three days and two replicas."""
    return small_outcome([[[10, 0], [22, 1], [30, 3]], [[10, 0], [15, 2], [33, 4]]])


def read(text: str) -> list[dict[str, str]]:
    """Read the rows by the names of their columns."""
    return list(csv.DictReader(StringIO(text)))


def differences_of_a_reader(text: str) -> tuple[list[float], list[float]]:
    """Compute the relative differences of each day as a script does that knows only the ends of the columns' names."""
    normal, rescaled = [], []
    for row in read(text):
        camps = [name.removesuffix(" sim") for name in row if name.endswith(" sim")]
        assert camps == [name.removesuffix(" data") for name in row if name.endswith(" data")]
        sims, data = ([float(row[f"{camp} {what}"]) for camp in camps] for what in ("sim", "data"))
        factor = sum(data) / sum(sims) if sum(sims) > 0 else 0.0
        least = max(sum(data), 1.0)
        normal.append(sum(abs(sim - real) for sim, real in zip(sims, data, strict=True)) / least)
        rescaled.append(sum(abs(sim * factor - real) for sim, real in zip(sims, data, strict=True)) / least)
    return normal, rescaled


def test_the_whole_file_of_one_replica() -> None:
    assert out_csv(two_replicas(), SERIES, 0) == (
        "Day,Date,A sim,A data,A error,B sim,B data,B error,Total error,refugees in camps (UNHCR),"
        "total refugees (simulation),raw UNHCR refugee count,refugees in camps (simulation),refugee_debt\n"
        "0,2020-01-02,10,10,0.0000,0,0,0.0000,0,10,15,100,10,0\n"
        "1,2020-01-03,22,20,0.1000,1,1,0.0000,0.02,21,28,100,23,1\n"
        "2,2020-01-04,30,30,0.0000,3,3,0.0000,0,33,38,100,33,2\n"
    )


def test_the_date_is_that_of_the_day_where_the_rules_say_so() -> None:
    documented = read(out_csv(two_replicas(), SERIES, 0, rules=Rules.flee().switched(date_is_next_day=False)))
    assert [row["Date"] for row in documented] == ["2020-01-01", "2020-01-02", "2020-01-03"]
    assert (
        read(out_csv(two_replicas(), SERIES, rules=Rules.documented().switched(date_is_next_day=True)))[0]["Date"]
        == "2020-01-02"
    )


def test_the_middle_of_the_replicas() -> None:
    row = read(out_csv(two_replicas(), SERIES))[1]
    assert (row["A sim"], row["B sim"], row["A error"], row["B error"]) == ("18.5", "1.5", "0.0750", "0.5000")
    assert float(row["Total error"]) == pytest.approx((1.5 + 0.5) / 100)
    assert row["total refugees (simulation)"] == "25"
    three = small_outcome([[[10, 0]], [[11, 0]], [[99, 0]]])
    assert read(out_csv(three, small_series(1, A={0: 10}, B={0: 0}), middle="median"))[0]["A sim"] == "11"
    assert read(out_csv(three, small_series(1, A={0: 10}, B={0: 0}), middle="mean"))[0]["A sim"] == "40"
    assert read(out_csv(three, small_series(1, A={0: 10}, B={0: 0}), 2))[0]["A sim"] == "99"


def test_totals_are_none_without_a_raw_count() -> None:
    outcome = replace(two_replicas(), raw=np.array([0, 100, 0]))
    rows = read(out_csv(outcome, SERIES, 0))
    totals = list(rows[0])[-6:]
    assert totals[0] == "Total error"
    assert [[row[name] for name in totals] for row in rows] == [
        ["0"] * 6,
        ["0.02", "21", "28", "100", "23", "1"],
        ["0"] * 6,
    ]
    assert rows[2]["A sim"] == "30"


def test_displaced_inside_have_a_last_column_where_they_are_given() -> None:
    rows = read(out_csv(two_replicas(), SERIES, 0, idps=np.array([1, 2, 3])))
    assert list(rows[0])[-1] == "total IDPs"
    assert [row["total IDPs"] for row in rows] == ["1", "2", "3"]


def test_names_that_need_quotes_are_quoted() -> None:
    outcome = small_outcome([[1]], ("Camp, North",))
    row = read(out_csv(outcome, small_series(1, **{"Camp, North": {0: 2}})))[0]
    assert (row["Camp, North sim"], row["Camp, North data"], row["Camp, North error"]) == ("1", "2", "0.5000")


def test_the_file_is_written_as_it_is_told(tmp_path: Path) -> None:
    write_out_csv(tmp_path / "out.csv", two_replicas(), SERIES, 1, rules=Rules.documented())
    written = (tmp_path / "out.csv").read_bytes().decode()
    assert written == out_csv(two_replicas(), SERIES, 1, rules=Rules.documented())
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_a_replica_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for replica in (-1, 2):
        with pytest.raises(DisplacementError, match=f"no replica {replica}"):
            write_out_csv(tmp_path / "out.csv", two_replicas(), SERIES, replica)
    with pytest.raises(DisplacementError, match="cover 3 days"):
        out_csv(small_outcome(np.zeros((4, 2))), SERIES)
    assert list(tmp_path.iterdir()) == []


@given(COUNTS, st.data())
def test_a_reader_of_the_columns_finds_the_same_ard(counts: Counts, data: st.DataObject) -> None:
    names, days = tuple("ABC"[: counts.shape[2]]), counts.shape[1]
    drawn = {name: {day: data.draw(st.integers(0, 10**6)) for day in range(days)} for name in names}
    outcome, series = small_outcome(counts, names), small_series(days, **drawn)
    told = validate(outcome, series)
    for replica in range(counts.shape[0]):
        normal, rescaled = differences_of_a_reader(out_csv(outcome, series, replica))
        assert normal == pytest.approx(told.relative_difference[replica])
        assert rescaled == pytest.approx(told.rescaled_difference[replica])


@given(COUNTS)
def test_the_total_error_is_the_sum_of_all_errors_over_the_raw_count(counts: Counts) -> None:
    names, days = tuple("ABC"[: counts.shape[2]]), counts.shape[1]
    series = small_series(days, **{name: {0: 500} for name in names})
    rows = read(out_csv(small_outcome(counts, names), series, 0))
    for row, simulated in zip(rows, counts[0], strict=True):
        assert float(row["Total error"]) == pytest.approx(np.abs(simulated - 500).sum() / 100)
        assert float(row["refugees in camps (simulation)"]) == simulated.sum()
