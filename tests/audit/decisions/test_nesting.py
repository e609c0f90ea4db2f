"""A small group does not come out of another column that holds the same decisions, nor a handful without a month."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havre.audit.decisions.columns import Columns
from havre.audit.decisions.nesting import also_hidden, same_decisions
from havre.audit.decisions.report import LogAudit, audit_log
from tests.audit.decisions.made_logs import write_log
from tests.properties import examples

REGION_OF = {"A": "X", "B": "X", "C": "Y", "D": "Y", "E": "Z"}
ALL_DECISIONS = ("automated_flagged", "automated_error")


def audited(sizes: dict[str, int], folder: Path, more: tuple[str, ...] = ()) -> LogAudit:
    rows = [
        (country, REGION_OF[country], k % 2 == 0, k % 3 == 0, k % 10 / 10)
        for country, n in sizes.items()
        for k in range(n)
    ]
    table = pl.DataFrame(rows, ["country", "region", "automated", "truth", "score"], orient="row")
    columns = Columns("automated", truth="truth", score="score", groups=("country", "region", *more))
    return audit_log(write_log(table, folder), columns)


def shown(found: LogAudit) -> dict[str, int]:
    """Give what the tables of one column show of how many decisions a group holds."""
    rates = found.groups.filter(~pl.col("hidden") & pl.col("measure").is_in(ALL_DECISIONS))
    scored = found.calibration.filter(~pl.col("hidden") & pl.col("bin").is_null() & pl.col("group").is_not_null())
    return {row[0]: row[1] for table in (rates, scored) for row in table.select("group", "of").iter_rows()}


@pytest.mark.parametrize("sizes", [
    {"A": 5, "B": 100, "C": 20, "D": 100, "E": 300},
    # The region is the small one: its neighbours hide it, and all of its countries must not be shown.
    {"A": 60, "B": 60, "C": 100, "D": 100, "E": 5},
])  # fmt: skip
def test_a_small_country_is_not_its_region_less_the_others(tmp_path: Path, sizes: dict[str, int]) -> None:
    seen = shown(audited(sizes, tmp_path))
    for region in "XYZ":
        countries = [name for name in sizes if REGION_OF[name] == region]
        unseen = [name for name in countries if name not in seen]
        if region in seen:
            assert len(unseen) != 1 or (countries == unseen and sizes[unseen[0]] >= 10), (region, seen)
        else:
            assert unseen, (region, seen)


@settings(deadline=None, max_examples=examples(15))
@given(numbers=st.lists(st.one_of(st.integers(0, 9), st.integers(10, 80)), min_size=5, max_size=5))
def test_no_sum_of_a_region_gives_few_decisions(numbers: list[int], tmp_path_factory: pytest.TempPathFactory) -> None:
    sizes = {name: n for name, n in zip(REGION_OF, numbers, strict=True) if n}
    if sum(sizes.values()) < 10:
        return
    seen = shown(audited(sizes, tmp_path_factory.mktemp("log")))
    for region in {REGION_OF[name] for name in sizes} & set(seen):
        unseen = [n for name, n in sizes.items() if REGION_OF[name] == region and name not in seen]
        assert not unseen or sum(unseen) >= 10


def test_columns_that_cross_share_no_part() -> None:
    met = [("A", "X"), ("B", "X"), ("C", "Y"), ("D", "Y")]
    counts = pl.DataFrame(met, ["c", "r"], orient="row")
    found = same_decisions(counts, ["c", "r"])
    assert sorted(sorted(part[0][1]) for part in found) == [["A", "B"], ["C", "D"]]
    crossed = pl.DataFrame([*met, ("A", "Y")], ["c", "r"], orient="row")
    assert same_decisions(crossed, ["c", "r"]) == []
    sizes = {
        ("c", "A"): (5,),
        ("c", "B"): (40,),
        ("r", "X"): (45,),
        ("c", "C"): (30,),
        ("c", "D"): (50,),
        ("r", "Y"): (80,),
    }
    assert also_hidden({"c": {"A", "C"}}, sizes, found, 10) in {("c", "B"), ("c", "D")}
    assert also_hidden({"c": {"A", "B"}}, sizes, found, 10) is None
    assert also_hidden({"r": {"X"}}, sizes, found, 10) == ("c", "A")


@pytest.mark.parametrize("column", ["day", "score"])
def test_a_handful_without_month_or_score_does_not_come_out(tmp_path: Path, column: str) -> None:
    rows = [(f"2025-0{1 + k % 3}", (k % 3) / 3, k % 2 == 0) for k in range(300)]
    table = pl.DataFrame(rows, ["day", "score", "automated"], orient="row").with_columns(
        pl.when(pl.int_range(300) >= 3).then(column).alias(column)
    )
    found = audit_log(write_log(table, tmp_path), Columns("automated", score="score", time="day"))
    cells = found.months if column == "day" else found.by_score
    told = cells.filter(~pl.col("hidden"))
    assert told["of"].sum() < 300 - 3 - 10
    assert cells.filter(pl.col("month" if column == "day" else "bin").is_null()).is_empty()
