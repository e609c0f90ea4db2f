"""Each rate by its name: which decisions it is about, and which of them count."""

import polars as pl

from havre.audit.decisions.comparisons import compare_groups
from havre.audit.decisions.disparity import p_value
from havre.audit.decisions.measures import count_measures

COUNTS = pl.DataFrame(
    [
        (True, True, True, 11), (True, False, True, 2), (True, True, False, 30), (True, False, False, 7),
        (False, True, True, 5), (False, False, True, 13), (False, True, False, 17), (False, False, False, 100),
        (True, True, None, 1000), (False, False, None, 2000),
    ],
    ["automated", "human", "truth", "n"], orient="row",
)  # fmt: skip


def test_every_rate_counts_what_its_name_says() -> None:
    found = {row["measure"]: (row["that"], row["of"]) for row in count_measures(COUNTS, []).iter_rows(named=True)}
    assert found == {
        "automated_flagged": (1050, 3185), "human_flagged": (1063, 3185),
        # Of those to whom nothing was the matter, and of those to whom something was.
        "automated_false_positive": (37, 154), "automated_false_negative": (18, 31),
        "human_false_positive": (47, 154), "human_false_negative": (15, 31),
        # Of the flagged, and of the passed.
        "automated_false_discovery": (37, 50), "automated_false_omission": (18, 135),
        "human_false_discovery": (47, 63), "human_false_omission": (15, 122),
        "automated_error": (55, 185), "human_error": (62, 185),
        "departure": (31, 3185), "overturned_flag": (9, 1050), "added_flag": (22, 2135),
    }  # fmt: skip


def test_a_group_is_held_against_everybody_else_and_not_against_all() -> None:
    cells = [("a", 30, 100), ("b", 10, 100), ("c", 20, 200)]
    facts = {"attribute": "region", "measure": "automated_flagged", "hidden": False}
    groups = pl.DataFrame([{**facts, "group": group, "that": that, "of": of} for group, that, of in cells])
    total = pl.DataFrame([{"measure": "automated_flagged", "that": 60, "of": 400, "hidden": False}])
    found = compare_groups(groups, total, 0.0, 0.95)
    assert found.select("group", "rate", "other", "n", "m").rows() == [
        ("a", 0.3, 0.1, 100, 300), ("b", 0.1, 50 / 300, 100, 300), ("c", 0.1, 0.2, 200, 200),
    ]  # fmt: skip
    assert found["p"].to_list() == [p_value(30, 100, 30, 300), p_value(10, 100, 50, 300), p_value(20, 200, 40, 200)]


def test_a_gap_as_wide_as_the_margin_is_none_beyond_it() -> None:
    # 10.05 points apart; half a person on each side, 0.01 points here, is left to the counting.
    assert p_value(6005, 10_000, 5000, 10_000, margin=0.1005) == 1.0
    assert p_value(6005, 10_000, 5000, 10_000, margin=0.10045) == 1.0
    assert p_value(6005, 10_000, 5000, 10_000, margin=0.1003) < 1.0
